//! Approvals that meet each other, an edit, or the loss of a role (safety tests G1, G2, G3, G7).

use super::*;
use crate::support::soak;

/// How many rounds of a race are run; the soak runs more.
pub fn rounds() -> usize {
    soak(100, 1_000)
}

on_both_databases! {
    async fn two_approvers_at_once_approve_once(books: &Books) {
        let fund = books.general_fund().await;
        let author = person(books, &[Role::Recorder]).await;
        let (ana, ben) = (person(books, &[Role::Approver]).await, person(books, &[Role::Approver]).await);
        for round in 0..rounds() {
            // A small sum takes one of them, a large one takes both: either way the effect is had once.
            let minor = if round % 2 == 0 { 100 } else { 100_000 };
            let proposal = propose(books, author, &about(fund, &round.to_string(), minor)).await;
            let (one, two, again) = tokio::join!(approve(books, ana, &proposal), approve(books, ben, &proposal), approve(books, ana, &proposal));
            let outcomes = [&one, &two, &again];
            let approved = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Verdict::Approved))).count();
            let signed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            assert_eq!((approved, signed), (1, if round % 2 == 0 { 1 } else { 2 }), "round {round}: {outcomes:?}");
        }
        sound(books).await;
    }

    async fn an_approval_that_meets_an_edit_is_void_or_comes_first(books: &Books) {
        let fund = books.general_fund().await;
        let (author, ana) = (person(books, &[Role::Recorder]).await, person(books, &[Role::Approver]).await);
        for round in 0..rounds() {
            let id = round.to_string();
            let proposal = propose(books, author, &about(fund, &id, 100)).await;
            let edited = NewProposal { payload: "edited".to_owned(), ..about(fund, &id, 200) };
            let (outcome, second) = tokio::join!(approve(books, ana, &proposal), propose(books, author, &edited));
            assert!(matches!(outcome, Ok(Verdict::Approved) | Err(Refusal::Changed)), "round {round}: {outcome:?}");
            assert_eq!(read(books, &proposal).await.state, State::Dropped, "no approval outlives an edit");
            let signatures = approvals::signatures(&mut books.db.begin_read().await.unwrap(), second.id).await.unwrap();
            assert!(signatures.is_empty() && read(books, &second).await.state == State::Open);
        }
        sound(books).await;
    }

    async fn a_role_that_is_taken_away_meanwhile_no_longer_signs(books: &Books) {
        let fund = books.general_fund().await;
        let (author, ana) = (person(books, &[Role::Recorder]).await, person(books, &[Role::Approver]).await);
        for round in 0..rounds() {
            let now = books.now();
            let given: sqlx::Result<()> = transact!(books.db, tx => people::give_role(tx, ana, Role::Approver, now).await);
            given.unwrap();
            let proposal = propose(books, author, &about(fund, &round.to_string(), 100)).await;
            let take = async {
                let taken: sqlx::Result<()> = transact!(books.db, tx => people::take_role(tx, ana, Role::Approver).await);
                taken.unwrap();
            };
            let (outcome, ()) = tokio::join!(approve(books, ana, &proposal), take);
            assert!(matches!(outcome, Ok(Verdict::Approved) | Err(Refusal::NotAllowed(NotAllowed::Role))), "round {round}: {outcome:?}");
            let later = propose(books, author, &about(fund, &format!("{round} later"), 100)).await;
            assert!(matches!(approve(books, ana, &later).await, Err(Refusal::NotAllowed(NotAllowed::Role))));
        }
        sound(books).await;
    }
}
