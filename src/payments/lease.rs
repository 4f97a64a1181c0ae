//! Who may do the work behind the scenes: one node at a time, for as long as it keeps saying so.

use crate::clock::Instant;
use crate::db::Db;
use crate::transact;

use super::store;

/// Takes or renews the lease `name` until `secs` after `now`; false while another holder's time runs.
///
/// # Errors
/// When the database is gone.
pub async fn take(db: &Db, name: &str, holder: &str, now: Instant, secs: i64) -> sqlx::Result<bool> {
    transact!(db, tx => store::take_lease(tx, name, holder, now, now.plus_secs(secs)).await)
}

/// Renews a lease that `holder` took; false when it ran out and another took it: the work must stop.
///
/// # Errors
/// When the database is gone.
pub async fn renew(db: &Db, name: &str, holder: &str, now: Instant, secs: i64) -> sqlx::Result<bool> {
    transact!(db, tx => store::renew_lease(tx, name, holder, now.plus_secs(secs)).await)
}

/// Gives the lease back, so that another need not wait for its end.
///
/// # Errors
/// When the database is gone.
pub async fn give_back(db: &Db, name: &str, holder: &str) -> sqlx::Result<()> {
    transact!(db, tx => store::give_back_lease(tx, name, holder).await)
}
