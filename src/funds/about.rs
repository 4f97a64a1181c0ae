//! What a fund says of itself: its names, whom to write to, what stands on card statements. Not here: its promise in full (the charter).

use super::Languages;
use crate::clock::Day;
use crate::money::{Currency, Money};

/// The most letters of a card statement's line (Stripe's own bound).
pub const STATEMENT_LETTERS: usize = 22;
/// The most letters of a public name, of a legal name and of a contact.
const NAME_LETTERS: usize = 100;
/// The most letters of a tax number.
const TAX_LETTERS: usize = 30;
/// The most whole units of money of a goal.
const GOAL_UNITS: i64 = 1_000_000_000;
/// The most letters of a purpose.
const PURPOSE_LETTERS: usize = 1_000;

crate::record! {
    /// What a fund says of itself beside its name and its purpose; empty texts were not said yet.
    #[derive(Default)]
    pub struct About {
        /// The name on receipts.
        pub legal_name: String,
        /// What tax authorities know it by, for receipts.
        pub tax_number: String,
        /// Where donors and members write to.
        pub contact: String,
        /// What stands on card statements behind the account's own words; neutral.
        pub statement_text: String,
        /// The strike's first day.
        pub strike_on: Option<Day>,
        /// The languages it offers, and the one it begins in.
        pub languages: Languages,
    }
}

crate::record! {
    /// Which reports a fund shows that it need not.
    #[derive(Copy, Default)]
    pub struct Reports {
        /// What may be spent on each use, and why that was changed.
        pub budget: bool,
        /// Its figures by the lines of the form that unions in the United States file (LM-2, LM-3).
        pub lm: bool,
    }
}

/// What a fund hopes to receive, and how much it takes at most, in public. None: it names no goal, or no cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Goal {
    /// How much it hopes for, above zero, in minor units of the fund's currency.
    pub amount_minor: Option<i64>,
    /// Once so much was received, by what is published, it takes no more gifts; never below the goal, and not without one.
    pub cap_minor: Option<i64>,
}

/// What is wrong with a goal that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongGoal {
    /// The goal is no sum between one and a thousand million whole units of money.
    Amount,
    /// The cap is none, or less than the goal, or stands without one.
    Cap,
}

impl Goal {
    /// Reads what was typed; nothing is no goal, and no cap.
    ///
    /// # Errors
    /// [`WrongGoal`].
    pub fn parse(amount: &str, cap: &str, currency: Currency) -> Result<Self, WrongGoal> {
        let read = |typed: &str, wrong| {
            if typed.trim().is_empty() {
                return Ok(None);
            }
            let minor = Money::parse(typed, currency).map_err(|_| wrong)?.minor;
            let unit = 10_i64.saturating_pow(currency.exponent());
            if (unit..=unit.saturating_mul(GOAL_UNITS)).contains(&minor) { Ok(Some(minor)) } else { Err(wrong) }
        };
        let goal = Self { amount_minor: read(amount, WrongGoal::Amount)?, cap_minor: read(cap, WrongGoal::Cap)? };
        let is_below = goal.cap_minor.is_some_and(|cap| goal.amount_minor.is_none_or(|amount| cap < amount));
        if is_below { Err(WrongGoal::Cap) } else { Ok(goal) }
    }
}

/// What one person may change about a fund, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Its name, in public.
    pub name: String,
    /// What the money is for, in public.
    pub purpose: String,
    /// The rest.
    pub about: About,
}

crate::words! {
    /// A field of [`Names`] that is not as it should be.
    pub enum WrongName {
        /// 1 to 100 letters.
        Name = "name",
        /// 1 to 1,000 letters.
        Purpose = "purpose",
        /// At most 100 letters.
        LegalName = "legal_name",
        /// At most 30 letters.
        TaxNumber = "tax_number",
        /// At most 100 letters.
        Contact = "contact",
        /// At most 22 plain letters, one of them a letter.
        StatementText = "statement_text",
        /// A day.
        StrikeOn = "strike_on",
        /// Some of ours, the first of which is the one to begin in.
        Languages = "languages",
    }
}

impl Names {
    /// Reads what was typed; a field's name is the word of [`WrongName`].
    ///
    /// # Errors
    /// Each field that is wrong.
    pub fn parse<'a>(typed: impl Fn(&str) -> &'a str) -> Result<Self, Vec<WrongName>> {
        let mut wrong = Vec::new();
        let mut text = |field: WrongName, least: usize, most: usize| {
            let value = typed(field.as_str());
            let fits = (least..=most).contains(&value.chars().count()) && !value.chars().any(|c| c.is_control() && c != '\n' && c != '\r');
            if !fits {
                wrong.push(field);
            }
            value.to_owned()
        };
        let (name, purpose) = (text(WrongName::Name, 1, NAME_LETTERS), text(WrongName::Purpose, 1, PURPOSE_LETTERS));
        let (legal_name, tax_number) = (text(WrongName::LegalName, 0, NAME_LETTERS), text(WrongName::TaxNumber, 0, TAX_LETTERS));
        let contact = text(WrongName::Contact, 0, NAME_LETTERS);
        let statement_text = typed(WrongName::StatementText.as_str()).to_owned();
        if !is_statement_text(&statement_text) {
            wrong.push(WrongName::StatementText);
        }
        let strike_on = match typed(WrongName::StrikeOn.as_str()) {
            "" => None,
            day => day.parse().map_err(|_| wrong.push(WrongName::StrikeOn)).ok(),
        };
        let languages = match typed(WrongName::Languages.as_str()) {
            "" => Languages::default(),
            chosen => chosen.parse().unwrap_or_else(|_| {
                wrong.push(WrongName::Languages);
                Languages::default()
            }),
        };
        let about = About { legal_name, tax_number, contact, statement_text, strike_on, languages };
        if wrong.is_empty() { Ok(Self { name, purpose, about }) } else { Err(wrong) }
    }
}

/// Whether Stripe takes this on a card statement: plain letters and signs, at least one letter.
fn is_statement_text(text: &str) -> bool {
    let plain = text.chars().all(|c| (c.is_ascii_graphic() || c == ' ') && !"<>\\'\"*".contains(c));
    text.is_empty() || plain && text.len() <= STATEMENT_LETTERS && text.contains(|c: char| c.is_ascii_alphabetic())
}

/// Whether a text on a card statement tells whoever reads the statement what the money was for.
pub fn tells_too_much(statement_text: &str) -> bool {
    let small = statement_text.to_lowercase();
    ["strike", "huelga", "union", "sindicat"].iter().any(|word| small.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(statement: &str, strike_on: &str, name: &str) -> Result<Names, Vec<WrongName>> {
        Names::parse(|field| match field {
            "name" => name,
            "purpose" => "Food and water.",
            "statement_text" => statement,
            "strike_on" => strike_on,
            _ => "",
        })
    }

    #[test]
    fn what_a_fund_says_of_itself_is_read_whole_or_every_mistake_is_told() {
        let names = read("SUPPORT FUND", "2026-11-01", "Bakers").unwrap();
        assert_eq!((&*names.about.statement_text, names.about.strike_on), ("SUPPORT FUND", Some("2026-11-01".parse().unwrap())));
        assert_eq!(read("", "", "Bakers").unwrap().about, About::default());
        let wrong = read("*", "1 Nov", "").unwrap_err();
        assert_eq!(wrong, [WrongName::Name, WrongName::StatementText, WrongName::StrikeOn]);
        for statement in ["1234", "A VERY LONG STATEMENT TEXT", "FÜND", "IT'S"] {
            assert_eq!(read(statement, "", "Bakers"), Err(vec![WrongName::StatementText]), "{statement}");
        }
    }

    #[test]
    fn a_goal_is_a_sum_of_at_least_one_and_nothing_is_no_goal() {
        let read = |typed| Goal::parse(typed, "", Currency::USD).map(|goal| goal.amount_minor);
        assert_eq!([read(""), read(" "), read("1"), read("$10,000.50")], [Ok(None), Ok(None), Ok(Some(100)), Ok(Some(1_000_050))]);
        assert_eq!(read("1000000000"), Ok(Some(100_000_000_000)));
        assert_eq!([read("0.99"), read("0"), read("-5"), read("much"), read("1000000000.01")], [Err(WrongGoal::Amount); 5]);
    }

    #[test]
    fn a_cap_is_never_below_the_goal_and_not_without_one() {
        let read = |amount, cap| Goal::parse(amount, cap, Currency::USD).map(|goal| goal.cap_minor);
        assert_eq!([read("100", "100"), read("100", "1,000.50"), read("100", " ")], [Ok(Some(10_000)), Ok(Some(100_050)), Ok(None)]);
        assert_eq!([read("100", "99.99"), read("", "100"), read("100", "much"), read("100", "-200")], [Err(WrongGoal::Cap); 4]);
        assert_eq!(read("much", "much"), Err(WrongGoal::Amount));
    }

    #[test]
    fn a_statement_that_names_the_strike_is_noticed() {
        for telling in ["STRIKE FUND", "Huelga 2026", "Bakers Union"] {
            assert!(tells_too_much(telling), "{telling}");
        }
        assert!(!tells_too_much("SUPPORT FUND"));
    }
}
