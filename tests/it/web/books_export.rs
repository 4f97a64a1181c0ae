//! The whole ledger as a download.

use strikefund::clock::Day;
use strikefund::ledger::{self, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::people::{Role, audit};
use strikefund::publication::export::{self, Format};
use strikefund::transact;

use super::Visit;
use super::staff::Staff;
use crate::support::{Books, on_both_databases};

async fn post_some(books: &Books, count: i64) {
    let fund = books.general_fund().await;
    let (now, day) = (books.now(), "2026-11-14".parse::<Day>().unwrap());
    let usd = |minor| Money::new(minor, Currency::USD);
    let entries: Vec<NewEntry> = (1..=count)
        .map(|n| NewEntry {
            source: Source::Stripe,
            source_id: format!("txn_{n}"),
            kind: "charge",
            effective_on: day,
            memo: None,
            actor: None,
            reverses: None,
            postings: vec![NewPosting::pooled(chart::STRIPE, usd(n)), NewPosting::of_fund(chart::ONLINE, fund, usd(-n))],
        })
        .collect();
    let posted: Result<Vec<Posted>, PostError> = transact!(books.db, tx => ledger::post_all(tx, &entries, now).await);
    posted.unwrap();
}

on_both_databases! {
    async fn a_download_holds_the_same_bytes_as_the_command_writes_and_is_logged(books: &Books) {
        post_some(books, 1_201).await;
        let visit = Visit::of(books);
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        auditor.get("/treasury/exports").await.is(200).says("books.journal");
        for (file, format) in [("books.journal", Format::Hledger), ("books.beancount", Format::Beancount), ("books.csv", Format::Csv), ("books.json", Format::Json)] {
            let mut written = Vec::new();
            let take = |piece: Vec<u8>| {
                written.extend(piece);
                std::future::ready(Ok(()))
            };
            assert_eq!(export::write(&mut books.db.begin_read().await.unwrap(), format, take).await.unwrap(), 1_201);
            let answer = auditor.get(&format!("/treasury/exports/{file}")).await.is(200);
            assert_eq!(answer.body, written, "{file}");
            assert!(answer.header("content-disposition").unwrap().starts_with("attachment"), "{file}");
        }
        auditor.get("/treasury/exports/books.exe").await.is(404);
        let acts = audit::list(&mut books.db.begin_read().await.unwrap(), None, 10).await.unwrap();
        let logged: Vec<_> = acts.iter().filter(|act| act.act == "download the books").map(|act| act.subject.as_str()).collect();
        assert_eq!(logged, ["books.json", "books.csv", "books.beancount", "books.journal"]);
    }
}
