//! Booking Stripe's lines: how fast beside raw inserts of the same rows, and whether the millionth costs more than the ten-thousandth.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Row as _, TypeInfo as _, ValueRef as _};
use strikefund::clock::Clock;
use strikefund::db::{Db, Tx};
use strikefund::files::Files;
use strikefund::funds::{self, Fund, NewFund, SetUpError};
use strikefund::ids::Entropy;
use strikefund::jobs::Jobs;
use strikefund::ledger;
use strikefund::mail::Post;
use strikefund::money::Currency;
use strikefund::payments::practice::{DirectCharge, Options, Practice};
use strikefund::payments::sync::Run;
use strikefund::payments::{Gateway, GatewaySettings, Payments, Secrets, Settings};
use strikefund::publication::{self, Press, PublishError};
use strikefund::seal::Keyring;
use strikefund::{run, transact};
use tempfile::TempDir;

use crate::deliveries::per_second;
use crate::node::SECRET;
use crate::table::{Goal, Row, median};

/// Lines that the rate is taken over.
const LINES: i64 = 10_000;
/// Lines of one raw transaction.
const RAW_BATCH: usize = 100;
/// The books that are compared: a season's and a lifetime's.
const SMALL: i64 = 10_000;
const LARGE: i64 = 1_000_000;
/// How many lines the last ones are, and how often they are the last.
const LAST: i64 = 1_000;
const RUNS: usize = 5;

/// A fund with its books, its practice Stripe and the work behind the scenes, all in this process.
struct Desk {
    directory: TempDir,
    db: Db,
    practice: Practice,
    jobs: Jobs,
    fund: Fund,
}

impl Desk {
    async fn open() -> Self {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let db = Db::open_sqlite(directory.path()).await.expect("a database opens");
        db.migrate().await.expect("an empty database migrates");
        let (clock, entropy) = (Clock::system(), Entropy::seeded(11));
        let options =
            Options { port: 0, clock: clock.clone(), entropy: entropy.clone(), site: "http://127.0.0.1:1".into(), daily_payouts: false };
        let practice = Practice::start(options, None).expect("a practice Stripe starts");
        let mut settings = GatewaySettings::new(SecretString::from("sk_test_practice"), practice.api_base());
        // The pace protects the account's rate limit at Stripe; here it would be all that is measured.
        settings.job_pace = Duration::ZERO;
        let payments = Arc::new(Payments::open(Settings {
            db: db.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            keyring: Arc::new(Keyring::from_master(&[3; 32])),
            gateway: Gateway::new(&settings, entropy.clone()).expect("the gateway opens"),
            secrets: Secrets::new(vec![SecretString::from(SECRET)]).expect("a webhook secret"),
        }));
        let mut new = NewFund::parse("General", "general", "usd", "America/Los_Angeles").expect("a plain fund parses");
        (new.min_gifts, new.publish_interval_secs) = (1, 0);
        let now = clock.now();
        let set_up: Result<_, SetUpError> = transact!(db, tx => funds::set_up(tx, &new, &entropy, now).await);
        set_up.expect("a fund is set up");
        let fund = funds::find_by_slug(&mut db.begin_read().await.expect("books open"), "general")
            .await
            .expect("a fund is read")
            .expect("it is there");
        let post = Post::new(None, "noreply@localhost", Arc::new(Keyring::from_master(&[3; 32]))).expect("no mail server");
        let files = Files::in_folder(directory.path()).expect("a folder for documents");
        let (keyring, base_url) = (Arc::new(Keyring::from_master(&[3; 32])), "http://localhost".to_owned());
        let (endpoint, node) = (String::new(), "bench".into());
        let jobs = Jobs {
            db: db.clone(),
            clock,
            entropy,
            files,
            post,
            keyring,
            base_url,
            payments,
            anchors: None,
            practice: true,
            endpoint,
            node,
        };
        Self { directory, db, practice, jobs, fund }
    }

    /// Gives the practice Stripe so many new charges with their lines.
    fn charge(&self, count: i64) {
        for n in 0..count {
            let metadata = [("fund", self.fund.reference.as_str())];
            let created = self.jobs.clock.now();
            self.practice.charge_direct(&DirectCharge {
                amount_minor: 1_000 + n % 9_000,
                currency: Currency::USD,
                created,
                metadata: &metadata,
                announced: false,
            });
        }
    }

    /// Reads the list and books all of it; how long that took.
    async fn book(&self, how: Run) -> Duration {
        let start = Instant::now();
        self.jobs.round(how).await.expect("the lines are booked");
        start.elapsed()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let tx = &mut self.db.begin_read().await.expect("books open");
        run!(tx, fetch_one, sqlx::query_scalar(sql)).expect("rows are counted")
    }
}

/// Booking beside raw inserts of the very rows it made.
pub async fn measure_rate() -> Row {
    let desk = Desk::open().await;
    desk.charge(LINES);
    let took = desk.book(Run::Full).await;
    assert_eq!(desk.count("SELECT COUNT(*) FROM entry WHERE source = 'stripe'").await, LINES, "every line is booked");
    let booked = per_second(usize::try_from(LINES).unwrap_or(0), took);
    let raw = raw_rate(&desk).await;
    println!("booking: {booked} lines/s, raw inserts of the same rows {raw}/s");
    Row {
        what: "balance transactions listed and booked",
        figure: booked,
        control: raw,
        beside: "raw inserts of the same rows, 100 lines to a commit",
        unit: "/s",
        goal: Goal::ShareOfControl(30),
    }
}

/// Writes the rows that booking made into new books, as plain inserts with the same guards standing.
async fn raw_rate(desk: &Desk) -> u64 {
    let directory = tempfile::tempdir().expect("a scratch directory");
    let db = Db::open_sqlite(directory.path()).await.expect("a database opens");
    db.migrate().await.expect("an empty database migrates");
    let mut tx = db.begin_write().await.expect("a transaction begins");
    for table in [Copied::read(&desk.db, "fund", "id").await, Copied::read(&desk.db, "account", "id").await] {
        table.write(&mut tx, 0..table.rows.len()).await;
    }
    tx.commit().await.expect("a commit");

    let mut tables = Vec::new();
    // Postings stand before their entries, as the guards want.
    for (table, order) in [("stripe_line", "id"), ("donation", "id"), ("posting", "entry_id, n"), ("entry", "id"), ("unsummed", "entry_id")]
    {
        tables.push(Copied::read(&desk.db, table, order).await);
    }
    let lines = usize::try_from(LINES).unwrap_or(1);
    let start = Instant::now();
    for batch in 0..lines.div_ceil(RAW_BATCH) {
        let mut tx = db.begin_write().await.expect("a transaction begins");
        for table in &tables {
            let each = table.rows.len() / lines * RAW_BATCH;
            table.write(&mut tx, batch * each..(batch + 1) * each).await;
        }
        tx.commit().await.expect("a commit");
    }
    let rate = per_second(lines, start.elapsed());
    db.close().await;
    rate
}

/// A table's rows, read whole, to be written again one by one.
struct Copied {
    insert: String,
    rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Debug)]
enum Cell {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Copied {
    async fn read(db: &Db, table: &str, order: &str) -> Self {
        let Db::Sqlite { read, .. } = db else { panic!("the rate is taken on SQLite") };
        let found =
            sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table} ORDER BY {order}"))).fetch_all(read).await.expect("rows are read");
        // A table that booking leaves empty, as it folds what waits for its day sums, is nothing to write.
        let names: Vec<&str> = found.first().map(|row| row.columns().iter().map(sqlx::Column::name).collect()).unwrap_or_default();
        let places: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
        let insert = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
        let cell = |row: &sqlx::sqlite::SqliteRow, n: usize| {
            let kind = row.try_get_raw(n).expect("the column is there").type_info().name().to_owned();
            match kind.as_str() {
                "INTEGER" => Cell::Integer(row.get(n)),
                "BLOB" => Cell::Bytes(row.get(n)),
                _ => Cell::Text(row.get(n)),
            }
        };
        let rows = found.iter().map(|row| (0..names.len()).map(|n| cell(row, n)).collect()).collect();
        Self { insert, rows }
    }

    async fn write(&self, tx: &mut Tx, rows: std::ops::Range<usize>) {
        let Tx::Sqlite(tx) = tx else { panic!("the rate is taken on SQLite") };
        for row in &self.rows[rows] {
            let mut query = sqlx::query(AssertSqlSafe(self.insert.clone()));
            for cell in row {
                query = match cell {
                    Cell::Integer(value) => query.bind(value),
                    Cell::Text(value) => query.bind(value),
                    Cell::Bytes(value) => query.bind(value),
                };
            }
            query.execute(&mut **tx).await.expect("a row is written");
        }
    }
}

/// Whether the last thousand lines, the trial balance and the fund's page cost the same in large books as in small ones.
pub async fn measure_growth() -> Vec<Row> {
    let small = Growth::measure(SMALL).await;
    let large = Growth::measure(LARGE).await;
    let row = |what, figure: u64, control: u64| Row {
        what,
        figure,
        control,
        beside: "the same in books of 10,000 lines",
        unit: "µs",
        goal: Goal::TimesControl(150),
    };
    vec![
        row("the last 1,000 of 1,000,000 lines", large.last_lines, small.last_lines),
        row("the trial balance of 1,000,000 lines", large.trial_balance, small.trial_balance),
        row("the fund page's figures from 1,000,000 lines", large.page, small.page),
    ]
}

/// What the newest work costs in books of one size, each the middle of several runs, in microseconds.
struct Growth {
    last_lines: u64,
    trial_balance: u64,
    page: u64,
}

impl Growth {
    async fn measure(lines: i64) -> Self {
        let desk = Desk::open().await;
        desk.fill(lines - LAST).await;
        let (mut last_lines, mut trial_balance, mut page) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            desk.charge(LAST);
            last_lines.push(micros(desk.book(Run::Wake).await));
            let tx = &mut desk.db.begin_read().await.expect("books open");
            let start = Instant::now();
            ledger::trial_balance(tx, None).await.expect("a trial balance");
            trial_balance.push(micros(start.elapsed()));
            page.push(micros(desk.publish().await));
        }
        let wanted = lines - LAST + LAST * i64::try_from(RUNS).unwrap_or(0);
        assert_eq!(desk.count("SELECT COUNT(*) FROM entry").await, wanted, "every line is booked");
        println!("books of {lines} lines are at {}", desk.directory.path().display());
        Self { last_lines: median(last_lines), trial_balance: median(trial_balance), page: median(page) }
    }
}

impl Desk {
    /// Writes books as years of gifts would leave them: lines, gifts and entries of three postings, over three hundred days, day sums folded.
    async fn fill(&self, lines: i64) {
        let numbers = "WITH RECURSIVE line (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM line WHERE n < $1)";
        let statements = [
            "INSERT INTO stripe_line (id, created, type, currency, amount_minor, fee_minor, net_minor, available_on, status, state, seen_at)
             SELECT printf('txn_%08d', n), 1700000000 + n * 25, 'charge', 'USD', 10000, 320, 9680, 0, 'available', 'booked', 0 FROM line",
            "INSERT INTO donation (ref, number, fund_id, origin, state, currency, charge_id, pledged_at, settled_at, settled_minor, settled_fee_minor, settled_currency, clearing)
             SELECT printf('ref%08d', n), printf('G%07d', n), 1, 'elsewhere', 'paid', 'USD', printf('ch_%08d', n), 0, 1, 10000, 320, 'USD', 0 FROM line",
            "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor)
             SELECT n, 1, (SELECT id FROM account WHERE path = 'assets:stripe'), NULL, 'USD', 9680 FROM line UNION ALL
             SELECT n, 2, (SELECT id FROM account WHERE path = 'expenses:fees:processing'), 1, 'USD', 320 FROM line UNION ALL
             SELECT n, 3, (SELECT id FROM account WHERE path = 'income:donations:online'), 1, 'USD', -10000 FROM line",
            "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings)
             SELECT n, 'stripe', printf('txn_%08d', n), 'charge', date('2025-01-01', '+' || (n % 300) || ' days'), 0, 3 FROM line",
            "INSERT INTO unsummed (entry_id) SELECT n FROM line",
        ];
        let mut tx = self.db.begin_write().await.expect("a transaction begins");
        for sql in statements {
            run!(&mut tx, execute, sqlx::query(AssertSqlSafe(format!("{numbers} {sql}"))).bind(lines)).expect("the books are written");
        }
        let progress = "UPDATE stripe_sync SET newest = 1700000000 + 25 * $1, complete_at = 0, opened_at = 0";
        run!(&mut tx, execute, sqlx::query(progress).bind(lines)).expect("the progress is noted");
        tx.commit().await.expect("a commit");
        loop {
            let folded: sqlx::Result<u64> = transact!(self.db, tx => ledger::fold(tx, 50_000).await);
            if folded.expect("day sums are kept") < 50_000 {
                break;
            }
        }
        self.publish().await;
    }

    /// Publishes the fund's page with what is new; how long that took.
    async fn publish(&self) -> Duration {
        let (start, now) = (Instant::now(), self.jobs.clock.now());
        let Jobs { practice, base_url, keyring, entropy, .. } = &self.jobs;
        let press = Press { practice: *practice, site: base_url, keys: keyring, entropy, anchors: None };
        let number: Result<Option<i64>, PublishError> = transact!(self.db, tx => publication::publish(tx, &press, &self.fund, now).await);
        assert!(number.expect("the fund publishes").is_some(), "something was new");
        start.elapsed()
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
