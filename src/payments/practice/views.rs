//! What the verbs take and give: a session as a page shows it, what paying led to, a charge without a session.

use super::catalogue::Interval;
use super::checkout::{Session, Status};
use crate::clock::Instant;
use crate::money::Currency;

/// A checkout session, as the practice page shows it.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// Its id (`cs_test_…`).
    pub id: String,
    /// The name of the first thing on it: the fund, or the fund and the gift.
    pub name: String,
    /// All of it together, in minor units.
    pub amount_minor: i64,
    /// The currency of the amount.
    pub currency: Currency,
    /// How often it repeats; None for a single gift.
    pub interval: Option<Interval>,
    /// Where the donor goes after paying.
    pub success_url: Option<String>,
    /// Where the donor goes without paying.
    pub cancel_url: Option<String>,
    /// How far it has come.
    pub state: SessionState,
    /// Whether the donor's bank waits for a confirmation.
    pub bank_asks: bool,
    /// The charge of its last attempt, if any.
    pub charge: Option<String>,
    /// What the site calls it: `client_reference_id`.
    pub reference: Option<String>,
    /// The language it was asked for in: `locale`.
    pub locale: Option<String>,
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Waits for the donor.
    Open,
    /// Finished; paid, or waiting for the bank.
    Complete {
        /// Whether the money has come.
        paid: bool,
    },
    /// Ran out.
    Expired,
}

/// What paying led to.
#[derive(Clone, Debug)]
pub struct Paid {
    /// The charge that was tried; None when the session ran out or the bank asks first.
    pub charge: Option<String>,
    /// How far the session is now. Still open after a decline.
    pub state: SessionState,
    /// Where the donor goes next; None while the session is open.
    pub next: Option<String>,
}

/// A charge made without a session: the fast path for benchmarks and seeding.
#[derive(Clone, Debug)]
pub struct DirectCharge<'a> {
    /// Minor units.
    pub amount_minor: i64,
    /// Its currency.
    pub currency: Currency,
    /// The moment its line is stamped with; any past moment.
    pub created: Instant,
    /// Metadata within Stripe's limits, such as `fund` and `donation`.
    pub metadata: &'a [(&'a str, &'a str)],
    /// Whether `charge.succeeded` and `charge.updated` are delivered.
    pub announced: bool,
}

/// A line without an object behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoneLine {
    /// A fee of Stripe's own.
    StripeFee,
    /// A type that no published version knows.
    Unheard,
}

/// Why a refund was refused: Stripe's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RefundRefused(pub String);

/// How far a stored session has come.
pub const fn state_of(session: &Session) -> SessionState {
    match session.status {
        Status::Open => SessionState::Open,
        Status::Complete => SessionState::Complete { paid: session.paid },
        Status::Expired => SessionState::Expired,
    }
}
