//! SQL of documents, private to this room.

use super::document::{Document, QUOTA_BYTES, QUOTA_DOCUMENTS, Uploader};
use super::picture::Clean;
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DocumentId, PersonId};
use crate::{run, run_in};

/// Writes a query for whole documents that were not withdrawn; the columns are named once.
macro_rules! select_document {
    ($rest:literal) => {
        concat!(
            "SELECT id, ref AS reference, sha256, kind, bytes, width, height, uploader, uploaded_by, uploaded_at, copy_of, released_by,
                    released_at FROM document WHERE withdrawn_at IS NULL AND ",
            $rest
        )
    };
}

/// What becomes a row.
pub(super) struct NewDocument<'a> {
    pub(super) reference: &'a str,
    pub(super) sha256: &'a str,
    pub(super) clean: &'a Clean,
    pub(super) length: i64,
    pub(super) by: &'a Uploader,
    pub(super) copy_of: Option<DocumentId>,
}

pub(super) async fn insert(tx: &mut Tx, new: &NewDocument<'_>, now: Instant) -> sqlx::Result<DocumentId> {
    const SQL: &str = "INSERT INTO document (ref, sha256, kind, bytes, width, height, uploader, uploaded_by, uploaded_at, copy_of)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
    let (width, height) = new.clean.size.map(|(width, height)| (i64::from(width), i64::from(height))).unzip();
    run!(tx, fetch_one, {
        let query = sqlx::query_scalar(SQL).bind(new.reference).bind(new.sha256).bind(new.clean.kind).bind(new.length);
        query.bind(width).bind(height).bind(new.by.key()).bind(new.by.person()).bind(now).bind(new.copy_of)
    })
}

pub(super) fn bytes_of(clean: &Clean) -> i64 {
    i64::try_from(clean.bytes.len()).unwrap_or(i64::MAX)
}

pub(super) async fn find(tx: &mut Tx, id: DocumentId) -> sqlx::Result<Option<Document>> {
    run!(tx, fetch_optional, sqlx::query_as(select_document!("id = $1")).bind(id))
}

pub(super) async fn find_by_reference(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Document>> {
    run!(tx, fetch_optional, sqlx::query_as(select_document!("ref = $1")).bind(reference))
}

pub(super) async fn twins(tx: &mut Tx, sha256: &str, but: DocumentId) -> sqlx::Result<Vec<Document>> {
    run!(tx, fetch_all, sqlx::query_as(select_document!("sha256 = $1 AND id <> $2 ORDER BY id LIMIT 20")).bind(sha256).bind(but))
}

pub(super) async fn copies_of(tx: &mut Tx, original: DocumentId) -> sqlx::Result<Vec<Document>> {
    run!(tx, fetch_all, sqlx::query_as(select_document!("copy_of = $1 ORDER BY id LIMIT 20")).bind(original))
}

pub(super) async fn after(tx: &mut Tx, id: DocumentId, limit: i64) -> sqlx::Result<Vec<Document>> {
    run!(tx, fetch_all, sqlx::query_as(select_document!("id > $1 ORDER BY id LIMIT $2")).bind(id).bind(limit))
}

/// What somebody uses of their quota: documents and bytes.
pub(super) async fn used(tx: &mut Tx, by: &Uploader) -> sqlx::Result<(i64, i64)> {
    const SQL: &str = "SELECT documents, bytes FROM document_quota WHERE uploader = $1";
    Ok(run!(tx, fetch_optional, sqlx::query_as(SQL).bind(by.key()))?.unwrap_or((0, 0)))
}

/// Takes room for one more document; false where the quota has none.
pub(super) async fn take_room(tx: &mut Tx, by: &Uploader, bytes: i64) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO document_quota (uploader, documents, bytes) VALUES ($1, 1, $2)
        ON CONFLICT (uploader) DO UPDATE SET documents = document_quota.documents + 1, bytes = document_quota.bytes + excluded.bytes
        WHERE document_quota.documents < $3 AND document_quota.bytes + excluded.bytes <= $4";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(by.key()).bind(bytes).bind(QUOTA_DOCUMENTS).bind(QUOTA_BYTES))? == 1)
}

pub(super) async fn give_room_back(tx: &mut Tx, document: &Document) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE document_quota SET documents = documents - 1, bytes = bytes - $2 WHERE uploader = $1";
    run!(tx, execute, sqlx::query(SQL).bind(&document.uploader).bind(document.bytes)).map(drop)
}

pub(super) async fn release(tx: &mut Tx, id: DocumentId, by: PersonId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE document SET released_by = $2, released_at = $3 WHERE id = $1 AND copy_of IS NOT NULL
        AND released_at IS NULL AND withdrawn_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(by).bind(now))? == 1)
}

pub(super) async fn withdraw(tx: &mut Tx, id: DocumentId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE document SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(now))? == 1)
}

/// Keeps the bytes of a copy that was let out; false: they are kept already.
pub(super) async fn keep_body(tx: &mut Tx, id: DocumentId, body: &[u8]) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO released_body (document_id, body) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(body))? == 1)
}

pub(super) async fn body(tx: &mut Tx, id: DocumentId) -> sqlx::Result<Option<Vec<u8>>> {
    run!(tx, fetch_optional, sqlx::query_scalar("SELECT body FROM released_body WHERE document_id = $1").bind(id))
}

pub(super) async fn forget_body(tx: &mut Tx, id: DocumentId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM released_body WHERE document_id = $1").bind(id)).map(drop)
}

/// Those of `names` that a row still stands for, or did until after `since`.
pub(super) async fn kept(tx: &mut Tx, names: &[String], since: Instant) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT ref FROM document WHERE (withdrawn_at IS NULL OR withdrawn_at > $1) AND ref IN";
    run_in!(tx, query_scalar, SQL, names, since)
}
