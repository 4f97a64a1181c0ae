//! A donor asks for the money back: the part of the gift's page, and the form. Not here: what becomes of it (`treasury`).

use axum::extract::{Form as Sent, State};
use axum::response::Response;

use super::{Here, heading};
use crate::db::Tx;
use crate::donations::asking_back::{self, AskReason, DETAIL_LETTERS};
use crate::donations::{GiftPage, RefundWay, refunding};
use crate::transact;
use crate::web::doors::{Doors, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::treasury::{Part, Sheet};
use crate::web::{AnySite, Site};

const ASK: &str = "/gift/{code}/refund";

pub fn doors(doors: Doors) -> Doors {
    doors.get(ASK, Who::Anyone, form).post(ASK, Who::Anyone, send)
}

/// Whether something can still go back, and how.
async fn may_ask(site: &Site, tx: &mut Tx, here: &Here, page: &GiftPage) -> Result<bool, Trouble> {
    let left = refunding::left(tx, &here.gift).await?;
    let in_time = page.refund_until.is_some_and(|until| site.clock.now() <= until);
    Ok(in_time && left.way == Some(RefundWay::Stripe) && left.most.minor > 0 && !left.disputed)
}

/// The part of the gift's page: what was asked, the way to ask, or why it is too late.
pub async fn parts(site: &Site, tx: &mut Tx, here: &Here, page: &GiftPage, contact: &str) -> Result<Vec<Part>, Trouble> {
    let (words, zone) = (here.words, &here.fund.time_zone);
    let mut parts = vec![heading(words, "gift-ask")];
    let request = asking_back::request_of(tx, here.gift.id).await?;
    if let Some(request) = &request {
        let day = words.day(request.answered_at.unwrap_or(request.asked_at).day_in(zone));
        parts.push(Part::Text(words.with(if request.answered_at.is_some() { "gift-ask-answered" } else { "gift-ask-sent" }, "day", day)));
    }
    let waits = request.is_some_and(|request| request.answered_at.is_none());
    if waits || page.receipt.is_none() {
        if !waits {
            parts.push(Part::Text(words.say("gift-ask-nothing")));
        }
    } else if may_ask(site, tx, here, page).await? {
        parts.push(Part::Links(vec![(here.at("/refund"), words.say("gift-ask"))]));
    } else if let Some(until) = page.refund_until.filter(|until| site.clock.now() > *until) {
        let contact = if contact.is_empty() { "none" } else { contact };
        let day = words.day(until.day_in(zone));
        parts.push(Part::Text(words.with_two("gift-ask-late", ("day", day), ("contact", contact.to_owned()))));
    } else {
        parts.push(Part::Text(words.say("gift-ask-nothing")));
    }
    Ok(parts)
}

async fn form(State(site): AnySite, here: Here) -> Result<Response, Trouble> {
    ask_page(&site, &here, &Typed::default(), &Wrongs::default()).await
}

async fn ask_page(site: &Site, here: &Here, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = here.words;
    let tx = &mut site.db.begin_read().await?;
    let page = here.page(site, tx).await?;
    if !may_ask(site, tx, here, &page).await? {
        return Err(Trouble::NotFound);
    }
    let parts = FormParts { words, typed, wrongs };
    let reasons = AskReason::ALL.map(|reason| Choice::new(reason.as_str(), words.of("gift-ask-because", reason.as_str())));
    let mut fields = vec![parts.radios("reason", "gift-ask-reason", reasons.into())];
    if page.donor.is_some() {
        fields.push(parts.area("detail", "gift-ask-detail").hint(words.say("gift-ask-detail-hint")).optional(words));
    }
    let form = Form::new(here.at("/refund"), "", fields).button(words.say("gift-ask"));
    let sheet = Sheet::new(here.frame(site, "gift-ask-title")).text(words.say("gift-ask-what")).form(form);
    Ok(sheet.with(here.keep()).answer(wrongs))
}

async fn send(State(site): AnySite, here: Here, Sent(pairs): Sent<Vec<(String, String)>>) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs, now) = (here.words, Typed::new(pairs), Wrongs::default(), site.clock.now());
    let reason = typed.get("reason").parse::<AskReason>().ok();
    if reason.is_none() {
        wrongs.add("reason", words.say("gift-no-reason"));
    }
    let detail = typed.get("detail");
    if detail.chars().count() > DETAIL_LETTERS {
        wrongs.add("detail", words.say("gift-no-detail"));
    }
    let Some(reason) = reason.filter(|_| wrongs.is_empty()) else { return ask_page(&site, &here, &typed, &wrongs).await };
    {
        let tx = &mut site.db.begin_read().await?;
        let page = here.page(&site, tx).await?;
        if !may_ask(&site, tx, &here, &page).await? {
            return Err(Trouble::NotFound);
        }
    }
    let keys = (&*site.keyring, &site.entropy);
    let asked: sqlx::Result<bool> = transact!(site.db, tx => asking_back::ask_back(tx, keys, &here.gift, reason, detail, now).await);
    // One that waits already is as good.
    asked?;
    here.done("asked")
}
