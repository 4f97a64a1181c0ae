//! The noun: a picket captain's link, and what it allows. Not here: making one and claiming with it (`captains`).

use crate::clock::{Day, Instant};
use crate::ids::{CaptainId, FundId, PersonId};
use crate::money::Money;
use crate::people::Language;

crate::record! {
    /// A link.
    pub struct Captain {
        /// Its row.
        pub id: CaptainId,
        /// Whose money it claims.
        pub fund_id: FundId,
        /// What treasurers call it; private.
        pub label: String,
        /// What its page is written in.
        pub language: Language,
        /// What may be claimed in all.
        pub total_minor: i64,
        /// What may be claimed at once.
        pub each_minor: i64,
        /// The uses it may claim for, with blanks between.
        pub uses: String,
        /// The last day it works.
        pub last_on: Day,
        /// Sealed: how they want to be paid.
        pub pay_by: Option<Vec<u8>>,
        /// Who made it.
        pub made_by: PersonId,
        /// When.
        pub made_at: Instant,
        /// When it was ended.
        pub ended_at: Option<Instant>,
    }
}

impl Captain {
    /// Whether it still works on this day.
    pub fn works(&self, today: Day) -> bool {
        self.ended_at.is_none() && today <= self.last_on
    }

    /// The uses it may claim for.
    pub fn uses(&self) -> impl Iterator<Item = &str> {
        self.uses.split_whitespace()
    }
}

/// A link to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCaptain {
    /// Whose money it claims.
    pub fund: FundId,
    /// What treasurers call it.
    pub label: String,
    /// What its page is written in.
    pub language: Language,
    /// What may be claimed in all.
    pub total: Money,
    /// What may be claimed at once.
    pub each: Money,
    /// The uses it may claim for.
    pub uses: Vec<String>,
    /// The last day it works.
    pub last_on: Day,
}
