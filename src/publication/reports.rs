//! Reports: each is one SQL file over the published records, one kind of row, and three faces made by one function. Not here: the statements
//! themselves, which stand in `reports/` for auditors to read.

use askama::Template;
use serde_json::json;

use super::export::spreadsheet_text;
use super::store::{self, Row};
use super::{CSV, Figures, File, HTML, JSON, PublishError};
use crate::clock::Day;
use crate::db::Tx;
use crate::ids::FundId;
use crate::language::{Language, Values};

/// A report: its word in addresses, and the statement that defines it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    pub name: &'static str,
    pub sql: &'static str,
}

macro_rules! report {
    ($name:literal) => {
        Report { name: $name, sql: include_str!(concat!("../../reports/", $name, ".sql")) }
    };
}

/// Every report, in the order of the index.
pub(super) const REPORTS: [Report; 6] =
    [report!("activities"), report!("spending"), report!("gifts"), report!("fees"), report!("corrections"), report!("trial-balance")];

/// Texts of a public page in one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Say(pub Language);

impl Say {
    pub fn say(self, key: &str) -> String {
        self.0.text(key, &Values::new())
    }

    pub fn with(self, key: &str, name: &'static str, value: impl Into<String>) -> String {
        self.0.text(key, &Values::from([(name.into(), value.into().into())]))
    }

    /// A week by its Monday: `9 Nov 2026`.
    pub fn week(self, week: &str) -> String {
        Day::of_iso_week(week).map_or_else(|| week.to_owned(), |monday| self.0.day(monday))
    }

    /// An account as people call it; one that a fund named itself is called by its last word.
    pub fn account(self, path: &str) -> String {
        let key = format!("public-account-{}", path.replace(':', "-"));
        self.0.find(&key, &Values::new()).unwrap_or_else(|| path.rsplit(':').next().unwrap_or(path).replace('-', " "))
    }

    pub fn code(self) -> &'static str {
        self.0.as_str()
    }

    /// Behind the name of a page in this language: nothing in English.
    pub fn suffix(self) -> &'static str {
        match self.0 {
            Language::English => "",
            Language::Spanish => ".es",
        }
    }

    pub fn as_of(self, figures: &Figures) -> String {
        let at = self.0.moment(figures.made_at, &figures.fund.time_zone);
        let values = Values::from([("at".into(), at.into()), ("number".into(), figures.number.to_string().into())]);
        self.0.text("public-as-of", &values)
    }
}

/// A part of a report as a page shows it.
struct Part<'a> {
    word: &'a str,
    rows: Vec<&'a Row>,
}

impl Part<'_> {
    fn has_periods(&self) -> bool {
        self.rows.iter().any(|row| !row.period.is_empty())
    }

    fn has_texts(&self) -> bool {
        self.rows.iter().any(|row| !row.text.is_empty())
    }

    /// Whether its rows count anything; what takes nothing back leaves the place empty.
    fn has_counts(&self) -> bool {
        self.rows.iter().any(|row| row.count != 0)
    }

    fn has_money(&self) -> bool {
        self.word != "units"
    }

    fn total(&self) -> i64 {
        self.rows.iter().fold(0, |sum, row| sum.saturating_add(row.amount_minor))
    }
}

#[derive(Template)]
#[template(path = "publication/report.html")]
struct Page<'a> {
    say: Say,
    figures: &'a Figures,
    practice: bool,
    shown: Report,
    parts: Vec<Part<'a>>,
}

impl Page<'_> {
    fn money(&self, minor: i64) -> String {
        self.figures.money(minor).for_people()
    }

    /// What a row is about: an account, or the number of a batch or a spending.
    fn item(&self, row: &Row) -> String {
        if row.item.bytes().all(|b| b.is_ascii_digit()) { row.item.clone() } else { self.say.account(&row.item) }
    }

    /// A text of this very report: its name, what it counts, what it says while it is empty.
    fn text(&self, kind: &str) -> String {
        self.say.say(&format!("public-{kind}-{}", self.shown.name))
    }

    fn word(&self, part: &Part<'_>) -> String {
        self.head("part", part)
    }

    fn head(&self, kind: &str, part: &Part<'_>) -> String {
        self.say.say(&format!("public-{kind}-{}", part.word))
    }

    fn unit(&self, row: &Row) -> String {
        self.say.say(&format!("public-unit-{}", row.text))
    }
}

#[derive(Template)]
#[template(path = "publication/reports.html")]
struct Index<'a> {
    say: Say,
    figures: &'a Figures,
    practice: bool,
}

impl Index<'_> {
    /// Each report's word in addresses and its name.
    fn reports(&self) -> impl Iterator<Item = (&'static str, String)> {
        REPORTS.iter().map(|report| (report.name, self.say.say(&format!("public-report-{}", report.name))))
    }
}

/// Every report of a publication, in every face and language, and their index.
pub(super) async fn render(tx: &mut Tx, fund: FundId, figures: &Figures) -> Result<Vec<File>, PublishError> {
    let mut files = Vec::new();
    for report in REPORTS {
        let rows: Vec<Row> = store::report(tx, fund, report.sql).await?;
        files.push(File::new(format!("reports/{}.csv", report.name), CSV, to_csv(&rows, figures)?));
        files.push(File::new(format!("reports/{}.json", report.name), JSON, to_json(report.name, &rows, figures).into_bytes()));
        for language in Language::ALL {
            let say = Say(language);
            let page = Page { say, figures, practice: figures.practice, shown: report, parts: parts(&rows) };
            files.push(File::new(format!("reports/{}{}.html", report.name, say.suffix()), HTML, page.render()?.into_bytes()));
        }
    }
    for language in Language::ALL {
        let say = Say(language);
        let index = Index { say, figures, practice: figures.practice };
        files.push(File::new(format!("reports/index{}.html", say.suffix()), HTML, index.render()?.into_bytes()));
    }
    Ok(files)
}

/// Rows of one part follow each other.
fn parts(rows: &[Row]) -> Vec<Part<'_>> {
    rows.chunk_by(|one, other| one.part == other.part)
        .filter_map(|run| Some(Part { word: &run.first()?.part, rows: run.iter().collect() }))
        .collect()
}

/// The rows as CSV (RFC 4180, CRLF), amounts as plain decimals, text safe in a spreadsheet.
fn to_csv(rows: &[Row], figures: &Figures) -> Result<Vec<u8>, PublishError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(["publication", "fund", "part", "item", "period", "count", "amount", "currency", "text", "practice"])?;
    let (number, practice) = (figures.number.to_string(), if figures.practice { "yes" } else { "no" });
    for row in rows {
        let (amount, count) = (figures.money(row.amount_minor).decimal(), row.count.to_string());
        let text = spreadsheet_text(&row.text);
        let currency = figures.fund.currency.code();
        writer.write_record([
            &*number,
            &*figures.fund.slug,
            &*row.part,
            &*row.item,
            &*row.period,
            &*count,
            &*amount,
            currency,
            &*text,
            practice,
        ])?;
    }
    Ok(writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?)
}

/// The rows as JSON: whole minor units beside their currency.
fn to_json(name: &str, rows: &[Row], figures: &Figures) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({ "part": row.part, "item": row.item, "period": row.period, "count": row.count, "amount_minor": row.amount_minor, "text": row.text })
        })
        .collect();
    let whole = json!({
        "report": name,
        "fund": figures.fund.slug,
        "publication": figures.number,
        "made_at": figures.made_at.rfc3339(),
        "currency": figures.fund.currency.code(),
        "exponent": figures.fund.currency.exponent(),
        "practice": figures.practice,
        "rows": rows,
    });
    format!("{whole:#}\n")
}
