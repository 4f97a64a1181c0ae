//! The general ledger as files of a thousand records each, every record with its lines and the hash of its leaf. A full file never changes, so a
//! publication writes what is new and no more, however long the books are. Not here: their index, which is a report like others.

use std::ops::RangeInclusive;

use data_encoding::HEXLOWER;

use super::export::{Value, csv_line};
use super::facts::Facts;
use super::log::tree::leaf_hash;
use super::record::{Line, MONEY, Record};
use super::rows;
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

/// A record where it stands in the log.
pub(super) struct Placed<'a> {
    /// Its place.
    pub position: i64,
    /// The publication that first shows it.
    pub publication: i64,
    /// Itself.
    pub record: &'a Record,
    /// Its text.
    pub leaf: &'a str,
}

/// One file, with the records that it holds so far.
pub(super) fn file<'a>(facts: &Facts, n: u64, records: impl Iterator<Item = Placed<'a>>) -> File {
    let mut rows = csv_line(HEAD.map(Value::text).into());
    for placed in records {
        lines(&mut rows, facts, &placed);
    }
    File::new(format!("reports/ledger-{n}.csv"), CSV, rows.into_bytes())
}

/// Writes the files that a publication adds to, one after another, as the log grew from one size to another.
pub(super) async fn write(
    tx: &mut Tx,
    (publication, fund): (PublicationId, FundId),
    facts: &Facts,
    (old, size): (u64, u64),
) -> Result<(), PublishError> {
    for n in touched(old, size) {
        let from = i64::try_from((n - 1) * WIDTH).unwrap_or(i64::MAX);
        let leaves = store::leaves_told(tx, fund, from, i64::try_from(WIDTH).unwrap_or(i64::MAX)).await?;
        let records = leaves.iter().map(rows::read).collect::<Result<Vec<_>, _>>()?;
        let placed = leaves.iter().zip(&records).map(|(Leaf { position, publication, body }, record)| Placed {
            position: *position,
            publication: *publication,
            record,
            leaf: body,
        });
        store::insert_file(tx, publication, &file(facts, n, placed)).await?;
    }
    Ok(())
}

/// A record: one line for each thing it moves, and one for a record that moves nothing.
fn lines(rows: &mut String, facts: &Facts, Placed { position, publication, record, leaf }: &Placed<'_>) {
    let hash = HEXLOWER.encode(&leaf_hash(leaf.as_bytes()));
    let mut line = |account: String, unit: String, amount: Value, currency: &str| {
        *rows += &csv_line(vec![
            Value::number(*position),
            Value::number(*publication),
            Value::text(record.week()),
            Value::text(record.kind()),
            Value::number(record.number()),
            Value::number(record.about()),
            Value::text(account),
            Value::text(unit),
            amount,
            Value::text(currency),
            Value::text(record.text()),
            Value::text(&*hash),
        ]);
    };
    let moved = record.lines();
    if moved.is_empty() {
        line(String::new(), String::new(), Value::Number(String::new()), "");
    }
    for Line { account, unit, amount } in moved {
        if AMOUNTS.contains(&unit.as_str()) {
            line(account, unit, Value::Number(Money::new(amount, facts.currency).decimal()), facts.currency.code());
        } else {
            line(account, unit, Value::number(amount), "");
        }
    }
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
