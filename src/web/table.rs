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

/// A table. Wide ones scroll inside a region with a name of its own.
#[derive(Clone, Debug, Template)]
#[template(path = "web/parts/table.html")]
pub struct Table {
    caption: String,
    heads: Vec<(String, bool)>,
    rows: Vec<Vec<Cell>>,
    foot: Option<Vec<Cell>>,
    empty: String,
}

impl HtmlSafe for Table {}

impl Table {
    /// A table with this caption; `empty` is said where it has no rows.
    pub fn new(caption: impl Into<String>, empty: impl Into<String>) -> Self {
        Self { caption: caption.into(), heads: Vec::new(), rows: Vec::new(), foot: None, empty: empty.into() }
    }

    /// The same with one more column of text.
    #[must_use]
    pub fn column(mut self, head: impl Into<String>) -> Self {
        self.heads.push((head.into(), false));
        self
    }

    /// The same with one more column of figures.
    #[must_use]
    pub fn figures(mut self, head: impl Into<String>) -> Self {
        self.heads.push((head.into(), true));
        self
    }

    /// Adds a row; its first cell heads it.
    pub fn row(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.heads.len(), "a row has a cell for each column of “{}”", self.caption);
        self.rows.push(cells);
    }

    /// Sets the row of totals.
    pub fn foot(&mut self, cells: Vec<Cell>) {
        self.foot = Some(cells);
    }

    /// What it is called.
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// What its columns are called.
    pub fn heads(&self) -> impl Iterator<Item = &str> {
        self.heads.iter().map(|(head, _)| head.as_str())
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
