//! The middle gift, and how many donors gave again: what a batch may tell of all gifts together. Not here: ways and sizes (`ways`).
//!
//! Why nobody is told apart by either, nor by the difference of two publications:
//!
//! - Both are written down with a batch, so both move only with so many gifts at once, and count nothing that waits.
//! - Donors who gave again are told in whole steps of the least number of gifts: a step says of none of them who they are, nor of a batch how many
//!   of its donors gave before. Somebody who fills a batch with gifts of their own learns at most that some step is full.
//! - The middle gift is told from 20 gifts on, once a month, and to the nearest five whole units of money only, so that no odd amount can be
//!   recognised in it. It is told only where as many donors gave about that much as a batch takes, and none of them gave most of that: it is
//!   always the gift of many. Where that is not so, what was told before stands on.
//! - With the least number of one, the fund chose to show single gifts; then these hide none either.

use std::collections::{BTreeMap, BTreeSet};

use super::all_time::{Again, Middle};
use super::record::Record;
use super::store::{self, Tally};
use crate::clock::Day;
use crate::db::Tx;
use crate::donations::{self, Uncounted, ways::Given};
use crate::funds::Fund;
use crate::money::Currency;

/// From so many gifts on there is a middle one.
const LEAST_GIFTS: i64 = 20;
/// A middle gift of which one donor gave more than this share, in percent, is not told.
const DOMINANT_PERCENT: i128 = 80;
/// The middle gift is told to the nearest multiple of so many whole units of money.
const STEP: i64 = 5;
/// The word of the tally of donors who gave again.
const AGAIN: &str = "again";
/// What the words of tallies of gifts by their size begin with.
const SIZE: &str = "size:";

/// What a donor gave before: how often each amount.
type Before = BTreeMap<String, Vec<(i64, i64)>>;

/// Adds a batch's gifts to what is known of all gifts, and gives what may be told of them now.
pub(super) async fn all_time(tx: &mut Tx, fund: &Fund, waiting: &[Uncounted], week: &str) -> sqlx::Result<Vec<Record>> {
    let step = step_of(fund.currency);
    let mut tallies = store::tallies(tx, fund.id).await?;
    tallies.retain(|word, _| word == AGAIN || word.starts_with(SIZE));
    if !tallies.contains_key(AGAIN) {
        // Gifts that were counted before this was.
        let all = donations::ways::every_counted(tx, fund.id).await?;
        let (unknown, known): (Vec<Given>, Vec<Given>) = all.into_iter().partition(|given| given.donor_hash.is_none());
        add_up(&mut tallies, &Before::new(), &by_donor(known), step);
        for given in unknown {
            add_unknown(&mut tallies, (given.minor, given.gifts), step);
        }
    }
    let donors: BTreeSet<&str> = waiting.iter().filter_map(|gift| gift.donor_hash.as_deref()).collect();
    let before = donations::ways::counted_of(tx, fund.id, &donors.into_iter().collect::<Vec<_>>()).await?;
    let new = waiting.iter().filter(|gift| gift.donor_hash.is_some());
    let new = new.map(|gift| Given { donor_hash: gift.donor_hash.clone(), minor: gift.amount_minor, gifts: 1 });
    add_up(&mut tallies, &by_donor(before), &by_donor(new.collect()), step);
    for gift in waiting.iter().filter(|gift| gift.donor_hash.is_none()) {
        add_unknown(&mut tallies, (gift.amount_minor, 1), step);
    }
    for (word, tally) in &tallies {
        store::put_tally(tx, fund.id, word, tally).await?;
    }
    let middle = middle(tx, fund, &tallies, week).await?.map(Record::Middle);
    let again = again(tx, fund, &tallies, week).await?.map(Record::Again);
    Ok(middle.into_iter().chain(again).collect())
}

fn step_of(currency: Currency) -> i64 {
    STEP.saturating_mul(10_i64.saturating_pow(currency.exponent().max(2)))
}

/// The multiple of the step that an amount is nearest to; half goes up.
fn rounded(minor: i64, step: i64) -> i64 {
    minor.saturating_add(step / 2).div_euclid(step).saturating_mul(step)
}

/// A tally's word: the order of words is that of sizes.
fn word_of(rounded: i64) -> String {
    format!("{SIZE}{rounded:018}")
}

fn by_donor(gifts: Vec<Given>) -> Before {
    let mut donors = Before::new();
    for given in gifts {
        donors.entry(given.donor_hash.unwrap_or_default()).or_default().push((given.minor, given.gifts));
    }
    donors
}

/// How often one donor gave, and how much, by size.
fn by_size(gifts: &[(i64, i64)], step: i64) -> BTreeMap<i64, (i64, i64)> {
    let mut sizes: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for (minor, gifts) in gifts {
        let size = sizes.entry(rounded(*minor, step)).or_default();
        *size = (size.0.saturating_add(*gifts), size.1.saturating_add(minor.saturating_mul(*gifts)));
    }
    sizes
}

/// Adds what known donors gave now to what they gave before.
fn add_up(tallies: &mut BTreeMap<String, Tally>, before: &Before, new: &Before, step: i64) {
    let mut gave_again = 0;
    for (donor, gifts) in new {
        let older = before.get(donor).map_or(&[][..], Vec::as_slice);
        let count = |gifts: &[(i64, i64)]| gifts.iter().fold(0_i64, |sum, (_, gifts)| sum.saturating_add(*gifts));
        let (then, now) = (count(older), count(gifts));
        gave_again += i64::from(then < 2 && then.saturating_add(now) >= 2);
        let old_sizes = by_size(older, step);
        for (size, (gifts, minor)) in by_size(gifts, step) {
            let (had, had_minor) = old_sizes.get(&size).copied().unwrap_or_default();
            let tally = tallies.entry(word_of(size)).or_default();
            tally.gifts = tally.gifts.saturating_add(gifts);
            tally.donors = tally.donors.saturating_add(i64::from(had == 0));
            tally.largest_minor = tally.largest_minor.max(had_minor.saturating_add(minor));
        }
    }
    let tally = tallies.entry(AGAIN.to_owned()).or_default();
    tally.donors = tally.donors.saturating_add(gave_again);
}

/// Adds gifts of donors whom nobody knows: each counts as one of its own.
fn add_unknown(tallies: &mut BTreeMap<String, Tally>, (minor, gifts): (i64, i64), step: i64) {
    let tally = tallies.entry(word_of(rounded(minor, step))).or_default();
    tally.gifts = tally.gifts.saturating_add(gifts);
    tally.donors = tally.donors.saturating_add(gifts);
    tally.largest_minor = tally.largest_minor.max(minor);
}

/// The middle gift where it may be told now; None where it was told this month, or may not be.
async fn middle(tx: &mut Tx, fund: &Fund, tallies: &BTreeMap<String, Tally>, week: &str) -> sqlx::Result<Option<Middle>> {
    let n = store::last_number(tx, fund.id, "middle").await?;
    let last = match store::of_number(tx, fund.id, "middle", n).await? {
        Some(Record::Middle(middle)) => Some(middle),
        _ => None,
    };
    if last.as_ref().is_some_and(|last| month_of(&last.week) >= month_of(week)) {
        return Ok(None);
    }
    let told = tellable(tallies, fund.min_gifts);
    Ok(told.map(|amount_minor| Middle { n: n.saturating_add(1), week: week.to_owned(), amount_minor, step_minor: step_of(fund.currency) }))
}

/// The month of a week is that of its Thursday.
fn month_of(week: &str) -> Option<String> {
    Some(Day::of_iso_week(week)?.plus_days(3).month())
}

/// How large the middle gift is, where enough of all gifts are about that large.
fn tellable(tallies: &BTreeMap<String, Tally>, least: i64) -> Option<i64> {
    let sizes: Vec<(i64, &Tally)> =
        tallies.iter().filter_map(|(word, tally)| Some((word.strip_prefix(SIZE)?.parse().ok()?, tally))).collect();
    let whole = sizes.iter().fold(0_i64, |sum, (_, tally)| sum.saturating_add(tally.gifts));
    let mut passed = 0_i64;
    let (size, tally) = sizes.into_iter().find(|(_, tally)| {
        passed = passed.saturating_add(tally.gifts);
        passed.saturating_mul(2) >= whole
    })?;
    let amount = i128::from(size) * i128::from(tally.gifts);
    let is_ruled = least > 1 && i128::from(tally.largest_minor) * 100 > amount * DOMINANT_PERCENT;
    (whole >= LEAST_GIFTS && tally.donors >= least && !is_ruled).then_some(size)
}

/// How many donors gave again, where another step is full.
async fn again(tx: &mut Tx, fund: &Fund, tallies: &BTreeMap<String, Tally>, week: &str) -> sqlx::Result<Option<Again>> {
    let donors = tallies.get(AGAIN).map_or(0, |tally| tally.donors);
    let donors = donors - donors % fund.min_gifts.max(1);
    let n = store::last_number(tx, fund.id, "again").await?;
    let told = match store::of_number(tx, fund.id, "again", n).await? {
        Some(Record::Again(again)) => again.donors,
        _ => 0,
    };
    Ok((donors > told).then(|| Again { n: n.saturating_add(1), week: week.to_owned(), donors }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP_MINOR: i64 = 500;

    fn known(gifts: &[(&str, i64)]) -> Before {
        by_donor(gifts.iter().map(|(donor, minor)| Given { donor_hash: Some((*donor).to_owned()), minor: *minor, gifts: 1 }).collect())
    }

    #[test]
    fn a_donor_gives_again_once_however_often_they_give() {
        let mut tallies = BTreeMap::new();
        let first = known(&[("a", 2_500), ("a", 2_600), ("b", 2_500)]);
        add_up(&mut tallies, &Before::new(), &first, STEP_MINOR);
        assert_eq!(tallies[AGAIN].donors, 1);
        let second = known(&[("a", 2_500), ("b", 4_000), ("c", 2_500)]);
        add_up(&mut tallies, &first, &second, STEP_MINOR);
        assert_eq!(tallies[AGAIN].donors, 2);
        let about_25 = &tallies[&word_of(2_500)];
        assert_eq!((about_25.gifts, about_25.donors, about_25.largest_minor), (5, 3, 7_600));
    }

    #[test]
    fn an_amount_is_told_to_the_nearest_five() {
        assert_eq!([2_749, 2_750, 2_500, 249].map(|minor| rounded(minor, STEP_MINOR)), [2_500, 3_000, 2_500, 0]);
        assert_eq!([step_of(Currency::USD), step_of("jpy".parse().unwrap())], [500, 500]);
    }

    #[test]
    fn the_middle_gift_is_told_only_where_it_is_the_gift_of_many() {
        let gifts = |sizes: &[(i64, i64, i64, i64)]| -> BTreeMap<String, Tally> {
            let of = |(size, gifts, donors, largest_minor): &(i64, i64, i64, i64)| {
                (word_of(*size), Tally { gifts: *gifts, donors: *donors, largest_minor: *largest_minor })
            };
            sizes.iter().map(of).collect()
        };
        let (below, above) = ((1_000, 8, 8, 1_000), (10_000, 7, 7, 10_000));
        assert_eq!(tellable(&gifts(&[below, (2_500, 5, 5, 2_500), above]), 5), Some(2_500));
        assert_eq!(tellable(&gifts(&[below, (2_500, 5, 4, 5_000), above]), 5), None, "four gave about that much");
        assert_eq!(tellable(&gifts(&[below, (2_500, 40, 8, 81_000), (10_000, 40, 40, 10_000)]), 5), None, "one gave most of that");
        assert_eq!(tellable(&gifts(&[(1_000, 7, 7, 1_000), (2_500, 5, 5, 2_500), above]), 5), None, "nineteen are too few");
        assert_eq!(tellable(&gifts(&[(1_000, 9, 9, 1_000), (3_700, 2, 1, 3_700), (9_000, 9, 9, 9_000)]), 1), Some(3_700));
    }
}
