//! Months that are over: locked, asked for, or what stands in the way. Not here: what a lock refuses (`ledger`).

use axum::extract::{Path, State};
use axum::response::Response;

use super::refused;
use crate::booking::journal::JournalError;
use crate::booking::months;
use crate::people::Role;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, Wrongs};
use crate::web::table::{Cell, Table};
use crate::web::treasury::{APPROVERS, Frame, Part, READERS, Sheet};
use crate::web::{AnySite, Site, answer};

const LIST: &str = "/treasury/months";
const ASKED: &str = "/treasury/months/{month}/asked";
const LOCKED: &str = "/treasury/months/{month}/locked";
const CONFIRM: &str = "/treasury/months/{month}";

/// Who may ask for a lock.
const ASKERS: &[Role] = &[Role::Recorder, Role::Approver];

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(LIST, Who::Holding(READERS), list).get(CONFIRM, Who::Holding(READERS), confirm).post(ASKED, Who::Holding(ASKERS), ask).post(
        LOCKED,
        Who::Holding(APPROVERS),
        agree,
    )
}

async fn list(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let mut table = Table::new(words.say("months-caption"), words.say("months-none"))
        .column(words.say("months-month"))
        .column(words.say("gifts-state"));
    for month in months::list(tx, site.clock.now()).await? {
        let state = match &month.lock {
            Some(lock) if lock.agreed_at.is_some() => Cell::chip("good", words.say("months-locked")),
            Some(_) => Cell::chip("warning", words.say("months-asked")),
            None if month.blocks.is_empty() => Cell::chip("plain", words.say("months-open")),
            None => Cell::chip("warning", words.of("months-block", month.blocks[0])),
        };
        table.row(vec![Cell::link(format!("{LIST}/{}", month.month), month.month.as_str()), state]);
    }
    let frame = Frame::new(&site, &signed_in, words.say("months-title"));
    Ok(Sheet::new(frame).with(Part::Note(words.say("months-note"))).with(Part::Table(table)).answer(&Wrongs::default()))
}

async fn confirm(State(site): AnySite, signed_in: SignedIn, Path(month): Path<String>) -> Result<Response, Trouble> {
    page(&site, &signed_in, &month, &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, month: &str, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, roles) = (signed_in.words, &signed_in.person.roles);
    let tx = &mut site.db.begin_read().await?;
    let found = months::list(tx, site.clock.now()).await?.into_iter().find(|found| found.month == month).ok_or(Trouble::NotFound)?;
    let mut sheet =
        Sheet::new(Frame::new(site, signed_in, words.with("months-one", "month", month))).with(Part::Note(words.say("months-note")));
    for block in &found.blocks {
        sheet = sheet.with(Part::Warning(words.of("months-block", block)));
    }
    let form = |way: &str, key: &str| Part::Form(Form::new(format!("{LIST}/{month}/{way}"), "", vec![]).button(words.say(key)));
    let step = match &found.lock {
        Some(lock) if lock.agreed_at.is_some() => Part::Note(words.say("months-locked")),
        Some(lock) if lock.asked_by != signed_in.person.id && roles.holds(Role::Approver) => form("locked", "months-agree"),
        Some(_) => Part::Note(words.say("months-waits")),
        None if ASKERS.iter().any(|role| roles.holds(*role)) => form("asked", "months-ask"),
        None => Part::Note(words.say("months-open")),
    };
    Ok(sheet.with(step).answer(wrongs))
}

async fn ask(State(site): AnySite, signed_in: SignedIn, Path(month): Path<String>) -> Result<Response, Trouble> {
    let now = site.clock.now();
    let done: Result<(), JournalError> = transact!(site.db, tx => months::ask(tx, &month, signed_in.actor(), now).await);
    told(&site, &signed_in, &month, done).await
}

async fn agree(State(site): AnySite, signed_in: SignedIn, Path(month): Path<String>) -> Result<Response, Trouble> {
    let now = site.clock.now();
    let done: Result<(), JournalError> = transact!(site.db, tx => months::agree(tx, &month, signed_in.actor(), now).await);
    told(&site, &signed_in, &month, done).await
}

async fn told(site: &Site, signed_in: &SignedIn, month: &str, done: Result<(), JournalError>) -> Result<Response, Trouble> {
    let Err(error) = done else { return Ok(answer::see_other(&format!("{LIST}/{month}"))?) };
    let mut wrongs = Wrongs::default();
    refused(signed_in.words, error, &mut wrongs)?;
    page(site, signed_in, month, &wrongs).await
}
