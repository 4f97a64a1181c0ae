//! `/f/{fund}/verify`: what is pasted there is checked, answered, and forgotten. Not here: the page and its answers (`publication`).

use axum::Form;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::error::Trouble;
use super::fund_page::public_fund;
use super::words::{self, Words};
use super::{AnySite, Site, answer};
use crate::publication::{self, Asked};

/// One of the two forms.
#[derive(Deserialize)]
pub struct Pasted {
    #[serde(default)]
    proof: String,
    #[serde(default)]
    root: String,
}

/// `GET /f/{fund}/verify`.
pub async fn show(State(site): AnySite, Path(slug): Path<String>, address: Uri, headers: HeaderMap) -> Result<Response, Trouble> {
    let words = Words::asked(address.query(), &headers);
    let mut response = page(&site, &slug, words, Asked::Nothing).await?;
    let kept = if words::switched(address.query()).is_some() { "no-store" } else { "public, no-cache" };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    Ok(response)
}

/// `POST /f/{fund}/verify`: the same page with its answer; nobody keeps a copy.
pub async fn check(
    State(site): AnySite,
    Path(slug): Path<String>,
    address: Uri,
    headers: HeaderMap,
    Form(pasted): Form<Pasted>,
) -> Result<Response, Trouble> {
    let asked = if pasted.proof.is_empty() { Asked::Older(&pasted.root) } else { Asked::Proof(&pasted.proof) };
    page(&site, &slug, Words::asked(address.query(), &headers), asked).await
}

async fn page(site: &Site, slug: &str, Words(language): Words, asked: Asked<'_>) -> Result<Response, Trouble> {
    let fund = public_fund(site, slug).await?;
    let address = format!("{}/f/{}", site.base_url, fund.slug);
    let tx = &mut site.db.begin_read().await?;
    let html = publication::verify_page(tx, &fund, language, &address, asked).await.map_err(anyhow::Error::from)?;
    let mut response = html.ok_or(Trouble::NotFound)?.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer::HTML));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `/f/{fund}/verify/roots.txt`.
pub async fn roots(State(site): AnySite, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let fund = public_fund(&site, &slug).await?;
    let roots = publication::roots(&mut site.db.begin_read().await?, &fund).await?;
    let mut response = roots.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    Ok(response)
}
