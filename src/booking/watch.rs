//! What should have come and has not: the line of a gift that was paid, the deliveries of lines that came (stripe.md §6.5).
//! Both alerts take themselves back.

use crate::clock::Instant;
use crate::db::Tx;
use crate::donations::{self, State};
use crate::payments::alert::{self, AlertKind, Said};
use crate::payments::{self, silence};

/// How long after a gift was paid its line may take to be listed.
const LINE_WITHIN_SECS: i64 = 3600;
/// How many gifts without a line one look tells of, the oldest first: a person who sees a hundred needs no more.
const AT_ONCE: i64 = 100;

/// Looks for gifts without lines and for lines without deliveries. `listening_since` is when this node took up the work.
///
/// # Errors
/// When the database is gone.
pub async fn watch(tx: &mut Tx, listening_since: Instant, now: Instant) -> sqlx::Result<()> {
    watch_for_lines(tx, now).await?;
    watch_for_deliveries(tx, listening_since, now).await
}

/// A gift is only missed once the list was read to its end an hour after it was paid: while the list cannot be read, that is the alert.
async fn watch_for_lines(tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
    let Some(read_at) = payments::progress(tx).await?.complete_at else { return Ok(()) };
    let paid_by = read_at.min(now).plus_secs(-LINE_WITHIN_SECS);
    for gift in donations::paid_without_line(tx, paid_by, AT_ONCE).await? {
        let known_as: Vec<&str> =
            [&gift.payment_intent, &gift.session_id, &gift.subscription_id].into_iter().flatten().map(|id| &**id).collect();
        let ids = if known_as.is_empty() { gift.reference.clone() } else { known_as.join(", ") };
        let said = Said::new("line-missing").with("number", &gift.number).with("ids", ids);
        alert::raise(tx, AlertKind::LineMissing, &gift.reference, &said, now).await?;
    }
    for reference in alert::standing_subjects(tx, AlertKind::LineMissing).await? {
        let gift = donations::find_by_ref(tx, &reference).await?;
        if !gift.is_some_and(|gift| gift.state == State::Paid && gift.settled_at.is_none()) {
            alert::clear(tx, AlertKind::LineMissing, &reference, now).await?;
        }
    }
    Ok(())
}

async fn watch_for_deliveries(tx: &mut Tx, listening_since: Instant, now: Instant) -> sqlx::Result<()> {
    match silence::unannounced(tx, listening_since, now).await? {
        None => alert::clear(tx, AlertKind::DeliveriesMissing, "", now).await.map(drop),
        Some(line) => {
            let said = Said::new("deliveries-missing").with("line", line);
            alert::raise(tx, AlertKind::DeliveriesMissing, "", &said, now).await.map(drop)
        }
    }
}
