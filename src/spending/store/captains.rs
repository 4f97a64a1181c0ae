//! SQL of captains' links.

use super::super::captain::{Captain, NewCaptain};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{CaptainId, PersonId};
use crate::run;

/// Writes a query for whole links; the columns are named once.
macro_rules! select_captain {
    ($rest:literal) => {
        concat!(
            "SELECT id, fund_id, label, language, total_minor, each_minor, uses, last_on, pay_by, email, made_by, made_at, ended_at FROM captain ",
            $rest
        )
    };
}

pub(in crate::spending) async fn insert(
    tx: &mut Tx,
    new: &NewCaptain,
    code_hash: &str,
    person: PersonId,
    now: Instant,
) -> sqlx::Result<CaptainId> {
    const SQL: &str = "INSERT INTO captain (code_hash, fund_id, label, language, total_minor, each_minor, uses, last_on, made_by, made_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id";
    run!(
        tx,
        fetch_one,
        sqlx::query_scalar(SQL)
            .bind(code_hash)
            .bind(new.fund)
            .bind(&new.label)
            .bind(new.language)
            .bind(new.total.minor)
            .bind(new.each.minor)
            .bind(new.uses.join(" "))
            .bind(new.last_on)
            .bind(person)
            .bind(now)
    )
}

pub(in crate::spending) async fn find(tx: &mut Tx, id: CaptainId) -> sqlx::Result<Option<Captain>> {
    run!(tx, fetch_optional, sqlx::query_as(select_captain!("WHERE id = $1")).bind(id))
}

pub(in crate::spending) async fn find_by_hash(tx: &mut Tx, code_hash: &str) -> sqlx::Result<Option<Captain>> {
    run!(tx, fetch_optional, sqlx::query_as(select_captain!("WHERE code_hash = $1")).bind(code_hash))
}

pub(in crate::spending) async fn list(tx: &mut Tx, before: CaptainId, limit: i64) -> sqlx::Result<Vec<Captain>> {
    const SQL: &str = select_captain!("WHERE id < $1 ORDER BY id DESC LIMIT $2");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(before).bind(limit))
}

/// What was claimed by a link and not turned down, in minor units.
pub(in crate::spending) async fn claimed(tx: &mut Tx, id: CaptainId) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COALESCE(CAST(SUM(amount_minor) AS BIGINT), 0) FROM expense WHERE captain_id = $1 AND state NOT IN ('rejected', 'corrected')";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(id))
}

/// What was claimed by each link of a page and not turned down, in minor units.
pub(in crate::spending) async fn claimed_by_each(tx: &mut Tx, from: CaptainId, to: CaptainId) -> sqlx::Result<Vec<(CaptainId, i64)>> {
    const SQL: &str = "SELECT captain_id, CAST(SUM(amount_minor) AS BIGINT) FROM expense
        WHERE captain_id >= $1 AND captain_id <= $2 AND state NOT IN ('rejected', 'corrected') GROUP BY captain_id";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(from).bind(to))
}

/// Keeps what a captain said; what was said before stays.
pub(in crate::spending) async fn keep_said(tx: &mut Tx, id: CaptainId, pay_by: Option<&[u8]>, email: Option<&[u8]>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE captain SET pay_by = COALESCE(pay_by, $2), email = COALESCE(email, $3) WHERE id = $1";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(pay_by).bind(email)).map(drop)
}

pub(in crate::spending) async fn replace_pay_by(tx: &mut Tx, id: CaptainId, sealed: &[u8]) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE captain SET pay_by = $2 WHERE id = $1").bind(id).bind(sealed)).map(drop)
}

pub(in crate::spending) async fn forget_email(tx: &mut Tx, id: CaptainId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE captain SET email = NULL WHERE id = $1").bind(id)).map(drop)
}

pub(in crate::spending) async fn end(tx: &mut Tx, id: CaptainId, now: Instant) -> sqlx::Result<bool> {
    Ok(run!(tx, execute, sqlx::query("UPDATE captain SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL").bind(id).bind(now))? == 1)
}
