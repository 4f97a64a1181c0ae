//! What deliveries failed to tell: events that reached nobody, and objects asked for by id (stripe.md §6.6). Nothing in the books depends on it.

use crate::transact;

use super::delivery::{self, Arrival, Peek};
use super::gateway::GatewayError;
use super::object::{ObjectKind, ObjectState};
use super::sync::SyncError;
use super::{Payments, store};

/// Sealed bodies go this long after they were done; Stripe keeps events as long.
const KEPT_SECS: i64 = 30 * 86_400;
/// Bodies cleared in one transaction, so that a donor never waits for it.
const AT_ONCE: i64 = 500;

impl Payments {
    /// Stores every event of the last 30 days that reached no endpoint and that we have not; gives how many.
    ///
    /// # Errors
    /// When Stripe or the database fails.
    pub async fn catch_up(&self) -> Result<u64, SyncError> {
        let mut after = None;
        let mut caught = 0;
        loop {
            let page = self.gateway().undelivered_events(after.as_deref()).await?;
            let bodies: Vec<&[u8]> = page.elements.iter().map(|element| element.get().as_bytes()).collect();
            let arrivals = self.unknown_arrivals(&bodies).await?;
            caught += arrivals.len() as u64;
            for some in arrivals.chunks(store::ARRIVALS_AT_ONCE) {
                store::save_arrivals(&self.db, some).await?;
            }
            let last = page.last_id();
            if !page.has_more || last.is_none() || last == after {
                break;
            }
            after = last;
        }
        if caught > 0 {
            self.wake();
        }
        Ok(caught)
    }

    async fn unknown_arrivals(&self, bodies: &[&[u8]]) -> sqlx::Result<Vec<Arrival>> {
        let tx = &mut self.db.begin_read().await?;
        let received_at = self.clock.now();
        let mut arrivals = Vec::new();
        for body in bodies {
            let peek = Peek::at(body);
            if peek.livemode.is_some_and(|livemode| livemode != self.livemode()) || store::known_event(tx, &peek.event_id).await? {
                continue;
            }
            // It was asked for and never arrived: whether deliveries arrive must not be judged by it.
            arrivals.push(Arrival { seen: 0, ..self.arrival(peek, body, received_at) });
        }
        Ok(delivery::fold(arrivals))
    }

    /// Asks what an object says now, and keeps it; a customer is answered by the recurring gifts it has or had.
    ///
    /// # Errors
    /// When Stripe does not know it, the key has no right to it, or Stripe cannot be reached; or the database is gone.
    pub async fn fetch(&self, kind: ObjectKind, id: &str) -> Result<Vec<ObjectState>, SyncError> {
        let now = self.clock.now();
        let states =
            if kind == ObjectKind::Customer { self.subscriptions_of(id).await? } else { vec![self.gateway().object(kind, id, now).await?] };
        let stored: sqlx::Result<()> = transact!(self.db, tx => super::store_objects(tx, &states).await);
        stored?;
        Ok(states)
    }

    async fn subscriptions_of(&self, customer: &str) -> Result<Vec<ObjectState>, GatewayError> {
        let mut subscriptions = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let (page, has_more) = self.gateway().subscriptions(Some(customer), after.as_deref(), self.clock.now()).await?;
            after = page.last().map(|subscription| subscription.id.clone());
            subscriptions.extend(page);
            if !has_more || after.is_none() {
                return Ok(subscriptions);
            }
        }
    }

    /// Drops the sealed bodies of deliveries that were done 30 days ago; gives how many.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn clear_old_bodies(&self) -> sqlx::Result<u64> {
        let before = self.clock.now().plus_secs(-KEPT_SECS);
        let mut cleared = 0;
        loop {
            let some: sqlx::Result<u64> = transact!(self.db, tx => store::clear_bodies(tx, before, AT_ONCE).await);
            let some = some?;
            cleared += some;
            if some == 0 {
                return Ok(cleared);
            }
        }
    }
}
