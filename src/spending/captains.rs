//! Picket captains: links that let whoever holds them claim what they bought, up to a limit. A claim becomes a draft whose author is the captain.

use std::collections::BTreeMap;

use super::captain::{Captain, NewCaptain, PayBy};
use super::payees::Sealing;
use super::store::{self, captains};
use super::writing::{self, Begun, RECORDERS};
use super::{Draft, Expense, Refusal, State, lock};
use crate::approvals::REASON_LETTERS;
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds;
use crate::ids::{CaptainId, Entropy, ExpenseId, sha256_hex};
use crate::mail;
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

/// What was claimed by a link, newest first, at most `limit`, before a claim where one is given.
///
/// # Errors
/// When the database is gone.
pub async fn claims(tx: &mut Tx, id: CaptainId, before: Option<ExpenseId>, limit: i64) -> sqlx::Result<Vec<Expense>> {
    store::of_captain(tx, id, before.unwrap_or(ExpenseId(i64::MAX)), limit).await
}

/// What was claimed by each of these links, which stand in the order of a page.
///
/// # Errors
/// When the database is gone.
pub async fn claimed_by_each(tx: &mut Tx, page: &[Captain]) -> sqlx::Result<BTreeMap<CaptainId, i64>> {
    let ids = || page.iter().map(|captain| captain.id);
    let Some((from, to)) = ids().min().zip(ids().max()) else { return Ok(BTreeMap::new()) };
    Ok(captains::claimed_by_each(tx, from, to).await?.into_iter().collect())
}

/// What a captain sends.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    /// What was bought, of the link's own fund.
    pub draft: &'a Draft,
    /// How they want to be paid; asked once.
    pub pay_by: Option<&'a PayBy>,
    /// Where they want to hear what becomes of it; asked until they say it, and may stay empty.
    pub email: &'a str,
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
    let Claim { draft, pay_by, email } = claim;
    let pays = funds::still_pays(tx, &fund, draft.bought_on).await? && fund.state.allows(funds::Act::Claim);
    if !captain.works(now.day_in(&fund.time_zone)) || draft.fund != captain.fund_id || !pays {
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
    let sealed = |column: &str, plain: &str| keys.seal(entropy, &context(column, captain.id), plain.as_bytes());
    let wish = pay_by.map(|wish| sealed(PAY_BY, &wish.text()));
    let address = Some(email.trim()).filter(|email| !email.is_empty()).map(|email| sealed(EMAIL, email));
    if wish.is_some() || address.is_some() {
        captains::keep_said(tx, captain.id, wish.as_deref(), address.as_deref()).await?;
    }
    let id = writing::insert(tx, None, Some(captain.id), draft, entropy, now).await?;
    audit::write(tx, None, "claim", &format!("expense {id}"), &format!("captain {}", captain.id), now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Sends a claim back before anybody was asked to agree to it: the captain reads why, and can send another.
///
/// # Errors
/// [`Refusal::State`] where it is no claim, or was sent on; [`Refusal::Reason`].
pub async fn send_back(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, version): (ExpenseId, i64),
    reason: &str,
    sealing: Sealing<'_>,
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let person = match writing::begin(tx, actor, operation).await? {
        Begun::Before(id) => return Ok(id),
        Begun::Now(person) => person,
    };
    let expense = lock(tx, id).await?.expense;
    if expense.captain_id.is_none() || expense.state != State::Draft {
        return Err(Refusal::State(expense.state));
    }
    if expense.version != version {
        return Err(Refusal::Changed);
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_LETTERS {
        return Err(Refusal::Reason);
    }
    // Only what was sent can be rejected; nobody sees it there in between.
    for (from, to) in [(State::Draft, State::Sent), (State::Sent, State::Rejected)] {
        if !store::move_on(tx, id, from, to, now).await? {
            return Err(Refusal::Changed);
        }
    }
    store::set_reason(tx, id, reason).await?;
    audit::write(tx, Some(person.id), "send a claim back", &format!("expense {id}"), "", now).await?;
    tell(tx, id, sealing, now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// How a captain wants to be paid, for whoever pays an approved claim of theirs, and for nobody else; the look is noted.
///
/// # Errors
/// [`Refusal::State`] where the expense is not to be paid.
pub async fn open_pay_by(tx: &mut Tx, actor: Actor, id: ExpenseId, keys: &Keyring, now: Instant) -> Result<Option<PayBy>, Refusal> {
    let person = people::require_fresh(tx, actor, RECORDERS, now).await?;
    let expense = store::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    if expense.state != State::Approved {
        return Err(Refusal::State(expense.state));
    }
    let Some(captain) = captain_of(tx, &expense).await? else { return Ok(None) };
    let Some(sealed) = captain.pay_by.as_deref() else { return Ok(None) };
    audit::write(tx, Some(person.id), "open a payment wish", &format!("captain {}", captain.id), &format!("expense {id}"), now).await?;
    Ok(opened(keys, PAY_BY, captain.id, sealed).map(|text| PayBy::of_text(&text)))
}

/// What a treasurer changes for a captain who asked for it.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// How they want to be paid now; None: as before.
    pub pay_by: Option<PayBy>,
    /// Whether they want no more mail.
    pub forget_email: bool,
}

/// Changes how a captain wants to be paid, or ends their mail. Nobody else can: whoever holds the link might not be the captain.
///
/// # Errors
/// [`Refusal`].
pub async fn change(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, change): (CaptainId, &Change),
    sealing: Sealing<'_>,
    now: Instant,
) -> Result<(), Refusal> {
    let person = people::require_fresh(tx, actor, RECORDERS, now).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    captains::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    if let Some(wish) = &change.pay_by {
        let sealed = sealing.keys.seal(sealing.entropy, &context(PAY_BY, id), wish.text().as_bytes());
        captains::replace_pay_by(tx, id, &sealed).await?;
    }
    if change.forget_email {
        captains::forget_email(tx, id).await?;
    }
    audit::write(tx, Some(person.id), "change a captain's wish", &format!("captain {id}"), "", now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(())
}

/// Tells a captain by mail what became of a claim just now, where they wanted to hear it, in the transaction that did it. Once a cause, in the
/// link's language; false where nobody is told anything. Every verb by which a claim moves on calls it.
pub(super) async fn tell(tx: &mut Tx, id: ExpenseId, sealing: Sealing<'_>, now: Instant) -> sqlx::Result<bool> {
    let Some(expense) = store::find(tx, id).await? else { return Ok(false) };
    let kind = match expense.state {
        State::Approved => mail::Kind::ClaimApproved,
        State::Paid => mail::Kind::ClaimPaid,
        State::Rejected => mail::Kind::ClaimSentBack,
        State::Draft | State::Sent | State::Matched | State::Corrected => return Ok(false),
    };
    let Some(captain) = captain_of(tx, &expense).await? else { return Ok(false) };
    let Some(to) = captain.email.as_deref().and_then(|sealed| opened(sealing.keys, EMAIL, captain.id, sealed)) else { return Ok(false) };
    let letter = mail::Letter {
        cause: &format!("{kind} {id} {}", expense.version),
        to: &to,
        language: captain.language,
        kind,
        values: &[("number", &expense.number), ("reason", expense.reason.as_deref().unwrap_or_default())],
        link: None,
    };
    mail::queue(tx, &letter, sealing.keys, sealing.entropy, now).await
}

async fn captain_of(tx: &mut Tx, expense: &Expense) -> sqlx::Result<Option<Captain>> {
    match expense.captain_id {
        Some(captain) => captains::find(tx, captain).await,
        None => Ok(None),
    }
}

const PAY_BY: &str = "pay_by";
const EMAIL: &str = "email";

/// What a sealed column is bound to.
fn context(column: &str, id: CaptainId) -> String {
    format!("captain.{column}/{id}")
}

fn opened(keys: &Keyring, column: &str, id: CaptainId, sealed: &[u8]) -> Option<String> {
    keys.open(&context(column, id), sealed).and_then(|plain| String::from_utf8(plain).ok())
}
