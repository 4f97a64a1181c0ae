//! How much work a page makes the database do: statements and rows that came back, as the driver itself reports them, and the steps that
//! `SQLite` took, as it counts them. Steps are the same on a busy machine as on a quiet one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use strikefund::db::Db;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static ROWS: AtomicU64 = AtomicU64::new(0);
/// In units of [`STEPS_AT_ONCE`].
static STEPS: AtomicU64 = AtomicU64::new(0);
/// How many steps `SQLite` takes before it tells of them.
const STEPS_AT_ONCE: u32 = 20;
/// How many connections `SQLite` reads with.
const READERS: usize = 4;
/// Counts are the whole process's, so one measurement runs at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What something cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// How many statements ran.
    pub statements: u64,
    /// How many rows they gave.
    pub rows: u64,
    /// How many steps of its machine `SQLite` took; 0 where nobody counts them.
    pub steps: u64,
}

/// Has the connections that read count their steps from now on; on `PostgreSQL` nothing is counted.
pub async fn count_steps(db: &Db) {
    let Db::Sqlite { read, .. } = db else { return };
    let mut held = Vec::new();
    for _ in 0..READERS {
        let mut connection = read.acquire().await.expect("a connection");
        let mut handle = connection.lock_handle().await.expect("its handle");
        handle.set_progress_handler(i32::try_from(STEPS_AT_ONCE).expect("a few"), || {
            STEPS.fetch_add(1, Ordering::Relaxed);
            true
        });
        drop(handle);
        held.push(connection);
    }
}

struct Counter;

impl<S: Subscriber> Layer<S> for Counter {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut seen = Seen::default();
            event.record(&mut seen);
            // The program looks after its log beside the pages: that is no work of theirs.
            if !seen.is_upkeep {
                STATEMENTS.fetch_add(1, Ordering::Relaxed);
                ROWS.fetch_add(seen.rows, Ordering::Relaxed);
            }
        }
    }
}

/// What the driver tells of a statement.
#[derive(Default)]
struct Seen {
    rows: u64,
    is_upkeep: bool,
}

impl Visit for Seen {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            self.rows = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            self.is_upkeep = value.starts_with("PRAGMA ");
            // The way to the statement that reads too much.
            if super::setting("STRIKEFUND_TEST_TELL").is_some() {
                println!("  {} steps so far after {value}", STEPS.load(Ordering::Relaxed) * u64::from(STEPS_AT_ONCE));
            }
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// What `work` makes the database do. Nothing else may use a database in this process meanwhile.
#[expect(clippy::await_holding_lock, reason = "a test's runtime has nobody else who could want the lock")]
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, Work) {
    let _alone = ONE_AT_A_TIME.lock().expect("no measurement panics while it counts");
    // The second call in a process finds the counter in place already.
    let _standing = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Counter));
    let all = || [&STATEMENTS, &ROWS, &STEPS].map(|count| count.load(Ordering::Relaxed));
    let before = all();
    let value = work.await;
    let [statements, rows, steps] = all();
    let work = Work { statements: statements - before[0], rows: rows - before[1], steps: (steps - before[2]) * u64::from(STEPS_AT_ONCE) };
    (value, work)
}
