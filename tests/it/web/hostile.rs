//! What somebody sends who means no good: hostile texts, fields that no form has, ids of another fund, and bytes that are no form at all
//! (safety tests A1, A2, A4, A5, I2, K3).

use axum::body::Body;
use axum::http::{Method, header};
use proptest::prelude::*;
use strikefund::ids::sha256_hex;
use strikefund::people::{Purpose, Role};
use strikefund::run;
use strikefund::web::doors::Who;

use super::grown::Grown;
use super::staff::sign_in::link;
use super::staff::{Staff, person};
use super::{Answer, Visit, encoded, to};
use crate::files::pictures;
use crate::spending::Treasury;
use crate::support::{Books, block_on, on_both_databases, soak};

const NEW: &str = "/treasury/general/expenses/new";
/// What breaks out of SQL, markup, templates and heads of mails, where something lets it.
const HOSTILE: [&str; 4] = [
    "'; DROP TABLE expense; --",
    "</dd><script>xss()</script>\" onfocus=\"xss()",
    "{{ 7*7 }} ${7*7} {% include \"/etc/passwd\" %}",
    "Water%0d%0aBcc: everybody@example.org",
];

/// An expense with these texts in every field that takes one.
async fn save(staff: &Staff<'_>, vendor: &str, public: &str, note: &str, more: &[(&str, &str)]) -> Answer {
    let operation = staff.get(NEW).await.is(200).value_of("operation");
    let fields = [
        ("operation", &*operation),
        ("amount", "18.99"),
        ("bought_on", "2026-11-14"),
        ("vendor", vendor),
        ("category", "water"),
        ("public_text", public),
        ("note", note),
        ("paid_by", "card"),
        ("paid_from", "assets:bank:main"),
        ("show", "after_hold"),
        ("draft", "1"),
    ];
    let photo = pictures::jpeg(1);
    let files = [("file", "../../x.php%00.jpg", "image/jpeg", &*photo)];
    staff.upload(NEW, &[&fields[..], more].concat(), &files).await
}

async fn column(books: &Books, sql: &'static str) -> Vec<String> {
    let tx = &mut books.db.begin_read().await.unwrap();
    run!(tx, fetch_all, sqlx::query_scalar(sql)).unwrap()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

on_both_databases! {
    async fn what_means_no_good_is_stored_as_it_was_typed_and_shown_as_text(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let rosa = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        for hostile in HOSTILE {
            let next = save(&rosa, hostile, hostile, hostile, &[]).await.is(303).next();
            let page = rosa.get(&next).await.is(200);
            assert!(page.text().matches(&escaped(hostile)).count() >= 3, "{hostile}:\n{}", page.text());
            page.never_says("<script>").never_says("49 ").never_says("root:");
            let found = rosa.get(&format!("/treasury/search?q={}", encoded(hostile))).await.is(200);
            found.never_says("<script>xss");
        }
        for kept in [column(books, "SELECT vendor FROM expense ORDER BY id").await, column(books, "SELECT note FROM expense ORDER BY id").await] {
            assert_eq!(kept, HOSTILE);
        }
        // The sender's name of a file is nowhere.
        assert!(column(books, "SELECT ref FROM document").await.iter().all(|name| name.len() == 26 && name.chars().all(|letter| letter.is_ascii_alphanumeric())));
        let names = std::fs::read_dir(books.documents.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(names.into_iter().all(|name| !name.contains("php") && !name.contains("..")));
        treasury.sound().await;
    }

    async fn letters_that_hide_or_turn_text_are_refused_or_taken_out(books: &Books) {
        Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let rosa = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        for hidden in ["Wa\u{0}ter", "Wa\u{202e}ter", "Wa\u{2066}ter", "Wa\u{200b}ter", "Wa\u{7}ter"] {
            let answer = save(&rosa, hidden, "Water", "", &[]).await;
            assert!(matches!(answer.status.as_u16(), 303 | 422), "{hidden:?}: {}", answer.status);
            let odd = hidden.chars().find(|letter| !letter.is_ascii_alphabetic()).unwrap();
            if answer.status == 303 {
                let page = rosa.get(&answer.next()).await.is(200);
                assert!(!page.text().contains(odd), "{hidden:?} is shown as it came");
            } else {
                assert!(!answer.text().contains(odd), "{hidden:?} is sent back as it came");
            }
        }
        let long = "a".repeat(40_000);
        save(&rosa, &long, "Water", "", &[]).await.is(422);
        save(&rosa, "Shop", &long, "", &[]).await.is(422);
    }

    async fn a_form_with_files_and_a_field_that_it_has_not_or_has_once_is_refused_whole(books: &Books) {
        let treasury = Treasury::holding(books, 10_000).await;
        let visit = Visit::of(books);
        let rosa = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        for more in [("role", "administrator"), ("state", "paid"), ("approved_by", "1"), ("author_id", "99"), ("amount", "0.01"), ("operation", "x")] {
            save(&rosa, "Shop", "Water", "", &[more]).await.is(422).says("It could not be read as one of our forms.");
        }
        assert_eq!(column(books, "SELECT number FROM expense").await.len() + column(books, "SELECT ref FROM document").await.len(), 0);
        save(&rosa, "Shop", "Water", "", &[]).await.is(303);
        treasury.sound().await;
    }

    async fn whatever_belongs_to_one_fund_is_not_there_under_another(books: &Books) {
        let visit = Visit::of(books);
        let grown = Grown::new(books, &visit, "Water").await;
        grown.pile_up(1, 110).await;
        books.fund("hardship", Some("rent")).await;
        let mut asked = 0;
        for (door, path) in grown.addresses(|who| matches!(who, Who::Holding(_))).await {
            // A kind of gift is a word and belongs to nobody.
            if door.starts_with("/treasury/{fund}/") && door.matches('{').count() == 2 && !door.ends_with("{kind}") {
                let there = grown.staff.get(&path).await;
                assert!(matches!(there.status.as_u16(), 200 | 303), "{path}: {}", there.status);
                let elsewhere = path.replacen("/general/", "/hardship/", 1);
                assert_eq!(grown.staff.get(&elsewhere).await.status, 404, "{elsewhere}");
                asked += 1;
            }
        }
        assert!(asked > 9, "{asked}");
        for door in visit.doors().iter().filter(|door| door.method == Method::POST && door.path.contains("{fund}") && door.path.contains("{number}")) {
            let number = if door.path.contains("in-kind") { "K1" } else if door.path.contains("offline") { "O1" } else { "E1" };
            let path = door.path.replace("{fund}", "hardship").replace("{number}", number);
            let form = grown.staff.submit(&path, &[]).await.status;
            // What takes files reads no other form, whosever it is.
            let status = if form == 400 { grown.staff.upload(&path, &[], &[]).await.status } else { form };
            assert_eq!(status, 404, "{path}");
        }
    }

    async fn opening_a_captains_link_spends_nothing_and_leaks_no_address(books: &Books) {
        let visit = Visit::of(books);
        let grown = Grown::new(books, &visit, "Water").await;
        grown.pile_up(1, 110).await;
        let (code, other) = ("a-code-of-a-captain", "a-code-of-a-captain-who-is-gone");
        for (code, row) in [(code, "c20"), (other, "c70")] {
            let hash = sha256_hex(code);
            let known: sqlx::Result<u64> = strikefund::transact!(books.db, tx =>
                run!(tx, execute, sqlx::query("UPDATE captain SET code_hash = $1 WHERE code_hash = $2").bind(&*hash).bind(row)));
            known.unwrap();
        }
        // A scanner that follows every link in a mail, and a phone that opens it ten times.
        for _ in 0..10 {
            let page = visit.get(&format!("/claim/{code}")).await.is(200);
            assert_eq!(page.header("referrer-policy"), Some("same-origin"));
            assert_eq!(page.header("cache-control"), Some("no-store"));
        }
        visit.get(&format!("/claim/{other}")).await.never_says("name=\"amount\"");
        for gone in ["a-code-of-a-captaim", ""] {
            visit.get(&format!("/claim/{gone}")).await.is(404);
        }
        // The hash that stands in the database opens nothing.
        visit.get(&format!("/claim/{}", sha256_hex(code))).await.is(404);
        let invited = person(books, &[]).await;
        let path = link(books, Purpose::Join, invited).await;
        let stored = column(books, "SELECT token_hash FROM link").await;
        assert!(stored.iter().all(|hash| !path.contains(&**hash) && hash.len() == 64));
    }
}

/// A body of any bytes, with the heads of a form that carries files.
async fn any_upload(visit: &Visit, staff: &Staff<'_>, path: &str, boundary: &str, body: Vec<u8>) -> u16 {
    let kind = format!("multipart/form-data; boundary={boundary}");
    let request = to(path).method("POST").header(header::CONTENT_TYPE, kind).header("sec-fetch-site", "same-origin");
    visit.send(request.header(header::COOKIE, &staff.cookie).body(Body::from(body)).unwrap()).await.status.as_u16()
}

/// Pieces that forms are made of, and bytes that they are not.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"--x\r\n".to_vec()),
        Just(b"--x--\r\n".to_vec()),
        Just(b"\r\n\r\n".to_vec()),
        Just(b"Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n".to_vec()),
        Just(b"Content-Disposition: form-data; name=\"amount\"\r\n".to_vec()),
        Just(b"Content-Type: image/jpeg\r\n".to_vec()),
        Just(b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..80),
    ]
}

#[test]
fn bytes_that_are_no_form_are_a_mistake_of_the_sender_and_never_of_ours() {
    let cases = u32::try_from(soak(60, 20_000)).unwrap();
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    block_on(async {
        let books = Books::on_sqlite().await;
        Treasury::holding(&books, 1_000).await;
        let visit = Visit::of(&books);
        let rosa = Staff::signed_in(&visit, &books, &[Role::Recorder]).await;
        let outcome = tokio::task::block_in_place(|| {
            runner.run(&proptest::collection::vec(piece(), 0..20), |pieces| {
                let body = pieces.concat();
                for path in [NEW, "/treasury/bank/import"] {
                    let status = tokio::runtime::Handle::current().block_on(any_upload(&visit, &rosa, path, "x", body.clone()));
                    prop_assert!((400..500).contains(&status), "{path}: {status}");
                }
                Ok(())
            })
        });
        outcome.unwrap();
        assert_eq!(column(&books, "SELECT number FROM expense").await, Vec::<String>::new());
        books.close().await;
    });
}
