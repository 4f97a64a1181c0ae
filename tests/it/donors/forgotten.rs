//! Personal data goes in time: after a fund has closed, and after a gift that was never paid (test L6).

use std::time::Duration;

use strikefund::donations::{self, PledgeForm, retention};
use strikefund::funds::State;
use strikefund::ids::{DonationId, FundId};
use strikefund::{run, transact};

use super::{form, keys, pledge};
use crate::support::moving::moved;
use crate::support::{Books, on_both_databases};

const DAY: Duration = Duration::from_hours(24);

async fn known(books: &Books, gift: DonationId) -> bool {
    donations::donor_of(&mut books.db.begin_read().await.unwrap(), &keys(), gift).await.unwrap().is_some()
}

async fn close(books: &Books, fund: FundId) {
    moved(books, fund, State::Closed, "", books.now()).await;
}

async fn paid(books: &Books, gift: DonationId) {
    let sql = "UPDATE donation SET state = 'paid', settled_at = 1, settled_minor = 2500, settled_currency = 'USD' WHERE id = $1";
    let paid: sqlx::Result<u64> = transact!(books.db, tx => run!(tx, execute, sqlx::query(sql).bind(gift)));
    assert_eq!(paid.unwrap(), 1);
}

on_both_databases! {
    async fn donors_are_forgotten_some_time_after_their_fund_closed_and_not_a_day_before(books: &Books) {
        let (general, other) = (books.general_fund().await, books.fund("other", None).await);
        let gone = pledge(books, general, &form("abcdefghijklmnop1")).await.donation.id;
        let elsewhere = pledge(books, other, &form("abcdefghijklmnop2")).await.donation.id;
        let alone = PledgeForm { email: "alone@donors.example".to_owned(), ..form("abcdefghijklmnop3") };
        let alone = pledge(books, general, &alone).await.donation.id;
        for gift in [gone, elsewhere, alone] {
            paid(books, gift).await;
        }
        close(books, general).await;
        books.clock.advance(239 * DAY);
        assert_eq!(retention::forget(&books.db, &keys(), books.now()).await.unwrap(), 0);
        books.clock.advance(DAY);
        assert_eq!(retention::forget(&books.db, &keys(), books.now()).await.unwrap(), 2);
        assert!(!known(books, gone).await && !known(books, alone).await);
        assert!(known(books, elsewhere).await, "whoever gave to a fund that is open is known there");
        let tx = &mut books.db.begin_read().await.unwrap();
        let (keys_left, sums): (i64, i64) =
            run!(tx, fetch_one, sqlx::query_as("SELECT (SELECT COUNT(*) FROM donor_key), CAST(SUM(settled_minor) AS BIGINT) FROM donation")).unwrap();
        assert_eq!((keys_left, sums), (1, 7500), "sums are the same");
        assert_eq!(retention::forget(&books.db, &keys(), books.now()).await.unwrap(), 0, "twice is once");
    }

    async fn whoever_never_paid_is_forgotten_after_a_month(books: &Books) {
        let fund = books.general_fund().await;
        let unpaid = pledge(books, fund, &form("abcdefghijklmnop1")).await.donation.id;
        let other = PledgeForm { email: "paid@donors.example".to_owned(), ..form("abcdefghijklmnop2") };
        let other = pledge(books, fund, &other).await.donation.id;
        paid(books, other).await;
        books.clock.advance(DAY);
        let now = books.now();
        let ended: sqlx::Result<u64> = transact!(books.db, tx => donations::expire(tx, now).await);
        assert_eq!(ended.unwrap(), 1);
        assert_eq!(retention::forget(&books.db, &keys(), books.now()).await.unwrap(), 0);
        books.clock.advance(30 * DAY);
        assert_eq!(retention::forget(&books.db, &keys(), books.now()).await.unwrap(), 1);
        assert!(!known(books, unpaid).await && known(books, other).await);
    }
}
