//! A gift: how far it has come, and what its donor is told of that.

use crate::clock::Instant;
use crate::ids::{DonationId, FundId, PublicationId};
use crate::money::{Currency, Money};
use crate::payments::checkout::Interval;

crate::words! {
    /// How far a gift has come, by Stripe's notices. It only moves to the right, and `paid` wins over all.
    pub enum State {
        /// The donor was sent to Stripe's page.
        Open = "open",
        /// Finished there; the bank has not answered yet.
        Waiting = "waiting",
        /// The bank refused, or the money bounced.
        Failed = "failed",
        /// The donor never finished.
        Expired = "expired",
        /// Stripe has the money.
        Paid = "paid",
    }
}

crate::words! {
    /// Where a gift began.
    pub enum Origin {
        /// Our give form.
        Form = "form",
        /// A gift that repeats.
        Recurring = "recurring",
        /// Not at our form: somewhere else in the Stripe account, or by hand, as its row of `offline_gift` tells.
        Elsewhere = "elsewhere",
    }
}

impl State {
    const fn rank(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Waiting => 1,
            Self::Failed | Self::Expired => 2,
            Self::Paid => 3,
        }
    }

    /// Whether a notice that says `next` moves a gift that is here.
    pub const fn moves_to(self, next: Self) -> bool {
        next.rank() > self.rank()
    }
}

crate::record! {
    /// A gift.
    pub struct Donation {
        /// Its row.
        pub id: DonationId,
        /// What stands for it at Stripe; opaque.
        pub reference: String,
        /// For talking about it; opens nothing.
        pub number: String,
        /// The fund it is for.
        pub fund_id: FundId,
        /// Where it began.
        pub origin: Origin,
        /// How far it has come.
        pub state: State,
        /// A hash of what the form's attempt asked.
        pub input_hash: Option<String>,
        /// What the donor set out to give, in minor units of `currency`.
        pub asked_minor: Option<i64>,
        /// The fund's currency when it was pledged.
        pub currency: Currency,
        /// Where the donor pays, once Stripe made the page.
        pub session_url: Option<String>,
        /// Stripe's payment, once a notice or a line named it.
        pub payment_intent: Option<String>,
        /// Stripe's charge, once its line was booked.
        pub charge_id: Option<String>,
        /// When it was pledged, or first seen.
        pub pledged_at: Instant,
        /// When Stripe's page ends.
        pub expires_at: Option<Instant>,
        /// When its line was booked.
        pub settled_at: Option<Instant>,
        /// What arrived, in minor units of `settled_currency`.
        pub settled_minor: Option<i64>,
        /// What Stripe kept of it, in minor units of `settled_currency`.
        pub settled_fee_minor: Option<i64>,
        /// What it arrived in.
        pub settled_currency: Option<Currency>,
        /// The publication that counted it.
        pub publication_id: Option<PublicationId>,
        /// How often it comes again; None: given once.
        pub repeats: Option<Interval>,
        /// How much of what was asked is for the card fee, in minor units of `currency`; None: nothing.
        pub cover_minor: Option<i64>,
    }
}

/// What the page a donor comes back to may honestly say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The donor is back before the confirmation.
    Processing,
    /// Still nothing after ten minutes.
    Slow,
    /// In the books: what was given, what Stripe kept.
    Confirmed {
        /// What arrived.
        amount: Money,
        /// What Stripe kept of it.
        fee: Money,
    },
    /// The payment was refused or never finished; nothing was charged.
    NotFinished,
    /// The page's day is over.
    Ended,
}

/// How long the page after a payment can be seen.
const THANKS_SECS: i64 = 24 * 3600;

impl Donation {
    /// What may be said to the donor now. “Received” is only said once the books hold it.
    pub fn standing(&self, now: Instant) -> Standing {
        if now > self.pledged_at.plus_secs(THANKS_SECS) {
            return Standing::Ended;
        }
        match (self.settled_minor, self.settled_currency, self.state) {
            (_, _, State::Failed | State::Expired) => Standing::NotFinished,
            (Some(minor), Some(currency), State::Paid) => {
                Standing::Confirmed { amount: Money::new(minor, currency), fee: Money::new(self.settled_fee_minor.unwrap_or(0), currency) }
            }
            _ if now > self.pledged_at.plus_secs(600) => Standing::Slow,
            _ => Standing::Processing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_never_moves_back_and_paid_wins() {
        use State::{Expired, Failed, Open, Paid, Waiting};
        for (from, to, moves) in [
            (Open, Waiting, true),
            (Waiting, Open, false),
            (Waiting, Failed, true),
            (Expired, Waiting, false),
            (Failed, Expired, false),
            (Expired, Paid, true),
            (Paid, Failed, false),
        ] {
            assert_eq!(from.moves_to(to), moves, "{from} to {to}");
        }
    }
}
