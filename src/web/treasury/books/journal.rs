//! Entries by hand and corrections: asked for by one person, with a way to where others agree. Not here: what they may touch
//! (`booking::journal`), the form of a correction.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{lines, refused};
use crate::booking::journal::{self, JournalError, JournalState, NewJournal};
use crate::clock::Day;
use crate::db::Tx;
use crate::funds;
use crate::ids::JournalId;
use crate::ledger;
use crate::people::Role;
use crate::people::operation::Operation;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::treasury::spending::to_the_approval;
use crate::web::treasury::{Frame, Part, READERS, RECORDERS, Sheet, operation};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

pub(super) const LIST: &str = "/treasury/journal";
const NEW: &str = "/treasury/journal/new";
const ONE: &str = "/treasury/journal/{journal}";

/// How many entries the list shows.
const PAGE: i64 = 100;

/// The fields of a form, as they came.
pub(super) type Pairs = Sent<Vec<(String, String)>>;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(LIST, Who::Holding(READERS), list).get(NEW, Who::Holding(RECORDERS), new).post(NEW, Who::Holding(RECORDERS), ask).get(
        ONE,
        Who::Holding(READERS),
        one,
    )
}

/// What may stand behind these addresses.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// What was just done.
    done: String,
    /// Where the list goes on.
    before: Option<i64>,
}

async fn list(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let mut table = Table::new(words.say("journal-caption"), words.say("journal-none"))
        .column(words.say("gifts-day"))
        .column(words.say("journal-reason"))
        .column(words.say("gifts-state"));
    let rows = signed_in.rows(PAGE);
    let found = journal::list(tx, asked.before.map(JournalId), rows).await?;
    for journal in &found {
        table.row(vec![
            Cell::link(format!("{LIST}/{}", journal.reference), words.day(journal.effective_on)),
            Cell::text(journal.reason.as_str()),
            chip(words, journal.state),
        ]);
    }
    table.goes_on(behind(&found, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    let frame = Frame::new(&site, &signed_in, words.say("journal-title"));
    let may = signed_in.person.roles.holds(Role::Recorder);
    let general = funds::general(tx).await?.map(|fund| fund.slug).unwrap_or_default();
    let correct = (format!("/treasury/{general}/corrections/new"), words.say("correction-title"));
    let ways = may.then(|| Part::Links(vec![(NEW.to_owned(), words.say("journal-new")), correct]));
    Ok(Sheet::new(frame).with(Part::Note(words.say("journal-note"))).maybe(ways).with(Part::Table(table)).answer(&Wrongs::default()))
}

fn chip(words: Words, state: JournalState) -> Cell {
    let look = match state {
        JournalState::Asked => "warning",
        JournalState::Posted => "good",
        JournalState::Rejected => "bad",
    };
    Cell::chip(look, words.of("journal-state", state.as_str()))
}

async fn new(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    new_page(&site, &signed_in, Typed::default(), &Wrongs::default()).await
}

async fn new_page(site: &Site, signed_in: &SignedIn, typed: Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let general = funds::general(tx).await?.ok_or(Trouble::NotFound)?;
    let typed = typed.or("day", site.clock.now().day_in(&general.time_zone).to_string());
    let parts = FormParts { words, typed: &typed, wrongs };
    let mut fields = vec![parts.day("day", "gifts-day"), parts.area("reason", "journal-reason").hint(words.say("journal-reason-hint"))];
    let (accounts, all) = (ledger::accounts(tx).await?, funds::list(tx).await?);
    fields.extend(lines::fields(&parts, &accounts, &all, general.currency, lines::FEWEST));
    let form = Form::new(NEW, operation(site, &typed), fields).button(words.say("journal-ask"));
    let frame = Frame::new(site, signed_in, words.say("journal-new"));
    Ok(Sheet::new(frame).with(Part::Note(words.say("journal-note"))).with(Part::Form(form)).answer(wrongs))
}

fn sent(signed_in: &SignedIn, what: &str, pairs: &[(String, String)], typed: &Typed) -> Result<Operation, JournalError> {
    Ok(crate::web::treasury::sent(signed_in, what, pairs, typed)?)
}

/// The reason and the day of a form.
fn head(words: Words, typed: &Typed, today: Day, wrongs: &mut Wrongs) -> Option<(Day, String)> {
    let day = typed.get("day").parse::<Day>().ok().filter(|day| *day <= today);
    if day.is_none() {
        wrongs.add("day", words.say("gifts-no-day"));
    }
    let reason = typed.get("reason");
    if !(10..=200).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        wrongs.add("reason", words.say("journal-no-reason"));
        return None;
    }
    day.map(|day| (day, reason.to_owned()))
}

async fn ask(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let general = funds::general(tx).await?.ok_or(Trouble::NotFound)?;
    let all = funds::list(tx).await?;
    let (typed, mut wrongs) = (Typed::new(pairs.clone()), Wrongs::default());
    let head = head(words, &typed, now.day_in(&general.time_zone), &mut wrongs);
    let lines = lines::read(words, &typed, &all, general.currency, &mut wrongs);
    if let (Some((effective_on, reason)), true) = (head, wrongs.is_empty()) {
        let new = NewJournal { effective_on, reason, lines };
        let done: Result<String, JournalError> = match sent(&signed_in, "journal", &pairs, &typed) {
            Err(error) => Err(error),
            Ok(operation) => transact!(site.db, tx => journal::ask(tx, &new, &operation, signed_in.actor(), &site.entropy, now).await),
        };
        match done {
            Ok(reference) => return Ok(answer::see_other(&format!("{LIST}/{reference}?done=asked"))?),
            Err(error) => refused(words, error, &mut wrongs)?,
        }
    }
    new_page(&site, &signed_in, typed, &wrongs).await
}

async fn one(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx: &mut Tx = &mut site.db.begin_read().await?;
    let (journal, posted) = journal::find(tx, &reference).await?.ok_or(Trouble::NotFound)?;
    let all = funds::list(tx).await?;
    let mut facts = Facts::default()
        .add(words.say("gifts-state"), chip(words, journal.state))
        .add(words.say("gifts-day"), Cell::day(words, journal.effective_on))
        .add(words.say("journal-reason"), Cell::text(journal.reason.as_str()));
    for (key, entry) in [("accounts-reverses", journal.reverses), ("gifts-entry", journal.entry_id)] {
        if let Some(entry) = entry {
            facts = facts.add(words.say(key), Cell::link(format!("/treasury/entries/{entry}"), entry.to_string()));
        }
    }
    if let Some(wrong) = journal.wrong {
        facts = facts.add(words.say("correction-kind"), Cell::text(words.of("correction-kind", wrong.as_str())));
    }
    let said = (asked.done == "asked").then(|| words.of("journal-done", &asked.done));
    let title = if journal.wrong.is_some() { "correction-title" } else { "journal-one" };
    let mut sheet = Sheet::new(Frame::new(&site, &signed_in, words.say(title)).saying(said)).with(Part::Facts(facts));
    let caption = if journal.wrong.is_some() { "correction-new" } else { "journal-lines" };
    if let Some(entry) = journal.reverses.filter(|_| journal.wrong.is_some()) {
        let back = journal::back(tx, entry).await?;
        sheet = sheet.with(Part::Table(lines::table(words, "correction-back", &back, &all)));
    }
    sheet = sheet.with(Part::Table(lines::table(words, caption, &posted, &all)));
    let proposal = journal::proposal(tx, &journal).await?;
    Ok(sheet.maybe(proposal.map(|proposal| to_the_approval(words, &proposal))).answer(&Wrongs::default()))
}
