//! What every request passes and every answer bears: our own name, addresses of a sane length, the headers of safety HT4–HT7, a page
//! instead of a bare error, a measurement. Not here: connections (`server`), what an address does.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, CONTENT_TYPE, InvalidHeaderValue};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tower_http::csrf::{ConfigError, CsrfLayer};

use super::error::{self, Reference};
use super::meter::Meter;
use super::words::{self, Words};
use super::{answer, api};
use crate::language::Language;

/// The longest address we read, in bytes (HT3).
const LONGEST_ADDRESS: usize = 8 * 1024;

/// The names of a machine that is spoken to from itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// On every answer, besides the content policy. The referrer policy is not `no-referrer`: under that one browsers send `Origin: null` with our own forms (HT6).
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Who a group of addresses is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Browsers: host names are checked, errors are pages.
    People,
    /// Stripe and load balancers: they come under any name, and read statuses only. A delivery is bound by its signature.
    Machines,
}

/// What is the same for every request of a running site.
#[derive(Debug)]
pub struct Edge {
    host: String,
    origin: String,
    encrypted: bool,
    practice: bool,
    policy: HeaderValue,
    meter: Meter,
}

impl Edge {
    /// For a site that the world reaches under `base_url`, scheme and host with or without a port.
    ///
    /// # Errors
    /// When the base URL cannot stand in a header.
    pub fn new(base_url: &str, practice: bool, meter: Meter) -> Result<Self, InvalidHeaderValue> {
        let origin = base_url.trim_end_matches('/').to_ascii_lowercase();
        let authority = origin.split_once("://").map_or(origin.as_str(), |(_, authority)| authority);
        let (host, encrypted) = (name_of(authority).to_owned(), origin.starts_with("https://"));
        // A browser holds the redirect after a form to this list too. Under its other names, 'self' is not the base URL (see `is_ours`).
        let other_name = if LOOPBACK.contains(&&*host) { format!(" {origin}") } else { String::new() };
        let policy = HeaderValue::try_from(format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
             form-action 'self' https://checkout.stripe.com{other_name}; frame-ancestors 'none'; base-uri 'none'"
        ))?;
        Ok(Self { host, origin, encrypted, practice, policy, meter })
    }

    /// The layer against forms of other sites (HT5). Its fallback compares `Origin` with `Host`; where a proxy rewrote that, ours still fits.
    ///
    /// # Errors
    /// When the base URL is no origin a browser could send.
    pub fn csrf(&self) -> Result<CsrfLayer, ConfigError> {
        CsrfLayer::new().add_trusted_origin(&self.origin)
    }

    /// Why a request goes no further, if so.
    fn refusal(&self, lane: Lane, request: &Request) -> Option<StatusCode> {
        if request.uri().path_and_query().is_some_and(|address| address.as_str().len() > LONGEST_ADDRESS) {
            return Some(StatusCode::URI_TOO_LONG);
        }
        if lane == Lane::Machines {
            return None;
        }
        match host(request.uri(), request.headers()) {
            None => return Some(StatusCode::BAD_REQUEST),
            Some(host) if !self.is_ours(host) => return Some(StatusCode::MISDIRECTED_REQUEST),
            Some(_) => {}
        }
        comes_from_nowhere(request).then_some(StatusCode::FORBIDDEN)
    }

    /// Whether `host` names this site. A site on this machine alone answers to every name of this machine.
    fn is_ours(&self, host: &str) -> bool {
        let name = name_of(host);
        name.eq_ignore_ascii_case(&self.host)
            || (LOOPBACK.contains(&&*self.host) && LOOPBACK.iter().any(|ours| name.eq_ignore_ascii_case(ours)))
    }

    fn dress(&self, headers: &mut HeaderMap) {
        for (name, value) in &HEADERS {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        // A stored file brings a stricter one of its own; what other sites may show, one that lets them.
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| self.policy.clone());
        if self.encrypted {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
    }

    /// Keeps the language that was switched to, on a page made for this request alone: what others may be given a copy of sets no cookie.
    fn keep_language(&self, response: &mut Response, language: Language) {
        let own = response.headers().get(header::CACHE_CONTROL).is_some_and(|control| control == "no-store");
        if own
            && is_page(response)
            && let Ok(cookie) = HeaderValue::try_from(words::language_cookie(self.encrypted, language))
        {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }

    /// The answer after a panic: a reference number, nothing of its cause. What panicked may hold a donor's words, so they are not logged.
    pub fn after_panic(&self) -> Response {
        let reference = Reference::new();
        tracing::error!(reference = reference.0, "a request panicked");
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(reference);
        let mut page = error::as_page(response, Words(Language::English), self.practice);
        self.dress(page.headers_mut());
        page
    }
}

/// Lets a request pass, and completes its answer.
pub async fn pass(State((edge, lane)): State<(Arc<Edge>, Lane)>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let is_api = request.uri().path().starts_with(api::UNDER);
    let words = (lane == Lane::People).then(|| Words::asked(request.uri().query(), request.headers()));
    let decided_by_origin = lane == Lane::People && !is_safe(request.method());
    let switched = words::switched(request.uri().query()).filter(|_| lane == Lane::People && is_safe(request.method()));
    let mut response = match edge.refusal(lane, &request) {
        Some(status) => status.into_response(),
        None => next.run(request).await,
    };
    let status = response.status();
    if let Some(words) = words
        && (status.is_client_error() || status.is_server_error())
        && !is_page(&response)
    {
        response = if is_api { error::as_problem(response) } else { error::as_page(response, words, edge.practice) };
    }
    edge.dress(response.headers_mut());
    if let Some(language) = switched {
        edge.keep_language(&mut response, language);
    }
    if decided_by_origin {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Sec-Fetch-Site, Origin"));
    }
    edge.meter.count(path.as_ref().map(MatchedPath::as_str), status, started.elapsed());
    response
}

fn is_page(response: &Response<Body>) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == answer::HTML)
}

const fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether an unsafe request bears a cookie, yet nothing that says where it comes from: the layer would let it through (HT5).
fn comes_from_nowhere(request: &Request) -> bool {
    let headers = request.headers();
    !is_safe(request.method())
        && headers.contains_key(header::COOKIE)
        && !headers.contains_key("sec-fetch-site")
        && !headers.contains_key(header::ORIGIN)
}

/// The name a request was sent to: the address itself where it is whole, else the one `Host` header.
fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    if let Some(authority) = uri.authority() {
        return Some(authority.as_str());
    }
    let mut named = headers.get_all(header::HOST).iter();
    let host = named.next()?.to_str().ok()?;
    named.next().is_none().then_some(host)
}

/// An authority without its port; an IPv6 address keeps its brackets.
fn name_of(authority: &str) -> &str {
    let after_v6 = authority.find(']').map_or(0, |end| end + 1);
    authority[after_v6..].find(':').map_or(authority, |colon| &authority[..after_v6 + colon])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(base_url: &str) -> Edge {
        Edge::new(base_url, false, Meter::new(&[])).unwrap()
    }

    #[test]
    fn only_our_own_name_is_answered_to_whatever_the_port() {
        let edge = edge("https://Fund.example.org");
        for ours in ["fund.example.org", "FUND.example.org:443", "fund.example.org:8443"] {
            assert!(edge.is_ours(ours), "{ours}");
        }
        for foreign in ["example.org", "fund.example.org.evil", "evil:fund.example.org", "localhost", "", ":443", "[::1]"] {
            assert!(!edge.is_ours(foreign), "{foreign}");
        }
    }

    #[test]
    fn on_one_machine_every_name_of_the_machine_is_ours() {
        for base_url in ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"] {
            assert!(["localhost:8080", "127.0.0.1", "[::1]:9"].iter().all(|host| edge(base_url).is_ours(host)), "{base_url}");
            assert!(!edge(base_url).is_ours("rebound.example:8080"));
        }
    }

    #[test]
    fn a_cookie_without_an_origin_comes_from_nowhere() {
        let request = |headers: &[(&str, &str)]| {
            let request = headers.iter().fold(Request::post("/"), |request, (name, value)| request.header(*name, *value));
            request.body(Body::empty()).unwrap()
        };
        assert!(comes_from_nowhere(&request(&[("cookie", "a=b")])));
        assert!(!comes_from_nowhere(&request(&[])));
        assert!(!comes_from_nowhere(&request(&[("cookie", "a=b"), ("origin", "https://fund.example.org")])));
        assert!(!comes_from_nowhere(&request(&[("cookie", "a=b"), ("sec-fetch-site", "same-origin")])));
    }
}
