//! The give form: from first look to Stripe's page. Not here: what a pledge is (`donations`), Stripe itself (`payments`).

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use serde::Deserialize;

use super::error::Trouble;
use super::fund_page::{Headline, public_fund};
use super::{AnySite, Site, answer};
use crate::donations::{self, Desk, FieldError, GiveError, Limits, Pledge, PledgeError, PledgeForm};
use crate::funds::{Fund, State as FundState};
use crate::money::{Currency, Money};
use crate::publication::page::state_in_words;

/// The form as it arrives: one type, unknown and doubled fields refused (AZ4).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    amount: String,
    amount_other: String,
    email: String,
    name: String,
    attempt: String,
    website: String,
}

/// What may stand behind the form's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Where Stripe's page was left without paying.
    back: Option<String>,
}

impl From<Fields> for PledgeForm {
    fn from(fields: Fields) -> Self {
        let Fields { amount, amount_other, email, name, attempt, website } = fields;
        Self { amount, amount_other, email, name, attempt, trap: website }
    }
}

/// What stands above the form, besides mistakes in its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    /// Back from Stripe's page without paying.
    NotCharged,
    /// Stripe does not answer.
    Unreachable,
    /// The same form was sent with other answers, or is too old for Stripe's page.
    Stale,
}

#[derive(Template)]
#[template(path = "web/give.html")]
struct GivePage<'a> {
    fund: &'a Fund,
    headline: Option<Headline>,
    presets: Vec<Preset>,
    limits: Limits,
    form: PledgeForm,
    errors: Vec<FieldError>,
    said: Said,
    practice: bool,
}

impl GivePage<'_> {
    /// What is wrong with a field, if anything.
    fn wrong(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| &*error.text)
    }
}

/// An amount to choose.
struct Preset {
    value: String,
    label: String,
}

#[derive(Template)]
#[template(path = "web/give_closed.html")]
struct ClosedPage<'a> {
    fund: &'a Fund,
    practice: bool,
}

/// `GET /f/{fund}/give`.
pub async fn form(State(site): AnySite, Path(slug): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let fund = public_fund(&site, &slug).await?;
    if fund.state != FundState::Open {
        return Ok(closed(&site, &fund, StatusCode::OK));
    }
    let form = PledgeForm { amount: "25".to_owned(), attempt: site.entropy.reference(), ..PledgeForm::default() };
    let said = if asked.back.is_some() { Said::NotCharged } else { Said::Nothing };
    page(&site, &fund, form, Vec::new(), said).await
}

/// `POST /f/{fund}/give`: to Stripe's page, or the same form again with what to mend.
pub async fn send(State(site): AnySite, Path(slug): Path<String>, Form(fields): Form<Fields>) -> Result<Response, Trouble> {
    let fund = public_fund(&site, &slug).await?;
    let form = PledgeForm::from(fields);
    let pledge = match Pledge::parse(&form, Limits::usual(fund.currency)) {
        Ok(pledge) => pledge,
        Err(errors) => return page(&site, &fund, form, errors, Said::Nothing).await,
    };
    let desk = Desk {
        db: &site.db,
        payments: &site.payments,
        keys: &site.keyring,
        entropy: &site.entropy,
        clock: &site.clock,
        base_url: &site.base_url,
    };
    match donations::give(&desk, &fund, &pledge).await {
        Ok(url) => Ok(answer::see_other(&url)?),
        Err(GiveError::Pledge(PledgeError::NotOpen)) => Ok(closed(&site, &fund, StatusCode::CONFLICT)),
        Err(GiveError::Pledge(PledgeError::Changed | PledgeError::TooOld)) => page(&site, &fund, form, Vec::new(), Said::Stale).await,
        Err(GiveError::Pledge(PledgeError::Database(error))) => Err(error.into()),
        Err(GiveError::Stripe(error)) => {
            tracing::warn!(%error, "no checkout page was opened");
            page(&site, &fund, form, Vec::new(), Said::Unreachable).await
        }
    }
}

async fn page(site: &Site, fund: &Fund, mut form: PledgeForm, errors: Vec<FieldError>, said: Said) -> Result<Response, Trouble> {
    let status = match said {
        Said::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
        Said::Nothing | Said::NotCharged if errors.is_empty() => StatusCode::OK,
        Said::Nothing | Said::NotCharged | Said::Stale => StatusCode::UNPROCESSABLE_ENTITY,
    };
    // Whoever sees the form anew after a stale attempt starts another; every other repeat is the same gift.
    if said == Said::Stale || errors.iter().any(|error| error.field == "attempt") {
        form.attempt = site.entropy.reference();
    }
    let headline = Headline::find(site, &fund.slug).await?;
    let (presets, limits, practice) = (presets(fund.currency), Limits::usual(fund.currency), site.is_practice());
    let mut response = answer::page(status, &GivePage { fund, headline, presets, limits, form, errors, said, practice });
    if said == Said::Unreachable {
        response.headers_mut().insert(RETRY_AFTER, axum::http::HeaderValue::from_static("120"));
    }
    Ok(response)
}

fn closed(site: &Site, fund: &Fund, status: StatusCode) -> Response {
    answer::page(status, &ClosedPage { fund, practice: site.is_practice() })
}

/// 10 to 250 of the fund's currency; a hundred times that where it has no decimals, as with the limits.
fn presets(currency: Currency) -> Vec<Preset> {
    let unit = 10_i64.pow(currency.exponent().max(2));
    let preset = |count: i64| {
        let amount = Money::new(count * unit, currency);
        Preset { value: whole(&amount.decimal()).to_owned(), label: whole(&amount.for_people()).to_owned() }
    };
    [10, 25, 50, 100, 250].map(preset).into()
}

/// An amount without decimals that are all zero.
fn whole(text: &str) -> &str {
    text.split_once('.').filter(|(_, decimals)| decimals.bytes().all(|b| b == b'0')).map_or(text, |(whole, _)| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_lie_within_the_limits_and_read_back_in_every_kind_of_currency() {
        for code in ["USD", "JPY", "KWD", "ISK"] {
            let currency: Currency = code.parse().unwrap();
            let limits = Limits::usual(currency);
            for preset in presets(currency) {
                let amount = Money::parse(&preset.value, currency).unwrap();
                assert!(limits.smallest.minor <= amount.minor && amount.minor <= limits.largest.minor, "{} {code}", preset.value);
            }
        }
        let labels: Vec<_> = presets(Currency::USD).into_iter().map(|preset| preset.label).collect();
        assert_eq!(labels, ["$10", "$25", "$50", "$100", "$250"]);
    }
}
