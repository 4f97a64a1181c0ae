//! What members would like to become of what is left: a vote, recorded as advice. What donors wished is counted where gifts are published
//! (`publication`). Neither binds anybody; the charter and the people who agree to the plan do.

use super::planning::{PLANNERS, today};
use super::store::plans as store;
use super::{PlanRefusal, recipients};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds::{self, Act};
use crate::ids::FundId;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, audit};
use crate::publication;
use crate::publication::passed::{Advice, Count};
use crate::publication::record::Record;

/// The most votes of one group.
const MOST: i64 = 10_000_000;

/// Records how members voted on `held_on`, group by group as the charter names them, in place of what was recorded before.
///
/// # Errors
/// [`PlanRefusal::NotInCharter`]; [`PlanRefusal::Day`]; [`PlanRefusal::Words`] where nobody voted, or a count is none.
pub async fn record_vote(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (fund, held_on, counts): (FundId, Day, &[(String, i64)]),
    now: Instant,
) -> Result<(), PlanRefusal> {
    let fund = funds::lock(tx, fund).await?.ok_or(PlanRefusal::NotFound)?;
    let person = people::require(tx, actor, PLANNERS).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    PlanRefusal::unless_allowed(&fund, Act::Groups)?;
    let charter = recipients::charter(tx, fund.id).await?;
    if let Some((name, _)) = counts.iter().find(|(name, _)| !charter.recipients.iter().any(|named| named.name == *name)) {
        return Err(PlanRefusal::NotInCharter(name.clone()));
    }
    if held_on > today(&fund, now) {
        return Err(PlanRefusal::Day);
    }
    let are_counts = counts.iter().all(|(_, votes)| (0..=MOST).contains(votes)) && counts.iter().any(|(_, votes)| *votes > 0);
    if !are_counts {
        return Err(PlanRefusal::Words);
    }
    store::insert_vote(tx, fund.id, (held_on, counts), person.id, now).await?;
    let counts = counts.iter().map(|(name, votes)| Count { to: name.clone(), count: *votes }).collect();
    let advice = Advice { n: 0, week: String::new(), whose: "members".to_owned(), held_on: Some(held_on.to_string()), counts };
    publication::announce(tx, fund.id, &Record::Advice(advice)).await?;
    audit::write(tx, Some(person.id), "vote.recorded", &format!("fund {}", fund.id), "", now).await?;
    Ok(operation::done(tx, operation, "", now).await?)
}

/// How members voted last: the day, and who got how many.
///
/// # Errors
/// When the database is gone.
pub async fn newest_vote(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<(Day, Vec<(String, i64)>)>> {
    store::newest_vote(tx, fund).await
}
