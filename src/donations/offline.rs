//! A gift that came in by hand: kinds, states, a count of cash, what a form must say. Not here: what is done with it (`by_hand`).

use crate::clock::{Day, Instant};
use crate::ids::{DonationId, EntryId, FundId, OfflineId, PersonId};
use crate::ledger::chart;
use crate::money::{self, Currency, Money};

crate::words! {
    /// How a gift came in.
    pub enum OfflineKind {
        /// Coins and notes.
        Cash = "cash",
        /// A cheque.
        Cheque = "cheque",
        /// What another platform collected, in one sum.
        Batch = "batch",
        /// A bank transfer of a person.
        Transfer = "transfer",
        /// A transfer of another union or organisation.
        Organisation = "organisation",
    }
}

crate::words! {
    /// Where it stands.
    pub enum OfflineState {
        /// One person counted, or nobody yet.
        Counting = "counting",
        /// One person counted with a signed sheet; an approver must agree.
        Signed = "signed",
        /// Its bank line is not there yet.
        Expected = "expected",
        /// In the books, and a gift like any other.
        Counted = "counted",
        /// A cheque that came back.
        Bounced = "bounced",
    }
}

impl OfflineKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Cash, Self::Cheque, Self::Batch, Self::Transfer, Self::Organisation];

    /// The income account it is booked to.
    pub const fn income(self) -> &'static str {
        match self {
            Self::Cash => chart::CASH_GIFTS,
            Self::Cheque | Self::Batch | Self::Transfer => chart::BANK_GIFTS,
            Self::Organisation => chart::ORGANISATIONS,
        }
    }
}

crate::record! {
    /// A gift that came in by hand.
    pub struct Offline {
        /// Its row.
        pub id: OfflineId,
        /// For talking about it.
        pub number: String,
        /// Its fund.
        pub fund_id: FundId,
        /// How it came.
        pub kind: OfflineKind,
        /// Where it stands.
        pub state: OfflineState,
        /// What was given, before any fee; None while it is being counted.
        pub amount_minor: Option<i64>,
        /// What a platform kept.
        pub fee_minor: i64,
        /// The currency of both.
        pub currency: Currency,
        /// How many people gave, by the platform's word; 1 for one gift.
        pub gifts: i64,
        /// Where it was counted, or the platform; private.
        pub place: String,
        /// The account the money is in.
        pub account: String,
        /// The day on the cheque, of the count, or of its arrival.
        pub dated_on: Day,
        /// Which count this is, from 1.
        pub round: i64,
        /// The bank's line that brought it.
        pub bank_line: Option<String>,
        /// Its entry.
        pub entry_id: Option<EntryId>,
        /// The gift it is, once it counts.
        pub donation_id: Option<DonationId>,
        /// Who entered it.
        pub recorded_by: PersonId,
        /// When.
        pub recorded_at: Instant,
        /// Why the bank gave a cheque back, in its words; private.
        pub bounced_because: Option<String>,
    }
}

impl Offline {
    /// What was given, before any fee.
    pub fn amount(&self) -> Option<Money> {
        self.amount_minor.map(|minor| Money::new(minor, self.currency))
    }
}

/// Coins and notes of a currency in minor units, largest first.
pub fn denominations(currency: Currency) -> &'static [i64] {
    match currency.code() {
        "USD" => &[10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1],
        "CAD" | "AUD" | "NZD" => &[10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 20, 10, 5],
        "EUR" => &[50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
        "GBP" => &[5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
        _ => &[100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
    }
}

/// The most coins or notes of one worth that one bucket holds.
const MOST_PIECES: i64 = 1_000_000;

/// What one person counted: pieces by worth in minor units, and their sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountSheet {
    pieces: Vec<(i64, i64)>,
    total_minor: i64,
}

impl CountSheet {
    /// Adds up what was typed: how many pieces of each worth; an empty field is none.
    ///
    /// # Errors
    /// The worths whose number cannot be read; none at all where the sum is nothing.
    pub fn parse<'a>(typed: impl Iterator<Item = (i64, &'a str)>) -> Result<Self, Vec<i64>> {
        let (mut pieces, mut wrong) = (Vec::new(), Vec::new());
        for (worth, text) in typed {
            let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            match text.parse::<i64>() {
                _ if text.is_empty() => {}
                Ok(0) if plain => {}
                Ok(count) if plain && count <= MOST_PIECES => pieces.push((worth, count)),
                _ => wrong.push(worth),
            }
        }
        let total_minor = money::sum(pieces.iter().map(|(worth, count)| worth.saturating_mul(*count))).unwrap_or(0);
        if wrong.is_empty() && total_minor > 0 { Ok(Self { pieces, total_minor }) } else { Err(wrong) }
    }

    /// What all of it is worth, in minor units.
    pub const fn total_minor(&self) -> i64 {
        self.total_minor
    }

    /// As it is kept: `2000:3 25:7`.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|(worth, count)| format!("{worth}:{count}")).collect::<Vec<_>>().join(" ")
    }
}

/// What a second count comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// It is the first of its round; a second person counts next, blind.
    First,
    /// Both agree; the money is in the books.
    Agrees,
    /// They differ; both count again.
    Differs {
        /// What the first person counted.
        first: Money,
        /// What the second did.
        second: Money,
    },
}

/// A gift that the bank brings, as it is entered before its line is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExpected {
    /// How it comes; never cash.
    pub kind: OfflineKind,
    /// What was given.
    pub gross: Money,
    /// What a platform kept.
    pub fee_minor: i64,
    /// How many people gave.
    pub gifts: i64,
    /// The platform; empty for others.
    pub place: String,
    /// The day on the cheque, or of its arrival.
    pub dated_on: Day,
    /// Who gave.
    pub donor: Option<String>,
}

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct ExpectedForm<'a> {
    /// What was given, or the gross of a lump sum.
    pub amount: &'a str,
    /// What a platform kept.
    pub fee: &'a str,
    /// What it paid out.
    pub net: &'a str,
    /// How many people gave.
    pub gifts: &'a str,
    /// The platform.
    pub place: &'a str,
    /// The day.
    pub dated_on: &'a str,
    /// Who gave.
    pub donor: &'a str,
}

/// What is wrong with a field of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfflineWrong {
    /// No amount.
    Amount,
    /// Gross less fee is not net: what it is, and what was said.
    Net {
        /// Gross less fee.
        is: Money,
        /// The net that was typed.
        said: Money,
    },
    /// No number of people.
    Gifts,
    /// No platform.
    Place,
    /// No day, or one that has not come.
    Day,
    /// Too long.
    TooLong,
}

impl NewExpected {
    /// Reads the form of a kind that the bank brings.
    ///
    /// # Errors
    /// Every field that is wrong, by its name, in page order.
    pub fn parse(
        kind: OfflineKind,
        form: &ExpectedForm<'_>,
        currency: Currency,
        today: Day,
    ) -> Result<Self, Vec<(&'static str, OfflineWrong)>> {
        let mut wrong = Vec::new();
        let fits = |text: &str| text.chars().count() <= 200 && !text.chars().any(char::is_control);
        let read = |text: &str| Money::parse(text, currency).ok();
        let (mut fee_minor, mut gifts) = (0, 1);
        if kind == OfflineKind::Batch {
            if form.place.is_empty() {
                wrong.push(("place", OfflineWrong::Place));
            }
            match form.gifts.parse::<i64>() {
                Ok(count) if (1..=1_000_000).contains(&count) => gifts = count,
                _ => wrong.push(("gifts", OfflineWrong::Gifts)),
            }
        }
        let gross = read(form.amount).filter(|amount| amount.minor > 0);
        if gross.is_none() {
            wrong.push(("amount", OfflineWrong::Amount));
        }
        if kind == OfflineKind::Batch {
            match (read(form.fee), read(form.net).filter(|net| net.minor > 0)) {
                (Some(fee), Some(net)) => {
                    fee_minor = fee.minor;
                    let is = Money::new(gross.map_or(0, |gross| gross.minor).saturating_sub(fee.minor), currency);
                    if gross.is_some() && is != net {
                        wrong.push(("net", OfflineWrong::Net { is, said: net }));
                    }
                }
                (None, _) => wrong.push(("fee", OfflineWrong::Amount)),
                (_, None) => wrong.push(("net", OfflineWrong::Amount)),
            }
        }
        let dated_on = form.dated_on.parse::<Day>().ok().filter(|day| *day <= today);
        if dated_on.is_none() {
            wrong.push(("dated_on", OfflineWrong::Day));
        }
        for (name, text) in [("place", form.place), ("donor", form.donor)] {
            if !fits(text) {
                wrong.push((name, OfflineWrong::TooLong));
            }
        }
        match (gross, dated_on) {
            (Some(gross), Some(dated_on)) if wrong.is_empty() => Ok(Self {
                kind,
                gross,
                fee_minor,
                gifts,
                place: form.place.to_owned(),
                dated_on,
                donor: Some(form.donor.to_owned()).filter(|donor| !donor.is_empty()),
            }),
            _ => Err(wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_adds_up_or_names_what_cannot_be_read() {
        let sheet = CountSheet::parse([(2_000, "3"), (500, ""), (25, "7"), (1, "0")].into_iter()).unwrap();
        assert_eq!((sheet.total_minor(), sheet.text().as_str()), (6_175, "2000:3 25:7"));
        assert_eq!(
            CountSheet::parse([(2_000, "-1"), (25, "1.5"), (10, "１"), (5, "+2"), (1, "3")].into_iter()),
            Err(vec![2_000, 25, 10, 5])
        );
        assert_eq!(CountSheet::parse([(2_000, ""), (25, "0")].into_iter()), Err(vec![]), "an empty bucket is no gift");
    }

    #[test]
    fn a_lump_sum_adds_up_or_says_by_how_much_not() {
        let form = ExpectedForm {
            amount: "1,000.00",
            fee: "3.10",
            net: "996.90",
            gifts: "41",
            place: "Elsewhere",
            dated_on: "2026-11-14",
            donor: "",
        };
        let day: Day = "2026-11-14".parse().unwrap();
        let read = |form: &ExpectedForm<'_>| NewExpected::parse(OfflineKind::Batch, form, Currency::USD, day);
        let sum = read(&form).unwrap();
        assert_eq!((sum.gross.minor, sum.fee_minor, sum.gifts), (100_000, 310, 41));
        let usd = |minor| Money::new(minor, Currency::USD);
        let wrong = read(&ExpectedForm { net: "1,000.00", ..form.clone() }).unwrap_err();
        assert_eq!(wrong, [("net", OfflineWrong::Net { is: usd(99_690), said: usd(100_000) })]);
        assert_eq!(read(&ExpectedForm { gifts: "0", ..form.clone() }).unwrap_err(), [("gifts", OfflineWrong::Gifts)]);
        assert_eq!(read(&ExpectedForm { dated_on: "2026-11-15", ..form }).unwrap_err(), [("dated_on", OfflineWrong::Day)]);
    }
}
