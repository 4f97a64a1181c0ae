//! The books in double entry: what may be posted, and what every account holds. Knows no donor, no Stripe, no HTTP.

mod account;
mod entry;
mod mistake;
mod months;
mod register;
mod store;
mod unpublished;
mod verify;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::clock::{Day, Instant};
use crate::db::{Retryable, Tx};
use crate::ids::{EntryId, FundId};
use crate::money::{Currency, Money};

pub use account::{Account, CHART, Kind, chart, is_spending, program_category};
pub use entry::{Entry, NewEntry, NewPosting, Posting, Source, Unbalanced};
pub use mistake::Mistake;
pub use months::{MonthLock, ask_lock, first_open_day, held_after, lock_month, locked_months, month_locks};
pub use register::{RegisterRow, Whole, entries_of, find_entry, register};
pub use unpublished::{Unpublished, has_unpublished, published, unpublished};
pub use verify::verify;

/// Why an entry was not posted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// It is no entry: too few postings, a posting of zero, or sums that are not zero.
    #[error(transparent)]
    Unbalanced(#[from] Unbalanced),
    /// The same source was posted before, with other content. Nothing was overwritten.
    #[error("{0} is in the books already, with other content")]
    Differs(String),
    /// The chart has no account of that path.
    #[error("there is no account {0}")]
    NoAccount(String),
    /// The entry to be reversed is not there, or was reversed already.
    #[error("entry {0} cannot be reversed: it is not there or was reversed before")]
    NotReversible(EntryId),
    /// Two people locked the month it is dated in: a decision is dated after it.
    #[error("{0} is locked: date the entry after it and say why")]
    Locked(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for PostError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// What posting did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// The entry is new in the books.
    New(EntryId),
    /// The same entry stood there already; nothing changed.
    Known(EntryId),
}

impl Posted {
    /// The entry, new or known.
    pub const fn entry(self) -> EntryId {
        match self {
            Self::New(id) | Self::Known(id) => id,
        }
    }
}

/// What one account holds for one fund in one currency; debit positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The account's path, such as `assets:stripe`.
    pub path: String,
    /// The account's code in the chart.
    pub code: String,
    /// What kind of account it is.
    pub kind: Kind,
    /// The fund its postings stand on; None for pooled money.
    pub fund: Option<FundId>,
    /// The sum of its postings.
    pub amount: Money,
    /// How many postings that is.
    pub postings: i64,
}

/// The debits and credits of one currency; in sound books they are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalance {
    /// The currency of this column pair.
    pub currency: Currency,
    /// Every account that does not stand at zero.
    pub balances: Vec<Balance>,
    /// Σ of the debit balances, in minor units.
    pub debits_minor: i64,
    /// Σ of the credit balances as a positive number, in minor units.
    pub credits_minor: i64,
}

/// Makes sure that the fixed chart of accounts exists. Twice is once.
pub async fn open_chart(tx: &mut Tx) -> sqlx::Result<()> {
    for account in CHART {
        store::open_account(tx, account).await?;
    }
    Ok(())
}

/// Opens an account under the chart, such as a bank by name or a fund's own category. Twice is once.
pub async fn open_account(tx: &mut Tx, account: &Account) -> sqlx::Result<()> {
    store::open_account(tx, account).await
}

/// Every account, by path.
pub async fn accounts(tx: &mut Tx) -> sqlx::Result<Vec<Account>> {
    store::accounts(tx).await
}

/// Posts an entry; the same source with the same content again changes nothing.
///
/// # Errors
/// [`PostError::Differs`] where the source is in the books with other content, and what else [`PostError`] names.
pub async fn post(tx: &mut Tx, entry: &NewEntry, now: Instant) -> Result<Posted, PostError> {
    let posted = post_all(tx, std::slice::from_ref(entry), now).await?;
    posted.first().copied().ok_or_else(|| sqlx::Error::RowNotFound.into())
}

/// Posts entries of different sources together, in few statements however many they are; what became of each, in their order.
///
/// # Errors
/// As [`post`], of the first that cannot be posted; the caller then writes none of them.
pub async fn post_all(tx: &mut Tx, entries: &[NewEntry], now: Instant) -> Result<Vec<Posted>, PostError> {
    for entry in entries {
        entry.check()?;
    }
    let locked = locked_months(tx).await?;
    let known = find_all_posted(tx, entries, &locked).await?;
    let mut new = Vec::with_capacity(entries.len());
    for (entry, _) in entries.iter().zip(&known).filter(|(_, known)| known.is_none()) {
        let fitted = months::fitted(entry, &locked).map_err(PostError::Locked)?;
        new.push(fitted.map_or(Cow::Borrowed(entry), Cow::Owned));
    }
    let new: Vec<&NewEntry> = new.iter().map(AsRef::as_ref).collect();
    let mut ids = insert(tx, &new, now).await?.into_iter();
    known.into_iter().map(|known| known.or_else(|| ids.next().map(Posted::New)).ok_or_else(|| sqlx::Error::RowNotFound.into())).collect()
}

/// Writes entries that are not in the books: their postings first, as the database demands.
async fn insert(tx: &mut Tx, entries: &[&NewEntry], now: Instant) -> Result<Vec<EntryId>, PostError> {
    let ids: Vec<EntryId> = tx.take_entry_ids(entries.len()).await?.into_iter().map(EntryId).collect();
    let paths: BTreeSet<&str> = entries.iter().flat_map(|entry| &entry.postings).map(|posting| &*posting.path).collect();
    let accounts = store::account_ids(tx, &paths.into_iter().collect::<Vec<_>>()).await?;
    let mut postings = Vec::with_capacity(entries.len() * 3);
    for (entry, new) in ids.iter().zip(entries) {
        for (n, posting) in (1..).zip(&new.postings) {
            let account = *accounts.get(&*posting.path).ok_or_else(|| PostError::NoAccount(posting.path.to_string()))?;
            postings.push(store::PostingRow { entry: *entry, n, account, fund: posting.fund, amount: posting.amount });
        }
    }
    store::insert_postings(tx, &postings).await?;
    let numbered: Vec<(EntryId, &NewEntry)> = ids.iter().copied().zip(entries.iter().copied()).collect();
    store::insert_entries(tx, &numbered, now).await?;
    unpublished::note(tx, &numbered).await?;
    Ok(ids)
}

/// The same entry, where it stands in the books already.
///
/// # Errors
/// [`PostError::Differs`] where its source stands with other content.
pub async fn find_posted(tx: &mut Tx, entry: &NewEntry) -> Result<Option<Posted>, PostError> {
    let locked = locked_months(tx).await?;
    Ok(find_all_posted(tx, std::slice::from_ref(entry), &locked).await?.into_iter().next().flatten())
}

async fn find_all_posted(tx: &mut Tx, entries: &[NewEntry], locked: &BTreeSet<String>) -> Result<Vec<Option<Posted>>, PostError> {
    let mut by_source: BTreeMap<Source, Vec<&str>> = BTreeMap::new();
    for entry in entries {
        by_source.entry(entry.source).or_default().push(&entry.source_id);
    }
    let mut standing = Vec::new();
    for (source, source_ids) in by_source {
        for id in store::standing(tx, source, &source_ids).await? {
            standing.extend(store::find(tx, id).await?);
        }
    }
    let posted = |entry: &NewEntry| match standing.iter().find(|known| entry.has_source_of(known)) {
        None => Ok(None),
        Some(known) if entry.says_the_same(known) || months::was_moved(entry, known, locked) => Ok(Some(Posted::Known(known.id))),
        Some(_) => Err(PostError::Differs(entry.key())),
    };
    entries.iter().map(posted).collect()
}

/// Posts the exact negation of an entry, on `on`, with the reason as memo. An entry is reversed once at most.
///
/// # Errors
/// [`PostError::NotReversible`] where there is no such entry or it was reversed before.
pub async fn reverse(tx: &mut Tx, id: EntryId, on: Day, reason: &str, actor: Option<&str>, now: Instant) -> Result<Posted, PostError> {
    let original = store::find(tx, id).await?.ok_or(PostError::NotReversible(id))?;
    if store::is_reversed(tx, id).await? {
        return Err(PostError::NotReversible(id));
    }
    let reversal = NewEntry {
        source: Source::Reversal,
        source_id: id.to_string(),
        kind: "reversal",
        effective_on: on,
        memo: Some(reason.to_owned()),
        actor: actor.map(str::to_owned),
        reverses: Some(id),
        postings: original.postings.iter().map(Posting::negated).collect(),
    };
    post(tx, &reversal, now).await
}

/// What every account holds, now or at the end of a day: the day sums, and the entries they do not hold yet.
pub async fn balances(tx: &mut Tx, as_of: Option<Day>) -> sqlx::Result<Vec<Balance>> {
    store::balances(tx, as_of).await
}

/// What one account holds in each currency, over all funds.
pub async fn balance_of(tx: &mut Tx, path: &str) -> sqlx::Result<BTreeMap<Currency, i64>> {
    store::balance_of(tx, path).await
}

/// The trial balance, one per currency, now or at the end of a day.
///
/// # Errors
/// When the database fails, or a sum leaves what the books can hold.
pub async fn trial_balance(tx: &mut Tx, as_of: Option<Day>) -> sqlx::Result<Vec<TrialBalance>> {
    let mut by_currency: BTreeMap<Currency, Vec<Balance>> = BTreeMap::new();
    for balance in store::balances(tx, as_of).await? {
        by_currency.entry(balance.amount.currency).or_default().push(balance);
    }
    let overflow = || sqlx::Error::Protocol("a trial balance beyond what the books can hold".to_owned());
    by_currency
        .into_iter()
        .map(|(currency, balances)| {
            let amounts = || balances.iter().map(|balance| balance.amount.minor);
            let debits_minor = crate::money::sum(amounts().filter(|minor| *minor > 0)).ok_or_else(overflow)?;
            let credits_minor = crate::money::sum(amounts().filter(|minor| *minor < 0)).ok_or_else(overflow)?.saturating_neg();
            Ok(TrialBalance { currency, balances, debits_minor, credits_minor })
        })
        .collect()
}

/// Folds up to `limit` entries into the day sums and gives how many it found; call again while it gives `limit`.
pub async fn fold(tx: &mut Tx, limit: i64) -> sqlx::Result<u64> {
    let claimed = store::claim_unsummed(tx, limit).await?;
    if claimed > 0 {
        store::add_claimed_to_day_sums(tx).await?;
        store::forget_claimed(tx).await?;
    }
    Ok(claimed)
}

/// Drops the day sums and lets them be built anew from the postings: a sum is a cache.
pub async fn drop_day_sums(tx: &mut Tx) -> sqlx::Result<()> {
    store::drop_day_sums(tx).await
}

/// Up to `limit` entries after `after`, with their postings, by id: for exports that never hold all of them.
pub async fn entries(tx: &mut Tx, after: EntryId, limit: i64) -> sqlx::Result<Vec<Entry>> {
    store::entries(tx, after, limit).await
}

/// The day of the first entry, None while there is none.
pub async fn first_day(tx: &mut Tx) -> sqlx::Result<Option<Day>> {
    store::first_day(tx).await
}
