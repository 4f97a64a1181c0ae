//! A set of books kept on one practice Stripe, and everything that can be asked of it afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use strikefund::booking;
use strikefund::clock::Clock;
use strikefund::funds;
use strikefund::ids::{Entropy, EntryId};
use strikefund::jobs::Jobs;
use strikefund::ledger;
use strikefund::money::Currency;
use strikefund::payments::practice::{Practice, SignedDelivery};
use strikefund::payments::{Gateway, GatewaySettings, Payments, Secrets, Settings, signature};
use strikefund::seal::Keyring;

use super::Model;
use crate::support::Books;

/// What deliveries to the keeper's door are signed with.
pub const SECRET: &str = "whsec_test_books";

/// A set of books on one practice Stripe, with two funds of fixed references.
pub struct Keeper {
    pub jobs: Jobs,
    pub payments: Arc<Payments>,
    pub funds: Vec<funds::Fund>,
}

pub async fn keeper(books: &Books, practice: &Practice, clock: &Clock) -> Keeper {
    keeper_at(books, &practice.api_base(), clock).await
}

/// The same with whatever answers at `api_base`.
pub async fn keeper_at(books: &Books, api_base: &str, clock: &Clock) -> Keeper {
    books.fund("general", None).await;
    books.fund("hardship", Some("rent")).await;
    keeper_of_its_funds(books, api_base, clock).await
}

/// The same for the funds that are there.
pub async fn keeper_of_its_funds(books: &Books, api_base: &str, clock: &Clock) -> Keeper {
    let funds = funds::list(&mut books.db.begin_read().await.unwrap()).await.unwrap();
    let mut settings = GatewaySettings::new(SecretString::from("sk_test_books"), api_base);
    (settings.first_pause, settings.job_pace) = (Duration::from_millis(1), Duration::ZERO);
    let payments = Arc::new(Payments::open(Settings {
        db: books.db.clone(),
        clock: clock.clone(),
        entropy: Entropy::seeded(5),
        keyring: Arc::new(Keyring::from_master(&[7; 32])),
        gateway: Gateway::new(&settings, Entropy::seeded(6)).unwrap(),
        secrets: Secrets::new(vec![SecretString::from(SECRET)]).unwrap(),
    }));
    let jobs = Jobs {
        db: books.db.clone(),
        clock: clock.clone(),
        entropy: Entropy::seeded(7),
        files: books.files.clone(),
        post: Books::post(),
        keyring: Arc::new(Keyring::from_master(&[7; 32])),
        base_url: "https://fund.example.org".to_owned(),
        payments: Arc::clone(&payments),
        anchors: None,
        practice: true,
        endpoint: "https://fund.example.org/webhooks/stripe".to_owned(),
        node: "test".to_owned(),
    };
    Keeper { jobs, payments, funds }
}

impl Keeper {
    /// Hands in deliveries, each signed afresh as a retry would be.
    pub async fn deliver(&self, deliveries: impl IntoIterator<Item = &SignedDelivery>) {
        let secret = SecretString::from(SECRET);
        for delivery in deliveries {
            let header = signature::sign(&secret, &delivery.body, self.jobs.clock.now().unix_secs());
            self.payments.receive(Some(header.as_bytes()), &delivery.body).await.expect("a signed delivery is taken");
        }
    }

    /// Entries by key, with their postings: what must be the same in every set of books.
    pub async fn entries(&self) -> BTreeSet<String> {
        let tx = &mut self.jobs.db.begin_read().await.unwrap();
        let entries = ledger::entries(tx, EntryId(0), 100_000).await.unwrap();
        entries
            .iter()
            .map(|entry| {
                let postings: Vec<_> = entry.postings.iter().map(|p| (&p.path, &p.fund_slug, p.amount.minor)).collect();
                format!("{} {} {} {} {postings:?}", entry.source, entry.source_id, entry.kind, entry.effective_on)
            })
            .collect()
    }

    pub async fn model(&self) -> Model {
        let tx = &mut self.jobs.db.begin_read().await.unwrap();
        let place = |fund| self.funds.iter().position(|known| Some(known.id) == fund).map_or(0, |at| at + 1);
        let balances = ledger::balances(tx, None).await.unwrap();
        balances.into_iter().map(|balance| ((balance.path, place(balance.fund)), balance.amount.minor)).collect()
    }

    /// The books are sound by every means there is, and tied to Stripe's own balance.
    pub async fn check(&self, practice: &Practice) {
        self.jobs.tie().await.unwrap();
        let report = strikefund::verify::verify(&self.jobs.db).await.unwrap();
        assert_eq!(report.wrong, None);
        let reported = [(Currency::USD, practice.balance(Currency::USD))];
        let mut tx = self.jobs.db.begin_write().await.unwrap();
        let ties = booking::check_tie(&mut tx, &reported, self.jobs.clock.now()).await.unwrap().expect("nothing waits to be booked");
        assert!(ties.iter().all(booking::Tie::holds), "{ties:?}");
        let reserves = booking::check_reserves(&mut tx, self.jobs.clock.now()).await.unwrap().expect("nothing waits to be booked");
        assert!(reserves.values().all(booking::Reserve::holds), "{reserves:?}");
        drop(tx);
        assert_eq!(self.payments.check_payouts().await.unwrap().differ, 0);
    }
}
