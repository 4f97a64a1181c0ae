//! Lists as files, opened by programs that are not ours, and asked for at a page.

use std::collections::BTreeSet;
use std::process::Command;

use axum::body::Bytes;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use strikefund::language::Language;
use strikefund::mail::{self, Kind, Letter};
use strikefund::money::{Currency, Money};
use strikefund::payments::alert;
use strikefund::people::Role;
use strikefund::seal::Keyring;
use strikefund::web::export::As;
use strikefund::web::table::{Cell, Table};
use strikefund::web::whole_list;
use strikefund::web::words::Words;
use strikefund::{run, transact};

use super::grown::Grown;
use super::staff::Staff;
use super::{MASTER, Visit};
use crate::judges::office::opened_by_libreoffice;
use crate::support::{Books, block_on, on_both_databases, repository, setting, skip};

const HOSTILE: [&str; 10] = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x\")", "＝1", "a \"b\", c", "two\nlines", "007"];

fn bytes_of(table: &Table, kind: As) -> Bytes {
    block_on(async {
        let response = whole_list::of_table(Words(Language::English), table.clone(), "list", kind).unwrap();
        response.into_body().collect().await.unwrap().to_bytes()
    })
}

/// The rows as somebody else's program reads them.
fn judged(table: &Table, kind: As, ending: &str) -> Option<Vec<Value>> {
    let Some(python) = setting("STRIPE_PYTHON") else {
        skip("no Python with openpyxl (STRIPE_PYTHON; tests/run installs it)");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("list.{ending}"));
    std::fs::write(&path, bytes_of(table, kind)).unwrap();
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
    let mut table = Table::new("Gastos", "").column("What").amounts("Amount").column("Day").figures("Count");
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

#[test]
fn libreoffice_opens_both_files_with_every_text_as_it_was_and_nothing_worked_out() {
    for (kind, ending) in [(As::Csv, "csv"), (As::Xlsx, "xlsx")] {
        let name = format!("list.{ending}");
        let is_right =
            |saved: &str| assert!(saved.contains("\"-3.2\"") && !saved.contains("\"007\""), "an amount is a number, 007 is none: {saved}");
        let Some(opened) = opened_by_libreoffice(&[(&*name, &bytes_of(&list(), kind))], is_right) else { return };
        let rows = opened.into_values().next().unwrap();
        let meant = |cell: &str| {
            if kind == As::Xlsx || cell.starts_with('a') || cell.starts_with('t') || cell == "007" {
                cell.to_owned()
            } else {
                format!("'{cell}")
            }
        };
        let opened: Vec<Value> = rows
            .iter()
            .map(|row| {
                row.iter()
                    .enumerate()
                    .map(
                        |(n, cell)| {
                            if n == 1 || n == 4 { cell.parse::<f64>().map_or(json!(cell), |number| json!(number)) } else { json!(cell) }
                        },
                    )
                    .collect()
            })
            .collect();
        assert_eq!(as_decimals(opened), as_decimals(expected(meant)), "{ending}");
    }
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
        let page = admin.get("/treasury/mail").await.is(200).says("Download this list:");
        let link = way_to_file(page.text(), 0).unwrap();
        let csv = admin.get(&format!("/treasury/mail{link}")).await.is(200).says("\"Test mail\",\"Waiting\"");
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"treasury-mail.csv\""));
        assert_eq!(csv.header("cache-control"), Some("no-store"));
        let xlsx = admin.get(&format!("/treasury/mail{}", link.replace("csv", "xlsx"))).await.is(200);
        assert_eq!(xlsx.header("content-disposition"), Some("attachment; filename=\"treasury-mail.xlsx\""));
        Staff::signed_in(&visit, books, &[Role::Auditor]).await.get(&format!("/treasury/mail{link}")).await.is(404);
    }

    async fn alerts_go_on_behind_the_last_of_a_page_until_all_are_seen_once(books: &Books) {
        let visit = Visit::of(books);
        Grown::new(books, &visit, "Water").await.pile_up(1, 60).await;
        let tx = &mut books.db.begin_read().await.unwrap();
        let all = alert::list(tx, 1_000).await.unwrap();
        assert!(all.len() > 20);
        let (mut seen, mut last) = (Vec::new(), None);
        loop {
            let page = alert::list_behind(tx, last, 7).await.unwrap();
            let Some(end) = page.last() else { break };
            last = Some(end.id);
            seen.extend(page);
        }
        assert_eq!(seen, all);
    }

    async fn what_a_search_finds_can_be_had_as_a_file(books: &Books) {
        let visit = Visit::of(books);
        let grown = Grown::new(books, &visit, "Water").await;
        grown.pile_up(1, 60).await;
        let page = grown.staff.get("/treasury/search?q=E20").await.is(200).says("E20");
        let way = way_to_file(page.text(), 0).unwrap();
        let file = grown.staff.get(&format!("/treasury/search{way}")).await.is(200).says("\"Expense\",\"E20\"");
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"treasury-search.csv\""));
        assert_eq!(way_to_file(grown.staff.get("/treasury/search?q=nothing").await.is(200).text(), 0), None, "nothing is no list");
    }

    async fn a_file_of_a_list_holds_all_of_it_under_the_same_filter_whatever_page_it_was_asked_on(books: &Books) {
        let visit = Visit::of(books);
        let grown = Grown::new(books, &visit, "Water").await;
        // More than a piece of a file, so that each list goes on at least once.
        grown.pile_up(1, 1_300).await;
        let captain = one_captain_claims_everything(books).await;
        let claims = (format!("/treasury/claims/{captain}"), 0, format!("SELECT COUNT(*) FROM expense WHERE captain_id = {captain}"));
        let lists = LISTS.iter().map(|(path, list, counted)| ((*path).to_owned(), *list, (*counted).to_owned()));
        let mut wrong = Vec::new();
        for (path, list, counted) in lists.chain([claims]) {
            let sql = AssertSqlSafe(counted.replace("FUND", &grown.fund().0.to_string()));
            let tx = &mut books.db.begin_read().await.unwrap();
            let there: i64 = run!(tx, fetch_one, sqlx::query_scalar(sql)).unwrap();
            let page = grown.staff.get(&path).await.is(200).text().to_owned();
            let mut pages = vec![(path.clone(), page.clone())];
            if let Some(next) = page.split("<p class=\"links\"><a href=\"?").find_map(|rest| rest.split('"').next().filter(|query| query.contains("before="))) {
                let next = format!("{}?{}", path.split('?').next().unwrap(), next.replace("&#38;", "&").replace("&amp;", "&"));
                let page = grown.staff.get(&next).await.is(200).text().to_owned();
                pages.push((next, page));
            }
            for (at, page) in pages {
                let Some(way) = way_to_file(&page, list) else {
                    wrong.push(format!("{at}: no list {list} to be had as a file, {there} rows in the books"));
                    continue;
                };
                let file = grown.staff.get(&format!("{}{}", path.split('?').next().unwrap(), way)).await.is(200);
                let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(&file.body[3..]).records().map(Result::unwrap).collect();
                let apart: BTreeSet<String> = rows.iter().map(|row| row.iter().collect::<Vec<_>>().join("|")).collect();
                println!("{at}: {} rows, {} of them apart, {there} there", rows.len(), apart.len());
                if i64::try_from(rows.len()) != Ok(there) {
                    wrong.push(format!("{at}: {} rows in the file, {there} in the books", rows.len()));
                }
            }
        }
        assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    }
}

/// Lists that grow, by the page they stand on, which of its lists they are, and how many rows each has in the books.
const LISTS: &[(&str, usize, &str)] = &[
    ("/treasury/general/expenses?state=matched", 0, "SELECT COUNT(*) FROM expense WHERE fund_id = FUND AND state = 'matched'"),
    ("/treasury/general/gifts", 0, "SELECT COUNT(*) FROM donation WHERE fund_id = FUND"),
    ("/treasury/general/gifts/offline", 0, "SELECT COUNT(*) FROM offline_gift WHERE fund_id = FUND"),
    ("/treasury/general/in-kind", 0, "SELECT COUNT(*) FROM goods WHERE fund_id = FUND"),
    ("/treasury/payees", 0, "SELECT COUNT(*) FROM payee"),
    ("/treasury/claims", 0, "SELECT COUNT(*) FROM captain"),
    ("/treasury/approvals", 0, "SELECT COUNT(*) FROM proposal WHERE state = 'open'"),
    ("/treasury/advances", 1, "SELECT COUNT(*) FROM transfer"),
    ("/treasury/refunds", 0, "SELECT COUNT(*) FROM refund"),
    (
        "/treasury/refunds",
        1,
        "SELECT COUNT(*) FROM stripe_object o WHERE object = 'refund' AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.stripe_id = o.id)",
    ),
    ("/treasury/disputes", 0, "SELECT COUNT(*) FROM stripe_object WHERE object = 'dispute' AND status NOT IN ('won', 'lost')"),
    ("/treasury/disputes", 1, "SELECT COUNT(*) FROM stripe_object WHERE object = 'dispute' AND status IN ('won', 'lost')"),
    ("/treasury/journal", 0, "SELECT COUNT(*) FROM journal"),
    (
        "/treasury/accounts/assets:stripe",
        0,
        "SELECT COUNT(*) FROM posting p JOIN account a ON a.id = p.account_id WHERE a.path = 'assets:stripe'",
    ),
    ("/treasury/audit", 0, "SELECT COUNT(*) FROM audit"),
    ("/treasury/mail", 0, "SELECT COUNT(*) FROM letter WHERE state <> 'sent'"),
    ("/treasury/mail", 1, "SELECT COUNT(*) FROM letter WHERE state = 'sent'"),
    ("/treasury/stripe", 2, "SELECT COUNT(*) FROM delivery WHERE state = 'parked'"),
    ("/treasury/stripe", 3, "SELECT COUNT(*) FROM stripe_line WHERE state = 'parked'"),
    ("/treasury/stripe", 4, "SELECT COUNT(*) FROM alert WHERE cleared_at IS NULL AND kind <> 'bank differs'"),
    ("/treasury/bank", 1, "SELECT COUNT(*) FROM bank_waiting"),
    ("/treasury/bank", 4, "SELECT COUNT(*) FROM bank_statement"),
];

/// One captain's link claims once more what everybody spent; gives the captain.
async fn one_captain_claims_everything(books: &Books) -> i64 {
    const SQL: &str =
        "INSERT INTO expense (fund_id, captain_id, number, state, version, amount_minor, currency, bought_on, vendor, vendor_key,
            public_text, note, paid_by, show_when, show_shop, created_at, changed_at)
        SELECT e.fund_id, c.id, 'Z' || e.number, 'draft', 1, e.amount_minor, e.currency, e.bought_on, e.vendor, e.vendor_key,
            '', '', e.paid_by, e.show_when, 0, e.created_at, e.changed_at
          FROM expense e CROSS JOIN (SELECT MIN(captain_id) AS id FROM expense) c";
    let claimed: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(SQL)));
    assert!(claimed.unwrap() > 1_000, "more than a piece of a file");
    let tx = &mut books.db.begin_read().await.unwrap();
    let captain: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT MIN(captain_id) FROM expense")).unwrap();
    captain
}

/// The way from a page to this one of its lists as CSV.
fn way_to_file(page: &str, which: usize) -> Option<String> {
    let ways = page.split("<p class=\"exports\">").skip(1).filter_map(|part| part.split("href=\"").nth(1)?.split('"').next());
    ways.map(|way| way.replace("&#38;", "&").replace("&amp;", "&")).nth(which)
}
