//! Goods that were given in kind: what, how many, what they were worth. Not here: what logging them does (`in_kind.rs`).

use crate::clock::{Day, Instant};
use crate::ids::{FundId, GoodsId, PersonId};
use crate::money::{Currency, Money};

crate::words! {
    /// How a fair value was found.
    pub enum Valued {
        /// What a shop asks for the same.
        Shop = "shop",
        /// What the donor paid, by their bill.
        Bill = "bill",
        /// By what somebody thinks it is worth.
        Estimate = "estimate",
    }
}

crate::words! {
    /// Where goods stand.
    pub enum GoodsState {
        /// Worth so much that a second person must agree.
        Waiting = "waiting",
        /// In the log; in the books too, where they were valued.
        Logged = "logged",
    }
}

crate::record! {
    /// Goods in the log.
    pub struct Goods {
        /// Their row.
        pub id: GoodsId,
        /// For talking about them.
        pub number: String,
        /// The fund they were given to.
        pub fund_id: FundId,
        /// What they are; public.
        pub what: String,
        /// How many.
        pub quantity: i64,
        /// Of what: one of [`UNITS`], or a word of the person who logged them.
        pub unit: String,
        /// The promised use.
        pub category: String,
        /// Fair value of all of them in minor units; None: not valued.
        pub value_minor: Option<i64>,
        /// The currency of the value.
        pub currency: Currency,
        /// How it was found.
        pub valued_how: Option<Valued>,
        /// When they came.
        pub received_on: Day,
        /// Where they are kept; private.
        pub kept: String,
        /// How many were given out.
        pub given: i64,
        /// Where they stand.
        pub state: GoodsState,
        /// Who logged them.
        pub recorded_by: PersonId,
        /// When.
        pub recorded_at: Instant,
    }
}

impl Goods {
    /// How many are left.
    pub const fn left(&self) -> i64 {
        self.quantity.saturating_sub(self.given)
    }

    /// The fair value, where they were valued.
    pub fn value(&self) -> Option<Money> {
        self.value_minor.map(|minor| Money::new(minor, self.currency))
    }
}

crate::record! {
    /// Some of them, given out.
    pub struct Given {
        /// How many.
        pub quantity: i64,
        /// When.
        pub given_on: Day,
        /// The group they were passed on to at the end; None: they were used for the strike.
        pub passed_to: Option<String>,
    }
}

/// Units that the form offers; any other word may be typed.
pub const UNITS: [&str; 6] = ["cases", "meals", "packs", "boxes", "bottles", "pieces"];

/// The most of one thing that one row of the log takes.
const MOST: i64 = 1_000_000;

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct GoodsForm<'a> {
    /// What they are.
    pub what: &'a str,
    /// How many.
    pub quantity: &'a str,
    /// A word of [`UNITS`], or `other`.
    pub unit: &'a str,
    /// The word, where it is another.
    pub unit_other: &'a str,
    /// The promised use.
    pub category: &'a str,
    /// The fair value.
    pub value: &'a str,
    /// Whether that is the value of each of them.
    pub each: bool,
    /// Whether nobody valued them.
    pub not_valued: bool,
    /// How they were valued.
    pub valued_how: &'a str,
    /// When they came.
    pub received_on: &'a str,
    /// Who gave them; may be empty.
    pub donor: &'a str,
    /// Where they are; may be empty.
    pub kept: &'a str,
}

/// What is wrong with a field of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoodsWrong {
    /// Nothing, or more than a hundred letters.
    What,
    /// No number and unit.
    HowMany,
    /// No promised use.
    Use,
    /// No amount.
    Value,
    /// A value, and no word on how it was found.
    ValuedHow,
    /// No day, or one that has not come.
    Day,
    /// Too long.
    TooLong,
}

/// Goods to be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGoods {
    /// What they are.
    pub what: String,
    /// How many, at least one.
    pub quantity: i64,
    /// Of what.
    pub unit: String,
    /// The promised use.
    pub category: String,
    /// What all of them are worth, and how that was found.
    pub value: Option<(Money, Valued)>,
    /// When they came.
    pub received_on: Day,
    /// Who gave them.
    pub donor: Option<String>,
    /// Where they are.
    pub kept: String,
}

impl NewGoods {
    /// Reads the form; `uses` are the promised uses, `today` the fund's day.
    ///
    /// # Errors
    /// Every field that is wrong, by its name, in page order.
    pub fn parse(form: &GoodsForm<'_>, uses: &[String], currency: Currency, today: Day) -> Result<Self, Vec<(&'static str, GoodsWrong)>> {
        let mut wrong = Vec::new();
        let line = |text: &str, most: usize| text.chars().count() <= most && !text.chars().any(char::is_control);
        if form.what.is_empty() || !line(form.what, 100) {
            wrong.push(("what", GoodsWrong::What));
        }
        let unit = if form.unit == "other" { form.unit_other } else { form.unit };
        let quantity = form.quantity.parse::<i64>().ok().filter(|quantity| (1..=MOST).contains(quantity));
        if quantity.is_none() || unit.is_empty() || !line(unit, 20) {
            wrong.push(("quantity", GoodsWrong::HowMany));
        }
        if !uses.iter().any(|word| word == form.category) {
            wrong.push(("category", GoodsWrong::Use));
        }
        let value = value(form, quantity.unwrap_or(1), currency).map_err(|said| wrong.push(said)).unwrap_or_default();
        let received_on = form.received_on.parse::<Day>().ok().filter(|day| *day <= today);
        if received_on.is_none() {
            wrong.push(("received_on", GoodsWrong::Day));
        }
        for (name, text) in [("donor", form.donor), ("kept", form.kept)] {
            if !line(text, 200) {
                wrong.push((name, GoodsWrong::TooLong));
            }
        }
        match (quantity, received_on) {
            (Some(quantity), Some(received_on)) if wrong.is_empty() => Ok(Self {
                what: form.what.to_owned(),
                quantity,
                unit: unit.to_owned(),
                category: form.category.to_owned(),
                value,
                received_on,
                donor: Some(form.donor.to_owned()).filter(|donor| !donor.is_empty()),
                kept: form.kept.to_owned(),
            }),
            _ => Err(wrong),
        }
    }
}

/// The value of all of them; None where the box says that nobody valued them.
fn value(form: &GoodsForm<'_>, quantity: i64, currency: Currency) -> Result<Option<(Money, Valued)>, (&'static str, GoodsWrong)> {
    if form.not_valued {
        return Ok(None);
    }
    // Whoever says neither a value nor that there is none is asked which it is.
    if form.value.is_empty() {
        return Err(("valued_how", GoodsWrong::ValuedHow));
    }
    let typed = Money::parse(form.value, currency).map_err(|_| ("value", GoodsWrong::Value))?;
    let minor = if form.each { typed.minor.checked_mul(quantity) } else { Some(typed.minor) };
    let minor = minor.filter(|minor| *minor > 0 && crate::money::sum([*minor]).is_some()).ok_or(("value", GoodsWrong::Value))?;
    let how = form.valued_how.parse::<Valued>().map_err(|_| ("valued_how", GoodsWrong::ValuedHow))?;
    Ok(Some((Money::new(minor, currency), how)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> GoodsForm<'static> {
        GoodsForm {
            what: "Bottled water",
            quantity: "40",
            unit: "cases",
            category: "water",
            value: "6.50",
            each: true,
            valued_how: "shop",
            received_on: "2026-11-14",
            ..GoodsForm::default()
        }
    }

    fn read(form: &GoodsForm<'_>) -> Result<NewGoods, Vec<(&'static str, GoodsWrong)>> {
        NewGoods::parse(form, &["water".to_owned()], Currency::USD, "2026-11-14".parse().unwrap())
    }

    #[test]
    fn a_value_is_of_each_or_of_all_or_there_is_none() {
        let of = |form: &GoodsForm<'_>| read(form).unwrap().value.map(|(money, how)| (money.minor, how));
        assert_eq!(of(&form()), Some((26_000, Valued::Shop)));
        assert_eq!(of(&GoodsForm { each: false, ..form() }), Some((650, Valued::Shop)));
        assert_eq!(of(&GoodsForm { not_valued: true, value: "", ..form() }), None);
    }

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        let wrong = |form: &GoodsForm<'_>| read(form).unwrap_err();
        assert_eq!(wrong(&GoodsForm { what: "", ..form() }), [("what", GoodsWrong::What)]);
        for quantity in ["", "0", "-1", "1.5", "many", "１２", "1000001"] {
            assert_eq!(wrong(&GoodsForm { quantity, ..form() }), [("quantity", GoodsWrong::HowMany)], "{quantity}");
        }
        assert_eq!(wrong(&GoodsForm { unit: "other", ..form() }), [("quantity", GoodsWrong::HowMany)]);
        assert_eq!(wrong(&GoodsForm { category: "beer", ..form() }), [("category", GoodsWrong::Use)]);
        assert_eq!(wrong(&GoodsForm { valued_how: "", ..form() }), [("valued_how", GoodsWrong::ValuedHow)]);
        assert_eq!(wrong(&GoodsForm { value: "", ..form() }), [("valued_how", GoodsWrong::ValuedHow)]);
        for value in ["0", "-1", "0.001", "1e18", "9223372036854775807", "１２", "1,50", "NaN"] {
            assert_eq!(wrong(&GoodsForm { value, ..form() }), [("value", GoodsWrong::Value)], "{value}");
        }
        assert_eq!(wrong(&GoodsForm { received_on: "2026-11-15", ..form() }), [("received_on", GoodsWrong::Day)]);
    }
}
