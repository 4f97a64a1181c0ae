//! Any list of the treasury as a file: the rows of its table as CSV that spreadsheets open rightly, and as xlsx. Not here: the published
//! figures and the ledger's own exports (`publication`).

use askama::Template;
use askama::filters::HtmlSafe;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::answer;
use super::error::Trouble;
use super::table::{Cell, Table};
use super::words::Words;
use crate::publication::export::spreadsheet_text;

/// What a list can be had as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// RFC 4180, UTF-8 with a mark that spreadsheets know it by.
    Csv,
    /// A workbook of one sheet.
    Xlsx,
}

/// The digits that a spreadsheet keeps exactly.
const EXACT_DIGITS: usize = 15;

impl As {
    /// What the query of an address asks for (`as=csv`, `as=xlsx`); None: the page.
    pub fn asked(query: Option<&str>) -> Option<Self> {
        query?.split('&').find_map(|pair| match pair {
            "as=csv" => Some(Self::Csv),
            "as=xlsx" => Some(Self::Xlsx),
            _ => None,
        })
    }

    /// What the query of an address asks for of one of a page's lists (`list=2&as=csv`), and of which; None: the page.
    pub fn asked_of_list(query: Option<&str>) -> Option<(Self, usize)> {
        let which = query?.split('&').find_map(|pair| pair.strip_prefix("list="))?.parse().ok()?;
        Some((Self::asked(query)?, which))
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// The links that lead from a page to its list as a file.
#[derive(Clone, Debug, Template)]
#[template(path = "web/parts/exports.html")]
pub struct Exports {
    label: String,
    links: [(String, &'static str); 2],
}

impl HtmlSafe for Exports {}

impl Exports {
    /// For the list at `path`; `query` is what narrows it, without `as`, or nothing.
    pub fn of(words: Words, path: &str, query: &str) -> Self {
        let more = if query.is_empty() { String::new() } else { format!("{query}&") };
        let link = |kind: As, label| (format!("{path}?{more}as={}", kind.word()), label);
        Self { label: words.say("export-label"), links: [link(As::Csv, "CSV"), link(As::Xlsx, "Excel")] }
    }

    /// For the list of this number on the page that `query` leads to: what narrows the page narrows the file.
    pub fn of_list(words: Words, query: Option<&str>, which: usize) -> Self {
        let ours = |pair: &&str| ["as=", "list=", "done="].iter().any(|name| pair.starts_with(name));
        let kept = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !ours(pair));
        let query: Vec<String> = kept.map(str::to_owned).chain([format!("list={which}")]).collect();
        Self::of(words, "", &query.join("&"))
    }
}

/// What a file of the page at `path` is called: its words, `treasury-general-gifts`.
pub fn name_of(path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// The rows of a table as a file called `name`, without its row of totals.
///
/// # Errors
/// `Trouble::Fault` when a workbook cannot hold so many rows.
pub fn file(words: Words, table: &Table, name: &str, kind: As) -> Result<Response, Trouble> {
    let sheet = Sheet::of(words, table);
    let bytes = match kind {
        As::Csv => sheet.csv(),
        As::Xlsx => sheet.xlsx(table.caption())?,
    };
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(format!("attachment; filename=\"{name}.{}\"", kind.word()))?);
    answer::keep_private(&mut response);
    Ok(response)
}

/// A value of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Number(String),
}

/// The rows with every value plain. Behind a column of amounts stands one with their currencies.
#[derive(Debug)]
struct Sheet {
    heads: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Sheet {
    fn of(words: Words, table: &Table) -> Self {
        let has_money = |column: usize| table.rows().iter().any(|row| row.get(column).is_some_and(|cell| cell.currency().is_some()));
        let money: Vec<bool> = (0..table.heads().count()).map(has_money).collect();
        let mut heads = Vec::new();
        for (head, money) in table.heads().zip(&money) {
            heads.push(head.to_owned());
            if *money {
                heads.push(words.with("export-currency", "column", head));
            }
        }
        let rows = table.rows().iter().map(|row| {
            let mut values = Vec::new();
            for (cell, money) in row.iter().zip(&money) {
                values.push(value(cell));
                if *money {
                    values.push(Value::Text(cell.currency().map(|currency| currency.code().to_owned()).unwrap_or_default()));
                }
            }
            values
        });
        Self { heads, rows: rows.collect() }
    }

    /// Texts stand in quotes, always, and numbers never: so `007` stays the text it is for whoever tells them apart.
    fn csv(&self) -> Vec<u8> {
        let quoted = |text: &str| format!("\"{}\"", spreadsheet_text(text).replace('"', "\"\""));
        let plain = |value: &Value| match value {
            Value::Text(text) => quoted(text),
            Value::Number(number) => number.clone(),
        };
        let mut lines = vec![self.heads.iter().map(|head| quoted(head)).collect::<Vec<_>>()];
        lines.extend(self.rows.iter().map(|row| row.iter().map(plain).collect()));
        let text: String = lines.into_iter().map(|line| line.join(",") + "\r\n").collect();
        ["\u{feff}", &text].concat().into_bytes()
    }

    fn xlsx(&self, caption: &str) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.set_name(sheet_name(caption))?.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (column, head) in (0..).zip(&self.heads) {
            sheet.write_string_with_format(0, column, head, &bold)?;
        }
        for (number, row) in (1..).zip(&self.rows) {
            for (column, value) in (0..).zip(row) {
                write(sheet, number, column, value)?;
            }
        }
        sheet.autofit();
        workbook.save_to_buffer()
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) | Cell::Link { text, .. } | Cell::Chip { text, .. } => Value::Text(text.clone()),
        Cell::Day { iso, .. } => Value::Text(iso.clone()),
        Cell::Figure { plain, .. } => Value::Number(plain.clone()),
    }
}

/// Text goes into a workbook as text, whatever it begins with. A number too long to be kept exactly goes as text too.
fn write(sheet: &mut Worksheet, row: u32, column: u16, value: &Value) -> Result<(), XlsxError> {
    match value {
        Value::Text(text) => sheet.write_string(row, column, text)?,
        Value::Number(number) => {
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            match number.parse::<f64>() {
                Ok(exact) if digits <= EXACT_DIGITS => {
                    let pattern = if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) };
                    sheet.write_number_with_format(row, column, exact, &Format::new().set_num_format(pattern))?
                }
                _ => sheet.write_string(row, column, number)?,
            }
        }
    };
    Ok(())
}

/// What a spreadsheet allows as a sheet's name: 31 letters, some signs left out.
fn sheet_name(caption: &str) -> String {
    let name: String = caption.chars().filter(|c| c.is_alphanumeric() || *c == ' ').take(31).collect();
    if name.trim().is_empty() { "1".to_owned() } else { name.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::money::{Currency, Money};

    const HOSTILE: [&str; 9] = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1", "a\"b,\r\nc"];

    fn table() -> Table {
        let mut table = Table::new("Spending: all [1/2]", "").column("What").column("Day").figures("Amount").figures("Count");
        for (text, minor) in HOSTILE.iter().zip([-320, 125_050, 0, 1, -1, 99, 100, 9_000_000_000_000_000, -250_000]) {
            let amount = Money::new(minor, Currency::USD);
            table.row(vec![
                Cell::text(*text),
                Cell::day(Words(Language::Spanish), "2026-11-14".parse().unwrap()),
                Cell::money(amount),
                Cell::number(7),
            ]);
        }
        table.foot(vec![Cell::text("Total"), Cell::text(""), Cell::text(""), Cell::number(63)]);
        table
    }

    #[test]
    fn a_list_as_csv_is_read_back_exactly_and_starts_no_formula() {
        let bytes = Sheet::of(Words(Language::English), &table()).csv();
        assert!(
            bytes.starts_with(b"\xef\xbb\xbf\"What\",\"Day\",\"Amount\",\"Currency of Amount\",\"Count\"\r\n"),
            "{}",
            String::from_utf8_lossy(&bytes)
        );
        let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(&bytes[3..]).records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), HOSTILE.len(), "no row of totals");
        for (row, hostile) in rows.iter().zip(HOSTILE) {
            let expected = if hostile.starts_with('a') { hostile.to_owned() } else { format!("'{hostile}") };
            assert_eq!((&row[0], &row[1], &row[3], &row[4]), (&*expected, "2026-11-14", "USD", "7"));
        }
        assert_eq!((&rows[0][2], &rows[1][2], &rows[7][2]), ("-3.20", "1250.50", "90000000000000.00"));
        assert!(String::from_utf8(bytes).unwrap().contains(",-3.20,"), "numbers stay numbers");
    }

    #[test]
    fn a_list_as_xlsx_holds_texts_as_texts_and_numbers_as_numbers() {
        let bytes = Sheet::of(Words(Language::English), &table()).xlsx("Spending: all [1/2]").unwrap();
        assert!(bytes.starts_with(b"PK\x03\x04"));
        assert_eq!(sheet_name("Spending: all [1/2]"), "Spending all 12");
        assert_eq!((sheet_name("[*]"), sheet_name(&"x".repeat(40)).len()), ("1".to_owned(), 31));
    }

    #[test]
    fn a_file_is_asked_for_in_the_address() {
        assert_eq!(As::asked(Some("page=2&as=csv")), Some(As::Csv));
        assert_eq!(As::asked(Some("as=xlsx")), Some(As::Xlsx));
        for page in [None, Some(""), Some("as=pdf"), Some("has=csv"), Some("as=csv2")] {
            assert_eq!(As::asked(page), None);
        }
        let links = Exports::of(Words(Language::English), "/treasury/mail", "list=unsent").render().unwrap();
        assert!(
            links.contains("/treasury/mail?list=unsent&amp;as=csv") || links.contains("/treasury/mail?list=unsent&#38;as=csv"),
            "{links}"
        );
    }
}
