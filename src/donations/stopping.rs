//! Asking Stripe to stop gifts that repeat. The row is the outbox (safety rule MO12): decided to stop, it is due; before the call the next time
//! is noted; after it, what Stripe answered. Whoever dies in between leaves a row that is due again, and stopping twice is stopping once.

use super::repeat::{Problem, Repeat, pause_secs};
use super::repeating;
use super::store::repeats as rows;
use crate::clock::{Clock, Instant};
use crate::db::{Db, Tx};
use crate::ids::RepeatId;
use crate::payments::alert::{self, AlertKind, Said};
use crate::payments::object::ObjectState;
use crate::payments::{self, GatewayError, Payments};
use crate::transact;

/// How many one round asks for, so that ten thousand of them keep neither the books nor a notice waiting.
const BATCH: i64 = 50;

/// Asks Stripe to stop what is due, at the pace of jobs; how many of them Stripe said have stopped. Only its own word counts: what it refuses to
/// stop it is asked about.
///
/// # Errors
/// When the database is gone.
pub async fn send(payments: &Payments, db: &Db, clock: &Clock) -> sqlx::Result<u64> {
    let due = rows::to_stop(&mut db.begin_read().await?, clock.now(), BATCH).await?;
    let mut stopped = 0;
    for repeat in due {
        match stop(payments, db, clock, &repeat).await? {
            Ok(has_stopped) => stopped += u64::from(has_stopped),
            Err(Problem::Unreachable) => {
                let until = clock.now().plus_secs(pause_secs(0));
                let waits: sqlx::Result<()> = transact!(db, tx => rows::stops_wait(tx, until).await);
                waits?;
                break;
            }
            Err(_) => {}
        }
    }
    Ok(stopped)
}

/// Asks Stripe to stop one; false: another node took it on, or Stripe has not done it yet.
async fn stop(payments: &Payments, db: &Db, clock: &Clock, repeat: &Repeat) -> sqlx::Result<Result<bool, Problem>> {
    let id = repeat.id;
    let again_at = clock.now().plus_secs(pause_secs(repeat.stop_tries));
    let mine: sqlx::Result<bool> = transact!(db, tx => rows::stop_tried(tx, id, again_at).await);
    if !mine? {
        return Ok(Ok(false));
    }
    // Stripe replays the first answer of a key, even a 500: each attempt has a key of its own, and none can do harm.
    let operation = format!("stop-{}-{}", repeat.subscription_id, repeat.stop_tries);
    match payments.gateway().cancel_subscription(&repeat.subscription_id, &operation, clock.now()).await {
        Ok(state) => {
            let now = clock.now();
            let noted: sqlx::Result<bool> = transact!(db, tx => note(tx, id, &state, now).await);
            Ok(Ok(noted?))
        }
        Err(error) => {
            let problem = Problem::from(&error);
            tracing::warn!(%error, repeat = id.0, "a gift could not be stopped; it is tried again");
            let noted: sqlx::Result<()> = transact!(db, tx => rows::stop_failed(tx, id, problem).await);
            noted?;
            if matches!(error, GatewayError::RightMissing { .. }) {
                let said = Said::new("repeat-stop-waits").because(&error);
                alert::raise_alone(db, AlertKind::RightMissing, "repeats", &said, clock.now()).await?;
            }
            Ok(Err(problem))
        }
    }
}

/// Takes up Stripe's answer; whether the gift has stopped by it.
async fn note(tx: &mut Tx, id: RepeatId, state: &ObjectState, now: Instant) -> sqlx::Result<bool> {
    payments::store_objects(tx, std::slice::from_ref(state)).await?;
    repeating::hear(tx, state, now).await?;
    Ok(rows::find(tx, id).await?.is_some_and(|repeat| repeat.stopped_at.is_some()))
}
