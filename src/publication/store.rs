//! SQL of the publications, private to this room. Not here: records and what they add up to (`store/records.rs`), the log (`store/log.rs`).

mod log;
mod records;

use super::{Figures, File};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{FundId, PublicationId};
use crate::run;

pub(super) use log::*;
pub(super) use records::*;

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

pub(super) async fn insert_file(tx: &mut Tx, publication: PublicationId, file: &File) -> sqlx::Result<()> {
    let sql = "INSERT INTO publication_file (publication_id, path, content_type, sha256, body) VALUES ($1, $2, $3, $4, $5)";
    let (path, content_type) = (file.path.as_str(), file.content_type.as_str());
    run!(
        tx,
        execute,
        sqlx::query(sql).bind(publication).bind(path).bind(content_type).bind(file.sha256.as_str()).bind(file.body.as_slice())
    )?;
    Ok(())
}

pub(super) async fn file(tx: &mut Tx, slug: &str, number: Option<i64>, path: &str) -> sqlx::Result<Option<File>> {
    let sql = "SELECT f.path, f.content_type, f.sha256, f.body
                 FROM fund u CROSS JOIN publication p CROSS JOIN publication_file f
                WHERE u.slug = $1 AND p.fund_id = u.id AND f.publication_id = p.id AND f.path = $3
                  AND ($2 = 0 OR p.number <= $2 AND EXISTS (SELECT 1 FROM publication q WHERE q.fund_id = u.id AND q.number = $2))
                ORDER BY p.number DESC LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_as(sql).bind(slug).bind(number.unwrap_or(0)).bind(path))
}

crate::record! {
    /// A file and the publication it belongs to.
    pub struct FileRow {
        /// The publication.
        pub publication_id: PublicationId,
        /// The file's place in it.
        pub path: String,
        /// The hash it was published with.
        pub sha256: String,
        /// Its bytes.
        pub body: Vec<u8>,
    }
}

pub(super) async fn files_after(tx: &mut Tx, after: &(PublicationId, String)) -> sqlx::Result<Vec<FileRow>> {
    let sql = "SELECT publication_id, path, sha256, body FROM publication_file
                WHERE publication_id > $1 OR (publication_id = $1 AND path > $2)
                ORDER BY publication_id, path LIMIT 100";
    run!(tx, fetch_all, sqlx::query_as(sql).bind(after.0).bind(after.1.as_str()))
}

/// Every publication of a fund and its number, the oldest first.
pub(super) async fn publications(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(PublicationId, i64)>> {
    run!(tx, fetch_all, sqlx::query_as("SELECT id, number FROM publication WHERE fund_id = $1 ORDER BY number").bind(fund))
}

/// The places of a publication's files.
pub(super) async fn paths(tx: &mut Tx, publication: PublicationId) -> sqlx::Result<Vec<String>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT path FROM publication_file WHERE publication_id = $1 ORDER BY path").bind(publication))
}
