//! The accept loop: deadlines, connection caps and the graceful stop (safety HT1). Not here: what a request means.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tower::ServiceExt as _;

use super::client::Peer;
use super::patience::Patient;
use super::seats::{Seat, Seats};
use crate::config::Proxies;

/// What a connection may cost before it is closed.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections open at once; a further one waits in the system's queue.
    pub connections: usize,
    /// Reverse proxies: every other peer may hold half of `connections` at most.
    pub proxies: Proxies,
    /// From a connection's start, or the end of its last answer, to the last header of its next request.
    pub header: Duration,
    /// Longest time without a single byte read or written.
    pub idle: Duration,
    /// How long requests under way may take to end once the program is asked to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            proxies: Proxies::default(),
            header: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            drain: Duration::from_secs(15),
        }
    }
}

/// Header bytes of one request, together; a longer head is answered 431. The address in it may take 8 KiB (`edge`).
const LARGEST_HEAD: usize = 64 * 1024;

/// Answers on `listener` until `stop` is done, then lets requests under way end and returns.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let peers = Seats::new((limits.connections / 2).max(1));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer, held) = tokio::select! {
            biased;
            () = &mut stop => break,
            next = next_connection(&listener, &places, &peers, &limits.proxies) => next,
        };
        let service = router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            request
        });
        let stream = TokioIo::new(Patient::new(stream, limits.idle));
        let connection = graceful.watch(http(&limits).serve_connection(stream, TowerToHyperService::new(service)));
        tokio::spawn(async move {
            // A peer that goes away or sends no HTTP is everyday life on an open port: nothing to log.
            let _ended = connection.await;
            drop(held);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = sleep(limits.drain) => tracing::warn!("requests were still under way when the time to stop ran out"),
    }
}

fn http(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header).max_header_size(LARGEST_HEAD).max_buf_size(LARGEST_HEAD);
    http
}

/// A connection's right to be open; both counts fall when it is dropped.
struct Held {
    _place: OwnedSemaphorePermit,
    /// None: a proxy of ours, behind which anybody may be.
    _seat: Option<Seat>,
}

/// Waits for a free place, then for a connection whose peer may open one more.
async fn next_connection(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    peers: &Arc<Seats>,
    proxies: &Proxies,
) -> (TcpStream, SocketAddr, Held) {
    let place = Arc::clone(places).acquire_owned().await.expect("the count of places is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // An answer is written whole, so waiting to fill a packet only delays its end.
                let _refused = stream.set_nodelay(true);
                if proxies.contain(peer.ip()) {
                    return (stream, peer, Held { _place: place, _seat: None });
                }
                if let Some(seat) = Seats::take(peers, peer.ip()) {
                    return (stream, peer, Held { _place: place, _seat: Some(seat) });
                }
            }
            Err(error) => {
                // Out of file handles, mostly: the connections under way give some back soon.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
