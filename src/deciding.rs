//! From the last signature to its effect, in one transaction. Not here: who may sign (`approvals`), what each effect is (the rooms below).

use crate::approvals::{self, Proposal, Subject, Verdict};
use crate::booking::journal::{self, JournalError};
use crate::booking::months;
use crate::clock::Instant;
use crate::closing;
use crate::db::{Retryable, Tx};
use crate::donations::{HandError, counting, in_kind, refunding, revealing};
use crate::funds;
use crate::ids::{ExpenseId, FundId, ProposalId};
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, Actor, Person};
use crate::spending::payees::{self, Sealing};
use crate::spending::{self, Part, advances};

/// What somebody decides about a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// Yes.
    Approve,
    /// Yes, alone, in an emergency, for this reason.
    ApproveAlone(&'a str),
    /// No, for this reason.
    Reject(&'a str),
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// More must sign.
    Waiting {
        /// How many have.
        given: i64,
        /// How many must.
        needed: i64,
    },
    /// It was the last signature needed, and what was agreed to is done.
    Done,
    /// The second signature of an emergency.
    Countersigned,
    /// It was rejected.
    Rejected,
    /// The same command was carried out before.
    Before,
}

/// Why nothing was decided. Nothing is written then: not even the signature.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The signature does not count.
    #[error(transparent)]
    Approval(#[from] approvals::Refusal),
    /// What was agreed to cannot be done.
    #[error(transparent)]
    Spending(#[from] spending::Refusal),
    /// The refund, the count or the value that was agreed to does not stand any more.
    #[error(transparent)]
    Hand(#[from] HandError),
    /// The plan that was agreed to cannot be carried out.
    #[error(transparent)]
    Plan(#[from] closing::PlanRefusal),
    /// The entry or the lock that was agreed to cannot be.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The fund cannot go on to its end like that.
    #[error(transparent)]
    Closing(#[from] closing::Refusal),
    /// The form was sent before with other content, or is damaged.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// Nothing here follows from such a proposal.
    #[error("a proposal about a {0} is not decided here")]
    Unknown(Subject),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for DecideError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Approval(error) => error.is_retryable(),
            Self::Spending(error) => error.is_retryable(),
            Self::Hand(error) => error.is_retryable(),
            Self::Plan(error) => error.is_retryable(),
            Self::Journal(error) => error.is_retryable(),
            Self::Closing(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            Self::Unknown(_) => false,
        }
    }
}

/// Decides about a proposal as it was `seen`, and where that settles it, does what was agreed to and tells whom it concerns (`sealing` seals the
/// letters).
///
/// # Errors
/// [`DecideError`].
pub async fn decide(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, seen): (ProposalId, &str),
    choice: Choice<'_>,
    sealing: Sealing<'_>,
    now: Instant,
) -> Result<Decided, DecideError> {
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(Decided::Before);
    }
    let proposal = approvals::find(tx, id).await?.ok_or(approvals::Refusal::NotFound)?;
    lock(tx, &proposal).await?;
    let decided = match choice {
        Choice::Reject(reason) => {
            approvals::reject(tx, actor, id, seen, reason, now).await?;
            turn_down(tx, actor, (&proposal, sealing), reason.trim(), now).await?;
            Decided::Rejected
        }
        Choice::Approve => {
            let verdict = approvals::approve(tx, actor, id, seen, now).await?;
            settle(tx, actor, verdict, (&proposal, sealing), now).await?
        }
        Choice::ApproveAlone(reason) => {
            let verdict = approvals::approve_in_emergency(tx, actor, id, seen, reason, now).await?;
            settle(tx, actor, verdict, (&proposal, sealing), now).await?
        }
    };
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(decided)
}

/// Locks everything the effect will draw on before the signature is given, so that locks are always taken in one order (safety rule MO5).
async fn lock(tx: &mut Tx, proposal: &Proposal) -> Result<(), DecideError> {
    match proposal.subject {
        Subject::Expense => {
            if let Ok(id) = proposal.subject_id.parse().map(ExpenseId) {
                spending::lock(tx, id).await?;
            }
        }
        Subject::Refund => refunding::lock(tx, proposal).await?,
        Subject::Journal => drop(journal::lock(tx).await?),
        _ => {}
    }
    Ok(())
}

async fn settle(
    tx: &mut Tx,
    actor: Actor,
    verdict: Verdict,
    (proposal, sealing): (&Proposal, Sealing<'_>),
    now: Instant,
) -> Result<Decided, DecideError> {
    match verdict {
        Verdict::Waiting { given, needed } => Ok(Decided::Waiting { given, needed }),
        Verdict::Countersigned => Ok(Decided::Countersigned),
        Verdict::Approved => {
            let person = people::find(tx, actor.person).await?.ok_or(approvals::Refusal::NotFound)?;
            carry_out(tx, &person, proposal, sealing, now).await?;
            Ok(Decided::Done)
        }
    }
}

/// Does what was agreed to. A subject without a line here cannot be agreed to by [`decide`].
async fn carry_out(tx: &mut Tx, person: &Person, proposal: &Proposal, sealing: Sealing<'_>, now: Instant) -> Result<(), DecideError> {
    match proposal.subject {
        Subject::Expense => {
            let id = spending::carry_out(tx, person, proposal, sealing, now).await?;
            let parts = spending::find(tx, id).await?.ok_or(spending::Refusal::NotFound)?.parts;
            leave_refunds(tx, &parts.iter().map(|part| part.fund_id).collect::<Vec<_>>()).await?;
        }
        Subject::Payee => payees::carry_out(tx, proposal, now).await.map(drop)?,
        Subject::Transfer => advances::carry_out(tx, person, proposal, now).await?,
        Subject::Refund => {
            refunding::carry_out(tx, proposal, now).await?;
            leave_refunds(tx, &[proposal.fund_id]).await?;
        }
        Subject::Cash => counting::carry_out(tx, person.id, proposal, sealing.entropy, now).await?,
        Subject::Goods => in_kind::carry_out(tx, person.id, proposal, now).await?,
        Subject::Journal => drop(journal::carry_out(tx, person, proposal, now).await?),
        Subject::Period => months::carry_out(tx, person, proposal, now).await?,
        Subject::Rules => approvals::rules::carry_out(tx, person.id, proposal, now).await?,
        Subject::Charter => approvals::charter::carry_out(tx, person.id, proposal, now).await?,
        Subject::Distribution => closing::planning::carry_out(tx, person, proposal, sealing.entropy, now).await?,
        Subject::State => closing::carry_out(tx, person.id, proposal, now).await?,
        Subject::Reveal => revealing::carry_out(tx, proposal, now).await?,
        other => return Err(DecideError::Unknown(other)),
    }
    Ok(())
}

/// What was just decided must leave each of these funds what it gives back to donors, agreed to and not in the books yet, and restricted funds
/// covered once that is gone (invariants 5 and 6).
async fn leave_refunds(tx: &mut Tx, drawn: &[FundId]) -> Result<(), DecideError> {
    for fund in funds::list(tx).await?.iter().filter(|fund| drawn.contains(&fund.id)) {
        let amount_minor = refunding::on_their_way(tx, fund).await?;
        let back = Part { fund_id: fund.id, category: String::new(), amount_minor };
        spending::can_promise(tx, &[back], fund.currency).await?;
    }
    Ok(())
}

/// Undoes what waited for an agreement that did not come. Goods stay as they were logged, unvalued; a month stays open.
async fn turn_down(
    tx: &mut Tx,
    actor: Actor,
    (proposal, sealing): (&Proposal, Sealing<'_>),
    reason: &str,
    now: Instant,
) -> Result<(), DecideError> {
    match proposal.subject {
        Subject::Expense => spending::turn_down(tx, proposal, reason, sealing, now).await.map(drop)?,
        Subject::Payee => payees::turn_down(tx, proposal).await.map(drop)?,
        Subject::Transfer => advances::turn_down(tx, proposal).await?,
        Subject::Refund => refunding::turn_down(tx, proposal, now).await?,
        Subject::Cash => counting::turn_down(tx, proposal).await?,
        Subject::Journal => journal::turn_down(tx, actor.person, proposal, now).await?,
        Subject::Distribution => closing::planning::turn_down(tx, proposal, now).await?,
        Subject::Reveal => revealing::turn_down(tx, proposal).await?,
        // What was proposed stands in the proposal alone.
        Subject::Goods | Subject::Period | Subject::Rules | Subject::Charter | Subject::State => {}
        other => return Err(DecideError::Unknown(other)),
    }
    Ok(())
}
