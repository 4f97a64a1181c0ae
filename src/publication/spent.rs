//! The noun: what a record says of money spent, and its words. Not here: the other records (`record`).

use serde::{Deserialize, Serialize};

use crate::approvals::Signed;

/// What stands for the end of the strike where words are held until then.
pub const STRIKE: &str = "strike";

/// What kind of spending a record shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An expense that others agreed to.
    Expense,
    /// Several payments to people, as one sum.
    People,
    /// Another entry of the books: a bank's fee, an entry by two people.
    Entry,
    /// It takes another back.
    Correction,
}

impl What {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expense => "expense",
            Self::People => "people",
            Self::Entry => "entry",
            Self::Correction => "correction",
        }
    }
}

/// Money spent on one use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spending {
    /// Its number, from 1, without gaps.
    pub n: i64,
    /// The week of the purchase; of sums and corrections, the week they are of.
    pub week: String,
    /// What it shows.
    pub what: What,
    /// The account it was spent on.
    pub account: String,
    /// How much; below zero where it takes back.
    pub amount_minor: i64,
    /// How many payments the sum holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payments: Option<i64>,
    /// What was bought, counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Units>,
    /// Whether a receipt is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<bool>,
    /// Who agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Agreed>,
    /// The spending it takes back, or stands in the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<i64>,
    /// What was wrong: `amount`, `use`, `twice`, `other`, or `withdrawn` before it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mistake: Option<String>,
    /// The same in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The week of the last who agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_in: Option<String>,
    /// Where the expense stood then: `approved`, `paid`, `matched`; a [`Step`] says where it went on to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands: Option<String>,
    /// Its words are held back: until this day, or `strike`, for the end of that. None: there are none, or they are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// The words of what it takes back were held, and are never shown any more.
    #[serde(default, skip_serializing_if = "super::facts::is_false")]
    pub unheld: bool,
}

/// An expense went on: it was paid, its payment was seen at the bank, or came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// The number of the spending.
    pub about: i64,
    /// Where the expense stands: `approved`, `paid`, `matched`.
    pub stands: String,
}

/// So many of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Units {
    /// How many; below zero where they are taken back.
    pub count: i64,
    /// Of what: `cases`, `meals`, …
    pub unit: String,
}

/// How many agreed to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreed {
    /// How many had to.
    pub needed: i64,
    /// How many did.
    pub given: i64,
    /// One alone did, in an emergency.
    pub emergency: bool,
}

impl From<&Signed> for Agreed {
    fn from(signed: &Signed) -> Self {
        Self { needed: signed.needed, given: signed.given, emergency: signed.emergency }
    }
}

/// What a spending was, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The week it is published in.
    pub week: String,
    /// The number of the spending.
    pub about: i64,
    /// What was bought.
    pub text: String,
    /// Where, if that may be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// On which day, if that may be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bought_on: Option<String>,
    /// What was held back until now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freed: Option<Freed>,
}

/// A spending whose words are held back no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freed {
    /// The account it was spent on.
    pub account: String,
    /// How much.
    pub amount_minor: i64,
}
