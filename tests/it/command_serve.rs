//! A node as a process: it says where it is, logs for machines, and ends when it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running program; it is killed when the test ends before it.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    /// Starts the program and waits until it says where it listens.
    fn start(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_strikefund"))
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .env_clear()
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, rest) = line.split_once("http://")?;
            rest.split('/').next().map(str::to_owned)
        });
        // Whatever it says later must find a reader, or it would stop at a broken pipe.
        std::thread::spawn(move || lines.count());
        let Some(address) = address else {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("it ended without listening: {said}");
        };
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    /// Sends SIGTERM and gives how it ended and what it logged.
    fn stop(mut self) -> (Option<i32>, String) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It is gone already when all went well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn setup(folder: &Path) {
    let setup = ["setup", "--name", "General", "--slug", "general", "--currency", "USD", "--time-zone", "UTC"];
    let done = Command::new(env!("CARGO_BIN_EXE_strikefund")).args(setup).current_dir(folder).env_clear().output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn serve_answers_logs_for_machines_and_ends_well_when_told_to() {
    let folder = tempfile::tempdir().unwrap();
    setup(folder.path());
    let running = Running::start(folder.path(), &["serve", "--practice"], &[("STRIKEFUND_LOG", "trace")]);
    assert!(running.get("/healthz").starts_with("HTTP/1.1 200"));
    assert!(running.get("/f/general/give").contains("General"));
    // While it serves, the books can be judged and copied.
    for arguments in [&["verify"][..], &["backup", "books.sqlite"]] {
        let done = Command::new(env!("CARGO_BIN_EXE_strikefund")).args(arguments).current_dir(folder.path()).env_clear().output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    let (code, logged) = running.stop();
    assert_eq!(code, Some(0), "{logged}");
    assert!(!logged.is_empty());
    for line in logged.lines() {
        let said: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let target = said["target"].as_str().unwrap();
        let quiet = ["stripe", "hyper"].iter().any(|name| target.starts_with(name));
        assert!(!quiet || matches!(said["level"].as_str(), Some("WARN" | "ERROR")), "{line}");
    }
}

#[test]
fn a_site_without_a_key_serves_so_that_somebody_can_give_it_one() {
    let folder = tempfile::tempdir().unwrap();
    setup(folder.path());
    let running = Running::start(folder.path(), &["serve"], &[]);
    assert!(running.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(running.get("/f/general/").starts_with("HTTP/1.1 200"));
    assert!(running.get("/setup/stripe").starts_with("HTTP/1.1 401"));
    std::thread::sleep(Duration::from_secs(2));
    let (code, logged) = running.stop();
    assert!(code == Some(0) && !logged.contains("ERROR") && !logged.contains("cannot be reached"), "{logged}");
}

#[test]
fn the_practice_stripe_refuses_to_stand_beside_a_live_key() {
    let folder = tempfile::tempdir().unwrap();
    setup(folder.path());
    let output = Command::new(env!("CARGO_BIN_EXE_strikefund"))
        .args(["serve", "--practice", "--listen", "127.0.0.1:0"])
        .current_dir(folder.path())
        .env_clear()
        .env("STRIPE_SECRET_KEY", "sk_live_CANARY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("live") && !said.contains("CANARY"), "{said}");
}

#[test]
fn the_demo_needs_nothing_and_keeps_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap().to_owned();
    let running = Running::start(folder.path(), &["demo"], &[("TMPDIR", &place)]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "everything is in one folder");
    let page = running.get("/f/strike-support/");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Strike Support"), "{page}");
    let (code, logged) = running.stop();
    assert_eq!(code, Some(0), "{logged}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is kept");
}
