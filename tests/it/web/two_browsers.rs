//! One person who is signed in with two browsers is one person (safety test G1).

use strikefund::people::Role;
use strikefund::people::session::Stage;
use strikefund::spending::State;

use super::Visit;
use super::staff::Staff;
use crate::approvals::person;
use crate::approvals::races::rounds;
use crate::spending::Treasury;
use crate::support::on_both_databases;

on_both_databases! {
    async fn whoever_approves_with_two_browsers_at_once_has_approved_once(books: &Books) {
        let treasury = Treasury::holding(books, 10_000_000).await;
        let visit = Visit::of(books);
        let sam = person(books, &[Role::Approver]).await;
        let (phone, laptop) = (Staff::at_stage(&visit, books, sam, Stage::Whole).await, Staff::at_stage(&visit, books, sam, Stage::Whole).await);
        let mut last = None;
        for round in 0..rounds() {
            // Above a tier: it takes two people.
            let id = treasury.sent(&treasury.water(50_001)).await;
            let proposal = treasury.proposal(id).await;
            let at = format!("/treasury/approvals/{}", proposal.id);
            let (one, two) = (books.entropy.reference(), books.entropy.reference());
            let form = |operation| [("choice", "approve"), ("seen", &*proposal.payload_hash), ("operation", operation)];
            let (first, second) = (form(&one), form(&two));
            let (first, second) = tokio::join!(phone.submit(&at, &first), laptop.submit(&at, &second));
            let mut statuses = [first.status.as_u16(), second.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!((statuses, treasury.state(id).await), ([303, 422], State::Sent), "round {round}");
            last = Some((id, at));
        }
        let (id, at) = last.unwrap();
        laptop.get(&at).await.is(200).says("1 of 2");
        treasury.approve(treasury.ben, id).await.unwrap();
        assert_eq!(treasury.state(id).await, State::Paid, "another person's counts");
        treasury.sound().await;
    }
}
