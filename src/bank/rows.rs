//! An account at a bank, and what is known of its statements, lines, and matches: the rows. Not here: how they are read and written.

use crate::clock::{Day, Instant};
use crate::ids::{BankAccountId, BankLineId, EntryId, MatchId, PersonId, StatementId};
use crate::ledger::Source;
use crate::money::{Currency, Money};
use crate::{record, words};

record! {
    /// An account at a bank.
    pub struct BankAccount {
        /// Its row.
        pub id: BankAccountId,
        /// Its path in the ledger, `assets:bank:…`.
        pub path: String,
        /// What the treasurers call it.
        pub name: String,
        /// What it counts in.
        pub currency: Currency,
        /// The last letters of its number, once a file told them.
        pub ending: Option<String>,
        /// Which column of its tables says what, as it is saved.
        pub mapping: Option<String>,
        /// When it was last held against its statements.
        pub checked_at: Option<Instant>,
        /// When it was ended: no statement and no payment may name it since. None: it is in use.
        pub ended_at: Option<Instant>,
    }
}

record! {
    /// A statement that was imported.
    pub struct StatementRow {
        /// Its row.
        pub id: StatementId,
        /// The day of its first line.
        pub first_on: Day,
        /// The day of its last line.
        pub last_on: Day,
        /// What the account held before it.
        pub opening_minor: i64,
        /// What it held after it.
        pub closing_minor: i64,
        /// How many lines it has.
        pub lines: i64,
        /// How many of them were new.
        pub new_lines: i64,
        /// When it was imported.
        pub imported_at: Instant,
    }
}

record! {
    /// A line of the bank.
    pub struct BankLine {
        /// Its row.
        pub id: BankLineId,
        /// Whose account.
        pub bank_account_id: BankAccountId,
        /// Its number in its file; 0: what the account held before its first statement.
        pub number: i64,
        /// The day the bank booked it.
        pub booked_on: Day,
        /// In is positive, out is negative.
        pub amount_minor: i64,
        /// What the bank says about it.
        pub text: String,
        /// The bank's own name for it.
        pub reference: Option<String>,
    }
}

impl BankLine {
    /// Whether it stands for what the account held before its first statement.
    pub const fn is_opening(&self) -> bool {
        self.number == 0
    }
}

record! {
    /// A posting on a bank account.
    pub struct BankPosting {
        /// Its entry.
        pub entry_id: EntryId,
        /// Its number there.
        pub n: i64,
        /// The day it counts on.
        pub effective_on: Day,
        /// In is positive, out is negative.
        pub amount_minor: i64,
        /// Who caused the entry.
        pub source: Source,
        /// The cause's own id.
        pub source_id: String,
        /// What kind of event.
        pub kind: String,
    }
}

impl BankPosting {
    /// `57.1`: stands for it in forms.
    pub fn key(&self) -> String {
        format!("{}.{}", self.entry_id, self.n)
    }
}

/// The entry and number of a posting as a form names it.
pub fn posting_key(text: &str) -> Option<(EntryId, i64)> {
    let (entry, n) = text.split_once('.')?;
    Some((EntryId(entry.parse().ok()?), n.parse().ok()?))
}

words! {
    /// What was decided about lines.
    pub enum MatchKind {
        /// Tied to postings that stood there.
        Tied = "tied",
        /// A payout that arrived, booked by it.
        Payout = "payout",
        /// Booked by a person: a fee, interest, something returned.
        Booked = "booked",
        /// Left out, with a reason.
        Ignored = "ignored",
    }
}

record! {
    /// A decision about lines that stands, or stood.
    pub struct MatchRow {
        /// Its row.
        pub id: MatchId,
        /// Whose account.
        pub bank_account_id: BankAccountId,
        /// What was decided.
        pub kind: MatchKind,
        /// Why the lines are ignored.
        pub reason: Option<String>,
        /// What it posted itself.
        pub entry_id: Option<EntryId>,
        /// When.
        pub made_at: Instant,
        /// Who; None: the program.
        pub made_by: Option<PersonId>,
        /// When it was undone.
        pub undone_at: Option<Instant>,
    }
}

/// What waits on one side: how many, their sum, and since when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: i64,
    /// Their sum, in minor units.
    pub sum_minor: i64,
    /// The day of the oldest.
    pub oldest_on: Option<Day>,
}

/// One account held against its bank (invariant of the three-way tie): what the ledger holds = the bank's last balance − its lines that the
/// ledger does not know + the ledger's postings that the bank has not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankTie {
    /// The account.
    pub account: BankAccount,
    /// What the ledger holds.
    pub ledger_minor: i64,
    /// The last statement; None before the first.
    pub last: Option<StatementRow>,
    /// Lines that are tied to nothing.
    pub lines: Waiting,
    /// Lines that somebody left out.
    pub ignored: Waiting,
    /// Postings that no line is tied to.
    pub postings: Waiting,
}

impl BankTie {
    /// What the ledger should hold by the bank's word.
    pub fn expected_minor(&self) -> i64 {
        let bank = self.last.as_ref().map_or(0, |last| last.closing_minor);
        bank.saturating_sub(self.lines.sum_minor).saturating_sub(self.ignored.sum_minor).saturating_add(self.postings.sum_minor)
    }

    /// Ledger less what it should hold.
    pub fn difference(&self) -> Money {
        Money::new(self.ledger_minor.saturating_sub(self.expected_minor()), self.account.currency)
    }

    /// Whether both agree; so they do before there is a statement.
    pub fn holds(&self) -> bool {
        self.last.is_none() || self.difference().minor == 0
    }
}
