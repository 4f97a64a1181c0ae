//! The page a donor comes back to: it never says more than the books hold.

use std::time::Duration;

use strikefund::donations::{self, Progress, Settlement, State};
use strikefund::funds;
use strikefund::money::{Currency, Money};
use strikefund::transact;

use super::{Answer, Visit};
use crate::support::{Books, on_both_databases};

const GIVE: &str = "/f/general/give";

/// Gives 25.00 up to the payment page; the page's path.
async fn at_checkout(visit: &Visit) -> String {
    let form = [("amount", "25"), ("email", "ana@example.org"), ("name", "Ana Name"), ("attempt", "abcdefghijklmnopqrstuvwxyz")];
    visit.give(GIVE, &form).await.is(303).next()
}

async fn choose(visit: &Visit, checkout: &str, outcome: &str) -> Answer {
    visit.submit(checkout, &[("outcome", outcome)]).await
}

/// Settles the one gift as booking would, and notes that Stripe calls it paid.
async fn settle(books: &Books, thanks: &str) {
    let code = thanks.strip_prefix("/thanks/").unwrap();
    let tx = &mut books.db.begin_read().await.unwrap();
    let donation = donations::thanks(tx, code).await.unwrap().unwrap();
    let fund = funds::find_by_slug(tx, "general").await.unwrap().unwrap();
    let reference = Some(&*donation.reference);
    let line = Settlement {
        fund: &fund,
        reference,
        subscription_id: None,
        charge_id: "ch_1",
        payment_intent: None,
        amount: Money::new(2500, Currency::USD),
        fee_minor: 103,
        clearing: false,
        bounced: false,
    };
    let now = books.now();
    let settled: sqlx::Result<Vec<donations::Settled>> =
        transact!(books.db, tx => donations::settle(tx, std::slice::from_ref(&line), &books.entropy, now).await);
    settled.unwrap();
    let said = Progress { reference, state: Some(State::Paid), ..Progress::default() };
    let told: sqlx::Result<_> = transact!(books.db, tx => donations::progress(tx, &said).await);
    told.unwrap();
}

on_both_databases! {
    async fn a_gift_is_said_to_have_arrived_only_once_it_is_in_the_books(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let thanks = choose(&visit, &at_checkout(&visit).await, "pay").await.is(303).next();
        let waiting = visit.get(&thanks).await.is(200).says("Your bank is confirming").never_says("arrived");
        for (name, value) in [("cache-control", "no-store"), ("x-robots-tag", "noindex, nofollow")] {
            assert_eq!(waiting.header(name), Some(value));
        }
        visit.get(&format!("{thanks}?state=paid&amount=1")).await.is(200).says("Your bank is confirming");
        settle(books, &thanks).await;
        visit
            .get(&thanks)
            .await
            .is(200)
            .says("Thank you. Your gift arrived.")
            .says("$25.00")
            .says("$1.03")
            .says("$23.97")
            .says("14 Nov 2026")
            .never_says("Ana")
            .never_says("ana@example.org")
            .never_says("ch_1");
    }

    async fn a_slow_payment_is_told_not_to_be_paid_again_and_a_page_ends_after_a_day(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let thanks = choose(&visit, &at_checkout(&visit).await, "pay_delayed").await.is(303).next();
        visit.get(&thanks).await.is(200).says("Your bank is confirming");
        books.clock.advance(Duration::from_secs(601));
        visit.get(&thanks).await.is(200).says("Do not pay again.");
        books.clock.advance(Duration::from_hours(24));
        visit.get(&thanks).await.is(410).says("This page has ended");
    }

    async fn a_payment_that_was_not_finished_says_that_nothing_was_charged(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let thanks = choose(&visit, &at_checkout(&visit).await, "pay").await.is(303).next();
        let code = thanks.strip_prefix("/thanks/").unwrap();
        let donation = donations::thanks(&mut books.db.begin_read().await.unwrap(), code).await.unwrap().unwrap();
        let said = Progress { reference: Some(&donation.reference), state: Some(State::Expired), ..Progress::default() };
        let told: sqlx::Result<_> = transact!(books.db, tx => donations::progress(tx, &said).await);
        told.unwrap();
        visit.get(&thanks).await.is(200).says("You have not been charged.").says("Back to the form");
    }

    async fn a_declined_card_leaves_the_practice_page_open_and_a_finished_one_closes_it(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let checkout = at_checkout(&visit).await;
        choose(&visit, &checkout, "declined").await.is(422).says("The card was declined").says("Nothing was charged");
        choose(&visit, &checkout, "none_of_these").await.is(422);
        visit.get(&checkout).await.is(200).says("No card is needed").never_says("card number");
        choose(&visit, &checkout, "pay").await.is(303);
        visit.get(&checkout).await.is(410).says("already finished");
        choose(&visit, &checkout, "pay").await.is(410).says("already finished");
    }

    async fn a_checkout_that_ran_out_of_time_leads_back_to_the_form(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let next = choose(&visit, &at_checkout(&visit).await, "run_out_of_time").await.is(303).next();
        visit.get(&next).await.is(200).says("You have not been charged.").says("value=\"ana@example.org\"");
        assert!(visit.practice.session("cs_test_nobody").is_none());
    }

    /// Whoever is shown the page learns no name, whoever guesses finds nothing, and no search engine is led there (L8).
    async fn a_page_of_thanks_can_be_shown_to_anybody_and_guessed_by_nobody(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let thanks = choose(&visit, &at_checkout(&visit).await, "pay").await.is(303).next();
        let code = thanks.strip_prefix("/thanks/").unwrap();
        // 128 bits at least, in an alphabet of at most 64 signs.
        assert!(code.len() * 6 >= 128 && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'), "{code}");
        for place in 0..code.len() {
            let mut guess: Vec<u8> = code.bytes().collect();
            guess[place] = if guess[place] == b'a' { b'b' } else { b'a' };
            let guess = String::from_utf8(guess).unwrap();
            visit.get(&format!("/thanks/{guess}")).await.is(404).never_says("$25.00");
        }
        visit.get(&format!("/thanks/{}", &code[1..])).await.is(404);
        settle(books, &thanks).await;
        for stranger in [Visit::of(books), Visit::of(books)] {
            let page = stranger.get(&thanks).await.is(200).never_says("Ana").never_says("ana@example.org");
            for (name, value) in [("cache-control", "no-store"), ("x-robots-tag", "noindex, nofollow"), ("referrer-policy", "same-origin")] {
                assert_eq!(page.header(name), Some(value));
            }
            stranger.get("/sitemap.xml").await.never_says("thanks");
            stranger.get("/robots.txt").await.is(200).says("Disallow: /thanks/");
        }
    }
}
