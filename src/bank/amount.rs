//! Amounts and days as banks write them: read exactly or not at all. Not here: what people type into forms (`money`).

use crate::clock::Day;
use crate::money::{Currency, LARGEST_MINOR};

crate::words! {
    /// How a bank writes a day.
    pub enum DayForm {
        /// `2026-11-14`, `2026/11/14`, `20261114`.
        YearFirst = "year-first",
        /// `11/14/2026`, `11/14/26`.
        MonthFirst = "month-first",
        /// `14.11.2026`, `14/11/2026`, `14.11.26`.
        DayFirst = "day-first",
    }
}

crate::words! {
    /// What stands before the cents.
    pub enum Mark {
        /// `1,234.50`.
        Point = "point",
        /// `1.234,50`.
        Comma = "comma",
    }
}

impl DayForm {
    /// The day, exactly as it is written; an hour behind it is left out. A month may be a word, in English, Spanish or German.
    pub fn read(self, text: &str) -> Option<Day> {
        let text = text.trim();
        if let Some(parts) = with_a_word(text) {
            return self.of([&parts[0], &parts[1], &parts[2]]);
        }
        let date = text.split([' ', 'T']).next().unwrap_or_default();
        let parts: Vec<&str> = if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) {
            match self {
                Self::YearFirst => vec![&date[..4], &date[4..6], &date[6..]],
                Self::MonthFirst | Self::DayFirst => vec![&date[..2], &date[2..4], &date[4..]],
            }
        } else {
            date.split(['-', '/', '.']).filter(|part| !part.is_empty()).collect()
        };
        self.of(<[&str; 3]>::try_from(parts).ok()?)
    }

    /// The day of its three parts in the order of this form.
    fn of(self, [one, two, three]: [&str; 3]) -> Option<Day> {
        let (year, month, day) = match self {
            Self::YearFirst => (one, two, three),
            Self::MonthFirst => (three, one, two),
            Self::DayFirst => (three, two, one),
        };
        let number =
            |text: &str, most: usize| (text.len() <= most && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u16>().ok())?;
        let year = match (year.len(), number(year, 4)?) {
            (4, year) => year,
            (2, year) if self != Self::YearFirst => 2_000 + year,
            _ => return None,
        };
        format!("{year:04}-{:02}-{:02}", number(month, 2)?, number(day, 2)?).parse().ok()
    }
}

/// The parts of a day whose month is a word, as `14 Nov 2026` or `Nov 14, 2026`, with the month as a number; None where it is none.
fn with_a_word(text: &str) -> Option<Vec<String>> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("de"));
    let parts: Vec<&str> = words.take(3).collect();
    let is_word = |part: &&str| part.chars().all(char::is_alphabetic);
    if parts.len() < 3 || parts.iter().filter(|part| is_word(part)).count() != 1 {
        return None;
    }
    parts.into_iter().map(|part| if is_word(&part) { Some(month(part)?.to_string()) } else { Some(part.to_owned()) }).collect()
}

/// The number of a month by its name or the first letters of it.
fn month(word: &str) -> Option<usize> {
    const MONTHS: [&[&str]; 12] = [
        &["january", "enero", "januar"],
        &["february", "febrero", "februar"],
        &["march", "marzo", "märz", "mrz"],
        &["april", "abril"],
        &["may", "mayo", "mai"],
        &["june", "junio", "juni"],
        &["july", "julio", "juli"],
        &["august", "agosto"],
        &["september", "septiembre"],
        &["october", "octubre", "oktober"],
        &["november", "noviembre"],
        &["december", "diciembre", "dezember"],
    ];
    let word = word.to_lowercase();
    let begins = |names: &&[&str]| names.iter().any(|name| name.starts_with(&word));
    (word.chars().count() >= 3).then(|| MONTHS.iter().position(begins))?.map(|at| at + 1)
}

impl Mark {
    const fn decimal(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    const fn group(self) -> char {
        match self {
            Self::Point => ',',
            Self::Comma => '.',
        }
    }

    /// The amount in minor units of `currency`: with signs of currency, thousands marks where they stand right, a minus before or behind,
    /// brackets for a minus, CR or DB behind. Anything else is None: an amount is never guessed.
    pub fn read(self, text: &str, currency: Currency) -> Option<i64> {
        let plain: String = text.chars().map(|c| if matches!(c, '\u{a0}' | '\u{202f}' | '\u{2009}' | '\t') { ' ' } else { c }).collect();
        let mut text = plain.trim().to_owned();
        let mut negative = false;
        if let Some(inside) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            (negative, text) = (true, inside.trim().to_owned());
        }
        let upper = text.to_ascii_uppercase();
        for (mark, minus) in [("CR", false), ("DB", true), ("DR", true)] {
            if upper.ends_with(mark) {
                text.truncate(text.len() - mark.len());
                text.truncate(text.trim_end().len());
                if negative {
                    return None;
                }
                negative = minus;
                break;
            }
        }
        let mut signs = 0;
        let mut rest = text.as_str();
        loop {
            let before = rest;
            for (sign, minus) in [("-", true), ("−", true), ("+", false)] {
                for cut in [rest.strip_prefix(sign), rest.strip_suffix(sign)].into_iter().flatten().take(1) {
                    (rest, signs) = (cut, signs + 1);
                    negative |= minus;
                }
            }
            for sign in ["$", "€", "£", "¥", currency.code(), currency.sign()].into_iter().filter(|sign| !sign.is_empty()) {
                rest = rest.strip_prefix(sign).or_else(|| rest.strip_suffix(sign)).unwrap_or(rest);
            }
            rest = rest.trim();
            if rest == before {
                break;
            }
        }
        if signs > 1 {
            return None;
        }
        let minor = self.unsigned(rest, currency)?;
        Some(if negative { -minor } else { minor })
    }

    fn unsigned(self, text: &str, currency: Currency) -> Option<i64> {
        let (whole, decimals) = text.split_once(self.decimal()).map_or((text, ""), |(whole, decimals)| (whole, decimals));
        let marks = [self.group(), '\'', '’', ' '];
        let groups: Vec<&str> = whole.split(marks).collect();
        let grouped = groups.len() == 1 || (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
        let whole = groups.concat();
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !grouped || !digits(&whole) || !digits(decimals) || whole.is_empty() && decimals.is_empty() {
            return None;
        }
        minor(&whole, decimals, currency)
    }
}

/// An amount as files for machines write it: a sign before, no thousands marks, a point or a comma before the decimals.
pub fn plain(text: &str, currency: Currency) -> Option<i64> {
    let text = text.trim();
    let (negative, rest) = text.strip_prefix('-').map_or((false, text.strip_prefix('+').unwrap_or(text)), |rest| (true, rest));
    let (whole, decimals) = rest.split_once(['.', ',']).unwrap_or((rest, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || whole.is_empty() && decimals.is_empty() {
        return None;
    }
    minor(whole, decimals, currency).map(|minor| if negative { -minor } else { minor })
}

/// Minor units of digits; more decimals than the currency has are taken only where they are zeros.
fn minor(whole: &str, decimals: &str, currency: Currency) -> Option<i64> {
    let places = currency.exponent() as usize;
    let (kept, beyond) = decimals.split_at(decimals.len().min(places));
    if beyond.bytes().any(|b| b != b'0') {
        return None;
    }
    let minor: i64 = format!("0{whole}{kept:0<places$}").parse().ok()?;
    (minor <= LARGEST_MINOR).then_some(minor)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Money;

    #[test]
    fn amounts_are_read_as_banks_write_them_or_not_at_all() {
        let usd = Currency::USD;
        for (text, minor) in [
            ("1,234.50", 123_450),
            ("$1,234.50", 123_450),
            ("-$12.00", -1_200),
            ("$-12.00", -1_200),
            ("12.00-", -1_200),
            ("(12.00)", -1_200),
            ("($1,012.00)", -101_200),
            ("12.00 CR", 1_200),
            ("12.00DB", -1_200),
            ("12.00 dr", -1_200),
            ("+3", 300),
            ("USD 3.5", 350),
            ("3.500", 350),
            ("−3.20", -320),
            (".50", 50),
            ("0.00", 0),
            ("- 12.00", -1_200),
            ("( 1,012.00 )", -101_200),
            ("1 234 567.50", 123_456_750),
            ("1\u{202f}234.50", 123_450),
        ] {
            assert_eq!(Mark::Point.read(text, usd), Some(minor), "{text:?}");
        }
        for text in [
            "",
            "-",
            "abc",
            "1,50",
            "1.234,50",
            "12.345",
            "--1",
            "-1-",
            "1,2345.00",
            "1e3",
            "１２",
            "(1.00) CR DB",
            "$",
            "1 2",
            "12 34.00",
            "1,234 567.00 1",
            "(-",
            "9".repeat(40).as_str(),
        ] {
            assert_eq!(Mark::Point.read(text, usd), None, "{text:?}");
        }
        let eur: Currency = "EUR".parse().unwrap();
        for (text, minor) in [("1.234,50", 123_450), ("-1.234,50 €", -123_450), ("1 234,50", 123_450), ("1'234,50", 123_450), ("12", 1_200)]
        {
            assert_eq!(Mark::Comma.read(text, eur), Some(minor), "{text:?}");
        }
        assert_eq!(Mark::Comma.read("1.50", eur), None, "a point is a thousands mark here, and stands wrong");
        assert_eq!(Mark::Point.read("500", "JPY".parse().unwrap()), Some(500));
        assert_eq!(plain("-1234.5", usd), Some(-123_450));
        assert_eq!(plain("12,00", usd), Some(1_200));
        assert_eq!(plain("1,234.50", usd), None);
    }

    #[test]
    fn days_are_read_in_the_form_that_was_named_and_in_no_other() {
        let day = |form: DayForm, text: &str| form.read(text).map(|day| day.to_string());
        for (form, text) in [
            (DayForm::YearFirst, "2026-11-14"),
            (DayForm::YearFirst, "20261114"),
            (DayForm::YearFirst, "2026/11/14 09:00:00"),
            (DayForm::YearFirst, "2026-11-14T09:00:00+01:00"),
            (DayForm::MonthFirst, "11/14/2026"),
            (DayForm::MonthFirst, "11/14/26"),
            (DayForm::DayFirst, "14.11.2026"),
            (DayForm::DayFirst, "14.11.26"),
            (DayForm::DayFirst, "14/11/2026"),
            (DayForm::DayFirst, "14 Nov 2026"),
            (DayForm::DayFirst, "14-Nov-26"),
            (DayForm::DayFirst, "14 nov. 2026"),
            (DayForm::DayFirst, "14 de noviembre de 2026"),
            (DayForm::DayFirst, "14. November 2026"),
            (DayForm::MonthFirst, "Nov 14, 2026"),
            (DayForm::MonthFirst, "November 14 2026 09:00"),
            (DayForm::YearFirst, "2026-Nov-14"),
        ] {
            assert_eq!(day(form, text).as_deref(), Some("2026-11-14"), "{text}");
        }
        for (form, text) in [
            (DayForm::DayFirst, "31/02/2026"),
            (DayForm::MonthFirst, "14/11/2026"),
            (DayForm::YearFirst, ""),
            (DayForm::YearFirst, "yesterday"),
            (DayForm::YearFirst, "13.11.26"),
            (DayForm::DayFirst, "31 Feb 2026"),
            (DayForm::DayFirst, "14 No 2026"),
            (DayForm::DayFirst, "14 Foo 2026"),
            (DayForm::MonthFirst, "14 Nov 2026"),
            (DayForm::DayFirst, "1.1"),
        ] {
            assert_eq!(day(form, text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(minor in -LARGEST_MINOR..=LARGEST_MINOR, code in prop::sample::select(vec!["USD", "JPY", "KWD", "EUR"])) {
            let currency: Currency = code.parse().unwrap();
            let decimal = Money::new(minor, currency).decimal();
            prop_assert_eq!(Mark::Point.read(&decimal, currency), Some(minor));
            prop_assert_eq!(Mark::Comma.read(&decimal.replace('.', ","), currency), Some(minor));
            prop_assert_eq!(plain(&decimal, currency), Some(minor));
        }

        #[test]
        fn no_text_makes_a_reader_panic(text in any::<String>()) {
            let _ = (Mark::Point.read(&text, Currency::USD), Mark::Comma.read(&text, Currency::USD), plain(&text, Currency::USD));
            for form in [DayForm::YearFirst, DayForm::MonthFirst, DayForm::DayFirst] {
                let _ = form.read(&text);
            }
        }
    }
}
