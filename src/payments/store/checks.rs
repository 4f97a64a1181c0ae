//! The statements over checks: payouts held against their lines, lists of objects read again, deliveries that should have come.

use crate::clock::Instant;
use crate::db::{Tx, rows};
use crate::run;

use super::super::line::LineId;

/// Payouts with a line stamped from `since` on that were not found to hold yet, those first that were asked about longest ago.
pub(in crate::payments) async fn unchecked_payouts(tx: &mut Tx, since: i64, limit: i64) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT l.source_id FROM stripe_line l LEFT JOIN payout_check c ON c.payout_id = l.source_id
        WHERE l.type = 'payout' AND l.created >= $1 AND l.source_id IS NOT NULL AND c.settled_at IS NULL
        GROUP BY l.source_id ORDER BY MIN(COALESCE(c.tried_at, 0)), MIN(l.created), l.source_id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(since).bind(limit))
}

/// Notes how a payout's check came out: settled, it is not asked about again.
pub(in crate::payments) async fn note_payout(tx: &mut Tx, payout: &str, settled: bool, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO payout_check (payout_id, tried_at, settled_at) VALUES ($1, $2, $3)
        ON CONFLICT (payout_id) DO UPDATE SET tried_at = excluded.tried_at, settled_at = excluded.settled_at";
    run!(tx, execute, sqlx::query(SQL).bind(payout).bind(now).bind(settled.then_some(now))).map(drop)
}

/// Those of the lines that are known, with their net.
pub(in crate::payments) async fn known_nets(tx: &mut Tx, ids: &[LineId]) -> sqlx::Result<Vec<(LineId, i64)>> {
    const HEAD: &str = "SELECT id, net_minor FROM stripe_line WHERE id IN";
    let mut known = Vec::with_capacity(ids.len());
    for piece in rows::pieces(ids) {
        let some: Vec<(LineId, i64)> = run!(tx, fetch_all, {
            let mut statement = sqlx::query_as(rows::list(HEAD, 1, piece.len()));
            for id in piece {
                statement = statement.bind(id);
            }
            statement
        })?;
        known.extend(some);
    }
    Ok(known)
}
