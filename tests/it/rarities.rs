//! What Stripe does seldom, as the books see it through the usual deliveries and the usual list.

use std::time::{Duration, Instant};

use secrecy::SecretString;
use strikefund::ids::{Entropy, EntryId};
use strikefund::ledger;
use strikefund::money::Currency;
use strikefund::payments::practice::{DirectCharge, Faults, Options, Outcome, Practice};
use strikefund::payments::sync::Run;
use strikefund::payments::{self, signature};

use crate::books::{Keeper, keeper};
use crate::practice::client::Client;
use crate::support::{Books, on_both_databases};

const SECRET: &str = "whsec_test_books";
const USD: Currency = Currency::USD;
const DAY: u64 = 86_400;

/// A practice Stripe and books that follow it.
struct Strike<'a> {
    books: &'a Books,
    practice: Practice,
    keeper: Keeper,
}

impl<'a> Strike<'a> {
    async fn begin(books: &'a Books) -> Self {
        let site = "http://127.0.0.1:1".to_owned();
        let options = Options { port: 0, clock: books.clock.clone(), entropy: Entropy::seeded(21), site, daily_payouts: false };
        let practice = Practice::start(options, None).unwrap();
        practice.webhook_by_hand(SECRET);
        let keeper = keeper(books, &practice, &books.clock).await;
        Self { books, practice, keeper }
    }

    /// A gift to the general fund, its line listed.
    fn gift(&self, amount_minor: i64, currency: Currency) -> String {
        self.practice.charge_direct(&DirectCharge { amount_minor, currency, created: self.books.now(), metadata: &[], announced: true })
    }

    /// Lets time pass, hands in what was sent meanwhile, reads the list and books; then everything must fit.
    async fn live(&self, secs: u64) {
        self.practice.advance(Duration::from_secs(secs)).await;
        let secret = SecretString::from(SECRET);
        for delivery in self.practice.take_deliveries() {
            let header = signature::sign(&secret, &delivery.body, self.books.now().unix_secs());
            self.keeper.jobs.payments.receive(Some(header.as_bytes()), &delivery.body).await.unwrap();
        }
        self.keeper.jobs.round(Run::Timer).await.unwrap();
        self.keeper.check(&self.practice).await;
    }

    /// Kind of each entry, and what it did to Stripe's balance, oldest first.
    async fn entries(&self) -> Vec<(String, i64)> {
        let tx = &mut self.books.db.begin_read().await.unwrap();
        let entries = ledger::entries(tx, EntryId(0), 1_000).await.unwrap();
        let moved =
            |entry: &ledger::Entry| entry.postings.iter().find(|posting| posting.path == "assets:stripe").map_or(0, |p| p.amount.minor);
        entries.iter().map(|entry| (entry.kind.clone(), moved(entry))).collect()
    }

    /// What Stripe last said of an object.
    async fn status_of(&self, id: &str) -> String {
        payments::find_object(&mut self.books.db.begin_read().await.unwrap(), id).await.unwrap().unwrap().status
    }

    /// Whether a person is called to answer a dispute.
    async fn calls_for_an_answer(&self) -> bool {
        let alerts = payments::alert::list(&mut self.books.db.begin_read().await.unwrap(), 100).await.unwrap();
        alerts.iter().any(|alert| alert.kind == payments::alert::AlertKind::DisputeOpen)
    }
}

fn entry(kind: &str, moved: i64) -> (String, i64) {
    (kind.to_owned(), moved)
}

const fn net(minor: i64) -> i64 {
    // 2.9 % + 0.30, rounded half up.
    minor - (minor * 29 + 500) / 1000 - 30
}

on_both_databases! {
    async fn a_page_that_comes_slowly_is_waited_for(books: &Books) {
        let strike = Strike::begin(books).await;
        strike.practice.set_faults(Faults { page_slow: 1_000, ..Faults::default() });
        strike.gift(10_000, USD);
        let began = Instant::now();
        strike.live(60).await;
        assert!(began.elapsed() >= Duration::from_secs(1), "the fault was there");
        assert_eq!(strike.entries().await, [entry("charge", net(10_000))]);
    }

    async fn a_dispute_that_was_prevented_is_a_refund_and_calls_nobody(books: &Books) {
        let strike = Strike::begin(books).await;
        let (charge, _other) = (strike.gift(10_000, USD), strike.gift(10_000, USD));
        strike.live(60).await;
        let dispute = strike.practice.prevent_dispute(&charge).unwrap();
        strike.live(60).await;
        assert_eq!(strike.entries().await[2..], [entry("refund", -10_000)]);
        assert_eq!(strike.status_of(&dispute).await, "prevented");
        assert!(!strike.calls_for_an_answer().await);
        assert_eq!(strike.practice.prevent_dispute(&charge), None, "nothing is left to prevent");
        strike.practice.win(&dispute, None, true);
        strike.live(60).await;
        assert_eq!(strike.entries().await.len(), 3, "what is over stays over");
    }

    async fn an_appeal_calls_for_an_answer_and_moves_money_only_when_it_is_won(books: &Books) {
        let strike = Strike::begin(books).await;
        let (one, two) = (strike.gift(10_000, USD), strike.gift(20_000, USD));
        let disputes = [&one, &two].map(|charge| strike.practice.open_dispute(charge, None).unwrap());
        strike.live(60).await;
        assert!(strike.calls_for_an_answer().await);
        for dispute in &disputes {
            strike.practice.lose(dispute);
        }
        strike.live(60).await;
        assert!(!strike.calls_for_an_answer().await);
        let before = strike.entries().await;
        for dispute in &disputes {
            strike.practice.appeal(dispute);
        }
        strike.live(60).await;
        assert!(strike.calls_for_an_answer().await);
        assert_eq!((strike.status_of(&disputes[0]).await.as_str(), strike.entries().await), ("appeal_needs_response", before.clone()));
        let client = Client::new(&strike.practice.api_base());
        client.post(&format!("disputes/{}", disputes[0]), "evidence[receipt]=file_1").await;
        strike.live(60).await;
        assert_eq!(strike.status_of(&disputes[0]).await, "appeal_under_review");
        strike.practice.win(&disputes[0], None, false);
        strike.practice.lose(&disputes[1]);
        strike.live(60).await;
        assert_eq!(strike.entries().await[before.len()..], [entry("dispute_reversal", 10_000)]);
        assert_eq!((strike.status_of(&disputes[0]).await.as_str(), strike.status_of(&disputes[1]).await.as_str()), ("won", "lost"));
        assert!(!strike.calls_for_an_answer().await);
    }

    async fn a_refund_that_asks_the_donor_is_booked_when_the_money_leaves(books: &Books) {
        let strike = Strike::begin(books).await;
        // A gift that stays, so that the balance can pay the others back.
        let (one, two, _stays) = (strike.gift(10_000, USD), strike.gift(20_000, USD), strike.gift(10_000, USD));
        strike.practice.set_faults(Faults { refund_asks: 1_000, ..Faults::default() });
        let (answered, given_up) = (strike.practice.refund(&one, None).unwrap(), strike.practice.refund(&two, Some(5_000)).unwrap());
        strike.live(5 * DAY).await;
        assert_eq!(strike.entries().await.len(), 3, "nothing has left");
        assert_eq!(strike.status_of(&answered).await, "requires_action");
        strike.practice.answer_refund(&answered);
        strike.practice.cancel_refund(&given_up);
        strike.live(60).await;
        assert_eq!(strike.entries().await[3..], [entry("refund", -10_000)]);
        assert_eq!((strike.status_of(&answered).await.as_str(), strike.status_of(&given_up).await.as_str()), ("succeeded", "canceled"));
        strike.practice.set_faults(Faults::default());
        strike.practice.refund(&two, None).unwrap();
        strike.practice.fail_refund(&given_up);
        strike.live(60).await;
        assert_eq!(strike.entries().await[4..], [entry("refund", -20_000)], "the whole of it was left, and what was given up stays so");
    }

    async fn a_paused_gift_takes_nothing_and_goes_on_where_it_stands(books: &Books) {
        let strike = Strike::begin(books).await;
        let client = Client::new(&strike.practice.api_base());
        let form = "mode=subscription&line_items[0][quantity]=1&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=2500\
            &line_items[0][price_data][product_data][name]=Gift&line_items[0][price_data][recurring][interval]=week";
        let session = client.post("checkout/sessions", form).await["id"].as_str().unwrap().to_owned();
        strike.practice.pay(&session, Outcome::Pay).unwrap();
        strike.live(8 * DAY).await;
        assert_eq!(strike.entries().await.len(), 2);
        let subscription = client.ids("subscriptions").await.remove(0);
        strike.practice.pause_subscription(&subscription);
        strike.live(21 * DAY).await;
        assert_eq!((strike.entries().await.len(), strike.status_of(&subscription).await.as_str()), (2, "paused"));
        client.post(&format!("subscriptions/{subscription}/resume"), "").await;
        strike.live(60).await;
        assert_eq!((strike.entries().await.len(), strike.status_of(&subscription).await.as_str()), (2, "active"), "nothing is caught up with");
        strike.live(7 * DAY).await;
        assert_eq!(strike.entries().await.len(), 3);
    }

    async fn a_gift_in_another_currency_is_booked_as_it_settles_and_kept_as_it_was_given(books: &Books) {
        let strike = Strike::begin(books).await;
        let euro: Currency = "EUR".parse().unwrap();
        strike.practice.convert(euro, USD, 1_084_200);
        let charge = strike.gift(10_000, euro);
        strike.live(60).await;
        let line = payments::line_of_charge(&mut books.db.begin_read().await.unwrap(), &charge).await.unwrap().unwrap();
        assert_eq!((line.currency, line.amount_minor, line.shown_minor, line.shown_currency), (USD, 10_842, Some(10_000), Some(euro)));
        let listed = Client::new(&strike.practice.api_base()).get("balance_transactions").await;
        assert_eq!(listed["data"][0]["exchange_rate"].to_string(), "1.0842");
        // The rate moves on; what comes back is what left.
        strike.gift(10_000, USD);
        strike.practice.convert(euro, USD, 1_100_000);
        let refund = strike.practice.refund(&charge, Some(5_000)).unwrap();
        strike.live(60).await;
        strike.practice.convert(euro, USD, 1_200_000);
        strike.practice.fail_refund(&refund);
        let dispute = strike.practice.open_dispute(&charge, None).unwrap();
        strike.live(60).await;
        strike.practice.win(&dispute, Some(5_000), false);
        strike.live(60).await;
        let expected = [
            entry("charge", net(10_842)),
            entry("charge", net(10_000)),
            entry("refund", -5_500),
            entry("refund_failure", 5_500),
            entry("dispute", -12_000 - 1_500),
            entry("dispute_reversal", 6_000),
        ];
        let mut entries = strike.entries().await;
        entries.sort();
        let mut sorted = expected.to_vec();
        sorted.sort();
        assert_eq!(entries, sorted);
        assert_eq!(strike.practice.balance(euro), 0, "no euro ever reached the balance");
    }
}
