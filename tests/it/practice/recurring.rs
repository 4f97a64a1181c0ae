//! Gifts that repeat: subscription, invoice, invoice payment, intent, charge.

use serde_json::Value;
use strikefund::payments::practice::{Interval, Outcome, SessionState};

use super::client::Client;
use super::{NOON, SECRET, days, practice, seconds};

async fn repeating(client: &Client, interval: &str) -> String {
    let form = format!(
        "mode=subscription&line_items[0][quantity]=1&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=2500\
         &line_items[0][price_data][product_data][name]=Gift&line_items[0][price_data][recurring][interval]={interval}\
         &subscription_data[metadata][fund]=f1&subscription_data[metadata][donation]=r1&customer_email=donor%40example.org"
    );
    client.post("checkout/sessions", &form).await["id"].as_str().unwrap().to_owned()
}

async fn subscription_of(client: &Client, session: &str) -> Value {
    client.get(&format!("checkout/sessions/{session}?expand[]=subscription")).await["subscription"].clone()
}

#[tokio::test]
async fn a_repeating_gift_joins_its_charge_to_its_fund_through_the_invoice_payment() {
    let (practice, client) = practice();
    practice.webhook_by_hand(SECRET);
    let session = repeating(&client, "month").await;
    assert_eq!(practice.session(&session).unwrap().interval, Some(Interval::Month));
    let charge = practice.pay(&session, Outcome::Pay).unwrap().charge.unwrap();
    seconds(&practice, 2).await;
    let shown = client.get(&format!("checkout/sessions/{session}")).await;
    assert!(shown["payment_intent"].is_null() && shown["invoice"].is_string() && shown["customer"].is_string());
    let charge = client.get(&format!("charges/{charge}")).await;
    assert_eq!(charge["metadata"], serde_json::json!({}));
    let intent = charge["payment_intent"].as_str().unwrap();
    let by_intent = format!("invoice_payments?payment[type]=payment_intent&payment[payment_intent]={intent}&expand[]=data.invoice");
    let joins = client.get(&by_intent).await;
    let details = &joins["data"][0]["invoice"]["parent"]["subscription_details"];
    assert_eq!((&details["metadata"]["fund"], &details["metadata"]["donation"]), (&"f1".into(), &"r1".into()));
    assert_eq!(joins["data"][0]["status"], "paid");
    let kinds: Vec<String> = practice.take_deliveries().into_iter().map(|delivery| delivery.kind).collect();
    for kind in ["customer.subscription.created", "invoice.paid", "invoice_payment.paid", "checkout.session.completed"] {
        assert!(kinds.iter().any(|sent| sent == kind), "{kind} is missing in {kinds:?}");
    }
}

#[tokio::test]
async fn months_keep_their_day_and_weeks_their_seven_days() {
    let (practice, client) = practice();
    let (monthly, weekly) = (repeating(&client, "month").await, repeating(&client, "week").await);
    practice.pay(&monthly, Outcome::Pay).unwrap();
    practice.pay(&weekly, Outcome::Pay).unwrap();
    days(&practice, 61).await;
    let count = async |session: &str| {
        let subscription = subscription_of(&client, session).await;
        assert_eq!(subscription["status"], "active");
        let id = subscription["id"].as_str().unwrap().to_owned();
        (client.ids(&format!("invoices?limit=100&status=paid&subscription={id}")).await.len(), subscription)
    };
    let (invoices, subscription) = count(&monthly).await;
    assert_eq!(invoices, 3);
    let item = &subscription["items"]["data"][0];
    assert_eq!(item["current_period_start"], NOON + 61 * 86_400);
    assert_eq!(count(&weekly).await.0, 9);
    days(&practice, 1).await;
    assert_eq!(practice.lines_total("USD".parse().unwrap()), practice.balance("USD".parse().unwrap()));
}

#[tokio::test]
async fn a_declined_renewal_is_tried_again_and_recovers_or_ends() {
    let (practice, client) = practice();
    let session = repeating(&client, "month").await;
    practice.pay(&session, Outcome::Pay).unwrap();
    let id = subscription_of(&client, &session).await["id"].as_str().unwrap().to_owned();
    practice.decline_renewals(&id, true);
    days(&practice, 31).await;
    assert_eq!(client.get(&format!("subscriptions/{id}")).await["status"], "past_due");
    let invoice = client.get(&format!("invoices?subscription={id}&status=open")).await;
    assert!(invoice["data"][0]["next_payment_attempt"].is_i64());
    practice.decline_renewals(&id, false);
    days(&practice, 3).await;
    assert_eq!(client.get(&format!("subscriptions/{id}")).await["status"], "active");
    practice.decline_renewals(&id, true);
    days(&practice, 45).await;
    assert_eq!(client.get(&format!("subscriptions/{id}")).await["status"], "canceled");
    assert!(client.ids("subscriptions").await.is_empty());
    assert_eq!(client.ids("subscriptions?status=all").await, [id]);
}

#[tokio::test]
async fn a_stopped_gift_is_never_charged_again() {
    let (practice, client) = practice();
    let session = repeating(&client, "week").await;
    practice.pay(&session, Outcome::Pay).unwrap();
    let id = subscription_of(&client, &session).await["id"].as_str().unwrap().to_owned();
    let stopped = client.delete(&format!("subscriptions/{id}?invoice_now=false&prorate=false")).await;
    assert_eq!(stopped["status"], "canceled");
    let again = client.send("DELETE", &format!("/v1/subscriptions/{id}"), "", &[("authorization", "Bearer sk_test_x")]).await.unwrap();
    assert_eq!(again.body["error"]["code"], "resource_missing");
    days(&practice, 60).await;
    assert_eq!(client.ids("charges").await.len(), 1);
}

#[tokio::test]
async fn a_declined_first_try_makes_no_subscription_and_a_debit_makes_a_paid_one_later() {
    let (practice, client) = practice();
    let session = repeating(&client, "month").await;
    practice.pay(&session, Outcome::Declined).unwrap();
    assert!(client.ids("subscriptions?status=all").await.is_empty());
    let paid = practice.pay(&session, Outcome::PayDelayed).unwrap();
    assert_eq!(paid.state, SessionState::Complete { paid: false });
    seconds(&practice, 20).await;
    assert_eq!(practice.session(&session).unwrap().state, SessionState::Complete { paid: true });
    assert_eq!(subscription_of(&client, &session).await["status"], "active");
}
