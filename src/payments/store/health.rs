//! The statements over how the way between Stripe and us is.

use crate::clock::Instant;
use crate::db::Tx;
use crate::run;

use super::super::health::{EndpointState, Health};

pub(in crate::payments) async fn health(tx: &mut Tx) -> sqlx::Result<Health> {
    const SQL: &str = "SELECT all_asked_at, endpoint_state, endpoint_checked_at FROM stripe_sync WHERE id = 1";
    run!(tx, fetch_one, sqlx::query_as(SQL))
}

/// When the first of the newest deliveries arrived that came after a moment. Two hundred are looked at: of a rush the rest is as late.
pub(in crate::payments) async fn first_arrival_after(tx: &mut Tx, after: Instant) -> sqlx::Result<Option<Instant>> {
    const SQL: &str = "SELECT MIN(received_at) FROM delivery
        WHERE id > (SELECT MAX(id) - 200 FROM delivery) AND seen > 0 AND received_at > $1";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(after))
}

pub(in crate::payments) async fn worst_since(tx: &mut Tx, hour: i64) -> sqlx::Result<Option<i64>> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT MAX(worst_secs) FROM sync_lag WHERE hour >= $1").bind(hour))
}

pub(in crate::payments) async fn note_lag(tx: &mut Tx, hour: i64, secs: i64) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO sync_lag (hour, worst_secs) VALUES ($1, $2)
        ON CONFLICT (hour) DO UPDATE SET worst_secs = excluded.worst_secs WHERE sync_lag.worst_secs < excluded.worst_secs";
    run!(tx, execute, sqlx::query(SQL).bind(hour).bind(secs)).map(drop)
}

pub(in crate::payments) async fn forget_before(tx: &mut Tx, hour: i64) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM sync_lag WHERE hour < $1").bind(hour)).map(drop)
}

pub(in crate::payments) async fn note_endpoint(tx: &mut Tx, state: EndpointState, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE stripe_sync SET endpoint_state = $1, endpoint_checked_at = $2 WHERE id = 1";
    run!(tx, execute, sqlx::query(SQL).bind(state).bind(now)).map(drop)
}

pub(in crate::payments) async fn ask_for_all(tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE stripe_sync SET all_asked_at = $1 WHERE id = 1").bind(now)).map(drop)
}

pub(in crate::payments) async fn all_fetched(tx: &mut Tx, asked_at: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE stripe_sync SET all_asked_at = NULL WHERE id = 1 AND all_asked_at <= $1";
    run!(tx, execute, sqlx::query(SQL).bind(asked_at)).map(drop)
}

pub(in crate::payments) async fn running_gifts(tx: &mut Tx) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM stripe_object WHERE object = 'subscription' AND status IN ('active', 'trialing', 'past_due')";
    run!(tx, fetch_one, sqlx::query_scalar(SQL))
}
