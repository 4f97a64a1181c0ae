//! A bank's table of text read by its mapping. Not here: finding the mapping (`mapping.rs`), other formats.

use super::mapping::{Amounts, Mapping};
use super::records::{OpenQuote, Record, Records};
use super::statement::{Line, MOST_LINES, Statement, What, Wrong, tidy};
use crate::money::{self, Currency};

/// How many mistakes are told at once.
const MOST_WRONGS: usize = 20;

/// A line, and the balance that stands beside it.
struct Row {
    line: Line,
    balance_minor: Option<i64>,
}

/// What one record is.
enum Found {
    Row(Row),
    /// A balance without a line: what some banks begin their table with.
    Balance(i64),
    /// Blank, or words below the table.
    Nothing,
}

/// Reads a table. Balances beside the lines are held against them, line by line.
///
/// # Errors
/// Everything that is wrong, by line, up to twenty.
pub fn read(text: &str, mapping: &Mapping, currency: Currency) -> Result<Statement, Vec<Wrong>> {
    let (mut rows, mut wrongs, mut carried) = (Vec::new(), Vec::new(), None);
    for record in Records::new(text, u8::try_from(mapping.delimiter).unwrap_or(b',')).skip(mapping.skip) {
        let found = match record {
            Ok(record) => row(&record, mapping, currency),
            Err(OpenQuote(line)) => Err(What::OpenQuote.at(line)),
        };
        match found {
            Ok(Found::Row(row)) if rows.len() >= MOST_LINES => return Err(vec![What::TooLong.at(row.line.number)]),
            Ok(Found::Row(row)) => rows.push(row),
            Ok(Found::Balance(minor)) if rows.is_empty() => carried = Some(minor),
            Ok(Found::Balance(_) | Found::Nothing) => {}
            Err(wrong) if wrongs.len() + 1 >= MOST_WRONGS => return Err([wrongs, vec![wrong]].concat()),
            Err(wrong) => wrongs.push(wrong),
        }
    }
    if !wrongs.is_empty() {
        return Err(wrongs);
    }
    if rows.is_empty() {
        return Err(vec![What::Empty.at(1)]);
    }
    in_order(rows, carried).map_err(|wrong| vec![wrong])
}

/// What a record says. One without a day and without an amount is no line: banks write words above and below their tables.
fn row(record: &Record<'_>, mapping: &Mapping, currency: Currency) -> Result<Found, Wrong> {
    let number = record.line;
    if record.is_blank() {
        return Ok(Found::Nothing);
    }
    let day = record.cell(mapping.day).ok_or(What::NoColumn(mapping.day + 1).at(number))?;
    let amount = amount_of(record, mapping, currency)?;
    let read = |text: &str| mapping.mark().read(text, currency).ok_or(What::NoAmount(tidy(&[text])).at(number));
    let balance_minor = match mapping.balance.and_then(|column| record.cell(column)).filter(|cell| !cell.is_empty()) {
        Some(cell) => Some(read(cell)?),
        None => None,
    };
    if day.is_empty() && amount.is_none() {
        return Ok(Found::Nothing);
    }
    let on = mapping.days().read(day).ok_or(What::NoDay(tidy(&[day])).at(number))?;
    let amount_minor = match (amount, balance_minor) {
        (Some(0), _) => return Ok(Found::Nothing),
        (Some(amount_minor), _) => amount_minor,
        (None, Some(balance_minor)) => return Ok(Found::Balance(balance_minor)),
        (None, None) => return Err(What::AmountMissing.at(number)),
    };
    let texts: Vec<&str> = mapping.text.iter().filter_map(|column| record.cell(*column)).collect();
    let reference = mapping.reference.and_then(|column| record.cell(column)).map(|cell| tidy(&[cell])).filter(|cell| !cell.is_empty());
    Ok(Found::Row(Row { line: Line { number, on, amount_minor, text: tidy(&texts), reference }, balance_minor }))
}

/// The amount of a record with its sign; None where none stands there.
fn amount_of(record: &Record<'_>, mapping: &Mapping, currency: Currency) -> Result<Option<i64>, Wrong> {
    let number = record.line;
    let read = |column: usize| -> Result<Option<i64>, Wrong> {
        match record.cell(column).unwrap_or_default() {
            "" => Ok(None),
            cell => mapping.mark().read(cell, currency).map(Some).ok_or(What::NoAmount(tidy(&[cell])).at(number)),
        }
    };
    match mapping.amounts {
        Amounts::One(column) => read(column),
        Amounts::Marked { amount, mark } => {
            const IN: [&str; 13] =
                ["c", "cr", "credit", "crdt", "deposit", "h", "haben", "gutschrift", "haber", "abono", "ingreso", "a", "+"];
            let said = record.cell(mark).unwrap_or_default().to_lowercase();
            let minor = read(amount)?;
            Ok(minor.map(|minor| if minor < 0 || IN.contains(&said.as_str()) { minor } else { -minor }))
        }
        Amounts::InOut { money_in, money_out } => match (read(money_in)?.filter(|m| *m != 0), read(money_out)?.filter(|m| *m != 0)) {
            (Some(_), Some(_)) => Err(What::TwoAmounts.at(number)),
            (Some(minor), None) => Ok(Some(minor)),
            // Some banks write what went out with a minus, and some without.
            (None, Some(minor)) => Ok(Some(-minor.abs())),
            (None, None) => Ok(None),
        },
    }
}

/// Brings the rows into the order of their days, oldest first, and holds the balances beside them against them.
fn in_order(mut rows: Vec<Row>, carried: Option<i64>) -> Result<Statement, Wrong> {
    let forward = first_break(&rows, carried);
    let days = (rows.first().map(|row| row.line.on), rows.last().map(|row| row.line.on));
    let newest_first = days.0 > days.1 || days.0 == days.1 && forward.is_err();
    let result = if newest_first {
        rows.reverse();
        // Of one day's lines nobody knows the order: a break is told as the file reads.
        first_break(&rows, None).map_err(|backward| if days.0 == days.1 { forward.err().unwrap_or(backward) } else { backward })
    } else {
        forward
    };
    let (opening_minor, closing_minor) = result?.map_or((None, None), |(opening, closing)| (Some(opening), Some(closing)));
    let mut statement = Statement::new(rows.into_iter().map(|row| row.line).collect());
    (statement.opening_minor, statement.closing_minor) = (opening_minor, closing_minor);
    Ok(statement)
}

/// The opening and closing balance that stand beside the lines; None where none do. The first line whose balance is not the one before it
/// and its amount is the error. Rows without a balance are carried over.
fn first_break(rows: &[Row], carried: Option<i64>) -> Result<Option<(i64, i64)>, Wrong> {
    let (mut opening, mut balance, mut before) = (carried, carried, 0_i64);
    for Row { line, balance_minor } in rows {
        let add = |one: i64, other: i64| money::sum([one, other]).ok_or(What::TooLarge.at(line.number));
        match balance {
            None => {
                before = add(before, line.amount_minor)?;
                if let Some(said_minor) = balance_minor {
                    opening = Some(add(*said_minor, -before)?);
                    balance = Some(*said_minor);
                }
            }
            Some(known) => {
                let expected_minor = add(known, line.amount_minor)?;
                if let Some(said_minor) = balance_minor.filter(|said| *said != expected_minor) {
                    return Err(What::Balance { said_minor, expected_minor }.at(line.number));
                }
                balance = Some(expected_minor);
            }
        }
    }
    Ok(opening.zip(balance))
}
