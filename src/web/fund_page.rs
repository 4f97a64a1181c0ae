//! A fund's public pages: the stored bytes of its newest publication, and the list of funds. Never live figures.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::error::Trouble;
use super::{AnySite, Site, answer};
use crate::clock::Instant;
use crate::db::Tx;
use crate::donations::Donation;
use crate::funds::{self, Fund, State as FundState};
use crate::language::Language;
use crate::money::{Currency, Money};
use crate::publication::facts::Facts;
use crate::publication::page::{self, state_in_words};

/// A fund that the public may know of.
///
/// # Errors
/// Not found, for drafts as for what is not there; a fault where the database does not answer.
pub async fn public_fund(site: &Site, slug: &str) -> Result<Fund, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = funds::find_by_slug(tx, slug).await?;
    fund.filter(|fund| fund.state.allows(funds::Act::Publish)).ok_or(Trouble::NotFound)
}

/// The fund that a gift is for.
///
/// # Errors
/// When the database is gone.
pub async fn fund_of(tx: &mut Tx, donation: &Donation) -> sqlx::Result<Option<Fund>> {
    Ok(funds::list(tx).await?.into_iter().find(|fund| fund.id == donation.fund_id))
}

/// The page of a fund that has published nothing yet.
///
/// # Errors
/// As [`public_fund`].
pub async fn unpublished(site: &Site, slug: &str, language: Language) -> Result<Response, Trouble> {
    let fund = public_fund(site, slug).await?;
    let html = page::render_unpublished(&Facts::from(&fund), language, site.is_practice())?;
    let mut response = html.into_response();
    response.headers_mut().insert("content-type", HeaderValue::from_static(answer::HTML));
    response.headers_mut().insert("cache-control", HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// The few published figures that stand beside a fund's name.
#[derive(Debug)]
pub struct Headline {
    /// When, and by which publication.
    pub as_of: String,
    /// When it was published.
    pub made_at: Instant,
    /// The number of the publication.
    pub number: String,
    /// What gifts came to.
    pub received: Money,
    /// What was spent.
    pub spent: Money,
    /// What is left.
    pub on_hand: Money,
}

/// What we read back of our own public file.
#[derive(Deserialize)]
struct PublishedJson {
    as_of: String,
    made_at: String,
    publication: i64,
    currency: String,
    figures: PublishedFigures,
}

#[derive(Deserialize)]
struct PublishedFigures {
    #[serde(rename = "received_minor")]
    received: i64,
    #[serde(rename = "spent_minor")]
    spent: i64,
    #[serde(rename = "on_hand_minor")]
    on_hand: i64,
}

impl Headline {
    /// From the fund's newest publication; None before the first.
    ///
    /// # Errors
    /// When the database does not answer, or a stored file is not one of ours.
    pub async fn find(site: &Site, slug: &str) -> Result<Option<Self>, Trouble> {
        let Some(stored) = site.shelf.find(&site.db, slug, "figures.json").await? else { return Ok(None) };
        let published: PublishedJson = serde_json::from_slice(&stored.body)?;
        let currency: Currency = published.currency.parse().map_err(|said| anyhow::anyhow!("a publication says {said}"))?;
        let money = |minor| Money::new(minor, currency);
        let PublishedFigures { received, spent, on_hand } = published.figures;
        let made_at =
            Instant::of_rfc3339(&published.made_at).ok_or_else(|| anyhow::anyhow!("a publication was made at {}", published.made_at))?;
        let number = published.publication.to_string();
        Ok(Some(Self { as_of: published.as_of, made_at, number, received: money(received), spent: money(spent), on_hand: money(on_hand) }))
    }
}

#[derive(Template)]
#[template(path = "web/funds.html")]
struct FundList {
    running: Vec<(Fund, Option<Headline>)>,
    finished: Vec<(Fund, Option<Headline>)>,
    practice: bool,
}

/// `/`: the way to the one public fund, or the list of several.
pub async fn home(State(site): AnySite) -> Result<Response, Trouble> {
    let mut funds = {
        let tx = &mut site.db.begin_read().await?;
        funds::list(tx).await?
    };
    funds.retain(|fund| fund.state.allows(funds::Act::Publish));
    if let [only] = &*funds {
        return Ok(answer::see_other(&format!("/f/{}/", only.slug))?);
    }
    let mut list = FundList { running: Vec::new(), finished: Vec::new(), practice: site.is_practice() };
    for fund in funds {
        let headline = Headline::find(&site, &fund.slug).await?;
        let part = if fund.state == FundState::Closed { &mut list.finished } else { &mut list.running };
        part.push((fund, headline));
    }
    let mut response = answer::page(StatusCode::OK, &list);
    response.headers_mut().insert("cache-control", HeaderValue::from_static("no-cache"));
    Ok(response)
}
