//! The published books and the archive, written while they are read: a few at a time for the whole site, and nobody may read so slowly that
//! others wait. Not here: what is in them (`publication`).

use std::io;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::mpsc;

use super::answer::{self, Stored};
use super::error::Trouble;
use super::shelf::ASK_AGAIN;
use super::{ASSETS, AnySite};
use crate::publication::Download;

/// How many are written at once.
pub const AT_ONCE: usize = 2;
/// Pieces that wait for a slow reader, and how long the next waits for room.
const WAITING: usize = 4;
const PATIENCE: Duration = Duration::from_secs(30);
/// When to come again, in seconds.
const LATER: HeaderValue = HeaderValue::from_static("10");

/// `/f/{fund}/books/{name}`.
pub async fn books(site: AnySite, Path((slug, name)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Trouble> {
    download(site, &slug, &format!("books/{name}"), &headers).await
}

/// `/f/{fund}/archive.zip`.
pub async fn archive(site: AnySite, Path(slug): Path<String>, headers: HeaderMap) -> Result<Response, Trouble> {
    download(site, &slug, "archive.zip", &headers).await
}

async fn download(State(site): AnySite, slug: &str, path: &str, headers: &HeaderMap) -> Result<Response, Trouble> {
    let mut tx = site.db.begin_read().await?;
    let mut download = Download::find(&mut tx, slug, path, &*ASSETS).await?.ok_or(Trouble::NotFound)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    // What one publication's records give, this program always writes in the same way.
    let tag = format!("{}-{name}-{}", download.number, env!("CARGO_PKG_VERSION"));
    let content_type = HeaderValue::from_static(download.media_type);
    let bare = Stored::new(content_type, &tag, ASK_AGAIN, Bytes::new(), None)?.answer(headers);
    if bare.status() == StatusCode::NOT_MODIFIED {
        return Ok(bare);
    }
    let Ok(seat) = std::sync::Arc::clone(&site.downloads).try_acquire_owned() else {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, LATER)]).into_response());
    };
    let (sender, pieces) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let _seat = seat;
        loop {
            let piece = match download.next(&mut tx).await {
                Ok(Some(piece)) => Ok(Bytes::from(piece)),
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "a download stopped short");
                    // The connection breaks off, so that nobody takes a part for the whole.
                    Err(io::Error::other("the file stopped short"))
                }
            };
            let is_broken = piece.is_err();
            let taken = tokio::time::timeout(PATIENCE, sender.send(piece)).await;
            if is_broken || !matches!(taken, Ok(Ok(()))) {
                break;
            }
        }
    });
    let mut response = Response::new(answer::pieces(pieces));
    *response.headers_mut() = bare.headers().clone();
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{slug}-{name}\""))?;
    response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    response.headers_mut().insert(answer::ROBOTS, HeaderValue::from_static("noindex"));
    Ok(response)
}
