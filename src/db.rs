//! One SQL text, two native drivers: connections, transactions, migrations. Not here: any feature's own statements.

pub mod backup;
mod migrations;
mod roles;
pub mod rows;
mod schema;
mod sqlite;
mod types;

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

pub use migrations::{MIGRATIONS, Migrated, Schema};
pub use sqlite::{OLDEST_SQLITE, SQLITE_NAME, SqliteFile};

/// The database a fund keeps its books in.
#[derive(Clone, Debug)]
pub enum Db {
    /// The embedded default: many readers, one writer.
    Sqlite {
        /// Connections that can only read.
        read: sqlx::SqlitePool,
        /// The one connection that writes.
        write: sqlx::SqlitePool,
        /// Where the file lies.
        file: SqliteFile,
    },
    /// For whoever outgrows one machine: many writers, many nodes.
    Postgres(sqlx::PgPool),
}

/// A transaction on whichever database the fund keeps its books in. Dropped without a commit, it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// On the embedded database.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// On `PostgreSQL`.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// Runs one statement, given once, on the native driver of the transaction's database.
///
/// `run!(tx, execute, …)` gives the number of rows changed; `fetch_one`, `fetch_optional` and `fetch_all` give rows.
#[macro_export]
macro_rules! run {
    ($tx:expr, execute, $query:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite(tx) => $query.execute(&mut **tx).await.map(|done| done.rows_affected()),
            $crate::db::Tx::Postgres(tx) => $query.execute(&mut **tx).await.map(|done| done.rows_affected()),
        }
    };
    ($tx:expr, $fetch:ident, $query:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite(tx) => $query.$fetch(&mut **tx).await,
            $crate::db::Tx::Postgres(tx) => $query.$fetch(&mut **tx).await,
        }
    };
}

/// Writes many rows, a batch a statement; gives how many were written.
///
/// `insert_rows!(tx, HEAD, rows, |row| [row.id, row.text.as_str()])` for a fixed text that names table and columns, and each row's values in their
/// order; what follows the values may be given after them: `"ON CONFLICT DO NOTHING"`.
#[macro_export]
macro_rules! insert_rows {
    ($tx:expr, $head:expr, $rows:expr, |$row:pat_param| [$($value:expr),+ $(,)?]) => {
        $crate::insert_rows!($tx, $head, $rows, |$row| [$($value),+], "")
    };
    ($tx:expr, $head:expr, $rows:expr, |$row:pat_param| [$($value:expr),+ $(,)?], $tail:expr) => {
        async {
            let mut written = 0;
            match $tx {
                $crate::db::Tx::Sqlite(tx) => {
                    for batch in $crate::db::rows::batches($rows) {
                        let statement = $crate::insert_rows!(@ Unnamed, $head, batch, $row, [$($value),+], $tail);
                        written += statement.execute(&mut **tx).await?.rows_affected();
                    }
                }
                $crate::db::Tx::Postgres(tx) => {
                    for batch in $crate::db::rows::batches($rows) {
                        let statement = $crate::insert_rows!(@ Numbered, $head, batch, $row, [$($value),+], $tail);
                        written += statement.execute(&mut **tx).await?.rows_affected();
                    }
                }
            }
            Ok::<u64, sqlx::Error>(written)
        }
        .await
    };
    (@ $places:ident, $head:expr, $batch:ident, $row:pat_param, [$($value:expr),+], $tail:expr) => {{
        let columns = [$({ let _counted = stringify!($value); }),+].len();
        let sql = $crate::db::rows::values($crate::db::rows::Places::$places, $head, columns, $batch.len(), $tail);
        let mut statement = sqlx::query(sql);
        for $row in $batch {
            statement = statement$(.bind($value))+;
        }
        statement
    }};
}

/// Reads the rows of many keys, a piece of the keys at a time.
///
/// `run_in!(tx, query_as, HEAD, keys)` for a fixed text that ends with `IN`; what it binds before the keys follows them: `run_in!(tx, query_as,
/// HEAD, keys, now)`.
#[macro_export]
macro_rules! run_in {
    ($tx:expr, $query:ident, $head:expr, $keys:expr $(, $before:expr)*) => {
        async {
            let mut all = Vec::new();
            for piece in $crate::db::rows::pieces($keys) {
                all.append(&mut $crate::run!($tx, fetch_all, {
                    let first = 1 $(+ { let _counted = stringify!($before); 1 })*;
                    let mut statement = sqlx::$query($crate::db::rows::list($head, first, piece.len()))$(.bind($before))*;
                    for key in piece {
                        statement = statement.bind(key);
                    }
                    statement
                })?);
            }
            Ok::<_, sqlx::Error>(all)
        }
        .await
    };
}

/// Runs one writing statement that is a transaction of its own, and gives how many rows it touched: one way to the database and back.
///
/// `run_alone!(db, query)`: `db` is a `&Db`.
#[macro_export]
macro_rules! run_alone {
    ($db:expr, $query:expr) => {
        match $db {
            $crate::db::Db::Sqlite { write, .. } => $query.execute(write).await.map(|done| done.rows_affected()),
            $crate::db::Db::Postgres(pool) => $query.execute(pool).await.map(|done| done.rows_affected()),
        }
    };
}

/// Runs a write transaction, whole, and again from its start when the database asks for that (at most five times).
///
/// `transact!(db, tx => { … })`: the block is the body, it gives a `Result` whose error is `From<sqlx::Error>` and
/// [`Retryable`]; `tx` is a `&mut Tx`. What the block reads from outside it may read again, so it moves nothing out.
#[macro_export]
macro_rules! transact {
    ($db:expr, $tx:ident => $body:expr) => {{
        let mut attempt = 0_u32;
        loop {
            let outcome = async {
                let mut transaction = $db.begin_write().await?;
                let $tx = &mut transaction;
                let value = $body?;
                transaction.commit().await?;
                Ok(value)
            }
            .await;
            match outcome {
                Err(error) if attempt < $crate::db::RETRIES && $crate::db::Retryable::is_retryable(&error) => {
                    attempt += 1;
                    $crate::db::pause_before_retry(attempt).await;
                }
                outcome => break outcome,
            }
        }
    }};
}

/// How often a write transaction is run again before its error is handed on.
pub const RETRIES: u32 = 5;

/// Whether the same transaction, run again from its start, may well succeed.
pub trait Retryable {
    /// True for lost races (busy, serialisation failure, deadlock, unique key taken meanwhile), false for all else.
    fn is_retryable(&self) -> bool;
}

impl Retryable for sqlx::Error {
    fn is_retryable(&self) -> bool {
        let Self::Database(error) = self else { return false };
        // A unique key that was free a moment ago: another node booked the same fact, and the next run will find it.
        // SQLite: 5 busy, 6 locked, 517 busy snapshot. PostgreSQL: serialisation failure, deadlock.
        error.is_unique_violation() || error.code().is_some_and(|code| matches!(&*code, "5" | "6" | "517" | "40001" | "40P01"))
    }
}

/// Whether the disk itself failed under the embedded database: what it holds now is unknown, so the process must end.
///
/// A full disk is no such failure: the transaction is undone and the next may pass. Nor is trouble with the index in shared memory, which
/// a full disk can cause and which holds nothing that could be lost.
pub fn is_disk_failure(error: &sqlx::Error) -> bool {
    const SQLITE_IOERR: i64 = 10;
    const SHARED_MEMORY: [i64; 4] = [0x120a, 0x130a, 0x140a, 0x150a]; // open, size, lock, map
    let sqlx::Error::Database(error) = error else { return false };
    let code = error.try_downcast_ref::<sqlx::sqlite::SqliteError>().and_then(|_| error.code()?.parse::<i64>().ok());
    code.is_some_and(|code| code & 0xff == SQLITE_IOERR && !SHARED_MEMORY.contains(&code))
}

/// Waits 10, 20, 40 … ms, so that two losers of a race do not meet again at once.
pub async fn pause_before_retry(attempt: u32) {
    let jitter = crate::ids::Entropy::system().below(10);
    tokio::time::sleep(Duration::from_millis((5_u64 << attempt.min(8)) + jitter)).await;
}

impl Db {
    /// How a statement of this database is told where values go.
    pub const fn places(&self) -> rows::Places {
        match self {
            Self::Sqlite { .. } => rows::Places::Unnamed,
            Self::Postgres(_) => rows::Places::Numbered,
        }
    }

    /// Connects to `PostgreSQL` and checks that a commit there is durable.
    ///
    /// # Errors
    /// When the address cannot be read, the server does not answer, or `synchronous_commit` is off.
    pub async fn connect_postgres(url: &str) -> anyhow::Result<Self> {
        let options = PgConnectOptions::from_str(url)?.application_name("strikefund").options([
            ("statement_timeout", "60s"),
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "60s"),
        ]);
        let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(5)).connect_with(options).await?;
        let durable: String = sqlx::query_scalar("SHOW synchronous_commit").fetch_one(&pool).await?;
        anyhow::ensure!(
            durable != "off" && durable != "local",
            "PostgreSQL runs with synchronous_commit={durable}: a gift it acknowledged could be lost. Set it to on."
        );
        Ok(Self::Postgres(pool))
    }

    /// One consistent view of everything, for reading.
    ///
    /// # Errors
    /// When no connection comes free in time or the database is gone.
    pub async fn begin_read(&self) -> sqlx::Result<Tx> {
        match self {
            Self::Sqlite { read, .. } => read.begin().await.map(Tx::Sqlite),
            Self::Postgres(pool) => pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(Tx::Postgres),
        }
    }

    /// A transaction that writes: the one writer on `SQLite`, one of many on `PostgreSQL`. Never await the network inside.
    ///
    /// # Errors
    /// When no connection comes free in time or the database is gone.
    pub async fn begin_write(&self) -> sqlx::Result<Tx> {
        match self {
            Self::Sqlite { write, .. } => write.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite),
            Self::Postgres(pool) => pool.begin().await.map(Tx::Postgres),
        }
    }

    /// Closes every connection; on `SQLite` this folds the write-ahead log into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes everything written so far durable and visible, all at once.
    ///
    /// # Errors
    /// When the database refuses (a deferred check failed, the disk is full) or the outcome is unknown.
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    /// Holds one consistent view for the rest of this write transaction. Must come first in it.
    ///
    /// # Errors
    /// When the database is gone, or the transaction has read already.
    pub async fn freeze(&mut self) -> sqlx::Result<()> {
        if let Self::Postgres(tx) = self {
            sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut **tx).await?;
        }
        // SQLite's writer has the file to itself.
        Ok(())
    }

    /// Takes `count` new entry ids, rising; a rolled-back transaction may leave a gap.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn take_entry_ids(&mut self, count: usize) -> sqlx::Result<Vec<i64>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        match self {
            // The one writer holds the file, so nobody else can take the same numbers.
            Self::Sqlite(tx) => {
                let first: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM entry").fetch_one(&mut **tx).await?;
                Ok((first..first.saturating_add(count)).collect())
            }
            Self::Postgres(tx) => {
                sqlx::query_scalar("SELECT nextval('entry_id_seq') FROM generate_series(1, $1)").bind(count).fetch_all(&mut **tx).await
            }
        }
    }
}
