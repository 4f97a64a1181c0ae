//! What each object does to the lines and the balance.

use serde_json::Value;
use strikefund::clock::Instant;
use strikefund::money::Currency;
use strikefund::payments::practice::{DirectCharge, Faults, LoneLine, Outcome, Practice, SessionState};

use super::client::Client;
use super::{NOON, days, gift, practice, seconds};

const USD: Currency = Currency::USD;

/// (type, `reporting_category`, amount, fee), oldest first.
async fn lines(client: &Client) -> Vec<(String, String, i64, i64)> {
    let page = client.get("balance_transactions?limit=100").await;
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    let number = |line: &Value, name: &str| line[name].as_i64().unwrap();
    let line = |line: &Value| (text(line, "type"), text(line, "reporting_category"), number(line, "amount"), number(line, "fee"));
    page["data"].as_array().unwrap().iter().rev().map(line).collect()
}

fn line(kind: &str, category: &str, amount: i64, fee: i64) -> (String, String, i64, i64) {
    (kind.to_owned(), category.to_owned(), amount, fee)
}

async fn paid_gift(practice: &Practice, client: &Client, outcome: Outcome) -> String {
    let session = gift(client).await;
    let charge = practice.pay(&session, outcome).unwrap().charge.unwrap();
    seconds(practice, 2).await;
    charge
}

fn balanced(practice: &Practice) {
    assert_eq!(practice.lines_total(USD), practice.balance(USD));
}

#[tokio::test]
async fn a_gift_reaches_the_balance_two_seconds_later_less_the_fee() {
    let (practice, client) = practice();
    let session = gift(&client).await;
    let charge = practice.pay(&session, Outcome::Pay).unwrap().charge.unwrap();
    assert!(client.get(&format!("charges/{charge}")).await["balance_transaction"].is_null());
    assert_eq!(practice.balance(USD), 0);
    seconds(&practice, 2).await;
    assert_eq!(lines(&client).await, [line("charge", "charge", 10_000, 320)]);
    assert!(client.get(&format!("charges/{charge}")).await["balance_transaction"].as_str().unwrap().starts_with("txn_"));
    let balance = client.get("balance").await;
    assert_eq!((&balance["available"][0]["amount"], &balance["pending"][0]["amount"]), (&0.into(), &9680.into()));
    days(&practice, 2).await;
    let balance = client.get("balance").await;
    assert_eq!((&balance["available"][0]["amount"], &balance["pending"][0]["amount"]), (&9680.into(), &0.into()));
}

#[tokio::test]
async fn fees_follow_the_currencys_price_list_or_no_formula_at_all() {
    let (practice, _client) = practice();
    let direct = |code: &str| DirectCharge {
        amount_minor: 10_000,
        currency: code.parse().unwrap(),
        created: Instant::from_unix_secs(NOON),
        metadata: &[],
        announced: false,
    };
    for (code, net) in [("USD", 9680), ("EUR", 9825), ("JPY", 9640), ("MXN", 9680)] {
        practice.charge_direct(&direct(code));
        assert_eq!(practice.balance(code.parse().unwrap()), net, "{code}");
    }
    practice.set_random_fees(true);
    let fees: Vec<i64> = (0..5)
        .map(|_| {
            let before = practice.balance(USD);
            practice.charge_direct(&direct("USD"));
            before + 10_000 - practice.balance(USD)
        })
        .collect();
    assert!(fees.iter().all(|fee| (0..1000).contains(fee)) && fees.iter().any(|fee| *fee != fees[0]), "{fees:?}");
    balanced(&practice);
}

#[tokio::test]
async fn a_bank_debit_waits_then_settles() {
    let (practice, client) = practice();
    let session = gift(&client).await;
    let paid = practice.pay(&session, Outcome::BankDebitSettles).unwrap();
    assert_eq!(paid.state, SessionState::Complete { paid: false });
    let charge = paid.charge.unwrap();
    assert!(charge.starts_with("py_"));
    seconds(&practice, 2).await;
    assert_eq!(lines(&client).await, [line("payment", "charge", 10_000, 320)]);
    assert_eq!(client.get(&format!("charges/{charge}")).await["status"], "pending");
    days(&practice, 5).await;
    assert_eq!(client.get(&format!("charges/{charge}")).await["status"], "succeeded");
    assert_eq!(practice.session(&session).unwrap().state, SessionState::Complete { paid: true });
    balanced(&practice);
}

#[tokio::test]
async fn a_bank_debit_that_fails_goes_back_by_its_own_line_in_either_order_or_leaves_none() {
    let (practice, client) = practice();
    let charge = paid_gift(&practice, &client, Outcome::BankDebitFails).await;
    days(&practice, 3).await;
    assert_eq!(client.get(&format!("charges/{charge}")).await["status"], "failed");
    assert_eq!(lines(&client).await[1], line("payment_failure_refund", "charge_failure", -10_000, 0));
    balanced(&practice);
    practice.set_faults(Faults { debit_fails_before_line: 1000, ..Faults::default() });
    let charge = paid_gift(&practice, &client, Outcome::BankDebitFails).await;
    assert_eq!(client.get(&format!("charges/{charge}")).await["status"], "failed");
    assert_eq!(lines(&client).await.len(), 2);
    balanced(&practice);
}

#[tokio::test]
async fn refunds_take_back_what_is_left_and_no_more() {
    let (practice, client) = practice();
    let charge = paid_gift(&practice, &client, Outcome::Pay).await;
    let other = paid_gift(&practice, &client, Outcome::Pay).await;
    practice.refund(&charge, Some(4000)).unwrap();
    assert!(practice.refund(&charge, Some(6001)).is_err());
    practice.refund(&charge, None).unwrap();
    assert!(practice.refund(&charge, None).unwrap_err().to_string().contains("already been refunded"));
    assert!(practice.refund("ch_unknown", None).is_err());
    let shown = client.get(&format!("charges/{charge}?expand[]=refunds")).await;
    assert_eq!((&shown["amount_refunded"], &shown["refunded"]), (&10_000.into(), &true.into()));
    assert_eq!(shown["refunds"]["data"].as_array().unwrap().len(), 2);
    assert_eq!(lines(&client).await[2..], [line("refund", "refund", -4000, 0), line("refund", "refund", -6000, 0)]);
    assert_eq!(client.ids(&format!("refunds?charge={other}")).await.len(), 0);
    balanced(&practice);
}

#[tokio::test]
async fn a_refund_may_wait_for_money_or_fail_after_it_succeeded() {
    let (practice, client) = practice();
    let charge = paid_gift(&practice, &client, Outcome::PayRefundFails).await;
    let waiting = practice.refund(&charge, None).unwrap();
    let shown = client.get(&format!("refunds/{waiting}")).await;
    // 96.80 in the balance do not pay 100.00 back.
    assert_eq!((&shown["status"], &shown["pending_reason"]), (&"pending".into(), &"insufficient_funds".into()));
    assert!(shown["balance_transaction"].is_null());
    paid_gift(&practice, &client, Outcome::PayAvailableAtOnce).await;
    days(&practice, 3).await;
    assert_eq!(client.get(&format!("refunds/{waiting}")).await["status"], "succeeded");
    days(&practice, 3).await;
    let failed = client.get(&format!("refunds/{waiting}")).await;
    assert_eq!(failed["status"], "failed");
    assert!(failed["failure_balance_transaction"].is_string());
    assert_eq!(lines(&client).await.last().unwrap(), &line("refund_failure", "refund_failure", 10_000, 0));
    assert_eq!(client.get(&format!("charges/{charge}")).await["amount_refunded"], 0);
    balanced(&practice);
}

#[tokio::test]
async fn disputes_withdraw_and_reinstate_in_part_late_and_over_the_charge() {
    let (practice, client) = practice();
    let charge = paid_gift(&practice, &client, Outcome::Pay).await;
    let one = practice.open_dispute(&charge, Some(12_000)).unwrap();
    let two = practice.open_dispute(&charge, Some(500)).unwrap();
    assert!(practice.refund(&charge, None).unwrap_err().to_string().contains("charged back"));
    practice.lose(&one);
    assert_eq!(client.get(&format!("disputes/{one}")).await["status"], "lost");
    practice.win(&one, Some(7000), true);
    practice.win(&two, None, false);
    let shown = client.get(&format!("disputes/{one}")).await;
    assert_eq!((&shown["status"], shown["balance_transactions"].as_array().unwrap().len()), (&"won".into(), 2));
    let expected = [
        line("adjustment", "dispute", -12_000, 1500),
        line("adjustment", "dispute", -500, 1500),
        line("adjustment", "dispute_reversal", 7000, -1500),
        line("adjustment", "dispute_reversal", 500, 0),
    ];
    assert_eq!(lines(&client).await[1..], expected);
    balanced(&practice);
}

#[tokio::test]
async fn an_inquiry_moves_no_money_until_it_becomes_a_dispute() {
    let (practice, client) = practice();
    let charge = paid_gift(&practice, &client, Outcome::PayThenInquiry).await;
    let inquiry = client.ids("disputes").await.remove(0);
    assert_eq!(lines(&client).await.len(), 1);
    practice.escalate(&inquiry);
    assert_eq!(client.get(&format!("disputes/{inquiry}")).await["status"], "needs_response");
    assert_eq!(lines(&client).await[1], line("adjustment", "dispute", -10_000, 1500));
    let closed = practice.open_inquiry(&charge).unwrap();
    practice.lose(&closed);
    assert_eq!(client.get(&format!("disputes/{closed}")).await["status"], "warning_closed");
    practice.warn_of_fraud(&charge);
    assert_eq!(client.get("radar/early_fraud_warnings").await["data"][0]["charge"], charge.as_str());
    balanced(&practice);
}

#[tokio::test]
async fn a_payout_leaves_arrives_and_may_still_come_back() {
    let (practice, client) = practice();
    assert_eq!(practice.payout(USD), None);
    paid_gift(&practice, &client, Outcome::PayAvailableAtOnce).await;
    practice.set_faults(Faults { payout_fails_after_paid: 1000, ..Faults::default() });
    let payout = practice.payout(USD).unwrap();
    assert_eq!(practice.balance(USD), 0);
    for status in ["pending", "in_transit", "paid", "paid", "failed"] {
        assert_eq!(client.get(&format!("payouts/{payout}")).await["status"], status);
        days(&practice, 1).await;
    }
    assert_eq!(lines(&client).await[1..], [line("payout", "payout", -9680, 0), line("payout_failure", "payout_reversal", 9680, 0)]);
    assert_eq!(practice.balance(USD), 9680);
    let by_hand = client.post("payouts", "amount=600&currency=usd").await;
    assert_eq!(by_hand["reconciliation_status"], "not_applicable");
    client.post(&format!("payouts/{}/cancel", by_hand["id"].as_str().unwrap()), "").await;
    assert_eq!(lines(&client).await.last().unwrap(), &line("payout_cancel", "payout_reversal", 600, 0));
    balanced(&practice);
}

#[tokio::test]
async fn below_zero_the_bank_is_debited() {
    let (practice, client) = practice();
    let charge = paid_gift(&practice, &client, Outcome::PayAvailableAtOnce).await;
    practice.payout(USD).unwrap();
    practice.open_dispute(&charge, None).unwrap();
    let payout = practice.payout(USD).unwrap();
    assert_eq!(client.get(&format!("payouts/{payout}")).await["amount"], -11_500);
    assert_eq!(lines(&client).await.last().unwrap(), &line("payout", "payout", 11_500, 0));
    assert_eq!(practice.balance(USD), 0);
    balanced(&practice);
}

#[tokio::test]
async fn holds_lone_fees_and_unheard_lines_move_the_balance_and_a_holds_mirror_does_not() {
    let (practice, client) = practice();
    paid_gift(&practice, &client, Outcome::PayAvailableAtOnce).await;
    practice.hold(USD, 3000);
    practice.lone_line(LoneLine::StripeFee, USD, -250);
    practice.lone_line(LoneLine::Unheard, USD, 77);
    practice.hold(USD, -3000);
    assert_eq!(practice.balance(USD), 9680 - 250 + 77);
    balanced(&practice);
    let page = client.get("balance_transactions?limit=100").await;
    let reserved: i64 =
        page["data"].as_array().unwrap().iter().filter(|l| l["balance_type"] == "risk_reserved").map(|l| l["net"].as_i64().unwrap()).sum();
    assert_eq!(reserved, 0);
    assert_eq!(client.ids("balance_transactions?type=reserve_hold").await.len(), 2);
}
