//! SQL of passkeys and their challenges.

use super::super::passkeys::Passkey;
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{PasskeyId, PersonId};
use crate::run;

/// Writes a query for passkeys that let their owners in.
macro_rules! select_passkey {
    ($rest:literal) => {
        concat!("SELECT id, person_id, credential, label, made_at, used_at FROM passkey WHERE ended_at IS NULL AND ", $rest)
    };
}

pub async fn of(tx: &mut Tx, person: PersonId) -> sqlx::Result<Vec<Passkey>> {
    run!(tx, fetch_all, sqlx::query_as(select_passkey!("person_id = $1 ORDER BY id")).bind(person))
}

pub async fn find_by_credential(tx: &mut Tx, credential_id: &str) -> sqlx::Result<Option<Passkey>> {
    run!(tx, fetch_optional, sqlx::query_as(select_passkey!("credential_id = $1")).bind(credential_id))
}

pub async fn insert(tx: &mut Tx, person: PersonId, credential_id: &str, credential: &str, label: &str, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO passkey (person_id, credential_id, credential, label, made_at) VALUES ($1, $2, $3, $4, $5)";
    run!(tx, execute, sqlx::query(SQL).bind(person).bind(credential_id).bind(credential).bind(label).bind(now)).map(drop)
}

/// True when the passkey was still as it was read.
pub async fn renew(tx: &mut Tx, id: PasskeyId, known: &str, renewed: &str, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE passkey SET credential = $3, used_at = $4 WHERE id = $1 AND credential = $2 AND ended_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(known).bind(renewed).bind(now))? == 1)
}

pub async fn end(tx: &mut Tx, person: PersonId, id: PasskeyId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE passkey SET ended_at = $3 WHERE person_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(person).bind(id).bind(now))? == 1)
}

pub async fn insert_challenge(tx: &mut Tx, ref_hash: &str, person: Option<PersonId>, state: &str, expires_at: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO passkey_challenge (ref_hash, person_id, state, expires_at) VALUES ($1, $2, $3, $4)";
    run!(tx, execute, sqlx::query(SQL).bind(ref_hash).bind(person).bind(state).bind(expires_at)).map(drop)
}

/// Takes a challenge away and gives what it was.
pub async fn spend_challenge(tx: &mut Tx, ref_hash: &str, person: Option<PersonId>, now: Instant) -> sqlx::Result<Option<String>> {
    const SQL: &str =
        "DELETE FROM passkey_challenge WHERE ref_hash = $1 AND person_id IS NOT DISTINCT FROM $2 AND expires_at > $3 RETURNING state";
    run!(tx, fetch_optional, sqlx::query_scalar(SQL).bind(ref_hash).bind(person).bind(now))
}

pub async fn forget_challenges(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    run!(tx, execute, sqlx::query("DELETE FROM passkey_challenge WHERE expires_at <= $1").bind(now))
}
