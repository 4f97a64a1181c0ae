//! The file with the copy of donors' wrapped keys: beside the backups, one of it, the newest. Not here: what stands in it (`donations`).

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::db::Db;
use crate::donations::donor_keys::{self, PutBack};

/// Its name in the folder of the backups.
const NAME: &str = "donor-keys.jsonl";

/// Where it lies beside a backup.
pub fn beside(backup: &Path) -> PathBuf {
    backup.with_file_name(NAME)
}

/// Writes the copy into `folder`, in the place of the one that was there: what an older one held, nobody may find again.
///
/// # Errors
/// When it cannot be written; the one that was there stays then.
pub async fn keep(db: &Db, folder: &Path) -> anyhow::Result<()> {
    let (draft, file) = (folder.join(format!("{NAME}.part")), folder.join(NAME));
    let said = || format!("{} cannot be written", file.display());
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).with_context(said),
        _ => {}
    }
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).with_context(said)?;
    let mut out = BufWriter::new(made);
    donor_keys::copy_out(&mut db.begin_read().await?, |line| Ok(out.write_all(line.as_bytes())?)).await.with_context(said)?;
    out.into_inner().map_err(std::io::IntoInnerError::into_error).and_then(|file| file.sync_all()).with_context(said)?;
    fs::rename(&draft, &file).with_context(said)?;
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(said)
}

/// Puts the copy back into books that came from a backup. None: there is no such file.
///
/// # Errors
/// When the file is damaged, or the database is gone; nothing was written then.
pub async fn put_back(db: &Db, file: &Path) -> anyhow::Result<Option<PutBack>> {
    let copy = match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.with_context(|| format!("{} cannot be read", file.display()))?,
    };
    let done = donor_keys::put_back(db, &copy).await;
    done.map(Some).with_context(|| format!("{} was not put back", file.display()))
}
