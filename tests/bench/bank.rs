//! A bank statement of a hundred thousand lines: read, held against what is known, and imported whole.

use std::fmt::Write as _;
use std::time::Instant as Stopwatch;

use strikefund::bank::{self, ImportRefusal};
use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::funds::{self, NewFund, SetUpError};
use strikefund::ids::{Entropy, StatementId};
use strikefund::money::Currency;
use strikefund::people::operation::Operation;
use strikefund::people::{self, Actor, Language, NewPerson, Role, Roles};
use strikefund::seal::Keyring;
use strikefund::transact;

use crate::table::{Goal, Row};

const LINES: usize = 100_000;

/// Both rows about a large statement.
pub async fn measure() -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a scratch directory");
    let db = Db::open_sqlite(folder.path()).await.expect("a database opens");
    db.migrate().await.expect("an empty database migrates");
    let now = Clock::system().now();
    let fund = NewFund::parse("General", "general", "usd", "UTC").expect("a plain fund parses");
    let set_up: Result<_, SetUpError> = transact!(db, tx => funds::set_up(tx, &fund, &Entropy::system(), now).await);
    set_up.expect("a fund is set up");
    let new = NewPerson {
        name: "Recorder".to_owned(),
        email: "recorder@example.org".to_owned(),
        language: Language::English,
        roles: Roles::new([Role::Recorder]),
    };
    let keys = Keyring::from_master(&[7; 32]);
    let person: sqlx::Result<_> = transact!(db, tx => people::add(tx, &new, &keys, &Entropy::system(), now).await);
    let actor = Actor { person: person.expect("a person is taken on"), proved_at: now };
    let opened: sqlx::Result<()> = transact!(db, tx => bank::open_account(tx, "assets:bank:main", "Main", Currency::USD, now).await);
    opened.expect("an account is opened");
    let account = bank::accounts(&mut db.begin_read().await.expect("a view")).await.expect("accounts are read").remove(0);

    let mut text = String::from("Date,Description,Amount\n");
    for n in 0..LINES {
        writeln!(
            text,
            "2026-{:02}-{:02},ORIG CO NAME:STRIPE TRANSFER ENTRY {n},{}.{:02}",
            1 + n * 12 / LINES,
            1 + n % 28,
            n % 900,
            1 + n % 99
        )
        .expect("memory is written");
    }
    let bytes = text.into_bytes();
    let before = memory_kib("VmRSS:");
    // The kernel forgets the high-water mark when it is told so.
    std::fs::write("/proc/self/clear_refs", "5").expect("the kernel takes the word");
    let clock = Stopwatch::now();
    let mapping = bank::columns(&bytes, None, Currency::USD).and_then(|(_, mapping)| mapping).expect("its columns are plain");
    let file = bank::read(&bytes, Some(&mapping), Currency::USD).expect("it reads");
    let closing = file.statement.sum();
    let operation = Operation::new(&Entropy::system().reference(), "bench", &[]).expect("an id of ours");
    let imported: Result<StatementId, ImportRefusal> =
        transact!(db, tx => bank::import(tx, actor, account.id, (&file, closing), &operation, now).await);
    imported.expect("it is imported");
    let took = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    let memory = memory_kib("VmHWM:").saturating_sub(before).div_ceil(1024);
    db.close().await;
    let row = |what, figure, unit, most| Row { what, figure, control: 0, beside: "", unit, goal: Goal::Below(most) };
    vec![row("a statement of 100,000 lines, read and imported", took, "ms", 5_000), row("memory for it", memory, "MiB", 100)]
}

/// What the kernel counts of our own memory.
fn memory_kib(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix(what)).expect("the kernel counts memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
