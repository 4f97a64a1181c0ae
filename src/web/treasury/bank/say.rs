//! What is said about statements and matches in the reader's words. Not here: the pages it is said on.

use crate::bank::{AccountRefusal, ImportRefusal, MatchRefusal, What, Why, Wrong};
use crate::booking::bank::BankError;
use crate::clock::Zone;
use crate::money::{Currency, Money};
use crate::people::NotAllowed;
use crate::people::operation::OperationError;
use crate::web::error::Trouble;
use crate::web::words::Words;

/// What was done, by the word in the address.
pub fn done(words: Words, word: &str) -> Option<String> {
    const KNOWN: [&str; 10] = ["imported", "matched", "ignored", "booked", "undone", "arrived", "opened", "renamed", "ended", "taken-up"];
    KNOWN.contains(&word).then(|| words.of("bank-done", word))
}

/// What kind of event an entry is.
pub fn kind(words: Words, kind: &str) -> String {
    const KNOWN: [&str; 10] =
        ["expense", "payout", "fee", "interest", "opening", "reversal", "deposit", "refund", "reimbursement", "grant-paid"];
    if KNOWN.contains(&kind) { words.of("bank-kind", kind) } else { kind.replace('_', " ") }
}

/// Why a posting may be the line.
pub fn why(words: Words, why: Why) -> String {
    match why {
        Why::Reference => words.say("bank-why-reference"),
        Why::SameDay => words.say("bank-why-same-day"),
        Why::DaysApart(days) => words.with("bank-why-days-apart", "days", days),
    }
}

/// What is wrong with a file, with its line.
pub fn wrong(words: Words, wrong: &Wrong, currency: Currency) -> String {
    let people = |minor: i64| Money::new(minor, currency).for_people();
    let what = match &wrong.what {
        What::NoText => words.say("bank-wrong-no-text"),
        What::OtherXml => words.say("bank-wrong-other-xml"),
        What::BrokenXml(_) => words.say("bank-wrong-broken-xml"),
        What::Entities => words.say("bank-wrong-entities"),
        What::CutOff => words.say("bank-wrong-cut-off"),
        What::Empty => words.say("bank-wrong-empty"),
        What::TooLong => words.with("bank-wrong-too-long", "most", crate::bank::MOST_LINES),
        What::OpenQuote => words.say("bank-wrong-open-quote"),
        What::NoColumn(column) => words.with("bank-wrong-no-column", "column", *column),
        What::NoDay(text) => words.with("bank-wrong-no-day", "text", text.as_str()),
        What::NoAmount(text) => words.with("bank-wrong-no-amount", "text", text.as_str()),
        What::AmountMissing => words.say("bank-wrong-amount-missing"),
        What::TwoAmounts => words.say("bank-wrong-two-amounts"),
        What::Balance { said_minor, expected_minor } => {
            words.with_two("bank-wrong-balance", ("said", people(*said_minor)), ("expected", people(*expected_minor)))
        }
        What::Sum { opening_minor, sum_minor, closing_minor } => {
            let reached = opening_minor.saturating_add(*sum_minor);
            let reckoning = format!("{} + {} = {}", people(*opening_minor), people(*sum_minor), people(reached));
            words.with_two("bank-wrong-sum", ("reckoning", reckoning), ("closing", people(*closing_minor)))
        }
        What::TooLarge => words.say("bank-wrong-too-large"),
        What::Currency(text) => words.with("bank-wrong-currency", "currency", text.as_str()),
        What::SeveralAccounts => words.say("bank-wrong-several-accounts"),
        What::Broken => words.say("bank-wrong-broken"),
    };
    words.with_two("bank-at-line", ("line", wrong.line.to_string()), ("what", what))
}

/// Why a statement is not imported.
///
/// # Errors
/// What is no matter of the person's: not there, or a fault.
pub fn import_refusal(words: Words, refusal: ImportRefusal, currency: Currency, zone: &Zone) -> Result<String, Trouble> {
    let people = |minor: i64| Money::new(minor, currency).for_people();
    Ok(match refusal {
        ImportRefusal::NotThere => return Err(Trouble::NotFound),
        ImportRefusal::Known(at) => words.with("bank-known", "day", words.day(at.day_in(zone))),
        ImportRefusal::Ended => words.say("bank-ended-account"),
        ImportRefusal::NoBalance => words.say("bank-no-balance"),
        ImportRefusal::Wrong(found) => wrong(words, &found, currency),
        ImportRefusal::Gap { ended_minor, ended_on, begins_minor } => {
            let ended = format!("{} ({})", people(ended_minor), words.day(ended_on));
            words.with_two("bank-gap", ("ended", ended), ("begins", people(begins_minor)))
        }
        ImportRefusal::Differs { expected_minor, said_minor } => {
            words.with_two("bank-differs", ("expected", people(expected_minor)), ("said", people(said_minor)))
        }
        ImportRefusal::OtherAccount(ending) => words.with("bank-other-account", "ending", ending),
        ImportRefusal::NotAllowed(refusal) => not_allowed(words, refusal)?,
        ImportRefusal::Operation(refusal) => operation(words, refusal)?,
        ImportRefusal::Database(error) => return Err(error.into()),
    })
}

/// Why a line is not tied or booked.
///
/// # Errors
/// What is no matter of the person's: not there, or a fault.
pub fn bank_error(words: Words, error: BankError, currency: Currency) -> Result<String, Trouble> {
    let people = |minor: i64| Money::new(minor, currency).for_people();
    Ok(match error {
        BankError::Unfit => words.say("bank-unfit"),
        BankError::PaidAgain => words.say("bank-paid-again"),
        BankError::Post(crate::ledger::PostError::Locked(month)) => words.with("bank-no-locked", "month", month),
        BankError::Post(crate::ledger::PostError::NotReversible(_)) => words.say("bank-not-reversible"),
        BankError::Hand(refusal) => crate::web::treasury::gifts::told(words, refusal)?.1,
        BankError::NoFund | BankError::Post(_) | BankError::Database(_) => return Err(error.into()),
        BankError::Match(refusal) => match refusal {
            MatchRefusal::NotThere => return Err(Trouble::NotFound),
            MatchRefusal::Taken => words.say("bank-taken"),
            MatchRefusal::Choice => words.say("bank-choice"),
            MatchRefusal::Sums { lines_minor, postings_minor } => {
                words.with_two("bank-sums", ("lines", people(lines_minor)), ("postings", people(postings_minor)))
            }
            MatchRefusal::Reason => words.say("bank-reason-needed"),
            MatchRefusal::Undone => words.say("bank-undone-already"),
            MatchRefusal::NotAllowed(refusal) => not_allowed(words, refusal)?,
            MatchRefusal::Operation(refusal) => operation(words, refusal)?,
            MatchRefusal::Database(error) => return Err(error.into()),
        },
    })
}

/// What is wrong with an account that is to be opened, named or ended, and the field it belongs to. Who has to prove first who they are is
/// led there by the page.
///
/// # Errors
/// What is no matter of the person's: not there, or a fault.
pub fn account_refusal(words: Words, refusal: AccountRefusal) -> Result<(&'static str, String), Trouble> {
    Ok(match refusal {
        AccountRefusal::Name => ("name", words.say("bank-no-name")),
        AccountRefusal::Taken => ("name", words.say("bank-name-taken")),
        AccountRefusal::Ending => ("ending", words.say("bank-no-ending")),
        AccountRefusal::OtherEnding(told) => ("ending", words.with("bank-other-ending", "ending", told)),
        AccountRefusal::Main => ("main", words.say("bank-no-end-main")),
        AccountRefusal::HoldsMoney(held) => ("main", words.with("bank-no-end-holds", "amount", held.for_people())),
        AccountRefusal::Waiting(count) => ("main", words.with("bank-no-end-waiting", "count", count)),
        AccountRefusal::Already => ("main", words.say("bank-end-already")),
        AccountRefusal::NotThere => return Err(Trouble::NotFound),
        AccountRefusal::NotAllowed(refusal) => ("main", not_allowed(words, refusal)?),
        AccountRefusal::Operation(refusal) => ("main", operation(words, refusal)?),
        AccountRefusal::Database(error) => return Err(error.into()),
    })
}

fn not_allowed(words: Words, refusal: NotAllowed) -> Result<String, Trouble> {
    match refusal {
        NotAllowed::Role => Err(Trouble::NotFound),
        NotAllowed::StepUp => Ok(words.say("bank-step-up")),
        NotAllowed::Database(error) => Err(error.into()),
    }
}

fn operation(words: Words, refusal: OperationError) -> Result<String, Trouble> {
    match refusal {
        OperationError::Reused | OperationError::Malformed => Ok(words.say("bank-form-again")),
        OperationError::Database(error) => Err(error.into()),
    }
}
