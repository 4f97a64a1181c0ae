//! The log of what was published: any stranger can read it, add it up, and see that it only grew.

use data_encoding::HEXLOWER;
use sqlx::AssertSqlSafe;
use strikefund::db::Tx;
use strikefund::publication::log::note::{self, Head, VerifyingKey};
use strikefund::publication::log::tile::{self, Tile};
use strikefund::publication::log::tree::{Edge, Hash, leaf_hash};
use strikefund::publication::record::Record;
use strikefund::{run, transact};

use super::{DAY, file, publish, text, verified};
use crate::spending::Treasury;
use crate::support::{Books, on_both_databases};

/// So many purchases, agreed to.
pub async fn purchases(treasury: &Treasury<'_>, count: i64) {
    for n in 0..count {
        let id = treasury.sent(&treasury.water(1_000 + n)).await;
        treasury.approve(treasury.ana, id).await.unwrap();
    }
}

/// The key that the index of reports shows.
pub async fn key(books: &Books) -> VerifyingKey {
    let page = text(books, "reports/index.html").await;
    page.split("<code>").nth(1).unwrap().split("</code>").next().unwrap().replace("&#43;", "+").parse().unwrap()
}

/// The signed head, opened with the fund's own key.
async fn head(books: &Books) -> Head {
    note::open(&text(books, "log/checkpoint").await, &[key(books).await]).unwrap()
}

/// Every record of the log, read from its public bundles alone.
async fn records(books: &Books, size: u64) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    for bundle in Tile::between(0, size) {
        let bytes = file(books, None, &format!("log/{}", bundle.of_records())).await.unwrap();
        records.extend(tile::unbundle(&bytes).unwrap().into_iter().map(<[u8]>::to_vec));
    }
    records
}

async fn raw(books: &Books, sql: &str) {
    let sql = sql.to_owned();
    let done: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(AssertSqlSafe(sql.clone()))));
    assert!(done.unwrap() > 0, "{sql}");
}

/// Takes the guards of a table away, as whoever can write the file could.
pub async fn unguard(books: &Books, triggers: &[(&str, &str)]) {
    for (trigger, table) in triggers {
        let mut tx = books.db.begin_write().await.unwrap();
        let on = if matches!(tx, Tx::Postgres(_)) { format!(" ON {table}") } else { String::new() };
        run!(&mut tx, execute, sqlx::query(AssertSqlSafe(format!("DROP TRIGGER {trigger}{on}")))).unwrap();
        tx.commit().await.unwrap();
    }
}

on_both_databases! {
    async fn a_stranger_rebuilds_the_signed_root_from_the_public_records(books: &Books) {
        let treasury = Treasury::holding(books, 10_000_000).await;
        purchases(&treasury, 3).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let first = head(books).await;
        assert_eq!((first.origin.as_str(), first.size), ("fund.example/f/general", 4));

        purchases(&treasury, 2).await;
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        let second = head(books).await;
        let records = records(books, second.size).await;
        assert_eq!(records.len(), 7);
        let mut edge = Edge::default();
        for (n, record) in (1_u64..).zip(&records) {
            Record::from_leaf(std::str::from_utf8(record).unwrap()).unwrap();
            edge.push(leaf_hash(record));
            if n == first.size {
                assert_eq!(edge.root(), first.root, "the second log begins with the first");
            }
        }
        assert_eq!(edge.root(), second.root);
        let tile = file(books, None, "log/tile/0/000.p/7").await.unwrap();
        let hashes: Vec<Hash> = records.iter().map(|record| leaf_hash(record)).collect();
        assert_eq!(HEXLOWER.encode(&tile), HEXLOWER.encode(&hashes.concat()));
        assert!(file(books, None, "log/tile/0/000.p/4").await.is_some(), "an old tile stays where it was");
        assert_eq!(verified(books).await, None);
    }

    async fn an_older_publication_keeps_its_bytes(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 1).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let first = file(books, None, "reports/spending.json").await.unwrap();
        purchases(&treasury, 1).await;
        publish(books, treasury.fund, books.now().plus_secs(DAY)).await.unwrap();
        assert_eq!(file(books, Some(1), "reports/spending.json").await.unwrap(), first);
        assert_ne!(file(books, Some(2), "reports/spending.json").await.unwrap(), first);
        assert_eq!(file(books, Some(3), "reports/spending.json").await, None, "what is not there yet is not the newest");
    }

    async fn bytes_are_kept_once_and_whoever_changes_them_is_found_out(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 3).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        books.clock.advance(std::time::Duration::from_hours(24));
        purchases(&treasury, 2).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let count = |sql: &'static str| async move {
            let counted: i64 = run!(&mut books.db.begin_read().await.unwrap(), fetch_one, sqlx::query_scalar(sql)).unwrap();
            counted
        };
        let (files, blobs) = (count("SELECT COUNT(DISTINCT sha256) FROM publication_file").await, count("SELECT COUNT(*) FROM publication_blob").await);
        assert_eq!(files, blobs);
        assert!(count("SELECT COUNT(*) FROM publication_blob WHERE gzip IS NOT NULL").await > 0);
        assert_eq!(verified(books).await, None);
        unguard(books, &[("publication_blob_never_changes", "publication_blob")]).await;
        let one = "sha256 = (SELECT sha256 FROM publication_file WHERE path = 'index.html' ORDER BY publication_id LIMIT 1)";
        let kept = "CREATE TABLE kept AS SELECT * FROM publication_blob";
        raw(books, kept).await;
        for bend in ["body = $1", "gzip = $1"] {
            let bent: sqlx::Result<u64> = transact!(books.db, tx => {
                run!(tx, execute, sqlx::query(AssertSqlSafe(format!("UPDATE publication_blob SET {bend} WHERE {one}"))).bind(b"<p>".to_vec()))
            });
            assert_eq!(bent.unwrap(), 1);
            let wrong = verified(books).await.unwrap();
            assert!(wrong.starts_with("a published file was changed: index.html of publication row"), "{wrong}");
            let mend = "UPDATE publication_blob SET body = (SELECT k.body FROM kept k WHERE k.sha256 = publication_blob.sha256),
                        gzip = (SELECT k.gzip FROM kept k WHERE k.sha256 = publication_blob.sha256)";
            raw(books, mend).await;
            assert_eq!(verified(books).await, None);
        }
    }

    async fn the_published_books_balance(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 4).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        let report: serde_json::Value = serde_json::from_str(&text(books, "reports/trial-balance.json").await).unwrap();
        let rows = report["rows"].as_array().unwrap();
        let sum: i64 = rows.iter().map(|row| row["amount_minor"].as_i64().unwrap()).sum();
        assert_eq!((rows.len(), sum), (2, 0), "{report}");
    }

    async fn whoever_changes_cuts_or_adds_a_record_is_found_out(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 3).await;
        publish(books, treasury.fund, books.now()).await.unwrap();
        assert_eq!(verified(books).await, None);

        raw(books, "UPDATE public_sum SET amount = amount + 1 WHERE unit = 'money'").await;
        assert!(verified(books).await.unwrap().contains("not the sum of its records"));
        raw(books, "UPDATE public_sum SET amount = amount - 1 WHERE unit = 'money'").await;

        unguard(books, &[("public_record_never_changes", "public_record"), ("public_record_never_goes", "public_record")]).await;
        let bend = |from: &str, to: &str| format!("UPDATE public_record SET body = REPLACE(body, '{from}', '{to}') WHERE position = 1");
        raw(books, &bend("1001", "1009")).await;
        assert!(verified(books).await.unwrap().contains("does not fit the head of publication 1"));
        raw(books, &bend("1009", "1001")).await;
        raw(books, &bend("{", "{ ")).await;
        assert!(verified(books).await.unwrap().contains("record 1 in the log of general does not read as one"));
        raw(books, &bend("{ ", "{")).await;
        assert_eq!(verified(books).await, None);

        unguard(books, &[("public_line_never_goes", "public_line")]).await;
        raw(books, "DELETE FROM public_line WHERE position = 2").await;
        raw(books, "DELETE FROM public_record WHERE position = 3").await;
        assert!(verified(books).await.unwrap().contains("was cut"));
    }

    async fn spending_that_waits_is_in_the_queue_or_verify_says_so(books: &Books) {
        let treasury = Treasury::holding(books, 100_000).await;
        purchases(&treasury, 2).await;
        raw(books, "DELETE FROM unpublished").await;
        assert!(verified(books).await.unwrap().contains("what is published and what waits are not what the books hold"));
    }
}
