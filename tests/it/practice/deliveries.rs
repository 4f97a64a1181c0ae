//! Deliveries: signed as Stripe signs, over HTTP or by hand, tried again, and bent by faults.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use strikefund::payments::practice::{Faults, Outcome, Practice, SignedDelivery, VERSION};

use super::{NOON, SECRET, days, gift, practice, seconds};

/// Checks a signature by itself: HMAC-SHA256 (RFC 2104) over `t.body`.
fn verifies(delivery: &SignedDelivery, secret: &str) -> bool {
    let items: Vec<(&str, &str)> = delivery.signature.split(',').filter_map(|item| item.split_once('=')).collect();
    let time = items.iter().find(|(key, _)| *key == "t").unwrap().1;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.").as_bytes());
    mac.update(&delivery.body);
    let expected = data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes());
    items.iter().any(|(key, value)| *key == "v1" && *value == expected)
}

fn event(delivery: &SignedDelivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

async fn pay_by_hand(practice: &Practice, client: &super::Client, outcome: Outcome) -> Vec<SignedDelivery> {
    let session = gift(client).await;
    practice.pay(&session, outcome).unwrap();
    practice.settle().await;
    practice.take_deliveries()
}

fn kinds(deliveries: &[SignedDelivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.kind.as_str()).collect()
}

#[tokio::test]
async fn every_delivery_verifies_with_the_whole_secret_and_with_no_other() {
    let (practice, client) = practice();
    practice.webhook_by_hand(SECRET);
    let deliveries = pay_by_hand(&practice, &client, Outcome::Pay).await;
    assert_eq!(
        kinds(&deliveries),
        ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
    );
    for delivery in &deliveries {
        assert!(verifies(delivery, SECRET) && !verifies(delivery, "of_the_test") && !verifies(delivery, "whsec_other"));
        let event = event(delivery);
        assert_eq!((&event["object"], &event["api_version"], &event["livemode"]), (&"event".into(), &VERSION.into(), &false.into()));
        assert_eq!((&event["id"], &event["created"]), (&delivery.event.as_str().into(), &NOON.into()));
    }
    assert!(event(&deliveries[1])["data"]["object"]["balance_transaction"].is_null());
    seconds(&practice, 2).await;
    let later = practice.take_deliveries();
    assert_eq!(kinds(&later), ["charge.updated"]);
    assert_eq!(event(&later[0])["data"]["previous_attributes"], serde_json::json!({"balance_transaction": null}));
}

/// An endpoint that answers 500 so often before it answers 200, and what it got.
async fn endpoint(failures: usize) -> (String, Arc<Mutex<Vec<SignedDelivery>>>) {
    let got = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&got);
    let handler = move |headers: HeaderMap, body: Bytes| async move {
        let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
        let mut got = keep.lock().unwrap();
        got.push(SignedDelivery { event: String::new(), kind: String::new(), signature, body: body.to_vec() });
        if got.len() <= failures { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks/stripe", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/webhooks/stripe", post(handler))).await });
    (url, got)
}

#[tokio::test]
async fn a_failed_delivery_comes_again_with_growing_pauses_and_a_fresh_time() {
    let (practice, client) = practice();
    let (url, got) = endpoint(3).await;
    practice.webhook_to(&url, SECRET);
    client.post("customers", "name=A").await;
    practice.settle().await;
    let pending = client.get("events?delivery_success=false").await;
    assert_eq!(pending["data"][0]["pending_webhooks"], 1);
    days(&practice, 1).await;
    let got = got.lock().unwrap().clone();
    let times: Vec<i64> = got.iter().map(|d| d.signature[2..].split(',').next().unwrap().parse().unwrap()).collect();
    assert_eq!(times, [NOON, NOON + 300, NOON + 2100, NOON + 9300]);
    assert!(got.iter().all(|delivery| verifies(delivery, SECRET)));
    assert!(client.ids("events?delivery_success=false").await.is_empty());
    assert_eq!(client.ids("events?types[]=customer.created").await.len(), 1);
}

#[tokio::test]
async fn an_endpoint_that_never_answers_well_is_given_up_after_three_days() {
    let (practice, client) = practice();
    let (url, got) = endpoint(usize::MAX).await;
    practice.webhook_to(&url, SECRET);
    client.post("customers", "name=A").await;
    days(&practice, 10).await;
    let count = got.lock().unwrap().len();
    assert!((7..=12).contains(&count), "{count}");
    days(&practice, 10).await;
    assert_eq!(got.lock().unwrap().len(), count);
}

#[tokio::test]
async fn endpoints_made_by_api_get_their_types_only_and_none_when_deleted() {
    let (practice, client) = practice();
    let (url, got) = endpoint(0).await;
    let form = format!("url={url}&enabled_events[]=charge.succeeded&api_version=2025-03-31.basil");
    let made = client.post("webhook_endpoints", &form).await;
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    let id = made["id"].as_str().unwrap();
    assert!(client.get(&format!("webhook_endpoints/{id}")).await["secret"].is_null());
    let session = gift(&client).await;
    practice.pay(&session, Outcome::Pay).unwrap();
    practice.settle().await;
    {
        let got = got.lock().unwrap();
        assert_eq!(got.len(), 1);
        assert!(verifies(&got[0], &secret));
        assert_eq!(event(&got[0])["api_version"], "2025-03-31.basil");
    }
    client.delete(&format!("webhook_endpoints/{id}")).await;
    let session = gift(&client).await;
    practice.pay(&session, Outcome::Pay).unwrap();
    practice.settle().await;
    assert_eq!(got.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn deliveries_are_doubled_twinned_dropped_and_shuffled_when_told() {
    let (practice, client) = practice();
    practice.webhook_by_hand(SECRET);
    practice.set_faults(Faults { delivered_twice: 1000, ..Faults::default() });
    let doubled = pay_by_hand(&practice, &client, Outcome::Declined).await;
    assert_eq!(doubled[0].event, doubled[1].event);
    practice.set_faults(Faults { twin_events: 1000, ..Faults::default() });
    let twins = pay_by_hand(&practice, &client, Outcome::Declined).await;
    assert_eq!(twins[0].kind, twins[1].kind);
    assert_ne!(twins[0].event, twins[1].event);
    practice.set_faults(Faults { deliveries_dropped: 1000, ..Faults::default() });
    assert!(pay_by_hand(&practice, &client, Outcome::Pay).await.is_empty());
    practice.set_faults(Faults { deliveries_shuffled: 1000, ..Faults::default() });
    pay_by_hand(&practice, &client, Outcome::Pay).await;
    seconds(&practice, 120).await;
    let shuffled = practice.take_deliveries();
    assert_eq!(shuffled.len(), 5);
    assert_ne!(kinds(&shuffled)[..3], ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]);
    practice.set_faults(Faults { answer_counts_as_500: 1000, ..Faults::default() });
    assert_eq!(pay_by_hand(&practice, &client, Outcome::Declined).await.len(), 3);
    seconds(&practice, 300).await;
    assert_eq!(practice.take_deliveries().len(), 3, "each came again, though it was answered well");
}

#[tokio::test]
async fn odd_deliveries_are_signed_over_their_odd_bytes() {
    type Odd = (Faults, fn(&Value) -> bool);
    let cases: [Odd; 7] = [
        (Faults { older_version: 1000, ..Faults::default() }, |event| event["api_version"] != VERSION),
        (Faults { livemode_flipped: 1000, ..Faults::default() }, |event| event["livemode"] == true),
        (Faults { unknown_type: 1000, ..Faults::default() }, |event| event["type"] == "practice.something.happened"),
        (Faults { unknown_fields: 1000, ..Faults::default() }, |event| event["data"]["object"]["practice_field"] == true),
        (Faults { unknown_currency: 1000, ..Faults::default() }, |event| event["data"]["object"]["currency"] == "xqx"),
        (Faults { thin: 1000, ..Faults::default() }, |event| event["object"] == "v2.core.event" && event["data"].is_null()),
        (Faults { connect_account: 1000, ..Faults::default() }, |event| event["account"].is_string()),
    ];
    let (practice, client) = practice();
    practice.webhook_by_hand(SECRET);
    for (faults, odd) in cases {
        practice.set_faults(faults.clone());
        let deliveries = pay_by_hand(&practice, &client, Outcome::Pay).await;
        assert_eq!(deliveries.len(), 4);
        for delivery in &deliveries {
            assert!(verifies(delivery, SECRET) && odd(&event(delivery)), "{faults:?}");
        }
        practice.set_faults(Faults::default());
        seconds(&practice, 2).await;
        practice.take_deliveries();
    }
}

#[tokio::test]
async fn signatures_may_be_wrong_stale_early_or_two() {
    let (practice, client) = practice();
    practice.webhook_by_hand(SECRET);
    let time = |delivery: &SignedDelivery| delivery.signature[2..].split(',').next().unwrap().parse::<i64>().unwrap();
    practice.set_faults(Faults { wrong_secret: 1000, ..Faults::default() });
    assert!(pay_by_hand(&practice, &client, Outcome::Declined).await.iter().all(|delivery| !verifies(delivery, SECRET)));
    practice.set_faults(Faults { two_signatures: 1000, ..Faults::default() });
    let two = pay_by_hand(&practice, &client, Outcome::Declined).await;
    assert!(two.iter().all(|delivery| verifies(delivery, SECRET) && delivery.signature.matches("v1=").count() == 2));
    practice.set_faults(Faults { stale_time: 1000, ..Faults::default() });
    assert!(pay_by_hand(&practice, &client, Outcome::Declined).await.iter().all(|delivery| time(delivery) == NOON - 3600));
    practice.set_faults(Faults { future_time: 1000, ..Faults::default() });
    assert!(pay_by_hand(&practice, &client, Outcome::Declined).await.iter().all(|delivery| time(delivery) == NOON + 3600));
}
