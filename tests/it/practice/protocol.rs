//! Keys, idempotency, errors, expansion: what every client of Stripe relies on.

use strikefund::clock::{Clock, Instant};
use strikefund::ids::Entropy;
use strikefund::payments::practice::{Faults, Options, Outcome, PayError, Practice, SessionState};

use super::{NOON, days, gift, practice, seconds};

const BEARER: (&str, &str) = ("authorization", "Bearer sk_test_practice");

#[tokio::test]
async fn it_refuses_to_run_beside_a_live_key() {
    for (key, runs) in [(None, true), (Some("sk_test_1"), true), (Some("sk_live_1"), false), (Some("rk_live_1"), false)] {
        let options = Options {
            port: 0,
            clock: Clock::fixed(Instant::from_unix_secs(NOON)),
            entropy: Entropy::seeded(1),
            site: String::new(),
            daily_payouts: false,
        };
        assert_eq!(Practice::start(options, key).is_ok(), runs, "{key:?}");
    }
}

#[tokio::test]
async fn a_test_key_opens_as_bearer_and_as_basic_and_a_live_one_does_not() {
    let (_practice, client) = practice();
    let basic_test = "Basic c2tfdGVzdF94Og==";
    let basic_live = "Basic c2tfbGl2ZV94Og==";
    let keys = [
        (Some("Bearer sk_test_x"), 200),
        (Some("Bearer rk_test_x"), 200),
        (Some(basic_test), 200),
        (Some("Bearer sk_live_x"), 401),
        (Some(basic_live), 401),
        (Some("Bearer nonsense"), 401),
        (None, 401),
    ];
    for (authorization, expected) in keys {
        let headers: Vec<_> = authorization.into_iter().map(|value| ("authorization", value)).collect();
        let response = client.send("GET", "/v1/balance", "", &headers).await.unwrap();
        assert_eq!(response.status, expected, "{authorization:?}");
        assert!(response.headers.contains_key("request-id"));
    }
}

#[tokio::test]
async fn a_key_replays_its_first_answer_for_24_hours_and_refuses_other_parameters() {
    let (practice, client) = practice();
    let headers = [BEARER, ("idempotency-key", "op-1")];
    let first = client.send("POST", "/v1/customers", "email=a%40example.org&name=A", &headers).await.unwrap();
    let again = client.send("POST", "/v1/customers", "name=A&email=a@example.org", &headers).await.unwrap();
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let other = client.send("POST", "/v1/customers", "email=b%40example.org", &headers).await.unwrap();
    assert_eq!((other.status, other.body["error"]["type"].as_str()), (400, Some("idempotency_error")));
    days(&practice, 1).await;
    let later = client.send("POST", "/v1/customers", "email=a%40example.org&name=A", &headers).await.unwrap();
    assert_ne!(later.body["id"], first.body["id"]);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let (_practice, client) = practice();
    let headers = [BEARER, ("idempotency-key", "op-2")];
    let refused = client.send("POST", "/v1/refunds", "charge=ch_unknown", &headers).await.unwrap();
    assert_eq!((refused.status, refused.body["error"]["code"].as_str()), (404, Some("resource_missing")));
    let other = client.send("POST", "/v1/customers", "", &headers).await.unwrap();
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn errors_have_stripes_shape() {
    let (_practice, client) = practice();
    let cases = [
        ("GET", "/v1/nothing", "", 404, None),
        ("POST", "/v1/checkout/sessions", "", 400, Some("parameter_missing")),
        ("GET", "/v1/charges/ch_unknown", "", 404, Some("resource_missing")),
        ("GET", "/v1/charges?limit=101", "", 400, None),
        ("GET", "/v1/charges?limit=x", "", 400, None),
        (
            "POST",
            "/v1/payment_intents",
            "amount=100&currency=usd&payment_method=pm_card_visa_chargeDeclined&confirm=true",
            402,
            Some("card_declined"),
        ),
    ];
    for (method, path, form, status, code) in cases {
        let response = client.send(method, path, form, &[BEARER]).await.unwrap();
        let error = &response.body["error"];
        assert_eq!((response.status, error["code"].as_str()), (status, code), "{path}");
        assert!(error["type"].is_string() && error["message"].is_string(), "{path}: {error}");
    }
}

#[tokio::test]
async fn expansion_goes_through_lists_and_four_levels_deep() {
    let (practice, client) = practice();
    let session = gift(&client).await;
    practice.pay(&session, Outcome::Pay).unwrap();
    seconds(&practice, 2).await;
    let list = client.get("balance_transactions?expand[]=data.source.payment_intent.latest_charge.balance_transaction").await;
    let source = &list["data"][0]["source"];
    assert_eq!(source["object"], "charge");
    assert_eq!(source["metadata"]["donation"], "d1");
    assert_eq!(source["payment_intent"]["latest_charge"]["balance_transaction"]["net"], 9680);
    let deeper = "/v1/balance_transactions?expand[]=data.source.payment_intent.latest_charge.payment_intent.latest_charge";
    assert_eq!(client.send("GET", deeper, "", &[BEARER]).await.unwrap().status, 400);
    let unknown = client.send("GET", "/v1/balance_transactions?expand[0]=data.nothing", "", &[BEARER]).await.unwrap();
    assert_eq!(unknown.body["error"]["param"], "expand");
    let shown = client.get(&format!("checkout/sessions/{session}?expand%5B%5D=line_items&expand%5B%5D=payment_intent")).await;
    assert_eq!(shown["line_items"]["data"][0]["amount_total"], 10_000);
    assert_eq!(shown["payment_intent"]["status"], "succeeded");
}

#[tokio::test]
async fn a_session_is_open_until_it_is_paid_declined_tries_do_not_end_it() {
    let (practice, client) = practice();
    let id = gift(&client).await;
    let view = practice.session(&id).unwrap();
    assert_eq!((view.name.as_str(), view.amount_minor, view.state), ("Gift", 10_000, SessionState::Open));
    let declined = practice.pay(&id, Outcome::Declined).unwrap();
    assert_eq!((declined.state, declined.next), (SessionState::Open, None));
    assert_eq!(client.get(&format!("charges/{}", declined.charge.unwrap())).await["status"], "failed");
    let asked = practice.pay(&id, Outcome::AsksFirst).unwrap();
    assert_eq!(asked.state, SessionState::Open);
    let paid = practice.pay(&id, Outcome::Pay).unwrap();
    assert_eq!((paid.state, paid.next.as_deref()), (SessionState::Complete { paid: true }, Some("http://127.0.0.1:8080/thanks/abc")));
    assert_eq!(practice.pay(&id, Outcome::Pay).unwrap_err(), PayError::Finished);
    assert_eq!(practice.pay("cs_test_unknown", Outcome::Pay).unwrap_err(), PayError::Unknown);
    assert!(client.get(&format!("checkout/sessions/{id}")).await["url"].is_null());
}

#[tokio::test]
async fn a_session_runs_out_by_itself_and_expires_soon_or_within_a_day_only() {
    let (practice, client) = practice();
    let id = gift(&client).await;
    days(&practice, 1).await;
    assert_eq!(practice.session(&id).unwrap().state, SessionState::Expired);
    for (secs, status) in [(29 * 60, 400), (31 * 60, 200), (25 * 3600, 400)] {
        let expires = practice.clock().now().unix_secs() + secs;
        let form = format!(
            "mode=payment&expires_at={expires}&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=500\
             &line_items[0][price_data][product_data][name]=Gift"
        );
        assert_eq!(client.send("POST", "/v1/checkout/sessions", &form, &[BEARER]).await.unwrap().status, status, "{secs}");
    }
}

#[tokio::test]
async fn api_faults_strike_once_a_request_and_lost_answers_did_their_work() {
    let (practice, client) = practice();
    let post = async |key: &str| client.send("POST", "/v1/customers", "name=A", &[BEARER, ("idempotency-key", key)]).await;
    for (faults, status) in [
        (Faults { rate_limited: 1000, ..Faults::default() }, 429),
        (Faults { server_error: 1000, ..Faults::default() }, 500),
        (Faults { key_in_use: 1000, ..Faults::default() }, 409),
    ] {
        practice.set_faults(faults);
        let key = format!("op-{status}");
        let struck = post(&key).await.unwrap();
        assert_eq!(struck.status, status);
        assert_eq!(struck.headers["stripe-should-retry"], "true");
        assert_eq!(post(&key).await.unwrap().status, 200);
    }
    practice.set_faults(Faults { bad_gateway: 1000, ..Faults::default() });
    assert!(post("op-html").await.is_err(), "a proxy's page is no JSON");
    practice.set_faults(Faults { answer_lost: 1000, ..Faults::default() });
    assert!(post("op-lost").await.is_err(), "the answer is lost");
    let again = post("op-lost").await.unwrap();
    assert_eq!(again.headers["idempotent-replayed"], "true");
    practice.set_faults(Faults::default());
    assert_eq!(client.ids("customers").await.len(), 4, "each operation was done once");
}

#[tokio::test]
async fn control_calls_move_the_clock_and_switch_faults() {
    let (practice, client) = practice();
    let json = [("content-type", "application/json")];
    let moved = client.send("POST", "/control/advance", r#"{"seconds": 90}"#, &json).await.unwrap();
    assert_eq!(moved.body["now"], NOON + 90);
    assert_eq!(practice.clock().now().unix_secs(), NOON + 90);
    let faults = client.send("POST", "/control/faults", r#"{"rate_limited": 1000}"#, &json).await.unwrap();
    assert_eq!(faults.body["rate_limited"], 1000);
    assert_eq!(client.send("GET", "/v1/balance", "", &[BEARER]).await.unwrap().status, 429);
}
