//! Guessing, in earnest: many codes, in parallel, over restarts, for a long time (safety test I7); one account from many places, many
//! accounts, and nobody's account (I5).

use std::time::Duration;

use strikefund::db::Db;
use strikefund::people::sign_in::{self, Desk, SignInError};
use strikefund::people::{Hasher, Role};

use super::signing_in::join_all;
use super::{PASSWORD, Staffed};
use crate::support::{Books, on_both_databases, soak};

/// The same books, opened by a program that knows nothing but what they hold.
async fn reopened(books: &Books) -> Db {
    match books.postgres_url() {
        Some(url) => Db::connect_postgres(url).await.unwrap(),
        None => Db::open_sqlite(books.directory().unwrap()).await.unwrap(),
    }
}

/// How many hashes a sign-in makes, and how it ends.
async fn tried(staffed: &Staffed<'_>, email: &str, typed: &str) -> (u64, bool) {
    let before = staffed.hasher.made();
    let outcome = staffed.password(email, typed).await;
    (staffed.hasher.made() - before, outcome.is_ok())
}

on_both_databases! {
    async fn ten_thousand_codes_over_restarts_and_in_parallel_are_five_guesses(books: &Books) {
        let staffed = Staffed::new(books);
        let person = staffed.person(&[Role::Recorder]).await;
        let half = staffed.half(&person).await;
        let (mut compared, rounds) = (0, soak(20, 200));
        for round in 0..rounds {
            let (db, hasher) = (reopened(books).await, Hasher::default());
            let guesses = (0..50).map(|guess| {
                let (code, half, staffed) = (format!("{:06}", round * 50 + guess), &half, &staffed);
                let desk = Desk { db: &db, keys: &staffed.keys, entropy: &staffed.entropy, hasher: &hasher };
                async move { sign_in::code(desk, half, &code, staffed.now()).await }
            });
            for outcome in join_all(guesses.collect()).await {
                match outcome {
                    Err(SignInError::Closed(_)) => {}
                    Err(SignInError::Wrong) | Ok(_) => compared += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            db.close().await;
        }
        assert_eq!(compared, 5, "of {}", rounds * 50);
    }

    async fn whoever_guesses_codes_for_a_week_has_less_than_two_hundred_guesses(books: &Books) {
        let staffed = Staffed::new(books);
        let person = staffed.person(&[Role::Recorder]).await;
        let half = staffed.half(&person).await;
        let mut compared = 0;
        // As soon as it is open again.
        for _ in 0..7 * 24 * 6 {
            let outcome = sign_in::code(staffed.desk(), &half, "000000", staffed.now()).await;
            compared += i32::from(matches!(outcome, Err(SignInError::Wrong)));
            books.clock.advance(Duration::from_mins(10));
        }
        assert!((168..200).contains(&compared), "{compared}");
    }

    async fn whoever_is_guessed_at_from_everywhere_comes_in_again_and_nobodys_account_costs_the_same(books: &Books) {
        let staffed = Staffed::new(books);
        let rosa = staffed.person(&[Role::Recorder]).await;
        let mut work = Vec::new();
        for email in [&*rosa.email, "nobody@example.org"] {
            let mut each = Vec::new();
            // Where a guess comes from is not asked: the account counts them all.
            for guess in 0..8 {
                each.push(tried(&staffed, email, &format!("tulip-anchor-velvet-{guess}-no")).await);
                books.clock.advance(Duration::from_secs(1));
            }
            work.push(each);
        }
        assert_eq!(work[0], work[1], "as many hashes, as often refused");
        assert_eq!(work[0].iter().map(|(hashes, _)| hashes).sum::<u64>(), 5, "one for each guess that is compared, none once it is closed");
        // A stranger keeps at it for a day; within a quarter of an hour of the last guess its owner is in.
        for _ in 0..24 * 4 {
            books.clock.advance(Duration::from_mins(15));
            tried(&staffed, &rosa.email, "tulip-anchor-velvet-0-no").await;
        }
        books.clock.advance(Duration::from_mins(15));
        assert_eq!(tried(&staffed, &rosa.email, PASSWORD).await, (1, true));
    }
}
