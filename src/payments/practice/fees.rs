//! What a charge or a dispute costs: a table, or seeded random numbers, so that nobody can rely on a formula.

use super::account::Account;
use crate::money::Currency;

/// Where fees come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fees {
    /// The usual price list per currency.
    Table,
    /// Anything up to a tenth of the amount.
    Random,
}

/// (parts per thousand, fixed minor units, dispute fee in minor units)
fn price_list(currency: Currency) -> (i64, i64, i64) {
    match currency.code() {
        "EUR" | "GBP" => (15, 25, 2000),
        "JPY" => (36, 0, 1300),
        _ => (29, 30, 1500),
    }
}

impl Account {
    /// The fee on a charge of `amount` minor units, rounded half up.
    pub fn charge_fee(&self, currency: Currency, amount: i64) -> i64 {
        let (per_mille, fixed, _) = price_list(currency);
        match self.fees {
            Fees::Table => (i128::from(amount) * i128::from(per_mille) + 500).div_euclid(1000).try_into().unwrap_or(i64::MAX / 2) + fixed,
            Fees::Random => self.random_below(amount / 10),
        }
    }

    /// The fee on a dispute.
    pub fn dispute_fee(&self, currency: Currency) -> i64 {
        match self.fees {
            Fees::Table => price_list(currency).2,
            Fees::Random => self.random_below(2500),
        }
    }

    fn random_below(&self, limit: i64) -> i64 {
        self.entropy.below(u64::try_from(limit).unwrap_or(0)).try_into().unwrap_or(0)
    }
}
