//! Amounts as people write them, with a comma or a point before the decimals. Not here: what an amount is.

use super::{Currency, Money, MoneyError};
use crate::language::Language;

/// Currencies of places where people who write Spanish put a comma before decimals. Elsewhere, as in the United States and in Mexico, they put a point.
const COMMA_IN_SPANISH: &str = "ARS BOB BRL CLP COP CRC EUR PYG UYU";
/// What stands between an amount and its sign, and breaks no line.
const HARD_BLANK: char = '\u{a0}';

/// Which mark a reader writes before decimals; the other one parts thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// `1,234.50`.
    Point,
    /// `1.234,50`; a point before decimals is understood as well.
    Comma,
}

impl Money {
    /// Reads what a person typed into a page whose reader writes decimals with `marks`: `1.234,50` or `1,234.50`. Where a single mark stands
    /// before three digits nobody can tell thousands from decimals, so that is asked back.
    ///
    /// # Errors
    /// As [`Money::parse`], and [`MoneyError::Unclear`].
    pub fn parse_written(text: &str, currency: Currency, marks: Marks) -> Result<Self, MoneyError> {
        let (text, sign) = (text.trim(), currency.sign());
        let text = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)).unwrap_or(text).trim();
        Self::parse(&with_a_point(text, currency.exponent(), marks)?, currency)
    }

    /// For a reader of this language: `$1,250.50` as everywhere in English; in Spanish as those write it whose money it is, so `1.250,50 €` and
    /// `$1,250.50`. The sign of print as in [`Money::for_people`].
    pub fn for_reader(self, language: Language) -> String {
        let text = self.for_people();
        let with_comma = COMMA_IN_SPANISH.split_ascii_whitespace().any(|code| code == self.currency.code());
        if language != Language::Spanish || !with_comma {
            return text;
        }
        let (minus, text) = text.strip_prefix('−').map_or(("", &*text), |text| ("−", text));
        let sign = if self.currency.sign().is_empty() { self.currency.code() } else { self.currency.sign() };
        let digits = text.strip_prefix(sign).unwrap_or(text).trim_start();
        let digits: String = digits
            .chars()
            .map(|c| {
                if c == ',' {
                    '.'
                } else if c == '.' {
                    ','
                } else {
                    c
                }
            })
            .collect();
        format!("{minus}{digits}{HARD_BLANK}{sign}")
    }

    /// The plain decimal as a reader writes it.
    pub fn written(self, marks: Marks) -> String {
        let decimal = self.decimal();
        if marks == Marks::Comma { decimal.replace('.', ",") } else { decimal }
    }
}

/// The same amount with a point before its decimals and commas between its thousands.
fn with_a_point(text: &str, exponent: u32, marks: Marks) -> Result<String, MoneyError> {
    let is_mark = |c: char| matches!(c, '.' | ',');
    let Some(last) = text.rfind(is_mark) else { return Ok(text.to_owned()) };
    let (before, after) = (&text[..last], &text[last + 1..]);
    let mark = if text[last..].starts_with(',') { ',' } else { '.' };
    let other = if mark == ',' { '.' } else { ',' };
    // Whoever writes a comma before decimals may write a point there, too, as much of the Americas does.
    let (may_be_decimal, may_group) = (mark == '.' || marks == Marks::Comma, mark == ',' || marks == Marks::Comma);
    if before.contains(other) {
        let decimal = may_be_decimal && !before.contains(mark);
        return if decimal { Ok(format!("{}.{after}", before.replace(other, ","))) } else { Err(MoneyError::Ambiguous) };
    }
    let groups = before.contains(mark);
    let like_a_group = after.len() == 3 && !before.starts_with('0') && (1..=3).contains(&before.len()) && exponent > 0;
    let own_decimals = exponent == 3 && mark == '.' && marks == Marks::Point;
    if !groups && like_a_group && !own_decimals && text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',') {
        return Err(MoneyError::Unclear);
    }
    let only_groups = groups || exponent == 0 && after.len() == 3;
    match (only_groups, may_group, may_be_decimal) {
        (true, true, _) => Ok(text.replace(mark, ",")),
        (false, _, true) => Ok(format!("{before}.{after}")),
        (true, false, _) | (false, _, false) => Err(MoneyError::Ambiguous),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_those_write_it_whose_money_it_is_and_reads_back_in_every_currency() {
        let told = |minor, code: &str, language| Money::new(minor, code.parse().unwrap()).for_reader(language);
        let (english, spanish) = (Language::English, Language::Spanish);
        assert_eq!([told(125_050, "USD", english), told(125_050, "USD", spanish)], ["$1,250.50"; 2]);
        assert_eq!([told(125_050, "EUR", english), told(-125_050, "EUR", spanish)], ["€1,250.50", "−1.250,50\u{a0}€"]);
        assert_eq!([told(1_234_567, "CLP", spanish), told(1_234_560, "KWD", spanish)], ["1.234.567\u{a0}CLP", "KWD 1,234.560"]);
        for currency in Currency::all() {
            for minor in [0, 100, 1200, 50_000, 123_456_700] {
                let money = Money::new(minor, currency);
                let bare = |text: String| text.replace(HARD_BLANK, " ").replace(currency.code(), "").trim().to_owned();
                let read = |language, marks| Money::parse_written(&bare(money.for_reader(language)), currency, marks);
                // A single mark before three digits is asked back, whoever wrote it.
                assert!(
                    matches!(read(english, Marks::Point), Ok(read) if read == money) || minor == 1200 || currency.exponent() != 2,
                    "{money:?}"
                );
                assert!(matches!(read(spanish, Marks::Comma), Ok(read) if read == money) || currency.exponent() != 2, "{money:?}");
            }
        }
    }

    #[test]
    fn what_is_typed_is_read_as_the_reader_writes_and_asked_back_where_nobody_can_tell() {
        let read = |text: &str, code: &str, marks| Money::parse_written(text, code.parse().unwrap(), marks).map(|money| money.minor);
        for (text, minor) in [("1,234.50", 123_450), ("1234.5", 123_450), ("40", 4000), ("1,234,567", 123_456_700), ("$12.00", 1200)] {
            assert_eq!((read(text, "USD", Marks::Point), read(text, "USD", Marks::Comma)), (Ok(minor), Ok(minor)), "{text}");
        }
        for (text, minor) in
            [("1.234,50", 123_450), ("1,50", 150), ("1.234.567", 123_456_700), ("12,00 $", 1200), ("1.234.567,89", 123_456_789)]
        {
            assert_eq!(read(text, "USD", Marks::Comma), Ok(minor), "{text}");
            assert!(read(text, "USD", Marks::Point).is_err() || text == "12,00 $", "{text}");
        }
        for text in ["1,234", "1.234", "12.345", "999,000"] {
            assert_eq!(
                (read(text, "USD", Marks::Point), read(text, "USD", Marks::Comma)),
                (Err(MoneyError::Unclear), Err(MoneyError::Unclear)),
                "{text}"
            );
        }
        assert_eq!([read("1,234", "JPY", Marks::Point), read("1.234", "JPY", Marks::Comma)], [Ok(1234), Ok(1234)]);
        assert_eq!(read("1.234", "JPY", Marks::Point), Err(MoneyError::Ambiguous));
        assert_eq!([read("1.230", "KWD", Marks::Point), read("1,23", "KWD", Marks::Comma)], [Ok(1230), Ok(1230)]);
        assert_eq!(
            [read("1,230", "KWD", Marks::Point), read("1.230", "KWD", Marks::Comma)],
            [Err(MoneyError::Unclear), Err(MoneyError::Unclear)]
        );
        for text in [
            "",
            "-1",
            "0.001",
            "0,001",
            "1e18",
            "１２",
            "NaN",
            "1.2.3",
            "1,2,3",
            "1.,5",
            ",",
            "1,23.45,6",
            "9223372036854775807",
            "12.34,5.6",
            "٣",
        ] {
            assert!(read(text, "USD", Marks::Point).is_err() && read(text, "USD", Marks::Comma).is_err(), "{text}");
        }
    }
}
