//! The noun: records of what is left and was passed on: plans, grants, advice, goods. Not here: what the program itself knows of them (`closing`),
//! how they are shown (`leftovers`).

use serde::{Deserialize, Serialize};

use super::copied::{self, LETTERS};
use super::spent::Agreed;
use super::told::Line;

/// What the accounts of lines about a group begin with; its name follows.
pub const GROUP: &str = "group:";
/// The unit of a line that says what an approved plan gives to a group.
pub const PLANNED: &str = "planned";
/// The unit of a line that says what was sent to it.
pub const SENT: &str = "sent";
/// The unit of a line that says what it acknowledged.
pub const ANSWERED: &str = "answered";
/// The unit of a line that counts goods that were passed on to it.
pub const GOODS: &str = "passed-goods";

crate::words! {
    /// Where a plan stands.
    pub enum PlanStands {
        /// Others are asked.
        Proposed = "proposed",
        /// They agreed.
        Approved = "approved",
        /// It is not carried out.
        Dropped = "dropped",
    }
}

crate::words! {
    /// What happened to a grant.
    pub enum GrantStands {
        /// Its money was sent.
        Sent = "sent",
        /// The bank sent it back.
        Returned = "returned",
        /// It does not reach the group: its money is in the pot again.
        Ended = "ended",
        /// The group acknowledged it.
        Answered = "answered",
        /// The group was asked and did not answer.
        Silent = "silent",
    }
}

/// How what is left is shared out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its number among these records, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// Which plan of the fund, from 1.
    pub plan: i64,
    /// Where it stands.
    #[serde(with = "super::facts::text")]
    pub stands: PlanStands,
    /// How many agreed to it; none: nobody was asked to the end yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Agreed>,
    /// For how many days people may object once it is published, where the charter lets them; said when it was agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objection_days: Option<i64>,
    /// The only purpose of the fund, which each of these groups serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The day before which no money moves then: counted from the day of the publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What is shared out.
    pub total_minor: i64,
    /// How that was worked out.
    pub lines: Vec<Working>,
    /// Who gets what.
    pub shares: Vec<Share>,
}

/// A line of how a sum was worked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Working {
    /// A word for what it is.
    pub line: String,
    /// How much; what is taken off stands with a minus.
    pub amount_minor: i64,
}

/// What a group gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The group, as the charter names it.
    pub to: String,
    /// By what: `percent` in hundredths, `weight`, or `fixed`.
    pub rule: String,
    /// How much of it.
    pub value: i64,
    /// The most it gets, however much that is; what is over it, the others share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_minor: Option<i64>,
    /// What that comes to.
    pub amount_minor: i64,
}

/// Something happened to a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its number among these records, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// By which plan.
    pub plan: i64,
    /// The group.
    pub to: String,
    /// How much.
    pub amount_minor: i64,
    /// What happened.
    #[serde(with = "super::facts::text")]
    pub stands: GrantStands,
    /// What the group said, or why the grant ended; empty where there is nothing to add.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The SHA-256 of the letter that treasurers keep, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    /// What everybody may see of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<Letter>,
}

/// A copy of a group's letter, private parts covered, that a second person let out. The bytes lie beside the page of what is left, under their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// SHA-256 of the bytes, in lower-case hex.
    pub sha256: String,
    /// What they are, such as `image/jpeg`.
    pub media_type: String,
    /// How many they are.
    pub bytes: i64,
}

impl Letter {
    /// Where its bytes lie under the fund's address: a place that never holds others.
    pub fn path(&self) -> String {
        copied::path(LETTERS, &self.sha256, &self.media_type)
    }

    /// `JPEG, 312 kB`.
    pub(super) fn kind(&self) -> String {
        copied::kind(&self.media_type, self.bytes)
    }
}

/// What donors or members would like: advice, and no vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// Its number among these records, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// Whose: `donors` or `members`.
    pub whose: String,
    /// The day of the members' vote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_on: Option<String>,
    /// How many are for whom, as it stands.
    pub counts: Vec<Count>,
}

/// How many are for a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The group.
    #[serde(rename = "for")]
    pub to: String,
    /// How many.
    pub count: i64,
}

/// Goods that were passed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passed {
    /// Its number among these records, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// The group.
    pub to: String,
    /// What they are; empty where the words may give somebody away.
    pub what: String,
    /// How many.
    pub quantity: i64,
    /// Of what.
    pub unit: String,
}

fn group(name: &str) -> String {
    format!("{GROUP}{name}")
}

impl Plan {
    pub(super) fn lines(&self) -> Vec<Line> {
        let approved = self.shares.iter().filter(|_| self.stands == PlanStands::Approved);
        approved.map(|share| Line::new(&group(&share.to), PLANNED, share.amount_minor)).collect()
    }
}

impl Grant {
    /// Which grant it is about.
    pub(super) fn about(&self) -> (i64, &str) {
        (self.plan, &self.to)
    }

    /// Whether it tells what the group said, in the place of what it said before.
    pub(super) const fn is_answer(&self) -> bool {
        matches!(self.stands, GrantStands::Answered | GrantStands::Silent)
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        let line = |unit, minor| vec![Line::new(&group(&self.to), unit, minor)];
        match self.stands {
            GrantStands::Sent => line(SENT, self.amount_minor),
            GrantStands::Returned => line(SENT, self.amount_minor.saturating_neg()),
            GrantStands::Ended => line(PLANNED, self.amount_minor.saturating_neg()),
            GrantStands::Answered => line(ANSWERED, self.amount_minor),
            GrantStands::Silent => Vec::new(),
        }
    }
}

impl Advice {
    pub(super) fn lines(&self) -> Vec<Line> {
        self.counts.iter().map(|count| Line::new(&group(&count.to), &format!("advice-{}", self.whose), count.count)).collect()
    }
}

impl Passed {
    pub(super) fn lines(&self) -> Vec<Line> {
        vec![Line::new(&group(&self.to), GOODS, self.quantity)]
    }
}
