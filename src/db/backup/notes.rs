//! What backups were asked for and made, as the books themselves note it. Not here: making one.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{BackupId, PersonId};
use crate::{record, run};

use super::Backup;

/// How old the newest backup may grow before the next one is made, in seconds.
pub const EVERY_SECS: i64 = 24 * 3600;

record! {
    /// A backup, from the asking to its end.
    pub struct Noted {
        /// Its row.
        pub id: BackupId,
        /// When it was asked for.
        pub asked_at: Instant,
        /// When it was begun; None: it waits.
        pub began_at: Option<Instant>,
        /// When it was made or given up; None: not yet.
        pub ended_at: Option<Instant>,
        /// Where it lies; None: nothing was made.
        pub file: Option<String>,
        /// The size of the copy of the database.
        pub bytes: Option<i64>,
        /// How many documents lie beside it.
        pub documents: Option<i64>,
        /// Of the copy's bytes.
        pub sha256: Option<String>,
        /// When it was removed, for newer ones stand in its place.
        pub gone_at: Option<Instant>,
    }
}

/// Writes a query for backups; the columns are named once.
macro_rules! select_noted {
    ($rest:literal) => {
        concat!("SELECT id, asked_at, began_at, ended_at, file, bytes, documents, sha256, gone_at FROM backup ", $rest)
    };
}

/// Asks for a backup in our own folder; by nobody: the night does. Where one waits or is under way, that one will do.
///
/// # Errors
/// When the database is gone.
pub async fn ask(tx: &mut Tx, by: Option<PersonId>, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO backup (asked_at, asked_by, own) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(now).bind(by)).map(drop)
}

/// The backup that waits or is under way.
///
/// # Errors
/// When the database is gone.
pub async fn unfinished(tx: &mut Tx) -> sqlx::Result<Option<Noted>> {
    run!(tx, fetch_optional, sqlx::query_as(select_noted!("WHERE own = 1 AND ended_at IS NULL")))
}

/// Takes up a backup that waits; false: another node did.
///
/// # Errors
/// When the database is gone.
pub async fn begin(tx: &mut Tx, id: BackupId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE backup SET began_at = $2 WHERE id = $1 AND began_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(now))? == 1)
}

/// Notes that a backup was made.
///
/// # Errors
/// When the database is gone.
pub async fn made(tx: &mut Tx, id: BackupId, backup: &Backup, documents: usize, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE backup SET ended_at = $2, file = $3, bytes = $4, documents = $5, sha256 = $6 WHERE id = $1";
    let (bytes, documents) = (whole(backup.bytes), i64::try_from(documents).unwrap_or(i64::MAX));
    let file = backup.file.to_string_lossy().into_owned();
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(now).bind(file).bind(bytes).bind(documents).bind(&backup.sha256)).map(drop)
}

/// Notes a backup that whoever runs the server made where they wanted it.
///
/// # Errors
/// When the database is gone.
pub async fn made_elsewhere(tx: &mut Tx, backup: &Backup, documents: usize, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO backup (asked_at, began_at, ended_at, file, bytes, documents, sha256, own)
        VALUES ($1, $1, $1, $2, $3, $4, $5, 0)";
    let (bytes, documents) = (whole(backup.bytes), i64::try_from(documents).unwrap_or(i64::MAX));
    let file = backup.file.to_string_lossy().into_owned();
    run!(tx, execute, sqlx::query(SQL).bind(now).bind(file).bind(bytes).bind(documents).bind(&backup.sha256)).map(drop)
}

/// Notes that a backup was not made.
///
/// # Errors
/// When the database is gone.
pub async fn failed(tx: &mut Tx, id: BackupId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE backup SET ended_at = $2, began_at = COALESCE(began_at, $2) WHERE id = $1 AND ended_at IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(now)).map(drop)
}

/// The newest backup that was made, wherever it lies.
///
/// # Errors
/// When the database is gone.
pub async fn newest(tx: &mut Tx) -> sqlx::Result<Option<Noted>> {
    run!(tx, fetch_optional, sqlx::query_as(select_noted!("WHERE file IS NOT NULL ORDER BY ended_at DESC, id DESC LIMIT 1")))
}

/// The newest backups, made or not, at most `limit`.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Noted>> {
    run!(tx, fetch_all, sqlx::query_as(select_noted!("ORDER BY id DESC LIMIT $1")).bind(limit))
}

/// Those in our own folder that are older than the newest `kept` and still there.
///
/// # Errors
/// When the database is gone.
pub async fn superseded(tx: &mut Tx, kept: i64) -> sqlx::Result<Vec<Noted>> {
    const SQL: &str = select_noted!(
        "WHERE own = 1 AND file IS NOT NULL AND gone_at IS NULL
            AND id NOT IN (SELECT id FROM backup WHERE own = 1 AND file IS NOT NULL ORDER BY id DESC LIMIT $1) ORDER BY id LIMIT 100"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(kept))
}

/// Notes that a backup was removed.
///
/// # Errors
/// When the database is gone.
pub async fn gone(tx: &mut Tx, id: BackupId, now: Instant) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE backup SET gone_at = $2 WHERE id = $1").bind(id).bind(now)).map(drop)
}

fn whole(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
