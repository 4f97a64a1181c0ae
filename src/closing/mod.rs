//! How a fund ends: it moves on only as it may, step by step, until every account is at zero. Not here: who agrees to a step (`approvals`), from the
//! last signature to its effect (`deciding`), stopping what repeats at Stripe (`donations::ending`), pages (`web`).

pub mod advising;
pub mod answering;
mod grant;
pub mod granting;
mod left;
mod may;
pub mod passing;
mod plan;
mod plan_refusal;
pub mod planning;
mod recipient;
pub mod recipients;
pub mod shares;
mod store;

use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::funds::Fund;
use crate::ledger::PostError;
use crate::people::NotAllowed;
use crate::people::operation::OperationError;

pub use grant::{ANSWER_LETTERS, Answer, AnswerKind, EndedWhy, Grant, SILENT_DAYS, Sent, Stands, WholeGrant};
pub use left::{Distributable, Line};
pub use plan::{Plan, PlanState, Share, Whole as WholePlan, Working};
pub use plan_refusal::PlanRefusal;
pub use recipient::{Checked, Group, Known, Recipient};

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

/// What there is to share out of a fund now, line by line.
///
/// # Errors
/// When the database is gone.
pub async fn distributable(tx: &mut Tx, fund: &Fund, _now: Instant) -> sqlx::Result<Distributable> {
    let mut held = 0_i64;
    for balance in crate::ledger::balances(tx, None).await? {
        if balance.fund == Some(fund.id) && balance.amount.currency == fund.currency {
            held = held.saturating_sub(balance.amount.minor);
        }
    }
    Ok(Distributable { lines: vec![(Line::OnHand, held)], total_minor: held.max(0), currency: fund.currency })
}

/// Recomputes what plans and grants promise; Some names the first thing wrong (invariant 28).
///
/// # Errors
/// When the database is gone.
pub async fn verify_plans(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    for (rule, sql) in store::plans::QUESTIONS {
        if let Some(row) = store::plans::first_wrong(tx, sql).await? {
            return Ok(Some(format!("{rule}: {row}")));
        }
    }
    Ok(None)
}
