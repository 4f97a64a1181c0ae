//! The program and its database killed under load: what was acknowledged is there, and the books verify.

mod disk;
mod killed;
mod load;
mod nodes;
mod upload;

use std::collections::BTreeSet;
use std::path::Path;

use strikefund::db::Db;
use strikefund::run;

use crate::support::setting;

/// How many times the program is killed; `tests/run --rounds` says.
fn rounds() -> usize {
    setting("STRIKEFUND_TEST_ROUNDS").and_then(|rounds| rounds.parse().ok()).unwrap_or(50)
}

/// The ids of every delivery in the table.
async fn stored(db: &Db) -> BTreeSet<String> {
    let tx = &mut db.begin_read().await.expect("the books open for reading");
    let ids: Vec<String> = run!(tx, fetch_all, sqlx::query_scalar("SELECT event_id FROM delivery")).expect("deliveries are read");
    ids.into_iter().collect()
}

/// The same for books on `SQLite` that no program has open.
async fn stored_in(data: &Path) -> BTreeSet<String> {
    let db = Db::open_sqlite(data).await.expect("the books open after a crash");
    let ids = stored(&db).await;
    db.close().await;
    ids
}

/// What was answered with 200 and is not in the table: must be nothing, ever.
fn lost<'a>(acknowledged: &'a BTreeSet<String>, stored: &'a BTreeSet<String>) -> Vec<&'a String> {
    acknowledged.difference(stored).collect()
}
