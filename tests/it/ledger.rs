//! The books: posting once, reversing, balances and day sums.

use strikefund::clock::Instant;
use strikefund::db::Db;
use strikefund::funds::{self, NewFund};
use strikefund::ids::{Entropy, EntryId};
use strikefund::ledger::{self, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::money::{Currency, Money};

const NOW: Instant = Instant::from_unix_secs(1_790_000_000);

fn gift(id: &str, minor: i64, fund: strikefund::ids::FundId) -> NewEntry {
    let usd = |minor| Money::new(minor, Currency::USD);
    NewEntry {
        source: Source::Stripe,
        source_id: id.to_owned(),
        kind: "charge",
        effective_on: "2026-09-21".parse().unwrap(),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![NewPosting::pooled(chart::STRIPE, usd(minor)), NewPosting::of_fund(chart::ONLINE, fund, usd(-minor))],
    }
}

#[tokio::test]
async fn a_gift_is_posted_once_and_reversed_once() {
    let directory = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(directory.path()).await.unwrap();
    db.migrate().await.unwrap();
    let mut tx = db.begin_write().await.unwrap();
    let new = NewFund::parse("General", "general", "USD", "UTC").unwrap();
    let fund = funds::set_up(&mut tx, &new, &Entropy::seeded(1), NOW).await.unwrap();
    let first = ledger::post(&mut tx, &gift("txn_1", 2500, fund), NOW).await.unwrap();
    assert_eq!(first, Posted::New(EntryId(1)));
    assert_eq!(ledger::post(&mut tx, &gift("txn_1", 2500, fund), NOW).await.unwrap(), Posted::Known(EntryId(1)));
    assert!(matches!(ledger::post(&mut tx, &gift("txn_1", 2600, fund), NOW).await, Err(PostError::Differs(_))));
    tx.commit().await.unwrap();

    let mut tx = db.begin_write().await.unwrap();
    let before = ledger::balances(&mut tx, None).await.unwrap();
    assert_eq!(ledger::fold(&mut tx, 100).await.unwrap(), 1);
    assert_eq!(ledger::balances(&mut tx, None).await.unwrap(), before);
    let on = "2026-09-22".parse().unwrap();
    ledger::reverse(&mut tx, EntryId(1), on, "typed twice", None, NOW).await.unwrap();
    assert!(matches!(ledger::reverse(&mut tx, EntryId(1), on, "again", None, NOW).await, Err(PostError::NotReversible(_))));
    assert_eq!(ledger::balances(&mut tx, None).await.unwrap(), []);
    assert_eq!(ledger::balances(&mut tx, Some("2026-09-21".parse().unwrap())).await.unwrap(), before);
    assert_eq!(ledger::verify(&mut tx).await.unwrap(), None);
    tx.commit().await.unwrap();
}
