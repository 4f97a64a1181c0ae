//! What a publication says of itself and of its fund: the record that ends it. Not here: the other records (`record`).

use serde::{Deserialize, Serialize};

use super::manifest::Files;
use crate::clock::{Instant, Zone};
use crate::db::Tx;
use crate::funds::{self, Fund, Goal, State, settings};
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
    /// The site it is published on, such as `https://fund.example`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub site: String,
    /// Where that is another key than before: the one before, which speaks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeds: Option<Succession>,
    /// Its files. None: it was made before there was a list of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Files>,
    /// The fund, as it says of itself.
    pub fund: Facts,
}

/// A key hands over to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// The key that signed until then.
    pub key: String,
    /// Its signature under the handing over (see [`SigningKey::hand_over`](super::log::note::SigningKey::hand_over)).
    pub signature: String,
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
    /// The strike's first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strike_on: Option<String>,
    /// What it hopes to receive, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal_minor: Option<i64>,
    /// How much it takes at most, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_minor: Option<i64>,
    /// It shows what may be spent on each use.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shows_budget: bool,
    /// It shows its figures by the lines of the form that unions in the United States file.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shows_lm: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(super) const fn is_false(value: &bool) -> bool {
    !*value
}

/// A type that is written as its text.
pub(super) mod text {
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
            strike_on: None,
            goal_minor: None,
            cap_minor: None,
            shows_budget: false,
            shows_lm: false,
        }
    }
}

impl Facts {
    /// The same of a fund that publishes: with what reports need of it.
    ///
    /// # Errors
    /// When the database is gone.
    pub(super) async fn find(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Self> {
        let (about, reports) = (settings::about(tx, fund.id).await?, funds::reports(tx, fund.id).await?);
        let strike_on = about.strike_on.map(|day| day.to_string());
        let Goal { amount_minor: goal_minor, cap_minor } = funds::goal(tx, fund.id).await?;
        Ok(Self { strike_on, goal_minor, cap_minor, shows_budget: reports.budget, shows_lm: reports.lm, ..Self::from(fund) })
    }
}

impl Publication {
    /// When it is made.
    pub const fn made_at(&self) -> Instant {
        Instant::from_unix_secs(self.made_at)
    }
}
