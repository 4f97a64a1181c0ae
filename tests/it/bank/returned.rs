//! A payment that the bank sends back: what was owed can be paid again, exactly once, and the books say so at every step.

use strikefund::bank::{self, BankLine, Choice};
use strikefund::booking::bank::{self as book, BankError, Booked};
use strikefund::ids::{BankLineId, EntryId, ExpenseId, MatchId};
use strikefund::ledger::chart;
use strikefund::spending::{Draft, PaidBy, Refusal, State};
use strikefund::{run, transact};

use super::{import, main_account, operation, table};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

/// Somebody is owed 25.00 of a hundred and was paid by cheque; the bank shows the cheque, and gives it back three days later.
pub async fn paid_and_returned(books: &Books) -> (Treasury<'_>, ExpenseId, Vec<BankLine>) {
    let treasury = Treasury::holding(books, 10_000).await;
    let payee = treasury.ready_payee().await;
    let draft = Draft { paid_by: PaidBy::Person, paid_from: None, payee: Some(payee), ..treasury.water(2_500) };
    let id = treasury.sent(&draft).await;
    treasury.approve(treasury.ana, id).await.unwrap();
    treasury.pay(id).await.unwrap();
    let rows = [("2026-11-15", "CHECK 12", "-25.00"), ("2026-11-18", "CHECK 12 RETURNED", "25.00"), ("2026-11-20", "CHECK 13", "-25.00")];
    import(books, treasury.author(), &table(&rows), Some(7_500)).await.unwrap();
    let account = main_account(books).await;
    let tx = &mut books.db.begin_read().await.unwrap();
    let lines = bank::open_lines(tx, account.id, "2000-01-01".parse().unwrap(), "2100-01-01".parse().unwrap(), 10).await.unwrap();
    (treasury, id, lines)
}

pub fn named(lines: &[BankLine], text: &str) -> BankLineId {
    lines.iter().find(|line| line.text == text).unwrap().id
}

pub async fn payment(treasury: &Treasury<'_>, id: ExpenseId) -> EntryId {
    treasury.read(id).await.expense.payment_id.unwrap()
}

async fn tie(treasury: &Treasury<'_>, line: BankLineId, entry: EntryId) -> Result<MatchId, BankError> {
    let (books, actor, now, operation) = (treasury.books, treasury.author(), treasury.books.now(), operation());
    let account = main_account(books).await;
    let postings = bank::postings_of_entry(&mut books.db.begin_read().await.unwrap(), account.id, entry).await.unwrap();
    let choice = Choice { lines: vec![line], postings: postings.iter().map(|posting| (posting.entry_id, posting.n)).collect() };
    transact!(books.db, tx => book::tie(tx, actor, &choice, &operation, now).await)
}

pub async fn returned(treasury: &Treasury<'_>, line: BankLineId, entry: EntryId) -> Result<MatchId, BankError> {
    let (books, actor, now, operation) = (treasury.books, treasury.author(), treasury.books.now(), operation());
    transact!(books.db, tx => book::book_line(tx, actor, line, &Booked::Returned(entry), &operation, now).await)
}

async fn undo(treasury: &Treasury<'_>, id: MatchId) -> Result<(), BankError> {
    let (books, actor, now, operation) = (treasury.books, treasury.author(), treasury.books.now(), operation());
    transact!(books.db, tx => book::undo(tx, actor, id, &operation, now).await)
}

on_both_databases! {
    async fn a_returned_payment_is_owed_again_and_paid_again_exactly_once(books: &Books) {
        let (treasury, id, lines) = paid_and_returned(books).await;
        let first = payment(&treasury, id).await;
        tie(&treasury, named(&lines, "CHECK 12"), first).await.unwrap();
        assert_eq!(treasury.state(id).await, State::Matched);
        returned(&treasury, named(&lines, "CHECK 12 RETURNED"), first).await.unwrap();
        assert_eq!(treasury.state(id).await, State::Approved);
        assert_eq!((treasury.held(chart::BANK).await, treasury.held(chart::REIMBURSEMENTS).await), (10_000, -2_500));
        assert_eq!(treasury.held("expenses:program:water").await, 2_500, "it was bought all the same");
        treasury.sound().await;

        treasury.pay(id).await.unwrap();
        assert!(matches!(treasury.pay(id).await, Err(Refusal::State(State::Paid))), "once");
        let second = payment(&treasury, id).await;
        assert_ne!(second, first, "the second payment is an entry of its own");
        assert_eq!((treasury.held(chart::BANK).await, treasury.held(chart::REIMBURSEMENTS).await), (7_500, 0));
        tie(&treasury, named(&lines, "CHECK 13"), second).await.unwrap();
        assert_eq!(treasury.state(id).await, State::Matched);
        treasury.sound().await;
        let acts = strikefund::people::audit::list(&mut books.db.begin_read().await.unwrap(), None, 50).await.unwrap();
        assert_eq!(acts.iter().filter(|act| act.act == "payment_returned").count(), 1);
    }

    async fn it_may_come_back_more_than_once(books: &Books) {
        let (treasury, id, lines) = paid_and_returned(books).await;
        for (line, left) in [("CHECK 12 RETURNED", 10_000), ("again", 10_000)] {
            if line == "again" {
                let rows = [("2026-11-21", "CHECK 13 RETURNED", "25.00")];
                import(books, treasury.author(), &table(&rows), Some(10_000)).await.unwrap();
                let account = main_account(books).await;
                let day = "2026-11-21".parse().unwrap();
                let line = bank::open_lines(&mut books.db.begin_read().await.unwrap(), account.id, day, day, 1).await.unwrap()[0].id;
                returned(&treasury, line, payment(&treasury, id).await).await.unwrap();
            } else {
                returned(&treasury, named(&lines, line), payment(&treasury, id).await).await.unwrap();
            }
            assert_eq!((treasury.state(id).await, treasury.held(chart::BANK).await), (State::Approved, left));
            treasury.pay(id).await.unwrap();
            treasury.sound().await;
        }
        assert_eq!((treasury.held(chart::BANK).await, treasury.held(chart::REIMBURSEMENTS).await), (7_500, 0));
    }

    async fn undoing_a_match_of_a_payment_leaves_it_paid(books: &Books) {
        let (treasury, id, lines) = paid_and_returned(books).await;
        let tied = tie(&treasury, named(&lines, "CHECK 12"), payment(&treasury, id).await).await.unwrap();
        undo(&treasury, tied).await.unwrap();
        assert_eq!((treasury.state(id).await, treasury.held(chart::BANK).await), (State::Paid, 7_500));
        assert!(matches!(treasury.pay(id).await, Err(Refusal::State(State::Paid))));
        treasury.sound().await;
    }

    async fn a_return_that_was_a_mistake_is_undone_unless_it_was_paid_again(books: &Books) {
        let (treasury, id, lines) = paid_and_returned(books).await;
        let first = payment(&treasury, id).await;
        tie(&treasury, named(&lines, "CHECK 12"), first).await.unwrap();
        let wrong = returned(&treasury, named(&lines, "CHECK 12 RETURNED"), first).await.unwrap();
        undo(&treasury, wrong).await.unwrap();
        assert_eq!((treasury.state(id).await, treasury.held(chart::BANK).await), (State::Matched, 7_500), "as before, and the bank showed it");
        assert_eq!(treasury.read(id).await.expense.pay_reference.as_deref(), Some("cheque 12"));
        treasury.sound().await;

        let again = returned(&treasury, named(&lines, "CHECK 12 RETURNED"), payment(&treasury, id).await).await.unwrap();
        treasury.sound().await;
        treasury.pay(id).await.unwrap();
        let refused = undo(&treasury, again).await;
        assert!(matches!(refused, Err(BankError::PaidAgain)), "{refused:?}");
        assert_eq!((treasury.state(id).await, treasury.held(chart::BANK).await), (State::Paid, 7_500), "paid once");
        treasury.sound().await;
    }

    async fn a_return_cannot_be_undone_once_the_expense_is_another_than_the_one_that_was_paid(books: &Books) {
        let (treasury, id, lines) = paid_and_returned(books).await;
        let wrong = returned(&treasury, named(&lines, "CHECK 12 RETURNED"), payment(&treasury, id).await).await.unwrap();
        let whole = treasury.read(id).await.expense;
        let dearer = Draft { paid_by: PaidBy::Person, paid_from: None, payee: whole.payee_id, ..treasury.water(4_000) };
        treasury.save(Some((id, whole.version)), &dearer).await.unwrap();
        assert!(matches!(undo(&treasury, wrong).await, Err(BankError::PaidAgain)), "a draft is not paid");
        treasury.send(id).await.unwrap();
        treasury.approve(treasury.ben, id).await.unwrap();
        // 25.00 were paid and came back; 40.00 are owed now.
        let refused = undo(&treasury, wrong).await;
        assert!(matches!(refused, Err(BankError::PaidAgain)), "{refused:?}");
        assert_eq!((treasury.state(id).await, treasury.held(chart::REIMBURSEMENTS).await), (State::Approved, -4_000));
        treasury.pay(id).await.unwrap();
        assert_eq!((treasury.held(chart::BANK).await, treasury.held(chart::REIMBURSEMENTS).await), (6_000, 0));
        treasury.sound().await;
    }

    async fn what_waits_at_the_bank_is_right_whatever_was_tied_and_undone(books: &Books) {
        let (treasury, id, lines) = paid_and_returned(books).await;
        let first = payment(&treasury, id).await;
        let ties = async || {
            let account = main_account(books).await;
            let tx = &mut books.db.begin_read().await.unwrap();
            let tie = bank::tie_of(tx, account).await.unwrap();
            assert!(tie.holds(), "{tie:?}");
        };
        let shown = tie(&treasury, named(&lines, "CHECK 12"), first).await.unwrap();
        let wrong = returned(&treasury, named(&lines, "CHECK 12 RETURNED"), first).await.unwrap();
        ties().await;
        undo(&treasury, shown).await.unwrap();
        ties().await;
        // The payment, its reversal and the reversal of that wait now, and come to one payment.
        undo(&treasury, wrong).await.unwrap();
        ties().await;
        tie(&treasury, named(&lines, "CHECK 12"), first).await.unwrap();
        ties().await;
        assert_eq!(treasury.state(id).await, State::Matched);
        treasury.sound().await;
    }

    async fn what_was_paid_as_it_was_bought_was_not_bought_when_the_money_comes_back(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let id = treasury.sent(&treasury.water(2_500)).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let cost = treasury.read(id).await.expense.entry_id.unwrap();
        import(books, treasury.author(), &table(&[("2026-11-18", "SHOP REFUND", "25.00")]), Some(12_500)).await.unwrap();
        let account = main_account(books).await;
        let day = "2026-11-18".parse().unwrap();
        let line = named(&bank::open_lines(&mut books.db.begin_read().await.unwrap(), account.id, day, day, 5).await.unwrap(), "SHOP REFUND");
        let found = returned(&treasury, line, cost).await.unwrap();
        assert_eq!((treasury.state(id).await, treasury.held("expenses:program:water").await), (State::Corrected, 0));
        treasury.sound().await;
        undo(&treasury, found).await.unwrap();
        assert_eq!((treasury.state(id).await, treasury.held("expenses:program:water").await), (State::Paid, 2_500));
        treasury.sound().await;
    }

    async fn past_the_verbs_no_paid_expense_becomes_unpaid(books: &Books) {
        let (treasury, id, lines) = paid_and_returned(books).await;
        let force = async |sql: &'static str| -> sqlx::Result<u64> { transact!(books.db, tx => run!(tx, execute, sqlx::query(sql))) };
        for wrong in [
            "UPDATE expense SET state = 'approved', payment_id = NULL",
            "INSERT INTO expense_return (entry_id, expense_id, reversal_id, returned_on, paid_from, paid_on, pay_reference, noted_at)
             SELECT payment_id, id, entry_id, '2026-11-18', 'a', '2026-11-14', '', 0 FROM expense",
        ] {
            assert!(force(wrong).await.is_err(), "{wrong}");
        }
        returned(&treasury, named(&lines, "CHECK 12 RETURNED"), payment(&treasury, id).await).await.unwrap();
        for wrong in ["DELETE FROM expense_return", "UPDATE expense_return SET returned_on = '2026-11-19'", "UPDATE expense_return SET again_id = entry_id"] {
            assert!(force(wrong).await.is_err(), "{wrong}");
        }
        treasury.sound().await;
    }
}
