//! A disk without room: deliveries are told to come again, none is acknowledged and lost, and room that returns is enough.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::load::Load;
use super::{lost, stored_in};
use crate::support::cluster::runs_as_root;
use crate::support::node::Home;
use crate::support::{block_on, skip};

/// A small file system of its own, unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(size: &str) -> Self {
        let disk = Self(tempfile::tempdir().expect("a scratch directory"));
        disk.run(Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(disk.path()));
        disk
    }

    fn resize(&self, size: &str) {
        self.run(Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(self.path()));
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    #[expect(clippy::unused_self, reason = "reads as an order to this disk")]
    fn run(&self, command: &mut Command) {
        let done = command.status().expect("mount runs");
        assert!(done.success(), "{command:?} ended with {done}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.path()).status());
    }
}

#[test]
fn a_full_disk_is_answered_with_503_and_never_with_a_lost_200() {
    if !runs_as_root() {
        skip("a full disk needs root, to mount a small one");
        return;
    }
    block_on(async {
        // Room for the empty tables, and for some deliveries.
        let disk = SmallDisk::mount("6m");
        let home = Home::in_directory(&disk.path().join("data"));
        let mut node = home.start().await;

        let load = Load::start(node.address, "filling", 8);
        for _ in 0..600 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if load.unavailable() >= 50 {
                break;
            }
        }
        let full = load.stop().await;
        assert!(full.unavailable >= 50, "the disk never filled: {} acknowledged", full.acknowledged.len());
        assert!(full.others.is_empty(), "answers nobody expects: {:?}", full.others);
        assert!(!full.acknowledged.is_empty(), "the disk had room at first");
        assert!(node.runs(), "a full disk does not end the program");

        disk.resize("64m");
        let load = Load::start(node.address, "again", 8);
        load.answers(100).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let recovered = load.stop().await;
        assert!(recovered.acknowledged.len() > 20, "room came back, deliveries did not: {recovered:?}\n{}", home.log(node.address.port()));

        node.kill();
        let stored = stored_in(home.data()).await;
        assert_eq!(lost(&full.acknowledged, &stored), Vec::<&String>::new());
        assert_eq!(lost(&recovered.acknowledged, &stored), Vec::<&String>::new());
        home.done(&["verify"]);
    });
}
