//! What a statement is, whichever format it came in: its lines, its balances, and everything that can be wrong with a file. Not here: the
//! formats themselves.

use crate::clock::Day;
use crate::money::{self, Currency};

/// The largest file, in bytes (safety rule HT3).
pub const LARGEST_FILE: usize = 64 * 1024 * 1024;
/// The most lines one file may hold (safety rule FI8).
pub const MOST_LINES: usize = 250_000;
/// The most letters of a line's text that are kept.
const LONGEST_TEXT: usize = 300;

crate::words! {
    /// How a statement was written.
    pub enum Format {
        /// A table of text; each bank has columns of its own.
        Csv = "csv",
        /// ISO 20022 bank-to-customer statement.
        Camt = "camt",
        /// Open Financial Exchange, also called QFX.
        Ofx = "ofx",
    }
}

/// One line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it begins in the file, from 1.
    pub number: u64,
    /// The day the bank booked it.
    pub on: Day,
    /// What it moved: in is positive, out is negative, in minor units.
    pub amount_minor: i64,
    /// What the bank says about it.
    pub text: String,
    /// The bank's own name for it, where the file tells one.
    pub reference: Option<String>,
}

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The number of the account, where the file tells it.
    pub account: Option<String>,
    /// The currency, where the file tells it.
    pub currency: Option<Currency>,
    /// What the account held before the first line, in minor units.
    pub opening_minor: Option<i64>,
    /// What it held after the last.
    pub closing_minor: Option<i64>,
    /// The lines, oldest first.
    pub lines: Vec<Line>,
}

/// What is wrong with a file, and in which line of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Wrong {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong there.
    pub what: What,
}

/// What can be wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// A picture, a spreadsheet, an archive: no text.
    #[error("this is no text file")]
    NoText,
    /// XML of another kind.
    #[error("this is XML, and no camt.053 statement")]
    OtherXml,
    /// XML that is broken.
    #[error("this is no well-formed XML: {0}")]
    BrokenXml(String),
    /// XML that defines or uses entities: nobody's statement needs them, and they can be made to burst.
    #[error("the file defines entities of its own")]
    Entities,
    /// A file that ends before what it says does: a download that broke off.
    #[error("the file ends too early")]
    CutOff,
    /// No line at all.
    #[error("there is no line")]
    Empty,
    /// More than [`MOST_LINES`].
    #[error("there are more than {MOST_LINES} lines")]
    TooLong,
    /// A quote that nobody closes.
    #[error("a quote is opened and never closed")]
    OpenQuote,
    /// A column that the mapping names and the line has not.
    #[error("column {0} is missing")]
    NoColumn(usize),
    /// No day in the form that was named.
    #[error("“{0}” is no day")]
    NoDay(String),
    /// No amount.
    #[error("“{0}” is no amount")]
    NoAmount(String),
    /// A line that says neither what came in nor what went out.
    #[error("no amount is there")]
    AmountMissing,
    /// An amount that says both at once.
    #[error("the line has an amount in and an amount out")]
    TwoAmounts,
    /// A balance beside the line that is not the one before it and its amount.
    #[error("the balance beside it says {said_minor}, the lines before it come to {expected_minor}")]
    Balance {
        /// What the file says, in minor units.
        said_minor: i64,
        /// What it should say.
        expected_minor: i64,
    },
    /// Opening + lines is not closing.
    #[error("opening {opening_minor} and the lines {sum_minor} are not the closing {closing_minor}")]
    Sum {
        /// The opening balance.
        opening_minor: i64,
        /// Σ of the lines.
        sum_minor: i64,
        /// The closing balance.
        closing_minor: i64,
    },
    /// Sums beyond what the books can hold.
    #[error("the sums are larger than the books can hold")]
    TooLarge,
    /// Another currency than the line's or statement's own.
    #[error("the currency is {0}, which is not the account's")]
    Currency(String),
    /// Several accounts in one file.
    #[error("the file holds more than one account")]
    SeveralAccounts,
    /// Two statements of one file that do not follow each other.
    #[error("this statement does not begin with what the one before it ended with")]
    Broken,
}

impl What {
    /// The same, said of a line.
    pub const fn at(self, line: u64) -> Wrong {
        Wrong { line, what: self }
    }
}

impl Statement {
    /// A statement of these lines, with the balances the file tells.
    pub const fn new(lines: Vec<Line>) -> Self {
        Self { account: None, currency: None, opening_minor: None, closing_minor: None, lines }
    }

    /// The day of the first line.
    pub fn first_on(&self) -> Option<Day> {
        self.lines.iter().map(|line| line.on).min()
    }

    /// The day of the last line.
    pub fn last_on(&self) -> Option<Day> {
        self.lines.iter().map(|line| line.on).max()
    }

    /// Σ of the lines; None beyond what the books can hold.
    pub fn sum(&self) -> Option<i64> {
        money::sum(self.lines.iter().map(|line| line.amount_minor))
    }

    /// Σ of what came in and Σ of what went out; None beyond what the books can hold.
    pub fn in_and_out(&self) -> Option<(i64, i64)> {
        let amounts = || self.lines.iter().map(|line| line.amount_minor);
        Some((money::sum(amounts().filter(|minor| *minor > 0))?, money::sum(amounts().filter(|minor| *minor < 0))?))
    }

    /// The opening and closing balance: what the file does not tell is worked out from `closing_minor`, which a person read off the paper,
    /// and from the lines. None where neither file nor person tells a balance.
    ///
    /// # Errors
    /// [`What::Sum`] where opening + lines is not closing, [`What::Empty`] where there is nothing at all.
    pub fn balances(&self, closing_minor: Option<i64>) -> Result<Option<(i64, i64)>, Wrong> {
        let last = self.lines.last().ok_or(What::Empty.at(1))?.number;
        let sum_minor = self.sum().ok_or(What::TooLarge.at(last))?;
        let add = |minor: i64, other: i64| money::sum([minor, other]).ok_or(What::TooLarge.at(last));
        let opening_minor = match (self.opening_minor, closing_minor.or(self.closing_minor)) {
            (Some(opening_minor), _) => opening_minor,
            (None, Some(closing_minor)) => add(closing_minor, -sum_minor)?,
            (None, None) => return Ok(None),
        };
        let reached_minor = add(opening_minor, sum_minor)?;
        for closing_minor in [self.closing_minor, closing_minor].into_iter().flatten() {
            if reached_minor != closing_minor {
                return Err(What::Sum { opening_minor, sum_minor, closing_minor }.at(last));
            }
        }
        Ok(Some((opening_minor, reached_minor)))
    }
}

/// A text on one line, without blanks around and inside it that say nothing, and no longer than is kept.
pub fn tidy(parts: &[&str]) -> String {
    let mut tidy = String::new();
    for word in parts.iter().flat_map(|part| part.split(|c: char| c.is_whitespace() || c.is_control())).filter(|word| !word.is_empty()) {
        if !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    match tidy.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => tidy[..end].to_owned(),
        None => tidy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(amounts: &[i64]) -> Statement {
        let line = |(n, minor): (usize, &i64)| Line {
            number: n as u64 + 1,
            on: "2026-11-14".parse().unwrap(),
            amount_minor: *minor,
            text: String::new(),
            reference: None,
        };
        Statement::new(amounts.iter().enumerate().map(line).collect())
    }

    #[test]
    fn opening_and_lines_are_closing_or_the_last_line_is_named() {
        let mut given = statement(&[300, -100]);
        assert_eq!(given.balances(None), Ok(None));
        assert_eq!(given.balances(Some(1_200)), Ok(Some((1_000, 1_200))));
        given.closing_minor = Some(1_200);
        assert_eq!(given.balances(None), Ok(Some((1_000, 1_200))));
        assert!(given.balances(Some(1_201)).is_err(), "what a person reads off the paper must agree with the file");
        given.opening_minor = Some(999);
        let wrong = given.balances(None).unwrap_err();
        assert_eq!(wrong, What::Sum { opening_minor: 999, sum_minor: 200, closing_minor: 1_200 }.at(2));
        assert_eq!(statement(&[]).balances(Some(0)), Err(What::Empty.at(1)));
        assert!(statement(&[i64::MAX, i64::MAX]).balances(Some(0)).is_err());
    }

    #[test]
    fn a_text_is_one_line_and_is_cut_at_a_letter() {
        assert_eq!(tidy(&["  a\t\nb ", "", "c\u{a0}d"]), "a b c d");
        assert_eq!(tidy(&[&"é".repeat(999)]).chars().count(), LONGEST_TEXT);
    }
}
