//! What went to the bank is the sum of lines we know.

use std::time::Duration;

use strikefund::money::Currency;
use strikefund::payments::alert;
use strikefund::payments::payout::PayoutsChecked;
use strikefund::payments::practice::DirectCharge;
use strikefund::payments::sync::{self, Run};

use super::canned::Canned;
use super::{alerts, gifts, payments_at, practice};
use crate::support::{Books, on_both_databases};

const DAY: Duration = Duration::from_hours(24);
const NONE: PayoutsChecked = PayoutsChecked { hold: 0, differ: 0, waiting: 0, by_hand: 0 };

/// What the alert about a payout says.
async fn said(books: &Books) -> String {
    alert::list(&mut books.db.begin_read().await.unwrap(), 1).await.unwrap().remove(0).in_words(strikefund::language::Language::English)
}

/// A list of lines: the payout's own of 5.00, and one of a charge of so many cents.
fn lines(charge_minor: i64) -> (u16, String) {
    let line = |id: &str, kind: &str, minor: i64, source: &str| {
        format!(
            r#"{{"id":"{id}","object":"balance_transaction","amount":{minor},"fee":0,"net":{minor},"currency":"usd","created":1000,"type":"{kind}","status":"available","source":{source}}}"#
        )
    };
    let payout = line("txn_2", "payout", -500, r#"{"id":"po_1","object":"payout"}"#);
    let charge = line("txn_1", "charge", charge_minor, "null");
    (200, format!(r#"{{"object":"list","data":[{payout},{charge}],"has_more":false}}"#))
}

fn payout(reconciliation: &str) -> (u16, String) {
    (200, format!(r#"{{"id":"po_1","object":"payout","amount":500,"currency":"usd","reconciliation_status":"{reconciliation}"}}"#))
}

on_both_databases! {
    async fn a_payout_that_is_the_sum_of_its_lines_is_asked_about_until_it_is_known(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        gifts(books, &stripe, 250, 3_600);
        stripe.advance(DAY * 3).await;
        stripe.payout(Currency::USD).unwrap();
        sync::run(&payments, Run::Full).await.unwrap();
        assert_eq!(payments.check_payouts().await.unwrap(), PayoutsChecked { waiting: 1, ..NONE }, "Stripe does not tell its lines yet");
        stripe.advance(DAY).await;
        assert_eq!(payments.check_payouts().await.unwrap(), PayoutsChecked { hold: 1, ..NONE });
        assert_eq!(payments.check_payouts().await.unwrap(), NONE, "it is known, and never asked about again");
        assert!(alerts(books).await.is_empty());
    }

    async fn a_payout_with_a_line_nobody_listed_is_an_alert_until_the_line_is_known(books: &Books) {
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        gifts(books, &stripe, 3, 60);
        sync::run(&payments, Run::Wake).await.unwrap();
        // Stamped long before everything known: the runs that follow wakes do not look so far back.
        let created = books.now().plus_secs(-20 * 86_400);
        stripe.charge_direct(&DirectCharge { amount_minor: 5_000, currency: Currency::USD, created, metadata: &[], announced: false });
        stripe.advance(DAY * 3).await;
        let payout = stripe.payout(Currency::USD).unwrap();
        stripe.advance(DAY * 2).await;
        sync::run(&payments, Run::Wake).await.unwrap();
        for _ in 0..2 {
            assert_eq!(payments.check_payouts().await.unwrap(), PayoutsChecked { differ: 1, ..NONE });
            assert_eq!(alerts(books).await, ["payout differs"]);
        }
        let alert = alert::list(&mut books.db.begin_read().await.unwrap(), 1).await.unwrap().remove(0);
        assert_eq!(alert.subject, payout);
        let said = alert.in_words(strikefund::language::Language::English);
        assert!(said.contains("not ours as Stripe tells them: 1, the first is txn_"), "{said}");
        sync::run(&payments, Run::Full).await.unwrap();
        assert_eq!(payments.check_payouts().await.unwrap(), PayoutsChecked { hold: 1, ..NONE });
        assert!(alerts(books).await.is_empty());
    }

    async fn a_payout_of_another_amount_than_its_lines_names_the_difference(books: &Books) {
        let stripe = Canned::start(vec![lines(400), payout("completed"), lines(400), payout("completed"), lines(500)]).await;
        let payments = payments_at(books, &stripe.api_base);
        sync::run(&payments, Run::Full).await.unwrap();
        assert_eq!(payments.check_payouts().await.unwrap(), PayoutsChecked { differ: 1, ..NONE });
        let first = said(books).await;
        assert!(first.contains("paid out $5.00, the lines it names come to $4.00: a difference of $1.00"), "{first}");
        assert!(!first.contains("not ours"), "{first}");
        // Now the sum is right, and one of the lines is told otherwise than it was listed.
        assert_eq!(payments.check_payouts().await.unwrap(), PayoutsChecked { differ: 1, ..NONE });
        let second = said(books).await;
        assert!(second.contains("a difference of $0.00") && second.contains("the first is txn_1"), "{second}");
    }

    async fn a_payout_whose_lines_are_never_told_is_left_in_peace(books: &Books) {
        let stripe = Canned::start(vec![lines(500), payout("not_applicable")]).await;
        let payments = payments_at(books, &stripe.api_base);
        sync::run(&payments, Run::Full).await.unwrap();
        assert_eq!(payments.check_payouts().await.unwrap(), PayoutsChecked { by_hand: 1, ..NONE });
        assert_eq!(payments.check_payouts().await.unwrap(), NONE);
        assert_eq!(stripe.asked().len(), 2);
    }

    async fn a_missing_right_to_payouts_is_named_until_it_is_given(books: &Books) {
        let refused = (403, r#"{"error":{"type":"invalid_request_error","message":"no"}}"#.to_owned());
        let stripe = Canned::start(vec![lines(500), refused, payout("completed"), lines(500)]).await;
        let payments = payments_at(books, &stripe.api_base);
        sync::run(&payments, Run::Full).await.unwrap();
        assert!(payments.check_payouts().await.is_err());
        assert_eq!(alerts(books).await, ["right missing"]);
        assert_eq!(payments.check_payouts().await.unwrap(), PayoutsChecked { hold: 1, ..NONE });
        assert!(alerts(books).await.is_empty());
    }
}
