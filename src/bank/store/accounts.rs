//! SQL of the accounts at banks.

use crate::bank::rows::BankAccount;
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::BankAccountId;
use crate::money::Currency;
use crate::run;

/// Writes a query for whole accounts; the columns are named once.
macro_rules! select_account {
    ($rest:literal) => {
        concat!("SELECT id, path, name, currency, ending, mapping, checked_at, ended_at FROM bank_account ", $rest)
    };
}

pub(in crate::bank) async fn insert(tx: &mut Tx, path: &str, name: &str, currency: Currency, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO bank_account (account_id, path, name, currency, decisions, created_at)
        SELECT id, path, $2, $3, 0, $4 FROM account WHERE path = $1
        ON CONFLICT (path) DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(path).bind(name).bind(currency).bind(now)).map(drop)
}

pub(in crate::bank) async fn all(tx: &mut Tx) -> sqlx::Result<Vec<BankAccount>> {
    run!(tx, fetch_all, sqlx::query_as(select_account!("ORDER BY id")))
}

pub(in crate::bank) async fn find(tx: &mut Tx, id: BankAccountId) -> sqlx::Result<Option<BankAccount>> {
    run!(tx, fetch_optional, sqlx::query_as(select_account!("WHERE id = $1")).bind(id))
}

/// Locks the row on `PostgreSQL` and costs nothing on `SQLite`, where the one writer has the file already.
pub(in crate::bank) async fn raise_decisions(tx: &mut Tx, id: BankAccountId) -> sqlx::Result<bool> {
    Ok(run!(tx, execute, sqlx::query("UPDATE bank_account SET decisions = decisions + 1 WHERE id = $1").bind(id))? == 1)
}

pub(in crate::bank) async fn save_mapping(tx: &mut Tx, id: BankAccountId, mapping: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE bank_account SET mapping = $2 WHERE id = $1").bind(id).bind(mapping)).map(drop)
}

pub(in crate::bank) async fn save_ending(tx: &mut Tx, id: BankAccountId, ending: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE bank_account SET ending = $2 WHERE id = $1 AND ending IS NULL").bind(id).bind(ending)).map(drop)
}

pub(in crate::bank) async fn of_path(tx: &mut Tx, path: &str) -> sqlx::Result<Option<BankAccount>> {
    run!(tx, fetch_optional, sqlx::query_as(select_account!("WHERE path = $1")).bind(path))
}

/// Whether another account bears the name, whichever way it is written.
pub(in crate::bank) async fn is_called(tx: &mut Tx, name: &str, but: BankAccountId) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM bank_account WHERE LOWER(name) = LOWER($1) AND id <> $2";
    let found: i64 = run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(name).bind(but))?;
    Ok(found > 0)
}

pub(in crate::bank) async fn set_name(tx: &mut Tx, id: BankAccountId, name: &str, ending: Option<&str>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE bank_account SET name = $2, ending = $3 WHERE id = $1";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(name).bind(ending)).map(drop)
}

/// Ends an account that is in use, or takes one up again that was ended; false where it is so already.
pub(in crate::bank) async fn set_ended(tx: &mut Tx, id: BankAccountId, ended_at: Option<Instant>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE bank_account SET ended_at = $2 WHERE id = $1 AND (ended_at IS NULL) <> (CAST($2 AS BIGINT) IS NULL)";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(ended_at))? == 1)
}

pub(in crate::bank) async fn note_check(tx: &mut Tx, id: BankAccountId, now: Instant) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE bank_account SET checked_at = $2 WHERE id = $1").bind(id).bind(now)).map(drop)
}
