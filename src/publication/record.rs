//! The noun: one public record, the leaf of a fund's log. Its text is canonical, so that whoever reads it back can write it again byte for byte.
//! Not here: where records come from (`gather`), what they add up to (`store`).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::all_time::{Again, Middle};
pub use super::copied::{Copied, TakenDown};
use super::facts::Publication;
pub use super::identities::Identity;
pub use super::passed::{Advice, Grant, Passed, Plan};
pub use super::spent::{Agreed, Freed, STRIKE, Spending, Step, Text, Units, What};
pub use super::told::Line;
use super::told::{Accounts, Bands, Budget, Chartered, Goods, Owed, Stood, Tie, Ways};
use crate::clock::{Day, Instant, Zone};
use crate::ledger::chart;

/// The account of everything received; the parts of it stand under it.
pub const GIFTS: &str = "income:donations";
/// The account of all fees.
pub const FEES: &str = "expenses:fees";
/// The unit of a line that is money: the fund's currency, in minor units.
pub const MONEY: &str = "money";
/// The unit of a line that counts gifts.
pub const COUNT: &str = "gifts";

/// The unit of a line that counts what was put right.
pub const CORRECTION: &str = "correction";
/// The unit of a line that counts what one signature did in an emergency.
pub const EMERGENCY: &str = "emergency";
/// The unit of a line that is money whose words are held back.
pub const DETAILS: &str = "details";
/// The unit of a line that counts what that is.
pub const DETAILS_COUNT: &str = "details-count";
/// The unit of a line that counts what has no receipt.
pub const NO_RECEIPT: &str = "no-receipt";

crate::record! {
    /// What lines of one account and unit come to.
    pub struct Sum {
        /// The account's path.
        pub account: String,
        /// `money`, or what is counted.
        pub unit: String,
        /// How much, or how many.
        pub amount: i64,
    }
}

/// One public record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Record {
    /// What the books began with, or what was added to that.
    Opening(Opening),
    /// A batch of gifts.
    Batch(Batch),
    /// Money spent, or put right.
    Spending(Spending),
    /// What a spending was, in words, once they may be shown.
    Text(Text),
    /// What the fund promises.
    Charter(Box<Chartered>),
    /// How gifts came.
    Ways(Ways),
    /// How large gifts were, in bands.
    Bands(Bands),
    /// How large the middle gift is.
    Middle(Middle),
    /// How many donors gave again.
    Again(Again),
    /// Where the money is.
    Accounts(Accounts),
    /// Our books beside somebody else's.
    Tie(Tie),
    /// What was given in kind.
    Goods(Goods),
    /// What may be spent on a use.
    Budget(Budget),
    /// What is approved and not paid, and what people carry.
    Owed(Owed),
    /// An expense went on.
    Step(Step),
    /// A copy of a receipt.
    Copy(Copied),
    /// It is shown no more.
    TakenDown(TakenDown),
    /// Somebody on the staff was shown who gave.
    Identity(Identity),
    /// Where the fund stands from now on.
    State(Stood),
    /// How what is left is shared out.
    Plan(Box<Plan>),
    /// Something happened to a grant.
    Grant(Grant),
    /// What donors or members would like.
    Advice(Advice),
    /// Goods that were passed on.
    Passed(Passed),
    /// The end of a publication: who published, when, under which rules.
    Publication(Box<Publication>),
}

/// What the books began with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The week it is published in.
    pub week: String,
    /// How much.
    pub amount_minor: i64,
}

/// A batch of gifts, and what happened to gifts since the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in: gifts never count by their own day.
    pub week: String,
    /// How many gifts.
    pub gifts: i64,
    /// What they brought; refunds and disputes too few to stand alone are taken off.
    pub received_minor: i64,
    /// What was given back, and how many times.
    pub refunded_minor: i64,
    /// How many refunds that is.
    pub refunds: i64,
    /// What banks took back, less what they gave back.
    pub disputed_minor: i64,
    /// How many movements of disputes that is.
    pub disputes: i64,
    /// What Stripe kept.
    pub fees_minor: i64,
    /// What commits to each of its gifts, of which what they brought is the sum (see [`coins`](super::coins)); a batch that brought nothing has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<String>,
}

/// Why a text is no record.
#[derive(Debug, thiserror::Error)]
pub enum NoRecord {
    /// It does not read as one.
    #[error("it is no record: {0}")]
    Shape(#[from] serde_json::Error),
    /// It reads as one, and is written otherwise than we write it.
    #[error("it is written otherwise than this record is written")]
    Form,
}

impl Record {
    /// The record as its leaf: JSON without blanks, its fields in their order.
    ///
    /// # Errors
    /// Never: every field can be written.
    pub fn to_leaf(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Reads a leaf.
    ///
    /// # Errors
    /// [`NoRecord`], also for a record in another form: one record has one leaf.
    pub fn from_leaf(leaf: &str) -> Result<Self, NoRecord> {
        let record: Self = serde_json::from_str(leaf)?;
        if record.to_leaf()? == leaf { Ok(record) } else { Err(NoRecord::Form) }
    }

    /// Its word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Opening(_) => "opening",
            Self::Batch(_) => "batch",
            Self::Spending(_) => "spending",
            Self::Text(_) => "text",
            Self::Charter(_) => "charter",
            Self::Ways(_) => "ways",
            Self::Bands(_) => "bands",
            Self::Middle(_) => "middle",
            Self::Again(_) => "again",
            Self::Accounts(_) => "accounts",
            Self::Tie(_) => "tie",
            Self::Goods(_) => "goods",
            Self::Budget(_) => "budget",
            Self::Owed(_) => "owed",
            Self::Step(_) => "step",
            Self::Copy(_) => "copy",
            Self::TakenDown(_) => "taken_down",
            Self::Identity(_) => "identity",
            Self::State(_) => "state",
            Self::Plan(_) => "plan",
            Self::Grant(_) => "grant",
            Self::Advice(_) => "advice",
            Self::Passed(_) => "passed",
            Self::Publication(_) => "publication",
        }
    }

    /// Its number among those of its kind; 0: they have none.
    pub fn number(&self) -> i64 {
        match self {
            Self::Opening(_) | Self::Text(_) => 0,
            Self::Batch(batch) => batch.n,
            Self::Spending(spending) => spending.n,
            Self::Charter(charter) => charter.n,
            Self::Ways(ways) => ways.n,
            Self::Bands(bands) => bands.n,
            Self::Middle(middle) => middle.n,
            Self::Again(again) => again.n,
            Self::Accounts(accounts) => accounts.n,
            Self::Tie(tie) => tie.n,
            Self::Goods(goods) => goods.n,
            Self::Budget(budget) => budget.n,
            Self::Owed(owed) => owed.n,
            Self::Step(step) => step.n,
            Self::Copy(copied) => copied.n,
            Self::TakenDown(down) => down.n,
            Self::Identity(identity) => identity.n,
            Self::State(stood) => stood.n,
            Self::Plan(plan) => plan.n,
            Self::Grant(grant) => grant.n,
            Self::Advice(advice) => advice.n,
            Self::Passed(passed) => passed.n,
            Self::Publication(publication) => publication.number,
        }
    }

    /// The spending it says more of; 0: none.
    pub fn about(&self) -> i64 {
        match self {
            Self::Spending(spending) => spending.corrects.unwrap_or(0),
            Self::Text(text) => text.about,
            Self::Step(step) => step.about,
            Self::Copy(copied) => copied.about,
            Self::TakenDown(down) => down.about,
            _ => 0,
        }
    }

    /// The week it counts in.
    pub fn week(&self) -> &str {
        match self {
            Self::Opening(opening) => &opening.week,
            Self::Batch(batch) => &batch.week,
            Self::Spending(spending) => &spending.week,
            Self::Text(text) => &text.week,
            Self::Charter(charter) => &charter.week,
            Self::Ways(ways) => &ways.week,
            Self::Bands(bands) => &bands.week,
            Self::Middle(middle) => &middle.week,
            Self::Again(again) => &again.week,
            Self::Accounts(accounts) => &accounts.week,
            Self::Tie(tie) => &tie.week,
            Self::Goods(goods) => &goods.week,
            Self::Budget(budget) => &budget.week,
            Self::Owed(owed) => &owed.week,
            Self::Step(step) => &step.week,
            Self::Copy(copied) => &copied.week,
            Self::TakenDown(down) => &down.week,
            Self::Identity(identity) => &identity.week,
            Self::State(stood) => &stood.week,
            Self::Plan(plan) => &plan.week,
            Self::Grant(grant) => &grant.week,
            Self::Advice(advice) => &advice.week,
            Self::Passed(passed) => &passed.week,
            Self::Publication(publication) => &publication.week,
        }
    }

    /// What it says in words: of a purchase what was bought, of a correction or a budget why, of goods what they are, of a tie the day it is
    /// as of; else nothing.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(&text.text),
            Self::Spending(spending) => Cow::Borrowed(spending.reason.as_deref().unwrap_or_default()),
            Self::Goods(goods) => goods.text(),
            Self::Budget(budget) => Cow::Borrowed(&budget.reason),
            Self::Tie(tie) => Cow::Borrowed(&tie.as_of),
            Self::State(stood) => Cow::Borrowed(&stood.reason),
            Self::Grant(grant) => Cow::Borrowed(&grant.text),
            Self::Passed(passed) => Cow::Borrowed(&passed.what),
            _ => Cow::Borrowed(""),
        }
    }

    /// What it moves. What is zero is no line.
    pub fn lines(&self) -> Vec<Line> {
        let line = Line::new;
        let mut lines = match self {
            Self::Opening(opening) => vec![line(chart::OPENING, MONEY, opening.amount_minor.saturating_neg())],
            Self::Batch(batch) => vec![
                line(GIFTS, MONEY, batch.received_minor.saturating_neg()),
                line(GIFTS, COUNT, batch.gifts),
                line(chart::REFUNDS, MONEY, batch.refunded_minor),
                line(chart::REFUNDS, COUNT, batch.refunds),
                line(chart::CHARGEBACKS, MONEY, batch.disputed_minor),
                line(chart::CHARGEBACKS, COUNT, batch.disputes),
                line(FEES, MONEY, batch.fees_minor),
            ],
            Self::Spending(spending) => {
                let mut lines = vec![line(&spending.account, MONEY, spending.amount_minor)];
                lines.extend(spending.units.as_ref().map(|units| line(&spending.account, &units.unit, units.count)));
                let flag = |is_so: bool, unit| is_so.then(|| line(&spending.account, unit, 1));
                lines.extend(flag(spending.what == What::Correction, CORRECTION));
                lines.extend(flag(spending.agreed.is_some_and(|agreed| agreed.emergency), EMERGENCY));
                lines.extend(flag(spending.receipt == Some(false), NO_RECEIPT));
                let held = i64::from(spending.held.is_some()) - i64::from(spending.unheld);
                lines.extend((held != 0).then(|| line(&spending.account, DETAILS, spending.amount_minor)));
                lines.push(line(&spending.account, DETAILS_COUNT, held));
                lines
            }
            Self::Ways(ways) => ways.lines(),
            Self::Bands(bands) => bands.lines(),
            Self::Charter(charter) => charter.lines(),
            Self::Middle(middle) => middle.lines(),
            Self::Again(again) => again.lines(),
            Self::Accounts(accounts) => accounts.lines(),
            Self::Tie(tie) => tie.lines(),
            Self::Goods(goods) => goods.lines(),
            Self::Budget(budget) => budget.lines(),
            Self::Owed(owed) => owed.lines(),
            Self::Plan(plan) => plan.lines(),
            Self::Grant(grant) => grant.lines(),
            Self::Advice(advice) => advice.lines(),
            Self::Passed(passed) => passed.lines(),
            Self::Identity(identity) => identity.lines(),
            Self::Text(text) => text.freed.as_ref().map_or_else(Vec::new, |freed| {
                vec![line(&freed.account, DETAILS, freed.amount_minor.saturating_neg()), line(&freed.account, DETAILS_COUNT, -1)]
            }),
            Self::Step(_) | Self::Copy(_) | Self::TakenDown(_) | Self::State(_) | Self::Publication(_) => Vec::new(),
        };
        lines.retain(|line| line.amount != 0);
        lines
    }
}

/// The week of a moment in a fund's zone.
pub fn week_of(at: Instant, zone: &Zone) -> String {
    Day::iso_week(at.day_in(zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn water() -> Record {
        Record::Spending(Spending {
            n: 57,
            week: "2026-W46".to_owned(),
            what: What::Expense,
            account: "expenses:program:water".to_owned(),
            amount_minor: 1_899,
            payments: None,
            units: Some(Units { count: 40, unit: "cases".to_owned() }),
            receipt: Some(true),
            agreed: Some(Agreed { needed: 1, given: 1, emergency: false }),
            corrects: None,
            mistake: None,
            reason: None,
            agreed_in: None,
            stands: None,
            held: None,
            unheld: false,
        })
    }

    #[test]
    fn a_record_has_one_leaf() {
        let leaf = water().to_leaf().unwrap();
        assert_eq!(
            leaf,
            r#"{"kind":"spending","n":57,"week":"2026-W46","what":"expense","account":"expenses:program:water","amount_minor":1899,"units":{"count":40,"unit":"cases"},"receipt":true,"agreed":{"needed":1,"given":1,"emergency":false}}"#
        );
        assert_eq!(Record::from_leaf(&leaf).unwrap(), water());
        for other in [
            leaf.replace(',', ", "),
            leaf.replace("\"n\":57,", ""),
            leaf.replace("1899", "1899.0"),
            format!("{leaf} "),
            leaf.replace("}}", ",\"x\":1}}"),
        ] {
            assert!(Record::from_leaf(&other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_record_moves_money_and_counts() {
        let lines: Vec<_> = water().lines().into_iter().map(|line| (line.account, line.unit, line.amount)).collect();
        let water = || "expenses:program:water".to_owned();
        assert_eq!(lines, [(water(), "money".to_owned(), 1_899), (water(), "cases".to_owned(), 40)]);
    }
}
