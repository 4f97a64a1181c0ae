//! Building answers: pages, stored bytes with their entity tag, redirects. Not here: headers that every answer bears (`edge`).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use askama::Template;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::InvalidHeaderValue;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION, SET_COOKIE, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use hyper::body::Frame;
use tokio::sync::mpsc::Receiver;

/// `text/html`, as every page says it.
pub const HTML: &str = "text/html; charset=utf-8";

/// Keeps a page out of search engines.
pub const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// A page made for this request alone: nobody keeps a copy.
///
/// # Panics
/// Never: the template writes into memory only.
pub fn page(status: StatusCode, template: &impl Template) -> Response {
    let html = template.render().expect("a page is written into memory");
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The same for whoever holds its address only: search engines stay out.
pub fn private_page(status: StatusCode, template: &impl Template) -> Response {
    let mut response = page(status, template);
    response.headers_mut().insert(ROBOTS, HeaderValue::from_static("noindex, nofollow"));
    response
}

/// Sees to it that nobody keeps a copy of what only the signed in may see, and that no search engine lists it.
pub fn keep_private(response: &mut Response) {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(ROBOTS, HeaderValue::from_static("noindex, nofollow"));
}

/// A text as one value in the query of an address.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The address a person wanted to go on to, when it is one of ours: a path of this site, and nothing that a browser could read as another
/// host (safety rule HT13).
pub fn local(next: &str) -> Option<&str> {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    (path.starts_with('/') && !path.starts_with("//") && next.bytes().all(plain)).then_some(next)
}

/// A body whose pieces come from a task, a few at a time: whoever reads slowly holds the task up, and not the whole in memory.
pub fn pieces(from: Receiver<io::Result<Bytes>>) -> Body {
    Body::new(Pieces(from))
}

struct Pieces(Receiver<io::Result<Bytes>>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// How many headers an answer bears when it leaves.
const HEADERS: usize = 12;

/// Bytes that stay the same while their entity tag does.
#[derive(Debug)]
pub struct Stored {
    /// What they are.
    pub content_type: HeaderValue,
    /// Their SHA-256 in quotes, and the same of what is sent compressed, which is another representation (RFC 9110, 8.8.3).
    tags: [HeaderValue; 2],
    /// How long a copy may be used unasked.
    pub cache_control: &'static str,
    /// The bytes.
    pub body: Bytes,
    /// The bytes compressed as gzip, where that makes them smaller.
    pub gzip: Option<Bytes>,
}

impl Stored {
    /// Bytes with this SHA-256 in hex.
    ///
    /// # Errors
    /// When `sha256` is no header text.
    pub fn new(
        content_type: HeaderValue,
        sha256: &str,
        cache_control: &'static str,
        body: Bytes,
        gzip: Option<Bytes>,
    ) -> Result<Self, InvalidHeaderValue> {
        let tags = [HeaderValue::try_from(format!("\"{sha256}\""))?, HeaderValue::try_from(format!("\"{sha256}.gz\""))?];
        Ok(Self { content_type, tags, cache_control, body, gzip })
    }

    /// The whole, compressed for who takes that, or 304 for who has it already by the headers of its request.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let held = request.get_all(IF_NONE_MATCH).iter().any(|held| self.tags.iter().any(|tag| names(held.as_bytes(), tag.as_bytes())));
        let packed = self.gzip.as_ref().filter(|_| takes_gzip(request));
        let body = if held { Body::empty() } else { Body::from(packed.unwrap_or(&self.body).clone()) };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        // Room for what `edge` adds too: growing twice costs more than all the rest.
        headers.reserve(HEADERS);
        headers.insert(ETAG, self.tags[usize::from(packed.is_some())].clone());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(self.cache_control));
        if self.gzip.is_some() {
            headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        if held {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        if packed.is_some() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

/// Whether a request takes gzip (RFC 9110, 12.5.3): what is named counts before `*`, and a weight of zero says no.
fn takes_gzip(request: &HeaderMap) -> bool {
    let (mut named, mut any) = (None, false);
    for value in request.get_all(ACCEPT_ENCODING) {
        for one in value.as_bytes().split(|byte| *byte == b',') {
            let mut parts = one.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
            let coding = parts.next().unwrap_or_default();
            let refused = parts.any(|weight| weight.strip_prefix(b"q=").is_some_and(|q| q.iter().all(|byte| matches!(byte, b'0' | b'.'))));
            if coding.eq_ignore_ascii_case(b"gzip") {
                named = Some(!refused);
            } else if coding == b"*" {
                any = !refused;
            }
        }
    }
    named.unwrap_or(any)
}

/// Whether an `If-None-Match` value names `tag`, weakly or not, or names any.
fn names(held: &[u8], tag: &[u8]) -> bool {
    held.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).any(|one| one == b"*" || one.strip_prefix(b"W/").unwrap_or(one) == tag)
}

/// After a form: look there (303), with a GET.
///
/// # Errors
/// When the address is no header text.
pub fn see_other(address: &str) -> Result<Response, InvalidHeaderValue> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(address)?);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Gives the browser a cookie that it keeps for this very site while it is open (safety rule SS3); None takes it away.
///
/// # Errors
/// When the value is no header text.
pub fn set_cookie(response: &mut Response, name: &str, value: Option<&str>) -> Result<(), InvalidHeaderValue> {
    // A browser refuses `Secure` without https, and the name's prefix without `Secure`.
    let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
    let end = if value.is_none() { "; Max-Age=0" } else { "" };
    let cookie = format!("{name}={}; Path=/{secure}; HttpOnly; SameSite=Lax{end}", value.unwrap_or_default());
    response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie)?);
    Ok(())
}

/// The same for a cookie that outlives the browser's window by so many seconds.
///
/// # Errors
/// When the value is no header text.
pub fn set_lasting_cookie(response: &mut Response, name: &str, value: &str, secs: i64) -> Result<(), InvalidHeaderValue> {
    let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/{secure}; HttpOnly; SameSite=Lax; Max-Age={secs}");
    response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_this_site_is_gone_on_to() {
        for ours in ["/treasury", "/treasury/expenses?page=2", "/"] {
            assert_eq!(local(ours), Some(ours));
        }
        for other in ["//evil.example", "/\\evil.example", "\\evil", "javascript:alert(1)", "https://evil.example", "", "/a b", "/\nx"] {
            assert_eq!(local(other), None, "{other}");
        }
    }

    #[test]
    fn a_held_copy_is_known_by_its_tag_in_every_spelling() {
        for held in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*", " \"a\" "] {
            assert!(names(held.as_bytes(), b"\"a\""), "{held}");
        }
        for other in ["\"b\"", "a", "", "\"ab\"", "W/\"b\",\"c\""] {
            assert!(!names(other.as_bytes(), b"\"a\""), "{other}");
        }
    }

    #[test]
    fn who_takes_gzip_is_sent_it_and_nobody_else() {
        let asks = |accepted: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_str(accepted).unwrap());
            takes_gzip(&headers)
        };
        for takes in ["gzip", "GZIP", "br, gzip;q=0.5", "*", "identity;q=1, *;q=0.1", "gzip;q=1.0, *;q=0"] {
            assert!(asks(takes), "{takes}");
        }
        for not in ["", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "*, gzip;q=0", "x-gzip-not"] {
            assert!(!asks(not), "{not}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
        let (body, packed) = (Bytes::from_static(b"water water"), Bytes::from_static(b"w2"));
        let stored = Stored::new(HeaderValue::from_static(HTML), "ab", "no-cache", body, Some(packed)).unwrap();
        let mut request = HeaderMap::new();
        let plain = stored.answer(&request);
        assert_eq!((plain.headers()[ETAG].as_bytes(), plain.headers()[VARY].as_bytes()), (&b"\"ab\""[..], &b"Accept-Encoding"[..]));
        assert!(!plain.headers().contains_key(CONTENT_ENCODING));
        request.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let sent = stored.answer(&request);
        // Another representation, another tag.
        assert_eq!((sent.headers()[ETAG].as_bytes(), sent.headers()[CONTENT_ENCODING].as_bytes()), (&b"\"ab.gz\""[..], &b"gzip"[..]));
        request.insert(IF_NONE_MATCH, HeaderValue::from_static("\"ab.gz\""));
        let held = stored.answer(&request);
        assert_eq!((held.status(), &held.headers()[VARY]), (StatusCode::NOT_MODIFIED, &HeaderValue::from_static("Accept-Encoding")));
    }
}
