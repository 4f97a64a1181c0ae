//! When new gifts may be shown: only many together, and none of them most of it (safety rule PR7).

use std::collections::BTreeMap;

use crate::donations::Uncounted;
use crate::funds::{Fund, State};
use crate::ids::DonationId;

/// A batch in which one donor gave more than this share, in percent, waits for more.
const DOMINANT_PERCENT: i128 = 80;

/// The last gift of a batch that may be shown now; None while it waits. A known donor counts once. While the fund winds down everything waits for
/// the remainder, so that no small rest stands alone at the end (screens.md 0.2).
pub fn ready(waiting: &[Uncounted], fund: &Fund) -> Option<DonationId> {
    let last = waiting.last()?.id;
    let by_donor = by_donor(waiting);
    let enough = i64::try_from(by_donor.len()).is_ok_and(|donors| donors >= fund.min_gifts);
    let total = by_donor.values().sum();
    (enough && fund.state != State::WindingDown && !is_ruled(&by_donor, total, fund)).then_some(last)
}

/// Whether one donor gave most of what the batch would show as received: refunds that are taken off it leave the share of the others smaller.
pub fn is_dominated(waiting: &[Uncounted], received_minor: i64, fund: &Fund) -> bool {
    is_ruled(&by_donor(waiting), i128::from(received_minor), fund)
}

fn by_donor(waiting: &[Uncounted]) -> BTreeMap<String, i128> {
    let mut by_donor: BTreeMap<String, i128> = BTreeMap::new();
    for gift in waiting {
        let donor = gift.donor_hash.clone().unwrap_or_else(|| format!("unknown {}", gift.id));
        *by_donor.entry(donor).or_default() += i128::from(gift.amount_minor);
    }
    by_donor
}

fn is_ruled(by_donor: &BTreeMap<String, i128>, total: i128, fund: &Fund) -> bool {
    let largest = by_donor.values().max().copied().unwrap_or(0);
    // With a minimum of one the fund chose to show single gifts: the share of one donor is then always all of it.
    fund.min_gifts > 1 && largest * 100 > total * DOMINANT_PERCENT && total > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Zone;
    use crate::ids::FundId;
    use crate::money::Currency;

    fn gifts(amounts: &[(&str, i64)]) -> Vec<Uncounted> {
        let gift = |(id, (donor, amount_minor)): (i64, &(&str, i64))| Uncounted {
            id: DonationId(id),
            number: String::new(),
            donor_hash: Some(*donor).filter(|donor| !donor.is_empty()).map(str::to_owned),
            amount_minor: *amount_minor,
        };
        (1..).zip(amounts).map(gift).collect()
    }

    fn fund(min_gifts: i64, state: State) -> Fund {
        Fund {
            id: FundId(1),
            reference: String::new(),
            slug: "general".to_owned(),
            name: String::new(),
            promise: String::new(),
            currency: Currency::USD,
            time_zone: Zone::UTC,
            restriction: None,
            state,
            min_gifts,
            publish_interval_secs: 0,
        }
    }

    #[test]
    fn a_batch_waits_for_enough_donors_and_for_none_to_rule_it() {
        assert_eq!(ready(&gifts(&[]), &fund(1, State::Open)), None);
        assert_eq!(ready(&gifts(&[("a", 500), ("b", 500), ("c", 500), ("d", 500)]), &fund(5, State::Open)), None);
        assert_eq!(ready(&gifts(&[("a", 500), ("a", 500), ("a", 500), ("a", 500), ("a", 500)]), &fund(5, State::Open)), None);
        assert_eq!(ready(&gifts(&[("", 500), ("", 500), ("", 500), ("", 500), ("", 500)]), &fund(5, State::Open)), Some(DonationId(5)));
        assert_eq!(ready(&gifts(&[("a", 100_000), ("b", 500), ("c", 500), ("d", 500), ("e", 500)]), &fund(5, State::Open)), None);
        assert_eq!(ready(&gifts(&[("a", 2500)]), &fund(1, State::Open)), Some(DonationId(1)));
    }

    #[test]
    fn a_donor_who_rules_what_is_left_after_refunds_rules_the_batch() {
        let waiting = gifts(&[("a", 7_000), ("b", 500), ("c", 500), ("d", 500), ("e", 500)]);
        let fund = fund(5, State::Open);
        assert_eq!(ready(&waiting, &fund), Some(DonationId(5)));
        assert!(!is_dominated(&waiting, 9_000, &fund) && is_dominated(&waiting, 8_000, &fund));
    }

    #[test]
    fn while_a_fund_winds_down_the_batch_waits_for_the_remainder() {
        let waiting = gifts(&[("", 500), ("", 500), ("", 500), ("", 500), ("", 500)]);
        assert_eq!(ready(&waiting, &fund(5, State::WindingDown)), None);
        assert_eq!(ready(&waiting, &fund(5, State::Distributing)), Some(DonationId(5)));
    }
}
