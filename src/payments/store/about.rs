//! The statements over what is known of one charge, and over open disputes.

use crate::db::Tx;
use crate::{run, run_in};

use super::super::line::Line;
use super::super::object::ObjectState;

macro_rules! select_line {
    ($tail:literal) => {
        concat!(
            "SELECT id, created, type AS kind, reporting_category, balance_type, currency, amount_minor, fee_minor, net_minor, available_on,
                    status, source_id, source_object, source_status, charge_id, payment_intent, fund_ref, donation_ref, subscription_id,
                    shown_minor, shown_currency, paid_with, state, reason, seen_at, waits_until FROM stripe_line ",
            $tail
        )
    };
}

macro_rules! select_object {
    ($tail:literal) => {
        concat!(
            "SELECT id, object, status, reason, charge_id, payment_intent, parent_id, fund_ref, donation_ref, amount_minor, currency, due_at,
                    told_at, updated_at FROM stripe_object ",
            $tail
        )
    };
}

pub(in crate::payments) async fn lines(tx: &mut Tx, charge_id: &str) -> sqlx::Result<Vec<Line>> {
    run!(tx, fetch_all, sqlx::query_as(select_line!("WHERE charge_id = $1 ORDER BY created, id LIMIT 100")).bind(charge_id))
}

pub(in crate::payments) async fn lines_of(tx: &mut Tx, charge_ids: &[&str]) -> sqlx::Result<Vec<Line>> {
    run_in!(tx, query_as, select_line!("WHERE charge_id IN"), charge_ids)
}

/// What these charges were paid with stands with their gifts from now on.
pub(in crate::payments) async fn forget_means(tx: &mut Tx, charge_ids: &[&str]) -> sqlx::Result<()> {
    let cleared: Vec<i64> =
        run_in!(tx, query_scalar, "UPDATE stripe_line SET paid_with = NULL WHERE paid_with IS NOT NULL AND charge_id IN", charge_ids)?;
    debug_assert!(cleared.is_empty(), "the statement returns nothing");
    Ok(())
}

pub(in crate::payments) async fn objects(tx: &mut Tx, charge_id: &str) -> sqlx::Result<Vec<ObjectState>> {
    run!(tx, fetch_all, sqlx::query_as(select_object!("WHERE charge_id = $1 ORDER BY told_at, id LIMIT 100")).bind(charge_id))
}

pub(in crate::payments) async fn open_disputes(tx: &mut Tx, after: &str, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    const SQL: &str = select_object!(
        "WHERE object = 'dispute' AND status NOT IN ('won', 'lost', 'warning_closed', 'prevented', 'charge_refunded', 'closed')
           AND (COALESCE(due_at, 9000000000000), id) > (COALESCE((SELECT COALESCE(due_at, 9000000000000) FROM stripe_object WHERE id = $1), 0), $1)
         ORDER BY COALESCE(due_at, 9000000000000), id LIMIT $2"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(after).bind(limit))
}

pub(in crate::payments) async fn ended_disputes(tx: &mut Tx, before: &str, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    const SQL: &str = select_object!(
        "WHERE object = 'dispute' AND status IN ('won', 'lost', 'warning_closed', 'prevented', 'charge_refunded', 'closed')
           AND (told_at, id) < (COALESCE((SELECT told_at FROM stripe_object WHERE id = $1), 9223372036854775807), $1)
         ORDER BY told_at DESC, id DESC LIMIT $2"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(before).bind(limit))
}

pub(in crate::payments) async fn recent_refunds(tx: &mut Tx, before: &str, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    const SQL: &str = select_object!(
        "WHERE object = 'refund'
           AND (told_at, id) < (COALESCE((SELECT told_at FROM stripe_object WHERE id = $1), 9223372036854775807), $1)
         ORDER BY told_at DESC, id DESC LIMIT $2"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(before).bind(limit))
}
