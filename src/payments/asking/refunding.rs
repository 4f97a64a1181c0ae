//! Money back to a donor: asked once however often it is asked, and found again where the answer was lost. Not here: who decided it.

use serde_json::value::RawValue;

use super::{Page, read_state};
use crate::clock::Instant;
use crate::money::Money;
use crate::payments::gateway::GatewayError;
use crate::payments::json::{Misfit, Object};
use crate::payments::object::{ObjectKind, ObjectState};
use crate::payments::stripe::{Ask, Gateway};

impl Gateway {
    /// Gives a part of a charge, or all of it, back to where it came from. `reference` is our own id of the refund: it keys the call, so that
    /// asked twice it is given once, and stands in the refund's metadata.
    ///
    /// # Errors
    /// When Stripe refuses (more than is left, in dispute) or cannot be reached.
    pub async fn refund(&self, charge: &str, amount: Money, reference: &str, now: Instant) -> Result<ObjectState, GatewayError> {
        super::path("", charge)?;
        let form = [("charge", charge.to_owned()), ("amount", amount.minor.to_string()), ("metadata[refund]", reference.to_owned())];
        let form = form.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let ask = Ask::post("POST /v1/refunds", reference, "/refunds".to_owned(), form);
        self.ask(ask, |reply| read_state(ObjectKind::Refund, reply, now)).await
    }

    /// The refund of a charge that bears our `reference`, where there is one. Stripe forgets the key of a call after a day; the refund stays.
    ///
    /// # Errors
    /// When Stripe cannot be reached.
    pub async fn find_refund(&self, charge: &str, reference: &str, now: Instant) -> Result<Option<ObjectState>, GatewayError> {
        super::path("", charge)?;
        let query = super::page(None, [("charge", charge.to_owned())]);
        let read = |reply: &[u8]| -> Result<Option<ObjectState>, Misfit> {
            for element in &Page::read(reply)?.elements {
                let element: &RawValue = element;
                let refund = Object::read_raw(element)?;
                let ours = refund.object("metadata").and_then(|metadata| metadata.word("refund"));
                if ours.as_deref() == Some(reference) {
                    return Ok(Some(ObjectState::read(ObjectKind::Refund, &refund, now.unix_secs(), now)?));
                }
            }
            Ok(None)
        };
        self.ask(Ask::get("GET /v1/refunds", "/refunds".into(), query), read).await
    }
}
