//! Picket captains: links that let whoever holds them claim what they bought, up to a limit. A claim becomes a draft whose author is the captain.

use super::captain::{Captain, NewCaptain};
use super::store::{self, captains};
use super::writing::{self, RECORDERS};
use super::{Draft, Expense, Refusal};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds;
use crate::ids::{CaptainId, Entropy, ExpenseId, sha256_hex};
use crate::money::Money;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, audit};
use crate::seal::Keyring;

/// How many days a link works unless somebody says otherwise.
pub const USUAL_DAYS: i64 = 14;

/// Makes a link. Its code is kept only as a hash; the same command again gives the same code.
///
/// # Errors
/// [`Refusal`].
pub async fn add(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    new: &NewCaptain,
    keys: &Keyring,
    now: Instant,
) -> Result<(CaptainId, String), Refusal> {
    let person = people::require(tx, actor, RECORDERS).await?;
    let code = keys.token(&format!("captain/{}", operation.id()));
    if let Some(id) = operation::find_result(tx, operation).await?.and_then(|id| id.parse().ok()) {
        return Ok((CaptainId(id), code));
    }
    let id = captains::insert(tx, new, &sha256_hex(&code), person.id, now).await?;
    audit::write(tx, Some(person.id), "make a captain's link", &format!("captain {id}"), "", now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok((id, code))
}

/// Ends a link at once.
///
/// # Errors
/// [`Refusal::Ended`] where it was ended before.
pub async fn end(tx: &mut Tx, actor: Actor, operation: &Operation, id: CaptainId, now: Instant) -> Result<(), Refusal> {
    let person = people::require(tx, actor, RECORDERS).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    if !captains::end(tx, id, now).await? {
        return Err(Refusal::Ended);
    }
    audit::write(tx, Some(person.id), "end a captain's link", &format!("captain {id}"), "", now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(())
}

/// At most `limit` links that were made before `before`, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, before: Option<CaptainId>, limit: i64) -> sqlx::Result<Vec<Captain>> {
    captains::list(tx, before.unwrap_or(CaptainId(i64::MAX)), limit).await
}

/// The link of this code, whether it still works or not.
///
/// # Errors
/// When the database is gone.
pub async fn find_by_code(tx: &mut Tx, code: &str) -> sqlx::Result<Option<Captain>> {
    captains::find_by_hash(tx, &sha256_hex(code)).await
}

/// The link of this number.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, id: CaptainId) -> sqlx::Result<Option<Captain>> {
    captains::find(tx, id).await
}

/// What was claimed by a link and not turned down, in minor units.
///
/// # Errors
/// When the database is gone.
pub async fn claimed(tx: &mut Tx, id: CaptainId) -> sqlx::Result<i64> {
    captains::claimed(tx, id).await
}

/// What was claimed by a link, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn claims(tx: &mut Tx, id: CaptainId) -> sqlx::Result<Vec<Expense>> {
    store::of_captain(tx, id).await
}

/// What a captain sends.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    /// What was bought, of the link's own fund.
    pub draft: &'a Draft,
    /// How they want to be paid; asked once, and empty afterwards.
    pub pay_by: &'a str,
}

/// Claims what a captain bought: a draft of the link's fund, whose author is the captain.
///
/// # Errors
/// [`Refusal::Ended`], [`Refusal::OverEach`], [`Refusal::OverTotal`].
pub async fn claim(
    tx: &mut Tx,
    code: &str,
    operation: &Operation,
    claim: &Claim<'_>,
    (keys, entropy): (&Keyring, &Entropy),
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let captain = find_by_code(tx, code).await?.ok_or(Refusal::NotFound)?;
    if let Some(id) = writing::find_done(tx, operation).await? {
        return Ok(id);
    }
    // Two claims at once must not both fit into what is left for one.
    let fund = funds::lock(tx, captain.fund_id).await?.ok_or(Refusal::NotFound)?;
    let captain = captains::find(tx, captain.id).await?.ok_or(Refusal::NotFound)?;
    let Claim { draft, pay_by } = claim;
    if !captain.works(now.day_in(&fund.time_zone)) || draft.fund != captain.fund_id {
        return Err(Refusal::Ended);
    }
    let money = |minor| Money::new(minor, fund.currency);
    if draft.amount.minor > captain.each_minor {
        return Err(Refusal::OverEach(money(captain.each_minor)));
    }
    let left = captain.total_minor.saturating_sub(captains::claimed(tx, captain.id).await?);
    if draft.amount.minor > left {
        return Err(Refusal::OverTotal(money(left.max(0))));
    }
    let allowed = |part: &super::Part| part.fund_id == captain.fund_id && captain.uses().any(|one| one == part.category);
    if !draft.adds_up() || !draft.parts.iter().all(allowed) {
        return Err(Refusal::Sum);
    }
    if captain.pay_by.is_none() && !pay_by.is_empty() {
        let sealed = keys.seal(entropy, &pay_by_context(captain.id), pay_by.as_bytes());
        captains::set_pay_by(tx, captain.id, &sealed).await?;
    }
    let id = writing::insert(tx, None, Some(captain.id), draft, entropy, now).await?;
    audit::write(tx, None, "claim", &format!("expense {id}"), &format!("captain {}", captain.id), now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// How a captain wants to be paid, for treasurers.
///
/// # Errors
/// [`Refusal`].
pub async fn open_pay_by(tx: &mut Tx, actor: Actor, id: CaptainId, keys: &Keyring, now: Instant) -> Result<Option<String>, Refusal> {
    people::require_fresh(tx, actor, RECORDERS, now).await?;
    let captain = captains::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let plain = captain.pay_by.as_deref().and_then(|sealed| keys.open(&pay_by_context(id), sealed));
    Ok(plain.and_then(|plain| String::from_utf8(plain).ok()))
}

fn pay_by_context(id: CaptainId) -> String {
    format!("captain.pay_by/{id}")
}
