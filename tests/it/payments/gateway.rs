//! The way to Stripe: what is asked, how often, and what is never said twice.

use strikefund::payments::GatewayError;
use strikefund::payments::checkout::Interval;
use strikefund::payments::object::ObjectKind;
use strikefund::payments::practice::{Faults, Outcome};

use super::canned::Canned;
use super::sources::request;
use super::{payments_at, practice};
use crate::support::{Books, block_on};

/// Runs a claim on the embedded database: the gateway writes nothing.
fn with_books(claim: impl AsyncFnOnce(&Books)) {
    block_on(async {
        let books = Books::on_sqlite().await;
        claim(&books).await;
        books.close().await;
    });
}

#[test]
fn the_same_operation_gives_the_same_page_also_when_its_answer_was_lost() {
    with_books(async |books| {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        let page = payments.checkout(&request(books, "op_1", None)).await.unwrap();
        assert_eq!(payments.checkout(&request(books, "op_1", None)).await.unwrap(), page);
        stripe.set_faults(Faults { answer_lost: 1_000, ..Faults::default() });
        let lost = payments.checkout(&request(books, "op_2", None)).await.unwrap();
        let mut other = request(books, "op_2", None);
        other.amount.minor += 1;
        assert!(payments.checkout(&other).await.is_err(), "the same operation with other content is refused");
        stripe.set_faults(Faults::default());
        let (open, has_more) = payments.gateway().open_sessions(None).await.unwrap();
        let mut ids: Vec<_> = open.iter().map(|session| session.id.as_str()).collect();
        ids.sort_unstable();
        let mut expected = [page.id.as_str(), lost.id.as_str()];
        expected.sort_unstable();
        assert_eq!((ids, has_more), (expected.to_vec(), false));
    });
}

#[test]
fn a_session_tells_how_far_it_is() {
    with_books(async |books| {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        let page = payments.checkout(&request(books, "op_1", None)).await.unwrap();
        let open = payments.gateway().session(&page.id).await.unwrap();
        assert_eq!((open.status.as_deref(), open.is_paid(), open.url.as_deref()), (Some("open"), false, Some(page.url.as_str())));
        assert_eq!((open.references.donation.as_deref(), open.client_reference.as_deref()), (Some("d7"), Some("d7")));
        stripe.pay(&page.id, Outcome::Pay).unwrap();
        assert!(payments.gateway().session(&page.id).await.unwrap().is_paid());
        assert!(payments.gateway().session("cs_unknown").await.unwrap_err().is_missing());
        let other = payments.checkout(&request(books, "op_2", None)).await.unwrap();
        let expired = payments.gateway().expire_session(&other.id, "op_3").await.unwrap();
        assert_eq!(expired.status.as_deref(), Some("expired"));
    });
}

#[test]
fn a_recurring_gift_is_stopped_once_and_stays_stopped() {
    with_books(async |books| {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        let page = payments.checkout(&request(books, "op_1", Some(Interval::Week))).await.unwrap();
        stripe.pay(&page.id, Outcome::Pay).unwrap();
        stripe.settle().await;
        let (alive, _) = payments.gateway().subscriptions(None, None, books.now()).await.unwrap();
        let id = alive[0].id.clone();
        assert_eq!((alive.len(), alive[0].fund_ref.as_deref(), alive[0].amount_minor), (1, Some("f7"), Some(4_000)));
        for operation in ["op_2", "op_3"] {
            let stopped = payments.gateway().cancel_subscription(&id, operation, books.now()).await.unwrap();
            assert_eq!(stopped.status, "canceled");
        }
        assert!(payments.gateway().subscriptions(None, None, books.now()).await.unwrap().0.is_empty());
        let fetched = payments.fetch(ObjectKind::Subscription, &id).await.unwrap().remove(0);
        assert_eq!((fetched.status.as_str(), fetched.object), ("canceled", ObjectKind::Subscription));
    });
}

#[test]
fn what_may_pass_is_asked_again_under_the_same_key_and_nothing_else_is() {
    with_books(async |books| {
        let page = (200, r#"{"id":"cs_1","url":"https://pay.example/1","expires_at":5}"#.to_owned());
        for passing in [(0, String::new()), (502, "<html>bad gateway</html>".to_owned()), (200, r#"{"id":"cs_1","#.to_owned())] {
            let stripe = Canned::start(vec![passing.clone(), page.clone()]).await;
            let payments = payments_at(books, &stripe.api_base);
            assert_eq!(payments.checkout(&request(books, "op_1", None)).await.unwrap().id, "cs_1", "{passing:?}");
            let asked = stripe.asked();
            let keys: Vec<_> = asked.iter().map(|asked| asked.lines().find(|line| line.starts_with("idempotency-key"))).collect();
            assert_eq!(keys, [Some("idempotency-key: op_1"); 2]);
        }
        // Whatever object comes with it, and however new, the code is read.
        let error =
            r#"{"type":"invalid_request_error","code":"amount_too_small","param":"amount","payment_intent":{"id":5,"status":"new"}}"#;
        let refusal = (400, format!(r#"{{"error":{error}}}"#));
        let stripe = Canned::start(vec![refusal, page]).await;
        let refused = payments_at(books, &stripe.api_base).checkout(&request(books, "op_1", None)).await.unwrap_err();
        assert!(refused.has_code("amount_too_small") && stripe.asked().len() == 1, "{refused}");
    });
}

#[test]
fn jobs_ask_six_times_and_then_say_that_nobody_answered() {
    with_books(async |books| {
        let stripe = Canned::start(vec![(429, r#"{"error":{"type":"invalid_request_error"}}"#.to_owned())]).await;
        let payments = payments_at(books, &stripe.api_base);
        assert!(matches!(payments.gateway().balance().await, Err(GatewayError::Unreachable { .. })));
        assert_eq!(stripe.asked().len(), 6);
        assert!(stripe.asked()[0].contains("stripe-version: 2026-09-30.endive"));
    });
}

#[test]
fn a_balance_of_the_other_mode_is_refused() {
    with_books(async |books| {
        let stripe = Canned::start(vec![(200, r#"{"livemode":true,"available":[],"pending":[]}"#.to_owned())]).await;
        assert!(payments_at(books, &stripe.api_base).gateway().balance().await.is_err());
    });
}

#[test]
fn the_page_is_asked_for_with_what_it_needs_and_no_more() {
    with_books(async |books| {
        let stripe = Canned::start(vec![(200, r#"{"id":"cs_1","url":"https://pay.example/1","expires_at":5}"#.to_owned())]).await;
        let payments = payments_at(books, &stripe.api_base);
        payments.checkout(&request(books, "op_1", None)).await.unwrap();
        payments.checkout(&request(books, "op_2", Some(Interval::Month))).await.unwrap();
        let bodies: Vec<String> = stripe.asked().iter().map(|asked| unbracket(asked.split_once("\r\n\r\n").unwrap().1)).collect();
        for (body, wanted) in [
            (&bodies[0], &["mode=payment", "payment_intent_data[metadata][fund]=f7", "statement_descriptor_suffix]=GIFT"][..]),
            (&bodies[1], &["mode=subscription", "subscription_data[metadata][donation]=d7", "[recurring][interval]=month"][..]),
        ] {
            let always = ["submit_type=donate", "unit_amount]=4000", "adaptive_pricing[enabled]=false", "locale=es", "metadata[fund]=f7"];
            for part in always.iter().chain(wanted) {
                assert!(body.contains(part), "{part} in {body}");
            }
            for never in ["payment_method_types", "receipt_email", "setup_future_usage", "phone", "address", "tax"] {
                assert!(!body.contains(never), "{never} in {body}");
            }
        }
        assert!(!bodies[1].contains("payment_intent_data") && !bodies[0].contains("subscription_data"));
    });
}

fn unbracket(body: &str) -> String {
    body.replace("%5B", "[").replace("%5D", "]")
}
