//! The give form: what leads to Stripe's page, what leads back, and what it never does.

use std::time::Duration;

use strikefund::{funds, run, transact};

use super::Visit;
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

const GIVE: &str = "/f/general/give";
const ATTEMPT: &str = "abcdefghijklmnopqrstuvwxyz";

async fn pledges(books: &Books) -> i64 {
    let tx = &mut books.db.begin_read().await.unwrap();
    run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM donation")).unwrap()
}

on_both_databases! {
    async fn a_pledge_leads_to_the_payment_page_and_the_same_attempt_to_the_same_one(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let form = [("amount", "25"), ("email", "ana@example.org"), ("name", "Ana"), ("attempt", ATTEMPT), ("website", "")];
        let first = visit.give(GIVE, &form).await.is(303);
        assert_eq!(first.header("cache-control"), Some("no-store"));
        assert!(first.next().starts_with("/practice/checkout/cs_test_"), "{}", first.next());
        assert_eq!(visit.give(GIVE, &form).await.is(303).next(), first.next());
        assert_eq!(pledges(books).await, 1);
        visit.get(&first.next()).await.is(200).says("$25.00").never_says("ana@example.org");
        let other = [("amount", "50"), ("email", "ana@example.org"), ("attempt", ATTEMPT)];
        visit.give(GIVE, &other).await.is(422).says("Please press the button again").never_says(ATTEMPT).says("ana@example.org");
        assert_eq!(pledges(books).await, 1);
    }

    async fn what_is_wrong_is_told_beside_its_field_and_what_was_typed_is_kept(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let form = [("amount", "100"), ("amount_other", "1,50"), ("email", "nobody"), ("name", "Ana <b>"), ("attempt", ATTEMPT)];
        visit
            .give(GIVE, &form)
            .await
            .is(422)
            .says("<title>Error: ")
            .says("There are 2 problems")
            .says("<a href=\"#amount_other\">Write cents with a point: 1.50.</a>")
            .says("<a href=\"#email\">That address looks unfinished.")
            .says("aria-describedby=\"email-hint email-wrong\" aria-invalid=\"true\"")
            .says("value=\"1,50\"")
            .says("value=\"nobody\"")
            .says("Ana &#60;b&#62;")
            .says("value=\"100\" checked")
            .says(ATTEMPT);
        for amount in ["0", "-1", "0.001", "1e18", "１２", "1,50", "4.99", "5000.01", "NaN", "999999999999999999999999"] {
            visit.give(GIVE, &[("amount_other", amount), ("email", "ana@example.org"), ("attempt", ATTEMPT)]).await.is(422);
        }
        visit.give(GIVE, &[("amount", "25"), ("email", "a@b.org"), ("attempt", ATTEMPT), ("website", "x")]).await.is(422);
        assert_eq!(pledges(books).await, 0);
    }

    async fn what_visitors_write_never_becomes_markup(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let polyglot = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'`{{7*7}}";
        let form = [("amount", polyglot), ("amount_other", polyglot), ("email", polyglot), ("name", polyglot), ("attempt", polyglot), ("website", polyglot)];
        visit.give(GIVE, &form).await.is(422).never_says("<script").never_says("<img").never_says("\">'").never_says("49");
    }

    async fn while_stripe_is_away_nothing_is_charged_and_nothing_typed_is_lost(books: &Books) {
        books.general_fund().await;
        let visit = Visit::with_stripe_at(books, Some("http://127.0.0.1:9"));
        let form = [("amount", "50"), ("email", "ana@example.org"), ("name", "Ana"), ("attempt", ATTEMPT)];
        let answer = visit.give(GIVE, &form).await.is(503).says("You have not been charged").says("ana@example.org").says("value=\"50\" checked").says(ATTEMPT);
        assert!(answer.header("retry-after").is_some());
        let back = Visit::of(books);
        assert!(back.give(GIVE, &form).await.is(303).next().starts_with("/practice/checkout/"), "the same form goes on from the kept pledge");
        assert_eq!(pledges(books).await, 1);
    }

    async fn a_form_that_comes_back_within_three_seconds_is_asked_for_once_more_and_never_blocked(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let form = [("amount", "50"), ("email", "ana@example.org"), ("name", "Ana"), ("attempt", ATTEMPT)];
        let sent = async |issued: &str| visit.submit(GIVE, &[&form[..], &[("issued", issued)]].concat()).await;
        let soon = visit.issued(ATTEMPT, 2);
        sent(&soon)
            .await
            .is(422)
            .says("Please press the button again.")
            .says("value=\"ana@example.org\"")
            .says("value=\"50\" checked")
            .says(ATTEMPT)
            .says(&soon);
        assert_eq!(pledges(books).await, 0);
        books.clock.advance(Duration::from_secs(1));
        assert!(sent(&soon).await.is(303).next().starts_with("/practice/checkout/"), "the same form, pressed again");
        for never_ours in ["", "1794679000000000-forged", &visit.issued("another attempt", 20), &visit.issued(ATTEMPT, 25 * 3600)] {
            sent(never_ours).await.is(422).says("Please press the button again.").says("ana@example.org");
        }
        let mistaken = [("amount", "50"), ("email", "nobody"), ("attempt", ATTEMPT), ("issued", &*visit.issued(ATTEMPT, 0))];
        visit.submit(GIVE, &mistaken).await.is(422).says("looks unfinished").never_says("Please press");
        assert_eq!(pledges(books).await, 1);
    }

    async fn the_form_as_it_is_given_out_can_be_sent_three_seconds_later(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let page = visit.get(GIVE).await.is(200);
        let (attempt, issued) = (page.value_of("attempt"), page.value_of("issued"));
        let form = [("amount", "25"), ("email", "ana@example.org"), ("attempt", &*attempt), ("issued", &*issued)];
        visit.submit(GIVE, &form).await.is(422).says("Please press the button again.");
        books.clock.advance(Duration::from_secs(3));
        visit.submit(GIVE, &form).await.is(303);
    }

    async fn a_fund_that_is_not_open_shows_no_form_and_takes_no_gift(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let form = [("amount", "25"), ("email", "ana@example.org"), ("attempt", ATTEMPT)];
        for (state, said) in [(funds::State::Paused, "Giving is paused"), (funds::State::WindingDown, "no longer takes gifts"), (funds::State::Closed, "no longer takes gifts")] {
            moved(books, fund, state, "", books.now()).await;
            visit.get(GIVE).await.is(200).says(said).never_says("<form");
            visit.give(GIVE, &form).await.is(409).says(said);
            visit.get("/f/general/").await.is(200).never_says("/give");
        }
        let draft = "INSERT INTO fund (ref, slug, name, promise, currency, time_zone, state, decisions, min_gifts, publish_interval_secs, created_at)
            VALUES ('draft', 'draft', 'Draft', '', 'USD', 'UTC', 'draft', 0, 5, 1, 0)";
        let made: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(draft)));
        made.unwrap();
        for path in ["/f/draft/give", "/f/draft/"] {
            visit.get(path).await.is(404);
        }
        visit.give("/f/draft/give", &form).await.is(404);
        visit.get("/").await.never_says("Draft");
        assert_eq!(pledges(books).await, 0);
    }

    async fn a_form_is_new_each_time_and_kept_by_nobody(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let (one, other) = (visit.get(GIVE).await.is(200), visit.get(GIVE).await.is(200));
        assert_ne!(one.body, other.body, "each form has an attempt of its own");
        assert_eq!(one.header("cache-control"), Some("no-store"));
    }
}
