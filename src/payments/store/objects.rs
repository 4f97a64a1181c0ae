//! The statements over the state of Stripe's objects.

use crate::clock::Instant;
use crate::db::Tx;
use crate::run;

use super::super::object::{ObjectKind, ObjectState};

macro_rules! object_columns {
    ($head:literal, $tail:literal) => {
        concat!(
            $head,
            "id, object, status, reason, charge_id, payment_intent, parent_id, fund_ref, donation_ref, amount_minor, currency, due_at, ",
            "told_at, updated_at",
            $tail
        )
    };
}

/// Writes what an object says now. Told by a notice, it replaces only what was told no later; asked by us, it replaces all.
///
/// What an invoice payment was found to be a turn of stays, for the event that repeats it does not tell.
pub(in crate::payments) async fn save(tx: &mut Tx, state: &ObjectState, was_asked: bool) -> sqlx::Result<bool> {
    const SQL: &str = object_columns!(
        "INSERT INTO stripe_object (",
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (id) DO UPDATE SET status = excluded.status, reason = excluded.reason,
            charge_id = COALESCE(excluded.charge_id, stripe_object.charge_id),
            payment_intent = COALESCE(excluded.payment_intent, stripe_object.payment_intent),
            parent_id = COALESCE(excluded.parent_id, stripe_object.parent_id),
            fund_ref = COALESCE(excluded.fund_ref, stripe_object.fund_ref),
            donation_ref = COALESCE(excluded.donation_ref, stripe_object.donation_ref),
            amount_minor = COALESCE(excluded.amount_minor, stripe_object.amount_minor),
            currency = COALESCE(excluded.currency, stripe_object.currency),
            due_at = excluded.due_at, told_at = excluded.told_at, updated_at = excluded.updated_at
        WHERE $15 = 1 OR stripe_object.told_at <= excluded.told_at"
    );
    let changed = run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(&state.id)
            .bind(state.object)
            .bind(&state.status)
            .bind(&state.reason)
            .bind(&state.charge_id)
            .bind(&state.payment_intent)
            .bind(&state.parent_id)
            .bind(&state.fund_ref)
            .bind(&state.donation_ref)
            .bind(state.amount_minor)
            .bind(state.currency)
            .bind(state.due_at)
            .bind(state.told_at)
            .bind(state.updated_at)
            .bind(i64::from(was_asked))
    )?;
    Ok(changed > 0)
}

pub(in crate::payments) async fn find(tx: &mut Tx, id: &str) -> sqlx::Result<Option<ObjectState>> {
    const SQL: &str = object_columns!("SELECT ", " FROM stripe_object WHERE id = $1");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

/// The joins of one payment with invoices: invoice payments, and invoices of the time when they named their payment themselves.
pub(in crate::payments) async fn invoices_of_intent(tx: &mut Tx, intent: &str) -> sqlx::Result<Vec<ObjectState>> {
    const SQL: &str = object_columns!(
        "SELECT ",
        " FROM stripe_object WHERE payment_intent = $1 AND object IN ('invoice_payment', 'invoice') ORDER BY object DESC, id"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(intent))
}

pub(in crate::payments) async fn of_kind(tx: &mut Tx, kind: ObjectKind, after: &str, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    const SQL: &str = object_columns!("SELECT ", " FROM stripe_object WHERE object = $1 AND id > $2 ORDER BY id LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(kind).bind(after).bind(limit))
}

/// Objects of one kind that may still move, last asked about before `asked_before`, the longest ago first.
///
/// A payout that is paid counts until `paid_after` (unix seconds) has passed its arrival, for until then the bank may send it back.
pub(in crate::payments) async fn may_move(
    tx: &mut Tx,
    kind: ObjectKind,
    asked_before: Instant,
    paid_after: i64,
    limit: i64,
) -> sqlx::Result<Vec<ObjectState>> {
    const SQL: &str = object_columns!(
        "SELECT ",
        " FROM stripe_object WHERE object = $1 AND updated_at < $2
            AND status NOT IN ('succeeded', 'failed', 'canceled', 'won', 'lost', 'warning_closed', 'prevented', 'charge_refunded',
                               'incomplete_expired', 'settled', 'closed')
            AND (status <> 'paid' OR due_at >= $3)
          ORDER BY updated_at, id LIMIT $4"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(kind).bind(asked_before).bind(paid_after).bind(limit))
}
