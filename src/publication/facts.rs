//! What a publication says of itself and of its fund: the record that ends it. Not here: the other records (`record`).

use serde::{Deserialize, Serialize};

use crate::clock::{Instant, Zone};
use crate::funds::{Fund, State};
use crate::money::Currency;

/// The end of a publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Its number, from 1.
    pub number: i64,
    /// The week it is made in.
    pub week: String,
    /// When it is made, in seconds since 1970.
    pub made_at: i64,
    /// No real money: the practice Stripe.
    pub practice: bool,
    /// Money that has no rule yet stands in the books.
    pub suspense: bool,
    /// What the head of this publication is signed with.
    pub key: String,
    /// The fund, as it says of itself.
    pub fund: Facts,
}

/// What a fund says of itself in public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// What stands for it in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What the money is for.
    pub promise: String,
    /// The only purpose its money may serve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restriction: Option<String>,
    /// What it counts in.
    #[serde(with = "text")]
    pub currency: Currency,
    /// Where its days begin and end.
    #[serde(with = "text")]
    pub time_zone: Zone,
    /// Where it stands.
    #[serde(with = "text")]
    pub state: State,
    /// How many new gifts a publication waits for.
    pub min_gifts: i64,
}

/// A type that is written as its text.
mod text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl From<&Fund> for Facts {
    fn from(fund: &Fund) -> Self {
        Self {
            slug: fund.slug.clone(),
            name: fund.name.clone(),
            promise: fund.promise.clone(),
            restriction: fund.restriction.clone(),
            currency: fund.currency,
            time_zone: fund.time_zone.clone(),
            state: fund.state,
            min_gifts: fund.min_gifts,
        }
    }
}

impl Publication {
    /// When it is made.
    pub const fn made_at(&self) -> Instant {
        Instant::from_unix_secs(self.made_at)
    }
}
