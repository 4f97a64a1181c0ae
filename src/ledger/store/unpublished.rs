//! The statements over postings that wait to be published.

use super::super::unpublished::Unpublished;
use crate::db::{Tx, rows};
use crate::ids::{EntryId, FundId};
use crate::money::Currency;
use crate::{insert_rows, run};

pub(in crate::ledger) async fn insert(tx: &mut Tx, postings: &[(FundId, EntryId, i64)]) -> sqlx::Result<()> {
    insert_rows!(tx, "INSERT INTO unpublished (fund_id, entry_id, n)", postings, |(fund, entry, n)| [fund, entry, n]).map(drop)
}

pub(in crate::ledger) async fn page(
    tx: &mut Tx,
    (fund, currency): (FundId, Currency),
    (after, n): (EntryId, i64),
    limit: i64,
) -> sqlx::Result<Vec<Unpublished>> {
    const SQL: &str = "SELECT u.entry_id, u.n, a.path, p.amount_minor, e.source, e.source_id, e.kind, e.effective_on, e.reverses,
                              (SELECT r.id FROM entry r WHERE r.reverses = e.id) AS reversed_by, e.memo
                         FROM (SELECT entry_id, n FROM unpublished WHERE fund_id = $1 AND (entry_id > $2 OR entry_id = $2 AND n > $3)) u
                        CROSS JOIN posting p CROSS JOIN entry e CROSS JOIN account a
                        WHERE p.entry_id = u.entry_id AND p.n = u.n AND p.currency = $4 AND e.id = u.entry_id AND a.id = p.account_id
                        ORDER BY u.entry_id, u.n LIMIT $5";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(after).bind(n).bind(currency).bind(limit))
}

pub(in crate::ledger) async fn delete(tx: &mut Tx, fund: FundId, postings: &[(EntryId, i64)]) -> sqlx::Result<()> {
    const HEAD: &str = "DELETE FROM unpublished WHERE fund_id = $1 AND (entry_id, n) IN";
    for piece in rows::pieces(postings) {
        run!(tx, execute, {
            let mut statement = sqlx::query(rows::pairs(HEAD, 2, piece.len())).bind(fund);
            for (entry, n) in piece {
                statement = statement.bind(entry).bind(n);
            }
            statement
        })?;
    }
    Ok(())
}
