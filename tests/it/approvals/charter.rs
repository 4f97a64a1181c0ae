//! A charter from the form to the public page: two people agree, every version stays, and what donors gave for stays once the fund winds down.

use strikefund::approvals::charter;
use strikefund::approvals::rules::{self, Asked, RulesRefusal};
use strikefund::deciding::{self, Choice, DecideError, Decided};
use strikefund::funds::State;
use strikefund::funds::charter::Charter;
use strikefund::people::operation::Operation;
use strikefund::spending::payees::Sealing;

use super::*;
use crate::publication::{file, publish, text, verified};
use crate::support::moving::moved;

/// A charter whose every article says what it is about, but for the fields given here.
fn written(other: &'static [(&'static str, &'static str)]) -> Charter {
    let read = |field: &str| match other.iter().find(|(name, _)| *name == field) {
        Some((_, value)) => *value,
        None => match field {
            "recipients" => "Water for All | they feed the town | https://water.example",
            "reserve_percent" => "10",
            "reserve_days" => "120",
            "objection_days" => "0",
            _ => "As the members decide.",
        },
    };
    Charter::parse(read).unwrap()
}

fn operation(books: &Books, who: PersonId) -> Operation {
    Operation::new(&books.entropy.reference(), &who.to_string(), &["a test"]).unwrap()
}

async fn ask(books: &Books, who: PersonId, fund: FundId, wanted: &Charter) -> Result<Asked, RulesRefusal> {
    let (actor, now, operation) = (acting(books, who), books.now(), operation(books, who));
    transact!(books.db, tx => charter::ask(tx, actor, &operation, (fund, wanted), now).await)
}

async fn agree(books: &Books, who: PersonId, fund: FundId) -> Result<Decided, DecideError> {
    let keys = Keyring::from_master(&[7; 32]);
    let waiting = rules::open(&mut books.db.begin_read().await.unwrap(), fund, Subject::Charter).await.unwrap().unwrap();
    let (actor, now, operation) = (acting(books, who), books.now(), operation(books, who));
    let sealing = Sealing { keys: &keys, entropy: &books.entropy };
    let seen = (waiting.id, &*waiting.payload_hash);
    transact!(books.db, tx => deciding::decide(tx, actor, &operation, seen, Choice::Approve, sealing, now).await)
}

on_both_databases! {
    async fn two_people_agree_and_every_version_stays_in_public(books: &Books) {
        let fund = books.general_fund().await;
        let ana = person(books, &[Role::Administrator, Role::Approver]).await;
        let ben = person(books, &[Role::Approver]).await;
        assert_eq!(ask(books, ana, fund, &written(&[])).await.unwrap(), Asked::Waits);
        assert!(matches!(agree(books, ana, fund).await, Err(DecideError::Approval(Refusal::Author))), "not whoever wrote it");
        assert_eq!(publish(books, fund, books.now()).await.unwrap(), None, "what nobody agreed to is not public");
        assert_eq!(agree(books, ben, fund).await.unwrap(), Decided::Done);
        assert!(matches!(ask(books, ana, fund, &written(&[])).await, Err(RulesRefusal::Same)));
        assert_eq!(publish(books, fund, books.now()).await.unwrap(), Some(1), "a charter is news");
        let first = text(books, "charter/index.html").await;
        for says in ["Version 1, in force since", "One other person agreed to it.", "https://water.example", "This is the first version.", "10 % for 120 days"] {
            assert!(first.contains(says), "{says}: {first}");
        }
        assert!(text(books, "charter/index.es.html").await.contains("Estatutos"));
        let old = Some(text(books, "charter/1.html").await);
        books.clock.advance(std::time::Duration::from_hours(24));
        assert_eq!(publish(books, fund, books.now()).await.unwrap(), None, "and is so once");

        let hostile = written(&[("who", "Elected <b>in May</b>.\n=1+1"), ("reserve_percent", "20")]);
        assert_eq!(ask(books, ana, fund, &hostile).await.unwrap(), Asked::Waits);
        agree(books, ben, fund).await.unwrap();
        assert_eq!(publish(books, fund, books.now()).await.unwrap(), Some(2));
        let second = text(books, "charter/index.html").await;
        for says in ["Version 2", "<del lang=\"en\">As the members decide.</del>", "<ins lang=\"en\">=1+1</ins>", "<del lang=\"en\">10 % for 120 days", "&#60;b&#62;in May"] {
            assert!(second.contains(says), "{says}: {second}");
        }
        assert!(!second.contains("<b>in May"));
        assert!(text(books, "charter/2.html").await.contains("<ins lang=\"en\">=1+1</ins>"));
        assert_eq!(Some(text(books, "charter/1.html").await), old, "an older version keeps the page it had");
        assert_eq!(file(books, Some(1), "charter/2.html").await, None);
        assert_eq!(verified(books).await, None);
    }

    async fn other_approval_rules_are_another_version(books: &Books) {
        let fund = books.general_fund().await;
        let ana = person(books, &[Role::Administrator]).await;
        assert_eq!(ask(books, ana, fund, &written(&[])).await.unwrap(), Asked::InForce, "nobody else is there");
        publish(books, fund, books.now()).await.unwrap();
        assert!(text(books, "charter/index.html").await.contains("Nobody else was there yet"));
        let done: sqlx::Result<()> = transact!(books.db, tx => funds::allow_emergency(tx, fund, true).await);
        done.unwrap();
        books.clock.advance(std::time::Duration::from_hours(24));
        assert_eq!(publish(books, fund, books.now()).await.unwrap(), Some(2));
        let second = text(books, "charter/index.html").await;
        assert!(second.contains("Version 2") && second.contains("The table of approvals changed."), "{second}");
    }

    async fn what_donors_gave_for_stays_once_the_fund_winds_down(books: &Books) {
        let fund = books.general_fund().await;
        let ana = person(books, &[Role::Administrator, Role::Approver]).await;
        let ben = person(books, &[Role::Approver]).await;
        ask(books, ana, fund, &written(&[])).await.unwrap();
        agree(books, ben, fund).await.unwrap();
        let other = written(&[("leftover", "To the officers.")]);
        assert_eq!(ask(books, ana, fund, &other).await.unwrap(), Asked::Waits);
        moved(books, fund, State::WindingDown, "", books.now()).await;
        assert!(matches!(agree(books, ben, fund).await, Err(DecideError::Approval(Refusal::Changed))), "not even what waited before");
        assert!(matches!(ask(books, ana, fund, &other).await, Err(RulesRefusal::Fixed)));
        assert_eq!(ask(books, ana, fund, &written(&[("privacy", "We hold less.")])).await.unwrap(), Asked::Waits);
    }

    async fn only_administrators_who_just_proved_who_they_are_write_one(books: &Books) {
        let fund = books.general_fund().await;
        let others = person(books, &[Role::Approver, Role::Recorder, Role::Auditor]).await;
        assert!(matches!(ask(books, others, fund, &written(&[])).await, Err(RulesRefusal::NotAllowed(_))));
        let ana = person(books, &[Role::Administrator]).await;
        let (actor, operation) = (acting(books, ana), operation(books, ana));
        books.clock.advance(std::time::Duration::from_secs(601));
        let (charter, now) = (written(&[]), books.now());
        let stale: Result<Asked, RulesRefusal> = transact!(books.db, tx => charter::ask(tx, actor, &operation, (fund, &charter), now).await);
        assert!(matches!(stale, Err(RulesRefusal::NotAllowed(_))), "{stale:?}");
    }
}
