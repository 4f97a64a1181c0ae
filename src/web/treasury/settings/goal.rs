//! What a fund hopes to receive and takes at most, in public. One person says so.

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::{ADMINISTRATORS, frame, fund, page_of, settled};
use crate::funds::settings;
use crate::funds::{self, Fund, Goal, WrongGoal};
use crate::money::Money;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Sheet, operation, sent};
use crate::web::{AnySite, Site};

const GOAL: &str = "/treasury/{fund}/settings/goal";

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(GOAL, who, form).post(GOAL, who, send)
}

async fn form(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let standing = funds::goal(tx, fund.id).await?;
    let decimal = |minor: Option<i64>| minor.map_or_else(String::new, |minor| Money::new(minor, fund.currency).decimal());
    let typed = Typed::default().or("goal", decimal(standing.amount_minor)).or("cap", decimal(standing.cap_minor));
    Ok(page(&site, &signed_in, &fund, &typed, &Wrongs::default()))
}

fn page(site: &Site, signed_in: &SignedIn, fund: &Fund, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let sign = fund.currency.sign();
    let fields = vec![
        parts.money("goal", "setting-goal", sign).hint(words.say("setting-goal-hint")).optional(words),
        parts.money("cap", "setting-cap", sign).hint(words.say("setting-cap-hint")).optional(words),
    ];
    let form = Form::new(format!("{}/goal", page_of(fund)), operation(site, typed), fields).button(words.say("me-save"));
    let sheet = Sheet::new(frame(site, signed_in, fund, "setting-goal")).text(words.say("setting-goal-why"));
    sheet.form(form).link(page_of(fund), words.say("people-back")).answer(wrongs)
}

async fn send(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let goal = match Goal::parse(typed.get("goal"), typed.get("cap"), fund.currency) {
        Ok(goal) => goal,
        Err(wrong) => {
            match wrong {
                WrongGoal::Amount => wrongs.add("goal", words.say("setting-goal-wrong")),
                WrongGoal::Cap => wrongs.add("cap", words.say("setting-cap-wrong")),
            }
            return Ok(page(&site, &signed_in, &fund, &typed, &wrongs));
        }
    };
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done = match sent(&signed_in, &format!("goal of {slug}"), &pairs, &typed) {
        Err(refused) => Err(refused.into()),
        Ok(operation) => transact!(site.db, tx => settings::set_goal(tx, actor, &operation, fund.id, goal, now).await),
    };
    let answered = settled(done, &fund, "goal")?;
    Ok(answered.unwrap_or_else(|| {
        wrongs.add("goal", words.say("people-reopen"));
        page(&site, &signed_in, &fund, &typed, &wrongs)
    }))
}
