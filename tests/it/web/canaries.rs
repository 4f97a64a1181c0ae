//! What a donor told stands nowhere but with the donor (tests L1, L4): words planted through every field are found in no public byte, no log line, no
//! metric, no subject of a mail, no ledger row, no export, and not in the clear in the database, its log of writes, or its backup.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::header;
use sqlx::AssertSqlSafe;
use strikefund::db::Db;
use strikefund::db::backup::back_up;
use strikefund::payments::sync::Run;
use strikefund::people::Role;
use strikefund::web::meter;

use super::checkout::{choose, jobs, settle, site};
use super::gift::{give, publish};
use super::staff::Staff;
use super::{Visit, encoded, form_to};
use crate::publication::stranger::everything;
use crate::support::{Books, on_both_databases};

/// What is planted, one word a field; whatever an address is written in, and the machine it came from.
const PLANTED: [(&str, &str); 11] = [
    ("email", "canaryaddress"),
    ("name", "Canaryname"),
    ("public name", "Canarypublic"),
    ("note", "canarynote"),
    ("detail of a question", "canarydetail"),
    ("e-mail for news", "canarynews"),
    ("e-mail of a lost link", "canarylost"),
    ("wrong e-mail", "canarywrong"),
    ("proof", "canaryproof"),
    ("user agent", "CanaryBrowser"),
    ("address of a machine", "203.0.113.77"),
];

/// What the program logs, as whoever runs it reads it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Fails where one of the planted words stands in these bytes, plainly or as a database writes bytes down.
#[track_caller]
fn is_clean(place: &str, bytes: &[u8]) {
    for (field, word) in PLANTED {
        for needle in [word.to_owned(), data_encoding::HEXLOWER.encode(word.as_bytes()), data_encoding::BASE64.encode(word.as_bytes())] {
            let needle = needle.trim_end_matches('=');
            assert!(!bytes.windows(needle.len()).any(|some| some == needle.as_bytes()), "{field} ({needle}) stands in {place}");
        }
    }
}

/// Sends a form as a browser with a telling name does, from a telling address.
async fn send(visit: &Visit, path: &str, fields: &[(&str, &str)]) -> super::Answer {
    let form = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
    let request = form_to(path).header("sec-fetch-site", "same-origin").header(header::USER_AGENT, "CanaryBrowser/1.0");
    let mut request = request.header("x-forwarded-for", "203.0.113.77").body(Body::from(form)).unwrap();
    request.extensions_mut().insert(strikefund::web::client::Peer("203.0.113.77".parse().unwrap()));
    visit.send(request).await
}

/// Plants every word, in the order in which a donor would, and has it all worked through.
async fn plant(visit: &Visit, books: &Books) {
    let issued = visit.issued("attempt-of-the-canary", 20);
    let whole = [
        ("interval", "week"),
        ("amount", "25"),
        ("email", "canaryaddress@example.org"),
        ("name", "Canaryname Lastname"),
        ("listing", "show"),
        ("public_name", "Canarypublic"),
        ("note", "canarynote to treasurers"),
        ("attempt", "attempt-of-the-canary"),
        ("issued", &*issued),
    ];
    let wrong = [&whole[..], &[("email", "canarywrong at example")]].concat();
    send(visit, "/f/general/give", &super::each_once(&wrong)).await.is(422);
    let checkout = send(visit, "/f/general/give", &whole).await.is(303).next();
    let thanks = choose(visit, &checkout, &[("outcome", "pay")]).await.is(303).next();
    settle(visit, books, 5).await;
    let page = visit.get(&thanks).await.is(200);
    let gift = format!("/gift/{}", page.text().split("href=\"/gift/").nth(1).unwrap().split('"').next().unwrap());
    send(visit, &format!("{gift}/refund"), &[("reason", "twice"), ("detail", "canarydetail of mine")]).await.is(303);
    send(visit, &format!("{gift}/receipt"), &[]).await.is(303);
    send(visit, "/gift", &[("email", "canarylost@example.org")]).await.is(200);
    send(visit, "/f/general/news", &[("email", "canarynews@example.org"), ("language", "en")]).await.is(200);
    send(visit, "/f/general/verify.html", &[("proof", "canaryproof")]).await;
    for n in 0..4 {
        give(visit, &format!("{n}@donors.example"), "33", &[("outcome", "pay")]).await;
    }
    settle(visit, books, 8 * 86_400).await;
    jobs(visit, books).round(Run::Full).await.unwrap();
    publish(books).await.expect("a batch");
    jobs(visit, books).tell().await.unwrap();
    jobs(visit, books).digest().await.unwrap();
}

/// Everything a stranger and a member of staff who may not look at donors can read.
async fn pages(visit: &Visit, books: &Books, staff: &Staff<'_>) -> Vec<(String, Vec<u8>)> {
    let mut read: Vec<(String, Vec<u8>)> = everything(books).await.into_iter().collect();
    assert!(read.len() > 40);
    let live = [
        "/",
        "/f/general/",
        "/f/general/give",
        "/f/general/news",
        "/f/general/gifts/names.html",
        "/f/general/verify.html",
        "/sitemap.xml",
        "/embed/general",
        "/nothing",
    ];
    for path in live {
        read.push((path.to_owned(), visit.get(path).await.body.to_vec()));
    }
    let private = [
        "/treasury",
        "/treasury/general/gifts",
        "/treasury/general/supporters",
        "/treasury/repeats",
        "/treasury/refunds",
        "/treasury/disputes",
        "/treasury/mail",
        "/treasury/approvals",
        "/treasury/stripe",
        "/treasury/audit/acts.csv",
        "/treasury/exports/books.csv",
        "/treasury/exports/books.json",
        "/treasury/exports/books.journal",
        "/treasury/exports/books.beancount",
        "/treasury/accounts/income:donations:online",
    ];
    for path in private {
        read.push((path.to_owned(), staff.get(path).await.is(200).body.to_vec()));
    }
    read
}

/// Every row of every table as text.
async fn rows(db: &Db) -> Vec<(String, Vec<u8>)> {
    let Db::Postgres(pool) = db else { return Vec::new() };
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1";
    let mut read = Vec::new();
    for table in sqlx::query_scalar::<_, String>(tables).fetch_all(pool).await.unwrap() {
        let sql = format!("SELECT t::text FROM \"{table}\" t");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
        read.push((table, rows.join("\n").into_bytes()));
    }
    read
}

fn files_under(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

on_both_databases! {
    async fn what_a_donor_told_stands_in_nothing_that_leaves_and_nowhere_in_the_clear(books: &Books) {
        let log = Log::default();
        let writer = { let log = log.clone(); move || log.clone() };
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(writer).finish();
        let captured = tracing::subscriber::set_global_default(subscriber).is_ok();
        let metrics = meter::install();
        let visit = site(books).await;
        plant(&visit, books).await;
        let reader = Staff::signed_in(&visit, books, &[Role::Recorder, Role::Auditor, Role::Administrator]).await;
        for (place, bytes) in pages(&visit, books, &reader).await {
            is_clean(&place, &bytes);
        }
        for (place, bytes) in rows(&books.db).await {
            is_clean(&place, &bytes);
        }
        if let Some(folder) = books.directory() {
            let files = files_under(folder);
            assert!(files.iter().any(|(place, _)| place.ends_with("-wal")), "the log of writes is there: {:?}", files.iter().map(|(place, _)| place).collect::<Vec<_>>());
            let backups = tempfile::tempdir().unwrap();
            back_up(&books.db, None, &backups.path().join("books.sqlite"), async |_| Ok(())).await.unwrap();
            for (place, bytes) in files.into_iter().chain(files_under(backups.path())) {
                is_clean(&place, &bytes);
            }
        }
        let lines = log.0.lock().unwrap().clone();
        assert!(!captured || lines.len() > 1_000, "something was logged");
        is_clean("the log", &lines);
        if let Ok(metrics) = metrics {
            let told = metrics.render();
            assert!(told.contains("/f/{fund}/give"), "{told}");
            is_clean("the metrics", told.as_bytes());
        }
        // The words are there, and open for whoever may: what was looked for was planted.
        let gifts = strikefund::donations::listing::list(&mut books.db.begin_read().await.unwrap(), books.general_fund().await, None, 50).await.unwrap();
        let mut found = 0;
        for gift in gifts {
            let donor = strikefund::donations::donor_of(&mut books.db.begin_read().await.unwrap(), &visit.site.keyring, gift.id).await.unwrap();
            found += usize::from(donor.is_some_and(|donor| donor.email == "canaryaddress@example.org" && donor.note.is_some()));
        }
        assert!(found >= 2, "the first payment and its renewal");
    }
}
