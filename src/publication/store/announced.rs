//! The statements over what waits to be told by the next publication.

use crate::db::Tx;
use crate::ids::FundId;
use crate::run;

pub(in crate::publication) async fn insert(tx: &mut Tx, fund: FundId, body: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("INSERT INTO public_news (fund_id, body) VALUES ($1, $2)").bind(fund).bind(body)).map(drop)
}

/// What waits for a fund, the oldest first, at most `limit`.
pub(in crate::publication) async fn list(tx: &mut Tx, fund: FundId, limit: i64) -> sqlx::Result<Vec<(i64, String)>> {
    const SQL: &str = "SELECT id, body FROM public_news WHERE fund_id = $1 ORDER BY id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(limit))
}

/// Forgets what was told, up to `last`.
pub(in crate::publication) async fn forget(tx: &mut Tx, fund: FundId, last: i64) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM public_news WHERE fund_id = $1 AND id <= $2").bind(fund).bind(last)).map(drop)
}
