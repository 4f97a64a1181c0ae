//! Agreeing to a charter: one administrator proposes a version, an approver agrees, and then it is in force and will be published. The frozen
//! text itself is kept, so that what is promised is what was read. Not here: what a charter is (`funds::charter`).

use super::proposal::{NewProposal, Proposal, Subject};
use super::rules::{AT_ONCE, Asked, RulesRefusal, drop_open};
use super::{Refusal, lock, propose};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::charter::Charter;
use crate::funds::{self, CharterVersion};
use crate::ids::{FundId, PersonId};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, audit};

/// Proposes the next version of a fund's charter, in place of any that waits. While nobody else came in, and nobody else is expected who could
/// agree, it is in force at once, and the log says so.
///
/// # Errors
/// [`RulesRefusal`].
pub async fn ask(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, wanted): (FundId, &Charter),
    now: Instant,
) -> Result<Asked, RulesRefusal> {
    let fund = lock(tx, id).await?.ok_or(RulesRefusal::NotFound)?;
    let person = people::require_fresh(tx, actor, funds::settings::KEEPERS, now).await?;
    if let Some(result) = operation::find_result(tx, operation).await? {
        return Ok(if result == AT_ONCE { Asked::InForce } else { Asked::Waits });
    }
    let standing = funds::charter(tx, id).await?;
    let before = standing.as_ref().and_then(|standing| Charter::of_lines(&standing.body));
    if before.as_ref() == Some(wanted) {
        return Err(RulesRefusal::Same);
    }
    if !wanted.may_replace(before.as_ref(), fund.state) {
        return Err(RulesRefusal::Fixed);
    }
    drop_open(tx, id, Subject::Charter, now).await?;
    if people::is_alone(tx, person.id, Subject::Charter.signers()).await? {
        funds::put_charter(tx, id, &wanted.lines(), None, now).await?;
        audit::write(tx, Some(person.id), "charter.agreed", &format!("fund {id}"), "alone", now).await?;
        operation::done(tx, operation, AT_ONCE, now).await?;
        return Ok(Asked::InForce);
    }
    let new = NewProposal {
        subject: Subject::Charter,
        // Each version is a row of its own in the history, also where an older one has the same words.
        subject_id: operation.id().to_owned(),
        fund: id,
        amount: None,
        payee: None,
        payload: wanted.lines(),
        hands: Vec::new(),
        at_least: 1,
        more: 0,
    };
    let proposal = propose(tx, person.id, &new, now).await?;
    operation::done(tx, operation, &proposal.id.to_string(), now).await?;
    Ok(Asked::Waits)
}

/// A second person agreed: the frozen text is in force.
///
/// # Errors
/// [`Refusal::Changed`] where the fund winds down meanwhile and what donors gave for would change.
pub async fn carry_out(tx: &mut Tx, person: PersonId, proposal: &Proposal, now: Instant) -> Result<(), Refusal> {
    let fund = funds::find(tx, proposal.fund_id).await?.ok_or(Refusal::NotFound)?;
    let read = |standing: &CharterVersion| Charter::of_lines(&standing.body);
    let before = funds::charter(tx, fund.id).await?.as_ref().and_then(read);
    let wanted =
        Charter::of_lines(&proposal.payload).filter(|wanted| wanted.may_replace(before.as_ref(), fund.state)).ok_or(Refusal::Changed)?;
    funds::put_charter(tx, fund.id, &wanted.lines(), Some(proposal.id), now).await?;
    let subject = format!("fund {}", fund.id);
    Ok(audit::write(tx, Some(person), "charter.agreed", &subject, &format!("proposal {}", proposal.id), now).await?)
}
