//! What was published, written out as a folder, and checked as a stranger would. Not here: what a check is (`publication::check`).

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use strikefund::db::Db;
use strikefund::funds::{self, State};
use strikefund::ids::Entropy;
use strikefund::publication::{Piece, Tree, check};
use strikefund::web::ASSETS;

/// Check what a fund published, as a stranger would: no server, no database, no trust
#[derive(Args, Debug)]
#[command(long_about = "\
Reads a folder of published files (`strikefund export --site` writes one; so does any mirror),
rebuilds the fund's log, holds its head against the signature and, with --since, against a
checkpoint that was kept, then works out every published file anew from the records alone and
compares it byte for byte. Exit code 1 names the first thing wrong.")]
#[command(after_help = "\
Examples:
  strikefund verify-public site/f/general --key 'fund.example/f/general+1a2b3c4d+AQ…'
  strikefund verify-public site/f/general --key @key.txt --since kept/checkpoint")]
pub struct VerifyPublic {
    /// The folder that holds what stands under the fund's address
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The fund's key, as its page of reports shows it; @FILE reads it from a file
    #[arg(long)]
    pub key: String,
    /// A checkpoint that was kept: the log must continue it
    #[arg(long, value_name = "CHECKPOINT")]
    pub since: Option<PathBuf>,
}

/// Everything published of every fund that is public, and what its pages ask for, as a folder.
pub async fn write(db: &Db, folder: &Path) -> anyhow::Result<()> {
    let tx = &mut db.begin_read().await?;
    for (name, body) in ASSETS {
        put(&folder.join(name), body.as_bytes(), false)?;
    }
    for fund in funds::list(tx).await?.into_iter().filter(|fund| fund.state != State::Draft) {
        let under = folder.join("f").join(&fund.slug);
        let mut tree = Tree::of(tx, &fund).await?;
        let (mut files, mut last) = (0, String::new());
        while let Some(pieces) = tree.next(tx).await? {
            for Piece { path, body } in pieces {
                let goes_on = path == last;
                put(&under.join(&path), &body, goes_on)?;
                files += u64::from(!goes_on);
                last = path;
            }
        }
        println!("{}: {files} files under {}", fund.slug, under.display());
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

/// Checks published files with nothing but a key.
pub async fn check(asked: &VerifyPublic) -> anyhow::Result<()> {
    let read = |path: &Path| std::fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()));
    let key = match asked.key.strip_prefix('@') {
        Some(path) => read(Path::new(path))?,
        None => asked.key.clone(),
    };
    let key = key.parse().map_err(|error| anyhow::anyhow!("--key: {error}"))?;
    let since = asked.since.as_deref().map(read).transpose()?;
    let scratch = Scratch::new()?;
    let checked = check::check(&asked.folder, &key, since.as_deref(), &scratch.0).await?;
    let (records, publications, files) = (checked.head.size, checked.publications, checked.files);
    println!(
        "{}: {publications} publications, {records} records, {files} files. The head is signed, and every file is what the records say.",
        checked.head.origin
    );
    Ok(())
}

/// An empty folder beside the system's other passing files; it goes when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("strikefund-{}", Entropy::system().reference()));
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
