//! The address of a document: who is shown it, and in what wrapping.

use axum::body::Body;
use axum::http::header;
use strikefund::files;
use strikefund::ids::DocumentId;
use strikefund::people::Role;
use strikefund::spending::copies::Why;
use strikefund::transact;

use super::staff::Staff;
use super::{Answer, Visit, to};
use crate::files::pictures;
use crate::publication::{DAY, copies, publish};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

async fn taken(books: &Books, by: &Staff<'_>, bytes: Vec<u8>) -> (DocumentId, String) {
    let id = files::take_in(&books.files, &books.db, &by.person.into(), bytes, &books.entropy, books.now()).await.unwrap();
    let document = files::find(&mut books.db.begin_read().await.unwrap(), id).await.unwrap().unwrap();
    (id, format!("/treasury/documents/{}", document.reference))
}

async fn asked_from(visit: &Visit, who: &Staff<'_>, path: &str, site: &str) -> Answer {
    visit.send(to(path).header(header::COOKIE, &who.cookie).header("sec-fetch-site", site).body(Body::empty()).unwrap()).await
}

on_both_databases! {
    async fn a_document_is_shown_to_readers_in_a_wrapping_that_runs_nothing(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let recorder = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let (_, photo) = taken(books, &recorder, pictures::laden_jpeg()).await;
        let (_, pdf) = taken(books, &recorder, b"%PDF-1.7 /JavaScript".to_vec()).await;
        for role in [Role::Recorder, Role::Approver, Role::Auditor] {
            let reader = Staff::signed_in(&visit, books, &[role]).await;
            for (path, kind, manner) in [(&photo, "image/jpeg", "inline; "), (&pdf, "application/pdf", "attachment; ")] {
                let answer = reader.get(path).await.is(200);
                assert_eq!(answer.header("content-type"), Some(kind));
                assert!(answer.header("content-disposition").unwrap().starts_with(manner));
                assert_eq!(answer.header("content-security-policy"), Some("sandbox; default-src 'none'"));
                assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
                assert_eq!(answer.header("cache-control"), Some("no-store"));
            }
        }
    }

    async fn nobody_else_learns_that_a_document_is_there(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let recorder = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let (id, path) = taken(books, &recorder, pictures::jpeg(1)).await;
        visit.get(&path).await.is(401);
        for (who, missing) in [(Role::Administrator, &path), (Role::Recorder, &format!("{path}x")), (Role::Recorder, &"/treasury/documents/..%2f..%2fmaster.key".to_owned())] {
            Staff::signed_in(&visit, books, &[who]).await.get(missing).await.is(404);
        }
        for (site, status) in [("same-origin", 200), ("none", 200), ("cross-site", 404), ("same-site", 404)] {
            asked_from(&visit, &recorder, &path, site).await.is(status);
        }
        let now = books.now();
        let withdrawn: sqlx::Result<bool> = transact!(books.db, tx => files::withdraw(tx, id, now).await);
        assert!(withdrawn.unwrap());
        assert_eq!(recorder.get(&path).await.is(404).header("cache-control"), Some("no-store"));
    }
    async fn a_copy_for_the_public_is_served_as_what_it_is_until_it_is_taken_back(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        let (draft, receipt) = copies::with_receipt(&treasury, 1_000, 1).await;
        let id = treasury.sent(&draft).await;
        treasury.approve(treasury.ana, id).await.unwrap();
        let copy = copies::let_out(&treasury, id, receipt, 2).await;
        let at = format!("/f/general/{}", copies::place(books, copy).await);
        let (visit, start) = (Visit::of(books), books.now());
        publish(books, treasury.fund, start).await.unwrap();
        visit.get(&at).await.is(404);
        publish(books, treasury.fund, start.plus_secs(3 * DAY)).await.unwrap();
        let answer = visit.get(&at).await.is(200);
        for (name, value) in [
            ("content-type", "image/jpeg"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "public, no-cache"),
            ("x-robots-tag", "noindex"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name}");
        }
        assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
        let tag = answer.header("etag").unwrap().to_owned();
        assert!(at.contains(tag.trim_matches('"')) && answer.body.starts_with(b"\xff\xd8\xff"));
        let again = to(&at).header(header::IF_NONE_MATCH, &tag).body(Body::empty()).unwrap();
        visit.send(again).await.is(304);
        visit.get("/f/general/spending/1.html").await.is(200).says(at.rsplit('/').next().unwrap());
        visit.get("/api/v1/funds/general/spendings/1").await.is(200).says("\"media_type\":\"image/jpeg\"");
        copies::take_back(&treasury, id, copy, Some(Why::Details)).await.unwrap();
        visit.get(&at).await.is(404);
        publish(books, treasury.fund, start.plus_secs(3 * DAY + 1)).await.unwrap();
        visit.get("/api/v1/funds/general/spendings/1").await.is(200).says("\"taken_down_because\":\"details\"").says("\"path\":null");
    }
}
