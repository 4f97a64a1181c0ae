//! Exports, judged by the programs they are for: hledger and beancount read every entry and come to our balances.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use strikefund::ids::FundId;
use strikefund::ledger::{self, Account, Kind, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::money::{Currency, LARGEST_MINOR, Money};
use strikefund::publication::export::{self, Format};
use strikefund::transact;

use crate::support::{Books, on_both_databases, repository, setting, skip};

/// Minor units by account and currency; accounts at zero are left out.
type Balances = BTreeMap<(String, String), i64>;

fn entry(id: &str, kind: &'static str, day: &str, postings: Vec<NewPosting>) -> NewEntry {
    NewEntry {
        source: Source::Stripe,
        source_id: id.to_owned(),
        kind,
        effective_on: day.parse().unwrap(),
        memo: Some("MEMO-CANARY".to_owned()),
        actor: Some("ACTOR-CANARY".to_owned()),
        reverses: None,
        postings,
    }
}

async fn post(books: &Books, entry: NewEntry) -> Posted {
    let posted: Result<Posted, PostError> = transact!(books.db, tx => ledger::post(tx, &entry, books.now()).await);
    posted.unwrap()
}

/// Every shape an entry takes: signs, exponents, bounds, funds, two currencies in one, a reversal, and words that would break a journal.
async fn fill(books: &Books) {
    let general = books.general_fund().await;
    let children = books.fund("children", Some("for the children")).await;
    let usd = |minor| Money::new(minor, Currency::USD);
    let of = |code: &str, minor| Money::new(minor, code.parse().unwrap());
    let pooled = |path: &'static str, money| NewPosting::pooled(path, money);
    let funded = |path: &'static str, fund: FundId, money| NewPosting::of_fund(path, fund, money);

    let mine = Account::new("5050", "expenses:program:1st-aid-2", Kind::Expense, false);
    let opened: sqlx::Result<()> = transact!(books.db, tx => ledger::open_account(tx, &mine).await);
    opened.unwrap();
    let gift =
        vec![pooled(chart::STRIPE, usd(9680)), funded(chart::PROCESSING, general, usd(320)), funded(chart::ONLINE, general, usd(-10_000))];
    let first = post(books, entry("txn_gift", "charge", "2026-11-14", gift)).await;
    let refund = vec![pooled(chart::STRIPE, usd(-2500)), funded(chart::REFUNDS, children, usd(2500))];
    post(books, entry("txn_refund", "refund", "2026-11-15", refund)).await;
    // An earlier day than the first entry's: the declarations must come before it.
    let opening = vec![pooled(chart::STRIPE, usd(LARGEST_MINOR)), funded(chart::OPENING, general, usd(-LARGEST_MINOR))];
    post(books, entry("opening", "opening", "2026-11-01", opening)).await;
    for (code, minor) in [("JPY", 500), ("KWD", 1230), ("UGX", 120_000), ("EUR", 1)] {
        let gift = vec![pooled(chart::STRIPE, of(code, minor)), funded(chart::ONLINE, children, of(code, -minor))];
        post(books, entry(&format!("txn_{code}"), "charge", "2026-11-16", gift)).await;
    }
    let conversion = vec![
        pooled(chart::STRIPE, of("EUR", -1)),
        pooled("equity:conversion", of("EUR", 1)),
        pooled(chart::STRIPE, usd(1)),
        pooled("equity:conversion", usd(-1)),
    ];
    post(books, entry("txn_conversion", "adjustment", "2026-11-16", conversion)).await;
    post(books, entry("txn_?", "other", "2026-11-17", vec![pooled(chart::STRIPE, usd(7)), pooled(chart::SUSPENSE, usd(-7))])).await;
    let spent = vec![funded("expenses:program:1st-aid-2", children, usd(1250)), pooled(chart::BANK, usd(-1250))];
    post(books, entry("=HYPERLINK(\"x\")\n2026-01-01 x\n  assets:bank  5 USD", "a\"b;  c|(d)", "2026-11-18", spent)).await;
    let day = "2026-11-19".parse().unwrap();
    let reversed: Result<Posted, PostError> =
        transact!(books.db, tx => ledger::reverse(tx, first.entry(), day, "MEMO-CANARY", None, books.now()).await);
    reversed.unwrap();
}

pub async fn exported(books: &Books, format: Format) -> String {
    let mut out = Vec::new();
    let take = |piece: Vec<u8>| {
        out.extend(piece);
        std::future::ready(Ok(()))
    };
    export::write(&mut books.db.begin_read().await.unwrap(), format, take).await.unwrap();
    String::from_utf8(out).unwrap()
}

/// What the ledger itself says, over all funds.
async fn ours(books: &Books) -> Balances {
    let mut ours = Balances::new();
    for balance in ledger::balances(&mut books.db.begin_read().await.unwrap(), None).await.unwrap() {
        *ours.entry((balance.path, balance.amount.currency.to_string())).or_default() += balance.amount.minor;
    }
    without_zeros(ours)
}

fn without_zeros(mut balances: Balances) -> Balances {
    balances.retain(|_, minor| *minor != 0);
    balances
}

/// Minor units of a decimal as the judges print it; they leave trailing zeros to the number.
pub fn minor(decimal: &str, currency: &str) -> i64 {
    let exponent = currency.parse::<Currency>().unwrap().exponent() as usize;
    let (whole, decimals) = decimal.split_once('.').unwrap_or((decimal, ""));
    let decimals = decimals.trim_end_matches('0');
    assert!(decimals.len() <= exponent, "{decimal} {currency}");
    format!("{whole}{decimals:0<exponent$}").parse().unwrap_or_else(|_| panic!("{decimal} {currency}"))
}

pub fn judge(program: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // A judge that refuses early closes its input; what it says matters, not the broken pipe.
    drop(writer.join().unwrap());
    output
}

fn says(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

pub fn accepted(output: &Output) -> String {
    assert!(output.status.success(), "{}", says(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Whether a program answers at all.
pub fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// The python that has beancount, where the test command made one.
pub fn beancount() -> Option<String> {
    let python = setting("STRIKEFUND_TEST_JUDGES").map_or_else(|| repository("target/judges"), PathBuf::from).join("bin/python");
    if python.exists() {
        return Some(python.display().to_string());
    }
    skip("no beancount (tests/run installs it under target/judges)");
    None
}

/// Loads a file as `bean-check` does, refuses it on any error, and prints the balance of every account.
pub const BEANCOUNT: &str = "
import sys
from collections import defaultdict
from beancount import loader
from beancount.core.data import Transaction
entries, errors, options = loader.load_string(sys.stdin.read())
if errors:
    sys.exit('\\n'.join(str(error) for error in errors))
sums = defaultdict(int)
for entry in entries:
    if isinstance(entry, Transaction):
        for posting in entry.postings:
            sums[posting.account, posting.units.currency] += posting.units.number
for (account, currency), number in sums.items():
    print(account, currency, format(number, 'f'))
";

on_both_databases! {
    async fn hledger_accepts_the_journal_and_comes_to_our_balances(books: &Books) {
        if !is_here("hledger") {
            return skip("no hledger");
        }
        fill(books).await;
        let journal = exported(books, Format::Hledger).await;
        accepted(&judge("hledger", &["-f-", "check", "--strict"], &journal));
        let table = accepted(&judge("hledger", &["-f-", "balance", "--flat", "--no-total", "--layout=bare", "-Ocsv"], &journal));
        let theirs = csv::Reader::from_reader(table.as_bytes())
            .deserialize()
            .map(|row| row.unwrap())
            .map(|(account, currency, decimal): (String, String, String)| {
                let minor = minor(&decimal, &currency);
                ((account, currency), minor)
            })
            .collect();
        assert_eq!(without_zeros(theirs), ours(books).await);

        let of_children = accepted(&judge("hledger", &["-f-", "register", "tag:fund=children", "-Ocsv"], &journal));
        assert_eq!(of_children.lines().count(), 1 + 6, "the fund is a tag: {of_children}");

        // The judge must be able to say no.
        let short = journal.replacen("96.80 USD", "96.79 USD", 1);
        assert!(!judge("hledger", &["-f-", "check", "--strict"], &short).status.success());
        let undeclared = journal.replacen("account assets:stripe ", "; account assets:stripe ", 1);
        assert!(!judge("hledger", &["-f-", "check", "--strict"], &undeclared).status.success());
    }

    async fn beancount_accepts_the_book_and_comes_to_our_balances(books: &Books) {
        let Some(python) = beancount() else { return };
        fill(books).await;
        let book = exported(books, Format::Beancount).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("books.beancount");
        std::fs::write(&file, &book).unwrap();
        accepted(&judge(&python.replace("bin/python", "bin/bean-check"), &[file.to_str().unwrap()], ""));

        let sums = accepted(&judge(&python, &["-c", BEANCOUNT], &book));
        let theirs = sums.lines().map(|line| {
            let [account, currency, decimal] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let account = account.to_lowercase().replace("liabilities:suspense", "suspense");
            ((account, currency.to_owned()), minor(decimal, currency))
        });
        assert_eq!(without_zeros(theirs.collect()), ours(books).await);

        // Without any tolerance, a hundredth of a cent is too much.
        let off = book.replacen("96.80 USD", "96.8001 USD", 1);
        assert!(!judge(&python, &["-c", BEANCOUNT], &off).status.success());
    }

    async fn the_table_and_the_objects_hold_every_posting(books: &Books) {
        fill(books).await;
        let table = exported(books, Format::Csv).await;
        assert!(table.starts_with("entry,effective_on,") && table.ends_with("\r\n") && !table.replace("\r\n", "").contains('\r'));
        let mut from_table = Balances::new();
        for row in csv::Reader::from_reader(table.as_bytes()).deserialize::<BTreeMap<String, String>>() {
            let row = row.unwrap();
            assert_eq!(minor(&row["amount"], &row["currency"]), row["amount_minor"].parse::<i64>().unwrap());
            assert!(!row["source_id"].starts_with('='), "{row:?}");
            *from_table.entry((row["account"].clone(), row["currency"].clone())).or_default() += row["amount_minor"].parse::<i64>().unwrap();
        }
        assert!(table.contains("\"'=HYPERLINK("), "text that begins like a formula is marked as text");

        let objects: Vec<serde_json::Value> = serde_json::from_str(&exported(books, Format::Json).await).unwrap();
        let mut from_objects = Balances::new();
        for posting in objects.iter().flat_map(|entry| entry["postings"].as_array().unwrap()) {
            let word = |key: &str| posting[key].as_str().unwrap().to_owned();
            *from_objects.entry((word("account"), word("currency"))).or_default() += posting["amount_minor"].as_i64().unwrap();
        }
        let ours = ours(books).await;
        assert_eq!((without_zeros(from_table), without_zeros(from_objects)), (ours.clone(), ours));
    }

    async fn no_free_text_leaves_and_the_same_books_give_the_same_bytes(books: &Books) {
        fill(books).await;
        for format in [Format::Hledger, Format::Beancount, Format::Csv, Format::Json] {
            let once = exported(books, format).await;
            assert!(!once.contains("CANARY"), "{format:?}: {once}");
            assert_eq!(once, exported(books, format).await, "{format:?}");
        }
    }

    async fn books_without_an_entry_are_exported_too(books: &Books) {
        if is_here("hledger") {
            accepted(&judge("hledger", &["-f-", "check", "--strict"], &exported(books, Format::Hledger).await));
        }
        if let Some(python) = beancount() {
            accepted(&judge(&python, &["-c", BEANCOUNT], &exported(books, Format::Beancount).await));
        }
        assert_eq!(exported(books, Format::Csv).await.lines().count(), 1);
        assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&exported(books, Format::Json).await).unwrap().len(), 0);
    }

    async fn more_entries_than_are_held_at_a_time_are_all_written_in_order(books: &Books) {
        let fund = books.general_fund().await;
        let usd = |minor| Money::new(minor, Currency::USD);
        let posted: Result<(), PostError> = transact!(books.db, tx => async {
            for n in 1..=1203 {
                let gift = vec![NewPosting::pooled(chart::STRIPE, usd(n)), NewPosting::of_fund(chart::ONLINE, fund, usd(-n))];
                ledger::post(tx, &entry(&format!("txn_{n}"), "charge", "2026-11-14", gift), books.now()).await?;
            }
            Ok::<(), PostError>(())
        }.await);
        posted.unwrap();
        let objects: Vec<serde_json::Value> = serde_json::from_str(&exported(books, Format::Json).await).unwrap();
        let ids: Vec<&str> = objects.iter().map(|entry| entry["source_id"].as_str().unwrap()).collect();
        assert_eq!(ids, (1..=1203).map(|n| format!("txn_{n}")).collect::<Vec<_>>());
    }
}
