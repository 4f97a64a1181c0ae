//! The bank: its statements, read in any format, and the tie of each of their lines to a posting of ours. Not here: what a line does to the
//! books (`booking`), where a payout is on its way (`payments`).

mod accounts;
mod amount;
mod camt;
mod csv_file;
mod file;
mod import;
mod mapping;
mod matching;
mod ofx;
mod proposal;
mod records;
mod rows;
mod statement;
mod store;
mod text;

use crate::db::Tx;
use crate::ids::{BankAccountId, BankLineId, StatementId};

pub use accounts::{AccountRefusal, NewAccount, add, checked, end, open_account, rename, take_up};
pub use amount::{DayForm, Mark};
pub use file::{NotRead, ReadFile, columns, read};
pub use import::{ImportRefusal, Preview, Upload, find_upload, forget_upload, forget_uploads, import, keep_upload, preview, set_columns};
pub use mapping::{Amounts, DELIMITERS, Mapping};
pub use matching::{
    Choice, LIST, MatchRefusal, ignore, lines_behind, match_of_entry, match_of_line, newest, open_lines, open_lines_of, open_postings,
    postings_behind, postings_near, postings_of_amount, postings_of_entry, propose, sides, tie, tie_of, undo, waiting_lines,
};
pub use proposal::{DAYS_AFTER, DAYS_BEFORE, Hint, Proposal, Why, hint, propose_among};
pub use rows::{BankAccount, BankLine, BankPosting, BankTie, MatchKind, MatchRow, StatementRow, Waiting, posting_key};
pub use statement::{Format, LARGEST_FILE, Line, MOST_LINES, Statement, What, Wrong};

/// The accounts at banks, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn accounts(tx: &mut Tx) -> sqlx::Result<Vec<BankAccount>> {
    store::accounts::all(tx).await
}

/// One account.
///
/// # Errors
/// When the database is gone.
pub async fn account(tx: &mut Tx, id: BankAccountId) -> sqlx::Result<Option<BankAccount>> {
    store::accounts::find(tx, id).await
}

/// One line, whatever it is tied to.
///
/// # Errors
/// When the database is gone.
pub async fn line(tx: &mut Tx, id: BankLineId) -> sqlx::Result<Option<BankLine>> {
    store::line(tx, id).await
}

/// The newest statements of an account, those first that reach furthest, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn statements(tx: &mut Tx, id: BankAccountId, before: Option<StatementId>, limit: i64) -> sqlx::Result<Vec<StatementRow>> {
    store::statements(tx, id, before.unwrap_or(StatementId(i64::MAX)), limit).await
}

/// Recomputes what the bank's side promises; Some names the first thing wrong.
///
/// # Errors
/// When the database is gone.
pub async fn verify(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    store::questions::first_wrong(tx).await
}
