//! The noun: what a group gets, whether it was sent, and what the group said. Not here: what may be done with it (`granting`, `answering`).

use crate::clock::{Day, Instant};
use crate::files::Document;
use crate::ids::{EntryId, FundId, GrantId, PersonId, PlanId, RecipientId};
use crate::money::{Currency, Money};

/// So many days after it was sent a grant may be said to have no answer.
pub const SILENT_DAYS: i64 = 30;
/// The most letters of what a group said.
pub const ANSWER_LETTERS: usize = 500;

crate::words! {
    /// Why a grant does not reach its group.
    pub enum EndedWhy {
        /// The bank sent it back.
        Bounced = "bounced",
        /// The group does not take it.
        Refused = "refused",
        /// The group is no more.
        Gone = "gone",
    }
}

impl EndedWhy {
    /// Each, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Bounced, Self::Refused, Self::Gone];
}

crate::words! {
    /// What an answer is.
    pub enum AnswerKind {
        /// Words.
        Words = "words",
        /// A letter, which treasurers keep, and words about it.
        Letter = "letter",
        /// The group was asked and did not answer.
        None = "none",
    }
}

impl AnswerKind {
    /// Each, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Words, Self::Letter, Self::None];
}

crate::record! {
    /// A grant.
    pub struct Grant {
        /// Its row.
        pub id: GrantId,
        /// For talking about it.
        pub number: String,
        /// Whose money it is.
        pub fund_id: FundId,
        /// By which plan.
        pub plan_id: PlanId,
        /// The plan's number.
        pub plan: i64,
        /// Which of its shares.
        pub share: i64,
        /// The group.
        pub recipient_id: RecipientId,
        /// As the charter names it.
        pub name: String,
        /// How much.
        pub amount_minor: i64,
        /// In what.
        pub currency: Currency,
        /// The account that owes it.
        pub path: String,
        /// The entry that promised it.
        pub entry_id: EntryId,
        /// When.
        pub promised_at: Instant,
        /// Since when its money is back in the pot.
        pub ended_at: Option<Instant>,
        /// Why.
        pub ended_why: Option<EndedWhy>,
    }
}

impl Grant {
    /// How much.
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

crate::record! {
    /// One time that a grant was sent.
    pub struct Sent {
        /// Which grant.
        pub grant_id: GrantId,
        /// Which time, from 1.
        pub n: i64,
        /// Its entry.
        pub entry_id: EntryId,
        /// The account it left.
        pub paid_from: String,
        /// The day it left.
        pub paid_on: Day,
        /// What the bank was told.
        pub reference: String,
        /// How often its entry was taken back, or that taken back again: an odd number of times, it is not with the group.
        pub turns: i64,
        /// Whether a line of the bank shows it.
        pub is_matched: bool,
    }
}

impl Sent {
    /// Whether it stands: the bank did not send it back.
    pub const fn stands(&self) -> bool {
        self.turns % 2 == 0
    }
}

crate::record! {
    /// What a group said.
    pub struct Answer {
        /// To which grant.
        pub grant_id: GrantId,
        /// Which answer, from 1: the newest counts.
        pub n: i64,
        /// What it is.
        pub kind: AnswerKind,
        /// The words, for the public.
        pub text: String,
        /// The letter's own reference; empty: there is none.
        pub document: String,
        /// Its content.
        pub sha256: String,
        /// Who entered it.
        pub entered_by: PersonId,
        /// When.
        pub entered_at: Instant,
        /// Who let the public read it.
        pub cleared_by: Option<PersonId>,
        /// When.
        pub cleared_at: Option<Instant>,
    }
}

crate::words! {
    /// Where a grant stands.
    pub enum Stands {
        /// Owed, and not sent.
        Promised = "promised",
        /// Sent.
        Sent = "sent",
        /// Sent, and the bank's line shows it.
        Matched = "matched",
        /// The bank sent it back: it can be sent again, or go back to the pot.
        Returned = "returned",
        /// Its money is back in the pot.
        Ended = "ended",
    }
}

/// A grant with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeGrant {
    /// The grant.
    pub grant: Grant,
    /// Each time it was sent, the first first.
    pub sent: Vec<Sent>,
    /// What the group said last.
    pub answer: Option<Answer>,
    /// The copy for the public of the letter in which it said so; looked up where one grant is asked for, not in lists.
    pub copy: Option<Document>,
}

impl WholeGrant {
    /// The payment that stands; None: none was made, or the bank sent it back.
    pub fn payment(&self) -> Option<&Sent> {
        self.sent.last().filter(|sent| sent.stands())
    }

    /// Where it stands.
    pub fn stands(&self) -> Stands {
        match (self.grant.ended_at, self.payment(), self.sent.is_empty()) {
            (Some(_), ..) => Stands::Ended,
            (None, Some(sent), _) if sent.is_matched => Stands::Matched,
            (None, Some(_), _) => Stands::Sent,
            (None, None, true) => Stands::Promised,
            (None, None, false) => Stands::Returned,
        }
    }
}
