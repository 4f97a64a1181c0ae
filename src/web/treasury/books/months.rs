//! Months that are over: locked, asked for, or what stands in the way and what to do about it. Not here: what a lock refuses (`ledger`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::journal::Pairs;
use super::refused;
use crate::approvals;
use crate::booking::Condition;
use crate::booking::journal::JournalError;
use crate::booking::months::{self, Month};
use crate::people::Role;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, Typed, Wrongs};
use crate::web::table::{Cell, Table};
use crate::web::treasury::spending::to_the_approval;
use crate::web::treasury::{Frame, Part, READERS, Sheet, operation, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const LIST: &str = "/treasury/months";
const ASKED: &str = "/treasury/months/{month}/asked";
const ONE: &str = "/treasury/months/{month}";

/// Who may ask for a lock.
const ASKERS: &[Role] = &[Role::Recorder, Role::Approver];

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(LIST, Who::Holding(READERS), list).get(ONE, Who::Holding(READERS), one).post(ASKED, Who::Holding(ASKERS), ask)
}

async fn list(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let mut table = Table::new(words.say("months-caption"), words.say("months-none"))
        .column(words.say("months-month"))
        .column(words.say("gifts-state"))
        .column(words.say("months-conditions"));
    for month in months::list(tx, site.clock.now()).await? {
        let unmet: Vec<String> = month.unmet.iter().map(|condition| words.of("months-condition", condition.as_str())).collect();
        let conditions = match (&month.lock, unmet.is_empty()) {
            (Some(_), _) => String::new(),
            (None, true) => words.say("months-all-met"),
            (None, false) => words.with("months-not-met", "list", unmet.join(", ")),
        };
        let link = Cell::link(format!("{LIST}/{}", month.month), month.month.as_str());
        table.row(vec![link, chip(words, &month), Cell::text(conditions)]);
    }
    let frame = Frame::new(&site, &signed_in, words.say("months-title"));
    Ok(Sheet::new(frame).with(Part::Note(words.say("months-note"))).with(Part::Table(table)).answer(&Wrongs::default()))
}

fn chip(words: Words, month: &Month) -> Cell {
    if month.lock.is_some() {
        return Cell::chip("good", words.say("months-locked"));
    }
    if month.waits.is_some() {
        return Cell::chip("warning", words.say("months-asked"));
    }
    Cell::chip(if month.unmet.is_empty() { "plain" } else { "warning" }, words.say("months-open"))
}

async fn one(State(site): AnySite, signed_in: SignedIn, Path(month): Path<String>) -> Result<Response, Trouble> {
    page(&site, &signed_in, &month, &Typed::default(), &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, month: &str, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, roles) = (signed_in.words, &signed_in.person.roles);
    let tx = &mut site.db.begin_read().await?;
    let found = months::find(tx, month, site.clock.now()).await?.ok_or(Trouble::NotFound)?;
    let frame = Frame::new(site, signed_in, words.with("months-one", "month", month));
    let mut sheet = Sheet::new(frame).with(Part::Note(words.say("months-note")));
    if found.lock.is_none() {
        sheet = sheet.with(Part::Table(conditions(words, &found)));
    }
    let step = match found.waits {
        _ if found.lock.is_some() => Part::Note(words.say("months-locked")),
        Some(id) => match approvals::find(tx, id).await? {
            Some(proposal) => to_the_approval(words, &proposal),
            None => Part::Note(words.say("months-asked")),
        },
        None if ASKERS.iter().any(|role| roles.holds(*role)) => {
            Part::Form(Form::new(format!("{LIST}/{month}/asked"), operation(site, typed), vec![]).button(words.say("months-ask")))
        }
        None => Part::Note(words.say("months-open")),
    };
    Ok(sheet.with(step).answer(wrongs))
}

/// Each condition, whether it is met, and what to do about it.
fn conditions(words: Words, found: &Month) -> Table {
    let mut table = Table::new(words.say("months-conditions"), "")
        .column(words.say("months-condition"))
        .column(words.say("gifts-state"))
        .column(words.say("months-what-to-do"));
    for condition in Condition::ALL {
        let (word, met) = (condition.as_str(), !found.unmet.contains(&condition));
        let state = if met { Cell::chip("good", words.say("months-met")) } else { Cell::chip("warning", words.say("months-unmet")) };
        let todo = if met { Cell::text("") } else { Cell::link(way(condition), words.of("months-unmet", word)) };
        table.row(vec![Cell::text(words.of("months-condition", word)), state, todo]);
    }
    table
}

/// Where something can be done about a condition.
const fn way(condition: Condition) -> &'static str {
    match condition {
        Condition::Bank => crate::web::treasury::bank::BANK,
        Condition::Difference | Condition::Lines => crate::web::treasury::stripe_health::STRIPE,
        Condition::Suspense => "/treasury/accounts/suspense",
        Condition::Drafts => crate::web::treasury::HOME,
    }
}

async fn ask(State(site): AnySite, signed_in: SignedIn, Path(month): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (typed, now) = (Typed::new(pairs.clone()), site.clock.now());
    let done: Result<(), JournalError> = match sent(&signed_in, &format!("lock {month}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => transact!(site.db, tx => months::ask(tx, &month, &operation, signed_in.actor(), now).await),
    };
    let Err(error) = done else { return Ok(answer::see_other(&format!("{LIST}/{month}"))?) };
    let mut wrongs = Wrongs::default();
    refused(signed_in.words, error, &mut wrongs)?;
    page(&site, &signed_in, &month, &typed, &wrongs).await
}
