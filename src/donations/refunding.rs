//! Refunds: asked for, agreed to by others, sent to Stripe once, followed to their end. The books move by Stripe's line alone; cash that is
//! handed over is booked here. Not here: who must agree (`approvals`).
//!
//! The row is the outbox (safety rule MO12): agreed, it is `approved`; before the call it becomes `sent`; after it, it has Stripe's id. A
//! process that dies in between leaves a row that is `sent` and has none: the next one looks at Stripe for a refund that bears our
//! reference, and asks again under the same key only where there is none.

use super::by_hand::{self, HandError};
use super::offline::OfflineKind;
use super::refund::{Left, NewRefund, Refund, RefundState, RefundWay};
use super::store::refunds as rows;
use super::{Donation, State, repeating, store};
use crate::approvals::{self, NewProposal, Proposal, Subject};
use crate::clock::{Clock, Instant};
use crate::db::{Db, Tx};
use crate::funds;
use crate::ids::{DonationId, Entropy, RefundId};
use crate::ledger::{self, NewEntry, NewPosting, Source, chart};
use crate::money::Money;
use crate::payments::alert::{self, AlertKind, Said};
use crate::payments::object::ObjectState;
use crate::payments::{self, GatewayError, Payments, about};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit};
use crate::transact;

/// How many refunds one round sends or looks at.
const BATCH: i64 = 50;

/// What can still go back of a gift, by what we decided and by what Stripe says.
///
/// # Errors
/// When the database is gone.
pub async fn left(tx: &mut Tx, gift: &Donation) -> sqlx::Result<Left> {
    let currency = gift.settled_currency.unwrap_or(gift.currency);
    let of = |minor| Money::new(minor, currency);
    let ours = rows::of_donation(tx, gift.id).await?;
    let counts = |refund: &&Refund| !matches!(refund.state, RefundState::Failed | RefundState::Rejected);
    let mut back = ours.iter().filter(counts).fold(0_i64, |sum, refund| sum.saturating_add(refund.amount_minor));
    let mut disputed = false;
    if let Some(charge) = &gift.charge_id {
        for seen in about::refunds(tx, charge).await?.iter().filter(|seen| seen.counts()) {
            // What was refunded elsewhere counts as well; what is ours is counted already.
            if !ours.iter().any(|refund| refund.stripe_id.as_deref() == Some(&*seen.id)) {
                back = back.saturating_add(seen.amount_minor);
            }
        }
        disputed = about::is_disputed(tx, charge).await?;
    }
    let allows = funds::find(tx, gift.fund_id).await?.is_some_and(|fund| fund.state.allows(funds::Act::Refund));
    let paid = gift.settled_minor.filter(|_| gift.state == State::Paid).unwrap_or(0);
    let by_hand = if gift.charge_id.is_none() { super::arriving::of_donation(tx, gift.id).await? } else { None };
    let way = match (&gift.charge_id, by_hand) {
        // A gift that settled in another currency is counted in two; Stripe's own page shows both.
        (Some(_), _) if gift.currency == currency => Some(RefundWay::Stripe),
        (None, Some(by_hand)) if by_hand.kind == OfflineKind::Cash => Some(RefundWay::Cash),
        _ => None,
    };
    // What a fund that is closed gives back would not be there.
    let way = way.filter(|_| allows);
    let fee = of(gift.settled_fee_minor.unwrap_or(0));
    Ok(Left { paid: of(paid), fee, back: of(back), most: of(paid.saturating_sub(back).max(0)), way, disputed })
}

/// Asks for money to go back, and gives the refund's reference. Others must agree: at least one, more where the sum is above a tier.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn ask(
    tx: &mut Tx,
    number: &str,
    new: &NewRefund,
    operation: &Operation,
    actor: Actor,
    entropy: &Entropy,
    now: Instant,
) -> Result<String, HandError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    if let Some(reference) = operation::find_result(tx, operation).await? {
        return Ok(reference);
    }
    let gift = store::listing::find_by_number(tx, number).await?.ok_or(HandError::NotFound)?;
    by_hand::lock_money(tx, gift.fund_id).await?;
    let gift = store::find(tx, gift.id).await?.ok_or(HandError::NotFound)?;
    let left = left(tx, &gift).await?;
    let way = left.way.ok_or(HandError::NotFound)?;
    check(&left, new.amount)?;
    let account = super::arriving::of_donation(tx, gift.id).await?.map(|by_hand| by_hand.account);
    let reference = entropy.reference();
    let id = rows::insert(tx, &rows::NewRow { reference: &reference, gift: &gift, way, account, new }, actor.person, now).await?;
    let mut payload =
        format!("gift: {number}\nway: {way}\namount: {}\nreason: {}\nnote: {}", new.amount.for_people(), new.reason, new.note);
    if let Some(stops) = new.stop_repeat {
        payload += if stops { "\nrepeat: stopped" } else { "\nrepeat: goes on" };
    }
    let proposal = NewProposal {
        subject: Subject::Refund,
        subject_id: id.to_string(),
        fund: gift.fund_id,
        amount: Some(new.amount),
        // Parts of one gift that go back within a week count together: no refund is split under a tier.
        payee: Some(format!("gift {}", gift.id)),
        payload,
        hands: Vec::new(),
        at_least: 1,
        more: 0,
    };
    approvals::propose(tx, actor.person, &proposal, now).await?;
    if new.stop_repeat == Some(true) {
        repeating::stop_of(tx, gift.id, actor.person, now).await?;
    }
    super::asking_back::answered(tx, gift.id, actor.person, now).await?;
    audit::write(tx, Some(actor.person), "refund_asked", &subject(id), new.reason.as_str(), now).await?;
    operation::done(tx, operation, &reference, now).await?;
    Ok(reference)
}

fn check(left: &Left, amount: Money) -> Result<(), HandError> {
    if left.disputed {
        return Err(HandError::InDispute);
    }
    if amount.minor < 1 || amount.currency != left.most.currency || amount.minor > left.most.minor {
        return Err(HandError::AtMost(left.most));
    }
    Ok(())
}

/// Locks what a refund draws on, before anything about it is decided (safety rule MO5).
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn lock(tx: &mut Tx, proposal: &Proposal) -> Result<(), HandError> {
    by_hand::lock_money(tx, proposal.fund_id).await.map(drop)
}

/// Does what others agreed to: Stripe is asked next, or cash is handed over and booked.
///
/// # Errors
/// [`HandError`], with nothing written: the gift may be in dispute by now.
pub async fn carry_out(tx: &mut Tx, proposal: &Proposal, now: Instant) -> Result<(), HandError> {
    let refund = of_proposal(tx, proposal).await?;
    let gift = store::find(tx, refund.donation_id).await?.ok_or(HandError::NotFound)?;
    let left = left(tx, &gift).await?;
    // What is asked for counts as gone already, this refund with it.
    let back_without = left.back.minor.saturating_sub(refund.amount_minor);
    let most = Money::new(left.paid.minor.saturating_sub(back_without).max(0), left.paid.currency);
    check(&Left { most, ..left }, refund.amount())?;
    if !rows::move_on(tx, refund.id, RefundState::Asked, RefundState::Approved, None, now).await? {
        return Err(HandError::MovedOn);
    }
    if refund.way == RefundWay::Cash {
        hand_over(tx, &refund, now).await?;
    }
    Ok(audit::write(tx, None, "refund_approved", &subject(refund.id), "", now).await?)
}

/// Notes that somebody did not agree: nothing goes back.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn turn_down(tx: &mut Tx, proposal: &Proposal, now: Instant) -> Result<(), HandError> {
    let refund = of_proposal(tx, proposal).await?;
    let moved = rows::move_on(tx, refund.id, RefundState::Asked, RefundState::Rejected, None, now).await?;
    if moved { Ok(()) } else { Err(HandError::MovedOn) }
}

async fn of_proposal(tx: &mut Tx, proposal: &Proposal) -> Result<Refund, HandError> {
    let id = proposal.subject_id.parse().map(RefundId).map_err(|_| HandError::NotFound)?;
    rows::find(tx, id).await?.ok_or(HandError::NotFound)
}

/// Cash out of the box, against a signature on paper.
async fn hand_over(tx: &mut Tx, refund: &Refund, now: Instant) -> Result<(), HandError> {
    let account = refund.account.clone().ok_or(HandError::NotFound)?;
    let (amount, currency) = (refund.amount(), refund.currency);
    let held = ledger::balance_of(tx, &account).await?.get(&currency).copied().unwrap_or(0);
    if held < amount.minor {
        return Err(HandError::BoxHolds(Money::new(held.max(0), currency)));
    }
    let zone = funds::lock(tx, refund.fund_id).await?.ok_or(HandError::NotFound)?.time_zone;
    let locked = ledger::locked_months(tx).await?;
    let entry = NewEntry {
        source: Source::Gift,
        source_id: refund.reference.clone(),
        kind: "cash_refund",
        effective_on: ledger::first_open_day(now.day_in(&zone), &locked),
        memo: None,
        actor: Some(refund.asked_by.to_string()),
        reverses: None,
        postings: vec![
            NewPosting::of_fund(chart::REFUNDS, refund.fund_id, amount),
            NewPosting::pooled(account, Money::new(-amount.minor, currency)),
        ],
    };
    let entry = ledger::post(tx, &entry, now).await?.entry();
    if rows::finish_cash(tx, refund.id, entry, now).await? { Ok(()) } else { Err(HandError::MovedOn) }
}

/// Sends what was agreed to, finds what a lost answer left open, and follows what is on its way. Stripe's silence leaves all as it is.
///
/// # Errors
/// When the database is gone.
pub async fn send(payments: &Payments, db: &Db, clock: &Clock) -> sqlx::Result<()> {
    let waiting = rows::to_send(&mut db.begin_read().await?, BATCH).await?;
    for refund in waiting {
        let now = clock.now();
        let gift = store::find(&mut db.begin_read().await?, refund.donation_id).await?;
        let Some(charge) = gift.and_then(|gift| gift.charge_id) else { continue };
        let answer = ask_stripe(payments, db, &refund, &charge, now).await?;
        let noted: sqlx::Result<()> = match answer {
            Ok(state) => transact!(db, tx => note(tx, &refund, &state, now).await),
            Err(GatewayError::Refused { code, status, .. }) => {
                let code = code.unwrap_or_else(|| status.to_string());
                transact!(db, tx => fail(tx, &refund, &code, now).await)
            }
            Err(error @ GatewayError::RightMissing { .. }) => {
                alert::raise_alone(db, AlertKind::RightMissing, "refunds", &Said::new("refund-waits").because(&error), now).await.map(drop)
            }
            Err(error) => {
                tracing::warn!(%error, "a refund waits for Stripe");
                Ok(())
            }
        };
        noted?;
    }
    follow(db, clock).await
}

/// Asks Stripe for the refund, outside of any transaction; a row that was `sent` before is looked for first.
async fn ask_stripe(
    payments: &Payments,
    db: &Db,
    refund: &Refund,
    charge: &str,
    now: Instant,
) -> sqlx::Result<Result<ObjectState, GatewayError>> {
    if refund.state == RefundState::Sent {
        match payments.gateway().find_refund(charge, &refund.reference, now).await {
            Ok(Some(state)) => return Ok(Ok(state)),
            Ok(None) => {}
            Err(error) => return Ok(Err(error)),
        }
    } else {
        let id = refund.id;
        let moved: sqlx::Result<bool> =
            transact!(db, tx => rows::move_on(tx, id, RefundState::Approved, RefundState::Sent, None, now).await);
        if !moved? {
            // Another node took it on; it will be looked for in the next round.
            return Ok(Err(GatewayError::NotAsked("another node asks for this refund".to_owned())));
        }
    }
    Ok(payments.gateway().refund(charge, refund.amount(), &refund.reference, now).await)
}

async fn note(tx: &mut Tx, refund: &Refund, state: &ObjectState, now: Instant) -> sqlx::Result<()> {
    payments::store_objects(tx, std::slice::from_ref(state)).await?;
    rows::set_stripe_id(tx, refund.id, &state.id).await?;
    end(tx, refund, state, now).await
}

async fn fail(tx: &mut Tx, refund: &Refund, code: &str, now: Instant) -> sqlx::Result<()> {
    if rows::move_on(tx, refund.id, RefundState::Sent, RefundState::Failed, Some(code), now).await? {
        audit::write(tx, None, "refund_failed", &subject(refund.id), code, now).await?;
    }
    Ok(())
}

/// Moves a refund by what Stripe last said of it. One that succeeded may fail later: the money is then back in the fund.
async fn end(tx: &mut Tx, refund: &Refund, state: &ObjectState, now: Instant) -> sqlx::Result<()> {
    let to = match state.status.as_str() {
        "succeeded" => RefundState::Done,
        "failed" | "canceled" => RefundState::Failed,
        _ => return Ok(()),
    };
    let code = state.reason.as_deref().filter(|_| to == RefundState::Failed);
    let moved = rows::move_on(tx, refund.id, RefundState::Sent, to, code, now).await?
        || (to == RefundState::Failed && rows::move_on(tx, refund.id, RefundState::Done, to, code, now).await?);
    if moved {
        let act = if to == RefundState::Done { "refund_done" } else { "refund_failed" };
        audit::write(tx, None, act, &subject(refund.id), code.unwrap_or(""), now).await?;
    }
    Ok(())
}

/// Looks at what notices and nightly questions told of refunds that are on their way or done.
async fn follow(db: &Db, clock: &Clock) -> sqlx::Result<()> {
    let moving = {
        let tx = &mut db.begin_read().await?;
        let mut moving = Vec::new();
        for refund in rows::on_their_way(tx, BATCH).await? {
            let Some(id) = &refund.stripe_id else { continue };
            let Some(state) = payments::find_object(tx, id).await? else { continue };
            moving.push((refund, state));
        }
        moving
    };
    for (refund, state) in moving {
        let now = clock.now();
        let is_new = !matches!((refund.state, state.status.as_str()), (RefundState::Done, "succeeded"));
        if is_new {
            let moved: sqlx::Result<()> = transact!(db, tx => end(tx, &refund, &state, now).await);
            moved?;
        }
    }
    Ok(())
}

/// The refund of that reference.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Refund>> {
    rows::find_by_ref(tx, reference).await
}

/// The refunds of a gift, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn of_gift(tx: &mut Tx, gift: DonationId) -> sqlx::Result<Vec<Refund>> {
    rows::of_donation(tx, gift).await
}

/// The newest refunds, at most `limit`, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, before: Option<RefundId>, limit: i64) -> sqlx::Result<Vec<Refund>> {
    rows::list(tx, before.unwrap_or(RefundId(i64::MAX)), limit).await
}

/// Which of Stripe's refunds are ours; what is not among them was made at Stripe, outside approval.
///
/// # Errors
/// When the database is gone.
pub async fn ours(tx: &mut Tx, stripe_ids: &[&str]) -> sqlx::Result<Vec<String>> {
    rows::ours(tx, stripe_ids).await
}

/// What a fund gives back that was agreed to and that no line of Stripe's has booked yet, in minor units of its currency.
///
/// # Errors
/// When the database is gone.
pub async fn on_their_way(tx: &mut Tx, fund: &funds::Fund) -> sqlx::Result<i64> {
    rows::sum_on_their_way(tx, fund.id, fund.currency).await
}

/// How many refunds are asked for or on their way, and since when the oldest is.
///
/// # Errors
/// When the database is gone.
pub async fn open(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    rows::open(tx).await
}

fn subject(id: RefundId) -> String {
    format!("refund {id}")
}
