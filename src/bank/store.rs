//! SQL of the bank's side, private to this room: statements and lines here, accounts in `store/accounts.rs`, matches in `store/matches.rs`,
//! what `verify` asks in `store/questions.rs`.

pub(super) mod accounts;
pub(super) mod matches;
pub(super) mod questions;

use std::collections::HashSet;

use super::rows::{BankLine, StatementRow};
use super::statement::{Format, Line};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{BankAccountId, BankLineId, PersonId, StatementId};
use crate::{insert_rows, run};

/// Writes a query for whole statements.
macro_rules! select_statement {
    ($rest:literal) => {
        concat!("SELECT id, first_on, last_on, opening_minor, closing_minor, lines, new_lines, imported_at FROM bank_statement ", $rest)
    };
}

pub(super) async fn statement_of_file(tx: &mut Tx, account: BankAccountId, sha256: &str) -> sqlx::Result<Option<StatementRow>> {
    run!(tx, fetch_optional, sqlx::query_as(select_statement!("WHERE bank_account_id = $1 AND sha256 = $2")).bind(account).bind(sha256))
}

/// The statement that reaches furthest, of those that told anything new.
pub(super) async fn last_statement(tx: &mut Tx, account: BankAccountId) -> sqlx::Result<Option<StatementRow>> {
    const SQL: &str = select_statement!("WHERE bank_account_id = $1 AND new_lines > 0 ORDER BY last_on DESC, id DESC LIMIT 1");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(account))
}

pub(super) async fn statements(tx: &mut Tx, account: BankAccountId, before: StatementId, limit: i64) -> sqlx::Result<Vec<StatementRow>> {
    const SQL: &str = select_statement!(
        "WHERE bank_account_id = $1 AND (last_on, id) < (COALESCE((SELECT x.last_on FROM bank_statement x WHERE x.id = $2), '9999-99-99'), $2)
         ORDER BY last_on DESC, id DESC LIMIT $3"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(account).bind(before).bind(limit))
}

/// What a statement is, as it is written.
pub(super) struct NewStatement<'a> {
    pub account: BankAccountId,
    pub sha256: &'a str,
    pub format: Format,
    pub first_on: Day,
    pub last_on: Day,
    pub opening_minor: i64,
    pub closing_minor: i64,
    pub lines: i64,
    pub new_lines: i64,
    pub person: PersonId,
}

pub(super) async fn insert_statement(tx: &mut Tx, new: &NewStatement<'_>, now: Instant) -> sqlx::Result<StatementId> {
    const SQL: &str = "INSERT INTO bank_statement
        (bank_account_id, sha256, format, first_on, last_on, opening_minor, closing_minor, lines, new_lines, imported_at, person_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id";
    run!(
        tx,
        fetch_one,
        sqlx::query_scalar(SQL)
            .bind(new.account)
            .bind(new.sha256)
            .bind(new.format)
            .bind(new.first_on)
            .bind(new.last_on)
            .bind(new.opening_minor)
            .bind(new.closing_minor)
            .bind(new.lines)
            .bind(new.new_lines)
            .bind(now)
            .bind(new.person)
    )
}

pub(super) async fn insert_lines(tx: &mut Tx, account: BankAccountId, statement: StatementId, lines: &[(&Line, &str)]) -> sqlx::Result<()> {
    const HEAD: &str =
        "INSERT INTO bank_line (bank_account_id, statement_id, number, booked_on, amount_minor, text, reference, fingerprint)";
    let number = |line: &Line| i64::try_from(line.number).unwrap_or(i64::MAX);
    insert_rows!(tx, HEAD, lines, |(line, fingerprint)| [
        account,
        statement,
        number(line),
        line.on,
        line.amount_minor,
        &line.text,
        line.reference.as_deref(),
        *fingerprint,
    ])
    .map(drop)
}

/// The marks of the lines between two days.
pub(super) async fn fingerprints(tx: &mut Tx, account: BankAccountId, from: Day, to: Day) -> sqlx::Result<HashSet<String>> {
    const SQL: &str = "SELECT fingerprint FROM bank_line WHERE bank_account_id = $1 AND booked_on BETWEEN $2 AND $3 AND number > 0";
    let found: Vec<String> = run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(account).bind(from).bind(to))?;
    Ok(found.into_iter().collect())
}

/// The day of the first line; None before the first statement.
pub(super) async fn first_on(tx: &mut Tx, account: BankAccountId) -> sqlx::Result<Option<Day>> {
    const SQL: &str = "SELECT MIN(booked_on) FROM bank_line WHERE bank_account_id = $1 AND number > 0";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(account))
}

/// Σ of the lines after a day: from the newest balance back to that day without reading all history.
pub(super) async fn sum_after(tx: &mut Tx, account: BankAccountId, day: Day) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM bank_line
        WHERE bank_account_id = $1 AND booked_on > $2 AND number > 0";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(account).bind(day))
}

pub(super) async fn line(tx: &mut Tx, id: BankLineId) -> sqlx::Result<Option<BankLine>> {
    const SQL: &str = "SELECT id, bank_account_id, number, booked_on, amount_minor, text, reference FROM bank_line WHERE id = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

pub(super) async fn insert_upload(
    tx: &mut Tx,
    (reference, account, person): (&str, BankAccountId, PersonId),
    body: &[u8],
    closing_minor: Option<i64>,
    now: Instant,
) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO bank_upload (ref, bank_account_id, person_id, body, closing_minor, uploaded_at) VALUES ($1, $2, $3, $4, $5, $6)";
    run!(tx, execute, sqlx::query(SQL).bind(reference).bind(account).bind(person).bind(body).bind(closing_minor).bind(now)).map(drop)
}

/// The account, the bytes and the closing balance of a person's own upload.
pub(super) async fn upload(tx: &mut Tx, reference: &str, person: PersonId) -> sqlx::Result<Option<(BankAccountId, Vec<u8>, Option<i64>)>> {
    const SQL: &str = "SELECT bank_account_id, body, closing_minor FROM bank_upload WHERE ref = $1 AND person_id = $2";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(reference).bind(person))
}

pub(super) async fn set_upload_closing(tx: &mut Tx, reference: &str, closing_minor: Option<i64>) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE bank_upload SET closing_minor = $2 WHERE ref = $1").bind(reference).bind(closing_minor)).map(drop)
}

pub(super) async fn delete_upload(tx: &mut Tx, reference: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM bank_upload WHERE ref = $1").bind(reference)).map(drop)
}

pub(super) async fn delete_uploads_before(tx: &mut Tx, before: Instant) -> sqlx::Result<u64> {
    run!(tx, execute, sqlx::query("DELETE FROM bank_upload WHERE uploaded_at < $1").bind(before))
}
