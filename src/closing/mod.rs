//! How a fund ends.

mod advising;
pub mod answering;
mod grant;
pub mod granting;
mod may;
mod passing;
mod plan;
mod plan_refusal;
pub mod planning;
mod recipient;
pub mod recipients;
pub mod shares;
mod store;

use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::Fund;
use crate::ledger;
use crate::money::Currency;

pub use advising::{newest_vote, record_vote};
pub use grant::{ANSWER_LETTERS, Answer, AnswerKind, EndedWhy, Grant, SILENT_DAYS, Sent, Stands, WholeGrant};
pub use passing::pass_on;
pub use plan::{Plan, PlanState, Share, Whole as WholePlan, Working, by as rule_in_figures};
pub use plan_refusal::PlanRefusal;
pub use recipient::{Checked, Group, Known, Recipient};

crate::words! {
    /// A line.
    pub enum Line {
        /// Balance.
        Balance = "balance",
    }
}

/// What may be shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distributable {
    /// Lines.
    pub lines: Vec<(Line, i64)>,
    /// Sum.
    pub total_minor: i64,
    /// In what.
    pub currency: Currency,
}

/// Provisional.
pub async fn distributable(tx: &mut Tx, fund: &Fund, _now: Instant) -> sqlx::Result<Distributable> {
    let held: i64 = ledger::balances(tx, None)
        .await?
        .iter()
        .filter(|balance| balance.fund == Some(fund.id) && balance.amount.currency == fund.currency)
        .map(|balance| -balance.amount.minor)
        .sum();
    Ok(Distributable { lines: vec![(Line::Balance, held)], total_minor: held, currency: fund.currency })
}

/// Recomputes what plans and grants promise; Some names the first thing wrong (invariant 28).
///
/// # Errors
/// When the database is gone.
pub async fn verify(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    for (rule, sql) in store::plans::QUESTIONS {
        if let Some(row) = store::plans::first_wrong(tx, sql).await? {
            return Ok(Some(format!("{rule}: {row}")));
        }
    }
    Ok(None)
}
