//! What was published, written out as a folder, and checked as a stranger would; proofs for donors; signing keys. Not here: what a check is
//! (`publication::check`).

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::funds::{self, Fund};
use strikefund::ids::Entropy;
use strikefund::publication::check::{self, Scope, Unchecked};
use strikefund::publication::log::note::{self, VerifyingKey};
use strikefund::publication::receipt::Receipt;
use strikefund::publication::source::Source;
use strikefund::publication::{self, Piece, Press, Proof, Tree};
use strikefund::seal::Keyring;
use strikefund::web::ASSETS;
use strikefund::{donations, transact};

/// Check what a fund published, as a stranger would: no server, no database, no trust
#[derive(Args, Debug)]
#[command(long_about = "\
Reads what a fund published, from a folder (`strikefund export --site` writes one; so does any
mirror) or from its address, rebuilds the fund's log, holds its head against the signature and,
with --since, against a checkpoint that was kept, then works out every published file anew from
the records alone and compares it byte for byte. An old key is followed to the newest, as long as
each handed over to the next. Exit code 1 names the first thing wrong.")]
#[command(after_help = "\
Examples:
  strikefund verify-public site/f/general --key 'fund.example/f/general+1a2b3c4d+AQ…'
  strikefund verify-public https://fund.example/f/general --key @key.txt --since kept/checkpoint
  strikefund verify-public site/f/general --key @key.txt --figures
      The log, and every figure, report and page of each publication.")]
pub struct VerifyPublic {
    /// The folder that holds what stands under the fund's address, or that address
    #[arg(value_name = "DIR|URL")]
    pub from: String,
    /// The fund's key, as its page of reports shows it; @FILE reads it from a file
    #[arg(long)]
    pub key: String,
    /// A checkpoint that was kept: the log must continue it
    #[arg(long, value_name = "CHECKPOINT")]
    pub since: Option<PathBuf>,
    /// Leave out the page of each single spending and the books for other programs, which say nothing that the records do not: much quicker
    #[arg(long)]
    pub figures: bool,
}

/// Check a donor's proof: is this very gift inside the published total?
#[derive(Args, Debug)]
#[command(long_about = "\
Reads a proof as a donor is given it, and checks without any server that the gift is inside the
total of its batch, the batch and the publication in the log, and the log's head signed with the
fund's key. Exit code 1 names the first thing wrong.")]
#[command(after_help = "\
Examples:
  strikefund verify-receipt proof.txt --key 'fund.example/f/general+1a2b3c4d+AQ…'
  strikefund verify-receipt proof.txt --key @key.txt")]
pub struct VerifyReceipt {
    /// The proof, from BEGIN to END
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The fund's key, from a print or a page you trust; @FILE reads it from a file. Left out: the proof's own, which proves less
    #[arg(long)]
    pub key: Option<String>,
}

/// Write the proof for a donor that their gift is inside the published total
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  strikefund proof 3F7KQ2 > proof.txt
      Hand it to the donor of that gift, and to nobody else.")]
pub struct Prove {
    /// The gift's number
    #[arg(value_name = "NUMBER")]
    pub gift: String,
}

/// Give a fund a new key to sign what it publishes
#[derive(Args, Debug)]
#[command(long_about = "\
Makes a new key. The next publication is signed with it and says, signed with the old key, that
the old key hands over: whoever knows the old one is led to the new one. The old key stays sealed
in the database, so that what it signed can be told apart; it signs nothing more.")]
#[command(after_help = "\
Examples:
  strikefund rotate-key general")]
pub struct RotateKey {
    /// The fund's place in addresses
    #[arg(value_name = "SLUG")]
    pub fund: String,
}

/// Hold a kept head, such as one that came by mail, against the log of this site
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  strikefund check-head general mail.txt
      The file may be the whole mail; the head in it is found.")]
pub struct CheckHead {
    /// The fund's place in addresses
    #[arg(value_name = "SLUG")]
    pub fund: String,
    /// A file that holds a signed head
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Everything published of every fund that is public, and what its pages ask for, as a folder.
pub async fn write(db: &Db, folder: &Path) -> anyhow::Result<()> {
    let tx = &mut db.begin_read().await?;
    for (name, body) in *ASSETS {
        put(&folder.join(name), body.as_bytes(), false)?;
    }
    for fund in funds::list(tx).await?.into_iter().filter(|fund| fund.state.allows(funds::Act::Publish)) {
        let under = folder.join("f").join(&fund.slug);
        let mut tree = Tree::of(tx, &fund).await?;
        let (mut files, mut last, mut copies) = (0, String::new(), HashSet::new());
        while let Some(pieces) = tree.next(tx).await? {
            for Piece { path, body } in pieces {
                let goes_on = path == last;
                put(&under.join(&path), &body, goes_on)?;
                files += u64::from(!goes_on);
                if COPIES.iter().any(|folder| path.starts_with(folder)) {
                    copies.insert(under.join(&path));
                }
                last = path;
            }
        }
        COPIES.iter().try_for_each(|folder| remove_taken_down(&under.join(folder), &copies))?;
        println!("{}: {files} files under {}", fund.slug, under.display());
    }
    Ok(())
}

/// Where copies lie that may be taken down.
const COPIES: [&str; 2] = [publication::RECEIPTS, publication::LETTERS];

/// Removes copies that an earlier export wrote into the same folder and that were taken down since; those in `stand` stay.
fn remove_taken_down(folder: &Path, stand: &HashSet<PathBuf>) -> anyhow::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !stand.contains(&entry.path()) {
            std::fs::remove_file(entry.path()).with_context(|| format!("{} could not be removed", entry.path().display()))?;
        }
    }
    Ok(())
}

/// Writes a file, or goes on with it.
fn put(place: &Path, body: &[u8], goes_on: bool) -> anyhow::Result<()> {
    let unwritten = || format!("{} could not be written", place.display());
    std::fs::create_dir_all(place.parent().unwrap_or(place)).with_context(unwritten)?;
    let mut file = OpenOptions::new().write(true).create(true).append(goes_on).truncate(!goes_on).open(place).with_context(unwritten)?;
    file.write_all(body).with_context(unwritten)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))
}

/// A key as it was typed, or out of the file that was named.
fn key(typed: &str) -> anyhow::Result<VerifyingKey> {
    let text = match typed.strip_prefix('@') {
        Some(path) => read(Path::new(path))?,
        None => typed.to_owned(),
    };
    text.parse().map_err(|error| anyhow::anyhow!("--key: {error}"))
}

/// Checks published files with nothing but a key.
pub async fn check(asked: &VerifyPublic) -> anyhow::Result<()> {
    let source = Source::named(&asked.from).with_context(|| format!("{} cannot be read from", asked.from))?;
    let since = asked.since.as_deref().map(read).transpose()?;
    let scope = if asked.figures { Scope::Figures } else { Scope::All };
    let checked = check::check(&source, &key(&asked.key)?, since.as_deref(), scope).await?;
    let (records, publications, files) = (checked.head.size, checked.publications, checked.files);
    println!(
        "{}: {publications} publications, {records} records, {files} files. The head is signed, and every file is what the records say.",
        checked.head.origin
    );
    if checked.held > 0 {
        println!(
            "{} files more were written by another version of strikefund: they are what the log commits to, and were not worked out anew.",
            checked.held
        );
    }
    if checked.unchecked == Some(Unchecked::Unasked) {
        println!("The pages of single spendings and the books for other programs were not asked for, and not checked.");
    }
    if let Some(Unchecked::Format(format)) = checked.unchecked {
        anyhow::bail!(
            "The pages of single spendings and the books for other programs were written in format {format}, which this version does not \
             write: they were not checked. Check them with the version that wrote them, or ask for a tree that this one writes"
        );
    }
    Ok(())
}

/// Checks a donor's proof with nothing but a key.
pub fn check_receipt(asked: &VerifyReceipt) -> anyhow::Result<()> {
    let receipt = Receipt::read(&read(&asked.file)?)?;
    let known = asked.key.as_deref().map(key).transpose()?;
    if known.is_none() {
        eprintln!("No --key was given, so the proof's own is taken: compare it with the fund's printed one. {}", receipt.key);
    }
    let key = known.map_or_else(|| receipt.key.parse().map_err(|error| anyhow::anyhow!("the proof's key: {error}")), Ok)?;
    let proven = receipt.check(&[key])?;
    let practice = if proven.publication.practice { " Practice: no real money." } else { "" };
    println!(
        "Yes. Gift {} of {} is inside publication {} of {}, one of {} gifts.{practice}",
        proven.gift,
        proven.amount.for_people(),
        proven.publication.number,
        proven.head.origin,
        proven.batch.gifts
    );
    Ok(())
}

/// Writes the proof of a gift to standard output.
pub async fn prove(db: &Db, keys: &Keyring, asked: &Prove) -> anyhow::Result<()> {
    let tx = &mut db.begin_read().await?;
    let gift = donations::listing::find_by_number(tx, &asked.gift).await?.with_context(|| format!("There is no gift {}", asked.gift))?;
    match publication::proof(tx, keys, gift.id).await? {
        Proof::Ready(text, _) => print!("{text}"),
        Proof::NotYet => anyhow::bail!("No publication commits to this gift yet: its proof is ready after the next"),
        Proof::Gone => anyhow::bail!("What opens this gift was destroyed, or sealed with another master key"),
    }
    Ok(())
}

async fn fund(db: &Db, slug: &str) -> anyhow::Result<Fund> {
    funds::find_by_slug(&mut db.begin_read().await?, slug).await?.with_context(|| format!("There is no fund {slug}"))
}

/// Gives a fund a new signing key. `site` is the site's address.
pub async fn rotate_key(db: &Db, keys: &Keyring, site: &str, asked: &RotateKey) -> anyhow::Result<()> {
    let (entropy, fund, now) = (Entropy::system(), fund(db, &asked.fund).await?, Clock::system().now());
    let press = Press { practice: false, site, keys, entropy: &entropy, anchors: None };
    let key: sqlx::Result<VerifyingKey> = transact!(db, tx => publication::rotate_key(tx, &press, &fund, now).await);
    let key = key?;
    println!("From the next publication on, {} is signed with\n  {key}\n  fingerprint {}", fund.slug, key.fingerprint());
    println!("Print it anew wherever the old one hangs.");
    Ok(())
}

/// Holds a kept head against the log.
pub async fn check_head(db: &Db, asked: &CheckHead) -> anyhow::Result<()> {
    let fund = fund(db, &asked.fund).await?;
    let text = note::find(&read(&asked.file)?).with_context(|| format!("{} holds no signed head", asked.file.display()))?;
    let tx = &mut db.begin_read().await?;
    let publication = publication::opened(tx, &fund, &text).await?;
    println!("Yes: the log of {} continues this head, which publication {publication} signed.", fund.slug);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_was_taken_down_goes_from_an_older_export_too() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["stands.jpg", "gone.jpg"] {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        remove_taken_down(folder.path(), &HashSet::from([folder.path().join("stands.jpg")])).unwrap();
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["stands.jpg"]);
        remove_taken_down(&folder.path().join("none"), &HashSet::new()).unwrap();
    }
}
