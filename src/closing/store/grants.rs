//! The statements over grants, how they were sent, what groups said.

use super::super::grant::{Answer, EndedWhy, Grant, Sent};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{EntryId, FundId, GrantId, PersonId, PlanId};
use crate::run;

/// Writes a query for whole grants; the columns are named once.
macro_rules! select_grant {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.number, g.fund_id, g.plan_id, p.n AS plan, g.share, g.recipient_id, r.name, g.amount_minor, g.currency, g.path,
                    g.entry_id, g.promised_at, g.ended_at, g.ended_why
               FROM fund_grant g JOIN plan p ON p.id = g.plan_id JOIN recipient r ON r.id = g.recipient_id ",
            $rest
        )
    };
}

/// A grant to be written.
pub(in crate::closing) struct NewGrant<'a> {
    pub number: &'a str,
    pub fund: FundId,
    pub plan: PlanId,
    pub share: &'a super::super::plan::Share,
    pub currency: crate::money::Currency,
    pub path: &'a str,
    pub entry: EntryId,
}

pub(in crate::closing) async fn insert(tx: &mut Tx, new: &NewGrant<'_>, now: Instant) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO fund_grant (number, fund_id, plan_id, share, recipient_id, amount_minor, currency, path, entry_id, promised_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(new.number)
            .bind(new.fund)
            .bind(new.plan)
            .bind(new.share.n)
            .bind(new.share.recipient_id)
            .bind(new.share.amount_minor)
            .bind(new.currency)
            .bind(new.path)
            .bind(new.entry)
            .bind(now)
    )
    .map(drop)
}

pub(in crate::closing) async fn find(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Grant>> {
    run!(tx, fetch_optional, sqlx::query_as(select_grant!("WHERE g.number = $1")).bind(number))
}

/// The grants of a fund with ids below `before`, the newest first.
pub(in crate::closing) async fn list(tx: &mut Tx, fund: FundId, before: GrantId, limit: i64) -> sqlx::Result<Vec<Grant>> {
    const SQL: &str = select_grant!("WHERE g.fund_id = $1 AND g.id < $2 ORDER BY g.id DESC LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(before).bind(limit))
}

pub(in crate::closing) async fn end(tx: &mut Tx, id: GrantId, why: EndedWhy, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE fund_grant SET ended_at = $2, ended_why = $3 WHERE id = $1 AND ended_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(now).bind(why))? == 1)
}

pub(in crate::closing) async fn insert_payment(tx: &mut Tx, sent: &Sent, by: PersonId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO grant_payment (grant_id, n, entry_id, paid_from, paid_on, reference, paid_by, paid_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(sent.grant_id)
            .bind(sent.n)
            .bind(sent.entry_id)
            .bind(sent.paid_from.as_str())
            .bind(sent.paid_on)
            .bind(sent.reference.as_str())
            .bind(by)
            .bind(now)
    )
    .map(drop)
}

/// Each time these grants were sent, and how often each payment was taken back or that taken back again; by grant and time.
pub(in crate::closing) async fn payments(tx: &mut Tx, first: GrantId, last: GrantId, fund: FundId) -> sqlx::Result<Vec<Sent>> {
    const SQL: &str = "WITH RECURSIVE chain (grant_id, n, last, turns) AS (
            SELECT p.grant_id, p.n, p.entry_id, CAST(0 AS BIGINT) FROM grant_payment p JOIN fund_grant g ON g.id = p.grant_id
             WHERE p.grant_id BETWEEN $1 AND $2 AND g.fund_id = $3
            UNION ALL
            SELECT c.grant_id, c.n, e.id, c.turns + 1 FROM chain c JOIN entry e ON e.reverses = c.last)
        SELECT p.grant_id, p.n, p.entry_id, p.paid_from, p.paid_on, p.reference, t.turns,
               EXISTS (SELECT 1 FROM bank_match_posting b WHERE b.entry_id = p.entry_id AND b.undone_at IS NULL) AS is_matched
          FROM grant_payment p JOIN (SELECT grant_id, n, MAX(turns) AS turns FROM chain GROUP BY grant_id, n) t
            ON t.grant_id = p.grant_id AND t.n = p.n
         ORDER BY p.grant_id, p.n";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(first).bind(last).bind(fund))
}

/// The entry that stands for a payment now: its own, or the last that put it back.
pub(in crate::closing) async fn standing_entry(tx: &mut Tx, entry: EntryId) -> sqlx::Result<EntryId> {
    const SQL: &str = "WITH RECURSIVE chain (last, turns) AS (
            SELECT CAST($1 AS BIGINT), CAST(0 AS BIGINT)
            UNION ALL SELECT e.id, c.turns + 1 FROM chain c JOIN entry e ON e.reverses = c.last)
        SELECT last FROM chain ORDER BY turns DESC LIMIT 1";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(entry))
}

pub(in crate::closing) async fn insert_answer(tx: &mut Tx, answer: &Answer) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO grant_answer (grant_id, n, kind, text, document, sha256, entered_by, entered_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(answer.grant_id)
            .bind(answer.n)
            .bind(answer.kind)
            .bind(answer.text.as_str())
            .bind(answer.document.as_str())
            .bind(answer.sha256.as_str())
            .bind(answer.entered_by)
            .bind(answer.entered_at)
    )
    .map(drop)
}

pub(in crate::closing) async fn clear_answer(tx: &mut Tx, grant: GrantId, n: i64, by: PersonId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE grant_answer SET cleared_by = $3, cleared_at = $4 WHERE grant_id = $1 AND n = $2 AND cleared_by IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(grant).bind(n).bind(by).bind(now))? == 1)
}

/// The letters of a grant's answers before that one.
pub(in crate::closing) async fn letters_before(tx: &mut Tx, grant: GrantId, n: i64) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT document FROM grant_answer WHERE grant_id = $1 AND n < $2 AND document <> '' ORDER BY n";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(grant).bind(n))
}

/// The newest answer to each of these grants.
pub(in crate::closing) async fn answers(tx: &mut Tx, first: GrantId, last: GrantId, fund: FundId) -> sqlx::Result<Vec<Answer>> {
    const SQL: &str = "SELECT a.grant_id, a.n, a.kind, a.text, a.document, a.sha256, a.entered_by, a.entered_at, a.cleared_by, a.cleared_at
          FROM grant_answer a JOIN fund_grant g ON g.id = a.grant_id
         WHERE a.grant_id BETWEEN $1 AND $2 AND g.fund_id = $3
           AND a.n = (SELECT MAX(o.n) FROM grant_answer o WHERE o.grant_id = a.grant_id) ORDER BY a.grant_id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(first).bind(last).bind(fund))
}

/// The grants of a fund that did not end, the oldest first; at most a thousand.
pub(in crate::closing) async fn open(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<Grant>> {
    const SQL: &str = select_grant!("WHERE g.fund_id = $1 AND g.ended_at IS NULL ORDER BY g.id LIMIT 1000");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund))
}
