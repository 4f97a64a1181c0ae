//! The statements over lines, elements that are no lines yet, and how far the list has been read.

use std::collections::HashSet;

use crate::clock::Instant;
use crate::db::{Tx, rows};
use crate::{insert_rows, run, run_in};

use super::super::line::{Line, LineId, LineState};
use super::super::progress::{Progress, Total, UnreadElement};

/// All columns of a line, in the order of its INSERT.
macro_rules! line_columns {
    ($head:literal, $type:literal, $tail:literal) => {
        concat!(
            $head,
            "id, created, ",
            $type,
            ", reporting_category, balance_type, currency, amount_minor, fee_minor, net_minor, available_on, status, source_id, ",
            "source_object, source_status, charge_id, payment_intent, fund_ref, donation_ref, subscription_id, shown_minor, shown_currency, paid_with, state, reason, ",
            "seen_at, waits_until",
            $tail
        )
    };
}

/// Inserts lines that are not known; gives how many were new.
pub(in crate::payments) async fn insert(tx: &mut Tx, lines: &[&Line]) -> sqlx::Result<u64> {
    const HEAD: &str = line_columns!("INSERT INTO stripe_line (", "type", ")");
    insert_rows!(
        tx,
        HEAD,
        lines,
        |line| [
            &line.id,
            line.created,
            &line.kind,
            &line.reporting_category,
            &line.balance_type,
            line.currency,
            line.amount_minor,
            line.fee_minor,
            line.net_minor,
            line.available_on,
            &line.status,
            &line.source_id,
            &line.source_object,
            &line.source_status,
            &line.charge_id,
            &line.payment_intent,
            &line.fund_ref,
            &line.donation_ref,
            &line.subscription_id,
            line.shown_minor,
            line.shown_currency,
            &line.paid_with,
            line.state,
            &line.reason,
            line.seen_at,
            line.waits_until,
        ],
        "ON CONFLICT (id) DO NOTHING"
    )
}

/// Those of these lines that are known.
pub(in crate::payments) async fn known(tx: &mut Tx, lines: &[Line]) -> sqlx::Result<Vec<Line>> {
    const HEAD: &str = line_columns!("SELECT ", "type AS kind", " FROM stripe_line WHERE id IN");
    let ids: Vec<&LineId> = lines.iter().map(|line| &line.id).collect();
    run_in!(tx, query_as, HEAD, &ids)
}

pub(in crate::payments) async fn find(tx: &mut Tx, id: &LineId) -> sqlx::Result<Option<Line>> {
    const SQL: &str = line_columns!("SELECT ", "type AS kind", " FROM stripe_line WHERE id = $1");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

/// Renews the two notes a line may change.
pub(in crate::payments) async fn renew_notes(tx: &mut Tx, line: &Line) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE stripe_line SET status = $2, available_on = $3 WHERE id = $1";
    run!(tx, execute, sqlx::query(SQL).bind(&line.id).bind(&line.status).bind(line.available_on)).map(drop)
}

/// Writes what was learned of a line's source. A line that is booked meanwhile keeps what it was booked with.
pub(in crate::payments) async fn save_source(tx: &mut Tx, line: &Line) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE stripe_line SET source_object = $2, source_status = $3, charge_id = $4, payment_intent = $5, fund_ref = $6,
        donation_ref = $7, subscription_id = $8, shown_minor = $9, shown_currency = $10, waits_until = $11, paid_with = $12 WHERE id = $1 AND state = 'new'";
    let statement = run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(&line.id)
            .bind(&line.source_object)
            .bind(&line.source_status)
            .bind(&line.charge_id)
            .bind(&line.payment_intent)
            .bind(&line.fund_ref)
            .bind(&line.donation_ref)
            .bind(&line.subscription_id)
            .bind(line.shown_minor)
            .bind(line.shown_currency)
            .bind(line.waits_until)
            .bind(&line.paid_with)
    );
    statement.map(drop)
}

/// Lines ready to be booked, by (created, id).
pub(in crate::payments) async fn bookable(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Line>> {
    const SQL: &str = line_columns!(
        "SELECT ",
        "type AS kind",
        " FROM stripe_line WHERE state = 'new' AND (waits_until IS NULL OR waits_until <= $1) ORDER BY created, id LIMIT $2"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(now).bind(limit))
}

/// Lines whose source or joins must still be asked for, after (`created`, `id`) in that order.
pub(in crate::payments) async fn incomplete(tx: &mut Tx, after: (i64, &str), limit: i64) -> sqlx::Result<Vec<Line>> {
    const SQL: &str = line_columns!(
        "SELECT ",
        "type AS kind",
        " FROM stripe_line WHERE state = 'new' AND waits_until IS NOT NULL AND (created > $1 OR (created = $1 AND id > $2))
         ORDER BY created, id LIMIT $3"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(after.0).bind(after.1).bind(limit))
}

/// The line of the charge itself, for what its metadata said.
pub(in crate::payments) async fn of_charge(tx: &mut Tx, charge_id: &str) -> sqlx::Result<Option<Line>> {
    const SQL: &str = line_columns!(
        "SELECT ",
        "type AS kind",
        " FROM stripe_line WHERE charge_id = $1 AND source_object = 'charge' ORDER BY created, id LIMIT 1"
    );
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(charge_id))
}

/// The charges among these whose own counter-line is known: bank debits that came back.
pub(in crate::payments) async fn bounced(tx: &mut Tx, charge_ids: &[&str]) -> sqlx::Result<HashSet<String>> {
    const HEAD: &str = "SELECT charge_id FROM stripe_line
         WHERE (reporting_category = 'charge_failure' OR type IN ('payment_failure_refund', 'payment_reversal')) AND charge_id IN";
    Ok(run_in!(tx, query_scalar, HEAD, charge_ids)?.into_iter().collect())
}

pub(in crate::payments) async fn set_state(tx: &mut Tx, id: &LineId, state: LineState, reason: Option<&str>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE stripe_line SET state = $2, reason = $3, waits_until = NULL WHERE id = $1";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(state).bind(reason)).map(drop)
}

/// Marks many lines at once; a line that is not `new` any more stays as it is, and is not counted.
pub(in crate::payments) async fn settle(tx: &mut Tx, ids: &[LineId]) -> sqlx::Result<u64> {
    const HEAD: &str = "UPDATE stripe_line SET state = 'booked', reason = NULL, waits_until = NULL WHERE state = 'new' AND id IN";
    let mut settled = 0;
    for piece in rows::pieces(ids) {
        settled += run!(tx, execute, {
            let mut statement = sqlx::query(rows::list(HEAD, 1, piece.len()));
            for id in piece {
                statement = statement.bind(id);
            }
            statement
        })?;
    }
    Ok(settled)
}

pub(in crate::payments) async fn in_state(tx: &mut Tx, state: LineState, after: &str, limit: i64) -> sqlx::Result<Vec<Line>> {
    const SQL: &str = line_columns!("SELECT ", "type AS kind", " FROM stripe_line WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(state).bind(after).bind(limit))
}

pub(in crate::payments) async fn count_new(tx: &mut Tx) -> sqlx::Result<i64> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM stripe_line WHERE state = 'new'"))
}

/// Per currency, the net of the lines of the ordinary balance stamped before `until`.
pub(in crate::payments) async fn totals(tx: &mut Tx, until: i64) -> sqlx::Result<Vec<Total>> {
    const SQL: &str = "SELECT currency, CAST(SUM(net_minor) AS BIGINT) AS net_minor, COUNT(*) AS lines FROM stripe_line
        WHERE created < $1 AND COALESCE(balance_type, 'payments') = 'payments' GROUP BY currency ORDER BY currency";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(until))
}

/// Per currency, the net of the lines stamped before `until` that mirror what Stripe holds in reserve.
pub(in crate::payments) async fn reserved_totals(tx: &mut Tx, until: i64) -> sqlx::Result<Vec<Total>> {
    const SQL: &str = "SELECT currency, CAST(SUM(net_minor) AS BIGINT) AS net_minor, COUNT(*) AS lines FROM stripe_line
        WHERE balance_type = 'risk_reserved' AND created < $1 GROUP BY currency ORDER BY currency";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(until))
}

pub(in crate::payments) async fn newest_stamp(tx: &mut Tx) -> sqlx::Result<Option<i64>> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT MAX(created) FROM stripe_line"))
}

pub(in crate::payments) async fn oldest_stamp(tx: &mut Tx) -> sqlx::Result<Option<i64>> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT MIN(created) FROM stripe_line"))
}

pub(in crate::payments) async fn progress(tx: &mut Tx) -> sqlx::Result<Progress> {
    const SQL: &str =
        "SELECT newest, slice_from, slice_after, complete_at, opens_at, opened_at, tied_at, tie_broken_at FROM stripe_sync WHERE id = 1";
    run!(tx, fetch_one, sqlx::query_as(SQL))
}

pub(in crate::payments) async fn save_place(tx: &mut Tx, slice_from: i64, slice_after: Option<&str>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE stripe_sync SET slice_from = $1, slice_after = $2 WHERE id = 1";
    run!(tx, execute, sqlx::query(SQL).bind(slice_from).bind(slice_after)).map(drop)
}

pub(in crate::payments) async fn complete(tx: &mut Tx, newest: i64, now: Instant) -> sqlx::Result<()> {
    const SQL: &str =
        "UPDATE stripe_sync SET newest = CASE WHEN newest < $1 THEN $1 ELSE newest END, slice_from = NULL, slice_after = NULL,
        complete_at = $2 WHERE id = 1";
    run!(tx, execute, sqlx::query(SQL).bind(newest).bind(now)).map(drop)
}

/// Names the day the books open; refused (false) once lines have been booked under another.
pub(in crate::payments) async fn set_opens_at(tx: &mut Tx, opens_at: i64) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE stripe_sync SET opens_at = $1 WHERE id = 1 AND opened_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM stripe_line WHERE state = 'booked')";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(opens_at))? > 0)
}

/// Brings the lines that are read already in step with the day the books open.
pub(in crate::payments) async fn note_before(tx: &mut Tx, opens_at: i64, reason: &str) -> sqlx::Result<()> {
    const NOTE: &str = "UPDATE stripe_line SET state = 'noted', reason = $2, waits_until = NULL WHERE created < $1 AND state = 'new'";
    const BOOK: &str = "UPDATE stripe_line SET state = 'new', reason = NULL WHERE created >= $1 AND state = 'noted' AND reason = $2";
    run!(tx, execute, sqlx::query(NOTE).bind(opens_at).bind(reason))?;
    run!(tx, execute, sqlx::query(BOOK).bind(opens_at).bind(reason)).map(drop)
}

pub(in crate::payments) async fn set_opened(tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE stripe_sync SET opened_at = $1 WHERE id = 1").bind(now)).map(drop)
}

/// Notes whether ledger and Stripe agreed; the moment they first did not is kept until they do again.
pub(in crate::payments) async fn set_tie(tx: &mut Tx, holds: bool, now: Instant) -> sqlx::Result<()> {
    const HOLDS: &str = "UPDATE stripe_sync SET tied_at = $1, tie_broken_at = NULL WHERE id = 1";
    const BROKEN: &str = "UPDATE stripe_sync SET tie_broken_at = COALESCE(tie_broken_at, $1) WHERE id = 1";
    run!(tx, execute, sqlx::query(if holds { HOLDS } else { BROKEN }).bind(now)).map(drop)
}

pub(in crate::payments) async fn save_unread(tx: &mut Tx, id: &str, reason: &str, body: &[u8], now: Instant) -> sqlx::Result<u64> {
    const SQL: &str = "INSERT INTO unread_line (id, reason, body, first_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, body = excluded.body, resolved_at = NULL";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(reason).bind(body).bind(now))
}

pub(in crate::payments) async fn unread(tx: &mut Tx, after: &str, limit: i64) -> sqlx::Result<Vec<UnreadElement>> {
    const SQL: &str = "SELECT id, reason, body, first_at FROM unread_line WHERE resolved_at IS NULL AND id > $1 ORDER BY id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(after).bind(limit))
}

pub(in crate::payments) async fn has_unread(tx: &mut Tx) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT id FROM unread_line WHERE resolved_at IS NULL LIMIT 1";
    let found: Option<String> = run!(tx, fetch_optional, sqlx::query_scalar(SQL))?;
    Ok(found.is_some())
}

pub(in crate::payments) async fn resolve_unread(tx: &mut Tx, id: &str, now: Instant) -> sqlx::Result<u64> {
    const SQL: &str = "UPDATE unread_line SET resolved_at = $2 WHERE id = $1 AND resolved_at IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(now))
}
