//! The few files that every page shares. They are part of the program.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use super::answer::Stored;
use crate::ids::sha256_hex;
use crate::publication;

/// What every public page asks for, by its address without the first stroke.
pub static ASSETS: LazyLock<[(&str, &str); 2]> = LazyLock::new(|| {
    let style = tight(include_str!("../../templates/assets/style.css"));
    [("assets/style.css", style.leak()), ("assets/icon.svg", include_str!("../../templates/assets/icon.svg"))]
});

/// A style sheet without what only its writers read: its indentation, ends of lines, and comments of a line.
fn tight(style: &str) -> String {
    let is_comment = |line: &&str| line.starts_with("/*") && line.ends_with("*/");
    let lines = style.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    let end = |line: &str| if line.ends_with(['{', '}', ';', ',']) { "" } else { "\n" };
    lines.fold(String::new(), |all, line| all + &line.replace(": ", ":").replace(" {", "{").replace(", ", ",") + end(line))
}

static STYLE: LazyLock<Stored> = LazyLock::new(|| asset("text/css; charset=utf-8", ASSETS[0].1));
static ICON: LazyLock<Stored> = LazyLock::new(|| asset("image/svg+xml", ASSETS[1].1));

/// The style sheet of every page.
pub async fn style(headers: HeaderMap) -> Response {
    STYLE.answer(&headers)
}

static TREASURY_STYLE: LazyLock<Stored> =
    LazyLock::new(|| asset("text/css; charset=utf-8", tight(include_str!("../../templates/assets/treasury.css")).leak()));

/// What only the treasury's pages have beside it.
pub async fn treasury_style(headers: HeaderMap) -> Response {
    TREASURY_STYLE.answer(&headers)
}

/// The sign in the browser's tab.
pub async fn icon(headers: HeaderMap) -> Response {
    ICON.answer(&headers)
}

static CARD: LazyLock<Stored> = LazyLock::new(|| {
    let picture = include_bytes!("../../templates/assets/card.png");
    let (content_type, body) = (HeaderValue::from_static("image/png"), Bytes::from_static(picture));
    Stored::new(content_type, &sha256_hex(picture), "public, max-age=3600", body, None).expect("hex digits can stand in a header")
});

/// The picture of every shared link.
pub async fn card(headers: HeaderMap) -> Response {
    CARD.answer(&headers)
}

static DRAFT: LazyLock<Stored> = LazyLock::new(|| asset("text/javascript; charset=utf-8", include_str!("../../templates/assets/draft.js")));

/// What keeps a form on the phone until it is sent.
pub async fn draft(headers: HeaderMap) -> Response {
    DRAFT.answer(&headers)
}

static PROOF: LazyLock<Stored> = LazyLock::new(|| asset("text/javascript; charset=utf-8", include_str!("../../templates/assets/proof.js")));

/// What works out the sum that a form asks for while many cards are tried.
pub async fn proof(headers: HeaderMap) -> Response {
    PROOF.answer(&headers)
}

#[cfg(feature = "passkeys")]
static PASSKEYS: LazyLock<Stored> =
    LazyLock::new(|| asset("text/javascript; charset=utf-8", include_str!("../../templates/assets/passkeys.js")));

/// What asks the browser for a passkey.
#[cfg(feature = "passkeys")]
pub async fn passkeys(headers: HeaderMap) -> Response {
    PASSKEYS.answer(&headers)
}

/// Stored pages keep the address of the sheet for ever, so it has no version in it: an hour old is new enough.
fn asset(content_type: &'static str, text: &'static str) -> Stored {
    let (content_type, body) = (HeaderValue::from_static(content_type), Bytes::from_static(text.as_bytes()));
    let gzip = publication::pack(text.as_bytes()).map(Bytes::from);
    Stored::new(content_type, &sha256_hex(text), "public, max-age=3600", body, gzip).expect("hex digits can stand in a header")
}
