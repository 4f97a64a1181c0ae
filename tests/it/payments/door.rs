//! What the door takes, what it refuses, and what it must never lose.

use std::sync::Arc;

use secrecy::SecretString;
use strikefund::db::Db;
use strikefund::payments::notice::{Notice, Unread};
use strikefund::payments::object::ObjectKind;
use strikefund::payments::{self, Payments, Refused, signature};
use strikefund::transact;

use super::{SECRET, alerts, payments_at, stored, waiting};
use crate::support::{Books, block_on, on_both_databases};

const NOWHERE: &str = "http://127.0.0.1:9";

/// An event that must be read, about 3 KB long as real ones are.
fn event(id: &str, livemode: bool) -> String {
    event_of("payout.paid", id, livemode)
}

fn event_of(kind: &str, id: &str, livemode: bool) -> String {
    let padding = "x".repeat(2_800);
    format!(
        r#"{{"id":"{id}","object":"event","type":"{kind}","created":1790000000,"livemode":{livemode},"data":{{"object":{{"id":"po_1","description":"{padding}"}}}}}}"#
    )
}

async fn deliver(payments: &Payments, body: &[u8], signed_at: i64) -> Result<(), Refused> {
    let header = signature::sign(&SecretString::from(SECRET), body, signed_at);
    payments.receive(Some(header.as_bytes()), body).await
}

on_both_databases! {
    async fn a_delivery_is_stored_once_however_often_it_comes(books: &Books) {
        let payments = payments_at(books, NOWHERE);
        let at = books.now().unix_secs();
        let again = event("evt_1", false).replace("po_1", "po_2");
        for body in [event("evt_1", false), again, event("evt_1", false)] {
            deliver(&payments, body.as_bytes(), at).await.unwrap();
        }
        let stored = waiting(&books.db, books).await;
        assert_eq!(stored.iter().map(|delivery| (delivery.event_id.as_str(), delivery.seen)).collect::<Vec<_>>(), [("evt_1", 3)]);
        let first_wins = Notice::Fetch { object: ObjectKind::Payout, id: "po_1".to_owned() };
        assert_eq!(payments.read_delivery(&stored[0]), Some(Ok(first_wins)));
        payments.woken().await;
    }

    async fn what_only_wakes_is_done_once_it_is_stored(books: &Books) {
        let payments = payments_at(books, NOWHERE);
        let at = books.now().unix_secs();
        for (kind, id) in [("charge.updated", "evt_1"), ("balance.available", "evt_2"), ("payment_intent.created", "evt_3")] {
            deliver(&payments, event_of(kind, id, false).as_bytes(), at).await.unwrap();
        }
        payments.woken().await;
        assert!(waiting(&books.db, books).await.is_empty());
        let newest = payments::newest_delivery(&mut books.db.begin_read().await.unwrap()).await.unwrap();
        assert!(newest.is_some(), "they are stored, and another node sees that they came");
        // Nobody told us of this one, so a person must see it.
        deliver(&payments, event_of("charge.sung", "evt_4", false).as_bytes(), at).await.unwrap();
        assert_eq!(waiting(&books.db, books).await.len(), 1);
    }

    async fn nothing_is_kept_of_what_is_refused(books: &Books) {
        let payments = payments_at(books, NOWHERE);
        let (at, body) = (books.now().unix_secs(), event("evt_1", false));
        assert!(matches!(deliver(&payments, body.as_bytes(), at - 301).await, Err(Refused::Signature(_))));
        assert!(matches!(payments.receive(None, body.as_bytes()).await, Err(Refused::Signature(_))));
        assert!(matches!(payments.receive(Some(b"\xff\xfe"), body.as_bytes()).await, Err(Refused::Signature(_))));
        let header = signature::sign(&SecretString::from("whsec_other"), body.as_bytes(), at);
        assert!(matches!(payments.receive(Some(header.as_bytes()), body.as_bytes()).await, Err(Refused::Signature(_))));
        assert_eq!(deliver(&payments, event("evt_2", true).as_bytes(), at).await, Err(Refused::Livemode { livemode: true }));
        assert!(waiting(&books.db, books).await.is_empty());
        assert_eq!(alerts(books).await, ["other mode"]);
        for _ in 0..20 {
            let _ = payments.receive(Some(b"t=1,v1=00"), b"{}").await;
        }
        assert_eq!(alerts(books).await, ["other mode", "signatures refused"]);
        deliver(&payments, body.as_bytes(), at).await.unwrap();
        assert_eq!(alerts(books).await, ["other mode"], "a signature that holds lifts the suspicion");
    }

    async fn many_at_once_are_each_durable_before_their_yes(books: &Books) {
        let payments = payments_at(books, NOWHERE);
        let at = books.now().unix_secs();
        let tasks: Vec<_> = (0..600)
            .map(|n| {
                let payments = Arc::clone(&payments);
                // Every fifth is a repetition, so that batches hold the same event twice.
                tokio::spawn(async move { deliver(&payments, event(&format!("evt_{}", n - n % 5 % 2), false).as_bytes(), at).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let stored = waiting(&books.db, books).await;
        assert_eq!(stored.iter().map(|delivery| delivery.seen).sum::<i64>(), 600);
        assert!(stored.iter().all(|delivery| matches!(payments.read_delivery(delivery), Some(Ok(Notice::Fetch { .. })))));
    }

    async fn whoever_goes_away_loses_only_the_answer(books: &Books) {
        let payments = payments_at(books, NOWHERE);
        let at = books.now().unix_secs();
        let mut tx = books.db.begin_write().await.unwrap();
        // On SQLite this holds the one writer up, so the caller below is gone before its batch is written.
        payments::retry_parked(&mut tx, books.now()).await.unwrap();
        let handed_in = tokio::spawn({
            let payments = Arc::clone(&payments);
            async move { deliver(&payments, event("evt_1", false).as_bytes(), at).await }
        });
        tokio::task::yield_now().await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        handed_in.abort();
        tx.commit().await.unwrap();
        deliver(&payments, event("evt_2", false).as_bytes(), at).await.unwrap();
        assert_eq!(waiting(&books.db, books).await.len(), 2);
    }

    async fn what_cannot_be_read_is_kept_and_parked_with_its_reason(books: &Books) {
        let payments = payments_at(books, NOWHERE);
        let at = books.now().unix_secs();
        for body in [&b"{\"id\":"[..], b"", b"\x00\x01", b"{\"id\":\"evt_1\",\"type\":\"galaxy.brain\",\"created\":1,\"livemode\":false}"] {
            deliver(&payments, body, at).await.unwrap();
        }
        let stored = waiting(&books.db, books).await;
        let reasons: Vec<String> = stored.iter().map(|delivery| payments.read_delivery(delivery).unwrap().unwrap_err().to_string()).collect();
        assert_eq!(reasons.iter().filter(|reason| *reason == "unreadable").count(), 3, "{reasons:?}");
        assert_eq!(reasons.iter().filter(|reason| **reason == Unread::UnknownType.to_string()).count(), 1);
        let parked: sqlx::Result<()> = transact!(books.db, tx => park_all(tx, &stored, &reasons, books).await);
        parked.unwrap();
        assert!(waiting(&books.db, books).await.is_empty());
        let counts = payments::parked_deliveries(&mut books.db.begin_read().await.unwrap()).await.unwrap();
        assert_eq!(counts.iter().map(|count| count.deliveries).sum::<i64>(), 4);
        books.clock.advance(std::time::Duration::from_secs(61));
        assert_eq!(waiting(&books.db, books).await.len(), 4);
    }

    async fn every_recorded_event_is_taken(books: &Books) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/stripe-events");
        let Ok(index) = std::fs::read_to_string(format!("{folder}/INDEX.tsv")) else {
            return crate::support::skip("the recorded events are not here");
        };
        let payments = payments_at(books, NOWHERE);
        let at = books.now().unix_secs();
        let mut taken = 0;
        for (n, row) in index.lines().skip(1).enumerate() {
            let columns: Vec<&str> = row.split('\t').collect();
            let text = std::fs::read_to_string(format!("{folder}/{}", columns[0])).unwrap();
            let Ok(mut event) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
            if columns[1].starts_with("object:") {
                continue;
            }
            event["id"] = format!("evt_replayed_{n}").into();
            let outcome = deliver(&payments, event.to_string().as_bytes(), at).await;
            assert_eq!(outcome.is_err(), event["livemode"] == true, "{row}: {outcome:?}");
            taken += u64::from(outcome.is_ok());
        }
        assert_eq!(stored(&books.db).await, taken);
        for delivery in &waiting(&books.db, books).await {
            // Understood or with a reason; the reasons are held to each file in the reader's own tests.
            let _ = payments.read_delivery(delivery);
        }
    }

    async fn without_a_database_nobody_is_told_yes(books: &Books) {
        let payments = payments_at(books, NOWHERE);
        books.db.close().await;
        assert_eq!(deliver(&payments, event("evt_1", false).as_bytes(), books.now().unix_secs()).await, Err(Refused::Unavailable));
    }

    async fn bodies_go_a_month_after_they_are_done(books: &Books) {
        let payments = payments_at(books, NOWHERE);
        deliver(&payments, event("evt_1", false).as_bytes(), books.now().unix_secs()).await.unwrap();
        let stored = waiting(&books.db, books).await;
        let mut tx = books.db.begin_write().await.unwrap();
        let done_at = books.now();
        payments::deliveries_done(&mut tx, &[stored[0].id], done_at).await.unwrap();
        tx.commit().await.unwrap();
        books.clock.advance(std::time::Duration::from_hours(30 * 24));
        assert_eq!(payments.clear_old_bodies().await.unwrap(), 0);
        books.clock.advance(std::time::Duration::from_secs(1));
        assert_eq!(payments.clear_old_bodies().await.unwrap(), 1);
    }
}

#[test]
fn a_full_disk_is_never_told_as_a_yes_and_heals_when_space_returns() {
    block_on(async {
        let books = Books::on_sqlite().await;
        let payments = payments_at(&books, NOWHERE);
        let at = books.now().unix_secs();
        deliver(&payments, event("evt_before", false).as_bytes(), at).await.unwrap();
        let mut refused = 0;
        let mut taken = 1;
        for n in 0..40 {
            // A connection that failed to write is replaced, and the new one knows no limit.
            limit_pages(&books, 1).await;
            match deliver(&payments, event(&format!("evt_{n}"), false).as_bytes(), at).await {
                Ok(()) => taken += 1,
                Err(reason) => {
                    assert_eq!(reason, Refused::Unavailable);
                    refused += 1;
                }
            }
        }
        assert!(refused > 20, "the disk was not full: {taken} taken");
        limit_pages(&books, 1_000_000).await;
        deliver(&payments, event("evt_after", false).as_bytes(), at).await.unwrap();
        let stored = waiting(&books.db, &books).await;
        assert_eq!(stored.len(), taken + 1, "every yes is stored, and nothing else is");
        books.close().await;
    });
}

/// Lets the database file grow to at most so many pages, or to what it has if that is more: what it cannot write, a full disk would not take.
async fn limit_pages(books: &Books, pages: u32) {
    let Db::Sqlite { write, .. } = &books.db else { panic!("only SQLite has pages of its own") };
    let pragma = format!("PRAGMA max_page_count = {pages}");
    sqlx::query(sqlx::AssertSqlSafe(pragma)).execute(write).await.unwrap();
}

async fn park_all(
    tx: &mut strikefund::db::Tx,
    stored: &[payments::delivery::Delivery],
    reasons: &[String],
    books: &Books,
) -> sqlx::Result<()> {
    for (delivery, reason) in stored.iter().zip(reasons) {
        payments::park_delivery(tx, delivery, reason, books.now()).await?;
    }
    Ok(())
}
