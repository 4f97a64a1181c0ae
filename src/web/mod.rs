//! Every address, on one page: who may come there, what it may cost, which function answers.

mod answer;
mod api;
mod assets;
mod check_page;
mod claim;
pub mod client;
mod crawlers;
pub mod documents;
pub mod doors;
mod download;
mod edge;
mod embed;
mod error;
pub mod export;
pub mod fields;
mod form;
mod fund_page;
mod gift;
mod give;
mod guesses;
mod health;
pub mod lanes;
pub mod meter;
mod names_page;
mod news;
mod patience;
mod practice_page;
mod public;
mod receipt_face;
mod seats;
pub mod server;
mod shelf;
pub mod table;
mod thanks;
mod treasury;
mod turnstile;
pub mod upload;
mod webhook;
pub mod whole_list;
pub mod words;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::RequestBodyDeadlineLayer;

use crate::clock::Clock;
use crate::config::Proxies;
use crate::db::Db;
use crate::files::Files;
use crate::ids::Entropy;
use crate::mail::Post;
use crate::payments::Payments;
use crate::payments::practice::Practice;
use crate::people::Hasher;
use crate::seal::Keyring;

pub use assets::ASSETS;
use doors::{Door, Doors, Who};
use edge::{Edge, Lane};
use guesses::Guesses;
use lanes::{DeliveryLane, Lanes, PageLane};
use meter::Meter;
use shelf::Shelf;
use turnstile::Turnstile;

/// What a site is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where the books are.
    pub db: Db,
    /// What time it is.
    pub clock: Clock,
    /// Where attempt ids come from.
    pub entropy: Entropy,
    /// Seals what donors write.
    pub keyring: Arc<Keyring>,
    /// Where documents lie.
    pub files: Files,
    /// The way to the mail server.
    pub post: Post,
    /// The way to Stripe, and its way to us.
    pub payments: Arc<Payments>,
    /// The practice Stripe, whose page stands in for Stripe's; None where money is real.
    pub practice: Option<Practice>,
    /// How the world reaches us: scheme and host, no slash at its end. Every link that leaves a page is built from it (HT4).
    pub base_url: String,
}

/// Everything that pages need of a running fund.
#[derive(Debug)]
pub struct Site {
    parts: Parts,
    shelf: Shelf,
    thanks_patience: Duration,
    pages: Arc<PageLane>,
    deliveries: DeliveryLane,
    hasher: Hasher,
    guesses: Guesses,
    turnstile: Turnstile,
    downloads: Arc<Semaphore>,
}

impl Site {
    /// A site that serves published files up to a second old, and lets a donor wait six for a confirmation.
    pub fn new(parts: Parts) -> Self {
        let Lanes { pages, deliveries } = Lanes::default();
        Self {
            parts,
            shelf: Shelf::new(Duration::from_secs(1)),
            thanks_patience: Duration::from_secs(6),
            pages: Arc::new(PageLane::new(pages, Proxies::default())),
            deliveries: DeliveryLane::new(deliveries),
            hasher: Hasher::default(),
            guesses: Guesses::default(),
            turnstile: Turnstile::new(),
            downloads: Arc::new(Semaphore::new(download::AT_ONCE)),
        }
    }

    /// The same with lanes of this width, behind these proxies.
    #[must_use]
    pub fn with_lanes(self, lanes: Lanes, proxies: Proxies) -> Self {
        Self { pages: Arc::new(PageLane::new(lanes.pages, proxies)), deliveries: DeliveryLane::new(lanes.deliveries), ..self }
    }

    /// The same without waiting and without remembering, for tests.
    #[must_use]
    pub fn at_once(self) -> Self {
        Self { shelf: Shelf::new(Duration::ZERO), thanks_patience: Duration::ZERO, ..self }
    }

    /// Whether its money is play money.
    const fn is_practice(&self) -> bool {
        self.parts.practice.is_some()
    }

    /// The name of the cookie that a session lives in. Without https a browser would refuse the prefix that binds it to this very host.
    fn session_cookie(&self) -> &'static str {
        if self.parts.base_url.starts_with("https://") { "__Host-session" } else { "session" }
    }

    /// The name of the cookie that a browser is known by to whoever signed in with it.
    fn device_cookie(&self) -> &'static str {
        if self.parts.base_url.starts_with("https://") { "__Host-device" } else { "device" }
    }

    /// The name of the cookie that a link lives in once it has left the address bar.
    fn link_cookie(&self) -> &'static str {
        if self.parts.base_url.starts_with("https://") { "__Host-link" } else { "link" }
    }
}

impl Deref for Site {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// The state every handler is given.
type AnySite = State<Arc<Site>>;

const HOME: &str = "/";
const FUND: &str = "/f/{fund}";
const FUND_PAGE: &str = "/f/{fund}/";
const PUBLISHED: &str = "/f/{fund}/{*path}";
const SPENDING: &str = "/f/{fund}/spending";
const SPENDING_LIST: &str = "/f/{fund}/spending/";
const SPENDING_PAGE: &str = "/f/{fund}/spending/pages/{page}";
const SPENDING_COPY: &str = "/f/{fund}/spending/copies/{name}";
const LETTER: &str = "/f/{fund}/leftovers/letters/{name}";
const SPENDING_ONE: &str = "/f/{fund}/spending/{number}";
const OLDER: &str = "/f/{fund}/p/{number}";
const OLDER_PAGE: &str = "/f/{fund}/p/{number}/";
const OLDER_FILE: &str = "/f/{fund}/p/{number}/{*path}";
const BOOKS: &str = "/f/{fund}/books/{name}";
const ARCHIVE: &str = "/f/{fund}/archive.zip";
const LOG: &str = "/f/{fund}/log/{*path}";
const VERIFY: &str = "/f/{fund}/verify";
const VERIFY_ENGLISH: &str = "/f/{fund}/verify.html";
const VERIFY_SPANISH: &str = "/f/{fund}/verify.es.html";
const NAMES: &str = "/f/{fund}/gifts/names";
const NAMES_ENGLISH: &str = "/f/{fund}/gifts/names.html";
const NAMES_SPANISH: &str = "/f/{fund}/gifts/names.es.html";
const ROOTS: &str = "/f/{fund}/verify/roots.txt";
const GIVE: &str = "/f/{fund}/give";
const THANKS: &str = "/thanks/{code}";
const PRACTICE_CHECKOUT: &str = "/practice/checkout/{id}";
const BADGE: &str = "/embed/{fund}/badge.svg";
const WIDGET: &str = "/embed/{fund}";
const PROOF: &str = "/assets/proof.js";
const STYLE: &str = "/assets/style.css";
const TREASURY_STYLE: &str = "/assets/treasury.css";
const ICON: &str = "/assets/icon.svg";
const CARD: &str = "/assets/card.png";
const ROBOTS: &str = "/robots.txt";
const SITEMAP: &str = "/sitemap.xml";
const SECURITY: &str = "/.well-known/security.txt";
/// Where Stripe sends its events.
pub const WEBHOOK: &str = "/webhooks/stripe";
const ALIVE: &str = "/healthz";
const READY: &str = "/readyz";

/// Addresses that machines come to, not people.
const MACHINES: [&str; 3] = [WEBHOOK, ALIVE, READY];

/// The largest form, in bytes (HT3).
const LARGEST_FORM: usize = 64 * 1024;
/// How long a whole body may take to arrive, however often a byte of it does (HT2).
const BODY_DEADLINE: Duration = Duration::from_secs(10);
/// The largest body that carries files, in bytes: eight documents, or one bank file (HT3). Each page sets its own limit below it.
const LARGEST_UPLOAD: usize = 96 * 1024 * 1024;
/// How long such a body may take to arrive.
const UPLOAD_DEADLINE: Duration = Duration::from_mins(1);

/// The table of addresses that people come to; [`router`] is built from it.
pub fn addresses(site: &Arc<Site>) -> Vec<Door> {
    all_doors(site).open().0
}

fn all_doors(site: &Arc<Site>) -> Doors {
    let public = Doors::new(site)
        .get(HOME, Who::Anyone, fund_page::home)
        .get(FUND, Who::Anyone, public::folder)
        .get(FUND_PAGE, Who::Anyone, public::show)
        .get(PUBLISHED, Who::Anyone, public::published)
        .get(SPENDING, Who::Anyone, public::folder)
        .get(SPENDING_LIST, Who::Anyone, public::spending)
        .get(SPENDING_PAGE, Who::Anyone, public::spending_page)
        .get(SPENDING_COPY, Who::Anyone, public::spending_copy)
        .get(LETTER, Who::Anyone, public::letter)
        .get(SPENDING_ONE, Who::Anyone, public::expense)
        .get(OLDER, Who::Anyone, public::folder)
        .get(OLDER_PAGE, Who::Anyone, public::older)
        .get(OLDER_FILE, Who::Anyone, public::older_file)
        .get(BOOKS, Who::Anyone, download::books)
        .get(ARCHIVE, Who::Anyone, download::archive)
        .get(LOG, Who::Anyone, public::log)
        .get(VERIFY, Who::Anyone, public::page_name)
        .get(VERIFY_ENGLISH, Who::Anyone, check_page::show)
        .post(VERIFY_ENGLISH, Who::Anyone, check_page::check)
        .get(VERIFY_SPANISH, Who::Anyone, check_page::show)
        .post(VERIFY_SPANISH, Who::Anyone, check_page::check)
        .get(NAMES, Who::Anyone, public::page_name)
        .get(NAMES_ENGLISH, Who::Anyone, names_page::show)
        .get(NAMES_SPANISH, Who::Anyone, names_page::show)
        .get(ROOTS, Who::Anyone, check_page::roots)
        .get(GIVE, Who::Anyone, give::form)
        .post(GIVE, Who::Anyone, give::send)
        .get(THANKS, Who::Anyone, thanks::show)
        .get(PRACTICE_CHECKOUT, Who::Anyone, practice_page::show)
        .post(PRACTICE_CHECKOUT, Who::Anyone, practice_page::choose)
        .get(BADGE, Who::Anyone, embed::badge)
        .get(WIDGET, Who::Anyone, embed::widget)
        .get(STYLE, Who::Anyone, assets::style)
        .get(TREASURY_STYLE, Who::Anyone, assets::treasury_style)
        .get(ICON, Who::Anyone, assets::icon)
        .get(CARD, Who::Anyone, assets::card)
        .get(PROOF, Who::Anyone, assets::proof)
        .get(ROBOTS, Who::Anyone, crawlers::robots)
        .get(SITEMAP, Who::Anyone, crawlers::sitemap)
        .get(SECURITY, Who::Anyone, crawlers::security);
    treasury::doors(news::doors(gift::doors(claim::doors(api::doors(public)))))
}

/// The whole site. To measure it, [`meter::install`] comes first.
///
/// # Errors
/// When the base URL is no origin that a browser could send.
pub fn router(site: Arc<Site>) -> anyhow::Result<Router> {
    let (list, pages, uploads) = all_doors(&site).open();
    let paths: BTreeSet<&'static str> = list.iter().map(|door| door.path).chain(MACHINES).collect();
    let edge = Arc::new(Edge::new(&site.base_url, site.is_practice(), Meter::new(&paths.into_iter().collect::<Vec<_>>()))?);
    let after_panic = {
        let edge = Arc::clone(&edge);
        move |_cause| edge.after_panic()
    };
    let dressed = |router: Router<Arc<Site>>, largest: usize, deadline: Duration| -> anyhow::Result<Router<Arc<Site>>> {
        Ok(router.layer(
            ServiceBuilder::new()
                .layer(CatchPanicLayer::custom(after_panic.clone()))
                .layer(from_fn_with_state((Arc::clone(&edge), Lane::People), edge::pass))
                .layer(from_fn_with_state(Arc::clone(&site.pages), lanes::page))
                .layer(RequestBodyLimitLayer::new(largest))
                .layer(edge.csrf()?)
                .layer(RequestBodyDeadlineLayer::new(deadline)),
        ))
    };
    let pages = pages.fallback(async || StatusCode::NOT_FOUND).layer(DefaultBodyLimit::max(LARGEST_FORM));
    let people = dressed(pages, LARGEST_FORM, BODY_DEADLINE)?.merge(dressed(uploads, LARGEST_UPLOAD, UPLOAD_DEADLINE)?);
    let machines =
        Router::new().route(WEBHOOK, post(webhook::receive)).route(ALIVE, get(health::alive)).route(READY, get(health::ready)).layer(
            ServiceBuilder::new()
                .layer(CatchPanicLayer::custom(after_panic.clone()))
                .layer(from_fn_with_state((Arc::clone(&edge), Lane::Machines), edge::pass))
                .layer(RequestBodyLimitLayer::new(webhook::LARGEST))
                .layer(RequestBodyDeadlineLayer::new(BODY_DEADLINE)),
        );
    Ok(people.merge(machines).with_state(site))
}
