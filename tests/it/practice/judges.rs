//! Outside judges: the official command line and the official Python package drive the practice Stripe and must accept every answer.
//! `tests/run` installs both, names them in `STRIPE_CLI` and `STRIPE_PYTHON`, and runs these tests with `--ignored`.

use std::fs::File;
use std::process::{Command, Output};

use strikefund::money::Currency;
use strikefund::payments::practice::Outcome;

use super::{SECRET, days, gift, practice, seconds};

/// What the official command line can trigger and a strike fund listens to, or needs on the way.
const TRIGGERS: &str = "checkout.session.completed checkout.session.async_payment_succeeded checkout.session.async_payment_failed \
    checkout.session.expired charge.succeeded charge.failed charge.captured charge.refunded charge.refund.updated charge.dispute.created \
    charge.dispute.updated charge.dispute.closed payment_intent.created payment_intent.succeeded payment_intent.payment_failed \
    payment_intent.processing payment_intent.canceled payment_intent.requires_action invoice.created invoice.updated invoice.finalized \
    invoice.paid invoice.payment_succeeded invoice.payment_failed invoice.payment_action_required invoice.voided \
    invoice.marked_uncollectible customer.created customer.updated customer.deleted customer.subscription.created \
    customer.subscription.updated customer.subscription.deleted payout.created payout.updated balance.available payment_method.attached \
    price.created price.updated product.created product.updated";

/// The program that the environment names.
#[expect(clippy::disallowed_methods, reason = "the judges are installed by tests/run; the program itself has no such setting")]
fn judge(name: &str) -> Command {
    Command::new(std::env::var(name).unwrap_or_else(|_| panic!("{name} names no program; tests/run sets it")))
}

/// Runs a judge in a home of its own, away from the thread that serves it.
async fn run(mut command: Command) -> Output {
    let home = tempfile::tempdir().unwrap();
    command.env("HOME", home.path()).env("STRIPE_CLI_TELEMETRY_OPTOUT", "1");
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test]
#[ignore = "needs the official command line: tests/run"]
async fn the_official_command_line_triggers_every_event_a_fund_listens_to() {
    let (practice, client) = practice();
    practice.webhook_by_hand(SECRET);
    for trigger in TRIGGERS.split_ascii_whitespace() {
        let mut command = judge("STRIPE_CLI");
        command.args(["trigger", trigger, "--api-key", "sk_test_practice", "--api-base", &practice.api_base()]);
        let output = run(command).await;
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("Trigger succeeded"), "{trigger}: {said}");
        // The debits' answers come days later, the renewals weeks.
        days(&practice, 6).await;
        let kinds: Vec<String> = practice.take_deliveries().into_iter().map(|delivery| delivery.kind).collect();
        assert!(kinds.iter().any(|kind| kind == trigger), "{trigger} is missing in {kinds:?}");
    }
    for code in ["USD", "EUR"] {
        let currency: Currency = code.parse().unwrap();
        assert_eq!(practice.lines_total(currency), practice.balance(currency), "{code}");
    }
    assert!(client.ids("balance_transactions?limit=100").await.len() > 20);
}

#[tokio::test]
#[ignore = "needs Stripe's Python package: tests/run"]
async fn stripes_python_package_reads_every_answer_and_verifies_every_delivery() {
    let (practice, client) = practice();
    practice.webhook_by_hand(SECRET);
    let scratch = tempfile::tempdir().unwrap();
    let deliveries = scratch.path().join("deliveries");
    let (sender, _other) = super::practice_of(8);
    sender.webhook_by_hand(SECRET);
    let sending = super::Client::new(&sender.api_base());
    for outcome in [Outcome::Declined, Outcome::PayThenDispute, Outcome::BankDebitFails, Outcome::PayAvailableAtOnce] {
        let session = gift(&sending).await;
        sender.pay(&session, outcome).unwrap();
        seconds(&sender, 4 * 86_400).await;
    }
    let lines = sender.take_deliveries().into_iter().map(|delivery| {
        let body = String::from_utf8(delivery.body).unwrap();
        serde_json::json!({"signature": delivery.signature, "body": body}).to_string() + "\n"
    });
    std::fs::write(&deliveries, lines.collect::<String>()).unwrap();
    let mut command = judge("STRIPE_PYTHON");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/practice/journey.py"));
    command.args([&practice.api_base(), SECRET]).stdin(File::open(&deliveries).unwrap());
    let output = run(command).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    practice.settle().await;
    assert_eq!(practice.lines_total(Currency::USD), practice.balance(Currency::USD));
    assert_eq!(client.ids("payouts").await.len(), 1);
}
