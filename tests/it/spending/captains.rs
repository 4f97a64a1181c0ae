//! Picket captains: a link, its limits, and what becomes of a claim.

use strikefund::clock::Day;
use strikefund::ids::CaptainId;
use strikefund::people::Language;
use strikefund::run;
use strikefund::spending::captains::{self, Change, Claim};
use strikefund::spending::{NewCaptain, PayBy};

use super::*;
use crate::support::on_both_databases;

async fn link(treasury: &Treasury<'_>) -> (CaptainId, String) {
    let (operation, actor, now) = (treasury.operation(), treasury.author(), treasury.books.now());
    let last_on: Day = "2026-11-28".parse().unwrap();
    let uses = vec!["water".to_owned(), "food".to_owned()];
    let new = NewCaptain {
        fund: treasury.fund,
        label: "North gate".to_owned(),
        language: Language::Spanish,
        total: usd(20_000),
        each: usd(5_000),
        uses,
        last_on,
    };
    let made: Result<(CaptainId, String), Refusal> =
        transact!(treasury.books.db, tx => captains::add(tx, actor, &operation, &new, &treasury.keys, now).await);
    made.unwrap()
}

async fn claim(treasury: &Treasury<'_>, code: &str, draft: &Draft) -> Result<ExpenseId, Refusal> {
    let (operation, now) = (treasury.operation(), treasury.books.now());
    let wish = PayBy::parse("cash", "at the gate").unwrap();
    let claim = Claim { draft, pay_by: Some(&wish), email: "gate@example.org" };
    transact!(treasury.books.db, tx => captains::claim(tx, code, &operation, &claim, (&treasury.keys, &treasury.books.entropy), now).await)
}

on_both_databases! {
    async fn a_claim_keeps_to_the_limits_of_its_link(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let (id, code) = link(&treasury).await;
        let water = |minor| Draft { paid_by: PaidBy::Person, paid_from: None, ..treasury.water(minor) };
        assert!(matches!(claim(&treasury, "guessed", &water(100)).await, Err(Refusal::NotFound)));
        assert!(matches!(claim(&treasury, &code, &water(5_001)).await, Err(Refusal::OverEach(limit)) if limit.minor == 5_000));
        let trucks = Draft { parts: vec![Part { fund_id: treasury.fund, category: "logistics".to_owned(), amount_minor: 100 }], ..water(100) };
        assert!(matches!(claim(&treasury, &code, &trucks).await, Err(Refusal::Sum)), "none of its uses");
        let drafts: Vec<Draft> = (0..5).map(|_| water(4_500)).collect();
        let outcomes = futures_of(&treasury, &code, &drafts).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 4, "{outcomes:?}");
        assert!(outcomes.iter().any(|outcome| matches!(outcome, Err(Refusal::OverTotal(left)) if left.minor == 2_000)), "{outcomes:?}");
        let actor = treasury.author();
        let operation = treasury.operation();
        let ended: Result<(), Refusal> = transact!(books.db, tx => captains::end(tx, actor, &operation, id, actor.proved_at).await);
        ended.unwrap();
        assert!(matches!(claim(&treasury, &code, &water(100)).await, Err(Refusal::Ended)));
    }

    async fn a_link_ends_by_itself_after_its_last_day(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let (_, code) = link(&treasury).await;
        let water = Draft { paid_by: PaidBy::Person, paid_from: None, ..treasury.water(100) };
        books.clock.advance(std::time::Duration::from_hours(14 * 24));
        claim(&treasury, &code, &water).await.unwrap();
        books.clock.advance(std::time::Duration::from_hours(24));
        assert!(matches!(claim(&treasury, &code, &water).await, Err(Refusal::Ended)));
    }

    async fn whoever_tidies_a_claim_up_does_not_approve_it(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let (_, code) = link(&treasury).await;
        let water = Draft { paid_by: PaidBy::Person, paid_from: None, ..treasury.water(3_000) };
        let id = claim(&treasury, &code, &water).await.unwrap();
        let expense = treasury.read(id).await.expense;
        assert_eq!((expense.author_id, expense.state), (None, State::Draft));
        let payee = treasury.ready_payee().await;
        let both = person(books, &[Role::Recorder, Role::Approver]).await;
        let (operation, actor, now) = (treasury.operation(), acting(books, both), books.now());
        let tidied = Draft { payee: Some(payee), ..water };
        let saved: Result<ExpenseId, Refusal> = transact!(books.db, tx => spending::save(tx, actor, &operation, Some((id, 1)), &tidied, &books.entropy, now).await);
        saved.unwrap();
        treasury.send(id).await.unwrap();
        assert!(matches!(treasury.approve(both, id).await, Err(DecideError::Approval(approvals::Refusal::Author))));
        treasury.approve(treasury.ana, id).await.unwrap();
        treasury.pay(id).await.unwrap();
        treasury.sound().await;
    }

    async fn the_wish_of_a_captain_is_opened_for_whoever_pays_and_changed_by_a_treasurer_only(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let (link, code) = link(&treasury).await;
        let payee = treasury.ready_payee().await;
        let water = Draft { paid_by: PaidBy::Person, paid_from: None, payee: Some(payee), ..treasury.water(3_000) };
        let id = claim(&treasury, &code, &water).await.unwrap();
        assert!(matches!(opened(&treasury, id).await, Err(Refusal::State(State::Draft))), "nobody pays it yet");
        treasury.send(id).await.unwrap();
        assert!(matches!(opened(&treasury, id).await, Err(Refusal::State(State::Sent))));
        treasury.approve(treasury.ana, id).await.unwrap();
        assert_eq!(opened(&treasury, id).await.unwrap(), Some(PayBy::parse("cash", "at the gate").unwrap()));
        let tx = &mut books.db.begin_read().await.unwrap();
        let acts = strikefund::people::audit::list(tx, None, 1).await.unwrap();
        assert_eq!((&*acts[0].act, &*acts[0].detail), ("open a payment wish", &*format!("expense {id}")), "the look is noted");
        // What the link itself says later changes nothing; a treasurer does.
        claim(&treasury, &code, &water).await.unwrap();
        let wish = PayBy::parse("cheque", "to Ana").unwrap();
        let (operation, actor, now) = (treasury.operation(), treasury.author(), books.now());
        let change = Change { pay_by: Some(wish.clone()), forget_email: true };
        let sealing = Sealing { keys: &treasury.keys, entropy: &books.entropy };
        let old = Actor { proved_at: now.plus_secs(-601), ..actor };
        let changed: Result<(), Refusal> = transact!(books.db, tx => captains::change(tx, old, &operation, (link, &change), sealing, now).await);
        assert!(matches!(changed, Err(Refusal::NotAllowed(_))), "an old proof is not enough");
        let changed: Result<(), Refusal> = transact!(books.db, tx => captains::change(tx, actor, &operation, (link, &change), sealing, now).await);
        changed.unwrap();
        assert_eq!(opened(&treasury, id).await.unwrap(), Some(wish));
        let before = letters(books).await;
        treasury.pay(id).await.unwrap();
        assert_eq!(letters(books).await, before, "the mail was ended");
        treasury.sound().await;
    }

    async fn a_captain_hears_once_what_became_of_a_claim_and_in_their_language(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let (_, code) = link(&treasury).await;
        let payee = treasury.ready_payee().await;
        let water = Draft { paid_by: PaidBy::Person, paid_from: None, payee: Some(payee), ..treasury.water(3_000) };
        let id = claim(&treasury, &code, &water).await.unwrap();
        treasury.send(id).await.unwrap();
        assert_eq!(letters(books).await, 0, "a claim that waits is no news");
        treasury.approve(treasury.ana, id).await.unwrap();
        assert_eq!(letters(books).await, 1);
        treasury.pay(id).await.unwrap();
        let bad = claim(&treasury, &code, &water).await.unwrap();
        assert!(matches!(sent_back(&treasury, bad, 1, " ").await, Err(Refusal::Reason)));
        assert!(matches!(sent_back(&treasury, bad, 2, "The photo is unreadable.").await, Err(Refusal::Changed)));
        sent_back(&treasury, bad, 1, "The photo is unreadable.").await.unwrap();
        // Whoever agrees may also say no, and a purchase that is paid already is told once.
        let no = claim(&treasury, &code, &water).await.unwrap();
        treasury.send(no).await.unwrap();
        let proposal = treasury.proposal(no).await;
        treasury.decide(treasury.ana, &proposal, Choice::Reject("Bought twice.")).await.unwrap();
        let card = claim(&treasury, &code, &treasury.water(1_000)).await.unwrap();
        treasury.send(card).await.unwrap();
        treasury.approve(treasury.ana, card).await.unwrap();
        let tx = &mut books.db.begin_read().await.unwrap();
        let letters: Vec<(String, String)> = run!(tx, fetch_all, sqlx::query_as("SELECT kind, subject FROM letter ORDER BY id")).unwrap();
        let subject = |number: &str| format!("Su reclamación {number}");
        let (one, two) = (treasury.read(id).await.expense.number, treasury.read(bad).await.expense);
        let (three, four) = (treasury.read(no).await.expense.number, treasury.read(card).await.expense.number);
        let expected = [
            ("claim approved", subject(&one)),
            ("claim paid", subject(&one)),
            ("claim sent back", subject(&two.number)),
            ("claim sent back", subject(&three)),
            ("claim paid", subject(&four)),
        ];
        assert_eq!(letters, expected.map(|(kind, subject)| (kind.to_owned(), subject)));
        assert_eq!((two.state, two.reason.as_deref()), (State::Rejected, Some("The photo is unreadable.")));
        // What was sent back is free to be claimed again, and only a claim that nobody was asked about goes back.
        assert_eq!(captains::claimed(tx, two.captain_id.unwrap()).await.unwrap(), 4_000);
        let paid = treasury.read(id).await.expense;
        assert!(matches!(sent_back(&treasury, id, paid.version, "No.").await, Err(Refusal::State(State::Paid))));
        treasury.sound().await;
    }
}

async fn futures_of(treasury: &Treasury<'_>, code: &str, drafts: &[Draft]) -> Vec<Result<ExpenseId, Refusal>> {
    let [one, two, three, four, five] = drafts else { panic!("five drafts") };
    let all = tokio::join!(
        Box::pin(claim(treasury, code, one)),
        Box::pin(claim(treasury, code, two)),
        Box::pin(claim(treasury, code, three)),
        Box::pin(claim(treasury, code, four)),
        Box::pin(claim(treasury, code, five))
    );
    vec![all.0, all.1, all.2, all.3, all.4]
}

async fn opened(treasury: &Treasury<'_>, id: ExpenseId) -> Result<Option<PayBy>, Refusal> {
    let (actor, now) = (treasury.author(), treasury.books.now());
    transact!(treasury.books.db, tx => captains::open_pay_by(tx, actor, id, &treasury.keys, now).await)
}

/// How many letters were written.
async fn letters(books: &Books) -> i64 {
    let tx = &mut books.db.begin_read().await.unwrap();
    run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM letter")).unwrap()
}

async fn sent_back(treasury: &Treasury<'_>, id: ExpenseId, version: i64, reason: &str) -> Result<ExpenseId, Refusal> {
    let (operation, actor, now) = (treasury.operation(), treasury.author(), treasury.books.now());
    transact!(treasury.books.db, tx => captains::send_back(tx, actor, &operation, (id, version), reason, treasury.sealing(), now).await)
}
