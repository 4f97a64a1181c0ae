//! Locking a month: asked for by one person, agreed to by another (`approvals`), once what belongs into it is in the books. Not here: what a lock
//! refuses (`ledger`).

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Condition;
use super::journal_entry::JournalError;
use super::store;
use crate::approvals::{self, NewProposal, Proposal, Subject};
use crate::bank;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::donations::arriving;
use crate::funds::{self, Fund};
use crate::ids::ProposalId;
use crate::ledger::{self, MonthLock, chart};
use crate::payments;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Person, Role, audit};
use crate::spending;

/// A month that is over, and what stands in the way of its lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// Such as `2026-10`.
    pub month: String,
    /// Who asked and who agreed, where it is locked.
    pub lock: Option<MonthLock>,
    /// What others are asked about it, where it waits.
    pub waits: Option<ProposalId>,
    /// What it does not meet yet, in the order of [`Condition::ALL`]; of a locked one nothing.
    pub unmet: Vec<Condition>,
}

/// Every month that is over, since the first entry, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, now: Instant) -> sqlx::Result<Vec<Month>> {
    let common = Common::read(tx).await?;
    let mut months = Vec::new();
    for (first, lock) in over(tx, now).await? {
        months.push(common.month(first, lock));
    }
    months.reverse();
    Ok(months)
}

/// One month that is over; None for any other word.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, word: &str, now: Instant) -> sqlx::Result<Option<Month>> {
    let Some((first, lock)) = over(tx, now).await?.into_iter().find(|(first, _)| first.month() == word) else { return Ok(None) };
    Ok(Some(Common::read(tx).await?.month(first, lock)))
}

/// How many months are over and not locked.
///
/// # Errors
/// When the database is gone.
pub async fn open(tx: &mut Tx, now: Instant) -> sqlx::Result<i64> {
    let open = over(tx, now).await?.iter().filter(|(_, lock)| lock.is_none()).count();
    Ok(i64::try_from(open).unwrap_or(i64::MAX))
}

/// A day of each month that is over since the first entry, oldest first, with its lock.
async fn over(tx: &mut Tx, now: Instant) -> sqlx::Result<Vec<(Day, Option<MonthLock>)>> {
    let (Some(general), Some(first)) = (funds::general(tx).await?, ledger::first_day(tx).await?) else { return Ok(Vec::new()) };
    let this = now.day_in(&general.time_zone).month();
    let locks = ledger::month_locks(tx).await?;
    let mut months = Vec::new();
    let mut day = first;
    while day.month() < this {
        let lock = locks.iter().find(|lock| lock.month == day.month() && lock.agreed_at.is_some()).cloned();
        months.push((day, lock));
        day = day.first_of_next_month();
    }
    Ok(months)
}

/// The last day of the month that a day lies in.
fn last_of(in_month: Day) -> Day {
    in_month.first_of_next_month().plus_days(-1)
}

/// What every month is held against, read once, however many there are.
struct Common {
    /// The day of the oldest line of the bank's that is tied to nothing.
    unmatched_since: Option<Day>,
    /// Whether Stripe and every bank agree with the books.
    agrees: bool,
    /// Whether every line of Stripe's is booked.
    booked: bool,
    /// Whether anything was in suspense at the end of each month that moved it.
    suspense: BTreeMap<String, bool>,
    /// The months in which something is dated that nobody has decided on.
    undecided: BTreeSet<String>,
    /// What others are asked about a month, where it waits.
    asked: BTreeMap<String, ProposalId>,
}

impl Common {
    async fn read(tx: &mut Tx) -> sqlx::Result<Self> {
        let (mut unmatched_since, mut agrees) = (None, payments::progress(tx).await?.tie_broken_at.is_none());
        for account in bank::accounts(tx).await? {
            unmatched_since = [unmatched_since, bank::waiting_lines(tx, account.id).await?.oldest_on].into_iter().flatten().min();
            agrees = agrees && bank::tie_of(tx, account).await?.holds();
        }
        let mut undecided = BTreeSet::from_iter(spending::undecided_months(tx).await?);
        undecided.extend(arriving::waiting_months(tx).await?);
        undecided.extend(store::journal::waiting_months(tx).await?);
        let asked = approvals::list_open_about(tx, Subject::Period).await?;
        Ok(Self {
            unmatched_since,
            agrees,
            booked: payments::count_new_lines(tx).await? == 0,
            suspense: ledger::held_after(tx, chart::SUSPENSE).await?,
            undecided,
            asked: asked.into_iter().map(|proposal| (proposal.subject_id, proposal.id)).collect(),
        })
    }

    fn month(&self, in_month: Day, lock: Option<MonthLock>) -> Month {
        let month = in_month.month();
        if lock.is_some() {
            return Month { month, lock, waits: None, unmet: Vec::new() };
        }
        let unmet = Condition::ALL.into_iter().filter(|condition| !self.meets(*condition, &month, in_month)).collect();
        Month { waits: self.asked.get(&month).copied(), month, lock, unmet }
    }

    /// Whether the month that this day lies in meets a condition.
    fn meets(&self, condition: Condition, month: &str, in_month: Day) -> bool {
        match condition {
            Condition::Bank => self.unmatched_since.is_none_or(|oldest| oldest > last_of(in_month)),
            Condition::Difference => self.agrees,
            Condition::Lines => self.booked,
            Condition::Suspense => !self.suspense.range(..=month.to_owned()).next_back().is_some_and(|(_, held)| *held),
            Condition::Drafts => !self.undecided.contains(month),
        }
    }
}

/// Asks for a month to be locked. Another must agree.
///
/// # Errors
/// [`JournalError::NotYet`] names the first condition it does not meet; nothing is written then.
pub async fn ask(tx: &mut Tx, word: &str, operation: &Operation, actor: Actor, now: Instant) -> Result<(), JournalError> {
    let person = people::require_fresh(tx, actor, &[Role::Recorder, Role::Approver], now).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let general = general(tx).await?;
    funds::lock(tx, general.id).await?;
    let found = lockable(tx, word, now).await?;
    if found.waits.is_some() {
        return Err(JournalError::MovedOn);
    }
    let conditions: Vec<String> = Condition::ALL.iter().map(|condition| format!("met: {condition}")).collect();
    let proposal = NewProposal {
        subject: Subject::Period,
        subject_id: word.to_owned(),
        fund: general.id,
        amount: None,
        payee: None,
        payload: format!("month: {word}\n{}", conditions.join("\n")),
        hands: Vec::new(),
        at_least: 1,
        more: 0,
    };
    approvals::propose(tx, person.id, &proposal, now).await?;
    audit::write(tx, Some(person.id), "month_lock_asked", &format!("month {word}"), "", now).await?;
    Ok(operation::done(tx, operation, word, now).await?)
}

/// Locks the month that others just agreed to, for ever, where it still meets every condition.
///
/// # Errors
/// [`JournalError`], with nothing written.
pub async fn carry_out(tx: &mut Tx, person: &Person, proposal: &Proposal, now: Instant) -> Result<(), JournalError> {
    let word = &proposal.subject_id;
    lockable(tx, word, now).await?;
    // Where somebody asked before months were agreed to like all else, their name stands already.
    ledger::ask_lock(tx, word, proposal.author_id, now).await?;
    if !ledger::lock_month(tx, word, person.id, now).await? {
        return Err(JournalError::MovedOn);
    }
    Ok(audit::write(tx, Some(person.id), "month_locked", &format!("month {word}"), "", now).await?)
}

async fn general(tx: &mut Tx) -> Result<Fund, JournalError> {
    funds::general(tx).await?.ok_or(JournalError::NotFound)
}

/// The month, where nothing stands in the way of its lock.
async fn lockable(tx: &mut Tx, word: &str, now: Instant) -> Result<Month, JournalError> {
    let found = find(tx, word, now).await?.ok_or(JournalError::NotFound)?;
    if found.lock.is_some() {
        return Err(JournalError::MovedOn);
    }
    match found.unmet.first() {
        Some(condition) => Err(JournalError::NotYet(*condition)),
        None => Ok(found),
    }
}
