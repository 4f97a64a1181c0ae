//! Why a line of the bank was not booked. Not here: what is booked (`booking::bank`), what a line means to other rooms (`booking::brought`).

use crate::bank::MatchRefusal;
use crate::db::Retryable;
use crate::donations::HandError;
use crate::ledger::PostError;
use crate::people;
use crate::people::operation::OperationError;

/// Why a line was not booked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// There is no fund to book to.
    #[error("no fund is set up")]
    NoFund,
    /// The expense was paid again since its payment came back: it would be paid twice.
    #[error("what came back was paid again since")]
    PaidAgain,
    /// The line is not what the person says.
    #[error("the line is not that")]
    Unfit,
    /// It cannot be tied.
    #[error(transparent)]
    Match(#[from] MatchRefusal),
    /// The gift cannot have come with it.
    #[error(transparent)]
    Hand(#[from] HandError),
    /// The ledger refused.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for BankError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Match(error) => error.is_retryable(),
            Self::Hand(error) => error.is_retryable(),
            Self::Post(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            Self::NoFund | Self::PaidAgain | Self::Unfit => false,
        }
    }
}

impl From<OperationError> for BankError {
    fn from(error: OperationError) -> Self {
        Self::Match(error.into())
    }
}

impl From<people::NotAllowed> for BankError {
    fn from(error: people::NotAllowed) -> Self {
        Self::Match(error.into())
    }
}
