//! Everything published, worked out again: files against their hashes, the log against its heads, sums against their records, and the records
//! against the books. Not here: what a stranger checks, who has no books.

use std::collections::BTreeMap;

use super::log::tree::{Edge, leaf_hash};
use super::record::{MONEY, Record};
use super::rows::RowsError;
use super::store::BlobRow;
use super::{commitments, copies, heads, letters, store, stored};
use crate::db::Tx;
use crate::files;
use crate::funds::{self, Fund};
use crate::ids::{EntryId, sha256_hex};
use crate::ledger;

/// How many records or postings are held at a time.
const PAGE: i64 = 1_000;

/// Sums by account, unit and week.
type Sums = BTreeMap<(String, String, String), i64>;

/// Reads everything published again; Some names the first thing wrong.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    if let Some(wrong) = files(tx).await? {
        return Ok(Some(wrong));
    }
    for fund in funds::list(tx).await? {
        let sums = match log(tx, &fund).await? {
            Ok(sums) => sums,
            Err(wrong) => return Ok(Some(wrong)),
        };
        if let Some(wrong) = books(tx, &fund, &sums).await? {
            return Ok(Some(wrong));
        }
        if let Some(wrong) = published_copies(tx, &fund).await? {
            return Ok(Some(wrong));
        }
        match letters::verify(tx, &fund).await {
            Ok(None) => {}
            Ok(wrong) => return Ok(wrong),
            Err(RowsError::Database(error)) => return Err(error),
            Err(wrong) => return Ok(Some(format!("{}: {wrong}", fund.slug))),
        }
    }
    Ok(None)
}

async fn files(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    if let Some((publication, path)) = store::without_bytes(tx).await? {
        return Ok(Some(format!("a published file is gone: {path} of publication row {publication}")));
    }
    let mut after = String::new();
    loop {
        let blobs = store::blobs_after(tx, &after).await?;
        let Some(last) = blobs.last() else { return Ok(None) };
        after.clone_from(&last.sha256);
        let is_bent = |blob: &&BlobRow| {
            sha256_hex(&blob.body) != blob.sha256 || blob.gzip.as_ref().is_some_and(|gzip| !stored::holds(gzip, &blob.body))
        };
        if let Some(bent) = blobs.iter().find(is_bent) {
            let place = store::place_of(tx, &bent.sha256).await?;
            let place = place.map_or_else(|| bent.sha256.clone(), |(publication, path)| format!("{path} of publication row {publication}"));
            return Ok(Some(format!("a published file was changed: {place}")));
        }
    }
}

/// Reads a fund's log from its first record on, holds it against every head, and adds it up.
async fn log(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Result<Sums, String>> {
    let mut heads = store::heads(tx, fund.id).await?.into_iter().peekable();
    let (mut edge, mut sums) = (Edge::default(), Sums::new());
    loop {
        let position = i64::try_from(edge.size()).unwrap_or(i64::MAX);
        let leaves = store::leaves(tx, fund.id, position, PAGE).await?;
        if leaves.is_empty() {
            break;
        }
        for leaf in leaves {
            let Ok(record) = Record::from_leaf(&leaf) else {
                return Ok(Err(format!("record {} in the log of {} does not read as one", edge.size(), fund.slug)));
            };
            if let Record::Batch(batch) = &record
                && let Some(wrong) = commitments::verify(tx, fund, batch).await?
            {
                return Ok(Err(wrong));
            }
            for line in record.lines() {
                let sum = sums.entry((line.account, line.unit, record.week().to_owned())).or_default();
                *sum = sum.saturating_add(line.amount);
            }
            edge.push(leaf_hash(leaf.as_bytes()));
            if heads.peek().is_some_and(|head| u64::try_from(head.size) == Ok(edge.size())) {
                let head = heads.next();
                if head.as_ref().and_then(heads::edge).as_ref() != Some(&edge) {
                    let number = head.map_or(0, |head| head.publication);
                    return Ok(Err(format!("the log of {} was changed: it does not fit the head of publication {number}", fund.slug)));
                }
            }
        }
    }
    if let Some(head) = heads.next() {
        return Ok(Err(format!("the log of {} was cut: publication {} had {} records", fund.slug, head.publication, head.size)));
    }
    Ok(Ok(sums))
}

/// The bytes of every copy of a receipt that was published and not taken back, against their hashes.
async fn published_copies(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Option<String>> {
    let mut after = 0;
    loop {
        let shown = store::copies_after(tx, fund.id, after).await?;
        let Some(last) = shown.last() else { break };
        after = last.n;
        for copy in &shown {
            let is_out = files::find(tx, copy.document_id).await?.is_some();
            let file = copies::file(tx, copy).await?;
            if is_out && file.is_none_or(|file| file.sha256 != copy.sha256) {
                return Ok(Some(format!("copy {} of a receipt of {} is gone or was changed", copy.n, fund.slug)));
            }
        }
    }
    let told = store::last_number(tx, fund.id, "copy").await?;
    Ok((told != after).then(|| format!("{told} copies of receipts of {} stand in its log, and {after} are known", fund.slug)))
}

/// The cached sums and lines against the records, and the records against the books: what is spent is published or waits.
async fn books(tx: &mut Tx, fund: &Fund, sums: &Sums) -> sqlx::Result<Option<String>> {
    let kept: Sums = store::every_sum(tx, fund.id).await?.into_iter().map(|sum| ((sum.account, sum.unit, sum.week), sum.amount)).collect();
    let lines: Sums =
        store::every_line(tx, fund.id).await?.into_iter().map(|sum| ((sum.account, sum.unit, sum.week), sum.amount)).collect();
    let moved = |sums: &Sums| sums.iter().filter(|(_, amount)| **amount != 0).map(|(key, amount)| (key.clone(), *amount)).collect::<Sums>();
    if moved(&kept) != moved(sums) || moved(&lines) != moved(sums) {
        return Ok(Some(format!("what was published of {} is not the sum of its records", fund.slug)));
    }
    let mut spent: BTreeMap<&str, i64> = BTreeMap::new();
    for ((account, unit, _), amount) in sums {
        if unit == MONEY && ledger::is_spending(account) {
            let sum = spent.entry(account).or_default();
            *sum = sum.saturating_add(*amount);
        }
    }
    let mut waiting: BTreeMap<String, i64> = BTreeMap::new();
    let mut after = (EntryId(0), 0);
    loop {
        let page = ledger::unpublished(tx, (fund.id, fund.currency), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = (last.entry_id, last.n);
        for posting in page {
            let sum = waiting.entry(posting.path).or_default();
            *sum = sum.saturating_add(posting.amount_minor);
        }
    }
    for balance in ledger::balances(tx, None).await? {
        if balance.fund != Some(fund.id) || balance.amount.currency != fund.currency || !ledger::is_spending(&balance.path) {
            continue;
        }
        let known = spent.get(&*balance.path).copied().unwrap_or(0).saturating_add(waiting.get(&balance.path).copied().unwrap_or(0));
        if known != balance.amount.minor {
            return Ok(Some(format!("{} of {}: what is published and what waits are not what the books hold", balance.path, fund.slug)));
        }
    }
    Ok(None)
}
