//! What the public sees: numbered, immutable files, rendered once from one consistent view. Never live figures.

mod bars;
mod batch;
pub mod export;
mod figures;
pub mod page;
#[cfg(test)]
mod sample;
mod store;

use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::donations;
use crate::funds::Fund;
use crate::ids::{DonationId, FundId, PublicationId, sha256_hex};
use crate::ledger::{self, Balance, chart};
use crate::money::Money;

pub use figures::{Figures, GiftSide};

crate::record! {
    /// One public file, as it is served for ever.
    pub struct File {
        /// Its place under the fund's address, such as `figures.csv`.
        pub path: String,
        /// What it is.
        pub content_type: String,
        /// SHA-256 of its bytes, in hex; also its entity tag.
        pub sha256: String,
        /// Its bytes.
        pub body: Vec<u8>,
    }
}

/// Why nothing was published though it was due.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A sum left what the books can hold.
    #[error("the figures of {0} are beyond what the books can hold")]
    Overflow(String),
    /// A page could not be written.
    #[error("the page could not be written: {0}")]
    Page(#[from] askama::Error),
    /// A file could not be written.
    #[error("the figures could not be written: {0}")]
    Csv(#[from] csv::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for PublishError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// Whether a publication is due for a fund: cheap to ask, and it keeps nobody from writing.
///
/// # Errors
/// [`PublishError`].
pub async fn is_due(tx: &mut Tx, fund: &Fund, now: Instant) -> Result<bool, PublishError> {
    Ok(draft(tx, fund, false, now).await?.is_some())
}

/// Publishes what is due for a fund, and gives the new number. None: nothing is new, the batch waits, or the interval runs.
///
/// The transaction must be new: it is frozen to one view first.
///
/// # Errors
/// [`PublishError`], with nothing written.
pub async fn publish(tx: &mut Tx, fund: &Fund, practice: bool, now: Instant) -> Result<Option<i64>, PublishError> {
    tx.freeze().await?;
    let Some(Draft { figures, batch }) = draft(tx, fund, practice, now).await? else { return Ok(None) };
    let publication = store::insert(tx, &figures).await?;
    for file in render(&figures)? {
        store::insert_file(tx, publication, &file).await?;
    }
    if let Some(last) = batch {
        donations::count_in(tx, fund.id, last, publication).await?;
    }
    Ok(Some(figures.number))
}

/// What the next publication would say, and the last gift of the batch it would count.
struct Draft {
    figures: Figures,
    batch: Option<DonationId>,
}

async fn draft(tx: &mut Tx, fund: &Fund, practice: bool, now: Instant) -> Result<Option<Draft>, PublishError> {
    let last = store::last(tx, fund.id).await?;
    if last.as_ref().is_some_and(|last| now < last.made_at.plus_secs(fund.publish_interval_secs)) {
        return Ok(None);
    }
    let balances = ledger::balances(tx, None).await?;
    let waiting = donations::uncounted(tx, fund.id).await?;
    let batch = batch::ready(&waiting, fund.min_gifts);
    let before = last.as_ref().map(GiftSide::of).unwrap_or_default();
    let gifts = match batch {
        Some(_) => gift_side(fund, &balances, before.gifts.saturating_add(i64::try_from(waiting.len()).unwrap_or(0)), now)?,
        None => before,
    };
    let figures = Figures {
        number: last.as_ref().map_or(1, |last| last.number.saturating_add(1)),
        made_at: now,
        practice,
        gifts,
        opening: Money::new(of_fund(fund, &balances, |path| path == chart::OPENING)?.saturating_neg(), fund.currency),
        uses: uses(fund, &balances),
        suspense: balances.iter().any(|balance| balance.path == chart::SUSPENSE),
        fund: fund.clone(),
    };
    let spent_before = last.as_ref().map_or(0, |last| last.spent_minor);
    let news = batch.is_some() || figures.spent().minor != spent_before;
    Ok(news.then_some(Draft { figures, batch }))
}

/// The number of a publication.
pub async fn number_of(tx: &mut Tx, id: PublicationId) -> sqlx::Result<Option<i64>> {
    store::number_of(tx, id).await
}

/// A file of the fund's newest publication, or of the one with that number.
pub async fn file(tx: &mut Tx, slug: &str, number: Option<i64>, path: &str) -> sqlx::Result<Option<File>> {
    store::file(tx, slug, number, path).await
}

/// Reads every public file again; Some names the first whose bytes are not the ones that were published.
pub async fn verify(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    let mut after = (PublicationId(0), String::new());
    loop {
        let files = store::files_after(tx, &after).await?;
        let Some(last) = files.last() else { return Ok(None) };
        after = (last.publication_id, last.path.clone());
        if let Some(bent) = files.iter().find(|file| sha256_hex(&file.body) != file.sha256) {
            return Ok(Some(format!("a published file was changed: {} of publication row {}", bent.path, bent.publication_id)));
        }
    }
}

/// The figures of every face, as the files of a publication.
fn render(figures: &Figures) -> Result<Vec<File>, PublishError> {
    let file = |path: &str, content_type: &str, body: Vec<u8>| File {
        path: path.to_owned(),
        content_type: content_type.to_owned(),
        sha256: sha256_hex(&body),
        body,
    };
    Ok(vec![
        file("index.html", "text/html; charset=utf-8", page::render(figures)?.into_bytes()),
        file("figures.json", "application/json", figures.to_json().into_bytes()),
        file("figures.csv", "text/csv; charset=utf-8; header=present", figures.to_csv()?),
    ])
}

impl GiftSide {
    fn of(last: &store::LastRow) -> Self {
        Self {
            batch_at: last.batch_at,
            gifts: last.gifts,
            received_minor: last.received_minor,
            refunded_minor: last.refunded_minor,
            disputed_minor: last.disputed_minor,
            fees_minor: last.fees_minor,
        }
    }
}

/// The gift side as the books have it now. Refunds and disputes too few to hide in are netted into what was received.
fn gift_side(fund: &Fund, balances: &[Balance], gifts: i64, now: Instant) -> Result<GiftSide, PublishError> {
    let mut side = GiftSide {
        batch_at: Some(now),
        gifts,
        // What goods were worth is no money: it stays apart from every sum.
        received_minor: of_fund(fund, balances, |path| path.starts_with("income:donations:") && path != chart::IN_KIND)?.saturating_neg(),
        refunded_minor: of_fund(fund, balances, |path| path == chart::REFUNDS)?,
        disputed_minor: of_fund(fund, balances, |path| path == chart::CHARGEBACKS)?,
        fees_minor: of_fund(fund, balances, |path| path.starts_with("expenses:fees:"))?,
    };
    for (path, minor) in [(chart::REFUNDS, &mut side.refunded_minor), (chart::CHARGEBACKS, &mut side.disputed_minor)] {
        if postings(fund.id, balances, path) < fund.min_gifts {
            side.received_minor = side.received_minor.saturating_sub(*minor);
            *minor = 0;
        }
    }
    Ok(side)
}

/// Σ of the fund's postings in its own currency on the accounts that `takes` names.
fn of_fund(fund: &Fund, balances: &[Balance], takes: impl Fn(&str) -> bool) -> Result<i64, PublishError> {
    let of_it = |balance: &&Balance| balance.fund == Some(fund.id) && balance.amount.currency == fund.currency && takes(&balance.path);
    crate::money::sum(balances.iter().filter(of_it).map(|balance| balance.amount.minor))
        .ok_or_else(|| PublishError::Overflow(fund.slug.clone()))
}

fn postings(fund: FundId, balances: &[Balance], path: &str) -> i64 {
    balances.iter().filter(|balance| balance.fund == Some(fund) && balance.path == path).map(|balance| balance.postings).sum()
}

/// What was spent on each promised use, and on running the fund.
fn uses(fund: &Fund, balances: &[Balance]) -> Vec<(String, Money)> {
    let mut spent: Vec<&Balance> = balances
        .iter()
        .filter(|balance| balance.fund == Some(fund.id) && balance.amount.currency == fund.currency)
        .filter(|balance| ["expenses:program:", "expenses:grants:", "expenses:admin:"].iter().any(|part| balance.path.starts_with(part)))
        .collect();
    spent.sort_by(|one, other| one.code.cmp(&other.code));
    let word = |path: &str| path.rsplit(':').next().unwrap_or(path).to_owned();
    spent.into_iter().map(|balance| (word(&balance.path), balance.amount)).collect()
}
