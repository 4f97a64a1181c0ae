//! The page of the outbox: who sees it, what it shows, what its buttons do, and that it names nobody.

use std::sync::Arc;

use strikefund::config::SmtpServer;
use strikefund::language::Language;
use strikefund::mail::{self, Kind, Letter, Post};
use strikefund::people::{Role, audit};
use strikefund::seal::Keyring;
use strikefund::transact;
use strikefund::web::{Parts, Site};

use super::staff::Staff;
use super::{MASTER, Visit};
use crate::support::smtp::{MailServer, Manner};
use crate::support::{Books, on_both_databases};

const MAIL: &str = "/treasury/mail";

async fn queue(books: &Books) {
    let letter = Letter {
        cause: "captain 5",
        to: "canary@example.org",
        language: Language::English,
        kind: Kind::CaptainLink,
        values: &[("days", "14")],
        link: Some("https://x.example/canary"),
    };
    let (keys, now) = (Keyring::from_master(&MASTER), books.now());
    let queued: sqlx::Result<bool> = transact!(books.db, tx => mail::queue(tx, &letter, &keys, &books.entropy, now).await);
    assert!(queued.unwrap());
}

on_both_databases! {
    async fn an_administrator_sees_what_waits_and_nobodys_address(books: &Books) {
        books.general_fund().await;
        queue(books).await;
        let visit = Visit::of(books);
        let admin = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let page = admin.get(MAIL).await.is(200).says("No mail server is set").says("Picket captain’s link").says("Waiting").says("14 Nov 2026, 10:00");
        page.never_says("canary").never_says("captain 5");
        admin.get(&format!("{MAIL}?lang=es")).await.is(200).says("Enlace de capitán de piquete").says("En espera");
        for role in [Role::Recorder, Role::Approver, Role::Auditor] {
            let other = Staff::signed_in(&visit, books, &[role]).await;
            other.get(MAIL).await.is(404);
            other.submit(&format!("{MAIL}/again"), &[]).await.is(404);
        }
    }

    async fn a_test_mail_goes_once_however_often_its_form_is_sent(books: &Books) {
        books.general_fund().await;
        let server = MailServer::start(Manner::Takes).await;
        let address = SmtpServer::parse(&format!("smtp://127.0.0.1:{}", server.port)).unwrap();
        let post = Post::new(Some(&address), "noreply@fund.example.org", Arc::new(Keyring::from_master(&MASTER))).unwrap();
        let visit = Visit::to_site(books, None, |parts| Site::new(Parts { post: post.clone(), ..parts }).at_once());
        let admin = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let page = admin.get(MAIL).await.is(200).never_says("No mail server");
        let operation = page.value_of("operation");
        admin.submit(MAIL, &[("operation", &operation), ("to", "nobody")]).await.is(422).says("like ana@example.org").says("value=\"nobody\"").says("<title>Error:");
        for _ in 0..3 {
            let answer = admin.submit(MAIL, &[("operation", &operation), ("to", "ana@example.org")]).await.is(303);
            assert_eq!(answer.next(), "/treasury/mail?done=test");
        }
        admin.submit(MAIL, &[("operation", &operation), ("to", "other@example.org")]).await.is(422).says("another address");
        admin.submit(MAIL, &[("operation", "made-up"), ("to", "ana@example.org")]).await.is(422);
        admin.get("/treasury/mail?done=test").await.is(200).says("The test mail is in the outbox");
        assert_eq!(mail::deliver(&post, &books.db, &books.clock).await.unwrap().sent, 1);
        assert_eq!(server.recipients(), ["RCPT TO:<ana@example.org>"]);
        admin.get(MAIL).await.is(200).says("Every mail was sent").says("Test mail");
        let acts = audit::list_of(&mut books.db.begin_read().await.unwrap(), admin.person, None, 10).await.unwrap();
        assert_eq!(acts.iter().map(|act| &*act.act).collect::<Vec<_>>(), ["mail tested"]);
        assert!(!format!("{acts:?}").contains("ana@"), "no address in the log: {acts:?}");
    }

    async fn dead_letters_stand_in_sight_and_are_tried_again(books: &Books) {
        books.general_fund().await;
        queue(books).await;
        let now = books.now();
        let held: sqlx::Result<u64> = transact!(books.db, tx => mail::hold(tx, now).await);
        held.unwrap();
        let visit = Visit::of(books);
        let admin = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        admin.get(MAIL).await.is(200).says("Given up").says("came back with a backup").says("Try the mail that was given up again");
        assert_eq!(admin.submit(&format!("{MAIL}/again"), &[]).await.is(303).next(), "/treasury/mail?done=again");
        let counts = mail::counts(&mut books.db.begin_read().await.unwrap()).await.unwrap();
        assert_eq!((counts.waiting, counts.dead), (1, 0));
        admin.get(MAIL).await.is(200).never_says("Try the mail");
    }
}
