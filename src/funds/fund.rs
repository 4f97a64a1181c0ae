//! The fund itself: its fields, its states, and what a new one must say.

use crate::clock::Zone;
use crate::ids::FundId;
use crate::money::Currency;

crate::words! {
    /// Where a fund stands in its life.
    pub enum State {
        /// Being prepared; not public.
        Draft = "draft",
        /// Takes gifts.
        Open = "open",
        /// Takes none for now.
        Paused = "paused",
        /// Takes none any more; what is owed is settled.
        WindingDown = "winding_down",
        /// The rest is being passed on.
        Distributing = "distributing",
        /// Every account is at zero.
        Closed = "closed",
    }
}

crate::record! {
    /// A pot of money with one purpose and one public page.
    pub struct Fund {
        /// Its row.
        pub id: FundId,
        /// What stands for it at Stripe; opaque.
        pub reference: String,
        /// What stands for it in addresses.
        pub slug: String,
        /// Its name, in public.
        pub name: String,
        /// What the money is for, in public.
        pub promise: String,
        /// What it counts in.
        pub currency: Currency,
        /// Where its days begin and end.
        pub time_zone: Zone,
        /// The only purpose its money may serve; None: unrestricted.
        pub restriction: Option<String>,
        /// Where it stands.
        pub state: State,
        /// How many new gifts a publication waits for.
        pub min_gifts: i64,
        /// How many seconds lie between two publications at least.
        pub publish_interval_secs: i64,
    }
}

/// What a new fund must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFund {
    /// What stands for it in addresses.
    pub slug: String,
    /// Its name, in public.
    pub name: String,
    /// What the money is for, in public.
    pub promise: String,
    /// What it counts in.
    pub currency: Currency,
    /// Where its days begin and end.
    pub time_zone: Zone,
    /// The only purpose its money may serve; None: unrestricted.
    pub restriction: Option<String>,
    /// How many new gifts a publication waits for.
    pub min_gifts: i64,
    /// How many seconds lie between two publications at least.
    pub publish_interval_secs: i64,
    /// Whether it begins as a draft, which is not public and takes no gifts until it is opened.
    pub draft: bool,
}

/// Words that addresses use for something else.
const TAKEN: &[&str] = &[
    "people",
    "audit",
    "settings",
    "sign-in",
    "new",
    "give",
    "setup",
    "treasury",
    "api",
    "f",
    "gifts",
    "disputes",
    "accounts",
    "journal",
    "months",
    "search",
    "expenses",
    "approvals",
    "payees",
    "claims",
    "advances",
    "documents",
    "exports",
    "bank",
    "stripe",
    "mail",
    "refunds",
    "repeats",
    "reveals",
    "supporters",
    "advances",
    "budget",
    "late",
];

/// The promise of the Portland teachers' strike of 2023, which a fund that says nothing else makes.
const PROMISE: &str = "Your donations will go to strike support including supplies, food, water, logistics, and community support. \
    Any funds remaining will be donated back to community resiliency funds and local mutual aid networks.";

impl NewFund {
    /// A fund with the usual promise, publishing at least five gifts at most once a day.
    ///
    /// # Errors
    /// A plain sentence for whatever is wrong with name, slug, currency or time zone, all at once.
    pub fn parse(name: &str, slug: &str, currency: &str, time_zone: &str) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            wrong.push("The name has 1 to 100 letters.".to_owned());
        }
        let slug_fits = (1..=40).contains(&slug.len())
            && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !slug.starts_with('-')
            && !slug.ends_with('-');
        if !slug_fits {
            wrong.push(format!("“{slug}” cannot stand in an address: use 1 to 40 small letters, digits and inner hyphens."));
        }
        if TAKEN.contains(&slug) {
            wrong.push(format!("“{slug}” is a word that addresses use for something else: choose another."));
        }
        let currency = currency.parse::<Currency>().map_err(|said| wrong.push(format!("{said}.")));
        let time_zone = time_zone.parse::<Zone>().map_err(|said| wrong.push(format!("{said}.")));
        match (currency, time_zone) {
            (Ok(currency), Ok(time_zone)) if wrong.is_empty() => Ok(Self {
                slug: slug.to_owned(),
                name: name.to_owned(),
                promise: PROMISE.to_owned(),
                currency,
                time_zone,
                restriction: None,
                min_gifts: 5,
                publish_interval_secs: 86_400,
                draft: false,
            }),
            _ => Err(wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fund_says_everything_that_is_wrong_at_once() {
        let wrong = NewFund::parse(" ", "Sign In", "XYZ", "Portland").unwrap_err();
        assert_eq!(wrong.len(), 4, "{wrong:?}");
        assert!(NewFund::parse("Fund", "sign-in", "usd", "UTC").is_err());
        assert_eq!(NewFund::parse("Fund", "pat-2023", "usd", "America/Los_Angeles").unwrap().currency, Currency::USD);
    }
}
