//! The most memory the program ever held: doing nothing, and after a hundred thousand deliveries with their lines booked.

use std::time::Duration;

use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::money::Currency;
use strikefund::payments::practice::DirectCharge;
use strikefund::run;
use tokio::task::JoinSet;

use crate::node::Home;
use crate::page::set_up;
use crate::table::{Goal, Row};
use crate::wire::Client;

const GIFTS: i64 = 50_000;
/// Each gift is told twice: `charge.succeeded` and `charge.updated`.
const DELIVERIES: usize = 100_000;
const CONNECTIONS: usize = 16;

/// Both rows about memory.
pub async fn measure() -> Vec<Row> {
    let home = Home::on_sqlite();
    set_up(&home);
    let node = home.start().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let idle = peak_kib(node.id());
    let mut sent = 0;
    while sent < DELIVERIES {
        for n in 0..1_000 {
            let created = Clock::system().now();
            let charge = DirectCharge { amount_minor: 1_000 + n, currency: Currency::USD, created, metadata: &[], announced: true };
            home.practice().charge_direct(&charge);
        }
        home.practice().settle().await;
        let deliveries = home.practice().take_deliveries();
        sent += deliveries.len();
        let mut workers = JoinSet::new();
        for own in deliveries.chunks(deliveries.len().div_ceil(CONNECTIONS)) {
            let own = own.to_vec();
            let mut client = Client::connect(node.address).await.expect("the node answers");
            workers.spawn(async move {
                for delivery in own {
                    let status = client.deliver(&delivery.signature, &delivery.body).await.expect("the node answers");
                    assert_eq!(status, 200, "a delivery was not taken");
                }
            });
        }
        workers.join_all().await;
    }
    booked(&home).await;
    let busy = peak_kib(node.id());
    let row = |what, kib: u64, most| Row { what, figure: kib.div_ceil(1024), control: 0, beside: "", unit: "MiB", goal: Goal::Below(most) };
    vec![row("peak memory, idle", idle, 40), row("peak memory, 100,000 deliveries booked", busy, 150)]
}

/// Waits until nothing waits any more, at most ten minutes.
async fn booked(home: &Home) {
    let db = Db::open_sqlite(home.data()).await.expect("the books open");
    for _ in 0..600 {
        if count(&db, "SELECT COUNT(*) FROM entry WHERE source = 'stripe'").await >= GIFTS
            && count(&db, "SELECT COUNT(*) FROM delivery WHERE state = 'new'").await == 0
        {
            return db.close().await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("a hundred thousand deliveries were not booked within ten minutes");
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    let tx = &mut db.begin_read().await.expect("a view");
    run!(tx, fetch_one, sqlx::query_scalar(sql)).expect("rows are counted")
}

/// The high-water mark of a process's memory, in KiB, as the kernel counts it.
fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the kernel counts memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
