//! SQL of budgets and of what was spent on each use.

use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{FundId, PersonId};
use crate::money::Money;
use crate::run;
use crate::spending::Unit;
use crate::spending::budgets::SetBudget;

pub(in crate::spending) async fn insert(
    tx: &mut Tx,
    (fund, category, amount): (FundId, &str, Money),
    reason: &str,
    person: PersonId,
    now: Instant,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO budget (fund_id, category, amount_minor, reason, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6)";
    run!(tx, execute, sqlx::query(SQL).bind(fund).bind(category).bind(amount.minor).bind(reason).bind(person).bind(now)).map(drop)
}

/// The budget that counts, by use.
pub(in crate::spending) async fn newest(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(String, i64)>> {
    const SQL: &str = "SELECT b.category, b.amount_minor FROM budget b
        WHERE b.fund_id = $1 AND b.id = (SELECT MAX(o.id) FROM budget o WHERE o.fund_id = b.fund_id AND o.category = b.category) ORDER BY b.category";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

/// What is approved and not paid, or waits for approval, by use.
pub(in crate::spending) async fn standing(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(String, String, i64)>> {
    const SQL: &str =
        "SELECT p.category, e.state, CAST(SUM(p.amount_minor) AS BIGINT) FROM expense e CROSS JOIN expense_part p
        WHERE e.state IN ('sent', 'approved') AND p.expense_id = e.id AND p.fund_id = $1 GROUP BY p.category, e.state ORDER BY p.category, e.state";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

/// What was bought from a day on and is in the books, in minor units, and on how many days.
pub(in crate::spending) async fn bought_since(tx: &mut Tx, fund: FundId, from: Day) -> sqlx::Result<(i64, i64)> {
    const SQL: &str = "SELECT COALESCE(CAST(SUM(p.amount_minor) AS BIGINT), 0), COUNT(DISTINCT e.bought_on)
        FROM expense e CROSS JOIN expense_part p
        WHERE e.bought_on >= $2 AND p.expense_id = e.id AND p.fund_id = $1 AND e.state IN ('approved', 'paid', 'matched')";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(fund).bind(from))
}

/// How many of each unit were bought from a day on, in the order of their words.
pub(in crate::spending) async fn units_since(tx: &mut Tx, fund: FundId, from: Day) -> sqlx::Result<Vec<(Unit, i64)>> {
    const SQL: &str = "SELECT unit, CAST(SUM(unit_count) AS BIGINT) FROM expense
        WHERE fund_id = $1 AND bought_on >= $2 AND unit IS NOT NULL AND state IN ('approved', 'paid', 'matched') GROUP BY unit ORDER BY unit";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(from))
}

pub(in crate::spending) async fn all_set(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<SetBudget>> {
    const SQL: &str = "SELECT category, amount_minor, reason, set_at FROM budget WHERE fund_id = $1 ORDER BY id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}

pub(in crate::spending) async fn approved_by_use(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<(String, i64, i64)>> {
    const SQL: &str = "SELECT p.category, COUNT(*), CAST(SUM(p.amount_minor) AS BIGINT) FROM expense e CROSS JOIN expense_part p
        WHERE e.state = 'approved' AND p.expense_id = e.id AND p.fund_id = $1 GROUP BY p.category ORDER BY p.category";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}
