//! What other rooms want the public to know: they write it down as a record, and the next publication tells it. Not here: what they decide
//! (`closing`), and what is gathered from the books themselves (`gather`, `steps`).

use super::record::{Record, week_of};
use super::{PublishError, Writer, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::Fund;
use crate::ids::FundId;

/// The most that one publication tells of it.
const MOST: i64 = 1_000;

/// Has the next publication of the fund tell this. Its number and week are given then.
///
/// # Errors
/// When the database is gone.
pub async fn announce(tx: &mut Tx, fund: FundId, record: &Record) -> sqlx::Result<()> {
    let leaf = record.to_leaf().map_err(|error| sqlx::Error::Encode(error.into()))?;
    store::announced::insert(tx, fund, &leaf).await
}

/// What was announced for the fund and the public was not told yet, in its order.
///
/// # Errors
/// When the database is gone.
pub async fn untold(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Record>> {
    let waiting = store::announced::list(tx, fund, MOST).await?;
    waiting.iter().map(|(_, body)| Record::from_leaf(body).map_err(|error| sqlx::Error::Decode(error.into()))).collect()
}

/// Whether something waits: cheap to ask.
pub(super) async fn has_news(tx: &mut Tx, fund: &Fund) -> sqlx::Result<bool> {
    Ok(!store::announced::list(tx, fund.id, 1).await?.is_empty())
}

impl Record {
    /// Gives a record that was announced its number among those of its kind, and the week it is told in.
    fn tell(&mut self, number: i64, in_week: &str) {
        let (n, week) = match self {
            Self::Plan(plan) => (&mut plan.n, &mut plan.week),
            Self::Grant(grant) => (&mut grant.n, &mut grant.week),
            Self::Advice(advice) => (&mut advice.n, &mut advice.week),
            Self::Passed(passed) => (&mut passed.n, &mut passed.week),
            _ => return,
        };
        *n = number;
        in_week.clone_into(week);
    }
}

impl Writer {
    /// What was announced, in its order.
    pub(super) async fn announced(&mut self, tx: &mut Tx, fund: &Fund, now: Instant) -> Result<(), PublishError> {
        let waiting = store::announced::list(tx, fund.id, MOST).await?;
        let week = week_of(now, &fund.time_zone);
        let mut records = Vec::with_capacity(waiting.len());
        for (_, body) in &waiting {
            let mut record = Record::from_leaf(body).map_err(|error| PublishError::Log(format!("{}: {error}", fund.slug)))?;
            let kind = record.kind();
            let before = records.iter().filter(|other: &&Record| other.kind() == kind).count();
            let last = store::last_number(tx, fund.id, kind).await?;
            record.tell(last.saturating_add(1).saturating_add(i64::try_from(before).unwrap_or(0)), &week);
            records.push(record);
        }
        self.append(tx, records).await?;
        if let Some((last, _)) = waiting.last() {
            store::announced::forget(tx, fund.id, *last).await?;
        }
        Ok(())
    }
}
