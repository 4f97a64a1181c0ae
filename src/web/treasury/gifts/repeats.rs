//! Gifts that repeat: the list, stopping one, and the end of all of a fund's when it winds down. Not here: what a donor sees of it (`gift::repeat`).

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::in_kind::sent;
use super::offline::Pairs;
use super::{Asked, fund, told};
use crate::db::Tx;
use crate::donations::{Donation, EndStep, HandError, Repeat, RepeatsEnd, Stage, StopBy, ending, listing, repeating};
use crate::funds::{self, Fund};
use crate::ids::RepeatId;
use crate::people::NotAllowed;
use crate::people::Role;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::treasury::{Frame, Part, READERS, RECORDERS, Sheet, not_allowed, operation};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

/// The gifts that repeat.
pub const REPEATS: &str = "/treasury/repeats";
const STOP: &str = "/treasury/gifts/{number}/stop";
const END: &str = "/treasury/{fund}/repeats-end";

/// How many gifts a page of a list has.
const PAGE: i64 = 50;
/// The most that are counted one by one; beyond it the page says so many or more.
const MOST: i64 = 1_000;

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(REPEATS, Who::Holding(READERS), list)
        .get(STOP, Who::Holding(RECORDERS), stop_form)
        .post(STOP, Who::Holding(RECORDERS), stop)
        .get(END, Who::Holding(READERS), end)
        .post(END, Who::Holding(RECORDERS), again)
}

/// How often a gift comes, in words.
pub fn how_often(words: Words, repeat: &Repeat) -> String {
    repeat.every.map_or_else(|| words.say("repeat-every-unknown"), |every| words.of("repeat-every", every.as_str()))
}

/// Where a gift stands, as a chip.
fn chip(words: Words, stage: Stage) -> Cell {
    use crate::donations::RepeatState;
    let look = match stage {
        Stage::Runs(RepeatState::Active) => "good",
        Stage::Runs(RepeatState::PastDue) | Stage::Stopping(_) => "warning",
        Stage::Runs(RepeatState::Waiting | RepeatState::Paused | RepeatState::Stopped) | Stage::Stopped(_) => "plain",
    };
    Cell::chip(look, words.of("repeat-stage", stage.word()))
}

/// Who stopped a gift or wants it stopped; nothing while it runs.
fn by(words: Words, stage: Stage) -> Option<String> {
    let word = match stage {
        Stage::Runs(_) => return None,
        Stage::Stopping(by) | Stage::Stopped(Some(by)) => StopBy::as_str(by),
        Stage::Stopped(None) => "stripe",
    };
    Some(words.of("repeat-by", word))
}

fn heads(words: Words, table: Table) -> Table {
    table
        .column(words.say("gifts-number"))
        .column(words.say("gifts-fund"))
        .amounts(words.say("gifts-amount"))
        .column(words.say("repeat-often"))
        .column(words.say("gifts-state"))
        .column(words.say("repeat-next"))
        .column(words.say("repeat-why"))
}

fn row(words: Words, fund: &Fund, repeat: &Repeat) -> Vec<Cell> {
    let number = match &repeat.number {
        Some(number) => Cell::link(format!("/treasury/gifts/{number}"), number.as_str()),
        None => Cell::text(repeat.subscription_id.as_str()),
    };
    let next = repeat.stopped_at.or(repeat.next_at);
    let problem = repeat.stop_problem.map(|problem| words.of("repeat-problem", problem.as_str()));
    let why = [by(words, repeat.stage()), problem].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    vec![
        number,
        Cell::text(fund.name.as_str()),
        Cell::money(repeat.amount()),
        Cell::text(how_often(words, repeat)),
        chip(words, repeat.stage()),
        next.map_or_else(|| Cell::text(words.say("gifts-unknown")), |at| Cell::day(words, at.day_in(&fund.time_zone))),
        Cell::text(why),
    ]
}

async fn list(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let (funds, rows) = (funds::list(tx).await?, signed_in.rows(PAGE));
    let repeats = repeating::list(tx, asked.before.map(RepeatId), rows).await?;
    let mut table = heads(words, Table::new(words.say("repeats-caption"), words.say("repeats-none")));
    for repeat in &repeats {
        if let Some(fund) = funds.iter().find(|fund| fund.id == repeat.fund_id) {
            table.row(row(words, fund, repeat));
        }
    }
    table.goes_on(behind(&repeats, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    let mut ends = Vec::new();
    for end in ending::under_way(tx).await? {
        if let Some(fund) = funds.iter().find(|fund| fund.id == end.fund_id) {
            ends.push((format!("/treasury/{}/repeats-end", fund.slug), words.with("repeats-end-title", "fund", fund.name.as_str())));
        }
    }
    let sheet = Sheet::new(Frame::new(&site, &signed_in, words.say("repeats-title"))).with(Part::Note(words.say("repeats-note")));
    Ok(sheet.maybe((!ends.is_empty()).then_some(Part::Links(ends))).with(Part::Table(table)).answer(&Wrongs::default()))
}

/// What a gift's page says of the gift that repeats which it is a payment of, and the way to stop it.
pub(super) async fn about(tx: &mut Tx, signed_in: &SignedIn, (fund, gift): (&Fund, &Donation), sheet: Sheet) -> Result<Sheet, Trouble> {
    let words = signed_in.words;
    let Some(repeat) = repeating::of_gift(tx, gift.id).await? else { return Ok(sheet) };
    let facts = facts(words, fund, &repeat).add(words.say("repeat-turns"), Cell::number(repeating::count_turns(tx, &repeat).await?));
    let may = signed_in.person.roles.holds(Role::Recorder) && matches!(repeat.stage(), Stage::Runs(_));
    let stop = may.then(|| Part::Links(vec![(format!("/treasury/gifts/{}/stop", gift.number), words.say("repeat-stop"))]));
    Ok(sheet.with(Part::Heading(words.say("repeat-heading"))).with(Part::Facts(facts)).maybe(stop))
}

fn facts(words: Words, fund: &Fund, repeat: &Repeat) -> Facts {
    let day = |at: crate::clock::Instant| Cell::day(words, at.day_in(&fund.time_zone));
    let mut facts = Facts::default().add(words.say("gifts-state"), chip(words, repeat.stage()));
    if let Some(number) = &repeat.number {
        facts = facts.add(words.say("repeat-first"), Cell::link(format!("/treasury/gifts/{number}"), number.as_str()));
    }
    facts = facts
        .add(words.say("gifts-amount"), Cell::money(repeat.amount()))
        .add(words.say("repeat-often"), Cell::text(how_often(words, repeat)));
    let dates = [
        ("repeat-next", repeat.next_at),
        ("repeat-ends", repeat.ends_at),
        ("repeat-failed", repeat.failed_at),
        ("repeat-next-try", repeat.next_try_at),
        ("repeat-stopped", repeat.stopped_at),
    ];
    for (key, at) in dates.into_iter().filter_map(|(key, at)| Some((key, at?))) {
        facts = facts.add(words.say(key), day(at));
    }
    if let Some(by) = by(words, repeat.stage()) {
        facts = facts.add(words.say("repeat-why"), Cell::text(by));
    }
    match repeat.stop_problem {
        Some(problem) => facts.add(words.say("repeat-problem"), Cell::text(words.of("repeat-problem", problem.as_str()))),
        None => facts,
    }
}

async fn stop_form(State(site): AnySite, signed_in: SignedIn, Path(number): Path<String>) -> Result<Response, Trouble> {
    stop_page(&site, &signed_in, &number, &Typed::default(), &Wrongs::default()).await
}

async fn stop_page(site: &Site, signed_in: &SignedIn, number: &str, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let gift = listing::find_by_number(tx, number).await?.ok_or(Trouble::NotFound)?;
    let repeat = repeating::of_gift(tx, gift.id).await?.ok_or(Trouble::NotFound)?;
    let fund = funds::find(tx, repeat.fund_id).await?.ok_or(Trouble::NotFound)?;
    let sheet = Sheet::new(Frame::new(site, signed_in, words.with("repeat-stop-title", "number", gift.number.as_str())))
        .with(Part::Facts(facts(words, &fund, &repeat)));
    let back = (format!("/treasury/gifts/{}", gift.number), words.say("repeat-keep"));
    if !matches!(repeat.stage(), Stage::Runs(_)) {
        return Ok(sheet.with(Part::Note(words.say("repeat-stop-already"))).with(Part::Links(vec![back])).answer(wrongs));
    }
    let form = Form::new(format!("/treasury/gifts/{}/stop", gift.number), operation(site, typed), Vec::new());
    let sheet = sheet.text(words.say("repeat-stop-sure")).form(form.button(words.say("repeat-stop")));
    Ok(sheet.with(Part::Links(vec![back])).answer(wrongs))
}

async fn stop(State(site): AnySite, signed_in: SignedIn, Path(number): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs, now) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default(), site.clock.now());
    let done: Result<(), HandError> = match sent(&signed_in, &format!("stop {number}"), &pairs, &typed) {
        Err(error) => Err(error),
        Ok(operation) => transact!(site.db, tx => repeating::stop(tx, &number, &operation, signed_in.actor(), now).await),
    };
    match done {
        Ok(()) => {
            site.payments.wake();
            Ok(answer::see_other(&format!("/treasury/gifts/{number}?done=stop"))?)
        }
        Err(HandError::NotAllowed(refused @ NotAllowed::StepUp)) => not_allowed(refused, &format!("/treasury/gifts/{number}/stop")),
        Err(HandError::MovedOn) => stop_page(&site, &signed_in, &number, &typed, &wrongs).await,
        Err(error) => {
            let (_, text) = told(words, error)?;
            wrongs.conflict(text);
            stop_page(&site, &signed_in, &number, &typed.put("operation", ""), &wrongs).await
        }
    }
}

async fn end(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let frame = Frame::new(&site, &signed_in, words.with("repeats-end-title", "fund", fund.name.as_str())).saying(asked.said(words));
    let Some(end) = ending::of_fund(tx, fund.id).await? else {
        return Ok(Sheet::new(frame).text(words.say("repeats-end-not")).answer(&Wrongs::default()));
    };
    let (left, failing) = ending::left(tx, fund.id, MOST).await?;
    let rows = signed_in.rows(PAGE);
    let alive = repeating::alive(tx, fund.id, asked.before.map(RepeatId), rows).await?;
    let mut table = heads(words, Table::new(words.say("repeats-end-caption"), words.say("repeats-end-none")));
    for repeat in &alive {
        table.row(row(words, &fund, repeat));
    }
    table.goes_on(behind(&alive, rows, |last| format!("before={}", last.id)), words.say("list-newer"));
    let may_retry = signed_in.person.roles.holds(Role::Recorder) && (failing > 0 || end.problem.is_some());
    let retry = may_retry
        .then(|| Part::Form(Form::new(format!("/treasury/{slug}/repeats-end"), "", Vec::new()).button(words.say("repeats-end-again"))));
    let trouble = end.problem.map(|problem| Part::Warning(words.of("repeat-problem", problem.as_str())));
    let sheet = frame.live().text(words.say("repeats-end-what")).with(Part::Facts(progress(words, &fund, &end, (left, failing))));
    Ok(sheet.maybe(trouble).maybe(retry).with(Part::Table(table)).answer(&Wrongs::default()))
}

fn progress(words: Words, fund: &Fund, end: &RepeatsEnd, (left, failing): (i64, i64)) -> Facts {
    let is_done = end.step == EndStep::Done && left == 0;
    let look = if is_done { "good" } else { "warning" };
    let facts = Facts::default()
        .add(words.say("gifts-state"), Cell::chip(look, words.of("repeats-step", end.step.as_str())))
        .add(
            words.say("repeats-end-left"),
            Cell::text(if left < MOST { left.to_string() } else { words.with("repeats-end-more", "count", left) }),
        )
        .add(words.say("repeats-end-failing"), Cell::number(failing))
        .add(words.say("repeats-end-pass"), Cell::number(end.pass))
        .add(words.say("repeats-end-begun"), Cell::moment(words, end.begun_at, &fund.time_zone));
    match end.done_at {
        Some(at) => facts.add(words.say("repeats-end-done"), Cell::moment(words, at, &fund.time_zone)),
        None => facts,
    }
}

async fn again(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let done: Result<(), HandError> = transact!(site.db, tx => ending::try_again(tx, &fund, actor, now).await);
    if let Err(error) = done {
        told(signed_in.words, error)?;
        return Err(Trouble::NotFound);
    }
    site.payments.wake();
    Ok(answer::see_other(&format!("/treasury/{slug}/repeats-end?done=again"))?)
}
