//! Durable acknowledgements a second, and how long one takes, beside a server that drops and a database that only writes.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::run;
use tokio::task::JoinSet;

use crate::control::Server;
use crate::node::{Home, SECRET};
use crate::table::{Goal, Row, median};
use crate::wire::{Client, event, sign};

const CONNECTIONS: usize = 64;
const EVENT_BYTES: usize = 3 * 1024;
/// How many deliveries one run sends, and how many runs the middle is taken of.
const DELIVERIES: usize = 12_800;
const RUNS: usize = 3;
/// How long a load lasts before its waits count: by then every statement is prepared.
const WARM_UP: Duration = Duration::from_millis(300);
/// Events that one raw commit carries: as many as there are connections.
const RAW_BATCH: usize = 64;

/// A delivery ready to be sent.
type Signed = (String, Vec<u8>);

/// Both rows about deliveries.
pub async fn measure() -> Vec<Row> {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let page = scratch.path().join("page.answer");
    std::fs::write(&page, b"HTTP/1.1 200 OK\r\n\r\n").expect("a file is written");
    let (mut acknowledged, mut dropped, mut raw) = (Vec::new(), Vec::new(), Vec::new());
    let home = Home::on_sqlite();
    for run in 0..RUNS {
        let control = Server::start(&page).await;
        dropped.push(rate(control.address, signed(&format!("evt_drop{run}"))).await);
        drop(control);
        let node = home.start().await;
        acknowledged.push(rate(node.address, signed(&format!("evt_ack{run}"))).await);
        node.kill();
        raw.push(raw_rate(&home.data().join(format!("raw{run}"))).await);
    }
    let (acknowledged, dropped, raw) = (median(acknowledged), median(dropped), median(raw));
    println!("deliveries: {acknowledged}/s acknowledged, {dropped}/s checked and dropped, {raw}/s written in commits of {RAW_BATCH}");

    let node = home.start().await;
    let latency = p99_micros(node.address, acknowledged / 2).await;
    let commit = commit_micros(&home.data().join("commit")).await;
    let smaller = if dropped <= raw { "checked and dropped" } else { "raw commits of 64, synchronous=FULL" };
    vec![
        Row {
            what: "durable acknowledgements, 64 connections, 3 KB",
            figure: acknowledged,
            control: dropped.min(raw),
            beside: smaller,
            unit: "/s",
            goal: Goal::ShareOfControl(60),
        },
        Row {
            what: "their p99 at half that load",
            figure: latency,
            control: commit,
            beside: "one raw commit",
            unit: "µs",
            goal: Goal::TimesControl(1_000),
        },
    ]
}

fn signed(name: &str) -> Vec<Vec<Signed>> {
    let now = Clock::system().now().unix_secs();
    let one = |connection: usize, n: usize| {
        let body = event(&format!("{name}_{connection}_{n}"), now, EVENT_BYTES);
        (sign(SECRET, &body, now), body)
    };
    (0..CONNECTIONS).map(|connection| (0..DELIVERIES / CONNECTIONS).map(|n| one(connection, n)).collect()).collect()
}

/// Deliveries a second with every connection sending its next as soon as the last is answered.
async fn rate(address: SocketAddr, deliveries: Vec<Vec<Signed>>) -> u64 {
    let count: usize = deliveries.iter().map(Vec::len).sum();
    let mut clients = Vec::new();
    for own in deliveries {
        clients.push((Client::connect(address).await.expect("the server answers"), own));
    }
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for (mut client, own) in clients {
        workers.spawn(async move {
            for (signature, body) in own {
                let status = client.deliver(&signature, &body).await.expect("the server answers");
                assert_eq!(status, 200, "a delivery was not taken");
            }
        });
    }
    workers.join_all().await;
    per_second(count, start.elapsed())
}

/// The longest of the quickest 99 in a hundred, with deliveries at `per_second` in all, sent on time whether or not the last was answered late.
pub async fn p99_micros(address: SocketAddr, per_second: u64) -> u64 {
    let interval = Duration::from_secs(1) * u32::try_from(CONNECTIONS).expect("a small number")
        / u32::try_from(per_second.max(1)).expect("a small number");
    let mut clients = Vec::new();
    for own in signed("evt_paced") {
        clients.push((Client::connect(address).await.expect("the server answers"), own));
    }
    // Signing took a while; only now the clock runs.
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for (connection, (mut client, own)) in clients.into_iter().enumerate() {
        workers.spawn(async move {
            let offset =
                interval * u32::try_from(connection).expect("a small number") / u32::try_from(CONNECTIONS).expect("a small number");
            let mut waits = Vec::new();
            for (n, (signature, body)) in (0_u32..).zip(own) {
                // Counted from when it was due, so that a stall is felt by all it holds up.
                let mut due = start + offset + interval * n;
                if Instant::now() < due {
                    tokio::time::sleep_until(due.into()).await;
                    // The connection was free: what the timer is late by, a millisecond or so, is this program's own.
                    due = Instant::now();
                }
                let status = client.deliver(&signature, &body).await.expect("the server answers");
                assert_eq!(status, 200, "a delivery was not taken");
                if offset + interval * n >= WARM_UP {
                    waits.push(u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX));
                }
            }
            waits
        });
    }
    let mut waits = workers.join_all().await.concat();
    waits.sort_unstable();
    waits[waits.len() * 99 / 100]
}

/// Rows a second written with nothing but the database: the same bytes, 64 to a commit, each flushed.
async fn raw_rate(directory: &Path) -> u64 {
    let db = fresh(directory).await;
    let events: Vec<Vec<u8>> = (0..DELIVERIES).map(|n| event(&format!("evt_raw_{n}"), 0, EVENT_BYTES)).collect();
    let start = Instant::now();
    for (batch, bodies) in events.chunks(RAW_BATCH).enumerate() {
        insert(&db, batch * RAW_BATCH, bodies).await;
    }
    let rate = per_second(DELIVERIES, start.elapsed());
    db.close().await;
    rate
}

/// How long one commit of one row takes, in the middle.
async fn commit_micros(directory: &Path) -> u64 {
    let db = fresh(directory).await;
    let mut waits = Vec::new();
    for n in 0..500 {
        let body = [event(&format!("evt_one_{n}"), 0, EVENT_BYTES)];
        let start = Instant::now();
        insert(&db, n, &body).await;
        waits.push(u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    db.close().await;
    median(waits)
}

async fn fresh(directory: &Path) -> Db {
    let db = Db::open_sqlite(directory).await.expect("a database opens");
    db.migrate().await.expect("an empty database migrates");
    db
}

async fn insert(db: &Db, first: usize, bodies: &[Vec<u8>]) {
    let sql = "INSERT INTO delivery (event_id, type, created, received_at, seen, body, state, attempts, next_try_at)
               VALUES ($1, 'balance.available', 0, 0, 1, $2, 'new', 0, 0)";
    let mut tx = db.begin_write().await.expect("a transaction begins");
    for (n, body) in bodies.iter().enumerate() {
        let id = format!("evt_raw_{}", first + n);
        run!(&mut tx, execute, sqlx::query(sql).bind(&id).bind(body)).expect("a row is written");
    }
    tx.commit().await.expect("a commit");
}

/// How many a second.
pub fn per_second(count: usize, took: Duration) -> u64 {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(1_000_000) / micros
}
