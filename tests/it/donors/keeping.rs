//! What a donor told us is kept with the gift, found again, and changed by the donor alone.

use strikefund::donations::{self, Listing};
use strikefund::ids::DonationId;
use strikefund::{run, transact};

use super::{EMAIL, NAME, NOTE, PUBLIC_NAME, form, keys, pledge};
use crate::support::{Books, on_both_databases};

async fn count(books: &Books, sql: &'static str) -> i64 {
    run!(&mut books.db.begin_read().await.unwrap(), fetch_one, sqlx::query_scalar(sql)).unwrap()
}

async fn donor_of(books: &Books, gift: DonationId) -> Option<donations::Donor> {
    donations::donor_of(&mut books.db.begin_read().await.unwrap(), &keys(), gift).await.unwrap()
}

on_both_databases! {
    async fn what_a_donor_told_us_opens_for_its_own_gift(books: &Books) {
        let fund = books.general_fund().await;
        let gift = pledge(books, fund, &form("abcdefghijklmnop1")).await.donation;
        let donor = donor_of(books, gift.id).await.unwrap();
        assert_eq!((&*donor.email, donor.name.as_deref(), donor.note.as_deref()), (EMAIL, Some(NAME), Some(NOTE)));
        assert_eq!(donor.listing, Listing::Show(PUBLIC_NAME.to_owned()));
        assert_eq!((gift.asked_minor, gift.cover_minor), (Some(2606), Some(106)));
        // Another address is another donor; the same one is the same, however it is typed.
        pledge(books, fund, &form("abcdefghijklmnop2")).await;
        let shouted = donations::PledgeForm { email: EMAIL.to_uppercase(), ..form("abcdefghijklmnop3") };
        pledge(books, fund, &shouted).await;
        let other = donations::PledgeForm { email: "other@donors.example".to_owned(), ..form("abcdefghijklmnop4") };
        pledge(books, fund, &other).await;
        assert_eq!((count(books, "SELECT COUNT(*) FROM donor").await, count(books, "SELECT COUNT(*) FROM donor_key").await), (2, 2));
        // Words moved to another gift open for nobody.
        let moved: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(
            "UPDATE donor_words SET words = (SELECT words FROM donor_words WHERE donation_id = 1) WHERE donation_id = 2")));
        assert_eq!(moved.unwrap(), 1);
        assert_eq!(donor_of(books, DonationId(2)).await, None);
        let alien = strikefund::seal::Keyring::from_master(&[8; 32]);
        assert_eq!(donations::donor_of(&mut books.db.begin_read().await.unwrap(), &alien, gift.id).await.unwrap(), None);
    }

    async fn gifts_sealed_before_are_moved_under_keys_of_their_donors_once(books: &Books) {
        let fund = books.general_fund().await;
        let mut gifts = Vec::new();
        for attempt in ["abcdefghijklmnop1", "abcdefghijklmnop2"] {
            gifts.push(pledge(books, fund, &form(attempt)).await);
        }
        for gift in &gifts {
            let gift = &gift.donation;
            let sealed = keys().seal(&books.entropy, &format!("donation.donor/{}", gift.reference), format!("{EMAIL}\n{NAME}").as_bytes());
            let before: sqlx::Result<()> = transact!(books.db, tx => {
                run!(tx, execute, sqlx::query("DELETE FROM public_name")).unwrap();
                run!(tx, execute, sqlx::query("DELETE FROM donor_words WHERE donation_id = $1").bind(gift.id)).unwrap();
                run!(tx, execute, sqlx::query("UPDATE donation SET donor = $2, donor_id = NULL WHERE id = $1").bind(gift.id).bind(&sealed[..])).map(drop)
            });
            before.unwrap();
        }
        for moved in [2, 0] {
            assert_eq!(donations::move_in(&books.db, &keys(), &books.entropy, books.now()).await.unwrap(), moved);
        }
        for gift in &gifts {
            let donor = donor_of(books, gift.donation.id).await.unwrap();
            assert_eq!((&*donor.email, donor.name.as_deref(), donor.listing), (EMAIL, Some(NAME), Listing::NotNamed));
        }
        assert_eq!(count(books, "SELECT COUNT(*) FROM donation WHERE donor IS NOT NULL OR donor_id IS NULL").await, 0);
        // Whoever went to pay before comes back to a filled form after.
        let tx = &mut books.db.begin_read().await.unwrap();
        let back = donations::come_back(tx, fund, &gifts[0].back_code, &keys(), books.now()).await.unwrap();
        let Some(donations::Return::Unpaid(Some(answers))) = back else { panic!("{back:?}") };
        assert_eq!((&*answers.donor.email, answers.amount.minor, answers.cover), (EMAIL, 2500, true));
    }

    async fn a_name_appears_with_a_later_publication_than_its_gift_and_goes_at_once(books: &Books) {
        const PUBLISH: [&str; 3] = [
            "INSERT INTO publication (fund_id, number, made_at, gifts, received_minor, refunded_minor, disputed_minor, fees_minor, spent_minor)
             SELECT id, 1, 20, 0, 0, 0, 0, 0, 0 FROM fund",
            "INSERT INTO publication (fund_id, number, made_at, gifts, received_minor, refunded_minor, disputed_minor, fees_minor, spent_minor)
             SELECT id, 2, 5, 0, 0, 0, 0, 0, 0 FROM fund",
            "INSERT INTO publication (fund_id, number, made_at, gifts, received_minor, refunded_minor, disputed_minor, fees_minor, spent_minor)
             SELECT id, 3, 30, 0, 0, 0, 0, 0, 0 FROM fund",
        ];
        let fund = books.general_fund().await;
        let gift = pledge(books, fund, &form("abcdefghijklmnop1")).await.donation.id;
        let names = async || donations::published_names(&mut books.db.begin_read().await.unwrap(), &keys(), fund).await.unwrap();
        let write = async |sql: &'static str| {
            let written: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(sql)));
            assert!(written.unwrap() > 0, "{sql}");
        };
        write("UPDATE public_name SET state = 'shown', decided_at = 10").await;
        assert!(names().await.is_empty(), "its gift is not counted");
        write(PUBLISH[0]).await;
        write("UPDATE donation SET publication_id = (SELECT id FROM publication WHERE number = 1)").await;
        assert!(names().await.is_empty(), "the publication that counts it does not name it");
        write(PUBLISH[1]).await;
        assert!(names().await.is_empty(), "nor does one from before a person looked at it");
        write(PUBLISH[2]).await;
        assert_eq!(names().await, [PUBLIC_NAME]);
        let hidden: sqlx::Result<bool> =
            transact!(books.db, tx => donations::list_as(tx, &keys(), &books.entropy, gift, &Listing::NotNamed, books.now()).await);
        assert!(hidden.unwrap() && names().await.is_empty(), "no publication is waited for");
    }

    async fn a_changed_listing_waits_for_a_person_again(books: &Books) {
        let fund = books.general_fund().await;
        let gift = pledge(books, fund, &form("abcdefghijklmnop1")).await.donation.id;
        let waiting = async || count(books, "SELECT COUNT(*) FROM public_name WHERE state = 'waiting'").await;
        assert_eq!(waiting().await, 1);
        let shown: sqlx::Result<u64> = transact!(books.db, tx =>
            run!(tx, execute, sqlx::query("UPDATE public_name SET state = 'shown', decided_at = 1")));
        shown.unwrap();
        let names = async || donations::shown_names(&mut books.db.begin_read().await.unwrap(), &keys(), fund).await.unwrap();
        assert_eq!(names().await, [PUBLIC_NAME]);
        let now = books.now();
        let list = async |listing: &Listing| {
            let listed: sqlx::Result<bool> = transact!(books.db, tx => donations::list_as(tx, &keys(), &books.entropy, gift, listing, now).await);
            listed.unwrap()
        };
        // The same again changes nothing.
        assert!(list(&Listing::Show(PUBLIC_NAME.to_owned())).await);
        assert_eq!((names().await.len(), waiting().await), (1, 0));
        assert!(list(&Listing::Show("Another".to_owned())).await);
        assert_eq!((names().await.len(), waiting().await), (0, 1));
        assert!(list(&Listing::NotNamed).await);
        assert_eq!(count(books, "SELECT COUNT(*) FROM public_name").await, 0);
        assert_eq!(donor_of(books, gift).await.unwrap().listing, Listing::NotNamed);
    }
}
