//! What takes two administrators, what takes one, and what nobody does alone.

use std::time::Duration;

use strikefund::people::changes::{self, ChangeError, Invited, Outcome};
use strikefund::people::sign_in::{self, SignInError};
use strikefund::people::{self, Actor, Change, Kind, NotAllowed, Purpose, Role, links};
use strikefund::transact;

use super::{PASSWORD, Person, Staffed};
use crate::support::on_both_databases;

/// One change about people, in a transaction of its own.
macro_rules! act {
    ($staffed:expr, $tx:ident => $body:expr) => {{
        let done: Result<_, ChangeError> = transact!($staffed.books.db, $tx => $body.await);
        done
    }};
}

async fn ask(staffed: &Staffed<'_>, actor: Actor, person: &Person, role: Role) -> Result<Outcome, ChangeError> {
    let now = staffed.now();
    act!(staffed, tx => changes::ask_for_role(tx, actor, person.id, role, now))
}

async fn agree(staffed: &Staffed<'_>, actor: Actor, change: &Change) -> Result<Change, ChangeError> {
    let now = staffed.now();
    act!(staffed, tx => changes::agree(tx, actor, change.id, now))
}

async fn holds(staffed: &Staffed<'_>, person: &Person, role: Role) -> bool {
    people::find(&mut staffed.read().await, person.id).await.unwrap().unwrap().roles.holds(role)
}

async fn open(staffed: &Staffed<'_>) -> Vec<Change> {
    changes::list(&mut staffed.read().await).await.unwrap()
}

on_both_databases! {
    async fn a_role_is_given_alone_only_while_there_is_one_administrator(books: &Books) {
        let staffed = Staffed::new(books);
        let (ana, ben) = (staffed.person(&[Role::Administrator]).await, staffed.person(&[]).await);
        let ana_acts = staffed.actor(&ana);
        assert_eq!(ask(&staffed, ana_acts, &ben, Role::Approver).await.unwrap(), Outcome::Done);
        assert!(holds(&staffed, &ben, Role::Approver).await);
        assert!(staffed.session(&ben.entered.token).await.is_none(), "whoever gets a role signs in anew");
        assert_eq!(ask(&staffed, ana_acts, &ben, Role::Administrator).await.unwrap(), Outcome::Done);
        // From now on there are two.
        let eve = staffed.person(&[]).await;
        assert_eq!(ask(&staffed, ana_acts, &eve, Role::Recorder).await.unwrap(), Outcome::Waits);
        assert_eq!(ask(&staffed, ana_acts, &eve, Role::Recorder).await.unwrap(), Outcome::Waits, "asked twice, it stands once");
        assert!(!holds(&staffed, &eve, Role::Recorder).await);
        let [change] = &*open(&staffed).await else { panic!("one change is open") };
        assert!(matches!(agree(&staffed, ana_acts, change).await, Err(ChangeError::SamePerson)));
        agree(&staffed, staffed.actor(&ben), change).await.unwrap();
        assert!(holds(&staffed, &eve, Role::Recorder).await);
        assert!(matches!(agree(&staffed, staffed.actor(&ben), change).await, Err(ChangeError::Gone)));
        // Nobody raises themselves with somebody's help who only asked.
        ask(&staffed, ana_acts, &ben, Role::Auditor).await.unwrap();
        let change = open(&staffed).await.remove(0);
        assert!(matches!(agree(&staffed, staffed.actor(&ben), &change).await, Err(ChangeError::AboutYourself)));
        let acts = staffed.acts().await;
        assert_eq!(acts.iter().filter(|act| *act == "role.given").count(), 3);
    }

    async fn only_administrators_with_a_fresh_proof_change_people(books: &Books) {
        let staffed = Staffed::new(books);
        let (ana, ben) = (staffed.person(&[Role::Administrator]).await, staffed.person(&[Role::Recorder, Role::Approver, Role::Auditor]).await);
        let refused = ask(&staffed, staffed.actor(&ben), &ben, Role::Administrator).await;
        assert!(matches!(refused, Err(ChangeError::NotAllowed(NotAllowed::Role))));
        let stale = Actor { person: ana.id, proved_at: staffed.now().plus_secs(-601) };
        assert!(matches!(ask(&staffed, stale, &ben, Role::Administrator).await, Err(ChangeError::NotAllowed(NotAllowed::StepUp))));
        let at_the_second = Actor { person: ana.id, proved_at: staffed.now().plus_secs(-600) };
        assert_eq!(ask(&staffed, at_the_second, &ben, Role::Administrator).await.unwrap(), Outcome::Done);
    }

    async fn taking_away_works_at_once_and_the_last_administrator_stays(books: &Books) {
        let staffed = Staffed::new(books);
        let (ana, ben) = (staffed.person(&[Role::Administrator]).await, staffed.person(&[Role::Administrator, Role::Approver]).await);
        let (acts, now) = (staffed.actor(&ana), staffed.now());
        act!(staffed, tx => changes::take_role(tx, acts, ben.id, Role::Approver, now)).unwrap();
        assert!(!holds(&staffed, &ben, Role::Approver).await);
        assert!(staffed.session(&ben.entered.token).await.is_none());
        act!(staffed, tx => changes::disable(tx, acts, ben.id, now)).unwrap();
        assert!(matches!(staffed.password(&ben.email, PASSWORD).await, Err(SignInError::Wrong)));
        let last = act!(staffed, tx => changes::take_role(tx, acts, ana.id, Role::Administrator, now));
        assert!(matches!(last, Err(ChangeError::LastAdministrator)));
        assert!(matches!(act!(staffed, tx => changes::disable(tx, acts, ana.id, now)), Err(ChangeError::LastAdministrator)));
    }

    async fn whoever_shuts_the_other_administrator_out_gives_no_role_alone(books: &Books) {
        let staffed = Staffed::new(books);
        let (ana, ben) = (staffed.person(&[Role::Administrator]).await, staffed.person(&[Role::Administrator]).await);
        let eve = staffed.person(&[]).await;
        let (acts, now) = (staffed.actor(&ana), staffed.now());
        act!(staffed, tx => changes::disable(tx, acts, ben.id, now)).unwrap();
        assert!(matches!(ask(&staffed, acts, &eve, Role::Approver).await, Err(ChangeError::Alone)));
        let new = staffed.new_person(&[Role::Approver]);
        let invited = act!(staffed, tx => changes::invite(tx, acts, &new, (&staffed.keys, &staffed.entropy), now));
        assert!(matches!(invited, Err(ChangeError::Alone)));
        assert!(!holds(&staffed, &eve, Role::Approver).await);
    }

    async fn two_administrators_who_shut_each_other_out_at_once_leave_one(books: &Books) {
        let staffed = Staffed::new(books);
        let (ana, ben) = (staffed.person(&[Role::Administrator]).await, staffed.person(&[Role::Administrator]).await);
        let (ana_acts, ben_acts, now) = (staffed.actor(&ana), staffed.actor(&ben), staffed.now());
        // A decision before, so that noting who is an administrator is no lock by itself.
        act!(staffed, tx => changes::take_role(tx, ana_acts, ben.id, Role::Auditor, now)).unwrap();
        let shut_out = async |actor: Actor, other: &Person| {
            let id = other.id;
            act!(staffed, tx => changes::disable(tx, actor, id, now))
        };
        let (one, other) = tokio::join!(shut_out(ana_acts, &ben), shut_out(ben_acts, &ana));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    }

    async fn a_lost_authenticator_takes_two_administrators_a_day_and_the_password(books: &Books) {
        let staffed = Staffed::new(books);
        let (ana, ben) = (staffed.person(&[Role::Administrator]).await, staffed.person(&[Role::Administrator]).await);
        let eve = staffed.person(&[Role::Recorder]).await;
        let (ana_acts, now) = (staffed.actor(&ana), staffed.now());
        let id = act!(staffed, tx => changes::ask_reset(tx, ana_acts, eve.id, now)).unwrap();
        assert!(matches!(act!(staffed, tx => changes::agree(tx, ana_acts, id, now)), Err(ChangeError::SamePerson)));
        assert!(matches!(act!(staffed, tx => changes::finish_reset(tx, ana_acts, id, &staffed.entropy, now)), Err(ChangeError::TooSoon)));
        let ben_acts = staffed.actor(&ben);
        act!(staffed, tx => changes::agree(tx, ben_acts, id, now)).unwrap();
        books.clock.advance(Duration::from_secs(86_399));
        let (acts, now) = (staffed.actor(&ana), staffed.now());
        assert!(matches!(act!(staffed, tx => changes::finish_reset(tx, acts, id, &staffed.entropy, now)), Err(ChangeError::TooSoon)));
        books.clock.advance(Duration::from_secs(1));
        let (acts, now) = (staffed.actor(&ana), staffed.now());
        let token = act!(staffed, tx => changes::finish_reset(tx, acts, id, &staffed.entropy, now)).unwrap();
        let link = links::find(&mut staffed.read().await, &token, now).await.unwrap().unwrap();
        assert_eq!((link.purpose, link.person_id), (Purpose::Authenticator, Some(eve.id)));
        // The administrator who holds the link does not know the password.
        let (seed, shown) = staffed.shown();
        let replace = async |typed: &str| sign_in::replace_authenticator(staffed.desk(), &link, typed.to_owned().into(), &shown, staffed.now()).await;
        assert!(matches!(replace("guessed-by-an-administrator").await, Err(SignInError::Wrong)));
        replace(PASSWORD).await.unwrap();
        books.clock.advance(Duration::from_mins(1));
        let half = staffed.half(&eve).await;
        assert!(matches!(sign_in::code(staffed.desk(), &half, &eve.seed.code_at(staffed.now()), staffed.now()).await, Err(SignInError::Wrong)));
        sign_in::code(staffed.desk(), &half, &seed.code_at(staffed.now()), staffed.now()).await.unwrap();
    }

    async fn whoever_a_reset_is_about_calls_it_off(books: &Books) {
        let staffed = Staffed::new(books);
        let (ana, ben) = (staffed.person(&[Role::Administrator]).await, staffed.person(&[Role::Administrator]).await);
        let (eve, other) = (staffed.person(&[Role::Recorder]).await, staffed.person(&[Role::Recorder]).await);
        let (ana_acts, ben_acts, now) = (staffed.actor(&ana), staffed.actor(&ben), staffed.now());
        assert!(matches!(act!(staffed, tx => changes::ask_reset(tx, ana_acts, ana.id, now)), Err(ChangeError::AboutYourself)));
        assert!(matches!(act!(staffed, tx => changes::ask_reset(tx, ana_acts, ben.id, now)), Err(ChangeError::Alone)));
        let id = act!(staffed, tx => changes::ask_reset(tx, ana_acts, eve.id, now)).unwrap();
        act!(staffed, tx => changes::agree(tx, ben_acts, id, now)).unwrap();
        let strangers = Actor { person: other.id, proved_at: now };
        assert!(matches!(act!(staffed, tx => changes::cancel(tx, strangers, id, now)), Err(ChangeError::NotAllowed(NotAllowed::Role))));
        let own = staffed.actor(&eve);
        act!(staffed, tx => changes::cancel(tx, own, id, now)).unwrap();
        books.clock.advance(Duration::from_hours(24));
        let (acts, now) = (staffed.actor(&ana), staffed.now());
        assert!(matches!(act!(staffed, tx => changes::finish_reset(tx, acts, id, &staffed.entropy, now)), Err(ChangeError::Gone)));
        assert!(open(&staffed).await.is_empty());
    }

    async fn an_invited_person_comes_in_with_the_roles_that_two_agreed_to(books: &Books) {
        let staffed = Staffed::new(books);
        let (ana, ben) = (staffed.person(&[Role::Administrator]).await, staffed.person(&[Role::Administrator]).await);
        let (acts, now, new) = (staffed.actor(&ana), staffed.now(), staffed.new_person(&[Role::Approver]));
        let Invited { reference, token, outcome } =
            act!(staffed, tx => changes::invite(tx, acts, &new, (&staffed.keys, &staffed.entropy), now)).unwrap();
        assert_eq!(outcome, Outcome::Waits);
        let again = act!(staffed, tx => changes::invite(tx, acts, &new, (&staffed.keys, &staffed.entropy), now));
        assert!(matches!(again, Err(ChangeError::Taken)));
        let person = people::find_by_ref(&mut staffed.read().await, &reference).await.unwrap().unwrap();
        assert!(person.roles.is_empty());
        let change = open(&staffed).await.remove(0);
        assert_eq!(change.kind, Kind::Approver);
        agree(&staffed, staffed.actor(&ben), &change).await.unwrap();
        let link = links::find(&mut staffed.read().await, &token, now).await.unwrap().unwrap();
        assert_eq!(link.person_id, Some(person.id));
        let person = people::find_by_ref(&mut staffed.read().await, &reference).await.unwrap().unwrap();
        assert!(person.roles.holds(Role::Approver));
    }
}
