//! Stands in for Stripe's payment page in practice, so that the whole path can be tried without an account or a card.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::error::Trouble;
use super::{AnySite, Site, answer};
use crate::money::Money;
use crate::payments::practice::{Outcome, PayError, Practice, SessionState, SessionView};

/// What the visitor wants to see happen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    outcome: Outcome,
}

#[derive(Template)]
#[template(path = "web/practice_checkout.html")]
struct CheckoutPage<'a> {
    session: &'a SessionView,
    amount: Money,
    declined: bool,
    practice: bool,
}

/// `GET /practice/checkout/{id}`.
pub async fn show(State(site): AnySite, Path(id): Path<String>) -> Result<Response, Trouble> {
    let session = practice_of(&site)?.session(&id).ok_or(Trouble::NotFound)?;
    let status = if session.state == SessionState::Open { StatusCode::OK } else { StatusCode::GONE };
    Ok(page(status, &session, false))
}

/// `POST /practice/checkout/{id}`: what Stripe's page would do with a card, then on to where Stripe would send the donor.
pub async fn choose(State(site): AnySite, Path(id): Path<String>, Form(choice): Form<Choice>) -> Result<Response, Trouble> {
    let practice = practice_of(&site)?;
    let next = match practice.pay(&id, choice.outcome) {
        Ok(paid) => paid.next,
        Err(PayError::Unknown) => return Err(Trouble::NotFound),
        Err(PayError::Finished) => None,
    };
    if let Some(next) = next {
        return Ok(answer::see_other(&next)?);
    }
    let session = practice.session(&id).ok_or(Trouble::NotFound)?;
    let declined = session.state == SessionState::Open;
    Ok(page(if declined { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::GONE }, &session, declined))
}

/// Where money is real there is no such page.
fn practice_of(site: &Site) -> Result<&Practice, Trouble> {
    site.practice.as_ref().ok_or(Trouble::NotFound)
}

fn page(status: StatusCode, session: &SessionView, declined: bool) -> Response {
    let amount = Money::new(session.amount_minor, session.currency);
    answer::private_page(status, &CheckoutPage { session, amount, declined, practice: true })
}
