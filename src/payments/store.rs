//! The statements over deliveries, alerts and leases. Not here: lines and the sync (`store/lines.rs`), objects (`store/objects.rs`),
//! checks (`store/checks.rs`), the way itself (`store/health.rs`),
//! what opens it (`store/keys.rs`).

pub(super) mod about;
pub(super) mod checks;
pub(super) mod health;
pub(super) mod keys;
pub(super) mod lines;
pub(super) mod objects;
pub(super) mod parked;

use crate::clock::Instant;
use crate::db::{Db, Tx, rows};
use crate::ids::DeliveryId;
use crate::{run, run_alone};

use super::alert_kind::{Alert, AlertKind};
use super::delivery::{Arrival, Delivery, ParkedCount};

/// The most deliveries that are written together.
pub(super) const ARRIVALS_AT_ONCE: usize = 32;

/// Writes folded deliveries, at most [`ARRIVALS_AT_ONCE`], in one statement that is durable when this returns; an event that is known counts
/// as seen again and keeps all else.
pub(super) async fn save_arrivals(db: &Db, batch: &[Arrival]) -> sqlx::Result<()> {
    const HEAD: &str = "INSERT INTO delivery (event_id, type, created, received_at, seen, body, state, attempts, next_try_at, done_at)";
    const TAIL: &str = "ON CONFLICT (event_id) DO UPDATE SET seen = delivery.seen + excluded.seen";
    run_alone!(db, {
        let mut statement = sqlx::query(rows::values(db.places(), HEAD, 10, batch.len(), TAIL));
        for arrival in batch {
            statement = statement
                .bind(&arrival.event_id)
                .bind(&arrival.kind)
                .bind(arrival.created)
                .bind(arrival.received_at)
                .bind(arrival.seen)
                .bind(&arrival.body[..])
                .bind(arrival.state)
                .bind(0_i64)
                .bind(arrival.received_at)
                .bind(arrival.done_at());
        }
        statement
    })
    .map(drop)
}

/// Deliveries whose time has come, oldest first.
pub(super) async fn waiting_deliveries(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Delivery>> {
    const SQL: &str = "SELECT id, event_id, type AS kind, created, received_at, seen, body, state, reason, attempts, next_try_at
        FROM delivery WHERE state <> 'done' AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(now).bind(limit))
}

/// The newest delivery there is, whatever its state.
pub(super) async fn newest_delivery(tx: &mut Tx) -> sqlx::Result<Option<DeliveryId>> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT MAX(id) FROM delivery"))
}

pub(super) async fn finish_deliveries(tx: &mut Tx, ids: &[DeliveryId], now: Instant) -> sqlx::Result<()> {
    const HEAD: &str = "UPDATE delivery SET state = 'done', reason = NULL, attempts = attempts + 1, done_at = $1 WHERE id IN";
    for piece in rows::pieces(ids) {
        run!(tx, execute, {
            let mut statement = sqlx::query(rows::list(HEAD, 2, piece.len())).bind(now);
            for id in piece {
                statement = statement.bind(id);
            }
            statement
        })?;
    }
    Ok(())
}

pub(super) async fn park_delivery(tx: &mut Tx, id: DeliveryId, reason: &str, next_try_at: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE delivery SET state = 'parked', reason = $2, attempts = attempts + 1, next_try_at = $3 WHERE id = $1";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(reason).bind(next_try_at)).map(drop)
}

/// Brings every parked delivery forward: after an upgrade, what was not understood may be.
pub(super) async fn retry_parked(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    run!(tx, execute, sqlx::query("UPDATE delivery SET next_try_at = $1 WHERE state = 'parked' AND next_try_at > $1").bind(now))
}

pub(super) async fn parked_counts(tx: &mut Tx) -> sqlx::Result<Vec<ParkedCount>> {
    const SQL: &str = "SELECT COALESCE(reason, '') AS reason, COUNT(*) AS deliveries, MIN(received_at) AS oldest_at
        FROM delivery WHERE state <> 'done' AND state = 'parked' GROUP BY COALESCE(reason, '') ORDER BY COUNT(*) DESC, reason";
    run!(tx, fetch_all, sqlx::query_as(SQL))
}

/// Drops the sealed bodies of what was done before `before`; id, type, times and outcome stay.
pub(super) async fn clear_bodies(tx: &mut Tx, before: Instant, limit: i64) -> sqlx::Result<u64> {
    const SQL: &str = "UPDATE delivery SET body = NULL WHERE id IN
        (SELECT id FROM delivery WHERE state = 'done' AND body IS NOT NULL AND done_at < $1 ORDER BY done_at LIMIT $2)";
    run!(tx, execute, sqlx::query(SQL).bind(before).bind(limit))
}

pub(super) async fn known_event(tx: &mut Tx, event_id: &str) -> sqlx::Result<bool> {
    let found: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM delivery WHERE event_id = $1").bind(event_id))?;
    Ok(found > 0)
}

/// True when the alert was not standing.
pub(super) async fn raise_alert(tx: &mut Tx, kind: AlertKind, subject: &str, said: &str, now: Instant) -> sqlx::Result<bool> {
    const RENEW: &str = "UPDATE alert SET said = $3 WHERE kind = $1 AND subject = $2 AND cleared_at IS NULL";
    const RAISE: &str = "INSERT INTO alert (kind, subject, said, raised_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (kind, subject) DO UPDATE SET said = excluded.said, raised_at = excluded.raised_at, cleared_at = NULL,
            told_at = NULL";
    let standing = run!(tx, execute, sqlx::query(RENEW).bind(kind).bind(subject).bind(said))?;
    if standing == 0 {
        run!(tx, execute, sqlx::query(RAISE).bind(kind).bind(subject).bind(said).bind(now))?;
    }
    Ok(standing == 0)
}

pub(super) async fn clear_alert(tx: &mut Tx, kind: AlertKind, subject: &str, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE alert SET cleared_at = $3 WHERE kind = $1 AND subject = $2 AND cleared_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(kind).bind(subject).bind(now))? > 0)
}

pub(super) async fn alert_stands(tx: &mut Tx, kind: AlertKind, subject: &str) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM alert WHERE kind = $1 AND subject = $2 AND cleared_at IS NULL";
    let standing: i64 = run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(kind).bind(subject))?;
    Ok(standing > 0)
}

pub(super) async fn standing_alerts(tx: &mut Tx, behind: i64, limit: i64) -> sqlx::Result<Vec<Alert>> {
    const SQL: &str = "SELECT id, kind, subject, said, raised_at, cleared_at FROM alert
        WHERE cleared_at IS NULL AND ($1 = 0 OR (raised_at, id) < (SELECT raised_at, id FROM alert WHERE id = $1))
        ORDER BY raised_at DESC, id DESC LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(behind).bind(limit))
}

pub(super) async fn take_lease(tx: &mut Tx, name: &str, holder: &str, now: Instant, until: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO lease (name, holder, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
        WHERE lease.holder = excluded.holder OR lease.expires_at <= $4";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(name).bind(holder).bind(until).bind(now))? > 0)
}

pub(super) async fn renew_lease(tx: &mut Tx, name: &str, holder: &str, until: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE lease SET expires_at = $3 WHERE name = $1 AND holder = $2";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(name).bind(holder).bind(until))? > 0)
}

pub(super) async fn give_back_lease(tx: &mut Tx, name: &str, holder: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM lease WHERE name = $1 AND holder = $2").bind(name).bind(holder)).map(drop)
}
