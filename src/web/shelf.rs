//! Published files within reach: kept in memory, so that reading a page costs no query. Not here: live figures, ever.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::InvalidHeaderValue;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::answer::Stored;
use super::error::Trouble;
use crate::db::Db;
use crate::publication::{self, File};

/// How many files are expected within reach.
const FILES: usize = 2_000;
/// How many bytes of them are kept; what is read seldom goes first.
const MOST_BYTES: u64 = 32 << 20;

/// Published files by their address. Only files that exist are kept, and only so many bytes, so no visitor can fill it.
#[derive(Debug)]
pub struct Shelf {
    /// How old a copy of what the next publication replaces may be before the database is asked for a newer one.
    fresh_for: Duration,
    kept: Cache<String, Arc<Kept>, Bytewise>,
}

#[derive(Debug)]
struct Kept {
    /// None: it never changes.
    checked_at: Option<Mutex<Instant>>,
    stored: Arc<Stored>,
}

#[derive(Clone, Debug)]
struct Bytewise;

impl Weighter<String, Arc<Kept>> for Bytewise {
    fn weight(&self, address: &String, kept: &Arc<Kept>) -> u64 {
        let packed = kept.stored.gzip.as_ref().map_or(0, Bytes::len);
        u64::try_from(address.len() + kept.stored.body.len() + packed).unwrap_or(u64::MAX)
    }
}

impl Kept {
    /// Whether it may be given unasked. Of all who find it old, the first alone is told so and looks for a newer one; the others are given it
    /// meanwhile.
    fn is_fresh(&self, fresh_for: Duration) -> bool {
        let Some(checked_at) = &self.checked_at else { return true };
        let mut checked_at = checked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = checked_at.elapsed() < fresh_for;
        if !is_fresh {
            *checked_at = Instant::now();
        }
        is_fresh
    }
}

impl Shelf {
    /// An empty one.
    pub fn new(fresh_for: Duration) -> Self {
        Self { fresh_for, kept: Cache::with_weighter(FILES, MOST_BYTES, Bytewise) }
    }

    /// The file at `path` of the fund's newest publication.
    ///
    /// # Errors
    /// When the database does not answer and no copy is at hand.
    pub async fn find(&self, db: &Db, fund: &str, path: &str) -> Result<Option<Arc<Stored>>, Trouble> {
        self.hold(format!("{fund}/{path}"), ASK_AGAIN, async { file(db, fund, None, path).await }).await
    }

    /// The file at `path` of the fund's publication with that number: it stays for ever.
    ///
    /// # Errors
    /// When the database does not answer and no copy is at hand.
    pub async fn numbered(&self, db: &Db, fund: &str, number: i64, path: &str) -> Result<Option<Arc<Stored>>, Trouble> {
        self.hold(format!("{fund}/p/{number}/{path}"), FOR_EVER, async { file(db, fund, Some(number), path).await }).await
    }

    /// What stands at `address`, or what `make` makes of the newest publication, which is then kept like a file of it. While the database does
    /// not answer, a copy at hand is given instead.
    ///
    /// # Errors
    /// What `make` fails with, when no copy is at hand.
    pub async fn hold<E: Into<Trouble> + std::fmt::Display>(
        &self,
        address: String,
        cache_control: &'static str,
        make: impl Future<Output = Result<Option<File>, E>>,
    ) -> Result<Option<Arc<Stored>>, Trouble> {
        let at_hand = self.kept.get(&address);
        if let Some(kept) = at_hand.as_ref().filter(|kept| kept.is_fresh(self.fresh_for)) {
            return Ok(Some(Arc::clone(&kept.stored)));
        }
        match (make.await, at_hand) {
            (Ok(Some(file)), _) => {
                let stored = Arc::new(stored(file, cache_control)?);
                let checked_at = (cache_control != FOR_EVER).then(|| Mutex::new(Instant::now()));
                self.kept.insert(address, Arc::new(Kept { checked_at, stored: Arc::clone(&stored) }));
                Ok(Some(stored))
            }
            (Ok(None), _) => {
                // What was taken down is given to nobody from now on, not even for a second.
                self.kept.remove(&address);
                Ok(None)
            }
            (Err(error), Some(kept)) => {
                tracing::warn!(%error, "a published file could not be looked up; the copy at hand was given");
                Ok(Some(Arc::clone(&kept.stored)))
            }
            (Err(error), None) => Err(error.into()),
        }
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
fn stored(file: File, cache_control: &'static str) -> Result<Stored, InvalidHeaderValue> {
    let content_type = HeaderValue::try_from(&file.content_type)?;
    Stored::new(content_type, &file.sha256, cache_control, Bytes::from(file.body), file.gzip.map(Bytes::from))
}

async fn file(db: &Db, fund: &str, number: Option<i64>, path: &str) -> sqlx::Result<Option<File>> {
    let tx = &mut db.begin_read().await?;
    publication::file(tx, fund, number, path).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_gone_is_given_to_nobody_any_more() {
        let shelf = Shelf::new(Duration::from_millis(40));
        let file = || File {
            path: "x.jpg".to_owned(),
            content_type: "image/jpeg".to_owned(),
            sha256: "ab".to_owned(),
            body: b"bytes".to_vec(),
            gzip: None,
        };
        let hold = async |found: Option<File>| shelf.hold("x".to_owned(), ASK_AGAIN, async { Ok::<_, sqlx::Error>(found) }).await.unwrap();
        assert!(hold(Some(file())).await.is_some());
        assert!(hold(None).await.is_some(), "a copy at hand is fresh for a while");
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert!(hold(None).await.is_none());
        assert!(hold(None).await.is_none(), "the copy at hand went with it");
    }
}
