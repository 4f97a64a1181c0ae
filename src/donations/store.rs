//! SQL of the gifts, private to this room.

use super::{Donation, Origin, Progress, Settlement, State, Uncounted};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DonationId, FundId, PublicationId};
use crate::money::Currency;
use crate::run;

/// Writes a query for whole gifts; the columns are named once.
macro_rules! select_donation {
    ($rest:literal) => {
        concat!(
            "SELECT id, ref AS reference, number, fund_id, origin, state, input_hash, asked_minor, currency, session_url, charge_id,
                    pledged_at, expires_at, settled_at, settled_minor, settled_fee_minor, settled_currency FROM donation ",
            $rest
        )
    };
}

/// A row to be written.
pub(super) struct NewDonation<'a> {
    pub reference: &'a str,
    pub number: &'a str,
    pub fund_id: FundId,
    pub origin: Origin,
    pub state: State,
    pub operation_id: Option<&'a str>,
    pub input_hash: Option<&'a str>,
    pub thanks_hash: Option<&'a str>,
    pub asked_minor: Option<i64>,
    pub currency: Currency,
    pub donor_hash: Option<&'a str>,
    pub donor: Option<&'a [u8]>,
    pub subscription_id: Option<&'a str>,
    pub pledged_at: Instant,
    pub expires_at: Option<Instant>,
}

pub(super) async fn insert(tx: &mut Tx, new: &NewDonation<'_>) -> sqlx::Result<DonationId> {
    let sql = "INSERT INTO donation (ref, number, fund_id, origin, state, operation_id, input_hash, thanks_hash, asked_minor, currency,
                      donor_hash, donor, subscription_id, pledged_at, expires_at, clearing)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0) RETURNING id";
    run!(
        tx,
        fetch_one,
        sqlx::query_scalar(sql)
            .bind(new.reference)
            .bind(new.number)
            .bind(new.fund_id)
            .bind(new.origin)
            .bind(new.state)
            .bind(new.operation_id)
            .bind(new.input_hash)
            .bind(new.thanks_hash)
            .bind(new.asked_minor)
            .bind(new.currency)
            .bind(new.donor_hash)
            .bind(new.donor)
            .bind(new.subscription_id)
            .bind(new.pledged_at)
            .bind(new.expires_at)
    )
}

pub(super) async fn find(tx: &mut Tx, id: DonationId) -> sqlx::Result<Option<Donation>> {
    run!(tx, fetch_optional, sqlx::query_as(select_donation!("WHERE id = $1")).bind(id))
}

pub(super) async fn find_by_ref(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Donation>> {
    run!(tx, fetch_optional, sqlx::query_as(select_donation!("WHERE ref = $1")).bind(reference))
}

pub(super) async fn find_by_operation(tx: &mut Tx, operation_id: &str) -> sqlx::Result<Option<Donation>> {
    run!(tx, fetch_optional, sqlx::query_as(select_donation!("WHERE operation_id = $1")).bind(operation_id))
}

pub(super) async fn find_by_thanks(tx: &mut Tx, thanks_hash: &str) -> sqlx::Result<Option<Donation>> {
    run!(tx, fetch_optional, sqlx::query_as(select_donation!("WHERE thanks_hash = $1")).bind(thanks_hash))
}

pub(super) async fn find_by_session(tx: &mut Tx, session_id: &str) -> sqlx::Result<Option<Donation>> {
    run!(tx, fetch_optional, sqlx::query_as(select_donation!("WHERE session_id = $1")).bind(session_id))
}

pub(super) async fn find_by_intent(tx: &mut Tx, payment_intent: &str) -> sqlx::Result<Option<Donation>> {
    run!(tx, fetch_optional, sqlx::query_as(select_donation!("WHERE payment_intent = $1")).bind(payment_intent))
}

pub(super) async fn find_by_charge(tx: &mut Tx, charge_id: &str) -> sqlx::Result<Option<Donation>> {
    run!(tx, fetch_optional, sqlx::query_as(select_donation!("WHERE charge_id = $1")).bind(charge_id))
}

pub(super) async fn set_session(tx: &mut Tx, id: DonationId, session_id: &str, session_url: &str) -> sqlx::Result<()> {
    let sql = "UPDATE donation SET session_id = $2, session_url = $3 WHERE id = $1";
    run!(tx, execute, sqlx::query(sql).bind(id).bind(session_id).bind(session_url))?;
    Ok(())
}

pub(super) async fn set_progress(tx: &mut Tx, id: DonationId, state: State, said: &Progress<'_>) -> sqlx::Result<()> {
    let sql = "UPDATE donation
                  SET state = $2, session_id = COALESCE(session_id, $3), payment_intent = COALESCE(payment_intent, $4),
                      subscription_id = COALESCE(subscription_id, $5), decline_code = COALESCE($6, decline_code),
                      clearing = CASE WHEN $2 = 'paid' THEN 0 ELSE clearing END
                WHERE id = $1";
    run!(
        tx,
        execute,
        sqlx::query(sql)
            .bind(id)
            .bind(state)
            .bind(said.session_id)
            .bind(said.payment_intent)
            .bind(said.subscription_id)
            .bind(said.decline_code)
    )?;
    Ok(())
}

pub(super) async fn set_settled(tx: &mut Tx, id: DonationId, line: &Settlement<'_>, now: Instant) -> sqlx::Result<()> {
    // A debit that still clears leaves the state to its notices; anything else is paid, or bounced already.
    let sql = "UPDATE donation
                  SET charge_id = $2, payment_intent = COALESCE(payment_intent, $3), settled_at = COALESCE(settled_at, $4),
                      settled_minor = $5, settled_fee_minor = $6, settled_currency = $7,
                      clearing = CASE WHEN state = 'paid' THEN 0 ELSE $8 END,
                      state = CASE WHEN $9 = 1 THEN 'failed' WHEN $8 = 0 THEN 'paid' ELSE state END
                WHERE id = $1";
    run!(
        tx,
        execute,
        sqlx::query(sql)
            .bind(id)
            .bind(line.charge_id)
            .bind(line.payment_intent)
            .bind(now)
            .bind(line.amount.minor)
            .bind(line.fee_minor)
            .bind(line.amount.currency)
            .bind(i64::from(line.clearing))
            .bind(i64::from(line.bounced))
    )?;
    Ok(())
}

pub(super) async fn set_bounced(tx: &mut Tx, charge_id: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE donation SET state = 'failed', clearing = 0 WHERE charge_id = $1").bind(charge_id))?;
    Ok(())
}

pub(super) async fn uncounted(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Uncounted>> {
    let sql = "SELECT id, donor_hash, COALESCE(settled_minor, 0) FROM donation
                WHERE fund_id = $1 AND publication_id IS NULL AND settled_at IS NOT NULL ORDER BY id";
    let rows: Vec<(DonationId, Option<String>, i64)> = run!(tx, fetch_all, sqlx::query_as(sql).bind(fund))?;
    Ok(rows.into_iter().map(|(id, donor_hash, amount_minor)| Uncounted { id, donor_hash, amount_minor }).collect())
}

pub(super) async fn count_in(tx: &mut Tx, fund: FundId, last: DonationId, publication: PublicationId) -> sqlx::Result<()> {
    let sql = "UPDATE donation SET publication_id = $3
                WHERE fund_id = $1 AND id <= $2 AND publication_id IS NULL AND settled_at IS NOT NULL";
    run!(tx, execute, sqlx::query(sql).bind(fund).bind(last).bind(publication))?;
    Ok(())
}

pub(super) async fn expire(tx: &mut Tx, ended_before: Instant) -> sqlx::Result<u64> {
    let sql = "UPDATE donation SET state = 'expired' WHERE state = 'open' AND settled_at IS NULL AND expires_at < $1";
    run!(tx, execute, sqlx::query(sql).bind(ended_before))
}
