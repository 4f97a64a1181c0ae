//! How Stripe and we get on: what arrived, what waits, what differs, what is on its way. Not here: the jobs that see to it.

mod again;
mod lists;
mod parked;

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{Frame, Part, READERS, RECORDERS, bank, zone};
use crate::clock::{Instant, Zone};
use crate::db::Tx;
use crate::donations::slowing;
use crate::ids::DeliveryId;
use crate::payments;
use crate::payments::health::{self, EndpointState, Health, Lag};
use crate::payments::progress::Progress;
use crate::people::Role;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::words::Words;
use crate::web::{AnySite, Site, WEBHOOK};

/// Where it is told how Stripe and we get on.
pub const STRIPE: &str = "/treasury/stripe";
/// Where one delivery that waits is told.
const PARKED: &str = "/treasury/stripe/parked/{id}";
/// Further behind than this is marked, and then marked red, in seconds (screens.md 6.11).
const LAG_SECS: [i64; 2] = [5 * 60, 3600];

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(STRIPE, Who::Holding(READERS), show)
        .post(STRIPE, Who::Holding(RECORDERS), again::send)
        .get(PARKED, Who::Holding(READERS), parked::show)
        .post(PARKED, Who::Holding(RECORDERS), parked::again)
}

/// How many rows of a list are shown.
const SHOWN: i64 = 100;

/// What was just done, and how far the lists are leafed.
#[derive(Debug, Deserialize)]
struct Asked {
    done: Option<String>,
    parked_before: Option<i64>,
    lines_before: Option<String>,
    alerts_before: Option<i64>,
}

impl Asked {
    fn said(&self, words: Words) -> Option<String> {
        const KNOWN: [&str; 4] = ["again", "one-again", "all", "giving"];
        self.done.as_deref().filter(|done| KNOWN.contains(done)).map(|done| words.of("stripe-done", done))
    }
}

async fn show(State(site): AnySite, Query(asked): Query<Asked>, signed_in: SignedIn) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let zone = zone(tx).await?;
    let today = now.day_in(&zone);
    let told = Told { progress: payments::progress(tx).await?, health: health::health(tx).await?, lag: health::lag(tx, now).await? };
    let rows = signed_in.rows(SHOWN);
    let waiting = lists::parked(tx, words, (asked.parked_before.map(DeliveryId), rows), (today, &zone)).await?;
    let suspense = lists::lines(tx, words, (asked.lines_before.as_deref(), rows)).await?;
    let may = signed_in.person.roles.holds(Role::Recorder);
    let button = |act: &str, key: &str| {
        let unseen = again::hidden(words, act);
        may.then(|| Part::Form(Form::new(STRIPE, site.entropy.reference(), vec![unseen]).quiet_button(words.say(key))))
    };
    let fetching = told.health.all_asked_at.map(|at| Part::Note(words.with("stripe-fetching", "at", words.moment(at, &zone))));
    let paused = slowing::brake(tx).await?.pause_secs(now);
    let pause = paused.map(|secs| Part::Note(words.with("stripe-giving-paused", "minutes", secs.saturating_add(59) / 60)));
    let sheet = Frame::new(&site, &signed_in, words.say("stripe-title"))
        .saying(asked.said(words))
        .live()
        .maybe(pause)
        .maybe(paused.and_then(|_| button("giving", "stripe-giving")))
        .with(Part::Facts(facts(tx, words, &site, &told, &zone).await?))
        .maybe(fetching)
        .maybe(button("all", "stripe-fetch"))
        .with(Part::Table(lists::tie(tx, words, &told.progress, &zone).await?))
        .with(Part::Table(bank::ties(tx, words, today).await?.0))
        .with(Part::Table(waiting))
        .maybe(button("again", "stripe-again"))
        .with(Part::Table(suspense))
        .with(Part::Table(lists::alerts(tx, words, (asked.alerts_before, rows), &zone).await?))
        .with(Part::Table(lists::payouts(tx, words).await?));
    Ok(sheet.answer(&Wrongs::default()))
}

/// What is known of the way between Stripe and us.
struct Told {
    progress: Progress,
    health: Health,
    lag: Lag,
}

async fn facts(tx: &mut Tx, words: Words, site: &Site, told: &Told, zone: &Zone) -> sqlx::Result<Facts> {
    let never = || Cell::text(words.say("stripe-never"));
    let moment = |at: Option<Instant>| at.map_or_else(never, |at| Cell::moment(words, at, zone));
    let account = health::account(tx).await?.map_or_else(never, |account| Cell::text(account.id));
    let gateway = site.payments.gateway();
    let endpoint = told.health.endpoint_state.map_or_else(
        || Cell::chip("plain", words.say("stripe-not-asked")),
        |state| {
            let look = if state == EndpointState::Enabled { "good" } else { "bad" };
            Cell::chip(look, words.of("stripe-endpoint", state.as_str()))
        },
    );
    let mut facts = Facts::default()
        .add(words.say("stripe-mode"), Cell::text(words.say(if site.is_practice() { "stripe-mode-practice" } else { "stripe-mode-live" })))
        .add(words.say("stripe-account"), account)
        .add(words.say("stripe-last-delivery"), moment(payments::silence::last_arrival(tx).await?))
        .add(words.say("stripe-last-sync"), moment(told.progress.complete_at))
        .add(words.say("stripe-lag"), lag(words, told.progress.complete_at.map(|_| told.lag.now_secs)))
        .add(words.say("stripe-lag-worst"), lag(words, told.progress.complete_at.map(|_| told.lag.worst_secs)))
        .add(words.say("stripe-waiting-lines"), Cell::number(payments::count_new_lines(tx).await?))
        .add(words.say("stripe-address"), Cell::text(format!("{}{WEBHOOK}", site.base_url)))
        .add(words.say("stripe-endpoint"), endpoint)
        .add(words.say("stripe-endpoint-at"), moment(told.health.endpoint_checked_at))
        .add(words.say("stripe-repeats"), Cell::number(health::running_gifts(tx).await?))
        .add(words.say("stripe-version"), Cell::text(payments::stripe::api_version()))
        .add(words.say("stripe-key"), Cell::text(format!("…{}", gateway.key_ending())));
    for (key, ending) in ["stripe-secret", "stripe-secret-second"].into_iter().zip(site.payments.secret_endings()) {
        facts = facts.add(words.say(key), Cell::text(format!("…{ending}")));
    }
    Ok(facts)
}

/// So far behind; None: the list was never read to its end.
fn lag(words: Words, secs: Option<i64>) -> Cell {
    let Some(secs) = secs else { return Cell::text(words.say("stripe-never")) };
    let look = match secs {
        secs if secs > LAG_SECS[1] => "bad",
        secs if secs > LAG_SECS[0] => "warning",
        _ => "good",
    };
    let text = match secs {
        0 => words.say("stripe-not-behind"),
        secs if secs >= 2 * 3600 => words.with("stripe-hours", "hours", secs / 3600),
        secs => words.with("stripe-minutes", "minutes", secs / 60),
    };
    Cell::chip(look, text)
}
