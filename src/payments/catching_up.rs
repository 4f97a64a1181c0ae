//! What deliveries failed to tell: events that reached nobody, and objects asked for by id (stripe.md §6.6). Nothing in the books depends on it.

use crate::transact;

use super::delivery::{self, Arrival, Peek};
use super::object::{ObjectKind, ObjectState};
use super::stripe::GatewayError;
use super::sync::SyncError;
use super::{Payments, source, store};

/// Stores every event of the last 30 days that reached no endpoint and that we have not; gives how many.
///
/// # Errors
/// When Stripe or the database fails.
pub async fn catch_up(payments: &Payments) -> Result<u64, SyncError> {
    let mut after = None;
    let mut caught = 0;
    loop {
        let page = payments.gateway.undelivered_events(after.as_deref()).await?;
        let bodies: Vec<&[u8]> = page.elements.iter().map(|element| element.get().as_bytes()).collect();
        let arrivals = payments.unknown_arrivals(&bodies).await?;
        caught += arrivals.len() as u64;
        let saved: sqlx::Result<()> = transact!(payments.db, tx => store::save_arrivals(tx, &arrivals).await);
        saved?;
        let last = page.last_id();
        if !page.has_more || last.is_none() || last == after {
            break;
        }
        after = last;
    }
    if caught > 0 {
        payments.wake();
    }
    Ok(caught)
}

impl Payments {
    async fn unknown_arrivals(&self, bodies: &[&[u8]]) -> sqlx::Result<Vec<Arrival>> {
        let tx = &mut self.db.begin_read().await?;
        let received_at = self.clock.now();
        let mut arrivals = Vec::new();
        for body in bodies {
            let peek = Peek::at(body);
            if peek.livemode.is_some_and(|livemode| livemode != self.livemode) || store::known_event(tx, &peek.event_id).await? {
                continue;
            }
            let Peek { event_id, kind, created, .. } = peek;
            let body = self.keyring.seal(&self.entropy, &delivery::seal_context(&event_id), body);
            arrivals.push(Arrival { event_id, kind, created, received_at, seen: 1, body });
        }
        Ok(delivery::fold(arrivals))
    }

    /// What an object says now. A customer's recurring gifts are read again with it, for they are what counts.
    ///
    /// # Errors
    /// When Stripe does not know it, the key has no right to it, or Stripe cannot be reached; or the database is gone.
    pub async fn fetch_object(&self, kind: ObjectKind, id: &str) -> Result<ObjectState, SyncError> {
        if kind == ObjectKind::Customer {
            let subscriptions = self.subscriptions_of(id).await?;
            source::store_all(self, &subscriptions).await?;
        }
        Ok(self.gateway.object(kind, id, self.clock.now()).await?)
    }

    async fn subscriptions_of(&self, customer: &str) -> Result<Vec<ObjectState>, GatewayError> {
        let mut subscriptions = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let (page, has_more) = self.gateway.subscriptions(Some(customer), after.as_deref(), self.clock.now()).await?;
            after = page.last().map(|subscription| subscription.id.clone());
            subscriptions.extend(page);
            if !has_more || after.is_none() {
                return Ok(subscriptions);
            }
        }
    }
}
