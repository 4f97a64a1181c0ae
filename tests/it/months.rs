//! Locked months: no decision gets in, no fact is lost, and the database says the same.

use strikefund::clock::Day;
use strikefund::ids::{EntryId, FundId};
use strikefund::ledger::{self, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::people::Role;
use strikefund::run;

use crate::support::{Books, on_both_databases};
use crate::web::person;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn entry(source: Source, id: &str, on: &str, fund: FundId) -> NewEntry {
    let usd = |minor| Money::new(minor, Currency::USD);
    NewEntry {
        source,
        source_id: id.to_owned(),
        kind: "charge",
        effective_on: day(on),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![NewPosting::pooled(chart::BANK, usd(2_500)), NewPosting::of_fund(chart::ONLINE, fund, usd(-2_500))],
    }
}

async fn post(books: &Books, entry: &NewEntry) -> Result<Posted, PostError> {
    let mut tx = books.db.begin_write().await.unwrap();
    let posted = ledger::post(&mut tx, entry, books.now()).await?;
    tx.commit().await?;
    Ok(posted)
}

/// Locks a month by two people.
async fn lock(books: &Books, month: &str) {
    let (one, other) = (person(books, &[Role::Recorder]).await, person(books, &[Role::Approver]).await);
    let mut tx = books.db.begin_write().await.unwrap();
    assert!(ledger::ask_lock(&mut tx, month, one, books.now()).await.unwrap());
    assert!(!ledger::ask_lock(&mut tx, month, other, books.now()).await.unwrap(), "asked for once");
    tx.commit().await.unwrap();
    let mut tx = books.db.begin_write().await.unwrap();
    assert!(ledger::lock_month(&mut tx, month, one, books.now()).await.is_err(), "one person alone locks nothing");
    drop(tx);
    let mut tx = books.db.begin_write().await.unwrap();
    assert!(ledger::lock_month(&mut tx, month, other, books.now()).await.unwrap());
    assert!(!ledger::lock_month(&mut tx, month, other, books.now()).await.unwrap(), "locked once");
    tx.commit().await.unwrap();
}

on_both_databases! {
    async fn a_decision_stays_out_of_a_locked_month_and_a_fact_goes_to_the_first_open_day(books: &Books) {
        let fund = books.general_fund().await;
        let before = post(books, &entry(Source::Stripe, "txn_1", "2026-09-30", fund)).await.unwrap();
        lock(books, "2026-09").await;
        lock(books, "2026-10").await;
        for source in [Source::Spending, Source::Gift, Source::Journal] {
            let refused = post(books, &entry(source, "decided", "2026-09-30", fund)).await;
            assert!(matches!(refused, Err(PostError::Locked(month)) if month == "2026-09"), "{source}");
            post(books, &entry(source, "decided", "2026-11-01", fund)).await.unwrap();
        }
        let late = entry(Source::Stripe, "txn_2", "2026-09-29", fund);
        let posted = post(books, &late).await.unwrap();
        assert!(matches!(posted, Posted::New(_)));
        assert_eq!(post(books, &late).await.unwrap(), Posted::Known(posted.entry()), "told again, it is the same");
        assert_eq!(post(books, &entry(Source::Stripe, "txn_1", "2026-09-30", fund)).await.unwrap(), Posted::Known(before.entry()));
        let mut other = late.clone();
        other.postings[0].amount.minor += 1;
        other.postings[1].amount.minor -= 1;
        assert!(matches!(post(books, &other).await, Err(PostError::Differs(_))), "another sum is another fact");

        let tx = &mut books.db.begin_read().await.unwrap();
        let whole = ledger::find_entry(tx, posted.entry()).await.unwrap().unwrap();
        assert_eq!(whole.entry.effective_on, day("2026-11-01"), "both locked months are passed over");
        assert_eq!(whole.memo.as_deref(), Some("Its source dates it 2026-09-29; that month was locked."));
        assert_eq!(ledger::verify(tx).await.unwrap(), None);
    }

    async fn a_reversal_of_a_locked_months_entry_carries_a_later_day(books: &Books) {
        let fund = books.general_fund().await;
        let posted = post(books, &entry(Source::Gift, "decided", "2026-09-30", fund)).await.unwrap().entry();
        lock(books, "2026-09").await;
        let mut tx = books.db.begin_write().await.unwrap();
        let refused = ledger::reverse(&mut tx, posted, day("2026-09-30"), "typed twice", None, books.now()).await;
        assert!(matches!(refused, Err(PostError::Locked(_))));
        ledger::reverse(&mut tx, posted, day("2026-10-01"), "typed twice", None, books.now()).await.unwrap();
        assert!(ledger::balances(&mut tx, Some(day("2026-09-30"))).await.unwrap().len() == 2, "the locked month stands as it did");
        assert!(ledger::balances(&mut tx, None).await.unwrap().is_empty());
    }

    async fn the_database_itself_refuses_an_entry_in_a_locked_month(books: &Books) {
        let fund = books.general_fund().await;
        let first = post(books, &entry(Source::Stripe, "txn_1", "2026-10-01", fund)).await.unwrap().entry();
        lock(books, "2026-10").await;
        let copy = async |on: &str| -> sqlx::Result<u64> {
            let mut tx = books.db.begin_write().await.unwrap();
            let id = EntryId(tx.take_entry_ids(1).await.unwrap()[0]);
            let postings = "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor)
                            SELECT $1, n, account_id, fund_id, currency, amount_minor FROM posting WHERE entry_id = $2";
            run!(&mut tx, execute, sqlx::query(postings).bind(id).bind(first))?;
            let entry = "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings)
                         VALUES ($1, 'gift', $2, 'forged', $2, 0, 2)";
            run!(&mut tx, execute, sqlx::query(entry).bind(id).bind(on))
        };
        let said = copy("2026-10-31").await.unwrap_err().to_string();
        assert!(said.contains("the month is locked"), "{said}");
        assert_eq!(copy("2026-11-01").await.unwrap(), 1);
        for sql in ["UPDATE month_lock SET agreed_by = NULL, agreed_at = NULL", "DELETE FROM month_lock"] {
            let mut tx = books.db.begin_write().await.unwrap();
            let said = run!(&mut tx, execute, sqlx::query(sql)).unwrap_err().to_string();
            assert!(said.contains("stays locked"), "{said}");
        }
    }

    async fn an_entry_that_is_being_written_and_a_lock_never_pass_each_other(books: &Books) {
        let fund = books.general_fund().await;
        // SQLite has one writer, so there is nothing to race.
        if books.postgres_url().is_none() {
            return;
        }
        let (one, other) = (person(books, &[Role::Recorder]).await, person(books, &[Role::Approver]).await);
        let mut tx = books.db.begin_write().await.unwrap();
        ledger::ask_lock(&mut tx, "2026-10", one, books.now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut writing = books.db.begin_write().await.unwrap();
        ledger::post(&mut writing, &entry(Source::Gift, "decided", "2026-10-05", fund), books.now()).await.unwrap();
        let (db, now) = (books.db.clone(), books.now());
        let locking = tokio::spawn(async move {
            let mut tx = db.begin_write().await.unwrap();
            let locked = ledger::lock_month(&mut tx, "2026-10", other, now).await.unwrap();
            tx.commit().await.unwrap();
            locked
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert!(!locking.is_finished(), "the lock waits for the entry");
        writing.commit().await.unwrap();
        assert!(locking.await.unwrap());
        assert!(matches!(post(books, &entry(Source::Gift, "later", "2026-10-06", fund)).await, Err(PostError::Locked(_))));
    }
}
