//! The noun: records of what the books know beside gifts and spending, and what each moves. Not here: where they come from (`standing`,
//! `ways`, `extras`).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::spent::Agreed;
use crate::funds::State;
use crate::funds::charter::Charter;

/// The unit of a line that tells which way gifts came: money, as on the account of everything received.
pub const WAY: &str = "way";
/// The unit of a line that counts gifts of one way.
pub const WAY_GIFTS: &str = "way-gifts";
/// The unit of a line that counts gifts of one band of sizes, as it stands.
pub const BAND: &str = "band";
/// The unit of a line that moves what one kind of money account holds, debit positive.
pub const HELD: &str = "held";
/// What moved since accounts were last told apart.
pub const TOGETHER: &str = "assets:together";
/// The unit of a line that says whether two books agree: 1 they do, 2 they do not.
pub const AGREES: &str = "agrees";
/// The unit of a line that counts what no line of the other side is tied to, as it stands.
pub const WAITING: &str = "waiting";
/// The unit of a line that says since how many whole weeks the oldest of it waits.
pub const WEEKS: &str = "weeks";
/// The unit of a line that says what goods are worth.
pub const VALUE: &str = "value";
/// The unit of a line that counts goods, by how they were valued, begins so.
pub const GOODS: &str = "goods-";
/// The unit of a line that says how much of what is left waits for disputes, in percent, as it stands.
pub const RESERVE: &str = "reserve-percent";
/// The unit of a line that moves what may be spent.
pub const BUDGET: &str = "budget";
/// The unit of a line that says what is owed or carried, as it stands.
pub const OWED: &str = "owed";
/// The unit of a line that says how many that are.
pub const OWED_COUNT: &str = "owed-count";

/// What a record moves: the fund's side of an entry, debit positive, or a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The account's path.
    pub account: String,
    /// `money`, or what is counted.
    pub unit: String,
    /// How much, or how many.
    pub amount: i64,
}

impl Line {
    pub(super) fn new(account: &str, unit: &str, amount: i64) -> Self {
        Self { account: account.to_owned(), unit: unit.to_owned(), amount }
    }
}

/// What the fund promises: a version of its charter, and how it decides on money. Another of either is another record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chartered {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// The day from which the charter is in force.
    pub in_force_on: String,
    /// The language it is written in.
    pub language: String,
    /// How many agreed to it beside whoever wrote it; none: nobody else was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Agreed>,
    /// The charter, a paragraph a line behind the word of its article.
    pub body: String,
    /// How many must agree to which sum, as lines.
    pub rules: String,
    /// Whom to write to.
    pub contact: String,
}

impl Chartered {
    pub(super) fn lines(&self) -> Vec<Line> {
        let charter = Charter::of_lines(&self.body);
        charter.map(|charter| Line::new("reserve", RESERVE, charter.reserve_percent)).into_iter().collect()
    }
}

/// The fund stands elsewhere than it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stood {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// Where it stands, such as `paused`.
    #[serde(with = "super::facts::text")]
    pub state: State,
    /// Since which day.
    pub since: String,
    /// Why; empty where nobody said.
    pub reason: String,
    /// How many agreed to it; None: it was opened while it was set up, or nobody noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Agreed>,
    /// Where it winds down: the last day of what it still pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_expense_on: Option<String>,
    /// Where it shares out: what it holds back for disputes, and the day from which that is shared out as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve: Option<HeldBack>,
    /// Where it shares out: who released its money from its only purpose, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Where it closed: the day from which what is known of its donors is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forgets_on: Option<String>,
}

/// What is held back for disputes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldBack {
    /// How much.
    pub amount_minor: i64,
    /// The day from which it is shared out as well.
    pub until: String,
}

/// Which way gifts came since it was last told; a way of few gifts waits for others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ways {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// The ways that may be told.
    pub ways: Vec<Way>,
}

/// One way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// The account of income.
    pub account: String,
    /// What came this way since it was last told.
    pub amount_minor: i64,
    /// How many gifts that are.
    pub gifts: i64,
}

impl Ways {
    pub(super) fn lines(&self) -> Vec<Line> {
        let of =
            |way: &Way| [Line::new(&way.account, WAY, way.amount_minor.saturating_neg()), Line::new(&way.account, WAY_GIFTS, way.gifts)];
        self.ways.iter().flat_map(of).collect()
    }
}

/// How many gifts lie in which band of sizes, in steps; gifts that fill no step stand in no band yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// The bands, the smallest gifts first.
    pub bands: Vec<Band>,
}

/// A band of sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The smallest gift in it.
    pub from_minor: i64,
    /// The smallest gift that is too large for it; none: no gift is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_minor: Option<i64>,
    /// How many gifts.
    pub gifts: i64,
}

impl Band {
    /// What stands for it in reports: zero-padded, so that the order of texts is that of sizes.
    pub(super) fn word(&self) -> String {
        format!("{:012}-{}", self.from_minor, self.under_minor.map_or_else(String::new, |under| format!("{under:012}")))
    }
}

impl Bands {
    pub(super) fn lines(&self) -> Vec<Line> {
        self.bands.iter().map(|band| Line::new(&band.word(), BAND, band.gifts)).collect()
    }
}

/// What the money accounts moved by since the record before, by kind: whose they are and how they are called is private.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// What moved, debit positive.
    pub moved: Vec<Moved>,
}

/// What one kind of account moved by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// The kind: the first two words of its accounts' paths.
    pub account: String,
    /// By how much.
    pub amount_minor: i64,
}

impl Accounts {
    pub(super) fn lines(&self) -> Vec<Line> {
        self.moved.iter().map(|moved| Line::new(&moved.account, HELD, moved.amount_minor)).collect()
    }
}

/// Our books beside those of Stripe or of the banks, as at a batch. Never an amount: one line that waits could be one gift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tie {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// Whose books: the kind of our account.
    pub account: String,
    /// The day up to which theirs were read; empty: never.
    pub as_of: String,
    /// Whether nothing differs but what waits for its line.
    pub agrees: bool,
    /// How many lines of theirs and postings of ours are tied to nothing yet.
    pub waiting: i64,
    /// Since how many whole weeks the oldest of them waits.
    pub weeks: i64,
}

impl Tie {
    pub(super) fn lines(&self) -> Vec<Line> {
        let line = |unit, amount| Line::new(&self.account, unit, amount);
        vec![line(AGREES, if self.agrees { 1 } else { 2 }), line(WAITING, self.waiting), line(WEEKS, self.weeks)]
    }
}

/// Goods that were given in kind, or what they were worth put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goods {
    /// Its number, from 1.
    pub n: i64,
    /// The week they came in.
    pub week: String,
    /// The account of what became of them.
    pub account: String,
    /// What they are; empty where the words may give somebody away.
    pub what: String,
    /// How many; 0: only the value is put right.
    pub quantity: i64,
    /// Of what.
    pub unit: String,
    /// Fair value of all of them; below zero where it is taken back. None: nobody valued them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_minor: Option<i64>,
    /// How it was found: `shop`, `bill`, `estimate`, `corrected`, or `not`.
    pub valued: String,
}

impl Goods {
    pub(super) fn text(&self) -> Cow<'_, str> {
        if self.unit.is_empty() || self.what.is_empty() {
            Cow::Borrowed(&self.what)
        } else {
            Cow::Owned(format!("{} ({})", self.what, self.unit))
        }
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        let counted = Line::new(&self.account, &format!("{GOODS}{}", self.valued), self.quantity);
        vec![counted, Line::new(&self.account, VALUE, self.value_minor.unwrap_or(0))]
    }
}

/// What may be spent on a use from now on; only of a fund that shows its budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Its number, from 1.
    pub n: i64,
    /// The week it was set in.
    pub week: String,
    /// The account of the use.
    pub account: String,
    /// What may be spent.
    pub amount_minor: i64,
    /// By how much that is more than before.
    pub change_minor: i64,
    /// Why.
    pub reason: String,
}

impl Budget {
    pub(super) fn lines(&self) -> Vec<Line> {
        vec![Line::new(&self.account, BUDGET, self.change_minor)]
    }
}

/// What stands out, by kind and use: groups too small to be shown are not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owed {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// The groups.
    pub groups: Vec<Group>,
}

/// A group of sums that stand out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// A kind of account, or the account of a use.
    pub account: String,
    /// How many.
    pub count: i64,
    /// How much.
    pub amount_minor: i64,
}

impl Owed {
    pub(super) fn lines(&self) -> Vec<Line> {
        let of = |group: &Group| [Line::new(&group.account, OWED, group.amount_minor), Line::new(&group.account, OWED_COUNT, group.count)];
        self.groups.iter().flat_map(of).collect()
    }
}
