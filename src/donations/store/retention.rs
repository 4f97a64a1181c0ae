//! The statements behind forgetting donors in time.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DonationId, DonorId, FundId};
use crate::run;

/// Gifts of a fund whose donors' words are still there.
pub(in crate::donations) async fn words_of_fund(tx: &mut Tx, fund: FundId, limit: i64) -> sqlx::Result<Vec<(DonationId, DonorId, String)>> {
    let sql = "SELECT w.donation_id, w.donor_id, d.ref FROM donor_words w JOIN donor d ON d.id = w.donor_id
                WHERE w.fund_id = $1 ORDER BY w.donation_id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(fund).bind(limit))
}

/// Gifts that were pledged before `pledged_before` and never paid, whose donors' words are still there.
pub(in crate::donations) async fn words_never_paid(
    tx: &mut Tx,
    pledged_before: Instant,
    limit: i64,
) -> sqlx::Result<Vec<(DonationId, DonorId, String)>> {
    let sql = "SELECT n.id, d.id, d.ref FROM donation n JOIN donor_words w ON w.donation_id = n.id JOIN donor d ON d.id = w.donor_id
                WHERE n.settled_at IS NULL AND n.state IN ('expired', 'failed') AND n.pledged_at < $1 ORDER BY n.pledged_at, n.id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(pledged_before).bind(limit))
}

pub(in crate::donations) async fn drop_words(tx: &mut Tx, donation: DonationId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM donor_words WHERE donation_id = $1").bind(donation))?;
    run!(tx, execute, sqlx::query("UPDATE donation SET input_hash = NULL, paid_with = NULL WHERE id = $1").bind(donation)).map(drop)
}

/// Whether nothing that a donor told us is kept any more; the donor's row is held until the transaction ends.
pub(in crate::donations) async fn has_no_words(tx: &mut Tx, donor: DonorId) -> sqlx::Result<bool> {
    let sql = "UPDATE donor SET ref = ref WHERE id = $1 AND erased_at IS NULL
                  AND NOT EXISTS (SELECT 1 FROM donor_words WHERE donor_id = $1) AND NOT EXISTS (SELECT 1 FROM supporter WHERE donor_id = $1)";
    Ok(run!(tx, execute, sqlx::query(sql).bind(donor))? == 1)
}
