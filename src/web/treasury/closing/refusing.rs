//! Why something about what is left was not done, in the reader's words. Not here: the pages that say it.

use axum::response::Response;

use crate::closing::PlanRefusal;
use crate::closing::shares::{NoShares, percent_text};
use crate::ledger::PostError;
use crate::money::{Currency, Money};
use crate::people::NotAllowed;
use crate::people::operation::OperationError;
use crate::web::answer;
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::treasury::{CONFIRM, gifts, spending};
use crate::web::words::Words;

/// A refusal in the reader's words, with the field it belongs to; a fault goes on as one.
pub fn told(words: Words, error: PlanRefusal) -> Result<(&'static str, String), Trouble> {
    Ok(match error {
        PlanRefusal::NotFound | PlanRefusal::NotAllowed(NotAllowed::Role) => return Err(Trouble::NotFound),
        PlanRefusal::NotAllowed(NotAllowed::Database(error))
        | PlanRefusal::Operation(OperationError::Database(error))
        | PlanRefusal::Database(error) => return Err(error.into()),
        PlanRefusal::Spending(error) => {
            let mut wrongs = Wrongs::default();
            // Whoever must prove who they are was led there before.
            spending::refused(words, "", error, &mut wrongs)?;
            ("main", wrongs.first().unwrap_or_default())
        }
        PlanRefusal::Goods(error) => gifts::told(words, error)?,
        PlanRefusal::Post(PostError::Locked(month)) => ("main", words.with("expense-no-locked", "month", month)),
        PlanRefusal::Post(error) => return Err(error.into()),
        PlanRefusal::NotAllowed(NotAllowed::StepUp) => ("main", words.say("gifts-no-step-up")),
        PlanRefusal::Operation(OperationError::Reused | OperationError::Malformed) => ("main", words.say("expense-no-reused")),
        PlanRefusal::State(state) => ("main", words.with("plan-no-state", "state", words.of("public-state", state.as_str()))),
        PlanRefusal::NoCharter => ("main", words.say("plan-no-charter")),
        PlanRefusal::NotInCharter(name) => ("main", words.with("plan-no-in-charter", "name", name)),
        PlanRefusal::NotChecked(name) => ("main", words.with("plan-no-checked", "name", name)),
        PlanRefusal::Resting(name, until) => {
            let until = words.moment(until, &crate::clock::Zone::UTC);
            ("main", words.with_two("plan-no-resting", ("name", name), ("until", until)))
        }
        PlanRefusal::GiftsWait(count) => ("main", words.with("plan-no-gifts-wait", "count", count)),
        PlanRefusal::Shares(error) => ("main", no_shares(words, error)),
        PlanRefusal::OnlyLeft(left) => ("main", words.with("plan-no-only-left", "left", left.for_people())),
        PlanRefusal::Purpose(purpose) => ("serves", words.with("plan-no-serves", "purpose", purpose)),
        PlanRefusal::Changed => ("main", words.say("expense-no-changed")),
        PlanRefusal::NotPublic => ("main", words.say("plan-no-public")),
        PlanRefusal::Objection(from) => ("main", words.with("plan-no-objection", "from", words.day(from))),
        PlanRefusal::Grant(stands) => ("main", words.with("plan-no-grant", "state", words.of("grant-stands", stands.as_str()))),
        PlanRefusal::Matched => ("main", words.say("plan-no-matched")),
        PlanRefusal::MayAnswer(until) => ("kind", words.with("plan-no-may-answer", "until", words.day(until))),
        PlanRefusal::Words => ("text", words.say("plan-no-words")),
        PlanRefusal::Letter => ("file", words.say("plan-no-letter")),
        PlanRefusal::Own => ("main", words.say("plan-no-own")),
        PlanRefusal::Day => ("day", words.say("gifts-no-day")),
    })
}

/// Why shares do not come out even. Sums stand in minor units there, so the page's own words say which.
fn no_shares(words: Words, error: NoShares) -> String {
    match error {
        NoShares::Nothing => words.say("plan-no-nothing"),
        NoShares::Count => words.say("plan-no-count"),
        NoShares::Twice => words.say("plan-no-twice"),
        NoShares::Value => words.say("plan-no-value"),
        NoShares::Percent(made) if made < 10_000 => {
            words.with_two("plan-no-percent", ("made", percent_text(made)), ("other", percent_text(10_000 - made)))
        }
        NoShares::Percent(made) => words.with("plan-no-percent-over", "made", percent_text(made)),
        NoShares::TooMuch(_) => words.say("plan-no-too-much"),
        NoShares::Left(_) => words.say("plan-no-left"),
        NoShares::Limits(_) => words.say("plan-no-limits"),
    }
}

/// Fixed sums that do not come out even, with by how much.
pub fn by_how_much(words: Words, error: &PlanRefusal, currency: Currency) -> Option<String> {
    let PlanRefusal::Shares(error) = error else { return None };
    let people = |minor| Money::new(minor, currency).for_people();
    match error {
        NoShares::TooMuch(minor) => Some(words.with("plan-no-too-much-by", "sum", people(*minor))),
        NoShares::Left(minor) => Some(words.with("plan-no-left-by", "sum", people(*minor))),
        NoShares::Limits(minor) => Some(words.with("plan-no-limits-by", "sum", people(*minor))),
        _ => None,
    }
}

/// Puts a refusal at its field; Some: whoever was refused must prove first who they are, and is led there and back.
pub fn refused(
    words: Words,
    back: &str,
    (error, currency): (PlanRefusal, Currency),
    wrongs: &mut Wrongs,
) -> Result<Option<Response>, Trouble> {
    match error {
        PlanRefusal::NotAllowed(NotAllowed::StepUp) => {
            return Ok(Some(answer::see_other(&format!("{CONFIRM}?next={}", answer::encoded(back)))?));
        }
        PlanRefusal::Spending(error) => return spending::refused(words, back, error, wrongs),
        PlanRefusal::Operation(OperationError::Reused | OperationError::Malformed) | PlanRefusal::Changed => {
            let (_, text) = told(words, error)?;
            wrongs.conflict(text);
        }
        error => {
            let exact = by_how_much(words, &error, currency);
            let (field, text) = told(words, error)?;
            wrongs.add(field, exact.unwrap_or(text));
        }
    }
    Ok(None)
}
