//! What the list leaves out of a line is asked for, and never guessed.

use std::time::Duration;

use strikefund::money::{Currency, Money};
use strikefund::payments::checkout::{CheckoutRequest, Interval, PageLanguage};
use strikefund::payments::practice::{Faults, Outcome, Practice};
use strikefund::payments::sync::{self, Run};
use strikefund::payments::{self, Payments, source};

use super::canned::Canned;
use super::{SECRET, alerts, gifts, payments_at, practice, ready, stored};
use crate::support::{Books, on_both_databases};

/// A gift of 40.00, once or every month.
pub fn request(books: &Books, operation: &str, interval: Option<Interval>) -> CheckoutRequest {
    CheckoutRequest {
        operation: operation.to_owned(),
        amount: Money::new(4_000, Currency::USD),
        interval,
        product_name: "Donation".to_owned(),
        description: "Gift 3F7KQ2".to_owned(),
        client_reference: "d7".to_owned(),
        fund_ref: "f7".to_owned(),
        donation_ref: "d7".to_owned(),
        statement_suffix: Some("GIFT".to_owned()),
        email: Some("donor@example.org".to_owned()),
        language: PageLanguage::Spanish,
        expires_at: books.now().plus_secs(35 * 60),
        success_url: "http://127.0.0.1:1/thanks/code".to_owned(),
        cancel_url: "http://127.0.0.1:1/f/general/give".to_owned(),
    }
}

async fn give(books: &Books, stripe: &Practice, payments: &Payments, interval: Option<Interval>) -> String {
    let page = payments.checkout(&request(books, &format!("op_{interval:?}"), interval)).await.unwrap();
    let paid = stripe.pay(&page.id, Outcome::Pay).unwrap();
    stripe.advance(Duration::from_mins(1)).await;
    paid.charge.expect("paying makes a charge")
}

async fn completed(books: &Books, payments: &Payments) -> Vec<payments::line::Line> {
    sync::run(payments, Run::Timer).await.unwrap();
    source::complete(payments).await.unwrap();
    ready(books).await
}

on_both_databases! {
    async fn a_source_told_by_its_id_alone_is_asked_for(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        stripe.set_faults(Faults { source_not_expanded: 1_000, ..Faults::default() });
        gifts(books, &stripe, 3, 60);
        sync::run(&payments, Run::Wake).await.unwrap();
        assert!(ready(books).await.is_empty(), "booking waits for the source");
        let lines = completed(books, &payments).await;
        assert_eq!(lines.iter().filter(|line| line.fund_ref.as_deref() == Some("f1")).count(), 3);
    }

    async fn a_gift_tells_its_fund_and_so_do_its_refund_and_dispute(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        let charge = give(books, &stripe, &payments, None).await;
        stripe.refund(&charge, Some(1_000)).unwrap();
        stripe.open_dispute(&charge, Some(3_000));
        stripe.advance(Duration::from_mins(10)).await;
        let lines = completed(books, &payments).await;
        assert_eq!(lines.len(), 3, "{lines:?}");
        for line in &lines {
            assert_eq!((line.fund_ref.as_deref(), line.donation_ref.as_deref()), (Some("f7"), Some("d7")), "{line:?}");
            assert_eq!(line.charge_id.as_deref(), Some(charge.as_str()));
        }
    }

    async fn every_turn_of_a_recurring_gift_finds_its_fund(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        give(books, &stripe, &payments, Some(Interval::Month)).await;
        for _ in 0..6 {
            stripe.advance(Duration::from_hours(31 * 24)).await;
        }
        let lines = completed(books, &payments).await;
        assert!(lines.len() >= 6, "{}", lines.len());
        for line in &lines {
            assert_eq!(line.fund_ref.as_deref(), Some("f7"), "{line:?}");
            assert!(line.subscription_id.as_ref().is_some_and(|id| id.starts_with("sub_")), "{line:?}");
        }
    }

    async fn a_missing_right_is_named_and_silence_holds_nothing_back_for_long(books: &Books) {
        let line = r#"{"id":"txn_1","amount":5,"fee":0,"net":5,"currency":"usd","created":1,"type":"charge","source":"ch_1"}"#;
        let page = (200, format!(r#"{{"data":[{line}],"has_more":false}}"#));
        let refused = (403, r#"{"error":{"type":"invalid_request_error","message":"no"}}"#.to_owned());
        let stripe = Canned::start(vec![page, refused, (500, String::new())]).await;
        let payments = payments_at(books, &stripe.api_base);
        sync::run(&payments, Run::Wake).await.unwrap();
        source::complete(&payments).await.unwrap();
        assert_eq!(alerts(books).await, ["right missing"]);
        source::complete(&payments).await.unwrap();
        assert!(ready(books).await.is_empty());
        assert_eq!(alerts(books).await, ["right missing"], "silence does not prove that the right is there");
        books.clock.advance(Duration::from_mins(30));
        assert_eq!(ready(books).await.len(), 1, "a fact is not held back for ever");
    }

    async fn events_that_reached_nobody_are_caught_up_with(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        // Nobody listens on port 9, so every delivery fails.
        stripe.webhook_to("http://127.0.0.1:9/webhooks/stripe", SECRET);
        give(books, &stripe, &payments, None).await;
        let caught = payments.catch_up().await.unwrap();
        assert!(caught > 0);
        assert_eq!(stored(&books.db).await, caught);
        assert_eq!(payments.catch_up().await.unwrap(), 0);
    }
}
