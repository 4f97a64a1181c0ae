//! The log while it is checked: its records read, its tiles made anew, its root held against the signed head, one key followed to the next. Not
//! here: what the records come to (`check`).

use std::collections::{BTreeSet, VecDeque};

use tokio::task::spawn_blocking;

use super::super::heads;
use super::super::log::note::{Head, VerifyingKey};
use super::super::log::tile::{self, Tile, WIDTH};
use super::super::log::tree::{Edge, Hash, leaf_hash};
use super::super::record::Record;
use super::tree::Tree;
use super::{CheckError, fault, wrong};

/// How many bundles are read while the one before them is looked at.
const AHEAD: usize = 4;

/// The keys that signed, the newest last: each handed over to the next, and the one that is known is among them.
pub(super) fn keys(records: &[(Record, String)], known: &VerifyingKey) -> Result<Vec<VerifyingKey>, CheckError> {
    let mut keys: Vec<VerifyingKey> = Vec::new();
    for (record, _) in records {
        let Record::Publication(publication) = record else { continue };
        let number = publication.number;
        let key: VerifyingKey = publication.key.parse().map_err(|error| wrong(format!("the key of publication {number}: {error}")))?;
        match (keys.last(), &publication.succeeds) {
            (Some(before), _) if *before == key => continue,
            (None, _) => {}
            (Some(before), Some(old)) if old.key == before.to_string() && before.handed_over(&key, number, &old.signature) => {}
            (Some(_), _) => {
                return Err(wrong(format!("publication {number} names another key, to which the one before did not hand over")));
            }
        }
        keys.push(key);
    }
    match keys.last() {
        Some(_) if keys.contains(known) => Ok(keys),
        Some(newest) => Err(wrong(format!("the newest publication names another key: {newest}"))),
        None => Err(wrong("the log does not end with a publication")),
    }
}

/// Every record of the log with its text.
pub(super) type Records = Vec<(Record, String)>;

/// Every record of the log, its tiles and its root held against the signed head; and the root at the end of each publication.
pub(super) async fn records(tree: &mut Tree<'_>, head: &Head, older: Option<&Head>) -> Result<(Records, Vec<Hash>), CheckError> {
    if let Some(older) = older.filter(|older| older.size > head.size) {
        return Err(wrong(format!("the log was cut: it had {} records once, and has {} now", older.size, head.size)));
    }
    let mut records = Vec::new();
    let mut levels: Vec<Vec<Hash>> = vec![Vec::new()];
    let mut edge = Edge::default();
    let (mut sizes, mut roots) = (BTreeSet::new(), Vec::new());
    let mut bundles = Tile::between(0, head.size);
    let mut being_read = VecDeque::new();
    loop {
        while being_read.len() < AHEAD
            && let Some(bundle) = bundles.next()
        {
            let place = format!("{}/{}", heads::PLACE, bundle.of_records());
            let (bytes, first) = (tree.get(&place).await?, bundle.start());
            being_read.push_back(spawn_blocking(move || read_bundle(&place, &bytes, (first, bundle.width))));
        }
        let Some(read) = being_read.pop_front() else { break };
        for Read { record, text, hash } in read.await.map_err(fault)?? {
            edge.push(hash);
            levels[0].push(hash);
            if older.is_some_and(|older| older.size == edge.size() && older.root != edge.root()) {
                return Err(wrong("the log does not continue the older checkpoint: its history was changed"));
            }
            if matches!(record, Record::Publication(_)) {
                sizes.insert(edge.size());
                roots.push(edge.root());
            }
            records.push((record, text));
        }
    }
    if edge.root() != head.root {
        return Err(wrong("the records do not give the root that was signed"));
    }
    tiles(tree, &mut levels, &sizes).await?;
    Ok((records, roots))
}

/// A record of the log.
struct Read {
    record: Record,
    text: String,
    /// Of its leaf.
    hash: Hash,
}

/// Reads the records of a bundle, the first of which stands at `first` of the log.
fn read_bundle(place: &str, bytes: &[u8], (first, width): (u64, u64)) -> Result<Vec<Read>, CheckError> {
    let leaves = tile::unbundle(bytes).filter(|leaves| leaves.len() as u64 == width);
    let leaves = leaves.ok_or_else(|| wrong(format!("{place} holds no {width} records")))?;
    let read = |(at, leaf): (u64, &[u8])| {
        let text = std::str::from_utf8(leaf).map_err(|_| wrong(format!("record {at} is no text")))?;
        let record = Record::from_leaf(text).map_err(|error| wrong(format!("record {at}: {error}")))?;
        Ok(Read { record, text: text.to_owned(), hash: leaf_hash(leaf) })
    };
    (first..).zip(leaves).map(read).collect()
}

/// Every tile and bundle that any publication wrote, made anew from the hashes.
async fn tiles(tree: &mut Tree<'_>, levels: &mut Vec<Vec<Hash>>, sizes: &BTreeSet<u64>) -> Result<(), CheckError> {
    let width = usize::try_from(WIDTH).unwrap_or(usize::MAX);
    while let Some(last) = levels.last().filter(|last| last.len() >= width) {
        let upper = last.chunks_exact(width).map(|tile| {
            let mut whole = Edge::default();
            for hash in tile {
                whole.push(*hash);
            }
            whole.root()
        });
        let upper = upper.collect();
        levels.push(upper);
    }
    let mut old = 0;
    for size in sizes {
        let (mut before, mut after) = (old, *size);
        for (level, hashes) in (0_u32..).zip(levels.iter()) {
            for tile in Tile::between(before, after) {
                let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
                let some = hashes.get(at(tile.start())..at(tile.start() + tile.width)).unwrap_or_default();
                tree.is(format!("{}/{}", heads::PLACE, tile.of_hashes(level)), &tile::of_hashes(some)).await?;
            }
            (before, after) = (before / WIDTH, after / WIDTH);
        }
        old = *size;
    }
    Ok(())
}
