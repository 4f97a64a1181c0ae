//! How a fund ends: it moves on only as it may, step by step, until every account is at zero. Not here: who agrees to a step (`approvals`), from the
//! last signature to its effect (`deciding`), stopping what repeats at Stripe (`donations::ending`), pages (`web`).

mod store;

use crate::db::Retryable;
use crate::ledger::PostError;
use crate::people::NotAllowed;
use crate::people::operation::OperationError;

/// Why a step to the end was not taken. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Their role does not allow it, or they must confirm who they are first.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// There is no such fund, or nothing of that name.
    #[error("that is not there")]
    NotFound,
    /// It is not any more what it was when it was asked for: look again.
    #[error("this changed meanwhile")]
    MovedOn,
    /// A reason is missing, or too short to be one, or too long.
    #[error("a reason is needed")]
    Reason,
    /// The form was sent before with other content, or is damaged.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The ledger refused.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for Refusal {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Post(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            Self::NotFound | Self::MovedOn | Self::Reason => false,
        }
    }
}
