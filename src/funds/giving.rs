//! The noun: how a fund takes gifts: which amounts it offers, within which bounds, what a card costs, what donors are told. Not here: a gift.

use crate::language::Language;
use crate::money::{Currency, Money};

/// The most amounts that a form offers.
const MOST_AMOUNTS: usize = 8;
/// The most letters of what donors are told about tax.
const TAX_LETTERS: usize = 300;
/// What most methods of payment refuse to go beyond, in whole units of money (Stripe's bound, less a cent).
const HARD_TOP_UNITS: i64 = 1_000_000;
/// How long donors' personal data is kept after a fund has closed, in days: a card can be disputed for 120 days, and a bank may take as long
/// again to decide; a gift that nobody can take back any more needs nobody's name.
const KEEP_DAYS: i64 = 240;

/// How a fund takes gifts through its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Giving {
    /// The amounts to choose from, rising.
    pub amounts: Vec<Money>,
    /// The one that is chosen at first, where any is.
    pub chosen: Option<Money>,
    /// The smallest gift.
    pub smallest: Money,
    /// The largest gift through the form.
    pub largest: Money,
    /// What a card costs of an amount, in hundredths of a percent.
    pub rate: i64,
    /// What a card costs besides.
    pub fixed: Money,
    /// For how many days after a gift its donor may ask for it back.
    pub refund_days: i64,
    /// What is said about tax, in English and in Spanish; empty: that gifts are not tax-deductible.
    pub tax: [String; 2],
    /// For how many days after the fund has closed donors' personal data is kept.
    pub keep_days: i64,
}

crate::words! {
    /// A field of [`Giving`] that is not as it should be.
    pub enum WrongGiving {
        /// No rising list of one to eight amounts within the bounds.
        Amounts = "amounts",
        /// None of the amounts.
        Chosen = "chosen",
        /// No amount.
        Smallest = "smallest",
        /// No amount, or less than the smallest.
        Largest = "largest",
        /// No percentage from 0 to 20.
        Rate = "rate",
        /// No amount, or more than the smallest gift.
        Fixed = "fixed",
        /// No whole number of days from 0 to 365.
        RefundDays = "refund_days",
        /// Too long.
        TaxEnglish = "tax_en",
        /// Too long.
        TaxSpanish = "tax_es",
        /// No whole number of days from 0 to 3,650.
        KeepDays = "keep_days",
    }
}

crate::record! {
    /// The same as it is kept: amounts as whole minor units.
    pub struct StoredGiving {
        /// Minor units, rising, blanks between.
        pub amounts: String,
        /// The one that is chosen at first.
        pub chosen_minor: Option<i64>,
        /// The smallest gift.
        pub smallest_minor: i64,
        /// The largest gift.
        pub largest_minor: i64,
        /// In hundredths of a percent.
        pub rate: i64,
        /// What a card costs besides.
        pub fixed_minor: i64,
        /// How long a gift may be asked back.
        pub refund_days: i64,
        /// About tax, in English.
        pub tax_en: String,
        /// About tax, in Spanish.
        pub tax_es: String,
        /// How long personal data is kept.
        pub keep_days: i64,
    }
}

impl StoredGiving {
    /// In the fund's currency.
    pub(super) fn in_currency(self, currency: Currency) -> Giving {
        let money = |minor| Money::new(minor, currency);
        Giving {
            amounts: self.amounts.split_whitespace().filter_map(|minor| minor.parse().ok()).map(money).collect(),
            chosen: self.chosen_minor.map(money),
            smallest: money(self.smallest_minor),
            largest: money(self.largest_minor),
            rate: self.rate,
            fixed: money(self.fixed_minor),
            refund_days: self.refund_days,
            tax: [self.tax_en, self.tax_es],
            keep_days: self.keep_days,
        }
    }
}

impl Giving {
    /// As it is kept.
    pub(super) fn stored(&self) -> StoredGiving {
        let [english, spanish] = self.tax.clone();
        StoredGiving {
            amounts: self.amounts.iter().map(|amount| amount.minor.to_string()).collect::<Vec<_>>().join(" "),
            chosen_minor: self.chosen.map(|chosen| chosen.minor),
            smallest_minor: self.smallest.minor,
            largest_minor: self.largest.minor,
            rate: self.rate,
            fixed_minor: self.fixed.minor,
            refund_days: self.refund_days,
            tax_en: english,
            tax_es: spanish,
            keep_days: self.keep_days,
        }
    }

    /// What a fund begins with: 10 to 250, from 5.00 to 5,000.00 (a hundred times that where a currency has no decimals), and what Stripe
    /// asks of cards in the United States: 2.9 % and 30 cents.
    pub fn usual(currency: Currency) -> Self {
        let unit = 10_i64.pow(currency.exponent().max(2));
        let units = |count: i64| Money::new(count * unit, currency);
        Self {
            amounts: [10, 25, 50, 100, 250].map(units).into(),
            chosen: Some(units(25)),
            smallest: units(5),
            largest: units(5_000),
            rate: 290,
            fixed: Money::new(unit * 3 / 10, currency).rounded_up_to_chargeable(),
            refund_days: 30,
            tax: [String::new(), String::new()],
            keep_days: KEEP_DAYS,
        }
    }

    /// What must be given besides `amount` for the whole of it to reach the fund, rounded up to what can be charged:
    /// (amount + fixed) ÷ (1 − rate) − amount. None: nothing, or beyond what the books can hold.
    pub fn cover(&self, amount: Money) -> Option<Money> {
        let whole = i128::from(amount.minor) + i128::from(self.fixed.minor);
        let (total, kept) = (whole * 10_000, i128::from(10_000 - self.rate));
        let gross = i64::try_from((total + kept - 1) / kept).ok()?;
        let gross = Money::new(gross, amount.currency).rounded_up_to_chargeable();
        (gross.minor > amount.minor).then(|| Money::new(gross.minor - amount.minor, amount.currency))
    }

    /// What a fund of this currency says about tax in a language; None: the usual words.
    pub fn tax_in(&self, language: Language) -> Option<&str> {
        let [english, spanish] = &self.tax;
        let text = match language {
            Language::English => english,
            Language::Spanish => spanish,
        };
        Some(text.as_str()).filter(|text| !text.is_empty())
    }

    /// The amounts as they are typed: plain decimals parted by blanks.
    pub fn amounts_typed(&self) -> String {
        self.amounts.iter().map(|amount| amount.short_decimal()).collect::<Vec<_>>().join(" ")
    }

    /// The rate as it is typed, in percent.
    pub fn rate_typed(&self) -> String {
        format!("{}.{:02}", self.rate / 100, self.rate % 100)
    }

    /// Reads what was typed; a field's name is the word of [`WrongGiving`].
    ///
    /// # Errors
    /// Each field that is wrong.
    pub fn parse<'a>(typed: impl Fn(WrongGiving) -> &'a str, currency: Currency) -> Result<Self, Vec<WrongGiving>> {
        let mut wrong = Vec::new();
        let money = |field| Money::parse(typed(field), currency).ok();
        let days = |field, most| typed(field).parse().ok().filter(|days| (0..=most).contains(days));
        let top = HARD_TOP_UNITS * 10_i64.pow(currency.exponent());
        let nothing = Money::new(0, currency);
        let mut needed = |field, read: Option<Money>| {
            read.unwrap_or_else(|| {
                wrong.push(field);
                nothing
            })
        };
        let smallest = needed(WrongGiving::Smallest, money(WrongGiving::Smallest).filter(|least| least.minor > 0));
        let fits = |most: &Money| smallest.minor <= most.minor && most.minor < top;
        let largest = needed(WrongGiving::Largest, money(WrongGiving::Largest).filter(fits));
        let fixed = needed(WrongGiving::Fixed, money(WrongGiving::Fixed).filter(|fixed| fixed.minor <= smallest.minor));
        let amounts: Option<Vec<Money>> =
            typed(WrongGiving::Amounts).split_whitespace().map(|amount| Money::parse(amount, currency).ok()).collect();
        let rise = |amounts: &Vec<Money>| {
            (1..=MOST_AMOUNTS).contains(&amounts.len())
                && amounts.windows(2).all(|pair| pair[0].minor < pair[1].minor)
                && amounts.iter().all(|amount| (smallest.minor..=largest.minor).contains(&amount.minor))
        };
        let amounts = amounts.filter(rise).unwrap_or_else(|| {
            wrong.push(WrongGiving::Amounts);
            Vec::new()
        });
        let chosen = money(WrongGiving::Chosen);
        if !typed(WrongGiving::Chosen).is_empty() && !chosen.is_some_and(|chosen| amounts.contains(&chosen)) {
            wrong.push(WrongGiving::Chosen);
        }
        let rate = parse_rate(typed(WrongGiving::Rate));
        let (refund_days, keep_days) = (days(WrongGiving::RefundDays, 365), days(WrongGiving::KeepDays, 3_650));
        for (field, missing) in [
            (WrongGiving::Rate, rate.is_none()),
            (WrongGiving::RefundDays, refund_days.is_none()),
            (WrongGiving::KeepDays, keep_days.is_none()),
        ] {
            wrong.extend(missing.then_some(field));
        }
        let tax = [WrongGiving::TaxEnglish, WrongGiving::TaxSpanish].map(|field| {
            let text = typed(field).to_owned();
            if text.chars().count() > TAX_LETTERS || text.chars().any(char::is_control) {
                wrong.push(field);
            }
            text
        });
        let (Some(rate), Some(refund_days), Some(keep_days), true) = (rate, refund_days, keep_days, wrong.is_empty()) else {
            return Err(wrong);
        };
        Ok(Self { amounts, chosen, smallest, largest, rate, fixed, refund_days, tax, keep_days })
    }
}

/// A percentage from 0 to 20 with at most two decimals, in hundredths of a percent.
fn parse_rate(typed: &str) -> Option<i64> {
    let (whole, decimals) = typed.split_once('.').unwrap_or((typed, "0"));
    let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) {
        return None;
    }
    let hundredths = format!("{decimals:0<2}").parse::<i64>().ok()?;
    Some(whole.parse::<i64>().ok()? * 100 + hundredths).filter(|rate| *rate <= 2_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    #[test]
    fn the_card_fee_is_covered_to_the_cent_and_rounded_up() {
        let giving = Giving::usual(Currency::USD);
        let covers = [1000, 2500, 5000, 10_000, 25_000].map(|minor| giving.cover(usd(minor)).unwrap().minor);
        assert_eq!(covers, [61, 106, 181, 330, 778]);
        for minor in (500..500_000).step_by(37) {
            let cover = giving.cover(usd(minor)).unwrap().minor;
            // The fee of the whole, rounded as unfavourably as it can be, leaves the gift; a cent less would not.
            let reaches = |total: i64| (total * 9_710 - 30 * 10_000) >= minor * 10_000;
            assert!(reaches(minor + cover) && !reaches(minor + cover - 1), "{minor}");
        }
    }

    #[test]
    fn the_cover_can_be_charged_in_every_kind_of_currency() {
        for code in ["JPY", "KWD", "ISK", "EUR"] {
            let giving = Giving::usual(code.parse().unwrap());
            for amount in &giving.amounts {
                let cover = giving.cover(*amount).unwrap();
                assert!(cover.minor > 0 && cover.check_chargeable().is_ok(), "{code} {}", cover.minor);
            }
        }
        let free = Giving { rate: 0, fixed: usd(0), ..Giving::usual(Currency::USD) };
        assert_eq!(free.cover(usd(2500)), None);
        assert_eq!(Giving::usual(Currency::USD).cover(usd(i64::MAX)), None);
    }

    #[test]
    fn amounts_lie_within_the_bounds_and_what_is_typed_reads_back() {
        for code in ["USD", "JPY", "KWD", "ISK"] {
            let giving = Giving::usual(code.parse().unwrap());
            assert!(giving.amounts.iter().all(|amount| giving.smallest.minor <= amount.minor && amount.minor <= giving.largest.minor));
            assert_eq!(read(&giving, WrongGiving::KeepDays, "240"), Ok(giving), "{code}");
        }
        let usual = Giving::usual(Currency::USD);
        for (field, wrong) in [
            (WrongGiving::Amounts, "25 10"),
            (WrongGiving::Amounts, "1 25"),
            (WrongGiving::Amounts, ""),
            (WrongGiving::Chosen, "30"),
            (WrongGiving::Smallest, "0"),
            (WrongGiving::Largest, "1000000"),
            (WrongGiving::Rate, "20.01"),
            (WrongGiving::Rate, "2,9"),
            (WrongGiving::Fixed, "6"),
            (WrongGiving::RefundDays, "366"),
            (WrongGiving::KeepDays, "-1"),
            (WrongGiving::KeepDays, "soon"),
        ] {
            assert!(read(&usual, field, wrong).unwrap_err().contains(&field), "{field} {wrong}");
        }
        assert_eq!(read(&usual, WrongGiving::Chosen, "").unwrap().chosen, None);
        assert_eq!(read(&usual, WrongGiving::Rate, "1.5").unwrap().rate, 150);
    }

    /// The same typed, with one field otherwise.
    fn read(giving: &Giving, other: WrongGiving, value: &str) -> Result<Giving, Vec<WrongGiving>> {
        let typed = |field: WrongGiving| match field {
            WrongGiving::Amounts => giving.amounts_typed(),
            WrongGiving::Chosen => giving.chosen.map(Money::short_decimal).unwrap_or_default(),
            WrongGiving::Smallest => giving.smallest.decimal(),
            WrongGiving::Largest => giving.largest.decimal(),
            WrongGiving::Rate => giving.rate_typed(),
            WrongGiving::Fixed => giving.fixed.decimal(),
            WrongGiving::RefundDays => giving.refund_days.to_string(),
            WrongGiving::KeepDays => giving.keep_days.to_string(),
            WrongGiving::TaxEnglish | WrongGiving::TaxSpanish => String::new(),
        };
        let typed = |field| if field == other { value.to_owned() } else { typed(field) };
        Giving::parse(|field| &*typed(field).leak(), giving.smallest.currency)
    }
}
