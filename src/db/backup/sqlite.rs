//! Backup and restore of the embedded database.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};

use super::{Backup, NEVER_COPIED, beside, checksum, folder_of, sync_folder};
use crate::clock::Instant;
use crate::config::make_private_folder;
use crate::db::{Db, MIGRATIONS, SQLITE_NAME as NAME, SqliteFile};

/// What stands beside a database that is open, or was when its program was killed.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the books lie now.
    pub file: PathBuf,
    /// Where the books that were there lie now.
    pub aside: Option<PathBuf>,
    /// Whether a SHA-256 stood beside the backup and agreed.
    pub checksum_agreed: bool,
}

/// A file being written under another name; it goes when it is not kept.
struct Draft {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Draft {
    /// Takes the draft's name, over what a killed run left behind, but never from a run that lives.
    fn claim(path: PathBuf) -> anyhow::Result<Self> {
        let said = || format!("{} cannot be written", path.display());
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).with_context(said)?;
        ensure!(file.try_lock().is_ok(), "Another backup to this place is under way.");
        file.set_len(0).with_context(said)?;
        file.set_permissions(fs::Permissions::from_mode(0o600)).with_context(said)?;
        Ok(Self { path, file, kept: false })
    }

    fn keep(mut self, name: &Path) -> io::Result<()> {
        fs::rename(&self.path, name)?;
        self.kept = true;
        sync_folder(folder_of(name))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // It is of no use to anyone; if it stays, the next run takes it over.
            let _ = fs::remove_file(&self.path);
        }
    }
}

pub(super) async fn back_up(read: &SqlitePool, file: &Path, verify: impl AsyncFn(&Db) -> anyhow::Result<()>) -> anyhow::Result<Backup> {
    let draft = Draft::claim(beside(file, ".part"))?;
    vacuum_into(read, &draft.path).await.context("The copy could not be written")?;
    leave_out_keys(&draft.path).await.context("The copy could not be finished")?;
    draft.file.sync_all()?;
    let copy = check_structure(&draft.path).await?;
    let verified = if copy.applied().await? == MIGRATIONS.len() { verify(&copy).await } else { Ok(()) };
    copy.close().await;
    verified.context("The copy was made, and its content is wrong, so the books themselves are: run `strikefund verify`")?;

    let (sha256, bytes) = (checksum::of(&draft.path)?, draft.file.metadata()?.len());
    ensure!(!file.exists(), "{} came to be meanwhile, and a backup never overwrites anything.", file.display());
    checksum::note(file, &sha256)?;
    draft.keep(file)?;
    Ok(Backup { file: file.to_owned(), bytes, sha256 })
}

/// Copies one consistent view, from a reader's connection: the writer goes on meanwhile.
async fn vacuum_into(read: &SqlitePool, path: &Path) -> anyhow::Result<()> {
    let path = path.to_str().context("SQLite takes only names in UTF-8")?;
    // Readers may write nothing, not even another file; so this one leaves the pool, and is closed after.
    let mut connection = read.acquire().await?.detach();
    sqlx::query("PRAGMA query_only = OFF").execute(&mut connection).await?;
    let copied = sqlx::query("VACUUM INTO $1").bind(path).execute(&mut connection).await;
    connection.close().await?;
    copied?;
    Ok(())
}

/// Takes out of a copy what no backup holds, and the bytes of it.
async fn leave_out_keys(path: &Path) -> anyhow::Result<()> {
    // No journal: a copy that is cut off has no name yet, and nothing of the keys may lie beside it.
    let options = SqliteConnectOptions::new().filename(path).journal_mode(SqliteJournalMode::Off).pragma("secure_delete", "ON");
    let mut copy = sqlx::SqliteConnection::connect_with(&options).await?;
    let there: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = $1")
        .bind(NEVER_COPIED)
        .fetch_one(&mut copy)
        .await?;
    if there > 0 {
        sqlx::query("DELETE FROM donor_key").execute(&mut copy).await?;
    }
    Ok(copy.close().await?)
}

/// Opens a copy that nobody else has, for reading only, and checks that it is a whole database.
async fn check_structure(path: &Path) -> anyhow::Result<Db> {
    let damaged = || format!("{} is damaged, or no copy of these books", path.display());
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true).foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(2).connect_with(options).await.with_context(damaged)?;
    let integrity: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&pool).await.with_context(damaged)?;
    if integrity != ["ok"] {
        bail!("{} is damaged: {}", path.display(), integrity.first().map_or("it says nothing of itself", String::as_str));
    }
    let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&pool).await.with_context(damaged)?;
    ensure!(orphans.is_empty(), "{} is damaged: {} rows name rows that are not there", path.display(), orphans.len());
    let copy = Db::Sqlite { read: pool.clone(), write: pool, file: SqliteFile(path.to_owned()) };
    ensure!(copy.applied().await? > 0, "{} holds no books of strikefund", path.display());
    Ok(copy)
}

/// Puts a backup in the place of the books under `data`, after checking it there; `verify` judges its content.
///
/// Books that are there are left alone, or with `replace` moved to a folder beside, named after `now`.
///
/// # Errors
/// In one plain sentence; until everything has been checked, nothing that was there is touched.
pub async fn restore_sqlite(
    backup: &Path,
    data: &Path,
    replace: bool,
    now: Instant,
    verify: impl AsyncFn(&Db) -> anyhow::Result<()>,
) -> anyhow::Result<Restored> {
    let place = data.join(NAME);
    ensure!(
        replace || !place.exists(),
        "There are books in {} already. Stop the site and add --replace to move them aside.",
        data.display()
    );
    let staging = data.join(".restoring");
    let staged = stage(backup, &staging).with_context(|| format!("{} could not be copied to {}", backup.display(), staging.display()))?;
    let outcome = async {
        let checksum_agreed = checksum::check(backup, &staged)?;
        check_structure(&staged).await?.close().await;
        check_content(&staging, verify).await?;
        let aside = if place.exists() { Some(move_aside(&place, data, now).await?) } else { None };
        put_in_place(&staged, &place)?;
        Ok(Restored { file: place.clone(), aside, checksum_agreed })
    }
    .await;
    // Whatever is left in there is a copy of the backup.
    let _ = fs::remove_dir_all(&staging);
    outcome
}

fn stage(backup: &Path, staging: &Path) -> io::Result<PathBuf> {
    // What a killed restore left.
    if staging.exists() {
        fs::remove_dir_all(staging)?;
    }
    make_private_folder(staging)?;
    let staged = staging.join(NAME);
    fs::copy(backup, &staged)?;
    fs::set_permissions(&staged, fs::Permissions::from_mode(0o600))?;
    File::open(&staged)?.sync_all()?;
    Ok(staged)
}

/// Opens the staged books as `serve` would, brings them to this program's schema, and judges every sum in them.
async fn check_content(staging: &Path, verify: impl AsyncFn(&Db) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let db = Db::open_sqlite(staging).await?;
    let judged = async {
        db.migrate().await?;
        verify(&db).await.context("What the backup holds is wrong")
    }
    .await;
    db.close().await;
    judged
}

async fn move_aside(place: &Path, data: &Path, now: Instant) -> anyhow::Result<PathBuf> {
    ensure_unused(place).await?;
    let aside = data.join(format!("replaced-{}", now.rfc3339().replace(':', "-")));
    ensure!(!aside.exists(), "{} is there already: try again in a second.", aside.display());
    make_private_folder(&aside)?;
    // The database last: if the machine stops here, what is still in place is whole.
    for name in COMPANIONS.into_iter().chain([""]).map(|ending| format!("{NAME}{ending}")) {
        match fs::rename(data.join(&name), aside.join(&name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error).context("The books that are there cannot be moved"),
            _ => (),
        }
    }
    sync_folder(&aside)?;
    sync_folder(data)?;
    Ok(aside)
}

/// Leaving write-ahead mode takes a database that nobody else has open, and folds its log into it on the way.
async fn ensure_unused(place: &Path) -> anyhow::Result<()> {
    let options = SqliteConnectOptions::new().filename(place).journal_mode(SqliteJournalMode::Delete).busy_timeout(Duration::ZERO);
    match sqlx::SqliteConnection::connect_with(&options).await {
        Ok(connection) => connection.close().await.map_err(Into::into),
        Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| matches!(&*code, "5" | "6")) => {
            bail!("The books in {} are in use: stop the site before you restore.", folder_of(place).display())
        }
        // Books too damaged to be opened are the very reason to restore.
        Err(_) => Ok(()),
    }
}

fn put_in_place(staged: &Path, place: &Path) -> anyhow::Result<()> {
    File::open(staged)?.sync_all()?;
    // A write-ahead log of other books would be replayed over these.
    for stale in COMPANIONS.map(|ending| beside(place, ending)) {
        match fs::remove_file(&stale) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} is of other books and cannot be removed", stale.display()));
            }
            _ => (),
        }
    }
    fs::rename(staged, place).with_context(|| format!("{} could not be put in place", place.display()))?;
    sync_folder(folder_of(place))?;
    Ok(())
}
