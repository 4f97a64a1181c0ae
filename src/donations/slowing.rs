//! Slowing down who tests stolen cards at the give form, on all nodes alike. Not here: the rules (`ladder.rs`).

use super::ladder::{Brake, DAY, Rungs, Visit};
use super::{CHECKOUT_SECS, Progress, State, find_told, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::DonationId;
use crate::payments::alert::{self, AlertKind, Said};

/// Notes that a card was refused: `id` is its charge, or its payment where no charge was made, so that two notices of one refusal are one.
///
/// # Errors
/// When the database is gone.
pub async fn refused(tx: &mut Tx, id: &str, said: &Progress<'_>, at: Instant) -> sqlx::Result<()> {
    let gift = find_told(tx, said).await?.map(|gift| gift.id);
    store::ladder::note_refused(tx, id, gift, at, at.plus_secs(-DAY)).await
}

/// How far giving is slowed down.
///
/// # Errors
/// When the database is gone.
pub async fn brake(tx: &mut Tx) -> sqlx::Result<Brake> {
    store::ladder::brake(tx).await
}

/// The visits of one client, by the gifts they began.
///
/// # Errors
/// When the database is gone.
pub async fn visits(tx: &mut Tx, gifts: &[DonationId], now: Instant) -> sqlx::Result<Vec<Visit>> {
    store::ladder::visits(tx, gifts, now.plus_secs(-3_600)).await
}

/// Where the brake belongs after what happened lately; None: where it is.
///
/// # Errors
/// When the database is gone.
pub async fn due(tx: &mut Tx, rungs: &Rungs, now: Instant) -> sqlx::Result<Option<Brake>> {
    let brake = store::ladder::brake(tx).await?;
    let next = brake.after(store::ladder::lately(tx, now).await?, rungs, now);
    Ok((next != brake).then_some(next))
}

/// Moves the brake where it belongs, and tells treasurers of each step. Gives where it stands.
///
/// # Errors
/// When the database is gone.
pub async fn turn(tx: &mut Tx, rungs: &Rungs, now: Instant) -> sqlx::Result<Brake> {
    let before = store::ladder::brake(tx).await?;
    let Some(after) = due(tx, rungs, now).await? else { return Ok(before) };
    if !store::ladder::set_brake(tx, &before, &after).await? {
        return store::ladder::brake(tx).await;
    }
    tell(tx, &after, now).await?;
    Ok(after)
}

/// Lets giving go on before a pause is over; proof stays on.
///
/// # Errors
/// When the database is gone.
pub async fn lift(tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
    let before = store::ladder::brake(tx).await?;
    let after = before.lifted();
    if after != before && store::ladder::set_brake(tx, &before, &after).await? {
        tell(tx, &after, now).await?;
    }
    Ok(())
}

/// The pages at Stripe that are still open while giving is paused, at most `limit`: they are to be ended there.
///
/// # Errors
/// When the database is gone.
pub async fn to_end(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<(DonationId, String)>> {
    if brake(tx).await?.pause_secs(now).is_none() {
        return Ok(Vec::new());
    }
    store::ladder::open_sessions(tx, now.plus_secs(-CHECKOUT_SECS), limit).await
}

/// Notes that the page of a gift was ended.
///
/// # Errors
/// When the database is gone.
pub async fn ended(tx: &mut Tx, gift: DonationId, now: Instant) -> sqlx::Result<()> {
    match store::find(tx, gift).await?.filter(|gift| gift.state.moves_to(State::Expired)) {
        Some(gift) => store::set_progress(tx, gift.id, State::Expired, &Progress { at: Some(now), ..Progress::default() }).await,
        None => Ok(()),
    }
}

async fn tell(tx: &mut Tx, brake: &Brake, now: Instant) -> sqlx::Result<()> {
    let paused = brake.pause_secs(now).is_some();
    let steps = [
        (AlertKind::GivingSlowed, brake.slowed_at.is_some() && !paused, "giving-slowed"),
        (AlertKind::GivingPaused, paused, if brake.calls_for_people() { "giving-paused-again" } else { "giving-paused" }),
    ];
    for (kind, stands, says) in steps {
        if stands {
            alert::raise(tx, kind, "", &Said::new(says), now).await?;
        } else {
            alert::clear(tx, kind, "", now).await?;
        }
    }
    Ok(())
}
