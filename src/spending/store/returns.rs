//! The statements over payments that the bank sent back.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{EntryId, ExpenseId};
use crate::run;

use super::super::returning::Returned;

macro_rules! select_returned {
    ($rest:literal) => {
        concat!("SELECT entry_id, expense_id, reversal_id, returned_on, paid_from, paid_on, pay_reference FROM expense_return ", $rest)
    };
}

pub(in crate::spending) async fn insert(tx: &mut Tx, returned: &Returned, now: Instant) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO expense_return (entry_id, expense_id, reversal_id, returned_on, paid_from, paid_on, pay_reference, noted_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(returned.entry_id)
            .bind(returned.expense_id)
            .bind(returned.reversal_id)
            .bind(returned.returned_on)
            .bind(returned.paid_from.as_str())
            .bind(returned.paid_on)
            .bind(returned.pay_reference.as_str())
            .bind(now)
    )
    .map(drop)
}

pub(in crate::spending) async fn of_reversal(tx: &mut Tx, reversal: EntryId) -> sqlx::Result<Option<Returned>> {
    run!(tx, fetch_optional, sqlx::query_as(select_returned!("WHERE reversal_id = $1")).bind(reversal))
}

/// The last one that is back.
pub(in crate::spending) async fn last(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Option<Returned>> {
    const SQL: &str = select_returned!("WHERE expense_id = $1 AND again_id IS NULL ORDER BY noted_at DESC, entry_id DESC LIMIT 1");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

/// How often a payment came back, undone ones among them.
pub(in crate::spending) async fn count(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<i64> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM expense_return WHERE expense_id = $1").bind(id))
}

/// Leads what was paid by this entry back to what is approved and owed; false where it does not stand as paid by it.
pub(in crate::spending) async fn unpay(tx: &mut Tx, id: ExpenseId, payment: EntryId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE expense SET state = 'approved', payment_id = NULL, paid_from = NULL, paid_on = NULL, pay_reference = NULL,
            version = version + 1, changed_at = $3
        WHERE id = $1 AND payment_id = $2 AND state IN ('paid', 'matched')";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(payment).bind(now))? == 1)
}

/// Notes which entry put a payment back; false where one did already.
pub(in crate::spending) async fn undo(tx: &mut Tx, reversal: EntryId, again: EntryId) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE expense_return SET again_id = $2 WHERE reversal_id = $1 AND again_id IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(reversal).bind(again))? == 1)
}

/// What is approved stands as paid again, as it was; false where it is not approved, was paid meanwhile, or was changed and agreed to anew since
/// the payment came back: its cost is a later entry then, and entries' numbers rise.
pub(in crate::spending) async fn stands_as_paid(tx: &mut Tx, returned: &Returned, again: EntryId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE expense SET state = 'paid', payment_id = $2, paid_from = $3, paid_on = $4, pay_reference = $5,
            version = version + 1, changed_at = $6
        WHERE id = $1 AND state = 'approved' AND payment_id IS NULL AND entry_id < $7";
    let changed = run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(returned.expense_id)
            .bind(again)
            .bind(returned.paid_from.as_str())
            .bind(returned.paid_on)
            .bind(returned.pay_reference.as_str())
            .bind(now)
            .bind(returned.reversal_id)
    )?;
    Ok(changed == 1)
}

/// What was paid as it was bought stands again, by another entry; false where another expense stands in its place.
pub(in crate::spending) async fn stands_as_bought(
    tx: &mut Tx,
    id: ExpenseId,
    (entry, again): (EntryId, EntryId),
    now: Instant,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE expense SET state = 'paid', entry_id = $3, version = version + 1, changed_at = $4
        WHERE id = $1 AND state = 'corrected' AND entry_id = $2";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(entry).bind(again).bind(now))? == 1)
}
