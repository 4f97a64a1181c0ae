//! An account with a long history is taken over page by page: whatever interrupts it, no page is asked for again that was stored.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use strikefund::clock::{Clock, Instant};
use strikefund::ids::{Entropy, EntryId};
use strikefund::ledger::{self, Source};
use strikefund::money::Currency;
use strikefund::payments;
use strikefund::payments::practice::{DirectCharge, LoneLine, Options, Practice};
use strikefund::payments::sync::Run;
use strikefund::transact;

use crate::books::keeper_at;
use crate::support::turnstile::Turnstile;
use crate::support::{Books, START, block_on};

/// The books open three days before the clock's moment.
const OPENS: Instant = START.plus_secs(-3 * 86_400);
/// How many lines there were before, over how long, and how many came since.
const OLD: usize = 100_000;
const HISTORY_SECS: u64 = 100_000 * 345;
const SINCE: usize = 250;
const PAGE: usize = 100;
/// After how many pages in all the work is dropped, wherever it then is.
const DROPS: [usize; 6] = [1, 140, 141, 380, 700, 990];

/// A gift stamped now; gives what of it stays at Stripe.
fn charge(practice: &Practice, amount_minor: i64) -> i64 {
    let created = practice.clock().now();
    practice.charge_direct(&DirectCharge { amount_minor, currency: Currency::USD, created, metadata: &[], announced: false });
    amount_minor - (amount_minor * 29 + 500) / 1000 - 30
}

/// Lets the account live until the books open: a gift every twenty-fifth time, else lines without a source, which are quicker to list.
/// Gives what Stripe then holds.
fn live_until_the_opening(practice: &Practice) -> i64 {
    let apart = Duration::from_secs(HISTORY_SECS / OLD as u64);
    let mut held = 0;
    for n in 0..i64::try_from(OLD).unwrap() {
        held += match n % 25 {
            0 => charge(practice, 500 + n % 20_000),
            1..10 => {
                practice.lone_line(LoneLine::StripeFee, Currency::USD, -(1 + n % 90));
                -(1 + n % 90)
            }
            _ => {
                practice.lone_line(LoneLine::Unheard, Currency::USD, 1 + n % 700);
                1 + n % 700
            }
        };
        practice.clock().advance(apart);
    }
    assert_eq!((practice.clock().now(), practice.balance(Currency::USD)), (OPENS, held));
    held
}

async fn a_hundred_thousand_old_lines_are_summed_into_one_entry_however_often_it_stops(books: Books) {
    let clock = Clock::fixed(OPENS.plus_secs(-i64::try_from(HISTORY_SECS).unwrap()));
    let options =
        Options { port: 0, clock: clock.clone(), entropy: Entropy::seeded(3), site: "http://127.0.0.1:1".to_owned(), daily_payouts: false };
    let practice = Practice::start(options, None).unwrap();
    let before = live_until_the_opening(&practice);
    let mut since = 0;
    for n in 0..i64::try_from(SINCE).unwrap() {
        since += charge(&practice, 2_000 + n);
        clock.advance(Duration::from_mins(10));
    }
    clock.advance(Duration::from_hours(24));

    let way = Turnstile::before(&practice.api_base()).await;
    let keeper = Arc::new(keeper_at(&books, &way.api_base, &clock).await);
    let moved: sqlx::Result<bool> = transact!(books.db, tx => payments::open_books_at(tx, OPENS.unix_secs()).await);
    assert!(moved.unwrap());
    let pages = || way.asked("/v1/balance_transactions").len();
    for until in DROPS {
        let work = tokio::spawn({
            let keeper = Arc::clone(&keeper);
            async move { keeper.jobs.round(Run::Timer).await }
        });
        while pages() < until {
            assert!(!work.is_finished(), "it came to its end after {} pages", pages());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        work.abort();
        drop(work.await);
        assert_eq!(payments::progress(&mut books.db.begin_read().await.unwrap()).await.unwrap().complete_at, None);
    }
    keeper.jobs.round(Run::Timer).await.unwrap();

    // Each drop may lose the page under way; and what came while it was away is looked for above the place where it goes on.
    let asked = way.asked("/v1/balance_transactions");
    let needed = (OLD + SINCE).div_ceil(PAGE) + SINCE.div_ceil(PAGE);
    assert!(asked.len() <= needed + DROPS.len(), "{} pages where {needed} are needed", asked.len());
    let mut times = BTreeMap::<&str, usize>::new();
    for address in &asked {
        *times.entry(address).or_default() += 1;
    }
    assert!(times.values().filter(|times| **times > 1).count() <= DROPS.len(), "{times:?}");

    let entries = ledger::entries(&mut books.db.begin_read().await.unwrap(), EntryId(0), 10_000).await.unwrap();
    assert_eq!(entries.len(), SINCE + 1);
    let openings: Vec<_> = entries.iter().filter(|entry| entry.source == Source::Opening).collect();
    assert_eq!((openings.len(), openings[0].postings[0].amount.minor), (1, before));
    assert_eq!(keeper.model().await[&("assets:stripe".to_owned(), 0)], before + since);
    keeper.check(&practice).await;
    books.close().await;
}

#[test]
#[ignore = "it takes a minute: tests/run runs it, tests/run --quick does not"]
fn a_hundred_thousand_old_lines_are_summed_into_one_entry_on_sqlite() {
    block_on(async {
        a_hundred_thousand_old_lines_are_summed_into_one_entry_however_often_it_stops(Books::on_sqlite().await).await;
    });
}

#[test]
#[ignore = "it takes a minute: tests/run runs it, tests/run --quick does not"]
fn a_hundred_thousand_old_lines_are_summed_into_one_entry_on_postgres() {
    block_on(async {
        let Some(books) = Books::on_postgres().await else { return };
        a_hundred_thousand_old_lines_are_summed_into_one_entry_however_often_it_stops(books).await;
    });
}
