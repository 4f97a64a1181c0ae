//! What Stripe holds back stands in the books as its mirror lines say.

use std::time::Duration;

use strikefund::booking::{self, Reserve};
use strikefund::donations::letters::Pen;
use strikefund::ledger;
use strikefund::money::Currency;
use strikefund::payments::alert;
use strikefund::payments::sync::{self, Run};
use strikefund::payments::{self, Payments};
use strikefund::seal::Keyring;
use strikefund::transact;

use super::canned::Canned;
use super::{alerts, payments_at, practice};
use crate::support::{Books, on_both_databases};

const DAY: Duration = Duration::from_hours(24);

/// A list of lines: id, type, which balance, and what it moves.
fn lines(lines: &[(&str, &str, &str, i64)]) -> (u16, String) {
    let line = |(id, kind, balance, minor): &(&str, &str, &str, i64)| {
        format!(
            r#"{{"id":"{id}","object":"balance_transaction","amount":{minor},"fee":0,"net":{minor},"currency":"usd","created":1000,"type":"{kind}","reporting_category":"{kind}","balance_type":"{balance}","status":"available","source":null}}"#
        )
    };
    let lines: Vec<String> = lines.iter().map(line).collect();
    (200, format!(r#"{{"object":"list","data":[{}],"has_more":false}}"#, lines.join(",")))
}

/// Reads and books what is there, then checks.
async fn checked(books: &Books, payments: &Payments) -> Option<Reserve> {
    sync::run(payments, Run::Full).await.unwrap();
    let keys = Keyring::from_master(&[7; 32]);
    let pen = Pen { keys: &keys, entropy: &books.entropy, base_url: "https://fund.example.org", practice: true };
    booking::book(&books.db, &books.clock, pen).await.unwrap();
    let now = books.now();
    booking::open_books(&books.db, now).await.unwrap();
    let reserves: sqlx::Result<_> = transact!(books.db, tx => booking::check_reserves(tx, now).await);
    reserves.unwrap().expect("nothing waits to be booked").get(&Currency::USD).copied()
}

async fn holds(books: &Books, path: &str) -> i64 {
    let tx = &mut books.db.begin_read().await.unwrap();
    ledger::balance_of(tx, path).await.unwrap().get(&Currency::USD).copied().unwrap_or(0)
}

on_both_databases! {
    async fn holds_and_releases_agree_with_their_mirrors(books: &Books) {
        books.general_fund().await;
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        assert_eq!(checked(books, &payments).await, None);
        for (moved, held) in [(3_000, 3_000), (500, 3_500), (-1_000, 2_500), (-2_500, 0)] {
            stripe.hold(Currency::USD, moved);
            assert_eq!(checked(books, &payments).await, Some(Reserve { mirrored_minor: held, held_minor: held }));
        }
        assert!(alerts(books).await.is_empty());
    }

    async fn a_hold_without_its_mirror_is_an_alert_until_the_mirror_comes(books: &Books) {
        books.general_fund().await;
        let hold = ("txn_1", "reserve_hold", "payments", -3_000);
        // A reserve of the card networks has no mirror, and is none of this check's matter.
        let network = ("txn_2", "payment_network_reserve_hold", "payments", -700);
        let mirror = ("txn_3", "reserve_hold", "risk_reserved", 3_000);
        let stripe = Canned::start(vec![lines(&[hold, network]), lines(&[hold, network, mirror])]).await;
        let payments = payments_at(books, &stripe.api_base);
        assert_eq!(checked(books, &payments).await, Some(Reserve { mirrored_minor: 0, held_minor: 3_000 }));
        assert_eq!(alerts(books).await, ["reserve differs"]);
        let said = alert::list(&mut books.db.begin_read().await.unwrap(), 1).await.unwrap().remove(0).in_words(strikefund::language::Language::English);
        assert!(said.contains("say that $0.00 are held in reserve, the books say $30.00"), "{said}");
        assert_eq!(checked(books, &payments).await, Some(Reserve { mirrored_minor: 3_000, held_minor: 3_000 }));
        assert!(alerts(books).await.is_empty());
    }

    async fn a_hold_from_before_the_books_opened_is_opened_with_and_its_release_brings_it_back_to_zero(books: &Books) {
        books.general_fund().await;
        let stripe = practice(books);
        let payments = payments_at(books, &stripe.api_base());
        stripe.hold(Currency::USD, 3_000);
        stripe.advance(DAY * 2).await;
        let opens_at = books.now().unix_secs();
        let opened: sqlx::Result<bool> = transact!(books.db, tx => payments::open_books_at(tx, opens_at).await);
        assert!(opened.unwrap());
        assert_eq!(checked(books, &payments).await, Some(Reserve { mirrored_minor: 3_000, held_minor: 3_000 }));
        assert_eq!((holds(books, "assets:stripe").await, holds(books, "assets:stripe-held").await), (-3_000, 3_000));
        stripe.advance(DAY).await;
        stripe.hold(Currency::USD, -3_000);
        assert_eq!(checked(books, &payments).await, Some(Reserve { mirrored_minor: 0, held_minor: 0 }));
        assert_eq!((holds(books, "assets:stripe").await, holds(books, "assets:stripe-held").await), (0, 0));
        assert!(alerts(books).await.is_empty());
    }
}
