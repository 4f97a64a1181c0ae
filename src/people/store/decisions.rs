//! SQL of links, and of what two administrators decide about a third person.

use super::super::change::{Change, Kind};
use super::super::link::{Link, Purpose};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{ChangeId, LinkId, PersonId};
use crate::run;

pub async fn insert_link(tx: &mut Tx, token_hash: &str, link: &Link) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO link (token_hash, purpose, person_id, made_by, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let Link { purpose, person_id, made_by, made_at, expires_at, .. } = link;
    run!(tx, execute, sqlx::query(SQL).bind(token_hash).bind(purpose).bind(person_id).bind(made_by).bind(made_at).bind(expires_at))
        .map(drop)
}

/// One that nobody spent yet.
pub async fn find_link(tx: &mut Tx, token_hash: &str) -> sqlx::Result<Option<Link>> {
    const SQL: &str = "SELECT id, purpose, person_id, made_by, made_at, expires_at FROM link WHERE token_hash = $1 AND spent_at IS NULL";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(token_hash))
}

/// True when it was unspent until now.
pub async fn spend_link(tx: &mut Tx, id: LinkId, now: Instant) -> sqlx::Result<bool> {
    Ok(run!(tx, execute, sqlx::query("UPDATE link SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL").bind(id).bind(now))? == 1)
}

/// Spends every other link of a person: the newest alone lets in.
pub async fn spend_links_of(tx: &mut Tx, person: PersonId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE link SET spent_at = $2 WHERE person_id = $1 AND spent_at IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(person).bind(now)).map(drop)
}

/// Whether a person has a link that still opens something.
pub async fn has_living_link(tx: &mut Tx, person: PersonId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM link WHERE person_id = $1 AND spent_at IS NULL AND made_at <= $2 AND expires_at > $2";
    let living: i64 = run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(person).bind(now))?;
    Ok(living > 0)
}

pub async fn spend_links_for(tx: &mut Tx, purpose: Purpose, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE link SET spent_at = $2 WHERE purpose = $1 AND spent_at IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(purpose).bind(now)).map(drop)
}

pub async fn insert_change(tx: &mut Tx, person: PersonId, kind: Kind, asked_by: PersonId, now: Instant) -> sqlx::Result<ChangeId> {
    const SQL: &str =
        "INSERT INTO people_change (person_id, kind, state, asked_by, asked_at) VALUES ($1, $2, 'asked', $3, $4) RETURNING id";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(person).bind(kind).bind(asked_by).bind(now))
}

/// Writes a query for whole changes; the columns are named once.
macro_rules! select_change {
    ($rest:literal) => {
        concat!("SELECT id, person_id, kind, state, asked_by, asked_at, agreed_by, agreed_at FROM people_change ", $rest)
    };
}

pub async fn find_change(tx: &mut Tx, id: ChangeId) -> sqlx::Result<Option<Change>> {
    run!(tx, fetch_optional, sqlx::query_as(select_change!("WHERE id = $1 AND ended_at IS NULL")).bind(id))
}

pub async fn open_changes(tx: &mut Tx) -> sqlx::Result<Vec<Change>> {
    run!(tx, fetch_all, sqlx::query_as(select_change!("WHERE ended_at IS NULL ORDER BY id")))
}

/// True when it was only asked until now.
pub async fn agree_change(tx: &mut Tx, id: ChangeId, agreed_by: PersonId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE people_change SET state = 'agreed', agreed_by = $2, agreed_at = $3 WHERE id = $1 AND state = 'asked'";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(agreed_by).bind(now))? == 1)
}

/// True when it was agreed to until now.
pub async fn finish_change(tx: &mut Tx, id: ChangeId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE people_change SET state = 'done', ended_at = $2 WHERE id = $1 AND state = 'agreed'";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(now))? == 1)
}

/// True when it stood open until now.
pub async fn cancel_change(tx: &mut Tx, id: ChangeId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE people_change SET state = 'cancelled', ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(now))? == 1)
}

/// Cancels what is still open about a person and a kind, or about a person whatever the kind.
pub async fn cancel_changes_of(tx: &mut Tx, person: PersonId, kind: Option<Kind>, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE people_change SET state = 'cancelled', ended_at = $3
        WHERE person_id = $1 AND (kind = $2 OR $2 = '') AND ended_at IS NULL";
    run!(tx, execute, sqlx::query(SQL).bind(person).bind(kind.map_or("", Kind::as_str)).bind(now)).map(drop)
}

pub async fn note_administrator(tx: &mut Tx, person: PersonId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO administrator_once (person_id, since) VALUES ($1, $2) ON CONFLICT (person_id) DO NOTHING";
    run!(tx, execute, sqlx::query(SQL).bind(person).bind(now)).map(drop)
}

/// How many other people could ever look after people.
pub async fn other_administrators_ever(tx: &mut Tx, person: PersonId) -> sqlx::Result<i64> {
    run!(tx, fetch_one, sqlx::query_scalar("SELECT COUNT(*) FROM administrator_once WHERE person_id <> $1").bind(person))
}

/// Makes every decision about people wait for this one: whoever is last finds who is left.
pub async fn lock_people(tx: &mut Tx) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE person SET name = name")).map(drop)
}
