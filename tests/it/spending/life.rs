//! An expense from draft to paid, and what is refused on the way.

use strikefund::approvals;
use strikefund::bank::{self, AccountRefusal, NewAccount};
use strikefund::people::operation::OperationError;
use strikefund::spending::{Missing, Warning};

use super::*;
use crate::support::on_both_databases;

const WATER: &str = "expenses:program:water";

on_both_databases! {
    async fn a_card_purchase_is_booked_when_somebody_else_agrees(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let id = treasury.sent(&treasury.water(1_899)).await;
        assert_eq!((treasury.state(id).await, treasury.held(WATER).await), (State::Sent, 0));
        assert!(matches!(treasury.approve(treasury.author, id).await, Err(DecideError::Approval(approvals::Refusal::NotAllowed(_)))));
        assert!(matches!(treasury.approve(treasury.ana, id).await, Ok(Decided::Done)));
        assert_eq!((treasury.state(id).await, treasury.held(WATER).await, treasury.held(chart::BANK).await), (State::Paid, 1_899, 98_101));
        assert!(matches!(treasury.approve(treasury.ben, id).await, Err(DecideError::Approval(approvals::Refusal::Decided(_)))));
        assert!(matches!(treasury.pay(id).await, Err(Refusal::State(State::Paid))), "it is never paid twice");
        treasury.sound().await;
    }

    async fn what_is_owed_is_booked_on_approval_and_paid_once(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let payee = treasury.ready_payee().await;
        let draft = Draft { paid_by: PaidBy::Person, paid_from: None, payee: Some(payee), ..treasury.water(60_000) };
        let id = treasury.sent(&draft).await;
        assert!(matches!(treasury.pay(id).await, Err(Refusal::State(State::Sent))), "never unapproved");
        assert!(matches!(treasury.approve(treasury.ana, id).await, Ok(Decided::Waiting { given: 1, needed: 2 })));
        assert!(matches!(treasury.approve(treasury.ben, id).await, Ok(Decided::Done)));
        assert_eq!((treasury.state(id).await, treasury.held(chart::REIMBURSEMENTS).await), (State::Approved, -60_000));
        treasury.sound().await;
        treasury.pay(id).await.unwrap();
        assert_eq!((treasury.held(chart::REIMBURSEMENTS).await, treasury.held(chart::BANK).await), (0, 40_000));
        assert!(matches!(treasury.pay(id).await, Err(Refusal::State(State::Paid))));
        treasury.sound().await;
    }

    async fn what_is_owed_is_not_paid_out_of_an_account_that_was_ended(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let payee = treasury.ready_payee().await;
        let draft = Draft { paid_by: PaidBy::Person, paid_from: None, payee: Some(payee), ..treasury.water(1_899) };
        let id = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let (actor, now) = (treasury.author(), books.now());
        let (new, opened, ended) = (NewAccount::parse("Old branch", "").unwrap(), treasury.operation(), treasury.operation());
        let closed: Result<(), AccountRefusal> = transact!(books.db, tx => async {
            let account = bank::add(tx, actor, (&new, Currency::USD), &opened, now).await?;
            bank::end(tx, actor, account, &ended, now).await
        }.await);
        closed.unwrap();
        let payment = Payment { from: "assets:bank:old-branch".to_owned(), on: "2026-11-14".parse().unwrap(), reference: "cheque 12".to_owned() };
        let (operation, version) = (treasury.operation(), treasury.read(id).await.expense.version);
        let paid: Result<ExpenseId, Refusal> =
            transact!(books.db, tx => spending::pay(tx, actor, &operation, (id, version), &payment, treasury.sealing(), now).await);
        assert!(matches!(&paid, Err(Refusal::AccountEnded(account)) if *account == payment.from), "{paid:?}");
        assert_eq!((treasury.state(id).await, treasury.held(chart::REIMBURSEMENTS).await), (State::Approved, -1_899));
        treasury.pay(id).await.unwrap();
    }

    async fn a_change_voids_what_was_agreed_to_and_takes_back_what_was_booked(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let payee = treasury.ready_payee().await;
        let draft = Draft { paid_by: PaidBy::Bill, paid_from: None, payee: Some(payee), ..treasury.water(10_000) };
        let id = treasury.sent(&draft).await;
        let first = treasury.proposal(id).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let version = treasury.read(id).await.expense.version;
        let dearer = Draft { amount: usd(20_000), parts: vec![Part { amount_minor: 20_000, ..draft.parts[0].clone() }], ..draft.clone() };
        assert!(matches!(treasury.save(Some((id, version - 1)), &dearer).await, Err(Refusal::Changed)), "another saw an older version");
        treasury.save(Some((id, version)), &dearer).await.unwrap();
        assert_eq!((treasury.state(id).await, treasury.held(WATER).await, treasury.held(chart::REIMBURSEMENTS).await), (State::Draft, 0, 0));
        assert!(matches!(treasury.pay(id).await, Err(Refusal::State(State::Draft))));
        treasury.send(id).await.unwrap();
        assert!(matches!(treasury.decide(treasury.ana, &first, Choice::Approve).await, Err(DecideError::Approval(approvals::Refusal::Changed))));
        treasury.approve(treasury.ana, id).await.unwrap();
        treasury.pay(id).await.unwrap();
        assert_eq!((treasury.held(WATER).await, treasury.held(chart::BANK).await), (20_000, 80_000));
        treasury.sound().await;
    }

    async fn an_expense_that_is_rejected_is_changed_and_sent_again(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let draft = treasury.water(1_000);
        let id = treasury.sent(&draft).await;
        let proposal = treasury.proposal(id).await;
        assert!(matches!(treasury.decide(treasury.ana, &proposal, Choice::Reject(" ")).await, Err(DecideError::Approval(approvals::Refusal::Reason))));
        treasury.decide(treasury.ana, &proposal, Choice::Reject("Which picket line?")).await.unwrap();
        let expense = treasury.read(id).await.expense;
        assert_eq!((expense.state, expense.reason.as_deref()), (State::Rejected, Some("Which picket line?")));
        treasury.save(Some((id, expense.version)), &Draft { note: "North gate".to_owned(), ..draft }).await.unwrap();
        treasury.send(id).await.unwrap();
        treasury.approve(treasury.ana, id).await.unwrap();
        assert_eq!(treasury.state(id).await, State::Paid);
        treasury.sound().await;
    }

    async fn what_is_not_there_is_not_spent(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let hardship = books.fund("hardship", Some("rent")).await;
        treasury.give(hardship, 5_000).await;
        let too_much = treasury.sent(&treasury.water(10_001)).await;
        let refused = treasury.approve(treasury.ana, too_much).await;
        assert!(matches!(&refused, Err(DecideError::Spending(Refusal::FundTooSmall(_, left))) if left.minor == 10_000), "{refused:?}");
        assert_eq!(treasury.state(too_much).await, State::Sent, "a refusal writes nothing, not even the signature");
        let proposal = treasury.proposal(too_much).await;
        assert!(approvals::signatures(&mut books.db.begin_read().await.unwrap(), proposal.id).await.unwrap().is_empty());
        // A part of a restricted fund: no more than it has, though the pool has it.
        let part = |fund_id, amount_minor| Part { fund_id, category: "water".to_owned(), amount_minor };
        let split = Draft { parts: vec![part(treasury.fund, 1_000), part(hardship, 5_001)], ..treasury.water(6_001) };
        let id = treasury.sent(&split).await;
        assert!(matches!(treasury.approve(treasury.ana, id).await, Err(DecideError::Spending(Refusal::FundTooSmall(_, left))) if left.minor == 5_000));
        // An account that has less than the fund.
        let card = Draft { paid_from: Some("assets:stripe".to_owned()), ..treasury.water(100) };
        let id = treasury.sent(&card).await;
        assert!(matches!(treasury.approve(treasury.ana, id).await, Err(DecideError::Spending(Refusal::AccountTooSmall(_, left))) if left.minor == 0));
        let fits = Draft { parts: vec![part(treasury.fund, 1_000), part(hardship, 5_000)], ..treasury.water(6_000) };
        let id = treasury.sent(&fits).await;
        assert!(matches!(treasury.approve(treasury.ana, id).await, Ok(Decided::Waiting { .. } | Decided::Done)));
        treasury.sound().await;
    }

    async fn what_restricted_funds_hold_stays_covered(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let hardship = books.fund("hardship", Some("rent")).await;
        treasury.give(hardship, 5_000).await;
        // The pool loses 4,000 to a fund-less liability: what is owed is not free.
        let entry = NewEntry {
            source: Source::Bank, source_id: "loan".to_owned(), kind: "loan", effective_on: "2026-11-01".parse().unwrap(), memo: None, actor: None, reverses: None,
            postings: vec![NewPosting::of_fund("income:refunds", hardship, usd(-8_000)), NewPosting::pooled("liabilities:refunds-owed", usd(8_000))],
        };
        let entry = NewEntry { postings: vec![NewPosting::of_fund("income:donations:bank", hardship, usd(-8_000)), NewPosting::pooled("equity:conversion", usd(8_000))], ..entry };
        let now = books.now();
        let posted: Result<Posted, ledger::PostError> = transact!(books.db, tx => ledger::post(tx, &entry, now).await);
        posted.unwrap();
        // 15,000 are free, 13,000 of them restricted: of the general fund's 10,000 only 2,000 can be spent.
        let id = treasury.sent(&treasury.water(2_001)).await;
        assert!(matches!(treasury.approve(treasury.ana, id).await, Err(DecideError::Spending(Refusal::Uncovered(short))) if short.minor == 1));
        let id = treasury.sent(&treasury.water(2_000)).await;
        assert!(matches!(treasury.approve(treasury.ana, id).await, Ok(Decided::Done)));
        treasury.sound().await;
    }

    async fn a_draft_says_what_it_lacks_and_what_to_look_at(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let bare = Draft { documents: Vec::new(), ..treasury.water(100) };
        let id = treasury.save(None, &bare).await.unwrap();
        assert!(matches!(treasury.send(id).await, Err(Refusal::Missing(Missing::Receipt))));
        let version = treasury.read(id).await.expense.version;
        treasury.save(Some((id, version)), &Draft { no_receipt: Some("The machine gave none.".to_owned()), ..bare }).await.unwrap();
        treasury.send(id).await.unwrap();
        assert_eq!(treasury.proposal(id).await.needed, 2, "without a receipt one more must agree");
        let owed = Draft { paid_by: PaidBy::Person, paid_from: None, ..treasury.water(100) };
        let id = treasury.save(None, &owed).await.unwrap();
        assert!(matches!(treasury.send(id).await, Err(Refusal::Missing(Missing::Payee))));
        let first = Draft { public_text: "Rent for Maria".to_owned(), ..treasury.water(46_000) };
        let first_id = treasury.save(None, &first).await.unwrap();
        let number = treasury.read(first_id).await.expense.number;
        let again = Draft { bought_on: "2026-11-11".parse().unwrap(), vendor: first.vendor.to_uppercase(), ..first.clone() };
        let id = treasury.save(None, &again).await.unwrap();
        let whole = treasury.read(id).await;
        let found = spending::warnings(&mut books.db.begin_read().await.unwrap(), &whole).await.unwrap();
        let lint = Warning::Text(spending::lint::Lint::Name);
        let before = Warning::BeforeTheFund(books.now().day_in(&strikefund::clock::Zone::UTC));
        assert_eq!(found, [Warning::SameReceipt(number.clone()), Warning::SameShop(number), before, Warning::NearTier(usd(50_000)), lint]);
        let later = Draft { bought_on: "2026-11-10".parse().unwrap(), documents: treasury.water(1).documents, public_text: String::new(), ..first };
        let id = treasury.save(None, &later).await.unwrap();
        let whole = treasury.read(id).await;
        let found = spending::warnings(&mut books.db.begin_read().await.unwrap(), &whole).await.unwrap();
        assert!(!found.iter().any(|warning| matches!(warning, Warning::SameReceipt(_))), "{found:?}");
    }

    async fn the_same_command_again_does_it_once(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let draft = treasury.water(1_000);
        let id = books.entropy.reference();
        let save = async |parts: &[&str]| -> Result<ExpenseId, Refusal> {
            let (operation, actor, now) = (Operation::new(&id, "1", parts).unwrap(), treasury.author(), books.now());
            transact!(books.db, tx => spending::save(tx, actor, &operation, None, &draft, &books.entropy, now).await)
        };
        let first = save(&["a"]).await.unwrap();
        assert_eq!(save(&["a"]).await.unwrap(), first);
        assert!(matches!(save(&["b"]).await, Err(Refusal::Operation(OperationError::Reused))));
        let counts = spending::counts(&mut books.db.begin_read().await.unwrap(), treasury.fund).await.unwrap();
        assert_eq!(counts, [(State::Draft, 1, 1_000)]);
    }
}
