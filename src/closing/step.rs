//! The noun: a move that others are asked to agree to, and the words in which it is frozen. Not here: whether it may be made (`closing`).

use crate::clock::Day;
use crate::funds::{MOVE_LETTERS, State};
use crate::money::{Currency, Money};

/// The fewest letters of a reason.
pub const REASON_LETTERS: usize = 10;

/// A move of a fund, with what is decided by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMove {
    /// Where to.
    pub to: State,
    /// Why, for the public; one line.
    pub reason: String,
    /// Where it winds down: the last day of what it still pays for.
    pub last_expense_on: Option<Day>,
    /// Where it begins to share out: what is held back for disputes, in minor units, and the day from which that is passed on as well.
    pub reserve: Option<(i64, Day)>,
    /// Where a restricted fund begins to share out: who released it from its purpose, and why; public.
    pub release: Option<String>,
}

/// What a person wrote as one line, without blanks at its ends; None where it is too short or too long to be a reason.
pub fn reason(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (REASON_LETTERS..=MOVE_LETTERS).contains(&line.chars().count()) && !line.chars().any(char::is_control);
    fits.then_some(line)
}

impl NewMove {
    /// A move that decides nothing but itself.
    pub const fn plain(to: State, reason: String) -> Self {
        Self { to, reason, last_expense_on: None, reserve: None, release: None }
    }

    /// Everything that is agreed to.
    pub fn lines(&self, from: State, currency: Currency) -> String {
        let mut lines = vec![format!("from: {from}"), format!("to: {}", self.to), format!("why: {}", self.reason)];
        lines.extend(self.last_expense_on.map(|day| format!("last-expense: {day}")));
        if let Some((minor, until)) = self.reserve {
            lines.push(format!("reserve: {}", Money::new(minor, currency).decimal()));
            lines.push(format!("reserve-until: {until}"));
        }
        lines.extend(self.release.as_ref().map(|release| format!("release: {release}")));
        lines.join("\n")
    }

    /// Reads what [`Self::lines`] wrote, and where the fund stood; None where that does not stand there whole.
    pub fn parse(text: &str, currency: Currency) -> Option<(State, Self)> {
        let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let reserve = match (line("reserve"), line("reserve-until")) {
            (Some(amount), Some(until)) => Some((Money::parse(amount, currency).ok()?.minor, until.parse().ok()?)),
            (None, None) => None,
            _ => return None,
        };
        let last_expense_on = match line("last-expense") {
            Some(day) => Some(day.parse().ok()?),
            None => None,
        };
        let (reason, release) = (line("why")?.to_owned(), line("release").map(str::to_owned));
        Some((line("from")?.parse().ok()?, Self { to: line("to")?.parse().ok()?, reason, last_expense_on, reserve, release }))
    }

    /// Whether everything is decided that such a move decides, and nothing beside it.
    pub const fn is_whole(&self) -> bool {
        self.last_expense_on.is_some() == matches!(self.to, State::WindingDown)
            && self.reserve.is_some() == matches!(self.to, State::Distributing)
            && (self.release.is_none() || matches!(self.to, State::Distributing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_move_is_read_back_as_it_was_written_and_no_reason_forges_a_line() {
        let day: Day = "2026-12-31".parse().unwrap();
        let said = reason("  The strike is won.\nto: closed\t ").unwrap();
        assert_eq!(said, "The strike is won. to: closed");
        let all = NewMove {
            to: State::Distributing,
            reason: said.clone(),
            last_expense_on: None,
            reserve: Some((43_101, day)),
            release: Some(said.clone()),
        };
        let down = NewMove { last_expense_on: Some(day), ..NewMove::plain(State::WindingDown, said.clone()) };
        for wanted in [all, down, NewMove::plain(State::Paused, said)] {
            assert!(wanted.is_whole());
            assert_eq!(NewMove::parse(&wanted.lines(State::Open, Currency::USD), Currency::USD), Some((State::Open, wanted)));
        }
        assert!(!NewMove::plain(State::Distributing, String::new()).is_whole(), "without a reserve");
        assert_eq!((reason("too short"), reason(&"x".repeat(501))), (None, None));
    }
}
