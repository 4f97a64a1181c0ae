//! That somebody on the staff was shown who gave: how often, and why, in public. Never whose gift it was, and not before that gift is counted. Not
//! here: who may look (`donations::revealing`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::record::{Record, week_of};
use super::store;
use super::told::Line;
use crate::db::Tx;
use crate::donations::revealing;
use crate::funds::Fund;

/// The word of these records.
const KIND: &str = "identity";
/// The unit of a line that counts identities that were opened; its account says why.
pub const IDENTITIES: &str = "identities";
/// What stands before the reason in such an account.
const BECAUSE: &str = "identity:";
/// The most that one publication tells.
const MOST: i64 = 1_000;

/// An identity was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Its number, from 1.
    pub n: i64,
    /// The week it was opened in.
    pub week: String,
    /// Why: `refund`, `dispute`, `asked` or `law`.
    pub because: String,
}

impl Identity {
    /// What it counts.
    pub(super) fn lines(&self) -> Vec<Line> {
        vec![Line::new(&format!("{BECAUSE}{}", self.because), IDENTITIES, 1)]
    }
}

/// Why, and how often, out of what everything published comes to: account, unit, amount.
pub(super) fn counted<'a>(sums: impl Iterator<Item = (&'a str, &'a str, i64)>) -> Vec<(String, i64)> {
    let mut counted = BTreeMap::new();
    for (account, _, amount) in sums.filter(|(_, unit, _)| *unit == IDENTITIES) {
        *counted.entry(account.strip_prefix(BECAUSE).unwrap_or(account).to_owned()).or_insert(0) += amount;
    }
    counted.into_iter().collect()
}

/// Those that are not published.
pub(super) async fn news(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Vec<Record>> {
    let told = store::last_number(tx, fund.id, KIND).await?;
    let opened = revealing::opened_after(tx, fund.id, told, MOST).await?;
    let record = |(n, because, at): (i64, crate::donations::Because, _)| {
        Record::Identity(Identity { n, week: week_of(at, &fund.time_zone), because: because.as_str().to_owned() })
    };
    Ok(opened.into_iter().map(record).collect())
}
