//! The noun: a picket captain's link, and what it allows. Not here: making one and claiming with it (`captains`).

use std::fmt;

use super::payee::Way;
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
        /// Sealed: where they hear what became of a claim.
        pub email: Option<Vec<u8>>,
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

/// How a captain wants to be paid: a wish, which a treasurer reads when it is paid. Money goes by the payee book alone.
#[derive(Clone, PartialEq, Eq)]
pub struct PayBy {
    /// The way.
    pub way: Way,
    /// Whatever else must be known; never printed.
    pub details: String,
}

/// The longest details of a wish, in letters.
pub const PAY_BY_LETTERS: usize = 200;

impl fmt::Debug for PayBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayBy").field("way", &self.way).finish_non_exhaustive()
    }
}

impl PayBy {
    /// Reads a wish. Only cash needs no details.
    ///
    /// # Errors
    /// The field that is wrong: `pay_way` or `pay_by`.
    pub fn parse(way: &str, details: &str) -> Result<Self, &'static str> {
        let way = way.parse::<Way>().map_err(|_| "pay_way")?;
        let fits = details.chars().count() <= PAY_BY_LETTERS && (way == Way::Cash || !details.is_empty());
        if fits { Ok(Self { way, details: details.to_owned() }) } else { Err("pay_by") }
    }

    /// As it is sealed.
    pub(super) fn text(&self) -> String {
        format!("{}\n{}", self.way, self.details)
    }

    /// Reads what was sealed. A text without a way is a wish in the captain's own words.
    pub(super) fn of_text(text: &str) -> Self {
        let parted = text.split_once('\n').and_then(|(way, details)| Some((way.parse().ok()?, details)));
        let (way, details) = parted.unwrap_or((Way::Other, text));
        Self { way, details: details.to_owned() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_as_it_was_sealed_and_is_never_printed() {
        let wish = PayBy::parse("bank", "021000021 123456789\nof my sister").unwrap();
        assert_eq!(PayBy::of_text(&wish.text()), wish);
        assert!(!format!("{wish:?}").contains("1234"));
        assert_eq!(PayBy::of_text("cash, please"), PayBy { way: Way::Other, details: "cash, please".to_owned() });
        assert!(PayBy::parse("cash", "").is_ok());
        assert_eq!(PayBy::parse("", "x"), Err("pay_way"));
        for bad in ["", &"a".repeat(201)] {
            assert_eq!(PayBy::parse("other", bad), Err("pay_by"));
        }
    }
}
