//! What publications ask of gifts to tell ways and sizes apart. Not here: what they may tell (`publication`).

use std::collections::HashMap;

use super::store::ways as store;
pub use super::store::ways::Given;
use super::{Goods, OfflineKind};
use crate::db::Tx;
use crate::ids::{DonationId, FundId, GoodsId};
use crate::ledger::chart;

/// The account of income that each uncounted gift of a fund came to.
///
/// # Errors
/// When the database is gone.
pub async fn uncounted_ways(tx: &mut Tx, fund: FundId) -> sqlx::Result<HashMap<DonationId, &'static str>> {
    let account = |kind: Option<OfflineKind>| kind.map_or(chart::ONLINE, OfflineKind::income);
    Ok(store::uncounted(tx, fund).await?.into_iter().map(|(id, kind)| (id, account(kind))).collect())
}

/// The counted gifts of a fund by their amount, and how many there are of each. It reads them all: to be asked once.
///
/// # Errors
/// When the database is gone.
pub async fn counted_amounts(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(i64, i64)>> {
    store::counted_amounts(tx, fund).await
}

/// Every counted gift of a fund, by donor and amount. It reads them all: to be asked once.
///
/// # Errors
/// When the database is gone.
pub async fn every_counted(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Given>> {
    store::every_counted(tx, fund).await
}

/// The counted gifts of some donors of a fund.
///
/// # Errors
/// When the database is gone.
pub async fn counted_of(tx: &mut Tx, fund: FundId, donors: &[&str]) -> sqlx::Result<Vec<Given>> {
    store::counted_of(tx, fund, donors).await
}

/// Whether a fund ever gave a gift back in cash.
///
/// # Errors
/// When the database is gone.
pub async fn gave_cash_back(tx: &mut Tx, fund: FundId) -> sqlx::Result<bool> {
    store::gave_cash_back(tx, fund).await
}

/// Up to `limit` goods of a fund that stand and that no publication shows, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn unpublished_goods(tx: &mut Tx, fund: FundId, limit: i64) -> sqlx::Result<Vec<Goods>> {
    store::unpublished_goods(tx, fund, limit).await
}

/// Notes which record shows goods.
///
/// # Errors
/// When the database is gone.
pub async fn goods_published(tx: &mut Tx, id: GoodsId, n: i64) -> sqlx::Result<()> {
    store::goods_published(tx, id, n).await
}
