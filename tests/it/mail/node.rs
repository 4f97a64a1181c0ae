//! Mail and the real program: a running node empties its outbox, a test mail says what came of it, and no secret is shown on the way.

use std::time::Duration;

use strikefund::clock::Clock;
use strikefund::config;
use strikefund::db::Db;
use strikefund::ids::Entropy;
use strikefund::language::Language;
use strikefund::transact;

use super::{invitation, mail};
use crate::support::block_on;
use crate::support::node::Home;
use crate::support::smtp::{MailServer, Manner};

#[test]
fn a_running_node_sends_what_lies_in_its_outbox() {
    block_on(async {
        let server = MailServer::start(Manner::Answers(451)).await;
        let home = Home::on_sqlite().with_mail_at(&format!("smtp://127.0.0.1:{}", server.port));
        let node = home.start().await;
        let db = Db::open_sqlite(home.data()).await.unwrap();
        let (entropy, now) = (Entropy::system(), Clock::system().now());
        let keys = config::keyring(&home.data().join("master.key"), &entropy, false).unwrap();
        let letters = [invitation("invitation 1", Language::English), invitation("invitation 2", Language::Spanish)];
        for letter in &letters {
            let queued: sqlx::Result<bool> = transact!(db, tx => mail::queue(tx, letter, &keys, &entropy, now).await);
            queued.unwrap();
        }
        // Refused for now; then a person lets both be tried again.
        while mail::unsent(&mut db.begin_read().await.unwrap(), None, 10).await.unwrap().iter().any(|letter| letter.reply.is_none()) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server.behave(Manner::Takes);
        let tried: sqlx::Result<u64> = transact!(db, tx => async { mail::hold(tx, now).await?; mail::again(tx, now).await }.await);
        assert_eq!(tried.unwrap(), 2);
        for _ in 0..200 {
            if server.mails().len() == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(server.mails().len(), 2);
        db.close().await;
        let port = node.address.port();
        assert!(node.ask_to_stop().success());
        let log = home.log(port);
        assert!(!log.contains("canary"), "{log}");
    });
}

#[test]
fn a_test_mail_says_what_came_of_it() {
    block_on(async {
        let server = MailServer::start(Manner::Takes).await;
        let home = Home::on_sqlite();
        let nowhere = home.run(&["mail-test", "--to", "ana@example.org"]);
        assert_eq!(nowhere.status.code(), Some(2));
        let home = home.with_mail_at(&format!("smtp://fund:CANARY@127.0.0.1:{}", server.port));
        assert!(home.done(&["mail-test", "--to", "ana@example.org"]).contains("took the mail"));
        assert_eq!(server.recipients(), ["RCPT TO:<ana@example.org>"]);
        for (manner, said) in
            [(Manner::Answers(550), "refused it (it answered 550)"), (Manner::RefusesLogins, "did not take the name and password")]
        {
            server.behave(manner);
            let output = home.run(&["mail-test", "--to", "ana@example.org"]);
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.code() == Some(1) && error.contains(said), "{error}");
        }
        assert!(!home.done(&["config"]).contains("CANARY"));
    });
}
