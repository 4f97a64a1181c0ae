//! An account with a history: taken over from a chosen day, with an opening entry equal to what Stripe held then.

use strikefund::clock::{Clock, Instant};
use strikefund::ids::{Entropy, EntryId};
use strikefund::ledger::{self, Source};
use strikefund::money::Currency;
use strikefund::payments;
use strikefund::payments::practice::{DirectCharge, Options, Practice};
use strikefund::payments::sync::Run;
use strikefund::transact;

use crate::books::keeper;
use crate::support::{START, on_both_databases};

/// The books open three days before the clock's moment.
const OPENS: Instant = START.plus_secs(-3 * 86_400);

fn practice(clock: &Clock) -> Practice {
    let options =
        Options { port: 0, clock: clock.clone(), entropy: Entropy::seeded(3), site: "http://127.0.0.1:1".to_owned(), daily_payouts: false };
    Practice::start(options, None).unwrap()
}

/// A charge on the day so many seconds from the opening; gives what of it stays at Stripe.
fn charge(practice: &Practice, minor: i64, secs_from_opening: i64) -> i64 {
    let created = OPENS.plus_secs(secs_from_opening);
    practice.charge_direct(&DirectCharge { amount_minor: minor, currency: Currency::USD, created, metadata: &[], announced: false });
    minor - (minor * 29 + 500) / 1000 - 30
}

on_both_databases! {
    async fn what_stripe_held_on_the_day_is_the_opening_entry_and_the_rest_is_booked(books: &Books) {
        let clock = Clock::fixed(START);
        let practice = practice(&clock);
        let mut held = 0;
        for day in 1..=30 {
            for gift in 0..8 {
                held += charge(&practice, 1_000 + day * 37 + gift, -day * 86_400 + gift);
            }
        }
        held += charge(&practice, 4_000, -1);
        let after = charge(&practice, 5_000, 0) + charge(&practice, 2_500, 86_400);

        let keeper = keeper(books, &practice, &clock).await;
        let moved: sqlx::Result<bool> = transact!(books.db, tx => payments::open_books_at(tx, OPENS.unix_secs()).await);
        assert!(moved.unwrap());
        keeper.jobs.round(Run::Timer).await.unwrap();
        keeper.jobs.round(Run::Timer).await.unwrap();

        let entries = ledger::entries(&mut books.db.begin_read().await.unwrap(), EntryId(0), 1_000).await.unwrap();
        let openings: Vec<_> = entries.iter().filter(|entry| entry.source == Source::Opening).collect();
        assert_eq!(openings.len(), 1);
        assert_eq!((openings[0].postings[0].path.as_str(), openings[0].postings[0].amount.minor), ("assets:stripe", held));
        assert_eq!(entries.len(), 3, "the two gifts since, and the opening");
        let model = keeper.model().await;
        assert_eq!(model[&("assets:stripe".to_owned(), 0)], held + after);
        assert_eq!(model[&("income:donations:online".to_owned(), 1)], -7_500);
        keeper.check(&practice).await;

        // Listed only now, stamped before the day: the opening balance grows, no gift appears.
        let late = charge(&practice, 9_000, -3_600);
        keeper.jobs.round(Run::Night).await.unwrap();
        let model = keeper.model().await;
        assert_eq!(model[&("equity:opening".to_owned(), 1)], -(held + late));
        assert_eq!(model[&("income:donations:online".to_owned(), 1)], -7_500);
        keeper.check(&practice).await;

        let moved: sqlx::Result<bool> = transact!(books.db, tx => payments::open_books_at(tx, 0).await);
        assert!(!moved.unwrap(), "what is booked cannot be unbooked by moving the day");
    }

    async fn from_the_first_line_nothing_is_summed(books: &Books) {
        let clock = Clock::fixed(START);
        let practice = practice(&clock);
        let held: i64 = (0..120).map(|gift| charge(&practice, 2_000, -gift * 40_000)).sum();
        let keeper = keeper(books, &practice, &clock).await;
        keeper.jobs.round(Run::Full).await.unwrap();
        let model = keeper.model().await;
        assert_eq!(model[&("assets:stripe".to_owned(), 0)], held);
        assert_eq!(model[&("income:donations:online".to_owned(), 1)], -240_000);
        assert!(!model.contains_key(&("equity:opening".to_owned(), 1)));
        keeper.check(&practice).await;
    }
}
