//! Backups beside the rest of the work: one a night and whenever somebody asks, each checked whole before it has its name; and how full the disk
//! is. Not here: making a copy (`db::backup`, `files::copies`), the page that asks for one (`web`).

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tracing::{error, info, warn};

use super::key_copies;
use crate::clock::{Clock, Instant};
use crate::config::make_private_folder;
use crate::db::backup::notes::{self, EVERY_SECS};
use crate::db::backup::{self, Backup};
use crate::db::{Db, Tx};
use crate::donations::donor_keys;
use crate::files::{Files, copies};
use crate::payments::alert::{self, AlertKind, Said};
use crate::payments::lease;
use crate::{funds, transact, verify};

/// The lease that lets one node look after backups and the disk.
const LEASE: &str = "backups";
const LEASE_SECS: i64 = 60;
/// How often it is looked whether a backup was asked for or is due.
const TICK: Duration = Duration::from_secs(5);
/// How old it may be before people are told, in seconds.
const OLD_SECS: i64 = 26 * 3600;
/// How many of its own backups are kept; the older ones go once a newer one is there.
const KEPT: i64 = 3;
/// A backup that was begun so long ago ended with its program, in seconds.
const DEAD_SECS: i64 = 12 * 3600;
/// Less free than this share of the disk is told, in percent.
const FREE_PERCENT: u64 = 10;

/// The newest erasure of a donor and how many there are: enough to see that there is another.
pub type Erasure = (Instant, i64);

/// What backups are made from, and where they go.
#[derive(Clone, Debug)]
pub struct Backing {
    /// The books.
    pub db: Db,
    /// What time it is.
    pub clock: Clock,
    /// Documents.
    pub files: Files,
    /// Where backups go.
    pub folder: PathBuf,
    /// Where the disk is looked at: where the books lie.
    pub data: PathBuf,
    /// On `PostgreSQL`: for `pg_dump`.
    pub database_url: Option<SecretString>,
    /// This node's name in the lease.
    pub node: String,
}

impl Backing {
    /// Looks after backups and the disk until `stop` says so. A backup under way is left to itself then: half a copy bears no name.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        // On the embedded database nobody else can be at it: what was begun ended with the program of before.
        let mut dead_secs = if self.database_url.is_none() { 0 } else { DEAD_SECS };
        let (mut held_until, mut told) = (Instant(0), None);
        while !*stop.borrow() {
            tokio::select! {
                looked = self.turn(dead_secs, &mut held_until, &mut told) => if looked { dead_secs = DEAD_SECS },
                _ = stop.changed() => break,
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// False: another node looks after it, or the program of before does not let go of it yet.
    async fn turn(&self, dead_secs: i64, held_until: &mut Instant, told: &mut Option<Erasure>) -> bool {
        let now = self.clock.now();
        // Renewed when half of it has run, for a write is a flush of the disk.
        if now >= held_until.plus_secs(-LEASE_SECS / 2) {
            match lease::take(&self.db, LEASE, &self.node, now, LEASE_SECS).await {
                Ok(true) => *held_until = now.plus_secs(LEASE_SECS),
                Ok(false) => return false,
                Err(error) => {
                    warn!(%error, "the lease of the backups could not be asked for");
                    return false;
                }
            }
        }
        if let Err(error) = self.look(dead_secs).await {
            error!("{error:#}");
        }
        if let Err(error) = self.follow_erasures(told).await {
            error!("{error:#}");
        }
        if let Err(error) = self.look_at_disk(free_percent(&self.data)).await {
            warn!(%error, "how full the disk is could not be noted");
        }
        true
    }

    /// Writes the copy of donors' keys anew where somebody was erased since it was written; `told` is the erasure that it knows of.
    ///
    /// # Errors
    /// When the database is gone, or the copy cannot be written; the next look tries again.
    pub async fn follow_erasures(&self, told: &mut Option<Erasure>) -> anyhow::Result<()> {
        let newest = donor_keys::newest_erasure(&mut self.db.begin_read().await?).await?;
        if newest.is_none() || newest == *told {
            return Ok(());
        }
        make_private_folder(&self.folder).with_context(|| format!("The folder {} cannot be made", self.folder.display()))?;
        key_copies::keep(&self.db, &self.folder).await?;
        *told = newest;
        Ok(())
    }

    /// Makes the backup that was asked for or is due, if there is one. What was begun longer than `dead_secs` ago counts as failed.
    ///
    /// # Errors
    /// When the database is gone, or the backup was not made, which is noted then.
    pub async fn look(&self, dead_secs: i64) -> anyhow::Result<()> {
        let now = self.clock.now();
        let (mut unfinished, due) = {
            let tx = &mut self.db.begin_read().await?;
            (notes::unfinished(tx).await?, next_at(tx).await?.is_some_and(|next| next <= now) && !failed_lately(tx, now).await?)
        };
        if let Some(dead) = unfinished.take_if(|noted| noted.began_at.is_some_and(|at| at.plus_secs(dead_secs) <= now)) {
            let ended: sqlx::Result<()> = transact!(self.db, tx => notes::failed(tx, dead.id, now).await);
            ended?;
        }
        if unfinished.is_none() && due {
            let asked: sqlx::Result<Option<notes::Noted>> = transact!(self.db, tx => async {
                notes::ask(tx, None, now).await?;
                notes::unfinished(tx).await
            }.await);
            unfinished = asked?;
        }
        let Some(waiting) = unfinished.filter(|noted| noted.began_at.is_none()) else { return Ok(self.tell_of_age(now).await?) };
        let begun: sqlx::Result<bool> = transact!(self.db, tx => notes::begin(tx, waiting.id, now).await);
        if !begun? {
            return Ok(());
        }
        let outcome = self.make(now).await;
        let ended = self.clock.now();
        let noted: sqlx::Result<()> = transact!(self.db, tx => match &outcome {
            Ok((made, documents)) => notes::made(tx, waiting.id, made, *documents, ended).await,
            Err(_) => notes::failed(tx, waiting.id, ended).await,
        });
        noted?;
        self.tell_of_age(ended).await?;
        let (made, documents) = outcome.context("The backup was not made")?;
        info!(bytes = made.bytes, documents, "a backup was made and checked");
        self.tidy().await
    }

    async fn make(&self, now: Instant) -> anyhow::Result<(Backup, usize)> {
        make_private_folder(&self.folder).with_context(|| format!("The folder {} cannot be made", self.folder.display()))?;
        let ending = if self.database_url.is_some() { "dump" } else { "sqlite" };
        let file = self.folder.join(format!("books-{}.{ending}", now.rfc3339().replace(':', "")));
        let url = self.database_url.as_ref().map(ExposeSecret::expose_secret);
        let made = backup::back_up(&self.db, url, &file, verify::judge).await?;
        // After the database, so that no row of the copy names a document that is missing.
        let documents = copies::copy_out(&self.files, &self.db, &file).await.context("The books are copied, their documents are not")?;
        key_copies::keep(&self.db, &self.folder).await?;
        Ok((made, documents))
    }

    /// Removes what newer ones stand in the place of.
    async fn tidy(&self) -> anyhow::Result<()> {
        let superseded = notes::superseded(&mut self.db.begin_read().await?, KEPT).await?;
        for noted in superseded {
            let Some(file) = noted.file.as_deref().map(Path::new).filter(|file| file.parent() == Some(&self.folder)) else { continue };
            remove(file).with_context(|| format!("The older backup {} cannot be removed", file.display()))?;
            let now = self.clock.now();
            let gone: sqlx::Result<()> = transact!(self.db, tx => notes::gone(tx, noted.id, now).await);
            gone?;
        }
        // What a killed run left behind is of no use to anyone, and no other run is under way.
        for entry in fs::read_dir(&self.folder)? {
            let left = entry?.path();
            if left.extension().is_some_and(|ending| ending == "part") {
                remove_all(&left).with_context(|| format!("{} cannot be removed", left.display()))?;
            }
        }
        Ok(())
    }

    /// Raises or clears the alert about the age of the newest backup.
    async fn tell_of_age(&self, now: Instant) -> sqlx::Result<()> {
        let due = next_at(&mut self.db.begin_read().await?).await?;
        let old = due.is_some_and(|due| due.plus_secs(OLD_SECS - EVERY_SECS) <= now);
        let said = Said::new("backup-old").with("hours", OLD_SECS / 3600);
        self.tell(AlertKind::BackupOld, old.then_some(said), now).await
    }

    /// Raises or clears the alert about the disk; None: nobody can tell how full it is.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn look_at_disk(&self, free_percent: Option<u64>) -> sqlx::Result<()> {
        let Some(free) = free_percent else { return Ok(()) };
        let low = free < FREE_PERCENT;
        self.tell(AlertKind::DiskLow, low.then(|| Said::new("disk-low").with("percent", free)), self.clock.now()).await
    }

    async fn tell(&self, kind: AlertKind, said: Option<Said>, now: Instant) -> sqlx::Result<()> {
        match said {
            None => alert::clear_alone(&self.db, kind, "", now).await.map(drop),
            // What stands is not written again every few seconds.
            Some(_) if !alert::standing_subjects(&mut self.db.begin_read().await?, kind).await?.is_empty() => Ok(()),
            Some(said) => alert::raise_alone(&self.db, kind, "", &said, now).await.map(drop),
        }
    }
}

/// When the next backup is due: a day after the newest one, or after the first fund was set up; None: there is nothing to back up.
///
/// # Errors
/// When the database is gone.
pub async fn next_at(tx: &mut Tx) -> sqlx::Result<Option<Instant>> {
    let newest = notes::newest(tx).await?.and_then(|noted| noted.ended_at);
    let since = match newest {
        Some(at) => Some(at),
        None => match funds::general(tx).await? {
            Some(fund) => funds::set_up_at(tx, fund.id).await?,
            None => None,
        },
    };
    Ok(since.map(|at| at.plus_secs(EVERY_SECS)))
}

/// Whether one failed within the last hour: it is not tried again at once.
async fn failed_lately(tx: &mut Tx, now: Instant) -> sqlx::Result<bool> {
    let last = notes::list(tx, 1).await?.pop();
    Ok(last.is_some_and(|noted| noted.file.is_none() && noted.ended_at.is_some_and(|at| at.plus_secs(3600) > now)))
}

fn remove_all(path: &Path) -> io::Result<()> {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

fn remove(file: &Path) -> io::Result<()> {
    let unless_gone = |done: io::Result<()>| match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    };
    unless_gone(fs::remove_dir_all(copies::folder_beside(file)))?;
    unless_gone(fs::remove_file(backup::checksum_beside(file)))?;
    unless_gone(fs::remove_file(file))
}

/// How much of the disk that holds `folder` is free for us, in percent.
fn free_percent(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok().filter(|disk| disk.f_blocks > 0)?;
    Some(disk.f_bavail.saturating_mul(100) / disk.f_blocks)
}
