//! What tests stand on: a new database for each, on both kinds, with a clock and a randomness of their own.

pub mod cluster;
pub mod doomed;
pub mod history;
pub mod moving;
pub mod node;
mod postgres;
pub mod smtp;
pub mod statements;
pub mod turnstile;
pub mod wire;

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use strikefund::clock::{Clock, Instant};
use strikefund::db::Db;
use strikefund::files::Files;
use strikefund::funds::{self, NewFund, SetUpError};
use strikefund::ids::{Entropy, FundId, PersonId};
use strikefund::mail::Post;
use strikefund::people::{self, Language, NewPerson, Role, Roles};
use strikefund::seal::Keyring;
use strikefund::transact;
use tempfile::TempDir;

pub use postgres::Fresh;

/// Saturday 14 November 2026, 18:00 UTC: where the fixed clock stands when a test begins.
pub const START: Instant = Instant::from_unix_secs(1_794_679_200);

/// A database of a test's own, migrated and empty, with what else a test hands in.
#[derive(Debug)]
pub struct Books {
    /// The database.
    pub db: Db,
    /// Stands at [`START`] until the test moves it.
    pub clock: Clock,
    /// The same sequence in every run.
    pub entropy: Entropy,
    /// Where documents lie.
    pub files: Files,
    /// The folder they lie in; it goes when the test ends.
    pub documents: TempDir,
    /// Where an `SQLite` database lies; it goes when the test ends.
    directory: Option<TempDir>,
    /// The `PostgreSQL` database, dropped when the test ends well.
    fresh: Option<Fresh>,
}

impl Books {
    /// On the embedded database.
    pub async fn on_sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let db = Db::open_sqlite(directory.path()).await.expect("an SQLite database opens");
        db.migrate().await.expect("an empty database migrates");
        Self::around(db, Some(directory), None)
    }

    /// On a new database of the test server; None, said aloud, where there is no server.
    pub async fn on_postgres() -> Option<Self> {
        let fresh = Fresh::database().await?;
        let db = Db::connect_postgres(fresh.url()).await.expect("the test server answers");
        Some(Self::around(db, None, Some(fresh)))
    }

    fn around(db: Db, directory: Option<TempDir>, fresh: Option<Fresh>) -> Self {
        let documents = tempfile::tempdir().expect("a scratch directory");
        let files = Files::in_folder(documents.path()).expect("a folder for documents");
        Self { db, clock: Clock::fixed(START), entropy: Entropy::seeded(7), files, documents, directory, fresh }
    }

    /// What the fixed clock says.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The address of the `PostgreSQL` database, None on `SQLite`.
    pub fn postgres_url(&self) -> Option<&str> {
        self.fresh.as_ref().map(Fresh::url)
    }

    /// Where an `SQLite` database lies; None on `PostgreSQL`.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_ref().map(TempDir::path)
    }

    /// Sets up the unrestricted fund `general` in US dollars, on Portland's time.
    pub async fn general_fund(&self) -> FundId {
        self.fund("general", None).await
    }

    /// Sets up a fund in US dollars, on Portland's time.
    pub async fn fund(&self, slug: &str, restriction: Option<&str>) -> FundId {
        let mut new = NewFund::parse(slug, slug, "usd", "America/Los_Angeles").expect("a plain fund parses");
        new.restriction = restriction.map(str::to_owned);
        let now = self.now();
        let id: Result<FundId, SetUpError> = transact!(self.db, tx => funds::set_up(tx, &new, &self.entropy, now).await);
        id.expect("a fund is set up")
    }

    /// The way to no mail server: mails wait.
    pub fn post() -> Post {
        Post::new(None, "noreply@fund.example.org", Arc::new(Keyring::from_master(&[7; 32]))).expect("no server needs no encryption")
    }

    /// Takes somebody on to the staff.
    pub async fn person(&self, roles: &[Role]) -> PersonId {
        let name = self.entropy.gift_number();
        let roles = Roles::new(roles.iter().copied());
        let new = NewPerson { email: format!("{name}@example.org"), name, language: Language::English, roles };
        let (keys, now) = (Keyring::from_master(&[7; 32]), self.now());
        let id: sqlx::Result<PersonId> = transact!(self.db, tx => people::add(tx, &new, &keys, &self.entropy, now).await);
        id.expect("somebody is taken on")
    }

    /// Closes the database and lets go of it.
    pub async fn close(self) {
        self.db.close().await;
        if let Some(fresh) = self.fresh {
            fresh.drop_database().await;
        }
    }
}

/// A runtime like the program's own.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime starts").block_on(work)
}

/// Says aloud that a test did not run, and why: a silent skip looks like a pass.
pub fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}

/// The value of one of the test command's own variables.
#[expect(clippy::disallowed_methods, reason = "tests/run tells the tests through the environment; the program itself never reads these")]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// How often something is tried: `usual` in the test command, `long` in its soak (`tests/run --soak`).
pub fn soak(usual: usize, long: usize) -> usize {
    if setting("STRIKEFUND_TEST_SOAK").is_some() { long } else { usual }
}

/// A path inside the repository.
pub fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Declares one test body that runs on `SQLite` and on `PostgreSQL`, each time with a new database.
///
/// `on_both_databases! { async fn a_claim(books: &Books) { … } }` makes the tests `a_claim::on_sqlite` and `a_claim::on_postgres`.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($books:ident: &Books) $body:block)+) => { $(
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "a body may need nothing of its surroundings")]
            use super::*;

            $(#[$meta])*
            async fn body($books: &$crate::support::Books) $body

            #[test]
            fn on_sqlite() {
                $crate::support::block_on(async {
                    let books = $crate::support::Books::on_sqlite().await;
                    body(&books).await;
                    books.close().await;
                });
            }

            #[test]
            fn on_postgres() {
                $crate::support::block_on(async {
                    let Some(books) = $crate::support::Books::on_postgres().await else { return };
                    body(&books).await;
                    books.close().await;
                });
            }
        }
    )+ };
}
pub(crate) use on_both_databases;
