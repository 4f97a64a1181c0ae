//! How much work a page makes the database do: statements, and rows that came back, as the driver itself reports them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static ROWS: AtomicU64 = AtomicU64::new(0);
/// Counts are the whole process's, so one measurement runs at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What something cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// How many statements ran.
    pub statements: u64,
    /// How many rows they gave.
    pub rows: u64,
}

struct Counter;

impl<S: Subscriber> Layer<S> for Counter {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            STATEMENTS.fetch_add(1, Ordering::Relaxed);
            event.record(&mut Rows);
        }
    }
}

struct Rows;

impl Visit for Rows {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            ROWS.fetch_add(value, Ordering::Relaxed);
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
    let before = (STATEMENTS.load(Ordering::Relaxed), ROWS.load(Ordering::Relaxed));
    let value = work.await;
    let work = Work { statements: STATEMENTS.load(Ordering::Relaxed) - before.0, rows: ROWS.load(Ordering::Relaxed) - before.1 };
    (value, work)
}
