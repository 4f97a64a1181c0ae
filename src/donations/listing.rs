//! Gifts as the treasury lists them. Never who gave: a gift is found by its number, and by nothing else.

use super::{Donation, store};
use crate::db::Tx;
use crate::ids::{DonationId, FundId};

/// Up to `limit` gifts of a fund before `before`, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, fund: FundId, before: Option<DonationId>, limit: i64) -> sqlx::Result<Vec<Donation>> {
    store::listing::list(tx, fund, before.unwrap_or(DonationId(i64::MAX)), limit).await
}

/// The gift of that number, however its letters are written.
///
/// # Errors
/// When the database is gone.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Donation>> {
    store::listing::find_by_number(tx, &number.trim().to_ascii_uppercase()).await
}
