//! Everything published of a fund as a tree of files, for any host that serves files. Not here: writing to a disk.

use super::record::Record;
use super::rows::{self, RowsError};
use super::store;
use super::{Figures, File, heads};
use crate::db::Tx;
use crate::funds::Fund;

/// Why the tree could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A page could not be written.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A file could not be taken.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Hands every public file of a fund to `take`, by its place under the fund's address; gives how many. A publication's own files stand under
/// `p/` and its number, and the newest of each also without.
///
/// # Errors
/// [`SiteError`]; what was taken until then is not the whole tree.
pub async fn site(tx: &mut Tx, fund: &Fund, mut take: impl FnMut(&str, &[u8]) -> std::io::Result<()>) -> Result<u64, SiteError> {
    let mut taken = 0;
    for (publication, number) in store::publications(tx, fund.id).await? {
        for path in store::paths(tx, publication).await? {
            let Some(file) = store::file(tx, &fund.slug, Some(number), &path).await? else { continue };
            // The log is one, however many publications made it.
            if !path.starts_with(heads::PLACE) {
                take(&format!("p/{number}/{path}"), &file.body)?;
                taken += 1;
            }
            take(&path, &file.body)?;
            taken += 1;
        }
    }
    let Some(leaf) = store::newest_publication(tx, fund.id).await? else { return Ok(taken) };
    let Ok(Record::Publication(newest)) = Record::from_leaf(&leaf.body) else { return Ok(taken) };
    let figures = Figures::of(&newest, &store::sums(tx, fund.id).await?);
    let mut from = Some(1);
    while let Some(first) = from {
        let (files, next): (Vec<File>, _) = rows::some(tx, fund.id, &figures, first).await?;
        for file in files {
            take(&file.path, &file.body)?;
            taken += 1;
        }
        from = next;
    }
    Ok(taken)
}
