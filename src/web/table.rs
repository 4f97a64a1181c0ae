//! Tables and lists of facts in the treasury, made once for every page. Not here: where their content comes from.

use askama::Template;
use askama::filters::HtmlSafe;

use super::words::Words;
use crate::clock::{Day, Instant, Zone};
use crate::money::{Currency, Money};

/// What stands in one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// Text that leads somewhere of ours.
    Link {
        /// Where to.
        href: String,
        /// What is read.
        text: String,
    },
    /// An amount or a number: to the right, digits under digits.
    Figure {
        /// What is read.
        text: String,
        /// The same for machines: a plain decimal.
        plain: String,
        /// What an amount is an amount of; None: a number.
        currency: Option<Currency>,
    },
    /// A day, or a moment.
    Day {
        /// What is read.
        text: String,
        /// The same for machines: `YYYY-MM-DD`, or RFC 3339 in UTC.
        iso: String,
    },
    /// A state in words; the colour goes with the word and never alone.
    Chip {
        /// Its look: `good`, `warning`, `bad` or `plain`.
        look: &'static str,
        /// The word.
        text: String,
    },
}

impl Cell {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Text that leads somewhere of ours.
    pub fn link(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Link { href: href.into(), text: text.into() }
    }

    /// An amount.
    pub fn money(amount: Money) -> Self {
        Self::Figure { text: amount.for_people(), plain: amount.decimal(), currency: Some(amount.currency) }
    }

    /// An amount as the reader writes it: for donors.
    pub fn sum(words: Words, amount: Money) -> Self {
        Self::Figure { text: words.money(amount), plain: amount.decimal(), currency: Some(amount.currency) }
    }

    /// A number.
    pub fn number(number: impl std::fmt::Display) -> Self {
        let plain = number.to_string();
        Self::Figure { text: plain.clone(), plain, currency: None }
    }

    /// A day, in the reader's language.
    pub fn day(words: Words, day: Day) -> Self {
        Self::Day { text: words.day(day), iso: day.to_string() }
    }

    /// A moment, in the reader's language and this zone.
    pub fn moment(words: Words, at: Instant, zone: &Zone) -> Self {
        Self::Day { text: words.moment(at, zone), iso: at.rfc3339() }
    }

    /// A state in words.
    pub fn chip(look: &'static str, text: impl Into<String>) -> Self {
        Self::Chip { look, text: text.into() }
    }

    const fn is_figure(&self) -> bool {
        matches!(self, Self::Figure { .. })
    }

    /// What an amount is an amount of; None: it is none.
    pub const fn currency(&self) -> Option<&Currency> {
        match self {
            Self::Figure { currency, .. } => currency.as_ref(),
            _ => None,
        }
    }
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Texts, days, states.
    Text,
    /// Numbers.
    Figures,
    /// Amounts: a file has a column with their currencies behind them.
    Amounts,
}

impl Column {
    const fn is_figure(self) -> bool {
        matches!(self, Self::Figures | Self::Amounts)
    }
}

/// Where a list goes on that has more rows than its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct More {
    /// The query of the next page.
    pub query: String,
    /// What the way there is called.
    pub label: String,
}

/// Where the next page begins, by what `query` says of the last row; None where these rows do not fill their page.
pub fn behind<T>(rows: &[T], most: i64, query: impl FnOnce(&T) -> String) -> Option<String> {
    rows.last().filter(|_| i64::try_from(rows.len()).is_ok_and(|count| count >= most)).map(query)
}

/// A table. Wide ones scroll inside a region with a name of its own.
#[derive(Clone, Debug, Template)]
#[template(path = "web/parts/table.html")]
pub struct Table {
    caption: String,
    heads: Vec<(String, Column)>,
    rows: Vec<Vec<Cell>>,
    foot: Option<Vec<Cell>>,
    empty: String,
    more: Option<More>,
}

impl HtmlSafe for Table {}

impl Table {
    /// A table with this caption; `empty` is said where it has no rows.
    pub fn new(caption: impl Into<String>, empty: impl Into<String>) -> Self {
        Self { caption: caption.into(), heads: Vec::new(), rows: Vec::new(), foot: None, empty: empty.into(), more: None }
    }

    /// The same with one more column of text.
    #[must_use]
    pub fn column(mut self, head: impl Into<String>) -> Self {
        self.heads.push((head.into(), Column::Text));
        self
    }

    /// The same with one more column of numbers.
    #[must_use]
    pub fn figures(mut self, head: impl Into<String>) -> Self {
        self.heads.push((head.into(), Column::Figures));
        self
    }

    /// The same with one more column of amounts.
    #[must_use]
    pub fn amounts(mut self, head: impl Into<String>) -> Self {
        self.heads.push((head.into(), Column::Amounts));
        self
    }

    /// Adds a row; its first cell heads it.
    pub fn row(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.heads.len(), "a row has a cell for each column of “{}”", self.caption);
        debug_assert!(
            cells.iter().zip(&self.heads).all(|(cell, (_, column))| cell.currency().is_none() || *column == Column::Amounts),
            "an amount stands in a column of amounts of “{}”",
            self.caption
        );
        self.rows.push(cells);
    }

    /// Says where the list goes on, with the name of the way there; nowhere, where `query` is nothing.
    pub fn goes_on(&mut self, query: Option<String>, label: impl Into<String>) {
        self.more = query.map(|query| More { query, label: label.into() });
    }

    /// Sets the row of totals.
    pub fn foot(&mut self, cells: Vec<Cell>) {
        self.foot = Some(cells);
    }

    /// What it is called.
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// Its columns: what each is called, and what stands in it.
    pub fn heads(&self) -> &[(String, Column)] {
        &self.heads
    }

    /// Where the list goes on, where it does.
    pub const fn more(&self) -> Option<&More> {
        self.more.as_ref()
    }

    /// Its rows, without that of the totals.
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// Four columns fit on most phones; where they do not, they scroll like more.
    fn is_wide(&self) -> bool {
        self.heads.len() > 3
    }
}

/// A list of facts: what, and how it is.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "web/parts/facts.html")]
pub struct Facts(Vec<(String, Cell)>);

impl HtmlSafe for Facts {}

impl Facts {
    /// Adds a fact.
    #[must_use]
    pub fn add(mut self, what: impl Into<String>, cell: Cell) -> Self {
        self.0.push((what.into(), cell));
        self
    }
}
