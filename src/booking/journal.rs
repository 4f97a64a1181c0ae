//! Entries by hand: asked for by one person, agreed to by others (`approvals`), then posted; a correction among them takes an entry back in the
//! same step. Not here: what may be corrected and how that is asked for (`booking::correcting`).

use std::collections::BTreeSet;

use super::{journal_checks, store};
use crate::approvals::{self, NewProposal, Proposal, Subject};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ids::{Entropy, EntryId, FundId, JournalId, PersonId};
use crate::ledger::{self, NewEntry, PostError, Source};
use crate::money::{Currency, Money};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Person, Role, audit};

pub use super::journal_entry::{Journal, JournalError, JournalLine, JournalState, NewCorrection, NewJournal};

/// Asks for an entry, and gives its reference. Others must agree: as many as the tier of the sum asks.
///
/// # Errors
/// [`JournalError`], with nothing written: lines that do not sum to zero are refused now, not when somebody agrees.
pub async fn ask(
    tx: &mut Tx,
    new: &NewJournal,
    operation: &Operation,
    actor: Actor,
    entropy: &Entropy,
    now: Instant,
) -> Result<String, JournalError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    if let Some(reference) = operation::find_result(tx, operation).await? {
        return Ok(reference);
    }
    let reference = entropy.reference();
    let entry = entry(&reference, "journal", (new.effective_on, &new.reason), actor.person, &new.lines);
    entry.check().map_err(PostError::from)?;
    journal_checks::nothing_of_stripes(&new.lines)?;
    journal_checks::accounts(tx, &new.lines).await?;
    if ledger::locked_months(tx).await?.contains(&new.effective_on.month()) {
        return Err(PostError::Locked(new.effective_on.month()).into());
    }
    write(tx, (&reference, None), (new, &[]), operation, actor, now).await?;
    Ok(reference)
}

/// Writes what is asked for, and asks others about it: an entry, or what stands in the place of `takes_back`, whose postings are `back`.
pub(super) async fn write(
    tx: &mut Tx,
    (reference, takes_back): (&str, Option<&NewCorrection>),
    (new, back): (&NewJournal, &[JournalLine]),
    operation: &Operation,
    actor: Actor,
    now: Instant,
) -> Result<(), JournalError> {
    let id = store::journal::insert(tx, reference, new, takes_back, actor.person, now).await?;
    let all = funds::list(tx).await?;
    let payload = payload(&all, takes_back, new, back);
    let (fund, amount, at_least) = at_stake(tx, &all, &new.lines, back).await?;
    let proposal = NewProposal {
        subject: Subject::Journal,
        subject_id: id.to_string(),
        fund,
        amount: Some(amount),
        payee: None,
        payload,
        hands: Vec::new(),
        at_least,
        more: 0,
    };
    approvals::propose(tx, actor.person, &proposal, now).await?;
    audit::write(tx, Some(actor.person), "journal_asked", &format!("journal {id}"), "", now).await?;
    Ok(operation::done(tx, operation, reference, now).await?)
}

/// Everything that is agreed to: both sides of a correction, or the entry.
fn payload(all: &[Fund], takes_back: Option<&NewCorrection>, new: &NewJournal, back: &[JournalLine]) -> String {
    let slug = |id: Option<FundId>| all.iter().find(|fund| Some(fund.id) == id).map(|fund| fund.slug.clone()).unwrap_or_default();
    let posting = |name: &str, line: &JournalLine| {
        format!("{name}: {}", [line.path.clone(), slug(line.fund_id), line.amount().for_people()].join(" · "))
    };
    let mut said = vec![format!("day: {}", new.effective_on)];
    if let Some(correction) = takes_back {
        said.extend([format!("entry: {}", correction.entry), format!("wrong: {}", correction.wrong)]);
    }
    said.push(format!("reason: {}", new.reason));
    said.extend(back.iter().map(|line| posting("back", line)));
    said.extend(new.lines.iter().map(|line| posting("posting", line)));
    if new.lines.is_empty() {
        said.push("instead: -".to_owned());
    }
    said.join("\n")
}

/// Whose decision it is, what is at stake in that fund's currency, and how many must agree: the most that any fund it touches asks.
async fn at_stake(tx: &mut Tx, all: &[Fund], lines: &[JournalLine], back: &[JournalLine]) -> Result<(FundId, Money, i64), JournalError> {
    let general = funds::general(tx).await?.ok_or(JournalError::NotFound)?;
    let of_lines: BTreeSet<FundId> = lines.iter().chain(back).filter_map(|line| line.fund_id).collect();
    let mut touched: Vec<&Fund> = all.iter().filter(|fund| of_lines.contains(&fund.id)).collect();
    if touched.is_empty() {
        touched.push(&general);
    }
    // A sum in another currency than the fund's is held against the same tiers.
    let most = lines.iter().chain(back).map(|line| largest(lines, back, line.currency)).max().unwrap_or(0);
    let mut at_least = 1;
    for fund in &touched {
        at_least = funds::tiers(tx, fund).await?.needed(most).max(at_least);
    }
    let currency = touched[0].currency;
    Ok((touched[0].id, Money::new(largest(lines, back, currency), currency), at_least))
}

/// The larger of what either side debits in a currency, in minor units.
fn largest(lines: &[JournalLine], back: &[JournalLine], currency: Currency) -> i64 {
    journal_checks::debits(lines, currency).max(journal_checks::debits(back, currency))
}

/// Locks every fund and the pool, in the one order there is: an entry by hand may draw on all of them (safety rule MO5).
///
/// # Errors
/// When the database is gone.
pub async fn lock(tx: &mut Tx) -> sqlx::Result<Vec<Fund>> {
    let all: Vec<FundId> = funds::list(tx).await?.iter().map(|fund| fund.id).collect();
    Ok(funds::lock_with_pool(tx, &all).await?.unwrap_or_default())
}

/// Posts what others just agreed to, in the transaction of the last signature; of a correction both sides. The caller holds the locks.
///
/// # Errors
/// [`JournalError`], with nothing written: a fund or an account may hold too little by now, or the entry be corrected otherwise.
pub async fn carry_out(tx: &mut Tx, person: &Person, proposal: &Proposal, now: Instant) -> Result<EntryId, JournalError> {
    let journal = waiting(tx, proposal).await?;
    let lines = store::journal::lines(tx, journal.id).await?;
    let back = match journal.reverses {
        Some(entry) => taken_back(&ledger::find_entry(tx, entry).await?.ok_or(JournalError::NotFound)?),
        None => Vec::new(),
    };
    let locked = lock(tx).await?;
    journal_checks::overdraft(tx, &locked, &[&back[..], &lines[..]].concat()).await?;
    let actors = format!("{} {}", journal.asked_by, person.id);
    // A correction is dated when it was asked for; where that month was locked since, on the first open day.
    let on = ledger::first_open_day(journal.effective_on, &ledger::locked_months(tx).await?);
    let mut posted = None;
    if let Some(entry) = journal.reverses {
        posted = Some(ledger::reverse(tx, entry, on, &journal.reason, Some(&actors), now).await?.entry());
    }
    if !lines.is_empty() {
        let (on, kind) = if posted.is_some() { (on, "correction") } else { (journal.effective_on, "journal") };
        let entry = entry(&journal.reference, kind, (on, &journal.reason), journal.asked_by, &lines);
        posted = Some(ledger::post(tx, &NewEntry { actor: Some(actors), ..entry }, now).await?.entry());
    }
    let posted = posted.ok_or(JournalError::NotFound)?;
    store::journal::decide(tx, &journal, JournalState::Posted, person.id, Some(posted), now).await?;
    audit::write(tx, Some(person.id), "journal_posted", &format!("journal {}", journal.id), &format!("entry {posted}"), now).await?;
    Ok(posted)
}

/// Notes that somebody did not agree: nothing is posted.
///
/// # Errors
/// [`JournalError`], with nothing written.
pub async fn turn_down(tx: &mut Tx, person: PersonId, proposal: &Proposal, now: Instant) -> Result<(), JournalError> {
    let journal = waiting(tx, proposal).await?;
    store::journal::decide(tx, &journal, JournalState::Rejected, person, None, now).await?;
    Ok(audit::write(tx, Some(person), "journal_rejected", &format!("journal {}", journal.id), "", now).await?)
}

/// What a proposal is about, where it waits still.
async fn waiting(tx: &mut Tx, proposal: &Proposal) -> Result<Journal, JournalError> {
    let id = proposal.subject_id.parse().map(JournalId).map_err(|_| JournalError::NotFound)?;
    let journal = store::journal::get(tx, id).await?.ok_or(JournalError::NotFound)?;
    if journal.state == JournalState::Asked { Ok(journal) } else { Err(JournalError::MovedOn) }
}

/// The postings that take an entry back.
pub(super) fn taken_back(whole: &ledger::Whole) -> Vec<JournalLine> {
    let line = |posting: &ledger::Posting| JournalLine {
        path: posting.path.clone(),
        fund_id: posting.fund,
        currency: posting.amount.currency,
        amount_minor: posting.amount.minor.saturating_neg(),
    };
    whole.entry.postings.iter().map(line).collect()
}

/// The postings that take that entry back, for a page; none where there is no such entry.
///
/// # Errors
/// When the database is gone.
pub async fn back(tx: &mut Tx, entry: EntryId) -> sqlx::Result<Vec<JournalLine>> {
    Ok(ledger::find_entry(tx, entry).await?.map(|whole| taken_back(&whole)).unwrap_or_default())
}

/// The entry that lines make.
pub(super) fn entry(reference: &str, kind: &'static str, (on, reason): (Day, &str), asked_by: PersonId, lines: &[JournalLine]) -> NewEntry {
    NewEntry {
        source: Source::Journal,
        source_id: reference.to_owned(),
        kind,
        effective_on: on,
        memo: Some(reason.to_owned()),
        actor: Some(asked_by.to_string()),
        reverses: None,
        postings: lines.iter().map(JournalLine::posting).collect(),
    }
}

/// The entry of that reference that somebody asked for, with its lines.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<(Journal, Vec<JournalLine>)>> {
    let Some(journal) = store::journal::find(tx, reference).await? else { return Ok(None) };
    let lines = store::journal::lines(tx, journal.id).await?;
    Ok(Some((journal, lines)))
}

/// The newest of them, at most `limit`, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, before: Option<JournalId>, limit: i64) -> sqlx::Result<Vec<Journal>> {
    store::journal::list(tx, before.unwrap_or(JournalId(i64::MAX)), limit).await
}

/// How many wait for a second person, and since when the oldest does.
///
/// # Errors
/// When the database is gone.
pub async fn open(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    store::journal::open(tx).await
}

/// What others are asked about it, or were.
///
/// # Errors
/// When the database is gone.
pub async fn proposal(tx: &mut Tx, journal: &Journal) -> sqlx::Result<Option<Proposal>> {
    approvals::latest(tx, Subject::Journal, &journal.id.to_string()).await
}

/// The correction that took this entry back.
///
/// # Errors
/// When the database is gone.
pub async fn correction_of(tx: &mut Tx, entry: EntryId) -> sqlx::Result<Option<Journal>> {
    store::journal::of_corrected(tx, entry).await
}

/// What was asked for that this entry came of.
///
/// # Errors
/// When the database is gone.
pub async fn origin_of(tx: &mut Tx, entry: EntryId) -> sqlx::Result<Option<Journal>> {
    store::journal::of_entry(tx, entry).await
}
