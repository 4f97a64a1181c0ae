//! Lanes: a flood of pages never delays money, one client never takes all there is, and who that client is cannot be made up.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use strikefund::config::Proxies;
use strikefund::db::Tx;
use strikefund::run;
use strikefund::web::Site;
use strikefund::web::client::Peer;
use strikefund::web::lanes::Lanes;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;
use tower::ServiceExt as _;

use super::{Answer, SECRET, Visit, to};
use crate::support::wire::{event, sign};
use crate::support::{Books, on_both_databases};

/// A site with lanes of this width, where donors wait for a confirmation, behind proxies in 10.0.0.0/8.
fn visit_of(books: &Books, pages: usize, deliveries: usize) -> Visit {
    let proxies: Proxies = "10.0.0.0/8".parse().unwrap();
    Visit::to_site(books, None, |parts| Site::new(parts).with_lanes(Lanes { pages, deliveries }, proxies))
}

/// The page of a donor who waits six seconds for a confirmation that does not come.
async fn waiting_page(visit: &Visit) -> String {
    let form = [("amount", "25"), ("email", "ana@example.org"), ("attempt", "abcdefghijklmnopqrstuvwxyz")];
    let checkout = visit.give("/f/general/give", &form).await.is(303).next();
    visit.submit(&checkout, &[("outcome", "pay_delayed")]).await.is(303).next()
}

/// Asks for a page that takes its time, again while it is turned away, and does not wait for it.
fn ask_slowly(visit: &Visit, request: impl Fn() -> Request<Body> + Send + 'static) -> JoinHandle<()> {
    let router = visit.router.clone();
    tokio::spawn(async move {
        while router.clone().oneshot(request()).await.is_ok_and(|answer| answer.status() == 503) {
            sleep(Duration::from_millis(5)).await;
        }
    })
}

/// Asks until the answer is the wanted one, for as long as a slow page takes.
async fn until(status: u16, ask: impl AsyncFn() -> Answer) -> Answer {
    for _ in 0..200 {
        let answer = ask().await;
        if answer.status == status {
            return answer;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("no {status} within two seconds");
}

fn delivery(visit: &Visit, id: &str) -> Request<Body> {
    let now = visit.clock.now().unix_secs();
    let body = event(id, now, 500);
    to("/webhooks/stripe").method("POST").header("stripe-signature", sign(SECRET, &body, now)).body(Body::from(body)).unwrap()
}

/// Keeps everybody else from writing deliveries until it is dropped.
async fn hold_the_writer(books: &Books) -> Tx {
    let mut tx = books.db.begin_write().await.unwrap();
    if books.postgres_url().is_some() {
        run!(&mut tx, execute, sqlx::query("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE")).unwrap();
    }
    tx
}

fn from(peer: &str, told: &str, path: &str) -> Request<Body> {
    let peer: IpAddr = peer.parse().unwrap();
    to(path).header("x-forwarded-for", told).extension(Peer(peer)).body(Body::empty()).unwrap()
}

on_both_databases! {
    async fn a_flood_of_pages_leaves_the_lane_of_deliveries_open(books: &Books) {
        books.general_fund().await;
        let visit = visit_of(books, 2, 1);
        let slow = waiting_page(&visit).await;
        let ask = || {
            let slow = slow.clone();
            move || to(&slow).body(Body::empty()).unwrap()
        };
        let flood = [ask_slowly(&visit, ask()), ask_slowly(&visit, ask())];
        let turned_away = until(503, async || visit.get("/robots.txt").await).await.says("Not available right now").never_says("reference");
        assert_eq!(turned_away.header("retry-after"), Some("2"));
        for n in 0..3 {
            visit.send(delivery(&visit, &format!("evt_{n}"))).await.is(200);
        }
        visit.get("/readyz").await.is(200);
        visit.get("/robots.txt").await.is(503);
        flood.iter().for_each(JoinHandle::abort);
        until(200, async || visit.get("/robots.txt").await).await;
    }

    async fn a_full_lane_of_deliveries_says_when_to_come_again_and_loses_nothing(books: &Books) {
        books.general_fund().await;
        let visit = visit_of(books, 8, 1);
        let held = hold_the_writer(books).await;
        let mut sent = JoinSet::new();
        for n in 0..3 {
            let (router, request) = (visit.router.clone(), delivery(&visit, &format!("evt_{n}")));
            sent.spawn(async move { router.oneshot(request).await.unwrap() });
        }
        for _ in 0..2 {
            let turned_away = sent.join_next().await.unwrap().unwrap();
            assert_eq!((turned_away.status().as_u16(), turned_away.headers()["retry-after"].to_str().unwrap()), (503, "2"));
        }
        visit.get("/robots.txt").await.is(200);
        drop(held);
        assert_eq!(sent.join_next().await.unwrap().unwrap().status(), 200);
        for n in 0..3 {
            visit.send(delivery(&visit, &format!("evt_{n}"))).await.is(200);
        }
    }

    async fn one_client_behind_a_proxy_leaves_room_for_the_others(books: &Books) {
        books.general_fund().await;
        let visit = visit_of(books, 4, 1);
        let slow = waiting_page(&visit).await;
        let greedy = ["203.0.113.1, 192.0.2.7", "203.0.113.2, 192.0.2.7"].map(|told| {
            let slow = slow.clone();
            ask_slowly(&visit, move || from("10.0.0.1", told, &slow))
        });
        let asks = async |peer: &str, told: &str| visit.send(from(peer, told, "/robots.txt")).await;
        until(503, async || asks("10.0.0.1", "192.0.2.7").await).await;
        asks("10.0.0.1", "203.0.113.1, 192.0.2.7").await.is(503);
        asks("10.0.0.1", "192.0.2.8").await.is(200);
        asks("198.51.100.1", "192.0.2.7").await.is(200);
        greedy.iter().for_each(JoinHandle::abort);
        until(200, async || asks("10.0.0.1", "192.0.2.7").await).await;
    }

    async fn a_proxy_that_names_nobody_is_not_one_client(books: &Books) {
        books.general_fund().await;
        let visit = visit_of(books, 4, 1);
        let slow = waiting_page(&visit).await;
        let crowd = [0; 4].map(|_| {
            let slow = slow.clone();
            ask_slowly(&visit, move || from("10.0.0.1", "unknown", &slow))
        });
        until(503, async || visit.send(from("198.51.100.1", "", "/robots.txt")).await).await;
        crowd.iter().for_each(JoinHandle::abort);
    }

    async fn whoever_is_no_proxy_cannot_pass_for_many(books: &Books) {
        books.general_fund().await;
        let visit = visit_of(books, 4, 1);
        let slow = waiting_page(&visit).await;
        let greedy = ["192.0.2.1", "192.0.2.2"].map(|told| {
            let slow = slow.clone();
            ask_slowly(&visit, move || from("198.51.100.1", told, &slow))
        });
        until(503, async || visit.send(from("198.51.100.1", "192.0.2.99", "/robots.txt")).await).await;
        visit.send(from("198.51.100.2", "192.0.2.99", "/robots.txt")).await.is(200);
        greedy.iter().for_each(JoinHandle::abort);
    }
}
