//! Decisions that meet each other (safety tests G2, G3, G4): each ends one way, and nothing is spent twice.

use strikefund::funds::{self, Tier, Tiers};

use super::*;
use crate::approvals::races::rounds;
use crate::support::on_both_databases;

on_both_databases! {
    async fn two_approvers_at_once_make_one_payment(books: &Books) {
        let treasury = Treasury::holding(books, 10_000_000).await;
        let mut spent = 0;
        for round in 0..rounds() {
            let id = treasury.sent(&treasury.water(1_000)).await;
            let (one, two) = tokio::join!(treasury.approve(treasury.ana, id), treasury.approve(treasury.ben, id));
            assert_eq!([&one, &two].iter().filter(|outcome| matches!(outcome, Ok(Decided::Done))).count(), 1, "round {round}: {one:?} {two:?}");
            spent += 1_000;
            assert_eq!(treasury.held("expenses:program:water").await, spent, "round {round}");
        }
        treasury.sound().await;
    }

    async fn two_expenses_of_the_whole_balance_are_not_both_paid(books: &Books) {
        let treasury = Treasury::holding(books, 0).await;
        let hardship = books.fund("hardship", Some("rent")).await;
        for round in 0..rounds() {
            // One fund's last 100.00, then two funds that draw the same pooled cash.
            let other = if round % 2 == 0 { treasury.fund } else { hardship };
            treasury.give(treasury.fund, 10_000).await;
            let of = |fund| Draft { fund, parts: vec![Part { fund_id: fund, category: "food".to_owned(), amount_minor: 10_000 }], ..treasury.water(10_000) };
            let (one, two) = (treasury.sent(&of(treasury.fund)).await, treasury.sent(&of(other)).await);
            let (first, second) = tokio::join!(treasury.approve(treasury.ana, one), treasury.approve(treasury.ben, two));
            let done = [&first, &second].iter().filter(|outcome| matches!(outcome, Ok(Decided::Done))).count();
            assert_eq!((done, treasury.held(chart::BANK).await), (1, 0), "round {round}: {first:?} {second:?}");
        }
        treasury.sound().await;
    }

    async fn an_approval_that_meets_an_edit_never_pays_what_nobody_saw(books: &Books) {
        let treasury = Treasury::holding(books, 10_000_000).await;
        let mut expected = 0;
        for round in 0..rounds() {
            let draft = treasury.water(100);
            let id = treasury.sent(&draft).await;
            let (proposal, version) = (treasury.proposal(id).await, treasury.read(id).await.expense.version);
            let dearer = Draft { amount: usd(900), parts: vec![Part { amount_minor: 900, ..draft.parts[0].clone() }], ..draft };
            let (approved, edited) = tokio::join!(treasury.decide(treasury.ana, &proposal, Choice::Approve), treasury.save(Some((id, version)), &dearer));
            assert!(approved.is_ok() != edited.is_ok(), "round {round}: {approved:?} {edited:?}");
            expected += if approved.is_ok() { 100 } else { 0 };
            assert_eq!(treasury.held("expenses:program:water").await, expected, "round {round}");
        }
        treasury.sound().await;
    }

    async fn what_is_paid_twice_at_once_is_paid_once(books: &Books) {
        let treasury = Treasury::holding(books, 10_000_000).await;
        let payee = treasury.ready_payee().await;
        let tiers = Tiers::new(vec![Tier { over_minor: 0, approvers: 1 }]).unwrap();
        let set: sqlx::Result<()> = transact!(books.db, tx => funds::set_tiers(tx, treasury.fund, &tiers).await);
        set.unwrap();
        for round in 0..rounds() {
            let owed = Draft { paid_by: PaidBy::Bill, paid_from: None, payee: Some(payee), ..treasury.water(100) };
            let id = treasury.sent(&owed).await;
            treasury.approve(treasury.ana, id).await.unwrap();
            let before = treasury.held(chart::BANK).await;
            let (one, two) = tokio::join!(treasury.pay(id), treasury.pay(id));
            assert!(one.is_ok() != two.is_ok(), "round {round}: {one:?} {two:?}");
            assert_eq!(treasury.held(chart::BANK).await, before - 100);
        }
        treasury.sound().await;
    }
}
