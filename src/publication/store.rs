//! SQL of the publications, private to this room. Not here: records and what they add up to (`store/records.rs`), the log (`store/log.rs`).

pub(super) mod announced;
mod coins;
mod copies;
mod log;
mod records;
mod tallies;

use super::Figures;
use super::stored::{File, pack};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{FundId, PublicationId};
use crate::run;

pub(super) use coins::*;
pub(super) use copies::*;
pub(super) use log::*;
pub(super) use records::*;
pub(super) use tallies::*;

crate::record! {
    /// What the last publication of a fund said.
    pub struct LastRow {
        /// Its number.
        pub number: i64,
        /// When it was made.
        pub made_at: Instant,
        /// When its last batch was counted.
        pub batch_at: Option<Instant>,
        /// How many gifts.
        pub gifts: i64,
        /// What they brought, less refunds and disputes too few to hide in.
        pub received_minor: i64,
        /// What was given back.
        pub refunded_minor: i64,
        /// What banks took back.
        pub disputed_minor: i64,
        /// What Stripe kept.
        pub fees_minor: i64,
    }
}

pub(super) async fn last(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<LastRow>> {
    let sql = "SELECT number, made_at, batch_at, gifts, received_minor, refunded_minor, disputed_minor, fees_minor
                 FROM publication WHERE fund_id = $1 ORDER BY number DESC LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_as(sql).bind(fund))
}

pub(super) async fn insert(
    tx: &mut Tx,
    fund: FundId,
    figures: &Figures,
    batch_at: Option<Instant>,
    now: Instant,
) -> sqlx::Result<PublicationId> {
    let sql = "INSERT INTO publication (fund_id, number, made_at, batch_at, gifts, received_minor, refunded_minor, disputed_minor, fees_minor, spent_minor)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
    run!(
        tx,
        fetch_one,
        sqlx::query_scalar(sql)
            .bind(fund)
            .bind(figures.number)
            .bind(now)
            .bind(batch_at)
            .bind(figures.gifts.gifts)
            .bind(figures.gifts.received_minor)
            .bind(figures.gifts.refunded_minor)
            .bind(figures.gifts.disputed_minor)
            .bind(figures.gifts.fees_minor)
            .bind(figures.spent().minor)
    )
}

pub(super) async fn number_of(tx: &mut Tx, id: PublicationId) -> sqlx::Result<Option<i64>> {
    run!(tx, fetch_optional, sqlx::query_scalar("SELECT number FROM publication WHERE id = $1").bind(id))
}

/// Writes a file down; bytes that stand there already, of whatever publication, are not written again.
pub(super) async fn insert_file(tx: &mut Tx, publication: PublicationId, file: &File) -> sqlx::Result<()> {
    let sha256 = file.sha256.as_str();
    let held: Option<i64> =
        run!(tx, fetch_optional, sqlx::query_scalar("SELECT CAST(1 AS BIGINT) FROM publication_blob WHERE sha256 = $1").bind(sha256))?;
    if held.is_none() {
        let gzip = pack(&file.body);
        let sql = "INSERT INTO publication_blob (sha256, body, gzip) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        run!(tx, execute, sqlx::query(sql).bind(sha256).bind(file.body.as_slice()).bind(gzip))?;
    }
    let sql = "INSERT INTO publication_file (publication_id, path, content_type, sha256) VALUES ($1, $2, $3, $4)";
    run!(tx, execute, sqlx::query(sql).bind(publication).bind(file.path.as_str()).bind(file.content_type.as_str()).bind(sha256))?;
    Ok(())
}

pub(super) async fn file(tx: &mut Tx, slug: &str, number: Option<i64>, path: &str) -> sqlx::Result<Option<File>> {
    let sql = "SELECT f.path, f.content_type, f.sha256, b.body, b.gzip
                 FROM fund u CROSS JOIN publication p CROSS JOIN publication_file f JOIN publication_blob b ON b.sha256 = f.sha256
                WHERE u.slug = $1 AND p.fund_id = u.id AND f.publication_id = p.id AND f.path = $3
                  AND ($2 = 0 OR p.number <= $2 AND EXISTS (SELECT 1 FROM publication q WHERE q.fund_id = u.id AND q.number = $2))
                ORDER BY p.number DESC LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_as(sql).bind(slug).bind(number.unwrap_or(0)).bind(path))
}

crate::record! {
    /// Bytes that were published, by their hash.
    pub struct BlobRow {
        /// The hash they were published with.
        pub sha256: String,
        /// The bytes.
        pub body: Vec<u8>,
        /// The same, compressed.
        pub gzip: Option<Vec<u8>>,
    }
}

pub(super) async fn blobs_after(tx: &mut Tx, after: &str) -> sqlx::Result<Vec<BlobRow>> {
    run!(
        tx,
        fetch_all,
        sqlx::query_as("SELECT sha256, body, gzip FROM publication_blob WHERE sha256 > $1 ORDER BY sha256 LIMIT 100").bind(after)
    )
}

/// The first file whose bytes are these.
pub(super) async fn place_of(tx: &mut Tx, sha256: &str) -> sqlx::Result<Option<(PublicationId, String)>> {
    let sql = "SELECT publication_id, path FROM publication_file WHERE sha256 = $1 ORDER BY publication_id, path LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_as(sql).bind(sha256))
}

/// The first file whose bytes are missing.
pub(super) async fn without_bytes(tx: &mut Tx) -> sqlx::Result<Option<(PublicationId, String)>> {
    let sql = "SELECT publication_id, path FROM publication_file f
                WHERE NOT EXISTS (SELECT 1 FROM publication_blob b WHERE b.sha256 = f.sha256) ORDER BY publication_id, path LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_as(sql))
}

/// Every publication of a fund and its number, the oldest first.
pub(super) async fn publications(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(PublicationId, i64)>> {
    run!(tx, fetch_all, sqlx::query_as("SELECT id, number FROM publication WHERE fund_id = $1 ORDER BY number").bind(fund))
}

/// The places of a publication's files.
pub(super) async fn paths(tx: &mut Tx, publication: PublicationId) -> sqlx::Result<Vec<String>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT path FROM publication_file WHERE publication_id = $1 ORDER BY path").bind(publication))
}
