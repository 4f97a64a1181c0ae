//! The give form: from first look to Stripe's page. Not here: what a pledge is (`donations`), Stripe itself (`payments`).

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::error::Trouble;
use super::fund_page::{Headline, public_fund};
use super::{AnySite, Site, answer};
use crate::clock::Instant;
use crate::donations::{self, Answers, Desk, FieldError, GiveError, Pledge, PledgeError, PledgeForm, Return, Terms, Wrong};
use crate::funds::{Fund, Giving, State as FundState};
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
    issued: String,
    back: String,
}

/// What may stand behind the form's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Where Stripe's page was left without paying: which gift, and proof that the address is ours.
    back: String,
}

/// A form as it stands: what was typed, when it was given out, and the gift it goes back to.
#[derive(Debug)]
struct Draft {
    form: PledgeForm,
    issued_at: Instant,
    back: String,
}

impl Draft {
    /// An empty one, given out now.
    fn new(site: &Site) -> Self {
        let form = PledgeForm { amount: "25".to_owned(), attempt: site.entropy.reference(), ..PledgeForm::default() };
        Self { form, issued_at: site.clock.now(), back: String::new() }
    }

    /// Filled with what the same donor answered before. It was read then, so it may be sent at once.
    fn of_answers(site: &Site, answers: Answers, back: String) -> Self {
        let decimal = answers.amount.decimal();
        let chosen = presets(answers.amount.currency).into_iter().find(|preset| preset.value == whole(&decimal));
        let (amount, amount_other) = chosen.map_or(("other".to_owned(), decimal), |preset| (preset.value, String::new()));
        let Answers { donor, issued_at, .. } = answers;
        let (email, name) = (donor.email, donor.name.unwrap_or_default());
        let form = PledgeForm { amount, amount_other, email, name, ..Self::new(site).form };
        Self { form, issued_at, back }
    }
}

/// What stands above the form, besides mistakes in its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    /// Back from Stripe's page without paying, the answers kept or not.
    NotCharged {
        kept: bool,
    },
    /// Stripe does not answer.
    Unreachable,
    /// The same form was sent with other answers, or is too old for Stripe's page.
    Stale,
    /// Sent before a person could have read it.
    TooSoon,
}

#[derive(Template)]
#[template(path = "web/give.html")]
struct GivePage<'a> {
    fund: &'a Fund,
    headline: Option<Headline>,
    presets: Vec<Preset>,
    limits: Giving,
    form: PledgeForm,
    issued: String,
    back: String,
    errors: Vec<Told>,
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
    match come_back(&site, &fund, &asked.back).await? {
        None => page(&site, &fund, Draft::new(&site), Vec::new(), Said::Nothing).await,
        Some(Return::Given { thanks_code }) => Ok(answer::see_other(&format!("/thanks/{thanks_code}"))?),
        Some(Return::Unpaid(None)) => page(&site, &fund, Draft::new(&site), Vec::new(), Said::NotCharged { kept: false }).await,
        Some(Return::Unpaid(Some(answers))) => {
            let draft = Draft::of_answers(&site, answers, asked.back);
            page(&site, &fund, draft, Vec::new(), Said::NotCharged { kept: true }).await
        }
    }
}

/// `POST /f/{fund}/give`: to Stripe's page, or the same form again with what to mend.
pub async fn send(State(site): AnySite, Path(slug): Path<String>, Form(fields): Form<Fields>) -> Result<Response, Trouble> {
    let fund = public_fund(&site, &slug).await?;
    let now = site.clock.now();
    let Fields { amount, amount_other, email, name, attempt, website, issued, back } = fields;
    let given_out = donations::issued_at(&site.keyring, &attempt, &issued, now);
    let form = PledgeForm { amount, amount_other, email, name, attempt, trap: website, ..PledgeForm::default() };
    let draft = Draft { form, issued_at: given_out.unwrap_or(now), back };
    let pledge = match Pledge::parse(&draft.form, &Terms::usual(fund.currency)) {
        Ok(pledge) => pledge,
        Err(errors) => return page(&site, &fund, draft, errors, Said::Nothing).await,
    };
    if given_out.is_none_or(|at| donations::is_too_soon(at, now)) {
        return page(&site, &fund, draft, Vec::new(), Said::TooSoon).await;
    }
    match come_back(&site, &fund, &draft.back).await? {
        Some(Return::Given { thanks_code }) => return Ok(answer::see_other(&format!("/thanks/{thanks_code}"))?),
        Some(Return::Unpaid(Some(answers))) => {
            if let Some(url) = answers.same_checkout(&pledge.input_hash(&site.keyring)) {
                return Ok(answer::see_other(url)?);
            }
        }
        Some(Return::Unpaid(None)) | None => {}
    }
    give(&site, &fund, draft, &pledge).await
}

/// How things stand with the gift that a donor comes back from, if the address says any.
async fn come_back(site: &Site, fund: &Fund, back: &str) -> Result<Option<Return>, Trouble> {
    if back.is_empty() {
        return Ok(None);
    }
    let tx = &mut site.db.begin_read().await?;
    Ok(donations::come_back(tx, fund.id, back, &site.keyring, site.clock.now()).await?)
}

async fn give(site: &Site, fund: &Fund, draft: Draft, pledge: &Pledge) -> Result<Response, Trouble> {
    let desk = Desk {
        db: &site.db,
        payments: &site.payments,
        keys: &site.keyring,
        entropy: &site.entropy,
        clock: &site.clock,
        base_url: &site.base_url,
    };
    match donations::give(&desk, fund, pledge).await {
        Ok(url) => Ok(answer::see_other(&url)?),
        Err(GiveError::Pledge(PledgeError::NotOpen)) => Ok(closed(site, fund, StatusCode::CONFLICT)),
        Err(GiveError::Pledge(PledgeError::Changed | PledgeError::TooOld)) => page(site, fund, draft, Vec::new(), Said::Stale).await,
        Err(GiveError::Pledge(PledgeError::Database(error))) => Err(error.into()),
        Err(GiveError::Stripe(error)) => {
            tracing::warn!(%error, "no checkout page was opened");
            page(site, fund, draft, Vec::new(), Said::Unreachable).await
        }
    }
}

async fn page(site: &Site, fund: &Fund, draft: Draft, errors: Vec<FieldError>, said: Said) -> Result<Response, Trouble> {
    let Draft { mut form, issued_at, back } = draft;
    let status = match said {
        Said::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
        Said::Nothing | Said::NotCharged { .. } if errors.is_empty() => StatusCode::OK,
        Said::Nothing | Said::NotCharged { .. } | Said::Stale | Said::TooSoon => StatusCode::UNPROCESSABLE_ENTITY,
    };
    // Whoever sees the form anew after a stale attempt starts another; every other repeat is the same gift.
    if said == Said::Stale || errors.iter().any(|error| error.field == "attempt") {
        form.attempt = site.entropy.reference();
    }
    let issued = donations::issue(&site.keyring, &form.attempt, issued_at);
    let headline = Headline::find(site, &fund.slug).await?;
    let (presets, limits, practice) = (presets(fund.currency), Giving::usual(fund.currency), site.is_practice());
    let errors = errors.into_iter().map(|error| Told { field: error.field, text: told(error.wrong, &limits) }).collect();
    let shown = GivePage { fund, headline, presets, limits, form, issued, back, errors, said, practice };
    let private = said == Said::NotCharged { kept: true };
    let mut response = if private { answer::private_page(status, &shown) } else { answer::page(status, &shown) };
    if said == Said::Unreachable {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("120"));
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

/// A mistake in the reader's words.
struct Told {
    field: &'static str,
    text: String,
}

fn told(wrong: Wrong, giving: &Giving) -> String {
    match wrong {
        Wrong::NoAmount => "Choose an amount.".to_owned(),
        Wrong::Amount(error) => error.to_string(),
        Wrong::TooSmall => format!("The smallest gift is {}.", giving.smallest.for_people()),
        Wrong::TooLarge => format!("The largest online gift is {}.", giving.largest.for_people()),
        Wrong::NoEmail => "Enter your e-mail so we can send the receipt.".to_owned(),
        Wrong::Email => "That address looks unfinished. Example: name@example.org".to_owned(),
        Wrong::TooLong(most) => format!("Use {most} letters or fewer."),
        Wrong::Letters => "Use letters, spaces and the usual marks.".to_owned(),
        Wrong::Form => "This form is too old. Please open it again.".to_owned(),
        Wrong::Trap => "Leave this field empty.".to_owned(),
        Wrong::Interval | Wrong::Listing | Wrong::NoPublicName | Wrong::Leftover => "Choose one.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_lie_within_the_limits_and_read_back_in_every_kind_of_currency() {
        for code in ["USD", "JPY", "KWD", "ISK"] {
            let currency: Currency = code.parse().unwrap();
            let limits = Giving::usual(currency);
            for preset in presets(currency) {
                let amount = Money::parse(&preset.value, currency).unwrap();
                assert!(limits.smallest.minor <= amount.minor && amount.minor <= limits.largest.minor, "{} {code}", preset.value);
            }
        }
        let labels: Vec<_> = presets(Currency::USD).into_iter().map(|preset| preset.label).collect();
        assert_eq!(labels, ["$10", "$25", "$50", "$100", "$250"]);
    }
}
