//! The statements over checks: payouts held against their lines, lists of objects read again, deliveries that should have come.

use crate::clock::Instant;
use crate::db::Tx;
use crate::{run, run_in};

use super::super::alert_kind::{Alert, AlertKind};
use super::super::line::LineId;
use super::super::object::ObjectKind;

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
    run_in!(tx, query_as, HEAD, ids)
}

/// The newest stamp a list of objects ever told; None before it was first read to its end.
pub(in crate::payments) async fn newest_listed(tx: &mut Tx, kind: ObjectKind) -> sqlx::Result<Option<i64>> {
    run!(tx, fetch_optional, sqlx::query_scalar("SELECT newest FROM object_list WHERE object = $1").bind(kind))
}

pub(in crate::payments) async fn note_listed(tx: &mut Tx, kind: ObjectKind, newest: i64) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO object_list (object, newest) VALUES ($1, $2)
        ON CONFLICT (object) DO UPDATE SET newest = excluded.newest WHERE object_list.newest < excluded.newest";
    run!(tx, execute, sqlx::query(SQL).bind(kind).bind(newest)).map(drop)
}

/// When the newest delivery arrived; what only came when asked for does not count.
pub(in crate::payments) async fn newest_arrival(tx: &mut Tx) -> sqlx::Result<Option<Instant>> {
    const SQL: &str = "SELECT received_at FROM delivery WHERE seen > 0 ORDER BY id DESC LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_scalar(SQL))
}

/// The first line stamped after `stamped_after` (unix seconds) and seen by `seen_by` that Stripe announces: what it takes or holds for
/// itself comes without a word.
pub(in crate::payments) async fn first_announceable(tx: &mut Tx, stamped_after: i64, seen_by: Instant) -> sqlx::Result<Option<LineId>> {
    const SQL: &str = "SELECT id FROM stripe_line
        WHERE created > $1 AND seen_at <= $2 AND source_object IN ('charge', 'refund', 'dispute', 'payout') ORDER BY created, id LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_scalar(SQL).bind(stamped_after).bind(seen_by))
}

/// What alerts of one kind stand about.
pub(in crate::payments) async fn standing_subjects(tx: &mut Tx, kind: AlertKind) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT subject FROM alert WHERE kind = $1 AND cleared_at IS NULL ORDER BY subject";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(kind))
}

/// Alerts that stand and were not told by mail since they were raised, oldest first.
pub(in crate::payments) async fn untold_alerts(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Alert>> {
    const SQL: &str = "SELECT id, kind, subject, said, raised_at, cleared_at FROM alert WHERE cleared_at IS NULL AND told_at IS NULL
        ORDER BY raised_at, id LIMIT $1";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(limit))
}

/// True when it stood untold until now.
pub(in crate::payments) async fn note_told(tx: &mut Tx, kind: AlertKind, subject: &str, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE alert SET told_at = $3 WHERE kind = $1 AND subject = $2 AND cleared_at IS NULL AND told_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(kind).bind(subject).bind(now))? == 1)
}
