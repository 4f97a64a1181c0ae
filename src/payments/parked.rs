//! Deliveries that wait for a person or an upgrade, one by one: what is known of each without opening it. Not here: parking them, and trying
//! all of them again.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::DeliveryId;
use crate::record;

use super::store;

record! {
    /// A delivery that waits.
    pub struct Parked {
        /// Its row.
        pub id: DeliveryId,
        /// `evt_…`, or `sha256:…` of the body.
        pub event_id: String,
        /// The event's type, empty where none could be read.
        pub kind: String,
        /// When it happened, in unix seconds by Stripe's clock.
        pub created: Option<i64>,
        /// When it first reached us.
        pub received_at: Instant,
        /// How many times it arrived.
        pub seen: i64,
        /// Why it waits.
        pub reason: String,
        /// How often it was tried.
        pub attempts: i64,
        /// When it is tried next.
        pub next_try_at: Instant,
    }
}

/// At most `limit` of them, the oldest first, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, after: Option<DeliveryId>, limit: i64) -> sqlx::Result<Vec<Parked>> {
    store::parked::list(tx, after.unwrap_or(DeliveryId(0)), limit).await
}

/// One of them.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, id: DeliveryId) -> sqlx::Result<Option<Parked>> {
    store::parked::find(tx, id).await
}

/// Has one tried again at once; false where it waits no more.
///
/// # Errors
/// When the database is gone.
pub async fn retry(tx: &mut Tx, id: DeliveryId, now: Instant) -> sqlx::Result<bool> {
    store::parked::retry(tx, id, now).await
}
