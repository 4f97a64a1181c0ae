//! Money back to a donor: why, by which way, where it stands. Not here: who decides (`approvals`), what moves the books (`booking`).

use crate::clock::Instant;
use crate::ids::{DonationId, EntryId, FundId, PersonId, RefundId};
use crate::money::{Currency, Money};

crate::words! {
    /// Why money goes back.
    pub enum RefundReason {
        /// It was given twice.
        Twice = "twice",
        /// Somebody else's card.
        Fraud = "fraud",
        /// The donor asked.
        Asked = "asked",
        /// What the note says.
        Other = "other",
    }
}

crate::words! {
    /// Money only goes back the way it came.
    pub enum RefundWay {
        /// To the card or account it was charged to.
        Stripe = "stripe",
        /// Cash, handed over against a signature.
        Cash = "cash",
    }
}

crate::words! {
    /// Where a refund stands.
    pub enum RefundState {
        /// Others must agree.
        Asked = "asked",
        /// Agreed; Stripe is asked next.
        Approved = "approved",
        /// Stripe was asked; its answer may not have come.
        Sent = "sent",
        /// The money is back with the donor, as far as Stripe knows.
        Done = "done",
        /// Stripe refused, or the money came back: it is in the fund.
        Failed = "failed",
        /// Somebody did not agree.
        Rejected = "rejected",
    }
}

impl RefundReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Twice, Self::Fraud, Self::Asked, Self::Other];
}

crate::record! {
    /// A refund, as two people decided it.
    pub struct Refund {
        /// Its row.
        pub id: RefundId,
        /// What stands for it at Stripe and in addresses; opaque.
        pub reference: String,
        /// The gift.
        pub donation_id: DonationId,
        /// The gift's fund.
        pub fund_id: FundId,
        /// The way back.
        pub way: RefundWay,
        /// What goes back.
        pub amount_minor: i64,
        /// The currency of that.
        pub currency: Currency,
        /// Why.
        pub reason: RefundReason,
        /// In the words of who asked; private.
        pub note: String,
        /// The cash box it is paid from.
        pub account: Option<String>,
        /// Where it stands.
        pub state: RefundState,
        /// Who asked for it.
        pub asked_by: PersonId,
        /// When.
        pub asked_at: Instant,
        /// `re_…`, once Stripe answered.
        pub stripe_id: Option<String>,
        /// Why Stripe did not do it, in its own code.
        pub failure: Option<String>,
        /// The entry of cash handed over.
        pub entry_id: Option<EntryId>,
    }
}

impl Refund {
    /// What goes back.
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

/// A refund to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRefund {
    /// What goes back; positive.
    pub amount: Money,
    /// Why.
    pub reason: RefundReason,
    /// More of it; needed with [`RefundReason::Other`].
    pub note: String,
    /// Whether the gift that repeats of which it is a payment stops as well, at once; None: it is none, or does not run.
    pub stop_repeat: Option<bool>,
}

/// What can still go back of a gift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// What was given.
    pub paid: Money,
    /// What Stripe or a platform kept of it; it does not come back.
    pub fee: Money,
    /// What went back, is on its way, or is asked for.
    pub back: Money,
    /// The most that can go back.
    pub most: Money,
    /// The way it goes; None where it cannot go back from here.
    pub way: Option<RefundWay>,
    /// Whether the donor's bank asks for the money.
    pub disputed: bool,
}
