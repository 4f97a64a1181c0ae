//! Every public table as `LibreOffice` opens it: text is the text it was, numbers are numbers, and sums tie.

use csv::StringRecord;
use rust_decimal::Decimal;

use super::hostile::{TEXTS, purchase};
use super::outside::download;
use super::stranger::everything;
use super::{publish, text};
use crate::judges::office::opened_by_libreoffice;
use crate::spending::Treasury;
use crate::support::Books;

/// What a spreadsheet would gladly make something else of.
const TEMPTING: [&str; 5] = ["007", "1/2", "1e3", "TRUE", "2026-11-14"];
/// The columns that hold numbers.
const NUMBERS: [&str; 16] = [
    "about",
    "account_code",
    "amount",
    "amount_minor",
    "corrects",
    "count",
    "entry",
    "in",
    "number",
    "out",
    "posting",
    "publication",
    "record",
    "reverses",
    "source_id",
    "units",
];

fn number(cell: &str) -> Decimal {
    cell.parse().unwrap_or_else(|_| panic!("{cell} is no number"))
}

fn minor(cell: &str) -> i64 {
    let (whole, cents) = cell.split_once('.').unwrap_or((cell, ""));
    format!("{whole}{cents:0<2}").parse().unwrap_or(0)
}

/// Whether the rows are those that the file holds.
fn are_same(name: &str, file: &[u8], opened: &[StringRecord]) {
    let ours: Vec<StringRecord> = csv::ReaderBuilder::new().has_headers(false).from_reader(file).records().map(Result::unwrap).collect();
    assert_eq!(ours.len(), opened.len(), "{name}");
    for (ours, theirs) in ours.iter().zip(opened).skip(1) {
        for (n, cell) in ours.iter().enumerate() {
            let (theirs, head) = (theirs.get(n).unwrap_or_default(), opened[0].get(n).unwrap_or_default());
            let is_number = NUMBERS.contains(&head) && cell.parse::<Decimal>().is_ok();
            if is_number {
                assert_eq!(number(theirs), number(cell), "{name}, {head}");
            } else {
                assert_eq!(theirs.replace('\r', ""), cell.replace('\r', ""), "{name}, {head}");
            }
        }
    }
}

#[tokio::test]
async fn libreoffice_opens_every_public_table_with_text_as_text_and_sums_that_tie() {
    let books = Books::on_sqlite().await;
    let treasury = Treasury::holding(&books, 10_000_000).await;
    for words in TEXTS.iter().chain(&TEMPTING) {
        purchase(&treasury, words).await;
    }
    publish(&books, treasury.fund, books.now()).await.unwrap();
    let workbook = download(&books, "books/books.xlsx").await;
    let tables: Vec<(String, Vec<u8>)> = everything(&books)
        .await
        .into_iter()
        .filter(|(path, _)| path.strip_suffix(".csv").is_some() && !path.starts_with("p/"))
        .map(|(path, body)| (path.replace('/', "-"), body))
        .collect();
    assert!(tables.len() > 15, "{}", tables.len());
    let files: Vec<(&str, &[u8])> = tables.iter().map(|(name, body)| (&**name, &**body)).chain([("book.xlsx", &*workbook)]).collect();
    let Some(opened) = opened_by_libreoffice(&files, |_| {}) else { return books.close().await };
    for (name, body) in &tables {
        let stem = name.strip_suffix(".csv").unwrap();
        are_same(name, body, &opened[&format!("{stem}-{stem}")]);
    }
    let spending = &opened["books-spending-books-spending"];
    let tempting = |rows: &[StringRecord]| TEMPTING.iter().all(|words| rows.iter().any(|row| row.iter().any(|cell| cell == *words)));
    assert!(tempting(spending), "{spending:?}");
    let column = |rows: &[StringRecord], head: &str| {
        let n = rows[0].iter().position(|cell| cell == head).unwrap();
        rows[1..].iter().map(|row| minor(&row[n])).sum::<i64>()
    };
    let figures: serde_json::Value = serde_json::from_str(&text(&books, "figures.json").await).unwrap();
    let on_hand = figures["figures"]["on_hand_minor"].as_i64().unwrap();
    assert_eq!(column(spending, "in") - column(spending, "out"), on_hand);
    assert_eq!(column(&opened["books-postings-books-postings"], "amount_minor"), 0);
    // A workbook says itself what is text, so that nothing stands before it.
    let sheets: Vec<&Vec<StringRecord>> = opened.iter().filter(|(name, _)| name.starts_with("book-")).map(|(_, rows)| rows).collect();
    assert!(sheets.iter().any(|rows| tempting(rows)), "{:?}", opened.keys());
    let of_words: Vec<_> = sheets.iter().filter(|rows| rows[0].iter().any(|cell| cell == "out")).collect();
    assert_eq!(of_words.iter().map(|rows| column(rows, "in") - column(rows, "out")).sum::<i64>(), on_hand);
    assert!(
        of_words.iter().any(|rows| rows.iter().any(|row| row.iter().any(|cell| cell == TEXTS[0]))),
        "as it was, and nothing worked out"
    );
    books.close().await;
}
