//! The page a donor comes back to: where the payment stands, said truthfully. No name, no address, no live total.

use std::time::Instant as Watch;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tokio::time::{Duration, sleep};

use super::error::Trouble;
use super::form::Wrongs;
use super::fund_page::{Headline, fund_of};
use super::table::{Cell, Facts};
use super::treasury::{Frame, Part, Sheet, words_outside};
use super::words::Words;
use super::{AnySite, Site};
use crate::donations::receipt::interval_key;
use crate::donations::{self, Donation, Standing};
use crate::funds::{self, Fund};
use crate::money::Money;

/// How often the books are asked while the donor's browser waits.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// `GET /thanks/{code}`: waits a moment for the confirmation, so that most donors see it at once.
pub async fn show(
    State(site): AnySite,
    Path(code): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let began = Watch::now();
    let (donation, fund) = loop {
        let (donation, fund) = find(&site, &code).await?.ok_or(Trouble::NotFound)?;
        let may_change = donation.standing(site.clock.now()) == Standing::Processing;
        if !may_change || began.elapsed() >= site.thanks_patience {
            break (donation, fund);
        }
        sleep(LOOK_AGAIN).await;
    };
    let words = words_outside(&site, query.as_deref(), &headers).await?;
    let standing = donation.standing(site.clock.now());
    let status = if standing == Standing::Ended { StatusCode::GONE } else { StatusCode::OK };
    let sheet = |title: &str| Sheet::new(Frame::outside(&site, words, words.say(title)).of_fund(&fund));
    let again = Part::Button(format!("/thanks/{code}"), words.say("thanks-again"));
    let number = words.with("thanks-number", "number", donation.number.as_str());
    let page = match standing {
        Standing::Processing => sheet("thanks-processing").text(words.say("thanks-wait")).text(number).with(again),
        Standing::Slow => {
            let contact = funds::settings::about(&mut site.db.begin_read().await?, fund.id).await?.contact;
            let contact = (!contact.is_empty()).then(|| Part::Text(words.with("gift-write-to", "contact", contact)));
            sheet("thanks-slow").with(Part::Warning(words.say("thanks-not-again"))).text(number).maybe(contact).with(again)
        }
        Standing::Confirmed { amount, fee } => {
            let mut confirmed = sheet("thanks-confirmed").with(Part::Facts(facts(words, &fund, &donation, amount, fee)));
            for part in ways_on(&site, words, &fund, &donation).await? {
                confirmed = confirmed.with(part);
            }
            confirmed
        }
        Standing::NotFinished => {
            let form = Part::Button(format!("/f/{}/give", fund.slug), words.say("thanks-to-form"));
            sheet("thanks-not-finished").text(words.say("thanks-not-charged")).with(form)
        }
        Standing::Ended => {
            let ended = sheet("thanks-ended").text(words.say("thanks-a-day"));
            ended.link("/gift", words.say("lost-title")).link(format!("/f/{}/", fund.slug), words.say("thanks-paid-for"))
        }
    };
    Ok(page.answer_as(status, &Wrongs::default()))
}

/// What arrived.
fn facts(words: Words, fund: &Fund, donation: &Donation, amount: Money, fee: Money) -> Facts {
    let net = Money::new(amount.minor.saturating_sub(fee.minor), amount.currency);
    let mut facts = Facts::default().add(words.say("thanks-gift"), Cell::sum(words, amount));
    if let Some(at) = donation.settled_at {
        facts = facts.add(words.say("thanks-arrived"), Cell::day(words, at.day_in(&fund.time_zone)));
    }
    facts = facts.add(words.say("receipt-fee"), Cell::sum(words, fee)).add(words.say("receipt-net"), Cell::sum(words, net));
    if let Some(interval) = donation.repeats {
        facts = facts.add(words.say("receipt-often"), Cell::text(words.say(interval_key(interval))));
    }
    facts.add(words.say("thanks-gift-number"), Cell::text(donation.number.as_str()))
}

/// Where a donor goes on from here.
async fn ways_on(site: &Site, words: Words, fund: &Fund, donation: &Donation) -> Result<Vec<Part>, Trouble> {
    let code = donations::gift_code(&site.keyring, &donation.reference);
    let mut parts = vec![Part::Button(format!("/gift/{code}"), words.say("thanks-gift-page")), Part::Text(words.say("thanks-counted"))];
    if fund.min_gifts > 1 {
        parts.push(Part::Note(words.with("thanks-batches", "count", fund.min_gifts)));
    }
    parts.push(Part::Heading(words.say("thanks-paid-for")));
    if let Some(headline) = Headline::find(site, &fund.slug).await? {
        let figures = Facts::default()
            .add(words.say("thanks-received"), Cell::sum(words, headline.received))
            .add(words.say("thanks-spent"), Cell::sum(words, headline.spent))
            .add(words.say("thanks-on-hand"), Cell::sum(words, headline.on_hand));
        parts.push(Part::Facts(figures));
        let at = words.moment(headline.made_at, &fund.time_zone);
        parts.push(Part::Note(words.with_two("public-as-of", ("at", at), ("number", headline.number))));
    }
    let news = (format!("/f/{}/news", fund.slug), words.say("public-take-news"));
    parts.push(Part::Links(vec![(format!("/f/{}/", fund.slug), words.say("thanks-see")), news]));
    parts.push(Part::Heading(words.say("thanks-share")));
    parts.push(Part::Text(words.with("thanks-share-at", "address", format!("{}/f/{}/", site.base_url, fund.slug))));
    Ok(parts)
}

async fn find(site: &Site, code: &str) -> sqlx::Result<Option<(Donation, Fund)>> {
    let tx = &mut site.db.begin_read().await?;
    let Some(donation) = donations::thanks(tx, code).await? else { return Ok(None) };
    Ok(fund_of(tx, &donation).await?.map(|fund| (donation, fund)))
}
