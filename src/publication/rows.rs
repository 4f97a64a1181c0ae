//! The public list of spendings and the page of each, written from published records alone when somebody asks: they are too many to keep as
//! files, and the same records always give the same page. Not here: reports, which are kept (`reports`).

use askama::Template;
use data_encoding::HEXLOWER;

use super::copied::ShownCopy;
use super::facts::Publication;
use super::log::tree::leaf_hash;
use super::place::Place;
use super::record::{NoRecord, Record};
pub(super) use super::row::{Row, Rows};
use super::say::Say;
use super::store::{self, Leaf};
use super::{Figures, File, charts};
use crate::db::Tx;
use crate::funds;
use crate::ids::FundId;
use crate::language::{Language, Values};

/// How many spendings a page shows at least, where there are so many.
const PAGE: i64 = 50;

/// Why a page could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// A published record does not read.
    #[error("record {0} of the log: {1}")]
    Record(i64, NoRecord),
    /// The page could not be written.
    #[error("the page could not be written: {0}")]
    Page(#[from] askama::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

#[derive(Template)]
#[template(path = "publication/spending.html")]
struct List<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    practice: bool,
    rows: Vec<Row>,
    count: i64,
    /// The next newer page.
    newer: Option<String>,
    /// The number of the next older page.
    older: Option<i64>,
}

impl Rows for List<'_> {
    fn say(&self) -> Say {
        self.say
    }

    fn figures(&self) -> &Figures {
        self.figures
    }
}

impl List<'_> {
    fn total(&self) -> String {
        let values =
            Values::from([("count".into(), self.count.to_string().into()), ("sum".into(), self.figures.spent().for_people().into())]);
        let total = self.say.0.text("public-spending-total", &values);
        let received = self.figures.gifts.received_minor;
        if received <= 0 {
            return total;
        }
        let share = charts::share(self.say, i128::from(self.figures.spent().minor), i128::from(received));
        format!("{total} {}", self.say.with("public-spending-share", "share", share))
    }

    fn caption(&self) -> String {
        let end = |row: Option<&Row>| row.map_or(0, |row| row.spending.n).to_string();
        let values = Values::from([("first".into(), end(self.rows.last()).into()), ("last".into(), end(self.rows.first()).into())]);
        self.say.0.text("public-spending-caption", &values)
    }

    /// Whether words of a row are held back.
    fn holds_back(&self) -> bool {
        self.rows.iter().any(Row::holds_back)
    }

    fn numbered(&self, page: i64) -> String {
        self.place.out(&numbered(page))
    }

    fn sum(&self) -> String {
        self.money(self.rows.iter().fold(0, |sum, row| sum.saturating_add(row.spending.amount_minor)))
    }
}

#[derive(Template)]
#[template(path = "publication/expense.html")]
struct One<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    practice: bool,
    row: &'a Row,
}

impl Rows for One<'_> {
    fn say(&self) -> Say {
        self.say
    }

    fn figures(&self) -> &Figures {
        self.figures
    }
}

impl One<'_> {
    fn mistake(&self, word: &str) -> String {
        self.say.say(&format!("public-mistake-{word}"))
    }

    /// The reports of the publication that first showed it.
    fn publication(&self) -> String {
        self.place.out(&format!("p/{}/reports/index", self.row.publication))
    }

    fn heading(&self) -> String {
        self.say.with("public-spending-one", "number", self.row.spending.n.to_string())
    }
}

/// The list of a fund's spendings: the newest, or a page of older ones, numbered from the oldest on; each numbered page is full and keeps its
/// rows. None where there is no such page, or nothing was published.
///
/// # Errors
/// [`RowsError`].
pub async fn spending(tx: &mut Tx, slug: &str, page: Option<i64>, language: Language) -> Result<Option<File>, RowsError> {
    let Some((fund, figures)) = newest(tx, slug).await? else { return Ok(None) };
    let count = store::last_number(tx, fund, "spending").await?;
    list(tx, fund, &figures, count, (page, language)).await
}

/// One page of the list of so many spendings.
async fn list(
    tx: &mut Tx,
    fund: FundId,
    figures: &Figures,
    count: i64,
    (page, language): (Option<i64>, Language),
) -> Result<Option<File>, RowsError> {
    // The newest page holds what no full page holds yet, and the last full one.
    let full = (count / PAGE - 1).max(0);
    let (first, last, newer, older) = match page {
        None => (full * PAGE + 1, count, None, Some(full)),
        Some(page) if (1..=full).contains(&page) => {
            let newer = if page == full { NEWEST.to_owned() } else { numbered(page + 1) };
            ((page - 1) * PAGE + 1, page * PAGE, Some(newer), Some(page - 1))
        }
        Some(_) => return Ok(None),
    };
    let mut rows = between(tx, fund, first, last).await?;
    rows.reverse();
    let (say, practice) = (Say(language), figures.practice);
    let older = older.filter(|page| *page > 0);
    let place = Place::new(page.map_or_else(|| NEWEST.to_owned(), numbered), say);
    let shown = List { say, place, figures, practice, rows, count, newer, older };
    Ok(Some(shown.place.file(shown.render()?)))
}

/// Where the newest spendings are listed.
const NEWEST: &str = "spending/index";

/// Where a page of older ones is.
fn numbered(page: i64) -> String {
    format!("spending/pages/{page}")
}

/// The newest spendings, the newest first.
pub(super) async fn latest(tx: &mut Tx, fund: FundId, count: usize) -> Result<Vec<Row>, RowsError> {
    let last = store::last_number(tx, fund, "spending").await?;
    let first = last.saturating_sub(i64::try_from(count).unwrap_or(0)).saturating_add(1);
    let mut rows = between(tx, fund, first, last).await?;
    rows.reverse();
    Ok(rows)
}

/// The newest spendings of a use, the newest first, at most so many.
pub(super) async fn newest_on(tx: &mut Tx, fund: FundId, account: &str, count: i64) -> Result<Vec<Row>, RowsError> {
    let mut rows = Vec::new();
    for leaf in store::spendings_on(tx, fund, account, count).await? {
        rows.extend(first(leaf)?);
    }
    let last = rows.first().map_or(0, |row| row.spending.n);
    let oldest = rows.last().map_or(0, |row| row.spending.n);
    // What was said of those between them is read with it where that is not much more.
    if last - oldest <= 4 * count {
        told(tx, fund, (oldest, last), &mut rows).await?;
    } else {
        let numbers: Vec<i64> = rows.iter().map(|row| row.spending.n).collect();
        for n in numbers {
            told(tx, fund, (n, n), &mut rows).await?;
        }
    }
    Ok(rows)
}

/// The page of one spending; None where there is none of that number.
///
/// # Errors
/// [`RowsError`].
pub async fn expense(tx: &mut Tx, slug: &str, number: i64, language: Language) -> Result<Option<File>, RowsError> {
    let Some((fund, figures)) = newest(tx, slug).await? else { return Ok(None) };
    let Some(row) = between(tx, fund, number, number).await?.pop() else { return Ok(None) };
    Ok(Some(page(&figures, &row, language)?))
}

fn page(figures: &Figures, row: &Row, language: Language) -> Result<File, RowsError> {
    let say = Say(language);
    let page = One { say, place: Place::new(format!("spending/{}", row.spending.n), say), figures, practice: figures.practice, row };
    Ok(page.place.file(page.render()?))
}

/// Every page of a fund's spendings, in every language, some at a time: `from` is the number of the first spending they show, and with them
/// comes the number to go on from; None at the end.
pub(super) async fn some(tx: &mut Tx, fund: FundId, figures: &Figures, from: i64) -> Result<(Vec<File>, Option<i64>), RowsError> {
    let count = store::last_number(tx, fund, "spending").await?;
    let mut files = Vec::new();
    for row in between(tx, fund, from, from.saturating_add(PAGE - 1)).await? {
        for language in Language::ALL {
            files.push(page(figures, &row, language)?);
        }
    }
    let next = from.saturating_add(PAGE);
    let number = (next <= count).then_some(from / PAGE + 1);
    for language in Language::ALL {
        // A full page behind which another begins; the newest list stands for all that come after.
        files.extend(list(tx, fund, figures, count, (number, language)).await?);
    }
    Ok((files, (next <= count).then_some(next)))
}

/// The fund of that word in addresses, and the figures of its newest publication.
pub(super) async fn newest(tx: &mut Tx, slug: &str) -> Result<Option<(FundId, Figures)>, RowsError> {
    let Some(fund) = funds::find_by_slug(tx, slug).await? else { return Ok(None) };
    Ok(newest_of(tx, fund.id).await?.map(|figures| (fund.id, figures)))
}

/// The figures of a fund's newest publication.
pub(super) async fn newest_of(tx: &mut Tx, fund: FundId) -> Result<Option<Figures>, RowsError> {
    let Some(leaf) = store::newest_publication(tx, fund).await? else { return Ok(None) };
    let Record::Publication(publication) = read(&leaf)? else { return Ok(None) };
    Ok(Some(figures(tx, fund, &publication).await?))
}

async fn figures(tx: &mut Tx, fund: FundId, publication: &Publication) -> sqlx::Result<Figures> {
    Ok(Figures::of(publication, &store::sums(tx, fund).await?))
}

/// The spendings with numbers from `first` to `last`, with everything that was published about each.
pub(super) async fn between(tx: &mut Tx, fund: FundId, first_n: i64, last: i64) -> Result<Vec<Row>, RowsError> {
    let mut rows = Vec::new();
    for leaf in store::spendings(tx, fund, first_n, last).await? {
        rows.extend(first(leaf)?);
    }
    told(tx, fund, (first_n, last), &mut rows).await?;
    Ok(rows)
}

/// The row that a spending's own record begins.
fn first(leaf: Leaf) -> Result<Option<Row>, RowsError> {
    let Record::Spending(spending) = read(&leaf)? else { return Ok(None) };
    let hash = HEXLOWER.encode(&leaf_hash(leaf.body.as_bytes()));
    let Leaf { position, publication, body } = leaf;
    let (text, corrected_by, copies) = (None, Vec::new(), Vec::new());
    Ok(Some(Row { position, publication, leaf: body, hash, spending, text, corrected_by, copies }))
}

/// Adds what later records say about the spendings with numbers from `from` to `to` to those of them that are here.
async fn told(tx: &mut Tx, fund: FundId, (from, to): (i64, i64), rows: &mut [Row]) -> Result<(), RowsError> {
    for leaf in store::about(tx, fund, from, to).await? {
        let record = read(&leaf)?;
        let Some(row) = rows.iter_mut().find(|row| row.spending.n == record.about()) else { continue };
        match record {
            Record::Text(text) => row.text = Some(text),
            Record::Spending(later) => row.corrected_by.push(later.n),
            Record::Step(step) => row.spending.stands = Some(step.stands),
            Record::Copy(copied) => ShownCopy::add(&mut row.copies, leaf.publication, copied),
            Record::TakenDown(down) => ShownCopy::take_down(&mut row.copies, leaf.publication, &down),
            _ => {}
        }
    }
    Ok(())
}

/// Reads the record of a leaf.
pub(super) fn read(leaf: &Leaf) -> Result<Record, RowsError> {
    Record::from_leaf(&leaf.body).map_err(|error| RowsError::Record(leaf.position, error))
}
