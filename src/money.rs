//! Money: whole minor units as Stripe counts them, with their currency. Every sum is checked; nothing here rounds in silence.

mod written;

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

pub use written::Marks;

/// The largest absolute amount the books take, in minor units (safety rule MO11); the database checks the same bound.
pub const LARGEST_MINOR: i64 = 9_000_000_000_000_000;

/// What can go wrong with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// No number as people write one.
    #[error("Enter an amount, like 40 or 40.50.")]
    NotAnAmount,
    /// More decimals than the currency has.
    #[error("Use at most {0} decimals.")]
    TooManyDecimals(u32),
    /// A comma that may be a decimal or a thousands mark.
    #[error("Write cents with a point: 1.50.")]
    Ambiguous,
    /// A single mark before three digits: thousands, or decimals.
    #[error("Is that thousands, or decimals? Write it without a mark for thousands, like 1234.50.")]
    Unclear,
    /// Stripe takes only whole units of this currency.
    #[error("Use whole amounts in this currency.")]
    NotWhole,
    /// Stripe wants the last digit of a three-decimal currency to be 0.
    #[error("The last of the three decimals must be 0.")]
    LastDigit,
    /// Beyond [`LARGEST_MINOR`].
    #[error("That amount is too large for the books.")]
    TooLarge,
}

/// A currency of Stripe's list, by its ISO 4217 code in upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// How one currency is counted, from Stripe's “Supported currencies”. The exponent is Stripe's: it differs from ISO's for MGA, ISK and UGX.
struct Unit {
    exponent: u32,
    rule: Rule,
}

enum Rule {
    /// Any minor unit.
    Any,
    /// Sent × 100, yet whole units only.
    Whole,
    /// Three decimals, the last always 0.
    LastDigitZero,
}

const ZERO_DECIMALS: &str = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF";
const WHOLE_UNITS: &str = "ISK UGX";
const THREE_DECIMALS: &str = "BHD JOD KWD OMR TND";
const TWO_DECIMALS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP CRC \
    CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR JMD KES KGS KHR KYD KZT LAK LBP LKR LRD \
    LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD \
    SHP SLE SOS SRD STD SZL THB TJS TOP TRY TTD TWD TZS UAH USD UYU UZS WST XCD XCG YER ZAR ZMW";

impl Currency {
    /// The United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// Every currency that Stripe takes, by code.
    pub fn all() -> Vec<Self> {
        let codes = [TWO_DECIMALS, ZERO_DECIMALS, WHOLE_UNITS, THREE_DECIMALS].into_iter().flat_map(str::split_ascii_whitespace);
        let mut all: Vec<Self> = codes.filter_map(|code| code.parse().ok()).collect();
        all.sort_unstable();
        all
    }

    /// The code in upper case, as the books hold it.
    ///
    /// # Panics
    /// Never: only listed codes become a currency, and they are ASCII letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency is made of ASCII letters")
    }

    /// How many decimals Stripe's minor unit has: 0, 2 or 3.
    pub fn exponent(self) -> u32 {
        self.unit().exponent
    }

    /// The sign people put before an amount, where one is unmistakable; else the code and a space.
    pub fn sign(self) -> &'static str {
        match &self.0 {
            b"USD" => "$",
            b"EUR" => "€",
            b"GBP" => "£",
            b"JPY" => "¥",
            _ => "",
        }
    }

    fn unit(self) -> Unit {
        let listed = |list: &str| list.split_ascii_whitespace().any(|code| code == self.code());
        if listed(ZERO_DECIMALS) {
            Unit { exponent: 0, rule: Rule::Any }
        } else if listed(WHOLE_UNITS) {
            Unit { exponent: 2, rule: Rule::Whole }
        } else if listed(THREE_DECIMALS) {
            Unit { exponent: 3, rule: Rule::LastDigitZero }
        } else {
            Unit { exponent: 2, rule: Rule::Any }
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = String;

    /// Reads a code in either case (Stripe's are lower, the books' upper).
    fn from_str(text: &str) -> Result<Self, String> {
        let code = text.to_ascii_uppercase();
        let listed =
            [TWO_DECIMALS, ZERO_DECIMALS, WHOLE_UNITS, THREE_DECIMALS].iter().any(|list| list.split_ascii_whitespace().any(|c| c == code));
        match <[u8; 3]>::try_from(code.as_bytes()) {
            Ok(bytes) if listed => Ok(Self(bytes)),
            _ => Err(format!("“{text}” is not a currency that Stripe takes")),
        }
    }
}

crate::sql_text!(Currency);

/// An amount of one currency, in Stripe's minor unit. Debit is positive, credit negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Whole minor units.
    pub minor: i64,
    /// What they are units of.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads what a person typed: `40`, `40.5`, `1,250.00`. Full-width digits, exponents and signs are refused, not guessed.
    ///
    /// # Errors
    /// When it is no amount, or one that Stripe could not charge in this currency; the text is for the person.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let text = text.trim();
        let text = text.strip_prefix(currency.sign()).unwrap_or(text).trim_start();
        let (whole, decimals) = text.split_once('.').map_or((text, None), |(whole, decimals)| (whole, Some(decimals)));
        let whole = without_thousands_marks(whole)?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(&whole) || decimals.is_some_and(|d| !digits(d)) {
            return Err(if text.contains(',') { MoneyError::Ambiguous } else { MoneyError::NotAnAmount });
        }
        let exponent = currency.exponent();
        if decimals.is_some_and(|d| d.len() > exponent as usize) {
            return Err(MoneyError::TooManyDecimals(exponent));
        }
        let amount = Decimal::from_str(&format!("{whole}.{}", decimals.unwrap_or("0"))).map_err(|_| MoneyError::TooLarge)?;
        let minor = amount.checked_mul(Decimal::from(10_i64.pow(exponent))).and_then(|minor| i64::try_from(minor).ok());
        let minor = minor.filter(|minor| *minor <= LARGEST_MINOR).ok_or(MoneyError::TooLarge)?;
        let money = Self { minor, currency };
        money.check_chargeable()?;
        Ok(money)
    }

    /// Whether Stripe would take exactly this amount in this currency.
    ///
    /// # Errors
    /// When the currency is charged in whole units, or its third decimal must be 0.
    pub fn check_chargeable(self) -> Result<(), MoneyError> {
        match self.currency.unit().rule {
            Rule::Whole if self.minor % 100 != 0 => Err(MoneyError::NotWhole),
            Rule::LastDigitZero if self.minor % 10 != 0 => Err(MoneyError::LastDigit),
            Rule::Any | Rule::Whole | Rule::LastDigitZero => Ok(()),
        }
    }

    /// The same, or the next amount above it that Stripe would take.
    #[must_use]
    pub fn rounded_up_to_chargeable(self) -> Self {
        let step = match self.currency.unit().rule {
            Rule::Any => 1,
            Rule::Whole => 100,
            Rule::LastDigitZero => 10,
        };
        Self { minor: self.minor + (step - self.minor.rem_euclid(step)) % step, ..self }
    }

    /// The plain decimal without decimals that are all zero: `25`, `12.50`.
    pub fn short_decimal(self) -> String {
        let decimal = self.decimal();
        let whole = decimal.split_once('.').filter(|(_, decimals)| decimals.bytes().all(|b| b == b'0')).map(|(whole, _)| whole.to_owned());
        whole.unwrap_or(decimal)
    }

    /// The plain decimal of machine-read files: `-1250.50`, no sign of currency, no thousands marks.
    pub fn decimal(self) -> String {
        Decimal::try_new(self.minor, self.currency.exponent()).map_or_else(|_| self.minor.to_string(), |amount| amount.to_string())
    }

    /// For people: `$1,250.50`, `−$3.20`, `CAD 12.00`, with the sign of print; files that machines read take [`Money::decimal`].
    pub fn for_people(self) -> String {
        let decimal = Self { minor: self.minor.checked_abs().unwrap_or(i64::MAX), ..self }.decimal();
        let (whole, decimals) = decimal.split_once('.').map_or((decimal.as_str(), None), |(w, d)| (w, Some(d)));
        let mut grouped = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        // Whole-unit currencies are counted in hundredths that are always 0: nobody wants to read them.
        let decimals = decimals.filter(|_| !matches!(self.currency.unit().rule, Rule::Whole)).map(|d| format!(".{d}")).unwrap_or_default();
        let minus = if self.minor < 0 { "−" } else { "" };
        match self.currency.sign() {
            "" => format!("{minus}{} {grouped}{decimals}", self.currency),
            sign => format!("{minus}{sign}{grouped}{decimals}"),
        }
    }
}

/// The sum of minor units, or None where it leaves what the books can hold.
pub fn sum(amounts: impl IntoIterator<Item = i64>) -> Option<i64> {
    amounts.into_iter().try_fold(0_i64, i64::checked_add).filter(|total| total.unsigned_abs() <= LARGEST_MINOR.unsigned_abs())
}

/// Takes out commas that stand where thousands marks stand, and only those.
fn without_thousands_marks(whole: &str) -> Result<String, MoneyError> {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    if rest.is_empty() {
        return Ok(whole.to_owned());
    }
    let marks_fit = (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    if marks_fit { Ok(format!("{first}{}", rest.concat())) } else { Err(MoneyError::Ambiguous) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn what_people_type_is_read_or_refused_never_rounded() {
        let usd = Currency::USD;
        for (text, minor) in
            [("40", 4000), ("40.5", 4050), (" 40.50 ", 4050), ("$7", 700), ("1,250.00", 125_000), ("0", 0), ("999999.99", 99_999_999)]
        {
            assert_eq!(Money::parse(text, usd).map(|m| m.minor), Ok(minor), "{text:?}");
        }
        for text in
            ["", "abc", "-1", "+1", "1e3", "NaN", "１２", "1.", ".5", "1,50", "1,2345", "1 000", "0.001", "1.2.3", "9223372036854775807"]
        {
            assert!(Money::parse(text, usd).is_err(), "{text:?}");
        }
        assert_eq!(Money::parse("1,50", usd), Err(MoneyError::Ambiguous));
        assert_eq!(Money::parse("1000000000000000000000000000000", usd), Err(MoneyError::TooLarge));
    }

    #[test]
    fn units_are_stripes() {
        assert_eq!(Money::parse("500", currency("JPY")).unwrap().minor, 500);
        assert_eq!(Money::parse("500.5", currency("JPY")), Err(MoneyError::TooManyDecimals(0)));
        assert_eq!(Money::parse("12", currency("UGX")).unwrap().minor, 1200);
        assert_eq!(Money::parse("12.50", currency("ISK")), Err(MoneyError::NotWhole));
        assert_eq!(Money::parse("1.230", currency("KWD")).unwrap().minor, 1230);
        assert_eq!(Money::parse("1.234", currency("KWD")), Err(MoneyError::LastDigit));
        assert_eq!(currency("mga").exponent(), 0);
        assert!("XXX".parse::<Currency>().is_err() && "usd ".parse::<Currency>().is_err() && "€€€".parse::<Currency>().is_err());
    }

    #[test]
    fn what_is_written_reads_back_in_every_currency() {
        for code in [TWO_DECIMALS, ZERO_DECIMALS, WHOLE_UNITS, THREE_DECIMALS].iter().flat_map(|list| list.split_ascii_whitespace()) {
            for minor in [0, 100, 1200, 50_000, 123_456_700] {
                let money = Money::new(minor, currency(code));
                assert_eq!(Money::parse(&money.decimal(), money.currency), Ok(money), "{code}");
            }
        }
        assert_eq!(Money::new(-123_456_789, Currency::USD).for_people(), "−$1,234,567.89");
        assert_eq!(Money::new(120_000, currency("UGX")).for_people(), "UGX 1,200");
    }

    #[test]
    fn the_list_of_currencies_is_whole_and_in_order() {
        let all = Currency::all();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "each once, in order");
        let listed = [TWO_DECIMALS, ZERO_DECIMALS, WHOLE_UNITS, THREE_DECIMALS].iter().flat_map(|list| list.split_ascii_whitespace());
        assert_eq!(all.len(), listed.count());
        assert!(all.contains(&Currency::USD));
    }

    #[test]
    fn a_sum_beyond_the_books_is_none() {
        assert_eq!(sum([1, 2, -3]), Some(0));
        assert_eq!(sum([i64::MAX, 1]), None);
        assert_eq!(sum([LARGEST_MINOR, 1]), None);
    }
}
