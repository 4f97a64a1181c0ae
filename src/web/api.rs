//! The API under `/api/v1`: published data for programs, to be read only. Errors are problems (RFC 9457; `edge` writes them), lists go on by a
//! cursor. Not here: what the data is (`publication::api`).

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::answer::{self, Stored};
use super::doors::{Doors, Who};
use super::error::Trouble;
use super::public::number;
use super::shelf::ASK_AGAIN;
use super::{AnySite, Site};
use crate::db::Tx;
use crate::funds;
use crate::ids::sha256_hex;
use crate::publication;
use crate::publication::api::{Published, Stretch};

/// What stands before every address of it.
pub const UNDER: &str = "/api/";
const DESCRIPTION: &str = "/api/v1/openapi.json";
const FUNDS: &str = "/api/v1/funds";
const FUND: &str = "/api/v1/funds/{fund}";
const PUBLICATIONS: &str = "/api/v1/funds/{fund}/publications";
const PUBLICATION: &str = "/api/v1/funds/{fund}/publications/{number}";
const REPORTS: &str = "/api/v1/funds/{fund}/reports";
const REPORT: &str = "/api/v1/funds/{fund}/reports/{name}";
const SPENDINGS: &str = "/api/v1/funds/{fund}/spendings";
const SPENDING: &str = "/api/v1/funds/{fund}/spendings/{number}";
const BATCHES: &str = "/api/v1/funds/{fund}/batches";
const LOG: &str = "/api/v1/funds/{fund}/log";

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(DESCRIPTION, Who::Anyone, description)
        .get(FUNDS, Who::Anyone, all)
        .get(FUND, Who::Anyone, fund)
        .get(PUBLICATIONS, Who::Anyone, publications)
        .get(PUBLICATION, Who::Anyone, one_publication)
        .get(REPORTS, Who::Anyone, reports)
        .get(REPORT, Who::Anyone, report)
        .get(SPENDINGS, Who::Anyone, spendings)
        .get(SPENDING, Who::Anyone, spending)
        .get(BATCHES, Who::Anyone, batches)
        .get(LOG, Who::Anyone, log)
}

/// JSON with its tag, kept out of search engines.
fn bytes(body: Bytes, request: &HeaderMap) -> Result<Response, Trouble> {
    let stored = Stored::new(HeaderValue::from_static("application/json"), &sha256_hex(&body), ASK_AGAIN, body, None)?;
    let mut response = stored.answer(request);
    response.headers_mut().insert(answer::ROBOTS, HeaderValue::from_static("noindex"));
    Ok(response)
}

fn json(value: &Value, request: &HeaderMap) -> Result<Response, Trouble> {
    bytes(Bytes::from(format!("{value}\n")), request)
}

/// What the API is, in the words of `OpenAPI`.
async fn description(headers: HeaderMap) -> Result<Response, Trouble> {
    bytes(Bytes::from_static(include_str!("../../templates/assets/openapi.json").as_bytes()), &headers)
}

async fn find(site: &Site, slug: &str) -> Result<(Tx, Published), Trouble> {
    let mut tx = site.db.begin_read().await?;
    let published = Published::find(&mut tx, slug).await?.ok_or(Trouble::NotFound)?;
    Ok((tx, published))
}

async fn all(State(site): AnySite, headers: HeaderMap) -> Result<Response, Trouble> {
    let mut tx = site.db.begin_read().await?;
    let mut items = Vec::new();
    for fund in funds::list(&mut tx).await?.into_iter().filter(|fund| fund.state.allows(funds::Act::Publish)) {
        items.extend(Published::find(&mut tx, &fund.slug).await?.map(|published| published.fund()));
    }
    json(&json!({ "items": items, "next": null }), &headers)
}

async fn fund(State(site): AnySite, Path(slug): Path<String>, headers: HeaderMap) -> Result<Response, Trouble> {
    json(&find(&site, &slug).await?.1.fund(), &headers)
}

/// Where a list goes on, out of `cursor=`; an error where that says nothing of ours.
fn cursor(address: &Uri) -> Result<Option<i64>, StatusCode> {
    let mut pairs = address.query().unwrap_or_default().split('&');
    let Some(typed) = pairs.find_map(|pair| pair.strip_prefix("cursor=")) else { return Ok(None) };
    number(typed).map(Some).map_err(|_| StatusCode::BAD_REQUEST)
}

/// A stretch of the list at an address, with the address that it goes on at.
fn stretch(stretch: &Stretch, address: &Uri, headers: &HeaderMap) -> Result<Response, Trouble> {
    let next = stretch.next.map(|next| format!("{}?cursor={next}", address.path()));
    json(&json!({ "items": stretch.items, "next": next }), headers)
}

macro_rules! lists {
    ($($name:ident)*) => { $(
        async fn $name(State(site): AnySite, Path(slug): Path<String>, address: Uri, headers: HeaderMap) -> Result<Response, Trouble> {
            let below = match cursor(&address) {
                Ok(below) => below,
                Err(refusal) => return Ok(refusal.into_response()),
            };
            let (mut tx, published) = find(&site, &slug).await?;
            stretch(&published.$name(&mut tx, below).await?, &address, &headers)
        }
    )* };
}

lists! { publications spendings batches }

async fn stored(site: &Site, slug: &str, publication: Option<i64>, path: &str, headers: &HeaderMap) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let file = publication::file(tx, slug, publication, path).await?.ok_or(Trouble::NotFound)?;
    bytes(Bytes::from(file.body), headers)
}

/// The figures of one publication, as they were published.
async fn one_publication(
    State(site): AnySite,
    Path((slug, typed)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    stored(&site, &slug, Some(number(&typed)?), "figures.json", &headers).await
}

async fn reports(State(site): AnySite, Path(slug): Path<String>, headers: HeaderMap) -> Result<Response, Trouble> {
    let names = find(&site, &slug).await?.1.reports().into_iter();
    let items: Vec<Value> = names.map(|name| json!({ "report": name, "address": format!("{FUNDS}/{slug}/reports/{name}") })).collect();
    json(&json!({ "items": items, "next": null }), &headers)
}

async fn report(State(site): AnySite, Path((slug, name)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Trouble> {
    let names = find(&site, &slug).await?.1.reports();
    let name = names.into_iter().find(|known| *known == name).ok_or(Trouble::NotFound)?;
    stored(&site, &slug, None, &format!("reports/{name}.json"), &headers).await
}

async fn spending(State(site): AnySite, Path((slug, typed)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Trouble> {
    let (mut tx, published) = find(&site, &slug).await?;
    let spending = published.spending(&mut tx, number(&typed)?).await?.ok_or(Trouble::NotFound)?;
    json(&spending, &headers)
}

async fn log(State(site): AnySite, Path(slug): Path<String>, headers: HeaderMap) -> Result<Response, Trouble> {
    let (mut tx, published) = find(&site, &slug).await?;
    json(&published.log(&mut tx).await?, &headers)
}
