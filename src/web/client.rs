//! Whose request this is: the address of the client, also behind a proxy of ours (safety HT9). It is looked at in memory while the
//! request lasts, and neither stored nor logged.

use std::net::{IpAddr, SocketAddr};

use axum::extract::Request;
use axum::http::HeaderMap;

use crate::config::Proxies;

/// The other end of the connection that a request came by; the accept loop puts it into every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The client's address: what a configured proxy says of its own peer, else the peer itself. None where no connection is known.
pub fn address(request: &Request, proxies: &Proxies) -> Option<IpAddr> {
    request.extensions().get().map(|peer| behind(*peer, request.headers(), proxies))
}

/// The same of a connection and the headers that came by it.
pub fn behind(Peer(peer): Peer, headers: &HeaderMap, proxies: &Proxies) -> IpAddr {
    let told = if proxies.contain(peer) { last_hop(headers) } else { None };
    told.unwrap_or(peer)
}

/// The rightmost hop: the one our proxy wrote. What stands left of it came with the request and may be invented.
fn last_hop(headers: &HeaderMap) -> Option<IpAddr> {
    let told = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let hop = told.rsplit(',').next()?.trim();
    // Some proxies write the port behind it.
    hop.parse().or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip())).ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn seen(peer: &str, told: &[&str]) -> String {
        let request = told.iter().fold(Request::get("/"), |request, value| request.header("x-forwarded-for", *value));
        let request = request.extension(Peer(peer.parse().unwrap())).body(Body::empty()).unwrap();
        address(&request, &"10.0.0.0/8, fd00::1".parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_proxy_of_ours_is_believed_as_to_its_own_peer_and_no_further() {
        assert_eq!(seen("10.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, 192.0.2.7"]), "192.0.2.7", "what the client sent along stands to the left");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9", "192.0.2.7"]), "192.0.2.7");
        assert_eq!(seen("::ffff:10.0.0.1", &[" 192.0.2.7:4711 "]), "192.0.2.7");
        assert_eq!(seen("fd00::1", &["[2001:db8::5]:1"]), "2001:db8::5");
    }

    #[test]
    fn nobody_else_is_believed_and_a_proxy_that_says_nothing_is_the_client() {
        assert_eq!(seen("192.0.2.7", &["203.0.113.9"]), "192.0.2.7");
        assert_eq!(seen("fd00::2", &["203.0.113.9"]), "fd00::2");
        for told in [&[][..], &[""], &["unknown"], &["203.0.113.9, _hidden"], &["203.0.113.9,"]] {
            assert_eq!(seen("10.0.0.1", told), "10.0.0.1", "{told:?}");
        }
    }
}
