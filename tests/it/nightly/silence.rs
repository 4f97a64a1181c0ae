//! A gift that was paid and has no line, and lines that no delivery tells of: both are said, and both take themselves back.

use std::time::Duration;

use strikefund::clock::Instant;
use strikefund::donations::{self, Donation, Pledge, PledgeForm, Progress, Settlement, State, Terms};
use strikefund::money::{Currency, Money};
use strikefund::payments::practice::{Faults, LoneLine};
use strikefund::payments::sync::Run;
use strikefund::seal::Keyring;
use strikefund::transact;

use super::{DAY, about, alerts, gift, kinds, practice};
use crate::books::{Keeper, keeper};
use crate::support::{Books, on_both_databases};

/// A pledge of 25.00 that a notice calls paid now.
async fn paid_pledge(books: &Books, keeper: &Keeper) -> Donation {
    let form = PledgeForm {
        amount_other: "25".to_owned(),
        email: "donor@example.org".to_owned(),
        attempt: books.entropy.reference(),
        ..PledgeForm::default()
    };
    let pledge = Pledge::parse(&form, &Terms::usual(Currency::USD)).unwrap();
    let (fund, keys, now) = (keeper.funds[0].id, Keyring::from_master(&[7; 32]), books.now());
    let pledged: Result<_, donations::PledgeError> =
        transact!(books.db, tx => donations::pledge(tx, fund, &pledge, &keys, &books.entropy, now).await);
    let donation = pledged.unwrap().donation;
    let said = Progress {
        reference: Some(&donation.reference),
        payment_intent: Some("pi_1"),
        state: Some(State::Paid),
        at: Some(now),
        ..Progress::default()
    };
    let told: sqlx::Result<_> = transact!(books.db, tx => donations::progress(tx, &said).await);
    told.unwrap().expect("the pledge is ours")
}

/// The timer's round and look, as the loop makes them.
async fn look(keeper: &Keeper, since: Instant) {
    keeper.jobs.round(Run::Timer).await.unwrap();
    keeper.jobs.watch(since).await.unwrap();
}

on_both_databases! {
    async fn a_gift_that_was_paid_an_hour_ago_and_has_no_line_is_said_until_it_has(books: &Books) {
        let stripe = practice(books);
        let keeper = keeper(books, &stripe, &books.clock).await;
        let since = books.now();
        // A donor who takes half an hour at the page is not missed for that.
        stripe.advance(Duration::from_mins(30)).await;
        let donation = paid_pledge(books, &keeper).await;
        stripe.advance(Duration::from_mins(59)).await;
        look(&keeper, since).await;
        assert!(alerts(books).await.is_empty());
        stripe.advance(Duration::from_mins(1)).await;
        look(&keeper, since).await;
        assert_eq!(alerts(books).await, [about("line missing", &donation.reference)]);
        let said = strikefund::payments::alert::list(&mut books.db.begin_read().await.unwrap(), 1).await.unwrap().remove(0).in_words(strikefund::language::Language::English);
        assert!(said.contains(&donation.number) && said.contains("pi_1"), "{said}");

        let line = Settlement {
            fund: &keeper.funds[0],
            reference: Some(&donation.reference),
            subscription_id: None,
            charge_id: "ch_1",
            payment_intent: Some("pi_1"),
            amount: Money::new(2_500, Currency::USD),
            fee_minor: 103,
            clearing: false,
            bounced: false,
        };
        let now = books.now();
        let settled: sqlx::Result<Vec<donations::Settled>> =
            transact!(books.db, tx => donations::settle(tx, std::slice::from_ref(&line), &books.entropy, now).await);
        settled.unwrap();
        look(&keeper, since).await;
        assert!(alerts(books).await.is_empty());
    }

    async fn while_the_list_cannot_be_read_no_gift_is_said_to_be_missing(books: &Books) {
        let stripe = practice(books);
        let keeper = keeper(books, &stripe, &books.clock).await;
        let since = books.now();
        look(&keeper, since).await;
        paid_pledge(books, &keeper).await;
        stripe.set_faults(Faults { page_empty_with_more: 1_000, ..Faults::default() });
        stripe.advance(Duration::from_hours(5)).await;
        keeper.jobs.round(Run::Timer).await.unwrap_err();
        keeper.jobs.watch(since).await.unwrap();
        assert_eq!(kinds(books).await, ["sync failing"]);
        stripe.set_faults(Faults::default());
        look(&keeper, since).await;
        assert_eq!(kinds(books).await, ["line missing"]);
    }

    async fn lines_that_no_delivery_tells_of_for_six_hours_are_said_until_one_comes(books: &Books) {
        let stripe = practice(books);
        let keeper = keeper(books, &stripe, &books.clock).await;
        stripe.webhook_by_hand(crate::books::SECRET);
        // What was there before this node stood at the door tells nothing.
        gift(&stripe, false);
        stripe.advance(DAY).await;
        let since = books.now();
        look(&keeper, since).await;
        stripe.advance(Duration::from_hours(7)).await;
        look(&keeper, since).await;
        assert!(alerts(books).await.is_empty());

        gift(&stripe, false);
        stripe.advance(Duration::from_mins(1)).await;
        look(&keeper, since).await;
        stripe.advance(Duration::from_mins(359)).await;
        look(&keeper, since).await;
        assert!(alerts(books).await.is_empty(), "six hours are not over");
        stripe.advance(Duration::from_mins(1)).await;
        look(&keeper, since).await;
        assert_eq!(alerts(books).await, [about("deliveries missing", "")]);

        gift(&stripe, true);
        stripe.settle().await;
        keeper.deliver(&stripe.take_deliveries()).await;
        look(&keeper, since).await;
        assert!(alerts(books).await.is_empty());
    }

    async fn a_quiet_night_and_stripes_own_fees_are_no_broken_webhooks(books: &Books) {
        let stripe = practice(books);
        let keeper = keeper(books, &stripe, &books.clock).await;
        stripe.webhook_by_hand(crate::books::SECRET);
        let since = books.now();
        stripe.advance(DAY).await;
        gift(&stripe, true);
        stripe.settle().await;
        keeper.deliver(&stripe.take_deliveries()).await;
        // A line is stamped minutes after what announced it, and then nothing happens for two days but a fee of Stripe's.
        stripe.advance(Duration::from_mins(9)).await;
        gift(&stripe, false);
        look(&keeper, since).await;
        stripe.advance(DAY).await;
        stripe.lone_line(LoneLine::StripeFee, Currency::USD, -250);
        look(&keeper, since).await;
        stripe.advance(DAY).await;
        look(&keeper, since).await;
        assert!(alerts(books).await.is_empty());
    }

    async fn events_that_were_asked_for_are_no_deliveries(books: &Books) {
        let stripe = practice(books);
        let keeper = keeper(books, &stripe, &books.clock).await;
        // Nobody listens on port 9, so every delivery fails.
        stripe.webhook_to("http://127.0.0.1:9/webhooks/stripe", crate::books::SECRET);
        let since = books.now();
        stripe.advance(DAY).await;
        gift(&stripe, true);
        stripe.advance(Duration::from_mins(1)).await;
        look(&keeper, since).await;
        stripe.advance(Duration::from_hours(7)).await;
        assert!(keeper.payments.catch_up().await.unwrap() > 0);
        look(&keeper, since).await;
        assert_eq!(kinds(books).await, ["deliveries missing"]);
    }
}
