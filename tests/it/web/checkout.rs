//! The practice page: whatever is chosen there ends in the right thanks page and in the right entries, by deliveries and list alone.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use strikefund::ids::EntryId;
use strikefund::jobs::Jobs;
use strikefund::ledger;
use strikefund::payments::sync::Run;
use strikefund::web::{Parts, Site};

use super::{Answer, SECRET, Visit, to};
use crate::support::wire::sign;
use crate::support::{Books, on_both_databases};

const GIVE: &str = "/f/general/give";

/// A site whose practice Stripe keeps its deliveries until they are handed in, with a hundred dollars of somebody else's in its balance.
pub(super) async fn site(books: &Books) -> Visit {
    books.general_fund().await;
    let visit = Visit::of(books);
    visit.practice.webhook_by_hand(SECRET);
    let other = at_checkout(&visit, "100").await;
    choose(&visit, &other, &[("outcome", "pay_available_at_once")]).await.is(303);
    settle(&visit, books, 30).await;
    visit
}

/// A form's attempt that differs from amount to amount.
pub(super) async fn at_checkout(visit: &Visit, amount: &str) -> String {
    let attempt = format!("attempt-of-a-gift-of-{amount}");
    visit.give(GIVE, &[("amount", amount), ("email", "ana@example.org"), ("attempt", &attempt)]).await.is(303).next()
}

pub(super) async fn choose(visit: &Visit, checkout: &str, choice: &[(&str, &str)]) -> Answer {
    visit.submit(checkout, choice).await
}

/// Lets so many seconds pass, hands in what was sent meanwhile, reads the list and books; how many deliveries there were.
pub(super) async fn settle(visit: &Visit, books: &Books, secs: u64) -> usize {
    visit.practice.advance(Duration::from_secs(secs)).await;
    let deliveries = visit.practice.take_deliveries();
    for delivery in &deliveries {
        // Signed afresh, as a retry would be: more time may have passed than a signature lives.
        let signature = sign(SECRET, &delivery.body, books.now().unix_secs());
        let request = to("/webhooks/stripe").method("POST").header("stripe-signature", signature);
        visit.send(request.body(Body::from(delivery.body.clone())).unwrap()).await.is(200);
    }
    let jobs = jobs(visit, books);
    jobs.round(Run::Wake).await.unwrap();
    jobs.tie().await.unwrap();
    assert_eq!(strikefund::verify::verify(&books.db).await.unwrap().wrong, None);
    deliveries.len()
}

/// What works behind a site.
pub(super) fn jobs(visit: &Visit, books: &Books) -> Jobs {
    Jobs {
        files: books.files.clone(),
        post: Books::post(),
        keyring: Arc::clone(&visit.site.keyring),
        base_url: visit.site.base_url.clone(),
        db: books.db.clone(),
        clock: books.clock.clone(),
        entropy: books.entropy.clone(),
        payments: Arc::clone(&visit.payments),
        anchors: None,
        practice: true,
        endpoint: "https://fund.example.org/webhooks/stripe".to_owned(),
        node: "test".to_owned(),
    }
}

/// Kind and what each account got, of every entry but the first gift's.
async fn entries(books: &Books) -> Vec<String> {
    let tx = &mut books.db.begin_read().await.unwrap();
    let entries = ledger::entries(tx, EntryId(0), 1_000).await.unwrap();
    let said = |entry: &ledger::Entry| {
        let postings: Vec<_> = entry.postings.iter().map(|posting| format!("{} {}", posting.path, posting.amount.minor)).collect();
        format!("{}: {}", entry.kind, postings.join(", "))
    };
    entries[1..].iter().map(said).collect()
}

const GIFT: &str = "charge: assets:stripe 2397, expenses:fees:processing 103, income:donations:online -2500";
const REFUND: &str = "refund: assets:stripe -2500, income:refunds 2500";
const DISPUTE: &str = "dispute: assets:stripe -4000, expenses:fees:disputes 1500, income:chargebacks 2500";
const WON: &str = "dispute_reversal: assets:stripe 2500, income:chargebacks -2500";

on_both_databases! {
    async fn whatever_happens_afterwards_the_gift_arrived_and_the_books_say_the_rest(books: &Books) {
        for (afterwards, expected) in [
            ("nothing", &[GIFT][..]),
            ("refund", &[GIFT, REFUND]),
            ("dispute_won", &[GIFT, DISPUTE, WON]),
            ("dispute_lost", &[GIFT, DISPUTE]),
            ("inquiry", &[GIFT]),
        ] {
            let fresh = books_like(books).await;
            let books = &fresh;
            let visit = site(books).await;
            let thanks = choose(&visit, &at_checkout(&visit, "25").await, &[("outcome", "pay"), ("afterwards", afterwards)]).await.is(303).next();
            visit.get(&thanks).await.is(200).says("Your bank is confirming");
            settle(&visit, books, 5).await;
            visit.get(&thanks).await.is(200).says("Your gift arrived").says("$23.97");
            assert_eq!(entries(books).await, [GIFT], "{afterwards}: nothing but the gift yet");
            settle(&visit, books, 60).await;
            visit.get(&thanks).await.is(200).says("Your gift arrived");
            assert_eq!(entries(books).await, expected, "{afterwards}");
            fresh.close().await;
        }
    }

    async fn events_that_come_twice_or_out_of_order_lead_to_the_same_page_and_the_same_books(books: &Books) {
        let visit = site(books).await;
        let thanks = choose(&visit, &at_checkout(&visit, "25").await, &[("outcome", "pay"), ("events", "twice")]).await.is(303).next();
        let twice = settle(&visit, books, 30).await;
        visit.get(&thanks).await.is(200).says("Your gift arrived");
        assert_eq!(entries(books).await, [GIFT]);
        choose(&visit, &at_checkout(&visit, "26").await, &[("outcome", "pay")]).await.is(303);
        let once = settle(&visit, books, 30).await;
        assert_eq!((twice, once), (9, 5), "each but the line's own");

        choose(&visit, &at_checkout(&visit, "27").await, &[("outcome", "pay"), ("events", "out_of_order")]).await.is(303);
        visit.practice.advance(Duration::from_secs(30)).await;
        let kinds: Vec<_> = visit.practice.take_deliveries().into_iter().map(|delivery| delivery.kind).filter(|kind| kind != "charge.updated").collect();
        assert_eq!(kinds, ["checkout.session.completed", "payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]);
    }

    async fn a_bank_that_answers_later_is_waited_for(books: &Books) {
        let visit = site(books).await;
        let thanks = choose(&visit, &at_checkout(&visit, "25").await, &[("outcome", "pay_delayed"), ("afterwards", "refund")]).await.is(303).next();
        settle(&visit, books, 5).await;
        visit.get(&thanks).await.is(200).says("Your bank is confirming");
        settle(&visit, books, 18).await;
        visit.get(&thanks).await.is(200).says("Your gift arrived");
        settle(&visit, books, 2 * 86_400).await;
        assert_eq!(entries(books).await.last().unwrap(), REFUND, "afterwards begins when the money is there");
    }

    async fn a_bank_that_asks_first_is_answered_on_a_page_of_its_own(books: &Books) {
        let visit = site(books).await;
        let checkout = at_checkout(&visit, "25").await;
        for (answer, then) in [("declined", 422), ("pay", 303)] {
            let asked = choose(&visit, &checkout, &[("outcome", "asks_first"), ("afterwards", "refund")]).await.is(303).next();
            assert_eq!(asked, checkout);
            visit.get(&checkout).await.is(200).says("Your bank asks").says(">Confirm</button>").says(">Refuse</button>").never_says("Afterwards");
            choose(&visit, &checkout, &[("outcome", answer)]).await.is(then);
        }
        settle(&visit, books, 60).await;
        assert_eq!(entries(books).await, [GIFT, REFUND], "what was chosen for afterwards stands");
    }

    async fn debits_settle_or_come_back_and_nothing_is_said_to_have_arrived_before(books: &Books) {
        let visit = site(books).await;
        let settles = choose(&visit, &at_checkout(&visit, "25").await, &[("outcome", "bank_debit_settles")]).await.is(303).next();
        let fails = choose(&visit, &at_checkout(&visit, "50").await, &[("outcome", "bank_debit_fails")]).await.is(303).next();
        settle(&visit, books, 60).await;
        for thanks in [&settles, &fails] {
            visit.get(thanks).await.is(200).says("Your bank is confirming").never_says("arrived");
        }
        settle(&visit, books, 6 * 86_400).await;
        for thanks in [&settles, &fails] {
            visit.get(thanks).await.is(410).says("This page has ended");
        }
        assert_eq!(entries(books).await.len(), 3, "two debits, and one that came back");
    }

    async fn the_page_says_what_is_paid_and_every_outcome_stands_on_it(books: &Books) {
        let visit = site(books).await;
        let checkout = at_checkout(&visit, "25").await;
        let mut page = visit.get(&checkout).await.is(200).says("<dd>general</dd>").says("$25.00").says("One time").says("Go back without paying");
        for outcome in ["pay", "pay_delayed", "asks_first", "declined", "run_out_of_time", "pay_available_at_once", "bank_debit_settles", "bank_debit_fails"] {
            page = page.says(&format!("name=\"outcome\" value=\"{outcome}\""));
        }
        for wrong in [&[("outcome", "pay"), ("afterwards", "riches")][..], &[("outcome", "pay"), ("events", "never")], &[("outcome", "pay"), ("fund", "x")], &[]] {
            choose(&visit, &checkout, wrong).await.is(422);
        }
        let thanks = choose(&visit, &checkout, &[("outcome", "pay")]).await.is(303).next();
        visit.get(&checkout).await.is(410).says("This payment is already finished").says(&thanks);
    }

    async fn where_money_is_real_there_is_no_such_page(books: &Books) {
        let visit = site(books).await;
        let checkout = at_checkout(&visit, "25").await;
        let real = Visit::to_site(books, None, |parts| Site::new(Parts { practice: None, ..parts }));
        real.get(&checkout).await.is(404);
        choose(&real, &checkout, &[("outcome", "pay")]).await.is(404);
    }
}

/// Further books of the same kind as a test's own.
pub(super) async fn books_like(books: &Books) -> Books {
    let more = if books.postgres_url().is_some() { Books::on_postgres().await } else { Some(Books::on_sqlite().await) };
    more.expect("the server that gave one database gives another")
}
