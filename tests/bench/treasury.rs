//! The treasury's pages over a lifetime of history, beside the same pages over a season's: what the database does for each, and how long the
//! first page takes. Steps are counted by `SQLite` itself, so they say the same on every machine.

#[path = "../it/support/history.rs"]
mod history;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use sqlx::AssertSqlSafe;
use strikefund::bank;
use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::files::Files;
use strikefund::funds::{self, NewFund, SetUpError};
use strikefund::ids::{Entropy, PersonId};
use strikefund::ledger;
use strikefund::mail::Post;
use strikefund::money::Currency;
use strikefund::payments::practice::{Options, Practice};
use strikefund::payments::{Gateway, GatewaySettings, Payments, Settings, read_secrets};
use strikefund::people::session::{self, Stage};
use strikefund::people::{self, Language, NewPerson, Role, Roles};
use strikefund::seal::Keyring;
use strikefund::web::{self, Parts, Site};
use strikefund::{run, transact};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::node::SECRET;
use crate::table::{Goal, Row, median};
use history::{NOTHING, Pile};

/// Expenses, and gifts, of both books.
const SMALL: (i64, i64) = (1_000, 1_000);
const LARGE: (i64, i64) = (100_000, 1_000_000);
/// Lines of the bank in both: what the bank brings is a matter of its own.
const AT_THE_BANK: i64 = 200;
const RUNS: usize = 9;
/// The first page, and every list.
const PAGES: [&str; 24] = [
    "/treasury",
    "/treasury/general/expenses",
    "/treasury/general/expenses?state=matched",
    "/treasury/general/expenses/E500",
    "/treasury/general/budget",
    "/treasury/approvals",
    "/treasury/payees",
    "/treasury/claims",
    "/treasury/advances",
    "/treasury/general/gifts",
    "/treasury/gifts/G500",
    "/treasury/general/gifts/offline",
    "/treasury/general/in-kind",
    "/treasury/refunds",
    "/treasury/disputes",
    "/treasury/bank",
    "/treasury/accounts",
    "/treasury/accounts/assets:stripe",
    "/treasury/accounts/income:donations:online",
    "/treasury/journal",
    "/treasury/months",
    "/treasury/search?q=E500",
    "/treasury/audit",
    "/treasury/mail",
];
/// How many steps are told of at once.
const STEPS_AT_ONCE: u32 = 100;
static STEPS: AtomicU64 = AtomicU64::new(0);

/// What each page took.
struct Measured {
    steps: Vec<u64>,
    first_page_micros: u64,
}

/// The row of the first page in steps and in time, and of the list that grew most.
pub async fn measure() -> Vec<Row> {
    let small = Treasury::open(SMALL).await.measure().await;
    let large = Treasury::open(LARGE).await.measure().await;
    println!("\n| page | steps, 1,000 of each | steps, 100,000 and 1,000,000 | ratio |\n|---|---|---|---|");
    for ((page, little), much) in PAGES.iter().zip(&small.steps).zip(&large.steps) {
        println!("| {page} | {little} | {much} | {}.{:02} |", much / little, much * 100 / little % 100);
    }
    let worst = (1..PAGES.len()).max_by_key(|at| large.steps[*at] * 1_000 / small.steps[*at].max(1)).unwrap_or(0);
    println!("the list that grows most is {}", PAGES[worst]);
    let row = |what, figure, control, unit| Row {
        what,
        figure,
        control,
        beside: "the same with 1,000 of each",
        unit,
        goal: Goal::TimesControl(150),
    };
    vec![
        row("the treasury's first page, 100,000 expenses and 1,000,000 gifts", large.steps[0], small.steps[0], "steps"),
        row("the same in time", large.first_page_micros, small.first_page_micros, "µs"),
        row("the list of the treasury that grows most", large.steps[worst], small.steps[worst], "steps"),
    ]
}

struct Treasury {
    _directory: TempDir,
    db: Db,
    router: Router,
    cookie: String,
}

impl Treasury {
    async fn open((expenses, gifts): (i64, i64)) -> Self {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let db = Db::open_sqlite(directory.path()).await.expect("a database opens");
        db.migrate().await.expect("an empty database migrates");
        let (clock, entropy, keys) = (Clock::system(), Entropy::system(), Arc::new(Keyring::from_master(&[3; 32])));
        let now = clock.now();
        let new = NewFund::parse("General", "general", "usd", "America/Los_Angeles").expect("a plain fund parses");
        let fund: Result<_, SetUpError> = transact!(db, tx => funds::set_up(tx, &new, &entropy, now).await);
        let fund = fund.expect("a fund is set up");
        let opened: sqlx::Result<()> = transact!(db, tx => bank::open_account(tx, "assets:bank:main", "Main", Currency::USD, now).await);
        opened.expect("an account is opened");
        let (author, other) = (person(&db, &keys, "Rosa").await, person(&db, &keys, "Ben").await);
        let at = now.unix_secs() * 1_000_000;
        let pile = Pile { author: author.0, other: other.0, fund: fund.0, at, from: 1, to: expenses, text: "Water", nothing: NOTHING[0] };
        let start = Instant::now();
        entries(&db, fund.0, gifts).await;
        let all = [Pile { to: gifts, ..pile }.gifts(), pile.spending(), Pile { to: AT_THE_BANK, ..pile }.bank(), pile.rest()].concat();
        for sql in all {
            let done: sqlx::Result<u64> = transact!(db, tx => run!(tx, execute, sqlx::query(AssertSqlSafe(sql.clone()))));
            done.unwrap_or_else(|error| panic!("{error}: {sql}"));
        }
        let analyzed: sqlx::Result<u64> = transact!(db, tx => run!(tx, execute, sqlx::query("ANALYZE")));
        analyzed.expect("the planner is told");
        println!("books of {expenses} expenses and {gifts} gifts took {} s", start.elapsed().as_secs());
        let token: sqlx::Result<String> = transact!(db, tx => session::begin(tx, author, Stage::Whole, "", &entropy, now).await);
        let cookie = format!("__Host-session={}", token.expect("a session begins"));
        let router = router(&db, &directory, (clock, entropy, keys));
        Self { _directory: directory, db, router, cookie }
    }

    async fn get(&self, path: &str) {
        let request = Request::builder().uri(path).header(header::HOST, "fund.example.org").header(header::COOKIE, &self.cookie);
        let response =
            self.router.clone().oneshot(request.body(Body::empty()).expect("a plain request")).await.expect("the router answers");
        assert_eq!(response.status(), 200, "{path}");
        response.into_body().collect().await.expect("a whole page");
    }

    async fn measure(self) -> Measured {
        let Db::Sqlite { read, .. } = &self.db else { panic!("steps are counted on SQLite") };
        let mut held = Vec::new();
        for _ in 0..4 {
            let mut connection = read.acquire().await.expect("a connection");
            let mut handle = connection.lock_handle().await.expect("its handle");
            handle.set_progress_handler(i32::try_from(STEPS_AT_ONCE).expect("a few"), || {
                STEPS.fetch_add(1, Ordering::Relaxed);
                true
            });
            drop(handle);
            held.push(connection);
        }
        drop(held);
        let mut steps = Vec::new();
        for page in PAGES {
            self.get(page).await;
            let mut each = Vec::new();
            for _ in 0..RUNS {
                let before = STEPS.load(Ordering::Relaxed);
                self.get(page).await;
                each.push((STEPS.load(Ordering::Relaxed) - before) * u64::from(STEPS_AT_ONCE));
            }
            // A connection that prepares a statement for the first time counts that as steps as well: the middle one is none of those.
            steps.push(median(each).max(1));
        }
        let mut took = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            self.get(PAGES[0]).await;
            took.push(u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX));
        }
        self.db.close().await;
        Measured { steps, first_page_micros: median(took) }
    }
}

async fn person(db: &Db, keys: &Keyring, name: &str) -> PersonId {
    let new = NewPerson {
        name: name.to_owned(),
        email: format!("{name}@example.org"),
        language: Language::English,
        roles: Roles::new(Role::ALL),
    };
    let now = Clock::system().now();
    let id: sqlx::Result<PersonId> = transact!(db, tx => people::add(tx, &new, keys, &Entropy::system(), now).await);
    id.expect("a person is taken on")
}

fn router(db: &Db, directory: &TempDir, (clock, entropy, keyring): (Clock, Entropy, Arc<Keyring>)) -> Router {
    let options = Options {
        port: 0,
        clock: clock.clone(),
        entropy: Entropy::seeded(11),
        site: "https://fund.example.org".into(),
        daily_payouts: false,
    };
    let practice = Practice::start(options, None).expect("a practice Stripe starts");
    let mut gateway = GatewaySettings::new("sk_test_practice".to_owned().into(), practice.api_base());
    gateway.job_pace = Duration::ZERO;
    let payments = Arc::new(Payments::open(Settings {
        db: db.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        keyring: Arc::clone(&keyring),
        gateway: Gateway::new(&gateway, entropy.clone()).expect("the gateway opens"),
        secrets: read_secrets(SECRET).expect("a webhook secret"),
    }));
    let parts = Parts {
        db: db.clone(),
        clock,
        entropy,
        files: Files::in_folder(directory.path()).expect("a folder for documents"),
        post: Post::new(None, "noreply@localhost", Arc::clone(&keyring)).expect("no mail server"),
        keyring,
        payments,
        practice: Some(practice),
        base_url: "https://fund.example.org".to_owned(),
    };
    web::router(Arc::new(Site::new(parts))).expect("the router is made")
}

/// An entry for each gift: the first by the bank, the others by card.
async fn entries(db: &Db, fund: i64, gifts: i64) {
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {gifts})");
    let account = |path: &str| format!("(SELECT id FROM account WHERE path = '{path}')");
    let day = "CASE WHEN i <= 60 THEN '2026-11-14' ELSE date('2026-01-01', '+' || (i % 300) || ' days') END";
    let statements = [
        format!(
            "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor)
             SELECT i, 1, CASE WHEN i <= {AT_THE_BANK} THEN {} ELSE {} END, NULL, 'USD', 100 FROM n UNION ALL
             SELECT i, 2, CASE WHEN i <= {AT_THE_BANK} THEN {} ELSE {} END, {fund}, 'USD', -100 FROM n",
            account("assets:bank:main"),
            account("assets:stripe"),
            account("income:donations:bank"),
            account("income:donations:online")
        ),
        format!(
            "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings)
             SELECT i, 'bank', 'gift ' || i, 'gift', {day}, 0, 2 FROM n"
        ),
        "INSERT INTO unsummed (entry_id) SELECT i FROM n".to_owned(),
    ];
    let mut tx = db.begin_write().await.expect("a transaction begins");
    for sql in statements {
        run!(&mut tx, execute, sqlx::query(AssertSqlSafe(format!("{numbers} {sql}")))).expect("the books are written");
    }
    tx.commit().await.expect("a commit");
    loop {
        let folded: sqlx::Result<u64> = transact!(db, tx => ledger::fold(tx, 50_000).await);
        if folded.expect("day sums are kept") < 50_000 {
            break;
        }
    }
}
