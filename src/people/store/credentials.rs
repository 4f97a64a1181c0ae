//! SQL of how people prove who they are: passwords, seeds, recovery codes, guesses.

use super::super::factor::{Credential, Known};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::PersonId;
use crate::run;

pub async fn known(tx: &mut Tx, email_hash: &str) -> sqlx::Result<Option<Known>> {
    const SQL: &str = "SELECT p.id, c.password FROM person p JOIN credential c ON c.person_id = p.id
        WHERE p.email_hash = $1 AND p.disabled_at IS NULL";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(email_hash))
}

pub async fn find(tx: &mut Tx, person: PersonId) -> sqlx::Result<Option<Credential>> {
    const SQL: &str = "SELECT person_id, password, password_at, seed, seed_at, last_step FROM credential WHERE person_id = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(person))
}

pub async fn list(tx: &mut Tx) -> sqlx::Result<Vec<PersonId>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT person_id FROM credential ORDER BY person_id"))
}

/// Takes the place of what was there.
pub async fn put(tx: &mut Tx, person: PersonId, password: &str, seed: &[u8], step: i64, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO credential (person_id, password, password_at, seed, seed_at, last_step) VALUES ($1, $2, $5, $3, $5, $4)
        ON CONFLICT (person_id) DO UPDATE SET password = excluded.password, password_at = excluded.password_at, seed = excluded.seed,
            seed_at = excluded.seed_at, last_step = excluded.last_step";
    run!(tx, execute, sqlx::query(SQL).bind(person).bind(password).bind(seed).bind(step).bind(now)).map(drop)
}

pub async fn put_password(tx: &mut Tx, person: PersonId, password: &str, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE credential SET password = $2, password_at = $3 WHERE person_id = $1";
    run!(tx, execute, sqlx::query(SQL).bind(person).bind(password).bind(now)).map(drop)
}

pub async fn put_seed(tx: &mut Tx, person: PersonId, seed: &[u8], step: i64, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE credential SET seed = $2, seed_at = $4, last_step = $3 WHERE person_id = $1";
    run!(tx, execute, sqlx::query(SQL).bind(person).bind(seed).bind(step).bind(now)).map(drop)
}

/// True when the step is later than any that was taken, and is taken now.
pub async fn take_step(tx: &mut Tx, person: PersonId, step: i64) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE credential SET last_step = $2 WHERE person_id = $1 AND last_step < $2";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(person).bind(step))? == 1)
}

/// True when the code was there and unused, and is used now.
pub async fn use_code(tx: &mut Tx, person: PersonId, code_hash: &str, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE recovery_code SET used_at = $3 WHERE code_hash = $2 AND person_id = $1 AND used_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(person).bind(code_hash).bind(now))? == 1)
}

pub async fn forget_codes(tx: &mut Tx, person: PersonId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM recovery_code WHERE person_id = $1").bind(person)).map(drop)
}

pub async fn insert_code(tx: &mut Tx, person: PersonId, code_hash: &str, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO recovery_code (code_hash, person_id, made_at) VALUES ($1, $2, $3)";
    run!(tx, execute, sqlx::query(SQL).bind(code_hash).bind(person).bind(now)).map(drop)
}

pub async fn codes_left(tx: &mut Tx, person: PersonId) -> sqlx::Result<i64> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM recovery_code WHERE person_id = $1 AND used_at IS NULL").bind(person))
}

/// Counts a guess and gives how many there are since the last right one; None while the factor is closed.
pub async fn count_attempt(tx: &mut Tx, factor: &str, now: Instant) -> sqlx::Result<Option<i64>> {
    const SQL: &str = "INSERT INTO attempt (factor, wrong, last_at, open_at) VALUES ($1, 1, $2, $2)
        ON CONFLICT (factor) DO UPDATE SET wrong = attempt.wrong + 1, last_at = $2 WHERE attempt.open_at <= $2 RETURNING wrong";
    run!(tx, fetch_optional, sqlx::query_scalar(SQL).bind(factor).bind(now))
}

pub async fn close_factor(tx: &mut Tx, factor: &str, until: Instant) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE attempt SET open_at = $2 WHERE factor = $1").bind(factor).bind(until)).map(drop)
}

pub async fn opens_at(tx: &mut Tx, factor: &str) -> sqlx::Result<Option<Instant>> {
    run!(tx, fetch_optional, sqlx::query_scalar("SELECT open_at FROM attempt WHERE factor = $1").bind(factor))
}

pub async fn forget_attempts_on(tx: &mut Tx, factor: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM attempt WHERE factor = $1").bind(factor)).map(drop)
}

pub async fn forget_attempts_before(tx: &mut Tx, before: Instant) -> sqlx::Result<u64> {
    run!(tx, execute, sqlx::query("DELETE FROM attempt WHERE last_at < $1 AND open_at < $1").bind(before))
}
