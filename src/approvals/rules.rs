//! Changing the approval rules of a fund: one administrator proposes, a second administrator or an approver agrees, and then they are in force.
//! The frozen text itself is carried out, so that what is done is what was read. Not here: what rules are (`funds`), the charter (`charter`).

use super::proposal::{NewProposal, Proposal, Subject};
use super::{Refusal, lock, propose, store, write_act};
use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::funds::settings::Step;
use crate::funds::{self, Fund, Rules, Tiers};
use crate::ids::{FundId, PersonId, ProposalId};
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, Actor, NotAllowed, Role, audit};

/// What stands before the lines of the rules that were in force when others were proposed.
pub const BEFORE: &str = "before-";
/// What a change that is in force at once gives as its result.
pub(super) const AT_ONCE: &str = "at once";

/// Why a change of the rules was not proposed, or not taken back. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum RulesRefusal {
    /// They look after no settings, or must confirm who they are first.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// There is no such fund, or nothing is open.
    #[error("there is no such fund, or nothing waits")]
    NotFound,
    /// These rules are in force already.
    #[error("these rules are in force already")]
    Same,
    /// The fund winds down: what donors gave for stays as it is.
    #[error("once the fund winds down, its uses and what becomes of its leftover stay as they are")]
    Fixed,
    /// The form was sent before with other content, or is damaged.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for RulesRefusal {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            Self::NotFound | Self::Same | Self::Fixed => false,
        }
    }
}

/// What became of the wish for other rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// They are in force: nobody else could have agreed yet.
    InForce,
    /// They wait for a second person.
    Waits,
}

/// Proposes other rules for a fund, in place of any change that waits. While nobody else came in, and nobody else is expected who could agree,
/// they are in force at once, and the log says so.
///
/// # Errors
/// [`RulesRefusal`].
pub async fn ask(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, wanted): (FundId, &Rules),
    now: Instant,
) -> Result<Asked, RulesRefusal> {
    let fund = lock(tx, id).await?.ok_or(RulesRefusal::NotFound)?;
    let person = people::require_fresh(tx, actor, funds::settings::KEEPERS, now).await?;
    if let Some(result) = operation::find_result(tx, operation).await? {
        return Ok(if result == AT_ONCE { Asked::InForce } else { Asked::Waits });
    }
    let standing = funds::rules(tx, &fund).await?;
    if standing == *wanted {
        return Err(RulesRefusal::Same);
    }
    drop_open(tx, id, Subject::Rules, now).await?;
    if people::is_alone(tx, person.id, Subject::Rules.signers()).await? {
        funds::set_rules(tx, id, wanted).await?;
        audit::write(tx, Some(person.id), "rules.set", &format!("fund {id}"), "alone", now).await?;
        operation::done(tx, operation, AT_ONCE, now).await?;
        return Ok(Asked::InForce);
    }
    let proposal = propose(tx, person.id, &frozen(&fund, &standing, wanted, operation), now).await?;
    operation::done(tx, operation, &proposal.id.to_string(), now).await?;
    Ok(Asked::Waits)
}

/// Gives a fund these tiers from the server, while nobody is on the staff who could agree to them; asked again for the same, it is done already.
///
/// # Errors
/// [`RulesRefusal::NotAllowed`] once somebody is on the staff: then two people change them.
pub async fn set_first(tx: &mut Tx, id: FundId, tiers: &Tiers, now: Instant) -> Result<(), RulesRefusal> {
    let fund = lock(tx, id).await?.ok_or(RulesRefusal::NotFound)?;
    let standing = funds::rules(tx, &fund).await?;
    if standing.tiers == *tiers {
        return Ok(());
    }
    if !people::list(tx).await?.is_empty() {
        return Err(NotAllowed::Role.into());
    }
    funds::set_tiers(tx, id, tiers).await?;
    funds::settings::note_step(tx, Step::Approval, now).await?;
    Ok(audit::write(tx, None, "rules.set", &format!("fund {id}"), "console", now).await?)
}

/// What a second person agrees to: the rules as they are and as they would be. A wish has no sum, so the tiers do not count for it.
fn frozen(fund: &Fund, standing: &Rules, wanted: &Rules, operation: &Operation) -> NewProposal {
    let (before, after) = (standing.lines(BEFORE, fund.currency), wanted.lines("", fund.currency));
    NewProposal {
        subject: Subject::Rules,
        // Each change is a row of its own in the history, also where an older one has the same words.
        subject_id: operation.id().to_owned(),
        fund: fund.id,
        amount: None,
        payee: None,
        payload: format!("fund: {}\n{before}\n{after}", fund.slug),
        hands: Vec::new(),
        at_least: 1,
        more: 0,
    }
}

/// The change of a fund's rules, or of its charter, that waits for a second person.
///
/// # Errors
/// When the database is gone.
pub async fn open(tx: &mut Tx, fund: FundId, subject: Subject) -> sqlx::Result<Option<Proposal>> {
    store::open_about(tx, fund, subject).await
}

/// Takes back the change that waits; any administrator may.
///
/// # Errors
/// [`RulesRefusal`].
pub async fn take_back(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (fund, subject, id): (FundId, Subject, ProposalId),
    now: Instant,
) -> Result<(), RulesRefusal> {
    lock(tx, fund).await?.ok_or(RulesRefusal::NotFound)?;
    let person = people::require(tx, actor, funds::settings::KEEPERS).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let proposal = open(tx, fund, subject).await?.filter(|proposal| proposal.id == id).ok_or(RulesRefusal::NotFound)?;
    drop_open(tx, fund, subject, now).await?;
    let act = if subject == Subject::Charter { "charter.taken_back" } else { "rules.taken_back" };
    write_act(tx, &person, act, &proposal, "", now).await?;
    Ok(operation::done(tx, operation, "", now).await?)
}

/// Takes back every change that waits.
pub(super) async fn drop_open(tx: &mut Tx, fund: FundId, subject: Subject, now: Instant) -> sqlx::Result<()> {
    while let Some(proposal) = open(tx, fund, subject).await? {
        store::drop_standing(tx, subject, &proposal.subject_id, now).await?;
    }
    Ok(())
}

/// A second person agreed: the rules of the frozen text are in force. Decisions under way keep what they needed, and a higher rule counts for them too.
///
/// # Errors
/// [`Refusal::Changed`] where the rules are not any more what the text says they were.
pub async fn carry_out(tx: &mut Tx, person: PersonId, proposal: &Proposal, now: Instant) -> Result<(), Refusal> {
    let fund = funds::find(tx, proposal.fund_id).await?.ok_or(Refusal::NotFound)?;
    let read = |prefix: &str| Rules::parse(&proposal.payload, prefix, fund.currency).ok_or(Refusal::Changed);
    let (before, after) = (read(BEFORE)?, read("")?);
    if funds::rules(tx, &fund).await? != before {
        return Err(Refusal::Changed);
    }
    funds::set_rules(tx, fund.id, &after).await?;
    let subject = format!("fund {}", fund.id);
    Ok(audit::write(tx, Some(person), "rules.set", &subject, &format!("proposal {}", proposal.id), now).await?)
}

/// How many people there are for a fund's rules: all who may approve, and one more who may enter what they approve.
///
/// # Errors
/// When the database is gone.
pub async fn people_there(tx: &mut Tx) -> sqlx::Result<i64> {
    let everybody = people::list(tx).await?;
    let active = || everybody.iter().filter(|person| person.disabled_at.is_none());
    let approvers = active().filter(|person| person.roles.holds(Role::Approver)).count();
    let author = active().any(|person| person.roles.holds(Role::Recorder) && !person.roles.holds(Role::Approver));
    Ok(i64::try_from(approvers).unwrap_or(i64::MAX).saturating_add(i64::from(author)))
}
