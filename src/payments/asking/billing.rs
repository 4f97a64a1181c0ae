//! The bills of gifts that repeat: which are open, and making one void. Not here: when that is done (`donations::ending`).

use super::{Page, page, path, read_state, read_states};
use crate::clock::Instant;
use crate::payments::gateway::GatewayError;
use crate::payments::object::{ObjectKind, ObjectState};
use crate::payments::stripe::{Ask, Gateway};

impl Gateway {
    /// A page of bills that are open, of every gift or of one, and where the next page goes on; None on the last one.
    ///
    /// # Errors
    /// When the key has no right to them, or Stripe cannot be reached.
    pub async fn open_bills(
        &self,
        subscription: Option<&str>,
        after: Option<&str>,
        now: Instant,
    ) -> Result<(Vec<ObjectState>, Option<String>), GatewayError> {
        let mut query = page(after, [("status", "open".to_owned())]);
        query.extend(subscription.map(|id| ("subscription", id.to_owned())));
        self.ask(Ask::get("GET /v1/invoices", "/invoices".into(), query), |reply| {
            let (bills, has_more) = read_states(ObjectKind::Invoice, reply, now)?;
            let last = if has_more { Page::read(reply)?.last_id() } else { None };
            Ok((bills, last))
        })
        .await
    }

    /// Makes a bill void: nobody is charged for it any more.
    ///
    /// # Errors
    /// When it is not open any more, the key has no right to it, or Stripe cannot be reached.
    pub async fn void_bill(&self, id: &str, operation: &str, now: Instant) -> Result<ObjectState, GatewayError> {
        let ask = Ask::post("POST /v1/invoices/…/void", operation, format!("{}/void", path("/invoices/", id)?), Vec::new());
        self.ask(ask, |reply| read_state(ObjectKind::Invoice, reply, now)).await
    }
}
