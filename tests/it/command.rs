//! The program as a person runs it: what it says, what it refuses, and how it ends.

use std::path::Path;
use std::process::{Command, Output};

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqlSafeStr as _};
use strikefund::clock::Clock;
use strikefund::db::{Db, MIGRATIONS};
use strikefund::ids::Entropy;
use strikefund::language::Language;
use strikefund::ledger::{self, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::people::session::{self, Stage};
use strikefund::people::{NewPerson, Role, Roles};
use strikefund::seal::Keyring;
use strikefund::{funds, people, transact};

use crate::support::{Books, START, block_on};

const VERBS: [&str; 10] = ["serve", "demo", "setup", "migrate", "verify", "export", "backup", "restore", "mail-test", "config"];

/// Runs the program with nothing in its environment but what is given.
fn strikefund(folder: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_strikefund"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn done(output: &Output) -> String {
    assert_eq!(code(output), 0, "{}", said(output));
    said(output)
}

const SETUP: [&str; 9] = ["setup", "--name", "General", "--slug", "general", "--currency", "USD", "--time-zone", "America/Los_Angeles"];

#[test]
fn help_teaches_every_verb() {
    let folder = tempfile::tempdir().unwrap();
    let all = done(&strikefund(folder.path(), &[], &["--help"]));
    for verb in VERBS {
        assert!(all.contains(&format!("\n  {verb} ")), "{all}");
        let help = done(&strikefund(folder.path(), &[], &[verb, "--help"]));
        assert!(help.contains("Examples:") && help.contains(&format!("strikefund {verb}")), "{help}");
        assert!(help.contains("[STRIKEFUND_DATA;"), "{help}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "help writes nothing");
}

#[test]
fn what_is_asked_wrongly_ends_with_two_and_says_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["dance"][..], &[], &["export"], &["export", "--format", "xls"], &["--stripe-secret-key", "sk_test_x", "config"]] {
        assert_eq!(code(&strikefund(folder.path(), &[], arguments)), 2, "{arguments:?}");
    }
    let wrong = [("STRIKEFUND_LISTN", "x"), ("STRIPE_SECRET_KEY", "pk_test_CANARY")];
    let output = strikefund(folder.path(), &wrong, &["config"]);
    let said_of_settings = said(&output);
    assert_eq!(code(&output), 2);
    assert!(said_of_settings.contains("STRIKEFUND_LISTN") && said_of_settings.contains("publishable"), "{said_of_settings}");
    assert!(!said_of_settings.contains("CANARY"), "{said_of_settings}");

    let output = strikefund(folder.path(), &[], &["setup", "--name", " ", "--slug", "A B", "--currency", "XYZ", "--time-zone", "Here"]);
    assert_eq!(code(&output), 2);
    for part in ["name", "“A B”", "“XYZ”", "“Here”"] {
        assert!(said(&output).contains(part), "{part}: {}", said(&output));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made on the way");
}

#[test]
fn a_fund_is_set_up_once_and_its_books_are_verified_exported_backed_up_and_restored() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| strikefund(folder.path(), &[], arguments);
    assert!(done(&run(&SETUP)).contains("/f/general"));
    let key = std::fs::read(folder.path().join("strikefund-data/master.key")).unwrap();
    done(&run(&SETUP));
    assert_eq!(std::fs::read(folder.path().join("strikefund-data/master.key")).unwrap(), key, "twice is once");

    let rosa = block_on(async { signed_in(&folder.path().join("strikefund-data")).await });
    done(&run(&["migrate", "--check"]));
    done(&run(&["verify"]));
    done(&run(&["export", "--format", "csv", "--out", "books.csv"]));
    assert!(std::fs::read_to_string(folder.path().join("books.csv")).unwrap().starts_with("entry,"));
    assert!(done(&run(&["export", "--format", "json"])).starts_with('['));

    assert!(done(&run(&["backup", "books.sqlite"])).contains("master key is not in it"));
    assert_eq!(code(&run(&["backup", "books.sqlite"])), 1);
    assert!(done(&run(&["restore", "books.sqlite", "--data", "other"])).contains("master key"));
    assert_eq!(code(&run(&["restore", "books.sqlite", "--data", "other"])), 1);
    done(&run(&["restore", "books.sqlite", "--data", "other", "--replace"]));
    done(&run(&["verify", "--data", "other"]));
    for (data, lives) in [("strikefund-data", true), ("other", false)] {
        assert_eq!(block_on(is_signed_in(&folder.path().join(data), &rosa)), lives, "a session of the backup, in {data}");
    }
}

#[test]
fn a_fund_that_stands_keeps_what_is_not_given_anew() {
    const CHILDREN: [&str; 9] = ["setup", "--name", "Children", "--slug", "children", "--currency", "USD", "--time-zone", "UTC"];
    let folder = tempfile::tempdir().unwrap();
    let run = |fund: &[&str], more: &[&str]| done(&strikefund(folder.path(), &[], &[fund, more].concat()));
    let rules = || block_on(rules_of(&folder.path().join("strikefund-data")));
    run(&SETUP, &["--min-gifts", "20", "--publish-interval", "7d", "--promise", "Bread."]);
    run(&CHILDREN, &["--restriction", "food for children", "--min-gifts", "8"]);
    let before = rules();
    assert_eq!((&*before[0].0, &before[0].1, before[0].2, before[0].3), ("Bread.", &None, 20, 7 * 86_400));
    assert_eq!((before[1].1.as_deref(), before[1].2, before[1].3), (Some("food for children"), 8, 86_400));
    run(&SETUP, &[]);
    run(&CHILDREN, &[]);
    assert_eq!(rules(), before);
    run(&CHILDREN, &["--min-gifts", "9"]);
    let after = rules();
    assert_eq!((after[1].1.as_deref(), after[1].2), (Some("food for children"), 9));
    assert_eq!(after[0], before[0], "another fund is another matter");
}

/// Of each fund: its promise, its restriction, and by which rules it publishes.
async fn rules_of(data: &Path) -> Vec<(String, Option<String>, i64, i64)> {
    let db = Db::open_sqlite(data).await.unwrap();
    let all = funds::list(&mut db.begin_read().await.unwrap()).await.unwrap();
    db.close().await;
    all.into_iter().map(|fund| (fund.promise, fund.restriction, fund.min_gifts, fund.publish_interval_secs)).collect()
}

#[test]
fn with_real_money_no_fund_publishes_below_the_floor() {
    let folder = tempfile::tempdir().unwrap();
    let run = |environment: &[(&str, &str)], more: &[&str]| strikefund(folder.path(), environment, &[&SETUP[..], more].concat());
    let live = [("STRIPE_SECRET_KEY", "sk_live_x")];
    let low = ["--min-gifts", "1", "--publish-interval", "0", "--practice"];
    for environment in [&live[..], &[]] {
        for (flag, value) in [("--min-gifts", "4"), ("--publish-interval", "23h")] {
            let output = run(environment, &[flag, value]);
            assert!(code(&output) == 2 && said(&output).contains(flag), "{}", said(&output));
        }
    }
    let output = run(&live, &low);
    assert!(code(&output) == 2 && said(&output).contains("--practice"), "{}", said(&output));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made on the way");

    done(&run(&[], &low));
    let output = run(&live, &[]);
    assert!(code(&output) == 2 && said(&output).contains("--min-gifts cannot be 1"), "{}", said(&output));
    done(&run(&live, &["--min-gifts", "5", "--publish-interval", "24h"]));
}

/// Takes somebody on and gives the token of their session.
async fn signed_in(data: &Path) -> String {
    let (db, entropy, now) = (Db::open_sqlite(data).await.unwrap(), Entropy::system(), Clock::system().now());
    let new = NewPerson {
        name: "rosa".to_owned(),
        email: "rosa@example.org".to_owned(),
        language: Language::English,
        roles: Roles::new([Role::Recorder]),
    };
    let token: sqlx::Result<String> = transact!(db, tx => {
        let person = people::add(tx, &new, &Keyring::from_master(&[7; 32]), &entropy, now).await?;
        session::begin(tx, person, Stage::Whole, "", &entropy, now).await
    });
    db.close().await;
    token.unwrap()
}

async fn is_signed_in(data: &Path, token: &str) -> bool {
    let db = Db::open_sqlite(data).await.unwrap();
    let found = session::find(&mut db.begin_read().await.unwrap(), token, Clock::system().now()).await.unwrap();
    db.close().await;
    found.is_some()
}

#[test]
fn without_books_the_next_step_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| strikefund(folder.path(), &[], arguments);
    let output = run(&["verify"]);
    assert!(code(&output) == 1 && said(&output).contains("strikefund setup"), "{}", said(&output));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "looking makes nothing");
    done(&run(&SETUP));

    std::fs::remove_file(folder.path().join("strikefund-data/master.key")).unwrap();
    let output = run(&["serve", "--practice"]);
    assert!(code(&output) == 1 && said(&output).contains("is missing"), "{}", said(&output));
}

#[test]
fn books_of_an_older_schema_are_copied_aside_before_they_are_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("strikefund-data");
    let older = MIGRATIONS.len() - 1;
    block_on(async {
        let db = Db::open_sqlite(&data).await.unwrap();
        let steps = MIGRATIONS[..older].iter().map(|step| {
            Migration::new(step.version, step.name.into(), MigrationType::Simple, AssertSqlSafe(step.sqlite).into_sql_str(), false)
        });
        let Db::Sqlite { write, .. } = &db else { unreachable!("opened as SQLite") };
        Migrator::with_migrations(steps.collect()).run(write).await.unwrap();
        assert_eq!(db.applied().await.unwrap(), older);
        db.close().await;
    });
    let run = |arguments: &[&str]| strikefund(folder.path(), &[], arguments);
    let output = run(&["migrate", "--check"]);
    assert!(code(&output) == 1 && said(&output).contains("strikefund migrate"), "{}", said(&output));
    assert!(!data.read_dir().unwrap().any(|file| file.unwrap().file_name().to_string_lossy().contains("before-schema")));

    done(&run(&["verify"]));
    let copy = data.join(format!("before-schema-{}-of-{older}.sqlite", MIGRATIONS.len()));
    assert!(copy.exists(), "looking at older books migrates them, after a copy");
    done(&run(&["migrate", "--check"]));
    done(&run(&["restore", copy.to_str().unwrap(), "--replace"]));
    done(&run(&["verify"]));
}

#[test]
fn the_serving_role_adds_to_the_books_and_can_neither_change_nor_delete_them() {
    block_on(async {
        let Some(books) = Books::on_postgres().await else { return };
        let owner = books.postgres_url().unwrap();
        let role = format!("serving_{}", Entropy::system().reference());
        execute(owner, &format!("CREATE ROLE {role} LOGIN")).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        done(&strikefund(folder.path(), &[("DATABASE_URL", owner)], &["migrate", "--app-role", &role]));
        done(&strikefund(folder.path(), &[("DATABASE_URL", owner)], &["migrate", "--app-role", &role]));
        let superuser = strikefund(folder.path(), &[("DATABASE_URL", owner)], &["migrate", "--app-role", "strikefund"]);
        assert!(code(&superuser) == 1 && said(&superuser).contains("superuser"), "{}", said(&superuser));

        let serving = owner.replacen("strikefund@", &format!("{role}@"), 1);
        done(&strikefund(folder.path(), &[("DATABASE_URL", &serving)], &SETUP));
        let db = Db::connect_postgres(&serving).await.unwrap();
        let fund = funds::list(&mut db.begin_read().await.unwrap()).await.unwrap()[0].id;
        let usd = |minor| Money::new(minor, Currency::USD);
        let gift = NewEntry {
            source: Source::Stripe,
            source_id: "txn_1".to_owned(),
            kind: "charge",
            effective_on: "2026-11-14".parse().unwrap(),
            memo: None,
            actor: None,
            reverses: None,
            postings: vec![NewPosting::pooled(chart::STRIPE, usd(5)), NewPosting::of_fund(chart::ONLINE, fund, usd(-5))],
        };
        let posted: Result<Posted, PostError> = transact!(db, tx => ledger::post(tx, &gift, START).await);
        posted.unwrap();
        let summed: sqlx::Result<u64> = transact!(db, tx => ledger::fold(tx, 100).await);
        assert_eq!(summed.unwrap(), 1);
        db.close().await;

        for refused in [
            "UPDATE entry SET memo = 'x'",
            "DELETE FROM entry",
            "UPDATE posting SET amount_minor = 1",
            "DELETE FROM posting",
            "TRUNCATE posting, entry CASCADE",
            "UPDATE account SET code = 'x'",
            "UPDATE publication SET gifts = 0",
            "DELETE FROM publication_file",
            "DELETE FROM stripe_line",
            "DELETE FROM fund",
            "DROP TABLE entry",
            "ALTER TABLE entry DISABLE TRIGGER ALL",
            "DROP TRIGGER entry_never_changes ON entry",
            "CREATE TABLE mine (n INT)",
            "DELETE FROM _sqlx_migrations",
        ] {
            let error = execute(&serving, refused).await.unwrap_err();
            let code = error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
            assert_eq!(code.as_deref(), Some("42501"), "{refused}: {error}");
        }
        execute(owner, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();
        books.close().await;
    });
}

async fn execute(url: &str, sql: &str) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await;
    connection.close().await?;
    done.map(|_| ())
}
