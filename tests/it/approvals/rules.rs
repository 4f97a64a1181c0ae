//! The approval rules themselves: changed by two people, never alone in an emergency, and never softer for what is under way.

use strikefund::approvals::rules::{self, Asked, RulesRefusal};
use strikefund::deciding::{self, Choice, DecideError, Decided};
use strikefund::funds::Rules;
use strikefund::people::operation::Operation;
use strikefund::seal::Keyring;
use strikefund::spending::payees::Sealing;

use super::*;

fn rules_of(tiers: &[(i64, i64)], emergency: bool) -> Rules {
    let tiers = tiers.iter().map(|&(over_minor, approvers)| Tier { over_minor, approvers }).collect();
    Rules { tiers: Tiers::new(tiers).unwrap(), emergency }
}

fn operation(books: &Books, who: PersonId) -> Operation {
    Operation::new(&books.entropy.reference(), &who.to_string(), &["a test"]).unwrap()
}

async fn ask(books: &Books, who: PersonId, fund: FundId, wanted: &Rules) -> Result<Asked, RulesRefusal> {
    let (actor, now, operation) = (acting(books, who), books.now(), operation(books, who));
    transact!(books.db, tx => rules::ask(tx, actor, &operation, (fund, wanted), now).await)
}

async fn decide(books: &Books, who: PersonId, proposal: &Proposal, choice: Choice<'_>) -> Result<Decided, DecideError> {
    let (actor, now, operation) = (acting(books, who), books.now(), operation(books, who));
    let seen = (proposal.id, proposal.payload_hash.as_str());
    let sealing = Sealing { keys: &Keyring::from_master(&[7; 32]), entropy: &books.entropy };
    transact!(books.db, tx => deciding::decide(tx, actor, &operation, seen, choice, sealing, now).await)
}

async fn open(books: &Books, fund: FundId) -> Option<Proposal> {
    rules::open(&mut books.db.begin_read().await.unwrap(), fund, Subject::Rules).await.unwrap()
}

async fn standing(books: &Books, fund: FundId) -> Rules {
    let tx = &mut books.db.begin_read().await.unwrap();
    let fund = funds::find(tx, fund).await.unwrap().unwrap();
    funds::rules(tx, &fund).await.unwrap()
}

on_both_databases! {
    async fn a_second_administrator_or_an_approver_puts_new_rules_in_force(books: &Books) {
        let fund = books.general_fund().await;
        let (ana, uma) = (person(books, &[Role::Administrator]).await, person(books, &[Role::Administrator, Role::Approver]).await);
        let (ben, rosa) = (person(books, &[Role::Approver]).await, person(books, &[Role::Recorder]).await);
        let usual = standing(books, fund).await;
        assert_eq!(usual, rules_of(&[(0, 1), (50_000, 2)], false));
        assert!(matches!(ask(books, ben, fund, &rules_of(&[(0, 1)], false)).await, Err(RulesRefusal::NotAllowed(NotAllowed::Role))));
        assert!(matches!(ask(books, ana, fund, &usual).await, Err(RulesRefusal::Same)));
        // A first tier that nobody could meet does not hold up the change that mends it: two people are enough for rules.
        for (second, wanted) in [(uma, rules_of(&[(0, 9)], true)), (ben, rules_of(&[(0, 1), (10_000, 2), (100_000, 3)], false))] {
            assert_eq!(ask(books, ana, fund, &wanted).await.unwrap(), Asked::Waits);
            let before = standing(books, fund).await;
            let proposal = open(books, fund).await.unwrap();
            assert_eq!((proposal.needed, proposal.subject), (1, Subject::Rules));
            assert!(matches!(decide(books, ana, &proposal, Choice::Approve).await, Err(DecideError::Approval(Refusal::Author))));
            let by_treasurer = decide(books, rosa, &proposal, Choice::Approve).await;
            assert!(matches!(by_treasurer, Err(DecideError::Approval(Refusal::NotAllowed(NotAllowed::Role)))));
            assert_eq!(standing(books, fund).await, before, "nothing changes on one person's word");
            assert_eq!(decide(books, second, &proposal, Choice::Approve).await.unwrap(), Decided::Done);
            assert_eq!((standing(books, fund).await, open(books, fund).await), (wanted, None));
            assert_eq!(read(books, &proposal).await.state, State::Approved, "a later change leaves it as it was decided");
        }
        sound(books).await;
    }

    async fn rules_are_never_changed_alone_in_an_emergency(books: &Books) {
        let fund = books.general_fund().await;
        let (ana, ben) = (person(books, &[Role::Administrator]).await, person(books, &[Role::Approver]).await);
        let allowed: sqlx::Result<()> = transact!(books.db, tx => funds::allow_emergency(tx, fund, true).await);
        allowed.unwrap();
        ask(books, ana, fund, &rules_of(&[(0, 1)], true)).await.unwrap();
        let proposal = open(books, fund).await.unwrap();
        let reason = "Nobody else can be reached, and the rule is in the way of everything today.";
        let alone = decide(books, ben, &proposal, Choice::ApproveAlone(reason)).await;
        assert!(matches!(alone, Err(DecideError::Approval(Refusal::NoEmergency))), "{alone:?}");
    }

    async fn a_stricter_rule_counts_for_what_is_under_way_and_a_laxer_one_does_not(books: &Books) {
        let fund = books.general_fund().await;
        let (ana, uma) = (person(books, &[Role::Administrator]).await, person(books, &[Role::Administrator]).await);
        let (ben, eve) = (person(books, &[Role::Approver]).await, person(books, &[Role::Approver]).await);
        let author = person(books, &[Role::Recorder]).await;
        let (small, large) = (propose(books, author, &about(fund, "1", 20_000)).await, propose(books, author, &about(fund, "2", 90_000)).await);
        assert_eq!((small.needed, large.needed), (1, 2));
        let change = async |wanted: &[(i64, i64)]| {
            ask(books, ana, fund, &rules_of(wanted, false)).await.unwrap();
            let proposal = open(books, fund).await.unwrap();
            decide(books, uma, &proposal, Choice::Approve).await.unwrap();
        };
        change(&[(0, 1)]).await;
        assert!(matches!(approve(books, ben, &large).await, Ok(Verdict::Waiting { given: 1, needed: 2 })), "a laxer rule lowers nothing");
        assert_eq!(propose(books, author, &about(fund, "3", 90_000)).await.needed, 1, "it counts for what comes");
        change(&[(0, 2)]).await;
        assert!(matches!(approve(books, ben, &small).await, Ok(Verdict::Waiting { given: 1, needed: 2 })), "a stricter one counts at once");
        assert!(matches!(approve(books, eve, &small).await, Ok(Verdict::Approved)));
        assert!(matches!(approve(books, eve, &large).await, Ok(Verdict::Approved)));
        sound(books).await;
    }

    async fn a_change_of_rules_that_were_changed_meanwhile_is_looked_at_again(books: &Books) {
        let fund = books.general_fund().await;
        let (ana, ben) = (person(books, &[Role::Administrator]).await, person(books, &[Role::Approver]).await);
        ask(books, ana, fund, &rules_of(&[(0, 3)], false)).await.unwrap();
        let first = open(books, fund).await.unwrap();
        ask(books, ana, fund, &rules_of(&[(0, 2)], false)).await.unwrap();
        assert_eq!(read(books, &first).await.state, State::Dropped, "one change waits at a time");
        assert!(matches!(decide(books, ben, &first, Choice::Approve).await, Err(DecideError::Approval(Refusal::Changed))));
        let second = open(books, fund).await.unwrap();
        let behind: sqlx::Result<()> = transact!(books.db, tx => funds::allow_emergency(tx, fund, true).await);
        behind.unwrap();
        assert!(matches!(decide(books, ben, &second, Choice::Approve).await, Err(DecideError::Approval(Refusal::Changed))));
        let taken: Result<(), RulesRefusal> =
            transact!(books.db, tx => rules::take_back(tx, acting(books, ana), &operation(books, ana), (fund, Subject::Rules, second.id), books.now()).await);
        taken.unwrap();
        assert_eq!(open(books, fund).await, None);
    }

    async fn the_first_person_sets_rules_alone_until_somebody_could_agree(books: &Books) {
        let fund = books.general_fund().await;
        let ana = person(books, &[Role::Administrator]).await;
        let wanted = rules_of(&[(0, 1), (20_000, 2)], false);
        assert_eq!(ask(books, ana, fund, &wanted).await.unwrap(), Asked::InForce);
        assert_eq!(standing(books, fund).await, wanted);
        person(books, &[Role::Approver]).await;
        assert_eq!(ask(books, ana, fund, &rules_of(&[(0, 1)], false)).await.unwrap(), Asked::Waits, "somebody is expected who could agree");
    }
}
