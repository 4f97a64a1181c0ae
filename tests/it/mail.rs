//! The outbox: written with its cause, sent at least once and one a cause, tried again with patience, given up in sight, silent about people.

mod node;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use strikefund::config::{Privacy, SmtpServer};
use strikefund::language::Language;
use strikefund::mail::{self, Counts, Kind, Letter, Post, Problem, Round, Sight, State};
use strikefund::seal::Keyring;
use strikefund::{run, transact};

use crate::support::smtp::{MailServer, Manner};
use crate::support::{Books, on_both_databases};

const CANARY: &str = "canary.person@example.org";
const LINK: &str = "https://fund.example.org/join/canary-secret";

/// What the head of a mail of ours holds, and nothing beside it.
const HEAD: [&str; 11] = [
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
    "Reply-To",
];

fn keys() -> Keyring {
    Keyring::from_master(&[7; 32])
}

fn local(server: &MailServer) -> SmtpServer {
    SmtpServer::parse(&format!("smtp://user:pass%40word@127.0.0.1:{}", server.port)).unwrap()
}

fn post_to(server: &SmtpServer) -> Post {
    Post::new(Some(server), "noreply@fund.example.org", Arc::new(keys())).unwrap()
}

fn invitation(cause: &str, language: Language) -> Letter<'_> {
    Letter { cause, to: CANARY, language, kind: Kind::Invitation, values: &[("minutes", "30")], link: Some(LINK) }
}

async fn queue(books: &Books, letter: &Letter<'_>) -> bool {
    let (now, keys) = (books.now(), keys());
    let queued: sqlx::Result<bool> = transact!(books.db, tx => mail::queue(tx, letter, &keys, &books.entropy, now).await);
    queued.unwrap()
}

async fn deliver(books: &Books, post: &Post) -> Round {
    mail::deliver(post, &books.db, &books.clock).await.unwrap()
}

async fn unsent(books: &Books) -> Vec<Sight> {
    mail::unsent(&mut books.db.begin_read().await.unwrap(), None, 10).await.unwrap()
}

async fn counts(books: &Books) -> Counts {
    mail::counts(&mut books.db.begin_read().await.unwrap()).await.unwrap()
}

/// Everything the rows of the outbox hold, as text.
async fn rows(books: &Books) -> String {
    type Row = (String, String, String, Vec<u8>, Vec<u8>, Vec<u8>);
    const SQL: &str = "SELECT ref, cause, subject, recipient, text, html FROM letter ORDER BY id";
    let tx = &mut books.db.begin_read().await.unwrap();
    let rows: Vec<Row> = run!(tx, fetch_all, sqlx::query_as(SQL)).unwrap();
    let texts = rows.into_iter().map(|(reference, cause, subject, recipient, text, html)| {
        let sealed = [recipient, text, html].concat();
        [&*reference, &*cause, &*String::from_utf8_lossy(&sealed), &*subject].join(" ")
    });
    texts.collect::<Vec<_>>().join("\n")
}

on_both_databases! {
    async fn a_mail_goes_once_with_both_its_faces_in_the_readers_language(books: &Books) {
        let server = MailServer::start(Manner::Takes).await;
        let post = post_to(&local(&server));
        assert!(queue(books, &invitation("invitation 1", Language::English)).await);
        assert!(queue(books, &invitation("invitation 2", Language::Spanish)).await);
        assert!(!queue(books, &invitation("invitation 1", Language::English)).await, "one cause, one mail");
        assert_eq!(counts(books).await, Counts { waiting: 2, dead: 0 });
        assert_eq!(deliver(books, &post).await, Round { sent: 2, failed: 0 });
        assert_eq!(deliver(books, &post).await, Round::default());
        let mails = server.mails();
        assert_eq!((mails.len(), server.recipients()), (2, vec![format!("RCPT TO:<{CANARY}>"); 2]));
        for (mail, subject, words) in [(&mails[0], "Subject: Your invitation\r\n", "The link works once"), (&mails[1], "Subject: ", "una sola vez")] {
            assert!(mail.contains(subject) && mail.contains("From: noreply@fund.example.org\r\n"), "{mail}");
            assert!(mail.contains("multipart/alternative") && mail.contains("text/plain") && mail.contains("text/html"), "{mail}");
            let plain = mail.replace("=\r\n", "").replace("=3D", "=");
            assert!(plain.contains(words) && plain.contains(LINK), "{plain}");
            assert!(mail.contains("Date: Sat, 14 Nov 2026 18:00:00 +0000\r\n"), "{mail}");
            let head = mail.split("\r\n\r\n").next().unwrap();
            assert!(!head.to_lowercase().contains("strike"), "{head}");
        }
        assert_ne!(message_id(&mails[0]), message_id(&mails[1]));
    }

    async fn nothing_that_was_typed_reaches_the_head_of_a_mail_as_a_line_of_its_own(books: &Books) {
        const HOSTILE: &str = "Ana\r\nBcc: everybody@example.org\r\nSubject: strike\r\n\r\nbody =?utf-8?q?x=0D=0ABcc:_a@example.org?=\u{2028}\u{85}";
        let server = MailServer::start(Manner::Takes).await;
        let post = post_to(&local(&server));
        let names = "name number verdict reason said gift since minutes hours days count old new contact left disputes bills people refunds root previous checkpoint table notes amount part day listed on next who note leave repeats";
        let values: Vec<(&str, &str)> = names.split(' ').map(|name| (name, HOSTILE)).collect();
        for (kind, language) in Kind::ALL.into_iter().flat_map(|kind| [(kind, Language::English), (kind, Language::Spanish)]) {
            let cause = format!("{kind} {}", language.as_str());
            let bears_none =
                [Kind::Test, Kind::FactorChanged, Kind::ClaimApproved, Kind::ClaimPaid, Kind::ClaimSentBack, Kind::PayeeChanged, Kind::PayeeAddress, Kind::Links, Kind::NameChecked];
            let link = Some(LINK).filter(|_| !bears_none.contains(&kind));
            assert!(queue(books, &Letter { cause: &cause, to: CANARY, language, kind, values: &values, link }).await);
        }
        let wrong = ["ana@example.org\r\nBcc: everybody@example.org", "ana@example.org, eve@example.org", "a\0na@example.org", "ana@example.org>\r\nRCPT TO:<eve@example.org"];
        for (n, to) in wrong.into_iter().enumerate() {
            let cause = format!("wrong {n}");
            assert!(queue(books, &Letter { cause: &cause, to, ..invitation("", Language::English) }).await);
        }
        // A round looks at fifty.
        let (round, rest) = (deliver(books, &post).await, deliver(books, &post).await);
        let (sent, failed) = (round.sent + rest.sent, round.failed + rest.failed);
        assert_eq!((sent, failed), (2 * Kind::ALL.len(), 4), "an address that is none is never tried");
        assert_eq!(server.recipients(), vec![format!("RCPT TO:<{CANARY}>"); 2 * Kind::ALL.len()]);
        for mail in server.mails() {
            let head = mail.split("\r\n\r\n").next().unwrap();
            let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
            let mut names: Vec<&str> = unfolded.lines().map(|line| line.split(':').next().unwrap()).collect();
            names.sort_unstable();
            assert_eq!(names.iter().filter(|name| **name == "Subject").count(), 1, "{head}");
            assert!(names.iter().all(|name| HEAD.contains(name)), "{names:?}\n{head}");
        }
    }

    async fn what_is_not_committed_is_never_sent(books: &Books) {
        let server = MailServer::start(Manner::Takes).await;
        let mut tx = books.db.begin_write().await.unwrap();
        mail::queue(&mut tx, &invitation("invitation 1", Language::English), &keys(), &books.entropy, books.now()).await.unwrap();
        drop(tx);
        assert_eq!(deliver(books, &post_to(&local(&server))).await, Round::default());
        assert!(server.mails().is_empty());
    }

    async fn an_outbox_names_nobody_and_keeps_nothing_of_what_was_sent(books: &Books) {
        let server = MailServer::start(Manner::Answers(451)).await;
        let post = post_to(&local(&server));
        queue(books, &invitation("invitation 1", Language::English)).await;
        deliver(books, &post).await;
        for part in [CANARY, "canary", LINK, "invited"] {
            assert!(!rows(books).await.contains(part), "{part} lies open");
        }
        server.behave(Manner::Takes);
        books.clock.advance(Duration::from_secs(700));
        assert_eq!(deliver(books, &post).await.sent, 1);
        assert!(rows(books).await.ends_with("invitation 1  Your invitation"), "address and text are gone: {}", rows(books).await);
        assert!(!format!("{post:?}").contains("word"), "{post:?}");
    }

    async fn without_a_server_mails_wait_and_cost_no_tries(books: &Books) {
        queue(books, &invitation("invitation 1", Language::English)).await;
        let nowhere = Post::new(None, "noreply@fund.example.org", Arc::new(keys())).unwrap();
        for _ in 0..20 {
            books.clock.advance(Duration::from_hours(24));
            assert_eq!(deliver(books, &nowhere).await, Round::default());
        }
        assert_eq!(unsent(books).await[0].attempts, 0);
        let server = MailServer::start(Manner::Takes).await;
        assert_eq!(deliver(books, &post_to(&local(&server))).await.sent, 1, "once there is one, they go");
    }

    async fn a_mail_is_tried_again_with_growing_patience_then_given_up_in_sight_and_revived(books: &Books) {
        let server = MailServer::start(Manner::Answers(451)).await;
        let post = post_to(&local(&server));
        queue(books, &invitation("invitation 1", Language::English)).await;
        let (mut pauses, mut tries) = (Vec::new(), 0);
        while unsent(books).await[0].state == State::Waiting {
            let before = books.now();
            assert_eq!(deliver(books, &post).await, Round { sent: 0, failed: 1 });
            assert_eq!(deliver(books, &post).await, Round::default(), "not again at once");
            tries += 1;
            let letter = unsent(books).await.remove(0);
            assert_eq!((letter.problem, letter.reply, letter.attempts), (Some(Problem::Later), Some(451), tries));
            if letter.state == State::Waiting {
                let pause = letter.next_at.unix_secs() - before.unix_secs();
                pauses.push(pause);
                books.clock.advance(Duration::from_secs(pause.unsigned_abs()));
            }
        }
        assert_eq!(pauses, [60, 300, 900, 3_600, 14_400, 28_800, 43_200, 43_200]);
        assert_eq!(counts(books).await, Counts { waiting: 0, dead: 1 });
        books.clock.advance(Duration::from_secs(1_000_000));
        assert_eq!(deliver(books, &post).await, Round::default(), "a dead letter rests");
        server.behave(Manner::Takes);
        let now = books.now();
        let revived: sqlx::Result<u64> = transact!(books.db, tx => mail::again(tx, now).await);
        assert_eq!((revived.unwrap(), deliver(books, &post).await.sent), (1, 1));
    }

    async fn what_a_server_refuses_for_good_is_given_up_soon_and_its_words_are_not_kept(books: &Books) {
        let server = MailServer::start(Manner::Answers(550)).await;
        let post = post_to(&local(&server));
        queue(books, &invitation("invitation 1", Language::English)).await;
        queue(books, &Letter { to: "no address\r\nBcc: x@example.org", ..invitation("invitation 2", Language::English) }).await;
        for _ in 0..3 {
            deliver(books, &post).await;
            books.clock.advance(Duration::from_hours(24));
        }
        let all = unsent(books).await;
        assert_eq!((all[0].state, all[0].problem, all[0].reply), (State::Dead, Some(Problem::Refused), Some(550)));
        assert_eq!((all[1].state, all[1].problem, all[1].attempts), (State::Dead, Some(Problem::Address), 1));
        assert!(!server.heard().contains("Bcc"));
    }

    async fn a_lost_answer_sends_again_under_the_same_name(books: &Books) {
        let server = MailServer::start(Manner::HangsUp).await;
        let post = post_to(&local(&server));
        queue(books, &invitation("invitation 1", Language::English)).await;
        assert_eq!(deliver(books, &post).await.failed, 1);
        assert_eq!(unsent(books).await[0].problem, Some(Problem::Unreachable));
        server.behave(Manner::Takes);
        books.clock.advance(Duration::from_mins(1));
        assert_eq!(deliver(books, &post).await.sent, 1);
        let mails = server.mails();
        assert_eq!((mails.len(), message_id(&mails[0])), (2, message_id(&mails[1])), "a mail program shows it once");
    }

    async fn a_crash_between_sending_and_noting_sends_again_after_the_claim(books: &Books) {
        let server = MailServer::start(Manner::Takes).await;
        queue(books, &invitation("invitation 1", Language::English)).await;
        // As a node leaves it that took the mail and was killed.
        let claimed = books.now().plus_secs(600);
        let mut tx = books.db.begin_write().await.unwrap();
        run!(&mut tx, execute, sqlx::query("UPDATE letter SET attempts = 1, next_at = $1").bind(claimed)).unwrap();
        tx.commit().await.unwrap();
        let post = post_to(&local(&server));
        assert_eq!(deliver(books, &post).await, Round::default(), "another node has it");
        books.clock.advance(Duration::from_mins(10));
        assert_eq!(deliver(books, &post).await.sent, 1);
    }

    async fn two_nodes_at_once_send_one_mail(books: &Books) {
        let server = MailServer::start(Manner::Takes).await;
        for n in 0..10 {
            queue(books, &invitation(&format!("invitation {n}"), Language::English)).await;
        }
        let post = post_to(&local(&server));
        let (one, two) = tokio::join!(deliver(books, &post), deliver(books, &post));
        assert_eq!((one.sent + two.sent, server.mails().len()), (10, 10));
    }

    async fn a_server_that_cannot_be_reached_or_takes_no_password_ends_the_round(books: &Books) {
        let server = MailServer::start(Manner::RefusesLogins).await;
        for n in 0..3 {
            queue(books, &invitation(&format!("invitation {n}"), Language::English)).await;
        }
        assert_eq!(deliver(books, &post_to(&local(&server))).await, Round { sent: 0, failed: 1 });
        assert_eq!(unsent(books).await[0].problem, Some(Problem::Login));
        let nobody = SmtpServer::parse("smtp://127.0.0.1:9").unwrap();
        assert_eq!(deliver(books, &post_to(&nobody)).await, Round { sent: 0, failed: 1 });
        assert_eq!(unsent(books).await[1].problem, Some(Problem::Unreachable));
        assert_eq!(unsent(books).await[2].attempts, 0);
    }

    async fn a_server_elsewhere_that_offers_no_encryption_hears_no_password(books: &Books) {
        let server = MailServer::start(Manner::Takes).await;
        queue(books, &invitation("invitation 1", Language::English)).await;
        let login = Some(("user".to_owned(), SecretString::from("pass@word")));
        let elsewhere = SmtpServer { host: "127.0.0.1".to_owned(), port: server.port, privacy: Privacy::Upgraded, login };
        assert_eq!(deliver(books, &post_to(&elsewhere)).await, Round { sent: 0, failed: 1 });
        assert_eq!(unsent(books).await[0].problem, Some(Problem::NotPrivate));
        assert!(server.mails().is_empty() && !server.heard().contains("AUTH"), "{}", server.heard());
    }

    async fn after_a_restore_waiting_mails_are_held(books: &Books) {
        let server = MailServer::start(Manner::Takes).await;
        queue(books, &invitation("invitation 1", Language::English)).await;
        let now = books.now();
        let held: sqlx::Result<u64> = transact!(books.db, tx => mail::hold(tx, now).await);
        assert_eq!((held.unwrap(), deliver(books, &post_to(&local(&server))).await), (1, Round::default()));
        assert_eq!(unsent(books).await[0].problem, Some(Problem::Restored));
    }

    async fn the_database_itself_holds_the_rules_of_mails(books: &Books) {
        let server = MailServer::start(Manner::Takes).await;
        queue(books, &invitation("invitation 1", Language::English)).await;
        for sql in ["UPDATE letter SET cause = 'x'", "UPDATE letter SET state = 'sent', ended_at = 5", "UPDATE letter SET state = 'dead'", "DELETE FROM letter"] {
            let mut tx = books.db.begin_write().await.unwrap();
            assert!(run!(&mut tx, execute, sqlx::query(sql)).is_err(), "{sql}");
        }
        deliver(books, &post_to(&local(&server))).await;
        let mut tx = books.db.begin_write().await.unwrap();
        assert!(run!(&mut tx, execute, sqlx::query("UPDATE letter SET state = 'waiting', ended_at = NULL")).is_err(), "sent is sent");
    }
}

fn message_id(mail: &str) -> String {
    mail.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned()
}
