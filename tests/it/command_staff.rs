//! People let in from the server: the link of the first start, `strikefund staff`, and the demo's.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn strikefund(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strikefund"));
    command.args(arguments).current_dir(folder).env_clear().env("TMPDIR", folder);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    strikefund(folder, arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A program that serves, and the links it printed.
struct Serving {
    child: Child,
    links: Vec<String>,
}

impl Serving {
    /// Starts it and waits for so many links.
    fn start(folder: &Path, arguments: &[&str], links: usize) -> Self {
        let mut child =
            strikefund(folder, arguments).args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut spoken = BufReader::new(child.stdout.take().unwrap()).lines();
        let found = (&mut spoken).filter_map(|line| line.unwrap().split_once("http://").map(|(_, rest)| rest.to_owned()));
        let links: Vec<String> = found.filter(|address| address.contains("/link/")).take(links).collect();
        std::thread::spawn(move || spoken.count());
        Self { child, links }
    }

    /// What the address of a link answers.
    fn open(link: &str) -> String {
        let (address, path) = link.split_once('/').unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply.to_lowercase()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()));
        drop(self.child.wait());
    }
}

#[test]
fn the_first_start_begins_books_and_prints_the_way_in_which_the_next_start_replaces() {
    let folder = tempfile::tempdir().unwrap();
    let first = Serving::start(folder.path(), &["serve", "--practice"], 1);
    let reply = Serving::open(&first.links[0]);
    assert!(reply.starts_with("http/1.1 303") && reply.contains("location: /setup\r\n"), "{reply}");
    assert!(reply.contains("set-cookie: link=") && reply.contains("; path=/; httponly; samesite=lax\r\n"), "{reply}");
    let token = first.links[0].rsplit('/').next().unwrap().to_owned();
    drop(first);
    let second = Serving::start(folder.path(), &["serve", "--practice"], 1);
    let (address, _) = second.links[0].split_once('/').unwrap();
    assert!(Serving::open(&format!("{address}/link/{token}")).starts_with("http/1.1 404"));
    assert!(Serving::open(&second.links[0]).starts_with("http/1.1 303"));
}

#[test]
fn people_are_taken_on_and_let_in_anew_from_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let add = ["staff", "add", "--name", "Rosa", "--email", "rosa@example.org", "--roles", "recorder,administrator"];
    assert!(!run(folder, &add).status.success(), "there are no books");
    let setup = ["setup", "--name", "General", "--slug", "general", "--currency", "USD", "--time-zone", "UTC"];
    assert!(run(folder, &setup).status.success());
    let added = run(folder, &add);
    assert!(added.status.success() && said(&added).contains("http://127.0.0.1:8080/link/"), "{}", said(&added));
    let twice = run(folder, &add);
    assert!(twice.status.code() == Some(1) && said(&twice).contains("has this address"), "{}", said(&twice));
    let wrong = run(folder, &["staff", "add", "--name", "Ben", "--email", "ben", "--roles", "approver"]);
    assert!(wrong.status.code() == Some(2) && said(&wrong).contains("name@example.org"), "{}", said(&wrong));
    assert_eq!(run(folder, &["staff", "add", "--name", "Ben", "--email", "b@example.org", "--roles", "king"]).status.code(), Some(2));
    let reset = run(folder, &["staff", "reset", "Rosa@Example.org"]);
    assert!(reset.status.success() && said(&reset).contains("/link/"), "{}", said(&reset));
    assert_ne!(said(&reset), said(&added));
    assert_eq!(run(folder, &["staff", "reset", "nobody@example.org"]).status.code(), Some(1));
}

#[test]
fn a_setup_says_who_must_agree_until_somebody_is_there_to_agree() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let setup = |more: &[&str]| {
        let fund = ["setup", "--name", "General", "--slug", "general", "--currency", "USD", "--time-zone", "UTC"];
        run(folder, &[&fund, more].concat())
    };
    let wrong = setup(&["--approvers", "2,500:1", "--statement-text", "*"]);
    assert!(wrong.status.code() == Some(2) && !folder.join("strikefund.sqlite").exists(), "{}", said(&wrong));
    let named = ["--legal-name", "Bakers Local 5", "--contact", "fund@example.org", "--strike-on", "2026-11-01"];
    let first = setup(&[&named[..], &["--approvers", "1,250:2,2500:3"]].concat());
    assert!(first.status.success(), "{}", said(&first));
    assert!(setup(&["--approvers", "1,250:2,2500:3"]).status.success(), "twice is once");
    assert!(run(folder, &["staff", "add", "--name", "Rosa", "--email", "rosa@example.org", "--roles", "administrator"]).status.success());
    let late = setup(&["--approvers", "1"]);
    assert!(late.status.code() == Some(1) && said(&late).contains("two people change the rules"), "{}", said(&late));
    assert!(setup(&["--approvers", "1,250:2,2500:3"]).status.success(), "what stands already may be asked for");
}

#[test]
fn the_demo_opens_its_treasury_as_three_people() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Serving::start(folder.path(), &["demo"], 3);
    for link in &demo.links {
        let reply = Serving::open(link);
        assert!(reply.starts_with("http/1.1 303") && reply.contains("location: /join\r\n"), "{reply}");
    }
}
