//! Raw SQL against the books: what edits, deletes, replaces, unbalances, orphans or adds is refused by the database itself,
//! and each guard is shown to be what refuses, by taking it away.

mod emptied;
mod gifts;
mod grants;
mod proof;
mod public;
mod spending;
mod staff;

use std::collections::BTreeSet;

use strikefund::clock::Day;
use strikefund::db::{Db, MIGRATIONS, Tx};
use strikefund::ids::{FundId, sha256_hex};
use strikefund::ledger::{self, NewEntry, NewPosting, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::run;

use crate::support::{Books, block_on, on_both_databases};
use proof::{alike, prove};

/// A guard of the schema and the statements that only it refuses.
struct Guard {
    /// The trigger.
    trigger: &'static str,
    /// The table it stands on.
    table: &'static str,
    /// Second guards of the same thing, taken away first so that this one stands alone.
    alone_without: &'static [(&'static str, &'static str)],
    /// Run one after the other in one transaction.
    statements: &'static [&'static str],
    /// A part of what the refusal says.
    says: &'static str,
    /// Where the guard and the statement exist.
    on: On,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    Both,
    Sqlite,
    Postgres,
}

const fn guard(trigger: &'static str, table: &'static str, statements: &'static [&'static str], says: &'static str) -> Guard {
    Guard { trigger, table, alone_without: &[], statements, says, on: On::Both }
}

impl Guard {
    const fn on(mut self, on: On) -> Self {
        self.on = on;
        self
    }

    const fn alone_without(mut self, others: &'static [(&'static str, &'static str)]) -> Self {
        self.alone_without = others;
        self
    }
}

const WITHOUT_BYTES: &str =
    "INSERT INTO publication_file (publication_id, path, content_type, sha256) SELECT id, 'none', '', '' FROM publication WHERE number = 1";
/// One of each of the bank's rows.
const ACCOUNT: &str = "INSERT INTO bank_account (account_id, path, name, currency, decisions, created_at)
    SELECT id, path, 'main', 'USD', 0, 0 FROM account WHERE path = 'assets:bank:main'";
const STATEMENT: &str = "INSERT INTO bank_statement
    (bank_account_id, sha256, format, first_on, last_on, opening_minor, closing_minor, lines, new_lines, imported_at, person_id)
    SELECT b.id, 'a', 'csv', '2026-11-14', '2026-11-14', 0, 5, 1, 1, 0, p.id FROM bank_account b CROSS JOIN person p";
const LINE: &str = "INSERT INTO bank_line (bank_account_id, statement_id, number, booked_on, amount_minor, text, fingerprint)
    SELECT bank_account_id, id, 1, '2026-11-14', 5, '', 'a' FROM bank_statement";
const MATCH: &str = "INSERT INTO bank_match (bank_account_id, kind, made_at) SELECT id, 'tied', 0 FROM bank_account";
const MATCHED_LINE: &str = "INSERT INTO bank_match_line (match_id, line_id) SELECT m.id, l.id FROM bank_match m CROSS JOIN bank_line l";
const MATCHED_POSTING: &str = "INSERT INTO bank_match_posting (match_id, entry_id, n) SELECT id, 1, 1 FROM bank_match";

/// The books of these tests hold entries 1 and 2 with two postings each; entry 9 is nobody's.
const LATE: &[&str] = &[
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 1, 3, id, NULL, 'USD', 5 FROM account WHERE path = 'assets:stripe'",
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 1, 4, id, NULL, 'USD', -5 FROM account WHERE path = 'assets:bank:main'",
];
const UNBALANCED: &[&str] = &[
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 1, id, NULL, 'USD', 5 FROM account WHERE path = 'assets:stripe'",
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 2, id, NULL, 'USD', -4 FROM account WHERE path = 'assets:bank:main'",
    "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings) VALUES (9, 'stripe', 'txn_9', 'charge', '2026-11-14', 0, 2)",
];
const MISCOUNTED: &[&str] = &[
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 1, id, NULL, 'USD', 5 FROM account WHERE path = 'assets:stripe'",
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 2, id, NULL, 'USD', -5 FROM account WHERE path = 'assets:bank:main'",
    "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings) VALUES (9, 'stripe', 'txn_9', 'charge', '2026-11-14', 0, 3)",
];
const CASH_ON_A_FUND: &[&str] = &[
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 1, id, 1, 'USD', 5 FROM account WHERE path = 'assets:stripe'",
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 2, id, NULL, 'USD', -5 FROM account WHERE path = 'assets:bank:main'",
    "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings) VALUES (9, 'stripe', 'txn_9', 'charge', '2026-11-14', 0, 2)",
];
const INCOME_ON_NO_FUND: &[&str] = &[
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 1, id, NULL, 'USD', 5 FROM account WHERE path = 'assets:stripe'",
    "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 2, id, NULL, 'USD', -5 FROM account WHERE path = 'income:donations:online'",
    "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings) VALUES (9, 'stripe', 'txn_9', 'charge', '2026-11-14', 0, 2)",
];
const REPLACED_POSTING: &[&str] = &[
    "INSERT OR REPLACE INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT entry_id, n, account_id, fund_id, currency, amount_minor FROM posting WHERE entry_id = 1 AND n = 1",
];
const REPLACED_ENTRY: &[&str] = &[
    "INSERT OR REPLACE INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings) VALUES (1, 'stripe', 'txn_1', 'charge', '2020-01-01', 0, 2)",
];
const DELETED_ENTRY: &[&str] = &["DELETE FROM posting WHERE entry_id = 1", "DELETE FROM entry WHERE id = 1"];

const GUARDS: &[Guard] = &[
    guard("entry_never_changes", "entry", &["UPDATE entry SET effective_on = '2020-01-01' WHERE id = 1"], "never changed"),
    guard("entry_never_goes", "entry", DELETED_ENTRY, "an entry is never deleted").alone_without(&[("posting_never_goes", "posting")]),
    guard("entry_never_goes", "entry", REPLACED_ENTRY, "an entry is never deleted").on(On::Sqlite),
    guard("posting_never_changes", "posting", &["UPDATE posting SET amount_minor = amount_minor * 2 WHERE entry_id = 1"], "never changed"),
    guard("posting_never_goes", "posting", &["DELETE FROM posting WHERE entry_id = 1"], "never deleted"),
    guard("posting_never_goes", "posting", REPLACED_POSTING, "never deleted")
        .on(On::Sqlite)
        .alone_without(&[("posting_comes_first", "posting")]),
    guard("posting_comes_first", "posting", REPLACED_POSTING, "cannot be added")
        .on(On::Sqlite)
        .alone_without(&[("posting_never_goes", "posting")]),
    guard("posting_comes_first", "posting", LATE, "cannot be added").on(On::Sqlite),
    guard("posting_comes_first", "posting", LATE, "cannot be added")
        .on(On::Postgres)
        .alone_without(&[("posting_leaves_its_entry_whole", "posting")]),
    guard("posting_leaves_its_entry_whole", "posting", LATE, "as many postings")
        .on(On::Postgres)
        .alone_without(&[("posting_comes_first", "posting")]),
    guard("posting_comes_first", "posting", CASH_ON_A_FUND, "stand on a fund"),
    guard("posting_comes_first", "posting", INCOME_ON_NO_FUND, "stand on a fund"),
    guard("entry_is_whole", "entry", UNBALANCED, "sum to zero").on(On::Sqlite),
    guard("entry_is_whole", "entry", UNBALANCED, "sum to zero")
        .on(On::Postgres)
        .alone_without(&[("posting_leaves_its_entry_whole", "posting")]),
    guard("posting_leaves_its_entry_whole", "posting", UNBALANCED, "sum to zero")
        .on(On::Postgres)
        .alone_without(&[("entry_is_whole", "entry")]),
    guard("entry_is_whole", "entry", MISCOUNTED, "as many postings").on(On::Sqlite),
    guard("entry_is_whole", "entry", MISCOUNTED, "as many postings")
        .on(On::Postgres)
        .alone_without(&[("posting_leaves_its_entry_whole", "posting")]),
    guard("account_never_changes", "account", &["UPDATE account SET path = 'assets:mine' WHERE path = 'assets:stripe'"], "never changed"),
    guard("account_never_goes", "account", &["DELETE FROM account WHERE path = 'equity:conversion'"], "never deleted"),
    guard("fund_never_goes", "fund", &["DELETE FROM fund WHERE slug = 'unused'"], "never deleted"),
    guard("fund_keeps_its_money", "fund", &["UPDATE fund SET currency = 'EUR' WHERE slug = 'general'"], "keeps its"),
    guard("stripe_line_keeps_its_money", "stripe_line", &["UPDATE stripe_line SET net_minor = 1 WHERE id = 'txn_1'"], "keeps its money"),
    guard("stripe_line_never_goes", "stripe_line", &["DELETE FROM stripe_line WHERE id = 'txn_1'"], "never deleted"),
    guard("publication_never_changes", "publication", &["UPDATE publication SET received_minor = 1"], "never changed"),
    guard("publication_never_goes", "publication", &["DELETE FROM publication WHERE number = 2"], "never deleted"),
    guard("publication_file_never_changes", "publication_file", &["UPDATE publication_file SET content_type = 'other'"], "never changed"),
    guard("publication_file_never_goes", "publication_file", &["DELETE FROM publication_file"], "never deleted"),
    guard("publication_file_has_its_bytes", "publication_file", &[WITHOUT_BYTES], "has its bytes"),
    guard("charter_never_changes", "charter", &["UPDATE charter SET body = 'x'"], "never changed"),
    guard("charter_never_goes", "charter", &["DELETE FROM charter"], "never deleted"),
    guard(
        "charter_follows",
        "charter",
        &["INSERT INTO charter (fund_id, n, body, agreed_at) SELECT fund_id, 3, 'x', 0 FROM charter"],
        "follows the one before",
    ),
    guard("publication_blob_never_changes", "publication_blob", &["UPDATE publication_blob SET body = body"], "never changed"),
    guard(
        "publication_blob_never_goes",
        "publication_blob",
        &["DELETE FROM publication_blob WHERE sha256 NOT IN (SELECT sha256 FROM publication_file)"],
        "never deleted",
    ),
    guard("bank_account_never_goes", "bank_account", &[ACCOUNT, "DELETE FROM bank_account"], "never deleted"),
    guard("bank_statement_never_changes", "bank_statement", &[ACCOUNT, STATEMENT, "UPDATE bank_statement SET lines = 2"], "never changed"),
    guard("bank_statement_never_goes", "bank_statement", &[ACCOUNT, STATEMENT, "DELETE FROM bank_statement"], "never deleted"),
    guard("bank_line_never_changes", "bank_line", &[ACCOUNT, STATEMENT, LINE, "UPDATE bank_line SET text = 'x'"], "never changed"),
    guard("bank_line_never_goes", "bank_line", &[ACCOUNT, STATEMENT, LINE, "DELETE FROM bank_line"], "never deleted"),
    guard("bank_match_never_goes", "bank_match", &[ACCOUNT, MATCH, "DELETE FROM bank_match"], "undo it"),
    guard(
        "bank_match_line_never_goes",
        "bank_match_line",
        &[ACCOUNT, STATEMENT, LINE, MATCH, MATCHED_LINE, "DELETE FROM bank_match_line"],
        "undo it",
    ),
    guard(
        "bank_match_posting_never_goes",
        "bank_match_posting",
        &[ACCOUNT, MATCH, MATCHED_POSTING, "DELETE FROM bank_match_posting"],
        "undo it",
    ),
];

/// Every guard that stands here or in a file of its own.
fn all_guards() -> impl Iterator<Item = &'static Guard> {
    GUARDS.iter().chain(gifts::GUARDS).chain(public::GUARDS).chain(spending::GUARDS).chain(staff::GUARDS).chain(grants::GUARDS)
}

on_both_databases! {
    async fn a_posting_belongs_to_an_entry_an_account_and_a_fund(books: &Books) {
        fill(books).await;
        let orphans = [
            "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 1, id, NULL, 'USD', 5 FROM account WHERE path = 'assets:stripe'",
            "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) VALUES (9, 1, 999, NULL, 'USD', 5)",
            "INSERT INTO posting (entry_id, n, account_id, fund_id, currency, amount_minor) SELECT 9, 1, id, 999, 'USD', 5 FROM account WHERE path = 'income:refunds'",
        ];
        for orphan in orphans {
            let refused = attempt(&books.db, &[orphan]).await.unwrap_err();
            assert!(refused.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation), "{orphan}: {refused}");
        }
    }

    async fn amounts_and_sources_are_checked_by_the_tables(books: &Books) {
        fill(books).await;
        let refused = [
            ("INSERT INTO posting (entry_id, n, account_id, currency, amount_minor) VALUES (9, 1, 1, 'USD', 0)", "check"),
            ("INSERT INTO posting (entry_id, n, account_id, currency, amount_minor) VALUES (9, 1, 1, 'USD', 9000000000000001)", "check"),
            ("INSERT INTO posting (entry_id, n, account_id, currency, amount_minor) VALUES (9, 0, 1, 'USD', 5)", "check"),
            ("INSERT INTO posting (entry_id, n, account_id, currency, amount_minor) VALUES (9, 1, 1, 'DOLLAR', 5)", "check"),
            ("INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings) VALUES (9, 's', 'i', 'k', '2026-11-14', 0, 1)", "check"),
            ("INSERT INTO fund (ref, slug, name, promise, currency, time_zone, state, decisions, min_gifts, publish_interval_secs, created_at)
              VALUES ('r', 'general', 'n', 'p', 'USD', 'UTC', 'open', 0, 5, 0, 0)", "unique"),
        ];
        for (sql, kind) in refused {
            let error = attempt(&books.db, &[sql]).await.unwrap_err();
            // SQLite's trigger on entries speaks before the table's own check does.
            let said = error.to_string().to_lowercase();
            assert!(said.contains(kind) || said.contains("as many postings"), "{sql}: {said}");
        }
        let mut twice = MISCOUNTED.to_vec();
        twice[2] = "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings) VALUES (9, 'stripe', 'txn_1', 'charge', '2026-11-14', 0, 2)";
        let error = attempt(&books.db, &twice).await.unwrap_err();
        assert!(error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation), "{error}");
    }
}

#[test]
fn each_guard_refuses_and_nothing_else_does_on_sqlite() {
    block_on(async {
        for guards in alike(On::Sqlite) {
            prove(&guards, Books::on_sqlite().await).await;
        }
    });
}

#[test]
fn each_guard_refuses_and_nothing_else_does_on_postgres() {
    block_on(async {
        for guards in alike(On::Postgres) {
            let Some(books) = Books::on_postgres().await else { return };
            prove(&guards, books).await;
        }
    });
}

#[test]
fn every_guard_of_the_schema_is_proved_here() {
    let proved: BTreeSet<&str> = all_guards().map(|guard| guard.trigger).collect();
    let named = |text: &'static str| text.split("TRIGGER ").skip(1).map(|rest| rest.split_whitespace().next().unwrap_or_default());
    let standing: BTreeSet<&str> = MIGRATIONS.iter().flat_map(|step| named(step.sqlite).chain(named(step.postgres))).collect();
    // Guards against TRUNCATE are proved all alike, in `emptied.rs`; what keeps a count refuses nothing, and `verify` holds it to its source.
    let counts = |name: &str| name.contains("_is_counted_") || name.contains("_waits_");
    let unproved: Vec<_> = standing.difference(&proved).filter(|name| !name.ends_with("_is_never_emptied") && !counts(name)).collect();
    assert!(unproved.is_empty(), "no statement shows what these guards are for: {unproved:?}");
}

/// Two sessions at once: one adds a posting to an entry that the other is just writing. Neither sees the other until both are done.
#[test]
fn a_posting_raced_into_an_entry_is_refused_at_commit_on_postgres() {
    block_on(async {
        for guarded in [true, false] {
            let Some(books) = Books::on_postgres().await else { return };
            fill(&books).await;
            if !guarded {
                attempt(&books.db, &["DROP TRIGGER posting_leaves_its_entry_whole ON posting"]).await.unwrap();
            }
            let mut late = books.db.begin_write().await.unwrap();
            execute(&mut late, "INSERT INTO posting (entry_id, n, account_id, currency, amount_minor) SELECT 9, 7, id, 'USD', 500 FROM account WHERE path = 'assets:stripe'")
                .await
                .unwrap();
            let mut whole = MISCOUNTED.to_vec();
            whole[2] = "INSERT INTO entry (id, source, source_id, kind, effective_on, recorded_at, postings) VALUES (9, 'stripe', 'txn_9', 'charge', '2026-11-14', 0, 2)";
            whole.push("INSERT INTO unsummed (entry_id) VALUES (9)");
            attempt(&books.db, &whole).await.expect("the entry itself is sound");
            let outcome = late.commit().await;
            assert_eq!(outcome.is_err(), guarded, "with its guard: {guarded}");
            let wrong = verified(&books).await;
            assert_eq!(wrong.is_none(), guarded, "what slips past the guard, verify finds: {wrong:?}");
            books.close().await;
        }
    });
}

async fn attempt(db: &Db, statements: &[&'static str]) -> sqlx::Result<()> {
    let mut tx = db.begin_write().await?;
    for sql in statements {
        execute(&mut tx, sql).await?;
    }
    tx.commit().await
}

async fn execute(tx: &mut Tx, sql: &'static str) -> sqlx::Result<u64> {
    run!(tx, execute, sqlx::query(sql))
}

async fn verified(books: &Books) -> Option<String> {
    ledger::verify(&mut books.db.begin_read().await.unwrap()).await.unwrap()
}

/// Two funds, two entries folded into day sums, a line and two publications with a file.
async fn fill(books: &Books) {
    let fund = books.general_fund().await;
    books.fund("unused", None).await;
    let mut tx = books.db.begin_write().await.unwrap();
    for (source_id, minor) in [("txn_1", 2500), ("txn_2", 1000)] {
        ledger::post(&mut tx, &gift(fund, source_id, minor), books.now()).await.unwrap();
    }
    assert_eq!(ledger::fold(&mut tx, 10).await.unwrap(), 2);
    let line =
        "INSERT INTO stripe_line (id, created, type, currency, amount_minor, fee_minor, net_minor, available_on, status, state, seen_at)
                VALUES ('txn_1', 0, 'charge', 'USD', 2500, 100, 2400, 0, 'available', 'booked', 0)";
    execute(&mut tx, line).await.unwrap();
    let person = "INSERT INTO person (ref, name, email_hash, email, language, created_at) VALUES ('p', 'p', 'p', $1, 'en', 0)";
    run!(&mut tx, execute, sqlx::query(person).bind(b"sealed".to_vec())).unwrap();
    execute(&mut tx, "INSERT INTO charter (fund_id, n, body, agreed_at) SELECT id, 1, 'x', 0 FROM fund WHERE slug = 'general'")
        .await
        .unwrap();
    let publication =
        "INSERT INTO publication (fund_id, number, made_at, gifts, received_minor, refunded_minor, disputed_minor, fees_minor, spent_minor)
                       SELECT id, $1, 0, 0, 0, 0, 0, 0, 0 FROM fund WHERE slug = 'general'";
    for number in [1_i64, 2] {
        run!(&mut tx, execute, sqlx::query(publication).bind(number)).unwrap();
    }
    for body in [b"<p>".to_vec(), b"<b>".to_vec()] {
        let blob = "INSERT INTO publication_blob (sha256, body) VALUES ($1, $2)";
        run!(&mut tx, execute, sqlx::query(blob).bind(sha256_hex(&body)).bind(body)).unwrap();
    }
    let file = "INSERT INTO publication_file (publication_id, path, content_type, sha256) SELECT id, 'index.html', 'text/html', $1 FROM publication WHERE number = 1";
    run!(&mut tx, execute, sqlx::query(file).bind(sha256_hex(b"<p>"))).unwrap();
    tx.commit().await.unwrap();
    assert_eq!(verified(books).await, None);
}

fn gift(fund: FundId, source_id: &str, minor: i64) -> NewEntry {
    let usd = |minor| Money::new(minor, Currency::USD);
    let on: Day = "2026-11-14".parse().unwrap();
    NewEntry {
        source: Source::Stripe,
        source_id: source_id.to_owned(),
        kind: "charge",
        effective_on: on,
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![NewPosting::pooled(chart::STRIPE, usd(minor)), NewPosting::of_fund(chart::ONLINE, fund, usd(-minor))],
    }
}
