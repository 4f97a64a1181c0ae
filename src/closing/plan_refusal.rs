//! The noun: why nothing is done about what is left. Not here: what e.g. the payee book refuses (`spending`), how it is said (`web`).

use crate::clock::{Day, Instant};
use crate::db::Retryable;
use crate::donations::HandError;
use crate::files::ReleaseError;
use crate::funds::{Act, Fund, State};
use crate::ledger::PostError;
use crate::money::Money;
use crate::people::NotAllowed;
use crate::people::operation::OperationError;
use crate::spending;

use super::grant::Stands;
use super::shares::NoShares;

/// Why a plan, a grant or an answer is not taken. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum PlanRefusal {
    /// Their role does not allow it, or they must confirm who they are first.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The form was sent before with other content, or is damaged.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// There is no such fund, plan, grant or answer.
    #[error("there is no such plan or grant")]
    NotFound,
    /// The fund does not stand where that can be done.
    #[error("the fund is {0}: that cannot be done now")]
    State(State),
    /// Nobody agreed to a charter, which alone names who may get what is left.
    #[error("the fund has no charter")]
    NoCharter,
    /// The charter in force does not name this group.
    #[error("the charter does not name “{0}”")]
    NotInCharter(String),
    /// Two people have not checked this group yet.
    #[error("nobody else has checked how “{0}” is paid")]
    NotChecked(String),
    /// Its details are new.
    #[error("how “{0}” is paid changed: it rests until {1:?}")]
    Resting(String, Instant),
    /// So many gifts wait for the next publication, which would show them apart from what is shared out.
    #[error("{0} gifts are not published yet")]
    GiftsWait(usize),
    /// The sum cannot be shared out so.
    #[error(transparent)]
    Shares(#[from] NoShares),
    /// Less than that is left by now.
    #[error("{left} is left to share out", left = .0.for_people())]
    OnlyLeft(Money),
    /// The money has one purpose only, from which nobody released it, and nobody said that each group serves it.
    #[error("this money may serve one purpose only: {0}")]
    Purpose(String),
    /// It is not what was agreed to, or looked at.
    #[error("this changed since it was opened")]
    Changed,
    /// The public was not told of the plan yet.
    #[error("the public has not seen this plan yet")]
    NotPublic,
    /// People may object until that day.
    #[error("people may object before {0}")]
    Objection(Day),
    /// The grant does not stand where that can be done.
    #[error("the grant is {0}: that cannot be done now")]
    Grant(Stands),
    /// The bank's line shows the payment: its line for the return comes first.
    #[error("the bank shows this payment: tie its return first")]
    Matched,
    /// It is too early to say that a group did not answer.
    #[error("the group may still answer until {0}")]
    MayAnswer(Day),
    /// A text is missing, too long, or tells who somebody is.
    #[error("the words do not fit")]
    Words,
    /// A letter is missing.
    #[error("a letter is missing")]
    Letter,
    /// Whoever entered it does not let it out.
    #[error("somebody else must let this out")]
    Own,
    /// The day has not come, or is no day.
    #[error("that day has not come")]
    Day,
    /// The payee book, the promise, or an account refused.
    #[error(transparent)]
    Spending(#[from] spending::Refusal),
    /// The log of goods refused.
    #[error(transparent)]
    Goods(#[from] HandError),
    /// The ledger refused.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<ReleaseError> for PlanRefusal {
    fn from(error: ReleaseError) -> Self {
        match error {
            ReleaseError::NotWaiting => Self::Changed,
            ReleaseError::OwnCopy => Self::Own,
            ReleaseError::Database(error) => error.into(),
        }
    }
}

impl PlanRefusal {
    /// Refuses what a fund does not allow in its state.
    pub(super) fn unless_allowed(fund: &Fund, act: Act) -> Result<(), Self> {
        if fund.state.allows(act) { Ok(()) } else { Err(Self::State(fund.state)) }
    }
}

impl Retryable for PlanRefusal {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Spending(error) => error.is_retryable(),
            Self::Goods(error) => error.is_retryable(),
            Self::Post(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            _ => false,
        }
    }
}
