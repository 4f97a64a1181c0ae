//! Everything published of a fund as a tree of files, for any host that serves files, in a folder or in one archive. Not here: writing to a disk.

use std::collections::{HashSet, VecDeque};

use super::export::published::Writing;
use super::export::{Books, BooksError};
use super::manifest::FORMAT;
use super::rows::{self, RowsError};
use super::store;
use super::{Figures, copies, heads, letters};
use crate::db::Tx;
use crate::funds::Fund;
use crate::ids::{FundId, PublicationId};

/// Where it says how what is written once, for all publications, is written.
pub(super) const FORMAT_AT: &str = "format.txt";

/// What it says there (see [`FORMAT`]).
pub(super) fn format() -> String {
    written(FORMAT)
}

fn written(format: i64) -> String {
    format!("strikefund {format}\n")
}

/// The format that a tree says there it is written in.
pub(super) fn read_format(text: &str) -> Option<i64> {
    text.strip_prefix("strikefund ")?.trim_end().parse().ok().filter(|format| written(*format) == text)
}

/// Why the tree could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A page could not be written.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The books could not be written.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// A file could not be taken.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A piece of a file, by the file's place under the fund's address. The next piece of the same place goes on where this one ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The place.
    pub path: String,
    /// The bytes.
    pub body: Vec<u8>,
}

/// What is left to be handed out.
enum Stage {
    /// The files of each publication, the newest last, and the places without a number that are taken already.
    Publications(Vec<(PublicationId, i64)>, HashSet<String>),
    /// What there is once, for all of them.
    Once(Box<Once>),
    /// The copies of receipts behind that number; the places that were handed out.
    Copies(i64, HashSet<String>),
    /// The letters of groups.
    Letters,
    End,
}

/// Every public file of a fund, some at a time. A publication's own files stand under `p/` and its number, and the newest of each also without.
pub struct Tree {
    fund: Fund,
    stage: Stage,
}

impl Tree {
    /// Begins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Self> {
        Ok(Self { fund: fund.clone(), stage: Stage::Publications(store::publications(tx, fund.id).await?, HashSet::new()) })
    }

    /// The next pieces; None at the end.
    ///
    /// # Errors
    /// [`SiteError`]; what was handed out until then is not the whole tree.
    pub async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<Piece>>, SiteError> {
        loop {
            match &mut self.stage {
                Stage::Publications(left, taken) => {
                    let Some(publication) = left.pop() else {
                        let newest = rows::newest_of(tx, self.fund.id).await?;
                        self.stage = newest.map_or(Stage::End, |figures| Stage::Once(Box::new(Once::new(self.fund.id, figures))));
                        continue;
                    };
                    return Ok(Some(publication_files(tx, &self.fund, publication, taken).await?));
                }
                Stage::Once(once) => match once.next(tx).await? {
                    Some(pieces) => return Ok(Some(pieces)),
                    None => self.stage = Stage::Copies(0, HashSet::new()),
                },
                Stage::Copies(after, taken) => {
                    let shown = store::copies_after(tx, self.fund.id, *after).await?;
                    let Some(last) = shown.last() else {
                        self.stage = Stage::Letters;
                        continue;
                    };
                    *after = last.n;
                    let mut pieces = Vec::new();
                    for copy in &shown {
                        let file = copies::file(tx, copy).await?.filter(|file| taken.insert(file.path.clone()));
                        pieces.extend(file.map(|file| Piece { path: file.path, body: file.body }));
                    }
                    return Ok(Some(pieces));
                }
                Stage::Letters => {
                    let mut pieces = Vec::new();
                    for letter in letters::list(tx, self.fund.id).await? {
                        pieces.extend(letters::file(tx, &letter).await?.map(|file| Piece { path: file.path, body: file.body }));
                    }
                    self.stage = Stage::End;
                    return Ok(Some(pieces));
                }
                Stage::End => return Ok(None),
            }
        }
    }
}

/// The files of one publication: under its number, and without where no newer one has taken the place. The log is one, however many
/// publications made it.
async fn publication_files(
    tx: &mut Tx,
    fund: &Fund,
    (id, number): (PublicationId, i64),
    taken: &mut HashSet<String>,
) -> Result<Vec<Piece>, SiteError> {
    let mut pieces = Vec::new();
    for path in store::paths(tx, id).await? {
        let Some(file) = store::file(tx, &fund.slug, Some(number), &path).await? else { continue };
        if taken.insert(path.clone()) {
            pieces.push(Piece { path: path.clone(), body: file.body.clone() });
        }
        if !path.starts_with(heads::PLACE) {
            pieces.push(Piece { path: format!("p/{number}/{path}"), body: file.into_older().body });
        }
    }
    Ok(pieces)
}

/// What there is once, for all publications, written from the records: the pages of spendings, and the books for other programs.
pub(super) struct Once {
    fund: FundId,
    figures: Figures,
    /// The number of the first spending whose page is left.
    from: Option<i64>,
    books: VecDeque<(&'static str, Writing)>,
    /// Whether it was said how all of this is written.
    has_format: bool,
}

impl Once {
    pub fn new(fund: FundId, figures: Figures) -> Self {
        let books = Books::ALL.into_iter().map(|(path, books)| (path, books.begin(fund, &figures))).collect();
        Self { fund, figures, from: Some(1), books, has_format: false }
    }

    /// The next pieces; None at the end.
    pub async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<Piece>>, SiteError> {
        if !std::mem::replace(&mut self.has_format, true) {
            return Ok(Some(vec![Piece { path: FORMAT_AT.to_owned(), body: format().into_bytes() }]));
        }
        if let Some(first) = self.from {
            let (files, next) = rows::some(tx, self.fund, &self.figures, first).await?;
            self.from = next;
            return Ok(Some(files.into_iter().map(|file| Piece { path: file.path, body: file.body }).collect()));
        }
        while let Some((path, writing)) = self.books.front_mut() {
            let path = (*path).to_owned();
            if let Some(body) = writing.next(tx).await? {
                return Ok(Some(vec![Piece { path, body }]));
            }
            self.books.pop_front();
        }
        Ok(None)
    }
}
