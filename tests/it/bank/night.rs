//! A payout from Stripe's list to the bank's statement, tied in the night; one that failed after it had arrived; and the three-way tie.

use std::time::Duration;

use strikefund::bank;
use strikefund::booking::{self, bank as book};
use strikefund::clock::Zone;
use strikefund::ids::Entropy;
use strikefund::ledger::{self, chart};
use strikefund::money::Currency;
use strikefund::payments::health::{self, EndpointState, Lag};
use strikefund::payments::practice::{DirectCharge, Options, Practice};
use strikefund::payments::sync::Run;
use strikefund::transact;

use super::{import, main_account, recorder, table};
use crate::books::keeper;
use crate::support::{Books, on_both_databases};

const DAY: Duration = Duration::from_hours(24);

async fn balance(books: &Books, path: &str) -> i64 {
    let balances = ledger::balance_of(&mut books.db.begin_read().await.unwrap(), path).await.unwrap();
    balances.get(&Currency::USD).copied().unwrap_or(0)
}

/// A day and an amount as the bank's table writes them.
fn row(books: &Books, minor: i64) -> (String, String) {
    let sign = if minor < 0 { "-" } else { "" };
    (books.now().day_in(&Zone::UTC).to_string(), format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100))
}

on_both_databases! {
    async fn a_payout_arrives_by_night_and_one_that_fails_afterwards_goes_back(books: &Books) {
        let options = Options { port: 0, clock: books.clock.clone(), entropy: Entropy::seeded(17), site: "http://127.0.0.1:1".to_owned(), daily_payouts: false };
        let stripe = Practice::start(options, None).unwrap();
        let keeper = keeper(books, &stripe, &books.clock).await;
        let actor = recorder(books).await;
        main_account(books).await;
        stripe.charge_direct(&DirectCharge { amount_minor: 5_000, currency: Currency::USD, created: books.now(), metadata: &[], announced: false });
        stripe.advance(DAY * 3).await;
        let payout = stripe.payout(Currency::USD).unwrap();
        stripe.advance(DAY * 2).await;
        keeper.jobs.round(Run::Full).await.unwrap();
        let under_way = book::under_way(&mut books.db.begin_read().await.unwrap()).await.unwrap();
        let [only] = under_way.as_slice() else { panic!("one payout is under way: {under_way:?}") };
        assert_eq!((&only.payout, only.amount.minor), (&payout, balance(books, chart::IN_TRANSIT).await));
        let minor = only.amount.minor;
        let (day, amount) = row(books, minor);
        import(books, actor, &table(&[(&day, "STRIPE TRANSFER", &amount)]), Some(minor)).await.unwrap();
        assert_eq!(balance(books, chart::BANK).await, 0, "an import books nothing");
        keeper.jobs.night().await;
        assert_eq!((balance(books, chart::BANK).await, balance(books, chart::IN_TRANSIT).await), (minor, 0));
        // The bank sends it back: Stripe says so in a line of its own, the bank in another, and both sides are as they were.
        stripe.fail_payout(&payout);
        stripe.advance(Duration::from_hours(1)).await;
        keeper.jobs.round(Run::Full).await.unwrap();
        assert_eq!(balance(books, chart::IN_TRANSIT).await, -minor, "what went back to Stripe is still at the bank");
        let (day, amount) = row(books, -minor);
        import(books, actor, &table(&[(&day, "STRIPE RETURN", &amount)]), Some(0)).await.unwrap();
        keeper.jobs.night().await;
        assert_eq!((balance(books, chart::BANK).await, balance(books, chart::IN_TRANSIT).await), (0, 0));
        assert_eq!(balance(books, chart::STRIPE).await, stripe.balance(Currency::USD), "ledger = Stripe's balance");
        assert_eq!(balance(books, chart::STRIPE).await, stripe.lines_total(Currency::USD), "= the sum of its lines");
        let account = main_account(books).await;
        let tie = bank::tie_of(&mut books.db.begin_read().await.unwrap(), account).await.unwrap();
        assert!(tie.holds() && tie.lines.count == 0 && tie.postings.count == 0, "{tie:?}");
        assert_eq!(strikefund::verify::verify(&books.db).await.unwrap().wrong, None);
    }

    async fn what_a_person_asks_to_be_read_anew_is_read_once_and_every_figure_is_kept(books: &Books) {
        let options = Options { port: 0, clock: books.clock.clone(), entropy: Entropy::seeded(18), site: "http://127.0.0.1:1".to_owned(), daily_payouts: false };
        let stripe = Practice::start(options, None).unwrap();
        let keeper = keeper(books, &stripe, &books.clock).await;
        stripe.charge_direct(&DirectCharge { amount_minor: 5_000, currency: Currency::USD, created: books.now(), metadata: &[], announced: false });
        stripe.advance(DAY).await;
        let asked_at = books.now();
        let asked: sqlx::Result<()> = transact!(books.db, tx => health::ask_for_all(tx, asked_at).await);
        asked.unwrap();
        keeper.jobs.fetch_all(asked_at).await;
        let tx = &mut books.db.begin_read().await.unwrap();
        let told = health::health(tx).await.unwrap();
        assert_eq!((told.all_asked_at, told.endpoint_state, told.endpoint_checked_at), (None, Some(EndpointState::Missing), Some(books.now())));
        let ties = booking::ties(tx).await.unwrap();
        let [tie] = ties.as_slice() else { panic!("one currency moved: {ties:?}") };
        let held = stripe.balance(Currency::USD);
        assert_eq!((tie.reported_minor, tie.lines_minor, tie.ledger_minor, tie.compared_at), (held, held, held, books.now()));
        assert!(held > 0 && tie.holds() && tie.difference_minor() == 0);
    }

    async fn how_late_a_line_was_read_is_told_for_a_day(books: &Books) {
        let options = Options { port: 0, clock: books.clock.clone(), entropy: Entropy::seeded(19), site: "http://127.0.0.1:1".to_owned(), daily_payouts: false };
        let stripe = Practice::start(options, None).unwrap();
        let keeper = keeper(books, &stripe, &books.clock).await;
        let lag = async || health::lag(&mut books.db.begin_read().await.unwrap(), books.now()).await.unwrap();
        let charge = || {
            stripe.charge_direct(&DirectCharge { amount_minor: 5_000, currency: Currency::USD, created: books.now(), metadata: &[], announced: false });
        };
        // What the first reading brings was there before us: it is no news, however old.
        charge();
        stripe.advance(DAY).await;
        keeper.jobs.round(Run::Timer).await.unwrap();
        assert_eq!(lag().await, Lag { now_secs: 0, worst_secs: 0 });
        // Stripe is out of reach for three hours: nothing may be read, and then the line is.
        stripe.advance(Duration::from_mins(1)).await;
        charge();
        stripe.advance(Duration::from_hours(3)).await;
        assert_eq!(lag().await, Lag { now_secs: 3 * 3600 + 60, worst_secs: 3 * 3600 + 60 });
        keeper.jobs.round(Run::Timer).await.unwrap();
        let now = lag().await;
        assert!(now.now_secs == 0 && (3 * 3600..=3 * 3600 + 60).contains(&now.worst_secs), "{now:?}");
        stripe.advance(DAY + Duration::from_hours(2)).await;
        keeper.jobs.round(Run::Timer).await.unwrap();
        assert_eq!(lag().await, Lag { now_secs: 0, worst_secs: 0 }, "a day later nobody tells of it");
    }
}
