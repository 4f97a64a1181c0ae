//! What is remembered between one day's look at Stripe's objects and the next (stripe.md §6.5, §6.6). Not here: asking (`asking/listing.rs`),
//! and what an object's state means for people, which is booking's.

use crate::clock::Instant;
use crate::db::Tx;

use super::object::{ObjectKind, ObjectState};
use super::store;

pub use super::asking::{DailyList, Listed};

const DAY_SECS: i64 = 86_400;
/// How far each reading of a list reaches back behind the newest it knew: what Stripe lists late is found a week long.
const OVERLAP_SECS: i64 = 7 * DAY_SECS;
/// How long after its arrival a payout may still come back: five business days at Stripe, with holidays in between.
const PROMISE_SECS: i64 = 10 * DAY_SECS;

/// The stamp (unix seconds) from which a list is to be read today: everything at first, then a week behind the newest it told.
///
/// # Errors
/// When the database is gone.
pub async fn list_from(tx: &mut Tx, kind: ObjectKind) -> sqlx::Result<i64> {
    let newest = store::checks::newest_listed(tx, kind).await?;
    Ok(newest.map_or(0, |newest| newest.saturating_sub(OVERLAP_SECS).max(0)))
}

/// Notes that a list was read to its end, and the newest stamp it told.
///
/// # Errors
/// When the database is gone.
pub async fn list_read(tx: &mut Tx, kind: ObjectKind, newest: i64) -> sqlx::Result<()> {
    store::checks::note_listed(tx, kind, newest).await
}

/// Objects of one kind that may still move and were last asked about before `asked_before`, the longest ago first.
///
/// # Errors
/// When the database is gone.
pub async fn may_move(tx: &mut Tx, kind: ObjectKind, asked_before: Instant, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    let paid_after = asked_before.unix_secs().saturating_sub(PROMISE_SECS);
    store::objects::may_move(tx, kind, asked_before, paid_after, limit).await
}
