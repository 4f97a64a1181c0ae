//! The HTTP face: Stripe's API under `/v1`, and the control calls beside it. Loopback only.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use hyper::body::Frame;

use super::answering::{Answer, Call};
use super::control;
use super::driver::Shared;

const LONGEST_BODY: usize = 1024 * 1024;
/// How long a slow answer takes.
const SLOW: Duration = Duration::from_secs(1);

pub fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/control/clock", get(control::clock))
        .route("/control/advance", post(control::advance))
        .route("/control/faults", get(control::faults).post(control::set_faults))
        .route("/control/pay", post(control::pay))
        .fallback(api)
        .with_state(shared)
}

async fn api(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LONGEST_BODY).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let text = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let call = Call {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        body: &body,
        authorization: text(&AUTHORIZATION),
        idempotency_key: text(&HeaderName::from_static("idempotency-key")),
    };
    let answer = shared.account().answer(&call);
    shared.wake();
    if answer.slow {
        tokio::time::sleep(SLOW).await;
    }
    respond(answer)
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn respond(answer: Answer) -> Response {
    let mut response = plain(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    let headers = response.headers_mut();
    let kind = if answer.html { "text/html" } else { "application/json" };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert("stripe-version", HeaderValue::from_static(super::events::VERSION));
    if let Ok(id) = HeaderValue::from_str(&answer.request_id) {
        headers.insert("request-id", id);
    }
    if answer.replayed {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    if matches!(answer.status, 409 | 429 | 500..) {
        headers.insert("stripe-should-retry", HeaderValue::from_static("true"));
    }
    *response.body_mut() = match answer.cut_at {
        None => Body::from(answer.body),
        Some(at) => Body::new(Broken { rest: Some(Bytes::from(answer.body).slice(..at)) }),
    };
    response
}

/// A body whose connection breaks: a part of it, and then an error.
struct Broken {
    rest: Option<Bytes>,
}

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let next = self.rest.take().map(Frame::data).ok_or_else(|| std::io::ErrorKind::ConnectionReset.into());
        Poll::Ready(Some(next))
    }
}
