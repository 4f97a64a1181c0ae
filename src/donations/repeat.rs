//! A gift that repeats until the strike ends: what Stripe last said of it, and what was decided about it. Not here: its payments, each of which
//! is a gift of its own.

use crate::clock::Instant;
use crate::ids::{DonationId, FundId, PersonId, RepeatId};
use crate::money::{Currency, Money};
use crate::payments::GatewayError;
use crate::payments::checkout::Interval;

crate::words! {
    /// What Stripe last said of a gift that repeats.
    pub enum RepeatState {
        /// Its first payment has not come.
        Waiting = "waiting",
        /// It is charged when its day comes.
        Active = "active",
        /// Its last payment did not go through.
        PastDue = "past_due",
        /// Nothing is charged for now.
        Paused = "paused",
        /// Nothing is charged any more.
        Stopped = "stopped",
    }
}

impl RepeatState {
    /// What one of Stripe's words comes to; None: a word that we do not know yet.
    pub fn of_stripe(status: &str) -> Option<Self> {
        match status {
            "incomplete" => Some(Self::Waiting),
            "active" | "trialing" => Some(Self::Active),
            "past_due" | "unpaid" => Some(Self::PastDue),
            "paused" => Some(Self::Paused),
            "canceled" | "incomplete_expired" => Some(Self::Stopped),
            _ => None,
        }
    }
}

crate::words! {
    /// Who decided that a gift stops. Where nobody of ours did, Stripe stopped it.
    pub enum StopBy {
        /// Whoever gives it.
        Donor = "donor",
        /// A treasurer.
        Treasurer = "treasurer",
        /// The donor's bank, which disputed a payment.
        Bank = "bank",
        /// The fund winds down.
        WindingDown = "winding_down",
    }
}

crate::words! {
    /// Why Stripe has not done what it was asked to.
    pub enum Problem {
        /// It could not be reached, or did not answer so that we could read it.
        Unreachable = "unreachable",
        /// The key lacks a right.
        NoRight = "no_right",
        /// It said no.
        Refused = "refused",
        /// By this key it knows no such gift: another account's key may be in force, while that account goes on charging.
        Missing = "missing",
    }
}

impl From<&GatewayError> for Problem {
    fn from(error: &GatewayError) -> Self {
        match error {
            GatewayError::RightMissing { .. } => Self::NoRight,
            error if error.is_missing() => Self::Missing,
            GatewayError::Refused { .. } | GatewayError::NotAsked(_) => Self::Refused,
            GatewayError::Unreachable { .. } | GatewayError::Unreadable { .. } | GatewayError::NoKey => Self::Unreachable,
        }
    }
}

crate::words! {
    /// The mail that the donor of a gift is to get.
    pub enum Tells {
        /// A payment did not go through.
        Failed = "failed",
        /// It has stopped.
        Stopped = "stopped",
    }
}

crate::record! {
    /// A gift that repeats.
    pub struct Repeat {
        /// Its row.
        pub id: RepeatId,
        /// The fund it is for.
        pub fund_id: FundId,
        /// The gift it began with; None: it was begun elsewhere in the Stripe account.
        pub donation_id: Option<DonationId>,
        /// The number of that gift.
        pub number: Option<String>,
        /// `sub_…`.
        pub subscription_id: String,
        /// How often; None: only Stripe knows.
        pub every: Option<Interval>,
        /// What is charged each time, in minor units of `currency`.
        pub amount_minor: i64,
        /// The currency it is charged in.
        pub currency: Currency,
        /// What Stripe last said.
        pub state: RepeatState,
        /// When it began.
        pub begun_at: Instant,
        /// When Stripe charges next.
        pub next_at: Option<Instant>,
        /// When Stripe stops it by itself, as somebody chose there.
        pub ends_at: Option<Instant>,
        /// The newest turn that was paid.
        pub paid_invoice: Option<String>,
        /// The turn that is not paid.
        pub failed_invoice: Option<String>,
        /// When its last payment failed.
        pub failed_at: Option<Instant>,
        /// When Stripe tries again; None: not any more.
        pub next_try_at: Option<Instant>,
        /// Who decided that it stops.
        pub stop_by: Option<StopBy>,
        /// The treasurer who did.
        pub stop_person: Option<PersonId>,
        /// When that was decided.
        pub stop_asked_at: Option<Instant>,
        /// When Stripe is asked next; None: it need not be.
        pub stop_due_at: Option<Instant>,
        /// How often Stripe was asked to stop it.
        pub stop_tries: i64,
        /// Why it has not stopped yet.
        pub stop_problem: Option<Problem>,
        /// When Stripe said that it has stopped.
        pub stopped_at: Option<Instant>,
        /// The mail that its donor is to get.
        pub tells: Option<Tells>,
    }
}

/// Where a gift that repeats stands, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// As Stripe says, and nobody wants it to stop.
    Runs(RepeatState),
    /// It is to stop, and Stripe has not confirmed it.
    Stopping(StopBy),
    /// It has stopped, by Stripe's own word; None: Stripe stopped it by itself.
    Stopped(Option<StopBy>),
}

impl Stage {
    /// Its word in the locales, behind `repeat-stage-`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Runs(state) => state.as_str(),
            Self::Stopping(_) => "stopping",
            Self::Stopped(_) => "stopped",
        }
    }
}

impl Repeat {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        match (self.state, self.stop_by) {
            (RepeatState::Stopped, by) => Stage::Stopped(by),
            (_, Some(by)) => Stage::Stopping(by),
            (state, None) => Stage::Runs(state),
        }
    }

    /// What is charged each time.
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

crate::words! {
    /// What is done next about the gifts of a fund that winds down.
    pub enum EndStep {
        /// Payment pages that are open are closed.
        Pages = "pages",
        /// Everything at Stripe that repeats for the fund is found and decided to stop.
        Gifts = "gifts",
        /// It waits until Stripe has confirmed each.
        Stopping = "stopping",
        /// Bills that are still open are made void.
        Bills = "bills",
        /// A whole pass found nothing alive.
        Done = "done",
    }
}

crate::record! {
    /// How far the stopping of all gifts of a fund has come.
    pub struct RepeatsEnd {
        /// The fund.
        pub fund_id: FundId,
        /// When it began.
        pub begun_at: Instant,
        /// What is done next.
        pub step: EndStep,
        /// How often everything was looked for.
        pub pass: i64,
        /// When this pass began.
        pub pass_at: Instant,
        /// How far the step's list at Stripe was read.
        pub after_id: Option<String>,
        /// What this pass found that was still alive.
        pub found: i64,
        /// When it goes on.
        pub due_at: Instant,
        /// How often it failed on the way to the next step.
        pub tries: i64,
        /// What keeps it.
        pub problem: Option<Problem>,
        /// When a whole pass found nothing alive.
        pub done_at: Option<Instant>,
    }
}

/// How long after a failure Stripe is asked again: a minute, and twice as long each time, up to an hour.
pub fn pause_secs(tries: i64) -> i64 {
    60_i64.saturating_mul(1 << tries.clamp(0, 6)).min(3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_words_come_to_ours_and_an_unknown_one_to_none() {
        for (status, state) in [
            ("incomplete", Some(RepeatState::Waiting)),
            ("trialing", Some(RepeatState::Active)),
            ("unpaid", Some(RepeatState::PastDue)),
            ("incomplete_expired", Some(RepeatState::Stopped)),
            ("canceled", Some(RepeatState::Stopped)),
            ("hibernating", None),
        ] {
            assert_eq!(RepeatState::of_stripe(status), state, "{status}");
        }
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        assert_eq!([-1, 0, 1, 5, 6, 99].map(pause_secs), [60, 60, 120, 1920, 3600, 3600]);
    }
}
