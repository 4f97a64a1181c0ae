//! Tying lines to postings: by hand, at most once each, and undone whole. Not here: posting anything (`booking` does, in the same
//! transaction).

use super::proposal::{DAYS_AFTER, DAYS_BEFORE, Proposal, proposals};
use super::rows::{BankAccount, BankLine, BankPosting, BankTie, MatchKind, MatchRow, Waiting};
use super::store::{self, matches};
use crate::clock::{Day, Instant};
use crate::db::{Retryable, Tx};
use crate::ids::{BankAccountId, BankLineId, EntryId, MatchId, PersonId};
use crate::people::operation::OperationError;
use crate::people::{Actor, NotAllowed, audit};
use crate::{ledger, money};

/// The most lines and postings that one list shows.
pub const LIST: i64 = 200;
/// The most lines or postings of one match.
const MOST: usize = 50;
/// The longest reason, in letters.
const LONGEST_REASON: usize = 200;

/// Why lines are not tied. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MatchRefusal {
    /// A line, posting or match that is not there, or of another account.
    #[error("there is no such line, posting or match")]
    NotThere,
    /// Somebody tied it meanwhile.
    #[error("it is matched already")]
    Taken,
    /// Nothing was chosen, too much, or several to several.
    #[error("choose one line and its postings, or one posting and its lines")]
    Choice,
    /// The sums are not the same.
    #[error("the lines come to {lines_minor}, the postings to {postings_minor}")]
    Sums {
        /// Σ of the lines.
        lines_minor: i64,
        /// Σ of the postings.
        postings_minor: i64,
    },
    /// Lines are ignored for a reason.
    #[error("a reason has 1 to 200 letters")]
    Reason,
    /// The match was undone before.
    #[error("the match is undone already")]
    Undone,
    /// The person may not.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The form was sent before with other content.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for MatchRefusal {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            _ => false,
        }
    }
}

/// What is tied to what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The lines.
    pub lines: Vec<BankLineId>,
    /// The postings, by entry and number.
    pub postings: Vec<(EntryId, i64)>,
}

/// Ties one line to its postings, or several lines to one posting; the sums must be the same. Locks the account first.
///
/// # Errors
/// [`MatchRefusal`], with nothing changed.
pub async fn tie(
    tx: &mut Tx,
    choice: &Choice,
    (kind, posted): (MatchKind, Option<EntryId>),
    by: Option<PersonId>,
    now: Instant,
) -> Result<MatchId, MatchRefusal> {
    let (lines, postings) = (&choice.lines, &choice.postings);
    if lines.is_empty() || postings.is_empty() || lines.len() > 1 && postings.len() > 1 || lines.len() + postings.len() > MOST {
        return Err(MatchRefusal::Choice);
    }
    let (account, lines_minor) = lock_lines(tx, lines).await?;
    let mut amounts = Vec::with_capacity(postings.len());
    for (entry, n) in postings {
        let posting = matches::posting(tx, account, *entry, *n).await?.ok_or(MatchRefusal::NotThere)?;
        if matches::of_posting(tx, *entry, *n).await?.is_some() {
            return Err(MatchRefusal::Taken);
        }
        amounts.push(posting.amount_minor);
    }
    let postings_minor = money::sum(amounts).ok_or(MatchRefusal::Choice)?;
    if lines_minor != postings_minor {
        return Err(MatchRefusal::Sums { lines_minor, postings_minor });
    }
    let id = matches::insert_match(tx, account, kind, (None, posted), by, now).await?;
    for line in lines {
        matches::insert_match_line(tx, id, *line).await?;
    }
    for (entry, n) in postings {
        matches::insert_match_posting(tx, id, *entry, *n).await?;
    }
    let detail = format!("{} lines, {} postings, {kind}", lines.len(), postings.len());
    audit::write(tx, by, "bank line matched", &format!("match {id}"), &detail, now).await?;
    Ok(id)
}

/// Leaves a line out, with a reason that is kept beside it.
///
/// # Errors
/// [`MatchRefusal`], with nothing changed.
pub async fn ignore(tx: &mut Tx, actor: Actor, line: BankLineId, reason: &str, now: Instant) -> Result<MatchId, MatchRefusal> {
    let reason = super::statement::tidy(&[reason]);
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(MatchRefusal::Reason);
    }
    let (account, _) = lock_lines(tx, &[line]).await?;
    let id = matches::insert_match(tx, account, MatchKind::Ignored, (Some(&reason), None), Some(actor.person), now).await?;
    matches::insert_match_line(tx, id, line).await?;
    audit::write(tx, Some(actor.person), "bank line ignored", &format!("match {id}"), "", now).await?;
    Ok(id)
}

/// Undoes a match: its lines and its postings wait again. Gives it as it stood; what it posted itself is the caller's to reverse.
///
/// # Errors
/// [`MatchRefusal`], with nothing changed.
pub async fn undo(tx: &mut Tx, actor: Actor, id: MatchId, now: Instant) -> Result<MatchRow, MatchRefusal> {
    let found = matches::find(tx, id).await?.ok_or(MatchRefusal::NotThere)?;
    store::accounts::raise_decisions(tx, found.bank_account_id).await?;
    if !matches::undo(tx, id, actor.person, now).await? {
        return Err(MatchRefusal::Undone);
    }
    audit::write(tx, Some(actor.person), "bank match undone", &format!("match {id}"), "", now).await?;
    Ok(found)
}

/// Locks the account that all these lines are of, and gives it with their sum; refused where one of them is tied already.
async fn lock_lines(tx: &mut Tx, lines: &[BankLineId]) -> Result<(BankAccountId, i64), MatchRefusal> {
    let first = lines.first().ok_or(MatchRefusal::Choice)?;
    let account = store::line(tx, *first).await?.ok_or(MatchRefusal::NotThere)?.bank_account_id;
    store::accounts::raise_decisions(tx, account).await?;
    let mut amounts = Vec::with_capacity(lines.len());
    for id in lines {
        let line = store::line(tx, *id).await?.filter(|line| line.bank_account_id == account).ok_or(MatchRefusal::NotThere)?;
        if matches::of_line(tx, *id).await?.is_some() {
            return Err(MatchRefusal::Taken);
        }
        amounts.push(line.amount_minor);
    }
    Ok((account, money::sum(amounts).ok_or(MatchRefusal::Choice)?))
}

/// Postings that may be the line, best first.
///
/// # Errors
/// When the database is gone.
pub async fn propose(tx: &mut Tx, line: &BankLine) -> sqlx::Result<Vec<Proposal>> {
    let (from, to) = (line.booked_on.plus_days(-DAYS_BEFORE), line.booked_on.plus_days(DAYS_AFTER));
    let postings = matches::open_postings(tx, line.bank_account_id, from, to, LIST).await?;
    Ok(proposals(line, postings))
}

/// The account held against its bank.
///
/// # Errors
/// When the database is gone.
pub async fn tie_of(tx: &mut Tx, account: BankAccount) -> sqlx::Result<BankTie> {
    let ledger_minor = ledger::balance_of(tx, &account.path).await?.get(&account.currency).copied().unwrap_or(0);
    Ok(BankTie {
        ledger_minor,
        last: store::last_statement(tx, account.id).await?,
        lines: matches::lines_waiting(tx, account.id).await?,
        ignored: matches::lines_ignored(tx, account.id).await?,
        postings: matches::postings_waiting(tx, account.id).await?,
        account,
    })
}

/// Lines that wait, oldest first, between two days.
///
/// # Errors
/// When the database is gone.
pub async fn open_lines(tx: &mut Tx, account: BankAccountId, from: Day, to: Day, limit: i64) -> sqlx::Result<Vec<BankLine>> {
    matches::open_lines(tx, account, from, to, limit).await
}

/// Lines that wait, oldest first, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn lines_behind(tx: &mut Tx, account: BankAccountId, after: Option<BankLineId>, limit: i64) -> sqlx::Result<Vec<BankLine>> {
    matches::open_lines_behind(tx, account, after.unwrap_or(BankLineId(0)), limit).await
}

/// Postings that wait, oldest first, from behind one of them on, by entry and number.
///
/// # Errors
/// When the database is gone.
pub async fn postings_behind(
    tx: &mut Tx,
    account: BankAccountId,
    after: Option<(EntryId, i64)>,
    limit: i64,
) -> sqlx::Result<Vec<BankPosting>> {
    matches::open_postings_behind(tx, account, after.unwrap_or((EntryId(0), 0)), limit).await
}

/// Postings near the days of these lines, which are in the order of their days: what [`propose_among`](super::propose_among) finds theirs in.
///
/// # Errors
/// When the database is gone.
pub async fn postings_near(tx: &mut Tx, account: BankAccountId, lines: &[BankLine], limit: i64) -> sqlx::Result<Vec<BankPosting>> {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Ok(Vec::new()) };
    let (from, to) = (first.booked_on.plus_days(-DAYS_BEFORE), last.booked_on.plus_days(DAYS_AFTER));
    matches::open_postings(tx, account, from, to, limit).await
}

/// Lines of exactly this amount that wait, oldest first, between two days.
///
/// # Errors
/// When the database is gone.
pub async fn open_lines_of(tx: &mut Tx, account: BankAccountId, minor: i64, days: (Day, Day)) -> sqlx::Result<Vec<BankLine>> {
    matches::open_lines_of(tx, account, minor, days).await
}

/// What lines of an account no posting is tied to.
///
/// # Errors
/// When the database is gone.
pub async fn waiting_lines(tx: &mut Tx, account: BankAccountId) -> sqlx::Result<Waiting> {
    matches::lines_waiting(tx, account).await
}

/// Postings that wait, oldest first, between two days.
///
/// # Errors
/// When the database is gone.
pub async fn open_postings(tx: &mut Tx, account: BankAccountId, from: Day, to: Day, limit: i64) -> sqlx::Result<Vec<BankPosting>> {
    matches::open_postings(tx, account, from, to, limit).await
}

/// The postings of one entry on an account.
///
/// # Errors
/// When the database is gone.
pub async fn postings_of_entry(tx: &mut Tx, account: BankAccountId, entry: EntryId) -> sqlx::Result<Vec<BankPosting>> {
    matches::postings_of_entry(tx, account, entry).await
}

/// Postings of exactly this amount between two days, tied or not, whose entry is neither reversed nor a reversal; newest first.
///
/// # Errors
/// When the database is gone.
pub async fn postings_of_amount(tx: &mut Tx, account: BankAccountId, minor: i64, from: Day, to: Day) -> sqlx::Result<Vec<BankPosting>> {
    matches::postings_of_amount(tx, account, minor, from, to).await
}

/// The match a line stands in now.
///
/// # Errors
/// When the database is gone.
pub async fn match_of_line(tx: &mut Tx, line: BankLineId) -> sqlx::Result<Option<MatchRow>> {
    matches::of_line(tx, line).await
}

/// The match that a posting of this entry stands in now: whether the bank has shown what an expense, a deposit or a refund moved.
///
/// # Errors
/// When the database is gone.
pub async fn match_of_entry(tx: &mut Tx, entry: EntryId) -> sqlx::Result<Option<MatchRow>> {
    matches::of_entry(tx, entry).await
}

/// What a match ties together, undone or not.
///
/// # Errors
/// When the database is gone.
pub async fn sides(tx: &mut Tx, found: &MatchRow) -> sqlx::Result<(Vec<BankLine>, Vec<BankPosting>)> {
    Ok((matches::lines_of(tx, found.id).await?, matches::postings_of(tx, found.bank_account_id, found.id).await?))
}

/// The newest matches that stand, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn newest(tx: &mut Tx, account: BankAccountId, before: Option<MatchId>, limit: i64) -> sqlx::Result<Vec<MatchRow>> {
    matches::newest(tx, account, before.unwrap_or(MatchId(i64::MAX)), limit).await
}
