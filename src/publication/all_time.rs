//! The noun: what is told of all gifts together since the start: the middle gift, and how many donors gave again. Not here: where that comes from
//! (`givers`).

use serde::{Deserialize, Serialize};

use super::told::Line;

/// The unit of a line that says how large the middle gift is, as it stands.
pub const MIDDLE: &str = "middle";
/// The unit of a line that says how many donors gave more than once, as it stands.
pub const AGAIN: &str = "again";

/// The middle of all gifts: half of them are as large or larger. To the nearest step, never to the cent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Middle {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// How large it is.
    pub amount_minor: i64,
    /// To the nearest multiple of this.
    pub step_minor: i64,
}

impl Middle {
    pub(super) fn lines(&self) -> Vec<Line> {
        vec![Line::new("gifts", MIDDLE, self.amount_minor)]
    }
}

/// How many donors gave more than once, in steps: as many more may have as no step is full of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// How many donors.
    pub donors: i64,
}

impl Again {
    pub(super) fn lines(&self) -> Vec<Line> {
        vec![Line::new("donors", AGAIN, self.donors)]
    }
}
