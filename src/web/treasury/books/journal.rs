//! Journal entries and reversals: asked for by one person, agreed to by another. Not here: what they may touch (`booking::journal`).

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::refused;
use crate::booking::journal::{self, JournalError, JournalLine, JournalState, NewJournal};
use crate::clock::Day;
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ids::EntryId;
use crate::ledger;
use crate::money::Money;
use crate::people::Role;
use crate::people::operation::Operation;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table};
use crate::web::treasury::{APPROVERS, Frame, Part, READERS, RECORDERS, Sheet, operation};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const LIST: &str = "/treasury/journal";
const NEW: &str = "/treasury/journal/new";
const REVERSAL: &str = "/treasury/journal/reversal";
const ONE: &str = "/treasury/journal/{journal}";
const DECIDE: &str = "/treasury/journal/{journal}/decision";

/// How many lines the form of an entry has.
const LINES: usize = 4;
/// How many entries the list shows.
const PAGE: i64 = 100;

type Pairs = Sent<Vec<(String, String)>>;

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(LIST, Who::Holding(READERS), list)
        .get(NEW, Who::Holding(RECORDERS), new)
        .post(NEW, Who::Holding(RECORDERS), ask)
        .get(REVERSAL, Who::Holding(RECORDERS), reversal)
        .post(REVERSAL, Who::Holding(RECORDERS), ask_reversal)
        .get(ONE, Who::Holding(READERS), one)
        .post(DECIDE, Who::Holding(APPROVERS), decide)
}

/// What may stand behind these addresses.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// The entry to take back.
    entry: String,
    /// What was just done.
    done: String,
}

async fn list(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let mut table = Table::new(words.say("journal-caption"), words.say("journal-none"))
        .column(words.say("gifts-day"))
        .column(words.say("journal-reason"))
        .column(words.say("gifts-state"));
    for journal in journal::list(tx, PAGE).await? {
        table.row(vec![
            Cell::link(format!("{LIST}/{}", journal.reference), words.day(journal.effective_on)),
            Cell::text(journal.reason.as_str()),
            chip(words, journal.state),
        ]);
    }
    let frame = Frame::new(&site, &signed_in, words.say("journal-title"));
    let may = signed_in.person.roles.holds(Role::Recorder);
    let ways = may.then(|| Part::Links(vec![(NEW.to_owned(), words.say("journal-new"))]));
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
    let none = || Choice::new("", words.say("journal-choose"));
    let accounts: Vec<Choice> =
        std::iter::once(none()).chain(ledger::accounts(tx).await?.iter().map(|a| Choice::new(a.path.as_ref(), a.path.as_ref()))).collect();
    let no_fund = Choice::new("", words.say("journal-pooled"));
    let all: Vec<Choice> =
        std::iter::once(no_fund).chain(funds::list(tx).await?.into_iter().map(|f| Choice::new(f.slug, f.name))).collect();
    let mut fields = vec![parts.day("day", "gifts-day"), parts.area("reason", "journal-reason").hint(words.say("journal-reason-hint"))];
    for n in 1..=LINES {
        let label = |key: &str| words.with(key, "n", n);
        fields.push(parts.select(&format!("account{n}"), "journal-account", accounts.clone()).named(label("journal-line-account")));
        fields.push(parts.select(&format!("fund{n}"), "journal-fund", all.clone()).named(label("journal-line-fund")));
        let sign = general.currency.sign();
        fields.push(parts.money(&format!("debit{n}"), "journal-debit", sign).named(label("journal-line-debit")).optional(words));
        fields.push(parts.money(&format!("credit{n}"), "journal-credit", sign).named(label("journal-line-credit")).optional(words));
    }
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

/// The lines of a form; a line without an account is left out.
fn lines(words: Words, typed: &Typed, all: &[Fund], general: &Fund, wrongs: &mut Wrongs) -> Vec<JournalLine> {
    let mut lines = Vec::new();
    for n in 1..=LINES {
        let path = typed.get(&format!("account{n}"));
        if path.is_empty() {
            continue;
        }
        let amount = |name: String| Some(typed.get(&name)).filter(|text| !text.is_empty()).map(|text| Money::parse(text, general.currency));
        let amount_minor = match (amount(format!("debit{n}")), amount(format!("credit{n}"))) {
            (Some(Ok(debit)), None) if debit.minor > 0 => debit.minor,
            (None, Some(Ok(credit))) if credit.minor > 0 => -credit.minor,
            _ => {
                wrongs.add(format!("debit{n}"), words.say("journal-no-amount"));
                continue;
            }
        };
        let slug = typed.get(&format!("fund{n}"));
        let fund_id = all.iter().find(|fund| fund.slug == slug).map(|fund| fund.id);
        lines.push(JournalLine { path: path.to_owned(), fund_id, currency: general.currency, amount_minor });
    }
    lines
}

async fn ask(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let general = funds::general(tx).await?.ok_or(Trouble::NotFound)?;
    let all = funds::list(tx).await?;
    let (typed, mut wrongs) = (Typed::new(pairs.clone()), Wrongs::default());
    let head = head(words, &typed, now.day_in(&general.time_zone), &mut wrongs);
    let lines = lines(words, &typed, &all, &general, &mut wrongs);
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

async fn reversal(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    reversal_page(&site, &signed_in, Typed::default().or("entry", asked.entry), &Wrongs::default()).await
}

async fn reversal_page(site: &Site, signed_in: &SignedIn, typed: Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let general = funds::general(&mut site.db.begin_read().await?).await?.ok_or(Trouble::NotFound)?;
    let typed = typed.or("day", site.clock.now().day_in(&general.time_zone).to_string());
    let parts = FormParts { words, typed: &typed, wrongs };
    let fields = vec![
        parts.number("entry", "journal-entry"),
        parts.day("day", "gifts-day"),
        parts.area("reason", "journal-wrong").hint(words.say("journal-reason-hint")),
    ];
    let form = Form::new(REVERSAL, operation(site, &typed), fields).button(words.say("journal-ask-reversal"));
    let frame = Frame::new(site, signed_in, words.say("journal-reverse"));
    Ok(Sheet::new(frame).with(Part::Note(words.say("journal-note"))).with(Part::Form(form)).answer(wrongs))
}

async fn ask_reversal(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let general = funds::general(&mut site.db.begin_read().await?).await?.ok_or(Trouble::NotFound)?;
    let (typed, mut wrongs) = (Typed::new(pairs.clone()), Wrongs::default());
    let entry = typed.get("entry").parse().ok().map(EntryId);
    if entry.is_none() {
        wrongs.add("entry", words.say("journal-no-entry"));
    }
    let head = head(words, &typed, now.day_in(&general.time_zone), &mut wrongs);
    if let (Some(entry), Some((day, reason))) = (entry, head) {
        let done: Result<String, JournalError> = match sent(&signed_in, "reversal", &pairs, &typed) {
            Err(error) => Err(error),
            Ok(operation) => transact!(site.db, tx => {
                journal::ask_reversal(tx, (entry, day, &reason), &operation, signed_in.actor(), &site.entropy, now).await
            }),
        };
        match done {
            Ok(reference) => return Ok(answer::see_other(&format!("{LIST}/{reference}?done=asked"))?),
            Err(JournalError::NotFound) => wrongs.add("entry", words.say("journal-no-entry")),
            Err(error) => refused(words, error, &mut wrongs)?,
        }
    }
    reversal_page(&site, &signed_in, typed, &wrongs).await
}

async fn one(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    one_page(&site, &signed_in, &reference, &asked, &Wrongs::default()).await
}

async fn one_page(site: &Site, signed_in: &SignedIn, reference: &str, asked: &Asked, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx: &mut Tx = &mut site.db.begin_read().await?;
    let (journal, lines) = journal::find(tx, reference).await?.ok_or(Trouble::NotFound)?;
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
    let mut table = Table::new(words.say("journal-lines"), "")
        .column(words.say("accounts-account"))
        .column(words.say("accounts-fund"))
        .figures(words.say("gifts-amount"));
    for line in &lines {
        let fund = all.iter().find(|fund| Some(fund.id) == line.fund_id).map(|fund| fund.name.clone()).unwrap_or_default();
        table.row(vec![Cell::text(line.path.as_str()), Cell::text(fund), Cell::money(line.amount())]);
    }
    let said = ["asked", "posted", "rejected"].contains(&&*asked.done).then(|| words.of("journal-done", &asked.done));
    let frame = Frame::new(site, signed_in, words.say("journal-one")).saying(said);
    let may = signed_in.person.roles.holds(Role::Approver) && journal.asked_by != signed_in.person.id;
    let step = (journal.state == JournalState::Asked).then(|| {
        let form = || Form::new(format!("{LIST}/{reference}/decision"), "", vec![]).button(words.say("journal-agree"));
        if may { Part::Form(form().other_button("reject", words.say("refund-reject"))) } else { Part::Note(words.say("journal-waits")) }
    });
    Ok(Sheet::new(frame).with(Part::Facts(facts)).with(Part::Table(table)).maybe(step).answer(wrongs))
}

async fn decide(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (agrees, now) = (!Typed::new(pairs).has("reject"), site.clock.now());
    let done: Result<Option<EntryId>, JournalError> =
        transact!(site.db, tx => journal::decide(tx, &reference, agrees, signed_in.actor(), now).await);
    match done {
        Ok(entry) => {
            let word = if entry.is_some() { "posted" } else { "rejected" };
            Ok(answer::see_other(&format!("{LIST}/{reference}?done={word}"))?)
        }
        Err(error) => {
            let mut wrongs = Wrongs::default();
            refused(signed_in.words, error, &mut wrongs)?;
            one_page(&site, &signed_in, &reference, &Asked::default(), &wrongs).await
        }
    }
}
