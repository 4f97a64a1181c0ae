//! What needs a second person: who counts, what a signature stands under, and that no race gets around it.

mod charter;
mod emergency;
pub mod races;
mod rules;

use strikefund::approvals::{self, NewProposal, Proposal, Refusal, State, Subject, Verdict};
use strikefund::clock::Instant;
use strikefund::funds::{self, Tier, Tiers};
use strikefund::ids::{FundId, PersonId};
use strikefund::money::{Currency, Money};
use strikefund::people::{self, Actor, Language, NewPerson, NotAllowed, Role, Roles};
use strikefund::run;
use strikefund::seal::Keyring;
use strikefund::transact;

use crate::support::{Books, on_both_databases};

/// Takes somebody on who holds these roles.
pub async fn person(books: &Books, roles: &[Role]) -> PersonId {
    let name = books.entropy.gift_number();
    let new =
        NewPerson { email: format!("{name}@example.org"), name, language: Language::English, roles: Roles::new(roles.iter().copied()) };
    let (keys, now) = (Keyring::from_master(&[7; 32]), books.now());
    let id: sqlx::Result<PersonId> = transact!(books.db, tx => people::add(tx, &new, &keys, &books.entropy, now).await);
    id.unwrap()
}

/// Somebody who proved who they are just now.
pub fn acting(books: &Books, person: PersonId) -> Actor {
    Actor { person, proved_at: books.now() }
}

pub fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn about(fund: FundId, id: &str, minor: i64) -> NewProposal {
    NewProposal {
        subject: Subject::Expense,
        subject_id: id.to_owned(),
        fund,
        amount: Some(usd(minor)),
        payee: None,
        payload: format!("what: expense {id}\namount: {minor}"),
        hands: Vec::new(),
        at_least: 1,
        more: 0,
    }
}

async fn propose(books: &Books, author: PersonId, new: &NewProposal) -> Proposal {
    let now = books.now();
    let proposed: sqlx::Result<Proposal> = transact!(books.db, tx => approvals::propose(tx, author, new, now).await);
    proposed.unwrap()
}

async fn approve_at(books: &Books, actor: Actor, proposal: &Proposal, seen: &str, now: Instant) -> Result<Verdict, Refusal> {
    transact!(books.db, tx => approvals::approve(tx, actor, proposal.id, seen, now).await)
}

async fn approve(books: &Books, person: PersonId, proposal: &Proposal) -> Result<Verdict, Refusal> {
    approve_at(books, acting(books, person), proposal, &proposal.payload_hash, books.now()).await
}

async fn read(books: &Books, proposal: &Proposal) -> Proposal {
    approvals::find(&mut books.db.begin_read().await.unwrap(), proposal.id).await.unwrap().unwrap()
}

async fn sound(books: &Books) {
    assert_eq!(approvals::verify(&mut books.db.begin_read().await.unwrap()).await.unwrap(), None);
}

/// Runs one statement past every verb.
async fn force(books: &Books, sql: &'static str) -> sqlx::Result<u64> {
    transact!(books.db, tx => run!(tx, execute, sqlx::query(sql)))
}

on_both_databases! {
    async fn the_tier_of_the_sum_says_how_many_must_sign(books: &Books) {
        let fund = books.general_fund().await;
        let author = person(books, &[Role::Recorder]).await;
        let (ana, ben) = (person(books, &[Role::Approver]).await, person(books, &[Role::Approver]).await);
        let small = propose(books, author, &about(fund, "1", 50_000)).await;
        assert!(matches!(approve(books, ana, &small).await, Ok(Verdict::Approved)));
        let large = propose(books, author, &about(fund, "2", 50_001)).await;
        assert!(matches!(approve(books, ana, &large).await, Ok(Verdict::Waiting { given: 1, needed: 2 })));
        assert!(matches!(approve(books, ana, &large).await, Err(Refusal::Already)), "a person counts once");
        assert!(matches!(approve(books, ben, &large).await, Ok(Verdict::Approved)));
        assert!(matches!(approve(books, person(books, &[Role::Approver]).await, &large).await, Err(Refusal::Decided(State::Approved))));
        let tiers = Tiers::new([(0, 1), (1_000, 2), (2_000, 3)].map(|(over_minor, approvers)| Tier { over_minor, approvers }).to_vec()).unwrap();
        let set: sqlx::Result<()> = transact!(books.db, tx => funds::set_tiers(tx, fund, &tiers).await);
        set.unwrap();
        assert_eq!(propose(books, author, &about(fund, "3", 2_001)).await.needed, 3);
        assert_eq!(propose(books, author, &NewProposal { more: 1, ..about(fund, "4", 1_000) }).await.needed, 2);
        assert_eq!(propose(books, author, &NewProposal { at_least: 2, ..about(fund, "5", 10) }).await.needed, 2);
        sound(books).await;
    }

    async fn whoever_had_a_hand_in_it_never_signs(books: &Books) {
        let fund = books.general_fund().await;
        let (author, editor) = (person(books, &Role::ALL).await, person(books, &Role::ALL).await);
        let proposal = propose(books, author, &NewProposal { hands: vec![editor], ..about(fund, "1", 100) }).await;
        for hand in [author, editor] {
            assert!(matches!(approve(books, hand, &proposal).await, Err(Refusal::Author)));
        }
        // Past the verbs, the database says the same.
        let by_author = "INSERT INTO approval (proposal_id, person_id, author_id, payload_hash, given_at) SELECT id, author_id, author_id, payload_hash, 1 FROM proposal";
        let by_editor = "INSERT INTO approval (proposal_id, person_id, author_id, payload_hash, given_at)
            SELECT p.id, h.person_id, p.author_id, p.payload_hash, 1 FROM proposal p JOIN proposal_hand h ON h.proposal_id = p.id";
        assert!(force(books, by_author).await.is_err() && force(books, by_editor).await.is_err());
        let unsigned = "UPDATE proposal SET state = 'approved'";
        assert!(force(books, unsigned).await.is_err(), "too few have signed");
        assert!(force(books, "UPDATE proposal SET payload = 'more'").await.is_err(), "a proposal is frozen");
        assert!(matches!(approve(books, person(books, &[Role::Administrator]).await, &proposal).await, Err(Refusal::NotAllowed(NotAllowed::Role))));
    }

    async fn a_signature_stands_under_what_was_seen_and_under_nothing_else(books: &Books) {
        let fund = books.general_fund().await;
        let author = person(books, &[Role::Recorder]).await;
        let (ana, ben) = (person(books, &[Role::Approver]).await, person(books, &[Role::Approver]).await);
        let first = propose(books, author, &about(fund, "1", 60_000)).await;
        approve(books, ana, &first).await.unwrap();
        let now = books.now();
        let seen = "0".repeat(64);
        assert!(matches!(approve_at(books, acting(books, ben), &first, &seen, now).await, Err(Refusal::Changed)));
        // An edit: the old proposal and its signature are void, the new one begins with none.
        let second = propose(books, author, &NewProposal { payload: "another text".to_owned(), ..about(fund, "1", 60_000) }).await;
        assert_eq!(read(books, &first).await.state, State::Dropped);
        assert!(matches!(approve(books, ben, &first).await, Err(Refusal::Changed)));
        assert!(matches!(approve(books, ben, &second).await, Ok(Verdict::Waiting { given: 1, needed: 2 })));
        sound(books).await;
    }

    async fn an_old_proof_of_identity_is_not_enough(books: &Books) {
        let fund = books.general_fund().await;
        let (author, ana) = (person(books, &[Role::Recorder]).await, person(books, &[Role::Approver]).await);
        let proposal = propose(books, author, &about(fund, "1", 100)).await;
        let late = books.now().plus_secs(601);
        let refused = approve_at(books, acting(books, ana), &proposal, &proposal.payload_hash, late).await;
        assert!(matches!(refused, Err(Refusal::NotAllowed(NotAllowed::StepUp))));
        let in_time = books.now().plus_secs(600);
        assert!(approve_at(books, acting(books, ana), &proposal, &proposal.payload_hash, in_time).await.is_ok());
    }

    async fn parts_to_one_payee_within_seven_days_count_together(books: &Books) {
        let fund = books.general_fund().await;
        let (author, ana) = (person(books, &[Role::Recorder]).await, person(books, &[Role::Approver]).await);
        let part = |id: &str| NewProposal { payee: Some("payee 1".to_owned()), ..about(fund, id, 30_000) };
        let first = propose(books, author, &part("1")).await;
        assert_eq!(first.needed, 1);
        let second = propose(books, author, &part("2")).await;
        assert_eq!(second.needed, 2, "300.00 and 300.00 are 600.00");
        let other = NewProposal { payee: Some("payee 2".to_owned()), ..about(fund, "3", 30_000) };
        assert_eq!(propose(books, author, &other).await.needed, 1);
        // The part that came first is counted again when it is signed.
        assert!(matches!(approve(books, ana, &first).await, Ok(Verdict::Waiting { given: 1, needed: 2 })));
        books.clock.advance(std::time::Duration::from_hours(7 * 24));
        assert_eq!(propose(books, author, &part("4")).await.needed, 1, "after seven days they stand apart");
        sound(books).await;
    }

    async fn a_rejection_has_a_reason_and_stands(books: &Books) {
        let fund = books.general_fund().await;
        let (author, ana) = (person(books, &Role::ALL).await, person(books, &[Role::Approver]).await);
        let proposal = propose(books, author, &about(fund, "1", 100)).await;
        let now = books.now();
        let reject = async |who: PersonId, reason: &str| -> Result<Proposal, Refusal> {
            let (actor, seen) = (acting(books, who), &proposal.payload_hash);
            transact!(books.db, tx => approvals::reject(tx, actor, proposal.id, seen, reason, now).await)
        };
        assert!(matches!(reject(ana, "  ").await, Err(Refusal::Reason)));
        assert!(matches!(reject(author, "no").await, Err(Refusal::Author)));
        reject(ana, " The receipt is for beer. ").await.unwrap();
        let standing = read(books, &proposal).await;
        assert_eq!((standing.state, standing.reason.as_deref()), (State::Rejected, Some("The receipt is for beer.")));
        assert!(matches!(approve(books, ana, &proposal).await, Err(Refusal::Decided(State::Rejected))));
        assert!(force(books, "UPDATE proposal SET state = 'open'").await.is_err(), "a decision stands");
    }
}
