//! Deliveries from many connections at once, remembering each that was answered with 200.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use strikefund::clock::Clock;
use tokio::task::JoinSet;

use crate::support::node::SECRET;
use crate::support::wire::{Client, event, sign};

/// What one run of deliveries came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Ids of events that were answered with 200: these must never be lost.
    pub acknowledged: BTreeSet<String>,
    /// How many answers were 503.
    pub unavailable: u64,
    /// Any other answer, which nobody expects.
    pub others: BTreeSet<u16>,
}

/// Connections that deliver until told to stop.
#[derive(Debug)]
pub struct Load {
    tally: Arc<Mutex<Tally>>,
    answered: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    workers: JoinSet<()>,
}

impl Load {
    /// Starts `connections` that deliver different events, named after `round`.
    pub fn start(address: SocketAddr, round: &str, connections: usize) -> Self {
        let mut load = Self { tally: Arc::default(), answered: Arc::default(), stop: Arc::default(), workers: JoinSet::new() };
        for connection in 0..connections {
            let (tally, answered, stop) = (Arc::clone(&load.tally), Arc::clone(&load.answered), Arc::clone(&load.stop));
            let name = format!("evt_{round}_{connection}");
            load.workers.spawn(async move { deliver(address, &name, &tally, &answered, &stop).await });
        }
        load
    }

    /// Waits until so many answers came, at most ten seconds.
    pub async fn answers(&self, wanted: u64) {
        for _ in 0..2_000 {
            if self.answered.load(Ordering::SeqCst) >= wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("only {} of {wanted} answers came within 10 s: {:?}", self.answered.load(Ordering::SeqCst), self.tally.lock().unwrap());
    }

    /// Whether any delivery was answered with 200 so far.
    pub fn has_acknowledged(&self) -> bool {
        !self.tally.lock().unwrap().acknowledged.is_empty()
    }

    /// How many deliveries were answered with 503 so far.
    pub fn unavailable(&self) -> u64 {
        self.tally.lock().unwrap().unavailable
    }

    /// Ends the connections and gives what they saw.
    pub async fn stop(mut self) -> Tally {
        self.stop.store(true, Ordering::SeqCst);
        while self.workers.join_next().await.is_some() {}
        std::mem::take(&mut self.tally.lock().unwrap())
    }
}

/// One connection after the other, one event after the other: an event that met a broken connection is not sent again.
async fn deliver(address: SocketAddr, name: &str, tally: &Mutex<Tally>, answered: &AtomicU64, stop: &AtomicBool) {
    let mut client = None;
    for n in 0_u64.. {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        if client.is_none() {
            client = Client::connect(address).await.ok();
        }
        let Some(connection) = client.as_mut() else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let id = format!("{name}_{n}");
        let now = Clock::system().now().unix_secs();
        let body = event(&id, now, 800);
        let answer = tokio::time::timeout(Duration::from_secs(20), connection.deliver(&sign(SECRET, &body, now), &body)).await;
        let Ok(Ok(status)) = answer else {
            client = None;
            continue;
        };
        let mut tally = tally.lock().unwrap();
        match status {
            200 => drop(tally.acknowledged.insert(id)),
            503 => tally.unavailable += 1,
            other => drop(tally.others.insert(other)),
        }
        drop(tally);
        answered.fetch_add(1, Ordering::SeqCst);
    }
}
