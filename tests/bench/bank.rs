//! A bank statement of a hundred thousand lines: read, held against what is known, and imported whole. Each format in a process of its own, so
//! that none uses memory that another gave back.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant as Stopwatch;

use strikefund::bank::{self, ImportRefusal};
use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::funds::{self, NewFund, SetUpError};
use strikefund::ids::{BankAccountId, Entropy, StatementId};
use strikefund::money::Currency;
use strikefund::people::operation::Operation;
use strikefund::people::{self, Actor, Language, NewPerson, Role, Roles};
use strikefund::seal::Keyring;
use strikefund::transact;

use crate::table::{Goal, Row};

/// Makes this program import one statement and say what it took: a verb, and a format.
pub const VERB: &str = "import-statement";

const LINES: usize = 100_000;

/// What is measured, by format: how long it takes, and how much memory.
const FORMATS: [(&str, &str, &str); 3] = [
    ("csv", "a statement of 100,000 lines as CSV, read and imported", "memory for it"),
    ("ofx", "a statement of 100,000 lines as OFX, read and imported", "memory for the OFX"),
    ("camt", "a statement of 100,000 lines as camt.053, read and imported", "memory for the camt.053"),
];

/// Both rows about a large statement, in every format.
pub fn measure() -> Vec<Row> {
    let program = std::env::current_exe().expect("this program has a path");
    let mut rows = Vec::new();
    for (format, what, memory) in FORMATS {
        let output = Command::new(&program).args([VERB, format]).output().expect("this program runs");
        assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let figures: Vec<u64> = said.split_whitespace().map(|figure| figure.parse().expect("a number")).collect();
        let row = |what, figure, unit, most| Row { what, figure, control: 0, beside: "", unit, goal: Goal::Below(most) };
        rows.extend([row(what, figures[0], "ms", 5_000), row(memory, figures[1], "MiB", 100)]);
    }
    rows
}

/// Imports one statement and prints how many milliseconds and mebibytes it took.
pub async fn import(format: &str) {
    let folder = tempfile::tempdir().expect("a scratch directory");
    let db = Db::open_sqlite(folder.path()).await.expect("a database opens");
    db.migrate().await.expect("an empty database migrates");
    let (account, actor) = account_and_recorder(&db).await;
    let bytes = statement(format);
    let before = memory_kib("VmRSS:");
    // The kernel forgets the high-water mark when it is told so.
    std::fs::write("/proc/self/clear_refs", "5").expect("the kernel takes the word");
    let (clock, now) = (Stopwatch::now(), Clock::system().now());
    let mapping = bank::columns(&bytes, None, Currency::USD).map(|(_, mapping)| mapping.expect("its columns are plain"));
    let file = bank::read(&bytes, mapping.as_ref(), Currency::USD).expect("it reads");
    assert_eq!(file.statement.lines.len(), LINES);
    let closing = file.statement.sum();
    let operation = Operation::new(&Entropy::system().reference(), "bench", &[]).expect("an id of ours");
    let imported: Result<StatementId, ImportRefusal> =
        transact!(db, tx => bank::import(tx, actor, account, (&file, closing), &operation, now).await);
    imported.expect("it is imported");
    let took = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    println!("{took} {}", memory_kib("VmHWM:").saturating_sub(before).div_ceil(1024));
    db.close().await;
}

async fn account_and_recorder(db: &Db) -> (BankAccountId, Actor) {
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
    let opened: sqlx::Result<()> = transact!(db, tx => bank::open_account(tx, "assets:bank:main", "Main", Currency::USD, now).await);
    opened.expect("an account is opened");
    let account = bank::accounts(&mut db.begin_read().await.expect("a view")).await.expect("accounts are read").remove(0);
    (account.id, Actor { person: person.expect("a person is taken on"), proved_at: now })
}

/// The same lines in each format, as banks write them.
fn statement(format: &str) -> Vec<u8> {
    let (head, foot) = match format {
        "csv" => ("Date,Description,Amount\n", ""),
        "ofx" => ("OFXHEADER:100\n<OFX><STMTRS><CURDEF>USD<BANKTRANLIST>\n", "</BANKTRANLIST></STMTRS></OFX>"),
        _ => (
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt>\n",
            "</Stmt></BkToCstmrStmt></Document>",
        ),
    };
    let mut text = head.to_owned();
    for n in 0..LINES {
        let (month, day) = (1 + n * 12 / LINES, 1 + n % 28);
        let (name, amount) = (format!("ORIG CO NAME:STRIPE TRANSFER ENTRY {n}"), format!("{}.{:02}", n % 900, 1 + n % 99));
        match format {
            "csv" => writeln!(text, "2026-{month:02}-{day:02},{name},{amount}"),
            "ofx" => {
                writeln!(text, "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>2026{month:02}{day:02}<TRNAMT>{amount}<FITID>F{n}<NAME>{name}</STMTTRN>")
            }
            _ => writeln!(
                text,
                "<Ntry><Amt Ccy=\"USD\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-{month:02}-{day:02}</Dt></BookgDt><AcctSvcrRef>F{n}</AcctSvcrRef><AddtlNtryInf>{name}</AddtlNtryInf></Ntry>"
            ),
        }
        .expect("memory is written");
    }
    text.push_str(foot);
    text.into_bytes()
}

/// What the kernel counts of our own memory.
pub fn memory_kib(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix(what)).expect("the kernel counts memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
