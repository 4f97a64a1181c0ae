//! Reports: each is one SQL file over the published records, one kind of row, and three faces made by one function. Not here: the statements
//! themselves, which stand in `reports/` for auditors to read.

use askama::Template;
use serde_json::json;

use super::export::{Value, csv_line};
use super::matrix::Matrix;
use super::place::Place;
use super::rows::{self, Rows};
use super::say::Say;
use super::store;
use super::tables::{Row, Scribe, Table};
use super::{CSV, Figures, File, JSON, PublishError};
use crate::clock::Day;
use crate::db::Tx;
use crate::funds::State;
use crate::ids::FundId;
use crate::language::Language;

/// A report: its word in addresses, and the statement that defines it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    pub name: &'static str,
    pub sql: &'static str,
    /// Its statement counts strike days: between the strike's first and the publication's.
    counts_days: bool,
}

macro_rules! report {
    ($name:literal) => {
        report!($name, false)
    };
    ($name:literal, $counts_days:literal) => {
        Report { name: $name, sql: include_str!(concat!("../../reports/", $name, ".sql")), counts_days: $counts_days }
    };
}

/// Every report, in the order of the index.
pub(super) const REPORTS: [Report; 16] = [
    report!("activities"),
    report!("position"),
    report!("cash"),
    report!("spending", true),
    report!("promise"),
    report!("gifts"),
    report!("fees"),
    report!("bank-match"),
    report!("budget"),
    report!("in-kind"),
    report!("outstanding"),
    report!("corrections"),
    report!("leftovers"),
    report!("trial-balance"),
    report!("ledger"),
    report!("lm"),
];

/// The first strike day of a fund that named none.
const NEVER: &str = "9999-12-31";

/// How many entries of a use its row opens to.
const OPENED: i64 = 10;

/// How many older publications an index names.
const OLDER: usize = 30;

#[derive(Template)]
#[template(path = "publication/report.html")]
struct Page<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    practice: bool,
    shown: Report,
    tables: Vec<Table>,
    /// The newest entries of each use, where the report is by use.
    opened: &'a [Opened],
    /// Uses by week, where the report has them.
    matrix: Option<Matrix>,
    /// What the fund changed by, in a sentence.
    sentence: String,
    /// The report's other faces: the file's ending and the SHA-256 of its bytes.
    sums: [(&'static str, &'a str); 2],
}

/// A use, and its newest entries.
struct Opened {
    account: String,
    count: i64,
    rows: Vec<rows::Row>,
}

impl Rows for Page<'_> {
    fn say(&self) -> Say {
        self.say
    }

    fn figures(&self) -> &Figures {
        self.figures
    }
}

impl Page<'_> {
    /// `Water: 12 entries`, and that only the newest are here.
    fn opened(&self, opened: &Opened) -> String {
        let entries = self.say.count("public-entries", opened.count);
        let whole = format!("{}: {entries}", self.say.account(&opened.account));
        if opened.count <= OPENED {
            whole
        } else {
            format!("{whole} · {}", self.say.with("public-opened-newest", "count", OPENED.to_string()))
        }
    }

    /// A text of this very report: its name, what it counts, what it says while it is empty.
    fn text(&self, kind: &str) -> String {
        self.say.say(&format!("public-{kind}-{}", self.shown.name))
    }
}

#[derive(Template)]
#[template(path = "publication/reports.html")]
struct Index<'a> {
    say: Say,
    place: Place,
    figures: &'a Figures,
    practice: bool,
}

impl Index<'_> {
    /// Each report's word in addresses and its name.
    fn reports(&self) -> impl Iterator<Item = (&'static str, String)> {
        shown(self.figures).map(|report| (report.name, self.say.say(&format!("public-report-{}", report.name))))
    }

    /// The publications before, the newest first: from the last of them the way leads on.
    fn older(&self) -> impl Iterator<Item = i64> {
        (1..self.figures.number).rev().take(OLDER)
    }

    /// The reports of one of them.
    fn numbered(&self, number: i64) -> String {
        self.place.out(&format!("p/{number}/reports/index"))
    }
}

/// The reports that a fund shows.
pub(super) fn shown(figures: &Figures) -> impl Iterator<Item = &'static Report> {
    let lm = figures.fund.shows_lm;
    REPORTS.iter().filter(move |report| lm || report.name != "lm")
}

/// The rows of the report of that name; none where there is no such report.
pub(super) async fn rows_named(tx: &mut Tx, fund: FundId, figures: &Figures, name: &str) -> sqlx::Result<Vec<Row>> {
    match REPORTS.iter().find(|report| report.name == name) {
        Some(report) => rows_of(tx, fund, figures, report).await,
        None => Ok(Vec::new()),
    }
}

/// The rows of a report that its fund shows. The calendar of its weeks must be there.
async fn rows_of(tx: &mut Tx, fund: FundId, figures: &Figures, report: &Report) -> sqlx::Result<Vec<Row>> {
    let until = figures.made_at.day_in(&figures.fund.time_zone).to_string();
    let days = report.counts_days.then(|| (figures.fund.strike_on.as_deref().unwrap_or(NEVER), until.as_str()));
    let mut rows: Vec<Row> = store::report(tx, fund, report.sql, days).await?;
    rows.retain(|row| match &*row.part {
        "restricted" => figures.fund.restriction.is_some(),
        _ => report.name != "budget" || figures.fund.shows_budget,
    });
    Ok(rows)
}

/// Every report of a publication, in every face and language, and their index.
pub(super) async fn render(tx: &mut Tx, fund: FundId, figures: &Figures) -> Result<Vec<File>, PublishError> {
    let mut files = Vec::new();
    store::fill_calendar(tx, fund).await?;
    let today = figures.made_at.day_in(&figures.fund.time_zone);
    for report in shown(figures) {
        let rows = rows_of(tx, fund, figures, report).await?;
        let csv = File::new(format!("reports/{}.csv", report.name), CSV, to_csv(&rows, figures));
        let json = File::new(format!("reports/{}.json", report.name), JSON, to_json(report.name, &rows, figures).into_bytes());
        // A week is in the month of its Thursday.
        let week = today.iso_week();
        let month = Day::of_iso_week(&week).map_or(today, |monday| monday.plus_days(3)).month();
        let spans = [week, month, String::new()];
        let opened = if report.name == "spending" { opened(tx, fund, &rows).await? } else { Vec::new() };
        for language in Language::ALL {
            let say = Say(language);
            let place = Place::new(format!("reports/{}", report.name), say);
            let scribe = Scribe { say, figures, place: &place };
            let tables = scribe.tables(&rows, (report.name == "activities").then_some(&spans));
            let matrix = Matrix::of(scribe, &rows);
            let page = Page {
                say,
                figures,
                practice: figures.practice,
                shown: *report,
                tables,
                matrix,
                place,
                opened: &opened,
                sentence: sentence(say, figures),
                sums: [("csv", &csv.sha256), ("json", &json.sha256)],
            };
            files.push(page.place.file(page.render()?));
        }
        files.extend([csv, json]);
    }
    for language in Language::ALL {
        let say = Say(language);
        let index = Index { say, place: Place::new("reports/index", say), figures, practice: figures.practice };
        files.push(index.place.file(index.render()?));
    }
    Ok(files)
}

/// The newest entries of each use of a report.
async fn opened(tx: &mut Tx, fund: FundId, rows: &[Row]) -> Result<Vec<Opened>, PublishError> {
    let mut opened = Vec::new();
    for row in rows.iter().filter(|row| row.part == "uses" && row.count > 0) {
        let rows = rows::newest_on(tx, fund, &row.item, OPENED).await?;
        opened.push(Opened { account: row.item.clone(), count: row.count, rows });
    }
    Ok(opened)
}

/// `Over this time the fund grew by $1,204.10.`: since the start it stood at nothing.
pub(super) fn sentence(say: Say, figures: &Figures) -> String {
    grown(say, figures, figures.on_hand().minor)
}

/// By how much a fund grew or shrank over the time that a page is about.
pub(super) fn grown(say: Say, figures: &Figures, change: i64) -> String {
    let key = if change < 0 { "public-shrank" } else { "public-grew" };
    say.with(key, "by", figures.money(change.saturating_abs()).for_people())
}

/// The figures of a publication as CSV (RFC 4180, CRLF), amounts as plain decimals.
pub(super) fn figures_csv(figures: &Figures) -> Vec<u8> {
    let mut lines = csv_line(["publication", "fund", "figure", "amount", "currency", "practice"].map(Value::text).into());
    for (word, amount) in figures.lines() {
        lines += &csv_line(vec![
            Value::number(figures.number),
            Value::text(&*figures.fund.slug),
            Value::text(word),
            Value::Number(amount.decimal()),
            Value::text(figures.fund.currency.code()),
            Value::text(if figures.practice { "yes" } else { "no" }),
        ]);
    }
    lines.into_bytes()
}

/// The rows as CSV (RFC 4180, CRLF), amounts as plain decimals, text safe in a spreadsheet.
fn to_csv(rows: &[Row], figures: &Figures) -> Vec<u8> {
    let mut lines = csv_line(
        ["publication", "fund", "part", "item", "period", "count", "amount", "currency", "text", "practice"].map(Value::text).into(),
    );
    for row in rows {
        lines += &csv_line(vec![
            Value::number(figures.number),
            Value::text(&*figures.fund.slug),
            Value::text(&*row.part),
            Value::text(&*row.item),
            Value::text(&*row.period),
            Value::number(row.count),
            Value::Number(figures.money(row.amount_minor).decimal()),
            Value::text(figures.fund.currency.code()),
            Value::text(&*row.text),
            Value::text(if figures.practice { "yes" } else { "no" }),
        ]);
    }
    lines.into_bytes()
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
