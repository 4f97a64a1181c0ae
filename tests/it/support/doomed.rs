//! Processes that are killed on the way: the test program started once more for one step over the books of a test. Not here: the steps.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use strikefund::clock::{Clock, Instant};
use strikefund::db::Db;
use strikefund::files::Files;
use strikefund::ids::Entropy;

use super::{Books, setting};

/// The variable that tells such a process what to do.
const TOLD: &str = "STRIKEFUND_TEST_STEP";
/// What it says once the books are open and the step begins.
const BEGINS: &str = "the step begins";

/// Where the books of a test lie, and what their clock and their randomness say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    directory: Option<PathBuf>,
    url: Option<String>,
    documents: PathBuf,
    now: i64,
    /// The same number makes the same operations, references and keys.
    pub seed: u64,
}

impl Place {
    /// Where these books lie, at their time.
    pub fn of(books: &Books, seed: u64) -> Self {
        Self {
            directory: books.directory().map(ToOwned::to_owned),
            url: books.postgres_url().map(ToOwned::to_owned),
            documents: books.documents.path().to_owned(),
            now: books.now().unix_secs(),
            seed,
        }
    }

    /// Opens them in another process.
    pub async fn open(&self) -> Books {
        let db = match (&self.directory, &self.url) {
            (Some(directory), _) => Db::open_sqlite(directory).await,
            (None, url) => Db::connect_postgres(url.as_deref().expect("books lie somewhere")).await,
        };
        let mut books = Books::around(db.expect("the books open"), None, None);
        books.clock = Clock::fixed(Instant::from_unix_secs(self.now));
        books.entropy = Entropy::seeded(self.seed);
        books.files = Files::in_folder(&self.documents).expect("the folder is there");
        books
    }
}

/// What this process is told to do; None where it is the test itself.
pub fn told<T: for<'a> Deserialize<'a>>() -> Option<T> {
    setting(TOLD).map(|text| serde_json::from_str(&text).expect("one of ours wrote it"))
}

/// Says that the step begins: from now on this process may be killed.
pub fn begins() {
    println!("{BEGINS}");
}

/// Makes a step in a process of its own, with the test of that name; killed after so long, or with `None` left alone. Whether it came to its end.
///
/// # Panics
/// When the step fails by itself.
pub fn makes<T: Serialize>(test: &str, told: &T, killed_after: Option<Duration>) -> bool {
    let mut child = start(test, &serde_json::to_string(told).expect("it is plain"));
    let mut said = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    while !line.ends_with(&format!("{BEGINS}\n")) {
        line.clear();
        assert!(said.read_line(&mut line).expect("it is read") > 0, "the step did not begin: {}", trouble(&mut child));
    }
    if let Some(after) = killed_after {
        std::thread::sleep(after);
        child.kill().expect("it can be killed");
    }
    let mut rest = String::new();
    said.read_to_string(&mut rest).expect("it is read");
    let ended: ExitStatus = child.wait().expect("it ends");
    assert!(ended.success() || ended.code().is_none(), "the step failed: {rest}{}", trouble(&mut child));
    ended.success()
}

fn start(test: &str, told: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args([test, "--exact", "--nocapture"]).env(TOLD, told).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("this program starts once more")
}

fn trouble(child: &mut Child) -> String {
    let mut text = String::new();
    let read = child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut text));
    read.transpose().expect("it is read");
    text
}
