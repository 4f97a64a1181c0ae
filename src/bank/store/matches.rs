//! SQL of what lines are tied to, and of what waits on either side.

use super::super::rows::{BankLine, BankPosting, MatchKind, MatchRow, Waiting};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{BankAccountId, BankLineId, EntryId, MatchId, PersonId};
use crate::run;

/// Lines that stand in no match, between two days, oldest first.
pub(in crate::bank) async fn open_lines(
    tx: &mut Tx,
    account: BankAccountId,
    from: Day,
    to: Day,
    limit: i64,
) -> sqlx::Result<Vec<BankLine>> {
    const SQL: &str = "SELECT l.id, l.bank_account_id, l.number, l.booked_on, l.amount_minor, l.text, l.reference
        FROM bank_waiting w CROSS JOIN bank_line l
        WHERE w.bank_account_id = $1 AND w.booked_on BETWEEN $2 AND $3 AND l.id = w.line_id
        ORDER BY w.booked_on, w.line_id LIMIT $4";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(account).bind(from).bind(to).bind(limit))
}

/// Lines that stand in no match, from behind one of them on, oldest first.
pub(in crate::bank) async fn open_lines_behind(
    tx: &mut Tx,
    account: BankAccountId,
    after: BankLineId,
    limit: i64,
) -> sqlx::Result<Vec<BankLine>> {
    const SQL: &str = "SELECT l.id, l.bank_account_id, l.number, l.booked_on, l.amount_minor, l.text, l.reference
        FROM bank_waiting w CROSS JOIN bank_line l
        WHERE w.bank_account_id = $1 AND l.id = w.line_id
          AND (w.booked_on, w.line_id) > (COALESCE((SELECT x.booked_on FROM bank_line x WHERE x.id = $2), ''), $2)
        ORDER BY w.booked_on, w.line_id LIMIT $3";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(account).bind(after).bind(limit))
}

/// Lines of exactly this amount that stand in no match, between two days, oldest first.
pub(in crate::bank) async fn open_lines_of(
    tx: &mut Tx,
    account: BankAccountId,
    minor: i64,
    (from, to): (Day, Day),
) -> sqlx::Result<Vec<BankLine>> {
    const SQL: &str = "SELECT l.id, l.bank_account_id, l.number, l.booked_on, l.amount_minor, l.text, l.reference
        FROM bank_waiting w CROSS JOIN bank_line l
        WHERE w.bank_account_id = $1 AND w.booked_on BETWEEN $3 AND $4 AND w.amount_minor = $2 AND l.id = w.line_id
        ORDER BY w.booked_on, w.line_id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(account).bind(minor).bind(from).bind(to))
}

/// The lines of a match, undone or not.
pub(in crate::bank) async fn lines_of(tx: &mut Tx, id: MatchId) -> sqlx::Result<Vec<BankLine>> {
    const SQL: &str = "SELECT l.id, l.bank_account_id, l.number, l.booked_on, l.amount_minor, l.text, l.reference
        FROM bank_match_line m JOIN bank_line l ON l.id = m.line_id WHERE m.match_id = $1 ORDER BY l.booked_on, l.id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(id))
}

/// Writes a query for postings on a bank account `b`, each `p`, with their entries as `e`.
macro_rules! select_postings {
    ($rest:literal) => {
        concat!(
            "SELECT p.entry_id, p.n, e.effective_on, p.amount_minor, e.source, e.source_id, e.kind ",
            "FROM bank_account b
             JOIN posting p ON p.account_id = b.account_id AND p.currency = b.currency
             JOIN entry e ON e.id = p.entry_id ",
            $rest
        )
    };
}

/// Writes a query for postings on a bank account `b` that wait, each `w`, with their entries as `e`: read from what waits, not from the account.
macro_rules! select_waiting {
    ($rest:literal) => {
        concat!(
            "SELECT w.entry_id, w.n, w.effective_on, w.amount_minor, e.source, e.source_id, e.kind
             FROM bank_account b CROSS JOIN bank_posting_waiting w CROSS JOIN entry e
             WHERE b.id = $1 AND w.account_id = b.account_id AND w.currency = b.currency AND e.id = w.entry_id AND ",
            $rest,
            " ORDER BY w.effective_on, w.entry_id, w.n LIMIT "
        )
    };
}

/// Postings that no line is tied to, between two days, oldest first.
pub(in crate::bank) async fn open_postings(
    tx: &mut Tx,
    account: BankAccountId,
    from: Day,
    to: Day,
    limit: i64,
) -> sqlx::Result<Vec<BankPosting>> {
    const SQL: &str = concat!(select_waiting!("w.effective_on BETWEEN $2 AND $3"), "$4");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(account).bind(from).bind(to).bind(limit))
}

/// Postings that no line is tied to, from behind one of them on, oldest first.
pub(in crate::bank) async fn open_postings_behind(
    tx: &mut Tx,
    account: BankAccountId,
    (entry, n): (EntryId, i64),
    limit: i64,
) -> sqlx::Result<Vec<BankPosting>> {
    const SQL: &str = concat!(
        select_waiting!("(w.effective_on, w.entry_id, w.n) > (COALESCE((SELECT x.effective_on FROM entry x WHERE x.id = $2), ''), $2, $3)"),
        "$4"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(account).bind(entry).bind(n).bind(limit))
}

/// One posting on the account, whether it waits or not.
pub(in crate::bank) async fn posting(tx: &mut Tx, account: BankAccountId, entry: EntryId, n: i64) -> sqlx::Result<Option<BankPosting>> {
    const SQL: &str = select_postings!("WHERE b.id = $1 AND p.entry_id = $2 AND p.n = $3");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(account).bind(entry).bind(n))
}

/// Postings of one amount between two days, whose entry is neither reversed nor a reversal.
pub(in crate::bank) async fn postings_of_amount(
    tx: &mut Tx,
    account: BankAccountId,
    minor: i64,
    from: Day,
    to: Day,
) -> sqlx::Result<Vec<BankPosting>> {
    const SQL: &str = select_postings!(
        "WHERE b.id = $1 AND p.amount_minor = $2 AND e.effective_on BETWEEN $3 AND $4 AND e.reverses IS NULL
           AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.reverses = e.id)
         ORDER BY e.effective_on DESC, p.entry_id, p.n LIMIT 20"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(account).bind(minor).bind(from).bind(to))
}

/// The postings of an entry on the account.
pub(in crate::bank) async fn postings_of_entry(tx: &mut Tx, account: BankAccountId, entry: EntryId) -> sqlx::Result<Vec<BankPosting>> {
    const SQL: &str = select_postings!("WHERE b.id = $1 AND p.entry_id = $2 ORDER BY p.n");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(account).bind(entry))
}

/// The postings of a match, undone or not.
pub(in crate::bank) async fn postings_of(tx: &mut Tx, account: BankAccountId, id: MatchId) -> sqlx::Result<Vec<BankPosting>> {
    const SQL: &str = select_postings!(
        "JOIN bank_match_posting m ON m.entry_id = p.entry_id AND m.n = p.n WHERE b.id = $1 AND m.match_id = $2 ORDER BY p.entry_id, p.n"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(account).bind(id))
}

fn waiting((count, sum_minor, oldest_on): (i64, i64, Option<Day>)) -> Waiting {
    Waiting { count, sum_minor, oldest_on }
}

pub(in crate::bank) async fn lines_waiting(tx: &mut Tx, account: BankAccountId) -> sqlx::Result<Waiting> {
    const SQL: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT), MIN(booked_on) FROM bank_waiting
        WHERE bank_account_id = $1";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(account)).map(waiting)
}

pub(in crate::bank) async fn lines_ignored(tx: &mut Tx, account: BankAccountId) -> sqlx::Result<Waiting> {
    const SQL: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(l.amount_minor), 0) AS BIGINT), MIN(l.booked_on)
        FROM bank_match m CROSS JOIN bank_match_line ml CROSS JOIN bank_line l
        WHERE m.bank_account_id = $1 AND m.kind = 'ignored' AND m.undone_at IS NULL AND ml.match_id = m.id AND l.id = ml.line_id";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(account)).map(waiting)
}

pub(in crate::bank) async fn postings_waiting(tx: &mut Tx, account: BankAccountId) -> sqlx::Result<Waiting> {
    const SQL: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(w.amount_minor), 0) AS BIGINT), MIN(w.effective_on)
        FROM bank_account b JOIN bank_posting_waiting w ON w.account_id = b.account_id AND w.currency = b.currency WHERE b.id = $1";
    run!(tx, fetch_one, sqlx::query_as(SQL).bind(account)).map(waiting)
}

pub(in crate::bank) async fn insert_match(
    tx: &mut Tx,
    account: BankAccountId,
    kind: MatchKind,
    (reason, entry): (Option<&str>, Option<EntryId>),
    by: Option<PersonId>,
    now: Instant,
) -> sqlx::Result<MatchId> {
    const SQL: &str =
        "INSERT INTO bank_match (bank_account_id, kind, reason, entry_id, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(account).bind(kind).bind(reason).bind(entry).bind(now).bind(by))
}

pub(in crate::bank) async fn insert_match_line(tx: &mut Tx, id: MatchId, line: BankLineId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("INSERT INTO bank_match_line (match_id, line_id) VALUES ($1, $2)").bind(id).bind(line)).map(drop)
}

pub(in crate::bank) async fn insert_match_posting(tx: &mut Tx, id: MatchId, entry: EntryId, n: i64) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO bank_match_posting (match_id, entry_id, n) VALUES ($1, $2, $3)";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(entry).bind(n)).map(drop)
}

/// Undoes a match that stands; false where it does not.
pub(in crate::bank) async fn undo(tx: &mut Tx, id: MatchId, by: PersonId, now: Instant) -> sqlx::Result<bool> {
    const MATCH: &str = "UPDATE bank_match SET undone_at = $2, undone_by = $3 WHERE id = $1 AND undone_at IS NULL";
    const LINES: &str = "UPDATE bank_match_line SET undone_at = $2 WHERE match_id = $1 AND undone_at IS NULL";
    const POSTINGS: &str = "UPDATE bank_match_posting SET undone_at = $2 WHERE match_id = $1 AND undone_at IS NULL";
    if run!(tx, execute, sqlx::query(MATCH).bind(id).bind(now).bind(by))? != 1 {
        return Ok(false);
    }
    run!(tx, execute, sqlx::query(LINES).bind(id).bind(now))?;
    run!(tx, execute, sqlx::query(POSTINGS).bind(id).bind(now))?;
    Ok(true)
}

/// Writes a query for whole matches, as `m`.
macro_rules! select_match {
    ($rest:literal) => {
        concat!("SELECT m.id, m.bank_account_id, m.kind, m.reason, m.entry_id, m.made_at, m.made_by, m.undone_at FROM bank_match m ", $rest)
    };
}

pub(in crate::bank) async fn find(tx: &mut Tx, id: MatchId) -> sqlx::Result<Option<MatchRow>> {
    run!(tx, fetch_optional, sqlx::query_as(select_match!("WHERE m.id = $1")).bind(id))
}

/// The match a line stands in now.
pub(in crate::bank) async fn of_line(tx: &mut Tx, line: BankLineId) -> sqlx::Result<Option<MatchRow>> {
    const SQL: &str = select_match!("JOIN bank_match_line l ON l.match_id = m.id WHERE l.line_id = $1 AND l.undone_at IS NULL");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(line))
}

/// The match a posting stands in now.
pub(in crate::bank) async fn of_posting(tx: &mut Tx, entry: EntryId, n: i64) -> sqlx::Result<Option<MatchRow>> {
    const SQL: &str =
        select_match!("JOIN bank_match_posting p ON p.match_id = m.id WHERE p.entry_id = $1 AND p.n = $2 AND p.undone_at IS NULL");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(entry).bind(n))
}

/// The match that holds any posting of an entry now.
pub(in crate::bank) async fn of_entry(tx: &mut Tx, entry: EntryId) -> sqlx::Result<Option<MatchRow>> {
    const SQL: &str = select_match!("JOIN bank_match_posting p ON p.match_id = m.id WHERE p.entry_id = $1 AND p.undone_at IS NULL LIMIT 1");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(entry))
}

/// The matches that were made last, whether they stand or not.
pub(in crate::bank) async fn newest(tx: &mut Tx, account: BankAccountId, before: MatchId, limit: i64) -> sqlx::Result<Vec<MatchRow>> {
    const SQL: &str = select_match!("WHERE m.bank_account_id = $1 AND m.undone_at IS NULL AND m.id < $2 ORDER BY m.id DESC LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(account).bind(before).bind(limit))
}
