//! Stands in for Stripe's payment page in practice, so that the whole path can be tried without an account or a card.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::error::Trouble;
use super::fund_page::fund_of;
use super::words::Words;
use super::{AnySite, Site, answer};
use crate::donations::{self, Donation};
use crate::funds::Fund;
use crate::language::Language;
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
    words: Words,
    session: &'a SessionView,
    gift: Option<(Donation, Fund)>,
    declined: bool,
    practice: bool,
}

impl CheckoutPage<'_> {
    /// What is paid for, how much of it is for the card, and how often.
    fn facts(&self) -> Vec<(String, String)> {
        let (words, session) = (self.words, self.session);
        let money = |minor| Money::new(minor, session.currency).for_people();
        let mut facts = vec![match &self.gift {
            Some((_, fund)) => (words.say("practice-fund"), fund.name.clone()),
            None => (words.say("practice-for"), session.name.clone()),
        }];
        if let Some(cover) = self.gift.as_ref().and_then(|(donation, _)| donation.cover_minor) {
            facts.push((words.say("practice-gift"), money(session.amount_minor.saturating_sub(cover))));
            facts.push((words.say("practice-cover"), money(cover)));
        }
        facts.push((words.say("practice-total"), money(session.amount_minor)));
        let often = match session.interval {
            None => "give-interval-once",
            Some(Interval::Day) => "practice-often-day",
            Some(Interval::Week) => "give-interval-week",
            Some(Interval::Month) => "give-interval-month",
            Some(Interval::Year) => "practice-often-year",
        };
        facts.push((words.say("practice-often"), words.say(often)));
        facts
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
    // As on Stripe's page, the language is the one that it was asked for in.
    let spanish = session.locale.as_deref().is_some_and(|locale| locale.starts_with("es"));
    let words = Words(if spanish { Language::Spanish } else { Language::English });
    let gift = paid_for(site, session).await?;
    Ok(answer::private_page(status, &CheckoutPage { words, session, gift, declined, practice: true }))
}

/// The gift that a session of ours is for, and its fund; None for one made elsewhere.
async fn paid_for(site: &Site, session: &SessionView) -> sqlx::Result<Option<(Donation, Fund)>> {
    let Some(reference) = &session.reference else { return Ok(None) };
    let tx = &mut site.db.begin_read().await?;
    let Some(donation) = donations::find_by_ref(tx, reference).await? else { return Ok(None) };
    Ok(fund_of(tx, &donation).await?.map(|fund| (donation, fund)))
}
