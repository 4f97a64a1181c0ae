//! What a person must see: one row a subject, however often it happens. Not here: where it is shown.

use super::store;
use crate::clock::Instant;
use crate::db::{Db, Tx};

pub use super::alert_kind::{Alert, AlertKind};
pub use super::said::{Said, reason};

/// Raises an alert, or renews what it says; true when it was not standing already.
///
/// # Errors
/// When the database is gone.
pub async fn raise(tx: &mut Tx, kind: AlertKind, subject: &str, said: &Said, now: Instant) -> sqlx::Result<bool> {
    store::raise_alert(tx, kind, subject, &said.stored(), now).await
}

/// The same in a transaction of its own.
///
/// # Errors
/// When the database is gone.
pub async fn raise_alone(db: &Db, kind: AlertKind, subject: &str, said: &Said, now: Instant) -> sqlx::Result<bool> {
    crate::transact!(db, tx => raise(tx, kind, subject, said, now).await)
}

/// Notes that what an alert was about is gone; true when it was standing.
///
/// # Errors
/// When the database is gone.
pub async fn clear(tx: &mut Tx, kind: AlertKind, subject: &str, now: Instant) -> sqlx::Result<bool> {
    store::clear_alert(tx, kind, subject, now).await
}

/// The same in a transaction of its own, which takes the writer's place only where there is something to clear.
///
/// # Errors
/// When the database is gone.
pub async fn clear_alone(db: &Db, kind: AlertKind, subject: &str, now: Instant) -> sqlx::Result<bool> {
    if !store::alert_stands(&mut db.begin_read().await?, kind, subject).await? {
        return Ok(false);
    }
    crate::transact!(db, tx => clear(tx, kind, subject, now).await)
}

/// What alerts of one kind stand about, sorted.
///
/// # Errors
/// When the database is gone.
pub async fn standing_subjects(tx: &mut Tx, kind: AlertKind) -> sqlx::Result<Vec<String>> {
    store::checks::standing_subjects(tx, kind).await
}

/// The alerts that stand, newest first, at most `limit`.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Alert>> {
    list_behind(tx, None, limit).await
}

/// The same from behind the alert of a row on, where one is given.
///
/// # Errors
/// When the database is gone.
pub async fn list_behind(tx: &mut Tx, row: Option<i64>, limit: i64) -> sqlx::Result<Vec<Alert>> {
    store::standing_alerts(tx, row.unwrap_or(0), limit).await
}

/// The alerts that are due to be told by mail, oldest first; at most `limit` of those that stand are looked at.
///
/// # Errors
/// When the database is gone.
pub async fn due(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Alert>> {
    let untold = store::checks::untold_alerts(tx, limit).await?;
    Ok(untold.into_iter().filter(|alert| alert.kind.told_after_secs().is_some_and(|secs| alert.raised_at.plus_secs(secs) <= now)).collect())
}

/// Notes that an alert was told by mail; false: it was told already, or is gone.
///
/// # Errors
/// When the database is gone.
pub async fn told(tx: &mut Tx, alert: &Alert, now: Instant) -> sqlx::Result<bool> {
    store::checks::note_told(tx, alert.kind, &alert.subject, now).await
}
