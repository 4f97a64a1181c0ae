//! Each batch commits to the gifts it counts: what is kept for it, how one gift is opened again. Not here: what a commitment is (`coins`), the
//! proof as a file (`receipt`).
//!
//! What is committed to is the batch's own published figure, `received_minor`, and nothing else is published for it. Refunds too few to be shown
//! are taken off that figure, and a second one beside it, before they were, would show them: so as many of the gifts as fit into the figure are
//! committed to, what is left is filled up with coins that are nobody's, and the few gifts that did not fit are first when the next batch is made.
//! Nobody outside can tell such a batch from another; nobody can prove more than was published; a donor waits for a proof at most until refunds
//! that came together are shown.

use std::collections::BTreeMap;

use super::coins::{self, Node, Salt};
use super::log::tree::Hash;
use super::record::{Batch, Record};
use super::store::{self, Heap, Salted, Unproved};
use super::{Press, PublishError};
use crate::db::Tx;
use crate::donations::Uncounted;
use crate::funds::Fund;
use crate::ids::{DonationId, FundId};
use crate::seal::Keyring;

/// How many gifts have their coins in one heap: a proof reads one heap, and what the others add up to.
const HEAP: usize = 256;
/// How many salts are destroyed in one transaction, where all of a fund's are.
const FORGOTTEN_AT_ONCE: i64 = 1_000;
/// A height, and a hash.
const NODE: usize = 33;

/// Commits to the new gifts of a batch, and to those that still wait, as far as they fit into what it received.
pub(super) async fn commit(
    tx: &mut Tx,
    press: &Press<'_>,
    fund: &Fund,
    batch: &mut Batch,
    counted: &[Uncounted],
) -> Result<(), PublishError> {
    let old = store::unproved(tx, fund.id).await?;
    let new = counted.iter().filter(|gift| gift.amount_minor > 0);
    let new = new.map(|gift| Unproved { donation_id: gift.id, number: gift.number.clone(), amount_minor: gift.amount_minor });
    let new: Vec<Unproved> = new.collect();
    let total = u64::try_from(batch.received_minor).unwrap_or(0);
    let (fitting, waiting, left) = fit(&old, &new, total);
    store::note_unproved(tx, fund.id, &waiting).await?;
    if total == 0 {
        return Ok(());
    }
    let mut writer = Heaps { press, fund: fund.id, batch: batch.n, largest: coins::largest(total), peaks: Vec::new() };
    for (n, gifts) in (0..).zip(fitting.chunks(HEAP)) {
        writer.write(tx, n, gifts, 0).await?;
    }
    if left > 0 {
        let n = i64::try_from(fitting.len().div_ceil(HEAP)).unwrap_or(i64::MAX);
        writer.write(tx, n, &[], left).await?;
    }
    let peaks = coins::add_up(writer.peaks);
    if coins::worth(&peaks) != Some(total) {
        return Err(PublishError::Overflow(fund.slug.clone()));
    }
    batch.commitment = Some(data_encoding::BASE64.encode(&coins::commitment(total, &peaks)));
    Ok(())
}

/// The gifts that fit into `total`, those that wait on, and what is left of it. Who waited before comes first; of the new ones, those wait that come
/// closest to what is missing, so that little has to be filled up.
fn fit<'a>(old: &'a [Unproved], new: &'a [Unproved], total: u64) -> (Vec<&'a Unproved>, Vec<&'a Unproved>, u64) {
    let missing = old.iter().chain(new).map(Unproved::worth).sum::<u64>().saturating_sub(total);
    let held_back = closest(new, missing);
    let mut left = total;
    let (fitting, waiting) = old.iter().chain(new).partition(|gift| {
        let rest = left.checked_sub(gift.worth()).filter(|_| !held_back.contains(&gift.donation_id));
        left = rest.unwrap_or(left);
        rest.is_some()
    });
    (fitting, waiting, left)
}

/// Of the smallest gifts, those that together come closest to `missing` from above; none where they are not enough.
fn closest(gifts: &[Unproved], missing: u64) -> Vec<DonationId> {
    // How many gifts are tried, and how many sums of them: the rest would hardly come closer.
    const TRIED: usize = 48;
    const SUMS: usize = 4_096;
    let mut smallest: Vec<&Unproved> = gifts.iter().collect();
    smallest.sort_by_key(|gift| (gift.worth(), gift.donation_id));
    smallest.truncate(TRIED);
    let mut sums: BTreeMap<u64, u64> = BTreeMap::from([(0, 0)]);
    for (n, gift) in smallest.iter().enumerate() {
        let below: Vec<(u64, u64)> = sums.range(..missing).map(|(sum, chosen)| (*sum, *chosen)).collect();
        for (sum, chosen) in below {
            if sums.len() < SUMS {
                sums.entry(sum.saturating_add(gift.worth())).or_insert(chosen | 1 << n);
            }
        }
    }
    let chosen = sums.range(missing..).next().map_or(0, |(_, chosen)| *chosen);
    smallest.iter().enumerate().filter(|(n, _)| chosen >> n & 1 == 1).map(|(_, gift)| gift.donation_id).collect()
}

impl Unproved {
    fn worth(&self) -> u64 {
        u64::try_from(self.amount_minor).unwrap_or(0)
    }
}

struct Heaps<'a> {
    press: &'a Press<'a>,
    fund: FundId,
    batch: i64,
    largest: u8,
    peaks: Vec<Node>,
}

impl Heaps<'_> {
    /// Writes a heap of gifts; `filling` is what is nobody's.
    async fn write(&mut self, tx: &mut Tx, n: i64, gifts: &[&Unproved], filling: u64) -> Result<(), PublishError> {
        let (mut nodes, mut salts) = (Vec::new(), Vec::with_capacity(gifts.len()));
        let beyond = || PublishError::Overflow(self.fund.to_string());
        for gift in gifts {
            let salt: Salt = self.press.entropy.bytes();
            nodes.extend(coins::change(gift.worth(), self.largest, &salt, &gift.number).ok_or_else(beyond)?);
            salts.push(Salted {
                donation_id: gift.donation_id,
                fund_id: self.fund,
                batch: self.batch,
                heap: n,
                number: gift.number.clone(),
                amount_minor: gift.amount_minor,
                salt: self.press.keys.seal(self.press.entropy, &context(gift.donation_id), &salt),
            });
        }
        if filling > 0 {
            nodes.extend(coins::change(filling, self.largest, &self.press.entropy.bytes(), "").ok_or_else(beyond)?);
        }
        // In the order of their hashes nothing tells whose a coin is.
        nodes.sort_unstable_by_key(|node| node.hash);
        let coins = packed(&nodes);
        let nodes = nodes.into_iter().map(|node| Node::closed(node.height, node.hash)).collect();
        let peaks = coins::add_up(nodes);
        store::insert_heap(tx, (self.fund, self.batch), &Heap { n, coins, peaks: packed(&peaks) }).await?;
        store::insert_salts(tx, &salts).await?;
        self.peaks.extend(peaks);
        Ok(())
    }
}

/// A gift, opened inside the batch that committed to it.
pub(super) struct Opened {
    /// The gift's number.
    pub number: String,
    /// What it is worth.
    pub amount_minor: i64,
    /// What hides it.
    pub salt: Salt,
    /// The proof.
    pub proof: Vec<u8>,
}

/// Opens a gift; None where no batch committed to it yet, its donor was forgotten, or the salt was sealed with another master key.
pub(super) async fn open(tx: &mut Tx, keys: &Keyring, donation: DonationId, received_minor: i64) -> sqlx::Result<Option<Opened>> {
    let Some(salted) = store::salted(tx, donation).await? else { return Ok(None) };
    let salt: Option<Salt> = keys.open(&context(donation), &salted.salt).and_then(|salt| salt.try_into().ok());
    let batch = (salted.fund_id, salted.batch);
    let (Some(salt), Some(heap)) = (salt, store::heap(tx, batch, salted.heap).await?) else { return Ok(None) };
    let largest = coins::largest(u64::try_from(received_minor).unwrap_or(0));
    let amount = u64::try_from(salted.amount_minor).unwrap_or(0);
    let Some(mine) = coins::change(amount, largest, &salt, &salted.number) else { return Ok(None) };
    let is_mine = |node: &Node| mine.iter().any(|coin| coin.hash == node.hash);
    let others = unpacked(&heap.coins).into_iter().filter(|node| !is_mine(node));
    let mut nodes = coins::add_up(others.chain(mine.iter().cloned()).collect());
    for (n, peaks) in store::peaks(tx, batch).await? {
        if n != salted.heap {
            nodes.extend(unpacked(&peaks));
        }
    }
    let proof = coins::proof(&coins::add_up(nodes));
    Ok(Some(Opened { number: salted.number, amount_minor: salted.amount_minor, salt, proof }))
}

/// The batch that committed to a gift; None: none yet, or the gift was forgotten.
pub(super) async fn batch_of(tx: &mut Tx, donation: DonationId) -> sqlx::Result<Option<(FundId, i64)>> {
    Ok(store::salted(tx, donation).await?.map(|salted| (salted.fund_id, salted.batch)))
}

/// Destroys what opens the amounts of a fund's gifts inside its published totals, some at a time, and gives how many were: the fund closed long ago, its
/// donors are forgotten, and proofs that were handed out stay good.
///
/// # Errors
/// When the database is gone.
pub async fn forget_some_of(tx: &mut Tx, fund: FundId) -> sqlx::Result<u64> {
    store::forget_salts(tx, fund, FORGOTTEN_AT_ONCE).await
}

/// Destroys what opens a gift's coins, when its donor is forgotten: the roots stay, and so does every proof that was handed out. True: there was
/// something to destroy.
///
/// # Errors
/// When the database is gone.
pub async fn forget(tx: &mut Tx, donation: DonationId) -> sqlx::Result<bool> {
    Ok(store::forget_salt(tx, donation).await? > 0)
}

/// Whether the coins kept for a batch are what its record commits to, and come to what it received (invariant 33); Some names what is not.
pub(super) async fn verify(tx: &mut Tx, fund: &Fund, batch: &Batch) -> sqlx::Result<Option<String>> {
    let Some(committed) = &batch.commitment else { return Ok(None) };
    let total = u64::try_from(batch.received_minor).unwrap_or(0);
    let mut peaks = Vec::new();
    for (n, kept) in store::peaks(tx, (fund.id, batch.n)).await? {
        let Some(heap) = store::heap(tx, (fund.id, batch.n), n).await? else { continue };
        let added = coins::add_up(unpacked(&heap.coins));
        if packed(&added) != kept {
            return Ok(Some(format!("heap {n} of batch {} of {} does not add up", batch.n, fund.slug)));
        }
        peaks.extend(added);
    }
    let peaks = coins::add_up(peaks);
    let root: Hash = coins::commitment(total, &peaks);
    if coins::worth(&peaks) != Some(total) || data_encoding::BASE64.encode(&root) != *committed {
        return Ok(Some(format!("the coins of batch {} of {} are not what its record commits to", batch.n, fund.slug)));
    }
    let (_, proved) = store::salted_of_batch(tx, fund.id, batch.n).await?;
    if proved > batch.received_minor {
        return Ok(Some(format!("the gifts of batch {} of {} are more than it received", batch.n, fund.slug)));
    }
    Ok(None)
}

/// A record that is a batch.
pub(super) fn batch_in(leaf: &str) -> Option<Batch> {
    match Record::from_leaf(leaf) {
        Ok(Record::Batch(batch)) => Some(batch),
        _ => None,
    }
}

fn packed(nodes: &[Node]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(nodes.len() * NODE);
    for node in nodes {
        bytes.push(node.height);
        bytes.extend(node.hash);
    }
    bytes
}

fn unpacked(bytes: &[u8]) -> Vec<Node> {
    let (nodes, _) = bytes.as_chunks::<NODE>();
    nodes.iter().filter_map(|[height, hash @ ..]| Some(Node::closed(*height, *<&Hash>::try_from(&hash[..]).ok()?))).collect()
}

/// What a sealed salt is bound to.
fn context(donation: DonationId) -> String {
    format!("gift_salt.salt/{donation}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(amounts: &[i64]) -> Vec<Unproved> {
        (1..)
            .zip(amounts)
            .map(|(n, amount)| Unproved { donation_id: DonationId(n), number: format!("G{n}"), amount_minor: *amount })
            .collect()
    }

    #[test]
    fn what_does_not_fit_waits_and_the_rest_is_filled_up() {
        let (old, new) = (pool(&[700]), pool(&[0, 2_500, 2_500, 1_000, 5_000]));
        let split = |total| {
            let (fitting, waiting, left) = fit(&old, &new[1..], total);
            (fitting.len(), waiting.iter().map(|gift| gift.amount_minor).collect::<Vec<_>>(), left)
        };
        assert_eq!(split(11_700), (5, vec![], 0));
        assert_eq!(split(12_000), (5, vec![], 300));
        assert_eq!(split(10_700), (4, vec![1_000], 0));
        assert_eq!(split(8_200), (3, vec![2_500, 1_000], 0));
        assert_eq!(split(11_600), (4, vec![1_000], 900));
        assert_eq!(split(0), (0, vec![700, 2_500, 2_500, 1_000, 5_000], 0));
    }
}
