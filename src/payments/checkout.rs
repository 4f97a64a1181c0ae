//! A donor's visit to Stripe's own payment page: what we ask for it, and what it says of itself. Not here: pledges (`donations`).

use crate::clock::Instant;
use crate::money::{Currency, Money};
use crate::words;

use super::json::{Misfit, Object, References};

words! {
    /// How often a gift comes again.
    pub enum Interval {
        /// Every seven days.
        Week = "week",
        /// Every calendar month.
        Month = "month",
    }
}

words! {
    /// The language of Stripe's page.
    pub enum PageLanguage {
        /// English.
        English = "en",
        /// Spanish.
        Spanish = "es",
        /// Spanish as it is written in the Americas.
        LatinSpanish = "es-419",
    }
}

/// Everything Stripe needs to show its page, all of it from the stored pledge, so that asking again asks for the same.
#[derive(Clone, Debug)]
pub struct CheckoutRequest {
    /// Our operation id; Stripe gives the same page however often it is asked with it.
    pub operation: String,
    /// Gift and fee cover together.
    pub amount: Money,
    /// None for a gift given once.
    pub interval: Option<Interval>,
    /// What the page calls it: neutral, in the donor's language, never “strike”.
    pub product_name: String,
    /// The gift number, for Stripe's list of payments.
    pub description: String,
    /// The opaque id of the donation or recurring gift.
    pub client_reference: String,
    /// The opaque id of the fund, `metadata.fund`; empty: none.
    pub fund_ref: String,
    /// The opaque id of the donation, `metadata.donation`; empty: none.
    pub donation_ref: String,
    /// What stands on a card statement after the account's own prefix; neutral.
    pub statement_suffix: Option<String>,
    /// Where Stripe sends its receipt if it is told to; from the form.
    pub email: Option<String>,
    /// The language of the form.
    pub language: PageLanguage,
    /// When the page closes: 30 min to 24 h from the first asking.
    pub expires_at: Instant,
    /// Where the donor comes back to after paying.
    pub success_url: String,
    /// Where the donor comes back to without paying.
    pub cancel_url: String,
}

/// A page of Stripe's that waits for a donor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// `cs_…`.
    pub id: String,
    /// Where to send the donor.
    pub url: String,
    /// When it closes.
    pub expires_at: Instant,
}

/// What a session says of itself. Names and addresses are not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// `cs_…`.
    pub id: String,
    /// `open`, `complete`, `expired`, or a word we do not know yet.
    pub status: Option<String>,
    /// `paid`, `unpaid` (a delayed method: the money is on its way), `no_payment_required`.
    pub payment_status: Option<String>,
    /// Whether it starts a recurring gift.
    pub is_recurring: bool,
    /// What the donor was asked for.
    pub amount: Option<Money>,
    /// Our `client_reference_id`.
    pub client_reference: Option<String>,
    /// Our metadata.
    pub references: References,
    /// `pi_…`; None for recurring gifts.
    pub payment_intent: Option<String>,
    /// `sub_…` of a recurring gift.
    pub subscription: Option<String>,
    /// `cus_…`.
    pub customer: Option<String>,
    /// `in_…`: the first invoice of a recurring gift.
    pub invoice: Option<String>,
    /// Where a donor can go on; only while it is open.
    pub url: Option<String>,
    /// When it closes, in unix seconds.
    pub expires_at: Option<i64>,
}

/// Why a session could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnreadSession {
    /// A field is missing or odd.
    Misfit(Misfit),
    /// A currency whose minor unit we do not know.
    UnknownCurrency,
}

impl From<Misfit> for UnreadSession {
    fn from(misfit: Misfit) -> Self {
        Self::Misfit(misfit)
    }
}

impl Session {
    /// Whether the donor's part is done and the money is ours, as far as Stripe's page can tell.
    pub fn is_paid(&self) -> bool {
        matches!(self.payment_status.as_deref(), Some("paid" | "no_payment_required"))
    }

    /// Reads a session of any version.
    pub fn read(session: &Object<'_>) -> Result<Self, UnreadSession> {
        Ok(Self {
            id: session.need_word("id")?,
            status: session.word("status"),
            payment_status: session.word("payment_status"),
            is_recurring: session.word("mode").as_deref() == Some("subscription"),
            amount: amount(session, "amount_total")?,
            client_reference: session.word("client_reference_id"),
            references: session.references(),
            payment_intent: session.id_in("payment_intent"),
            subscription: session.id_in("subscription"),
            customer: session.id_in("customer"),
            invoice: session.id_in("invoice"),
            url: session.text("url"),
            expires_at: session.int("expires_at")?,
        })
    }
}

/// The amount in the field `name` with the object's `currency`; None where either is absent.
pub(super) fn amount(object: &Object<'_>, name: &str) -> Result<Option<Money>, UnreadSession> {
    let (Some(minor), Some(code)) = (object.int(name)?, object.word("currency")) else { return Ok(None) };
    let currency: Currency = code.parse().map_err(|_| UnreadSession::UnknownCurrency)?;
    Ok(Some(Money::new(minor, currency)))
}
