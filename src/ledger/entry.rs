//! Entries and postings: what one event does to the accounts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::clock::{Day, Instant};
use crate::ids::{EntryId, FundId};
use crate::money::{self, Currency, LARGEST_MINOR, Money};

crate::words! {
    /// Who caused an entry.
    pub enum Source {
        /// A balance transaction of Stripe's.
        Stripe = "stripe",
        /// The first balance of an account that had a past.
        Opening = "opening",
        /// Money spent.
        Spending = "spending",
        /// A payout seen at the bank.
        Bank = "bank",
        /// A gift that came in by hand, and cash that was taken to the bank or handed back.
        Gift = "gift",
        /// What two people wrote because nothing else covers it.
        Journal = "journal",
        /// What is left, passed on.
        Grant = "grant",
        /// The negation of another entry.
        Reversal = "reversal",
    }
}

impl Source {
    /// Every cause there is.
    pub const ALL: [Self; 8] =
        [Self::Stripe, Self::Opening, Self::Spending, Self::Bank, Self::Gift, Self::Journal, Self::Grant, Self::Reversal];
}

/// Why something is no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbalanced {
    /// An event touches two accounts at least.
    #[error("an entry needs two postings at least")]
    TooFew,
    /// A posting of zero says nothing.
    #[error("a posting of zero to {0}")]
    Zero(String),
    /// Beyond what the books can hold.
    #[error("a posting to {0} is larger than the books can hold")]
    TooLarge(String),
    /// The postings of a currency do not sum to zero.
    #[error("the postings in {0} do not sum to zero")]
    Sum(Currency),
}

/// An event to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Who caused it.
    pub source: Source,
    /// The causing fact's or decision's own id; with source and kind it is posted once.
    pub source_id: String,
    /// What kind of event it is, such as `charge`.
    pub kind: &'static str,
    /// The day it counts on, in the fund's time zone.
    pub effective_on: Day,
    /// A note for the books; never text of strangers.
    pub memo: Option<String>,
    /// Who decided it, by role or opaque id.
    pub actor: Option<String>,
    /// The entry it takes back.
    pub reverses: Option<EntryId>,
    /// At least two; they sum to zero in each currency.
    pub postings: Vec<NewPosting>,
}

/// One posting to be made. Debit positive, credit negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPosting {
    /// The account's path.
    pub path: Cow<'static, str>,
    /// The fund it stands on: required for income, expense and opening equity, refused elsewhere.
    pub fund: Option<FundId>,
    /// The amount.
    pub amount: Money,
}

/// An entry that stands in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Rising, with gaps.
    pub id: EntryId,
    /// Who caused it.
    pub source: Source,
    /// The causing fact's or decision's own id.
    pub source_id: String,
    /// What kind of event it is.
    pub kind: String,
    /// The day it counts on.
    pub effective_on: Day,
    /// When it was written.
    pub recorded_at: Instant,
    /// The entry it takes back.
    pub reverses: Option<EntryId>,
    /// Its postings, by number.
    pub postings: Vec<Posting>,
}

/// A posting that stands in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Its number in the entry, from 1.
    pub n: i64,
    /// The account's path.
    pub path: String,
    /// The fund it stands on.
    pub fund: Option<FundId>,
    /// That fund's word in addresses.
    pub fund_slug: Option<String>,
    /// Debit positive, credit negative.
    pub amount: Money,
}

impl Posting {
    /// The posting that takes this one back.
    pub fn negated(&self) -> NewPosting {
        let amount = Money::new(-self.amount.minor, self.amount.currency);
        NewPosting { path: Cow::Owned(self.path.clone()), fund: self.fund, amount }
    }
}

impl NewPosting {
    /// A posting to pooled money or to what is owed.
    pub fn pooled(path: impl Into<Cow<'static, str>>, amount: Money) -> Self {
        Self { path: path.into(), fund: None, amount }
    }

    /// A posting that stands on a fund.
    pub fn of_fund(path: impl Into<Cow<'static, str>>, fund: FundId, amount: Money) -> Self {
        Self { path: path.into(), fund: Some(fund), amount }
    }
}

impl NewEntry {
    /// The source as the books key it, for messages.
    pub fn key(&self) -> String {
        format!("{} {} ({})", self.source, self.source_id, self.kind)
    }

    /// Whether this is an entry at all: the database checks the same once more.
    ///
    /// # Errors
    /// [`Unbalanced`], naming the first thing wrong.
    pub fn check(&self) -> Result<(), Unbalanced> {
        if self.postings.len() < 2 {
            return Err(Unbalanced::TooFew);
        }
        let mut by_currency: BTreeMap<Currency, Vec<i64>> = BTreeMap::new();
        for posting in &self.postings {
            let minor = posting.amount.minor;
            if minor == 0 {
                return Err(Unbalanced::Zero(posting.path.to_string()));
            }
            if minor.unsigned_abs() > LARGEST_MINOR.unsigned_abs() {
                return Err(Unbalanced::TooLarge(posting.path.to_string()));
            }
            by_currency.entry(posting.amount.currency).or_default().push(minor);
        }
        match by_currency.into_iter().find(|(_, amounts)| money::sum(amounts.iter().copied()) != Some(0)) {
            Some((currency, _)) => Err(Unbalanced::Sum(currency)),
            None => Ok(()),
        }
    }

    /// Whether an entry that stands has the same cause.
    pub fn has_source_of(&self, standing: &Entry) -> bool {
        (self.source, &*self.source_id, self.kind) == (standing.source, &*standing.source_id, &*standing.kind)
    }

    /// Whether an entry that stands has the same content.
    pub fn says_the_same(&self, standing: &Entry) -> bool {
        let ours = self.postings.iter().map(|p| (&*p.path, p.fund, p.amount));
        let theirs = standing.postings.iter().map(|p| (&*p.path, p.fund, p.amount));
        standing.effective_on == self.effective_on && standing.reverses == self.reverses && ours.eq(theirs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(amounts: &[(i64, &str)]) -> NewEntry {
        let posting = |&(minor, code): &(i64, &str)| NewPosting::pooled("assets:stripe", Money::new(minor, code.parse().unwrap()));
        NewEntry {
            source: Source::Stripe,
            source_id: "txn_1".to_owned(),
            kind: "charge",
            effective_on: "2026-11-14".parse().unwrap(),
            memo: None,
            actor: None,
            reverses: None,
            postings: amounts.iter().map(posting).collect(),
        }
    }

    #[test]
    fn an_entry_sums_to_zero_in_each_currency_or_is_none() {
        assert_eq!(entry(&[(5, "USD"), (-5, "USD"), (7, "EUR"), (-7, "EUR")]).check(), Ok(()));
        assert_eq!(entry(&[(5, "USD")]).check(), Err(Unbalanced::TooFew));
        assert_eq!(entry(&[(5, "USD"), (-5, "EUR")]).check(), Err(Unbalanced::Sum("EUR".parse().unwrap())));
        assert!(matches!(entry(&[(5, "USD"), (0, "USD"), (-5, "USD")]).check(), Err(Unbalanced::Zero(_))));
        assert!(matches!(entry(&[(i64::MIN, "USD"), (i64::MAX, "USD")]).check(), Err(Unbalanced::TooLarge(_))));
    }
}
