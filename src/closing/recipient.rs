//! The noun: a group of the charter, and whether it may be paid. Not here: entering one (`recipients`).

use crate::clock::Instant;
use crate::ids::{FundId, PayeeId, PersonId, RecipientId};
use crate::spending::payee::{Details, DetailsState, Payee, Way};

crate::record! {
    /// How a group of the charter is paid.
    pub struct Recipient {
        /// Its row.
        pub id: RecipientId,
        /// Whose charter.
        pub fund_id: FundId,
        /// As the charter names it.
        pub name: String,
        /// Who that is in the payee book, where all that is private stands.
        pub payee_id: PayeeId,
        /// Who entered it.
        pub entered_by: PersonId,
        /// When.
        pub entered_at: Instant,
    }
}

crate::words! {
    /// How far a group was checked.
    pub enum Checked {
        /// Nobody entered how it is paid.
        Missing = "missing",
        /// A second person has not agreed yet.
        Waiting = "waiting",
        /// Two people agreed; after a change, its details rest for two days.
        Resting = "resting",
        /// It may be paid.
        Ready = "ready",
        /// It was ended in the payee book.
        Ended = "ended",
    }
}

/// A group of the charter in force with what the treasury knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// As the charter names it.
    pub name: String,
    /// Why it was chosen; public.
    pub why: String,
    /// How it is paid, where somebody entered that.
    pub known: Option<Known>,
}

/// What the treasury knows of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its row.
    pub recipient: Recipient,
    /// Who that is in the payee book.
    pub payee: Payee,
    /// The newest details that did not end.
    pub details: Option<Details>,
}

impl Group {
    /// How far it was checked.
    pub fn checked(&self, now: Instant) -> Checked {
        match &self.known {
            None => Checked::Missing,
            Some(known) if known.payee.ended_at.is_some() => Checked::Ended,
            Some(Known { details: None, .. }) => Checked::Ended,
            Some(Known { details: Some(details), .. }) if details.is_ready(now) => Checked::Ready,
            Some(Known { details: Some(details), .. }) if details.state == DetailsState::Agreed => Checked::Resting,
            Some(_) => Checked::Waiting,
        }
    }

    /// Whether two people checked it.
    pub fn is_checked(&self, now: Instant) -> bool {
        matches!(self.checked(now), Checked::Resting | Checked::Ready)
    }
}

impl Known {
    /// Whom the money goes to, as others agree to it: what stands for the payee, how it is paid, and what may be shown of the account.
    pub fn paid_to(&self) -> String {
        let way = self.details.as_ref().map_or(Way::Other, |details| details.way);
        let last_four = self.details.as_ref().map(|details| details.last_four.as_str()).filter(|four| !four.is_empty());
        let account = last_four.map_or_else(String::new, |four| format!(" •••• {four}"));
        format!("{} {way}{account}", self.payee.pseudonym)
    }
}
