//! The pages about how a fund ends: its steps and what holds each of them up, what each state allows, money that came late. Not here: what may be
//! done (`closing`), the forms of its moves (`moving`), what must be settled (`settling`), the page about gifts that are stopped (`gifts::repeats`).

mod answering;
mod granting;
mod groups;
mod handing;
mod moving;
mod planning;
mod refusing;
mod settling;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::clock::Instant;
use crate::closing::{self, Check, Item, Refusal};
use crate::db::Tx;
use crate::funds::{self, Act, Fund, State as FundState};
use crate::ledger::PostError;
use crate::money::Money;
use crate::people::NotAllowed;
use crate::people::operation::OperationError;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, Wrongs};
use crate::web::table::{Cell, Facts, Table};
use crate::web::treasury::gifts::fund;
use crate::web::treasury::spending::to_the_approval;
use crate::web::treasury::{Frame, Part, READERS, Sheet};
use crate::web::words::Words;
use crate::web::{AnySite, Site};

pub(super) use refusing::told as told_of_plan;

/// The page of a fund's end.
const CLOSE: &str = "/treasury/{fund}/close";
/// Money that came after its fund had closed.
pub(super) const LATE: &str = "/treasury/late";

pub(super) fn doors(doors: Doors) -> Doors {
    let doors = doors.get(CLOSE, Who::Holding(READERS), show).get(LATE, Who::Holding(READERS), late);
    let doors = handing::doors(settling::doors(moving::doors(doors)));
    answering::doors(granting::doors(planning::doors(groups::doors(doors))))
}

/// Where a page about a fund's end is; nothing more: the page of its steps.
fn at(fund: &Fund, step: &str) -> String {
    let step = if step.is_empty() { String::new() } else { format!("/{step}") };
    format!("/treasury/{}/close{step}", fund.slug)
}

/// What may stand behind the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// What was just done, a word of ours.
    done: String,
}

/// What can have been done just now.
const DONE: [&str; 3] = ["asked", "moved", "taken-back"];

/// The frame of a page about a fund's end.
fn frame(site: &Site, signed_in: &SignedIn, fund: &Fund, key: &str) -> Frame {
    Frame::new(site, signed_in, format!("{} · {}", signed_in.words.say(key), fund.name))
}

/// A refusal in the reader's words; a fault goes on as one.
pub(super) fn told(words: Words, error: Refusal) -> Result<String, Trouble> {
    Ok(match error {
        Refusal::NotFound | Refusal::NotAllowed(NotAllowed::Role) => return Err(Trouble::NotFound),
        Refusal::NotAllowed(NotAllowed::Database(error))
        | Refusal::Operation(OperationError::Database(error))
        | Refusal::Post(PostError::Database(error))
        | Refusal::Database(error) => return Err(error.into()),
        Refusal::NotAllowed(NotAllowed::StepUp) => words.say("gifts-no-step-up"),
        Refusal::Operation(OperationError::Reused | OperationError::Malformed) => words.say("gifts-no-reused"),
        Refusal::MovedOn | Refusal::Post(PostError::NoAccount(_) | PostError::Differs(_) | PostError::NotReversible(_)) => {
            words.say("gifts-no-moved-on")
        }
        Refusal::Reason => words.say("close-no-reason"),
        Refusal::NotDrawn(state) => words.with("close-no-drawn", "state", words.of("public-state", state.as_str())),
        Refusal::NotYet(item) => words.with("close-no-yet", "what", words.of("close-item", item.as_str())),
        Refusal::Post(PostError::Locked(month)) => words.with("gifts-no-locked", "month", month),
        Refusal::Post(PostError::Unbalanced(_)) => words.say("journal-no-balance"),
    })
}

async fn show(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let said = DONE.contains(&&*asked.done).then(|| words.of("close-done", &asked.done));
    let mut sheet = frame(&site, &signed_in, &fund, "close-title").saying(said).live().with(Part::Facts(facts(tx, words, &fund).await?));
    sheet = waits(tx, &site, &signed_in, &fund).await?.into_iter().fold(sheet, Sheet::with);
    let checks = closing::checks(tx, &fund, now).await?;
    sheet = sheet.with(Part::Table(steps(tx, words, &fund, &checks).await?)).with(groups::ways(words, &fund));
    if fund.state == FundState::Closed {
        sheet = closed(tx, words, &fund).await?.into_iter().fold(sheet, Sheet::with);
    }
    Ok(sheet.with(Part::Table(allowed(words, &fund))).answer(&Wrongs::default()))
}

/// Where the fund stands, since when and why.
async fn facts(tx: &mut Tx, words: Words, fund: &Fund) -> Result<Facts, Trouble> {
    let mut facts = Facts::default().add(words.say("gifts-state"), Cell::chip("plain", words.of("public-state", fund.state.as_str())));
    if let Some(moved) = funds::newest_move(tx, fund.id).await? {
        facts = facts
            .add(words.say("close-since"), Cell::moment(words, moved.changed_at, &fund.time_zone))
            .add(words.say("expense-reason"), Cell::text(moved.reason));
    }
    if let Some(restriction) = &fund.restriction {
        facts = facts.add(words.say("close-restriction"), Cell::text(restriction.as_str()));
    }
    let Some(end) = funds::end(tx, fund.id).await? else { return Ok(facts) };
    facts = facts.add(words.say("close-last-on"), Cell::day(words, end.last_expense_on));
    if let Some((minor, until)) = end.reserve_minor.zip(end.reserve_until) {
        facts = facts
            .add(words.say("close-reserve"), Cell::money(Money::new(minor, fund.currency)))
            .add(words.say("close-until"), Cell::day(words, until));
    }
    Ok(match end.release {
        Some(release) => facts.add(words.say("close-release"), Cell::text(release)),
        None => facts,
    })
}

/// The move that waits for others, and the way to take it back.
async fn waits(tx: &mut Tx, site: &Site, signed_in: &SignedIn, fund: &Fund) -> Result<Vec<Part>, Trouble> {
    let words = signed_in.words;
    let Some(proposal) = closing::waiting(tx, fund.id).await? else { return Ok(Vec::new()) };
    let mut parts = vec![Part::Note(words.say("close-waits")), to_the_approval(words, &proposal)];
    if moving::may(signed_in) {
        let form = Form::new(at(fund, "take-back"), site.entropy.reference(), Vec::new());
        parts.push(Part::Form(form.quiet_button(words.say("close-take-back"))));
    }
    Ok(parts)
}

/// How one of the steps stands.
enum Stands {
    Done,
    Now,
    Later,
    Held(Vec<Item>),
}

/// The steps from giving to nothing left, each with its address and what holds it up.
async fn steps(tx: &mut Tx, words: Words, fund: &Fund, checks: &[Check]) -> Result<Table, Trouble> {
    let holding = |to: FundState| -> Vec<Item> { checks.iter().filter(|check| check.holds(to)).map(|check| check.item).collect() };
    let is_over = fund.state.is_over();
    let shares_out = matches!(fund.state, FundState::Distributing | FundState::Closed);
    let repeats = checks.iter().any(|check| check.item == Item::Repeats && !check.is_met());
    let decided = funds::end(tx, fund.id).await?.is_some_and(|end| end.reserve_minor.is_some());
    let gated = |done: bool, begun: bool, held: Vec<Item>| match (done, begun, held.is_empty()) {
        (true, ..) => Stands::Done,
        (false, false, _) => Stands::Later,
        (false, true, false) => Stands::Held(held),
        (false, true, true) => Stands::Now,
    };
    let before_sharing = holding(FundState::Distributing);
    let settled = shares_out || (is_over && before_sharing.is_empty());
    let steps = [
        ("wind-down", at(fund, "wind-down"), gated(is_over, fund.state != FundState::Draft, Vec::new())),
        ("repeats", format!("/treasury/{}/repeats-end", fund.slug), gated(is_over && !repeats, is_over, Vec::new())),
        ("settle", at(fund, "settle"), gated(settled, is_over, before_sharing.clone())),
        ("reserve", at(fund, "reserve"), gated(decided, is_over, before_sharing)),
        ("finish", at(fund, "finish"), gated(fund.state == FundState::Closed, shares_out, holding(FundState::Closed))),
    ];
    let mut table = Table::new(words.say("close-steps"), "")
        .column(words.say("close-step"))
        .column(words.say("gifts-state"))
        .column(words.say("close-held"));
    for (word, href, stands) in steps {
        let (chip, held) = match stands {
            Stands::Done => (Cell::chip("good", words.say("close-stands-done")), Vec::new()),
            Stands::Now => (Cell::chip("warning", words.say("close-stands-now")), Vec::new()),
            Stands::Later => (Cell::chip("plain", words.say("close-stands-later")), Vec::new()),
            Stands::Held(items) => (Cell::chip("warning", words.say("close-stands-held")), items),
        };
        let held: Vec<String> = held.into_iter().map(|item| words.of("close-item", item.as_str())).collect();
        table.row(vec![Cell::link(href, words.of("close-step", word)), chip, Cell::text(held.join(", "))]);
    }
    if shares_out {
        table.row(vec![Cell::link(at(fund, "hand-over"), words.say("close-hand-over")), Cell::text(""), Cell::text("")]);
    }
    if matches!(fund.state, FundState::Draft | FundState::Open | FundState::Paused) {
        table.row(vec![Cell::link(at(fund, "pause"), words.of("close-pause", fund.state.as_str())), Cell::text(""), Cell::text("")]);
    }
    Ok(table)
}

/// What stays when a fund is closed: its pages, its archive, the day on which donors' details go, and money that came late.
async fn closed(tx: &mut Tx, words: Words, fund: &Fund) -> Result<Vec<Part>, Trouble> {
    let mut parts = Vec::new();
    if let Some(moved) = funds::moved_to(tx, fund.id, FundState::Closed).await? {
        let kept_days = funds::giving(tx, fund).await?.keep_days;
        let goes_on = moved.changed_at.day_in(&fund.time_zone).plus_days(kept_days);
        parts.push(Part::Text(words.with("close-forgotten", "day", words.day(goes_on))));
    }
    if let Some((_, held)) = closing::late(tx).await?.into_iter().find(|(late, _)| late.id == fund.id) {
        parts.push(Part::Warning(late_in_words(words, fund, held)));
    }
    parts.push(Part::Text(words.say("close-archive")));
    parts.push(Part::Links(vec![
        (format!("/f/{}/", fund.slug), words.say("close-public")),
        (format!("/f/{}/verify.html", fund.slug), words.say("close-check")),
        (format!("/f/{}/archive.zip", fund.slug), words.say("close-archive-file")),
    ]));
    Ok(parts)
}

/// Money that came, or was taken, after the end.
fn late_in_words(words: Words, fund: &Fund, held: i64) -> String {
    let sum = Money::new(held.saturating_abs(), fund.currency).for_people();
    words.with(if held > 0 { "close-late-came" } else { "close-late-went" }, "sum", sum)
}

/// What each state allows: the table that the program itself goes by.
fn allowed(words: Words, fund: &Fund) -> Table {
    let mut table = Table::new(words.say("close-allowed"), "").column(words.say("close-act"));
    for state in FundState::ALL {
        let name = words.of("public-state", state.as_str());
        table = table.column(if state == fund.state { words.with("close-here", "state", name) } else { name });
    }
    for act in Act::ALL {
        let cells = FundState::ALL.map(|state| Cell::text(words.say(if state.allows(act) { "close-yes" } else { "close-no" })));
        table.row([Cell::text(words.of("close-act", act.as_str()))].into_iter().chain(cells).collect());
    }
    table
}

/// Money that came after its fund had closed, fund by fund.
async fn late(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let mut table = Table::new(words.say("close-late-caption"), words.say("close-late-none"))
        .column(words.say("home-fund"))
        .column(words.say("close-since"))
        .amounts(words.say("gifts-amount"));
    let tx = &mut site.db.begin_read().await?;
    for (fund, held) in closing::late(tx).await? {
        let closed_at = funds::moved_to(tx, fund.id, FundState::Closed).await?.map(|moved| moved.changed_at);
        let since = closed_at.map_or_else(|| Cell::text(""), |at: Instant| Cell::moment(words, at, &fund.time_zone));
        let amount = Cell::money(Money::new(held, fund.currency));
        table.row(vec![Cell::link(at(&fund, ""), fund.name.as_str()), since, amount]);
    }
    let frame = Frame::new(&site, &signed_in, words.say("close-late-title"));
    Ok(frame.live().with(Part::Note(words.say("close-late-note"))).with(Part::Table(table)).answer(&Wrongs::default()))
}
