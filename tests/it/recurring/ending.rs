//! The end of a fund's gifts: all of them stopped at Stripe, wherever the program dies, whatever Stripe answers, and nobody charged after it.

use std::time::Duration;

use strikefund::donations::{EndStep, Problem, RepeatsEnd, Stage, StopBy, ending, repeating};
use strikefund::funds::{Fund, State};
use strikefund::payments::checkout::Interval;
use strikefund::payments::practice::{Faults, Outcome, PayError};
use strikefund::transact;

use super::{DAY, Giving};
use crate::books::keeper_of_its_funds;
use crate::practice::client::Client;
use crate::support::moving::moved;
use crate::support::{on_both_databases, soak};

async fn wind_down(giving: &Giving<'_>, fund: &Fund) {
    let now = giving.books.now();
    moved(giving.books, fund.id, State::WindingDown, "", now).await;
    let begun: sqlx::Result<()> = transact!(giving.books.db, tx => ending::wind_down(tx, fund, now).await);
    begun.unwrap();
}

async fn end_of(giving: &Giving<'_>, fund: &Fund) -> RepeatsEnd {
    ending::of_fund(&mut giving.books.db.begin_read().await.unwrap(), fund.id).await.unwrap().expect("it was begun")
}

/// Gifts that a fund has at Stripe and that nobody cancelled.
async fn alive_at_stripe(giving: &Giving<'_>) -> usize {
    Client::new(&giving.stripe.api_base()).ids("subscriptions?limit=100").await.len()
}

/// Works until the end is done with; how many rounds that took.
async fn work_to_the_end(giving: &Giving<'_>, fund: &Fund) -> usize {
    for round in 0..2_000 {
        if end_of(giving, fund).await.done_at.is_some() {
            return round;
        }
        giving.keeper.jobs.stop_repeats().await.unwrap();
        giving.stripe.advance(Duration::from_secs(10)).await;
    }
    panic!("no end: {:?}", end_of(giving, fund).await);
}

on_both_databases! {
    async fn a_fund_that_winds_down_has_every_gift_stopped_pages_closed_and_bills_void_and_others_go_on(books: &Books) {
        let giving = Giving::new(books).await;
        let (general, other) = (giving.keeper.funds[0].clone(), giving.keeper.funds[1].clone());
        let behind = giving.begin("ana", Interval::Week).await;
        giving.begin("ben", Interval::Month).await;
        let page = giving.pledge(&other, "eve", Interval::Week).await;
        giving.stripe.pay(&page, Outcome::Pay).unwrap();
        giving.stripe.decline_renewals(&behind.subscription_id, true);
        giving.pass(DAY * 7).await;
        let open = giving.pledge(&general, "ida", Interval::Week).await;
        let charged = giving.charges().await;
        wind_down(&giving, &general).await;
        work_to_the_end(&giving, &general).await;
        giving.pass(DAY / 4).await;
        for name in ["ana", "ben"] {
            assert_eq!(giving.of(name).await.stage(), Stage::Stopped(Some(StopBy::WindingDown)), "{name}");
        }
        assert!(matches!(giving.of("eve").await.stage(), Stage::Runs(_)), "the other fund's goes on");
        assert!(matches!(giving.stripe.pay(&open, Outcome::Pay), Err(PayError::Finished)), "its page is closed");
        let client = Client::new(&giving.stripe.api_base());
        assert!(client.ids(&format!("invoices?status=open&subscription={}", behind.subscription_id)).await.is_empty(), "its bill is void");
        assert_eq!(giving.mails().await, ["repeat failed", "repeat stopped", "repeat stopped"], "each donor is told once");
        giving.stripe.decline_renewals(&behind.subscription_id, false);
        giving.pass(DAY * 7).await;
        let others = giving.of("eve").await;
        assert_eq!(giving.charges().await, charged + 1, "only the other fund's: {others:?}");
        let end = end_of(&giving, &general).await;
        assert_eq!((end.step, end.found), (EndStep::Done, 0));
        giving.check().await;
    }

    async fn a_payment_that_was_under_way_when_the_fund_wound_down_is_booked_and_what_it_began_is_stopped(books: &Books) {
        let giving = Giving::new(books).await;
        let fund = giving.fund().clone();
        let page = giving.pledge(&fund, "ana", Interval::Week).await;
        // Paid before, and told only after everything was looked for: the list of gifts does not tell of it either.
        giving.stripe.pay(&page, Outcome::Pay).unwrap();
        moved(books, fund.id, State::WindingDown, "", books.now()).await;
        giving.pass(DAY / 24).await;
        giving.pass(DAY / 24).await;
        assert_eq!(giving.of("ana").await.stage(), Stage::Stopped(Some(StopBy::WindingDown)));
        giving.pass(DAY * 30).await;
        assert_eq!(giving.charges().await, 1);
        giving.check().await;
    }

    async fn whatever_stripe_answers_and_wherever_the_program_dies_all_are_stopped_once(books: &Books) {
        let giving = Giving::new(books).await;
        let fund = giving.fund().clone();
        let many = 12;
        for n in 0..many {
            giving.begin(&format!("donor{n}"), Interval::Week).await;
        }
        let charged = giving.charges().await;
        wind_down(&giving, &fund).await;
        giving.stripe.set_faults(Faults {
            rate_limited: 300, server_error: 300, bad_gateway: 200, answer_lost: 300, page_cut_off: 300, key_in_use: 200, ..Faults::default()
        });
        for kill in 0..400_u64 {
            if end_of(&giving, &fund).await.done_at.is_some() {
                break;
            }
            // A new process each time, which dies a moment later than the one before it.
            let next = keeper_of_its_funds(books, &giving.stripe.api_base(), &books.clock).await;
            let _died = tokio::time::timeout(Duration::from_millis(1 + kill % 40), next.jobs.stop_repeats()).await;
            giving.stripe.advance(Duration::from_secs(20)).await;
        }
        giving.stripe.set_faults(Faults::default());
        work_to_the_end(&giving, &fund).await;
        giving.pass(DAY).await;
        assert_eq!((alive_at_stripe(&giving).await, giving.mails().await.len()), (0, many));
        giving.pass(DAY * 30).await;
        assert_eq!((giving.charges().await, giving.mails().await.len()), (charged, many));
        giving.check().await;
    }

    async fn hundreds_are_stopped_although_stripe_lets_few_through_and_the_program_starts_again(books: &Books) {
        let mut giving = Giving::new(books).await;
        let fund = giving.fund().clone();
        let many = soak(300, 10_000);
        for n in 0..many {
            let page = giving.pledge(&fund, &format!("donor{n}"), Interval::Month).await;
            giving.stripe.pay(&page, Outcome::Pay).unwrap();
        }
        giving.stripe.take_deliveries();
        wind_down(&giving, &fund).await;
        giving.stripe.set_faults(Faults { rate_limited: 400, server_error: 200, ..Faults::default() });
        // What is left may grow while Stripe's list is still read; what Stripe said has stopped only grows.
        let mut stopped = 0;
        for _ in 0..3 {
            giving.keeper.jobs.stop_repeats().await.unwrap();
            giving.stripe.advance(Duration::from_secs(10)).await;
            let known = repeating::list(&mut books.db.begin_read().await.unwrap(), None, 20_000).await.unwrap();
            let by_now = known.iter().filter(|repeat| repeat.stage() == Stage::Stopped(Some(StopBy::WindingDown))).count();
            assert!(stopped <= by_now, "{stopped} had stopped, then {by_now}");
            stopped = by_now;
        }
        assert!(stopped < many, "it starts again in the middle");
        giving.keeper = keeper_of_its_funds(books, &giving.stripe.api_base(), &books.clock).await;
        work_to_the_end(&giving, &fund).await;
        // What follows is our own look at Stripe.
        giving.stripe.set_faults(Faults::default());
        let tx = &mut books.db.begin_read().await.unwrap();
        assert_eq!(ending::left(tx, fund.id, 20_000).await.unwrap(), (0, 0));
        assert_eq!(alive_at_stripe(&giving).await, 0);
        let newest = repeating::list(tx, None, 20_000).await.unwrap();
        assert_eq!(newest.len(), many);
        assert!(newest.iter().all(|repeat| repeat.stage() == Stage::Stopped(Some(StopBy::WindingDown))));
    }

    async fn what_stripe_does_not_stop_stays_in_sight_until_it_does(books: &Books) {
        let giving = Giving::new(books).await;
        let fund = giving.fund().clone();
        giving.begin("ana", Interval::Week).await;
        wind_down(&giving, &fund).await;
        let away = keeper_of_its_funds(books, "http://127.0.0.1:1", &books.clock).await;
        away.jobs.stop_repeats().await.unwrap();
        let waiting = giving.of("ana").await;
        assert_eq!((waiting.stage(), waiting.stop_problem), (Stage::Stopping(StopBy::WindingDown), Some(Problem::Unreachable)));
        assert_eq!(end_of(&giving, &fund).await.problem, Some(Problem::Unreachable));
        assert_eq!(ending::left(&mut books.db.begin_read().await.unwrap(), fund.id, 10).await.unwrap(), (1, 1));
        giving.keeper.jobs.stop_repeats().await.unwrap();
        assert!(matches!(giving.of("ana").await.stage(), Stage::Stopping(_)), "its pause is kept");
        giving.pass(Duration::from_secs(61)).await;
        assert_eq!(giving.of("ana").await.stage(), Stage::Stopped(Some(StopBy::WindingDown)));
        work_to_the_end(&giving, &fund).await;
        assert_eq!(end_of(&giving, &fund).await.problem, None);
    }

    async fn a_gift_found_alive_after_the_end_is_stopped_and_the_end_is_looked_for_again_each_day(books: &Books) {
        let giving = Giving::new(books).await;
        let fund = giving.fund().clone();
        let page = giving.pledge(&fund, "ana", Interval::Month).await;
        giving.stripe.pay(&page, Outcome::Pay).unwrap();
        wind_down(&giving, &fund).await;
        // Everything looks done while the list hides it.
        let done: sqlx::Result<()> = transact!(books.db, tx => done_with(tx, &fund, books.now()).await);
        done.unwrap();
        giving.stripe.take_deliveries();
        giving.stripe.advance(DAY).await;
        giving.stripe.take_deliveries();
        giving.keeper.jobs.stop_repeats().await.unwrap();
        assert_eq!(end_of(&giving, &fund).await.done_at, None, "it is not done after all");
        work_to_the_end(&giving, &fund).await;
        assert_eq!(giving.of("ana").await.stage(), Stage::Stopped(Some(StopBy::WindingDown)));
    }
}

async fn done_with(tx: &mut strikefund::db::Tx, fund: &Fund, now: strikefund::clock::Instant) -> sqlx::Result<()> {
    let sql = "UPDATE repeats_end SET step = 'done', done_at = $2, due_at = $3 WHERE fund_id = $1";
    strikefund::run!(tx, execute, sqlx::query(sql).bind(fund.id).bind(now).bind(now.plus_secs(3600)))?;
    Ok(())
}
