//! The page by which a fund that shares out hands what is left to one that follows it. Not here: agreeing to it (`/treasury/approvals`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::{at, frame, settling};
use crate::booking::journal::JournalError;
use crate::closing::{self, HandOver};
use crate::funds::{Act, Fund};
use crate::money::Money;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::treasury::gifts::fund;
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Part, READERS, RECORDERS, books, not_allowed, operation, sent};
use crate::web::{AnySite, Site, answer};

const HAND_OVER: &str = "/treasury/{fund}/close/hand-over";
/// The letters of a reason, as entries by hand have them.
const REASON_LETTERS: std::ops::RangeInclusive<usize> = 10..=200;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(HAND_OVER, Who::Holding(READERS), form).post(HAND_OVER, Who::Holding(RECORDERS), send)
}

async fn form(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    page(&site, &signed_in, &fund, &Typed::default(), &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, fund: &Fund, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let successors = closing::successors(tx, fund).await?;
    let sum = closing::distributable(tx, fund, now).await?;
    let mut sheet = frame(site, signed_in, fund, "close-hand-over").live().text(words.say("close-means-hand-over"));
    sheet = sheet.with(Part::Table(settling::lines(words, &sum)));
    if !fund.state.allows(Act::Grant) {
        sheet = sheet.text(words.with("close-no-drawn", "state", words.of("public-state", fund.state.as_str())));
    } else if successors.is_empty() {
        sheet = sheet.text(words.say("close-no-successor"));
    } else if RECORDERS.iter().any(|role| signed_in.person.roles.holds(*role)) {
        let parts = FormParts { words, typed, wrongs };
        let choices =
            [Choice::new("", "")].into_iter().chain(successors.iter().map(|fund| Choice::new(fund.slug.as_str(), fund.name.as_str())));
        let fields = vec![
            parts.select("successor", "close-successor", choices.collect()),
            parts.money("amount", "gifts-amount", fund.currency.sign()),
            parts.area("reason", "close-reason").hint(words.say("close-hand-over-reason")),
        ];
        sheet = sheet.form(Form::new(at(fund, "hand-over"), operation(site, typed), fields).button(words.say("close-ask")));
    }
    Ok(sheet.link(at(fund, ""), words.say("close-back")).answer(wrongs))
}

async fn send(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs, now) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default(), site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let successor = closing::successors(tx, &fund).await?.into_iter().find(|other| other.slug == typed.get("successor"));
    if successor.is_none() {
        wrongs.add("successor", words.say("close-no-successor-chosen"));
    }
    let amount = Money::parse(typed.get("amount"), fund.currency).ok().filter(|amount| amount.minor > 0);
    if amount.is_none() {
        wrongs.add("amount", words.say("close-no-amount"));
    }
    let reason = typed.get("reason").split_whitespace().collect::<Vec<_>>().join(" ");
    if !REASON_LETTERS.contains(&reason.chars().count()) {
        wrongs.add("reason", words.say("journal-no-reason"));
    }
    let (Some(successor), Some(amount), true) = (successor, amount, wrongs.is_empty()) else {
        return page(&site, &signed_in, &fund, &typed, &wrongs).await;
    };
    let wanted = HandOver { successor: successor.id, amount_minor: amount.minor, reason };
    let asked = match sent(&signed_in, &format!("hand over {slug}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, entropy) = (signed_in.actor(), &site.entropy);
            transact!(site.db, tx => closing::hand_over(tx, actor, &operation, (fund.id, &wanted), entropy, now).await)
        }
    };
    match asked {
        Ok(_) => Ok(answer::see_other(&format!("{}?done=asked", at(&fund, "")))?),
        Err(JournalError::NotAllowed(refused)) => not_allowed(refused, &at(&fund, "hand-over")),
        Err(error) => {
            wrongs.add("main", books::told(words, error)?);
            page(&site, &signed_in, &fund, &typed, &wrongs).await
        }
    }
}
