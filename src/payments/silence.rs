//! Whether deliveries still arrive: lines that Stripe announces, and no word of them at the door.

use crate::clock::Instant;
use crate::db::Tx;

use super::line::LineId;
use super::store;

/// How long a line may stand in the list without any delivery before the webhooks are called broken.
const SILENCE_SECS: i64 = 6 * 3600;
/// A line is stamped up to minutes away from its delivery, by another clock than ours.
const SLACK_SECS: i64 = 10 * 60;

/// The first line that was seen six hours ago and since whose stamp nothing has arrived at the door.
///
/// Any delivery counts as the announcement of every line stamped before it, so that no line needs a mark of its own: webhooks
/// that are broken are broken for all. Lines stamped before `listening_since`, when this node took up the work, tell nothing, for
/// nobody may have stood at the door; nor do Stripe's own fees and holds, which it announces to nobody.
///
/// # Errors
/// When the database is gone.
pub async fn unannounced(tx: &mut Tx, listening_since: Instant, now: Instant) -> sqlx::Result<Option<LineId>> {
    let heard_until = store::checks::newest_arrival(tx).await?.map(|arrived_at| arrived_at.plus_secs(SLACK_SECS));
    let after = heard_until.map_or(listening_since, |heard_until| heard_until.max(listening_since));
    store::checks::first_announceable(tx, after.unix_secs(), now.plus_secs(-SILENCE_SECS)).await
}

/// When a delivery last arrived at the door; what only came when asked for does not count.
///
/// # Errors
/// When the database is gone.
pub async fn last_arrival(tx: &mut Tx) -> sqlx::Result<Option<Instant>> {
    store::checks::newest_arrival(tx).await
}
