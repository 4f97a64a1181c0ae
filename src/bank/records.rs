//! A table of text cut into records and cells, each record with the line of the file it begins in. Not here: what a cell means.

use std::borrow::Cow;

/// The cells of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The line it begins in, from 1.
    pub line: u64,
    /// Its cells; a quoted one without its quotes.
    pub cells: Vec<Cow<'a, str>>,
}

impl Record<'_> {
    /// The cell of a column without the blanks around it; None where the record is too short.
    pub fn cell(&self, column: usize) -> Option<&str> {
        self.cells.get(column).map(|cell| cell.trim())
    }

    /// Whether nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Reads one record after the other, by RFC 4180, with any delimiter and any end of line.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    delimiter: u8,
}

/// A quote was opened in this line and never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenQuote(pub u64);

impl<'a> Records<'a> {
    /// From the first line of `text`; `delimiter` is an ASCII character.
    pub const fn new(text: &'a str, delimiter: u8) -> Self {
        Self { text, at: 0, line: 1, delimiter }
    }

    /// One cell and what ended it: the delimiter (true), or the record's end.
    fn cell(&mut self) -> Result<(Cow<'a, str>, bool), OpenQuote> {
        let bytes = self.text.as_bytes();
        let mut quoted = String::new();
        let opened = self.line;
        let was_quoted = bytes.get(self.at) == Some(&b'"');
        if was_quoted {
            self.at += 1;
            loop {
                let length = self.text[self.at..].find('"').ok_or(OpenQuote(opened))?;
                let inside = &self.text[self.at..self.at + length];
                self.line += newlines(inside);
                quoted.push_str(inside);
                self.at += length + 1;
                if bytes.get(self.at) != Some(&b'"') {
                    break;
                }
                quoted.push('"');
                self.at += 1;
            }
        }
        let rest = &self.text[self.at..];
        let length = rest.bytes().position(|byte| byte == self.delimiter || byte == b'\n' || byte == b'\r').unwrap_or(rest.len());
        let plain = &rest[..length];
        self.at += length;
        let more = bytes.get(self.at) == Some(&self.delimiter);
        if more {
            self.at += 1;
        } else {
            self.end_line();
        }
        quoted.push_str(if was_quoted { plain } else { "" });
        Ok((if was_quoted { Cow::Owned(quoted) } else { Cow::Borrowed(plain) }, more))
    }

    fn end_line(&mut self) {
        let rest = &self.text[self.at..];
        let length = if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        self.at += length;
        self.line += u64::from(length > 0);
    }
}

fn newlines(text: &str) -> u64 {
    let lone_returns = text.bytes().zip(text.bytes().skip(1).chain([0])).filter(|(byte, next)| *byte == b'\r' && *next != b'\n').count();
    (text.bytes().filter(|byte| *byte == b'\n').count() + lone_returns) as u64
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, OpenQuote>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let mut record = Record { line: self.line, cells: Vec::new() };
        loop {
            match self.cell() {
                Err(open) => {
                    self.at = self.text.len();
                    return Some(Err(open));
                }
                Ok((cell, more)) => {
                    record.cells.push(cell);
                    if !more {
                        return Some(Ok(record));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str, delimiter: u8) -> Vec<(u64, Vec<String>)> {
        let record = |record: Result<Record<'_>, OpenQuote>| {
            let record = record.unwrap();
            (record.line, record.cells.into_iter().map(Cow::into_owned).collect())
        };
        Records::new(text, delimiter).map(record).collect()
    }

    #[test]
    fn records_keep_their_lines_whatever_ends_them_and_whatever_is_quoted() {
        let text = "a,b\r\n\"c\r\n\"\"d\"\"\",e\n\nf,\rg";
        let expected = [(1, vec!["a", "b"]), (2, vec!["c\r\n\"d\"", "e"]), (4, vec![""]), (5, vec!["f", ""]), (6, vec!["g"])];
        let expected: Vec<(u64, Vec<String>)> =
            expected.into_iter().map(|(line, cells)| (line, cells.into_iter().map(str::to_owned).collect())).collect();
        assert_eq!(all(text, b','), expected);
        assert_eq!(all("a;\"b;c\"", b';'), [(1, vec!["a".to_owned(), "b;c".to_owned()])]);
        assert!(Records::new("a\n\"b", b',').any(|record| record == Err(OpenQuote(2))));
    }

    proptest! {
        #[test]
        fn the_same_cells_as_the_csv_crate(rows in prop::collection::vec(prop::collection::vec("[a-z ,\"\r\n;é]{0,6}", 2..4), 0..6)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let ours: Vec<Vec<String>> = all(&text, b',').into_iter().map(|(_, cells)| cells).collect();
            prop_assert_eq!(ours, rows);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), delimiter in prop::sample::select(vec![b',', b';', b'\t'])) {
            prop_assert!(Records::new(&text, delimiter).count() <= text.len() + 1);
        }
    }
}
