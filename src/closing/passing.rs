//! Goods that are left, passed on to a group of the charter by number and unit. They are not money, and no plan shares them out. Not here: the log
//! of goods (`donations`).

use super::planning::lock;
use super::{PlanRefusal, recipients};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::donations::in_kind;
use crate::funds::Act;
use crate::ids::FundId;
use crate::people::Actor;
use crate::people::operation::{self, Operation};
use crate::publication;
use crate::publication::passed::Passed;
use crate::publication::record::Record;
use crate::spending::lint::lint;

/// Passes goods of a fund on to a group.
///
/// # Errors
/// [`PlanRefusal::NotInCharter`]; what the log of goods refuses, such as more than there are.
pub async fn pass_on(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (fund, number, name): (FundId, &str, &str),
    (quantity, on): (i64, Day),
    now: Instant,
) -> Result<(), PlanRefusal> {
    let fund = lock(tx, fund).await?;
    PlanRefusal::unless_allowed(&fund, Act::Grant)?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let charter = recipients::charter(tx, fund.id).await?;
    if !charter.recipients.iter().any(|named| named.name == name) {
        return Err(PlanRefusal::NotInCharter(name.to_owned()));
    }
    let goods = in_kind::find(tx, number).await?.filter(|goods| goods.fund_id == fund.id).ok_or(PlanRefusal::NotFound)?;
    in_kind::pass_on(tx, number, (quantity, on, name), operation, actor, now).await?;
    let is_safe = lint(&goods.what).is_empty() && lint(&goods.unit).is_empty();
    let what = if is_safe { goods.what } else { String::new() };
    let passed = Passed { n: 0, week: String::new(), to: name.to_owned(), what, quantity, unit: goods.unit };
    Ok(publication::announce(tx, fund.id, &Record::Passed(passed)).await?)
}
