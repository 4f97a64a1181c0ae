//! The noun: money that somebody carries, a cash advance or a prepaid card, and its way there and back. Not here: what it was spent on (`expense`).

use crate::ids::{EntryId, FundId, PersonId, ProposalId, PurseId, TransferId};
use crate::money::{Currency, Money};

crate::words! {
    /// What a custodian carries.
    pub enum PurseKind {
        /// Cash handed out in advance.
        Advance = "advance",
        /// A prepaid card.
        Card = "card",
    }
}

impl PurseKind {
    /// Each, in the order of the form.
    pub const ALL: [Self; 2] = [Self::Advance, Self::Card];

    /// Where its accounts stand: code and path.
    pub const fn account(self) -> (&'static str, &'static str) {
        match self {
            Self::Advance => ("1400", "assets:advances"),
            Self::Card => ("1300", "assets:cards"),
        }
    }
}

crate::words! {
    /// Where a transfer stands.
    pub enum TransferState {
        /// Waits for approvers.
        Sent = "sent",
        /// Agreed to, and in the books.
        Done = "done",
        /// An approver said no.
        Rejected = "rejected",
    }
}

crate::record! {
    /// What somebody carries, under an account of its own.
    pub struct Purse {
        /// Its row.
        pub id: PurseId,
        /// What it is.
        pub kind: PurseKind,
        /// Its account, such as `assets:advances:north-gate`.
        pub path: String,
        /// Who carries it, in words of the treasurers; private.
        pub custodian: String,
        /// Who opened it.
        pub opened_by: PersonId,
    }
}

crate::record! {
    /// Money on its way between two accounts of the fund's own.
    pub struct Transfer {
        /// Its row.
        pub id: TransferId,
        /// Whose tiers it needs.
        pub fund_id: FundId,
        /// The account it leaves.
        pub from_path: String,
        /// The account it comes to.
        pub to_path: String,
        /// In minor units; positive.
        pub amount_minor: i64,
        /// The fund's.
        pub currency: Currency,
        /// Where it stands.
        pub state: TransferState,
        /// What others are asked to agree to.
        pub proposal_id: Option<ProposalId>,
        /// The entry, once they did.
        pub entry_id: Option<EntryId>,
    }
}

impl Transfer {
    /// What is moved.
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

/// What a transfer moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The account it leaves.
    pub from: String,
    /// The account it comes to.
    pub to: String,
    /// What is moved; more than nothing.
    pub amount: Money,
}

/// The part of an account's path that a name makes: small letters and digits, hyphens between; None where nothing is left of it.
pub fn account_word(name: &str) -> Option<String> {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let word = plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    (!word.is_empty() && word.len() <= 40).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_makes_a_plain_word_of_an_account() {
        assert_eq!(account_word(" North gate: 2 ").as_deref(), Some("north-gate-2"));
        assert_eq!(account_word("…"), None);
        assert_eq!(account_word(&"a".repeat(41)), None);
    }
}
