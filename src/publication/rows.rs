//! The public list of spendings and the page of each, written from published records alone when somebody asks: they are too many to keep as
//! files, and the same records always give the same page. Not here: reports, which are kept (`reports`).

use askama::Template;
use data_encoding::HEXLOWER;

use super::copied::ShownCopy;
use super::facts::Publication;
use super::log::tree::leaf_hash;
use super::place::Place;
use super::record::{Agreed, NoRecord, Record, Spending, Text, What};
use super::say::Say;
use super::store::{self, Leaf};
use super::{Figures, File};
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

/// A spending with everything that was published about it.
pub(super) struct Row {
    position: i64,
    publication: i64,
    leaf: String,
    hash: String,
    pub spending: Spending,
    text: Option<Text>,
    corrected_by: Vec<i64>,
    copies: Vec<ShownCopy>,
}

impl Row {
    pub fn shop(&self) -> Option<&str> {
        self.text.as_ref()?.shop.as_deref()
    }

    fn bought_on(&self) -> Option<&str> {
        self.text.as_ref()?.bought_on.as_deref()
    }

    /// The publication that first showed it.
    pub const fn publication(&self) -> i64 {
        self.publication
    }

    /// What was published of it in words: what was bought, or why it takes another back.
    pub fn words(&self) -> &str {
        self.text.as_ref().map(|text| &*text.text).or(self.spending.reason.as_deref()).unwrap_or_default()
    }

    /// Its leaf's hash, in hex.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The copies of its receipts, the oldest first.
    pub fn copies(&self) -> &[ShownCopy] {
        &self.copies
    }

    /// The spendings that take it back or stand in its place.
    pub fn later(&self) -> &[i64] {
        &self.corrected_by
    }
}

/// What pages say of a row.
pub(super) trait Rows {
    fn say(&self) -> Say;
    fn figures(&self) -> &Figures;

    fn money(&self, minor: i64) -> String {
        self.figures().money(minor).for_people()
    }

    fn what(&self, row: &Row) -> String {
        let say = self.say();
        let text = match (&row.text, row.spending.what) {
            (Some(text), _) if !text.text.is_empty() => text.text.clone(),
            (_, What::Expense) => say.say("public-held"),
            (_, What::People) => say.with("public-people", "count", row.spending.payments.unwrap_or(0).to_string()),
            (_, What::Entry) => say.say("public-entry"),
            (_, What::Correction) => {
                let old = row.spending.corrects.map_or_else(String::new, |old| old.to_string());
                let takes_back = say.with("public-takes-back", "number", old);
                row.spending.reason.as_ref().map_or(takes_back.clone(), |reason| format!("{takes_back} {reason}"))
            }
        };
        let later = row.corrected_by.iter().map(|number| format!(" {}", say.with("public-corrected", "number", number.to_string())));
        text + &later.collect::<String>()
    }

    fn units(&self, row: &Row) -> String {
        let Some(units) = &row.spending.units else { return String::new() };
        format!("{} {}", units.count, self.say().say(&format!("public-unit-{}", units.unit)))
    }

    fn proof(&self, row: &Row) -> String {
        let key = match (row.spending.receipt, row.spending.what) {
            _ if row.copies.iter().any(ShownCopy::stands) => "public-receipt-copy",
            (Some(true), _) => "public-receipt-kept",
            (Some(false), _) => "public-receipt-none",
            (None, What::Correction) => "public-receipt-correction",
            (None, _) => "public-receipt-books",
        };
        self.say().say(key)
    }

    /// What stands small under a row: its week, its units, its proof.
    fn aside(&self, row: &Row) -> String {
        let week = self.say().with("public-in-week", "week", self.say().week(&row.spending.week));
        let parts = [week, self.units(row), self.proof(row)];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    fn agreed(&self, agreed: &Agreed) -> String {
        let values = Values::from([("given".into(), agreed.given.to_string().into()), ("needed".into(), agreed.needed.to_string().into())]);
        let key = if agreed.emergency { "public-agreed-emergency" } else { "public-agreed-by" };
        self.say().0.text(key, &values)
    }
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
        self.say.0.text("public-spending-total", &values)
    }

    fn caption(&self) -> String {
        let end = |row: Option<&Row>| row.map_or(0, |row| row.spending.n).to_string();
        let values = Values::from([("first".into(), end(self.rows.last()).into()), ("last".into(), end(self.rows.first()).into())]);
        self.say.0.text("public-spending-caption", &values)
    }

    /// Whether words of a row are held back.
    fn holds_back(&self) -> bool {
        self.rows.iter().any(|row| row.spending.what == What::Expense && row.text.is_none())
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
pub(super) async fn between(tx: &mut Tx, fund: FundId, first: i64, last: i64) -> Result<Vec<Row>, RowsError> {
    let mut rows = Vec::new();
    for leaf in store::spendings(tx, fund, first, last).await? {
        if let Record::Spending(spending) = read(&leaf)? {
            let hash = HEXLOWER.encode(&leaf_hash(leaf.body.as_bytes()));
            let Leaf { position, publication, body } = leaf;
            rows.push(Row { position, publication, leaf: body, hash, spending, text: None, corrected_by: Vec::new(), copies: Vec::new() });
        }
    }
    for leaf in store::about(tx, fund, first, last).await? {
        let record = read(&leaf)?;
        let Some(row) = rows.iter_mut().find(|row| row.spending.n == record.about()) else { continue };
        match record {
            Record::Text(text) => row.text = Some(text),
            Record::Spending(later) => row.corrected_by.push(later.n),
            Record::Copy(copied) => ShownCopy::add(&mut row.copies, leaf.publication, copied),
            Record::TakenDown(down) => ShownCopy::take_down(&mut row.copies, leaf.publication, &down),
            _ => {}
        }
    }
    Ok(rows)
}

/// Reads the record of a leaf.
pub(super) fn read(leaf: &Leaf) -> Result<Record, RowsError> {
    Record::from_leaf(&leaf.body).map_err(|error| RowsError::Record(leaf.position, error))
}
