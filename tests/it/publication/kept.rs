//! Heads that were kept outside the database, and keys that follow one another: an old backup publishes nothing, and an old key leads to the new.

use strikefund::publication::anchor::Anchors;
use strikefund::publication::check::{CheckError, Checked, Scope, check};
use strikefund::publication::log::note::{self, SigningKey, VerifyingKey};
use strikefund::publication::receipt::Receipt;
use strikefund::publication::source::Source;
use strikefund::publication::{self, Press, PublishError};
use strikefund::seal::Keyring;
use strikefund::transact;

use super::gifts::{fund, given, proof_text};
use super::log::{key, purchases};
use super::stranger::tree;
use super::{DAY, file, publish, text};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

async fn publish_with(books: &Books, anchors: &Anchors, later: i64) -> Result<Option<i64>, PublishError> {
    let keys = Keyring::from_master(&[7; 32]);
    let press = Press { practice: true, site: "https://fund.example", keys: &keys, entropy: &books.entropy, anchors: Some(anchors) };
    let (fund, now) = (fund(books).await, books.now().plus_secs(later));
    let number = transact!(books.db, tx => publication::publish(tx, &press, &fund, now).await);
    if let Ok(Some(_)) = number {
        anchors.keep(&mut books.db.begin_read().await.unwrap(), &fund).await.unwrap();
    }
    number
}

async fn rotate(books: &Books) -> VerifyingKey {
    let keys = Keyring::from_master(&[7; 32]);
    let press = Press { practice: true, site: "https://fund.example", keys: &keys, entropy: &books.entropy, anchors: None };
    let (fund, now) = (fund(books).await, books.now());
    let key: sqlx::Result<VerifyingKey> = transact!(books.db, tx => publication::rotate_key(tx, &press, &fund, now).await);
    key.unwrap()
}

async fn checked(books: &Books, key: &VerifyingKey, since: Option<&str>) -> Result<Checked, CheckError> {
    let folder = tree(books).await;
    check(&Source::Folder(folder.path().to_owned()), key, since, Scope::All).await
}

on_both_databases! {
    async fn a_log_behind_or_beside_the_head_that_was_kept_publishes_nothing(books: &Books) {
        let treasury = Treasury::holding(books, 1_000_000).await;
        let folder = tempfile::tempdir().unwrap();
        let anchors = Anchors::in_data(folder.path());
        purchases(&treasury, 1).await;
        assert_eq!(publish_with(books, &anchors, 0).await.unwrap(), Some(1));
        let first = std::fs::read(folder.path().join("heads/general.checkpoint")).unwrap();
        assert_eq!(first, file(books, None, "log/checkpoint").await.unwrap(), "what is kept is what was signed");
        purchases(&treasury, 1).await;
        assert_eq!(publish_with(books, &anchors, DAY).await.unwrap(), Some(2));

        // Somebody kept a head of a longer log than this database has: it was restored from before.
        let second = String::from_utf8(std::fs::read(folder.path().join("heads/general.checkpoint")).unwrap()).unwrap();
        let longer = second.replacen("\n4\n", "\n9\n", 1);
        std::fs::write(folder.path().join("heads/general.checkpoint"), &longer).unwrap();
        purchases(&treasury, 1).await;
        let said = publish_with(books, &anchors, 2 * DAY).await.unwrap_err().to_string();
        assert!(said.contains("the log has 4 records, and the head that was kept says it had 9"), "{said}");

        // Or of another log of the same length: it was rewritten.
        let root = second.lines().nth(2).unwrap();
        let another = second.replacen(root, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 1);
        std::fs::write(folder.path().join("heads/general.checkpoint"), another).unwrap();
        let said = publish_with(books, &anchors, 2 * DAY).await.unwrap_err().to_string();
        assert!(said.contains("the first 4 records are not those whose head was kept"), "{said}");
        assert!(file(books, Some(3), "index.html").await.is_none(), "nothing was published meanwhile");

        // An older head is no hindrance, nor is none.
        std::fs::write(folder.path().join("heads/general.checkpoint"), first).unwrap();
        assert_eq!(publish_with(books, &anchors, 2 * DAY).await.unwrap(), Some(3));
    }

    async fn a_head_that_came_by_mail_is_found_in_it_and_held_against_the_log(books: &Books) {
        let treasury = Treasury::holding(books, 1_000_000).await;
        purchases(&treasury, 2).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let kept = text(books, "log/checkpoint").await;
        purchases(&treasury, 2).await;
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        let mail = format!("This is publication 1.\r\n\r\nThe signed head:\r\n\r\n{}\r\nCompare it: https://x", kept.replace('\n', "\r\n"));
        assert_eq!(note::find(&mail), Some(kept.clone()));
        let fund = fund(books).await;
        let tx = &mut books.db.begin_read().await.unwrap();
        assert_eq!(publication::opened(tx, &fund, &kept).await.unwrap(), 1);
        let stranger = SigningKey::from_seed("fund.example/f/general", &[9; 32]);
        let forged = note::unsigned(&kept).unwrap().sign(&[&stranger]);
        assert!(matches!(publication::opened(tx, &fund, &forged).await, Err(PublishError::NotOurs(_))));
        let longer = kept.replacen("\n3\n", "\n300\n", 1);
        assert!(matches!(publication::opened(tx, &fund, &longer).await, Err(PublishError::Behind(..))));
    }

    async fn an_old_key_leads_to_the_new_one_and_what_it_signed_stays_good(books: &Books) {
        books.general_fund().await;
        let general = fund(books).await;
        let gifts = given(books, &general, &[2_500, 1_000, 5_000, 2_500, 1_500]).await;
        publish(books, general.id, books.now()).await.unwrap();
        let (old, kept, receipt) = (key(books).await, text(books, "log/checkpoint").await, proof_text(books, gifts[0]).await);
        let new = rotate(books).await;
        assert_eq!(key(books).await, old, "the new key signs from the next publication on");
        let later = given(books, &general, &[2_500, 1_000, 5_000, 2_500, 1_500]).await;
        publish(books, general.id, books.now().plus_secs(DAY)).await.unwrap();
        assert_eq!(key(books).await, new);
        for known in [&old, &new] {
            assert_eq!(checked(books, known, Some(&kept)).await.unwrap().publications, 2);
        }
        assert_eq!(Receipt::read(&receipt).unwrap().check(&[new.clone(), old.clone()]).unwrap().amount.minor, 2_500);
        assert_eq!(Receipt::read(&proof_text(books, later[0]).await).unwrap().check(std::slice::from_ref(&new)).unwrap().amount.minor, 2_500);
        let stranger = SigningKey::from_seed("fund.example/f/general", &[9; 32]).public();
        let said = checked(books, &stranger, None).await.unwrap_err().to_string();
        assert!(said.contains("names another key"), "{said}");
        assert_eq!(crate::publication::verified(books).await, None);

        // Once more, and over two at once: nothing is signed with the key between.
        rotate(books).await;
        let newest = rotate(books).await;
        given(books, &general, &[2_500, 1_000, 5_000, 2_500, 1_500]).await;
        publish(books, general.id, books.now().plus_secs(2 * DAY)).await.unwrap();
        assert_eq!(key(books).await, newest);
        assert_eq!(checked(books, &old, Some(&kept)).await.unwrap().publications, 3);
    }
}

/// Two purchases a day for four days, each day published; purchase `other`, counted from 0, costs a cent more than it did. Gives every head.
async fn history(books: &Books, other: Option<i64>) -> Vec<String> {
    let treasury = Treasury::holding(books, 1_000_000).await;
    let mut heads = Vec::new();
    for day in 0..4 {
        for n in [2 * day, 2 * day + 1] {
            let id = treasury.sent(&treasury.water(1_000 + n + i64::from(other == Some(n)))).await;
            treasury.approve(treasury.ana, id).await.unwrap();
        }
        publish(books, treasury.fund, books.now().plus_secs(day * DAY)).await.unwrap();
        heads.push(text(books, "log/checkpoint").await);
    }
    heads
}

/// Whoever holds the books and every key can write another history that is right in itself; it fits no head that was kept of the first (N2).
#[tokio::test]
async fn history_that_is_rewritten_from_any_record_on_fits_no_head_that_was_kept() {
    let honest = Books::on_sqlite().await;
    let kept = history(&honest, None).await;
    let known = key(&honest).await;
    honest.close().await;
    for from in [0, 3, 4, 7] {
        let books = Books::on_sqlite().await;
        history(&books, Some(from)).await;
        assert_eq!(key(&books).await, known, "the same key signed");
        assert_eq!(crate::publication::verified(&books).await, None, "the books are right in themselves");
        checked(&books, &known, None).await.unwrap();
        for (day, head) in (0_i64..).zip(&kept) {
            let (since, mail) = (checked(&books, &known, Some(head)).await, {
                let fund = fund(&books).await;
                publication::opened(&mut books.db.begin_read().await.unwrap(), &fund, head).await
            });
            if day < from / 2 {
                assert!(since.is_ok() && mail.is_ok(), "rewritten from {from}: day {day} was before");
            } else {
                assert!(since.unwrap_err().to_string().contains("its history was changed"), "rewritten from {from}, day {day}");
                assert!(matches!(mail, Err(PublishError::Behind(..))), "rewritten from {from}, day {day}");
            }
        }
        books.close().await;
    }
}
