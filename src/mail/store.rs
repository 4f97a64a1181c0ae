//! SQL of the outbox, private to this room.

use super::letter::{Due, Kind, Problem};
use super::sight::Sight;
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::LetterId;
use crate::run;

/// A mail as it becomes a row: sealed, but for its subject.
pub(super) struct Sealed<'a> {
    pub(super) reference: &'a str,
    pub(super) cause: &'a str,
    pub(super) kind: Kind,
    pub(super) subject: &'a str,
    pub(super) recipient: &'a [u8],
    pub(super) text: &'a [u8],
    pub(super) html: &'a [u8],
    pub(super) leave: Option<&'a [u8]>,
}

/// False: its cause has its mail already.
pub(super) async fn insert(tx: &mut Tx, new: &Sealed<'_>, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO letter (ref, cause, kind, subject, recipient, text, html, leave, state, attempts, queued_at, next_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $9, $9) ON CONFLICT (cause) DO NOTHING";
    let done = run!(tx, execute, {
        let query = sqlx::query(SQL).bind(new.reference).bind(new.cause).bind(new.kind).bind(new.subject);
        query.bind(new.recipient).bind(new.text).bind(new.html).bind(new.leave).bind(now)
    })?;
    Ok(done == 1)
}

pub(super) async fn due(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Due>> {
    const SQL: &str = "SELECT id, ref AS reference, attempts, queued_at, subject, recipient, text, html, leave FROM letter
        WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at, id LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(now).bind(limit))
}

/// Takes a mail to send it; false: another node did, or a person changed it.
pub(super) async fn claim(tx: &mut Tx, due: &Due, now: Instant, next: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE letter SET attempts = attempts + 1, next_at = $3
        WHERE id = $1 AND state = 'waiting' AND next_at <= $2 AND attempts = $4";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(due.id).bind(now).bind(next).bind(due.attempts))? == 1)
}

/// Notes that it went, and forgets what it said and to whom.
pub(super) async fn sent(tx: &mut Tx, id: LetterId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str =
        "UPDATE letter SET state = 'sent', ended_at = $2, recipient = $3, text = $3, html = $3, leave = NULL, problem = NULL, reply = NULL
        WHERE id = $1 AND state <> 'sent'";
    run!(tx, execute, sqlx::query(SQL).bind(id).bind(now).bind(&b""[..])).map(drop)
}

/// Notes why it did not go; `next` None: it is given up.
pub(super) async fn failed(
    tx: &mut Tx,
    id: LetterId,
    (problem, reply): (Problem, Option<i64>),
    next: Option<Instant>,
    now: Instant,
) -> sqlx::Result<()> {
    const LATER: &str = "UPDATE letter SET problem = $2, reply = $3, next_at = $4 WHERE id = $1 AND state = 'waiting'";
    const NEVER: &str = "UPDATE letter SET problem = $2, reply = $3, state = 'dead', ended_at = $4 WHERE id = $1 AND state = 'waiting'";
    let sql = if next.is_some() { LATER } else { NEVER };
    run!(tx, execute, sqlx::query(sql).bind(id).bind(problem).bind(reply).bind(next.unwrap_or(now))).map(drop)
}

pub(super) async fn again(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    const SQL: &str = "UPDATE letter SET state = 'waiting', attempts = 0, next_at = $1, ended_at = NULL, problem = NULL, reply = NULL
        WHERE state = 'dead'";
    run!(tx, execute, sqlx::query(SQL).bind(now))
}

pub(super) async fn hold(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    const SQL: &str = "UPDATE letter SET state = 'dead', ended_at = $1, problem = $2, reply = NULL WHERE state = 'waiting'";
    run!(tx, execute, sqlx::query(SQL).bind(now).bind(Problem::Restored))
}

pub(super) async fn is_written(tx: &mut Tx, cause: &str) -> sqlx::Result<bool> {
    let found: Option<LetterId> = run!(tx, fetch_optional, sqlx::query_scalar("SELECT id FROM letter WHERE cause = $1").bind(cause))?;
    Ok(found.is_some())
}

/// How many wait, and how many are dead.
pub(super) async fn counts(tx: &mut Tx) -> sqlx::Result<(i64, i64)> {
    const SQL: &str = "SELECT COUNT(*) FILTER (WHERE state = 'waiting'), COUNT(*) FILTER (WHERE state = 'dead') FROM letter
        WHERE state <> 'sent'";
    run!(tx, fetch_one, sqlx::query_as(SQL))
}

/// Writes a query for mails as they are seen.
macro_rules! select_sight {
    ($rest:literal) => {
        concat!("SELECT id, kind, state, attempts, queued_at, next_at, ended_at, problem, reply FROM letter ", $rest)
    };
}

pub(super) async fn unsent(tx: &mut Tx, after: LetterId, limit: i64) -> sqlx::Result<Vec<Sight>> {
    const SQL: &str = select_sight!("WHERE state <> 'sent' AND id > $1 ORDER BY id LIMIT $2");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(after).bind(limit))
}

pub(super) async fn newest_sent(tx: &mut Tx, before: LetterId, limit: i64) -> sqlx::Result<Vec<Sight>> {
    const SQL: &str = select_sight!(
        "WHERE state = 'sent' AND (ended_at, id) < (COALESCE((SELECT ended_at FROM letter WHERE id = $1), 9223372036854775807), $1)
         ORDER BY ended_at DESC, id DESC LIMIT $2"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(before).bind(limit))
}
