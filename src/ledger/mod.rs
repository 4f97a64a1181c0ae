//! The books in double entry: what may be posted, and what every account holds. Knows no donor, no Stripe, no HTTP.

mod account;
mod entry;
mod store;
mod verify;

use std::collections::BTreeMap;

use crate::clock::{Day, Instant};
use crate::db::{Retryable, Tx};
use crate::ids::{EntryId, FundId};
use crate::money::{Currency, Money};

pub use account::{Account, CHART, Kind, chart, program_category};
pub use entry::{Entry, NewEntry, NewPosting, Posting, Source, Unbalanced};
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
    entry.check()?;
    if let Some(known) = find_posted(tx, entry).await? {
        return Ok(known);
    }
    let id = tx.take_entry_ids(1).await?.first().copied().map(EntryId).ok_or(sqlx::Error::RowNotFound)?;
    for (n, posting) in (1_i64..).zip(&entry.postings) {
        if !store::insert_posting(tx, id, n, posting).await? {
            return Err(PostError::NoAccount(posting.path.to_string()));
        }
    }
    store::insert_entry(tx, id, entry, now).await?;
    store::insert_unsummed(tx, id).await?;
    Ok(Posted::New(id))
}

/// The same entry, where it stands in the books already.
///
/// # Errors
/// [`PostError::Differs`] where its source stands with other content.
pub async fn find_posted(tx: &mut Tx, entry: &NewEntry) -> Result<Option<Posted>, PostError> {
    let Some(known) = store::find_by_source(tx, entry.source, &entry.source_id, entry.kind).await? else { return Ok(None) };
    let same = known.effective_on == entry.effective_on && known.reverses == entry.reverses && entry.same_postings(&known.postings);
    if same { Ok(Some(Posted::Known(known.id))) } else { Err(PostError::Differs(entry.key())) }
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
