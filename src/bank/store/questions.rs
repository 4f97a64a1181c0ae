//! The questions that `verify` asks of the bank's side: no row is the sound answer, a row is the first thing wrong.

use crate::db::Tx;
use crate::run;

/// Asked in this order, so that what is named first is the cause and not its echo.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "a line of the bank is matched twice",
        "SELECT CAST(line_id AS TEXT) FROM bank_match_line WHERE undone_at IS NULL GROUP BY line_id HAVING COUNT(*) > 1 ORDER BY line_id LIMIT 1",
    ),
    (
        "a posting is matched to the bank twice",
        "SELECT CAST(entry_id AS TEXT) FROM bank_match_posting WHERE undone_at IS NULL
          GROUP BY entry_id, n HAVING COUNT(*) > 1 ORDER BY entry_id LIMIT 1",
    ),
    (
        "a match stands where its sides are undone, or the other way round",
        "SELECT CAST(m.id AS TEXT) FROM bank_match m
          WHERE EXISTS (SELECT 1 FROM bank_match_line l WHERE l.match_id = m.id AND (l.undone_at IS NULL) <> (m.undone_at IS NULL))
             OR EXISTS (SELECT 1 FROM bank_match_posting p WHERE p.match_id = m.id AND (p.undone_at IS NULL) <> (m.undone_at IS NULL))
             OR NOT EXISTS (SELECT 1 FROM bank_match_line l WHERE l.match_id = m.id)
          ORDER BY m.id LIMIT 1",
    ),
    (
        "the two sides of a match do not come to the same",
        "SELECT CAST(m.id AS TEXT) FROM bank_match m
          WHERE m.kind <> 'ignored' AND m.undone_at IS NULL
            AND (SELECT COALESCE(SUM(l.amount_minor), 0) FROM bank_match_line ml JOIN bank_line l ON l.id = ml.line_id WHERE ml.match_id = m.id)
             <> (SELECT COALESCE(SUM(p.amount_minor), 0) FROM bank_match_posting mp
                   JOIN posting p ON p.entry_id = mp.entry_id AND p.n = mp.n WHERE mp.match_id = m.id)
          ORDER BY m.id LIMIT 1",
    ),
    (
        "a match ties a line or a posting of another account",
        "SELECT CAST(m.id AS TEXT) FROM bank_match m JOIN bank_account b ON b.id = m.bank_account_id
          WHERE m.undone_at IS NULL
            AND (EXISTS (SELECT 1 FROM bank_match_line ml JOIN bank_line l ON l.id = ml.line_id
                          WHERE ml.match_id = m.id AND l.bank_account_id <> m.bank_account_id)
              OR EXISTS (SELECT 1 FROM bank_match_posting mp JOIN posting p ON p.entry_id = mp.entry_id AND p.n = mp.n
                          WHERE mp.match_id = m.id AND (p.account_id <> b.account_id OR p.currency <> b.currency)))
          ORDER BY m.id LIMIT 1",
    ),
    (
        "a line of the bank waits that is matched, or is matched nowhere and does not wait",
        "SELECT CAST(l.id AS TEXT) FROM bank_line l
          LEFT JOIN bank_waiting w ON w.bank_account_id = l.bank_account_id AND w.booked_on = l.booked_on AND w.line_id = l.id
          WHERE (w.line_id IS NULL OR w.amount_minor <> l.amount_minor)
             <> EXISTS (SELECT 1 FROM bank_match_line m WHERE m.line_id = l.id AND m.undone_at IS NULL)
          ORDER BY l.id LIMIT 1",
    ),
    (
        "a posting waits for the bank that does not, or waits and is not known to",
        "SELECT CAST(p.entry_id AS TEXT) FROM account a CROSS JOIN posting p CROSS JOIN entry e
          LEFT JOIN bank_posting_waiting w ON w.account_id = p.account_id AND w.currency = p.currency AND w.effective_on = e.effective_on
            AND w.entry_id = p.entry_id AND w.n = p.n
          WHERE p.account_id = a.id AND e.id = p.entry_id AND substr(a.path, 1, 12) = 'assets:bank:'
            AND (w.amount_minor <> p.amount_minor OR (w.n IS NOT NULL) <> (
                NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = p.entry_id AND m.n = p.n AND m.undone_at IS NULL)
            AND (WITH RECURSIVE later(id) AS (
                    SELECT r.id FROM entry r WHERE r.reverses = p.entry_id
                       AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = r.id AND m.undone_at IS NULL)
                    UNION ALL
                    SELECT r.id FROM later JOIN entry r ON r.reverses = later.id
                       AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = r.id AND m.undone_at IS NULL))
                 SELECT COUNT(*) FROM later) % 2 = 0
            AND NOT (e.reverses IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM bank_match_posting m WHERE m.entry_id = e.reverses AND m.undone_at IS NULL))))
          ORDER BY p.entry_id LIMIT 1",
    ),
    (
        "a posting waits for the bank that stands nowhere in the books",
        "SELECT CAST(w.entry_id AS TEXT) FROM bank_posting_waiting w
          WHERE NOT EXISTS (SELECT 1 FROM posting p JOIN entry e ON e.id = p.entry_id
                             WHERE p.entry_id = w.entry_id AND p.n = w.n AND p.account_id = w.account_id AND p.currency = w.currency
                               AND e.effective_on = w.effective_on)
          ORDER BY w.entry_id LIMIT 1",
    ),
    (
        "the lines of a bank account do not come to what its last statement closes with",
        "SELECT b.path FROM bank_account b
          WHERE (SELECT COALESCE(SUM(l.amount_minor), 0) FROM bank_line l WHERE l.bank_account_id = b.id)
             <> COALESCE((SELECT s.closing_minor FROM bank_statement s
                           WHERE s.bank_account_id = b.id AND s.new_lines > 0 ORDER BY s.last_on DESC, s.id DESC LIMIT 1), 0)
          ORDER BY b.path LIMIT 1",
    ),
];

/// The first thing wrong on the bank's side, in a sentence.
pub(in crate::bank) async fn first_wrong(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    for (rule, sql) in QUESTIONS {
        let found: Option<String> = run!(tx, fetch_optional, sqlx::query_scalar(*sql))?;
        if let Some(row) = found {
            return Ok(Some(format!("{rule}: {row}")));
        }
    }
    Ok(None)
}
