//! What was paid is put right by a reversal and a fresh entry, agreed to by others.

use strikefund::ledger::Mistake;
use strikefund::run;
use strikefund::spending::Correction;

use super::*;
use crate::support::on_both_databases;

const REASON: &str = "The receipt says 12.00, not 21.00.";

async fn correct(treasury: &Treasury<'_>, id: ExpenseId, nothing_instead: bool) -> Result<ExpenseId, Refusal> {
    let (operation, actor, now) = (treasury.operation(), treasury.author(), treasury.books.now());
    let correction = Correction { reason: REASON, nothing_instead, wrong: Mistake::Amount };
    transact!(treasury.books.db, tx => spending::correct(tx, actor, &operation, id, &correction, &treasury.books.entropy, now).await)
}

on_both_databases! {
    async fn a_wrong_amount_is_reversed_and_posted_anew_in_one_step(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let draft = treasury.water(2_100);
        let old = treasury.sent(&draft).await;
        assert!(matches!(correct(&treasury, old, false).await, Err(Refusal::State(State::Sent))));
        treasury.approve(treasury.ana, old).await.unwrap();
        let version = treasury.read(old).await.expense.version;
        assert!(matches!(treasury.save(Some((old, version)), &draft).await, Err(Refusal::State(State::Paid))), "what was paid is not edited");
        let new = correct(&treasury, old, false).await.unwrap();
        assert!(matches!(correct(&treasury, old, false).await, Err(Refusal::State(_))), "once");
        let right = Draft { amount: usd(1_200), parts: vec![Part { amount_minor: 1_200, ..draft.parts[0].clone() }], ..draft };
        treasury.save(Some((new, 1)), &right).await.unwrap();
        treasury.send(new).await.unwrap();
        assert_eq!((treasury.held(chart::BANK).await, treasury.state(old).await), (7_900, State::Paid), "nothing happens before others agree");
        treasury.approve(treasury.ana, new).await.unwrap();
        assert_eq!((treasury.state(old).await, treasury.state(new).await), (State::Corrected, State::Paid));
        assert_eq!((treasury.held(chart::BANK).await, treasury.held("expenses:program:water").await), (8_800, 1_200));
        treasury.sound().await;
    }

    async fn a_correction_that_was_turned_down_is_not_taken_up_beside_another(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let draft = treasury.water(2_100);
        let old = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, old).await.unwrap();
        let first = correct(&treasury, old, false).await.unwrap();
        treasury.send(first).await.unwrap();
        let proposal = treasury.proposal(first).await;
        treasury.decide(treasury.ana, &proposal, Choice::Reject("Which receipt?")).await.unwrap();
        let second = correct(&treasury, old, false).await.unwrap();
        let version = treasury.read(first).await.expense.version;
        assert!(matches!(treasury.save(Some((first, version)), &draft).await, Err(Refusal::State(State::Rejected))));
        // With the other one turned down as well, it is.
        treasury.send(second).await.unwrap();
        let proposal = treasury.proposal(second).await;
        treasury.decide(treasury.ana, &proposal, Choice::Reject("Which receipt?")).await.unwrap();
        treasury.save(Some((first, version)), &draft).await.unwrap();
        treasury.sound().await;
    }

    async fn what_was_booked_twice_is_taken_back_with_nothing_in_its_place(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let payee = treasury.ready_payee().await;
        let draft = Draft { paid_by: PaidBy::Person, paid_from: None, payee: Some(payee), ..treasury.water(60_000) };
        let old = treasury.sent(&draft).await;
        for who in [treasury.ana, treasury.ben] {
            treasury.approve(who, old).await.unwrap();
        }
        treasury.pay(old).await.unwrap();
        let new = correct(&treasury, old, true).await.unwrap();
        treasury.send(new).await.unwrap();
        assert_eq!(treasury.proposal(new).await.needed, 2, "it needs as many as what it takes back");
        for who in [treasury.ana, treasury.ben] {
            treasury.approve(who, new).await.unwrap();
        }
        assert_eq!((treasury.state(old).await, treasury.state(new).await), (State::Corrected, State::Paid));
        for account in ["expenses:program:water", chart::REIMBURSEMENTS] {
            assert_eq!(treasury.held(account).await, 0, "{account}");
        }
        assert_eq!(treasury.held(chart::BANK).await, 100_000);
        treasury.sound().await;
    }

    async fn past_the_verbs_the_database_refuses_the_same(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let id = treasury.sent(&treasury.water(1_000)).await;
        let force = async |sql: &'static str| -> sqlx::Result<u64> { transact!(books.db, tx => run!(tx, execute, sqlx::query(sql))) };
        for wrong in [
            "UPDATE expense SET state = 'approved'",
            "UPDATE expense SET state = 'paid'",
            "UPDATE expense SET amount_minor = 1",
            "UPDATE expense SET vendor = 'another'",
            "DELETE FROM expense_part",
            "DELETE FROM expense",
            "INSERT INTO expense_part (expense_id, n, fund_id, category, amount_minor) SELECT id, 9, fund_id, 'food', 1 FROM expense",
        ] {
            assert!(force(wrong).await.is_err(), "{wrong}");
        }
        treasury.approve(treasury.ana, id).await.unwrap();
        assert!(force("UPDATE expense SET state = 'draft'").await.is_err(), "what was paid never becomes a draft");
        treasury.sound().await;
    }
}
