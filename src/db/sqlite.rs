//! The embedded database: how its file is opened, and the settings it must have before a cent is written.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use sqlx::AssertSqlSafe;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::Db;

/// The first release without the WAL-reset bug: 3.7.0 to 3.51.2 can corrupt a database with two connections.
pub const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// The embedded database's name in its directory.
pub const SQLITE_NAME: &str = "strikefund.sqlite";

/// Where the embedded database lies.
#[derive(Clone, Debug)]
pub struct SqliteFile(pub PathBuf);

/// Where a commit must write the log back itself, seconds into the worst flood: 256 MiB of pages.
const LONGEST_LOG_PAGES: &str = "64000";
/// What the log has grown to it keeps, so that the next rush writes over it: a file that grows waits for the file system's journal.
const KEPT_LOG_BYTES: &str = "268435456";
/// A log with so many pages to write back is written back beside the commits, and does not wait until none come.
const LONG_LOG_PAGES: i64 = 48_000;
/// How often the log is looked at; one that nobody wrote to between two looks is written back.
const LOOK: Duration = Duration::from_millis(100);

/// Settings read back from every new connection, each with the value without which we do not start.
const REQUIRED: [(&str, &str, &str); 4] = [
    ("journal_mode", "PRAGMA journal_mode", "wal"),
    ("synchronous", "PRAGMA synchronous", "2"),
    ("foreign_keys", "PRAGMA foreign_keys", "1"),
    ("recursive_triggers", "PRAGMA recursive_triggers", "1"),
];

impl Db {
    /// Opens the embedded database in `directory`, making both where they are missing.
    ///
    /// # Errors
    /// In one plain sentence: the directory cannot be written, the `SQLite` library is too old, or a setting did not take.
    pub async fn open_sqlite(directory: &Path) -> anyhow::Result<Self> {
        check_directory(directory)?;
        let path = directory.join(SQLITE_NAME);
        let options = SqliteConnectOptions::from_str("sqlite:")?
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("recursive_triggers", "ON")
            .pragma("wal_autocheckpoint", LONGEST_LOG_PAGES)
            .pragma("journal_size_limit", KEPT_LOG_BYTES)
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(256);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(10))
            // A file does not hang up: to ask first would only be one more way to its thread and back.
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(check_settings(connection)))
            .after_release(|connection, _| Box::pin(has_no_transaction(connection)))
            .connect_with(options.clone())
            .await
            .with_context(|| format!("The database {} cannot be opened", path.display()))?;
        let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&write).await?;
        check_version(&version)?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(check_settings(connection)))
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        // What a killed process left in the log is written back now, and not by the first commit.
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&read).await?;
        tokio::spawn(write_back(read.clone()));
        Ok(Self::Sqlite { read, write, file: SqliteFile(path) })
    }
}

impl Db {
    /// The tables of an empty fund that lie nowhere but in memory, with one connection: for sums that nobody keeps, not for books. No guard
    /// stands at them, for there is nothing to lose, and what is right is asked by whoever adds up.
    ///
    /// # Errors
    /// When `SQLite` has no memory to give.
    pub async fn scratch() -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::from_str("sqlite::memory:")?.foreign_keys(false);
        let pool = SqlitePoolOptions::new().max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = pool.test_before_acquire(false).connect_with(options).await?;
        let scratch = Self::Sqlite { read: pool.clone(), write: pool.clone(), file: SqliteFile(PathBuf::new()) };
        scratch.migrate().await?;
        let guards: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetch_all(&pool).await?;
        for guard in guards {
            sqlx::query(AssertSqlSafe(format!("DROP TRIGGER {guard}"))).execute(&pool).await?;
        }
        Ok(scratch)
    }
}

/// Writes the log back into the database file, once no commit comes or the log is long, until the pool is closed.
///
/// `SQLite`'s own way is to let every thousandth page or so stop the commit that wrote it, for as long as the disk takes to write and flush
/// them all: a donor or a delivery waits for it. A passive checkpoint stops nobody, but still shares the disk with them; after
/// the rush it shares it with nobody.
async fn write_back(pool: SqlitePool) {
    let mut seen = 0;
    loop {
        tokio::select! {
            () = pool.close_event() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        // Nothing is lost by a failure: the log holds all of it, and a commit that fails says so itself.
        if let Err(error) = look_at_log(&pool, &mut seen).await {
            tracing::debug!(%error, "the log could not be written back");
        }
    }
}

async fn look_at_log(pool: &SqlitePool, seen: &mut i64) -> sqlx::Result<()> {
    // SQLite answers: whether it was kept from it, pages in the log, pages of them written back.
    let (_, pages, done): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(NOOP)").fetch_one(pool).await?;
    let (waiting, quiet) = (pages - done, pages == *seen);
    *seen = pages;
    if waiting > 0 && (quiet || waiting > LONG_LOG_PAGES) {
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(pool).await?;
    }
    Ok(())
}

/// Writes a byte and takes it away again: what cannot be written is told now, not at the first gift.
fn check_directory(directory: &Path) -> anyhow::Result<()> {
    let plain = || format!("The data directory {} cannot be written: give it to the user that runs strikefund", directory.display());
    std::fs::create_dir_all(directory).with_context(plain)?;
    let probe = directory.join(".probe");
    std::fs::write(&probe, b"strikefund").with_context(plain)?;
    std::fs::remove_file(&probe).with_context(plain)
}

/// Refuses an `SQLite` that may corrupt the books.
///
/// # Errors
/// When `version` is older than [`OLDEST_SQLITE`] or is no version at all.
pub fn check_version(version: &str) -> anyhow::Result<()> {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let found = (next(), next(), next());
    let (major, minor, patch) = OLDEST_SQLITE;
    ensure!(
        found >= OLDEST_SQLITE,
        "SQLite {version} is too old: releases before {major}.{minor}.{patch} can corrupt a database that two connections share."
    );
    Ok(())
}

/// Whether the writer can begin anew; if not, it is closed and another is opened.
///
/// On a full disk `SQLite` itself undoes the transaction. The driver's own ROLLBACK then finds none and fails, and the driver
/// believes from there on that one is open: every later gift would be turned away, with room on the disk again.
async fn has_no_transaction(connection: &mut sqlx::SqliteConnection) -> sqlx::Result<bool> {
    if !connection.is_in_transaction() {
        return Ok(true);
    }
    // A dropped transaction only queues its ROLLBACK; whatever is asked next comes after it.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

async fn check_settings(connection: &mut sqlx::SqliteConnection) -> sqlx::Result<()> {
    for (name, question, wanted) in REQUIRED {
        let found: String = match sqlx::query_scalar::<_, String>(question).fetch_one(&mut *connection).await {
            Ok(text) => text,
            Err(sqlx::Error::ColumnDecode { .. }) => sqlx::query_scalar::<_, i64>(question).fetch_one(&mut *connection).await?.to_string(),
            Err(error) => return Err(error),
        };
        if found != wanted {
            return Err(sqlx::Error::Configuration(
                format!("SQLite answers {name}={found} where {wanted} is needed; the books would not be safe").into(),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sqlite_that_can_corrupt_is_refused() {
        for old in ["3.40.1", "3.51.2", "3.7", "nonsense"] {
            let said = check_version(old).unwrap_err().to_string();
            assert!(said.contains("too old"), "{said}");
        }
        for sound in ["3.51.3", "3.52.0", "4.0.0"] {
            check_version(sound).unwrap();
        }
    }
}
