//! What may stand in the way of something that people enter by hand: goods, cash, cheques, refunds. Not here: the things themselves.

use super::offline::Offline;
use super::store::offline as rows;
use crate::db::{Retryable, Tx};
use crate::funds::{self, Fund};
use crate::ids::FundId;
use crate::ledger::PostError;
use crate::money::Money;
use crate::people::NotAllowed;
use crate::people::operation::OperationError;

/// Why something was not done. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum HandError {
    /// The person may not.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The form was sent before, with other content, or is none of ours.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// There is no such fund, gift or thing.
    #[error("there is no such thing")]
    NotFound,
    /// A second person must do this.
    #[error("whoever entered it cannot agree to it")]
    OwnWork,
    /// Somebody moved it on meanwhile.
    #[error("it was moved on meanwhile: look again")]
    MovedOn,
    /// Fewer goods are left.
    #[error("only {0} are left")]
    OnlyLeft(i64),
    /// The day has not come yet, or comes before the goods or money did.
    #[error("that day cannot be right")]
    Day,
    /// The document that proves it is missing.
    #[error("the document that proves it is missing")]
    NoProof,
    /// A reason is missing, or too long.
    #[error("a reason of at most 200 letters is needed")]
    Reason,
    /// The line of the bank's brought another gift already.
    #[error("that bank line is booked already")]
    LineTaken,
    /// The box holds less.
    #[error("the box holds {}", .0.for_people())]
    BoxHolds(Money),
    /// What the bank counted is too far from what was taken there.
    #[error("the bank counted too far from what was taken there")]
    TooFarApart,
    /// No more than that can be given back.
    #[error("at most {} can be given back", .0.for_people())]
    AtMost(Money),
    /// Its donor's bank has asked for the money: it is settled there.
    #[error("the gift is in dispute")]
    InDispute,
    /// The ledger refused.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for HandError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Post(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            _ => false,
        }
    }
}

/// Locks the fund of a gift by hand, then reads it.
pub(super) async fn locked(tx: &mut Tx, number: &str) -> Result<Offline, HandError> {
    let gift = rows::find(tx, number).await?.ok_or(HandError::NotFound)?;
    funds::lock(tx, gift.fund_id).await?.ok_or(HandError::NotFound)?;
    rows::find(tx, number).await?.ok_or(HandError::NotFound)
}

/// Locks a fund, and the general fund after it, which stands for the pooled money (safety rule MO5).
pub(super) async fn lock_money(tx: &mut Tx, fund: FundId) -> Result<Fund, HandError> {
    let fund = funds::lock(tx, fund).await?.ok_or(HandError::NotFound)?;
    if let Some(general) = funds::general(tx).await?.filter(|general| general.id != fund.id) {
        funds::lock(tx, general.id).await?;
    }
    Ok(fund)
}

/// What stands for a gift in the log of acts.
pub(super) fn subject(number: &str) -> String {
    format!("gift {number}")
}
