//! hledger reads the exported journal and comes to the same balances, income statement and balance sheet.

use std::collections::BTreeMap;

use strikefund::publication::export::Format;

use super::life::{self, Dice};
use super::{amounts, rows};
use crate::export::{accepted, exported, is_here, judge, minor};
use crate::publication::giving::{Way, give};
use crate::publication::publish;
use crate::spending::Treasury;
use crate::support::{on_both_databases, skip};

/// What hledger prints of a journal as a table: account and decimal.
fn table(journal: &str, arguments: &[&str]) -> BTreeMap<String, i64> {
    let whole = [&["-f-"], arguments, &["--flat", "--layout=bare", "-Ocsv"]].concat();
    let printed = accepted(&judge("hledger", &whole, journal));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(printed.as_bytes());
    let lines = reader.records().map(Result::unwrap).filter(|line| line.len() == 3 && &line[1] == "USD");
    lines.map(|line| (line[0].to_owned(), minor(&line[2], "USD"))).collect()
}

fn under(table: &BTreeMap<String, i64>, prefix: &str) -> i64 {
    table.iter().filter(|(account, _)| account.starts_with(prefix)).map(|(_, minor)| minor).sum()
}

on_both_databases! {
    async fn hledger_comes_to_the_same_statements_from_the_exported_journal(books: &Books) {
        if !is_here("hledger") {
            return skip("no hledger");
        }
        let treasury = Treasury::holding(books, 0).await;
        life::begin(&treasury).await;
        let mut dice = Dice::new(3);
        for n in 0..6 {
            life::day(&treasury, &mut dice, n).await;
        }
        // Every way holds enough, so that nothing waits and everything is told.
        for way in [Way::Online, Way::Cash, Way::Cheque, Way::Union] {
            for _ in 0..6 {
                give(&treasury, treasury.fund, way, 2_500).await;
            }
        }
        assert!(publish(books, treasury.fund, books.now()).await.unwrap().is_some());

        let journal = exported(books, Format::Hledger).await;
        let balances = table(&journal, &["balance", "--no-total"]);
        let activities = rows(books, "activities").await;
        let since_start = |part: &str| amounts(&activities, part).into_iter().filter(|row| row.1.is_empty()).collect::<Vec<_>>();
        for (account, _, amount) in since_start("out") {
            assert_eq!(under(&balances, &account), amount, "{account}");
        }
        for (account, _, amount) in since_start("in").into_iter().filter(|row| row.0 != "income:donations:online") {
            assert_eq!(under(&balances, &account), -amount, "{account}");
        }
        let came_in: i64 = since_start("in").iter().map(|row| row.2).sum();
        let in_kind = under(&balances, "income:donations:in-kind");
        assert_eq!(came_in, -(under(&balances, "income:") + under(&balances, "equity:opening") - in_kind));

        let statement = table(&journal, &["incomestatement"]);
        let change = since_start("fund").iter().find(|row| row.0 == "2-change").unwrap().2;
        assert_eq!(statement["Net:"] + 250_000, change, "{statement:?}");
        let sheet = table(&journal, &["balancesheet"]);
        let position = rows(books, "position").await;
        assert_eq!(amounts(&position, "balance")[0].2, sheet["Net:"], "{sheet:?}");
        assert_eq!(amounts(&position, "pooled")[0].2, sheet["Net:"]);
        for (kind, _, amount) in amounts(&position, "owns") {
            assert_eq!(under(&balances, &kind), amount, "{kind}: {position:?}");
        }
        let trial = amounts(&rows(books, "trial-balance").await, "accounts");
        assert!(trial.iter().any(|row| row.0 == "assets" && row.2 == under(&balances, "assets:") + under(&balances, "liabilities:")));
    }
}
