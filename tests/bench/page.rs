//! The public page, as it is stored and served, beside a bare route that answers with the same bytes, headers too.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use strikefund::clock::Clock;
use strikefund::money::Currency;
use strikefund::payments::practice::DirectCharge;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::control::Server;
use crate::node::Home;
use crate::table::{Goal, Row, median};
use crate::wire::Client;

const RUNS: usize = 3;
const PAGE: &str = "/f/general/";

/// Pages a second with 64 connections: whole, compressed, and not at all for who has them already.
pub async fn measure() -> Vec<Row> {
    let home = Home::on_sqlite();
    set_up(&home);
    let created = Clock::system().now();
    home.practice().charge_direct(&DirectCharge { amount_minor: 2_500, currency: Currency::USD, created, metadata: &[], announced: false });
    let node = home.start().await;
    published(node.address).await;
    let packed = "Accept-Encoding: gzip";
    let whole = answer(node.address, "Accept: */*").await;
    let held = format!("If-None-Match: {}", header(&whole, "etag"));
    let asked = [
        ("public page, stored publication", whole, "Accept: */*"),
        ("the same, compressed", answer(node.address, packed).await, packed),
        ("the same, for who has it already (304)", answer(node.address, &held).await, &*held),
    ];
    assert!(asked[1].1.len() < asked[0].1.len() && asked[2].1.starts_with(b"HTTP/1.1 304"), "three answers of three kinds");
    let mut rows = Vec::new();
    for (what, answer, header) in asked {
        let bytes = home.data().join("page.answer");
        std::fs::write(&bytes, answer).expect("a file is written");
        let control = Server::start(&bytes).await;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            bare.push(pages_per_second(control.address, "/page", "Accept: */*"));
            ours.push(pages_per_second(node.address, PAGE, header));
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

/// What the site answers, byte for byte.
async fn answer(address: SocketAddr, header: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("the node answers");
    let asked = format!("GET {PAGE} HTTP/1.1\r\nhost: {address}\r\n{header}\r\nconnection: close\r\n\r\n");
    stream.write_all(asked.as_bytes()).await.expect("it is asked");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("it answers");
    bytes
}

/// The value of a header of an answer.
fn header(answer: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(answer);
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim).map(str::to_owned));
    found.unwrap_or_else(|| panic!("the page has no {name}"))
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
