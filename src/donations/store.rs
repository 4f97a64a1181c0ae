//! SQL of the gifts, private to this room.

pub(super) mod donor_keys;
pub(super) mod donors;
pub(super) mod gift_pages;
pub(super) mod in_kind;
pub(super) mod ladder;
pub(super) mod listing;
pub(super) mod names;
pub(super) mod offline;
pub(super) mod proofs;
pub(super) mod refunds;
pub(super) mod repeats;
pub(super) mod retention;
pub(super) mod reveals;
pub(super) mod supporters;
pub(super) mod ways;

use super::{Donation, Origin, Progress, Settlement, State, Unarrived, Uncounted, Unfinished};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DonationId, FundId, PublicationId};
use crate::money::Currency;
use crate::payments::checkout::Interval;
use crate::{insert_rows, run, run_in};

/// Writes a query for whole gifts; the columns are named once.
macro_rules! select_donation {
    ($rest:literal) => {
        concat!(
            "SELECT id, ref AS reference, number, fund_id, origin, state, input_hash, asked_minor, currency, session_url, payment_intent, charge_id,
                    pledged_at, expires_at, settled_at, settled_minor, settled_fee_minor, settled_currency, publication_id, repeats, cover_minor FROM donation ",
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
    pub repeats: Option<Interval>,
    pub cover_minor: Option<i64>,
    pub subscription_id: Option<&'a str>,
    pub pledged_at: Instant,
    pub expires_at: Option<Instant>,
}

pub(super) async fn insert(tx: &mut Tx, new: &NewDonation<'_>) -> sqlx::Result<DonationId> {
    let sql = "INSERT INTO donation (ref, number, fund_id, origin, state, operation_id, input_hash, thanks_hash, asked_minor, currency,
                      donor_hash, repeats, cover_minor, subscription_id, pledged_at, expires_at, clearing)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0) RETURNING id";
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
            .bind(new.repeats)
            .bind(new.cover_minor)
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

pub(super) async fn with_references(tx: &mut Tx, references: &[&str]) -> sqlx::Result<Vec<Donation>> {
    with_any(tx, select_donation!("WHERE ref IN"), references).await
}

pub(super) async fn with_intents(tx: &mut Tx, intents: &[&str]) -> sqlx::Result<Vec<Donation>> {
    with_any(tx, select_donation!("WHERE payment_intent IN"), intents).await
}

pub(super) async fn with_charges(tx: &mut Tx, charge_ids: &[&str]) -> sqlx::Result<Vec<Donation>> {
    with_any(tx, select_donation!("WHERE charge_id IN"), charge_ids).await
}

async fn with_any(tx: &mut Tx, head: &'static str, texts: &[&str]) -> sqlx::Result<Vec<Donation>> {
    run_in!(tx, query_as, head, texts)
}

pub(super) async fn set_session(tx: &mut Tx, id: DonationId, session_id: &str, session_url: &str) -> sqlx::Result<()> {
    let sql = "UPDATE donation SET session_id = $2, session_url = $3 WHERE id = $1";
    run!(tx, execute, sqlx::query(sql).bind(id).bind(session_id).bind(session_url))?;
    Ok(())
}

pub(super) async fn set_progress(tx: &mut Tx, id: DonationId, state: State, said: &Progress<'_>) -> sqlx::Result<()> {
    // Another gift may have the payment already, where its line came first and named no pledge: it keeps it.
    let sql = "UPDATE donation
                  SET state = $2, session_id = COALESCE(session_id, $3),
                      payment_intent = COALESCE(payment_intent,
                          CASE WHEN EXISTS (SELECT 1 FROM donation other WHERE other.payment_intent = $4) THEN NULL ELSE $4 END),
                      subscription_id = COALESCE(subscription_id, $5), decline_code = COALESCE($6, decline_code),
                      clearing = CASE WHEN $2 = 'paid' THEN 0 ELSE clearing END,
                      paid_at = CASE WHEN $2 = 'paid' THEN COALESCE(paid_at, $7) ELSE paid_at END
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
            .bind(said.at)
    )?;
    Ok(())
}

pub(super) async fn set_settled(tx: &mut Tx, id: DonationId, charge: &Settlement<'_>, now: Instant) -> sqlx::Result<()> {
    // A debit that still clears leaves the state to its notices; anything else is paid, or bounced already.
    let sql = "UPDATE donation
                  SET charge_id = $2,
                      payment_intent = COALESCE(payment_intent,
                          CASE WHEN EXISTS (SELECT 1 FROM donation other WHERE other.payment_intent = $3) THEN NULL ELSE $3 END),
                      settled_at = COALESCE(settled_at, $4), settled_minor = $5, settled_fee_minor = $6, settled_currency = $7,
                      clearing = CASE WHEN state = 'paid' THEN 0 ELSE $8 END,
                      state = CASE WHEN $9 = 1 THEN 'failed' WHEN $8 = 0 THEN 'paid' ELSE state END
                WHERE id = $1";
    run!(
        tx,
        execute,
        sqlx::query(sql)
            .bind(id)
            .bind(charge.charge_id)
            .bind(charge.payment_intent)
            .bind(now)
            .bind(charge.amount.minor)
            .bind(charge.fee_minor)
            .bind(charge.amount.currency)
            .bind(i64::from(charge.clearing))
            .bind(i64::from(charge.bounced))
    )?;
    Ok(())
}

/// A gift that nobody pledged here, as its charge tells it.
pub(super) struct Unpledged<'a> {
    pub reference: String,
    pub number: String,
    pub origin: Origin,
    /// None where another gift has it.
    pub payment_intent: Option<&'a str>,
    pub charge: &'a Settlement<'a>,
}

impl Unpledged<'_> {
    const fn state(&self) -> State {
        match (self.charge.bounced, self.charge.clearing) {
            (true, _) => State::Failed,
            (false, true) => State::Waiting,
            (false, false) => State::Paid,
        }
    }
}

pub(super) async fn insert_unpledged(tx: &mut Tx, gifts: &[Unpledged<'_>], now: Instant) -> sqlx::Result<()> {
    const HEAD: &str = "INSERT INTO donation (ref, number, fund_id, origin, state, currency, payment_intent, charge_id, subscription_id,
                               pledged_at, settled_at, settled_minor, settled_fee_minor, settled_currency, clearing)";
    // One charge is one gift, however many lines say so.
    const TAIL: &str = "ON CONFLICT (charge_id) DO NOTHING";
    insert_rows!(
        tx,
        HEAD,
        gifts,
        |gift| [
            &gift.reference,
            &gift.number,
            gift.charge.fund.id,
            gift.origin,
            gift.state(),
            gift.charge.amount.currency,
            gift.payment_intent,
            gift.charge.charge_id,
            gift.charge.subscription_id,
            now,
            now,
            gift.charge.amount.minor,
            gift.charge.fee_minor,
            gift.charge.amount.currency,
            i64::from(gift.charge.clearing),
        ],
        TAIL
    )
    .map(drop)
}

pub(super) async fn set_bounced(tx: &mut Tx, charge_id: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE donation SET state = 'failed', clearing = 0 WHERE charge_id = $1").bind(charge_id))?;
    Ok(())
}

/// Notes that the donor of a gift that is paid or has failed is to be written to. What is paid and not booked yet is written of when it is.
pub(super) async fn owe_letter(tx: &mut Tx, id: DonationId) -> sqlx::Result<()> {
    let sql = "UPDATE donation SET letter_due = 1 WHERE id = $1 AND (state = 'failed' OR (state = 'paid' AND settled_at IS NOT NULL))";
    run!(tx, execute, sqlx::query(sql).bind(id)).map(drop)
}

/// The gifts whose donors are to be written to.
pub(super) async fn owed_letters(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Donation>> {
    const SQL: &str = select_donation!("WHERE letter_due = 1 ORDER BY id LIMIT $1");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(limit))
}

/// Notes that the donor was written to; a gift that moved on meanwhile is looked at again.
pub(super) async fn letter_written(tx: &mut Tx, gift: &Donation) -> sqlx::Result<()> {
    let sql = "UPDATE donation SET letter_due = 0 WHERE id = $1 AND state = $2";
    run!(tx, execute, sqlx::query(sql).bind(gift.id).bind(gift.state)).map(drop)
}

pub(super) async fn uncounted(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Uncounted>> {
    let sql = "SELECT id, number, donor_hash, COALESCE(settled_minor, 0) FROM donation
                WHERE fund_id = $1 AND publication_id IS NULL AND settled_at IS NOT NULL ORDER BY id";
    let rows: Vec<(DonationId, String, Option<String>, i64)> = run!(tx, fetch_all, sqlx::query_as(sql).bind(fund))?;
    Ok(rows.into_iter().map(|(id, number, donor_hash, amount_minor)| Uncounted { id, number, donor_hash, amount_minor }).collect())
}

/// A pledge is never paid before it is made, so the index of those that are not settled finds the few there are.
pub(super) async fn paid_without_line(tx: &mut Tx, paid_by: Instant, limit: i64) -> sqlx::Result<Vec<Unarrived>> {
    let sql = "SELECT ref AS reference, number, session_id, payment_intent, subscription_id FROM donation
                WHERE settled_at IS NULL AND state = 'paid' AND pledged_at <= $1 AND COALESCE(paid_at, pledged_at) <= $1
                ORDER BY pledged_at, id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(paid_by).bind(limit))
}

pub(super) async fn unfinished(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Unfinished>> {
    let sql = "SELECT ref AS reference, number, session_id, payment_intent FROM donation
                WHERE id IN (SELECT id FROM donation WHERE settled_at IS NULL AND state IN ('open', 'waiting') AND COALESCE(expires_at, pledged_at) <= $1
                             UNION ALL SELECT id FROM donation WHERE clearing = 1)
                ORDER BY pledged_at, id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(now).bind(limit))
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
