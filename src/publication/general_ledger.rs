//! The general ledger as files of a thousand records each, every record with its lines and the hash of its leaf. A full file never changes, so a
//! publication writes what is new and no more, however long the books are. Not here: their index, which is a report like others.

use std::ops::RangeInclusive;

use data_encoding::HEXLOWER;

use super::export::spreadsheet_text;
use super::facts::Facts;
use super::log::tree::leaf_hash;
use super::record::{Line, MONEY, Record};
use super::store::{self, Leaf};
use super::{CSV, File, PublishError};
use crate::db::Tx;
use crate::ids::{FundId, PublicationId};
use crate::money::Money;

/// How many records a file holds.
pub(super) const WIDTH: u64 = 1_000;

const HEAD: [&str; 12] =
    ["record", "publication", "week", "kind", "number", "about", "account", "unit", "amount", "currency", "text", "leaf_sha256"];
/// Units that are amounts of money.
const AMOUNTS: [&str; 7] =
    [MONEY, super::record::DETAILS, super::told::WAY, super::told::HELD, super::told::VALUE, super::told::BUDGET, super::told::OWED];

/// The files that a log wrote anew as it grew from one size to another, by number from 1.
pub(super) const fn touched(old: u64, size: u64) -> RangeInclusive<u64> {
    old / WIDTH + 1..=size.div_ceil(WIDTH)
}

/// Whether a file will never change again.
pub(super) const fn is_full(n: u64, size: u64) -> bool {
    n * WIDTH <= size
}

/// One file, as the log stands.
pub(super) async fn file(tx: &mut Tx, fund: FundId, facts: &Facts, n: u64) -> Result<File, PublishError> {
    let from = i64::try_from((n - 1) * WIDTH).unwrap_or(i64::MAX);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(HEAD)?;
    for leaf in store::leaves_told(tx, fund, from, i64::try_from(WIDTH).unwrap_or(i64::MAX)).await? {
        lines(&mut writer, facts, &leaf)?;
    }
    let body = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(File::new(format!("reports/ledger-{n}.csv"), CSV, body))
}

/// Writes the files that a publication adds to, one after another, as the log grew from one size to another.
pub(super) async fn write(
    tx: &mut Tx,
    (publication, fund): (PublicationId, FundId),
    facts: &Facts,
    (old, size): (u64, u64),
) -> Result<(), PublishError> {
    for n in touched(old, size) {
        let file = file(tx, fund, facts, n).await?;
        store::insert_file(tx, publication, &file).await?;
    }
    Ok(())
}

/// A record: one line for each thing it moves, and one for a record that moves nothing.
fn lines(writer: &mut csv::Writer<Vec<u8>>, facts: &Facts, leaf: &Leaf) -> Result<(), PublishError> {
    let record = Record::from_leaf(&leaf.body).map_err(|_| PublishError::Log(facts.slug.clone()))?;
    let (position, publication) = (leaf.position.to_string(), leaf.publication.to_string());
    let (number, about) = (record.number().to_string(), record.about().to_string());
    let hash = HEXLOWER.encode(&leaf_hash(leaf.body.as_bytes()));
    let words = record.text();
    let text = spreadsheet_text(&words);
    let mut line = |account: &str, unit: &str, amount: &str, currency: &str| {
        let (kind, week) = (record.kind(), record.week());
        writer.write_record([&*position, &*publication, week, kind, &*number, &*about, account, unit, amount, currency, &*text, &*hash])
    };
    let moved = record.lines();
    if moved.is_empty() {
        line("", "", "", "")?;
    }
    for Line { account, unit, amount } in moved {
        if AMOUNTS.contains(&unit.as_str()) {
            line(&account, &unit, &Money::new(amount, facts.currency).decimal(), facts.currency.code())?;
        } else {
            line(&account, &unit, &amount.to_string(), "")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publication_writes_the_files_it_adds_to_and_no_others() {
        assert_eq!(touched(0, 1), 1..=1);
        assert_eq!(touched(999, 1_000), 1..=1);
        assert_eq!(touched(1_000, 1_001), 2..=2);
        assert_eq!(touched(1_500, 3_001), 2..=4);
        assert!(is_full(1, 1_000) && !is_full(1, 999) && is_full(2, 2_500));
    }
}
