//! Makes a donor's proof out of what is kept: the gift's coins, the batch's place in the log, the head that was signed over it. Not here: what a
//! proof looks like and how it is checked (`receipt`).

use super::log::tile::WIDTH;
use super::log::tree::{Edge, Hash, Run, inclusion_runs, leaf_hash, node_hash};
use super::receipt::Receipt;
use super::record::Record;
use super::{commitments, heads, store};
use crate::db::Tx;
use crate::funds;
use crate::ids::{DonationId, FundId};
use crate::seal::Keyring;

/// How far a gift's proof has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// No publication commits to the gift yet, or it was counted before there were commitments.
    NotYet,
    /// What opens its coins is destroyed, or was sealed with another master key.
    Gone,
    /// Here it is: the text, and the number of the publication.
    Ready(String, i64),
}

/// The proof that a gift is inside a published total. It rests on the head of the publication that shows it, and stays good for ever.
///
/// # Errors
/// When the database is gone.
pub async fn proof(tx: &mut Tx, keys: &Keyring, donation: DonationId) -> sqlx::Result<Proof> {
    let Some((fund, batch)) = commitments::batch_of(tx, donation).await? else { return Ok(Proof::NotYet) };
    let Some(leaf) = store::numbered(tx, fund, "batch", batch).await? else { return Ok(Proof::NotYet) };
    let Some(record) = commitments::batch_in(&leaf.body) else { return Ok(Proof::Gone) };
    let Some(opened) = commitments::open(tx, keys, donation, record.received_minor).await? else { return Ok(Proof::Gone) };
    let number = leaf.publication;
    let Some(end) = store::numbered(tx, fund, "publication", number).await? else { return Ok(Proof::NotYet) };
    let Some(signed) = checkpoint(tx, fund, number).await? else { return Ok(Proof::NotYet) };
    let Ok(Record::Publication(publication)) = Record::from_leaf(&end.body) else { return Ok(Proof::NotYet) };
    let (at, last) = (place(leaf.position), place(end.position));
    let receipt = Receipt {
        gift: opened.number,
        amount_minor: u64::try_from(opened.amount_minor).unwrap_or(0),
        salt: opened.salt,
        coins: opened.proof,
        batch: leaf.body,
        at,
        path: path(tx, fund, at, last + 1).await?,
        publication: end.body,
        end_path: path(tx, fund, last, last + 1).await?,
        key: publication.key,
        checkpoint: signed,
    };
    Ok(Proof::Ready(receipt.write(), number))
}

/// The signed head of a publication, as it was published.
pub(super) async fn checkpoint(tx: &mut Tx, fund: FundId, number: i64) -> sqlx::Result<Option<String>> {
    let Some(fund) = funds::find(tx, fund).await? else { return Ok(None) };
    let file = store::file(tx, &fund.slug, Some(number), &format!("{}/checkpoint", heads::PLACE)).await?;
    Ok(file.and_then(|file| String::from_utf8(file.body).ok()))
}

/// What proves that the record at `index` is in the log of the first `size`.
async fn path(tx: &mut Tx, fund: FundId, index: u64, size: u64) -> sqlx::Result<Vec<Hash>> {
    let mut path = Vec::new();
    for run in inclusion_runs(index, size) {
        path.push(hash_of(tx, fund, run).await?);
    }
    Ok(path)
}

/// The hash of a run of records: over its whole subtrees, each as large as fits.
pub(super) async fn hash_of(tx: &mut Tx, fund: FundId, run: Run) -> sqlx::Result<Hash> {
    let mut start = run.start;
    let mut peaks: Vec<Hash> = Vec::new();
    while start < run.end {
        let bits = (run.end - start).ilog2();
        peaks.push(subtree(tx, fund, start, bits).await?);
        start += 1 << bits;
    }
    let whole = peaks.into_iter().rev().reduce(|right, left| node_hash(&left, &right));
    whole.ok_or(sqlx::Error::RowNotFound)
}

/// The hash over 2^`bits` records from `start` on, read from the largest hashes that are kept.
async fn subtree(tx: &mut Tx, fund: FundId, start: u64, bits: u32) -> sqlx::Result<Hash> {
    let level = bits / WIDTH.ilog2();
    let span = WIDTH.pow(level);
    let (first, count) = (place_in_sql(start / span), place_in_sql((1_u64 << bits) / span));
    let hashes: Vec<Hash> = if level == 0 {
        store::leaves(tx, fund, first, count).await?.iter().map(|leaf| leaf_hash(leaf.as_bytes())).collect()
    } else {
        let nodes = store::nodes(tx, fund, i64::from(level), first, count).await?;
        nodes.iter().filter_map(|node| node.as_slice().try_into().ok()).collect()
    };
    let mut whole = Edge::default();
    for hash in hashes {
        whole.push(hash);
    }
    Ok(whole.root())
}

fn place(position: i64) -> u64 {
    u64::try_from(position).unwrap_or(0)
}

fn place_in_sql(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
