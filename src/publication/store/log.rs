//! The statements over a fund's log: its leaves in order, its heads, its upper hashes, its keys.

use super::super::log::tree::Hash;
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::FundId;
use crate::run;

crate::record! {
    /// The head of a log, as it is kept.
    pub struct HeadRow {
        /// The publication it ends.
        pub publication: i64,
        /// How many records.
        pub size: i64,
        /// The roots of its whole subtrees.
        pub peaks: Vec<u8>,
    }
}

/// The newest head of a fund's log; of an older publication, where `publication` names it.
pub(in crate::publication) async fn head(tx: &mut Tx, fund: FundId, publication: Option<i64>) -> sqlx::Result<Option<HeadRow>> {
    const SQL: &str = "SELECT publication, size, peaks FROM log_head WHERE fund_id = $1 AND ($2 = 0 OR publication = $2)
                        ORDER BY publication DESC LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(fund).bind(publication.unwrap_or(0)))
}

pub(in crate::publication) async fn insert_head(tx: &mut Tx, fund: FundId, head: &HeadRow) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO log_head (fund_id, publication, size, peaks) VALUES ($1, $2, $3, $4)";
    run!(tx, execute, sqlx::query(SQL).bind(fund).bind(head.publication).bind(head.size).bind(head.peaks.as_slice())).map(drop)
}

/// The leaves from `position` on, at most `limit`.
pub(in crate::publication) async fn leaves(tx: &mut Tx, fund: FundId, position: i64, limit: i64) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT body FROM public_record WHERE fund_id = $1 AND position >= $2 ORDER BY position LIMIT $3";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(fund).bind(position).bind(limit))
}

pub(in crate::publication) async fn insert_node(tx: &mut Tx, fund: FundId, level: i64, n: i64, hash: &Hash) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO log_node (fund_id, level, n, hash) VALUES ($1, $2, $3, $4)";
    run!(tx, execute, sqlx::query(SQL).bind(fund).bind(level).bind(n).bind(hash.as_slice())).map(drop)
}

/// The hashes of a level from number `n` on, at most `limit`, one behind the other.
pub(in crate::publication) async fn nodes(tx: &mut Tx, fund: FundId, level: i64, n: i64, limit: i64) -> sqlx::Result<Vec<Vec<u8>>> {
    const SQL: &str = "SELECT hash FROM log_node WHERE fund_id = $1 AND level = $2 AND n >= $3 ORDER BY n LIMIT $4";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(fund).bind(level).bind(n).bind(limit))
}

/// The sealed seeds of a fund's keys, the newest first.
pub(in crate::publication) async fn keys(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(i64, Vec<u8>)>> {
    run!(tx, fetch_all, sqlx::query_as("SELECT n, seed FROM log_key WHERE fund_id = $1 ORDER BY n DESC").bind(fund))
}

pub(in crate::publication) async fn insert_key(tx: &mut Tx, fund: FundId, n: i64, seed: &[u8], now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO log_key (fund_id, n, seed, made_at) VALUES ($1, $2, $3, $4)";
    run!(tx, execute, sqlx::query(SQL).bind(fund).bind(n).bind(seed).bind(now)).map(drop)
}

/// Every head of a fund's log, the oldest first.
pub(in crate::publication) async fn heads(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<HeadRow>> {
    run!(tx, fetch_all, sqlx::query_as("SELECT publication, size, peaks FROM log_head WHERE fund_id = $1 ORDER BY publication").bind(fund))
}

crate::record! {
    /// A publication and its head.
    pub struct PublishedRow {
        /// Its number.
        pub publication: i64,
        /// When it was made.
        pub made_at: Instant,
        /// How many records its log had.
        pub size: i64,
        /// The roots of that log's whole subtrees.
        pub peaks: Vec<u8>,
    }
}

impl PublishedRow {
    /// The head alone.
    pub fn head(&self) -> HeadRow {
        HeadRow { publication: self.publication, size: self.size, peaks: self.peaks.clone() }
    }
}

/// At most `limit` publications with their heads, the newest first.
pub(in crate::publication) async fn published(tx: &mut Tx, fund: FundId, limit: i64) -> sqlx::Result<Vec<PublishedRow>> {
    const SQL: &str = "SELECT h.publication, p.made_at, h.size, h.peaks
                         FROM log_head h JOIN publication p ON p.fund_id = h.fund_id AND p.number = h.publication
                        WHERE h.fund_id = $1 ORDER BY h.publication DESC LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(limit))
}
