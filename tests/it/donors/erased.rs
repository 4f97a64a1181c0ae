//! After an erasure nothing of the donor opens, and nothing that counts has changed.

use strikefund::donations::{self, Listing};
use strikefund::ids::DonationId;
use strikefund::{run, transact};

use super::{form, keys, pledge};
use crate::support::{Books, on_both_databases};

async fn erase(books: &Books, gift: DonationId) -> bool {
    let now = books.now();
    let erased: sqlx::Result<bool> = transact!(books.db, tx => donations::erase(tx, &keys(), gift, now).await);
    erased.unwrap()
}

async fn hashes(books: &Books) -> Vec<Option<String>> {
    run!(&mut books.db.begin_read().await.unwrap(), fetch_all, sqlx::query_scalar("SELECT donor_hash FROM donation ORDER BY id")).unwrap()
}

on_both_databases! {
    async fn an_erased_donor_is_gone_with_every_gift_and_still_counts_once(books: &Books) {
        let fund = books.general_fund().await;
        let mut gifts = Vec::new();
        for attempt in ["abcdefghijklmnop1", "abcdefghijklmnop2"] {
            gifts.push(pledge(books, fund, &form(attempt)).await.donation.id);
        }
        let other = donations::PledgeForm { email: "other@donors.example".to_owned(), ..form("abcdefghijklmnop3") };
        let other = pledge(books, fund, &other).await.donation.id;
        let before = hashes(books).await;
        assert!(erase(books, gifts[0]).await && !erase(books, gifts[1]).await, "one erasure is all");
        let after = hashes(books).await;
        assert!(after[0].is_some() && after[0] == after[1] && after[0] != before[0], "one stand-in, nothing of the address");
        assert_eq!(after[2], before[2]);
        let tx = &mut books.db.begin_read().await.unwrap();
        for gift in gifts {
            assert_eq!(donations::donor_of(tx, &keys(), gift).await.unwrap(), None);
        }
        assert!(donations::donor_of(tx, &keys(), other).await.unwrap().is_some());
        for (sql, left) in [("SELECT COUNT(*) FROM donor_key", 1), ("SELECT COUNT(*) FROM donor_words", 1), ("SELECT COUNT(*) FROM public_name", 1)] {
            let rows: i64 = run!(tx, fetch_one, sqlx::query_scalar(sql)).unwrap();
            assert_eq!(rows, left, "{sql}");
        }
        let asked: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM donation WHERE input_hash IS NOT NULL")).unwrap();
        assert_eq!(asked, 1, "a hash of what was typed could be guessed from an address");
    }

    async fn whoever_gives_again_after_an_erasure_is_somebody_new(books: &Books) {
        let fund = books.general_fund().await;
        let first = pledge(books, fund, &form("abcdefghijklmnop1")).await.donation.id;
        erase(books, first).await;
        let again = pledge(books, fund, &form("abcdefghijklmnop2")).await.donation.id;
        let hashes = hashes(books).await;
        assert_ne!(hashes[0], hashes[1]);
        let tx = &mut books.db.begin_read().await.unwrap();
        assert!(donations::donor_of(tx, &keys(), again).await.unwrap().is_some() && donations::donor_of(tx, &keys(), first).await.unwrap().is_none());
        let now = books.now();
        let listed: sqlx::Result<bool> = transact!(books.db, tx =>
            donations::list_as(tx, &keys(), &books.entropy, first, &Listing::Show("Back".to_owned()), now).await);
        assert!(!listed.unwrap(), "nobody is there to be listed");
    }
}
