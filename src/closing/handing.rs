//! Handing what is left to a fund that follows: an entry by hand, which others agree to like any other (`booking::journal`). Money is pooled, so
//! none moves: what one fund stood on, the other begins with. Not here: passing money on to others.

use super::reckoning::distributable;
use crate::booking::journal::{self, JournalError, JournalLine, NewJournal};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::{self, Act, Fund};
use crate::ids::{Entropy, FundId};
use crate::ledger::chart;
use crate::people::Actor;
use crate::people::operation::Operation;

/// What is handed over, to which fund, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// The fund that follows.
    pub successor: FundId,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// Why; 10 to 200 letters.
    pub reason: String,
}

/// The funds that a fund's money may be handed to: they run, in its currency, and serve its purpose where it is restricted and nobody released it.
///
/// # Errors
/// When the database is gone.
pub async fn successors(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Vec<Fund>> {
    let is_free = fund.restriction.is_none() || funds::end(tx, fund.id).await?.is_some_and(|end| end.release.is_some());
    let follows = |other: &Fund| {
        other.id != fund.id
            && other.currency == fund.currency
            && !other.state.is_over()
            && (is_free || other.restriction == fund.restriction)
    };
    Ok(funds::list(tx).await?.into_iter().filter(follows).collect())
}

/// Asks others to agree that a fund which shares out hands so much to another, and gives the entry's reference.
///
/// # Errors
/// [`JournalError`], with nothing written.
pub async fn hand_over(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, wanted): (FundId, &HandOver),
    entropy: &Entropy,
    now: Instant,
) -> Result<String, JournalError> {
    let locked = funds::lock_with_pool(tx, &[id]).await?.and_then(|mut funds| funds.pop());
    let fund = locked.ok_or(JournalError::NotFound)?;
    if !fund.state.allows(Act::Grant) {
        return Err(JournalError::MovedOn);
    }
    if !successors(tx, &fund).await?.iter().any(|other| other.id == wanted.successor) {
        return Err(JournalError::NotFound);
    }
    if !(1..=distributable(tx, &fund, now).await?.before_reserve()).contains(&wanted.amount_minor) {
        return Err(JournalError::Overdrawn(fund.name));
    }
    let line = |fund_id, amount_minor| JournalLine {
        path: chart::OPENING.to_owned(),
        fund_id: Some(fund_id),
        currency: fund.currency,
        amount_minor,
    };
    let new = NewJournal {
        effective_on: now.day_in(&fund.time_zone),
        reason: wanted.reason.clone(),
        lines: vec![line(fund.id, wanted.amount_minor), line(wanted.successor, wanted.amount_minor.saturating_neg())],
    };
    journal::ask(tx, &new, operation, actor, entropy, now).await
}
