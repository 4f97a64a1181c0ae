//! Lists as files, opened by programs that are not ours, and asked for at a page.

use std::process::Command;

use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use strikefund::language::Language;
use strikefund::mail::{self, Kind, Letter};
use strikefund::money::{Currency, Money};
use strikefund::people::Role;
use strikefund::seal::Keyring;
use strikefund::transact;
use strikefund::web::export::{self, As};
use strikefund::web::table::{Cell, Table};
use strikefund::web::words::Words;

use super::staff::Staff;
use super::{MASTER, Visit};
use crate::support::{block_on, on_both_databases, repository, setting, skip};

const HOSTILE: [&str; 10] = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x\")", "＝1", "a \"b\", c", "two\nlines", "007"];

/// The rows as somebody else's program reads them.
fn judged(table: &Table, kind: As, ending: &str) -> Option<Vec<Value>> {
    let Some(python) = setting("STRIPE_PYTHON") else {
        skip("no Python with openpyxl (STRIPE_PYTHON; tests/run installs it)");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("list.{ending}"));
    let response = export::file(Words(Language::English), table, "list", kind).unwrap();
    let body = block_on(async { response.into_body().collect().await.unwrap().to_bytes() });
    std::fs::write(&path, body).unwrap();
    let output = Command::new(python).arg(repository("tests/it/judges/lists.py")).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(
        output
            .stdout
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect(),
    )
}

fn list() -> Table {
    let spanish = Words(Language::Spanish);
    let mut table = Table::new("Gastos", "").column("What").figures("Amount").column("Day").figures("Count");
    for (text, minor) in HOSTILE.iter().zip([-320, 125_050, 0, 1, -1, 99, 100, 5, -250_000, 7]) {
        let amount = Money::new(minor, Currency::USD);
        table.row(vec![Cell::text(*text), Cell::money(amount), Cell::day(spanish, "2026-11-14".parse().unwrap()), Cell::number(minor)]);
    }
    table
}

fn expected(text: impl Fn(&str) -> String) -> Vec<Value> {
    let mut rows = vec![json!(["What", "Amount", "Currency of Amount", "Day", "Count"])];
    for (cell, (amount, count)) in HOSTILE.iter().zip([
        (-3.2, -320),
        (1250.5, 125_050),
        (0.0, 0),
        (0.01, 1),
        (-0.01, -1),
        (0.99, 99),
        (1.0, 100),
        (0.05, 5),
        (-2500.0, -250_000),
        (0.07, 7),
    ]) {
        rows.push(json!([text(cell), amount, "USD", "2026-11-14", count]));
    }
    rows
}

/// Whole numbers and decimals are the same numbers.
fn as_decimals(rows: Vec<Value>) -> Vec<Value> {
    let one = |value: Value| value.as_f64().map_or(value, |number| json!(number));
    rows.into_iter().map(|row| row.as_array().unwrap().iter().cloned().map(one).collect()).collect()
}

#[test]
fn a_csv_opens_as_it_was_meant_and_holds_no_formula() {
    let Some(rows) = judged(&list(), As::Csv, "csv") else { return };
    let quoted = |cell: &str| if cell.starts_with(['a', 't']) || cell == "007" { cell.to_owned() } else { format!("'{cell}") };
    assert_eq!(as_decimals(rows), as_decimals(expected(quoted)));
}

#[test]
fn an_xlsx_opens_with_texts_as_texts_and_numbers_as_numbers() {
    let Some(rows) = judged(&list(), As::Xlsx, "xlsx") else { return };
    assert_eq!(as_decimals(rows), as_decimals(expected(str::to_owned)));
}

on_both_databases! {
    async fn a_list_can_be_had_as_a_file_by_whoever_may_see_it(books: &Books) {
        books.general_fund().await;
        let letter = Letter { cause: "test", to: "ana@example.org", language: Language::English, kind: Kind::Test, values: &[], link: None };
        let (keys, now) = (Keyring::from_master(&MASTER), books.now());
        let queued: sqlx::Result<bool> = transact!(books.db, tx => mail::queue(tx, &letter, &keys, &books.entropy, now).await);
        queued.unwrap();
        let visit = Visit::of(books);
        let admin = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        admin.get("/treasury/mail").await.is(200).says("Download this list:").says("href=\"/treasury/mail?as=csv\"").says("href=\"/treasury/mail?as=xlsx\"");
        let csv = admin.get("/treasury/mail?as=csv").await.is(200).says("\"Test mail\",\"Waiting\"");
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"mail.csv\""));
        assert_eq!(csv.header("cache-control"), Some("no-store"));
        let xlsx = admin.get("/treasury/mail?as=xlsx").await.is(200);
        assert_eq!(xlsx.header("content-disposition"), Some("attachment; filename=\"mail.xlsx\""));
        Staff::signed_in(&visit, books, &[Role::Auditor]).await.get("/treasury/mail?as=csv").await.is(404);
    }
}
