//! Publishing: whether the work follows what is new, what the first publication of a million records holds in memory, how long every report takes
//! beside hledger's two, and how long a stranger's check does. Each publication in a process of its own, so that its memory is its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant as Stopwatch;

use sqlx::AssertSqlSafe;
use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::funds::{self, Fund, NewFund, SetUpError};
use strikefund::ids::{Entropy, FundId};
use strikefund::ledger;
use strikefund::publication::check::{Scope, check};
use strikefund::publication::export::{self, Format};
use strikefund::publication::source::Source;
use strikefund::publication::{self, Piece, Press, PublishError, Tree};
use strikefund::seal::Keyring;
use strikefund::{run, transact};
use tempfile::TempDir;

use crate::bank::memory_kib;
use crate::table::{Goal, Row, median};

/// Makes this program publish once and say what it took: a verb, and the folder of the books.
pub const VERB: &str = "publish-once";

/// The books that are compared.
const SMALL: i64 = 10_000;
const LARGE: i64 = 1_000_000;
/// How many records are new, and how often.
const NEW: i64 = 1_000;
const RUNS: usize = 5;
/// The entries of the books that reports, hledger and the stranger read.
const READ: i64 = 100_000;

/// Every row about publishing.
pub async fn measure() -> Vec<Row> {
    let small = Books::of(SMALL).await;
    small.publish();
    let little = small.grow().await;
    let large = Books::of(LARGE).await;
    let (_, memory) = large.publish();
    let much = large.grow().await;
    vec![
        Row {
            what: "a publication of 1,000 new records after 1,000,000",
            figure: much,
            control: little,
            beside: "after 10,000",
            unit: "ms",
            goal: Goal::TimesControl(150),
        },
        Row {
            what: "memory for the first publication of 1,000,000 records",
            figure: memory,
            control: 0,
            beside: "",
            unit: "MiB",
            goal: Goal::Below(300),
        },
    ]
}

/// Every row about reading what was published: reports beside hledger's, and a stranger's check.
pub async fn measure_reading() -> Vec<Row> {
    let read = Books::of(READ).await;
    read.publish();
    read.spend(1).await;
    let (reports, _) = read.publish();
    let figures = read.stranger().await;
    let hledger = read.hledger().await;
    vec![
        Row {
            what: "every report and page of 100,000 entries",
            figure: reports,
            control: hledger,
            beside: "hledger's income statement and balance sheet",
            unit: "ms",
            goal: Goal::TimesControl(5),
        },
        Row {
            what: "a stranger's check of every figure of 100,000 records",
            figure: figures,
            control: 0,
            beside: "",
            unit: "ms",
            goal: Goal::Below(2_000),
        },
    ]
}

/// Publishes what is due in the books of a folder; prints how many milliseconds and mebibytes that took.
pub async fn publish(folder: &str) {
    let db = Db::open_sqlite(Path::new(folder)).await.expect("the books open");
    let fund = general(&db).await;
    let (keys, entropy) = (Keyring::from_master(&[7; 32]), Entropy::system());
    let press = Press { practice: true, site: "https://fund.example", keys: &keys, entropy: &entropy, anchors: None };
    let before = memory_kib("VmRSS:");
    // The kernel forgets the high-water mark when it is told so.
    std::fs::write("/proc/self/clear_refs", "5").expect("the kernel takes the word");
    let (start, now) = (Stopwatch::now(), Clock::system().now());
    let number: Result<Option<i64>, PublishError> = transact!(db, tx => publication::publish(tx, &press, &fund, now).await);
    assert!(number.expect("the fund publishes").is_some(), "something was new");
    println!("{} {}", start.elapsed().as_millis(), memory_kib("VmHWM:").saturating_sub(before).div_ceil(1024));
    db.close().await;
}

/// The fund.
pub async fn general(db: &Db) -> Fund {
    let tx = &mut db.begin_read().await.expect("a view");
    funds::find_by_slug(tx, "general").await.expect("funds are read").expect("the fund is set up")
}

/// Writes so many spendings more, over three hundred days and five uses.
pub async fn spend(db: &Db, fund: FundId, count: i64) {
    let mut tx = db.begin_write().await.expect("a transaction begins");
    let last: i64 = run!(&mut tx, fetch_one, sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM entry")).expect("entries are counted");
    let numbers = "WITH RECURSIVE new (n) AS (SELECT $1 + 1 UNION ALL SELECT n + 1 FROM new WHERE n < $2)";
    let uses = "CASE n % 4 WHEN 0 THEN 'food' WHEN 1 THEN 'water' WHEN 2 THEN 'supplies' ELSE 'logistics' END";
    let statements = [
        format!(
            "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor)
             SELECT n, 1, (SELECT id FROM account WHERE path = 'expenses:program:' || {uses}), {fund}, 'USD', 1000 + n % 5000 FROM new UNION ALL
             SELECT n, 2, (SELECT id FROM account WHERE path = 'assets:bank:main'), NULL, 'USD', -(1000 + n % 5000) FROM new"
        ),
        "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings)
         SELECT n, 'journal', printf('j%08d', n), 'entry', date('2026-01-01', '+' || (n % 300) || ' days'), 0, 2 FROM new"
            .to_owned(),
        "INSERT INTO unsummed (entry_id) SELECT n FROM new".to_owned(),
        format!("INSERT INTO unpublished (fund_id, entry_id, n) SELECT {fund}, n, 1 FROM new"),
    ];
    for sql in statements {
        let whole = format!("{numbers} {sql}");
        run!(&mut tx, execute, sqlx::query(AssertSqlSafe(whole)).bind(last).bind(last + count)).expect("the books are written");
    }
    tx.commit().await.expect("a commit");
    loop {
        let folded: sqlx::Result<u64> = transact!(db, tx => ledger::fold(tx, 50_000).await);
        if folded.expect("day sums are kept") < 50_000 {
            break;
        }
    }
}

struct Books {
    folder: TempDir,
    db: Db,
    fund: FundId,
}

impl Books {
    /// Books with so many spendings that nobody saw yet.
    async fn of(spendings: i64) -> Self {
        let folder = tempfile::tempdir().expect("a scratch directory");
        let db = Db::open_sqlite(folder.path()).await.expect("a database opens");
        db.migrate().await.expect("an empty database migrates");
        let mut fund = NewFund::parse("General", "general", "usd", "UTC").expect("a plain fund parses");
        (fund.min_gifts, fund.publish_interval_secs) = (1, 0);
        let now = Clock::system().now();
        let id: Result<FundId, SetUpError> = transact!(db, tx => funds::set_up(tx, &fund, &Entropy::seeded(7), now).await);
        let books = Self { folder, db, fund: id.expect("a fund is set up") };
        books.spend(spendings).await;
        books
    }

    async fn spend(&self, count: i64) {
        spend(&self.db, self.fund, count).await;
    }

    /// Publishes in a process of its own: milliseconds and mebibytes.
    fn publish(&self) -> (u64, u64) {
        let program = std::env::current_exe().expect("this program has a path");
        let output = Command::new(program).arg(VERB).arg(self.folder.path()).output().expect("this program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let figures: Vec<u64> = said.split_whitespace().map(|figure| figure.parse().expect("a number")).collect();
        println!("publishing took {} ms and {} MiB", figures[0], figures[1]);
        (figures[0], figures[1])
    }

    /// The middle of several publications of what is new, in milliseconds.
    async fn grow(&self) -> u64 {
        let mut took = Vec::new();
        for _ in 0..RUNS {
            self.spend(NEW).await;
            took.push(self.publish().0);
        }
        median(took)
    }

    /// Writes what was published into a folder, and gives it.
    async fn tree(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a scratch directory");
        let fund = general(&self.db).await;
        let tx = &mut self.db.begin_read().await.expect("a view");
        let mut tree = Tree::of(tx, &fund).await.expect("something is published");
        let mut last = PathBuf::new();
        while let Some(pieces) = tree.next(tx).await.expect("the tree is read") {
            for Piece { path, body } in pieces {
                let place = folder.path().join(path);
                std::fs::create_dir_all(place.parent().expect("a file lies in a folder")).expect("folders are made");
                let goes_on = place == last;
                let mut file = std::fs::OpenOptions::new()
                    .create(true)
                    .append(goes_on)
                    .write(true)
                    .truncate(!goes_on)
                    .open(&place)
                    .expect("a file opens");
                file.write_all(&body).expect("a file is written");
                last = place;
            }
        }
        folder
    }

    /// How long a stranger takes to check every figure, in milliseconds; says how long every file takes.
    async fn stranger(&self) -> u64 {
        let folder = self.tree().await;
        let fund = general(&self.db).await;
        let view = &mut self.db.begin_read().await.expect("a view");
        let page = publication::file(view, &fund.slug, None, "reports/index.html").await.expect("a page is read").expect("it is published");
        let page = String::from_utf8(page.body).expect("a page is text");
        let shown = page.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("the page shows the key");
        let key = shown.replace("&#43;", "+").parse().expect("a key reads");
        let source = Source::Folder(folder.path().to_owned());
        let took = async |scope| {
            let start = Stopwatch::now();
            check(&source, &key, None, scope).await.expect("what we published is right");
            u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
        };
        println!("the tree is written");
        let figures = took(Scope::Figures).await;
        println!("a stranger's check of {READ} records took {figures} ms without the page of each");
        println!("and {} ms with it", took(Scope::All).await);
        figures
    }

    /// How long hledger takes for its income statement and balance sheet of the same entries, in milliseconds.
    async fn hledger(&self) -> u64 {
        let journal = self.folder.path().join("books.journal");
        let mut out = std::fs::File::create(&journal).expect("a file opens");
        let tx = &mut self.db.begin_read().await.expect("a view");
        let written = export::write(tx, Format::Hledger, |piece| std::future::ready(out.write_all(&piece))).await;
        assert_eq!(written.expect("the journal is written"), u64::try_from(READ).unwrap_or(0) + 1);
        let start = Stopwatch::now();
        for report in ["incomestatement", "balancesheet"] {
            let output =
                Command::new("hledger").env("LC_ALL", "C.UTF-8").arg("-f").arg(&journal).arg(report).output().expect("hledger runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
