//! The accept loop: deadlines, connection caps and the graceful stop (safety HT1). Not here: what a request means.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

use super::patience::Patient;

/// What a connection may cost before it is closed.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections open at once; a further one waits in the system's queue.
    pub connections: usize,
    /// Addresses of reverse proxies: every other peer may hold half of `connections` at most.
    pub proxies: Vec<IpAddr>,
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
            proxies: Vec::new(),
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
    let peers = Arc::new(Peers { most: (limits.connections / 2).max(1), proxies: limits.proxies.clone(), open: Mutex::default() });
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, seat) = tokio::select! {
            biased;
            () = &mut stop => break,
            next = next_connection(&listener, &places, &peers) => next,
        };
        let connection =
            http(&limits).serve_connection(TokioIo::new(Patient::new(stream, limits.idle)), TowerToHyperService::new(router.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A peer that goes away or sends no HTTP is everyday life on an open port: nothing to log.
            let _ended = connection.await;
            drop(seat);
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
struct Seat {
    _place: OwnedSemaphorePermit,
    _peer: PeerSeat,
}

/// Waits for a free place, then for a connection whose peer may open one more.
async fn next_connection(listener: &TcpListener, places: &Arc<Semaphore>, peers: &Arc<Peers>) -> (TcpStream, Seat) {
    let place = Arc::clone(places).acquire_owned().await.expect("the count of places is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // An answer is written whole, so waiting to fill a packet only delays its end.
                let _refused = stream.set_nodelay(true);
                if let Some(peer) = Peers::seat(peers, peer.ip()) {
                    return (stream, Seat { _place: place, _peer: peer });
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

/// How many connections each peer holds.
struct Peers {
    most: usize,
    proxies: Vec<IpAddr>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection of one peer.
struct PeerSeat {
    peers: Arc<Peers>,
    peer: IpAddr,
}

impl Peers {
    fn seat(peers: &Arc<Self>, address: IpAddr) -> Option<PeerSeat> {
        let peer = network_of(address);
        let limited = !peers.proxies.contains(&address.to_canonical());
        let mut open = peers.open.lock().unwrap_or_else(PoisonError::into_inner);
        let held = open.entry(peer).or_default();
        if limited && *held >= peers.most {
            return None;
        }
        *held += 1;
        Some(PeerSeat { peers: Arc::clone(peers), peer })
    }
}

impl Drop for PeerSeat {
    fn drop(&mut self) {
        let mut open = self.peers.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = open.get_mut(&self.peer) {
            *held -= 1;
            if *held == 0 {
                open.remove(&self.peer);
            }
        }
    }
}

/// Who counts as one peer: an IPv4 address, or the /64 network that one IPv6 subscriber is given.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_peer_gets_half_a_proxy_gets_all_and_a_closed_connection_gives_its_seat_back() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let peers = Arc::new(Peers { most: 2, proxies: vec![proxy], open: Mutex::default() });
        let peer: IpAddr = "192.0.2.7".parse().unwrap();
        let held = [Peers::seat(&peers, peer), Peers::seat(&peers, peer)];
        assert!(held.iter().all(Option::is_some) && Peers::seat(&peers, peer).is_none());
        assert!(Peers::seat(&peers, "::ffff:192.0.2.7".parse().unwrap()).is_none(), "the same peer in IPv6 dress");
        let of_proxy: Vec<_> = (0..9).map(|_| Peers::seat(&peers, proxy)).collect();
        assert!(of_proxy.iter().all(Option::is_some));
        drop(held);
        assert!(Peers::seat(&peers, peer).is_some());
        drop(of_proxy);
        assert!(peers.open.lock().unwrap().is_empty());
    }

    #[test]
    fn addresses_of_one_ipv6_subscriber_are_one_peer() {
        let one = network_of("2001:db8:1:2::3".parse().unwrap());
        assert_eq!(one, network_of("2001:db8:1:2:ffff::9".parse().unwrap()));
        assert_ne!(one, network_of("2001:db8:1:3::3".parse().unwrap()));
    }
}
