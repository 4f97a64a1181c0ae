//! The noun: what is proposed, what became of it, who signed. Not here: what an approved proposal then does (`deciding`).

use crate::clock::Instant;
use crate::ids::{FundId, PersonId, ProposalId, QuestionId};
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

    /// Whether no sum is at stake, so that no tier says how many must sign.
    pub const fn has_no_tier(self) -> bool {
        matches!(self, Self::Rules | Self::Charter | Self::State | Self::Reveal)
    }

    /// Whether one alone never does, whatever the hurry.
    pub const fn has_no_emergency(self) -> bool {
        self.has_no_tier() || matches!(self, Self::Distribution)
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
    /// How many agreed to a proposal.
    pub struct Signed {
        /// The proposal.
        pub id: ProposalId,
        /// How many had to.
        pub needed: i64,
        /// How many did.
        pub given: i64,
        /// Whether one alone could, in an emergency.
        pub emergency: bool,
        /// When the last of them did.
        pub last_at: Option<Instant>,
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

    /// What people call the thing: the number that its text begins with, or else the proposal's own.
    pub fn name(&self) -> String {
        name(self.id, &self.payload)
    }

    /// The first letters of the fingerprint, for people to compare: `3f7a 09bc 51de`.
    pub fn fingerprint(&self) -> String {
        let letters: Vec<char> = self.payload_hash.chars().take(12).collect();
        letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }
}

crate::record! {
    /// A proposal that waits, as one person sees it in the list.
    pub struct Waiting {
        /// Its number.
        pub id: ProposalId,
        /// What it is about.
        pub subject: Subject,
        /// Whose money it is about.
        pub fund_id: FundId,
        /// The sum at stake in minor units; 0: none.
        pub amount_minor: i64,
        /// The fund's currency.
        pub currency: Currency,
        /// Everything that is agreed to.
        pub payload: String,
        /// How many must sign.
        pub needed: i64,
        /// When it was proposed.
        pub proposed_at: Instant,
        /// How many have signed.
        pub given: i64,
        /// Whether this person has.
        pub is_signed: bool,
        /// Whether this person proposed it or had a hand in it.
        pub is_author: bool,
        /// How many questions have no answer yet.
        pub unanswered: i64,
    }
}

impl Waiting {
    /// What people call the thing: the number that its text begins with, or else the proposal's own.
    pub fn name(&self) -> String {
        name(self.id, &self.payload)
    }
}

fn name(id: ProposalId, payload: &str) -> String {
    let number = payload.lines().next().and_then(|line| line.strip_prefix("number: "));
    number.map_or_else(|| id.to_string(), str::to_owned)
}

/// What differs between two frozen texts: name, before, after. Lines of one name are compared in their order; what is missing is empty.
pub fn changes(before: &str, after: &str) -> Vec<(String, String, String)> {
    let parted = |line: &str| -> (String, String) {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        (name.to_owned(), value.to_owned())
    };
    let read = |text: &str| -> Vec<(String, String)> { text.lines().map(parted).collect() };
    let (old, new) = (read(before), read(after));
    let values = |lines: &[(String, String)], name: &str| -> Vec<String> {
        lines.iter().filter(|(other, _)| other == name).map(|(_, value)| value.clone()).collect()
    };
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in new.iter().chain(&old) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut found = Vec::new();
    for name in names {
        let (was, is) = (values(&old, name), values(&new, name));
        for at in 0..was.len().max(is.len()) {
            let (was, is) = (was.get(at).cloned().unwrap_or_default(), is.get(at).cloned().unwrap_or_default());
            if was != is {
                found.push((name.clone(), was, is));
            }
        }
    }
    found
}

crate::record! {
    /// A question, with its answer where there is one.
    pub struct Question {
        /// Its row.
        pub id: QuestionId,
        /// The version that was looked at.
        pub proposal_id: ProposalId,
        /// Who asks.
        pub person_id: PersonId,
        /// What; private.
        pub text: String,
        /// When.
        pub asked_at: Instant,
        /// What was answered; private.
        pub answer: Option<String>,
        /// Who answered.
        pub answered_by: Option<PersonId>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_between_two_versions_is_told_line_by_line() {
        let before = "amount: $10.00\npart: $6.00, water\npart: $4.00, food\nnote: x\n";
        let after = "amount: $11.00\npart: $6.00, water\npart: $5.00, food\nshop: Corner\n";
        let told = |name: &str, was: &str, is: &str| (name.to_owned(), was.to_owned(), is.to_owned());
        let expected = [
            told("amount", "$10.00", "$11.00"),
            told("part", "$4.00, food", "$5.00, food"),
            told("shop", "", "Corner"),
            told("note", "x", ""),
        ];
        assert_eq!(changes(before, after), expected);
        assert_eq!(changes(after, after), []);
    }
}
