//! The log of a fund as it grows: its tiles, its bundles of records, its signed head. Not here: the tree itself (`log`).

use super::facts::Succession;
use super::log::note::{Head, SigningKey, VerifyingKey};
use super::log::tile::{self, Tile, WIDTH};
use super::log::tree::{Edge, Hash, leaf_hash};
use super::record::Record;
use super::store::{self, HeadRow};
use super::{File, Press, PublishError};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::Fund;
use crate::ids::{FundId, PublicationId};

/// Where a fund's log lies under its address.
pub const PLACE: &str = "log";

/// Writes what is new in the fund's log under a publication, and signs its head. Its records are there already, up to `size`.
pub(super) async fn seal(
    tx: &mut Tx,
    press: &Press<'_>,
    fund: &Fund,
    (publication, number): (PublicationId, i64),
    size: u64,
    key: &SigningKey,
) -> Result<(), PublishError> {
    let mut edge = newest(tx, fund.id).await?;
    let old = edge.size();
    for bundle in Tile::between(old, size) {
        let leaves = store::leaves(tx, fund.id, signed(bundle.start()), signed(bundle.width)).await?;
        // A charter that others agreed to before it was bounded may be longer than a bundle can say: the fund waits, and all else goes on.
        if leaves.iter().any(|leaf| leaf.len() > usize::from(u16::MAX)) {
            return Err(PublishError::Log(fund.slug.clone()));
        }
        let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes())).collect();
        let known = usize::try_from(old.saturating_sub(bundle.start())).unwrap_or(usize::MAX);
        hashes.iter().skip(known).for_each(|hash| edge.push(*hash));
        write(tx, publication, &bundle.of_records(), tile::bundle(leaves.iter().map(String::as_bytes))).await?;
        write(tx, publication, &bundle.of_hashes(0), tile::of_hashes(&hashes)).await?;
        rise(tx, fund.id, 1, bundle, &hashes).await?;
    }
    upper_tiles(tx, fund.id, publication, old, size).await?;
    if edge.size() != size {
        return Err(PublishError::Log(fund.slug.clone()));
    }
    store::insert_head(tx, fund.id, &HeadRow { publication: number, size: signed(size), peaks: edge.peaks().concat() }).await?;
    let head = Head { origin: press.log_of(fund), size, root: edge.root() };
    let checkpoint = head.sign(&[key]);
    write(tx, publication, "checkpoint", checkpoint.into_bytes()).await
}

/// The tiles above the lowest, as far as they grew.
async fn upper_tiles(tx: &mut Tx, fund: FundId, publication: PublicationId, old: u64, size: u64) -> Result<(), PublishError> {
    let (mut level, mut before, mut after) = (1_u32, old / WIDTH, size / WIDTH);
    while after > 0 {
        for upper in Tile::between(before, after) {
            let nodes = store::nodes(tx, fund, i64::from(level), signed(upper.start()), signed(upper.width)).await?;
            let hashes: Vec<Hash> = nodes.iter().filter_map(|node| node.as_slice().try_into().ok()).collect();
            write(tx, publication, &upper.of_hashes(level), tile::of_hashes(&hashes)).await?;
            rise(tx, fund, level + 1, upper, &hashes).await?;
        }
        (level, before, after) = (level + 1, before / WIDTH, after / WIDTH);
    }
    Ok(())
}

/// A whole tile is one hash of the level above.
async fn rise(tx: &mut Tx, fund: FundId, level: u32, tile: Tile, hashes: &[Hash]) -> sqlx::Result<()> {
    if tile.width < WIDTH {
        return Ok(());
    }
    let mut whole = Edge::default();
    // A hash over whole subtrees is built as one over leaves.
    for hash in hashes {
        whole.push(*hash);
    }
    store::insert_node(tx, fund, i64::from(level), signed(tile.n), &whole.root()).await
}

/// The edge of a fund's log at its newest head; of nothing before the first.
pub(super) async fn newest(tx: &mut Tx, fund: FundId) -> Result<Edge, PublishError> {
    let Some(head) = store::head(tx, fund, None).await? else { return Ok(Edge::default()) };
    edge(&head).ok_or_else(|| PublishError::Log(fund.to_string()))
}

/// The edge that a head keeps; None where the two do not fit.
pub(super) fn edge(head: &HeadRow) -> Option<Edge> {
    let (peaks, rest) = head.peaks.as_chunks::<32>();
    Edge::new(u64::try_from(head.size).ok()?, peaks.to_vec()).filter(|_| rest.is_empty())
}

async fn write(tx: &mut Tx, publication: PublicationId, place: &str, body: Vec<u8>) -> Result<(), PublishError> {
    let content_type = if place == "checkpoint" { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    let file = File::new(format!("{PLACE}/{place}"), content_type, body);
    Ok(store::insert_file(tx, publication, &file).await?)
}

/// What the next head of a fund is signed with, and where that is another key than signed before, how the one before hands over to it. The first
/// key is made when it is needed.
pub(super) async fn keys(
    tx: &mut Tx,
    press: &Press<'_>,
    fund: &Fund,
    number: i64,
    now: Instant,
) -> Result<(SigningKey, Option<Succession>), PublishError> {
    if store::keys(tx, fund.id).await?.is_empty() {
        insert_key(tx, press, fund.id, 1, now).await?;
    }
    let (log, unknown) = (press.log_of(fund), || PublishError::Key(fund.slug.clone()));
    let mut seeds = Vec::new();
    for (n, sealed) in store::keys(tx, fund.id).await? {
        let seed = press.keys.open(&context(fund.id, n), &sealed).and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        seeds.push(seed);
    }
    let newest = SigningKey::from_seed(&log, seeds.first().and_then(Option::as_ref).ok_or_else(unknown)?);
    let Some(before) = signed_before(tx, fund.id).await?.filter(|before| *before != newest.public()) else { return Ok((newest, None)) };
    // A site that moved has another log's name, and the same seed: that is a handing over like any other.
    let mut known = seeds.iter().flatten().map(|seed| SigningKey::from_seed(before.log(), seed));
    let old = known.find(|key| key.public() == before).ok_or_else(unknown)?;
    let signature = old.hand_over(&newest.public(), number);
    Ok((newest, Some(Succession { key: before.to_string(), signature })))
}

/// The key that the newest publication names.
pub(super) async fn signed_before(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<VerifyingKey>> {
    let leaf = store::newest_publication(tx, fund).await?;
    let Some(Ok(Record::Publication(newest))) = leaf.map(|leaf| Record::from_leaf(&leaf.body)) else { return Ok(None) };
    Ok(newest.key.parse().ok())
}

async fn insert_key(tx: &mut Tx, press: &Press<'_>, fund: FundId, n: i64, now: Instant) -> sqlx::Result<[u8; 32]> {
    let seed: [u8; 32] = press.entropy.bytes();
    let sealed = press.keys.seal(press.entropy, &context(fund, n), &seed);
    store::insert_key(tx, fund, n, &sealed, now).await?;
    Ok(seed)
}

/// Makes a new key, which signs from the next publication on; the one before signs in that very publication that it hands over. Gives the key.
///
/// # Errors
/// When the database is gone.
pub async fn rotate_key(tx: &mut Tx, press: &Press<'_>, fund: &Fund, now: Instant) -> sqlx::Result<VerifyingKey> {
    let newest = store::keys(tx, fund.id).await?.first().map_or(0, |(n, _)| *n);
    let seed = insert_key(tx, press, fund.id, newest + 1, now).await?;
    Ok(SigningKey::from_seed(&press.log_of(fund), &seed).public())
}

/// What a sealed seed is bound to.
fn context(fund: FundId, n: i64) -> String {
    format!("log_key.seed/{fund}/{n}")
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
