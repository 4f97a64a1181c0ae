//! The newest signed head of each fund's log, kept in files outside the database (safety rules TE3, TE4): a log that was restored from an old backup,
//! or rewritten, does not fit it, and nothing is published on top. Not here: who is told (`jobs`).

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::log::note::{self, Head};
use super::log::tree::Run;
use super::{PublishError, heads, proof, store};
use crate::db::Tx;
use crate::funds::Fund;

/// The folder of heads, in the data folder, beside the master key.
pub const FOLDER: &str = "heads";

/// Where heads are kept.
#[derive(Clone, Debug)]
pub struct Anchors(PathBuf);

/// How a log does not fit a head that was kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Behind {
    /// It is shorter.
    #[error(
        "the log has {now} records, and the head that was kept says it had {kept}; restore a newer backup, for what was published stays published"
    )]
    Shorter {
        /// How many records the database has.
        now: u64,
        /// How many the log had.
        kept: u64,
    },
    /// It is another.
    #[error("the first {0} records are not those whose head was kept; restore a sound backup, for what was published is never rewritten")]
    Another(u64),
}

/// Whether a fund's log, as the database has it, continues a head that somebody kept.
///
/// # Errors
/// When the database is gone, or the log does not fit its own heads.
pub async fn continues(tx: &mut Tx, fund: &Fund, kept: &Head) -> Result<Result<(), Behind>, PublishError> {
    let now = heads::newest(tx, fund.id).await?.size();
    if now < kept.size {
        return Ok(Err(Behind::Shorter { now, kept: kept.size }));
    }
    let is_same = kept.size == 0 || proof::hash_of(tx, fund.id, Run { start: 0, end: kept.size }).await? == kept.root;
    Ok(if is_same { Ok(()) } else { Err(Behind::Another(kept.size)) })
}

impl Anchors {
    /// Those of a data folder.
    pub fn in_data(data: &Path) -> Self {
        Self(data.join(FOLDER))
    }

    fn place(&self, fund: &Fund) -> PathBuf {
        self.0.join(format!("{}.checkpoint", fund.slug))
    }

    /// The head that was kept of a fund's log; None before the first.
    ///
    /// # Errors
    /// When the file cannot be read, or is none.
    pub fn kept(&self, fund: &Fund) -> io::Result<Option<Head>> {
        match std::fs::read_to_string(self.place(fund)) {
            Ok(text) => note::unsigned(&text).map(Some).map_err(io::Error::other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the fund's log continues the head that was kept.
    ///
    /// # Errors
    /// [`PublishError::Behind`] where it does not; others where that cannot be told.
    pub async fn check(&self, tx: &mut Tx, fund: &Fund) -> Result<(), PublishError> {
        let kept = self.kept(fund).map_err(|error| PublishError::Anchor(fund.slug.clone(), error))?;
        let Some(kept) = kept else { return Ok(()) };
        continues(tx, fund, &kept).await?.map_err(|behind| PublishError::Behind(fund.slug.clone(), behind))
    }

    /// Keeps the fund's newest head: beside the old one first, so that a crash leaves one of the two.
    ///
    /// # Errors
    /// When the database is gone or the disk does not take it; then the older head is still there.
    pub async fn keep(&self, tx: &mut Tx, fund: &Fund) -> Result<(), PublishError> {
        let path = format!("{}/checkpoint", heads::PLACE);
        let Some(file) = store::file(tx, &fund.slug, None, &path).await? else { return Ok(()) };
        self.write(fund, &file.body).map_err(|error| PublishError::Anchor(fund.slug.clone(), error))
    }

    fn write(&self, fund: &Fund, checkpoint: &[u8]) -> io::Result<()> {
        std::fs::create_dir_all(&self.0)?;
        let (place, new) = (self.place(fund), self.0.join(format!("{}.new", fund.slug)));
        let mut file = std::fs::File::create(&new)?;
        file.write_all(checkpoint)?;
        file.sync_all()?;
        std::fs::rename(&new, &place)?;
        std::fs::File::open(&self.0)?.sync_all()
    }
}
