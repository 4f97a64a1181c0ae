//! The statements over coins: heaps of them, the salts that open a gift's own, gifts that wait to be committed to.

use crate::db::Tx;
use crate::ids::{DonationId, FundId};
use crate::{insert_rows, run};

crate::record! {
    /// A gift that is counted and not yet committed to.
    pub struct Unproved {
        /// The gift.
        pub donation_id: DonationId,
        /// For talking about it.
        pub number: String,
        /// What arrived, in minor units.
        pub amount_minor: i64,
    }
}

crate::record! {
    /// What opens the coins of one gift.
    pub struct Salted {
        /// The gift.
        pub donation_id: DonationId,
        /// Its fund.
        pub fund_id: FundId,
        /// The batch that committed to it.
        pub batch: i64,
        /// The heap its coins lie in.
        pub heap: i64,
        /// For talking about it.
        pub number: String,
        /// What its coins are worth.
        pub amount_minor: i64,
        /// The sealed salt.
        pub salt: Vec<u8>,
    }
}

crate::record! {
    /// Coins of many gifts.
    pub struct Heap {
        /// Its number in its batch.
        pub n: i64,
        /// Height and hash of each coin.
        pub coins: Vec<u8>,
        /// Height and hash of what remains when they are added up.
        pub peaks: Vec<u8>,
    }
}

/// The gifts that wait, the oldest first.
pub(in crate::publication) async fn unproved(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Unproved>> {
    const SQL: &str = "SELECT donation_id, number, amount_minor FROM gift_unproved WHERE fund_id = $1 ORDER BY donation_id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

/// Puts these gifts in the place of those that waited.
pub(in crate::publication) async fn note_unproved(tx: &mut Tx, fund: FundId, gifts: &[&Unproved]) -> sqlx::Result<()> {
    const HEAD: &str = "INSERT INTO gift_unproved (fund_id, donation_id, number, amount_minor)";
    run!(tx, execute, sqlx::query("DELETE FROM gift_unproved WHERE fund_id = $1").bind(fund))?;
    insert_rows!(tx, HEAD, gifts, |gift| [fund, gift.donation_id, gift.number.as_str(), gift.amount_minor]).map(drop)
}

pub(in crate::publication) async fn insert_heap(tx: &mut Tx, (fund, batch): (FundId, i64), heap: &Heap) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO coin_heap (fund_id, batch, n, coins, peaks) VALUES ($1, $2, $3, $4, $5)";
    let (coins, peaks) = (heap.coins.as_slice(), heap.peaks.as_slice());
    run!(tx, execute, sqlx::query(SQL).bind(fund).bind(batch).bind(heap.n).bind(coins).bind(peaks)).map(drop)
}

pub(in crate::publication) async fn insert_salts(tx: &mut Tx, salts: &[Salted]) -> sqlx::Result<()> {
    const HEAD: &str = "INSERT INTO gift_salt (donation_id, fund_id, batch, heap, number, amount_minor, salt)";
    insert_rows!(tx, HEAD, salts, |salt| [
        salt.donation_id,
        salt.fund_id,
        salt.batch,
        salt.heap,
        salt.number.as_str(),
        salt.amount_minor,
        salt.salt.as_slice(),
    ])
    .map(drop)
}

/// What opens a gift's coins; None where nothing committed to it, or it was forgotten.
pub(in crate::publication) async fn salted(tx: &mut Tx, donation: DonationId) -> sqlx::Result<Option<Salted>> {
    const SQL: &str = "SELECT donation_id, fund_id, batch, heap, number, amount_minor, salt FROM gift_salt WHERE donation_id = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(donation))
}

pub(in crate::publication) async fn forget_salt(tx: &mut Tx, donation: DonationId) -> sqlx::Result<u64> {
    run!(tx, execute, sqlx::query("DELETE FROM gift_salt WHERE donation_id = $1").bind(donation))
}

/// Destroys some of a fund's, at most `limit`, and gives how many.
pub(in crate::publication) async fn forget_salts(tx: &mut Tx, fund: FundId, limit: i64) -> sqlx::Result<u64> {
    let sql = "DELETE FROM gift_salt WHERE donation_id IN (SELECT donation_id FROM gift_salt WHERE fund_id = $1 ORDER BY batch LIMIT $2)";
    run!(tx, execute, sqlx::query(sql).bind(fund).bind(limit))
}

/// How many gifts of a batch can still be proved, and what they come to.
pub(in crate::publication) async fn salted_of_batch(tx: &mut Tx, fund: FundId, batch: i64) -> sqlx::Result<(i64, i64)> {
    const SQL: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM gift_salt WHERE fund_id = $1 AND batch = $2";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(fund).bind(batch))
}

/// A heap with all its coins.
pub(in crate::publication) async fn heap(tx: &mut Tx, (fund, batch): (FundId, i64), n: i64) -> sqlx::Result<Option<Heap>> {
    const SQL: &str = "SELECT n, coins, peaks FROM coin_heap WHERE fund_id = $1 AND batch = $2 AND n = $3";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(fund).bind(batch).bind(n))
}

/// What every heap of a batch adds up to, by its number.
pub(in crate::publication) async fn peaks(tx: &mut Tx, (fund, batch): (FundId, i64)) -> sqlx::Result<Vec<(i64, Vec<u8>)>> {
    const SQL: &str = "SELECT n, peaks FROM coin_heap WHERE fund_id = $1 AND batch = $2 ORDER BY n";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(batch))
}
