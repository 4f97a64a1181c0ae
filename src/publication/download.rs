//! What is too large to lie ready: the published books for other programs, and everything published in one archive that opens with no network.
//! Both are written when somebody asks, a piece at a time, and the same records give the same bytes. Not here: the tree itself (`site`).

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::export::Books;
use super::export::published::Writing;
use super::rows;
use super::site::{Piece, SiteError, Tree};
use crate::db::Tx;
use crate::funds::{self, Fund};

/// Where the archive lies under a fund's address.
const ARCHIVE: &str = "archive.zip";

/// A file on the way.
pub struct Download {
    /// The publication whose records it holds.
    pub number: i64,
    /// What it is.
    pub media_type: &'static str,
    way: Way,
}

enum Way {
    Books(Writing),
    Archive(Box<Archive>),
}

impl Download {
    /// The file at that place under the fund's address; `assets` is what pages ask for beside. None where there is no such file, or nothing was
    /// published.
    ///
    /// # Errors
    /// [`SiteError`].
    pub async fn find(tx: &mut Tx, slug: &str, path: &str, assets: &[(&str, &str)]) -> Result<Option<Self>, SiteError> {
        let Some(fund) = funds::find_by_slug(tx, slug).await? else { return Ok(None) };
        let Some(figures) = rows::newest_of(tx, fund.id).await? else { return Ok(None) };
        let number = figures.number;
        if let Some(books) = Books::at(path) {
            let (media_type, way) = (books.media_type(), Way::Books(books.begin(fund.id, &figures)));
            return Ok(Some(Self { number, media_type, way }));
        }
        if path != ARCHIVE {
            return Ok(None);
        }
        let archive = Archive::begin(Tree::of(tx, &fund).await?, &fund, &figures.key, assets)?;
        Ok(Some(Self { number, media_type: "application/zip", way: Way::Archive(Box::new(archive)) }))
    }

    /// The next piece; None at the end.
    ///
    /// # Errors
    /// [`SiteError`]; what came until then is not the whole.
    pub async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<u8>>, SiteError> {
        match &mut self.way {
            Way::Books(writing) => Ok(writing.next(tx).await?),
            Way::Archive(archive) => archive.next(tx).await,
        }
    }
}

/// Where the archive's bytes come out while it is written.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Archive {
    tree: Tree,
    /// What stands before every place of the tree.
    under: String,
    zip: ZipWriter<StreamWriter<Pipe>>,
    pipe: Pipe,
    /// The file that was written last, and may go on.
    last: String,
    is_done: bool,
}

impl Archive {
    fn begin(tree: Tree, fund: &Fund, key: &str, assets: &[(&str, &str)]) -> io::Result<Self> {
        let pipe = Pipe::default();
        let under = format!("f/{}/", fund.slug);
        let mut archive = Self { tree, under, zip: ZipWriter::new_stream(pipe.clone()), pipe, last: String::new(), is_done: false };
        archive.add("README.txt", read_me(&fund.slug, key).as_bytes())?;
        assets.iter().try_for_each(|(path, text)| archive.add(path, text.as_bytes()))?;
        Ok(archive)
    }

    /// Writes a piece of a file: it begins, or goes on.
    fn add(&mut self, path: &str, body: &[u8]) -> io::Result<()> {
        if path != self.last {
            // No time of day: the same files give the same archive.
            let plain =
                SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(DateTime::default());
            self.zip.start_file(path, plain.unix_permissions(0o644))?;
            path.clone_into(&mut self.last);
        }
        self.zip.write_all(body)
    }

    async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<u8>>, SiteError> {
        while !self.is_done {
            if let Some(pieces) = self.tree.next(tx).await? {
                for Piece { path, body } in pieces {
                    let place = format!("{}{path}", self.under);
                    self.add(&place, &body)?;
                }
            } else {
                self.is_done = true;
                let whole = std::mem::replace(&mut self.zip, ZipWriter::new_stream(Pipe::default()));
                whole.finish().map_err(io::Error::from)?;
            }
            let bytes = self.pipe.take();
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
}

fn read_me(slug: &str, key: &str) -> String {
    format!(
        "Open f/{slug}/index.html in a browser (en español: f/{slug}/index.es.html).\r\n\
         No network is needed.\r\n\r\n\
         f/{slug}/books/ holds the books for spreadsheets, hledger and beancount.\r\n\
         f/{slug}/log/ holds every published record and the signed head.\r\n\r\n\
         To check all of it against the fund's public key:\r\n\
         strikefund verify-public f/{slug} --key '{key}'\r\n\
         Compare the key with one that you have from elsewhere.\r\n"
    )
}
