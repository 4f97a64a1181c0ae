//! The pages about the books themselves: accounts, entries, journal, months, search. Not here: what may be posted (`ledger`, `booking`).

mod accounts;
mod corrections;
mod journal;
mod lines;
mod months;
mod search;

use crate::booking::journal::JournalError;
use crate::ids::EntryId;
use crate::ledger::PostError;
use crate::people::NotAllowed;
use crate::people::operation::OperationError;
use crate::web::doors::Doors;
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::words::Words;

pub(super) fn doors(doors: Doors) -> Doors {
    search::doors(months::doors(corrections::doors(journal::doors(accounts::doors(doors)))))
}

/// Puts a refusal above the form, in the reader's words; a fault goes on as one.
fn refused(words: Words, error: JournalError, wrongs: &mut Wrongs) -> Result<(), Trouble> {
    match error {
        JournalError::Operation(OperationError::Reused | OperationError::Malformed) => wrongs.conflict(words.say("gifts-no-reused")),
        other => wrongs.add("main", told(words, other)?),
    }
    Ok(())
}

/// A refusal in the reader's words; a fault goes on as one.
pub(super) fn told(words: Words, error: JournalError) -> Result<String, Trouble> {
    let of = |key: &str, entry: EntryId| words.with(key, "entry", entry.to_string());
    Ok(match error {
        JournalError::NotFound | JournalError::NotAllowed(NotAllowed::Role) => return Err(Trouble::NotFound),
        JournalError::NotAllowed(NotAllowed::Database(error))
        | JournalError::Operation(OperationError::Database(error))
        | JournalError::Post(PostError::Database(error))
        | JournalError::Database(error) => return Err(error.into()),
        JournalError::NotAllowed(NotAllowed::StepUp) => words.say("gifts-no-step-up"),
        JournalError::Operation(OperationError::Reused | OperationError::Malformed) => words.say("gifts-no-reused"),
        JournalError::MovedOn | JournalError::Post(PostError::NoAccount(_) | PostError::Differs(_)) => words.say("gifts-no-moved-on"),
        JournalError::StripesOwn(what) => words.with("journal-no-stripes", "what", what),
        JournalError::Fund(what) => words.with("journal-no-fund", "what", what),
        JournalError::Overdrawn(what) => words.with("journal-no-overdrawn", "what", what),
        JournalError::NotYet(condition) => words.of("months-unmet", condition.as_str()),
        JournalError::Corrected(entry, by) => words.with_two("correction-no-twice", ("entry", entry.to_string()), ("by", by.to_string())),
        JournalError::AskedFor(entry) => of("correction-no-asked", entry),
        JournalError::OfExpense(entry) => of("correction-no-expense", entry),
        JournalError::Matched(entry) => of("correction-no-matched", entry),
        JournalError::Elsewhere(entry) => of("correction-no-elsewhere", entry),
        JournalError::KeepsStripe(entry) => of("correction-no-stripe", entry),
        JournalError::Same(entry) => of("correction-no-same", entry),
        JournalError::Post(PostError::Locked(month)) => words.with("gifts-no-locked", "month", month),
        JournalError::Post(PostError::NotReversible(entry)) => of("journal-no-reversible", entry),
        JournalError::Post(PostError::Unbalanced(_)) => words.say("journal-no-balance"),
    })
}
