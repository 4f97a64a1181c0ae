//! The statements that publications ask of expenses.

use super::super::public::{Mended, PublicFacts};
use crate::db::Tx;
use crate::ids::ExpenseId;
use crate::run_in;

pub(in crate::spending) async fn facts(tx: &mut Tx, ids: &[ExpenseId]) -> sqlx::Result<Vec<PublicFacts>> {
    const HEAD: &str = "SELECT e.id, e.proposal_id, e.public_text, e.vendor, e.bought_on, e.show_when, (e.show_shop = 1) AS show_shop,
            e.unit_count, e.unit, (SELECT COUNT(*) FROM expense_document d WHERE d.expense_id = e.id) AS receipts, e.state, e.created_at,
            (SELECT o.entry_id FROM expense o WHERE o.id = e.corrects) AS corrected_entry
       FROM expense e WHERE e.id IN";
    run_in!(tx, query_as, HEAD, ids)
}

pub(in crate::spending) async fn mended(tx: &mut Tx, ids: &[ExpenseId]) -> sqlx::Result<Vec<Mended>> {
    const HEAD: &str =
        "SELECT corrects AS id, wrong, reason FROM expense WHERE state IN ('approved', 'paid', 'matched', 'corrected') AND corrects IN";
    run_in!(tx, query_as, HEAD, ids)
}
