//! A crawler that walks every public page and file for a minute, on one core, while Stripe delivers: how long a delivery waits then, beside how
//! long it waits on an idle site.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http_body_util::{BodyExt as _, Empty};
use hyper::Uri;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use strikefund::db::Db;

use crate::deliveries::p99_micros;
use crate::node::Home;
use crate::page::{published, set_up};
use crate::publishing::{general, spend};
use crate::table::{Goal, Row};

/// How many spendings there are to walk, each with a page in both languages.
const SPENDINGS: i64 = 2_000;
/// Deliveries a second, for a minute.
const DELIVERIES: u64 = 200;

/// The row.
pub async fn measure() -> Row {
    let home = Home::on_sqlite();
    set_up(&home);
    let db = Db::open_sqlite(home.data()).await.expect("the books open");
    let fund = general(&db).await;
    spend(&db, fund.id, SPENDINGS).await;
    db.close().await;
    let node = home.start().await;
    published(node.address).await;
    let idle = p99_micros(node.address, DELIVERIES).await;
    let over = Arc::new(AtomicBool::new(false));
    let crawler = std::thread::spawn({
        let (address, over) = (node.address, Arc::clone(&over));
        move || crawl(address, &over)
    });
    let busy = p99_micros(node.address, DELIVERIES).await;
    over.store(true, Ordering::Relaxed);
    let (pages, answers) = crawler.join().expect("the crawler walks");
    println!("crawler: {answers} answers of {pages} addresses");
    Row {
        what: "p99 of a delivery while a crawler walks everything for a minute",
        figure: busy,
        control: idle,
        beside: "on an idle site",
        unit: "µs",
        goal: Goal::TimesControl(200),
    }
}

/// Follows every link from the fund's page on, again and again until it is over; how many addresses there are, and how many answers came.
fn crawl(address: SocketAddr, over: &AtomicBool) -> (usize, u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let first = format!("http://{address}/f/general/");
        let (mut seen, mut answers) = (BTreeSet::new(), 0);
        while !over.load(Ordering::Relaxed) {
            let (mut walked, mut next) = (BTreeSet::from([first.clone()]), VecDeque::from([first.clone()]));
            while let Some(page) = next.pop_front().filter(|_| !over.load(Ordering::Relaxed)) {
                let answer = client.get(page.parse().expect("an address")).await.expect("the site answers");
                let body = answer.into_body().collect().await.expect("the answer comes whole").to_bytes();
                answers += 1;
                for link in links(&page, &body).filter(|link| link.starts_with(&first)) {
                    if walked.insert(link.clone()) {
                        next.push_back(link);
                    }
                }
            }
            seen.append(&mut walked);
        }
        (seen.len(), answers)
    })
}

/// Where the links of a page lead.
fn links(page: &str, body: &[u8]) -> impl Iterator<Item = String> {
    let is_page = page.ends_with('/') || page.strip_suffix(".html").is_some();
    let text = if is_page { String::from_utf8_lossy(body).into_owned() } else { String::new() };
    let base: Uri = page.parse().expect("an address");
    let found: Vec<String> =
        text.split(" href=\"").skip(1).filter_map(|rest| resolve(&base, rest.split(['"', '#', '?']).next()?)).collect();
    found.into_iter()
}

fn resolve(base: &Uri, link: &str) -> Option<String> {
    let authority = base.authority()?;
    if link.is_empty() || link.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = if link.starts_with('/') { Vec::new() } else { base.path().split('/').collect() };
    parts.pop();
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(format!("http://{authority}/{}", parts.join("/").trim_start_matches('/')))
}
