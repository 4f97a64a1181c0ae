//! The noun: what is looked at before a fund shares out and before it closes, who sees to it, and which of the two it holds up.

use crate::clock::Instant;
use crate::funds::State;
use crate::people::Role;

crate::words! {
    /// What must be settled.
    pub enum Item {
        /// Gifts that repeat and have not stopped at Stripe.
        Repeats = "repeats",
        /// Expenses that are drafts, or wait for others.
        Drafts = "drafts",
        /// Claims of picket captains that nobody sent on or back.
        Claims = "claims",
        /// Anything else about the fund that others were asked to agree to.
        Decisions = "decisions",
        /// Expenses that are approved and not paid.
        Unpaid = "unpaid",
        /// Gifts by hand that wait for a count or the bank.
        ByHand = "by-hand",
        /// Refunds that were agreed to and are on their way.
        Refunds = "refunds",
        /// Disputes that a bank has not decided.
        Disputes = "disputes",
        /// Grants that were not sent, or that the bank has not shown.
        Grants = "grants",
        /// Money that custodians hold.
        Advances = "advances",
        /// Cash that is not at the bank, and what is on cards.
        Cash = "cash",
        /// Money at Stripe that is not available yet.
        Pending = "pending",
        /// Payouts on their way to the bank, and what Stripe holds back.
        Payouts = "payouts",
        /// Lines of the bank's that are tied to nothing.
        BankLines = "bank-lines",
        /// A difference to Stripe or to a bank.
        Difference = "difference",
        /// Lines of Stripe's that are not booked.
        Lines = "lines",
        /// Money that has no rule yet.
        Suspense = "suspense",
        /// What the fund still holds, or owes to the pool.
        Left = "left",
        /// Accounts that are not at zero, of the last fund there is.
        Accounts = "accounts",
        /// Other funds that run still: what names no fund is the general one's.
        Others = "others",
    }
}

impl Item {
    /// Whether it is about all funds together, so that it holds up only the last of them.
    pub const fn is_pooled(self) -> bool {
        matches!(self, Self::Advances | Self::Cash | Self::Pending | Self::Payouts | Self::Accounts)
    }

    /// Whether it holds up the move to this state.
    pub const fn holds(self, to: State) -> bool {
        match to {
            // A dispute is what the reserve is for; what is left is what is shared out.
            State::Distributing => !matches!(self, Self::Disputes | Self::Grants | Self::Left | Self::Accounts | Self::Others),
            State::Closed => true,
            State::Draft | State::Open | State::Paused | State::WindingDown => false,
        }
    }

    /// Who sees to it.
    pub const fn owner(self) -> Role {
        match self {
            Self::Decisions => Role::Approver,
            _ => Role::Recorder,
        }
    }
}

/// How one of them stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub item: Item,
    /// How many there are.
    pub count: i64,
    /// The sum of it in minor units of the fund's currency, where there is one.
    pub amount_minor: Option<i64>,
    /// Since when the oldest waits.
    pub since: Option<Instant>,
    /// Whether other funds run, so that what is pooled is theirs as well and holds nothing up.
    pub shared: bool,
}

impl Check {
    /// Whether nothing is left of it.
    pub fn is_met(&self) -> bool {
        self.count == 0 && self.amount_minor.unwrap_or(0) == 0
    }

    /// Whether it holds up the move to this state now.
    pub fn holds(&self, to: State) -> bool {
        !self.is_met() && self.item.holds(to) && !(self.item.is_pooled() && self.shared)
    }
}
