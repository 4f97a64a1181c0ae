//! The real program as a process of its own: set up, started, killed at any moment, and asked to verify its books.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use strikefund::clock::Clock;
use strikefund::ids::Entropy;
use strikefund::payments::practice::{Options, Practice};
use tempfile::TempDir;

use super::wire::Client;

/// The endpoint's secret in every crash test.
pub const SECRET: &str = "whsec_for_tests_only_0123456789";

/// A fund's settings and books on this machine, with a practice Stripe that outlives the program.
#[derive(Debug)]
pub struct Home {
    scratch: TempDir,
    data: std::path::PathBuf,
    database_url: Option<String>,
    practice: Practice,
    mail_server: Option<String>,
}

impl Home {
    /// Books on `SQLite`, in a directory of their own; needs a running tokio runtime.
    pub fn on_sqlite() -> Self {
        let scratch = tempfile::tempdir().expect("a scratch directory");
        let data = scratch.path().join("data");
        Self::at(scratch, data, None, Clock::system())
    }

    /// The same, with a practice Stripe whose days pass when a test says so.
    pub fn with_days_at_hand() -> Self {
        let scratch = tempfile::tempdir().expect("a scratch directory");
        let data = scratch.path().join("data");
        Self::at(scratch, data, None, Clock::fixed(Clock::system().now()))
    }

    /// Books on `SQLite` in this directory.
    pub fn in_directory(data: &Path) -> Self {
        Self::at(tempfile::tempdir().expect("a scratch directory"), data.to_owned(), None, Clock::system())
    }

    /// Books on this `PostgreSQL` database.
    pub fn on_postgres(url: &str) -> Self {
        let scratch = tempfile::tempdir().expect("a scratch directory");
        let data = scratch.path().join("data");
        Self::at(scratch, data, Some(url.to_owned()), Clock::system())
    }

    fn at(scratch: TempDir, data: std::path::PathBuf, database_url: Option<String>, clock: Clock) -> Self {
        let site = "http://127.0.0.1:1".to_owned();
        let options = Options { port: 0, clock, entropy: Entropy::seeded(5), site, daily_payouts: false };
        let practice = Practice::start(options, None).expect("a practice Stripe starts");
        practice.webhook_by_hand(SECRET);
        let home = Self { scratch, data, database_url, practice, mail_server: None };
        home.done(&["setup", "--name", "General", "--slug", "general", "--currency", "USD", "--time-zone", "America/Los_Angeles"]);
        home
    }

    /// The same with a mail server at this address.
    pub fn with_mail_at(self, url: &str) -> Self {
        Self { mail_server: Some(url.to_owned()), ..self }
    }

    /// Where the embedded database lies.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Stripe, as far as these nodes know.
    pub fn practice(&self) -> &Practice {
        &self.practice
    }

    /// Runs one verb to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(1).args(arguments).output().expect("the program runs")
    }

    /// Runs one verb that must succeed.
    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "strikefund {arguments:?} ended with {}: {said}", output.status);
        said
    }

    /// Starts a node and waits until it says it is ready.
    pub async fn start(&self) -> Node {
        let port = free_port();
        let log = std::fs::File::create(self.scratch.path().join(format!("node-{port}.log"))).expect("a log file");
        let mut child = self.command(port).arg("serve").stdout(Stdio::null()).stderr(log).spawn().expect("the program starts");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        for _ in 0..600 {
            if is_ready(address).await {
                return Node { child, address };
            }
            if let Some(ended) = child.try_wait().expect("a child can be asked") {
                panic!("the node ended with {ended}: {}", self.log(port));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        child.kill().expect("a child can be killed");
        panic!("the node was not ready within 30 s: {}", self.log(port));
    }

    /// What a node said while it ran.
    pub fn log(&self, port: u16) -> String {
        std::fs::read_to_string(self.scratch.path().join(format!("node-{port}.log"))).unwrap_or_default()
    }

    fn command(&self, port: u16) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strikefund"));
        command
            .env_clear()
            .current_dir(self.scratch.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("STRIKEFUND_DATA", &self.data)
            .env("STRIKEFUND_LISTEN", format!("127.0.0.1:{port}"))
            .env("STRIKEFUND_BASE_URL", format!("http://127.0.0.1:{port}"))
            .env("STRIKEFUND_LOG", "info")
            .env("STRIPE_SECRET_KEY", "sk_test_practice")
            .env("STRIPE_WEBHOOK_SECRET", SECRET)
            .env("STRIPE_API_BASE", self.practice.api_base());
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        if let Some(url) = &self.mail_server {
            command.env("STRIKEFUND_SMTP_URL", url);
        }
        command
    }
}

/// A running node.
#[derive(Debug)]
pub struct Node {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Node {
    /// Ends it as a power cut would, as far as the process is concerned: no signal handler, no flush, no goodbye.
    pub fn kill(mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a killed child ends");
    }

    /// Asks it to end, as a service manager does, and waits until it has.
    pub fn ask_to_stop(mut self) -> ExitStatus {
        let asked = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().expect("kill runs");
        assert!(asked.success(), "the node was there to be asked");
        self.child.wait().expect("an asked child ends")
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // A test that fails must not leave its program behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut client) = Client::connect(address).await else { return false };
    client.get("/readyz").await.is_ok_and(|status| status == 200)
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}
