//! What a line of the bank does to the books: nothing by itself, but for a payout that arrives exactly; with a person's click a fee, interest,
//! a payment that came back. Each is one entry, tied to its line in the same transaction. Not here: reading statements (`bank`).

use super::{brought, store};

use crate::bank::{self, BankAccount, BankLine, BankPosting, BankTie, Choice, MatchKind, MatchRefusal};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ids::{BankLineId, EntryId, MatchId, PersonId};
use crate::ledger::{self, Account, Kind, NewEntry, NewPosting, Source, chart};
use crate::money::Money;
use crate::payments::alert::{self, AlertKind, Said};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role};

pub use super::bank_error::BankError;
pub use super::under_way::{UnderWay, under_way};

/// What the bank keeps for its work.
const BANK_FEES: &str = "expenses:admin:bank-fees";
/// What the bank pays for holding money.
const INTEREST: &str = "income:interest";
/// How many days before its named day a payout may arrive.
const EARLY_DAYS: i64 = 2;
/// How many days after it: weekends and holidays.
const LATE_DAYS: i64 = 7;
/// How long before its return a payment may lie.
const RETURN_DAYS: i64 = 92;
/// Who may say what a line is.
const RECORDER: &[Role] = &[Role::Recorder];

/// What a person says a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booked {
    /// What the bank keeps for its work, or gives back of it.
    Fee,
    /// What it pays for holding money.
    Interest,
    /// What the account held before its first statement.
    Opening,
    /// This payout, arrived or taken back.
    Payout(String),
    /// The payment of this entry, come back.
    Returned(EntryId),
}

/// The result of a command that was carried out before.
async fn known(tx: &mut Tx, operation: &Operation) -> Result<Option<MatchId>, BankError> {
    Ok(operation::find_result(tx, operation).await?.and_then(|done| done.parse().ok()).map(MatchId))
}

/// Ties lines to postings that stand there, by a person's hand; an expense among them is matched from now on.
///
/// # Errors
/// [`BankError`], with nothing changed.
pub async fn tie(tx: &mut Tx, actor: Actor, choice: &Choice, operation: &Operation, now: Instant) -> Result<MatchId, BankError> {
    people::require(tx, actor, RECORDER).await?;
    if let Some(done) = known(tx, operation).await? {
        return Ok(done);
    }
    let id = bank::tie(tx, choice, (MatchKind::Tied, None), Some(actor.person), now).await?;
    brought::mark(tx, choice.postings.iter().map(|(entry, _)| *entry), true, now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Leaves a line out, with a reason.
///
/// # Errors
/// [`BankError`], with nothing changed.
pub async fn ignore(
    tx: &mut Tx,
    actor: Actor,
    line: BankLineId,
    reason: &str,
    operation: &Operation,
    now: Instant,
) -> Result<MatchId, BankError> {
    people::require(tx, actor, RECORDER).await?;
    if let Some(done) = known(tx, operation).await? {
        return Ok(done);
    }
    let id = bank::ignore(tx, actor, line, reason, now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Books a line as what a person says it is. A decision on money: they proved who they are just now.
///
/// # Errors
/// [`BankError`], with nothing changed.
pub async fn book_line(
    tx: &mut Tx,
    actor: Actor,
    line: BankLineId,
    booked: &Booked,
    operation: &Operation,
    now: Instant,
) -> Result<MatchId, BankError> {
    people::require_fresh(tx, actor, RECORDER, now).await?;
    if let Some(done) = known(tx, operation).await? {
        return Ok(done);
    }
    let line = bank::line(tx, line).await?.ok_or(MatchRefusal::NotThere)?;
    let account = bank::account(tx, line.bank_account_id).await?.ok_or(MatchRefusal::NotThere)?;
    if bank::match_of_line(tx, line.id).await?.is_some() {
        return Err(MatchRefusal::Taken.into());
    }
    let id = post_and_tie(tx, &account, &line, booked, Some(actor.person), now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Undoes a match, takes back from an expense that the bank showed it, and reverses what it had posted itself, on today's day: line and posting
/// are as they were. A payment that had come back by it stands again, unless it was paid again since.
///
/// # Errors
/// [`BankError`], with nothing changed.
pub async fn undo(tx: &mut Tx, actor: Actor, id: MatchId, operation: &Operation, now: Instant) -> Result<(), BankError> {
    people::require(tx, actor, RECORDER).await?;
    if known(tx, operation).await?.is_some() {
        return Ok(());
    }
    let undone = bank::undo(tx, actor, id, now).await?;
    let (_, postings) = bank::sides(tx, &undone).await?;
    brought::mark(tx, postings.iter().map(|posting| posting.entry_id), false, now).await?;
    if let Some(entry) = undone.entry_id {
        let today = now.day_in(&general(tx).await?.time_zone);
        let by = format!("person {}", actor.person);
        let again = ledger::reverse(tx, entry, today, "a bank match was undone", Some(&by), now).await?.entry();
        brought::stands_again(tx, actor.person, (entry, again), now).await?;
    }
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(())
}

async fn general(tx: &mut Tx) -> Result<Fund, BankError> {
    funds::general(tx).await?.ok_or(BankError::NoFund)
}

async fn post_and_tie(
    tx: &mut Tx,
    account: &BankAccount,
    line: &BankLine,
    booked: &Booked,
    by: Option<PersonId>,
    now: Instant,
) -> Result<MatchId, BankError> {
    let posted = if let Booked::Returned(entry) = booked {
        let paid = bank::postings_of_entry(tx, account.id, *entry).await?;
        let fits = matches!(paid.as_slice(), [one] if one.amount_minor.checked_neg() == Some(line.amount_minor));
        if !fits {
            return Err(BankError::Unfit);
        }
        let actor = by.map(|person| format!("person {person}"));
        let posted = ledger::reverse(tx, *entry, line.booked_on, "a payment came back", actor.as_deref(), now).await?;
        brought::came_back(tx, by, (*entry, posted.entry()), line.booked_on, now).await?;
        posted
    } else {
        let entry = entry_of(tx, account, line, booked, by).await?;
        ledger::post(tx, &entry, now).await?
    };
    let entry = posted.entry();
    let postings = bank::postings_of_entry(tx, account.id, entry).await?.iter().map(|posting| (posting.entry_id, posting.n)).collect();
    let kind = if matches!(booked, Booked::Payout(_)) { MatchKind::Payout } else { MatchKind::Booked };
    Ok(bank::tie(tx, &Choice { lines: vec![line.id], postings }, (kind, Some(entry)), by, now).await?)
}

/// The entry that a line makes.
async fn entry_of(
    tx: &mut Tx,
    account: &BankAccount,
    line: &BankLine,
    booked: &Booked,
    by: Option<PersonId>,
) -> Result<NewEntry, BankError> {
    let amount = Money::new(line.amount_minor, account.currency);
    let other = Money::new(-line.amount_minor, account.currency);
    let general = general(tx).await?;
    let (source, name, kind, counter) = match booked {
        Booked::Fee => (Source::Bank, format!("line {}", line.id), "fee", NewPosting::of_fund(BANK_FEES, general.id, other)),
        Booked::Interest => {
            ledger::open_account(tx, &Account::new("4080", INTEREST, Kind::Income, false)).await?;
            (Source::Bank, format!("line {}", line.id), "interest", NewPosting::of_fund(INTEREST, general.id, other))
        }
        Booked::Opening if line.is_opening() => {
            (Source::Opening, format!("bank line {}", line.id), "opening", NewPosting::of_fund(chart::OPENING, general.id, other))
        }
        Booked::Payout(payout) => {
            let known = under_way(tx).await?.into_iter().find(|known| known.payout == *payout && known.amount == amount);
            let payout = known.ok_or(BankError::Unfit)?.payout;
            (Source::Bank, payout, "payout", NewPosting::pooled(chart::IN_TRANSIT, other))
        }
        Booked::Opening | Booked::Returned(_) => return Err(BankError::Unfit),
    };
    Ok(NewEntry {
        source,
        // What was booked, undone and is booked again is another entry than the one that was reversed.
        source_id: match store::entries_named(tx, source, &name).await? {
            0 => name,
            before => format!("{name}#{}", before + 1),
        },
        kind,
        effective_on: line.booked_on,
        memo: None,
        actor: by.map(|person| format!("person {person}")),
        reverses: None,
        postings: vec![NewPosting::pooled(account.path.clone(), amount), counter],
    })
}

/// Payments that the line may be the return of: the same amount the other way, within a quarter year before it, not reversed yet.
///
/// # Errors
/// When the database is gone.
pub async fn may_have_returned(tx: &mut Tx, account: &BankAccount, line: &BankLine) -> sqlx::Result<Vec<BankPosting>> {
    let from = line.booked_on.plus_days(-RETURN_DAYS);
    bank::postings_of_amount(tx, account.id, -line.amount_minor, from, line.booked_on).await
}

/// Ties payouts to lines where nothing is left to choose: the exact amount, the day within the window, one payout and one line, and no
/// posting that stands there already. Gives how many. The only thing that is ever booked without a person.
///
/// # Errors
/// [`BankError`], with nothing changed.
pub async fn settle_payouts(tx: &mut Tx, now: Instant) -> Result<usize, BankError> {
    let accounts = bank::accounts(tx).await?;
    let mut pairs: Vec<(String, BankAccount, BankLine)> = Vec::new();
    let mut unsure: Vec<BankLineId> = Vec::new();
    for payout in under_way(tx).await? {
        let (from, to) = (payout.arrives_on.plus_days(-EARLY_DAYS), payout.arrives_on.plus_days(LATE_DAYS));
        let mut fitting = Vec::new();
        for account in accounts.iter().filter(|account| account.currency == payout.amount.currency) {
            let lines = bank::open_lines_of(tx, account.id, payout.amount.minor, (from, to)).await?;
            let exact = lines.into_iter().filter(|line| !line.is_opening());
            fitting.extend(exact.map(|line| (payout.payout.clone(), account.clone(), line)));
        }
        match <[_; 1]>::try_from(fitting) {
            Ok([pair]) => pairs.push(pair),
            Err(several) => unsure.extend(several.iter().map(|(_, _, line)| line.id)),
        }
    }
    let mut settled = 0;
    for (payout, account, line) in &pairs {
        let claims = pairs.iter().filter(|(_, _, other)| other.id == line.id).count();
        if claims > 1 || unsure.contains(&line.id) || !bank::propose(tx, line).await?.is_empty() {
            continue;
        }
        post_and_tie(tx, account, line, &Booked::Payout(payout.clone()), None, now).await?;
        settled += 1;
    }
    Ok(settled)
}

/// Every bank account held against its last statement. What differs raises an alert, which goes when it agrees again.
///
/// # Errors
/// When the database is gone.
pub async fn check_ties(tx: &mut Tx, now: Instant) -> sqlx::Result<Vec<BankTie>> {
    let mut ties = Vec::new();
    for account in bank::accounts(tx).await? {
        let tie = bank::tie_of(tx, account).await?;
        if tie.holds() {
            alert::clear(tx, AlertKind::BankDiffers, &tie.account.path, now).await?;
        } else {
            let people = |minor| Money::new(minor, tie.account.currency).for_people();
            let said = Said::new("bank-differs").with("ledger", people(tie.ledger_minor)).with("expected", people(tie.expected_minor()));
            alert::raise(tx, AlertKind::BankDiffers, &tie.account.path, &said, now).await?;
        }
        bank::checked(tx, tie.account.id, now).await?;
        ties.push(tie);
    }
    Ok(ties)
}
