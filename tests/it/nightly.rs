//! What the night and the timer look for: disputes and warnings no notice told of, states that moved unheard, gifts without lines, lines
//! without deliveries.

mod silence;
mod unfinished;

use std::time::Duration;

use strikefund::booking::{self, LookedAgain};
use strikefund::ids::Entropy;
use strikefund::money::{Currency, Money};
use strikefund::payments;
use strikefund::payments::checkout::{CheckoutRequest, Interval, PageLanguage};
use strikefund::payments::object::{ObjectKind, ObjectState};
use strikefund::payments::practice::{DirectCharge, Faults, Options, Outcome, Practice};

use crate::books::{Keeper, keeper, keeper_at};
use crate::support::turnstile::Turnstile;
use crate::support::{Books, on_both_databases};

const DAY: Duration = Duration::from_hours(24);

/// A practice Stripe on the books' own clock.
fn practice(books: &Books) -> Practice {
    let options = Options {
        port: 0,
        clock: books.clock.clone(),
        entropy: Entropy::seeded(17),
        site: "http://127.0.0.1:1".to_owned(),
        daily_payouts: false,
    };
    Practice::start(options, None).unwrap()
}

/// A gift of 50.00 stamped now; its charge.
fn gift(practice: &Practice, announced: bool) -> String {
    let created = practice.clock().now();
    practice.charge_direct(&DirectCharge { amount_minor: 5_000, currency: Currency::USD, created, metadata: &[], announced })
}

/// Begins a gift of 25.00 a week; its subscription.
async fn repeat(keeper: &Keeper, practice: &Practice, name: &str) -> String {
    let request = CheckoutRequest {
        operation: name.to_owned(),
        amount: Money::new(2_500, Currency::USD),
        interval: Some(Interval::Week),
        product_name: "Gift".to_owned(),
        description: "Gift".to_owned(),
        client_reference: name.to_owned(),
        fund_ref: keeper.funds[0].reference.clone(),
        donation_ref: name.to_owned(),
        statement_suffix: None,
        email: None,
        language: PageLanguage::English,
        expires_at: practice.clock().now().plus_secs(35 * 60),
        success_url: "http://127.0.0.1:1/thanks/code".to_owned(),
        cancel_url: "http://127.0.0.1:1/give".to_owned(),
    };
    let page = keeper.payments.checkout(&request).await.unwrap();
    practice.pay(&page.id, Outcome::Pay).unwrap();
    let (alive, _) = keeper.payments.gateway().subscriptions(None, None, practice.clock().now()).await.unwrap();
    alive.into_iter().map(|alive| alive.id).next().expect("paying made a recurring gift, and the newest comes first")
}

async fn look_again(keeper: &Keeper) -> LookedAgain {
    booking::look_again(&keeper.payments, &keeper.jobs.db, &keeper.jobs.clock).await.unwrap()
}

/// Kinds and subjects of the alerts that stand, sorted.
async fn alerts(books: &Books) -> Vec<(String, String)> {
    let alerts = payments::alert::list(&mut books.db.begin_read().await.unwrap(), 1_000).await.unwrap();
    let mut alerts: Vec<_> = alerts.into_iter().map(|alert| (alert.kind.to_string(), alert.subject)).collect();
    alerts.sort();
    alerts
}

async fn kinds(books: &Books) -> Vec<String> {
    alerts(books).await.into_iter().map(|(kind, _)| kind).collect()
}

fn about(kind: &str, subject: &str) -> (String, String) {
    (kind.to_owned(), subject.to_owned())
}

async fn status(books: &Books, id: &str) -> String {
    payments::find_object(&mut books.db.begin_read().await.unwrap(), id).await.unwrap().expect("the object is stored").status
}

async fn stored(books: &Books, kind: ObjectKind) -> Vec<ObjectState> {
    payments::objects_of(&mut books.db.begin_read().await.unwrap(), kind, "", 1_000).await.unwrap()
}

on_both_databases! {
    async fn disputes_and_warnings_that_no_notice_told_of_are_found_and_told(books: &Books) {
        let stripe = practice(books);
        let keeper = keeper(books, &stripe, &books.clock).await;
        let (one, other) = (gift(&stripe, false), gift(&stripe, false));
        stripe.advance(DAY * 3).await;
        let dispute = stripe.open_dispute(&one, None).unwrap();
        stripe.warn_of_fraud(&other);
        assert_eq!(look_again(&keeper).await, LookedAgain { listed: 2, asked: 0 });
        let warning = stored(books, ObjectKind::FraudWarning).await.remove(0).id;
        assert_eq!(alerts(books).await, [about("dispute open", &dispute), about("fraud warning", &warning)]);
        assert_eq!(status(books, &dispute).await, "needs_response");

        // A month later the list begins with a newer one, and what is older and open is asked about by its id.
        stripe.advance(DAY * 30).await;
        let newer = stripe.open_dispute(&gift(&stripe, false), None).unwrap();
        stripe.warn_of_fraud(&gift(&stripe, false));
        look_again(&keeper).await;
        stripe.win(&dispute, None, false);
        stripe.refund(&other, None).unwrap();
        stripe.advance(DAY).await;
        assert_eq!(look_again(&keeper).await, LookedAgain { listed: 2, asked: 2 });
        assert_eq!((status(books, &dispute).await, status(books, &warning).await), ("won".to_owned(), "settled".to_owned()));
        let standing = alerts(books).await;
        assert_eq!(standing.len(), 2);
        assert!(standing.contains(&about("dispute open", &newer)), "{standing:?}");
    }

    async fn no_dispute_is_missed_however_many_there_are(books: &Books) {
        let stripe = practice(books);
        let keeper = keeper(books, &stripe, &books.clock).await;
        stripe.set_faults(Faults { page_cut_off: 300, rate_limited: 300, ..Faults::default() });
        for _ in 0..230 {
            stripe.open_dispute(&gift(&stripe, false), None).unwrap();
        }
        assert_eq!(look_again(&keeper).await.listed, 230);
        assert_eq!(stored(books, ObjectKind::Dispute).await.len(), 230);
        assert_eq!(alerts(books).await.iter().filter(|(kind, _)| kind == "dispute open").count(), 230);
    }

    async fn states_that_moved_unheard_are_asked_about_by_id(books: &Books) {
        let stripe = practice(books);
        let keeper = keeper(books, &stripe, &books.clock).await;
        let charge = gift(&stripe, false);
        stripe.advance(DAY * 3).await;
        stripe.set_faults(Faults { refund_pends: 1_000, ..Faults::default() });
        let refund = stripe.refund(&charge, Some(100)).unwrap();
        let payout = stripe.payout(Currency::USD).unwrap();
        stripe.step_payout(&payout);
        stripe.step_payout(&payout);
        for (kind, id) in [(ObjectKind::Refund, &refund), (ObjectKind::Payout, &payout)] {
            keeper.payments.fetch(kind, id).await.unwrap();
        }
        assert_eq!((status(books, &refund).await, status(books, &payout).await), ("pending".to_owned(), "paid".to_owned()));
        stripe.fail_refund(&refund);
        stripe.fail_payout(&payout);
        stripe.advance(DAY).await;
        assert_eq!(look_again(&keeper).await.asked, 2);
        assert_eq!(alerts(books).await, [about("payout failed", &payout), about("refund failed", &refund)]);
        stripe.advance(DAY).await;
        assert_eq!(look_again(&keeper).await.asked, 0, "what has come to its end is asked about no more");
    }

    async fn recurring_gifts_are_listed_and_one_that_ended_unheard_is_known_to_have(books: &Books) {
        let stripe = practice(books);
        let keeper = keeper(books, &stripe, &books.clock).await;
        let ids = [repeat(&keeper, &stripe, "one").await, repeat(&keeper, &stripe, "two").await];
        assert_eq!(look_again(&keeper).await, LookedAgain { listed: 2, asked: 0 });
        assert_eq!(stored(books, ObjectKind::Subscription).await.len(), 2);
        stripe.cancel_subscription(&ids[0]);
        stripe.advance(DAY).await;
        assert_eq!(look_again(&keeper).await, LookedAgain { listed: 1, asked: 1 });
        assert_eq!((status(books, &ids[0]).await, status(books, &ids[1]).await), ("canceled".to_owned(), "active".to_owned()));
    }

    async fn what_the_key_may_not_read_is_named_until_it_may_and_holds_nothing_up(books: &Books) {
        let stripe = practice(books);
        let way = Turnstile::before(&stripe.api_base()).await;
        let keeper = keeper_at(books, &way.api_base, &books.clock).await;
        let charge = gift(&stripe, false);
        stripe.warn_of_fraud(&charge);
        way.refuse(Some("/v1/radar/"));
        let refund = stripe.refund(&gift(&stripe, false), Some(100)).unwrap();
        keeper.payments.fetch(ObjectKind::Refund, &refund).await.unwrap();
        look_again(&keeper).await;
        assert_eq!(alerts(books).await, [about("right missing", "radar.early_fraud_warning")]);
        assert!(!way.asked("/v1/subscriptions").is_empty(), "what comes after it is still looked at");
        way.refuse(None);
        assert_eq!(look_again(&keeper).await.listed, 1);
        assert_eq!(kinds(books).await, ["fraud warning"]);
    }
}
