//! The site from outside: requests to the router in process, and to the accept loop over a real port.

mod accounts;
mod api;
mod back;
mod backing;
mod bank;
mod books_export;
mod bounded;
mod canaries;
mod checkout;
mod closing;
mod conditions;
mod corrections;
mod crawl;
mod documents;
mod edge;
mod exports;
mod fields;
mod gift;
mod give;
mod giving;
mod goods;
mod grown;
mod hostile;
mod kept_heads;
mod kitchen;
mod laddered;
mod lanes;
mod language;
mod leftovers;
mod news;
mod notices;
mod offline;
mod outbox;
pub mod pages;
mod picket;
mod published;
mod refunds;
mod repeats;
mod returned;
mod reveals;
mod server;
mod settings;
mod setup;
mod spending;
mod staff;
mod thanks;
mod together;
mod told;
mod two_browsers;
mod verifying;
mod words;

pub use staff::person;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::donations;
use strikefund::ids::Entropy;
use strikefund::payments::practice::{self, Practice};
use strikefund::payments::{Gateway, GatewaySettings, Payments, Secrets, Settings, read_secrets};
use strikefund::seal::Keyring;
use strikefund::web::{self, Parts, Site};
use tower::ServiceExt as _;

use crate::support::Books;

const BASE_URL: &str = "https://fund.example.org";

/// A site on a test's own books, with a practice Stripe of its own.
struct Visit {
    router: Router,
    site: Arc<Site>,
    practice: Practice,
    payments: Arc<Payments>,
    clock: Clock,
}

/// What every visit's site seals with.
const MASTER: [u8; 32] = [7; 32];
/// The endpoint's secret.
const SECRET: &str = "whsec_practice";

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Visit {
    fn of(books: &Books) -> Self {
        Self::with_stripe_at(books, None)
    }

    /// The same with Stripe elsewhere than where it answers.
    fn with_stripe_at(books: &Books, api_base: Option<&str>) -> Self {
        Self::to_site(books, api_base, |parts| Site::new(parts).at_once())
    }

    /// A real site that its server's configuration gave neither key nor webhook secret; Stripe is where the practice Stripe answers.
    fn without_keys(books: &Books) -> Self {
        let make = |parts| Site::new(Parts { practice: None, ..parts }).at_once();
        Self::opened(books, None, make, |settings, entropy| (Gateway::closed(settings, entropy), Secrets::none()))
    }

    /// A site as `make` makes it.
    fn to_site(books: &Books, api_base: Option<&str>, make: impl FnOnce(Parts) -> Site) -> Self {
        Self::opened(books, api_base, make, |settings, entropy| (Gateway::new(settings, entropy).unwrap(), read_secrets(SECRET).unwrap()))
    }

    fn opened(
        books: &Books,
        api_base: Option<&str>,
        make: impl FnOnce(Parts) -> Site,
        keys: impl FnOnce(&GatewaySettings, Entropy) -> (Gateway, Secrets),
    ) -> Self {
        let (clock, entropy) = (books.clock.clone(), books.entropy.clone());
        let options = practice::Options {
            port: 0,
            clock: clock.clone(),
            entropy: Entropy::seeded(11),
            site: BASE_URL.to_owned(),
            daily_payouts: false,
        };
        let practice = Practice::start(options, None).unwrap();
        let keyring = Arc::new(Keyring::from_master(&MASTER));
        let mut gateway = GatewaySettings::new("sk_test_practice".to_owned().into(), api_base.map_or(practice.api_base(), str::to_owned));
        (gateway.first_pause, gateway.job_pace) = (Duration::from_millis(1), Duration::ZERO);
        let (gateway, secrets) = keys(&gateway, entropy.clone());
        let payments = Arc::new(Payments::open(Settings {
            db: books.db.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            keyring: Arc::clone(&keyring),
            gateway,
            secrets,
        }));
        let db: Db = books.db.clone();
        let (practice_page, base_url) = (Some(practice.clone()), BASE_URL.to_owned());
        let parts = Parts {
            db,
            clock: clock.clone(),
            entropy,
            keyring,
            files: books.files.clone(),
            post: Books::post(),
            payments: Arc::clone(&payments),
            practice: practice_page,
            base_url,
        };
        let site = Arc::new(make(parts));
        Self { router: web::router(Arc::clone(&site)).unwrap(), site, practice, payments, clock }
    }

    /// The table of addresses that the router was built from.
    fn doors(&self) -> Vec<web::doors::Door> {
        web::addresses(&self.site)
    }

    /// What the form of `attempt` bears when it was given out so many seconds ago.
    fn issued(&self, attempt: &str, secs_ago: i64) -> String {
        donations::issue(&Keyring::from_master(&MASTER), attempt, self.clock.now().plus_secs(-secs_ago))
    }

    /// Sends a give form that somebody took a while to fill in.
    async fn give(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let attempt = fields.iter().find(|(name, _)| *name == "attempt").map_or("", |(_, attempt)| attempt);
        let issued = self.issued(attempt, 20);
        self.submit(path, &[fields, &[("issued", &*issued)]].concat()).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(to(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form as a browser does from our own page.
    async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
        self.send(form_to(path).header("sec-fetch-site", "same-origin").body(Body::from(form)).unwrap()).await
    }
}

/// A request under our own name.
fn to(path: &str) -> axum::http::request::Builder {
    Request::builder().uri(path).header(header::HOST, "fund.example.org")
}

fn form_to(path: &str) -> axum::http::request::Builder {
    to(path).method("POST").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

/// Each field once, with the last value it was given.
fn each_once<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let later = |at: usize| fields[at + 1..].iter().any(|(name, _)| *name == fields[at].0);
    (0..fields.len()).filter(|at| !later(*at)).map(|at| fields[at]).collect()
}

fn encoded(value: &str) -> String {
    value.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    #[track_caller]
    fn says(self, words: &str) -> Self {
        assert!(self.text().contains(words), "“{words}” is not in:\n{}", self.text());
        self
    }

    #[track_caller]
    fn never_says(self, words: &str) -> Self {
        assert!(!self.text().contains(words), "“{words}” is in:\n{}", self.text());
        self
    }

    /// What a hidden field of its form holds.
    #[track_caller]
    fn value_of(&self, name: &str) -> String {
        let after = self.text().split(&format!("name=\"{name}\" value=\"")).nth(1).expect("the form has such a field");
        after.split('"').next().unwrap_or_default().to_owned()
    }

    /// Where it sends the browser, as a path of ours.
    #[track_caller]
    fn next(&self) -> String {
        let location = self.header("location").unwrap_or_else(|| panic!("no redirect: {}", self.text()));
        location.strip_prefix(BASE_URL).unwrap_or(location).to_owned()
    }
}
