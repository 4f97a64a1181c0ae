//! Backups hold no keys, and whoever was erased stays so whatever copy comes back (safety rule PR2, test L7).

use std::path::Path;

use strikefund::db::Db;
use strikefund::db::backup::{back_up, restore_postgres, restore_sqlite};
use strikefund::donations::donor_keys::PutBack;
use strikefund::donations::{self, PledgeForm, donor_keys};
use strikefund::ids::{DonationId, Entropy};
use strikefund::jobs::key_copies;
use strikefund::ledger;
use strikefund::seal::Keyring;
use strikefund::{run, transact};

use super::{EMAIL, form, keys, pledge};
use crate::backup::empty_database_beside;
use crate::support::{Books, START, block_on, on_both_databases, skip};

async fn sound(db: &Db) -> anyhow::Result<()> {
    let wrong = ledger::verify(&mut db.begin_read().await?).await?;
    anyhow::ensure!(wrong.is_none(), "{wrong:?}");
    Ok(())
}

async fn donor_of(db: &Db, gift: DonationId) -> Option<donations::Donor> {
    donations::donor_of(&mut db.begin_read().await.unwrap(), &keys(), gift).await.unwrap()
}

async fn erase(db: &Db, gift: DonationId) {
    let erased: sqlx::Result<bool> = transact!(db, tx => donations::erase(tx, &keys(), gift, START).await);
    assert!(erased.unwrap());
}

/// Two donors with a gift each, of whom the first is to be erased.
async fn two_donors(books: &Books) -> (DonationId, DonationId) {
    let fund = books.general_fund().await;
    let first = pledge(books, fund, &form("abcdefghijklmnop1")).await.donation.id;
    let other = PledgeForm { email: "other@donors.example".to_owned(), ..form("abcdefghijklmnop2") };
    (first, pledge(books, fund, &other).await.donation.id)
}

async fn wrapped(db: &Db) -> Vec<Vec<u8>> {
    run!(&mut db.begin_read().await.unwrap(), fetch_all, sqlx::query_scalar("SELECT wrapped FROM donor_key ORDER BY donor_id")).unwrap()
}

fn holds(file: &Path, needle: &[u8]) -> bool {
    std::fs::read(file).unwrap().windows(needle.len()).any(|some| some == needle)
}

#[test]
fn a_backup_holds_no_key_and_an_erased_donor_stays_erased_in_whatever_comes_back() {
    block_on(async {
        let books = Books::on_sqlite().await;
        let (first, other) = two_donors(&books).await;
        let folder = tempfile::tempdir().unwrap();
        let backup = folder.path().join("books.sqlite");
        let keys_there = wrapped(&books.db).await;
        back_up(&books.db, None, &backup, sound).await.unwrap();
        key_copies::keep(&books.db, folder.path()).await.unwrap();
        let old_copy = std::fs::read(key_copies::beside(&backup)).unwrap();
        assert!(keys_there.iter().all(|key| !holds(&backup, key)), "no wrapped key, not even its bytes");
        erase(&books.db, first).await;
        key_copies::keep(&books.db, folder.path()).await.unwrap();
        let copy = std::fs::read_to_string(key_copies::beside(&backup)).unwrap();
        let encoded = |key: &[u8]| data_encoding::BASE64.encode(key);
        assert!(!copy.contains(&encoded(&keys_there[0])) && copy.contains(&encoded(&keys_there[1])), "{copy}");

        // With the master key in hand and no copy of keys, nobody opens.
        let data = tempfile::tempdir().unwrap();
        restore_sqlite(&backup, data.path(), false, START, sound).await.unwrap();
        let restored = Db::open_sqlite(data.path()).await.unwrap();
        assert!(donor_of(&restored, first).await.is_none() && donor_of(&restored, other).await.is_none());
        // With the newest copy, the erased one stays erased, and counts by its stand-in; the other opens.
        let done = key_copies::put_back(&restored, &key_copies::beside(&backup)).await.unwrap();
        assert_eq!(done, Some(PutBack { erased: 1, keys: 1 }));
        assert!(donor_of(&restored, first).await.is_none());
        assert_eq!(donor_of(&restored, other).await.unwrap().email, "other@donors.example");
        let hash = async |db: &Db| -> Option<String> {
            run!(
                &mut db.begin_read().await.unwrap(),
                fetch_one,
                sqlx::query_scalar("SELECT donor_hash FROM donation WHERE id = $1").bind(first)
            )
            .unwrap()
        };
        assert_eq!(hash(&restored).await, hash(&books.db).await);
        assert_ne!(hash(&restored).await, Some(keys().index(EMAIL)));
        // Again, even with a copy from before the erasure: whoever is erased gets no key.
        let stale = folder.path().join("stale.jsonl");
        std::fs::write(&stale, old_copy).unwrap();
        key_copies::put_back(&restored, &stale).await.unwrap();
        assert!(donor_of(&restored, first).await.is_none());
        sound(&restored).await.unwrap();
        restored.close().await;
    });
}

#[test]
fn a_dump_of_postgresql_holds_no_key_either() {
    block_on(async {
        let Some(books) = Books::on_postgres().await else { return skip("no PostgreSQL") };
        let (first, other) = two_donors(&books).await;
        let folder = tempfile::tempdir().unwrap();
        let backup = folder.path().join("books.dump");
        back_up(&books.db, books.postgres_url(), &backup, sound).await.unwrap();
        erase(&books.db, first).await;
        key_copies::keep(&books.db, folder.path()).await.unwrap();
        let empty = empty_database_beside(books.postgres_url().unwrap()).await;
        restore_postgres(&empty, &backup, sound).await.unwrap();
        let restored = Db::connect_postgres(&empty).await.unwrap();
        assert!(donor_of(&restored, first).await.is_none() && donor_of(&restored, other).await.is_none());
        let done = key_copies::put_back(&restored, &key_copies::beside(&backup)).await.unwrap();
        assert_eq!(done, Some(PutBack { erased: 1, keys: 1 }));
        assert!(donor_of(&restored, first).await.is_none() && donor_of(&restored, other).await.is_some());
        restored.close().await;
        books.close().await;
    });
}

#[test]
fn a_backup_from_before_donors_had_keys_loses_who_was_erased_since() {
    block_on(async {
        let books = Books::on_sqlite().await;
        let (first, _) = two_donors(&books).await;
        let mut copy = String::new();
        erase(&books.db, first).await;
        donor_keys::copy_out(&mut books.db.begin_read().await.unwrap(), |line| {
            copy.push_str(line);
            Ok(())
        })
        .await
        .unwrap();
        // As the gift lay in the books before: sealed with the master key, under the hash of the address.
        let before: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(
            "UPDATE donation SET donor = $2, donor_id = NULL, donor_hash = 'of the address' WHERE id = $1").bind(first).bind(&b"sealed"[..])));
        assert_eq!(before.unwrap(), 1);
        donor_keys::put_back(&books.db, &copy).await.unwrap();
        let (donor, hash): (Option<Vec<u8>>, Option<String>) = run!(
            &mut books.db.begin_read().await.unwrap(),
            fetch_one,
            sqlx::query_as("SELECT donor, donor_hash FROM donation WHERE id = $1").bind(first)
        )
        .unwrap();
        assert!(donor.is_none() && hash.is_some_and(|hash| hash != "of the address"));
    });
}

on_both_databases! {
    async fn a_changed_master_key_opens_every_donor_and_the_old_one_none(books: &Books) {
        let (first, other) = two_donors(books).await;
        let new = Keyring::from_masters(&[7; 32], &[[9; 32]]);
        assert_eq!(donor_keys::wrap_anew(&books.db, &new, &Entropy::seeded(5)).await.unwrap(), 2);
        assert_eq!(donor_keys::wrap_anew(&books.db, &new, &Entropy::seeded(5)).await.unwrap(), 0, "twice is once");
        let tx = &mut books.db.begin_read().await.unwrap();
        for gift in [first, other] {
            assert!(donations::donor_of(tx, &new, gift).await.unwrap().is_some());
            assert!(donations::donor_of(tx, &keys(), gift).await.unwrap().is_none());
        }
    }

    async fn with_a_lost_master_key_every_donor_is_erased_and_the_books_stay(books: &Books) {
        let (first, other) = two_donors(books).await;
        let new = Keyring::from_master(&[9; 32]);
        assert_eq!(donor_keys::erase_all(&books.db, &new, START).await.unwrap(), 2);
        let tx = &mut books.db.begin_read().await.unwrap();
        for gift in [first, other] {
            assert!(donations::donor_of(tx, &keys(), gift).await.unwrap().is_none());
        }
        let hashes: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(DISTINCT donor_hash) FROM donation")).unwrap();
        assert_eq!(hashes, 2, "each goes on counting once");
        assert!(ledger::verify(tx).await.unwrap().is_none());
    }
}
