//! The pages about the books themselves: accounts, entries, journal, months, search. Not here: what may be posted (`ledger`, `booking`).

mod accounts;
mod journal;
mod months;
mod search;

use crate::booking::journal::JournalError;
use crate::ledger::PostError;
use crate::people::NotAllowed;
use crate::people::operation::OperationError;
use crate::web::doors::Doors;
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::words::Words;

pub(super) fn doors(doors: Doors) -> Doors {
    search::doors(months::doors(journal::doors(accounts::doors(doors))))
}

/// Puts a refusal above the form, in the reader's words; a fault goes on as one.
fn refused(words: Words, error: JournalError, wrongs: &mut Wrongs) -> Result<(), Trouble> {
    let text = match error {
        JournalError::NotFound | JournalError::NotAllowed(NotAllowed::Role) => return Err(Trouble::NotFound),
        JournalError::NotAllowed(NotAllowed::Database(error))
        | JournalError::Operation(OperationError::Database(error))
        | JournalError::Post(PostError::Database(error))
        | JournalError::Database(error) => return Err(error.into()),
        JournalError::NotAllowed(NotAllowed::StepUp) => words.say("gifts-no-step-up"),
        JournalError::Operation(OperationError::Reused | OperationError::Malformed) => words.say("gifts-no-reused"),
        JournalError::OwnWork => words.say("gifts-no-own-work"),
        JournalError::MovedOn | JournalError::Post(PostError::NoAccount(_) | PostError::Differs(_)) => words.say("gifts-no-moved-on"),
        JournalError::StripesOwn(what) => words.with("journal-no-stripes", "what", what),
        JournalError::Fund(what) => words.with("journal-no-fund", "what", what),
        JournalError::Overdrawn(what) => words.with("journal-no-overdrawn", "what", what),
        JournalError::NotYet(block) => words.of("months-block", block),
        JournalError::Post(PostError::Locked(month)) => words.with("gifts-no-locked", "month", month),
        JournalError::Post(PostError::NotReversible(entry)) => words.with("journal-no-reversible", "entry", entry.to_string()),
        JournalError::Post(PostError::Unbalanced(_)) => words.say("journal-no-balance"),
    };
    wrongs.add("main", text);
    Ok(())
}
