//! The statements over locked months.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::PersonId;
use crate::money::Currency;
use crate::run;

use super::super::months::MonthLock;

pub(in crate::ledger) async fn ask(tx: &mut Tx, month: &str, by: PersonId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO month_lock (month, asked_by, asked_at) VALUES ($1, $2, $3) ON CONFLICT (month) DO NOTHING";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(month).bind(by).bind(now))? == 1)
}

pub(in crate::ledger) async fn agree(tx: &mut Tx, month: &str, by: PersonId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE month_lock SET agreed_by = $2, agreed_at = $3 WHERE month = $1 AND agreed_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(month).bind(by).bind(now))? == 1)
}

pub(in crate::ledger) async fn list(tx: &mut Tx) -> sqlx::Result<Vec<MonthLock>> {
    const SQL: &str = "SELECT month, asked_by, asked_at, agreed_by, agreed_at FROM month_lock ORDER BY month DESC";
    run!(tx, fetch_all, sqlx::query_as(SQL))
}

pub(in crate::ledger) async fn locked(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT month FROM month_lock WHERE agreed_at IS NOT NULL"))
}

/// What each month moved an account by in each currency, in the order of the months.
pub(in crate::ledger) async fn moved(tx: &mut Tx, path: &str) -> sqlx::Result<Vec<(String, Currency, i64)>> {
    const SQL: &str = "SELECT month, currency, CAST(SUM(amount_minor) AS BIGINT)
          FROM (SELECT substr(d.day, 1, 7) AS month, d.currency, d.amount_minor
                  FROM account a CROSS JOIN day_sum d WHERE a.path = $1 AND d.account_id = a.id
                UNION ALL
                SELECT substr(e.effective_on, 1, 7), p.currency, p.amount_minor
                  FROM unsummed u CROSS JOIN entry e CROSS JOIN posting p CROSS JOIN account a
                 WHERE e.id = u.entry_id AND p.entry_id = e.id AND a.id = p.account_id AND a.path = $1) moved
         GROUP BY month, currency ORDER BY month, currency";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(path))
}
