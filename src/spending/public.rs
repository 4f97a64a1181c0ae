//! What publications ask about expenses: the words that others agreed to show, and why one was put right. Not here: when they are shown.

use super::Show;
use super::expense::{State, Unit};
use super::store;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{EntryId, ExpenseId, ProposalId};
use crate::ledger::Mistake;

crate::record! {
    /// What may be shown of an expense, now or later.
    pub struct PublicFacts {
        /// The expense.
        pub id: ExpenseId,
        /// What others agreed to; another than the entry bears where it was changed since.
        pub proposal_id: Option<ProposalId>,
        /// What the public reads; may be empty.
        pub public_text: String,
        /// Where it was bought; shown only where `show_shop` says so.
        pub vendor: String,
        /// When; likewise.
        pub bought_on: Day,
        /// When the words are shown.
        pub show_when: Show,
        /// Whether shop and day are shown then, too.
        pub show_shop: bool,
        /// How many of `unit`.
        pub unit_count: Option<i64>,
        /// What was counted.
        pub unit: Option<Unit>,
        /// How many receipts are kept.
        pub receipts: i64,
        /// Where it stands.
        pub state: State,
        /// When it was entered.
        pub created_at: Instant,
        /// The cost of the expense that it stands in the place of.
        pub corrected_entry: Option<EntryId>,
    }
}

crate::record! {
    /// Why an expense was put right.
    pub struct Mended {
        /// The expense that was wrong.
        pub id: ExpenseId,
        /// What was wrong.
        pub wrong: Option<Mistake>,
        /// The same in a sentence.
        pub reason: Option<String>,
    }
}

/// What may be shown of these expenses, in no order.
///
/// # Errors
/// When the database is gone.
pub async fn public_facts(tx: &mut Tx, ids: &[ExpenseId]) -> sqlx::Result<Vec<PublicFacts>> {
    store::public::facts(tx, ids).await
}

/// Which of these expenses others agreed to put right, and why.
///
/// # Errors
/// When the database is gone.
pub async fn mended(tx: &mut Tx, ids: &[ExpenseId]) -> sqlx::Result<Vec<Mended>> {
    store::public::mended(tx, ids).await
}
