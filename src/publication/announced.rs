//! What other rooms want the public to know: they write it down as a record, and the next publication tells it. Not here: what they decide
//! (`closing`), and what is gathered from the books themselves (`gather`, `steps`).

use super::passed::{Plan, PlanStands};
use super::record::{Record, week_of};
use super::rows::RowsError;
use super::{PublishError, Writer, store};
use crate::clock::{Day, Instant};
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

/// The plan of that number, as the public was told that it was agreed to; None: it was not told.
///
/// # Errors
/// When the database is gone, or a record that was kept is none.
pub async fn agreed_plan(tx: &mut Tx, fund: FundId, plan: i64) -> sqlx::Result<Option<Plan>> {
    for leaf in store::of_kind(tx, fund, "plan").await? {
        let record = Record::from_leaf(&leaf.body).map_err(|error| sqlx::Error::Decode(error.into()))?;
        if let Record::Plan(told) = record
            && told.plan == plan
            && told.stands == PlanStands::Approved
        {
            return Ok(Some(*told));
        }
    }
    Ok(None)
}

/// What waits, in its order.
pub(super) async fn waiting(tx: &mut Tx, fund: &Fund) -> Result<Vec<Record>, RowsError> {
    let waiting = store::announced::list(tx, fund.id, MOST).await?;
    let read = |(_, body): &(i64, String)| Record::from_leaf(body).map_err(|error| RowsError::Database(sqlx::Error::Decode(error.into())));
    waiting.iter().map(read).collect()
}

/// Whether something waits: cheap to ask.
pub(super) async fn has_news(tx: &mut Tx, fund: &Fund) -> sqlx::Result<bool> {
    Ok(!store::announced::list(tx, fund.id, 1).await?.is_empty())
}

impl Record {
    /// Gives a record that was announced its number among those of its kind, and the week it is told in. From this day on people may object to a plan.
    fn tell(&mut self, number: i64, in_week: &str, today: Day) {
        let (n, week) = match self {
            Self::Plan(plan) => {
                plan.from = plan.objection_days.map(|days| today.plus_days(days).to_string());
                (&mut plan.n, &mut plan.week)
            }
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
            record.tell(last.saturating_add(1).saturating_add(i64::try_from(before).unwrap_or(0)), &week, now.day_in(&fund.time_zone));
            records.push(record);
        }
        self.append(tx, records).await?;
        if let Some((last, _)) = waiting.last() {
            store::announced::forget(tx, fund.id, *last).await?;
        }
        Ok(())
    }
}
