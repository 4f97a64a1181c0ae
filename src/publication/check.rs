//! What a stranger does, who has nothing but published files and the fund's key: rebuild the log, hold its head against the signature and
//! against an older head, follow a key to the next, work out every published file anew from the records alone, and name the first thing wrong. It trusts no server.

mod history;
mod tree;

use super::facts::Publication;
use super::general_ledger::{self, Placed};
use super::log::note::{self, Head, VerifyingKey};
use super::log::tile::{self, Tile};
use super::log::tree::Hash;
use super::manifest::{self, FORMAT, Files};
use super::record::Record;
use super::site::{self, Once, Piece};
use super::source::Source;
use super::{Figures, File, PublishError, RowsError, copied, heads, render, store};
use crate::clock::Instant;
use crate::db::{Db, Tx};
use crate::funds::{self, NewFund, SetUpError};
use crate::ids::{Entropy, FundId, sha256_hex};
use history::{keys, records};
use tree::{Last, Tree};

/// How many records are added up at a time: the sums of a page are written once.
const PAGE: usize = 25_000;

/// What was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The newest head.
    pub head: Head,
    /// How many publications.
    pub publications: i64,
    /// How many files were worked out anew, and found to be the same.
    pub files: u64,
    /// How many files another version of this program wrote: found to be what the log commits to, and not worked out anew.
    pub held: u64,
    /// Why pages of single spendings and books for other programs were not checked; None: they were.
    pub unchecked: Option<Unchecked>,
}

/// How much is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every file.
    All,
    /// The log and every figure, report and page of each publication. Left out is what is written once from single records, which says nothing
    /// more and is most of the work: the page of each spending, and the books for other programs.
    Figures,
}

/// Why what is written once from single records was not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// Nobody asked for it.
    Unasked,
    /// It is written in this format, which is not ours.
    Format(i64),
}

/// Why the check did not pass.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The first thing wrong with what was published.
    #[error("{0}")]
    Wrong(String),
    /// A file could not be read.
    #[error("{0} could not be read: {1}")]
    Read(String, std::io::Error),
    /// The checker itself failed.
    #[error("the check could not be made: {0}")]
    Fault(#[from] anyhow::Error),
}

fn fault(error: impl Into<anyhow::Error>) -> CheckError {
    CheckError::Fault(error.into())
}

impl From<sqlx::Error> for CheckError {
    fn from(error: sqlx::Error) -> Self {
        fault(error)
    }
}

impl From<PublishError> for CheckError {
    fn from(error: PublishError) -> Self {
        fault(error)
    }
}

impl From<RowsError> for CheckError {
    fn from(error: RowsError) -> Self {
        fault(error)
    }
}

pub(super) fn wrong(said: impl Into<String>) -> CheckError {
    CheckError::Wrong(said.into())
}

/// Checks everything published under a fund's address with a key of the fund: the newest, or an older one that handed over to it. `since` is a
/// checkpoint that somebody kept.
///
/// # Errors
/// [`CheckError::Wrong`] names the first thing wrong.
pub async fn check(source: &Source, key: &VerifyingKey, since: Option<&str>, scope: Scope) -> Result<Checked, CheckError> {
    let mut tree = Tree::of(source);
    let place = format!("{}/checkpoint", heads::PLACE);
    let checkpoint = tree.text(&place).await?;
    let unsigned = |note: &str, what: &str| note::unsigned(note).map_err(|error| wrong(format!("{what}: {error}")));
    let (claimed, older) = (unsigned(&checkpoint, &place)?, since.map(|since| unsigned(since, "the older checkpoint")).transpose()?);
    let (records, roots) = records(&mut tree, &claimed, older.as_ref()).await?;
    let keys = keys(&records, key)?;
    let open = |note: &str, keys: &[VerifyingKey], what: &str| note::open(note, keys).map_err(|error| wrong(format!("{what}: {error}")));
    let head = open(&checkpoint, &keys[keys.len() - 1..], &place)?;
    since.map(|since| open(since, &keys, "the older checkpoint")).transpose()?;
    tree.is_right(place);
    let (publications, unchecked) = recompute(&mut tree, (&records, &roots), scope).await?;
    copies(&mut tree, &records).await?;
    let is_known = |path: &str| tree.is_known(path, unchecked.is_some());
    if let Some(stranger) = source.stranger(&is_known).map_err(|error| CheckError::Read("the folder".to_owned(), error))? {
        return Err(wrong(format!("{stranger} is no part of what was published")));
    }
    Ok(Checked { head, publications, files: tree.right(), held: tree.held(), unchecked })
}

/// Works out every file of every publication anew; gives how many publications there are, and why some of it was not.
async fn recompute(
    tree: &mut Tree<'_>,
    (records, roots): (&[(Record, String)], &[Hash]),
    scope: Scope,
) -> Result<(i64, Option<Unchecked>), CheckError> {
    let Some(Record::Publication(newest)) = records.last().map(|(record, _)| record) else {
        return Err(wrong("the log does not end with a publication"));
    };
    let db = Db::scratch().await?;
    let tx = &mut db.begin_write().await?;
    let fund = stand_in(tx, newest).await?;
    let (mut position, mut number) = (0, 0);
    // The publication that first shows each record.
    let mut shown: Vec<i64> = Vec::with_capacity(records.len());
    for run in records.split_inclusive(|(record, _)| matches!(record, Record::Publication(_))) {
        let Some(Record::Publication(end)) = run.last().map(|(record, _)| record) else { break };
        number += 1;
        if end.number != number {
            return Err(wrong(format!("publication {} stands where {number} is due", end.number)));
        }
        shown.resize(shown.len() + run.len(), number);
        let (before, last) = run.split_at(run.len() - 1);
        for piece in before.chunks(PAGE) {
            store::append(tx, fund, number, position, piece).await?;
            position = position.saturating_add(i64::try_from(piece.len()).unwrap_or(i64::MAX));
        }
        let before = usize::try_from(number).ok().and_then(|number| number.checked_sub(2)).and_then(|at| roots.get(at));
        let figures = Figures::of(end, &store::sums(tx, fund).await?).after(before.copied());
        match end.files.as_ref().filter(|files| !files.is_ours()) {
            Some(theirs) => tree.holds(number, theirs).await?,
            None => pages(tree, tx, (fund, &figures), end.files.as_ref()).await?,
        }
        store::append(tx, fund, number, position, last).await?;
        position = position.saturating_add(1);
        bundles(tree, records, position, run.len()).await?;
        let size = u64::try_from(position).unwrap_or(0);
        for n in general_ledger::touched(size - run.len() as u64, size) {
            let File { path, body, .. } = general_ledger::file(&figures.fund, n, ledger_of(records, &shown, n));
            tree.is(format!("p/{number}/{path}"), &body).await?;
            // One that a later publication goes on with is checked there.
            if number == newest.number || general_ledger::is_full(n, size) {
                tree.is(path, &body).await?;
            }
        }
    }
    tree.all_stand().await?;
    let figures = Figures::of(newest, &store::sums(tx, fund).await?);
    let format = site::read_format(&tree.text(site::FORMAT_AT).await?).filter(|format| is_possible(newest, *format));
    let format = format.ok_or_else(|| wrong(format!("{} is not what any version writes", site::FORMAT_AT)))?;
    if format != FORMAT {
        tree.is_right(site::FORMAT_AT.to_owned());
        return Ok((number, Some(Unchecked::Format(format))));
    }
    if scope == Scope::Figures {
        tree.is_right(site::FORMAT_AT.to_owned());
        return Ok((number, Some(Unchecked::Unasked)));
    }
    once(tree, tx, fund, figures).await?;
    Ok((number, None))
}

/// Whether a tree may be written in a format: no older program than the one that published last writes it.
fn is_possible(newest: &Publication, format: i64) -> bool {
    newest.files.as_ref().is_none_or(|files| files.format <= format)
}

/// The files of one publication, held against what its records give, and against the list that the log commits to.
async fn pages(tree: &mut Tree<'_>, tx: &mut Tx, (fund, figures): (FundId, &Figures), listed: Option<&Files>) -> Result<(), CheckError> {
    let mut files = render(tx, fund, figures).await?;
    if let Some(listed) = listed {
        let list = manifest::list(figures.number, &files);
        if Files::of(&list) != *listed {
            return Err(wrong(format!("publication {}: the log commits to other files than its records give", figures.number)));
        }
        files.push(list);
    }
    for file in files {
        tree.is(format!("p/{}/{}", figures.number, file.path), &file.older()).await?;
        tree.stands(file.path, Last::Ours(file.body));
    }
    Ok(())
}

/// The records of a file of the general ledger, of those that were shown until now.
fn ledger_of<'a>(records: &'a [(Record, String)], shown: &'a [i64], n: u64) -> impl Iterator<Item = Placed<'a>> {
    let from = usize::try_from((n - 1) * general_ledger::WIDTH).unwrap_or(usize::MAX);
    let width = usize::try_from(general_ledger::WIDTH).unwrap_or(usize::MAX);
    (0_i64..).zip(records.iter().zip(shown)).skip(from).take(width).map(|(position, ((record, leaf), publication))| Placed {
        position,
        publication: *publication,
        record,
        leaf,
    })
}

/// The bundles that a publication wrote, whose last record stands before `end`.
async fn bundles(tree: &mut Tree<'_>, records: &[(Record, String)], end: i64, new: usize) -> Result<(), CheckError> {
    let end = u64::try_from(end).unwrap_or(0);
    for bundle in Tile::between(end - new as u64, end) {
        let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
        let some = records.get(at(bundle.start())..at(bundle.start() + bundle.width)).unwrap_or_default();
        let bytes = tile::bundle(some.iter().map(|(_, leaf)| leaf.as_bytes()));
        tree.is(format!("{}/{}", heads::PLACE, bundle.of_records()), &bytes).await?;
    }
    Ok(())
}

/// What there is once, for all publications.
async fn once(tree: &mut Tree<'_>, tx: &mut Tx, fund: FundId, figures: Figures) -> Result<(), CheckError> {
    let mut once = Once::new(fund, figures);
    let mut whole: Option<Piece> = None;
    while let Some(pieces) = once.next(tx).await.map_err(fault)? {
        for piece in pieces {
            match &mut whole {
                Some(begun) if begun.path == piece.path => begun.body.extend(piece.body),
                _ => {
                    if let Some(done) = whole.replace(piece) {
                        tree.is(done.path, &done.body).await?;
                    }
                }
            }
        }
    }
    match whole {
        Some(last) => tree.is(last.path, &last.body).await,
        None => Ok(()),
    }
}

/// Copies of receipts and letters: each that records name is there with its bytes, and gone where a later record says so.
async fn copies(tree: &mut Tree<'_>, records: &[(Record, String)]) -> Result<(), CheckError> {
    for (path, stands) in copied::standing(records.iter().map(|(record, _)| record)) {
        let Some(named) = stands else {
            tree.is_gone(&path).await?;
            continue;
        };
        if !copied::is_hash(named.sha256) {
            return Err(wrong(format!("{path} names no hash")));
        }
        let body = tree.get(&path).await?;
        if sha256_hex(&body) != named.sha256 || i64::try_from(body.len()) != Ok(named.bytes) {
            return Err(wrong(format!("{path} is not the copy that the records name")));
        }
        tree.is_right(path);
    }
    Ok(())
}

/// A fund for the records to stand on: what it is called is nowhere read, for every page takes that from the records.
async fn stand_in(tx: &mut Tx, newest: &Publication) -> Result<FundId, CheckError> {
    let facts = &newest.fund;
    let new = NewFund {
        slug: facts.slug.clone(),
        name: facts.name.clone(),
        promise: facts.promise.clone(),
        currency: facts.currency,
        time_zone: facts.time_zone.clone(),
        restriction: facts.restriction.clone(),
        min_gifts: facts.min_gifts.max(1),
        publish_interval_secs: 0,
        draft: false,
    };
    let made: Result<FundId, SetUpError> = funds::set_up(tx, &new, &Entropy::system(), Instant::from_unix_secs(0)).await;
    made.map_err(|error| fault(anyhow::anyhow!("{error}")))
}
