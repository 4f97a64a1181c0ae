//! The statements over what the ladder against card testing counts.

use super::super::ladder::{Brake, LATELY, Lately, MINUTE, Visit};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::DonationId;
use crate::{run, run_in};

/// Notes a refused card, once, and forgets those older than `since`.
pub(in crate::donations) async fn note_refused(
    tx: &mut Tx,
    id: &str,
    donation: Option<DonationId>,
    at: Instant,
    since: Instant,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO refused_card (id, donation_id, at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    run!(tx, execute, sqlx::query("DELETE FROM refused_card WHERE at < $1").bind(since))?;
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(donation).bind(at)).map(drop)
}

/// What was counted lately.
pub(in crate::donations) async fn lately(tx: &mut Tx, now: Instant) -> sqlx::Result<Lately> {
    const VISITS: &str = "SELECT COUNT(*) FROM donation WHERE origin = 'form' AND pledged_at > $1";
    const PAID: &str = "SELECT COUNT(*) FROM donation WHERE origin = 'form' AND pledged_at > $1 AND state = 'paid'";
    const REFUSED: &str = "SELECT COUNT(*) FROM refused_card WHERE at > $1";
    let (minute, five) = (now.plus_secs(-MINUTE), now.plus_secs(-LATELY));
    Ok(Lately {
        visits: run!(tx, fetch_one, sqlx::query_scalar(VISITS).bind(minute))?,
        refusals: run!(tx, fetch_one, sqlx::query_scalar(REFUSED).bind(five))?,
        paid: run!(tx, fetch_one, sqlx::query_scalar(PAID).bind(five))?,
    })
}

/// When these gifts began, whether they are paid, and how many cards were refused on each since `since`; in no order.
pub(in crate::donations) async fn visits(tx: &mut Tx, gifts: &[DonationId], since: Instant) -> sqlx::Result<Vec<Visit>> {
    const HEAD: &str =
        "SELECT d.pledged_at, d.state = 'paid', (SELECT COUNT(*) FROM refused_card r WHERE r.donation_id = d.id AND r.at > $1)
                          FROM donation d WHERE d.id IN";
    let rows: Vec<(Instant, bool, i64)> = run_in!(tx, query_as, HEAD, gifts, since)?;
    Ok(rows.into_iter().map(|(at, paid, refusals)| Visit { at, paid, refusals }).collect())
}

pub(in crate::donations) async fn brake(tx: &mut Tx) -> sqlx::Result<Brake> {
    const SQL: &str = "SELECT slowed_at, calm_since, paused_until, paused_at, pauses FROM giving_brake WHERE id = 1";
    run!(tx, fetch_one, sqlx::query_as(SQL))
}

/// Puts the brake where it stands now, unless another node moved it since it stood at `from`; whether it did.
pub(in crate::donations) async fn set_brake(tx: &mut Tx, from: &Brake, to: &Brake) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE giving_brake SET slowed_at = $1, calm_since = $2, paused_until = $3, paused_at = $4, pauses = $5
                        WHERE id = 1 AND pauses = $6 AND COALESCE(slowed_at, 0) = $7 AND COALESCE(paused_until, 0) = $8";
    let instant = |at: Option<Instant>| at.unwrap_or(Instant::from_unix_secs(0));
    let moved = run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(to.slowed_at)
            .bind(to.calm_since)
            .bind(to.paused_until)
            .bind(to.paused_at)
            .bind(to.pauses)
            .bind(from.pauses)
            .bind(instant(from.slowed_at))
            .bind(instant(from.paused_until))
    )?;
    Ok(moved == 1)
}

/// The checkout pages of gifts that began since `since` and are still open.
pub(in crate::donations) async fn open_sessions(tx: &mut Tx, since: Instant, limit: i64) -> sqlx::Result<Vec<(DonationId, String)>> {
    const SQL: &str = "SELECT id, session_id FROM donation
                        WHERE origin = 'form' AND pledged_at > $1 AND state = 'open' AND session_id IS NOT NULL ORDER BY pledged_at LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(since).bind(limit))
}
