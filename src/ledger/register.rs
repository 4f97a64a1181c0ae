//! One account's postings page by page, and one entry with all that is known of it. Not here: balances.

use super::{Entry, Source, store};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::EntryId;
use crate::money::{Currency, Money};

crate::record! {
    /// A posting of an account, as its register shows it.
    pub struct RegisterRow {
        /// The entry it belongs to.
        pub entry_id: EntryId,
        /// Its currency.
        pub currency: Currency,
        /// Its amount, debit positive.
        pub amount_minor: i64,
        /// The fund it stands on.
        pub slug: Option<String>,
        /// Who caused the entry.
        pub source: Source,
        /// The cause's own id.
        pub source_id: String,
        /// What kind of event.
        pub kind: String,
        /// The day it counts on.
        pub effective_on: Day,
        /// When it was written.
        pub recorded_at: Instant,
    }
}

impl RegisterRow {
    /// Its amount.
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

/// An entry with what stands beside its postings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The entry.
    pub entry: Entry,
    /// Its note.
    pub memo: Option<String>,
    /// Who decided it, by role or opaque id.
    pub actor: Option<String>,
    /// The entry that takes it back.
    pub reversed_by: Option<EntryId>,
}

/// The postings of the account at `path` before `before` (None: from the newest), newest first. All of an entry's postings to the account
/// are on one page; a page has up to `limit` entries, and the next one begins before the last of them.
///
/// # Errors
/// When the database is gone.
pub async fn register(tx: &mut Tx, path: &str, before: Option<EntryId>, limit: i64) -> sqlx::Result<Vec<RegisterRow>> {
    let mut rows = store::register::page(tx, path, before.unwrap_or(EntryId(i64::MAX)), limit.saturating_add(1)).await?;
    let mut ids: Vec<EntryId> = rows.iter().map(|row| row.entry_id).collect();
    ids.dedup();
    if let Some(first_left_out) = ids.get(usize::try_from(limit).unwrap_or(usize::MAX)) {
        rows.retain(|row| row.entry_id > *first_left_out);
    }
    Ok(rows)
}

/// The entry of that number.
///
/// # Errors
/// When the database is gone.
pub async fn find_entry(tx: &mut Tx, id: EntryId) -> sqlx::Result<Option<Whole>> {
    let Some(entry) = store::find(tx, id).await? else { return Ok(None) };
    let (memo, actor, _) = store::register::note(tx, id).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(Some(Whole { entry, memo, actor, reversed_by: store::register::reversal_of(tx, id).await? }))
}

/// The entries that one cause made, with their days.
///
/// # Errors
/// When the database is gone.
pub async fn entries_of(tx: &mut Tx, source: Source, source_id: &str) -> sqlx::Result<Vec<(EntryId, Day)>> {
    store::register::by_source_id(tx, source.as_str(), source_id).await
}
