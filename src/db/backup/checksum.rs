//! The SHA-256 that stands beside a backup, in the form `sha256sum --check` reads.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::checksum_beside;

/// The SHA-256 of a file, read piece by piece, in lower-case hex.
pub(super) fn of(file: &Path) -> io::Result<String> {
    let mut file = File::open(file)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(HEXLOWER.encode(&hash.finalize())),
            read => hash.update(&piece[..read]),
        }
    }
}

/// Writes the note beside `file`, durable.
pub(super) fn note(file: &Path, sha256: &str) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let note = checksum_beside(file);
    fs::write(&note, format!("{sha256}  {name}\n"))?;
    File::open(note)?.sync_all()
}

/// Holds what `copy` contains against the note beside `file`; false where there is no note to hold it against.
pub(super) fn check(file: &Path, copy: &Path) -> anyhow::Result<bool> {
    let note = match fs::read_to_string(checksum_beside(file)) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).context("The file with the SHA-256 beside the backup cannot be read"),
    };
    let written = note.split_ascii_whitespace().next().unwrap_or_default();
    let found = of(copy).with_context(|| format!("{} cannot be read", copy.display()))?;
    ensure!(
        found.eq_ignore_ascii_case(written),
        "{} is damaged: its SHA-256 is not the one that was noted when it was made. Use another backup.",
        file.display()
    );
    Ok(true)
}
