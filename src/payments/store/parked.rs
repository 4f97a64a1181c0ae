//! The statements over single deliveries that wait.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::DeliveryId;
use crate::run;

use super::super::parked::Parked;

macro_rules! select_parked {
    ($tail:literal) => {
        concat!(
            "SELECT id, event_id, type AS kind, created, received_at, seen, COALESCE(reason, '') AS reason, attempts, next_try_at
               FROM delivery ",
            $tail
        )
    };
}

pub(in crate::payments) async fn list(tx: &mut Tx, after: DeliveryId, limit: i64) -> sqlx::Result<Vec<Parked>> {
    const SQL: &str = select_parked!("WHERE state = 'parked' AND state <> 'done' AND +id > $1 ORDER BY id LIMIT $2");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(after).bind(limit))
}

pub(in crate::payments) async fn find(tx: &mut Tx, id: DeliveryId) -> sqlx::Result<Option<Parked>> {
    run!(tx, fetch_optional, sqlx::query_as(select_parked!("WHERE id = $1 AND state = 'parked'")).bind(id))
}

pub(in crate::payments) async fn retry(tx: &mut Tx, id: DeliveryId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE delivery SET next_try_at = $2 WHERE id = $1 AND state = 'parked'";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(now))? == 1)
}
