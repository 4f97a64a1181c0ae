//! Picket captains: a link, its limits, and what becomes of a claim.

use strikefund::clock::Day;
use strikefund::ids::CaptainId;
use strikefund::people::Language;
use strikefund::spending::NewCaptain;
use strikefund::spending::captains::{self, Claim};

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
    let claim = Claim { draft, pay_by: "cash, please" };
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
        let pay_by: Result<Option<String>, Refusal> = transact!(books.db, tx => captains::open_pay_by(tx, actor, id, &treasury.keys, actor.proved_at).await);
        assert_eq!(pay_by.unwrap().as_deref(), Some("cash, please"));
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
