//! The noun of entries by hand: an entry that somebody asks for, a correction of one that stands, and why nothing was done. Not here: asking for
//! one and posting it (`booking::journal`), what may be corrected (`booking::correcting`).

use super::condition::Condition;
use crate::clock::{Day, Instant};
use crate::db::Retryable;
use crate::ids::{EntryId, FundId, JournalId, PersonId};
use crate::ledger::{Mistake, NewPosting, PostError};
use crate::money::{Currency, Money};
use crate::people::NotAllowed;
use crate::people::operation::OperationError;

crate::words! {
    /// Where such an entry stands.
    pub enum JournalState {
        /// A second person must agree.
        Asked = "asked",
        /// It is in the books.
        Posted = "posted",
        /// Somebody did not agree.
        Rejected = "rejected",
    }
}

crate::record! {
    /// An entry that somebody asked for.
    pub struct Journal {
        /// Its row.
        pub id: JournalId,
        /// What stands for it in addresses; opaque.
        pub reference: String,
        /// The day it counts on.
        pub effective_on: Day,
        /// Why; it goes into the books.
        pub reason: String,
        /// Where it stands.
        pub state: JournalState,
        /// The entry it takes back.
        pub reverses: Option<EntryId>,
        /// What was wrong with that; None: it takes none back.
        pub wrong: Option<Mistake>,
        /// Who asked.
        pub asked_by: PersonId,
        /// When.
        pub asked_at: Instant,
        /// Its entry.
        pub entry_id: Option<EntryId>,
    }
}

crate::record! {
    /// One posting of it.
    pub struct JournalLine {
        /// The account.
        pub path: String,
        /// The fund, where the account stands on one.
        pub fund_id: Option<FundId>,
        /// The currency.
        pub currency: Currency,
        /// Debit positive.
        pub amount_minor: i64,
    }
}

impl JournalLine {
    /// Its amount.
    pub const fn amount(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }

    pub(super) fn posting(&self) -> NewPosting {
        NewPosting { path: self.path.clone().into(), fund: self.fund_id, amount: self.amount() }
    }
}

/// Why nothing was done. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The person may not.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The form was sent before, with other content, or is none of ours.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// There is no such entry, account or month.
    #[error("there is no such thing")]
    NotFound,
    /// Somebody moved it on meanwhile.
    #[error("it was moved on meanwhile: look again")]
    MovedOn,
    /// Stripe's own lines book that account.
    #[error("{0} moves by Stripe's own lines only")]
    StripesOwn(String),
    /// An income, expense or opening account without its fund, or another account with one.
    #[error("{0} stands on a fund, or must not")]
    Fund(String),
    /// A restricted fund would have less than nothing, or an account that holds money would.
    #[error("{0} would be overdrawn")]
    Overdrawn(String),
    /// The month cannot be locked yet, and why.
    #[error("the month cannot be locked yet")]
    NotYet(Condition),
    /// The entry was corrected before, and the entry that took it back.
    #[error("entry {0} is corrected already by {1}")]
    Corrected(EntryId, EntryId),
    /// Somebody asked for its correction, which waits.
    #[error("a correction of entry {0} waits already")]
    AskedFor(EntryId),
    /// It is what an expense cost or paid: that is put right where the expense is.
    #[error("entry {0} belongs to an expense")]
    OfExpense(EntryId),
    /// A line of the bank is tied to it: that is undone first.
    #[error("entry {0} is matched with a line of the bank")]
    Matched(EntryId),
    /// It takes back another, or is what an account held at first.
    #[error("entry {0} is corrected where it came from")]
    Elsewhere(EntryId),
    /// Stripe's own accounts must be moved by the new entry as they were by the old one (safety rule MO9).
    #[error("the new entry must move Stripe's accounts as entry {0} did")]
    KeepsStripe(EntryId),
    /// The new entry says what the old one said.
    #[error("the new entry says what entry {0} said")]
    Same(EntryId),
    /// The ledger refused.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for JournalError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Post(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            _ => false,
        }
    }
}

/// An entry to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJournal {
    /// The day it counts on.
    pub effective_on: Day,
    /// Why.
    pub reason: String,
    /// Its postings; they sum to zero.
    pub lines: Vec<JournalLine>,
}

/// A correction to be asked for: an entry is taken back, and another stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCorrection {
    /// The entry that is wrong.
    pub entry: EntryId,
    /// What is wrong with it.
    pub wrong: Mistake,
    /// The same in words; public.
    pub reason: String,
    /// The new entry's postings; none where nothing stands in its place.
    pub lines: Vec<JournalLine>,
}
