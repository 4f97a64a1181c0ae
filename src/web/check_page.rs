//! `/f/{fund}/verify`: what is pasted there is checked, answered, and forgotten. Not here: the page and its answers (`publication`).

use axum::Form;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::error::Trouble;
use super::fund_page::public_fund;
use super::{AnySite, Site, answer};
use crate::language::Language;
use crate::publication::{self, Asked};

/// One of the two forms.
#[derive(Deserialize)]
pub struct Pasted {
    #[serde(default)]
    proof: String,
    #[serde(default)]
    root: String,
}

/// The language that an address names.
pub(super) fn language_of(address: &Uri) -> Language {
    let name = address.path().rsplit('/').next().unwrap_or_default();
    publication::page_named(name).map_or(Language::English, |(_, language)| language)
}

/// `GET /f/{fund}/verify.html`.
pub async fn show(State(site): AnySite, Path(slug): Path<String>, address: Uri) -> Result<Response, Trouble> {
    let mut response = page(&site, &slug, language_of(&address), Asked::Nothing).await?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    Ok(response)
}

/// `POST /f/{fund}/verify.html`: the same page with its answer; nobody keeps a copy.
pub async fn check(State(site): AnySite, Path(slug): Path<String>, address: Uri, Form(pasted): Form<Pasted>) -> Result<Response, Trouble> {
    let asked = if pasted.proof.is_empty() { Asked::Older(&pasted.root) } else { Asked::Proof(&pasted.proof) };
    page(&site, &slug, language_of(&address), asked).await
}

async fn page(site: &Site, slug: &str, language: Language, asked: Asked<'_>) -> Result<Response, Trouble> {
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
