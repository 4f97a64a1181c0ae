//! Payouts that Stripe sent and the bank has still to show. Not here: what happens when it does (`booking::bank`).

use std::collections::BTreeMap;

use super::store;
use crate::clock::{Day, Instant, Zone};
use crate::db::Tx;
use crate::money::{self, Currency, Money};
use crate::payments;

/// A payout that Stripe sent and the bank has not shown, or that came back and the bank has not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// `po_…`.
    pub payout: String,
    /// What the bank will show: in is positive.
    pub amount: Money,
    /// The day Stripe names for it.
    pub arrives_on: Day,
}

/// Payouts that the bank has still to show, by the day Stripe names for them. Together they are `assets:in-transit` (invariant 16).
///
/// # Errors
/// When the database is gone or a sum leaves what the books can hold.
pub async fn under_way(tx: &mut Tx) -> sqlx::Result<Vec<UnderWay>> {
    let mut sums: BTreeMap<(String, Currency), (i64, i64)> = BTreeMap::new();
    for (name, currency, minor, named_at) in store::in_transit(tx).await? {
        let payout = name.split('#').next().unwrap_or_default().to_owned();
        let (sum, day) = sums.entry((payout, currency)).or_default();
        *sum = money::sum([*sum, minor]).ok_or_else(|| sqlx::Error::Protocol("payouts beyond what the books can hold".to_owned()))?;
        *day = (*day).max(named_at.unwrap_or(0));
    }
    let mut found = Vec::new();
    for ((payout, currency), (minor, named_at)) in sums.into_iter().filter(|(_, (minor, _))| *minor != 0) {
        let arrival = payments::find_object(tx, &payout).await?.and_then(|object| object.due_at).unwrap_or(named_at);
        // Stripe names days in UTC.
        let arrives_on = Instant::from_unix_secs(arrival).day_in(&Zone::UTC);
        found.push(UnderWay { payout, amount: Money::new(minor, currency), arrives_on });
    }
    found.sort_by(|one, other| (one.arrives_on, &one.payout).cmp(&(other.arrives_on, &other.payout)));
    Ok(found)
}
