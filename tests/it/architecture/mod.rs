//! Reads the sources and holds the house together: each rule names what it found, itself, and the way out.

mod imports;
mod lockfile;
mod places;
mod schema;
pub mod source;

use source::{Source, read_all};

use crate::support::repository;

/// What a rule found.
type Found = Vec<String>;

/// Everything the rules look at.
struct House {
    rust: Vec<Source>,
    tests: Vec<Source>,
    templates: Vec<Source>,
    migrations: Vec<Source>,
    lockfile: String,
}

impl House {
    fn as_it_stands() -> Self {
        let top = repository("");
        let rust = read_all(&top, "src", &["rs"]);
        assert!(rust.len() > 10, "the sources were not found");
        Self {
            rust,
            tests: read_all(&top, "tests", &["rs"]),
            templates: read_all(&top, "templates", &["html", "svg", "txt", "xml"]),
            migrations: read_all(&top, "migrations", &["sql"]),
            lockfile: std::fs::read_to_string(repository("Cargo.lock")).expect("Cargo.lock is committed"),
        }
    }

    /// A house with one file, to see a rule fail.
    fn of(path: &str, text: &str) -> Self {
        Self::of_files(&[(path, text)])
    }

    fn of_files(files: &[(&str, &str)]) -> Self {
        let mut house = Self { rust: vec![], tests: vec![], templates: vec![], migrations: vec![], lockfile: String::new() };
        for (path, text) in files {
            match path.split('/').next() {
                Some("src") => house.rust.push(Source::rust(path, text)),
                Some("tests") => house.tests.push(Source::rust(path, text)),
                Some("templates") => house.templates.push(Source::plain(path, text)),
                Some("migrations") => house.migrations.push(Source::plain(path, text)),
                _ => (*text).clone_into(&mut house.lockfile),
            }
        }
        house
    }
}

/// Declares the tests of rules: each passes on the house, and each finds its bad snippets.
macro_rules! rules {
    ($($name:ident = $rule:path { $($bad:expr => $said:literal,)+ })+) => { $(
        mod $name {
            use super::*;

            #[test]
            fn holds() {
                let found = $rule(&House::as_it_stands());
                assert!(found.is_empty(), "\n{}\n", found.join("\n"));
            }

            #[test]
            fn can_fail() {
                $(
                    let found = $rule(&$bad);
                    assert!(found.iter().any(|said| said.contains($said)), "{} finds nothing with {:?} in\n{}\nbut {found:?}", stringify!($rule), $said, stringify!($bad));
                )+
            }
        }
    )+ };
}

rules! {
    imports_go_down = imports::floors {
        House::of("src/ledger/mod.rs", "use crate::donations::Pledge;") => "src/ledger/mod.rs:1",
        House::of("src/ledger/mod.rs", "use crate::{\n  clock::Day,\n  web::{self, error::Page},\n};") => "imports web (floor 5)",
        House::of("src/spending/mod.rs", "fn f() { crate::donations::settle() }") => "imports donations (floor 3)",
        House::of("src/payments/sync.rs", "use super::super::booking;") => "imports booking",
        House::of("src/helpers/mod.rs", "") => "no room called helpers",
        House::of("src/web/mod.rs", "use crate::cellar::wine;") => "no room called cellar",
    }
    rooms_stand_in_no_circle = imports::circles {
        House::of_files(&[("src/web/a.rs", "use crate::jobs::x;"), ("src/jobs.rs", "use crate::web::y;")]) => "jobs → web → jobs",
    }
    verbs_call_the_store_and_the_store_the_noun = imports::inner_floors {
        House::of_files(&[("src/spending/mod.rs", "pub async fn pay() {}"), ("src/spending/store.rs", "use super::pay;")]) => "src/spending/store.rs:1",
        House::of_files(&[("src/spending/mod.rs", "pub fn pay() {}"), ("src/spending/expense.rs", "use super::{Tx, pay};")]) => "the verb pay",
        House::of_files(&[("src/spending/mod.rs", ""), ("src/spending/expense.rs", "fn f() { super::store::find(1) }")]) => "the store",
        House::of_files(&[("src/spending/audit.rs", "async fn look() {}"), ("src/spending/store.rs", "use super::audit::look;")]) => "audit.rs",
        House::of_files(&[("src/spending/store.rs", ""), ("src/web/pages.rs", "use crate::spending::store::find;")]) => "private",
    }
    sql_stands_in_the_stores = places::sql {
        House::of("src/booking/mod.rs", "fn f() { q(\"SELECT 1 FROM entry\") }") => "src/booking/mod.rs:1",
        House::of("src/booking/mod.rs", "fn f() {\n q(\"\n  INSERT INTO entry (id) VALUES ($1)\") }") => "src/booking/mod.rs:2",
        House::of("src/web/a.rs", "fn f() { q(\"UPDATE fund SET state = 'open'\") }") => "SQL outside a store",
        House::of("src/web/a.rs", "fn f() { q(\"DELETE FROM fund\") }") => "SQL outside a store",
        House::of("src/web/a.rs", "fn f() { q(\"delete from fund\") }") => "SQL outside a store",
        House::of("src/web/a.rs", "fn f() { q(r#\"WITH x AS (SELECT 1) SELECT 2\"#) }") => "SQL outside a store",
        House::of("src/web/a.rs", "fn f() { sqlx::query_scalar(text) }") => "SQL outside a store",
    }
    only_the_database_writes_sql_by_program = places::dynamic_sql {
        House::of("src/spending/store.rs", "use sqlx::AssertSqlSafe;") => "AssertSqlSafe",
        House::of("src/spending/store.rs", "let q = sqlx::QueryBuilder::new(a);") => "QueryBuilder",
    }
    stripe_types_stand_in_the_gateway = places::stripe {
        House::of("src/booking/mod.rs", "use stripe_core::Refund;") => "stripe_core",
        House::of("src/payments/sync.rs", "use ::stripe::Client;") => "src/payments/sync.rs:1",
        House::of("src/web/a.rs", "let c: stripe::Client = x;") => "Stripe's own types",
    }
    http_stands_at_the_face = places::http {
        House::of("src/booking/mod.rs", "use axum::Json;") => "axum",
        House::of("src/payments/mod.rs", "fn f() -> StatusCode { todo }") => "StatusCode",
    }
    time_chance_and_surroundings_are_parameters = places::system {
        House::of("src/booking/mod.rs", "let t = std::time::SystemTime::now();") => "clock.rs",
        House::of("src/web/a.rs", "let t = jiff::Timestamp::now();") => "clock.rs",
        House::of("src/web/a.rs", "getrandom::fill(&mut b);") => "ids.rs",
        House::of("src/web/a.rs", "let v = std::env::var(\"X\");") => "config.rs",
        House::of("src/web/a.rs", "let v = env::var_os(\"X\");") => "config.rs",
    }
    files_stay_small = places::size {
        House::of("src/web/a.rs", &"let a = 1;\n".repeat(401)) => "401 lines",
        House::of("tests/it/a.rs", &"let a = 1;\n".repeat(402)) => "402 lines",
    }
    files_say_what_lives_in_them = places::introduction {
        House::of("src/web/a.rs", "use crate::db;\n//! Too late.") => "src/web/a.rs",
    }
    templates_escape = places::unescaped {
        House::of("templates/a.html", "<p>{{ name|safe }}</p>") => "templates/a.html:1",
        House::of("templates/a.html", "<p>\n{{ name | safe }}</p>") => "templates/a.html:2",
        House::of("templates/a.html", "{% autoescape false %}") => "templates/a.html:1",
    }
    both_dialects_say_the_same = schema::dialects {
        House::of_files(&[("migrations/sqlite/0001_a.sql", "CREATE TABLE t (a INTEGER NOT NULL) STRICT;")]) => "0001_a.sql",
        House::of_files(&[
            ("migrations/sqlite/0001_a.sql", "CREATE TABLE t (a INTEGER NOT NULL, b TEXT) STRICT;"),
            ("migrations/postgres/0001_a.sql", "CREATE TABLE t (a BIGINT NOT NULL);"),
        ]) => "t.b",
        House::of_files(&[
            ("migrations/sqlite/0001_a.sql", "CREATE TABLE t (a INTEGER NOT NULL) STRICT;"),
            ("migrations/postgres/0001_a.sql", "CREATE TABLE t (a INTEGER NOT NULL);"),
        ]) => "t.a",
        House::of_files(&[
            ("migrations/sqlite/0001_a.sql", "CREATE TABLE t (a TEXT NOT NULL CHECK (a IN ('x', 'y'))) STRICT;"),
            ("migrations/postgres/0001_a.sql", "CREATE TABLE t (a TEXT NOT NULL CHECK (a IN ('x')));"),
        ]) => "t.a",
        House::of_files(&[
            ("migrations/sqlite/0001_a.sql", "CREATE TABLE t (a INTEGER) STRICT; CREATE TRIGGER g BEFORE DELETE ON t BEGIN SELECT 1; END;"),
            ("migrations/postgres/0001_a.sql", "CREATE TABLE t (a BIGINT);"),
        ]) => "trigger g",
    }
    the_tree_holds_one_database_and_one_tls = lockfile::tree {
        House::of("Cargo.lock", "[[package]]\nname = \"openssl-sys\"\nversion = \"0.9.1\"\n") => "openssl-sys",
        House::of("Cargo.lock", "[[package]]\nname = \"aws-lc-rs\"\nversion = \"1.1.1\"\n") => "aws-lc-rs",
        House::of("Cargo.lock", "[[package]]\nname = \"sqlx\"\nversion = \"0.9.0\"\n\n[[package]]\nname = \"sqlx\"\nversion = \"0.8.0\"\n") => "sqlx",
        House::of("Cargo.lock", "[[package]]\nname = \"libsqlite3-sys\"\nversion = \"0.30.1\"\n") => "libsqlite3-sys",
    }
}
