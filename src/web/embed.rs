//! A fund's badge and widget on other sites: the only answers that others may frame or load. No cookie, no script, no form (screens.md 4). Not here:
//! what they show, which is files of the publication (`publication::embeds`).

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::AnySite;
use super::error::Trouble;
use super::public::{FOR_FIVE_MINUTES, Reader};

/// What the widget may load, and that anyone may frame it.
const FRAMED: &str = "default-src 'none'; style-src 'self'; frame-ancestors *; base-uri 'none'";
/// Drawn where there is no such fund, or nothing is published yet.
const NOTHING: &str = include_str!("../../templates/assets/no-badge.svg");

/// `/embed/{fund}/badge.svg`.
pub async fn badge(State(site): AnySite, Path(slug): Path<String>, reader: Reader) -> Result<Response, Trouble> {
    let response = match site.shelf.find(&site.db, &slug, &reader.named("badge", "svg")).await? {
        Some(stored) => reader.answer(&stored),
        None => (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "image/svg+xml")], NOTHING).into_response(),
    };
    Ok(elsewhere(response))
}

/// `/embed/{fund}`.
pub async fn widget(State(site): AnySite, Path(slug): Path<String>, reader: Reader) -> Result<Response, Trouble> {
    let stored = site.shelf.find(&site.db, &slug, &reader.named("embed", "html")).await?.ok_or(Trouble::NotFound)?;
    let mut response = elsewhere(reader.answer(&stored));
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(FRAMED));
    Ok(response)
}

/// For pages of other sites, and five minutes old at most.
fn elsewhere(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOR_FIVE_MINUTES));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    response
}
