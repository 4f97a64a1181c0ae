//! What commands do about donors: their keys beside a backup, and another master key. Not here: how keys are kept (`donations`).

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use strikefund::clock::Clock;
use strikefund::config::{self, Config};
use strikefund::db::Db;
use strikefund::donations::donor_keys;
use strikefund::ids::Entropy;
use strikefund::jobs::key_copies;

/// Change the master key, or begin another in the place of one that is lost
#[derive(Args, Debug)]
#[command(long_about = "\
Adds a new master key to the file, below those that are there. From then on all is sealed with the
new one, and each donor's own key is wrapped anew with it; what else was sealed before is opened with
the older lines, so keep the whole file. Stop the site before, and copy the file to every node after.")]
#[command(after_help = "\
Examples:
  strikefund change-master-key
  strikefund change-master-key --lost
      The file is gone and no copy of it is left. Nobody can ever read who gave: every donor is
      erased, gifts and books stay. Staff, Stripe keys and mail are set up anew (see the README).")]
pub struct ChangeMasterKey {
    /// The file is gone for good: begin with a new one, and erase what nobody can open any more
    #[arg(long)]
    pub lost: bool,
}

/// Writes the copy of donors' keys beside a backup.
///
/// # Errors
/// When it cannot be written.
pub async fn copy_beside(db: &Db, backup: &Path) -> anyhow::Result<()> {
    let folder = backup.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    key_copies::keep(db, folder).await.context("The books are copied, donors’ keys are not")?;
    println!("Donors’ keys are in {}, the only copy that counts: keep the newest, and no other.", key_copies::beside(backup).display());
    Ok(())
}

/// Erases again whoever was erased since the backup, and gives the others their keys back.
///
/// # Errors
/// When the copy is damaged.
pub async fn put_back(db: &Db, backup: &Path, named: Option<&PathBuf>) -> anyhow::Result<()> {
    let file = named.cloned().unwrap_or_else(|| key_copies::beside(backup));
    match key_copies::put_back(db, &file).await? {
        Some(done) => println!("Of donors, {} were erased again and {} have their keys back.", done.erased, done.keys),
        None => println!(
            "No copy of donors’ keys lay at {}: gifts and books are whole, who gave cannot be read. \
             Where a copy is found, restore again and name it with --donor-keys.",
            file.display()
        ),
    }
    Ok(())
}

/// Changes the master key.
///
/// # Errors
/// When the file or the database cannot be written.
pub async fn change_master_key(config: &Config, db: &Db, asked: &ChangeMasterKey) -> anyhow::Result<()> {
    let (path, entropy) = (&config.master_key_file, Entropy::system());
    if asked.lost {
        anyhow::ensure!(
            !path.exists(),
            "{} is there: only a key that is gone can be lost. Move the file away if it is not yours.",
            path.display()
        );
        let keys = config::keyring(path, &entropy, true)?;
        let erased = donor_keys::erase_all(db, &keys, Clock::system().now()).await?;
        println!("A new master key is in {}. {erased} donors were erased, for nobody can read them any more.", path.display());
        return Ok(());
    }
    let keys = config::add_key(path, &entropy)?;
    let wrapped = donor_keys::wrap_anew(db, &keys, &entropy).await?;
    println!("{} holds {} keys now; the last one seals. {wrapped} donors’ keys were wrapped with it.", path.display(), keys.version());
    println!("Copy the file to every node and to where you keep its copy, then make a backup.");
    Ok(())
}
