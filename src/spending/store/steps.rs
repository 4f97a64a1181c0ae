//! The statements over expenses that went on.

use super::super::steps::Stands;
use crate::db::Tx;
use crate::ids::{ExpenseId, FundId};
use crate::ledger::chart;
use crate::run;

/// Notes that an expense went on, for each fund that pays for it; of payments to people nothing is told.
pub(in crate::spending) async fn note(tx: &mut Tx, id: ExpenseId) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO step_news (fund_id, expense_id)
        SELECT DISTINCT p.fund_id, p.expense_id FROM expense_part p WHERE p.expense_id = $1 AND $2 || p.category <> $3
        ON CONFLICT DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(chart::PROGRAM).bind(chart::PEOPLE)).map(drop)
}

pub(in crate::spending) async fn waiting(tx: &mut Tx, fund: FundId, limit: i64) -> sqlx::Result<Vec<Stands>> {
    const SQL: &str = "SELECT n.expense_id, e.entry_id, e.state FROM step_news n JOIN expense e ON e.id = n.expense_id
        WHERE n.fund_id = $1 AND e.entry_id IS NOT NULL AND e.state IN ('approved', 'paid', 'matched') ORDER BY n.expense_id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(limit))
}

pub(in crate::spending) async fn told(tx: &mut Tx, fund: FundId, id: ExpenseId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM step_news WHERE fund_id = $1 AND expense_id = $2").bind(fund).bind(id)).map(drop)
}
