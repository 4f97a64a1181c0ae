//! SQL of staff, operations and the log of acts, private to this room.

pub(super) mod credentials;
pub(super) mod decisions;
#[cfg(feature = "passkeys")]
pub(super) mod passkeys;

use super::audit::Act;
use super::person::{NewPerson, PersonRow, Role};
use super::session::{Session, Stage};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{AuditId, PersonId, SessionId};
use crate::language::Language;
use crate::run;

/// Writes a query for whole people; the columns are named once.
macro_rules! select_person {
    ($rest:literal) => {
        concat!("SELECT id, ref AS reference, name, email, language, created_at, disabled_at FROM person ", $rest)
    };
}

pub(super) async fn insert(
    tx: &mut Tx,
    reference: &str,
    new: &NewPerson,
    email_hash: &str,
    email: &[u8],
    now: Instant,
) -> sqlx::Result<PersonId> {
    const SQL: &str =
        "INSERT INTO person (ref, name, email_hash, email, language, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(reference).bind(&new.name).bind(email_hash).bind(email).bind(new.language).bind(now))
}

pub(super) async fn find(tx: &mut Tx, id: PersonId) -> sqlx::Result<Option<PersonRow>> {
    run!(tx, fetch_optional, sqlx::query_as(select_person!("WHERE id = $1")).bind(id))
}

pub(super) async fn find_by_ref(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<PersonRow>> {
    run!(tx, fetch_optional, sqlx::query_as(select_person!("WHERE ref = $1")).bind(reference))
}

pub(super) async fn find_by_email(tx: &mut Tx, email_hash: &str) -> sqlx::Result<Option<PersonRow>> {
    run!(tx, fetch_optional, sqlx::query_as(select_person!("WHERE email_hash = $1")).bind(email_hash))
}

pub(super) async fn email_hash(tx: &mut Tx, id: PersonId) -> sqlx::Result<Option<String>> {
    run!(tx, fetch_optional, sqlx::query_scalar("SELECT email_hash FROM person WHERE id = $1").bind(id))
}

pub(super) async fn rename(tx: &mut Tx, id: PersonId, name: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE person SET name = $2 WHERE id = $1").bind(id).bind(name)).map(drop)
}

pub(super) async fn put_language(tx: &mut Tx, id: PersonId, language: Language) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE person SET language = $2 WHERE id = $1").bind(id).bind(language)).map(drop)
}

pub(super) async fn list(tx: &mut Tx) -> sqlx::Result<Vec<PersonRow>> {
    const SQL: &str = select_person!("ORDER BY CASE WHEN disabled_at IS NULL THEN 0 ELSE 1 END, name, id");
    run!(tx, fetch_all, sqlx::query_as(SQL))
}

pub(super) async fn disable(tx: &mut Tx, id: PersonId, now: Instant) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE person SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL").bind(id).bind(now)).map(drop)
}

pub(super) async fn roles(tx: &mut Tx, id: PersonId) -> sqlx::Result<Vec<Role>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT role FROM person_role WHERE person_id = $1").bind(id))
}

pub(super) async fn holders(tx: &mut Tx, role: Role) -> sqlx::Result<Vec<PersonId>> {
    const SQL: &str =
        "SELECT p.id FROM person_role r JOIN person p ON p.id = r.person_id WHERE r.role = $1 AND p.disabled_at IS NULL ORDER BY p.id";
    run!(tx, fetch_all, sqlx::query_scalar(SQL).bind(role))
}

pub(super) async fn give_role(tx: &mut Tx, id: PersonId, role: Role, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO person_role (person_id, role, given_at) VALUES ($1, $2, $3) ON CONFLICT (person_id, role) DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(role).bind(now)).map(drop)
}

pub(super) async fn take_role(tx: &mut Tx, id: PersonId, role: Role) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("DELETE FROM person_role WHERE person_id = $1 AND role = $2").bind(id).bind(role)).map(drop)
}

pub(super) async fn write_act(
    tx: &mut Tx,
    person: Option<PersonId>,
    act: &str,
    subject: &str,
    detail: &str,
    now: Instant,
) -> sqlx::Result<AuditId> {
    const SQL: &str = "INSERT INTO audit (at, person_id, act, subject, detail) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(now).bind(person).bind(act).bind(subject).bind(detail))
}

pub(super) async fn insert_notice(tx: &mut Tx, id: AuditId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("INSERT INTO notice (audit_id) VALUES ($1)").bind(id)).map(drop)
}

pub(super) async fn notices(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Act>> {
    const SQL: &str = "SELECT a.id, a.at, a.person_id, a.act, a.subject, a.detail FROM notice n JOIN audit a ON a.id = n.audit_id
        ORDER BY n.audit_id LIMIT $1";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(limit))
}

/// True when it was there until now.
pub(super) async fn end_notice(tx: &mut Tx, id: AuditId) -> sqlx::Result<bool> {
    Ok(run!(tx, execute, sqlx::query("DELETE FROM notice WHERE audit_id = $1").bind(id))? == 1)
}

pub(super) async fn insert_forgotten(tx: &mut Tx, email_hash: &str, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO forgotten (email_hash, asked_at) VALUES ($1, $2) ON CONFLICT (email_hash) DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(email_hash).bind(now)).map(drop)
}

pub(super) async fn forgotten(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<String>> {
    run!(tx, fetch_all, sqlx::query_scalar("SELECT email_hash FROM forgotten ORDER BY asked_at, email_hash LIMIT $1").bind(limit))
}

/// True when it was there until now.
pub(super) async fn end_forgotten(tx: &mut Tx, email_hash: &str) -> sqlx::Result<bool> {
    Ok(run!(tx, execute, sqlx::query("DELETE FROM forgotten WHERE email_hash = $1").bind(email_hash))? == 1)
}

pub(super) async fn acts(tx: &mut Tx, before: AuditId, limit: i64) -> sqlx::Result<Vec<Act>> {
    const SQL: &str = "SELECT id, at, person_id, act, subject, detail FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(before).bind(limit))
}

pub(super) async fn acts_of(tx: &mut Tx, person: PersonId, before: AuditId, limit: i64) -> sqlx::Result<Vec<Act>> {
    const SQL: &str =
        "SELECT id, at, person_id, act, subject, detail FROM audit WHERE person_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(person).bind(before).bind(limit))
}

/// The hash of what was asked, and the result.
pub(super) async fn find_operation(tx: &mut Tx, id: &str) -> sqlx::Result<Option<(String, String)>> {
    run!(tx, fetch_optional, sqlx::query_as("SELECT input_hash, result FROM operation WHERE id = $1").bind(id))
}

pub(super) async fn insert_operation(tx: &mut Tx, id: &str, input_hash: &str, result: &str, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO operation (id, input_hash, result, done_at) VALUES ($1, $2, $3, $4)";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(input_hash).bind(result).bind(now)).map(drop)
}

/// Writes a query for whole sessions that nobody ended.
macro_rules! select_session {
    ($rest:literal) => {
        concat!("SELECT id, person_id, stage, label, started_at, seen_at, proved_at FROM session WHERE ended_at IS NULL AND ", $rest)
    };
}

pub(super) async fn insert_session(
    tx: &mut Tx,
    token_hash: &str,
    person: PersonId,
    stage: Stage,
    label: &str,
    now: Instant,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO session (token_hash, person_id, stage, label, started_at, seen_at, proved_at)
        VALUES ($1, $2, $3, $4, $5, $5, $5)";
    run!(tx, execute, sqlx::query(SQL).bind(token_hash).bind(person).bind(stage).bind(label).bind(now)).map(drop)
}

pub(super) async fn find_session(tx: &mut Tx, token_hash: &str) -> sqlx::Result<Option<Session>> {
    run!(tx, fetch_optional, sqlx::query_as(select_session!("token_hash = $1")).bind(token_hash))
}

pub(super) async fn prove_session(tx: &mut Tx, id: SessionId, token_hash: &str, now: Instant) -> sqlx::Result<()> {
    const SQL: &str =
        "UPDATE session SET token_hash = $2, stage = 'whole', seen_at = $3, proved_at = $3 WHERE id = $1 AND ended_at IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(token_hash).bind(now)).map(drop)
}

pub(super) async fn note_session(tx: &mut Tx, id: SessionId, now: Instant) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2").bind(id).bind(now)).map(drop)
}

pub(super) async fn sessions_of(tx: &mut Tx, person: PersonId) -> sqlx::Result<Vec<Session>> {
    run!(tx, fetch_all, sqlx::query_as(select_session!("person_id = $1 ORDER BY started_at DESC, id DESC")).bind(person))
}

pub(super) async fn end_session(tx: &mut Tx, person: PersonId, id: SessionId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE session SET ended_at = $3 WHERE person_id = $1 AND id = $2 AND ended_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(person).bind(id).bind(now))? > 0)
}

pub(super) async fn end_sessions(tx: &mut Tx, person: PersonId, kept: Option<SessionId>, now: Instant) -> sqlx::Result<u64> {
    const SQL: &str = "UPDATE session SET ended_at = $3 WHERE person_id = $1 AND id <> $2 AND ended_at IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(person).bind(kept.unwrap_or(SessionId(0))).bind(now))
}

pub(super) async fn end_all_sessions(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    run!(tx, execute, sqlx::query("UPDATE session SET ended_at = $1 WHERE ended_at IS NULL").bind(now))
}

pub(super) async fn forget_sessions(tx: &mut Tx, before: Instant) -> sqlx::Result<u64> {
    run!(tx, execute, sqlx::query("DELETE FROM session WHERE seen_at < $1").bind(before))
}

/// True when the browser is known as this person's, and is noted as used now.
pub(super) async fn see_device(tx: &mut Tx, token_hash: &str, person: PersonId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE device SET seen_at = $3 WHERE token_hash = $1 AND person_id = $2";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(token_hash).bind(person).bind(now))? == 1)
}

pub(super) async fn has_device(tx: &mut Tx, person: PersonId) -> sqlx::Result<bool> {
    let known: i64 = run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM device WHERE person_id = $1").bind(person))?;
    Ok(known > 0)
}

pub(super) async fn insert_device(tx: &mut Tx, token_hash: &str, person: PersonId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO device (token_hash, person_id, seen_at) VALUES ($1, $2, $3) ON CONFLICT (token_hash, person_id) DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(token_hash).bind(person).bind(now)).map(drop)
}

pub(super) async fn forget_devices(tx: &mut Tx, before: Instant) -> sqlx::Result<u64> {
    run!(tx, execute, sqlx::query("DELETE FROM device WHERE seen_at < $1").bind(before))
}

pub(super) async fn name_session(tx: &mut Tx, id: SessionId, label: &str) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE session SET label = $2 WHERE id = $1").bind(id).bind(label)).map(drop)
}

pub(super) async fn enable(tx: &mut Tx, id: PersonId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE person SET disabled_at = NULL WHERE id = $1").bind(id)).map(drop)
}
