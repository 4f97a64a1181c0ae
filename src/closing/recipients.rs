//! The groups of the charter: how each is paid stands in the payee book, sealed, agreed to by a second person, and held for two days after a
//! change. Not here: who may get anything at all, which is the charter's to say.

use super::PlanRefusal;
use super::recipient::{Checked, Group, Known};
use super::store::plans as store;
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::charter::Charter;
use crate::funds::{self, Act, Fund};
use crate::ids::{FundId, PayeeId};
use crate::people::operation::Operation;
use crate::people::{Actor, audit};
use crate::spending::payee::{Kind, NewDetails, NewPayee};
use crate::spending::payees::{self, Sealing};

/// The charter in force.
pub(super) async fn charter(tx: &mut Tx, fund: FundId) -> Result<Charter, PlanRefusal> {
    let standing = funds::charter(tx, fund).await?;
    standing.and_then(|standing| Charter::of_lines(&standing.body)).ok_or(PlanRefusal::NoCharter)
}

/// Every group that the charter in force names, in its order, with what the treasury knows of it; none where there is no charter.
///
/// # Errors
/// When the database is gone.
pub async fn groups(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Group>> {
    let charter = match charter(tx, fund).await {
        Ok(charter) => charter,
        Err(PlanRefusal::Database(error)) => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    let known = store::recipients(tx, fund).await?;
    let mut groups = Vec::new();
    for named in charter.recipients {
        let known = match known.iter().find(|one| one.name == named.name) {
            Some(recipient) => Some(know(tx, recipient.clone()).await?),
            None => None,
        };
        groups.push(Group { name: named.name, why: named.why, known });
    }
    Ok(groups)
}

/// What the payee book says of a group.
pub(super) async fn know(tx: &mut Tx, recipient: super::recipient::Recipient) -> sqlx::Result<Known> {
    let payee = payees::find(tx, recipient.payee_id).await?.ok_or(sqlx::Error::RowNotFound)?;
    let details = payees::details(tx, payee.id).await?;
    Ok(Known { recipient, payee, details })
}

/// Enters how a group of the charter is paid, and asks a second person to agree to it. What is there already is changed in the payee book.
///
/// # Errors
/// [`PlanRefusal::NotInCharter`]; [`PlanRefusal::Changed`] where somebody entered it meanwhile; what the payee book refuses.
pub async fn enter(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (fund, name): (&Fund, &str),
    (details, conflict, email): (&NewDetails, Option<&str>, &str),
    sealing: Sealing<'_>,
    now: Instant,
) -> Result<PayeeId, PlanRefusal> {
    let fund = funds::lock(tx, fund.id).await?.ok_or(PlanRefusal::NotFound)?;
    PlanRefusal::unless_allowed(&fund, Act::Groups)?;
    let group = groups(tx, fund.id).await?.into_iter().find(|group| group.name == name);
    let group = group.ok_or_else(|| PlanRefusal::NotInCharter(name.to_owned()))?;
    let label = name.chars().take(crate::spending::payee::LABEL_LETTERS).collect();
    let new = NewPayee { label, kind: Kind::Group, conflict: conflict.map(str::to_owned), email: email.to_owned() };
    let payee = payees::add(tx, actor, operation, (&new, details), sealing, now).await?;
    match group.known.as_ref().map(|known| known.payee.id) {
        // The same form again.
        Some(known) if known == payee => return Ok(payee),
        Some(_) if group.checked(now) != Checked::Ended => return Err(PlanRefusal::Changed),
        _ => {}
    }
    let id = store::insert_recipient(tx, fund.id, (name, payee), actor.person, now).await?;
    audit::write(tx, Some(actor.person), "recipient.entered", &format!("recipient {id}"), &format!("payee {payee}"), now).await?;
    Ok(payee)
}
