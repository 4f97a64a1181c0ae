//! A receipt: the same facts in the same order, whether on a page, on paper or in a mail. Pure; not here: where its facts come from
//! (`gift_page`), how it looks (`web`, `mail`).

use fluent_templates::fluent_bundle::FluentValue;

use super::OfflineKind;
use crate::clock::Day;
use crate::language::{Language, Values};
use crate::money::Money;
use crate::payments::checkout::Interval;

/// Money that went back of a gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// When.
    pub on: Day,
    /// How much, above zero.
    pub amount: Money,
}

/// Where a gift is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The publication's number.
    pub number: i64,
    /// The root that its head signs, in full; None where none is known.
    pub root: Option<String>,
    /// Where anybody checks it, in full.
    pub verify: String,
}

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The gift's number.
    pub number: String,
    /// No real money.
    pub practice: bool,
    /// Who received it: the fund's legal name, or its name.
    pub to: String,
    /// Whom to write to; may be empty.
    pub contact: String,
    /// What tax authorities know it by; may be empty.
    pub tax_number: String,
    /// Who gave, where the donor told.
    pub from: Option<String>,
    /// The day of the payment.
    pub paid_on: Day,
    /// The day of this receipt.
    pub issued_on: Day,
    /// What was paid in all.
    pub paid: Money,
    /// How much of that is for the card fee; nothing, where the donor did not say so.
    pub cover: Money,
    /// What Stripe or a platform kept.
    pub fee: Money,
    /// How it came in by hand; None: by card or bank, through Stripe.
    pub by_hand: Option<OfflineKind>,
    /// What it was paid with, where Stripe told: `visa 4242`, `bank 6789`.
    pub paid_with: Option<String>,
    /// How often it comes again; None: given once.
    pub repeats: Option<Interval>,
    /// What went back, the first first.
    pub back: Vec<Back>,
    /// What is said about tax, in the language of the receipt; empty: the usual words.
    pub tax: String,
    /// For how many days after it the donor may ask for it back.
    pub refund_days: i64,
    /// Where it is counted; None: the next publication will.
    pub counted: Option<Counted>,
}

/// One line of a receipt's sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// What it is.
    pub label: String,
    /// How much, for people.
    pub amount: String,
    /// It does not hold any more: struck through, and its label says so too.
    pub struck: bool,
}

impl Receipt {
    /// What went back in all.
    pub fn all_back(&self) -> Money {
        let minor = self.back.iter().fold(0_i64, |sum, back| sum.saturating_add(back.amount.minor));
        Money::new(minor, self.paid.currency)
    }

    /// The facts above the sum, each with its name.
    pub fn facts(&self, language: Language) -> Vec<(String, String)> {
        let say = |key: &str| language.text(key, &Values::new());
        let mut facts = Vec::new();
        let mut add = |key: &str, value: String| facts.push((say(key), value));
        if self.practice {
            add("receipt-practice", say("receipt-no-money"));
        }
        add("receipt-to", self.to.clone());
        if !self.contact.is_empty() {
            add("receipt-contact", self.contact.clone());
        }
        if !self.tax_number.is_empty() {
            add("receipt-tax-number", self.tax_number.clone());
        }
        if let Some(from) = &self.from {
            add("receipt-from", from.clone());
        }
        add("receipt-paid-on", language.day(self.paid_on));
        add("receipt-issued-on", language.day(self.issued_on));
        add("receipt-means", self.means(language));
        add("receipt-often", say(self.repeats.map_or("receipt-once", interval_key)));
        facts
    }

    /// How it was paid: `Visa ending 4242`, or by which way.
    fn means(&self, language: Language) -> String {
        let paid_with = self.paid_with.as_deref().and_then(|means| means.split_once(' ')).filter(|_| self.by_hand.is_none());
        let Some((brand, last)) = paid_with else {
            let way = self.by_hand.map_or("card", OfflineKind::as_str);
            return language.text(&format!("receipt-means-{way}"), &Values::new());
        };
        let values = [("brand", brand), ("last", last)].map(|(name, value)| (name.into(), FluentValue::from(value)));
        language.text("receipt-means-ending", &values.into())
    }

    /// The sum, line by line.
    pub fn sums(&self, language: Language) -> Vec<Sum> {
        let say = |key: &str| language.text(key, &Values::new());
        let of = |minor: i64| Money::new(minor, self.paid.currency);
        let line = |label: String, amount: Money| Sum { label, amount: amount.for_reader(language), struck: false };
        let back = self.all_back();
        let in_full = back.minor >= self.paid.minor;
        let mut sums = vec![line(say("receipt-gift"), of(self.paid.minor.saturating_sub(self.cover.minor)))];
        if self.cover.minor > 0 {
            sums.push(line(say("receipt-cover"), self.cover));
        }
        sums.push(line(say("receipt-paid"), self.paid));
        sums.push(line(say("receipt-fee"), of(self.fee.minor.saturating_neg())));
        sums.push(line(say("receipt-net"), of(self.paid.minor.saturating_sub(self.fee.minor))));
        if self.back.is_empty() {
            return sums;
        }
        // What stood there before stays readable, struck through, and is marked in words for those who do not see the line.
        let mark = say(if in_full { "receipt-marked-whole" } else { "receipt-marked-part" });
        for sum in &mut sums {
            (sum.label, sum.struck) = (format!("{} ({mark})", sum.label), true);
        }
        for back in &self.back {
            let label = language.text("receipt-back", &Values::from([("day".into(), FluentValue::from(language.day(back.on)))]));
            sums.push(line(label, of(back.amount.minor.saturating_neg())));
        }
        sums.push(line(say("receipt-remains"), of(self.paid.minor.saturating_sub(back.minor).max(0))));
        sums
    }

    /// The sentences under the sum.
    pub fn notes(&self, language: Language) -> Vec<String> {
        let with = |key: &str, values: Values<'_>| language.text(key, &values);
        let tax = if self.tax.is_empty() { with("receipt-no-tax", Values::new()) } else { self.tax.clone() };
        let days = Values::from([("days".into(), FluentValue::from(self.refund_days))]);
        let mut notes =
            vec![tax, with("receipt-no-goods", Values::new()), with("receipt-refunds", days), with("receipt-leftover", Values::new())];
        match &self.counted {
            None => notes.push(with("receipt-not-counted", Values::new())),
            Some(counted) => {
                let root = counted.root.as_deref().map_or_else(|| "–".to_owned(), short);
                let values = [("number", counted.number.to_string()), ("root", root), ("address", counted.verify.clone())];
                notes.push(with("receipt-counted", values.map(|(name, value)| (name.into(), FluentValue::from(value))).into()));
            }
        }
        notes
    }

    /// Facts and sum as lines of two columns, as [`crate::mail::Letter`] takes a table.
    pub fn table(&self, language: Language) -> String {
        let facts = self.facts(language).into_iter().map(|(label, value)| format!("{label}\t{}", value.replace(['\t', '\r', '\n'], " ")));
        let sums = self.sums(language);
        let width = sums.iter().map(|sum| sum.amount.chars().count()).max().unwrap_or(0);
        let sums: Vec<String> = sums.into_iter().map(|sum| format!("{}\t{:>width$}", sum.label, sum.amount)).collect();
        facts.chain(sums).collect::<Vec<_>>().join("\n")
    }
}

/// The key of how often a gift comes again.
pub const fn interval_key(interval: Interval) -> &'static str {
    match interval {
        Interval::Week => "receipt-every-week",
        Interval::Month => "receipt-every-month",
    }
}

/// A root as people compare it: its first eight and its last four signs.
pub fn short(root: &str) -> String {
    // Written in fours, it is the same root.
    let root = root.replace(' ', "");
    let (first, last) = (root.get(..8), root.len().checked_sub(4).and_then(|from| root.get(from..)));
    first.zip(last).map_or_else(|| root.clone(), |(first, last)| format!("{first}…{last}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn receipt() -> Receipt {
        let of = |minor| Money::new(minor, Currency::USD);
        Receipt {
            number: "3F7K".to_owned(),
            practice: false,
            to: "Local 5".to_owned(),
            contact: "help@example.org".to_owned(),
            tax_number: "12-3456789".to_owned(),
            paid_with: Some("amex 1005".to_owned()),
            from: Some("Ana\tName".to_owned()),
            paid_on: "2026-11-14".parse().unwrap(),
            issued_on: "2026-11-15".parse().unwrap(),
            paid: of(2606),
            cover: of(106),
            fee: of(106),
            by_hand: None,
            repeats: None,
            back: Vec::new(),
            tax: String::new(),
            refund_days: 30,
            counted: None,
        }
    }

    #[test]
    fn a_receipt_adds_up_and_a_tab_in_a_name_makes_no_column() {
        let table = receipt().table(Language::English);
        let amounts: Vec<&str> = table.lines().rev().take(5).map(|line| line.split('\t').nth(1).unwrap()).collect();
        assert_eq!(amounts, ["$25.00", "−$1.06", "$26.06", " $1.06", "$25.00"]);
        assert!(table.lines().all(|line| line.matches('\t').count() == 1), "{table}");
        assert!(table.contains("Tax number\t12-3456789\n") && table.contains("\tAmerican Express ending 1005\n"), "{table}");
        let other = Receipt { paid_with: Some("brand_new 1005".to_owned()), ..receipt() }.table(Language::Spanish);
        assert!(other.contains("\tTarjeta terminada en 1005\n"), "{other}");
        let cash = Receipt { by_hand: Some(OfflineKind::Cash), ..receipt() }.table(Language::English);
        assert!(cash.contains("counted by two people"), "{cash}");
    }

    #[test]
    fn what_went_back_strikes_what_stood_there_and_says_so_in_words() {
        let back = |minor| Back { on: "2026-11-20".parse().unwrap(), amount: Money::new(minor, Currency::USD) };
        let in_part = Receipt { back: vec![back(606)], ..receipt() }.sums(Language::English);
        assert!(in_part[..5].iter().all(|sum| sum.struck && sum.label.contains("in part")), "{in_part:?}");
        let rest: Vec<(&str, &str)> = in_part[5..].iter().map(|sum| (&*sum.label, &*sum.amount)).collect();
        assert_eq!(rest, [("Refunded on 20 Nov 2026", "−$6.06"), ("What remains", "$20.00")]);
        let in_full = Receipt { back: vec![back(606), back(2000)], ..receipt() }.sums(Language::Spanish);
        assert_eq!(in_full.last().unwrap().amount, "$0.00");
        assert!(in_full[..5].iter().all(|sum| sum.label.contains("por completo")), "{in_full:?}");
    }
}
