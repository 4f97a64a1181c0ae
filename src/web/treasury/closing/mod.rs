//! The pages about how a fund ends. Not here: what may be done (`closing`), the page about gifts that are stopped (`gifts::repeats`).

use crate::closing::Refusal;
use crate::ledger::PostError;
use crate::people::NotAllowed;
use crate::people::operation::OperationError;
use crate::web::doors::Doors;
use crate::web::error::Trouble;
use crate::web::words::Words;

mod answering;
mod granting;
mod groups;
mod planning;
mod refusing;

pub(super) use refusing::told as told_of_plan;

pub(super) fn doors(doors: Doors) -> Doors {
    answering::doors(granting::doors(planning::doors(groups::doors(doors))))
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
        Refusal::Post(PostError::Locked(month)) => words.with("gifts-no-locked", "month", month),
        Refusal::Post(PostError::Unbalanced(_)) => words.say("journal-no-balance"),
    })
}
