//! How many requests are worked on at once: pages in one lane, Stripe's deliveries in another, so that a flood of pages never delays
//! money (safety HT11). Whoever finds a lane full is told so at once. Not here: how many connections there are (`server`).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::client;
use super::seats::Seats;
use crate::config::Proxies;

/// How wide each lane is.
#[derive(Clone, Copy, Debug)]
pub struct Lanes {
    /// Pages and forms at once; one client gets half of them at most. Fewer than there are connections, so that a flood of pages
    /// turns over instead of holding them all.
    pub pages: usize,
    /// Deliveries at once, from whole body to durable row.
    pub deliveries: usize,
}

impl Default for Lanes {
    fn default() -> Self {
        Self { pages: 512, deliveries: 256 }
    }
}

/// The lane of the pages.
#[derive(Debug)]
pub struct PageLane {
    places: Semaphore,
    clients: Arc<Seats>,
    proxies: Proxies,
}

impl PageLane {
    /// An empty lane, behind these proxies.
    pub fn new(width: usize, proxies: Proxies) -> Self {
        Self { places: Semaphore::new(width), clients: Seats::new((width / 2).max(1)), proxies }
    }
}

impl PageLane {
    /// The proxies that are believed as to who a client is.
    pub const fn proxies(&self) -> &Proxies {
        &self.proxies
    }
}

/// Lets a page be made while there is room.
pub async fn page(State(lane): State<Arc<PageLane>>, request: Request, next: Next) -> Response {
    let Ok(_place) = lane.places.try_acquire() else { return full() };
    // A proxy that names nobody may stand for anybody: it is no one client.
    let _seat = match client::address(&request, &lane.proxies).filter(|address| !lane.proxies.contain(*address)) {
        None => None,
        Some(address) => match Seats::take(&lane.clients, address) {
            None => return full(),
            seat => seat,
        },
    };
    next.run(request).await
}

/// The lane of the deliveries. It knows no clients: all of them come from Stripe.
#[derive(Debug)]
pub struct DeliveryLane(Semaphore);

impl DeliveryLane {
    /// An empty lane.
    pub fn new(width: usize) -> Self {
        Self(Semaphore::new(width))
    }

    /// A place for one delivery, for as long as it is held; None while the lane is full.
    pub fn enter(&self) -> Option<SemaphorePermit<'_>> {
        self.0.try_acquire().ok()
    }
}

/// What whoever finds a lane full is told; Stripe then sends its delivery again.
pub fn full() -> Response {
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
    response
}
