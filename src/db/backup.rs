//! Copies of the books: made while the site runs, checked before they bear a name; put back only after checking. The master key is never in one.

mod checksum;
pub mod notes;
mod postgres;
mod sqlite;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::Db;

pub use postgres::restore_postgres;
pub use sqlite::{Restored, restore_sqlite};

/// A backup that was checked and has its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Where it lies.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Of its bytes, in lower-case hex; it also stands in a file beside it.
    pub sha256: String,
}

/// Copies the books of `db` to `file`, which must not be there, and checks the copy; `verify` judges its content.
///
/// `verify` is given the copy, which can only be read.
///
/// # Errors
/// In one plain sentence; nothing bears the name `file` then.
pub async fn back_up(
    db: &Db,
    database_url: Option<&str>,
    file: &Path,
    verify: impl AsyncFn(&Db) -> anyhow::Result<()>,
) -> anyhow::Result<Backup> {
    anyhow::ensure!(!file.exists(), "{} is there already, and a backup never overwrites anything: choose another name.", file.display());
    match (db, database_url) {
        (Db::Sqlite { read, .. }, _) => sqlite::back_up(read, file, verify).await,
        (Db::Postgres(_), Some(url)) => {
            verify(db).await?;
            postgres::back_up(url, file).await
        }
        (Db::Postgres(_), None) => anyhow::bail!("The address of the PostgreSQL database is needed to run pg_dump on it."),
    }
}

/// What no backup holds: a donor whose key is destroyed must not come back with an old copy (safety rule PR2).
const NEVER_COPIED: &str = "donor_key";

/// Where the SHA-256 of a backup stands.
pub fn checksum_beside(file: &Path) -> PathBuf {
    beside(file, ".sha256")
}

/// The folder a file lies in.
fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the names in a folder as durable as what they name.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// `file` with `ending` behind its whole name.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
