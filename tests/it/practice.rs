//! The practice Stripe, seen from outside: over its HTTP face as a client sees it, and by its verbs as the site does.

pub mod client;
mod deliveries;
mod judges;
mod lists;
mod money;
mod protocol;
mod recurring;
mod walk;

use std::time::Duration;

use strikefund::clock::{Clock, Instant};
use strikefund::ids::Entropy;
use strikefund::payments::practice::{Options, Practice};

use self::client::Client;

/// 22 November 2026, noon UTC.
const NOON: i64 = 1_795_348_800;
const SECRET: &str = "whsec_of_the_test";

/// A practice Stripe that stands at noon, and a client of it.
fn practice() -> (Practice, Client) {
    practice_of(7)
}

fn practice_of(seed: u64) -> (Practice, Client) {
    let options = Options {
        port: 0,
        clock: Clock::fixed(Instant::from_unix_secs(NOON)),
        entropy: Entropy::seeded(seed),
        site: "http://127.0.0.1:8080".to_owned(),
        daily_payouts: false,
    };
    let practice = Practice::start(options, None).expect("a free port is there");
    let client = Client::new(&practice.api_base());
    (practice, client)
}

/// The session of a gift of 100.00 USD, as the site asks for it.
async fn gift(client: &Client) -> String {
    let session = client
        .post(
            "checkout/sessions",
            "mode=payment&line_items[0][quantity]=1&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=10000\
             &line_items[0][price_data][product_data][name]=Gift&metadata[fund]=f1&metadata[donation]=d1&client_reference_id=d1\
             &payment_intent_data[metadata][fund]=f1&payment_intent_data[metadata][donation]=d1&customer_email=donor%40example.org\
             &success_url=http%3A%2F%2F127.0.0.1%3A8080%2Fthanks%2Fabc&cancel_url=http%3A%2F%2F127.0.0.1%3A8080%2Fgive",
        )
        .await;
    session["id"].as_str().expect("a session has an id").to_owned()
}

async fn seconds(practice: &Practice, secs: u64) {
    practice.advance(Duration::from_secs(secs)).await;
}

async fn days(practice: &Practice, days: u64) {
    seconds(practice, days * 86_400).await;
}
