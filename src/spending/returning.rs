//! A payment that the bank sent back: what was owed is owed again, and can be paid again, once. Not here: the line of the bank that says so, and
//! the entry that takes the payment out of the books (`booking::bank`).

use super::expense::{Expense, State};
use super::store::{self, returns};
use super::{Refusal, find_by_entry};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{EntryId, ExpenseId, PersonId};
use crate::people::audit;

crate::record! {
    /// A payment that came back.
    pub struct Returned {
        /// Its entry; where the money left with the cost, that of the cost.
        pub entry_id: EntryId,
        /// Whose payment it was.
        pub expense_id: ExpenseId,
        /// The entry that took it back.
        pub reversal_id: EntryId,
        /// The day the bank sent it back on.
        pub returned_on: Day,
        /// The account it had left.
        pub paid_from: String,
        /// The day it had left.
        pub paid_on: Day,
        /// What the bank had been told.
        pub pay_reference: String,
    }
}

/// Notes that the bank sent back what `entry` paid, in the transaction that posted its `reversal`. What was owed goes back to approved and can
/// be paid again; what was paid as it was bought was not bought after all, and is corrected with nothing in its place. Gives the expense;
/// None where the entry paid for none.
///
/// # Errors
/// [`Refusal::State`] where the expense does not stand as paid, with nothing written.
pub async fn payment_came_back(
    tx: &mut Tx,
    person: Option<PersonId>,
    (entry, reversal): (EntryId, EntryId),
    on: Day,
    now: Instant,
) -> Result<Option<ExpenseId>, Refusal> {
    let Some(expense) = find_by_entry(tx, entry).await? else { return Ok(None) };
    let Expense { id, state, .. } = expense;
    let (Some(paid_from), Some(paid_on)) = (expense.paid_from, expense.paid_on) else { return Err(Refusal::State(state)) };
    let pay_reference = expense.pay_reference.unwrap_or_default();
    let returned = Returned { entry_id: entry, expense_id: id, reversal_id: reversal, returned_on: on, paid_from, paid_on, pay_reference };
    returns::insert(tx, &returned, now).await?;
    let moved = if expense.payment_id == Some(entry) {
        returns::unpay(tx, id, entry, now).await?
    } else {
        matches!(state, State::Paid | State::Matched) && store::move_on(tx, id, state, State::Corrected, now).await?
    };
    if !moved {
        return Err(Refusal::State(state));
    }
    store::steps::note(tx, id).await?;
    audit::write(tx, person, "payment_returned", &format!("expense {id}"), &format!("entry {entry}"), now).await?;
    Ok(Some(id))
}

/// Notes that the bank had not sent it back after all: the entry `again` took back the `reversal`, and stands for the payment from now on. Gives
/// the expense and the entry of its payment as it first stood; None where that reversal took back no payment of an expense.
///
/// # Errors
/// [`Refusal::State`] where the expense was paid again, changed or corrected since: then it would be paid twice, or with another sum.
pub async fn payment_stands_again(
    tx: &mut Tx,
    person: PersonId,
    (reversal, again): (EntryId, EntryId),
    now: Instant,
) -> Result<Option<(ExpenseId, EntryId)>, Refusal> {
    let Some(returned) = returns::of_reversal(tx, reversal).await? else { return Ok(None) };
    let id = returned.expense_id;
    let expense = store::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    if !returns::undo(tx, reversal, again).await? {
        return Err(Refusal::Changed);
    }
    let moved = if expense.entry_id == Some(returned.entry_id) {
        returns::stands_as_bought(tx, id, (returned.entry_id, again), now).await?
    } else {
        returns::stands_as_paid(tx, &returned, again, now).await?
    };
    if !moved {
        return Err(Refusal::State(expense.state));
    }
    store::steps::note(tx, id).await?;
    audit::write(tx, Some(person), "payment_return_undone", &format!("expense {id}"), &format!("entry {again}"), now).await?;
    Ok(Some((id, returned.entry_id)))
}

/// The payment of an expense that came back last; None where none did.
///
/// # Errors
/// When the database is gone.
pub async fn last_returned(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Option<Returned>> {
    returns::last(tx, id).await
}

/// What keys the next payment of an expense: one that came back is another than the one that follows it.
pub(super) async fn payment_key(tx: &mut Tx, expense: &Expense) -> Result<String, Refusal> {
    let proposal = expense.proposal_id.ok_or(Refusal::Changed)?;
    Ok(match returns::count(tx, expense.id).await? {
        0 => format!("{}/{proposal}", expense.id),
        before => format!("{}/{proposal}#{}", expense.id, before.saturating_add(1)),
    })
}
