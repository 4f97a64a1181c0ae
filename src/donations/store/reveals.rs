//! The statements behind looks at who gave.

use super::super::reveal::{Because, NewReveal, Reveal, RevealState};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DonationId, FundId, PersonId, RevealId};
use crate::run;

macro_rules! select_reveal {
    ($rest:literal) => {
        concat!(
            "SELECT id, ref AS reference, donation_id, fund_id, because, whole, reason, state, asked_by, asked_at, agreed_at, opened_at FROM reveal ",
            $rest
        )
    };
}

pub(in crate::donations) async fn insert(
    tx: &mut Tx,
    reference: &str,
    (donation, fund): (DonationId, FundId),
    new: &NewReveal,
    asker: PersonId,
    now: Instant,
) -> sqlx::Result<RevealId> {
    let sql = "INSERT INTO reveal (ref, donation_id, fund_id, because, whole, reason, state, asked_by, asked_at)
               VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8) RETURNING id";
    run!(tx, fetch_one, {
        let query = sqlx::query_scalar(sql).bind(reference).bind(donation).bind(fund).bind(new.because);
        query.bind(i64::from(new.whole)).bind(&*new.reason).bind(asker).bind(now)
    })
}

pub(in crate::donations) async fn find(tx: &mut Tx, id: RevealId) -> sqlx::Result<Option<Reveal>> {
    run!(tx, fetch_optional, sqlx::query_as(select_reveal!("WHERE id = $1")).bind(id))
}

pub(in crate::donations) async fn find_by_ref(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Reveal>> {
    run!(tx, fetch_optional, sqlx::query_as(select_reveal!("WHERE ref = $1")).bind(reference))
}

/// Those of a gift, the newest first, at most `limit`.
pub(in crate::donations) async fn of_gift(tx: &mut Tx, gift: DonationId, limit: i64) -> sqlx::Result<Vec<Reveal>> {
    run!(tx, fetch_all, sqlx::query_as(select_reveal!("WHERE donation_id = $1 ORDER BY id DESC LIMIT $2")).bind(gift).bind(limit))
}

pub(in crate::donations) async fn agree(tx: &mut Tx, id: RevealId, now: Instant) -> sqlx::Result<bool> {
    let sql = "UPDATE reveal SET state = 'agreed', agreed_at = $2 WHERE id = $1 AND state = 'asked'";
    Ok(run!(tx, execute, sqlx::query(sql).bind(id).bind(now))? == 1)
}

pub(in crate::donations) async fn refuse(tx: &mut Tx, id: RevealId) -> sqlx::Result<bool> {
    let sql = "UPDATE reveal SET state = $2 WHERE id = $1 AND state = 'asked'";
    Ok(run!(tx, execute, sqlx::query(sql).bind(id).bind(RevealState::Refused))? == 1)
}

/// Opens it, as the next of its fund's; the fund is locked.
pub(in crate::donations) async fn open(tx: &mut Tx, id: RevealId, now: Instant) -> sqlx::Result<bool> {
    let sql = "UPDATE reveal SET state = 'opened', opened_at = $2,
                      n = (SELECT COALESCE(MAX(o.n), 0) + 1 FROM reveal o WHERE o.fund_id = reveal.fund_id)
                WHERE id = $1 AND state = 'agreed'";
    Ok(run!(tx, execute, sqlx::query(sql).bind(id).bind(now))? == 1)
}

/// Why those of a fund were opened that came behind number `after`, in their order, each with its number, when, and whether its gift is counted.
pub(in crate::donations) async fn opened_after(
    tx: &mut Tx,
    fund: FundId,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<(i64, Because, Instant, i64)>> {
    let sql = "SELECT r.n, r.because, r.opened_at, CAST(CASE WHEN d.publication_id IS NULL THEN 0 ELSE 1 END AS BIGINT)
                 FROM reveal r JOIN donation d ON d.id = r.donation_id WHERE r.fund_id = $1 AND r.n > $2 ORDER BY r.n LIMIT $3";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(fund).bind(after).bind(limit))
}
