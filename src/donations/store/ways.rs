//! The statements that publications ask of gifts and goods.

use super::super::goods::Goods;
use super::super::offline::OfflineKind;
use crate::db::{Tx, rows};
use crate::ids::{DonationId, FundId, GoodsId};
use crate::run;

crate::record! {
    /// Counted gifts of one donor and one amount.
    pub struct Given {
        /// What finds the donor's gifts; None: nobody knows who gave.
        pub donor_hash: Option<String>,
        /// How much each is.
        pub minor: i64,
        /// How many there are.
        pub gifts: i64,
    }
}

pub(in crate::donations) async fn uncounted(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(DonationId, Option<OfflineKind>)>> {
    const SQL: &str = "SELECT d.id, (SELECT o.kind FROM offline_gift o WHERE o.donation_id = d.id) AS kind FROM donation d
                        WHERE d.fund_id = $1 AND d.publication_id IS NULL AND d.settled_at IS NOT NULL ORDER BY d.id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

pub(in crate::donations) async fn counted_amounts(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(i64, i64)>> {
    const SQL: &str = "SELECT COALESCE(settled_minor, 0) AS minor, COUNT(*) FROM donation
                        WHERE fund_id = $1 AND publication_id IS NOT NULL GROUP BY 1 ORDER BY 1";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

pub(in crate::donations) async fn every_counted(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Given>> {
    const SQL: &str = "SELECT donor_hash, COALESCE(settled_minor, 0) AS minor, COUNT(*) AS gifts FROM donation
                        WHERE fund_id = $1 AND publication_id IS NOT NULL GROUP BY 1, 2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

pub(in crate::donations) async fn counted_of(tx: &mut Tx, fund: FundId, donors: &[&str]) -> sqlx::Result<Vec<Given>> {
    const HEAD: &str = "SELECT donor_hash, COALESCE(settled_minor, 0) AS minor, CAST(1 AS BIGINT) AS gifts FROM donation
                         WHERE fund_id = $1 AND publication_id IS NOT NULL AND donor_hash IS NOT NULL AND donor_hash IN";
    let mut given = Vec::new();
    for piece in rows::pieces(donors) {
        let some: Vec<Given> = run!(tx, fetch_all, {
            let mut statement = sqlx::query_as(rows::list(HEAD, 2, piece.len())).bind(fund);
            for donor in piece {
                statement = statement.bind(*donor);
            }
            statement
        })?;
        given.extend(some);
    }
    Ok(given)
}

pub(in crate::donations) async fn gave_cash_back(tx: &mut Tx, fund: FundId) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT id FROM refund WHERE fund_id = $1 AND way = 'cash' AND state = 'done' LIMIT 1";
    let refund: Option<i64> = run!(tx, fetch_optional, sqlx::query_scalar(SQL).bind(fund))?;
    Ok(refund.is_some())
}

pub(in crate::donations) async fn unpublished_goods(tx: &mut Tx, fund: FundId, limit: i64) -> sqlx::Result<Vec<Goods>> {
    const SQL: &str =
        "SELECT id, number, fund_id, what, quantity, unit, category, value_minor, currency, valued_how, received_on, kept, given,
                              state, recorded_by, recorded_at
                         FROM goods WHERE fund_id = $1 AND public_n IS NULL AND state = 'logged' ORDER BY id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(limit))
}

pub(in crate::donations) async fn goods_published(tx: &mut Tx, id: GoodsId, n: i64) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE goods SET public_n = $2 WHERE id = $1").bind(id).bind(n)).map(drop)
}
