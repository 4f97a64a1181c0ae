//! Money out on the promised uses: from a receipt to what is paid and matched. Not here: who agrees (`approvals`), the step from the last
//! signature to the books (`deciding::decide`), the bank's statement.
//!
//! An expense is saved as a draft ([`save`]), sent to approvers ([`send`]), agreed to, which books it ([`carry_out`]), and paid ([`pay`]). Any
//! change of it leads back to the draft and voids what was agreed to. What was paid is put right by [`correct`]: once others agreed, its entries
//! are reversed and fresh ones posted in one transaction (safety rule MO9).

mod advance;
pub mod advances;
pub mod budgets;
mod captain;
pub mod captains;
mod checks;
pub mod copies;
mod deciding;
pub mod draft;
mod expense;
pub mod lint;
pub mod payee;
pub mod payee_mail;
pub mod payees;
mod public;
mod returning;
pub mod steps;
mod store;
mod warnings;
mod writing;

use crate::approvals;
use crate::clock::{Day, Instant};
use crate::db::{Retryable, Tx};
use crate::ids::{EntryId, ExpenseId, FundId, PersonId};
use crate::ledger::PostError;
use crate::money::Money;
use crate::people::NotAllowed;
use crate::people::operation::OperationError;

pub use advance::{Move, Purse, PurseKind, Transfer, TransferState, account_word};
pub use captain::{Captain, NewCaptain, PAY_BY_LETTERS, PayBy};
pub use checks::{Means, can_leave, can_promise, means};
pub use deciding::{Payment, carry_out, mark_matched, pay, turn_down};
pub use draft::Draft;
pub use expense::{Document, Expense, PaidBy, Part, Show, State, Unit, Whole};
pub use public::{Mended, PublicFacts, mended, public_facts};
pub use returning::{Returned, last_returned, payment_came_back, payment_stands_again};
pub use warnings::{Warning, warnings};
pub use writing::{Correction, correct, save, save_and_send, send, take_back};

/// Why something is not done. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Their role does not allow it, or they must confirm who they are first.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The form was sent before with other content, or is damaged.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// There is no such expense, payee or link.
    #[error("there is no such expense")]
    NotFound,
    /// Somebody changed it since it was opened.
    #[error("this changed since it was opened")]
    Changed,
    /// It does not stand where that can be done.
    #[error("the expense is {0}: that cannot be done now")]
    State(State),
    /// Something is missing before it can be sent.
    #[error("missing before it can be sent: {0}")]
    Missing(Missing),
    /// The parts do not add up to the amount.
    #[error("the parts do not add up to the amount")]
    Sum,
    /// The fund is closed.
    #[error("the fund is closed")]
    Closed,
    /// The fund has less than that.
    #[error("the fund {0} has {left} left", left = .1.for_people())]
    FundTooSmall(String, Money),
    /// The account has less than that.
    #[error("{0} holds {left}", left = .1.for_people())]
    AccountTooSmall(String, Money),
    /// The account was ended.
    #[error("{0} was ended")]
    AccountEnded(String),
    /// What restricted funds hold would not be covered any more.
    #[error("{short} of what restricted funds hold would not be covered", short = .0.for_people())]
    Uncovered(Money),
    /// The payee's details are not agreed to, or were ended.
    #[error("nobody else has agreed to how the payee is paid")]
    PayeeNotReady,
    /// The payee's details are new.
    #[error("new details are held until {0:?}")]
    OnHold(Instant),
    /// The payee's details are not those that were agreed to be paid to.
    #[error("how the payee is paid changed since this was agreed to")]
    DetailsChanged,
    /// The payee, or the link, was ended.
    #[error("this was ended")]
    Ended,
    /// Another payee has the same account.
    #[error("another payee has this account: {0}")]
    SameAccount(String),
    /// Another payee's name looks the same and is written with other letters.
    #[error("this name looks like that of another payee: {0}")]
    LooksLike(String),
    /// More than a link allows at once; what it allows.
    #[error("the limit of one claim is {limit}", limit = .0.for_people())]
    OverEach(Money),
    /// More than a link has left; what it has.
    #[error("{left} is left on this link", left = .0.for_people())]
    OverTotal(Money),
    /// What kind of mistake it was is not said.
    #[error("the kind of mistake is not said")]
    Kind,
    /// A reason is missing or too long.
    #[error("a reason is needed")]
    Reason,
    /// There is no such copy that waits.
    #[error("there is no such copy of a receipt that waits")]
    NoCopy,
    /// Whoever sent a copy does not let it out.
    #[error("somebody else must look at this copy and release it")]
    OwnCopy,
    /// The ledger refused.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

crate::words! {
    /// What an expense needs before others are asked.
    pub enum Missing {
        /// A receipt, or a reason for having none.
        Receipt = "receipt",
        /// Who is paid.
        Payee = "payee",
        /// The account it left.
        Account = "account",
    }
}

impl Retryable for Refusal {
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

/// The expense of this number, with everything that belongs to it.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Option<Whole>> {
    let Some(expense) = store::find(tx, id).await? else { return Ok(None) };
    let (parts, documents) = (store::parts(tx, id).await?, store::documents(tx, id).await?);
    Ok(Some(Whole { expense, parts, documents }))
}

/// The expense that people call by this number, such as `3F7KQ2`.
///
/// # Errors
/// When the database is gone.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Expense>> {
    store::find_by_number(tx, &number.trim().to_uppercase()).await
}

/// The expense whose cost or payment this entry is.
///
/// # Errors
/// When the database is gone.
pub async fn find_by_entry(tx: &mut Tx, entry: EntryId) -> sqlx::Result<Option<Expense>> {
    store::find_by_entry(tx, entry).await
}

/// How many expenses have neither a receipt nor a reason for having none, and since when the oldest has neither.
///
/// # Errors
/// When the database is gone.
pub async fn missing_receipts(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    store::missing_receipts(tx).await
}

/// How many are agreed to and wait to be paid, `most` at the most: bills, and what people laid out; and since when the oldest does.
///
/// # Errors
/// When the database is gone.
pub async fn to_pay(tx: &mut Tx, most: i64) -> sqlx::Result<(i64, Option<Instant>)> {
    store::to_pay(tx, most).await
}

/// The months in which something was bought that nobody has decided on yet.
///
/// # Errors
/// When the database is gone.
pub async fn undecided_months(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    store::undecided_months(tx).await
}

/// What is approved and not paid of the expenses listed under a fund, by the fund that owes it, in minor units; now, or at the end of a day.
///
/// # Errors
/// When the database is gone.
pub async fn unpaid_under(tx: &mut Tx, fund: FundId, day: Option<Day>) -> sqlx::Result<Vec<(FundId, i64)>> {
    match day {
        None => store::unpaid(tx, fund).await,
        Some(day) => store::unpaid_on(tx, fund, day).await,
    }
}

/// How many claims of captains nobody has sent on yet, and since when the oldest waits.
///
/// # Errors
/// When the database is gone.
pub async fn open_claims(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    store::open_claims(tx).await
}

/// One line of a list of expenses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The expense.
    pub expense: Expense,
    /// Whether it has a receipt.
    pub has_receipt: bool,
}

/// At most `limit` expenses of a fund in one state, newest first, older than `before`.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, fund: FundId, state: State, before: Option<ExpenseId>, limit: i64) -> sqlx::Result<Vec<Listed>> {
    let before = before.unwrap_or(ExpenseId(i64::MAX));
    let bare = store::without_receipt(tx, fund, state, before, limit).await?;
    let expenses = store::list(tx, fund, state, before, limit).await?;
    Ok(expenses.into_iter().map(|expense| Listed { has_receipt: !bare.contains(&expense.id), expense }).collect())
}

/// How many of a fund's expenses stand where, and their sum in minor units.
///
/// # Errors
/// When the database is gone.
pub async fn counts(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(State, i64, i64)>> {
    store::counts(tx, fund).await
}

/// The expense that stands in this one's place, or is to.
///
/// # Errors
/// When the database is gone.
pub async fn corrected_by(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Option<Expense>> {
    store::corrected_by(tx, id).await
}

/// Locks the funds an expense draws on and the pool, in the one order there is; before anything about it is decided (safety rule MO5).
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn lock(tx: &mut Tx, id: ExpenseId) -> Result<Whole, Refusal> {
    let whole = find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let mut funds = checks::funds_of(&whole.expense, &whole.parts);
    if let Some(old) = whole.expense.corrects {
        let old = find(tx, old).await?.ok_or(Refusal::NotFound)?;
        funds.extend(checks::funds_of(&old.expense, &old.parts));
    }
    crate::funds::lock_with_pool(tx, &funds).await?.ok_or(Refusal::NotFound)?;
    // What it was before the lock may have changed while another held it.
    find(tx, id).await?.ok_or(Refusal::NotFound)
}

/// Recomputes what the expenses promise; Some names the first thing wrong (invariants 26 and 27).
///
/// # Errors
/// When the database is gone.
pub async fn verify(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    for (rule, sql) in store::QUESTIONS {
        if let Some(row) = store::first_wrong(tx, sql).await? {
            return Ok(Some(format!("{rule}: {row}")));
        }
    }
    Ok(None)
}

/// Everybody who ever entered or changed an expense: none of them agrees to it.
///
/// # Errors
/// When the database is gone.
pub async fn hands(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Vec<PersonId>> {
    store::hands(tx, id).await
}

/// The shops that a fund's newest expenses name, each once: what a form suggests.
///
/// # Errors
/// When the database is gone.
pub async fn shops(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<String>> {
    store::shops(tx, fund).await
}

/// The latest proposal about an expense.
///
/// # Errors
/// When the database is gone.
pub async fn proposal(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<Option<approvals::Proposal>> {
    approvals::latest(tx, approvals::Subject::Expense, &id.to_string()).await
}

/// The day after which a shop and an amount seen again are not the same purchase: three days either way.
fn within_three_days(day: Day) -> (Day, Day) {
    (day.plus_days(-3), day.plus_days(3))
}
