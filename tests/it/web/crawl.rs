//! Every address that can be read, crawled from the table of addresses (safety tests J1, J3, J4, A2): reading changes nothing, nothing that
//! somebody typed becomes markup, and every answer bears the headers that keep it in its place.

use axum::body::Body;
use axum::http::header;
use strikefund::db::Db;
use strikefund::run;
use strikefund::web::doors::Who;

use super::grown::Grown;
use super::{Answer, Visit, to};
use crate::support::{Books, on_both_databases};

/// Closes what it may stand in (an attribute, a text, a script, a comment, a style, a template, an SQL text) and then does something.
const POLYGLOT: &str = "javascript:/*--></title></style></textarea></script><xss onfocus='xss(1)' x=\"\"><svg/onload=xss(2)>\" autofocus onfocus=\"xss(3)' onfocus='xss(4)'{{7*7}}${7*7}<%=7*7%>'; DROP TABLE posting; --";
/// What of it must never come back as it was typed.
const LIVE: [&str; 7] =
    ["<xss", "<svg/onload", "</textarea></script>", "\" autofocus onfocus", "' onfocus='xss(4)", "href=\"javascript:", "49${"];
/// Reading these writes one line into the log of acts, for whoever takes data out is named in it (safety rule LG3), and nothing else.
const LOGGED: [&str; 2] = ["/treasury/exports/{file}", "/treasury/audit/acts.csv"];

/// Is told of every row that anybody writes.
struct Watch {
    /// On `SQLite`, a connection that is told when another one commits anything at all.
    told: Option<sqlx::pool::PoolConnection<sqlx::Sqlite>>,
}

impl Watch {
    async fn of(db: &Db) -> Self {
        let told = match db {
            Db::Sqlite { read, .. } => Some(read.acquire().await.unwrap()),
            Db::Postgres(pool) => {
                // A sequence forgets nothing when a transaction is rolled back: what was written and taken back counts too.
                sqlx::raw_sql(
                    "CREATE SEQUENCE written;
                     CREATE FUNCTION count_written() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('written'); RETURN NULL; END $$;
                     DO $$ DECLARE one regclass; BEGIN
                         FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace LOOP
                             EXECUTE format('CREATE TRIGGER count_written AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION count_written()', one);
                         END LOOP;
                     END $$",
                )
                .execute(pool)
                .await
                .unwrap();
                None
            }
        };
        Self { told }
    }

    /// A number that moves when something is written.
    async fn state(&mut self, db: &Db) -> i64 {
        match (db, &mut self.told) {
            (Db::Postgres(pool), _) => {
                sqlx::query_scalar("SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM written").fetch_one(pool).await.unwrap()
            }
            (Db::Sqlite { .. }, Some(connection)) => sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut **connection).await.unwrap(),
            (Db::Sqlite { .. }, None) => panic!("SQLite is watched by a connection of its own"),
        }
    }
}

async fn acts(books: &Books) -> i64 {
    let tx = &mut books.db.begin_read().await.unwrap();
    run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM audit")).unwrap()
}

async fn ask(grown: &Grown<'_>, method: &str, path: &str) -> Answer {
    let request = to(path).method(method).header(header::COOKIE, &grown.staff.cookie).body(Body::empty());
    grown.visit.send(request.unwrap()).await
}

fn is_bound(path: &str, door: &str, answer: &Answer) {
    let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
    let parts: &[&str] = match door {
        "/treasury/documents/{document}" => &["sandbox", "default-src 'none'"],
        // The one page that other sites may frame.
        "/embed/{fund}" if answer.status.is_success() => &["default-src 'none'", "frame-ancestors *", "base-uri 'none'"],
        _ => &["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"],
    };
    assert!(parts.iter().all(|part| policy.contains(part)) && !policy.contains("unsafe"), "{path}: {policy}");
    // A badge says in its own way that there is none.
    let is_elsewhere = door == "/embed/{fund}/badge.svg" || door == "/embed/{fund}" && answer.status.is_success();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", if is_elsewhere { "cross-origin" } else { "same-origin" }),
    ] {
        assert_eq!(answer.header(name), Some(value), "{path}: {name}");
    }
    if door.starts_with("/treasury") || door.starts_with("/me") {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

on_both_databases! {
    async fn reading_changes_nothing_whatever_is_read(books: &Books) {
        let visit = Visit::of(books);
        let grown = Grown::new(books, &visit, "Water").await;
        grown.pile_up(1, 110).await;
        let addresses = grown.addresses(|_| true).await;
        assert!(addresses.len() > 90, "{addresses:?}");
        let mut watch = Watch::of(&books.db).await;
        let mut wrong = Vec::new();
        for (door, path) in &addresses {
            for method in ["HEAD", "GET"] {
                let (before, acts_before) = (watch.state(&books.db).await, acts(books).await);
                let answer = ask(&grown, method, path).await;
                assert!(answer.status.as_u16() < 500, "{method} {path}: {}", answer.text());
                let logged = LOGGED.contains(door) && acts(books).await == acts_before + 1;
                if !logged && watch.state(&books.db).await != before {
                    wrong.push(format!("{method} {path}"));
                }
            }
        }
        assert!(wrong.is_empty(), "changed something: {wrong:?}");
        // The watch sees what is written.
        let before = watch.state(&books.db).await;
        grown.pile_up(111, 112).await;
        assert!(watch.state(&books.db).await != before);
    }

    async fn nothing_that_was_typed_becomes_markup_and_every_answer_is_bound(books: &Books) {
        let visit = Visit::of(books);
        let grown = Grown::new(books, &visit, POLYGLOT).await;
        grown.pile_up(1, 110).await;
        let mut shown = 0;
        for (door, path) in grown.addresses(|who| who != Who::HalfSignedIn).await {
            for path in [path.clone(), format!("{path}?lang=es"), format!("{path}?q=%22%3E%3Cxss%20onfocus%3D%22xss(3)")] {
                let answer = ask(&grown, "GET", &path).await;
                is_bound(&path, door, &answer);
                let kind = answer.header("content-type").unwrap_or_default();
                if kind.starts_with("text/html") {
                    let text = answer.text();
                    assert!(answer.status.as_u16() < 500, "{path}: {text}");
                    for live in LIVE {
                        assert!(!text.contains(live), "{live} is alive on {path}:\n{text}");
                    }
                    shown += usize::from(text.contains("&#60;xss"));
                }
            }
        }
        // It was there to be shown.
        assert!(shown > 60, "{shown} pages showed what was typed");
    }
}
