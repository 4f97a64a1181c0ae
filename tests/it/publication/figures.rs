//! Every report beside a slow computation of our own over the books, at several publications; the same bytes from both databases; and hledger,
//! which comes to the same totals from the exported journal.

mod judge;
mod life;
mod pages;
mod slow;

use serde_json::Value;

use super::text;
use crate::support::Books;

/// A row of a report: part, item, period, count, amount.
pub type Row = (String, String, String, i64, i64);

/// The rows of a report of the newest publication, as its JSON says; its CSV says the same.
pub async fn rows(books: &Books, report: &str) -> Vec<Row> {
    let whole: Value = serde_json::from_str(&text(books, &format!("reports/{report}.json")).await).unwrap();
    let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows: Vec<Row> = whole["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let (count, minor) = (row["count"].as_i64().unwrap(), row["amount_minor"].as_i64().unwrap());
            (word(row, "part"), word(row, "item"), word(row, "period"), count, minor)
        })
        .collect();
    let csv = text(books, &format!("reports/{report}.csv")).await;
    let in_csv: Vec<Row> = csv::Reader::from_reader(csv.as_bytes())
        .records()
        .map(|row| {
            let row = row.unwrap();
            let minor = row[6].replace('.', "").parse().unwrap();
            (row[2].to_owned(), row[3].to_owned(), row[4].to_owned(), row[5].parse().unwrap(), minor)
        })
        .collect();
    assert_eq!(rows, in_csv, "{report}");
    rows
}

/// The amounts of some rows, by item and period.
pub fn amounts(rows: &[Row], part: &str) -> Vec<(String, String, i64)> {
    let of = rows.iter().filter(|row| row.0 == part);
    of.map(|(_, item, period, _, minor)| (item.clone(), period.clone(), *minor)).collect()
}
