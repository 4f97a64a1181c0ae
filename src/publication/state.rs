//! Where a fund stands becomes public: that it moved, since which day and why. It waits for no gift and moves no figure. Not here: moving it
//! (`funds`).

use super::record::{Agreed, Record, week_of};
use super::store;
use super::told::{HeldBack, Stood};
use crate::approvals;
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::{self, Fund, State};
use crate::ids::FundId;

/// The word of these records.
const KIND: &str = "state";

/// The record of the move to where the fund stands, where the newest publication found it elsewhere; before the first one, where somebody noted it. A
/// move that nobody noted is told without a reason, as of the day it is seen. Cheap to ask.
pub(super) async fn news(tx: &mut Tx, fund: &Fund, now: Instant) -> sqlx::Result<Option<Record>> {
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
    let proposals: Vec<_> = noted.iter().filter_map(|noted| noted.proposal_id).collect();
    let signed = approvals::signed(tx, &proposals).await?;
    let since = noted.as_ref().map_or(now, |noted| noted.changed_at).day_in(&fund.time_zone);
    let forgets_on = match fund.state {
        State::Closed => Some(since.plus_days(funds::giving(tx, fund).await?.keep_days).to_string()),
        _ => None,
    };
    let end = funds::end(tx, fund.id).await?.filter(|_| matches!(fund.state, State::WindingDown | State::Distributing));
    let is_shared_out = fund.state == State::Distributing;
    let reserve = end
        .as_ref()
        .filter(|_| is_shared_out)
        .and_then(|end| Some(HeldBack { amount_minor: end.reserve_minor?, until: end.reserve_until?.to_string() }));
    Ok(Some(Record::State(Stood {
        n: store::last_number(tx, fund.id, KIND).await?.saturating_add(1),
        week: week_of(now, &fund.time_zone),
        state: fund.state,
        since: since.to_string(),
        reason: noted.map(|noted| noted.reason).unwrap_or_default(),
        agreed: signed.first().map(Agreed::from),
        last_expense_on: end.as_ref().filter(|_| !is_shared_out).map(|end| end.last_expense_on.to_string()),
        reserve,
        release: end.filter(|_| is_shared_out).and_then(|end| end.release),
        forgets_on,
    })))
}

/// Every move that is published, the oldest first, each with its publication.
pub(super) async fn published(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(i64, Stood)>> {
    let read = |leaf: store::Leaf| match Record::from_leaf(&leaf.body) {
        Ok(Record::State(stood)) => Some((leaf.publication, stood)),
        _ => None,
    };
    Ok(store::of_kind(tx, fund, KIND).await?.into_iter().filter_map(read).collect())
}
