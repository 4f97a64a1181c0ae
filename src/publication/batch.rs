//! When new gifts may be shown: only many together, and none of them most of it (safety rule PR7).

use std::collections::BTreeMap;

use crate::donations::Uncounted;
use crate::ids::DonationId;

/// A batch in which one donor gave more than this share, in percent, waits for more.
const DOMINANT_PERCENT: i128 = 80;

/// The last gift of a batch that may be shown now; None while it waits. A known donor counts once.
pub fn ready(waiting: &[Uncounted], min_gifts: i64) -> Option<DonationId> {
    let last = waiting.last()?.id;
    let mut by_donor: BTreeMap<String, i128> = BTreeMap::new();
    for gift in waiting {
        let donor = gift.donor_hash.clone().unwrap_or_else(|| format!("unknown {}", gift.id));
        *by_donor.entry(donor).or_default() += i128::from(gift.amount_minor);
    }
    let enough = i64::try_from(by_donor.len()).is_ok_and(|donors| donors >= min_gifts);
    let total: i128 = by_donor.values().sum();
    let largest = by_donor.values().max().copied().unwrap_or(0);
    // With a minimum of one the fund chose to show single gifts: the share of one donor is then always all of it.
    let dominated = min_gifts > 1 && largest * 100 > total * DOMINANT_PERCENT;
    (enough && !dominated).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gifts(amounts: &[(&str, i64)]) -> Vec<Uncounted> {
        let gift = |(id, (donor, amount_minor)): (i64, &(&str, i64))| Uncounted {
            id: DonationId(id),
            donor_hash: Some(*donor).filter(|donor| !donor.is_empty()).map(str::to_owned),
            amount_minor: *amount_minor,
        };
        (1..).zip(amounts).map(gift).collect()
    }

    #[test]
    fn a_batch_waits_for_enough_donors_and_for_none_to_rule_it() {
        assert_eq!(ready(&gifts(&[]), 1), None);
        assert_eq!(ready(&gifts(&[("a", 500), ("b", 500), ("c", 500), ("d", 500)]), 5), None);
        assert_eq!(ready(&gifts(&[("a", 500), ("a", 500), ("a", 500), ("a", 500), ("a", 500)]), 5), None);
        assert_eq!(ready(&gifts(&[("", 500), ("", 500), ("", 500), ("", 500), ("", 500)]), 5), Some(DonationId(5)));
        assert_eq!(ready(&gifts(&[("a", 100_000), ("b", 500), ("c", 500), ("d", 500), ("e", 500)]), 5), None);
        assert_eq!(ready(&gifts(&[("a", 2500)]), 1), Some(DonationId(1)));
    }
}
