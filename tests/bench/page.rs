//! The public page, as it is stored and served, beside a bare route with the same bytes.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::money::Currency;
use strikefund::payments::practice::DirectCharge;
use strikefund::publication;

use crate::control::Server;
use crate::node::Home;
use crate::table::{Goal, Row, median};
use crate::wire::Client;

const RUNS: usize = 3;

/// Pages a second with 64 connections: whole, compressed, and not at all for who has them already.
pub async fn measure() -> Vec<Row> {
    let home = Home::on_sqlite();
    set_up(&home);
    let created = Clock::system().now();
    home.practice().charge_direct(&DirectCharge { amount_minor: 2_500, currency: Currency::USD, created, metadata: &[], announced: false });
    let node = home.start().await;
    published(node.address).await;
    let db = Db::open_sqlite(home.data()).await.expect("the books open");
    let file = publication::file(&mut db.begin_read().await.expect("a view"), "general", None, "index.html").await.expect("a file is read");
    db.close().await;
    let file = file.expect("the page is published");
    let packed = file.gzip.expect("a page is smaller compressed");
    let held = format!("If-None-Match: \"{}\"", file.sha256);
    let asked = [
        ("public page, stored publication", file.body, "Accept: */*"),
        ("the same, compressed", packed, "Accept-Encoding: gzip"),
        ("the same, for who has it already (304)", Vec::new(), &*held),
    ];
    let mut rows = Vec::new();
    for (what, body, header) in asked {
        let bytes = home.data().join("page.html");
        std::fs::write(&bytes, body).expect("a file is written");
        let control = Server::start(&bytes).await;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            bare.push(pages_per_second(control.address, "/page", "Accept: */*"));
            ours.push(pages_per_second(node.address, "/f/general/", header));
        }
        rows.push(Row {
            what,
            figure: median(ours),
            control: median(bare),
            beside: "bare axum route, same bytes",
            unit: "/s",
            goal: Goal::ShareOfControl(70),
        });
    }
    rows
}

/// Sets up a fund that publishes every gift at once.
pub fn set_up(home: &Home) {
    let names = ["--name", "General", "--slug", "general", "--currency", "USD", "--time-zone", "America/Los_Angeles"];
    let rule = ["--min-gifts", "1", "--publish-interval", "0"];
    home.done(&[&["setup"][..], &names, &rule].concat());
}

/// Waits for the first publication, at most a minute.
pub async fn published(address: SocketAddr) {
    for _ in 0..600 {
        let mut client = Client::connect(address).await.expect("the node answers");
        if client.get("/f/general/figures.json").await.is_ok_and(|status| status == 200) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing was published within a minute");
}

/// What wrk counts with 64 connections in three seconds.
fn pages_per_second(address: SocketAddr, path: &str, header: &str) -> u64 {
    let output =
        Command::new("wrk").args(["-t1", "-c64", "-d3s", "-H", header, &format!("http://{address}{path}")]).output().expect("wrk runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!said.contains("Non-2xx"), "{said}");
    let rate =
        said.lines().find_map(|line| line.strip_prefix("Requests/sec:")).and_then(|rate| rate.trim().split('.').next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("wrk said no rate: {said}"))
}
