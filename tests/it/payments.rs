//! The door, the list and the gateway: over the wire against the practice Stripe and against canned answers, on both databases.

mod canned;
mod door;
mod gateway;
mod list;
mod payouts;
mod reserves;
mod sources;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use strikefund::db::Db;
use strikefund::ids::Entropy;
use strikefund::money::Currency;
use strikefund::payments::delivery::Delivery;
use strikefund::payments::line::Line;
use strikefund::payments::practice::{DirectCharge, Options, Practice};
use strikefund::payments::{self, Gateway, GatewaySettings, Payments, Secrets, Settings};
use strikefund::run;
use strikefund::seal::Keyring;

use crate::support::Books;

const SECRET: &str = "whsec_of_the_test";

/// Payments that ask whatever answers at `api_base`.
fn payments_at(books: &Books, api_base: &str) -> Arc<Payments> {
    let mut settings = GatewaySettings::new(SecretString::from("sk_test_of_the_test"), api_base);
    (settings.first_pause, settings.job_pace) = (Duration::from_millis(1), Duration::ZERO);
    Arc::new(Payments::open(Settings {
        db: books.db.clone(),
        clock: books.clock.clone(),
        entropy: Entropy::seeded(11),
        keyring: Arc::new(Keyring::from_master(&[7; 32])),
        gateway: Gateway::new(&settings, Entropy::seeded(12)).unwrap(),
        secrets: Secrets::new(vec![SecretString::from(SECRET)]).unwrap(),
    }))
}

/// A practice Stripe on the books' own clock.
fn practice(books: &Books) -> Practice {
    let options = Options {
        port: 0,
        clock: books.clock.clone(),
        entropy: Entropy::seeded(13),
        site: "http://127.0.0.1:1".to_owned(),
        daily_payouts: false,
    };
    Practice::start(options, None).unwrap()
}

/// `count` gifts of 10.00 and a cent more each, one every `apart_secs`, the last one now.
fn gifts(books: &Books, practice: &Practice, count: i64, apart_secs: i64) {
    for n in 0..count {
        practice.charge_direct(&DirectCharge {
            amount_minor: 1_000 + n,
            currency: Currency::USD,
            created: books.now().plus_secs((n + 1 - count) * apart_secs),
            metadata: &[("fund", "f1"), ("donation", "d1")],
            announced: false,
        });
    }
}

async fn ready(books: &Books) -> Vec<Line> {
    payments::new_lines(&mut books.db.begin_read().await.unwrap(), books.now(), 100_000).await.unwrap()
}

async fn waiting(db: &Db, books: &Books) -> Vec<Delivery> {
    payments::waiting_deliveries(&mut db.begin_read().await.unwrap(), books.now(), 100_000).await.unwrap()
}

/// How many deliveries are stored, whatever their state.
async fn stored(db: &Db) -> u64 {
    let tx = &mut db.begin_read().await.unwrap();
    let stored: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM delivery")).unwrap();
    stored.unsigned_abs()
}

/// The kinds of the alerts that stand, sorted.
async fn alerts(books: &Books) -> Vec<String> {
    let alerts = payments::alert::list(&mut books.db.begin_read().await.unwrap(), 100).await.unwrap();
    let mut kinds: Vec<String> = alerts.iter().map(|alert| alert.kind.to_string()).collect();
    kinds.sort();
    kinds
}
