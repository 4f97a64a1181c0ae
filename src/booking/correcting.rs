//! Corrections: an entry that is wrong is taken back and another stands in its place, in one step, with a reason that the public reads (safety
//! rule MO9). Not here: who agrees to it (`approvals`), posting it (`booking::journal`), expenses, which are put right where they are (`spending`).

use std::collections::{BTreeMap, BTreeSet};

use super::journal::{self, taken_back};
use super::journal_checks::{self, is_stripes};
use super::journal_entry::{JournalError, JournalLine, NewCorrection, NewJournal};
use super::store;
use crate::bank;
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ids::{Entropy, EntryId, FundId};
use crate::ledger::{self, PostError, Source, Whole, chart};
use crate::money::Currency;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role};
use crate::spending;

/// The fewest and the most letters of what was wrong (screens.md 6.13).
pub const REASON_LETTERS: std::ops::RangeInclusive<usize> = 20..=200;

/// The entry of that number, where a treasurer may correct it from that fund's pages.
///
/// # Errors
/// [`JournalError`] says why it is corrected elsewhere, or is corrected already.
pub async fn correctable(tx: &mut Tx, fund: &Fund, entry: EntryId) -> Result<Whole, JournalError> {
    let whole = ledger::find_entry(tx, entry).await?.ok_or(JournalError::NotFound)?;
    let of_funds: BTreeSet<FundId> = whole.entry.postings.iter().filter_map(|posting| posting.fund).collect();
    if !of_funds.is_empty() && !of_funds.contains(&fund.id) {
        return Err(JournalError::NotFound);
    }
    if let Some(by) = whole.reversed_by {
        return Err(JournalError::Corrected(entry, by));
    }
    if whole.entry.reverses.is_some() || whole.entry.source == Source::Opening {
        return Err(JournalError::Elsewhere(entry));
    }
    // A payout is followed through the books by its name, which a new entry would not bear.
    if whole.entry.source == Source::Stripe && whole.entry.postings.iter().any(|posting| posting.path == chart::IN_TRANSIT) {
        return Err(JournalError::StripesOwn(chart::IN_TRANSIT.to_owned()));
    }
    if spending::find_by_entry(tx, entry).await?.is_some() {
        return Err(JournalError::OfExpense(entry));
    }
    if bank::match_of_entry(tx, entry).await?.is_some() {
        return Err(JournalError::Matched(entry));
    }
    if store::journal::of_corrected(tx, entry).await?.is_some() {
        return Err(JournalError::AskedFor(entry));
    }
    Ok(whole)
}

/// Both sides of a correction, before anybody is asked: what takes the old entry back, and the new one as it would be posted.
///
/// # Errors
/// [`JournalError`] where it could not be posted as it stands.
pub async fn preview(tx: &mut Tx, fund: &Fund, new: &NewCorrection) -> Result<(Vec<JournalLine>, Vec<JournalLine>), JournalError> {
    let whole = correctable(tx, fund, new.entry).await?;
    let back = taken_back(&whole);
    check(&whole, &back, new)?;
    journal_checks::accounts(tx, &new.lines).await?;
    let all = funds::list(tx).await?;
    journal_checks::overdraft(tx, &all, &[&back[..], &new.lines[..]].concat()).await?;
    Ok((back, new.lines.clone()))
}

/// Asks for a correction, and gives its reference. Others must agree, as many as the tier of the sum asks; it is dated today.
///
/// # Errors
/// [`JournalError`], with nothing written; an entry is corrected once.
pub async fn ask(
    tx: &mut Tx,
    fund: &Fund,
    new: &NewCorrection,
    operation: &Operation,
    actor: Actor,
    entropy: &Entropy,
    now: Instant,
) -> Result<String, JournalError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    if let Some(reference) = operation::find_result(tx, operation).await? {
        return Ok(reference);
    }
    let locked = journal::lock(tx).await?;
    let (back, lines) = preview(tx, fund, new).await?;
    let general = locked.iter().find(|other| other.id == fund.id).ok_or(JournalError::NotFound)?;
    let entry = NewJournal { effective_on: now.day_in(&general.time_zone), reason: new.reason.clone(), lines };
    let reference = entropy.reference();
    journal::write(tx, (&reference, Some(new)), (&entry, &back), operation, actor, now).await?;
    Ok(reference)
}

/// Whether the new entry balances, differs from the old one, and moves Stripe's accounts just as that did.
fn check(whole: &Whole, back: &[JournalLine], new: &NewCorrection) -> Result<(), JournalError> {
    if !new.lines.is_empty() {
        journal::entry("", "correction", (whole.entry.effective_on, &new.reason), crate::ids::PersonId(0), &new.lines)
            .check()
            .map_err(PostError::from)?;
    }
    let both = [back, &new.lines[..]].concat();
    let mut sums: BTreeMap<(&str, Option<_>, Currency), i64> = BTreeMap::new();
    for line in &both {
        let sum = sums.entry((&line.path, line.fund_id, line.currency)).or_default();
        *sum = sum.saturating_add(line.amount_minor);
    }
    if sums.values().all(|sum| *sum == 0) {
        return Err(JournalError::Same(new.entry));
    }
    if sums.iter().any(|((path, _, _), sum)| is_stripes(path) && *sum != 0) {
        return Err(JournalError::KeepsStripe(new.entry));
    }
    Ok(())
}
