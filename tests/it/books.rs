//! The main promise: whatever happens to deliveries, the books follow Stripe's own ledger to the cent.
//!
//! Random strikes are played on the practice Stripe beside a plain model that knows what each event should do to each account.
//! Then three sets of books are kept of the same strike (by deliveries in any order, by the list alone, by both) and compared.

mod happening;
mod keeper;
mod model;
mod strike;

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use strikefund::clock::Clock;
use strikefund::ids::Entropy;
use strikefund::payments::practice::{Faults, Options, Practice, SignedDelivery};
use strikefund::payments::sync::Run;

use self::happening::{Happening, happening};
use self::strike::Strike;
use crate::support::{Books, START, block_on};

pub use self::keeper::{Keeper, SECRET, keeper, keeper_at, keeper_of_its_funds};
pub use self::model::Model;

/// Plays one strike and keeps three sets of books of it.
async fn any_fate_of_deliveries_gives_the_same_books(sets: [Books; 3], happenings: &[Happening], fates: u64) {
    let clock = Clock::fixed(START);
    let options = Options {
        port: 0,
        clock: clock.clone(),
        entropy: Entropy::seeded(fates),
        site: "http://127.0.0.1:1".to_owned(),
        daily_payouts: false,
    };
    let practice = Practice::start(options, None).unwrap();
    practice.webhook_by_hand(SECRET);
    let keepers =
        [keeper(&sets[0], &practice, &clock).await, keeper(&sets[1], &practice, &clock).await, keeper(&sets[2], &practice, &clock).await];
    // The three sets were seeded alike, so their funds stand for the same references at Stripe.
    let funds = [keepers[0].funds[0].reference.clone(), keepers[0].funds[1].reference.clone()];
    assert!(keepers.iter().all(|keeper| keeper.funds[1].reference == funds[1]));
    let chance = Entropy::seeded(fates);
    let faults = Faults {
        line_shown_late: 200,
        line_stamped_earlier: 200,
        source_not_expanded: 100,
        page_cut_off: 50,
        rate_limited: 50,
        server_error: 50,
        ..Faults::default()
    };
    let mut strike = Strike::begin(&practice, funds, faults, Arc::clone(&keepers[0].payments));
    for happening in happenings {
        strike.live(happening).await;
        // One set of books is kept while the strike goes on, now and then, by what its deliveries wake.
        if chance.below(4) == 0 {
            keepers[2].jobs.round(Run::Wake).await.unwrap();
        }
    }
    // Debits are settled or back after five days, and half an hour later the last renewal's line is in the list.
    practice.advance(Duration::from_hours(8 * 24) + Duration::from_mins(30)).await;
    let deliveries = practice.take_deliveries();
    let mut on_their_way: Vec<&SignedDelivery> = Vec::new();
    for delivery in &deliveries {
        // Lost, once, or up to three times, anywhere among the others.
        for _ in 0..chance.below(4) {
            let place = usize::try_from(chance.below(on_their_way.len() as u64 + 1)).unwrap();
            on_their_way.insert(place, delivery);
        }
    }
    keepers[0].deliver(on_their_way).await;
    keepers[2].deliver(&deliveries).await;
    for keeper in &keepers {
        keeper.jobs.round(Run::Night).await.unwrap();
        clock.advance(Duration::from_mins(31));
        keeper.jobs.round(Run::Full).await.unwrap();
    }
    let wanted = strike.end();
    let entries = keepers[0].entries().await;
    for keeper in &keepers {
        assert_eq!(keeper.model().await, wanted);
        assert_eq!(keeper.entries().await, entries);
        keeper.check(&practice).await;
    }
    for set in sets {
        set.close().await;
    }
}

/// How many strikes one run of the tests plays on each database.
const STRIKES: u32 = 8;

fn play(on_postgres: bool) {
    let config = Config { cases: STRIKES, failure_persistence: None, ..Config::default() };
    let strategy = (prop::collection::vec(happening(), 1..40), any::<u64>());
    let played = TestRunner::new(config).run(&strategy, |(happenings, fates)| {
        block_on(async {
            if on_postgres {
                let sets = (Books::on_postgres().await, Books::on_postgres().await, Books::on_postgres().await);
                let (Some(one), Some(two), Some(three)) = sets else { return };
                any_fate_of_deliveries_gives_the_same_books([one, two, three], &happenings, fates).await;
            } else {
                let sets = [Books::on_sqlite().await, Books::on_sqlite().await, Books::on_sqlite().await];
                any_fate_of_deliveries_gives_the_same_books(sets, &happenings, fates).await;
            }
        });
        Ok(())
    });
    played.unwrap();
}

#[test]
fn any_fate_of_deliveries_gives_the_same_books_on_sqlite() {
    play(false);
}

#[test]
fn any_fate_of_deliveries_gives_the_same_books_on_postgres() {
    play(true);
}
