//! Stripe's way in: raw bytes to the door of `payments`, and a bare status back. Not here: what a delivery says.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::{AnySite, lanes};
use crate::payments::Refused;

/// The largest delivery taken, in bytes (HT3).
pub const LARGEST: usize = 1024 * 1024;

/// Takes one delivery. 200 means: checked, stored and durable. 4xx only where sending it again could not help; else 503.
pub async fn receive(State(site): AnySite, headers: HeaderMap, body: Body) -> Response {
    let body = match Limited::new(body, LARGEST).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if is_too_long(&*error) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    // Only now: bodies that never end must not fill the lane of those that have.
    let Some(_place) = site.deliveries.enter() else { return lanes::full() };
    // Two signatures are as good as none: somebody between Stripe and us added one.
    let mut signatures = headers.get_all("stripe-signature").iter();
    let signature = signatures.next().filter(|_| signatures.next().is_none());
    let status = match site.payments.receive(signature.map(HeaderValue::as_bytes), &body).await {
        Ok(()) => StatusCode::OK,
        Err(Refused::Signature(_) | Refused::Livemode { .. }) => StatusCode::BAD_REQUEST,
        Err(Refused::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
    };
    status.into_response()
}

/// Whether a body ended at a limit, ours or the layer's, rather than by the peer or the clock.
fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(<dyn std::error::Error>::is::<LengthLimitError>)
}
