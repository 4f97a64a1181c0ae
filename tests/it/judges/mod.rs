//! Outside judges: Stripe's own Python package signs and judges beside us, and Stripe's own command line makes events whose lines reach the books.

pub mod office;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};
use std::time::Duration;

use data_encoding::BASE64;
use secrecy::SecretString;
use serde::Deserialize;
use strikefund::clock::{Clock, Instant};
use strikefund::db::Db;
use strikefund::ledger::{self, chart};
use strikefund::money::Currency;
use strikefund::payments::Secrets;
use strikefund::payments::signature;
use strikefund::run;

use crate::support::node::{Home, Node, SECRET};
use crate::support::wire::{Client, sign};
use crate::support::{block_on, repository, setting, skip};

/// Where we judge otherwise than the package, and how (stripe.md §3).
const WE_DIFFER: [(&str, bool); 5] = [
    // Case means nothing in hexadecimal.
    ("capital hex", true),
    // A clock that far ahead is wrong, and a signature for tomorrow is one to keep.
    ("ahead 301", false),
    ("ahead 86400", false),
    // What says two things says nothing.
    ("two times", false),
    ("time with a sign", false),
];

#[derive(Debug, Deserialize)]
struct Case {
    kind: String,
    header: String,
    body: String,
    now: i64,
    theirs: bool,
}

#[test]
fn stripes_python_package_and_we_judge_the_same_headers_alike() {
    let Some(python) = setting("STRIPE_PYTHON") else { return skip("no Stripe package for Python (STRIPE_PYTHON; tests/run installs it)") };
    let judged = Command::new(python).arg(repository("tests/it/judges/signatures.py")).args([SECRET, "7"]).output().unwrap();
    assert!(judged.status.success(), "{}", said(&judged));
    let secrets = Secrets::new(vec![SecretString::from(SECRET)]).unwrap();
    let cases: Vec<Case> = judged
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert!(cases.len() > 500, "{} cases", cases.len());
    let mut verdicts: BTreeSet<(bool, bool)> = BTreeSet::new();
    for case in &cases {
        let body = BASE64.decode(case.body.as_bytes()).unwrap();
        let ours = signature::verify(&secrets, Some(case.header.as_bytes()), &body, Instant::from_unix_secs(case.now)).is_ok();
        let expected = WE_DIFFER.iter().find(|(kind, _)| *kind == case.kind).map_or(case.theirs, |(_, ours)| *ours);
        assert_eq!(ours, expected, "{case:?}");
        verdicts.insert((ours, case.theirs));
    }
    assert_eq!(verdicts.len(), 4, "some are taken by both, some by neither, some by one: {verdicts:?}");
}

/// What the command line can make of what a strike fund lives through.
const TRIGGERS: [&str; 4] = ["checkout.session.completed", "charge.refunded", "charge.dispute.created", "payout.created"];

#[test]
fn what_the_official_command_line_triggers_reaches_the_books() {
    let Some(stripe) = setting("STRIPE_CLI") else { return skip("no command line of Stripe's (STRIPE_CLI; tests/run installs it)") };
    block_on(async {
        let home = Home::with_days_at_hand();
        let node = home.start().await;
        let db = Db::open_sqlite(home.data()).await.unwrap();
        for event in TRIGGERS {
            let output = trigger(&stripe, event, &home.practice().api_base()).await;
            assert!(output.status.success(), "{event}: {}", said(&output));
            // A refund's line is listed after a while, and a payout's money must be available first.
            home.practice().advance(Duration::from_hours(24)).await;
        }
        let told = hand_over(&home, &node).await;
        assert!(TRIGGERS.iter().all(|event| told.contains(*event)), "{TRIGGERS:?} were triggered, {told:?} told");
        come_to_tie(&home, &db).await;
        let touched = touched(&db).await;
        for path in [chart::STRIPE, chart::ONLINE, chart::PROCESSING, chart::REFUNDS, chart::IN_TRANSIT] {
            assert!(touched.contains(path), "nothing was posted to {path}: {touched:?}");
        }

        // The dispute that the command line triggers is an inquiry, which moves no money until the bank insists.
        assert!(!touched.contains(chart::CHARGEBACKS), "an inquiry was booked: {touched:?}");
        let dispute = told_dispute(&db).await;
        home.practice().escalate(&dispute);
        home.practice().advance(Duration::from_hours(24)).await;
        hand_over(&home, &node).await;
        come_to_tie(&home, &db).await;
        assert!(self::touched(&db).await.contains(chart::CHARGEBACKS), "the dispute is not in the books");
        db.close().await;
        drop(node);
        home.done(&["verify"]);
    });
}

/// Delivers what Stripe has to tell, signed for this moment; the types of it.
async fn hand_over(home: &Home, node: &Node) -> BTreeSet<String> {
    let now = Clock::system().now().unix_secs();
    let mut client = Client::connect(node.address).await.unwrap();
    let mut told = BTreeSet::new();
    for delivery in home.practice().take_deliveries() {
        let signature = sign(SECRET, &delivery.body, now);
        assert_eq!(client.deliver(&signature, &delivery.body).await.unwrap(), 200, "{}", delivery.kind);
        told.insert(delivery.kind);
    }
    told
}

/// Waits until the books hold at Stripe what Stripe says, in every currency.
async fn come_to_tie(home: &Home, db: &Db) {
    let mut held = BTreeMap::new();
    for _ in 0..300 {
        held = ledger::balance_of(&mut db.begin_read().await.unwrap(), chart::STRIPE).await.unwrap();
        let ties = |(currency, minor): (&Currency, &i64)| home.practice().balance(*currency) == *minor;
        if held.contains_key(&Currency::USD) && held.iter().all(ties) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the books hold {held:?} at Stripe, and Stripe says {}", home.practice().balance(Currency::USD));
}

/// The dispute that a notice told of, once that notice was read.
async fn told_dispute(db: &Db) -> String {
    for _ in 0..300 {
        let tx = &mut db.begin_read().await.unwrap();
        let found: Option<String> =
            run!(tx, fetch_optional, sqlx::query_scalar("SELECT id FROM stripe_object WHERE object = 'dispute'")).unwrap();
        if let Some(id) = found {
            return id;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the notice of the dispute was not read within 30 s");
}

/// The accounts that anything was posted to.
async fn touched(db: &Db) -> BTreeSet<String> {
    let tx = &mut db.begin_read().await.unwrap();
    let paths: Vec<String> =
        run!(tx, fetch_all, sqlx::query_scalar("SELECT DISTINCT a.path FROM posting p JOIN account a ON a.id = p.account_id")).unwrap();
    paths.into_iter().collect()
}

/// Runs the command line in a home of its own, away from the thread that serves it.
async fn trigger(stripe: &str, event: &str, api_base: &str) -> Output {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(stripe);
    command.args(["trigger", event, "--api-key", "sk_test_practice", "--api-base", api_base]);
    command.env("HOME", home.path()).env("STRIPE_CLI_TELEMETRY_OPTOUT", "1");
    tokio::task::spawn_blocking(move || command.output().expect("the command line runs")).await.expect("it ends")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
