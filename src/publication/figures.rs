//! The published figures of one fund: what stands on its page, in its CSV and in its JSON.

use serde_json::json;

use super::facts::{Facts, Publication};
use super::log::tree::{Hash, in_fours};
use super::record::{COUNT, FEES, GIFTS, MONEY, Sum};
use crate::clock::Instant;
use crate::funds::State;
use crate::ledger::{CHART, chart, is_spending};
use crate::money::Money;

/// What a publication says of a fund's gifts; it moves only with a whole batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GiftSide {
    /// How many gifts.
    pub gifts: i64,
    /// What they brought, in minor units; refunds and disputes too few to stand alone are netted in.
    pub received_minor: i64,
    /// What was given back, in minor units.
    pub refunded_minor: i64,
    /// What banks took back, in minor units.
    pub disputed_minor: i64,
    /// What Stripe kept, in minor units.
    pub fees_minor: i64,
}

/// Everything one publication says of a fund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The fund, as it said of itself.
    pub fund: Facts,
    /// The publication's number, from 1.
    pub number: i64,
    /// When it was made.
    pub made_at: Instant,
    /// No real money: the practice Stripe.
    pub practice: bool,
    /// Counted in batches.
    pub gifts: GiftSide,
    /// What the books began with.
    pub opening: Money,
    /// What was spent on each use: the category's word and the amount, in the chart's order.
    pub uses: Vec<(String, Money)>,
    /// Money that has no rule yet stands in the books.
    pub suspense: bool,
    /// What the log's head is signed with.
    pub key: String,
    /// The site it is published on; empty where that was not written down.
    pub site: String,
    /// The root of the log before this publication; None for the first, and on pages that there are once for all publications. The log commits
    /// to the pages of this one, so none of them can name the root over itself.
    pub root: Option<Hash>,
}

impl Figures {
    /// The figures of a publication, from what everything published comes to.
    pub(super) fn of(publication: &Publication, sums: &[Sum]) -> Self {
        let of = |account: &str, unit: &str| sums.iter().find(|sum| sum.account == account && sum.unit == unit).map_or(0, |sum| sum.amount);
        let money = |minor| Money::new(minor, publication.fund.currency);
        let mut spent: Vec<&Sum> = sums.iter().filter(|sum| sum.unit == MONEY && sum.amount != 0 && is_spending(&sum.account)).collect();
        // In the order of the chart; what a fund added to it comes behind, by name.
        let place = |sum: &Sum| CHART.iter().position(|account| account.path == sum.account).unwrap_or(CHART.len());
        spent.sort_by(|one, other| place(one).cmp(&place(other)).then_with(|| one.account.cmp(&other.account)));
        let word = |path: &str| path.rsplit(':').next().unwrap_or(path).to_owned();
        Self {
            number: publication.number,
            made_at: publication.made_at(),
            practice: publication.practice,
            gifts: GiftSide {
                gifts: of(GIFTS, COUNT),
                received_minor: of(GIFTS, MONEY).saturating_neg(),
                refunded_minor: of(chart::REFUNDS, MONEY),
                disputed_minor: of(chart::CHARGEBACKS, MONEY),
                fees_minor: of(FEES, MONEY),
            },
            opening: money(of(chart::OPENING, MONEY).saturating_neg()),
            uses: spent.into_iter().map(|sum| (word(&sum.account), money(sum.amount))).collect(),
            suspense: publication.suspense,
            key: publication.key.clone(),
            site: publication.site.clone(),
            fund: publication.fund.clone(),
            root: None,
        }
    }

    /// The same with the root of the log before this publication.
    pub(super) fn after(self, root: Option<Hash>) -> Self {
        Self { root, ..self }
    }

    /// The root that pages name: whose publication it ends, and its hexadecimal digits, four by four.
    pub fn root_in_fours(&self) -> Option<(String, String)> {
        Some((self.number.saturating_sub(1).to_string(), in_fours(self.root.as_ref()?)))
    }

    /// The same with the first 16 of its digits: enough to notice another one.
    pub fn short_root(&self) -> Option<(String, String)> {
        self.root_in_fours().map(|(number, root)| (number, root.chars().take(19).collect()))
    }

    /// An amount of this fund.
    pub const fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.fund.currency)
    }

    /// The fund's address in the world, such as `https://fund.example/f/pat/`; None where the records do not say at which site.
    pub fn address(&self) -> Option<String> {
        (!self.site.is_empty()).then(|| format!("{}/f/{}/", self.site, self.fund.slug))
    }

    /// Whether the fund, which stands open, takes no more: by this publication it received as much as it takes at most.
    pub fn is_capped(&self) -> bool {
        self.fund.state == State::Open && self.fund.cap_minor.is_some_and(|cap| self.gifts.received_minor >= cap)
    }

    /// What was spent on all uses.
    pub fn spent(&self) -> Money {
        self.money(self.uses.iter().fold(0, |sum, (_, amount)| sum.saturating_add(amount.minor)))
    }

    /// What is left, worked out from the published parts alone.
    pub fn on_hand(&self) -> Money {
        let gifts = &self.gifts;
        let out = [gifts.refunded_minor, gifts.disputed_minor, gifts.fees_minor, self.spent().minor];
        self.money(out.iter().fold(self.opening.minor.saturating_add(gifts.received_minor), |left, minor| left.saturating_sub(*minor)))
    }

    /// `As of 14 Nov 2026, 09:00 CST · Publication 42`.
    pub fn as_of(&self) -> String {
        format!("As of {} · Publication {}", self.made_at.for_people(&self.fund.time_zone), self.number)
    }

    /// Every figure with its word, in the order of the page.
    pub fn lines(&self) -> Vec<(String, Money)> {
        let gifts = &self.gifts;
        let mut lines: Vec<(String, Money)> = [
            ("opening", self.opening.minor),
            ("received", gifts.received_minor),
            ("refunded", gifts.refunded_minor),
            ("disputed", gifts.disputed_minor),
            ("fees", gifts.fees_minor),
            ("spent", self.spent().minor),
        ]
        .map(|(word, minor)| (word.to_owned(), self.money(minor)))
        .into();
        lines.extend(self.uses.iter().map(|(word, amount)| (format!("spent:{word}"), *amount)));
        lines.push(("on_hand".to_owned(), self.on_hand()));
        lines
    }

    /// The figures as JSON: whole minor units beside their currency.
    pub fn to_json(&self) -> String {
        let figures: serde_json::Map<String, serde_json::Value> =
            self.lines().into_iter().map(|(word, amount)| (format!("{word}_minor"), json!(amount.minor))).collect();
        let whole = json!({
            "fund": self.fund.slug,
            "publication": self.number,
            "made_at": self.made_at.rfc3339(),
            "as_of": self.as_of(),
            "currency": self.fund.currency.code(),
            "exponent": self.fund.currency.exponent(),
            "practice": self.practice,
            "gifts": self.gifts.gifts,
            "figures": figures,
        });
        format!("{whole:#}\n")
    }
}
