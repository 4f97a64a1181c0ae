//! No gift outlives its fund: once a fund winds down, everything at Stripe that could still charge somebody for it is found and stopped, again
//! and again until a whole pass finds nothing (stripe.md §8.2). One page of one list is one step, written down before the next: whoever dies in
//! between goes on from there, and every step may be done twice. Not here: asking Stripe to stop a gift (`stopping`).

use super::by_hand::HandError;
use super::repeat::{EndStep, Problem, RepeatsEnd, pause_secs};
use super::repeating;
use super::store::repeats as rows;
use crate::clock::{Clock, Instant};
use crate::db::{Db, Tx};
use crate::funds::{self, Fund};
use crate::ids::FundId;
use crate::payments::alert::{self, AlertKind, Said};
use crate::payments::checkout::Session;
use crate::payments::object::ObjectState;
use crate::payments::{self, GatewayError, Payments};
use crate::people::{self, Actor, Role, audit};
use crate::transact;

/// How many steps one round makes, so that neither the books nor a notice waits.
const STEPS: usize = 10;
/// How long a page of Stripe's that was asked for before the fund wound down may take to be there: the last pass begins after that.
const SETTLES_SECS: i64 = 60;
/// How soon a fund that is done with is looked at once more.
const AGAIN_SECS: i64 = 24 * 3600;
/// So many passes follow each other at once; later ones wait for longer and longer.
const SWIFT_PASSES: i64 = 5;

/// Decides that every gift to a fund stops, and begins to see to it. The fund takes no more gifts; twice is once.
///
/// # Errors
/// When the database is gone.
pub async fn wind_down(tx: &mut Tx, fund: &Fund, now: Instant) -> sqlx::Result<()> {
    if !rows::begin_end(tx, fund.id, now).await? {
        return Ok(());
    }
    let gifts = rows::ask_stop_of_fund(tx, fund.id, now).await?;
    audit::write(tx, None, "repeats_end_begun", &format!("fund {}", fund.slug), &gifts.to_string(), now).await
}

/// How far the stopping of all gifts of a fund has come; None: it was not begun.
///
/// # Errors
/// When the database is gone.
pub async fn of_fund(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<RepeatsEnd>> {
    rows::find_end(tx, fund).await
}

/// The ends that are not done with, the oldest fund first.
///
/// # Errors
/// When the database is gone.
pub async fn under_way(tx: &mut Tx) -> sqlx::Result<Vec<RepeatsEnd>> {
    rows::ends_under_way(tx).await
}

/// How many gifts of a fund Stripe may still charge, and how many of them it would not stop when it was asked; `most` at the most.
///
/// # Errors
/// When the database is gone.
pub async fn left(tx: &mut Tx, fund: FundId, most: i64) -> sqlx::Result<(i64, i64)> {
    rows::count_alive(tx, fund, most).await
}

/// Has Stripe asked at once about what failed: a person wants it so.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn try_again(tx: &mut Tx, fund: &Fund, actor: Actor, now: Instant) -> Result<(), HandError> {
    people::require(tx, actor, &[Role::Recorder]).await?;
    rows::stops_again(tx, fund.id, now).await?;
    Ok(audit::write(tx, Some(actor.person), "repeats_end_again", &format!("fund {}", fund.slug), "", now).await?)
}

/// Makes the next steps for every fund that takes no more gifts. Stripe's silence leaves all as it is.
///
/// # Errors
/// When the database is gone.
pub async fn go_on(payments: &Payments, db: &Db, clock: &Clock) -> sqlx::Result<()> {
    let over: Vec<Fund> = funds::list(&mut db.begin_read().await?).await?.into_iter().filter(|fund| fund.state.is_over()).collect();
    for fund in &over {
        if rows::find_end(&mut db.begin_read().await?, fund.id).await?.is_none() {
            let now = clock.now();
            let begun: sqlx::Result<()> = transact!(db, tx => wind_down(tx, fund, now).await);
            begun?;
        }
    }
    for _ in 0..STEPS {
        let due = if over.is_empty() { Vec::new() } else { rows::ends_due(&mut db.begin_read().await?, clock.now()).await? };
        let mut moved = false;
        for end in &due {
            let Some(fund) = over.iter().find(|fund| fund.id == end.fund_id) else { continue };
            moved |= step(payments, db, clock, (fund, end)).await?;
        }
        if !moved {
            break;
        }
    }
    Ok(())
}

/// Makes one step; false where it must wait.
async fn step(payments: &Payments, db: &Db, clock: &Clock, (fund, end): (&Fund, &RepeatsEnd)) -> sqlx::Result<bool> {
    let made = match end.step {
        EndStep::Pages => close_pages(payments, fund, end).await,
        EndStep::Gifts => find_gifts(payments, db, clock, (fund, end)).await?,
        EndStep::Stopping => Ok(all_stopped(db, end).await?),
        EndStep::Bills => void_bills(payments, db, clock, end).await?,
        EndStep::Done => Ok(next_pass(end, clock.now(), clock.now())),
    };
    let now = clock.now();
    let (next, moved) = match made {
        // What came of the step is the end's own state, so saving it twice is saving it once.
        Ok(next) => (RepeatsEnd { tries: 0, problem: None, ..finish(fund, next, now) }, true),
        Err(error) => {
            let problem = Problem::from(&error);
            tracing::warn!(%error, fund = fund.slug, step = %end.step, "the end of a fund's gifts waits for Stripe");
            if matches!(error, GatewayError::RightMissing { .. }) {
                let said = Said::new("repeat-stop-waits").because(&error);
                alert::raise_alone(db, AlertKind::RightMissing, "repeats", &said, now).await?;
            }
            let due_at = now.plus_secs(pause_secs(end.tries));
            (RepeatsEnd { tries: end.tries.saturating_add(1), problem: Some(problem), due_at, ..end.clone() }, false)
        }
    };
    let moved = moved && (next.step, &next.after_id, next.pass) != (end.step, &end.after_id, end.pass);
    if next != *end {
        let saved: sqlx::Result<()> = transact!(db, tx => rows::save_end(tx, &next).await);
        saved?;
    }
    Ok(moved)
}

/// The same at its next step or page, with so many more found alive.
fn at(end: &RepeatsEnd, step: EndStep, after_id: Option<String>, more: usize) -> RepeatsEnd {
    let found = end.found.saturating_add(i64::try_from(more).unwrap_or(i64::MAX));
    // What was done with is not, where something is found alive after all.
    let done_at = end.done_at.filter(|_| found == 0);
    RepeatsEnd { step, after_id, found, done_at, ..end.clone() }
}

/// The next pass, not before `due_at`.
fn next_pass(end: &RepeatsEnd, due_at: Instant, now: Instant) -> RepeatsEnd {
    let pass = end.pass.saturating_add(1);
    RepeatsEnd { step: EndStep::Pages, pass, pass_at: due_at.max(now), after_id: None, found: 0, due_at, ..end.clone() }
}

/// What follows a pass that came to its end: done where it found nothing, or another one.
fn finish(fund: &Fund, end: RepeatsEnd, now: Instant) -> RepeatsEnd {
    if end.step != EndStep::Done || end.found == 0 && end.pass_at >= end.begun_at.plus_secs(SETTLES_SECS) {
        // A fund that is closed is left alone: its key may be gone.
        let again_at = if fund.state == funds::State::Closed { Instant(i64::MAX) } else { now.plus_secs(AGAIN_SECS) };
        let is_done = end.step == EndStep::Done;
        let (done_at, due_at) = if is_done { (end.done_at.or(Some(now)), again_at) } else { (end.done_at, end.due_at) };
        return RepeatsEnd { due_at, done_at, ..end };
    }
    let settled_at = end.begun_at.plus_secs(SETTLES_SECS);
    let pause = if end.pass < SWIFT_PASSES { 0 } else { pause_secs(end.pass - SWIFT_PASSES) };
    let due_at = if end.found == 0 { settled_at } else { now.plus_secs(pause) };
    next_pass(&end, due_at, now)
}

/// Closes payment pages that a donor could still pay at.
async fn close_pages(payments: &Payments, fund: &Fund, end: &RepeatsEnd) -> Result<RepeatsEnd, GatewayError> {
    let (open, has_more) = payments.gateway().open_sessions(end.after_id.as_deref()).await?;
    let ours: Vec<&Session> = open.iter().filter(|page| page.references.fund.as_deref() == Some(&*fund.reference)).collect();
    for page in &ours {
        match payments.gateway().expire_session(&page.id, &format!("close-{}-{}", page.id, end.pass)).await {
            // A donor was faster: what that began is found next.
            Ok(_) | Err(GatewayError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let last = open.last().map(|page| page.id.clone()).filter(|_| has_more);
    let step = if last.is_some() { EndStep::Pages } else { EndStep::Gifts };
    Ok(at(end, step, last, ours.len()))
}

/// Reads a page of what repeats at Stripe; what is the fund's is decided to stop, and so is what Stripe's list does not tell of.
async fn find_gifts(
    payments: &Payments,
    db: &Db,
    clock: &Clock,
    (fund, end): (&Fund, &RepeatsEnd),
) -> sqlx::Result<Result<RepeatsEnd, GatewayError>> {
    let now = clock.now();
    let (alive, has_more) = match payments.gateway().subscriptions(None, end.after_id.as_deref(), now).await {
        Ok(page) => page,
        Err(error) => return Ok(Err(error)),
    };
    let last = alive.last().map(|gift| gift.id.clone()).filter(|_| has_more);
    let is_last = last.is_none();
    let ours: sqlx::Result<usize> = transact!(db, tx => take_up(tx, fund.id, (&alive, is_last), now).await);
    let ours = ours?;
    let step = if last.is_some() { EndStep::Gifts } else { EndStep::Stopping };
    Ok(Ok(at(end, step, last, ours)))
}

/// Takes up what Stripe says of a page of gifts; how many of them are the fund's. After the last page the others of the fund are to stop, too.
async fn take_up(tx: &mut Tx, fund: FundId, (alive, is_last): (&[ObjectState], bool), now: Instant) -> sqlx::Result<usize> {
    payments::store_objects(tx, alive).await?;
    let mut ours = 0;
    for gift in alive {
        repeating::hear(tx, gift, now).await?;
        ours += usize::from(rows::find_by_subscription(tx, &gift.id).await?.is_some_and(|repeat| repeat.fund_id == fund));
    }
    if is_last {
        rows::ask_stop_of_fund(tx, fund, now).await?;
    }
    Ok(ours)
}

/// Goes on once Stripe has confirmed each.
async fn all_stopped(db: &Db, end: &RepeatsEnd) -> sqlx::Result<RepeatsEnd> {
    let (alive, _) = rows::count_alive(&mut db.begin_read().await?, end.fund_id, 1).await?;
    Ok(at(end, if alive == 0 { EndStep::Bills } else { EndStep::Stopping }, None, 0))
}

/// Reads a page of open bills and makes those void that are the fund's: a bill can be paid although its gift has stopped.
async fn void_bills(payments: &Payments, db: &Db, clock: &Clock, end: &RepeatsEnd) -> sqlx::Result<Result<RepeatsEnd, GatewayError>> {
    let (open, last) = match payments.gateway().open_bills(None, end.after_id.as_deref(), clock.now()).await {
        Ok(page) => page,
        Err(error) => return Ok(Err(error)),
    };
    let mut found = 0;
    for bill in &open {
        let Some(subscription) = bill.parent_id.as_deref() else { continue };
        let repeat = rows::find_by_subscription(&mut db.begin_read().await?, subscription).await?;
        if repeat.is_none_or(|repeat| repeat.fund_id != end.fund_id) {
            continue;
        }
        found += 1;
        match payments.gateway().void_bill(&bill.id, &format!("void-{}-{}", bill.id, end.pass), clock.now()).await {
            // Paid or void meanwhile: the next pass looks again.
            Ok(_) | Err(GatewayError::Refused { .. }) => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    let step = if last.is_some() { EndStep::Bills } else { EndStep::Done };
    Ok(Ok(at(end, step, last, found)))
}
