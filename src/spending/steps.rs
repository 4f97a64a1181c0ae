//! Expenses that went on, for publications to tell: approved, paid, seen at the bank, come back. Not here: making them go on (`deciding`,
//! `returning`).

use super::State;
use super::store;
use crate::db::Tx;
use crate::ids::{EntryId, ExpenseId, FundId};

crate::record! {
    /// Where an expense stands that went on.
    pub struct Stands {
        /// The expense.
        pub expense_id: ExpenseId,
        /// The entry of its cost.
        pub entry_id: EntryId,
        /// Where it stands.
        pub state: State,
    }
}

/// At most `limit` expenses that went on and no publication of the fund told of. Payments to people stand in sums and are none of these.
///
/// # Errors
/// When the database is gone.
pub async fn waiting(tx: &mut Tx, fund: FundId, limit: i64) -> sqlx::Result<Vec<Stands>> {
    store::steps::waiting(tx, fund, limit).await
}

/// A publication told where an expense stands.
///
/// # Errors
/// When the database is gone.
pub async fn told(tx: &mut Tx, fund: FundId, id: ExpenseId) -> sqlx::Result<()> {
    store::steps::told(tx, fund, id).await
}
