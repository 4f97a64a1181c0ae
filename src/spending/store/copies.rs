//! The statements over what became of copies for the public.

use super::super::copies::{TakenBack, ToShow, Why};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DocumentId, ExpenseId, FundId};
use crate::run;

pub(in crate::spending) async fn note(
    tx: &mut Tx,
    fund: FundId,
    (copy, receipt): (DocumentId, i64),
    expense: ExpenseId,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO copy_news (fund_id, document_id, expense_id, receipt) VALUES ($1, $2, $3, $4)
        ON CONFLICT (fund_id, document_id) DO UPDATE SET expense_id = excluded.expense_id, receipt = excluded.receipt";
    run!(tx, execute, sqlx::query(SQL).bind(fund).bind(copy).bind(expense).bind(receipt)).map(drop)
}

/// Every fund may have shown it: each looks with its next publication.
pub(in crate::spending) async fn take_back(tx: &mut Tx, copy: DocumentId, expense: ExpenseId, why: Why) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO copy_news (fund_id, document_id, expense_id, receipt, why) SELECT f.id, $1, $2, 1, $3 FROM fund f WHERE f.id > 0
        ON CONFLICT (fund_id, document_id) DO UPDATE SET why = excluded.why";
    run!(tx, execute, sqlx::query(SQL).bind(copy).bind(expense).bind(why)).map(drop)
}

pub(in crate::spending) async fn to_show(
    tx: &mut Tx,
    fund: FundId,
    (is_over, before): (bool, Instant),
    limit: i64,
) -> sqlx::Result<Vec<ToShow>> {
    const SQL: &str = "SELECT n.document_id, n.receipt, e.entry_id FROM copy_news n JOIN expense e ON e.id = n.expense_id
        WHERE n.fund_id = $1 AND n.why IS NULL AND e.entry_id IS NOT NULL AND e.state IN ('approved', 'paid', 'matched')
          AND ($2 = 1 OR e.show_when <> 'after_strike' AND e.created_at <= $3)
        ORDER BY n.document_id LIMIT $4";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(i64::from(is_over)).bind(before).bind(limit))
}

pub(in crate::spending) async fn taken_back(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<TakenBack>> {
    const SQL: &str = "SELECT document_id, why FROM copy_news WHERE fund_id = $1 AND why IS NOT NULL ORDER BY document_id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

pub(in crate::spending) async fn told(tx: &mut Tx, fund: FundId, copy: DocumentId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM copy_news WHERE fund_id = $1 AND document_id = $2").bind(fund).bind(copy)).map(drop)
}
