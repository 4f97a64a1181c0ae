//! Two nodes on one `PostgreSQL`: duplicates sent to both are one, and the work moves when the node that did it is gone.

use std::time::Duration;

use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::ledger;
use strikefund::money::Currency;
use strikefund::payments::practice::{DirectCharge, SignedDelivery};
use strikefund::run;

use crate::support::node::{Home, Node};
use crate::support::wire::Client;
use crate::support::{Fresh, block_on};

const GIFTS: i64 = 40;

#[test]
fn duplicates_sent_to_two_nodes_are_one_delivery_and_one_entry_each() {
    block_on(async {
        let Some(fresh) = Fresh::database().await else { return };
        let home = Home::on_postgres(fresh.url());
        let (one, two) = (home.start().await, home.start().await);
        let db = Db::connect_postgres(fresh.url()).await.unwrap();

        for n in 0..GIFTS {
            home.practice().charge_direct(&gift(1_000 + n));
        }
        home.practice().settle().await;
        let deliveries = home.practice().take_deliveries();
        assert!(deliveries.len() >= usize::try_from(GIFTS).unwrap(), "the practice Stripe tells of each gift");
        let (first, second) = tokio::join!(send(&one, &deliveries), send(&two, &deliveries));
        assert_eq!((first, second), (deliveries.len(), deliveries.len()), "each delivery is taken by both nodes");

        let counts: (i64, i64) = {
            let tx = &mut db.begin_read().await.unwrap();
            run!(tx, fetch_one, sqlx::query_as("SELECT COUNT(*), CAST(SUM(seen) AS BIGINT) FROM delivery")).unwrap()
        };
        let sent = i64::try_from(deliveries.len()).unwrap();
        assert_eq!(counts, (sent, 2 * sent), "one row for each event, seen twice");

        eventually(60, || async {
            let tx = &mut db.begin_read().await.unwrap();
            let booked: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM entry WHERE source = 'stripe'")).unwrap();
            booked == GIFTS
        })
        .await;
        let held = ledger::balance_of(&mut db.begin_read().await.unwrap(), ledger::chart::STRIPE).await.unwrap();
        assert_eq!(held.get(&Currency::USD).copied(), Some(home.practice().balance(Currency::USD)), "the books and Stripe tie");

        db.close().await;
        drop((one, two));
        home.done(&["verify"]);
        fresh.drop_database().await;
    });
}

#[test]
fn the_lease_moves_when_its_holder_is_killed() {
    block_on(async {
        let Some(fresh) = Fresh::database().await else { return };
        let home = Home::on_postgres(fresh.url());
        let db = Db::connect_postgres(fresh.url()).await.unwrap();
        let first = home.start().await;
        eventually(30, || async { holder(&db).await.is_some() }).await;
        let held_by_first = holder(&db).await;
        let second = home.start().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(holder(&db).await, held_by_first, "a lease that is held is not taken");

        first.kill();
        eventually(60, || async { holder(&db).await != held_by_first }).await;

        // And the node that has it does the work.
        home.practice().charge_direct(&gift(2_500));
        home.practice().settle().await;
        let deliveries = home.practice().take_deliveries();
        assert_eq!(send(&second, &deliveries).await, deliveries.len());
        eventually(60, || async {
            let tx = &mut db.begin_read().await.unwrap();
            let booked: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM entry")).unwrap();
            booked == 1
        })
        .await;
        db.close().await;
        drop(second);
        home.done(&["verify"]);
        fresh.drop_database().await;
    });
}

fn gift(amount_minor: i64) -> DirectCharge<'static> {
    DirectCharge { amount_minor, currency: Currency::USD, created: Clock::system().now(), metadata: &[], announced: true }
}

/// Sends every delivery to a node, over one connection; gives how many were taken.
async fn send(node: &Node, deliveries: &[SignedDelivery]) -> usize {
    let mut client = Client::connect(node.address).await.expect("the node answers");
    let mut taken = 0;
    for delivery in deliveries {
        let status = client.deliver(&delivery.signature, &delivery.body).await.expect("the node answers");
        taken += usize::from(status == 200);
    }
    taken
}

async fn holder(db: &Db) -> Option<String> {
    let tx = &mut db.begin_read().await.expect("the database answers");
    run!(tx, fetch_optional, sqlx::query_scalar("SELECT holder FROM lease WHERE name = 'jobs'")).expect("the lease is read")
}

/// Waits until a claim holds, at most `secs`.
async fn eventually<F: Future<Output = bool>>(secs: u64, claim: impl Fn() -> F) {
    for _ in 0..secs * 10 {
        if claim().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not come true within {secs} s");
}
