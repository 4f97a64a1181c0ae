//! Copies of receipts become public: which may be shown and which were taken back since, their bytes for whoever asks. A copy is shown once its
//! spending is, and never within the hold of its expense, whatever its words may do: a receipt tells where and when. Not here: who lets one out
//! (`spending::copies`).

use super::copied::{self, Copied, RECEIPTS, TakenDown};
use super::gather::{HOLD_SECS, is_over};
use super::record::{Record, week_of};
use super::store::{self, PublishedCopy};
use super::{File, PublishError, Writer};
use crate::clock::Instant;
use crate::db::Tx;
use crate::files;
use crate::funds::{self, Fund};
use crate::spending::copies::{self, ToShow};

/// The most copies that one publication shows first.
const MOST: i64 = 1_000;

/// Whether one that the public may have seen was taken back: that is told at once. Cheap to ask.
pub(super) async fn are_taken_back(tx: &mut Tx, fund: &Fund) -> sqlx::Result<bool> {
    for back in copies::taken_back(tx, fund.id).await? {
        if !store::copies_of(tx, fund.id, back.document_id).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether one may be shown that no publication showed: cheap to ask, once new spending is published.
pub(super) async fn has_news(tx: &mut Tx, fund: &Fund, now: Instant) -> sqlx::Result<bool> {
    for one in due(tx, fund, now).await? {
        if !new_spendings(tx, fund, &one).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn due(tx: &mut Tx, fund: &Fund, now: Instant) -> sqlx::Result<Vec<ToShow>> {
    copies::to_show(tx, fund.id, (is_over(fund), now.plus_secs(-HOLD_SECS)), MOST).await
}

/// The published spendings that a copy is about and does not stand beside yet.
async fn new_spendings(tx: &mut Tx, fund: &Fund, one: &ToShow) -> sqlx::Result<Vec<i64>> {
    let before = store::copies_of(tx, fund.id, one.document_id).await?;
    let mut spendings = store::spendings_of_entry(tx, fund.id, one.entry_id).await?;
    spendings.retain(|spending| before.iter().all(|copy| copy.spending != *spending));
    Ok(spendings)
}

impl Writer {
    /// Copies that were taken back since they were shown.
    pub(super) async fn taken_back(&mut self, tx: &mut Tx, fund: &Fund, now: Instant) -> Result<(), PublishError> {
        let mut n = store::last_number(tx, fund.id, "taken_down").await?;
        let mut records = Vec::new();
        for back in copies::taken_back(tx, fund.id).await? {
            for shown in store::copies_of(tx, fund.id, back.document_id).await? {
                n += 1;
                let (week, reason) = (week_of(now, &fund.time_zone), back.why.to_string());
                records.push(Record::TakenDown(TakenDown { n, week, about: shown.spending, sha256: shown.sha256, reason }));
            }
            copies::told(tx, fund.id, back.document_id).await?;
        }
        self.append(tx, records).await
    }

    /// Copies that may be shown from now on. New spending is published already.
    pub(super) async fn copies(&mut self, tx: &mut Tx, fund: &Fund, now: Instant) -> Result<(), PublishError> {
        let mut n = store::last_number(tx, fund.id, "copy").await?;
        let mut records = Vec::new();
        for one in due(tx, fund, now).await? {
            let Some(document) = files::find(tx, one.document_id).await? else { continue };
            let spendings = new_spendings(tx, fund, &one).await?;
            // Without its bytes it stands in no publication.
            if spendings.is_empty() || files::released(tx, document.id).await?.is_none() {
                continue;
            }
            for about in spendings {
                n += 1;
                let shown = PublishedCopy { n, spending: about, document_id: document.id, sha256: document.sha256.clone() };
                store::note_copy(tx, fund.id, &shown).await?;
                records.push(Record::Copy(Copied {
                    n,
                    week: week_of(now, &fund.time_zone),
                    about,
                    receipt: one.receipt,
                    sha256: shown.sha256,
                    media_type: document.kind.media_type().to_owned(),
                    bytes: document.bytes,
                }));
            }
            copies::told(tx, fund.id, document.id).await?;
        }
        self.append(tx, records).await
    }
}

/// The bytes at `spending/copies/` and that name under a fund's address; None where there never were any, or they were taken down.
///
/// # Errors
/// When the database does not answer.
pub async fn copy(tx: &mut Tx, slug: &str, name: &str) -> sqlx::Result<Option<File>> {
    let Some(fund) = funds::find_by_slug(tx, slug).await? else { return Ok(None) };
    let sha256 = name.split('.').next().unwrap_or_default();
    if !copied::is_hash(sha256) {
        return Ok(None);
    }
    for shown in store::copies_with(tx, fund.id, sha256).await? {
        if let Some(file) = file(tx, &shown).await?.filter(|file| file.path.rsplit('/').next() == Some(name)) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// A copy's bytes at their place; None where they were taken down.
pub(super) async fn file(tx: &mut Tx, shown: &PublishedCopy) -> sqlx::Result<Option<File>> {
    let Some(document) = files::find(tx, shown.document_id).await? else { return Ok(None) };
    let Some(body) = files::released(tx, document.id).await? else { return Ok(None) };
    let media_type = document.kind.media_type();
    Ok(Some(File::new(copied::path(RECEIPTS, &shown.sha256, media_type), media_type, body)))
}
