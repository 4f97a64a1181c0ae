//! Stands in for Stripe's payment page in practice, so that the whole path can be tried without an account or a card.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::error::Trouble;
use super::fund_page::fund_of;
use super::{AnySite, Site, answer};
use crate::donations;
use crate::funds::Fund;
use crate::money::Money;
use crate::payments::practice::{Afterwards, Course, Interval, Manner, Outcome, PayError, Practice, SessionState, SessionView};

/// What the visitor wants to see happen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    outcome: Outcome,
    #[serde(default)]
    afterwards: Afterwards,
    #[serde(default)]
    events: Manner,
}

#[derive(Template)]
#[template(path = "web/practice_checkout.html")]
struct CheckoutPage<'a> {
    session: &'a SessionView,
    fund: Option<Fund>,
    amount: Money,
    declined: bool,
    practice: bool,
}

impl CheckoutPage<'_> {
    /// How often the gift is taken.
    const fn how_often(&self) -> &'static str {
        match self.session.interval {
            None => "One time",
            Some(Interval::Day) => "Every day",
            Some(Interval::Week) => "Every week until the strike ends",
            Some(Interval::Month) => "Every month until the strike ends",
            Some(Interval::Year) => "Every year until the strike ends",
        }
    }
}

/// `GET /practice/checkout/{id}`.
pub async fn show(State(site): AnySite, Path(id): Path<String>) -> Result<Response, Trouble> {
    let session = practice_of(&site)?.session(&id).ok_or(Trouble::NotFound)?;
    let status = if session.state == SessionState::Open { StatusCode::OK } else { StatusCode::GONE };
    page(&site, status, &session, false).await
}

/// `POST /practice/checkout/{id}`: what Stripe's page would do with a card, then on to where Stripe would send the donor.
pub async fn choose(State(site): AnySite, Path(id): Path<String>, Form(choice): Form<Choice>) -> Result<Response, Trouble> {
    let practice = practice_of(&site)?;
    let Choice { outcome, afterwards, events: manner } = choice;
    let next = match practice.play(&id, Course { outcome, afterwards, manner }) {
        Ok(paid) => paid.next,
        Err(PayError::Unknown) => return Err(Trouble::NotFound),
        Err(PayError::Finished) => None,
    };
    if let Some(next) = next {
        return Ok(answer::see_other(&next)?);
    }
    let session = practice.session(&id).ok_or(Trouble::NotFound)?;
    if session.bank_asks {
        return Ok(answer::see_other(&format!("/practice/checkout/{id}"))?);
    }
    let declined = session.state == SessionState::Open;
    page(&site, if declined { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::GONE }, &session, declined).await
}

/// Where money is real there is no such page.
fn practice_of(site: &Site) -> Result<&Practice, Trouble> {
    site.practice.as_ref().ok_or(Trouble::NotFound)
}

async fn page(site: &Site, status: StatusCode, session: &SessionView, declined: bool) -> Result<Response, Trouble> {
    let amount = Money::new(session.amount_minor, session.currency);
    let fund = paid_for(site, session).await?;
    Ok(answer::private_page(status, &CheckoutPage { session, fund, amount, declined, practice: true }))
}

/// The fund a session of ours is for; None for one made elsewhere.
async fn paid_for(site: &Site, session: &SessionView) -> sqlx::Result<Option<Fund>> {
    let Some(reference) = &session.reference else { return Ok(None) };
    let tx = &mut site.db.begin_read().await?;
    match donations::find_by_ref(tx, reference).await? {
        Some(donation) => fund_of(tx, &donation).await,
        None => Ok(None),
    }
}
