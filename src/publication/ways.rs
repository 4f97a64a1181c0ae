//! Which way gifts came, and how large they were: what a batch may tell of both (safety rule PR7). A group of few gifts, or one that one donor
//! rules, is told together with a second one until both are enough. Not here: the batch itself (`batch`).

use std::collections::{BTreeMap, HashMap};

use super::record::{GIFTS, MONEY, Sum};
use super::store::{self, Tally};
use super::told::{Band, Bands, WAY, Way, Ways};
use crate::db::Tx;
use crate::donations::{self, Uncounted};
use crate::funds::Fund;
use crate::ids::DonationId;
use crate::ledger::{Balance, chart};

/// A group in which one donor gave more than this share, in percent, is not told alone.
const DOMINANT_PERCENT: i128 = 80;
/// The ways that are told apart; online last, for what went back in small counts is taken off it.
const WAYS: [&str; 4] = [chart::CASH_GIFTS, chart::BANK_GIFTS, chart::ORGANISATIONS, chart::ONLINE];
/// Where the bands of sizes begin, in whole units of money.
const BANDS: [i64; 5] = [0, 25, 50, 100, 250];

/// What came one way and was not told yet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Untold {
    account: &'static str,
    amount_minor: i64,
    gifts: i64,
    donors: i64,
    largest_minor: i64,
}

impl Untold {
    const fn is_nothing(&self) -> bool {
        self.amount_minor == 0 && self.gifts == 0
    }
}

/// Whether these may stand as one sum.
fn are_enough(group: &[&Untold], least: i64) -> bool {
    let donors = group.iter().fold(0_i64, |sum, way| sum.saturating_add(way.donors));
    let amount: i128 = group.iter().map(|way| i128::from(way.amount_minor)).sum();
    let largest = group.iter().map(|way| i128::from(way.largest_minor)).max().unwrap_or(0);
    donors >= least && (least <= 1 || largest * 100 <= amount * DOMINANT_PERCENT)
}

/// The ways that may be told now, each alone; what is not told is enough together, or nothing.
fn tellable(ways: &[Untold], least: i64) -> Vec<&Untold> {
    let there = ways.iter().filter(|way| !way.is_nothing());
    let (mut told, mut hidden): (Vec<_>, Vec<_>) = there.partition(|way| are_enough(&[way], least));
    told.sort_by_key(|way| std::cmp::Reverse(way.amount_minor));
    while !hidden.is_empty() && !are_enough(&hidden, least) {
        let Some(smallest) = told.pop() else { break };
        hidden.push(smallest);
    }
    told
}

/// What a fund's income beside gifts comes to, such as interest: it is in what was received, and came no way of giving.
pub(super) fn beside_gifts(fund: &Fund, balances: &[Balance]) -> i64 {
    let apart = [chart::REFUNDS, chart::CHARGEBACKS, chart::IN_KIND];
    let is_beside = |path: &str| path.starts_with("income:") && !WAYS.contains(&path) && !apart.contains(&path);
    of_fund(fund, balances, is_beside).saturating_neg()
}

/// The sum of a fund's balances on some accounts, debit positive.
pub(super) fn of_fund(fund: &Fund, balances: &[Balance], takes: impl Fn(&str) -> bool) -> i64 {
    let ours = balances.iter().filter(|balance| balance.fund == Some(fund.id) && balance.amount.currency == fund.currency);
    ours.filter(|balance| takes(&balance.path)).fold(0, |sum, balance| sum.saturating_add(balance.amount.minor))
}

/// Published lines of one unit, turned round: what came this way, and what was received in all.
pub(super) fn told(sums: &[Sum], account: &str, unit: &str) -> i64 {
    sums.iter().find(|sum| sum.account == account && sum.unit == unit).map_or(0, |sum| sum.amount.saturating_neg())
}

/// What was received and is told by no way.
pub(super) fn untold(sums: &[Sum]) -> i64 {
    let by_way = sums.iter().filter(|sum| sum.unit == WAY).fold(0_i64, |all, sum| all.saturating_sub(sum.amount));
    told(sums, GIFTS, MONEY).saturating_sub(by_way)
}

/// Adds the batch's gifts to what waits to be told, way by way, and gives what may be told now. The batch's own record stands already.
pub(super) async fn ways(
    tx: &mut Tx,
    fund: &Fund,
    (balances, waiting): (&[Balance], &[Uncounted]),
    week: &str,
) -> sqlx::Result<Option<Ways>> {
    let of = donations::ways::uncounted_ways(tx, fund.id).await?;
    let mut tallies = store::tallies(tx, fund.id).await?;
    add_up(&mut tallies, waiting, &of);
    let sums = store::sums(tx, fund.id).await?;
    let mut online = told(&sums, GIFTS, MONEY).saturating_sub(beside_gifts(fund, balances));
    let mut untold = Vec::with_capacity(WAYS.len());
    for account in WAYS {
        let in_books = of_fund(fund, balances, |path| path == account).saturating_neg();
        let amount = if account == chart::ONLINE { online } else { in_books };
        online = online.saturating_sub(in_books);
        let tally = tallies.get(account).cloned().unwrap_or_default();
        untold.push(Untold {
            account,
            amount_minor: amount.saturating_sub(told(&sums, account, WAY)),
            gifts: tally.gifts,
            donors: tally.donors,
            largest_minor: tally.largest_minor,
        });
    }
    let mut ways: Vec<Way> = Vec::new();
    for way in tellable(&untold, fund.min_gifts) {
        tallies.insert(way.account.to_owned(), Tally::default());
        ways.push(Way { account: way.account.to_owned(), amount_minor: way.amount_minor, gifts: way.gifts });
    }
    for account in WAYS {
        if let Some(tally) = tallies.get(account) {
            store::put_tally(tx, fund.id, account, tally).await?;
        }
    }
    ways.sort_by(|one, other| one.account.cmp(&other.account));
    let n = store::last_number(tx, fund.id, "ways").await?.saturating_add(1);
    Ok((!ways.is_empty()).then(|| Ways { n, week: week.to_owned(), ways }))
}

/// Adds gifts to the tallies of their ways. Of donors who gave in several batches each batch's count is kept, the highest: never too many.
fn add_up(tallies: &mut BTreeMap<String, Tally>, waiting: &[Uncounted], of: &HashMap<DonationId, &'static str>) {
    let mut given: BTreeMap<&str, BTreeMap<String, i64>> = BTreeMap::new();
    for gift in waiting {
        let account = of.get(&gift.id).copied().unwrap_or(chart::ONLINE);
        let donor = gift.donor_hash.clone().unwrap_or_else(|| format!("unknown {}", gift.id));
        let sum = given.entry(account).or_default().entry(donor).or_default();
        *sum = sum.saturating_add(gift.amount_minor);
        tallies.entry(account.to_owned()).or_default().gifts += 1;
    }
    for (account, donors) in given {
        let tally = tallies.entry(account.to_owned()).or_default();
        tally.donors = tally.donors.max(i64::try_from(donors.len()).unwrap_or(i64::MAX));
        // One donor may be the largest of every batch.
        tally.largest_minor = tally.largest_minor.saturating_add(donors.values().copied().max().unwrap_or(0));
    }
}

/// Counts the batch's gifts into their bands of sizes, and gives the bands as they may be told now.
pub(super) async fn bands(tx: &mut Tx, fund: &Fund, waiting: &[Uncounted], week: &str) -> sqlx::Result<Option<Bands>> {
    let unit = 10_i64.saturating_pow(fund.currency.exponent());
    let begins = BANDS.map(|whole| whole.saturating_mul(unit));
    let mut tallies = store::tallies(tx, fund.id).await?;
    if !tallies.keys().any(|word| word.starts_with("band:")) {
        // Gifts that were counted before bands were kept.
        for (minor, gifts) in donations::ways::counted_amounts(tx, fund.id).await? {
            tallies.entry(word_of(&begins, minor)).or_default().gifts += gifts;
        }
    }
    for gift in waiting {
        tallies.entry(word_of(&begins, gift.amount_minor)).or_default().gifts += 1;
    }
    let mut counts = [0; BANDS.len()];
    for (count, begin) in counts.iter_mut().zip(begins) {
        if let Some(tally) = tallies.get(&band_word(begin)) {
            store::put_tally(tx, fund.id, &band_word(begin), tally).await?;
            *count = tally.gifts;
        }
    }
    let bands = in_steps(&begins, &counts, fund.min_gifts.max(1));
    let n = store::last_number(tx, fund.id, "bands").await?.saturating_add(1);
    Ok((!bands.is_empty()).then(|| Bands { n, week: week.to_owned(), bands }))
}

fn band_word(begin: i64) -> String {
    format!("band:{begin}")
}

fn word_of(begins: &[i64], minor: i64) -> String {
    band_word(begins.iter().rev().copied().find(|begin| *begin <= minor).unwrap_or(0))
}

/// Neighbours are merged until each band holds enough, and each count is cut down to whole steps.
fn in_steps(begins: &[i64], counts: &[i64], step: i64) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    let (mut from, mut gathered) = (None, 0_i64);
    for (place, (begin, count)) in begins.iter().zip(counts).enumerate() {
        let from_minor = *from.get_or_insert(*begin);
        gathered = gathered.saturating_add(*count);
        if gathered >= step {
            bands.push(Band { from_minor, under_minor: begins.get(place + 1).copied(), gifts: gathered });
            (from, gathered) = (None, 0);
        }
    }
    if from.is_some()
        && let Some(last) = bands.last_mut()
    {
        last.under_minor = None;
        last.gifts = last.gifts.saturating_add(gathered);
    }
    for band in &mut bands {
        band.gifts -= band.gifts % step;
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(account: &'static str, amount_minor: i64, donors: i64, largest_minor: i64) -> Untold {
        Untold { account, amount_minor, gifts: donors, donors, largest_minor }
    }

    fn told_of(ways: &[Untold]) -> Vec<&'static str> {
        tellable(ways, 5).into_iter().map(|way| way.account).collect()
    }

    #[test]
    fn a_way_of_few_gifts_is_told_together_with_a_second_one() {
        let online = way("online", 50_000, 20, 5_000);
        let cash = way("cash", 12_000, 6, 4_000);
        assert_eq!(told_of(&[online.clone(), cash.clone()]), ["online", "cash"]);
        // One union's gift: the smallest other way hides it.
        assert_eq!(told_of(&[online.clone(), cash.clone(), way("union", 4_000, 1, 4_000)]), ["online"]);
        // It rules that group, so the next one hides it too.
        assert_eq!(told_of(&[online.clone(), cash, way("union", 400_000, 1, 400_000)]), [""; 0]);
        // What is taken back of a way without a gift hides as well.
        assert_eq!(told_of(&[online.clone(), way("bank", -1_000, 0, 0)]), [""; 0]);
        assert_eq!(told_of(&[online, way("bank", 0, 0, 0)]), ["online"]);
    }

    #[test]
    fn a_way_that_one_donor_rules_is_not_told() {
        assert_eq!(told_of(&[way("online", 50_000, 20, 45_000)]), [""; 0]);
        assert_eq!(told_of(&[way("online", 50_000, 20, 40_000)]), ["online"]);
        assert_eq!(tellable(&[way("online", 2_500, 1, 2_500)], 1).len(), 1, "a fund that shows single gifts");
    }

    #[test]
    fn bands_merge_until_each_holds_enough_and_move_in_steps() {
        let begins = [0, 2_500, 5_000, 10_000, 25_000];
        let words = |counts: [i64; 5]| {
            let band = |band: &Band| (band.from_minor, band.under_minor, band.gifts);
            in_steps(&begins, &counts, 5).iter().map(band).collect::<Vec<_>>()
        };
        assert_eq!(words([4, 0, 0, 0, 0]), []);
        assert_eq!(words([4, 1, 0, 0, 0]), [(0, None, 5)]);
        assert_eq!(words([9, 6, 0, 0, 7]), [(0, Some(2_500), 5), (2_500, Some(5_000), 5), (5_000, None, 5)]);
        assert_eq!(words([9, 6, 0, 0, 1]), [(0, Some(2_500), 5), (2_500, None, 5)]);
        assert_eq!(words([12, 5, 5, 5, 5]).iter().map(|band| band.2).sum::<i64>(), 30);
    }
}
