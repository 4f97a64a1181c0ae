//! What a month must meet before it is locked, and what to do about it; and the figures of the first page.

use std::time::Duration;

use strikefund::bank::BankLine;
use strikefund::booking::{Condition, months, standings};
use strikefund::ledger::{self, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::people::Role;
use strikefund::spending::{self, Draft, PaidBy};
use strikefund::{bank, transact};

use super::Visit;
use super::refunds::approve;
use super::staff::Staff;
use crate::bank::{import, main_account, recorder, table};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

const MONTH: &str = "/treasury/months/2026-11";

async fn unmet(books: &Books) -> Vec<Condition> {
    let month = months::find(&mut books.db.begin_read().await.unwrap(), "2026-11", books.now()).await.unwrap().unwrap();
    month.unmet
}

/// Posts between the bank and another account.
async fn post(books: &Books, path: &'static str, minor: i64, on: &str) {
    let usd = |minor| Money::new(minor, Currency::USD);
    let entry = NewEntry {
        source: Source::Bank,
        source_id: format!("{path} {minor} {on}"),
        kind: "test",
        effective_on: on.parse().unwrap(),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![NewPosting::pooled(chart::BANK, usd(minor)), NewPosting::pooled(path, usd(-minor))],
    };
    let now = books.now();
    let posted: Result<Posted, PostError> = transact!(books.db, tx => ledger::post(tx, &entry, now).await);
    posted.unwrap();
}

async fn lines(books: &Books) -> Vec<BankLine> {
    let account = main_account(books).await;
    let tx = &mut books.db.begin_read().await.unwrap();
    bank::open_lines(tx, account.id, "2000-01-01".parse().unwrap(), "2100-01-01".parse().unwrap(), 100).await.unwrap()
}

on_both_databases! {
    async fn a_month_is_not_locked_while_a_condition_is_unmet(books: &Books) {
        // A gift in November, seen from December.
        let treasury = Treasury::holding(books, 10_000).await;
        let draft = Draft { bought_on: "2026-11-14".parse().unwrap(), ..treasury.water(500) };
        books.clock.advance(Duration::from_hours(24 * 20));
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        assert_eq!(unmet(books).await, []);

        let id = treasury.save(None, &draft).await.unwrap();
        assert_eq!(unmet(books).await, [Condition::Drafts]);
        ana.get(MONTH).await.is(200).says("No draft dated inside").says("Decide about them, or give them another day.");
        let operation = ana.get(MONTH).await.value_of("operation");
        ana.submit(&format!("{MONTH}/asked"), &[("operation", &operation)]).await.is(422).says("dated inside it wait");
        treasury.send(id).await.unwrap();
        assert_eq!(unmet(books).await, [Condition::Drafts], "sent is not decided either");
        treasury.approve(treasury.ana, id).await.unwrap();
        assert_eq!(unmet(books).await, []);

        post(books, chart::SUSPENSE, 700, "2026-11-20").await;
        assert_eq!(unmet(books).await, [Condition::Suspense]);
        post(books, chart::SUSPENSE, -700, "2026-11-21").await;
        assert_eq!(unmet(books).await, []);

        let rows = [("2026-11-14", "SHOP", "-5.00"), ("2026-12-02", "LATER", "-1.00")];
        import(books, recorder(books).await, &table(&rows), Some(9_400)).await.unwrap();
        assert!(unmet(books).await.contains(&Condition::Bank), "a line of its own is unmatched");
        ana.get("/treasury/months").await.is(200).says("Not yet: Bank matched");
    }

    async fn a_lock_that_was_asked_for_in_time_is_refused_when_a_condition_is_unmet_by_then(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let draft = treasury.water(500);
        books.clock.advance(Duration::from_hours(24 * 20));
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        let operation = ana.get(MONTH).await.is(200).value_of("operation");
        ana.submit(&format!("{MONTH}/asked"), &[("operation", &operation)]).await.is(303);
        let id = treasury.save(None, &draft).await.unwrap();
        approve(&ben, MONTH).await.is(422).says("dated inside it wait");
        ana.get(MONTH).await.is(200).says("Not yet");
        treasury.send(id).await.unwrap();
        treasury.approve(treasury.ana, id).await.unwrap();
        approve(&ben, MONTH).await.is(303);
        ana.get(MONTH).await.is(200).says("Locked");
    }

    async fn a_line_of_a_later_month_stands_in_nobodys_way(books: &Books) {
        Treasury::holding(books, 10_000).await;
        books.clock.advance(Duration::from_hours(24 * 20));
        import(books, recorder(books).await, &table(&[("2026-12-02", "LATER", "-1.00")]), Some(9_900)).await.unwrap();
        assert!(!lines(books).await.is_empty());
        assert!(!unmet(books).await.contains(&Condition::Bank), "{:?}", unmet(books).await);
    }

    async fn free_to_spend_is_on_hand_less_what_is_approved_and_unpaid(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let payee = treasury.ready_payee().await;
        let stands = async || {
            let all = standings(&mut books.db.begin_read().await.unwrap(), None).await.unwrap();
            let standing = all[0].1;
            (standing.on_hand, standing.free)
        };
        assert_eq!(stands().await, (10_000, 10_000));
        let draft = Draft { paid_by: PaidBy::Person, paid_from: None, payee: Some(payee), ..treasury.water(2_500) };
        let id = treasury.sent(&draft).await;
        assert_eq!(stands().await, (10_000, 10_000), "nobody agreed to it yet");
        treasury.approve(treasury.ana, id).await.unwrap();
        assert_eq!(stands().await, (10_000, 7_500), "it is still on hand, and not free");
        treasury.pay(id).await.unwrap();
        assert_eq!(stands().await, (7_500, 7_500));
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        staff.get("/treasury").await.is(200).says("$75.00");
        // Looked back to before there was anything.
        let all = standings(&mut books.db.begin_read().await.unwrap(), Some("2026-10-01".parse().unwrap())).await.unwrap();
        assert_eq!((all[0].1.on_hand, all[0].1.free), (0, 0));
    }

    async fn a_receipt_is_missing_where_there_is_neither_one_nor_a_reason(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let missing = async || spending::missing_receipts(&mut books.db.begin_read().await.unwrap()).await.unwrap().0;
        let with_reason = Draft { documents: vec![], no_receipt: Some("The stall gives none.".to_owned()), ..treasury.water(500) };
        treasury.sent(&with_reason).await;
        assert_eq!(missing().await, 0, "a stated reason is enough");
        let bare = Draft { documents: vec![], ..treasury.water(600) };
        let id = treasury.save(None, &bare).await.unwrap();
        assert_eq!(missing().await, 1);
        let version = treasury.read(id).await.expense.version;
        treasury.save(Some((id, version)), &treasury.water(600)).await.unwrap();
        assert_eq!(missing().await, 0);
    }
}
