//! What donors wished to become of what is left, counted and never joined to a gift: each known donor counts once, by the newest wish. Not here:
//! when that may be told (`publication`).

use std::collections::BTreeMap;

use super::store::donors;
use super::vault;
use crate::db::Tx;
use crate::ids::{DonationId, DonorId, FundId};
use crate::seal::Keyring;

/// How these gifts of a fund, which are about to be counted, change how many donors wish for whom.
///
/// # Errors
/// When the database is gone.
pub async fn moved(tx: &mut Tx, keys: &Keyring, fund: FundId, gifts: &[DonationId]) -> sqlx::Result<BTreeMap<String, i64>> {
    let new = donors::words_of_gifts(tx, gifts).await?;
    let ids: Vec<DonorId> = new.iter().map(|sealed| sealed.donor_id).collect();
    let counted = donors::counted_words_of(tx, &ids).await?;
    let mut before: BTreeMap<DonorId, String> = BTreeMap::new();
    for sealed in counted.iter().filter(|sealed| sealed.fund_id == fund) {
        if let Some(wish) = vault::wish_in(sealed, keys) {
            before.insert(sealed.donor_id, wish);
        }
    }
    let mut after = before.clone();
    for sealed in new.iter().filter(|sealed| sealed.fund_id == fund) {
        if let Some(wish) = vault::wish_in(sealed, keys) {
            after.insert(sealed.donor_id, wish);
        }
    }
    let mut moved: BTreeMap<String, i64> = BTreeMap::new();
    for (donor, wish) in after {
        let was = before.get(&donor);
        if was != Some(&wish) {
            if let Some(was) = was {
                *moved.entry(was.clone()).or_default() -= 1;
            }
            *moved.entry(wish).or_default() += 1;
        }
    }
    Ok(moved)
}
