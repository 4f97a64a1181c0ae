//! The noun: a spending with everything that was published about it, and what pages say of it. Not here: reading it (`rows`).

use super::Figures;
use super::copied::ShownCopy;
use super::record::{Agreed, STRIKE, Spending, Text, What};
use super::say::Say;
use crate::language::Values;

/// A spending with everything that was published about it.
pub(super) struct Row {
    pub position: i64,
    pub publication: i64,
    pub leaf: String,
    pub hash: String,
    pub spending: Spending,
    pub text: Option<Text>,
    pub corrected_by: Vec<i64>,
    pub copies: Vec<ShownCopy>,
}

impl Row {
    pub fn shop(&self) -> Option<&str> {
        self.text.as_ref()?.shop.as_deref()
    }

    pub fn bought_on(&self) -> Option<&str> {
        self.text.as_ref()?.bought_on.as_deref()
    }

    /// The publication that first showed it.
    pub const fn publication(&self) -> i64 {
        self.publication
    }

    /// What was published of it in words: what was bought, or why it takes another back.
    pub fn words(&self) -> &str {
        self.text.as_ref().map(|text| &*text.text).or(self.spending.reason.as_deref()).unwrap_or_default()
    }

    /// Its leaf's hash, in hex.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether another takes it back.
    pub const fn is_taken_back(&self) -> bool {
        !self.corrected_by.is_empty()
    }

    /// Whether its words are held back for now.
    pub const fn holds_back(&self) -> bool {
        self.spending.held.is_some() && self.text.is_none() && !self.is_taken_back()
    }

    /// The copies of its receipts, the oldest first.
    pub fn copies(&self) -> &[ShownCopy] {
        &self.copies
    }

    /// The spendings that take it back or stand in its place.
    pub fn later(&self) -> &[i64] {
        &self.corrected_by
    }
}

/// What pages say of a row.
pub(super) trait Rows {
    fn say(&self) -> Say;
    fn figures(&self) -> &Figures;

    fn money(&self, minor: i64) -> String {
        self.figures().money(minor).for_people()
    }

    fn what(&self, row: &Row) -> String {
        let say = self.say();
        let text = match (&row.text, row.spending.what) {
            (Some(text), _) if !text.text.is_empty() => text.text.clone(),
            (_, What::Expense) => self.held(row),
            (_, What::People) => say.with("public-people", "count", row.spending.payments.unwrap_or(0).to_string()),
            (_, What::Entry) => say.say("public-entry"),
            (_, What::Correction) => {
                let old = row.spending.corrects.map_or_else(String::new, |old| old.to_string());
                let takes_back = say.with("public-takes-back", "number", old);
                row.spending.reason.as_ref().map_or(takes_back.clone(), |reason| format!("{takes_back} {reason}"))
            }
        };
        let later = row.corrected_by.iter().map(|number| format!(" {}", say.with("public-corrected", "number", number.to_string())));
        text + &later.collect::<String>()
    }

    /// Until when the words of a row are held back, or that there are none.
    fn held(&self, row: &Row) -> String {
        let say = self.say();
        match (row.spending.held.as_deref(), row.is_taken_back()) {
            (None, _) => say.say("public-no-words"),
            (Some(_), true) => say.say("public-held-for-good"),
            (Some(STRIKE), _) => say.say("public-held-strike"),
            (Some(day), _) => say.with("public-held", "day", say.day(day)),
        }
    }

    /// Where the expense of a row stands, in words.
    fn stands(&self, row: &Row) -> Option<String> {
        let stands = row.spending.stands.as_deref().filter(|_| !row.is_taken_back())?;
        ["approved", "paid", "matched"].contains(&stands).then(|| self.say().say(&format!("public-stands-{stands}")))
    }

    fn units(&self, row: &Row) -> String {
        let Some(units) = &row.spending.units else { return String::new() };
        format!("{} {}", units.count, self.say().say(&format!("public-unit-{}", units.unit)))
    }

    fn proof(&self, row: &Row) -> String {
        let key = match (row.spending.receipt, row.spending.what) {
            _ if row.copies.iter().any(ShownCopy::stands) => "public-receipt-copy",
            (Some(true), _) => "public-receipt-kept",
            (Some(false), _) => "public-receipt-none",
            (None, What::Correction) => "public-receipt-correction",
            (None, _) => "public-receipt-books",
        };
        self.say().say(key)
    }

    /// What stands small under a row: its week, its units, its proof.
    fn aside(&self, row: &Row) -> String {
        let week = self.say().with("public-in-week", "week", self.say().week(&row.spending.week));
        let parts = [week, self.units(row), self.proof(row)];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    fn agreed(&self, agreed: &Agreed) -> String {
        let values = Values::from([("given".into(), agreed.given.to_string().into()), ("needed".into(), agreed.needed.to_string().into())]);
        let key = if agreed.emergency { "public-agreed-emergency" } else { "public-agreed-by" };
        self.say().0.text(key, &values)
    }

    /// Who agreed, by role, and in which week.
    fn agreed_in(&self, row: &Row) -> Option<String> {
        let agreed = self.agreed(&row.spending.agreed?);
        let week = row.spending.agreed_in.as_ref().map(|week| self.say().with("public-in-week", "week", self.say().week(week)));
        Some(week.map_or_else(|| agreed.clone(), |week| format!("{agreed}, {week}")))
    }
}
