//! A file as it was uploaded: its format found out, its lines read, and each given the mark by which it is known again. Pure. Not here: what
//! the books know already (`import.rs`).

use std::collections::HashMap;

use super::mapping::Mapping;
use super::statement::{Format, Line, Statement, Wrong};
use super::{camt, csv_file, ofx, text};
use crate::ids::sha256_hex;
use crate::money::Currency;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFile {
    /// How it is written.
    pub format: Format,
    /// What it says.
    pub statement: Statement,
    /// SHA-256 of its bytes: the same file twice is once.
    pub sha256: String,
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRead {
    /// It is a table, and nobody has said what its columns mean.
    Columns,
    /// Something in it is wrong, by line.
    Wrong(Vec<Wrong>),
}

impl From<Wrong> for NotRead {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(vec![wrong])
    }
}

/// Reads a file of an account in `currency`; a table is read by `mapping`.
///
/// # Errors
/// [`NotRead`]; no bytes whatever make it panic.
pub fn read(bytes: &[u8], mapping: Option<&Mapping>, currency: Currency) -> Result<ReadFile, NotRead> {
    let text = text::decode(bytes)?;
    let format = text::format_of(&text)?;
    let statement = match format {
        Format::Camt => camt::read(&text, currency)?,
        Format::Ofx => ofx::read(&text, currency)?,
        Format::Csv => csv_file::read(&text, mapping.ok_or(NotRead::Columns)?, currency).map_err(NotRead::Wrong)?,
    };
    Ok(ReadFile { format, statement, sha256: sha256_hex(bytes) })
}

/// The first records of a table, for a person who says what its columns mean, and a proposal; None for what is no table.
pub fn columns(bytes: &[u8], delimiter: Option<char>, currency: Currency) -> Option<(Vec<Vec<String>>, Option<Mapping>)> {
    const SHOWN: usize = 12;
    let text = text::decode(bytes).ok()?;
    if text::format_of(&text).ok()? != Format::Csv {
        return None;
    }
    let proposed = Mapping::proposed(&text, currency);
    let delimiter = delimiter.or(proposed.as_ref().map(|mapping| mapping.delimiter)).unwrap_or(',');
    let records = super::records::Records::new(&text, u8::try_from(delimiter).ok()?).take(SHOWN).map_while(Result::ok);
    let rows = records.map(|record| record.cells.iter().take(24).map(|cell| super::statement::tidy(&[cell])).collect()).collect();
    Some((rows, proposed))
}

/// What each line is known by: its day, its amount, the bank's own name for it or else its text, and which one of equal lines of that day
/// it is. Two files that hold the same line give it the same mark, so that what they overlap in is there once.
pub fn fingerprints(lines: &[Line]) -> Vec<String> {
    let mut seen: HashMap<String, u32> = HashMap::with_capacity(lines.len());
    let fingerprint = |line: &Line| {
        let name = line.reference.as_ref().map_or_else(|| format!("text:{}", line.text.to_lowercase()), |name| format!("ref:{name}"));
        let key = sha256_hex(format!("{}|{}|{name}", line.on, line.amount_minor));
        let ordinal = seen.entry(key.clone()).and_modify(|count| *count += 1).or_insert(1);
        if *ordinal == 1 { key } else { format!("{key}#{ordinal}") }
    };
    lines.iter().map(fingerprint).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_lines_of_a_day_are_told_apart_and_known_again() {
        let line =
            |text: &str| Line { number: 1, on: "2026-11-14".parse().unwrap(), amount_minor: 5, text: text.to_owned(), reference: None };
        let marks = fingerprints(&[line("Coffee"), line("coffee"), line("Tea"), line("Coffee")]);
        assert_eq!(marks.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
        assert_eq!(fingerprints(&[line("COFFEE"), line("Coffee")])[..], marks[..2]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), head in prop::sample::select(vec!["", "OFXHEADER:100\n<OFX><STMTRS>", "<Document xmlns=\"camt.053\"><BkToCstmrStmt><Stmt>", "Date,Description,Amount\n"])) {
            let bytes = [head.as_bytes(), &bytes].concat();
            let mapping = columns(&bytes, None, Currency::USD).and_then(|(_, mapping)| mapping);
            let _ = read(&bytes, mapping.as_ref(), Currency::USD);
        }

        #[test]
        fn no_shuffled_piece_of_a_statement_makes_a_reader_panic(pieces in prop::collection::vec(prop::sample::select(vec![
            "<STMTTRN>", "</STMTTRN>", "<DTPOSTED>20261114", "<TRNAMT>-1.5", "<FITID>a&amp;", "<LEDGERBAL>", "<BALAMT>9", "<STMTRS>", "<Ntry>", "</Ntry>", "<Amt Ccy=\"USD\">",
            "1.50", "</Amt>", "<Bal>", "</Bal>", "&lt;", "&x;", "<CdtDbtInd>", "DBIT", "</CdtDbtInd>", "\"", ",", ";", "\r\n", "2026-11-14", "€", "<", ">", "<![CDATA[", "]]>", "<!--",
        ]), 0..40), head in prop::sample::select(vec!["<OFX>", "<Document a=\"camt.053\"><BkToCstmrStmt><Stmt>", ""])) {
            let text = format!("{head}{}", pieces.concat());
            let mapping = Mapping::proposed(&text, Currency::USD);
            let _ = read(text.as_bytes(), mapping.as_ref(), Currency::USD);
        }
    }
}
