//! The list of balance transactions, read again and again until every line is known (stripe.md §6.1, §6.2). Not here: booking what it holds.

mod page;

use crate::transact;

use super::alert::{self, AlertKind, Said};
use super::gateway::GatewayError;
use super::progress::Progress;
use super::{Payments, store};

/// The subject of the alerts about the list itself.
const SUBJECT: &str = "list";
const MINUTE_SECS: i64 = 60;
const DAY_SECS: i64 = 86_400;

/// Why the reason of a line before the day the books open is this and no other.
pub const BEFORE_OPENING: &str = "before the books open";

/// Why a run is made, which decides how far back it looks. A line is stamped up to minutes before it can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// A delivery was stored: ten minutes before the newest line.
    Wake,
    /// A quarter of an hour has passed, or the program started: a day before it.
    Timer,
    /// Once a night: seven days before it.
    Night,
    /// A check failed, or a person asked: from the day the books open.
    Full,
}

impl Run {
    /// The stamp from which this run reads.
    fn start(self, progress: &Progress) -> i64 {
        // Before the first run came to its end, nothing before the newest line is sure to be known.
        if progress.complete_at.is_none() {
            return 0;
        }
        let back = |secs| progress.newest.saturating_sub(secs).max(0);
        match self {
            Self::Wake => back(10 * MINUTE_SECS),
            Self::Timer => back(DAY_SECS),
            Self::Night => back(7 * DAY_SECS),
            Self::Full => progress.opens_at.unwrap_or(0).min(progress.newest).max(0),
        }
    }
}

/// What a run found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Pages read.
    pub pages: u64,
    /// Lines never seen before.
    pub new: u64,
    /// Lines known already, telling the same.
    pub known: u64,
    /// Lines that tell something else than before: an alert stands for each, and nothing was overwritten.
    pub changed: u64,
    /// Elements that are no lines yet: kept sealed, in sight, and tried again.
    pub unread: u64,
}

/// Why a run did not come to its end. Every page it stored stays, and the next run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Stripe gave no answer we can use.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The database is gone.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The list contradicts itself: an empty page that promises more, or one that does not lead on.
    #[error("Stripe's list of balance transactions does not lead on after {after}")]
    DeadEnd {
        /// The last line before it.
        after: String,
    },
}

impl crate::db::Retryable for SyncError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// Reads the list from where this run starts to its newest line, and stores every page as it comes. The caller holds the lease.
///
/// # Errors
/// When Stripe or the database fails; an alert says so until a run comes to its end.
pub async fn run(payments: &Payments, run: Run) -> Result<SyncReport, SyncError> {
    let outcome = run_to_end(payments, run).await;
    let now = payments.clock.now();
    match &outcome {
        Ok(_) => {
            for kind in [AlertKind::SyncFailing, AlertKind::RightMissing] {
                alert::clear_alone(&payments.db, kind, SUBJECT, now).await?;
            }
        }
        Err(SyncError::Database(error)) => tracing::error!(%error, ?run, "the list of lines could not be stored"),
        Err(error) => {
            tracing::warn!(%error, ?run, "the list of lines was not read to its end");
            let missing = matches!(error, SyncError::Gateway(GatewayError::RightMissing { .. }));
            let (kind, key) = if missing { (AlertKind::RightMissing, "right-missing") } else { (AlertKind::SyncFailing, "sync-failing") };
            let said = match error {
                SyncError::Gateway(error) => Said::new(key).because(error),
                error => Said::new(key).with("why", "dead end").with("detail", error),
            };
            alert::raise_alone(&payments.db, kind, SUBJECT, &said, now).await?;
        }
    }
    outcome
}

async fn run_to_end(payments: &Payments, run: Run) -> Result<SyncReport, SyncError> {
    let mut report = SyncReport::default();
    page::retry_unread(payments, &mut report).await?;
    let progress = payments.progress().await?;
    let own_start = run.start(&progress);
    // A run that died before reached further back than this one will: go on where it was.
    match progress.slice_from.filter(|from| *from <= own_start) {
        None => walk(payments, &progress, own_start, None, &mut report).await?,
        Some(from) => {
            walk(payments, &progress, from, progress.slice_after.clone(), &mut report).await?;
            // It went on below lines it had read long ago; what came since stands above them.
            let progress = payments.progress().await?;
            walk(payments, &progress, run.start(&progress), None, &mut report).await?;
        }
    }
    Ok(report)
}

/// Walks day by day from `start` to the newest day and then, without an end, to whatever is newest at Stripe, whose last page moves the cursor.
async fn walk(
    payments: &Payments,
    progress: &Progress,
    start: i64,
    after: Option<String>,
    report: &mut SyncReport,
) -> Result<(), SyncError> {
    let (mut from, mut after) = (start, after);
    let oldest = store::lines::oldest_stamp(&mut payments.db.begin_read().await?).await?;
    while let Some(until) = day_end(from, oldest, progress.newest) {
        page::read_slice(payments, progress, page::Slice { from, until: Some(until) }, after.take(), report).await?;
        from = until;
        let saved: sqlx::Result<()> = transact!(payments.db, tx => store::lines::save_place(tx, from, None).await);
        saved?;
    }
    page::read_slice(payments, progress, page::Slice { from, until: None }, after, report).await
}

/// The end of the day's slice that starts at `from`, while a whole day still lies before the newest line. The first slice of all reaches
/// from the beginning to the oldest day we know, for nobody needs fifty years of empty days.
fn day_end(from: i64, oldest: Option<i64>, newest: i64) -> Option<i64> {
    let first_day = if from == 0 { oldest? } else { from };
    first_day.checked_add(DAY_SECS).filter(|end| *end <= newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;

    fn progress(newest: i64) -> Progress {
        Progress {
            newest,
            slice_from: None,
            slice_after: None,
            complete_at: Some(Instant(0)),
            opens_at: None,
            opened_at: None,
            tied_at: None,
            tie_broken_at: None,
        }
    }

    #[test]
    fn each_run_looks_back_as_far_as_it_must() {
        let day = 10 * DAY_SECS;
        let known = progress(day);
        assert_eq!(Run::Wake.start(&known), day - 600);
        assert_eq!(Run::Timer.start(&known), day - DAY_SECS);
        assert_eq!(Run::Night.start(&known), 3 * DAY_SECS);
        assert_eq!(Run::Full.start(&known), 0);
        assert_eq!(Run::Full.start(&Progress { opens_at: Some(7), ..known.clone() }), 7);
        assert_eq!(Run::Wake.start(&Progress { complete_at: None, ..known }), 0);
        assert_eq!(Run::Night.start(&progress(5)), 0);
    }

    #[test]
    fn slices_are_days_until_the_last_which_has_no_end() {
        assert_eq!(day_end(0, None, 0), None);
        assert_eq!(day_end(0, Some(1_000_000), 2_000_000), Some(1_086_400));
        assert_eq!(day_end(100, Some(50), 100 + DAY_SECS), Some(100 + DAY_SECS));
        assert_eq!(day_end(101, Some(50), 100 + DAY_SECS), None);
    }
}
