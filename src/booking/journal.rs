//! An entry that nothing else covers: one person writes it, another agrees, then it is posted. Also the reversal of an entry that was a
//! mistake. Not here: what Stripe's lines do, which no person may touch (invariant 11).

use super::store;
use crate::clock::{Day, Instant};
use crate::db::{Retryable, Tx};
use crate::funds::{self, Fund};
use crate::ids::{Entropy, EntryId, FundId, JournalId, PersonId};
use crate::ledger::{self, Account, NewEntry, NewPosting, PostError, Source, chart};
use crate::money::{Currency, Money};
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, Actor, NotAllowed, Role, audit};

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

    fn posting(&self) -> NewPosting {
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
    /// A second person must do this.
    #[error("whoever asked for it cannot agree to it")]
    OwnWork,
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
    NotYet(&'static str),
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

/// Asks for an entry, and gives its reference.
///
/// # Errors
/// [`JournalError`], with nothing written: lines that do not sum to zero are refused now, not when somebody agrees.
pub async fn ask(
    tx: &mut Tx,
    new: &NewJournal,
    operation: &Operation,
    actor: Actor,
    entropy: &Entropy,
    now: Instant,
) -> Result<String, JournalError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    if let Some(reference) = operation::find_result(tx, operation).await? {
        return Ok(reference);
    }
    let reference = entropy.reference();
    let entry = entry(&reference, new.effective_on, &new.reason, actor.person, &new.lines);
    entry.check().map_err(PostError::from)?;
    check_accounts(tx, &new.lines).await?;
    if ledger::locked_months(tx).await?.contains(&new.effective_on.month()) {
        return Err(PostError::Locked(new.effective_on.month()).into());
    }
    write(tx, &reference, new, None, operation, actor, now).await?;
    Ok(reference)
}

/// Asks for an entry to be taken back on a day, and gives the reference.
///
/// # Errors
/// [`JournalError`], with nothing written; an entry is taken back once, and what Stripe's lines booked never is from here.
pub async fn ask_reversal(
    tx: &mut Tx,
    (entry, on, reason): (EntryId, Day, &str),
    operation: &Operation,
    actor: Actor,
    entropy: &Entropy,
    now: Instant,
) -> Result<String, JournalError> {
    people::require_fresh(tx, actor, &[Role::Recorder], now).await?;
    if let Some(reference) = operation::find_result(tx, operation).await? {
        return Ok(reference);
    }
    let whole = ledger::find_entry(tx, entry).await?.ok_or(JournalError::NotFound)?;
    if whole.reversed_by.is_some() || whole.entry.reverses.is_some() {
        return Err(PostError::NotReversible(entry).into());
    }
    if whole.entry.source == Source::Stripe || whole.entry.source == Source::Opening {
        return Err(JournalError::StripesOwn(format!("entry {entry}")));
    }
    let line = |posting: &ledger::Posting| JournalLine {
        path: posting.path.clone(),
        fund_id: posting.fund,
        currency: posting.amount.currency,
        amount_minor: posting.amount.minor.saturating_neg(),
    };
    let lines: Vec<JournalLine> = whole.entry.postings.iter().map(line).collect();
    check_accounts(tx, &lines).await?;
    let new = NewJournal { effective_on: on, reason: reason.to_owned(), lines };
    let reference = entropy.reference();
    write(tx, &reference, &new, Some(entry), operation, actor, now).await?;
    Ok(reference)
}

async fn write(
    tx: &mut Tx,
    reference: &str,
    new: &NewJournal,
    reverses: Option<EntryId>,
    operation: &Operation,
    actor: Actor,
    now: Instant,
) -> Result<(), JournalError> {
    let id = store::journal::insert(tx, reference, new, reverses, actor.person, now).await?;
    audit::write(tx, Some(actor.person), "journal_asked", &format!("journal {id}"), "", now).await?;
    Ok(operation::done(tx, operation, reference, now).await?)
}

/// A second person agrees, and it is posted; or with `agrees` false rejects it.
///
/// # Errors
/// [`JournalError`], with nothing written.
pub async fn decide(tx: &mut Tx, reference: &str, agrees: bool, actor: Actor, now: Instant) -> Result<Option<EntryId>, JournalError> {
    let person = people::require_fresh(tx, actor, &[Role::Approver], now).await?;
    // Entries by hand may draw on every fund and on pooled money: all funds are locked, in one order.
    let mut locked: Vec<Fund> = Vec::new();
    for fund in funds::list(tx).await? {
        locked.extend(funds::lock(tx, fund.id).await?);
    }
    let journal = store::journal::find(tx, reference).await?.ok_or(JournalError::NotFound)?;
    if journal.state != JournalState::Asked {
        return Err(JournalError::MovedOn);
    }
    if journal.asked_by == person.id {
        return Err(JournalError::OwnWork);
    }
    let subject = format!("journal {}", journal.id);
    if !agrees {
        store::journal::decide(tx, &journal, JournalState::Rejected, person.id, None, now).await?;
        audit::write(tx, Some(person.id), "journal_rejected", &subject, "", now).await?;
        return Ok(None);
    }
    let lines = store::journal::lines(tx, journal.id).await?;
    check_overdraft(tx, &locked, &lines).await?;
    let actors = format!("{} {}", journal.asked_by, person.id);
    let posted = if let Some(entry) = journal.reverses {
        ledger::reverse(tx, entry, journal.effective_on, &journal.reason, Some(&actors), now).await?
    } else {
        let entry = entry(&journal.reference, journal.effective_on, &journal.reason, journal.asked_by, &lines);
        ledger::post(tx, &NewEntry { actor: Some(actors), ..entry }, now).await?
    };
    store::journal::decide(tx, &journal, JournalState::Posted, person.id, Some(posted.entry()), now).await?;
    audit::write(tx, Some(person.id), "journal_posted", &subject, &format!("entry {}", posted.entry()), now).await?;
    Ok(Some(posted.entry()))
}

fn entry(reference: &str, on: Day, reason: &str, asked_by: PersonId, lines: &[JournalLine]) -> NewEntry {
    NewEntry {
        source: Source::Journal,
        source_id: reference.to_owned(),
        kind: "journal",
        effective_on: on,
        memo: Some(reason.to_owned()),
        actor: Some(asked_by.to_string()),
        reverses: None,
        postings: lines.iter().map(JournalLine::posting).collect(),
    }
}

/// Each account is there, is not Stripe's, and has its fund or none as it must.
async fn check_accounts(tx: &mut Tx, lines: &[JournalLine]) -> Result<(), JournalError> {
    let accounts = ledger::accounts(tx).await?;
    for line in lines {
        let account: &Account = accounts.iter().find(|account| account.path == line.path).ok_or(JournalError::NotFound)?;
        if [chart::STRIPE, chart::STRIPE_HELD, chart::IN_TRANSIT].contains(&&*line.path) {
            return Err(JournalError::StripesOwn(line.path.clone()));
        }
        if account.is_funded() != line.fund_id.is_some() {
            return Err(JournalError::Fund(line.path.clone()));
        }
    }
    Ok(())
}

/// No decision takes a restricted fund, or an account that holds money, below nothing (invariant 5).
async fn check_overdraft(tx: &mut Tx, funds: &[Fund], lines: &[JournalLine]) -> Result<(), JournalError> {
    let balances = ledger::balances(tx, None).await?;
    let cash: Vec<Account> = ledger::accounts(tx).await?.into_iter().filter(|account| account.cash).collect();
    for line in lines {
        let same = |other: &Money| other.currency == line.currency;
        if let Some(fund) = funds.iter().find(|fund| Some(fund.id) == line.fund_id && fund.restriction.is_some()) {
            let stands = balances.iter().filter(|balance| balance.fund == line.fund_id && same(&balance.amount)).map(|b| b.amount.minor);
            let adds = lines.iter().filter(|other| other.fund_id == line.fund_id && other.currency == line.currency);
            let (stands, adds): (i64, i64) = (stands.sum(), adds.map(|other| other.amount_minor).sum());
            if adds > 0 && stands.saturating_add(adds) > 0 {
                return Err(JournalError::Overdrawn(fund.name.clone()));
            }
        }
        if cash.iter().any(|account| account.path == line.path) {
            let stands = balances.iter().filter(|balance| balance.path == line.path && same(&balance.amount)).map(|b| b.amount.minor);
            let adds = lines.iter().filter(|other| other.path == line.path && other.currency == line.currency);
            let (stands, adds): (i64, i64) = (stands.sum(), adds.map(|other| other.amount_minor).sum());
            if adds < 0 && stands.saturating_add(adds) < 0 {
                return Err(JournalError::Overdrawn(line.path.clone()));
            }
        }
    }
    Ok(())
}

/// The entry of that reference that somebody asked for, with its lines.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<(Journal, Vec<JournalLine>)>> {
    let Some(journal) = store::journal::find(tx, reference).await? else { return Ok(None) };
    let lines = store::journal::lines(tx, journal.id).await?;
    Ok(Some((journal, lines)))
}

/// The newest of them, at most `limit`.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Journal>> {
    store::journal::list(tx, limit).await
}

/// How many wait for a second person, and since when the oldest does.
///
/// # Errors
/// When the database is gone.
pub async fn open(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    store::journal::open(tx).await
}
