//! How a fund ends: it moves on only as it may, step by step, until every account is at zero. Not here: who agrees to a step (`approvals`), from the
//! last signature to its effect (`deciding`), stopping what repeats at Stripe (`donations::ending`), pages (`web`).
//!
//! Each move is asked for by one person and agreed to by as many others as the fund's rules want at least; what holds it up is looked at when it
//! is asked for and again when the last of them signs, under the fund's lock. What is done then is one transaction: whoever dies before it has
//! done nothing, whoever dies after it has nothing left to do but what the jobs go on with (gifts that repeat are stopped at Stripe).

pub mod advising;
pub mod answering;
mod grant;
pub mod granting;
mod handing;
mod item;
mod left;
pub mod passing;
mod plan;
mod plan_refusal;
pub mod planning;
mod recipient;
pub mod recipients;
mod reckoning;
pub mod shares;
mod step;
mod store;

use crate::approvals::{self, NewProposal, Proposal, Subject};
use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::donations::ending;
use crate::funds::{self, Fund, State};
use crate::ids::{FundId, PersonId, ProposalId};
use crate::ledger::PostError;
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, Actor, NotAllowed, Role, audit};

pub use grant::{ANSWER_LETTERS, Answer, AnswerKind, EndedWhy, Grant, SILENT_DAYS, Sent, Stands, WholeGrant};
pub use handing::{HandOver, hand_over, successors};
pub use item::{Check, Item};
pub use left::{Distributable, Line};
pub use plan::{Plan, PlanState, Share, Whole as WholePlan, Working};
pub use plan_refusal::PlanRefusal;
pub use recipient::{Checked, Group, Known, Recipient};
pub use reckoning::{checks, distributable, late, part, usual_reserve};
pub use step::{NewMove, REASON_LETTERS, reason};

/// Who may ask for a fund to move.
pub const ASKERS: &[Role] = &[Role::Recorder, Role::Approver];

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
    /// A fund moves only as drawn, and this is where it stands.
    #[error("a fund that is {0} cannot move there")]
    NotDrawn(State),
    /// Something must be settled first.
    #[error("something must be settled first: {0}")]
    NotYet(Item),
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
            Self::NotFound | Self::MovedOn | Self::Reason | Self::NotDrawn(_) | Self::NotYet(_) => false,
        }
    }
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Others must agree.
    Waits(ProposalId),
    /// Nobody else is there yet: the fund was opened while it was set up.
    Moved,
}

/// What is kept of an operation that moved a fund at once.
const MOVED: &str = "moved";

/// Asks others to agree that a fund moves. Another move of it that waits is dropped.
///
/// # Errors
/// [`Refusal`], with nothing written.
pub async fn ask(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, wanted): (FundId, &NewMove),
    now: Instant,
) -> Result<Asked, Refusal> {
    let fund = lock(tx, id).await?;
    let person = people::require_fresh(tx, actor, ASKERS, now).await?;
    if let Some(result) = operation::find_result(tx, operation).await? {
        return Ok(result.parse().map_or(Asked::Moved, |id| Asked::Waits(ProposalId(id))));
    }
    check(tx, &fund, wanted, now).await?;
    if fund.state == State::Draft && people::is_alone(tx, person.id, Subject::State.signers()).await? {
        apply(tx, person.id, (&fund, wanted, None), now).await?;
        operation::done(tx, operation, MOVED, now).await?;
        return Ok(Asked::Moved);
    }
    let at_least = funds::tiers(tx, &fund).await?.needed(0).max(1);
    let new = NewProposal {
        subject: Subject::State,
        // A fund makes one move at a time; which one it is does not change until it is made.
        subject_id: format!("{id}/{}", funds::next_move(tx, id).await?),
        fund: id,
        amount: None,
        payee: None,
        payload: format!("fund: {}\n{}", fund.name, wanted.lines(fund.state, fund.currency)),
        hands: Vec::new(),
        at_least,
        more: 0,
    };
    let proposal = approvals::propose(tx, person.id, &new, now).await?;
    operation::done(tx, operation, &proposal.id.to_string(), now).await?;
    Ok(Asked::Waits(proposal.id))
}

/// The move of a fund that waits for others.
///
/// # Errors
/// When the database is gone.
pub async fn waiting(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<Proposal>> {
    let subject_id = format!("{fund}/{}", funds::next_move(tx, fund).await?);
    let newest = approvals::latest(tx, Subject::State, &subject_id).await?;
    Ok(newest.filter(|proposal| proposal.state == approvals::State::Open))
}

/// Takes back the move that waits; gone already is as good.
///
/// # Errors
/// [`Refusal`], with nothing written.
pub async fn take_back(tx: &mut Tx, actor: Actor, operation: &Operation, id: FundId, now: Instant) -> Result<(), Refusal> {
    lock(tx, id).await?;
    let person = people::require_fresh(tx, actor, ASKERS, now).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    if let Some(proposal) = waiting(tx, id).await? {
        approvals::withdraw(tx, Subject::State, &proposal.subject_id, now).await?;
        audit::write(tx, Some(person.id), "fund_move_taken_back", &format!("fund {id}"), &format!("proposal {}", proposal.id), now).await?;
    }
    Ok(operation::done(tx, operation, "", now).await?)
}

/// Moves the fund as others just agreed to, in the transaction of the last signature, where nothing holds it up by now.
///
/// # Errors
/// [`Refusal`], with nothing written.
pub async fn carry_out(tx: &mut Tx, person: PersonId, proposal: &Proposal, now: Instant) -> Result<(), Refusal> {
    let fund = lock(tx, proposal.fund_id).await?;
    let (from, wanted) = NewMove::parse(&proposal.payload, fund.currency).ok_or(Refusal::MovedOn)?;
    if from != fund.state {
        return Err(Refusal::MovedOn);
    }
    check(tx, &fund, &wanted, now).await?;
    Ok(apply(tx, person, (&fund, &wanted, Some(proposal.id)), now).await?)
}

/// What holds up a fund's move to this state now; nothing where it may be made.
///
/// # Errors
/// When the database is gone.
pub async fn in_the_way(tx: &mut Tx, fund: &Fund, to: State, now: Instant) -> sqlx::Result<Vec<Item>> {
    if !matches!(to, State::Distributing | State::Closed) {
        return Ok(Vec::new());
    }
    Ok(checks(tx, fund, now).await?.into_iter().filter(|check| check.holds(to)).map(|check| check.item).collect())
}

/// Names the first fund that does not stand where its newest move led, or the first plan or grant that is not what it promises (invariant 28).
///
/// # Errors
/// When the database is gone.
pub async fn verify(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    for (rule, sql) in store::plans::QUESTIONS {
        if let Some(row) = store::plans::first_wrong(tx, sql).await? {
            return Ok(Some(format!("{rule}: {row}")));
        }
    }
    Ok(store::astray(tx).await?.map(|slug| format!("the fund {slug} does not stand where its newest move led")))
}

async fn lock(tx: &mut Tx, id: FundId) -> Result<Fund, Refusal> {
    let locked = funds::lock_with_pool(tx, &[id]).await?.and_then(|mut funds| funds.pop());
    locked.ok_or(Refusal::NotFound)
}

/// Whether a fund may move so now.
async fn check(tx: &mut Tx, fund: &Fund, wanted: &NewMove, now: Instant) -> Result<(), Refusal> {
    if !fund.state.next().contains(&wanted.to) {
        return Err(Refusal::NotDrawn(fund.state));
    }
    if reason(&wanted.reason).as_deref() != Some(&*wanted.reason) {
        return Err(Refusal::Reason);
    }
    if !wanted.is_whole() || (wanted.release.is_some() && fund.restriction.is_none()) {
        return Err(Refusal::MovedOn);
    }
    match in_the_way(tx, fund, wanted.to, now).await?.first() {
        Some(item) => Err(Refusal::NotYet(*item)),
        None => Ok(()),
    }
}

/// Does what such a move decides.
async fn apply(
    tx: &mut Tx,
    person: PersonId,
    (fund, wanted, proposal): (&Fund, &NewMove, Option<ProposalId>),
    now: Instant,
) -> sqlx::Result<()> {
    if let Some(day) = wanted.last_expense_on {
        funds::begin_end(tx, fund.id, day).await?;
    }
    if let Some(reserve) = wanted.reserve {
        funds::decide_end(tx, fund.id, reserve, wanted.release.as_deref()).await?;
    }
    funds::move_to(tx, fund.id, wanted.to, (&wanted.reason, proposal), now).await?;
    audit::write(tx, Some(person), "fund_moved", &format!("fund {}", fund.id), &format!("{} {}", fund.state, wanted.to), now).await?;
    if wanted.to == State::WindingDown {
        ending::wind_down(tx, fund, now).await?;
    }
    Ok(())
}
