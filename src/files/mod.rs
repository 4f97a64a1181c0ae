//! Documents: photos of receipts and PDFs, taken in clean, kept under a random name, shown to who may see them. Not here: which expense one
//! proves (`spending`), who may come to its address (`web`).

pub mod copies;
mod document;
mod picture;
mod storage;
mod store;

use std::collections::BTreeSet;

use crate::clock::Instant;
use crate::db::{Db, Retryable, Tx};
use crate::ids::{DocumentId, Entropy, PersonId, sha256_hex};
use crate::transact;

pub use document::{Document, Kind, LARGEST_BYTES, QUOTA_BYTES, QUOTA_DOCUMENTS, Refusal, Uploader};
pub use picture::{Clean, Format};
pub use storage::{Cleaner, FOLDER, Files};

/// How long bytes may lie in the storage without a row, or after their row was withdrawn (safety rule FI3).
const ORPHAN_SECS: i64 = 24 * 3600;

/// Why a document was not taken in, or is not given out.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The document is none that we take; the person can send another.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The storage failed.
    #[error("the storage of documents failed: {0}")]
    Storage(#[from] object_store::Error),
    /// The stored bytes are not the ones that were stored.
    #[error("document {0} is damaged: its bytes have another SHA-256 than its row")]
    Damaged(DocumentId),
    /// The system gives no thread, or does not let a folder be read.
    #[error("the system gave no thread, or no folder: {0}")]
    System(#[from] std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for FileError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// Why a copy is not let out.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// There is no such copy, it is no copy for the public, or it was released before.
    #[error("this is no copy that waits to be released")]
    NotWaiting,
    /// Who sent a copy does not release it.
    #[error("somebody else must look at this copy and release it")]
    OwnCopy,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for ReleaseError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// Takes a document in: judged, made clean, stored, and only then given its row. The sender's name for it is none of our business.
///
/// # Errors
/// [`FileError::Refused`] says what to do instead; nothing is kept then.
pub async fn take_in(
    files: &Files,
    db: &Db,
    by: &Uploader,
    bytes: Vec<u8>,
    entropy: &Entropy,
    now: Instant,
) -> Result<DocumentId, FileError> {
    keep(files, db, by, None, bytes, (entropy, now)).await
}

/// Takes in a copy of `original` for the public, with private parts covered. It stays unseen until a second person [`release`]s it. The same
/// copy sent twice is one.
///
/// # Errors
/// As [`take_in`], [`Refusal::NotForThePublic`] for a PDF, and [`Refusal::SameAsOriginal`] where nothing is covered.
pub async fn take_in_copy(
    files: &Files,
    db: &Db,
    by: &Uploader,
    original: DocumentId,
    bytes: Vec<u8>,
    entropy: &Entropy,
    now: Instant,
) -> Result<DocumentId, FileError> {
    keep(files, db, by, Some(original), bytes, (entropy, now)).await
}

async fn keep(
    files: &Files,
    db: &Db,
    by: &Uploader,
    copy_of: Option<DocumentId>,
    bytes: Vec<u8>,
    (entropy, now): (&Entropy, Instant),
) -> Result<DocumentId, FileError> {
    // Whoever has no room left costs nobody a decoder.
    let (documents, used) = store::used(&mut db.begin_read().await?, by).await?;
    if documents >= QUOTA_DOCUMENTS || used >= QUOTA_BYTES {
        return Err(Refusal::QuotaFull.into());
    }
    let sent = sha256_hex(&bytes);
    let mut clean = files.make_clean(bytes).await??;
    if copy_of.is_some() && !clean.kind.is_picture() {
        return Err(Refusal::NotForThePublic.into());
    }
    let (reference, sha256, length) = (entropy.reference(), sha256_hex(&clean.bytes), store::bytes_of(&clean));
    if let Some(original) = copy_of
        && let Some(known) = look_for(db, original, [&sent, &sha256]).await?
    {
        return Ok(known);
    }
    let body = std::mem::take(&mut clean.bytes);
    files.put(&reference, body).await?;
    let new = store::NewDocument { reference: &reference, sha256: &sha256, clean: &clean, length, by, copy_of };
    transact!(db, tx => {
        if store::take_room(tx, by, length).await? {
            store::insert(tx, &new, now).await.map_err(FileError::from)
        } else {
            Err(Refusal::QuotaFull.into())
        }
    })
}

/// The copy of `original` that this one was sent as before. What has the content of any document that is no copy hides nothing: as it was sent
/// (somebody saved the receipt from its page), or as it came out clean (the same photo again).
async fn look_for(db: &Db, original: DocumentId, contents: [&str; 2]) -> Result<Option<DocumentId>, FileError> {
    let tx = &mut db.begin_read().await?;
    let mut before = None;
    for sha256 in contents {
        for twin in store::twins(tx, sha256, DocumentId(0)).await? {
            match twin.copy_of {
                None => return Err(Refusal::SameAsOriginal.into()),
                Some(of) if of == original => before = Some(twin.id),
                Some(_) => {}
            }
        }
    }
    Ok(before)
}

/// The copies of a document for the public that were not withdrawn, oldest first, at most twenty.
///
/// # Errors
/// When the database is gone.
pub async fn copies_of(tx: &mut Tx, original: DocumentId) -> sqlx::Result<Vec<Document>> {
    store::copies_of(tx, original).await
}

/// The document; None when there is none, or it was withdrawn.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, id: DocumentId) -> sqlx::Result<Option<Document>> {
    store::find(tx, id).await
}

/// The document that an address names.
///
/// # Errors
/// When the database is gone.
pub async fn find_by_reference(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Document>> {
    store::find_by_reference(tx, reference).await
}

/// Other documents with the very same bytes, at most twenty: the same photo, sent again.
///
/// # Errors
/// When the database is gone.
pub async fn twins(tx: &mut Tx, document: &Document) -> sqlx::Result<Vec<Document>> {
    store::twins(tx, &document.sha256, document.id).await
}

/// What somebody uses of [`QUOTA_DOCUMENTS`] and [`QUOTA_BYTES`].
///
/// # Errors
/// When the database is gone.
pub async fn used(tx: &mut Tx, by: &Uploader) -> sqlx::Result<(i64, i64)> {
    store::used(tx, by).await
}

/// The bytes of a document, held against their SHA-256. Who may see them was decided before.
///
/// # Errors
/// [`FileError::Damaged`] when they are not the ones that were stored.
pub async fn open(files: &Files, document: &Document) -> Result<Vec<u8>, FileError> {
    let bytes = files.get(&document.reference).await?;
    if sha256_hex(&bytes) == document.sha256 { Ok(bytes) } else { Err(FileError::Damaged(document.id)) }
}

/// Lets the public see a copy, on the word of somebody else than who sent it (safety rule FI5). That they may was decided before.
///
/// # Errors
/// [`ReleaseError`].
pub async fn release(tx: &mut Tx, id: DocumentId, by: PersonId, now: Instant) -> Result<(), ReleaseError> {
    let copy = store::find(tx, id).await?.ok_or(ReleaseError::NotWaiting)?;
    if copy.uploaded_by == Some(by) {
        return Err(ReleaseError::OwnCopy);
    }
    if store::release(tx, id, by, now).await? { Ok(()) } else { Err(ReleaseError::NotWaiting) }
}

/// Keeps the bytes of a copy that was just let out where publishing and reading find them, without a storage that may be far away. They were
/// read with [`open`].
///
/// # Errors
/// When the database is gone, or refuses what nobody let out.
pub async fn keep_released(tx: &mut Tx, id: DocumentId, body: &[u8]) -> sqlx::Result<bool> {
    store::keep_body(tx, id, body).await
}

/// The bytes of a copy that was let out and not taken back.
///
/// # Errors
/// When the database is gone.
pub async fn released(tx: &mut Tx, id: DocumentId) -> sqlx::Result<Option<Vec<u8>>> {
    store::body(tx, id).await
}

/// A copy with this content that was let out and not taken back; None where there is none.
///
/// # Errors
/// When the database is gone.
pub async fn released_as(tx: &mut Tx, sha256: &str) -> sqlx::Result<Option<Document>> {
    Ok(store::twins(tx, sha256, DocumentId(0)).await?.into_iter().find(|twin| twin.released_at.is_some()))
}

/// Takes a document out of sight; its bytes go a day later, those of a copy that was let out at once, and its room is free at once. False: it was
/// withdrawn before.
///
/// # Errors
/// When the database is gone.
pub async fn withdraw(tx: &mut Tx, id: DocumentId, now: Instant) -> sqlx::Result<bool> {
    let Some(document) = store::find(tx, id).await? else { return Ok(false) };
    if !store::withdraw(tx, id, now).await? {
        return Ok(false);
    }
    store::give_room_back(tx, &document).await?;
    store::forget_body(tx, id).await?;
    Ok(true)
}

/// Removes bytes that no row has stood for in the last day: what a crash left between storing and noting, and what was withdrawn.
/// Gives how many.
///
/// # Errors
/// [`FileError`]; what was removed before stays removed.
pub async fn sweep(files: &Files, db: &Db, now: Instant) -> Result<usize, FileError> {
    let since = now.plus_secs(-ORPHAN_SECS);
    let old: Vec<String> = files.list().await?.into_iter().filter(|stored| stored.written_at < since).map(|stored| stored.name).collect();
    let kept: BTreeSet<String> = store::kept(&mut db.begin_read().await?, &old, since).await?.into_iter().collect();
    let mut swept = files.sweep_unfinished(since)?;
    for name in old.iter().filter(|name| !kept.contains(*name)) {
        files.delete(name).await?;
        swept += 1;
    }
    Ok(swept)
}
