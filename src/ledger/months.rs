//! Months that are locked: nothing new is dated inside them. Not here: who may lock one, and that two people must (`booking`).
//!
//! A decision that is dated inside a locked month is refused; whoever made it dates it later and says why. A fact is never refused: what
//! Stripe or a bank tells late is booked on the first day after the locked months, and the entry says which day its source gave. The day
//! differs from the source's, the sum and the key do not, so the tie to Stripe holds at every moment; a figure that was published as final
//! does not move.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, NewEntry, Source, store};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::PersonId;

crate::record! {
    /// A month that somebody wants locked, or that is.
    pub struct MonthLock {
        /// Such as `2026-10`.
        pub month: String,
        /// Who asked.
        pub asked_by: PersonId,
        /// When.
        pub asked_at: Instant,
        /// Who agreed; None: nobody yet.
        pub agreed_by: Option<PersonId>,
        /// Since when it is locked.
        pub agreed_at: Option<Instant>,
    }
}

/// Asks for a month to be locked; false where somebody did already.
///
/// # Errors
/// When the database is gone.
pub async fn ask_lock(tx: &mut Tx, month: &str, by: PersonId, now: Instant) -> sqlx::Result<bool> {
    store::months::ask(tx, month, by, now).await
}

/// Locks a month that somebody else asked for, for ever; false where it was not asked for, or is locked already. On `PostgreSQL` it waits for
/// the entries that are being written, and those that come after see the lock.
///
/// # Errors
/// When the database is gone, or refuses because the same person asked.
pub async fn lock_month(tx: &mut Tx, month: &str, by: PersonId, now: Instant) -> sqlx::Result<bool> {
    store::months::agree(tx, month, by, now).await
}

/// Every month that is locked or asked for, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn month_locks(tx: &mut Tx) -> sqlx::Result<Vec<MonthLock>> {
    store::months::list(tx).await
}

/// Whether an account held anything at the end of each month that moved it; the months between are as the one before them.
///
/// # Errors
/// When the database is gone.
pub async fn held_after(tx: &mut Tx, path: &str) -> sqlx::Result<BTreeMap<String, bool>> {
    let (mut held, mut months) = (BTreeMap::new(), BTreeMap::new());
    for (month, currency, minor) in store::months::moved(tx, path).await? {
        let sum: &mut i64 = held.entry(currency).or_default();
        *sum = sum.saturating_add(minor);
        months.insert(month, held.values().any(|minor| *minor != 0));
    }
    Ok(months)
}

/// The months that are locked.
///
/// # Errors
/// When the database is gone.
pub async fn locked_months(tx: &mut Tx) -> sqlx::Result<BTreeSet<String>> {
    Ok(store::months::locked(tx).await?.into_iter().collect())
}

/// The entry as it may be posted: a fact of a locked month on the first open day after it, and saying so. Err: the month, for a decision.
pub(super) fn fitted(entry: &NewEntry, locked: &BTreeSet<String>) -> Result<Option<NewEntry>, String> {
    let month = entry.effective_on.month();
    if !locked.contains(&month) {
        return Ok(None);
    }
    if !is_fact(entry.source) {
        return Err(month);
    }
    let open = first_open_day(entry.effective_on, locked);
    let said = format!("Its source dates it {}; that month was locked.", entry.effective_on);
    Ok(Some(NewEntry { effective_on: open, memo: Some(said), ..entry.clone() }))
}

/// Whether an entry that stands is this fact of a locked month, on the later day it was given.
pub(super) fn was_moved(entry: &NewEntry, standing: &Entry, locked: &BTreeSet<String>) -> bool {
    let moved = || NewEntry { effective_on: standing.effective_on, ..entry.clone() };
    is_fact(entry.source)
        && locked.contains(&entry.effective_on.month())
        && standing.effective_on > entry.effective_on
        && moved().says_the_same(standing)
}

/// Whether somebody outside says so, and may say it late.
const fn is_fact(source: Source) -> bool {
    match source {
        Source::Stripe | Source::Opening | Source::Bank => true,
        Source::Spending | Source::Gift | Source::Journal | Source::Grant | Source::Reversal => false,
    }
}

/// The first day that no lock covers, at or after `day`.
pub fn first_open_day(day: Day, locked: &BTreeSet<String>) -> Day {
    let mut open = day;
    while locked.contains(&open.month()) {
        open = open.first_of_next_month();
    }
    open
}
