//! Where a fund stands becomes public: that it moved, since which day and why. It waits for no gift and moves no figure. Not here: moving it
//! (`funds`).

use super::record::{Record, week_of};
use super::store;
use super::told::Stood;
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::{self, Fund, Move};
use crate::ids::FundId;

/// The word of these records.
const KIND: &str = "state";

/// A move that no publication told.
pub(super) struct Moved(Option<Move>);

impl Moved {
    /// As its record says it. A move that nobody noted is told without a reason, as of the day it is seen.
    pub fn told(self, n: i64, fund: &Fund, now: Instant) -> Stood {
        let since = self.0.as_ref().map_or(now, |noted| noted.changed_at).day_in(&fund.time_zone).to_string();
        Stood {
            n,
            week: week_of(now, &fund.time_zone),
            state: fund.state,
            since,
            reason: self.0.map(|noted| noted.reason).unwrap_or_default(),
        }
    }
}

/// The move to where the fund stands and the number of its record, where the newest publication found it elsewhere; before the first one, where
/// somebody noted it. Cheap to ask.
pub(super) async fn news(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Option<(i64, Moved)>> {
    let told = match store::newest_publication(tx, fund.id).await?.map(|leaf| Record::from_leaf(&leaf.body)) {
        Some(Ok(Record::Publication(newest))) => Some(newest.fund.state),
        _ => None,
    };
    if told == Some(fund.state) {
        return Ok(None);
    }
    let noted = funds::newest_move(tx, fund.id).await?.filter(|noted| noted.state == fund.state);
    if told.is_none() && noted.is_none() {
        return Ok(None);
    }
    Ok(Some((store::last_number(tx, fund.id, KIND).await?.saturating_add(1), Moved(noted))))
}

/// Every move that is published, the oldest first, each with its publication.
pub(super) async fn published(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(i64, Stood)>> {
    let read = |leaf: store::Leaf| match Record::from_leaf(&leaf.body) {
        Ok(Record::State(stood)) => Some((leaf.publication, stood)),
        _ => None,
    };
    Ok(store::of_kind(tx, fund, KIND).await?.into_iter().filter_map(read).collect())
}
