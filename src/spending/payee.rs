//! The noun: somebody who may be paid, and how. Not here: who may change it, and the hold (the verbs in `payees`).

use unicode_security::skeleton;

use crate::clock::Instant;
use crate::ids::{DetailsId, PayeeId, PersonId, ProposalId};

/// Whether two names look the same and are written with different letters, as `Acme` and `Аcme` with a Cyrillic first one are (safety test A5).
/// Two people may share a name; nobody innocent has one that only looks like another's.
pub fn looks_like(name: &str, other: &str) -> bool {
    name != other && skeleton(name).eq(skeleton(other))
}

crate::words! {
    /// What a payee is.
    pub enum Kind {
        /// Somebody.
        Person = "person",
        /// A shop or a firm.
        Business = "business",
        /// A group.
        Group = "group",
    }
}

crate::words! {
    /// How a payee gets money.
    pub enum Way {
        /// Into a bank account.
        Bank = "bank",
        /// By cheque.
        Cheque = "cheque",
        /// In cash.
        Cash = "cash",
        /// Another way.
        Other = "other",
    }
}

crate::words! {
    /// How somebody made sure that the details are theirs.
    pub enum Checked {
        /// By calling back a number that was known before.
        Called = "called",
        /// Face to face.
        InPerson = "in_person",
        /// From paper of theirs.
        Paper = "paper",
    }
}

crate::words! {
    /// Where a version of the details stands.
    pub enum DetailsState {
        /// A second person has not agreed yet.
        Waiting = "waiting",
        /// Agreed to; used once the hold is over.
        Agreed = "agreed",
        /// Others stand in their place.
        Ended = "ended",
    }
}

impl Kind {
    /// Each, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Person, Self::Business, Self::Group];
}

impl Way {
    /// Each, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Bank, Self::Cheque, Self::Cash, Self::Other];
}

impl Checked {
    /// Each, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Called, Self::InPerson, Self::Paper];
}

crate::record! {
    /// Somebody in the payee book.
    pub struct Payee {
        /// Their row.
        pub id: PayeeId,
        /// What treasurers call them; private.
        pub label: String,
        /// What they are.
        pub kind: Kind,
        /// What stands for them in public.
        pub pseudonym: String,
        /// A declared conflict of interest.
        pub conflict: Option<String>,
        /// Where they hear of changes, sealed.
        pub email: Option<Vec<u8>>,
        /// Who entered them.
        pub created_by: PersonId,
        /// When.
        pub created_at: Instant,
        /// Since when they are not paid any more.
        pub ended_at: Option<Instant>,
    }
}

crate::record! {
    /// One version of how a payee is paid.
    pub struct Details {
        /// Its row.
        pub id: DetailsId,
        /// Whose.
        pub payee_id: PayeeId,
        /// How.
        pub way: Way,
        /// Sealed; empty once others stand in its place.
        pub details: Vec<u8>,
        /// What may be shown of it.
        pub last_four: String,
        /// How it was checked.
        pub checked: Checked,
        /// Where it stands.
        pub state: DetailsState,
        /// What a second person is asked to agree to.
        pub proposal_id: Option<ProposalId>,
        /// Who entered it.
        pub entered_by: PersonId,
        /// When.
        pub entered_at: Instant,
        /// When the hold ends.
        pub ready_at: Option<Instant>,
    }
}

impl Details {
    /// Whether money may go there now.
    pub fn is_ready(&self, now: Instant) -> bool {
        self.state == DetailsState::Agreed && self.ready_at.is_some_and(|ready_at| ready_at <= now)
    }
}

/// How long new details are held after a second person agreed, in seconds: 48 hours (safety rule MO6).
pub const HOLD_SECS: i64 = 48 * 3600;
/// The longest label.
pub const LABEL_LETTERS: usize = 60;
/// The longest account details.
pub const DETAILS_LETTERS: usize = 200;

/// Somebody to be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPayee {
    /// What treasurers call them.
    pub label: String,
    /// What they are.
    pub kind: Kind,
    /// A conflict of interest.
    pub conflict: Option<String>,
    /// Where they hear of changes; empty: nowhere.
    pub email: String,
}

/// How somebody is to be paid.
#[derive(Clone, PartialEq, Eq)]
pub struct NewDetails {
    /// How.
    pub way: Way,
    /// The account; empty only where the way needs none.
    pub account: String,
    /// How it was checked.
    pub checked: Checked,
}

impl std::fmt::Debug for NewDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewDetails").field("way", &self.way).field("account", &"REDACTED").finish_non_exhaustive()
    }
}

crate::words! {
    /// What is wrong with a payee form.
    pub enum Wrong {
        /// No label, or too long.
        Label = "label",
        /// Not chosen.
        Choice = "choice",
        /// No account, or none that holds together.
        Account = "account",
        /// A conflict of interest that nobody describes.
        Conflict = "conflict",
        /// No address that mail could go to.
        Email = "email",
    }
}

impl NewDetails {
    /// Reads how somebody is to be paid.
    ///
    /// # Errors
    /// Each field that is wrong.
    pub fn parse(way: &str, account: &str, checked: &str) -> Result<Self, Vec<(&'static str, Wrong)>> {
        let (way, checked) = (way.parse::<Way>().ok(), checked.parse::<Checked>().ok());
        let mut wrong = Vec::new();
        if way.is_none() {
            wrong.push(("way", Wrong::Choice));
        }
        let needs_account = way == Some(Way::Bank);
        let bad = account.chars().count() > DETAILS_LETTERS || needs_account && !is_account(account);
        if bad {
            wrong.push(("account", Wrong::Account));
        }
        if checked.is_none() {
            wrong.push(("checked", Wrong::Choice));
        }
        match (way, checked) {
            (Some(way), Some(checked)) if wrong.is_empty() => Ok(Self { way, account: account.to_owned(), checked }),
            _ => Err(wrong),
        }
    }

    /// The last four letters or digits, which may be shown; nothing of an account so short that they would be most of it.
    pub fn last_four(&self) -> String {
        let plain: Vec<char> = self.account.chars().filter(|c| c.is_alphanumeric()).collect();
        if plain.len() < 8 { String::new() } else { plain[plain.len() - 4..].iter().collect() }
    }

    /// The account in one spelling, to find it again.
    pub fn plain(&self) -> String {
        let account: String = self.account.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        format!("{} {account}", self.way)
    }
}

/// Whether the numbers form an account: an IBAN by its check digits, or a routing number by its own with an account number after it.
fn is_account(account: &str) -> bool {
    let plain: String = account.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let numbers: Vec<String> =
        account.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).map(str::to_owned).collect();
    let routed = numbers.len() >= 2 && is_routing_number(&numbers[0]) && (4..=17).contains(&numbers[1..].concat().len());
    routed || is_iban(&plain)
}

/// ABA routing number: nine digits whose sum weighted 3, 7, 1 is divisible by ten.
fn is_routing_number(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    let weighted: u32 = digits.iter().zip([3, 7, 1].iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    digits.len() == 9 && weighted > 0 && weighted.is_multiple_of(10)
}

/// ISO 13616: moved four to the back, letters as numbers, the whole is 1 modulo 97.
fn is_iban(plain: &str) -> bool {
    if !(15..=34).contains(&plain.len()) || !plain.starts_with(|c: char| c.is_ascii_uppercase()) {
        return false;
    }
    let turned = plain[4..].chars().chain(plain[..4].chars());
    let remainder = turned.filter_map(|c| c.to_digit(36)).fold(0_u32, |so_far, digit| {
        let shift = if digit < 10 { 10 } else { 100 };
        (so_far * shift + digit) % 97
    });
    remainder == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_form_an_account_are_taken() {
        for good in ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "021000021 123456789", "routing 121000248, account 0012-3456"]
        {
            assert!(NewDetails::parse("bank", good, "called").is_ok(), "{good}");
        }
        for bad in ["", "DE89 3704 0044 0532 0130 01", "021000022 123456789", "123456789", "021000021", "000000000 1234"] {
            assert_eq!(NewDetails::parse("bank", bad, "called"), Err(vec![("account", Wrong::Account)]), "{bad}");
        }
        assert_eq!(NewDetails::parse("cash", "", "in_person").unwrap().last_four(), "");
    }

    #[test]
    fn four_letters_are_shown_and_no_more() {
        let details = NewDetails::parse("bank", "021000021 123456789", "paper").unwrap();
        assert_eq!(details.last_four(), "6789");
        assert!(!format!("{details:?}").contains("1234"));
        assert_eq!(details.plain(), NewDetails { account: "0210-0002 1123 456789".to_owned(), ..details.clone() }.plain());
    }
}
