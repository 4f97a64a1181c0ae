//! What the night and the timer look for: gifts without lines, lines without deliveries.

mod silence;

use std::time::Duration;

use strikefund::ids::Entropy;
use strikefund::money::Currency;
use strikefund::payments;
use strikefund::payments::practice::{DirectCharge, Options, Practice};

use crate::support::Books;

const DAY: Duration = Duration::from_hours(24);

/// A practice Stripe on the books' own clock.
fn practice(books: &Books) -> Practice {
    let options = Options {
        port: 0,
        clock: books.clock.clone(),
        entropy: Entropy::seeded(17),
        site: "http://127.0.0.1:1".to_owned(),
        daily_payouts: false,
    };
    Practice::start(options, None).unwrap()
}

/// A gift of 50.00 stamped now; its charge.
fn gift(practice: &Practice, announced: bool) -> String {
    let created = practice.clock().now();
    practice.charge_direct(&DirectCharge { amount_minor: 5_000, currency: Currency::USD, created, metadata: &[], announced })
}

/// Kinds and subjects of the alerts that stand, sorted.
async fn alerts(books: &Books) -> Vec<(String, String)> {
    let alerts = payments::alert::list(&mut books.db.begin_read().await.unwrap(), 1_000).await.unwrap();
    let mut alerts: Vec<_> = alerts.into_iter().map(|alert| (alert.kind.to_string(), alert.subject)).collect();
    alerts.sort();
    alerts
}

async fn kinds(books: &Books) -> Vec<String> {
    alerts(books).await.into_iter().map(|(kind, _)| kind).collect()
}

fn about(kind: &str, subject: &str) -> (String, String) {
    (kind.to_owned(), subject.to_owned())
}
