//! The ladder against card testing at the give form (H1): each step at its number, and whoever gives is served all the while.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use strikefund::payments::alert::{self, AlertKind};
use strikefund::payments::practice::SessionState;
use strikefund::payments::sync::Run;
use strikefund::people::Role;
use strikefund::people::session::Stage;
use strikefund::run;
use strikefund::web::client::Peer;

use super::checkout::{books_like, choose, jobs, settle};
use super::notices::Mailed;
use super::staff::Staff;
use super::staff::sign_in::joined;
use super::{Answer, SECRET, Visit, encoded, form_to};
use crate::support::{Books, on_both_databases};

const GIVE: &str = "/f/general/give";

/// Sends the form of one attempt, given out so many seconds ago, from an address.
async fn give_from(visit: &Visit, from: &str, n: usize, secs_ago: i64) -> Answer {
    let attempt = format!("attempt-of-the-test-{n:05}");
    let issued = visit.issued(&attempt, secs_ago);
    let email = format!("donor{n}@example.org");
    let fields = [("amount", "25"), ("email", &*email), ("attempt", &*attempt), ("issued", &*issued)];
    let form = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
    let mut request = form_to(GIVE).header("sec-fetch-site", "same-origin").body(Body::from(form)).unwrap();
    request.extensions_mut().insert(Peer(from.parse::<IpAddr>().unwrap()));
    visit.send(request).await
}

/// Opens a payment page, and has the card refused there.
async fn refused_from(visit: &Visit, from: &str, n: usize) {
    let checkout = give_from(visit, from, n, 70).await.is(303).next();
    choose(visit, &checkout, &[("outcome", "declined")]).await;
}

/// Eleven refused cards within a minute, each from an address of its own.
async fn attack(visit: &Visit, books: &Books) {
    for n in 0..11 {
        refused_from(visit, &format!("192.0.2.{n}"), n).await;
    }
    settle(visit, books, 2).await;
}

/// The alerts of the brake that stand.
async fn standing(books: &Books) -> Vec<AlertKind> {
    let alerts = alert::list(&mut books.db.begin_read().await.unwrap(), 100).await.unwrap();
    let of_the_brake = |kind: &AlertKind| matches!(kind, AlertKind::GivingSlowed | AlertKind::GivingPaused);
    alerts.into_iter().map(|alert| alert.kind).filter(of_the_brake).collect()
}

/// How many gifts there are in each state.
async fn gifts(books: &Books) -> Vec<(String, i64)> {
    const SQL: &str = "SELECT state, COUNT(*) FROM donation GROUP BY state ORDER BY state";
    let tx = &mut books.db.begin_read().await.unwrap();
    run!(tx, fetch_all, sqlx::query_as(SQL)).unwrap()
}

/// Has the jobs look at the brake and write their mails; who was told these words of it.
async fn told(mailed: &Mailed, words: &str) -> Vec<String> {
    mailed.jobs.brake().await.unwrap();
    let sent = mailed.sent().await;
    let is_it = |subject: &str, mail: &str| subject == "The books need attention" && mail.contains(words);
    sent.into_iter().filter(|(_, subject, mail)| is_it(subject, mail)).map(|(to, ..)| to).collect()
}

on_both_databases! {
    async fn a_client_proves_its_fourth_visit_in_a_minute_and_others_go_on(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        for n in 0..3 {
            give_from(&visit, "2001:db8::1", n, 20).await.is(303);
        }
        let asked = give_from(&visit, "2001:db8::2", 3, 20).await.is(429).says("One moment").says("proof.js");
        assert_eq!(asked.header("retry-after"), Some("60"), "one /64 is one client");
        give_from(&visit, "2001:db8::3", 3, 60).await.is(303);
        give_from(&visit, "2001:db8:0:1::1", 4, 20).await.is(303);
        books.clock.advance(Duration::from_mins(1));
        give_from(&visit, "2001:db8::1", 5, 20).await.is(303);
    }

    async fn a_picket_line_behind_one_address_can_give(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        visit.practice.webhook_by_hand(SECRET);
        // A gift that arrives gives its place back, so that two hundred phones come one behind the other.
        for n in 0..200 {
            let checkout = give_from(&visit, "192.0.2.7", n, 20).await.is(303).next();
            choose(&visit, &checkout, &[("outcome", "pay_available_at_once")]).await.is(303);
            if n % 3 == 2 {
                visit.practice.advance(Duration::from_secs(7)).await;
                jobs(&visit, books).round(Run::Wake).await.unwrap();
            }
        }
    }

    async fn five_hundred_addresses_and_a_network_that_changes_each_time_meet_the_step_for_everybody(books: &Books) {
        for address in [|n: usize| format!("10.0.{}.{}", n / 250, n % 250), |n: usize| format!("2001:db8:{n:x}::1")] {
            let fresh = books_like(books).await;
            fresh.general_fund().await;
            let visit = Visit::of(&fresh);
            let mut through = 0;
            for n in 0..500 {
                let answer = give_from(&visit, &address(n), n, 20).await;
                through += usize::from(answer.status == 303);
                assert!(matches!(answer.status.as_u16(), 303 | 429), "{}", answer.status);
            }
            assert_eq!(through, 31, "more than thirty in a minute, and everybody proves it");
            // Whoever takes the minute that a person takes is served all the while.
            give_from(&visit, "198.51.100.9", 900, 70).await.is(303);
            fresh.close().await;
        }
    }

    async fn five_refused_cards_wait_an_hour_and_only_there(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        visit.practice.webhook_by_hand(SECRET);
        for n in 0..5 {
            refused_from(&visit, "192.0.2.7", n).await;
        }
        settle(&visit, books, 2).await;
        let waits = give_from(&visit, "192.0.2.7", 10, 70).await.is(429).says("Too many cards failed here");
        assert_eq!(waits.header("retry-after"), Some("3600"));
        give_from(&visit, "192.0.2.8", 11, 20).await.is(303);
        books.clock.advance(Duration::from_hours(1));
        give_from(&visit, "192.0.2.7", 12, 70).await.is(303);
    }

    async fn a_bot_with_many_addresses_pauses_giving_and_nothing_else(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        visit.practice.webhook_by_hand(SECRET);
        attack(&visit, books).await;
        let paused = give_from(&visit, "198.51.100.1", 20, 70).await.is(503).says("Too many cards are failing right now");
        assert_eq!(paused.header("retry-after"), Some("900"));
        visit.get(GIVE).await.is(503).says("15 minutes");
        visit.get("/f/general/").await.is(200);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        staff.get("/treasury/stripe").await.is(200).says("Giving is paused for 15 more minutes").says("Let giving go on");
        // Deliveries are taken as ever, and pages that were open are ended at Stripe.
        settle(&visit, books, 5).await;
        books.clock.advance(Duration::from_mins(15));
        give_from(&visit, "198.51.100.1", 21, 20).await.is(429).says("One moment");
        give_from(&visit, "198.51.100.1", 22, 60).await.is(303);
        books.clock.advance(Duration::from_mins(16));
        give_from(&visit, "198.51.100.1", 23, 60).await.is(303);
        books.clock.advance(Duration::from_mins(16));
        give_from(&visit, "198.51.100.2", 24, 20).await.is(303);
    }

    async fn a_treasurer_lets_giving_go_on_and_proof_stays(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        visit.practice.webhook_by_hand(SECRET);
        attack(&visit, books).await;
        give_from(&visit, "198.51.100.1", 20, 70).await.is(503);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let page = staff.get("/treasury/stripe").await.is(200).text().to_owned();
        let form = page.split("<form").find(|form| form.contains("value=\"giving\"")).unwrap();
        let operation = form.split("name=\"operation\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(staff.submit("/treasury/stripe", &[("act", "giving"), ("operation", &operation)]).await.is(303).next(), "/treasury/stripe?done=giving");
        give_from(&visit, "198.51.100.1", 21, 20).await.is(429);
        give_from(&visit, "198.51.100.1", 22, 60).await.is(303);
    }

    async fn treasurers_hear_of_each_step_and_open_pages_are_ended_while_all_else_answers(books: &Books) {
        const PAUSED: &str = "Most cards are being refused";
        const SLOWED: &str = "so many cards are refused";
        books.general_fund().await;
        let mailed = Mailed::of(books).await;
        let visit = &mailed.visit;
        visit.practice.webhook_by_hand(SECRET);
        let rosa = joined(visit, books, &[Role::Recorder]).await;
        // Whoever keeps no books hears nothing of it.
        joined(visit, books, &[Role::Approver]).await;
        mailed.sent().await;
        let open = give_from(visit, "198.51.100.5", 50, 70).await.is(303).next();
        let paid = give_from(visit, "198.51.100.6", 51, 70).await.is(303).next();
        attack(visit, books).await;
        // The money is at Stripe, and no delivery has told of it yet.
        choose(visit, &paid, &[("outcome", "pay_available_at_once")]).await.is(303);
        let session = |page: &str| visit.practice.session(page.rsplit('/').next().unwrap()).unwrap().state;
        assert_eq!((session(&open), standing(books).await), (SessionState::Open, Vec::new()), "nobody looked yet");
        assert_eq!(gifts(books).await, [("open".to_owned(), 13)]);

        assert_eq!(told(&mailed, PAUSED).await, [rosa.email.as_str()]);
        assert_eq!(standing(books).await, [AlertKind::GivingPaused]);
        assert!(told(&mailed, PAUSED).await.is_empty(), "what stands is told once");
        assert_eq!((session(&open), session(&paid)), (SessionState::Expired, SessionState::Complete { paid: true }));
        choose(visit, &open, &[("outcome", "pay")]).await.is(410).says("This payment is already finished");
        assert_eq!(gifts(books).await, [("expired".to_owned(), 13)]);

        visit.get(GIVE).await.is(503);
        visit.get("/f/general/").await.is(200);
        let staff = Staff::at_stage(visit, books, rosa.id, Stage::Whole).await;
        staff.get("/treasury").await.is(200);
        staff.get("/treasury/stripe").await.is(200).says(PAUSED);
        // Each delivery is answered with 200: that twelve pages ended, and that a gift was paid before its page could be. That one counts.
        assert!(settle(visit, books, 30).await > 12);
        assert_eq!(gifts(books).await, [("expired".to_owned(), 12), ("paid".to_owned(), 1)]);

        books.clock.advance(Duration::from_mins(15));
        assert_eq!(told(&mailed, SLOWED).await, [rosa.email.as_str()], "the pause is over, proof is still asked for");
        assert_eq!(standing(books).await, [AlertKind::GivingSlowed]);
        books.clock.advance(Duration::from_mins(16));
        assert!(told(&mailed, "").await.is_empty(), "what ends by itself is told on the page alone");
        assert_eq!(standing(books).await, []);
        let tx = &mut books.db.begin_read().await.unwrap();
        let kinds: Vec<String> =
            run!(tx, fetch_all, sqlx::query_scalar("SELECT kind FROM letter WHERE cause LIKE 'alert giving %' ORDER BY id")).unwrap();
        assert_eq!(kinds, ["books alert", "books alert"]);
    }
}
