//! The part of a gift's page about its coming again, and the page that stops it: no account, no script, from any mail however old. Not here: asking
//! Stripe (`donations::stopping`).

use axum::extract::State;
use axum::response::Response;

use super::{Here, heading};
use crate::db::Tx;
use crate::donations::{Repeat, Stage, StopBy, repeating};
use crate::transact;
use crate::web::doors::{Doors, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::{Part, Sheet, how_often};
use crate::web::{AnySite, answer};

const STOP: &str = "/gift/{code}/stop";

pub fn doors(doors: Doors) -> Doors {
    doors.get(STOP, Who::Anyone, ask).post(STOP, Who::Anyone, stop)
}

/// How often a gift comes again, when next, and the way to stop it; nothing where it was given once.
pub async fn parts(tx: &mut Tx, here: &Here) -> Result<Vec<Part>, Trouble> {
    let words = here.words;
    let Some(repeat) = repeating::of_gift(tx, here.gift.id).await? else { return Ok(Vec::new()) };
    let day = |at: crate::clock::Instant| Cell::day(words, at.day_in(&here.fund.time_zone));
    let mut facts = Facts::default()
        .add(words.say("gifts-amount"), Cell::sum(words, repeat.amount()))
        .add(words.say("repeat-often"), Cell::text(how_often(words, &repeat)))
        .add(words.say("repeat-turns"), Cell::number(repeating::count_turns(tx, &repeat).await?));
    if let (Stage::Runs(_), Some(at)) = (repeat.stage(), repeat.next_try_at.or(repeat.next_at)) {
        facts = facts.add(words.say("repeat-mine-next"), day(at));
    }
    let mut parts = vec![heading(words, "gift-repeat"), Part::Facts(facts)];
    parts.extend(stands(here, &repeat).map(Part::Text));
    if matches!(repeat.stage(), Stage::Runs(_)) {
        parts.push(Part::Links(vec![(here.at("/stop"), words.say("repeat-stop"))]));
    }
    Ok(parts)
}

/// What became of stopping it; None while it runs and nobody wants it to stop.
fn stands(here: &Here, repeat: &Repeat) -> Option<String> {
    let words = here.words;
    let at = |at: Option<crate::clock::Instant>| at.map(|at| words.moment(at, &here.fund.time_zone)).unwrap_or_default();
    match (repeat.stage(), repeat.stop_problem) {
        (Stage::Runs(_), _) => None,
        (Stage::Stopping(_), Some(_)) => Some(words.say("repeat-mine-silent")),
        (Stage::Stopping(_), None) => Some(words.with("repeat-mine-stopping", "at", at(repeat.stop_asked_at))),
        (Stage::Stopped(by), _) => {
            let by = words.of("repeat-mine-by", by.map_or("stripe", StopBy::as_str));
            Some(format!("{} {by}", words.with("repeat-mine-stopped", "at", at(repeat.stopped_at))))
        }
    }
}

async fn ask(State(site): AnySite, here: Here) -> Result<Response, Trouble> {
    let words = here.words;
    let tx = &mut site.db.begin_read().await?;
    let repeat = repeating::of_gift(tx, here.gift.id).await?.ok_or(Trouble::NotFound)?;
    if let Some(said) = stands(&here, &repeat) {
        let back = Part::Links(vec![(here.at(""), words.say("gift-back"))]);
        return Ok(Sheet::new(here.frame(&site, "repeat-mine-title")).text(said).with(back).answer(&Wrongs::default()));
    }
    let often = repeat.every.map_or("unknown", crate::payments::checkout::Interval::as_str);
    let sure = words.with(&format!("repeat-mine-sure-{often}"), "amount", words.money(repeat.amount()));
    let form = Form::new(here.at("/stop"), "", Vec::new()).button(words.say("repeat-stop"));
    Ok(Sheet::new(here.frame(&site, "repeat-mine-title")).text(sure).form(form).with(here.keep()).answer(&Wrongs::default()))
}

/// `POST /gift/{code}/stop`: decided at once, done as soon as Stripe answers. Twice is once.
async fn stop(State(site): AnySite, here: Here) -> Result<Response, Trouble> {
    let now = site.clock.now();
    let repeat = repeating::of_gift(&mut site.db.begin_read().await?, here.gift.id).await?.ok_or(Trouble::NotFound)?;
    let decided: sqlx::Result<bool> = transact!(site.db, tx => repeating::stop_by_donor(tx, &repeat, now).await);
    decided?;
    site.payments.wake();
    Ok(answer::see_other(&here.at("/stop"))?)
}
