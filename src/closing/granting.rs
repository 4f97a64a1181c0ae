//! Sending what a plan gives, once, and what becomes of it where it does not reach its group. Not here: what the group says (`answering`).

use super::grant::{EndedWhy, Grant, Sent, Stands, WholeGrant};
use super::planning::{PLANNERS, lock, today};
use super::store::{grants as store, plans};
use super::{PlanRefusal, answering, recipients};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds::{Act, Fund};
use crate::ids::{FundId, GrantId};
use crate::ledger::{self, NewEntry, NewPosting, Source};
use crate::money::Money;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Person, audit};
use crate::publication;
use crate::publication::passed::{self, GrantStands};
use crate::publication::record::Record;
use crate::seal::Keyring;
use crate::spending::payee::DetailsState;
use crate::spending::{self, Payment, payees};

/// The grants of a fund with ids below `before`, the newest first, at most `limit`.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, fund: FundId, before: Option<GrantId>, limit: i64) -> sqlx::Result<Vec<WholeGrant>> {
    let grants = store::list(tx, fund, before.unwrap_or(GrantId(i64::MAX)), limit).await?;
    whole(tx, grants).await
}

/// The grants of a fund that did not end, the oldest first; at most a thousand.
///
/// # Errors
/// When the database is gone.
pub async fn open(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<WholeGrant>> {
    let grants = store::open(tx, fund).await?;
    whole(tx, grants).await
}

/// The grant of this number.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, number: &str) -> sqlx::Result<Option<WholeGrant>> {
    let grant = store::find(tx, &number.trim().to_uppercase()).await?;
    let Some(mut found) = whole(tx, grant.into_iter().collect()).await?.pop() else { return Ok(None) };
    if let Some(answer) = &found.answer {
        found.copy = answering::copy_of(tx, &answer.document).await?;
    }
    Ok(Some(found))
}

/// Adds to the grants of one fund how they were sent and what groups said: few statements, however many they are.
async fn whole(tx: &mut Tx, grants: Vec<Grant>) -> sqlx::Result<Vec<WholeGrant>> {
    let ids = || grants.iter().map(|grant| grant.id);
    let (Some(first), Some(last), Some(fund)) = (ids().min(), ids().max(), grants.first().map(|grant| grant.fund_id)) else {
        return Ok(Vec::new());
    };
    let sent = store::payments(tx, first, last, fund).await?;
    let answers = store::answers(tx, first, last, fund).await?;
    let whole = |grant: Grant| {
        let sent = sent.iter().filter(|sent| sent.grant_id == grant.id).cloned().collect();
        let answer = answers.iter().find(|answer| answer.grant_id == grant.id).cloned();
        WholeGrant { grant, sent, answer, copy: None }
    };
    Ok(grants.into_iter().map(whole).collect())
}

/// Notes that a grant was sent: once, to the group's details after their rest, from an account that has it, and only once the public was told of
/// its plan and had the time to object that the charter gives.
///
/// # Errors
/// [`PlanRefusal`].
pub async fn pay(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (number, payment): (&str, &Payment),
    now: Instant,
) -> Result<GrantId, PlanRefusal> {
    let (fund, whole) = locked(tx, number).await?;
    let person = people::require_fresh(tx, actor, PLANNERS, now).await?;
    let grant = &whole.grant;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(grant.id);
    }
    PlanRefusal::unless_allowed(&fund, Act::Grant)?;
    if !matches!(whole.stands(), Stands::Promised | Stands::Returned) {
        return Err(PlanRefusal::Grant(whole.stands()));
    }
    if payment.on > today(&fund, now) {
        return Err(PlanRefusal::Day);
    }
    check_public(tx, &fund, grant, now).await?;
    check_payee(tx, grant, now).await?;
    spending::can_leave(tx, &payment.from, grant.amount()).await?;
    let n = i64::try_from(whole.sent.len()).unwrap_or(i64::MAX).saturating_add(1);
    let minor = |minor| Money::new(minor, grant.currency);
    let entry = NewEntry {
        source: Source::Grant,
        source_id: format!("{}/{n}", grant.number),
        kind: "grant-paid",
        effective_on: payment.on,
        memo: None,
        actor: Some(person.reference.clone()),
        reverses: None,
        postings: vec![
            NewPosting::pooled(grant.path.clone(), minor(grant.amount_minor)),
            NewPosting::pooled(payment.from.clone(), minor(grant.amount_minor.saturating_neg())),
        ],
    };
    let entry_id = ledger::post(tx, &entry, now).await?.entry();
    let sent = Sent {
        grant_id: grant.id,
        n,
        entry_id,
        paid_from: payment.from.clone(),
        paid_on: payment.on,
        reference: payment.reference.clone(),
        turns: 0,
        is_matched: false,
    };
    store::insert_payment(tx, &sent, person.id, now).await?;
    if n > 1 {
        tell(tx, &fund, grant, (GrantStands::Returned, "")).await?;
    }
    tell(tx, &fund, grant, (GrantStands::Sent, "")).await?;
    audit::write(tx, Some(person.id), "grant.paid", &subject(grant), &grant.amount().decimal(), now).await?;
    operation::done(tx, operation, &grant.number, now).await?;
    Ok(grant.id)
}

/// Whether money may move, as far as the public is concerned: it read what was agreed to, and had the time to object that the charter gave.
async fn check_public(tx: &mut Tx, fund: &Fund, grant: &Grant, now: Instant) -> Result<(), PlanRefusal> {
    let told = publication::agreed_plan(tx, fund.id, grant.plan).await?.ok_or(PlanRefusal::NotPublic)?;
    match told.from.and_then(|from| from.parse::<Day>().ok()) {
        Some(from) if today(fund, now) < from => Err(PlanRefusal::Objection(from)),
        _ => Ok(()),
    }
}

/// Whether the group may be paid now: two people agreed to how, and its details rested.
async fn check_payee(tx: &mut Tx, grant: &Grant, now: Instant) -> Result<(), PlanRefusal> {
    let recipient = plans::find_recipient(tx, grant.recipient_id).await?.ok_or(PlanRefusal::NotFound)?;
    let known = recipients::know(tx, recipient).await?;
    let details = known.details.filter(|_| known.payee.ended_at.is_none());
    match details {
        Some(details) if details.is_ready(now) => Ok(()),
        Some(details) if details.state == DetailsState::Agreed => {
            Err(PlanRefusal::Resting(grant.name.clone(), details.ready_at.unwrap_or(now)))
        }
        _ => Err(PlanRefusal::NotChecked(grant.name.clone())),
    }
}

/// The whole account of a group, for the one who sends a grant and for nobody else; the look is noted.
///
/// # Errors
/// [`PlanRefusal::Grant`] where it is not to be sent.
pub async fn open_account(tx: &mut Tx, actor: Actor, number: &str, keys: &Keyring, now: Instant) -> Result<Option<String>, PlanRefusal> {
    let person = people::require_fresh(tx, actor, PLANNERS, now).await?;
    let whole = find(tx, number).await?.ok_or(PlanRefusal::NotFound)?;
    if !matches!(whole.stands(), Stands::Promised | Stands::Returned) {
        return Err(PlanRefusal::Grant(whole.stands()));
    }
    check_payee(tx, &whole.grant, now).await?;
    let recipient = plans::find_recipient(tx, whole.grant.recipient_id).await?.ok_or(PlanRefusal::NotFound)?;
    Ok(payees::open_details(tx, &person, (recipient.payee_id, &subject(&whole.grant)), keys, now).await?)
}

/// Puts a grant's money back in the pot, since it does not reach its group: what was promised is taken back, and shared out by the next plan. A
/// payment that no bank line shows, such as a cheque that was torn up, is taken back with it; one that the bank shows comes back by the bank's line.
///
/// # Errors
/// [`PlanRefusal::Matched`]; [`PlanRefusal::Grant`] where it ended before.
pub async fn end(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (number, why): (&str, EndedWhy),
    now: Instant,
) -> Result<GrantId, PlanRefusal> {
    let (fund, whole) = locked(tx, number).await?;
    let person = people::require_fresh(tx, actor, PLANNERS, now).await?;
    let grant = &whole.grant;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(grant.id);
    }
    match whole.stands() {
        Stands::Ended => return Err(PlanRefusal::Grant(Stands::Ended)),
        Stands::Matched => return Err(PlanRefusal::Matched),
        Stands::Promised | Stands::Sent | Stands::Returned => {}
    }
    let take_back = async |tx: &mut Tx, person: &Person, entry| {
        ledger::reverse(tx, entry, today(&fund, now), "a grant did not reach its group", Some(&person.reference), now).await
    };
    if let Some(payment) = whole.payment() {
        let standing = store::standing_entry(tx, payment.entry_id).await?;
        take_back(tx, &person, standing).await?;
    }
    take_back(tx, &person, grant.entry_id).await?;
    if !store::end(tx, grant.id, why, now).await? {
        return Err(PlanRefusal::Changed);
    }
    if !whole.sent.is_empty() {
        tell(tx, &fund, grant, (GrantStands::Returned, "")).await?;
    }
    tell(tx, &fund, grant, (GrantStands::Ended, why.as_str())).await?;
    audit::write(tx, Some(person.id), "grant.ended", &subject(grant), why.as_str(), now).await?;
    operation::done(tx, operation, &grant.number, now).await?;
    Ok(grant.id)
}

/// A grant with its fund and the pool locked (safety rule MO5).
pub(super) async fn locked(tx: &mut Tx, number: &str) -> Result<(Fund, WholeGrant), PlanRefusal> {
    // What names the fund never changes, so it may be read before the lock; the rest is read after it.
    let named = find(tx, number).await?.ok_or(PlanRefusal::NotFound)?;
    let fund = lock(tx, named.grant.fund_id).await?;
    let whole = find(tx, number).await?.ok_or(PlanRefusal::NotFound)?;
    Ok((fund, whole))
}

pub(super) fn subject(grant: &Grant) -> String {
    format!("grant {}", grant.number)
}

/// Has the public told of what happened to a grant.
async fn tell(tx: &mut Tx, fund: &Fund, grant: &Grant, (stands, text): (GrantStands, &str)) -> sqlx::Result<()> {
    let told = passed::Grant { text: text.to_owned(), ..told(grant, stands) };
    publication::announce(tx, fund.id, &Record::Grant(told)).await
}

/// What happened to a grant, as a record of the public log says it, without words.
pub(super) fn told(grant: &Grant, stands: GrantStands) -> passed::Grant {
    let (plan, to, amount_minor) = (grant.plan, grant.name.clone(), grant.amount_minor);
    passed::Grant { n: 0, week: String::new(), plan, to, amount_minor, stands, text: String::new(), letter: None, copy: None }
}
