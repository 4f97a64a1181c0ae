//! Recomputes the books from their postings. Not here: the tie to Stripe (`booking`), the schema's own fingerprint (`db`).

use super::store;
use crate::db::Tx;

/// Each question finds the first row that breaks a rule; the sentence says which rule.
/// Asked in this order, so that what is named first is the cause and not its echo.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "a posting belongs to no entry",
        "SELECT CAST(p.entry_id AS TEXT) FROM posting p
          WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = p.entry_id) ORDER BY p.entry_id LIMIT 1",
    ),
    (
        "an entry does not have the postings it says",
        "SELECT CAST(e.id AS TEXT) FROM entry e
          WHERE e.postings < 2 OR e.postings <> (SELECT COUNT(*) FROM posting p WHERE p.entry_id = e.id) ORDER BY e.id LIMIT 1",
    ),
    (
        "the postings of an entry do not sum to zero",
        "SELECT CAST(entry_id AS TEXT) FROM posting GROUP BY entry_id, currency HAVING SUM(amount_minor) <> 0 ORDER BY entry_id LIMIT 1",
    ),
    ("a posting is zero", "SELECT CAST(entry_id AS TEXT) FROM posting WHERE amount_minor = 0 ORDER BY entry_id LIMIT 1"),
    (
        "a posting names an account that is not there, or stands on a fund where it must not",
        "SELECT CAST(p.entry_id AS TEXT) FROM posting p LEFT JOIN account a ON a.id = p.account_id
          WHERE a.id IS NULL OR (a.funded = 1) <> (p.fund_id IS NOT NULL) ORDER BY p.entry_id LIMIT 1",
    ),
    (
        "a posting stands on a fund that is not there",
        "SELECT CAST(p.entry_id AS TEXT) FROM posting p
          WHERE p.fund_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM fund f WHERE f.id = p.fund_id) ORDER BY p.entry_id LIMIT 1",
    ),
    (
        "a source is posted twice",
        "SELECT source || ' ' || source_id FROM entry GROUP BY source, source_id, kind HAVING COUNT(*) > 1 ORDER BY source, source_id LIMIT 1",
    ),
    (
        "an entry is reversed twice",
        "SELECT CAST(reverses AS TEXT) FROM entry WHERE reverses IS NOT NULL GROUP BY reverses HAVING COUNT(*) > 1 ORDER BY 1 LIMIT 1",
    ),
    (
        "a reversal is not the exact negation of its entry",
        "SELECT CAST(r.id AS TEXT) FROM entry r
          WHERE r.reverses IS NOT NULL AND EXISTS (
                SELECT 1 FROM posting p WHERE p.entry_id IN (r.id, r.reverses)
                 GROUP BY p.account_id, p.fund_id, p.currency HAVING SUM(p.amount_minor) <> 0)
          ORDER BY r.id LIMIT 1",
    ),
    (
        "an entry was dated into a month after it was locked",
        "SELECT CAST(e.id AS TEXT) FROM month_lock m JOIN entry e ON substr(e.effective_on, 1, 7) = m.month
          WHERE m.agreed_at IS NOT NULL AND e.recorded_at > m.agreed_at ORDER BY e.id LIMIT 1",
    ),
    (
        "a day sum is not the sum of its postings (account, day)",
        "SELECT CAST(account_id AS TEXT) || ', ' || day
           FROM (SELECT account_id, fund_id, currency, day, amount_minor, postings FROM day_sum
                 UNION ALL
                 SELECT p.account_id, COALESCE(p.fund_id, 0), p.currency, e.effective_on, -p.amount_minor, -1
                   FROM posting p JOIN entry e ON e.id = p.entry_id
                  WHERE NOT EXISTS (SELECT 1 FROM unsummed u WHERE u.entry_id = e.id)) both_sides
          GROUP BY account_id, fund_id, currency, day
         HAVING SUM(amount_minor) <> 0 OR SUM(postings) <> 0
          ORDER BY account_id, day LIMIT 1",
    ),
    (
        "an entry is waiting for its day sum and is not there",
        "SELECT CAST(u.entry_id AS TEXT) FROM unsummed u WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = u.entry_id) ORDER BY u.entry_id LIMIT 1",
    ),
];

/// Recomputes everything the ledger promises from its postings; Some names the first thing wrong.
pub async fn verify(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    for (rule, sql) in QUESTIONS {
        if let Some(row) = store::first_wrong(tx, sql).await? {
            return Ok(Some(format!("{rule}: {row}")));
        }
    }
    Ok(None)
}
