//! What became of expenses after they were published: paid, seen at the bank, come back. Not here: taking one back, which is a spending of its
//! own (`gather`).

use super::record::{Record, Step, week_of};
use super::{PublishError, Writer, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::Fund;
use crate::ids::EntryId;
use crate::spending::State;
use crate::spending::steps::{self, Stands};

/// The most steps that one publication tells.
const MOST: i64 = 10_000;
/// So many are looked at to learn whether one is new.
const FEW: i64 = 50;

/// How records say where an expense stands; None: that is nobody's business.
pub(super) const fn in_public(state: State) -> Option<&'static str> {
    match state {
        State::Approved | State::Paid | State::Matched => Some(state.as_str()),
        State::Draft | State::Sent | State::Rejected | State::Corrected => None,
    }
}

/// Whether an expense went on since it was published: cheap to ask.
pub(super) async fn has_news(tx: &mut Tx, fund: &Fund) -> sqlx::Result<bool> {
    for one in steps::waiting(tx, fund.id, FEW).await? {
        if !untold(tx, fund, &one).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The published spendings of an expense that say it stands elsewhere.
async fn untold(tx: &mut Tx, fund: &Fund, one: &Stands) -> sqlx::Result<Vec<i64>> {
    let mut spendings = Vec::new();
    for spending in store::spendings_of_entry(tx, fund.id, one.entry_id).await? {
        if told(tx, fund, spending).await?.as_deref() != in_public(one.state) {
            spendings.push(spending);
        }
    }
    Ok(spendings)
}

/// Where a spending says that its expense stands.
async fn told(tx: &mut Tx, fund: &Fund, spending: i64) -> sqlx::Result<Option<String>> {
    let mut stands = None;
    let first = store::numbered(tx, fund.id, "spending", spending).await?;
    for leaf in first.into_iter().chain(store::about(tx, fund.id, spending, spending).await?) {
        match Record::from_leaf(&leaf.body) {
            Ok(Record::Spending(shown)) if shown.n == spending => stands = shown.stands,
            Ok(Record::Step(step)) => stands = Some(step.stands),
            _ => {}
        }
    }
    Ok(stands)
}

/// Whether the public knows an entry by now.
async fn is_published(tx: &mut Tx, fund: &Fund, entry: EntryId) -> sqlx::Result<bool> {
    Ok(!store::spendings_of_entry(tx, fund.id, entry).await?.is_empty())
}

impl Writer {
    /// Where expenses went on to. New spending is published already.
    pub(super) async fn steps(&mut self, tx: &mut Tx, fund: &Fund, now: Instant) -> Result<(), PublishError> {
        let mut n = store::last_number(tx, fund.id, "step").await?;
        let mut records = Vec::new();
        for one in steps::waiting(tx, fund.id, MOST).await? {
            let Some(stands) = in_public(one.state) else { continue };
            for about in untold(tx, fund, &one).await? {
                n += 1;
                records.push(Record::Step(Step { n, week: week_of(now, &fund.time_zone), about, stands: stands.to_owned() }));
            }
            if is_published(tx, fund, one.entry_id).await? {
                steps::told(tx, fund.id, one.expense_id).await?;
            }
        }
        self.append(tx, records).await
    }
}
