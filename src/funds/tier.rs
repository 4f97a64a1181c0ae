//! Tiers: how many others must agree to a sum. Not here: who agreed to what (`approvals`).

use crate::money::Currency;

/// How many may be asked for at most: more people than any strike's treasury has.
const MOST_APPROVERS: i64 = 9;

crate::record! {
    /// From just over this sum on, so many others must agree.
    pub struct Tier {
        /// The sum that is just too small for it, in minor units.
        pub over_minor: i64,
        /// How many others must agree.
        pub approvers: i64,
    }
}

/// The tiers of a fund, smallest first; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers(Vec<Tier>);

/// Why a list is no list of tiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TiersError {
    /// Small sums need somebody's agreement as well.
    #[error("the first tier begins at nothing")]
    NoFirst,
    /// Two tiers at one sum, or a sum below zero.
    #[error("each tier begins at a sum of its own")]
    Sums,
    /// Nobody, more than nine, or fewer for a larger sum.
    #[error("a larger sum needs as many approvers as a smaller one at least, and at most nine")]
    Approvers,
}

impl Tiers {
    /// One other up to 500.00, two above (safety rule MO3).
    pub fn usual(currency: Currency) -> Self {
        let over_minor = 500 * 10_i64.pow(currency.exponent());
        Self(vec![Tier { over_minor: 0, approvers: 1 }, Tier { over_minor, approvers: 2 }])
    }

    /// These tiers, in any order.
    ///
    /// # Errors
    /// [`TiersError`], naming the first thing wrong.
    pub fn new(mut tiers: Vec<Tier>) -> Result<Self, TiersError> {
        tiers.sort_by_key(|tier| tier.over_minor);
        if tiers.first().is_none_or(|tier| tier.over_minor != 0) {
            return Err(TiersError::NoFirst);
        }
        let pairs = || tiers.iter().zip(tiers.iter().skip(1));
        if pairs().any(|(small, large)| small.over_minor == large.over_minor) {
            return Err(TiersError::Sums);
        }
        let counts_fit = tiers.iter().all(|tier| (1..=MOST_APPROVERS).contains(&tier.approvers));
        if !counts_fit || pairs().any(|(small, large)| small.approvers > large.approvers) {
            return Err(TiersError::Approvers);
        }
        Ok(Self(tiers))
    }

    /// How many others must agree to so many minor units.
    pub fn needed(&self, minor: i64) -> i64 {
        let reached = self.0.iter().rev().find(|tier| minor > tier.over_minor);
        reached.or(self.0.first()).map_or(1, |tier| tier.approvers)
    }

    /// The sum above which so many approvers are too few, in minor units; None: they are enough for every sum.
    pub fn too_few_above(&self, approvers: i64) -> Option<i64> {
        self.0.iter().find(|tier| tier.approvers > approvers).map(|tier| tier.over_minor)
    }

    /// Each of them, smallest first.
    pub fn iter(&self) -> impl Iterator<Item = &Tier> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usually_one_agrees_up_to_five_hundred_and_two_above() {
        let tiers = Tiers::usual(Currency::USD);
        assert_eq!([0, 1, 50_000, 50_001, i64::MAX].map(|minor| tiers.needed(minor)), [1, 1, 1, 2, 2]);
        assert_eq!(Tiers::usual("jpy".parse().unwrap()).needed(501), 2);
        assert_eq!([0, 1, 2].map(|approvers| tiers.too_few_above(approvers)), [Some(0), Some(50_000), None]);
    }

    #[test]
    fn tiers_begin_at_nothing_and_never_ask_fewer_for_more() {
        let of = |tiers: &[(i64, i64)]| Tiers::new(tiers.iter().map(|&(over_minor, approvers)| Tier { over_minor, approvers }).collect());
        assert_eq!(of(&[(100, 3), (0, 1), (50, 2)]).unwrap().needed(51), 2);
        assert_eq!(of(&[(1, 1)]), Err(TiersError::NoFirst));
        assert_eq!(of(&[]), Err(TiersError::NoFirst));
        assert_eq!(of(&[(0, 1), (5, 1), (5, 2)]), Err(TiersError::Sums));
        assert_eq!(of(&[(0, 2), (5, 1)]), Err(TiersError::Approvers));
        assert_eq!(of(&[(0, 0)]), Err(TiersError::Approvers));
    }
}
