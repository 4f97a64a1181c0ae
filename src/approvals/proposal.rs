//! The noun: what is proposed, what became of it, who signed. Not here: what an approved proposal then does (`booking`).

use crate::clock::Instant;
use crate::ids::{FundId, PersonId, ProposalId};
use crate::money::{Currency, Money};
use crate::people::Role;

crate::words! {
    /// What a proposal is about; `subject_id` names the row.
    pub enum Subject {
        /// Money out.
        Expense = "expense",
        /// Money back to a donor.
        Refund = "refund",
        /// A count of cash.
        Cash = "cash",
        /// A gift that came in by another way than Stripe.
        Gift = "gift",
        /// Goods above the first tier.
        Goods = "goods",
        /// An entry that nothing else covers.
        Journal = "journal",
        /// The account details of a payee.
        Payee = "payee",
        /// Money that goes to a custodian, or comes back.
        Transfer = "transfer",
        /// A look at who gave.
        Reveal = "reveal",
        /// A month that is locked.
        Period = "period",
        /// The state of a fund.
        State = "state",
        /// What is left, and who gets it.
        Distribution = "distribution",
        /// More rights for somebody.
        Role = "role",
        /// The promise of a fund.
        Charter = "charter",
        /// How many must agree to what.
        Rules = "rules",
    }
}

impl Subject {
    /// Who may sign.
    pub const fn signers(self) -> &'static [Role] {
        match self {
            Self::Rules => &[Role::Approver, Role::Administrator],
            _ => &[Role::Approver],
        }
    }
}

crate::words! {
    /// What became of a proposal.
    pub enum State {
        /// It waits for signatures.
        Open = "open",
        /// Enough have signed.
        Approved = "approved",
        /// Somebody said no, with a reason.
        Rejected = "rejected",
        /// What it was about changed, or was taken back: its signatures count for nothing.
        Dropped = "dropped",
    }
}

crate::record! {
    /// A proposal, frozen but for what became of it.
    pub struct Proposal {
        /// Its number.
        pub id: ProposalId,
        /// What it is about.
        pub subject: Subject,
        /// Which one.
        pub subject_id: String,
        /// Whose money it is about.
        pub fund_id: FundId,
        /// Who proposed it.
        pub author_id: PersonId,
        /// The sum at stake in minor units; 0: none.
        pub amount_minor: i64,
        /// The fund's currency.
        pub currency: Currency,
        /// Whose parts within seven days count together.
        pub payee: Option<String>,
        /// Everything that is agreed to, as it is shown.
        pub payload: String,
        /// Its SHA-256: the fingerprint that a signature names.
        pub payload_hash: String,
        /// How many must sign, whatever the tier says.
        pub at_least: i64,
        /// How many must sign beyond the tier.
        pub more: i64,
        /// How many must sign.
        pub needed: i64,
        /// What became of it.
        pub state: State,
        /// Whether one signature did, in an emergency.
        pub emergency: bool,
        /// Why it was rejected, or what the emergency was.
        pub reason: Option<String>,
        /// When it was proposed.
        pub proposed_at: Instant,
        /// When it was decided, or dropped.
        pub decided_at: Option<Instant>,
    }
}

impl Proposal {
    /// The sum at stake.
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }

    /// The first letters of the fingerprint, for people to compare: `3f7a 09bc 51de`.
    pub fn fingerprint(&self) -> String {
        let letters: Vec<char> = self.payload_hash.chars().take(12).collect();
        letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }
}

crate::record! {
    /// A signature.
    pub struct Signature {
        /// Whose.
        pub person_id: PersonId,
        /// When it was given.
        pub given_at: Instant,
    }
}

/// Something to be proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProposal {
    /// What it is about.
    pub subject: Subject,
    /// Which one: the id of its row.
    pub subject_id: String,
    /// Whose money it is about.
    pub fund: FundId,
    /// The sum at stake; None where there is none. It must be in the fund's currency.
    pub amount: Option<Money>,
    /// Whose parts within seven days count together, such as `payee 12`; opaque.
    pub payee: Option<String>,
    /// Everything that is agreed to, in full: whoever signs is shown this text and nothing else. One `name: value` a line.
    pub payload: String,
    /// Who else had a hand in it, beside who proposes it: none of them can sign.
    pub hands: Vec<PersonId>,
    /// How many must sign, whatever the tier says; 1 where the tier decides.
    pub at_least: i64,
    /// How many must sign beyond the tier; usually 0.
    pub more: i64,
}

/// What a signature did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// More must sign.
    Waiting {
        /// How many have.
        given: i64,
        /// How many must.
        needed: i64,
    },
    /// It was the last one that was needed: the proposal is approved, once, by this signature.
    Approved,
    /// It came after an emergency, which had its effect already.
    Countersigned,
}

/// How far apart two parts to one payee may lie and still count together, in seconds: seven days.
pub const TOGETHER_SECS: i64 = 7 * 24 * 3600;

/// The shortest reason of an emergency, in letters.
pub const EMERGENCY_LETTERS: usize = 40;
/// The longest reason of anything.
pub const REASON_LETTERS: usize = 500;
