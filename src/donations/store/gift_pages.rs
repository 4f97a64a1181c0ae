//! The statements behind a gift's own page: its code, and what its donor asks for there.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DonationId, PersonId};
use crate::run;

use super::super::asking_back::{AskReason, Request};
use super::super::donation::Donation;
use super::super::gift_page::NameState;

macro_rules! select_gift {
    ($rest:literal) => {
        concat!(
            "SELECT n.id, n.ref AS reference, n.number, n.fund_id, n.origin, n.state, n.input_hash, n.asked_minor, n.currency, n.session_url,
                    n.payment_intent, n.charge_id, n.pledged_at, n.expires_at, n.settled_at, n.settled_minor, n.settled_fee_minor,
                    n.settled_currency, n.publication_id, n.repeats, n.cover_minor FROM donation n ",
            $rest
        )
    };
}

pub(in crate::donations) async fn find(tx: &mut Tx, gift_hash: &str) -> sqlx::Result<Option<Donation>> {
    run!(tx, fetch_optional, sqlx::query_as(select_gift!("WHERE n.gift_hash = $1")).bind(gift_hash))
}

pub(in crate::donations) async fn set_hash(tx: &mut Tx, id: DonationId, gift_hash: &str) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE donation SET gift_hash = $2 WHERE id = $1 AND gift_hash IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(gift_hash)).map(drop)
}

pub(in crate::donations) async fn without_hash(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Donation>> {
    const SQL: &str = select_gift!("WHERE n.gift_hash IS NULL AND n.settled_at IS NOT NULL ORDER BY n.id LIMIT $1");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(limit))
}

/// The newest gifts of one address that arrived.
pub(in crate::donations) async fn of_donor(tx: &mut Tx, donor_hash: &str, limit: i64) -> sqlx::Result<Vec<Donation>> {
    const SQL: &str =
        select_gift!("JOIN donor d ON d.id = n.donor_id WHERE d.donor_hash = $1 AND n.settled_at IS NOT NULL ORDER BY n.id DESC LIMIT $2");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(donor_hash).bind(limit))
}

pub(in crate::donations) async fn of_same_donor(tx: &mut Tx, id: DonationId) -> sqlx::Result<Vec<DonationId>> {
    const SQL: &str = "SELECT n.id FROM donation n WHERE n.donor_id = (SELECT donor_id FROM donation WHERE id = $1) ORDER BY n.id";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(id))
}

/// When the donor of a gift was erased; None: never, or nobody was known.
pub(in crate::donations) async fn erased_at(tx: &mut Tx, id: DonationId) -> sqlx::Result<Option<Instant>> {
    const SQL: &str = "SELECT d.erased_at FROM donation n JOIN donor d ON d.id = n.donor_id WHERE n.id = $1";
    let found: Option<Option<Instant>> = run!(tx, fetch_optional, sqlx::query_scalar(SQL).bind(id))?;
    Ok(found.flatten())
}

pub(in crate::donations) async fn name_state(tx: &mut Tx, id: DonationId) -> sqlx::Result<Option<NameState>> {
    // A payment of a gift that repeats goes by what was said with the first.
    const SQL: &str = "SELECT p.state FROM public_name p WHERE p.donation_id = $1 OR p.donation_id =
                              (SELECT r.donation_id FROM donation d JOIN recurring_gift r ON r.subscription_id = d.subscription_id WHERE d.id = $1)";
    run!(tx, fetch_optional, sqlx::query_scalar(SQL).bind(id))
}

pub(in crate::donations) async fn insert_lost_link(tx: &mut Tx, donor_hash: &str, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO lost_link (donor_hash, asked_at) VALUES ($1, $2) ON CONFLICT (donor_hash) DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(donor_hash).bind(now)).map(drop)
}

pub(in crate::donations) async fn lost_links(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<String>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT donor_hash FROM lost_link ORDER BY asked_at, donor_hash LIMIT $1").bind(limit))
}

/// True when it was there until now.
pub(in crate::donations) async fn end_lost_link(tx: &mut Tx, donor_hash: &str) -> sqlx::Result<bool> {
    Ok(run!(tx, execute, sqlx::query("DELETE FROM lost_link WHERE donor_hash = $1").bind(donor_hash))? == 1)
}

/// False: one waits for its answer already.
pub(in crate::donations) async fn insert_request(
    tx: &mut Tx,
    donation: DonationId,
    reason: AskReason,
    detail: Option<&[u8]>,
    now: Instant,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO refund_request (donation_id, reason, detail, asked_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (donation_id) WHERE answered_at IS NULL DO NOTHING";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(donation).bind(reason).bind(detail).bind(now))? == 1)
}

macro_rules! select_request {
    ($rest:literal) => {
        concat!("SELECT id, donation_id, reason, detail, asked_at, answered_at FROM refund_request ", $rest)
    };
}

/// The newest request of a gift.
pub(in crate::donations) async fn newest_request(tx: &mut Tx, donation: DonationId) -> sqlx::Result<Option<Request>> {
    const SQL: &str = select_request!("WHERE donation_id = $1 ORDER BY id DESC LIMIT 1");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(donation))
}

/// Those that wait for an answer, the oldest first.
pub(in crate::donations) async fn open_requests(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Request>> {
    const SQL: &str = select_request!("WHERE answered_at IS NULL ORDER BY asked_at, id LIMIT $1");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(limit))
}

/// How many wait, and since when the oldest does.
pub(in crate::donations) async fn count_requests(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    const SQL: &str = "SELECT COUNT(*), MIN(asked_at) FROM refund_request WHERE answered_at IS NULL";
    run!(tx, fetch_one, sqlx::query_as(SQL))
}

/// True: one waited.
pub(in crate::donations) async fn answer_request(tx: &mut Tx, donation: DonationId, by: PersonId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE refund_request SET answered_at = $2, answered_by = $3 WHERE donation_id = $1 AND answered_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(donation).bind(now).bind(by))? == 1)
}

pub(in crate::donations) async fn set_paid_with(tx: &mut Tx, gift: DonationId, sealed: &[u8]) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE donation SET paid_with = $2 WHERE id = $1").bind(gift).bind(sealed)).map(drop)
}

pub(in crate::donations) async fn paid_with(tx: &mut Tx, gift: DonationId) -> sqlx::Result<Option<Vec<u8>>> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT paid_with FROM donation WHERE id = $1").bind(gift))
}
