//! Passwords, codes, guesses and links, as somebody meets them who signs in, and as somebody who should not.

use std::time::Duration;

use strikefund::people::session::Stage;
use strikefund::people::sign_in::{self, SignInError};
use strikefund::people::{Actor, Link, NotAllowed, Password, Purpose, Role, links};
use strikefund::transact;

use super::{PASSWORD, Staffed};
use crate::support::on_both_databases;

fn secs_closed<T>(result: Result<T, SignInError>) -> i64 {
    match result {
        Err(SignInError::Closed(secs)) => secs,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was open"),
    }
}

on_both_databases! {
    async fn a_password_opens_the_second_step_and_a_code_the_rest(books: &Books) {
        let staffed = Staffed::new(books);
        let person = staffed.person(&[Role::Recorder]).await;
        books.clock.advance(Duration::from_mins(1));
        let half = staffed.half(&person).await;
        assert_eq!(half.stage, Stage::Password);
        let code = person.seed.code_at(staffed.now());
        let token = sign_in::code(staffed.desk(), &half, &code, staffed.now()).await.unwrap();
        let whole = staffed.session(&token).await.unwrap();
        assert_eq!((whole.id, whole.stage), (half.id, Stage::Whole));
        // The same code is taken once, also by another session of the same person.
        let other = staffed.half(&person).await;
        assert!(matches!(sign_in::code(staffed.desk(), &other, &code, staffed.now()).await, Err(SignInError::Wrong)));
        // An earlier step is none after a later one.
        let earlier = person.seed.code_at(staffed.now().plus_secs(-30));
        assert!(matches!(sign_in::code(staffed.desk(), &other, &earlier, staffed.now()).await, Err(SignInError::Wrong)));
        let acts = staffed.acts().await;
        for act in ["factor.password_set", "factor.authenticator_set", "sign-in.password", "sign-in.whole", "sign-in.code_refused"] {
            assert!(acts.iter().any(|done| done == act), "{act} is not in {acts:?}");
        }
    }

    async fn a_wrong_password_and_an_unknown_address_are_told_the_same(books: &Books) {
        let staffed = Staffed::new(books);
        let person = staffed.person(&[Role::Recorder]).await;
        for (email, typed) in [(&*person.email, "tulip-anchor-velvet-8"), ("nobody@example.org", PASSWORD)] {
            for _ in 0..5 {
                assert!(matches!(staffed.password(email, typed).await, Err(SignInError::Wrong)), "{email}");
            }
            assert!((1..=61).contains(&secs_closed(staffed.password(email, typed).await)), "{email}");
        }
        // Closed is closed for whoever knows the password too, and not for ever.
        assert!((1..=61).contains(&secs_closed(staffed.password(&person.email, PASSWORD).await)));
        books.clock.advance(Duration::from_secs(61));
        assert!(staffed.password(&person.email, PASSWORD).await.is_ok());
        // One that was right begins the count anew.
        for _ in 0..4 {
            assert!(matches!(staffed.password(&person.email, "wrong").await, Err(SignInError::Wrong)));
        }
        assert!(staffed.password(&person.email, PASSWORD).await.is_ok());
    }

    async fn a_hundred_codes_in_parallel_are_five_guesses(books: &Books) {
        let staffed = Staffed::new(books);
        let person = staffed.person(&[Role::Recorder]).await;
        let half = staffed.half(&person).await;
        let mut compared = 0;
        for round in 0..10 {
            // Each round is a program of its own that knows nothing of the others but what the database says.
            let guesses = (0..10).map(|guess| {
                let (code, half, staffed) = (format!("{:06}", round * 10 + guess), &half, &staffed);
                async move { sign_in::code(staffed.desk(), half, &code, staffed.now()).await }
            });
            for outcome in join_all(guesses.collect()).await {
                compared += usize::from(matches!(outcome, Err(SignInError::Wrong)) || outcome.is_ok());
            }
        }
        assert_eq!(compared, 5);
        // Not even the right one is compared now; an hour later at the latest it is.
        let right = person.seed.code_at(staffed.now());
        assert!(secs_closed(sign_in::code(staffed.desk(), &half, &right, staffed.now()).await) <= 61);
        books.clock.advance(Duration::from_secs(3_601));
        let half = staffed.half(&person).await;
        let right = person.seed.code_at(staffed.now());
        assert!(sign_in::code(staffed.desk(), &half, &right, staffed.now()).await.is_ok());
    }

    async fn a_recovery_code_works_once(books: &Books) {
        let staffed = Staffed::new(books);
        let person = staffed.person(&[Role::Recorder]).await;
        assert_eq!(person.entered.codes.len(), 10);
        let half = staffed.half(&person).await;
        let code = person.entered.codes[3].to_uppercase().replace('-', " ");
        sign_in::code(staffed.desk(), &half, &code, staffed.now()).await.unwrap();
        let half = staffed.half(&person).await;
        assert!(matches!(sign_in::code(staffed.desk(), &half, &code, staffed.now()).await, Err(SignInError::Wrong)));
        sign_in::code(staffed.desk(), &half, &person.entered.codes[4], staffed.now()).await.unwrap();
    }

    async fn a_link_lets_in_once_and_in_its_time(books: &Books) {
        let staffed = Staffed::new(books);
        let person = staffed.person(&[Role::Recorder]).await;
        let password = Password::parse("another-velvet-tulip-3", &[]).unwrap();
        let join_at = async |link: &Link, secs: i64| {
            let (_, shown) = staffed.shown();
            sign_in::join(staffed.desk(), link, "Rosa", &password, &shown, staffed.now().plus_secs(secs)).await
        };
        let join = async |link: &Link| join_at(link, 0).await;
        let link = staffed.link(Purpose::Join, person.id).await;
        join(&link).await.unwrap();
        assert!(matches!(join(&link).await, Err(SignInError::Spent)), "twice");
        assert!(staffed.session(&person.entered.token).await.is_none(), "older sessions end");
        let older = staffed.link(Purpose::Join, person.id).await;
        let newer = staffed.link(Purpose::Join, person.id).await;
        assert!(matches!(join(&older).await, Err(SignInError::Spent)), "a newer link voids it");
        books.clock.advance(Duration::from_mins(30));
        assert!(matches!(join(&newer).await, Err(SignInError::Spent)), "half an hour later");
        // A clock set back revives nothing.
        let made = staffed.link(Purpose::Join, person.id).await;
        assert!(matches!(join_at(&made, -86_400).await, Err(SignInError::Spent)), "a day before it was made");
        assert!(links::find(&mut staffed.read().await, "guess", staffed.now()).await.unwrap().is_none());
    }

    async fn a_password_link_needs_the_authenticator_and_keeps_it(books: &Books) {
        let staffed = Staffed::new(books);
        let person = staffed.person(&[Role::Recorder]).await;
        books.clock.advance(Duration::from_mins(1));
        let link = staffed.link(Purpose::Password, person.id).await;
        let password = Password::parse("another-velvet-tulip-3", &[]).unwrap();
        let replace = async |code: &str| sign_in::replace_password(staffed.desk(), &link, &password, code, staffed.now()).await;
        assert!(matches!(replace("000000").await, Err(SignInError::Wrong)));
        assert!(staffed.password(&person.email, PASSWORD).await.is_ok(), "nothing is set by a wrong code");
        let code = person.seed.code_at(staffed.now());
        replace(&code).await.unwrap();
        assert!(matches!(staffed.password(&person.email, PASSWORD).await, Err(SignInError::Wrong)));
        assert!(staffed.password(&person.email, "another-velvet-tulip-3").await.is_ok());
    }

    async fn a_changed_password_ends_the_other_sessions(books: &Books) {
        let staffed = Staffed::new(books);
        let person = staffed.person(&[Role::Recorder]).await;
        let kept = staffed.session(&person.entered.token).await.unwrap();
        let half = staffed.half(&person).await;
        let other = sign_in::code(staffed.desk(), &half, &person.entered.codes[0], staffed.now()).await.unwrap();
        let new = Password::parse("another-velvet-tulip-3", &[]).unwrap();
        let change = async |actor: Actor, current: &str| {
            sign_in::change_password(staffed.desk(), actor, &kept, current.to_owned().into(), &new, staffed.now()).await
        };
        let stale = Actor { person: person.id, proved_at: staffed.now().plus_secs(-601) };
        assert!(matches!(change(stale, PASSWORD).await, Err(SignInError::NotAllowed(NotAllowed::StepUp))));
        assert!(matches!(change(staffed.actor(&person), "wrong").await, Err(SignInError::Wrong)));
        assert!(staffed.session(&other).await.is_some());
        change(staffed.actor(&person), PASSWORD).await.unwrap();
        assert!(staffed.session(&other).await.is_none());
        assert!(staffed.session(&person.entered.token).await.is_some());
    }

    async fn the_first_person_comes_in_by_the_newest_setup_link_and_then_nobody_does(books: &Books) {
        let staffed = Staffed::new(books);
        let now = staffed.now();
        let make = async || {
            let made: sqlx::Result<Option<String>> = transact!(books.db, tx => links::make_setup(tx, &staffed.entropy, now).await);
            made.unwrap()
        };
        let (older, newer) = (make().await.unwrap(), make().await.unwrap());
        let find = async |token: &str| links::find(&mut staffed.read().await, token, staffed.now()).await.unwrap();
        assert!(find(&older).await.is_none(), "each start replaces it");
        let link = find(&newer).await.unwrap();
        let (new, password) = (staffed.new_person(&[Role::Administrator]), Password::parse(PASSWORD, &[]).unwrap());
        let (_, shown) = staffed.shown();
        sign_in::first(staffed.desk(), &link, &new, &password, (&shown, ""), now).await.unwrap();
        let again = sign_in::first(staffed.desk(), &link, &staffed.new_person(&[Role::Administrator]), &password, (&shown, ""), now).await;
        assert!(matches!(again, Err(SignInError::Spent)));
        assert!(find(&newer).await.is_none());
        assert_eq!(make().await, None);
    }
}

/// Runs them all at once.
pub async fn join_all<T>(mut work: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut pinned: Vec<_> = work.drain(..).map(Box::pin).collect();
    let mut done: Vec<Option<T>> = pinned.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, place) in pinned.iter_mut().zip(&mut done) {
            if place.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *place = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}
