//! Charges in another currency than the account settles in: what a donor sees is one amount, what reaches the balance another.

use serde_json::Value;

use super::account::Account;
use crate::money::Currency;

/// A rate of one, in the unit rates are kept in: millionths.
const ONE: i128 = 1_000_000;

/// An amount as it reaches the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub currency: Currency,
    pub minor: i64,
    /// Millionths; None where nothing was converted.
    pub rate: Option<u32>,
}

impl Account {
    /// What `minor` units of `currency` come to in the balance today, rounded half up.
    pub fn settled(&self, currency: Currency, minor: i64) -> Settled {
        let Some((to, rate)) = self.conversions.get(&currency).copied() else { return Settled { currency, minor, rate: None } };
        let converted = (i128::from(minor) * i128::from(rate) + ONE / 2).div_euclid(ONE);
        Settled { currency: to, minor: i64::try_from(converted).unwrap_or(i64::MAX / 2), rate: Some(rate) }
    }
}

/// A line's `exchange_rate`: a fraction, as Stripe writes it, or null.
pub fn exchange_rate(rate: Option<u32>) -> Value {
    let text = rate.map(|rate| format!("{}.{:06}", rate / 1_000_000, rate % 1_000_000));
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null)
}
