//! A look at who gave: why somebody wants it, how far that has come. Not here: who agrees, what is shown (`revealing`).

use crate::clock::Instant;
use crate::ids::{DonationId, FundId, PersonId, RevealId};

crate::words! {
    /// Why somebody must know who gave; the public reads how often each was.
    pub enum Because {
        /// Money goes back by hand.
        Refund = "refund",
        /// The donor's bank asks for it.
        Dispute = "dispute",
        /// The donor asked, such as for everything we keep.
        Asked = "asked",
        /// The law wants it.
        Law = "law",
    }
}

impl Because {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Refund, Self::Dispute, Self::Asked, Self::Law];
}

crate::words! {
    /// How far a look at who gave has come.
    pub enum RevealState {
        /// Another person must agree.
        Asked = "asked",
        /// They did: whoever asked may open it, for a day.
        Agreed = "agreed",
        /// It was opened.
        Opened = "opened",
        /// They did not.
        Refused = "refused",
    }
}

/// For how long whoever asked may open what was agreed to, in seconds.
const OPENS_SECS: i64 = 24 * 3600;
/// For how long they see it then, in seconds.
pub const SEEN_SECS: i64 = 15 * 60;
/// The least and the most letters of a reason.
pub const REASON_LETTERS: (usize, usize) = (20, 500);

crate::record! {
    /// A look at who gave.
    pub struct Reveal {
        /// Its row.
        pub id: RevealId,
        /// What names it in addresses; opaque.
        pub reference: String,
        /// The gift.
        pub donation_id: DonationId,
        /// Its fund.
        pub fund_id: FundId,
        /// Why.
        pub because: Because,
        /// 1: everything about the donor; 0: what was told with this gift.
        pub whole: i64,
        /// Why, in the words of who asked; private.
        pub reason: String,
        /// How far it has come.
        pub state: RevealState,
        /// Who asked.
        pub asked_by: PersonId,
        /// When.
        pub asked_at: Instant,
        /// When another agreed.
        pub agreed_at: Option<Instant>,
        /// When it was opened.
        pub opened_at: Option<Instant>,
    }
}

impl Reveal {
    /// Whether it can be opened now; a clock that was set back opens nothing.
    pub fn can_open(&self, now: Instant) -> bool {
        self.state == RevealState::Agreed && self.agreed_at.is_some_and(|at| at <= now && now <= at.plus_secs(OPENS_SECS))
    }

    /// Whether what was opened is still to be seen.
    pub fn is_seen(&self, now: Instant) -> bool {
        self.opened_at.is_some_and(|at| at <= now && now <= at.plus_secs(SEEN_SECS))
    }
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReveal {
    /// Why.
    pub because: Because,
    /// Everything about the donor, not this gift alone.
    pub whole: bool,
    /// More of why.
    pub reason: String,
}
