//! The statements over one account's postings and over single entries: each reads a page, however long the history is.

use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::EntryId;
use crate::run;

use super::super::register::RegisterRow;

/// Postings of an account of entries before `before`, newest first.
pub(in crate::ledger) async fn page(tx: &mut Tx, path: &str, before: EntryId, limit: i64) -> sqlx::Result<Vec<RegisterRow>> {
    // Each run of the index (fund, currency) is read backwards and no further than the page: one fund and currency after the other.
    const RUNS: &str = "SELECT DISTINCT d.fund_id, d.currency, a.id FROM account a JOIN day_sum d ON d.account_id = a.id WHERE a.path = $1
                        UNION
                        SELECT COALESCE(p.fund_id, 0), p.currency, a.id FROM account a CROSS JOIN unsummed u CROSS JOIN posting p
                         WHERE a.path = $1 AND p.entry_id = u.entry_id AND p.account_id = a.id";
    const OF_FUND: &str =
        "SELECT p.entry_id, p.currency, p.amount_minor, f.slug, e.source, e.source_id, e.kind, e.effective_on, e.recorded_at
                             FROM posting p CROSS JOIN entry e CROSS JOIN fund f
                            WHERE e.id = p.entry_id AND f.id = p.fund_id AND p.account_id = $1 AND p.fund_id = $2 AND p.currency = $3 AND p.entry_id < $4
                            ORDER BY p.entry_id DESC LIMIT $5";
    const POOLED: &str = "SELECT p.entry_id, p.currency, p.amount_minor, CAST(NULL AS TEXT) AS slug, e.source, e.source_id, e.kind, e.effective_on, e.recorded_at
                            FROM posting p CROSS JOIN entry e
                           WHERE e.id = p.entry_id AND p.account_id = $1 AND p.fund_id IS NULL AND p.currency = $2 AND p.entry_id < $3
                           ORDER BY p.entry_id DESC LIMIT $4";
    let runs: Vec<(i64, String, i64)> = run!(tx, fetch_all, sqlx::query_as(RUNS).bind(path))?;
    let mut rows: Vec<RegisterRow> = Vec::new();
    let mut unread = EntryId(0);
    for (fund, currency, account) in &runs {
        let found: Vec<RegisterRow> = if *fund == 0 {
            run!(tx, fetch_all, sqlx::query_as(POOLED).bind(account).bind(currency.as_str()).bind(before).bind(limit))?
        } else {
            run!(tx, fetch_all, sqlx::query_as(OF_FUND).bind(account).bind(fund).bind(currency.as_str()).bind(before).bind(limit))?
        };
        // A run that is longer than the page may be cut in the middle of an entry: that one belongs to the next page.
        if i64::try_from(found.len()).is_ok_and(|length| length == limit) {
            unread = found.last().map_or(unread, |last| last.entry_id.max(unread));
        }
        rows.extend(found);
    }
    rows.retain(|row| row.entry_id > unread);
    rows.sort_by_key(|row| std::cmp::Reverse(row.entry_id));
    Ok(rows)
}

/// The memo of an entry, who decided it, and when it was written.
pub(in crate::ledger) async fn note(tx: &mut Tx, id: EntryId) -> sqlx::Result<Option<(Option<String>, Option<String>, Instant)>> {
    run!(tx, fetch_optional, sqlx::query_as("SELECT memo, actor, recorded_at FROM entry WHERE id = $1").bind(id))
}

/// The entry that takes this one back.
pub(in crate::ledger) async fn reversal_of(tx: &mut Tx, id: EntryId) -> sqlx::Result<Option<EntryId>> {
    run!(tx, fetch_optional, sqlx::query_scalar("SELECT id FROM entry WHERE reverses = $1").bind(id))
}

/// Entries whose source has exactly this id.
pub(in crate::ledger) async fn by_source_id(tx: &mut Tx, source: &str, source_id: &str) -> sqlx::Result<Vec<(EntryId, Day)>> {
    const SQL: &str = "SELECT id, effective_on FROM entry WHERE source = $1 AND source_id = $2 ORDER BY id LIMIT 20";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(source).bind(source_id))
}
