//! Gifts on whose end no notice came are asked about at Stripe.

use std::time::Duration;

use strikefund::booking;
use strikefund::donations::{self, Desk, Donation, Pledge, PledgeForm, State, Terms};
use strikefund::money::Currency;
use strikefund::payments::practice::{Faults, Outcome, Practice};
use strikefund::payments::sync::Run;
use strikefund::seal::Keyring;

use super::{DAY, practice};
use crate::books::{Keeper, keeper};
use crate::support::{Books, on_both_databases};

/// A gift of 25.00 by the give form, with what becomes of it at Stripe's page (None: nobody comes); the session.
async fn give(books: &Books, keeper: &Keeper, stripe: &Practice, outcome: Option<Outcome>) -> String {
    let form = PledgeForm {
        amount_other: "25".to_owned(),
        email: "donor@example.org".to_owned(),
        attempt: books.entropy.reference(),
        ..PledgeForm::default()
    };
    let pledge = Pledge::parse(&form, &Terms::usual(Currency::USD)).unwrap();
    let keys = Keyring::from_master(&[7; 32]);
    let desk = Desk {
        db: &books.db,
        payments: &keeper.payments,
        keys: &keys,
        entropy: &books.entropy,
        clock: &books.clock,
        base_url: "http://127.0.0.1:1",
    };
    let (_, page) = donations::give(&desk, &keeper.funds[0], &pledge).await.unwrap();
    if let Some(outcome) = outcome {
        stripe.pay(page.rsplit('/').next().unwrap(), outcome).unwrap();
    }
    form.attempt
}

async fn gift(books: &Books, attempt: &str) -> Donation {
    let tx = &mut books.db.begin_read().await.unwrap();
    let reference: String =
        strikefund::run!(tx, fetch_one, sqlx::query_scalar("SELECT ref FROM donation WHERE operation_id = $1").bind(attempt)).unwrap();
    donations::find_by_ref(tx, &reference).await.unwrap().unwrap()
}

async fn finish(keeper: &Keeper) -> u64 {
    booking::finish_unheard(&keeper.payments, &keeper.jobs.db, &keeper.jobs.clock).await.unwrap()
}

on_both_databases! {
    async fn the_end_of_a_gift_that_nobody_told_is_asked_for(books: &Books) {
        let stripe = practice(books);
        let keeper = keeper(books, &stripe, &books.clock).await;
        let never = give(books, &keeper, &stripe, None).await;
        let left = give(books, &keeper, &stripe, Some(Outcome::RunOutOfTime)).await;
        let settles = give(books, &keeper, &stripe, Some(Outcome::BankDebitSettles)).await;
        // The bank refuses before there is a line, so nothing but a notice would have told.
        stripe.set_faults(Faults { debit_fails_before_line: 1_000, ..Faults::default() });
        let fails = give(books, &keeper, &stripe, Some(Outcome::BankDebitFails)).await;
        stripe.set_faults(Faults::default());
        assert_eq!(finish(&keeper).await, 0, "their pages are still open");

        stripe.advance(Duration::from_mins(36)).await;
        keeper.jobs.round(Run::Timer).await.unwrap();
        assert_eq!(finish(&keeper).await, 4);
        let state = async |attempt: &str| gift(books, attempt).await.state;
        assert_eq!((state(&never).await, state(&left).await), (State::Expired, State::Expired));
        assert_eq!((state(&settles).await, state(&fails).await), (State::Waiting, State::Failed));
        stripe.advance(DAY * 5).await;
        assert_eq!(finish(&keeper).await, 1);
        assert_eq!(state(&settles).await, State::Paid);
        assert_eq!(finish(&keeper).await, 0, "what has come to its end is asked about no more");
    }
}
