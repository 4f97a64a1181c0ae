//! The statements over what is known of one charge, and over open disputes.

use crate::db::Tx;
use crate::db::rows::{list as places, pieces};
use crate::run;

use super::super::line::Line;
use super::super::object::ObjectState;

macro_rules! select_line {
    ($tail:literal) => {
        concat!(
            "SELECT id, created, type AS kind, reporting_category, balance_type, currency, amount_minor, fee_minor, net_minor, available_on,
                    status, source_id, source_object, source_status, charge_id, payment_intent, fund_ref, donation_ref, subscription_id,
                    shown_minor, shown_currency, state, reason, seen_at, waits_until FROM stripe_line ",
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
    let mut all = Vec::new();
    for piece in pieces(charge_ids, 1) {
        let found: Vec<Line> = run!(tx, fetch_all, {
            let mut statement = sqlx::query_as(places(select_line!("WHERE charge_id IN"), 1, piece.len()));
            for id in piece {
                statement = statement.bind(*id);
            }
            statement
        })?;
        all.extend(found);
    }
    Ok(all)
}

pub(in crate::payments) async fn objects(tx: &mut Tx, charge_id: &str) -> sqlx::Result<Vec<ObjectState>> {
    run!(tx, fetch_all, sqlx::query_as(select_object!("WHERE charge_id = $1 ORDER BY told_at, id LIMIT 100")).bind(charge_id))
}

pub(in crate::payments) async fn open_disputes(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    const SQL: &str = select_object!(
        "WHERE object = 'dispute' AND status NOT IN ('won', 'lost', 'warning_closed', 'prevented', 'charge_refunded', 'closed')
         ORDER BY COALESCE(due_at, 9000000000000), id LIMIT $1"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(limit))
}

pub(in crate::payments) async fn ended_disputes(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    const SQL: &str = select_object!(
        "WHERE object = 'dispute' AND status IN ('won', 'lost', 'warning_closed', 'prevented', 'charge_refunded', 'closed')
         ORDER BY told_at DESC, id DESC LIMIT $1"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(limit))
}

pub(in crate::payments) async fn recent_refunds(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    run!(tx, fetch_all, sqlx::query_as(select_object!("WHERE object = 'refund' ORDER BY told_at DESC, id DESC LIMIT $1")).bind(limit))
}
