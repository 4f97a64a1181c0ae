//! `/f/{fund}/gifts/names`: donors who want to be named. Not here: who may be (`donations`), the page (`publication`).

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse as _, Response};

use super::check_page::language_of;
use super::error::Trouble;
use super::fund_page::public_fund;
use super::{AnySite, answer};
use crate::{donations, publication};

/// `GET /f/{fund}/gifts/names.html`. A name that is taken back is gone at the next look, so nobody may keep a copy.
pub async fn show(State(site): AnySite, Path(slug): Path<String>, address: Uri) -> Result<Response, Trouble> {
    let fund = public_fund(&site, &slug).await?;
    let tx = &mut site.db.begin_read().await?;
    let names = donations::published_names(tx, &site.keyring, fund.id).await?;
    let html = publication::names_page(tx, &fund.slug, language_of(&address), &names).await.map_err(anyhow::Error::from)?;
    let mut response = html.ok_or(Trouble::NotFound)?.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer::HTML));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
