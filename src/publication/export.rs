//! The whole ledger for another program to read: every amount, no free text of strangers. Not here: published figures. The published books go through the same faces (`published`).

mod beancount;
mod book;
mod csv;
mod hledger;
mod json;
pub(super) mod published;
mod spreadsheet;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;

use clap::ValueEnum;

use crate::clock::Day;
use crate::db::Tx;
use crate::ids::EntryId;
use crate::ledger::{self, Account, Entry};
use crate::money::Currency;

pub use self::book::{Book, Value, csv_line};
pub use self::csv::text as spreadsheet_text;
pub use self::published::{Books, BooksError};

/// How many entries are held at a time, however many there are.
const PAGE: i64 = 500;

/// A way to write the ledger down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A journal for hledger; passes `hledger check --strict`
    Hledger,
    /// A file for beancount; passes `bean-check` with no tolerance
    Beancount,
    /// One line a posting (RFC 4180)
    Csv,
    /// One object an entry, amounts in whole minor units
    Json,
}

/// Why an export stopped short.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error("the ledger could not be read")]
    Database(#[from] sqlx::Error),
    /// What was to be written could not be.
    #[error("the export could not be written")]
    Io(#[from] io::Error),
    /// The other program could not read this name, or would read another.
    #[error("the account “{0}” cannot be written: its path must be small letters, digits and hyphens between colons")]
    Account(String),
}

/// What a format must know before the first entry.
#[derive(Debug)]
struct Survey {
    /// Every account, by path.
    accounts: BTreeMap<String, Account>,
    /// Every currency that a posting is in.
    currencies: BTreeSet<Currency>,
    /// The earliest day an entry counts on; None while there is none.
    first_day: Option<Day>,
}

/// A file being written in one format, a piece after another.
trait Face {
    fn begin(&mut self, survey: &Survey, out: &mut Vec<u8>) -> io::Result<()>;
    fn entry(&mut self, entry: &Entry, out: &mut Vec<u8>) -> io::Result<()>;
    fn end(&mut self, out: &mut Vec<u8>) -> io::Result<()>;
}

/// Hands every entry of the view that `tx` reads to `take`, written down and in pieces of some hundred entries, and gives how many there were.
/// The same books give the same bytes.
///
/// # Errors
/// When reading or writing fails; what was written until then is not a whole export.
pub async fn write<T: Future<Output = io::Result<()>>>(
    tx: &mut Tx,
    format: Format,
    mut take: impl FnMut(Vec<u8>) -> T,
) -> Result<u64, ExportError> {
    let survey = survey(tx).await?;
    let mut face = face(format);
    let mut piece = Vec::new();
    face.begin(&survey, &mut piece)?;
    let (mut after, mut written) = (EntryId(0), 0);
    loop {
        let page = ledger::entries(tx, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for entry in &page {
            face.entry(entry, &mut piece)?;
            written += 1;
        }
        take(std::mem::take(&mut piece)).await?;
    }
    face.end(&mut piece)?;
    take(piece).await?;
    Ok(written)
}

fn face(format: Format) -> Box<dyn Face + Send> {
    match format {
        Format::Hledger => Box::new(hledger::Journal),
        Format::Beancount => Box::new(beancount::Book),
        Format::Csv => Box::new(csv::Table::default()),
        Format::Json => Box::new(json::Array::default()),
    }
}

/// Reads the ledger once before it is written: plain-text books declare what they use at their top.
async fn survey(tx: &mut Tx) -> Result<Survey, ExportError> {
    let accounts = ledger::accounts(tx).await?.into_iter().map(|account| (account.path.to_string(), account));
    let mut survey = Survey { accounts: accounts.collect(), currencies: BTreeSet::new(), first_day: ledger::first_day(tx).await? };
    if let Some(path) = survey.accounts.keys().find(|path| !is_plain_path(path)) {
        return Err(ExportError::Account(path.clone()));
    }
    let mut after = EntryId(0);
    loop {
        let page = ledger::entries(tx, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        survey.currencies.extend(page.iter().flat_map(|entry| &entry.postings).map(|posting| posting.amount.currency));
    }
    Ok(survey)
}

fn is_plain_path(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    path.split(':').all(|segment| !segment.is_empty() && !segment.starts_with('-') && segment.bytes().all(plain))
}

/// A word that no format reads as anything but itself: all else is percent-encoded, so nothing is lost and nothing can be forged.
fn word(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_./".contains(&byte) {
            word.push(char::from(byte));
        } else {
            write!(word, "%{byte:02X}").expect("a string takes what is written to it");
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_word_whatever_it_was() {
        assert_eq!(word("txn_1ABC-x.y"), "txn_1ABC-x.y");
        assert_eq!(word("a b\n  assets:bank  5 USD ; \"%é"), "a%20b%0A%20%20assets%3Abank%20%205%20USD%20%3B%20%22%25%C3%A9");
    }

    #[test]
    fn a_path_is_plain_or_refused() {
        assert!(is_plain_path("expenses:program:community-support") && is_plain_path("suspense"));
        for path in ["", "a:", ":a", "a::b", "A:b", "a b", "a  b", "a;b", "assets:bank:café", "a:-b", "a\nb"] {
            assert!(!is_plain_path(path), "{path:?}");
        }
    }
}
