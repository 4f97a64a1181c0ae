//! Rows as files that spreadsheets open rightly: a workbook, and lines of CSV. Text is text whatever it begins with, numbers are numbers. Not
//! here: which rows (`whole_list` in `web`, `spreadsheet` beside).

use std::io::Write;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::spreadsheet_text;
use crate::clock::Instant;

/// The digits that a spreadsheet keeps exactly.
const EXACT_DIGITS: usize = 15;
/// The rows that a sheet of a workbook holds below its heads.
const SHEET_ROWS: u32 = 1_048_575;
/// How wide a column of a workbook is, in letters.
const COLUMN_LETTERS: f64 = 18.0;
/// The most letters that a cell of a workbook takes.
const CELL_LETTERS: usize = 32_000;

/// A value of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, always in quotes.
    Text(String),
    /// A number, as plain digits.
    Number(String),
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number.
    pub fn number(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

/// Values as one line of CSV (RFC 4180). Texts stand in quotes, always, and numbers never: so `007` stays the text it is for whoever tells them
/// apart.
pub fn csv_line(values: Vec<Value>) -> String {
    let mut line = String::new();
    for (n, value) in values.into_iter().enumerate() {
        if n > 0 {
            line.push(',');
        }
        match value {
            Value::Number(number) => line += &number,
            Value::Text(text) => {
                line.push('"');
                line += &spreadsheet_text(&text).replace('"', "\"\"");
                line.push('"');
            }
        }
    }
    line + "\r\n"
}

/// A workbook that keeps the row it is at, and lays those before it by on the disk. What one sheet cannot hold goes on in the next.
pub struct Book {
    workbook: Workbook,
    name: String,
    heads: Vec<Value>,
    /// Sheets in all, and of this name.
    sheets: (usize, usize),
    rows: u32,
}

impl Book {
    /// One with a sheet of this name, below these heads.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn new(caption: &str, heads: Vec<Value>) -> Result<Self, XlsxError> {
        let mut book = Self { workbook: Workbook::new(), name: String::new(), heads: Vec::new(), sheets: (0, 0), rows: 0 };
        book.sheet(caption, heads)?;
        Ok(book)
    }

    /// The same, made at that moment, whenever it is: the same rows give the same bytes.
    #[must_use]
    pub fn dated(mut self, at: Instant) -> Self {
        if let Ok(at) = ExcelDateTime::from_timestamp(at.unix_secs()) {
            self.workbook.set_properties(&DocProperties::new().set_creation_datetime(&at));
        }
        self
    }

    /// Begins another sheet.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn sheet(&mut self, caption: &str, heads: Vec<Value>) -> Result<(), XlsxError> {
        (self.name, self.heads, self.sheets.1) = (sheet_name(caption), heads, 0);
        self.go_on()
    }

    fn go_on(&mut self) -> Result<(), XlsxError> {
        self.sheets = (self.sheets.0 + 1, self.sheets.1 + 1);
        self.rows = 0;
        let name = if self.sheets.1 == 1 { self.name.clone() } else { format!("{:.27} {}", self.name, self.sheets.1) };
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (column, head) in (0..).zip(&self.heads) {
            sheet.set_column_width(column, COLUMN_LETTERS)?;
            if let Value::Text(head) = head {
                sheet.write_string_with_format(0, column, head, &bold)?;
            }
        }
        Ok(())
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn row(&mut self, values: &[Value]) -> Result<(), XlsxError> {
        if self.rows == SHEET_ROWS {
            self.go_on()?;
        }
        self.rows += 1;
        let sheet = self.workbook.worksheet_from_index(self.sheets.0 - 1)?;
        for (column, value) in (0..).zip(values) {
            write(sheet, self.rows, column, value)?;
        }
        Ok(())
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(mut self, out: impl Write + Send) -> Result<(), XlsxError> {
        self.workbook.save_to_writer(out)
    }

    /// The file as bytes.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn bytes(mut self) -> Result<Vec<u8>, XlsxError> {
        self.workbook.save_to_buffer()
    }
}

/// Text goes into a workbook as text, whatever it begins with. A number too long to be kept exactly goes as text too.
fn write(sheet: &mut Worksheet, row: u32, column: u16, value: &Value) -> Result<(), XlsxError> {
    match value {
        Value::Text(text) => sheet.write_string(row, column, text.chars().take(CELL_LETTERS).collect::<String>())?,
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

    #[test]
    fn a_sheet_has_a_name_that_is_allowed() {
        assert_eq!(sheet_name("Spending: all [1/2]"), "Spending all 12");
        assert_eq!((sheet_name("[*]"), sheet_name(&"x".repeat(40)).len()), ("1".to_owned(), 31));
    }
}
