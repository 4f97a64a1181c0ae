//! Speed and memory, each figure beside a control of the same run. `tests/bench/run` builds and calls it; `--only NAME` measures one row.

mod bank;
mod booking;
mod control;
mod crawl;
mod deliveries;
mod memory;
#[path = "../it/support/node.rs"]
#[expect(dead_code, reason = "the crash tests ask more of a node than the benchmarks do")]
mod node;
mod page;
mod pictures;
mod publishing;
mod signing_in;
mod table;
mod treasury;
#[path = "../it/support/wire.rs"]
mod wire;

use table::{Row, print};

fn main() {
    // Two crates bring rustls; the first to ask would otherwise choose the provider, or panic over the choice.
    rustls::crypto::ring::default_provider().install_default().expect("nothing chose a provider before main");
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    if let [verb, page] = arguments.as_slice()
        && verb == control::VERB
    {
        runtime.block_on(control::serve(page));
        return;
    }
    if let [verb, format] = arguments.as_slice()
        && verb == bank::VERB
    {
        runtime.block_on(bank::import(format));
        return;
    }
    if let [verb, folder] = arguments.as_slice()
        && verb == publishing::VERB
    {
        runtime.block_on(publishing::publish(folder));
        return;
    }
    let only = arguments.iter().position(|argument| argument == "--only").and_then(|at| arguments.get(at + 1));
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let mut rows: Vec<Row> = Vec::new();
    if wanted("bank") {
        rows.extend(bank::measure());
    }
    if wanted("deliveries") {
        rows.extend(runtime.block_on(deliveries::measure()));
    }
    if wanted("booking") {
        rows.push(runtime.block_on(booking::measure_rate()));
    }
    if wanted("growth") {
        rows.extend(runtime.block_on(booking::measure_growth()));
    }
    if wanted("page") {
        rows.extend(runtime.block_on(page::measure()));
    }
    if wanted("crawl") {
        rows.push(runtime.block_on(crawl::measure()));
    }
    if wanted("publishing") {
        rows.extend(runtime.block_on(publishing::measure()));
    }
    if wanted("reading") {
        rows.extend(runtime.block_on(publishing::measure_reading()));
    }
    if wanted("pictures") {
        rows.push(runtime.block_on(pictures::measure()));
    }
    if wanted("signing_in") {
        rows.push(runtime.block_on(signing_in::measure()));
    }
    if wanted("treasury") {
        rows.extend(runtime.block_on(treasury::measure()));
    }
    if wanted("memory") {
        rows.extend(runtime.block_on(memory::measure()));
    }
    print(&rows);
    if rows.iter().any(|row| !row.holds()) {
        std::process::exit(1);
    }
}
