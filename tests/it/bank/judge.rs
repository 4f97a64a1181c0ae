//! hledger's own CSV reader reads the same statements by rules of its own, and comes to the same amounts.

use std::process::Command;

use strikefund::money::Currency;

use super::{bytes_of, read};
use crate::support::skip;

/// A file, its currency, and how hledger is told to read it; its own count of lines leaves blank ones out.
const FILES: [(&str, &str, &str); 11] = [
    ("chase.csv", "usd", "skip 1\nfields details, date, description, amount, type, bal, check\ndate-format %m/%d/%Y\ncurrency USD \n"),
    ("wells_fargo.csv", "usd", "fields date, amount, star, check, description\ndate-format %m/%d/%Y\ncurrency USD \n"),
    (
        "bank_of_america.csv",
        "usd",
        "skip 6\nfields date, description, amount, bal\ndate-format %m/%d/%Y\ncurrency USD \nif Beginning balance\n skip\n",
    ),
    (
        "credit_union.csv",
        "usd",
        "skip 1\nfields number, date, check, description, debit, credit, bal\ndate-format %m/%d/%Y\namount %debit%credit\n",
    ),
    (
        "sparkasse.csv",
        "eur",
        "skip 1\nseparator ;\nfields own, date, valued, kind, description, name, account, bank, amount, unit, state\ndate-format %d.%m.%y\ndecimal-mark ,\ncurrency EUR \n",
    ),
    (
        "capital_one.csv",
        "usd",
        "skip 1\nfields own, description, date, kind, amount, bal\ndate-format %m/%d/%y\ncurrency USD \nif %kind Debit\n amount -%amount\n",
    ),
    (
        "lloyds.csv",
        "gbp",
        "skip 1\nfields date, kind, sort, own, description, amount-out, amount-in, bal\ndate-format %d/%m/%Y\ncurrency GBP \n",
    ),
    (
        "ing.csv",
        "eur",
        "skip 6\nseparator ;\nfields date, valued, name, kind, description, bal, u1, amount, u2\ndate-format %d.%m.%Y\ndecimal-mark ,\ncurrency EUR \n",
    ),
    ("brackets.csv", "usd", "skip 1\nfields date, description, amount\ndate-format %b %-d, %Y\n"),
    (
        "tabs.txt",
        "gbp",
        "skip 1\nseparator TAB\nfields date, description, amount-out, amount-in, bal\ndate-format %d %b %Y\ncurrency GBP \n",
    ),
    ("banco.csv", "usd", "skip 1\nfields date, description, amount-out, amount-in, bal\ndate-format %d/%m/%Y\ncurrency USD \n"),
];

/// What hledger reads: the day and amount of every line, sorted.
fn theirs(name: &str, bytes: &[u8], rules: &str, currency: Currency) -> Vec<(String, i64)> {
    let folder = tempfile::tempdir().unwrap();
    let (file, rules_file) = (folder.path().join(name), folder.path().join("rules"));
    std::fs::write(&file, bytes).unwrap();
    std::fs::write(&rules_file, format!("{rules}account1 assets:bank\n")).unwrap();
    let mut command = Command::new("hledger");
    command.env("LC_ALL", "C.UTF-8").arg("-f").arg(format!("csv:{}", file.display()));
    let output = command.arg("--rules-file").arg(&rules_file).args(["register", "assets:bank", "-Ocsv"]).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let mut lines: Vec<(String, i64)> = csv::Reader::from_reader(&*output.stdout)
        .records()
        .map(|row| {
            let row = row.unwrap();
            let amount: String = row[5].chars().filter(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | ',')).collect();
            // The decimal mark is the last of its kind; hledger shows each amount as its file writes it.
            let point = amount.rfind(['.', ',']).map_or(0, |at| amount.len() - at - 1);
            let digits: String = amount.chars().filter(|c| *c != '.' && *c != ',').collect();
            let places = currency.exponent() as usize;
            assert!(point <= places, "{name}: {amount}");
            (row[1].to_owned(), format!("{digits}{}", "0".repeat(places - point)).parse().unwrap())
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn hledgers_csv_reader_comes_to_the_same_amounts() {
    if Command::new("hledger").arg("--version").output().is_err() {
        return skip("no hledger (tests/run installs it)");
    }
    for (name, code, rules) in FILES {
        let currency: Currency = code.parse().unwrap();
        let bytes = bytes_of(name);
        // This hledger reads UTF-8 only; the letters are not what is judged.
        let text = String::from_utf8(bytes.clone()).unwrap_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect());
        let theirs = theirs(name, text.trim_start_matches('\u{feff}').as_bytes(), rules, currency);
        let lines = read(&bytes, code).unwrap().statement.lines;
        let mut ours: Vec<(String, i64)> = lines.iter().map(|line| (line.on.to_string(), line.amount_minor)).collect();
        ours.sort();
        assert_eq!(ours, theirs, "{name}");
        let sum = |lines: &[(String, i64)]| lines.iter().map(|(_, minor)| minor).sum::<i64>();
        assert_eq!(sum(&ours), sum(&theirs), "{name}");
    }
}
