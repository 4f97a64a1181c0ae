//! The published books, read by the programs that they are for: hledger and beancount come to the report of activities, tables add up.

use std::collections::BTreeMap;

use strikefund::publication::Download;

use super::log::purchases;
use super::{DAY, publish, text};
use crate::export::{BEANCOUNT, accepted, beancount, is_here, judge};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases, skip};

/// A file that is written when somebody asks.
pub async fn download(books: &Books, path: &str) -> Vec<u8> {
    let tx = &mut books.db.begin_read().await.unwrap();
    let mut download = Download::find(tx, "general", path, &[]).await.unwrap().unwrap_or_else(|| panic!("{path} is there"));
    let mut whole = Vec::new();
    while let Some(piece) = download.next(tx).await.unwrap() {
        whole.extend(piece);
    }
    whole
}

async fn journal(books: &Books, path: &str) -> String {
    String::from_utf8(download(books, path).await).unwrap()
}

async fn strike(books: &Books) {
    let treasury = Treasury::holding(books, 1_000_000).await;
    purchases(&treasury, 3).await;
    publish(books, treasury.fund, books.now()).await.unwrap();
    purchases(&treasury, 2).await;
    publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
}

/// What each account of the published books came to, by the report of the trial balance; what is held stands against it.
async fn ours(books: &Books) -> BTreeMap<String, i64> {
    let report: serde_json::Value = serde_json::from_str(&text(books, "reports/trial-balance.json").await).unwrap();
    let rows = report["rows"].as_array().unwrap().iter();
    let sums = rows.map(|row| {
        let path = row["item"].as_str().unwrap();
        (if path == "assets" { "assets:held" } else { path }.to_owned(), row["amount_minor"].as_i64().unwrap())
    });
    sums.filter(|(_, minor)| *minor != 0).collect()
}

fn minor(decimal: &str) -> i64 {
    let (whole, cents) = decimal.split_once('.').unwrap_or((decimal, ""));
    format!("{whole}{cents:0<2}").parse().unwrap()
}

on_both_databases! {
    async fn hledger_accepts_the_published_books_and_comes_to_the_reports(books: &Books) {
        if !is_here("hledger") {
            return skip("no hledger");
        }
        strike(books).await;
        let journal = journal(books, "books/books.journal").await;
        accepted(&judge("hledger", &["-f-", "check", "--strict"], &journal));
        let table = accepted(&judge("hledger", &["-f-", "balance", "--flat", "--no-total", "--layout=bare", "-Ocsv"], &journal));
        let rows = csv::Reader::from_reader(table.as_bytes()).into_records().map(Result::unwrap).collect::<Vec<_>>();
        let theirs: BTreeMap<String, i64> = rows.iter().map(|row| (row[0].to_owned(), minor(&row[2]))).collect();
        assert_eq!(theirs, ours(books).await);
        let income = accepted(&judge("hledger", &["-f-", "incomestatement", "-N", "--layout=bare", "-Ocsv"], &journal));
        assert!(income.contains("50.04"), "water came to 10.00 + 10.01 + 10.02, and the next day to 10.00 + 10.01: {income}");
        let bent = journal.replacen("10.01 USD", "10.02 USD", 1);
        assert!(!judge("hledger", &["-f-", "check", "--strict"], &bent).status.success());
    }

    async fn beancount_accepts_the_published_books_and_comes_to_the_reports(books: &Books) {
        let Some(python) = beancount() else { return };
        strike(books).await;
        let book = journal(books, "books/books.beancount").await;
        let sums = accepted(&judge(&python, &["-c", BEANCOUNT], &book));
        let theirs: BTreeMap<String, i64> = sums
            .lines()
            .map(|line| line.split(' ').collect::<Vec<_>>())
            .map(|row| (row[0].to_lowercase(), minor(row[2])))
            .filter(|(_, minor)| *minor != 0)
            .collect();
        assert_eq!(theirs, ours(books).await);
    }

    async fn the_tables_add_up_to_what_is_on_hand_and_are_written_twice_alike(books: &Books) {
        strike(books).await;
        let csv = download(books, "books/spending.csv").await;
        let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(&csv[..]).records().map(Result::unwrap).collect();
        let column = |n: usize| rows.iter().filter(|row| !row[n].is_empty()).map(|row| minor(&row[n])).sum::<i64>();
        let figures: serde_json::Value = serde_json::from_str(&text(books, "figures.json").await).unwrap();
        assert_eq!(column(6) - column(7), figures["figures"]["on_hand_minor"].as_i64().unwrap());
        assert_eq!(rows.len(), 5, "five purchases; the gift waits for others");
        let postings = download(books, "books/postings.csv").await;
        let postings: Vec<csv::StringRecord> = csv::Reader::from_reader(&postings[..]).records().map(Result::unwrap).collect();
        assert_eq!((postings.len(), postings.iter().map(|row| row[13].parse::<i64>().unwrap()).sum::<i64>()), (10, 0));
        let workbook = download(books, "books/books.xlsx").await;
        assert!(workbook.starts_with(b"PK\x03\x04") && workbook == download(books, "books/books.xlsx").await);
    }
}
