//! What a line of the bank means to other rooms: a paid expense that it shows, a gift by hand that it brings. Not here: tying lines (`bank`),
//! booking what nobody wrote down (`booking::bank`).

use super::bank_error::BankError;
use crate::bank::{self, BankAccount, BankLine, Choice, DAYS_BEFORE, MatchKind, MatchRefusal};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::donations::{HandError, Offline, arriving};
use crate::ids::{BankLineId, Entropy, EntryId, MatchId, PersonId};
use crate::ledger::{self, chart};
use crate::money::Money;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role};
use crate::spending::{self, Refusal};

/// The most gifts that are proposed for one line.
const MOST: i64 = 20;

/// Notes on every expense whose money these entries moved that the bank showed it, or that it did not after all.
pub(super) async fn mark(tx: &mut Tx, entries: impl Iterator<Item = EntryId> + Send, shown: bool, now: Instant) -> sqlx::Result<()> {
    for entry in entries {
        if let Some(expense) = spending::find_by_entry(tx, entry).await? {
            spending::mark_matched(tx, expense.id, shown, now).await?;
        }
    }
    Ok(())
}

/// The bank sent back what `entry` paid, and `reversal` took it out of the books: an expense that it paid can be paid again.
pub(super) async fn came_back(
    tx: &mut Tx,
    by: Option<PersonId>,
    entries: (EntryId, EntryId),
    on: Day,
    now: Instant,
) -> Result<(), BankError> {
    match spending::payment_came_back(tx, by, entries, on, now).await {
        Ok(_) => Ok(()),
        Err(Refusal::Database(error)) => Err(error.into()),
        Err(_) => Err(BankError::Unfit),
    }
}

/// The bank had not sent it back after all: `again` took the `reversal` back, and the expense stands as paid, as before.
pub(super) async fn stands_again(tx: &mut Tx, by: PersonId, (reversal, again): (EntryId, EntryId), now: Instant) -> Result<(), BankError> {
    match spending::payment_stands_again(tx, by, (reversal, again), now).await {
        Ok(None) => overpaid_nobody(tx, again).await,
        Ok(Some((expense, payment))) => {
            let shown = bank::match_of_entry(tx, payment).await?.is_some();
            if shown {
                spending::mark_matched(tx, expense, true, now).await?;
            }
            Ok(())
        }
        Err(Refusal::Database(error)) => Err(error.into()),
        Err(_) => Err(BankError::PaidAgain),
    }
}

/// What a group is owed was not paid twice: it was not sent again, nor taken back, since the bank was said to have returned its payment.
async fn overpaid_nobody(tx: &mut Tx, again: EntryId) -> Result<(), BankError> {
    let Some(whole) = ledger::find_entry(tx, again).await? else { return Ok(()) };
    for posting in whole.entry.postings.iter().filter(|posting| posting.path.starts_with(chart::GRANTS_OWED)) {
        // What is owed stands with a minus.
        if ledger::balance_of(tx, &posting.path).await?.get(&posting.amount.currency).is_some_and(|minor| *minor > 0) {
            return Err(BankError::PaidAgain);
        }
    }
    Ok(())
}

/// Gifts by hand that a line may bring: what the bank gets of them is exactly its amount, in its currency, and they are dated within the
/// days before it; oldest first. Only the main account is where such gifts go.
///
/// # Errors
/// When the database is gone.
pub async fn may_have_arrived(tx: &mut Tx, account: &BankAccount, line: &BankLine) -> sqlx::Result<Vec<Offline>> {
    if account.path != chart::BANK || line.amount_minor <= 0 || line.is_opening() {
        return Ok(Vec::new());
    }
    let days = (line.booked_on.plus_days(-DAYS_BEFORE), line.booked_on);
    arriving::expected_of(tx, Money::new(line.amount_minor, account.currency), days, MOST).await
}

/// The line brought this gift: it counts from now on, and its posting is tied to the line. A decision on money.
///
/// # Errors
/// [`BankError`], with nothing changed.
pub async fn arrive(
    tx: &mut Tx,
    actor: Actor,
    (line, number): (BankLineId, &str),
    operation: &Operation,
    entropy: &Entropy,
    now: Instant,
) -> Result<MatchId, BankError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    if let Some(done) = operation::find_result(tx, operation).await?.and_then(|done| done.parse().ok()) {
        return Ok(MatchId(done));
    }
    let line = bank::line(tx, line).await?.ok_or(MatchRefusal::NotThere)?;
    let account = bank::account(tx, line.bank_account_id).await?.ok_or(MatchRefusal::NotThere)?;
    if bank::match_of_line(tx, line.id).await?.is_some() {
        return Err(MatchRefusal::Taken.into());
    }
    if !may_have_arrived(tx, &account, &line).await?.iter().any(|gift| gift.number == number) {
        return Err(HandError::MovedOn.into());
    }
    arriving::arrive(tx, number, (&format!("bank line {}", line.id), line.booked_on), actor, entropy, now).await?;
    let entry = arriving::find(tx, number).await?.and_then(|gift| gift.entry_id).ok_or(HandError::MovedOn)?;
    let postings = bank::postings_of_entry(tx, account.id, entry).await?.iter().map(|posting| (posting.entry_id, posting.n)).collect();
    // The entry is the gift's own: undoing the match leaves it in the books.
    let id = bank::tie(tx, &Choice { lines: vec![line.id], postings }, (MatchKind::Tied, None), Some(actor.person), now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}
