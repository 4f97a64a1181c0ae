//! What donors would like to become of what is left, as a tally. It moves only with a batch, is told from 20 wishes on, and each group's count only in
//! whole steps of the least number of gifts: so nobody's wish can be read out of two publications. Not here: whose wish it is (`donations`).

use std::collections::BTreeMap;

use super::Press;
use super::passed::{Advice, Count};
use super::record::Record;
use super::store::{self, Tally};
use crate::db::Tx;
use crate::donations::{self, Uncounted};
use crate::funds::charter::Charter;
use crate::funds::{self, Fund};
use crate::ids::DonationId;

/// From so many wishes on they are told.
const LEAST: i64 = 20;
/// What the words of tallies of wishes begin with.
const WISH: &str = "wish:";
/// Whose advice it is.
const DONORS: &str = "donors";

/// Adds a batch's wishes to those before, and gives what may be told of them now, where that is another than was told last.
pub(super) async fn told(tx: &mut Tx, press: &Press<'_>, fund: &Fund, waiting: &[Uncounted], week: &str) -> sqlx::Result<Option<Record>> {
    let gifts: Vec<DonationId> = waiting.iter().map(|gift| gift.id).collect();
    let mut tallies: BTreeMap<String, Tally> = store::tallies(tx, fund.id).await?;
    tallies.retain(|word, _| word.starts_with(WISH));
    for (name, moved) in donations::wishes::moved(tx, press.keys, fund.id, &gifts).await? {
        let word = format!("{WISH}{name}");
        let tally = tallies.entry(word.clone()).or_default();
        tally.donors = tally.donors.saturating_add(moved);
        store::put_tally(tx, fund.id, &word, tally).await?;
    }
    let Some(charter) = funds::charter(tx, fund.id).await?.and_then(|standing| Charter::of_lines(&standing.body)) else { return Ok(None) };
    let wished = |name: &str| tallies.get(&format!("{WISH}{name}")).map_or(0, |tally| tally.donors.max(0));
    let counts: Vec<Count> = charter
        .recipients
        .iter()
        .map(|named| {
            let donors = wished(&named.name);
            Count { to: named.name.clone(), count: donors - donors % fund.min_gifts.max(1) }
        })
        .collect();
    let all = charter.recipients.iter().fold(0_i64, |sum, named| sum.saturating_add(wished(&named.name)));
    if all < LEAST || last(tx, fund).await?.is_some_and(|last| last.counts == counts) {
        return Ok(None);
    }
    let n = store::last_number(tx, fund.id, "advice").await?.saturating_add(1);
    Ok(Some(Record::Advice(Advice { n, week: week.to_owned(), whose: DONORS.to_owned(), held_on: None, counts })))
}

/// What was told last.
async fn last(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Option<Advice>> {
    let leaves = store::of_kind(tx, fund.id, "advice").await?;
    let read = |leaf: &store::Leaf| match Record::from_leaf(&leaf.body) {
        Ok(Record::Advice(advice)) if advice.whose == DONORS => Some(advice),
        _ => None,
    };
    Ok(leaves.iter().rev().find_map(read))
}
