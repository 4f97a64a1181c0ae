//! The noun: what there is to share out, line by line.

use crate::money::Currency;

crate::words! {
    /// One line of the sum.
    pub enum Line {
        /// What the fund has in the bank, in cash and at Stripe: its share of pooled money.
        OnHand = "on-hand",
    }
}

/// What there is to share out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distributable {
    /// Its lines in order; they add up to the total, unless that would be below nothing.
    pub lines: Vec<(Line, i64)>,
    /// What there is to share out, in minor units; never below nothing.
    pub total_minor: i64,
    /// What it counts in.
    pub currency: Currency,
}
