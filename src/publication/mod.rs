//! What the public sees: numbered, immutable files, rendered once from one consistent view. Never live figures.
//!
//! What the public may know is written down as records, each a leaf of the fund's log ([`record`]). Every page and every figure is worked out of
//! the published records alone, so whoever has them can work it out again.

mod all_time;
pub mod anchor;
mod announced;
pub mod api;
mod batch;
mod beyond;
mod card;
mod charter;
mod charts;
pub mod check;
mod closing_report;
pub mod coins;
mod commitments;
mod copied;
mod copies;
mod download;
mod embeds;
pub mod export;
mod extras;
pub mod facts;
mod feed;
mod figures;
mod gather;
mod general_ledger;
mod gifts;
mod givers;
mod goal;
mod heads;
mod identities;
mod known;
mod leftovers;
mod letters;
pub mod log;
pub mod manifest;
mod matrix;
mod names;
mod news;
pub mod page;
pub mod passed;
mod periods;
mod place;
mod proof;
pub mod receipt;
pub mod record;
mod reports;
mod row;
mod rows;
#[cfg(test)]
mod sample;
mod say;
mod site;
pub mod source;
pub mod spent;
mod standing;
mod state;
mod steps;
mod store;
mod stored;
mod summary;
mod tables;
pub mod told;
mod verify;
mod verify_page;
mod ways;
mod weeks;
mod wishes;

use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::donations;
use crate::funds::{Fund, State};
use crate::ids::{Entropy, FundId, PublicationId};
use crate::language::Language;
use crate::ledger::{self, chart};
use crate::seal::Keyring;

use anchor::Anchors;
use facts::{Facts, Publication};
use gifts::Sides;
use manifest::Files;
use record::{Batch, Record, week_of};

pub use announced::{agreed_plan, announce};
pub use card::{Card, Told};
pub use closing_report::{AT as CLOSING_REPORT, passed_on};
pub use commitments::{forget, forget_some_of};
pub use copied::{LETTERS, RECEIPTS};
pub use copies::copy;
pub use download::Download;
pub use figures::{Figures, GiftSide};
pub use heads::rotate_key;
pub use letters::letter;
pub use names::names_page;
pub use place::{file_in, named as page_in, page_named};
pub use proof::{Proof, proof};
pub use rows::{RowsError, expense, spending};
pub use site::{Piece, SiteError, Tree};
pub use stored::{File, pack};
pub use summary::summary_table;
pub use verify::verify;
pub use verify_page::{Asked, PublishedHead, opened, published_head, roots, verify_page};

/// What publishing needs beside the books.
#[derive(Clone, Copy, Debug)]
pub struct Press<'a> {
    /// No real money: the practice Stripe.
    pub practice: bool,
    /// The site's address, such as `https://fund.example`.
    pub site: &'a str,
    /// What seals the funds' signing keys.
    pub keys: &'a Keyring,
    /// Where new keys come from.
    pub entropy: &'a Entropy,
    /// Heads kept outside the database; None: nobody keeps any.
    pub anchors: Option<&'a Anchors>,
}

impl Press<'_> {
    /// The name of a fund's log: its address without the scheme.
    pub fn log_of(&self, fund: &Fund) -> String {
        let host = self.site.split_once("://").map_or(self.site, |(_, host)| host).trim_end_matches('/');
        format!("{host}/f/{}", fund.slug)
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
    /// What is published already could not be read back.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A record could not be written.
    #[error("a record could not be written: {0}")]
    Record(#[from] serde_json::Error),
    /// The log and its heads do not fit.
    #[error("the log of {0} and its heads do not fit: nothing is signed until `strikefund verify` says why")]
    Log(String),
    /// The log is shorter than a head that was kept outside the database, or another than it: an old backup, or somebody rewrote it.
    #[error("nothing is published for {0}: {1}")]
    Behind(String, anchor::Behind),
    /// A head that somebody kept is none that this fund signed.
    #[error("this head is not one of ours: {0}")]
    NotOurs(String),
    /// The head kept outside the database could not be read or written.
    #[error("the head of {0} that is kept outside the database: {1}")]
    Anchor(String, std::io::Error),
    /// The key cannot be opened.
    #[error("the signing key of {0} was sealed under another master key")]
    Key(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for PublishError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) | Self::Rows(RowsError::Database(error)) if error.is_retryable())
    }
}

/// Whether a publication is due for a fund: cheap to ask, and it keeps nobody from writing.
///
/// # Errors
/// [`PublishError`].
pub async fn is_due(tx: &mut Tx, fund: &Fund, now: Instant) -> Result<bool, PublishError> {
    if standing_news(tx, fund, now).await? {
        return Ok(true);
    }
    let last = store::last(tx, fund.id).await?;
    if last.is_some_and(|last| now < last.made_at.plus_secs(fund.publish_interval_secs)) {
        return Ok(false);
    }
    if announced::has_news(tx, fund).await? {
        return Ok(true);
    }
    if gather::has_news(tx, fund).await? || extras::has_news(tx, fund).await? || !gather::words(tx, fund, now, 1).await?.0.is_empty() {
        return Ok(true);
    }
    if !identities::news(tx, fund).await?.is_empty() {
        return Ok(true);
    }
    if charter::news(tx, fund, now).await?.is_some() || copies::has_news(tx, fund, now).await? || steps::has_news(tx, fund).await? {
        return Ok(true);
    }
    let sides = Sides::find(tx, fund).await?;
    if sides.books.opening(&sides.published, "").is_some() {
        return Ok(true);
    }
    let waiting = donations::uncounted(tx, fund.id).await?;
    Ok(sides.next_batch(fund, &waiting, (0, "")).is_some())
}

/// Whether something is to be told that waits for no interval: the fund stands elsewhere, or a copy of a receipt or a letter was taken back. A
/// publication before its time tells this alone.
async fn standing_news(tx: &mut Tx, fund: &Fund, now: Instant) -> Result<bool, RowsError> {
    Ok(state::news(tx, fund, now).await?.is_some() || copies::are_taken_back(tx, fund).await? || letters::are_taken_back(tx, fund).await?)
}

/// Publishes what is due for a fund, and gives the new number. None: nothing is new, the batch waits, or the interval runs.
///
/// The transaction must be new: it is frozen to one view first.
///
/// # Errors
/// [`PublishError`], with nothing written.
pub async fn publish(tx: &mut Tx, press: &Press<'_>, fund: &Fund, now: Instant) -> Result<Option<i64>, PublishError> {
    tx.freeze().await?;
    let last = store::last(tx, fund.id).await?;
    let mut is_early = last.as_ref().is_some_and(|last| now < last.made_at.plus_secs(fund.publish_interval_secs));
    if is_early && !standing_news(tx, fund, now).await? {
        return Ok(None);
    }
    // The end is told whole.
    is_early = is_early && !Sides::find(tx, fund).await?.is_settled;
    let number = last.as_ref().map_or(1, |last| last.number.saturating_add(1));
    if let Some(anchors) = press.anchors {
        anchors.check(tx, fund).await?;
    }
    let edge = heads::newest(tx, fund.id).await?;
    let begun = edge.size();
    let before = (begun > 0).then(|| edge.root());
    let mut log = Writer { fund: fund.id, number, size: begun };
    if let Some(last) = last.as_ref().filter(|_| begun == 0) {
        log.append(tx, vec![Record::Batch(before_records(last, &week_of(now, &fund.time_zone)))]).await?;
    }
    log.standing(tx, fund, now).await?;
    let counted = if is_early { None } else { log.news(tx, press, fund, (begun, now)).await? };
    if log.size == begun {
        return Ok(None);
    }
    let suspense = ledger::balance_of(tx, chart::SUSPENSE).await?.values().any(|minor| *minor != 0);
    let (key, succeeds) = heads::keys(tx, press, fund, number, now).await?;
    let mut end = Publication {
        number,
        week: week_of(now, &fund.time_zone),
        made_at: now.unix_secs(),
        practice: press.practice,
        suspense,
        key: key.public().to_string(),
        site: press.site.trim_end_matches('/').to_owned(),
        succeeds,
        files: None,
        fund: Facts::find(tx, fund).await?,
    };
    let figures = Figures::of(&end, &store::sums(tx, fund.id).await?).after(before);
    let files = render(tx, fund.id, &figures).await?;
    let named = manifest::list(number, &files);
    end.files = Some(Files::of(&named));
    log.append(tx, vec![Record::Publication(Box::new(end))]).await?;
    let batch_at = if counted.is_some() { Some(now) } else { last.and_then(|last| last.batch_at) };
    let publication = store::insert(tx, fund.id, &figures, batch_at, now).await?;
    for file in files.iter().chain([&named]) {
        store::insert_file(tx, publication, file).await?;
    }
    general_ledger::write(tx, (publication, fund.id), &figures.fund, (begun, log.size)).await?;
    heads::seal(tx, press, fund, (publication, number), log.size, &key).await?;
    if let Some(last) = counted {
        donations::count_in(tx, fund.id, last, publication).await?;
    }
    Ok(Some(number))
}

/// What was published before there were records, as the batch that they begin with.
fn before_records(last: &store::LastRow, week: &str) -> Batch {
    Batch {
        n: 1,
        week: week.to_owned(),
        gifts: last.gifts,
        received_minor: last.received_minor,
        refunded_minor: last.refunded_minor,
        refunds: 0,
        disputed_minor: last.disputed_minor,
        disputes: 0,
        fees_minor: last.fees_minor,
        commitment: None,
    }
}

/// Writes the records of one publication, one behind the other.
struct Writer {
    fund: FundId,
    number: i64,
    size: u64,
}

impl Writer {
    async fn append(&mut self, tx: &mut Tx, records: Vec<Record>) -> Result<(), PublishError> {
        let mut leaves = Vec::with_capacity(records.len());
        for record in records {
            let leaf = record.to_leaf()?;
            leaves.push((record, leaf));
        }
        let position = i64::try_from(self.size).unwrap_or(i64::MAX);
        store::append(tx, self.fund, self.number, position, &leaves).await?;
        self.size += leaves.len() as u64;
        Ok(())
    }
}

/// The figures of a fund's newest publication; None before the first.
///
/// # Errors
/// [`RowsError`].
pub async fn newest_figures(tx: &mut Tx, fund: FundId) -> Result<Option<Figures>, RowsError> {
    rows::newest_of(tx, fund).await
}

/// The number of a publication.
pub async fn number_of(tx: &mut Tx, id: PublicationId) -> sqlx::Result<Option<i64>> {
    store::number_of(tx, id).await
}

/// A file of the fund's newest publication, or of the one with that number.
pub async fn file(tx: &mut Tx, slug: &str, number: Option<i64>, path: &str) -> sqlx::Result<Option<File>> {
    if path == site::FORMAT_AT && number.is_none() {
        return Ok(Some(File::new(path.to_owned(), "text/plain; charset=utf-8", site::format().into_bytes())));
    }
    let file = store::file(tx, slug, number, path).await?;
    Ok(file.map(|file| if number.is_some() { file.into_older() } else { file }))
}

/// The names of the reports that a fund shows, in the order of their index.
fn report_names(figures: &Figures) -> impl Iterator<Item = &'static str> {
    reports::shown(figures).map(|report| report.name)
}

/// The pages of a fund's newest publication that search engines may list, by their place under its address, with its day.
pub async fn pages(tx: &mut Tx, slug: &str) -> Result<Vec<(String, String)>, RowsError> {
    let Some((_, figures)) = rows::newest(tx, slug).await? else { return Ok(Vec::new()) };
    let day = figures.made_at.day_in(&figures.fund.time_zone).to_string();
    let fixed = ["", "spending/", "gifts/", "leftovers/", "reports/", "reports/summary.html"].map(str::to_owned);
    let fixed = fixed.into_iter().chain(
        ["index", "spending/index", "gifts/index", "leftovers/index", "reports/index", "reports/summary"]
            .map(|page| page_in(page, Language::Spanish)),
    );
    let closed = (figures.fund.state == State::Closed).then_some(closing_report::AT);
    let closed = closed.into_iter().flat_map(|page| Language::ALL.map(|language| page_in(page, language)));
    let reports = report_names(&figures).flat_map(|name| Language::ALL.map(|language| page_in(&format!("reports/{name}"), language)));
    Ok(fixed.chain(closed).chain(reports).map(|path| (path, day.clone())).collect())
}

const HTML: &str = "text/html; charset=utf-8";
const CSV: &str = "text/csv; charset=utf-8; header=present";
const JSON: &str = "application/json";

/// The files of a publication, worked out of the fund's published records alone; the record that ends it comes after, for it commits to them.
async fn render(tx: &mut Tx, fund: FundId, figures: &Figures) -> Result<Vec<File>, PublishError> {
    let mut files = vec![
        File::new("figures.json".to_owned(), JSON, figures.to_json().into_bytes()),
        File::new("figures.csv".to_owned(), CSV, reports::figures_csv(figures)),
    ];
    files.extend(page::render(tx, fund, figures).await?);
    files.extend(feed::render(tx, fund, figures).await?);
    files.extend(reports::render(tx, fund, figures).await?);
    files.extend(charter::render(tx, fund, figures).await?);
    files.extend(leftovers::render(tx, fund, figures).await?);
    files.extend(embeds::render(figures)?);
    Ok(files)
}
