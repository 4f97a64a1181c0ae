//! The statements over copies of receipts that were published.

use crate::db::Tx;
use crate::ids::{DocumentId, EntryId, FundId};
use crate::run;

crate::record! {
    /// Which copy a record shows.
    pub struct PublishedCopy {
        /// The number of the record.
        pub n: i64,
        /// The spending it is about.
        pub spending: i64,
        /// The copy.
        pub document_id: DocumentId,
        /// Of its bytes.
        pub sha256: String,
    }
}

pub(in crate::publication) async fn note_copy(tx: &mut Tx, fund: FundId, shown: &PublishedCopy) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO published_copy (fund_id, n, spending, document_id, sha256) VALUES ($1, $2, $3, $4, $5)";
    run!(tx, execute, {
        let query = sqlx::query(SQL).bind(fund).bind(shown.n).bind(shown.spending);
        query.bind(shown.document_id).bind(shown.sha256.as_str())
    })
    .map(drop)
}

/// Where a copy was shown. They are few, and sorted: else the copies of the whole fund would be read in their order.
pub(in crate::publication) async fn copies_of(tx: &mut Tx, fund: FundId, document: DocumentId) -> sqlx::Result<Vec<PublishedCopy>> {
    const SQL: &str = "SELECT n, spending, document_id, sha256 FROM published_copy WHERE fund_id = $1 AND document_id = $2 ORDER BY n + 0";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(document))
}

/// Where bytes of that hash were shown, the newest first; sorted as above.
pub(in crate::publication) async fn copies_with(tx: &mut Tx, fund: FundId, sha256: &str) -> sqlx::Result<Vec<PublishedCopy>> {
    const SQL: &str =
        "SELECT n, spending, document_id, sha256 FROM published_copy WHERE fund_id = $1 AND sha256 = $2 ORDER BY n + 0 DESC LIMIT 20";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(sha256))
}

/// The next copies behind that number.
pub(in crate::publication) async fn copies_after(tx: &mut Tx, fund: FundId, n: i64) -> sqlx::Result<Vec<PublishedCopy>> {
    const SQL: &str = "SELECT n, spending, document_id, sha256 FROM published_copy WHERE fund_id = $1 AND n > $2 ORDER BY n LIMIT 5";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(n))
}

/// The numbers of the spendings that show an entry.
pub(in crate::publication) async fn spendings_of_entry(tx: &mut Tx, fund: FundId, entry: EntryId) -> sqlx::Result<Vec<i64>> {
    const SQL: &str = "SELECT spending FROM published_posting WHERE entry_id = $1 AND fund_id = $2 AND spending > 0 ORDER BY spending";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(entry).bind(fund))
}
