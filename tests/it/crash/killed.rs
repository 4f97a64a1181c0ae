//! SIGKILL at random moments; `PostgreSQL` killed under the program; and a run that forgets, to prove that forgetting would be seen.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use strikefund::db::Db;
use strikefund::ids::Entropy;

use super::load::Load;
use super::{lost, rounds, stored, stored_in};
use crate::support::cluster::Cluster;
use crate::support::node::Home;
use crate::support::{Fresh, block_on};

/// Seeds the moments of the kills; another number, other moments.
const SEED: u64 = 20_261_122;
const CONNECTIONS: usize = 16;

#[test]
fn a_killed_program_loses_no_acknowledged_delivery_on_sqlite() {
    block_on(async {
        let home = Home::on_sqlite();
        let acknowledged = kill_again_and_again(&home, rounds()).await;
        let lost_ones = lost(&acknowledged, &stored_in(home.data()).await).len();
        assert_eq!(lost_ones, 0, "of {} acknowledged", acknowledged.len());
        home.done(&["verify"]);
    });
}

#[test]
fn a_killed_program_loses_no_acknowledged_delivery_on_postgres() {
    block_on(async {
        let Some(fresh) = Fresh::database().await else { return };
        let home = Home::on_postgres(fresh.url());
        // The shared server keeps what it is told: here the program dies, not the machine.
        let acknowledged = kill_again_and_again(&home, rounds().div_ceil(2)).await;
        let db = Db::connect_postgres(fresh.url()).await.unwrap();
        assert_eq!(lost(&acknowledged, &stored(&db).await).len(), 0, "of {} acknowledged", acknowledged.len());
        db.close().await;
        home.done(&["verify"]);
        fresh.drop_database().await;
    });
}

#[test]
fn asked_to_stop_the_program_finishes_what_is_under_way() {
    block_on(async {
        let home = Home::on_sqlite();
        let node = home.start().await;
        let load = Load::start(node.address, "stopped", CONNECTIONS);
        load.answers(50).await;
        let ended = node.ask_to_stop();
        let tally = load.stop().await;
        assert!(ended.success(), "SIGTERM ends it well: {ended}");
        assert!(tally.others.is_empty(), "answers nobody expects: {tally:?}");
        assert_eq!(lost(&tally.acknowledged, &stored_in(home.data()).await), Vec::<&String>::new());
        home.done(&["verify"]);
    });
}

#[test]
fn a_killed_postgres_loses_no_acknowledged_delivery() {
    block_on(async {
        let Some(cluster) = Cluster::start() else { return };
        let fresh = Fresh::on(&cluster.admin_url()).await;
        let home = Home::on_postgres(fresh.url());
        let mut node = home.start().await;
        let entropy = Entropy::seeded(SEED);
        let mut acknowledged = BTreeSet::new();
        for round in 0..rounds().div_ceil(10) {
            let load = Load::start(node.address, &format!("pg{round}"), CONNECTIONS);
            load.answers(20 + entropy.below(100)).await;
            cluster.kill();
            // What is sent now is answered with 503 or not at all.
            tokio::time::sleep(Duration::from_millis(200)).await;
            cluster.start_again();
            tokio::time::sleep(Duration::from_millis(500)).await;
            let tally = load.stop().await;
            assert!(tally.others.is_empty(), "answers nobody expects: {tally:?}");
            acknowledged.extend(tally.acknowledged);
            assert!(node.runs(), "the program outlives its database");
            comes_back(node.address).await;

            let db = Db::connect_postgres(fresh.url()).await.unwrap();
            let stored = stored(&db).await;
            db.close().await;
            assert_eq!(lost(&acknowledged, &stored), Vec::<&String>::new(), "round {round}");
        }
        node.kill();
        home.done(&["verify"]);
    });
}

/// The negative control: a disk that forgets what it said was written. The very same check must find the loss.
#[test]
fn a_disk_that_forgets_is_found_out() {
    block_on(async {
        let home = Home::on_sqlite();
        let entropy = Entropy::seeded(SEED);
        let before = one_round(&home, "kept", &entropy).await;
        let forgetful = tempfile::tempdir().unwrap();
        copy_files(home.data(), forgetful.path());
        let after = one_round(&home, "forgotten", &entropy).await;
        assert_eq!(lost(&after, &stored_in(home.data()).await), Vec::<&String>::new(), "nothing is lost before the disk forgets");

        // The WAL is older than the answers: as if each fsync since had been a lie.
        for stale in ["strikefund.sqlite-wal", "strikefund.sqlite-shm"] {
            drop(std::fs::remove_file(home.data().join(stale)));
        }
        copy_files(forgetful.path(), home.data());
        let stored = stored_in(home.data()).await;
        assert_eq!(lost(&before, &stored), Vec::<&String>::new(), "what the disk kept is still there");
        assert_eq!(lost(&after, &stored).len(), after.len(), "the check sees every delivery that the disk forgot");
    });
}

/// Kills the program `rounds` times, each time at a random moment under load, and checks after each.
async fn kill_again_and_again(home: &Home, rounds: usize) -> BTreeSet<String> {
    let entropy = Entropy::seeded(SEED);
    let mut acknowledged = BTreeSet::new();
    for round in 0..rounds {
        let more = one_round(home, &format!("r{round}"), &entropy).await;
        assert!(!more.is_empty(), "round {round} was no load");
        acknowledged.extend(more);
    }
    println!("{rounds} kills, {} acknowledged deliveries", acknowledged.len());
    acknowledged
}

/// Starts the program, loads it, kills it somewhere within the next answers, and gives what it acknowledged.
async fn one_round(home: &Home, name: &str, entropy: &Entropy) -> BTreeSet<String> {
    let node = home.start().await;
    let load = Load::start(node.address, name, CONNECTIONS);
    load.answers(1 + entropy.below(200)).await;
    tokio::time::sleep(Duration::from_micros(entropy.below(20_000))).await;
    node.kill();
    let tally = load.stop().await;
    assert!(tally.others.is_empty(), "answers nobody expects: {tally:?}");
    tally.acknowledged
}

/// Waits until deliveries are taken again; the pool has five seconds to find its database.
async fn comes_back(address: std::net::SocketAddr) {
    let load = Load::start(address, "again", 1);
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if load.has_acknowledged() {
            drop(load.stop().await);
            return;
        }
    }
    panic!("no delivery was taken within 10 s of the database's return");
}

fn copy_files(from: &Path, to: &Path) {
    let files = std::fs::read_dir(from).expect("a folder lists").map(|file| file.expect("a folder lists").path());
    for file in files.filter(|path| path.is_file()) {
        std::fs::copy(&file, to.join(file.file_name().expect("a file has a name"))).expect("a file copies");
    }
}
