//! Postings that move spending and stand in no publication yet: what is new to the public, however long the books are. Not here: publishing.

use super::account::is_spending;
use super::{NewEntry, Source, store};
use crate::clock::Day;
use crate::db::Tx;
use crate::ids::{EntryId, FundId};
use crate::money::Currency;

crate::record! {
    /// A posting of spending that nobody outside has seen.
    pub struct Unpublished {
        /// Its entry.
        pub entry_id: EntryId,
        /// Its number in it.
        pub n: i64,
        /// Its account's path.
        pub path: String,
        /// Its amount, debit positive, in minor units of the fund's currency.
        pub amount_minor: i64,
        /// Who caused the entry.
        pub source: Source,
        /// The cause's own id.
        pub source_id: String,
        /// What kind of event.
        pub kind: String,
        /// The day it counts on.
        pub effective_on: Day,
        /// What the entry takes back.
        pub reverses: Option<EntryId>,
        /// What takes the entry back; None: it stands.
        pub reversed_by: Option<EntryId>,
        /// Its note: of a reversal, the reason.
        pub memo: Option<String>,
    }
}

/// Notes what of new entries is spending.
pub(super) async fn note(tx: &mut Tx, entries: &[(EntryId, &NewEntry)]) -> sqlx::Result<()> {
    let mut new = Vec::new();
    for (id, entry) in entries {
        for (n, posting) in (1..).zip(&entry.postings) {
            new.extend(posting.fund.filter(|_| is_spending(&posting.path)).map(|fund| (fund, *id, n)));
        }
    }
    store::unpublished::insert(tx, &new).await
}

/// Up to `limit` postings of a fund's spending behind `after` that stand in no publication, by entry and number.
///
/// # Errors
/// When the database is gone.
pub async fn unpublished(
    tx: &mut Tx,
    (fund, currency): (FundId, Currency),
    after: (EntryId, i64),
    limit: i64,
) -> sqlx::Result<Vec<Unpublished>> {
    store::unpublished::page(tx, (fund, currency), after, limit).await
}

/// Whether a fund spent anything that stands in no publication.
///
/// # Errors
/// When the database is gone.
pub async fn has_unpublished(tx: &mut Tx, fund: FundId, currency: Currency) -> sqlx::Result<bool> {
    Ok(!unpublished(tx, (fund, currency), (EntryId(0), 0), 1).await?.is_empty())
}

/// Forgets postings that a publication shows by now.
///
/// # Errors
/// When the database is gone.
pub async fn published(tx: &mut Tx, fund: FundId, postings: &[(EntryId, i64)]) -> sqlx::Result<()> {
    store::unpublished::delete(tx, fund, postings).await
}
