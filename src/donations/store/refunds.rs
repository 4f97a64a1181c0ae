//! The statements over refunds.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DonationId, EntryId, FundId, PersonId, RefundId};
use crate::money::Currency;
use crate::{run, run_in};

use super::super::donation::Donation;
use super::super::refund::{NewRefund, Refund, RefundState, RefundWay};

macro_rules! select_refund {
    ($rest:literal) => {
        concat!(
            "SELECT id, ref AS reference, donation_id, fund_id, way, amount_minor, currency, reason, note, account, state, asked_by, asked_at,
                    stripe_id, failure, entry_id FROM refund ",
            $rest
        )
    };
}

/// A row to be written.
pub(in crate::donations) struct NewRow<'a> {
    pub reference: &'a str,
    pub gift: &'a Donation,
    pub way: RefundWay,
    pub account: Option<String>,
    pub new: &'a NewRefund,
}

pub(in crate::donations) async fn insert(tx: &mut Tx, row: &NewRow<'_>, by: PersonId, now: Instant) -> sqlx::Result<RefundId> {
    const SQL: &str =
        "INSERT INTO refund (ref, donation_id, fund_id, way, amount_minor, currency, reason, note, account, state, asked_by, asked_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked', $10, $11) RETURNING id";
    let NewRow { reference, gift, way, account, new } = row;
    run!(
        tx,
        fetch_one,
        sqlx::query_scalar(SQL)
            .bind(*reference)
            .bind(gift.id)
            .bind(gift.fund_id)
            .bind(*way)
            .bind(new.amount.minor)
            .bind(new.amount.currency)
            .bind(new.reason)
            .bind(new.note.as_str())
            .bind(account.as_deref())
            .bind(by)
            .bind(now)
    )
}

pub(in crate::donations) async fn find(tx: &mut Tx, id: RefundId) -> sqlx::Result<Option<Refund>> {
    run!(tx, fetch_optional, sqlx::query_as(select_refund!("WHERE id = $1")).bind(id))
}

pub(in crate::donations) async fn find_by_ref(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Refund>> {
    run!(tx, fetch_optional, sqlx::query_as(select_refund!("WHERE ref = $1")).bind(reference))
}

pub(in crate::donations) async fn of_donation(tx: &mut Tx, id: DonationId) -> sqlx::Result<Vec<Refund>> {
    run!(tx, fetch_all, sqlx::query_as(select_refund!("WHERE donation_id = $1 ORDER BY id")).bind(id))
}

pub(in crate::donations) async fn list(tx: &mut Tx, before: RefundId, limit: i64) -> sqlx::Result<Vec<Refund>> {
    run!(tx, fetch_all, sqlx::query_as(select_refund!("WHERE id < $1 ORDER BY id DESC LIMIT $2")).bind(before).bind(limit))
}

/// Agreed to, or sent without an answer; the oldest first.
pub(in crate::donations) async fn to_send(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Refund>> {
    const SQL: &str = select_refund!("WHERE state IN ('approved', 'sent') AND way = 'stripe' AND stripe_id IS NULL ORDER BY id LIMIT $1");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(limit))
}

/// Those that Stripe has and may still move, and the newest that are done: they may come back.
pub(in crate::donations) async fn on_their_way(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Refund>> {
    let mut moving: Vec<Refund> = run!(
        tx,
        fetch_all,
        sqlx::query_as(select_refund!("WHERE state = 'sent' AND stripe_id IS NOT NULL ORDER BY id LIMIT $1")).bind(limit)
    )?;
    let done: Vec<Refund> = run!(
        tx,
        fetch_all,
        sqlx::query_as(select_refund!("WHERE state = 'done' AND stripe_id IS NOT NULL ORDER BY id DESC LIMIT $1")).bind(limit)
    )?;
    moving.extend(done);
    Ok(moving)
}

/// Moves a refund from one state to the next; false where it was not there.
pub(in crate::donations) async fn move_on(
    tx: &mut Tx,
    id: RefundId,
    from: RefundState,
    to: RefundState,
    failure: Option<&str>,
    now: Instant,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE refund SET state = $3, failure = $4, closed_at = $5 WHERE id = $1 AND state = $2";
    let closes = matches!(to, RefundState::Done | RefundState::Failed | RefundState::Rejected);
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(from).bind(to).bind(failure).bind(closes.then_some(now)))? == 1)
}

pub(in crate::donations) async fn set_stripe_id(tx: &mut Tx, id: RefundId, stripe_id: &str) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE refund SET stripe_id = $2 WHERE id = $1 AND stripe_id IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(stripe_id)).map(drop)
}

pub(in crate::donations) async fn finish_cash(tx: &mut Tx, id: RefundId, entry: EntryId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE refund SET state = 'done', entry_id = $2, closed_at = $3 WHERE id = $1 AND state = 'approved'";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(entry).bind(now))? == 1)
}

/// Those of Stripe's refunds that are ours.
pub(in crate::donations) async fn ours(tx: &mut Tx, stripe_ids: &[&str]) -> sqlx::Result<Vec<String>> {
    run_in!(tx, query_scalar, "SELECT stripe_id FROM refund WHERE stripe_id IN", stripe_ids)
}

/// What was agreed to and no line of Stripe's has booked. The first condition is that of the index over what is open, in its own words.
pub(in crate::donations) async fn sum_on_their_way(tx: &mut Tx, fund: FundId, currency: Currency) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COALESCE(CAST(SUM(r.amount_minor) AS BIGINT), 0) FROM refund r JOIN donation d ON d.id = r.donation_id
        WHERE r.state IN ('asked', 'approved', 'sent') AND r.state <> 'asked' AND r.fund_id = $1 AND r.currency = $2
          AND NOT EXISTS (SELECT 1 FROM stripe_line l WHERE l.charge_id = d.charge_id AND l.source_id = r.stripe_id AND l.state = 'booked')";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(fund).bind(currency))
}

pub(in crate::donations) async fn open(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    const SQL: &str = "SELECT COUNT(*), MIN(asked_at) FROM refund WHERE state IN ('asked', 'approved', 'sent')";
    run!(tx, fetch_one, sqlx::query_as(SQL))
}
