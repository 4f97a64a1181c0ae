//! The noun: what there is to share out, line by line. Not here: where its figures come from (`reckoning`).

use crate::money::Currency;

crate::words! {
    /// One line of the sum.
    pub enum Line {
        /// What the fund has in the bank, in cash and at Stripe: its share of pooled money.
        OnHand = "on-hand",
        /// Less what is approved and not paid.
        Unpaid = "unpaid",
        /// Less refunds on their way.
        Refunds = "refunds",
        /// Less what pooled money cannot bear, because what is owed and what restricted funds hold comes first.
        Pool = "pool",
        /// Less what is held back for disputes.
        Reserve = "reserve",
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

/// What the sum is made of, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// What the books say the fund holds: debts are taken off.
    pub held: i64,
    /// What is approved and not paid.
    pub unpaid: i64,
    /// Refunds that were agreed to and are not in the books.
    pub refunds: i64,
    /// Pooled money less debts and less what other restricted funds hold.
    pub bearable: i64,
    /// What is to be held back, where there is as much.
    pub reserve: i64,
}

impl Distributable {
    /// Adds it up.
    pub fn of(figures: Figures, currency: Currency) -> Self {
        let Figures { held, unpaid, refunds, bearable, reserve } = figures;
        let own = held.saturating_sub(refunds);
        let pool = bearable.saturating_sub(refunds).saturating_sub(own).min(0);
        let before = own.saturating_add(pool);
        let reserve = reserve.clamp(0, before.max(0));
        let lines = vec![
            (Line::OnHand, held.saturating_add(unpaid)),
            (Line::Unpaid, unpaid.saturating_neg()),
            (Line::Refunds, refunds.saturating_neg()),
            (Line::Pool, pool),
            (Line::Reserve, reserve.saturating_neg()),
        ];
        Self { lines, total_minor: before.saturating_sub(reserve).max(0), currency }
    }

    /// One of its lines.
    pub fn line(&self, wanted: Line) -> i64 {
        self.lines.iter().find(|(line, _)| *line == wanted).map_or(0, |(_, minor)| *minor)
    }

    /// What there is before anything is held back for disputes.
    pub fn before_reserve(&self) -> i64 {
        self.total_minor.saturating_sub(self.line(Line::Reserve))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_add_up_and_never_promise_more_than_there_is() {
        let usual = Figures { held: 90_000, unpaid: 10_000, refunds: 5_000, bearable: 200_000, reserve: 8_500 };
        let told = |figures: Figures| {
            let sum = Distributable::of(figures, Currency::USD);
            (sum.lines.iter().map(|(_, minor)| *minor).collect::<Vec<_>>(), sum.total_minor)
        };
        assert_eq!(told(usual), (vec![100_000, -10_000, -5_000, 0, -8_500], 76_500));
        // Pooled money that others stand on is not there.
        assert_eq!(told(Figures { bearable: 50_000, ..usual }), (vec![100_000, -10_000, -5_000, -40_000, -8_500], 36_500));
        // A dispute that took more than was left eats the reserve first, and nothing is below nothing.
        assert_eq!(told(Figures { held: 9_000, unpaid: 0, refunds: 0, ..usual }), (vec![9_000, 0, 0, 0, -8_500], 500));
        assert_eq!(told(Figures { held: 7_000, unpaid: 0, refunds: 0, ..usual }), (vec![7_000, 0, 0, 0, -7_000], 0));
        assert_eq!(told(Figures { held: -3_000, unpaid: 0, refunds: 0, ..usual }), (vec![-3_000, 0, 0, 0, 0], 0));
        for held in [-5, 0, 1, 77, 12_901] {
            let sum = Distributable::of(Figures { held, ..usual }, Currency::USD);
            assert_eq!(sum.lines.iter().map(|(_, minor)| *minor).sum::<i64>().max(0), sum.total_minor);
            assert_eq!(sum.before_reserve(), sum.total_minor - sum.line(Line::Reserve));
        }
    }
}
