//! Documents in a backup: each that a row names, in a folder beside the copy of the database, held against its SHA-256. Not here: the
//! database's own copy (`db::backup`), which is made first, so that rows never name documents that are missing (safety rule BK2).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use super::{Document, Files, open, store};
use crate::config::make_private_folder;
use crate::db::Db;
use crate::ids::{DocumentId, sha256_hex};

/// How many rows are read at once.
const PIECE: i64 = 200;

/// The folder of documents that belongs to a backup.
pub fn folder_beside(backup: &Path) -> PathBuf {
    let mut name = backup.as_os_str().to_owned();
    name.push(".documents");
    name.into()
}

/// Copies every document of `db` into the folder beside `backup`, and gives how many there are. Without documents no folder is made.
///
/// # Errors
/// In one plain sentence; the folder does not bear its name then.
pub async fn copy_out(files: &Files, db: &Db, backup: &Path) -> anyhow::Result<usize> {
    let folder = folder_beside(backup);
    ensure!(!folder.exists(), "{} is there already, and a backup never overwrites anything: choose another name.", folder.display());
    let draft = folder.with_extension("documents.part");
    // What a killed run left behind holds nothing that cannot be copied again.
    if draft.exists() {
        fs::remove_dir_all(&draft).with_context(|| format!("{} cannot be removed", draft.display()))?;
    }
    let (mut last, mut count) = (DocumentId(0), 0);
    loop {
        let piece = store::after(&mut db.begin_read().await?, last, PIECE).await?;
        let Some(newest) = piece.last() else { break };
        last = newest.id;
        make_private_folder(&draft).with_context(|| format!("{} cannot be made", draft.display()))?;
        for document in &piece {
            let bytes = open(files, document).await.with_context(|| format!("Document {} cannot be copied", document.reference))?;
            let place = draft.join(&document.reference);
            write(&place, &bytes).with_context(|| format!("{} cannot be written", place.display()))?;
            count += 1;
        }
    }
    if count > 0 {
        File::open(&draft)?.sync_all()?;
        fs::rename(&draft, &folder)?;
        File::open(folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(count)
}

fn write(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(place)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Holds the folder beside `backup` against the rows of `db`: every document must be there, with its SHA-256.
///
/// # Errors
/// In one plain sentence that names the first that is missing or damaged.
pub async fn check(db: &Db, backup: &Path) -> anyhow::Result<()> {
    each(db, backup, async |_, _| Ok(())).await.map(drop)
}

/// Puts the documents beside `backup` into the storage, those that are not there already, and gives how many the rows of `db` name.
///
/// # Errors
/// As [`check`]; what was put in before stays.
pub async fn copy_in(files: &Files, db: &Db, backup: &Path) -> anyhow::Result<usize> {
    each(db, backup, async |document, bytes| match files.get(&document.reference).await {
        Ok(held) if sha256_hex(&held) == document.sha256 => Ok(()),
        Ok(_) => anyhow::bail!("Another file bears the name of document {} in the storage already.", document.reference),
        Err(object_store::Error::NotFound { .. }) => Ok(files.put(&document.reference, bytes).await?),
        Err(error) => Err(error.into()),
    })
    .await
}

async fn each(db: &Db, backup: &Path, act: impl AsyncFn(&Document, Vec<u8>) -> anyhow::Result<()>) -> anyhow::Result<usize> {
    let folder = folder_beside(backup);
    let (mut last, mut count) = (DocumentId(0), 0);
    loop {
        let piece = store::after(&mut db.begin_read().await?, last, PIECE).await?;
        let Some(newest) = piece.last() else { return Ok(count) };
        last = newest.id;
        for document in &piece {
            let place = folder.join(&document.reference);
            let bytes = fs::read(&place).with_context(|| format!("The backup's document {} cannot be read", place.display()))?;
            ensure!(sha256_hex(&bytes) == document.sha256, "The backup's document {} is damaged.", place.display());
            act(document, bytes).await?;
            count += 1;
        }
    }
}
