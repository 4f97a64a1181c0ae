//! SQL that holds Stripe's lines against the books, private to this room.

pub(super) mod journal;
pub(super) mod ties;

use crate::db::Tx;
use crate::ledger::Source;
use crate::money::Currency;
use crate::run;

/// Each question finds the first line or entry that breaks a rule.
pub(super) const QUESTIONS: &[(&str, &str)] = &[
    (
        "an entry of Stripe's has no line",
        "SELECT e.source_id FROM entry e
          WHERE e.source = 'stripe' AND NOT EXISTS (SELECT 1 FROM stripe_line l WHERE l.id = e.source_id) ORDER BY e.source_id LIMIT 1",
    ),
    (
        "a booked line has no entry",
        "SELECT l.id FROM stripe_line l
          WHERE l.state = 'booked' AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.source = 'stripe' AND e.source_id = l.id) ORDER BY l.id LIMIT 1",
    ),
    (
        "a line is booked twice",
        "SELECT source_id FROM entry WHERE source = 'stripe' GROUP BY source_id HAVING COUNT(*) > 1 ORDER BY source_id LIMIT 1",
    ),
    (
        "a line moved another amount than its entry",
        "SELECT l.id FROM stripe_line l JOIN entry e ON e.source = 'stripe' AND e.source_id = l.id
          WHERE l.net_minor <> (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p JOIN account a ON a.id = p.account_id
                                 WHERE p.entry_id = e.id AND a.path = 'assets:stripe')
          ORDER BY l.id LIMIT 1",
    ),
    (
        "Stripe's balance was moved by corrections that left it another (invariant 11), in",
        "SELECT p.currency FROM account a CROSS JOIN posting p CROSS JOIN entry e
          WHERE a.path = 'assets:stripe' AND p.account_id = a.id AND e.id = p.entry_id AND e.source IN ('reversal', 'journal')
          GROUP BY p.currency HAVING SUM(p.amount_minor) <> 0 ORDER BY p.currency LIMIT 1",
    ),
    (
        // Those that were posted before entries by hand were agreed to like all else have no proposal.
        "an entry by hand was posted without the agreement it needs",
        "SELECT CAST(j.id AS TEXT) FROM journal j
          WHERE j.state = 'posted' AND j.id >= (SELECT MIN(CAST(p.subject_id AS BIGINT)) FROM proposal p WHERE p.subject = 'journal')
            AND NOT EXISTS (SELECT 1 FROM proposal p
                             WHERE p.subject = 'journal' AND p.subject_id = CAST(j.id AS TEXT) AND p.state = 'approved')
          ORDER BY j.id LIMIT 1",
    ),
];

pub(super) async fn first_wrong(tx: &mut Tx, sql: &'static str) -> sqlx::Result<Option<String>> {
    run!(tx, fetch_optional, sqlx::query_scalar(sql))
}

/// Σ net of the lines that the books answer for, per currency.
pub(super) async fn line_sums(tx: &mut Tx) -> sqlx::Result<Vec<(Currency, i64)>> {
    let sql = "SELECT currency, CAST(SUM(net_minor) AS BIGINT) FROM stripe_line
                WHERE state IN ('booked', 'noted') AND (balance_type IS NULL OR balance_type = 'payments')
                GROUP BY currency ORDER BY currency";
    run!(tx, fetch_all, sqlx::query_as(sql))
}

/// What holds and releases, which Stripe mirrors in lines of their own, left on `assets:stripe-held`, per currency; together with whatever
/// else was posted there that is no line of Stripe's. Other reserves have no mirror.
pub(super) async fn held_by_mirrored_lines(tx: &mut Tx) -> sqlx::Result<Vec<(Currency, i64)>> {
    let sql = "SELECT p.currency, CAST(SUM(p.amount_minor) AS BIGINT) FROM account a CROSS JOIN posting p CROSS JOIN entry e
                LEFT JOIN stripe_line l ON e.source = 'stripe' AND l.id = e.source_id
                WHERE a.path = 'assets:stripe-held' AND p.account_id = a.id AND e.id = p.entry_id
                  AND (l.id IS NULL OR l.type IN ('reserve_hold', 'reserve_release'))
                GROUP BY p.currency ORDER BY p.currency";
    run!(tx, fetch_all, sqlx::query_as(sql))
}

/// What moved through `assets:in-transit`, by what it is called: a payout's id where a line of Stripe's tells it, else the cause's own id (of
/// the entry that a reversal takes back); with the latest day Stripe named for it, in unix seconds.
pub(super) async fn in_transit(tx: &mut Tx) -> sqlx::Result<Vec<(String, Currency, i64, Option<i64>)>> {
    let sql = "SELECT COALESCE(l.source_id, b.source_id, e.source_id) AS name, p.currency, CAST(SUM(p.amount_minor) AS BIGINT),
                      MAX(l.available_on)
                 FROM account a CROSS JOIN posting p CROSS JOIN entry e
                 LEFT JOIN stripe_line l ON e.source = 'stripe' AND l.id = e.source_id
                 LEFT JOIN entry b ON b.id = e.reverses
                WHERE a.path = 'assets:in-transit' AND p.account_id = a.id AND e.id = p.entry_id
                GROUP BY COALESCE(l.source_id, b.source_id, e.source_id), p.currency
                ORDER BY 1, 2";
    run!(tx, fetch_all, sqlx::query_as(sql))
}

/// How many entries of a source bear this name, or it with a number behind `#`.
pub(super) async fn entries_named(tx: &mut Tx, source: Source, name: &str) -> sqlx::Result<i64> {
    // `$` follows `#` in the order of bytes.
    let sql = "SELECT COUNT(*) FROM entry WHERE source = $1 AND (source_id = $2 OR (source_id >= $3 AND source_id < $4))";
    let (from, to) = (format!("{name}#"), format!("{name}$"));
    run!(tx, fetch_one, sqlx::query_scalar(sql).bind(source).bind(name).bind(from).bind(to))
}
