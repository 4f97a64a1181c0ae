//! The noun: how a sum is shared out, to the last minor unit. Not here: what sum, among whom, and who agrees (the verbs of `planning`).
//!
//! Fixed sums come first. Percentages are of what they leave. Weights share what percentages leave; where nobody has a weight, percentages must
//! make a hundred. Nobody gets more than their limit: what is over it the others share, each by their part, until they come to theirs. Every share
//! but a fixed one is its exact share rounded down, and what is then left goes, one minor unit each, to the largest parts that were cut off; where
//! two are alike, to the recipient with the smaller id. So the shares sum exactly, each lies within one minor unit of its exact share, and the order
//! in which recipients are named changes nothing (invariant 28).

/// The whole in hundredths of a percent.
const WHOLE: i64 = 10_000;
/// The largest weight.
pub const MOST_WEIGHT: i64 = 1_000_000;
/// The most recipients of one plan.
pub const MOST_SHARES: usize = 50;

crate::words! {
    /// By what a share is worked out.
    pub enum Rule {
        /// A part of a hundred; its value is in hundredths of a percent.
        Percent = "percent",
        /// A part beside the other weights.
        Weight = "weight",
        /// A sum, in minor units.
        Fixed = "fixed",
    }
}

impl Rule {
    /// Each, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Percent, Self::Weight, Self::Fixed];
}

/// What one recipient is to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The recipient's id: where two shares are alike, the smaller one goes first.
    pub id: i64,
    /// By what.
    pub rule: Rule,
    /// How much of it, never below nothing.
    pub value: i64,
    /// The most it gets, in minor units; a fixed sum has no limit.
    pub most: Option<i64>,
}

/// Why a sum cannot be shared out so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoShares {
    /// There is nothing to share out.
    #[error("there is nothing to share out")]
    Nothing,
    /// Nobody is named, or too many are.
    #[error("nobody is named, or more than {MOST_SHARES} are")]
    Count,
    /// Somebody is named twice.
    #[error("a recipient is named twice")]
    Twice,
    /// A value is below nothing, or beyond what is sensible.
    #[error("a value is out of bounds")]
    Value,
    /// Fixed sums are more than there is; by how many minor units.
    #[error("fixed sums are {0} more than there is")]
    TooMuch(i64),
    /// Percentages make more or less than a hundred; how many hundredths of a percent they make.
    #[error("shares make {0} hundredths of a percent")]
    Percent(i64),
    /// Fixed sums alone leave that many minor units over.
    #[error("{0} would be left over")]
    Left(i64),
    /// Everybody comes to their limit, and that many minor units are left over.
    #[error("{0} would be left over by the limits")]
    Limits(i64),
}

/// Shares out `total` minor units, and gives what each gets, in the order of `wanted`.
///
/// # Errors
/// [`NoShares`].
pub fn share_out(total: i64, wanted: &[Wanted]) -> Result<Vec<i64>, NoShares> {
    check(total, wanted)?;
    let of = |rule: Rule| wanted.iter().filter(move |one| one.rule == rule).map(|one| i128::from(one.value));
    let fixed: i128 = of(Rule::Fixed).sum();
    let base = i128::from(total) - fixed;
    if base < 0 {
        return Err(NoShares::TooMuch(i64::try_from(-base).unwrap_or(i64::MAX)));
    }
    let (percent, weights): (i128, i128) = (of(Rule::Percent).sum(), of(Rule::Weight).sum());
    let whole = i128::from(WHOLE);
    if percent > whole {
        return Err(NoShares::Percent(i64::try_from(percent).unwrap_or(i64::MAX)));
    }
    if base > 0 && weights == 0 && percent < whole {
        let left = i64::try_from(base).unwrap_or(i64::MAX);
        return Err(if percent == 0 { NoShares::Left(left) } else { NoShares::Percent(i64::try_from(percent).unwrap_or(0)) });
    }
    // The part of each in what fixed sums leave, in whole numbers.
    let part = |one: &Wanted| match one.rule {
        Rule::Fixed => 0,
        Rule::Percent => i128::from(one.value) * weights.max(1),
        Rule::Weight => (whole - percent) * i128::from(one.value),
    };
    let Shared { rest, all, full } = limited(base, wanted, part)?;
    // Every share as a numerator over one denominator, so that what is cut off can be compared exactly.
    let numerator = |at: usize, one: &Wanted| match (one.rule, one.most) {
        (Rule::Fixed, _) => i128::from(one.value) * all,
        (_, Some(most)) if full.contains(&at) => i128::from(most) * all,
        _ => rest * part(one),
    };
    let exact: Vec<i128> = wanted.iter().enumerate().map(|(at, one)| numerator(at, one)).collect();
    let mut shares: Vec<i128> = exact.iter().map(|exact| exact / all).collect();
    let left = i128::from(total) - shares.iter().sum::<i128>();
    let mut by_rest: Vec<usize> = (0..wanted.len()).collect();
    by_rest.sort_by_key(|at| wanted.get(*at).zip(exact.get(*at)).map(|(one, exact)| (-(exact % all), one.id)));
    // What is left is less than one minor unit for each share that was cut, so nobody who lost nothing gains, and nobody comes over a limit.
    for at in by_rest.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        if let Some(share) = shares.get_mut(at) {
            *share += 1;
        }
    }
    Ok(shares.into_iter().map(|share| i64::try_from(share).unwrap_or(0)).collect())
}

/// What those share who do not come to their limit.
struct Shared {
    /// The sum.
    rest: i128,
    /// All their parts in it, at least 1.
    all: i128,
    /// Who gets just their limit, by their place.
    full: Vec<usize>,
}

/// Gives everybody their limit whose part of the rest reaches it. What they do not get makes the others' shares larger, so it is looked at again,
/// until nobody else comes to a limit.
fn limited(base: i128, wanted: &[Wanted], part: impl Fn(&Wanted) -> i128) -> Result<Shared, NoShares> {
    let (mut rest, mut all, mut full) = (base, wanted.iter().map(&part).sum::<i128>(), Vec::new());
    loop {
        let is_full = |(at, one): &(usize, &Wanted)| {
            let most = one.most.filter(|_| part(one) > 0 && !full.contains(at));
            most.is_some_and(|most| rest * part(one) >= i128::from(most) * all)
        };
        let reached: Vec<(usize, &Wanted)> = wanted.iter().enumerate().filter(is_full).collect();
        if reached.is_empty() {
            break;
        }
        for (at, one) in reached {
            rest -= i128::from(one.most.unwrap_or(0));
            all -= part(one);
            full.push(at);
        }
    }
    if rest > 0 && all == 0 {
        return Err(NoShares::Limits(i64::try_from(rest).unwrap_or(i64::MAX)));
    }
    Ok(Shared { rest, all: all.max(1), full })
}

fn check(total: i64, wanted: &[Wanted]) -> Result<(), NoShares> {
    if total <= 0 {
        return Err(NoShares::Nothing);
    }
    if wanted.is_empty() || wanted.len() > MOST_SHARES {
        return Err(NoShares::Count);
    }
    let mut ids: Vec<i64> = wanted.iter().map(|one| one.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() < wanted.len() {
        return Err(NoShares::Twice);
    }
    let most = |rule| match rule {
        Rule::Percent => WHOLE,
        Rule::Weight => MOST_WEIGHT,
        Rule::Fixed => crate::money::LARGEST_MINOR,
    };
    let limit_fits =
        |one: &Wanted| one.most.is_none_or(|most| one.rule != Rule::Fixed && (1..=crate::money::LARGEST_MINOR).contains(&most));
    if wanted.iter().all(|one| (0..=most(one.rule)).contains(&one.value) && limit_fits(one)) { Ok(()) } else { Err(NoShares::Value) }
}

/// Reads a percentage as people write it, `12.5` or `12,5 %`, in hundredths of a percent.
pub fn parse_percent(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let hundredths = format!("{part:0<2}").parse::<i64>().ok()?;
    Some(whole.parse::<i64>().ok()? * 100 + hundredths).filter(|percent| *percent <= WHOLE)
}

/// Hundredths of a percent as people write them: `12.5`.
pub fn percent_text(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by(rule: Rule, values: &[i64]) -> Vec<Wanted> {
        (1..).zip(values).map(|(id, value)| Wanted { id, rule, value: *value, most: None }).collect()
    }

    #[test]
    fn a_sum_is_shared_out_to_the_cent() {
        assert_eq!(share_out(12_901, &by(Rule::Weight, &[5, 3, 2])), Ok(vec![6_451, 3_870, 2_580]));
        assert_eq!(share_out(12_901, &by(Rule::Percent, &[5_000, 3_000, 2_000])), Ok(vec![6_451, 3_870, 2_580]));
        assert_eq!(share_out(100, &by(Rule::Weight, &[1, 1, 1])), Ok(vec![34, 33, 33]), "ties go by id");
        assert_eq!(share_out(1, &by(Rule::Weight, &[1])), Ok(vec![1]));
        assert_eq!(share_out(2, &by(Rule::Weight, &[0, 1, 1])), Ok(vec![0, 1, 1]), "a weight of nothing gets nothing");
        let mixed = [(Rule::Fixed, 2_000), (Rule::Percent, 5_000), (Rule::Weight, 2), (Rule::Weight, 1)];
        let mixed: Vec<Wanted> = (1..).zip(mixed).map(|(id, (rule, value))| Wanted { id, rule, value, most: None }).collect();
        assert_eq!(share_out(12_001, &mixed), Ok(vec![2_000, 5_000, 3_334, 1_667]), "what is left over goes to the largest rests");
        assert_eq!(share_out(500, &by(Rule::Fixed, &[300, 200])), Ok(vec![300, 200]));
    }

    #[test]
    fn what_does_not_come_out_even_says_by_how_much() {
        assert_eq!(share_out(100, &by(Rule::Percent, &[5_000, 4_800])), Err(NoShares::Percent(9_800)));
        assert_eq!(share_out(100, &by(Rule::Percent, &[5_000, 5_001])), Err(NoShares::Percent(10_001)));
        assert_eq!(share_out(100, &by(Rule::Fixed, &[60, 41])), Err(NoShares::TooMuch(1)));
        assert_eq!(share_out(100, &by(Rule::Fixed, &[60])), Err(NoShares::Left(40)));
        assert_eq!(share_out(100, &by(Rule::Weight, &[0, 0])), Err(NoShares::Left(100)));
        assert_eq!(share_out(0, &by(Rule::Weight, &[1])), Err(NoShares::Nothing));
        assert_eq!(share_out(100, &[]), Err(NoShares::Count));
        assert_eq!(share_out(100, &by(Rule::Weight, &[-1])), Err(NoShares::Value));
        assert_eq!(share_out(100, &by(Rule::Weight, &[MOST_WEIGHT + 1])), Err(NoShares::Value));
        assert_eq!(share_out(100, &[by(Rule::Weight, &[1])[0]; 2]), Err(NoShares::Twice));
    }

    #[test]
    fn nobody_gets_more_than_their_limit_and_the_others_share_what_is_over_it() {
        let limited = |rule, list: &[(i64, i64)]| {
            let mut wanted = by(rule, &list.iter().map(|one| one.0).collect::<Vec<_>>());
            wanted.iter_mut().zip(list).for_each(|(one, (_, most))| one.most = Some(*most).filter(|most| *most > 0));
            wanted
        };
        assert_eq!(share_out(12_901, &limited(Rule::Weight, &[(5, 5_000), (3, 0), (2, 0)])), Ok(vec![5_000, 4_741, 3_160]));
        assert_eq!(share_out(12_901, &limited(Rule::Percent, &[(5_000, 5_000), (3_000, 0), (2_000, 0)])), Ok(vec![5_000, 4_741, 3_160]));
        assert_eq!(share_out(12_901, &limited(Rule::Weight, &[(5, 6_452), (3, 0), (2, 0)])), Ok(vec![6_451, 3_870, 2_580]), "not reached");
        // What the first does not get brings the second to its own limit.
        assert_eq!(share_out(10_000, &limited(Rule::Weight, &[(5, 1_000), (3, 5_000), (2, 0)])), Ok(vec![1_000, 5_000, 4_000]));
        assert_eq!(share_out(100, &limited(Rule::Weight, &[(1, 33), (1, 33), (1, 33)])), Err(NoShares::Limits(1)));
        assert_eq!(share_out(99, &limited(Rule::Weight, &[(1, 33), (1, 33), (1, 33)])), Ok(vec![33, 33, 33]));
        assert_eq!(
            share_out(100, &limited(Rule::Weight, &[(0, 50), (1, 100)])),
            Ok(vec![0, 100]),
            "a part of nothing is nothing, limit or not"
        );
        assert_eq!(share_out(100, &limited(Rule::Fixed, &[(100, 100)])), Err(NoShares::Value), "a fixed sum has no limit");
        assert_eq!(share_out(100, &limited(Rule::Weight, &[(1, -1), (1, i64::MAX)])), Err(NoShares::Value));
    }

    #[test]
    fn a_percentage_is_read_as_people_write_it() {
        let read = ["50", "12.5", "12,25 %", "100%", "0.01"].map(parse_percent);
        assert_eq!(read, [Some(5_000), Some(1_250), Some(1_225), Some(10_000), Some(1)]);
        for none in ["", "-1", "100.01", "1.234", "1e2", "１", ".5", "5.5.5", "101"] {
            assert_eq!(parse_percent(none), None, "{none}");
        }
        assert_eq!([5_000, 1_250, 1_225, 1].map(percent_text), ["50", "12.5", "12.25", "0.01"]);
    }

    fn wanted() -> impl Strategy<Value = Vec<Wanted>> {
        let limit = prop_oneof![3 => Just(None), 1 => (1..100_000_i64).prop_map(Some)];
        let one = ((0..3_usize, 0..=MOST_WEIGHT).prop_map(|(rule, value)| (Rule::ALL[rule], value)), limit);
        prop::collection::vec(one, 1..=12).prop_map(|list| {
            let count = i64::try_from(list.len()).unwrap();
            let fit = |(rule, value): (Rule, i64)| match rule {
                Rule::Percent => value % (WHOLE / count + 1),
                Rule::Weight | Rule::Fixed => value,
            };
            let most = |(rule, _): (Rule, i64), most: Option<i64>| most.filter(|_| rule != Rule::Fixed);
            (1..).zip(list).map(|(id, (one, limit))| Wanted { id, rule: one.0, value: fit(one), most: most(one, limit) }).collect()
        })
    }

    /// Whether this is what each gets at most by the exact shares: all who are below their limit stand at one height, their share over their part,
    /// and nobody at their limit would stay below it at that height. Both shares may be one minor unit off.
    fn is_level(parts: &[(i128, i64, Option<i64>)]) -> bool {
        let shares = parts.iter().filter(|one| one.0 > 0);
        let open: Vec<_> = shares.clone().filter(|one| one.2.is_none_or(|most| one.1 < most)).collect();
        let higher = |a: &(i128, i64, Option<i64>), b: &(i128, i64, Option<i64>)| i128::from(a.1 - 1) * b.0 < i128::from(b.1 + 1) * a.0;
        open.iter().all(|a| shares.clone().all(|b| higher(b, a))) && open.iter().all(|a| open.iter().all(|b| higher(a, b)))
    }

    proptest! {
        #[test]
        fn shares_sum_exactly_and_lie_within_one_unit_in_any_order(
            total in prop_oneof![1..10_000_i64, 1..=crate::money::LARGEST_MINOR],
            wanted in wanted(),
            turn in 0..12_usize,
        ) {
            let shares = match share_out(total, &wanted) {
                Ok(shares) => shares,
                Err(NoShares::Limits(left)) => {
                    let (fixed, others): (Vec<&Wanted>, Vec<&Wanted>) = wanted.iter().partition(|one| one.rule == Rule::Fixed);
                    let fixed = fixed.iter().map(|one| one.value).sum::<i64>();
                    let most: Option<i64> = others.iter().filter(|one| one.value > 0).map(|one| one.most).sum();
                    prop_assert!(left > 0 && most.is_some_and(|most| fixed + most + left == total), "{:?} {}", wanted, left);
                    return Ok(());
                }
                Err(_) => return Ok(()),
            };
            prop_assert_eq!(shares.iter().map(|share| i128::from(*share)).sum::<i128>(), i128::from(total));
            prop_assert!(shares.iter().all(|share| *share >= 0));
            let sum = |rule| wanted.iter().filter(|one| one.rule == rule).map(|one| i128::from(one.value)).sum::<i128>();
            let (base, percent, weights) = (i128::from(total) - sum(Rule::Fixed), sum(Rule::Percent), sum(Rule::Weight).max(1));
            let part = |one: &Wanted| match one.rule {
                Rule::Fixed => 0,
                Rule::Percent => i128::from(one.value) * weights,
                Rule::Weight => (i128::from(WHOLE) - percent) * i128::from(one.value),
            };
            let parts: Vec<_> = wanted.iter().zip(&shares).map(|(one, share)| (part(one), *share, one.most)).collect();
            prop_assert!(is_level(&parts), "{:?} got {:?}", wanted, shares);
            let is_limited = wanted.iter().any(|one| one.most.is_some());
            for (one, share) in wanted.iter().zip(&shares) {
                prop_assert!(one.most.is_none_or(|most| *share <= most) && (one.value > 0 || *share == 0));
                // Both sides times 10 000 and all weights: no share is a fraction then.
                let all = i128::from(WHOLE) * weights;
                let exact = if one.rule == Rule::Fixed { i128::from(one.value) * all } else { base * part(one) };
                prop_assert!(is_limited && one.rule != Rule::Fixed || (i128::from(*share) * all - exact).abs() < all, "{:?} got {}", one, share);
                for (other, its) in wanted.iter().zip(&shares).filter(|(other, _)| (other.rule, other.value, other.most) == (one.rule, one.value, one.most)) {
                    prop_assert!((share - its).abs() <= 1, "{:?} and {:?}", one, other);
                }
            }
            let mut turned: Vec<(Wanted, i64)> = wanted.iter().copied().zip(shares).collect();
            let at = turn % turned.len();
            turned.rotate_left(at);
            turned.reverse();
            let (order, expected): (Vec<Wanted>, Vec<i64>) = turned.into_iter().unzip();
            prop_assert_eq!(share_out(total, &order), Ok(expected));
        }
    }
}
