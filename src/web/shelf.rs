//! Published files within reach: kept in memory for a moment, so that reading a page costs no query. Not here: live figures, ever.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::InvalidHeaderValue;

use super::answer::{self, Stored};
use super::error::Trouble;
use crate::db::Db;
use crate::publication::{self, File};

/// Files of the newest publications, by fund and path. Only files that exist are kept, so no visitor can fill it.
#[derive(Debug)]
pub struct Shelf {
    /// How old a copy may be before the database is asked for a newer one.
    fresh_for: Duration,
    kept: RwLock<HashMap<String, HashMap<String, Kept>>>,
}

#[derive(Debug)]
struct Kept {
    checked_at: Instant,
    stored: Arc<Stored>,
}

impl Shelf {
    /// An empty one.
    pub fn new(fresh_for: Duration) -> Self {
        Self { fresh_for, kept: RwLock::default() }
    }

    /// The file at `path` of the fund's newest publication. While the database does not answer, a copy at hand is given instead.
    ///
    /// # Errors
    /// When the database does not answer and no copy is at hand.
    pub async fn find(&self, db: &Db, fund: &str, path: &str) -> Result<Option<Arc<Stored>>, Trouble> {
        let at_hand = match self.take(fund, path) {
            Copy::Fresh(stored) => return Ok(Some(stored)),
            Copy::Old(stored) => Some(stored),
            Copy::None => None,
        };
        match (newest(db, fund, path).await, at_hand) {
            (Ok(Some(file)), _) => Ok(Some(self.keep(fund, path, file)?)),
            (Ok(None), _) => Ok(None),
            (Err(error), Some(stored)) => {
                tracing::warn!(%error, "a published file could not be looked up; the copy at hand was given");
                Ok(Some(stored))
            }
            (Err(error), None) => Err(error.into()),
        }
    }

    /// The copy at hand. Whoever finds it old looks for a newer one; all others are given it meanwhile.
    fn take(&self, fund: &str, path: &str) -> Copy {
        {
            let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
            match kept.get(fund).and_then(|files| files.get(path)) {
                Some(file) if file.checked_at.elapsed() < self.fresh_for => return Copy::Fresh(Arc::clone(&file.stored)),
                Some(_) => {}
                None => return Copy::None,
            }
        }
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = kept.get_mut(fund).and_then(|files| files.get_mut(path)) else { return Copy::None };
        if file.checked_at.elapsed() < self.fresh_for {
            return Copy::Fresh(Arc::clone(&file.stored));
        }
        file.checked_at = Instant::now();
        Copy::Old(Arc::clone(&file.stored))
    }

    fn keep(&self, fund: &str, path: &str, file: File) -> Result<Arc<Stored>, Trouble> {
        let stored = Arc::new(stored(file, ASK_AGAIN)?);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let files = kept.entry(fund.to_owned()).or_default();
        files.insert(path.to_owned(), Kept { checked_at: Instant::now(), stored: Arc::clone(&stored) });
        Ok(stored)
    }
}

/// A copy may be kept, and is asked about each time: the next publication must not hide behind an old page.
pub const ASK_AGAIN: &str = "public, no-cache";
/// What a number names never changes.
pub const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A public file as it is answered.
///
/// # Errors
/// Never for a file of ours: its words are header text.
pub fn stored(file: File, cache_control: &'static str) -> Result<Stored, InvalidHeaderValue> {
    let content_type = HeaderValue::try_from(&file.content_type)?;
    Ok(Stored { content_type, tag: answer::tag(&file.sha256)?, cache_control, body: Bytes::from(file.body) })
}

enum Copy {
    Fresh(Arc<Stored>),
    Old(Arc<Stored>),
    None,
}

async fn newest(db: &Db, fund: &str, path: &str) -> sqlx::Result<Option<File>> {
    let tx = &mut db.begin_read().await?;
    publication::file(tx, fund, None, path).await
}
