//! Locking a month: two people, once what belongs into it is in the books. Not here: what a lock refuses (`ledger`).

use super::journal::JournalError;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds;
use crate::ledger::{self, MonthLock, chart};
use crate::payments;
use crate::people::{self, Actor, Role, audit};

/// A month that is over, and what stands in the way of its lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// Such as `2026-10`.
    pub month: String,
    /// Who asked and who agreed, where somebody did.
    pub lock: Option<MonthLock>,
    /// Why it cannot be locked yet, as words of ours.
    pub blocks: Vec<&'static str>,
}

/// Every month that is over, since the first entry, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, now: Instant) -> sqlx::Result<Vec<Month>> {
    let (Some(general), Some(first)) = (funds::general(tx).await?, ledger::first_day(tx).await?) else { return Ok(Vec::new()) };
    let this = now.day_in(&general.time_zone).month();
    let locks = ledger::month_locks(tx).await?;
    let blocks = blocks_now(tx).await?;
    let mut months = Vec::new();
    let mut day = first;
    while day.month() < this {
        let month = day.month();
        let lock = locks.iter().find(|lock| lock.month == month).cloned();
        let is_locked = lock.as_ref().is_some_and(|lock| lock.agreed_at.is_some());
        let mut of_month = if is_locked { Vec::new() } else { blocks.clone() };
        if !is_locked && has_suspense(tx, last_day(day)).await? {
            of_month.push("suspense");
        }
        months.push(Month { month, lock, blocks: of_month });
        day = day.first_of_next_month();
    }
    months.reverse();
    Ok(months)
}

/// What stands in the way of any lock now: Stripe and the books differ, or a line waits to be booked.
async fn blocks_now(tx: &mut Tx) -> sqlx::Result<Vec<&'static str>> {
    let mut blocks = Vec::new();
    if payments::progress(tx).await?.tie_broken_at.is_some() {
        blocks.push("difference");
    }
    if payments::count_new_lines(tx).await? > 0 {
        blocks.push("lines");
    }
    Ok(blocks)
}

fn last_day(in_month: Day) -> Day {
    let mut day = in_month;
    while day.next().month() == in_month.month() {
        day = day.next();
    }
    day
}

async fn has_suspense(tx: &mut Tx, through: Day) -> sqlx::Result<bool> {
    ledger::held_through(tx, chart::SUSPENSE, through).await
}

/// Asks for a month to be locked.
///
/// # Errors
/// [`JournalError`], with nothing written.
pub async fn ask(tx: &mut Tx, month: &str, actor: Actor, now: Instant) -> Result<(), JournalError> {
    let person = people::require_fresh(tx, actor, &[Role::Recorder, Role::Approver], now).await?;
    lockable(tx, month, now).await?;
    if !ledger::ask_lock(tx, month, person.id, now).await? {
        return Err(JournalError::MovedOn);
    }
    Ok(audit::write(tx, Some(person.id), "month_lock_asked", &format!("month {month}"), "", now).await?)
}

/// A second person agrees: the month is locked, for ever.
///
/// # Errors
/// [`JournalError`], with nothing written.
pub async fn agree(tx: &mut Tx, month: &str, actor: Actor, now: Instant) -> Result<(), JournalError> {
    let person = people::require_fresh(tx, actor, &[Role::Approver], now).await?;
    let found = lockable(tx, month, now).await?;
    let lock = found.lock.ok_or(JournalError::NotFound)?;
    if lock.asked_by == person.id {
        return Err(JournalError::OwnWork);
    }
    if !ledger::lock_month(tx, month, person.id, now).await? {
        return Err(JournalError::MovedOn);
    }
    Ok(audit::write(tx, Some(person.id), "month_locked", &format!("month {month}"), "", now).await?)
}

/// The month, where nothing stands in the way of its lock.
async fn lockable(tx: &mut Tx, month: &str, now: Instant) -> Result<Month, JournalError> {
    let found = list(tx, now).await?.into_iter().find(|found| found.month == month).ok_or(JournalError::NotFound)?;
    match found.blocks.first() {
        Some(block) => Err(JournalError::NotYet(block)),
        None => Ok(found),
    }
}
