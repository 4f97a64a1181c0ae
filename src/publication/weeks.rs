//! What moved in each week of a fund, and what was left at its end. Not here: charts of it (`charts`), what else pages know (`known`).

use std::collections::BTreeMap;

use super::record::{FEES, GIFTS, MONEY};
use crate::clock::Day;
use crate::ledger::{chart, is_spending};

crate::record! {
    /// What lines of one account, unit and week come to.
    pub struct WeekSum {
        /// The account's path.
        pub account: String,
        /// `money`, or what is counted.
        pub unit: String,
        /// The week.
        pub week: String,
        /// How much, or how many.
        pub amount: i64,
    }
}

/// What moved in a week, and what it led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "it says which week it is")]
pub(super) struct Week {
    /// `2026-W46`.
    pub week: String,
    /// What gifts brought.
    pub received: i64,
    /// What was spent.
    pub spent: i64,
    /// What gifts brought, since the start.
    pub received_so_far: i64,
    /// What was spent, since the start.
    pub spent_so_far: i64,
    /// What was left at its end.
    pub held: i64,
}

/// Every week in which money moved, the first first.
pub(super) fn weeks(sums: &[WeekSum]) -> Vec<Week> {
    let mut weeks: BTreeMap<&str, Week> = BTreeMap::new();
    for sum in sums.iter().filter(|sum| sum.unit == MONEY && sum.amount != 0) {
        let week = weeks.entry(&sum.week).or_default();
        if sum.account == GIFTS {
            week.received = week.received.saturating_sub(sum.amount);
        } else if is_spending(&sum.account) {
            week.spent = week.spent.saturating_add(sum.amount);
        }
        let moves = is_spending(&sum.account) || [GIFTS, FEES, chart::REFUNDS, chart::CHARGEBACKS, chart::OPENING].contains(&&*sum.account);
        if moves {
            week.held = week.held.saturating_sub(sum.amount);
        }
    }
    let mut before = Week::default();
    let running = weeks.into_iter().map(|(name, moved)| {
        before = Week {
            week: name.to_owned(),
            received_so_far: before.received_so_far.saturating_add(moved.received),
            spent_so_far: before.spent_so_far.saturating_add(moved.spent),
            held: before.held.saturating_add(moved.held),
            ..moved
        };
        before.clone()
    });
    running.collect()
}

/// Which week each is, counted from the first, and how many weeks there are from the first to the last.
pub(super) fn places(weeks: &[Week]) -> Option<(Vec<i64>, i64)> {
    let first = Day::of_iso_week(&weeks.first()?.week)?;
    let places: Vec<i64> = weeks.iter().filter_map(|week| Some(first.days_until(Day::of_iso_week(&week.week)?) / 7)).collect();
    let count = places.last()?.saturating_add(1);
    (places.len() == weeks.len()).then_some((places, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(account: &str, week: &str, amount: i64) -> WeekSum {
        WeekSum { account: account.to_owned(), unit: MONEY.to_owned(), week: week.to_owned(), amount }
    }

    #[test]
    fn weeks_run_on_to_what_is_on_hand() {
        let sums = [
            sum("expenses:program:food", "2026-W48", 500),
            sum(GIFTS, "2026-W46", -2_000),
            sum(FEES, "2026-W46", 100),
            sum(GIFTS, "2026-W48", -1_000),
            sum("income:donations:in-kind", "2026-W46", -9_999),
        ];
        let weeks = weeks(&sums);
        let held: Vec<_> = weeks.iter().map(|week| (&*week.week, week.received_so_far, week.spent_so_far, week.held)).collect();
        assert_eq!(held, [("2026-W46", 2_000, 0, 1_900), ("2026-W48", 3_000, 500, 2_400)]);
        assert_eq!(places(&weeks), Some((vec![0, 2], 3)));
    }
}
