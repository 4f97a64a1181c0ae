//! A `PostgreSQL` of a test's own, with fsync on, to be killed and started again.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{setting, skip};

/// A server of a test's own, with fsync on, to be killed and started again.
#[derive(Debug)]
pub struct Cluster {
    directory: TempDir,
    bin: PathBuf,
}

impl Cluster {
    /// Makes and starts a server; None, said aloud, where `PostgreSQL`'s programs are not found.
    pub fn start() -> Option<Self> {
        let Some(bin) = setting("STRIKEFUND_TEST_POSTGRES_BIN").map(PathBuf::from) else {
            skip("no PostgreSQL of one's own (STRIKEFUND_TEST_POSTGRES_BIN is not set; tests/run says where it is)");
            return None;
        };
        // The path of a socket must be short, and the server's own user must reach it.
        let directory = tempfile::Builder::new().prefix("sf-pg").tempdir_in("/tmp").expect("a scratch directory");
        let cluster = Self { directory, bin };
        if runs_as_root() {
            run(Command::new("chown").arg("postgres").arg(cluster.path()));
        }
        run(cluster.program("initdb").args(["-D", "data", "-U", "strikefund", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]));
        cluster.start_again();
        Some(cluster)
    }

    /// Starts the server after it was killed, and waits until it answers.
    pub fn start_again(&self) {
        let socket = self.path().display();
        let options = format!("-c listen_addresses='' -c unix_socket_directories={socket} -c fsync=on -c max_connections=100");
        run(self.program("pg_ctl").args(["-D", "data", "-w", "-l", "server.log", "-o", &options, "start"]));
    }

    /// Stops the server as a crash would: no checkpoint, no goodbye.
    pub fn kill(&self) {
        run(self.program("pg_ctl").args(["-D", "data", "-m", "immediate", "-w", "stop"]));
    }

    /// Where the server's own database is reached.
    pub fn admin_url(&self) -> String {
        format!("postgres://strikefund@localhost/postgres?host={}", self.path().display())
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// `PostgreSQL` refuses to run as root, so there its own user runs it.
    fn program(&self, name: &str) -> Command {
        let program = self.bin.join(name);
        let mut command = if runs_as_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stopped =
            self.program("pg_ctl").args(["-D", "data", "-m", "immediate", "stop"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        drop(stopped);
    }
}

/// Whether this process may do anything, as on a build machine.
pub fn runs_as_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
}

fn run(command: &mut Command) {
    // The server keeps what it inherits open for as long as it runs, so it is given nothing to hold.
    let done = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the program starts");
    assert!(done.success(), "{command:?} ended with {done}");
}
