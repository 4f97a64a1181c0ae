//! SQL of the payee book.

use super::super::payee::{Details, NewDetails, NewPayee, Payee};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DetailsId, PayeeId, PersonId, ProposalId};
use crate::{run, run_in};

/// Writes a query for whole payees; the columns are named once.
macro_rules! select_payee {
    ($rest:literal) => {
        concat!("SELECT id, label, kind, pseudonym, conflict, email, created_by, created_at, ended_at FROM payee ", $rest)
    };
}

/// The same for the ways payees are paid.
macro_rules! select_details {
    ($rest:literal) => {
        concat!(
            "SELECT id, payee_id, way, details, last_four, checked, state, proposal_id, entered_by, entered_at, ready_at FROM payee_details ",
            $rest
        )
    };
}

pub(in crate::spending) async fn insert(
    tx: &mut Tx,
    new: &NewPayee,
    pseudonym: &str,
    person: PersonId,
    now: Instant,
) -> sqlx::Result<PayeeId> {
    const SQL: &str =
        "INSERT INTO payee (label, kind, pseudonym, conflict, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    let conflict = new.conflict.as_deref();
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(&new.label).bind(new.kind).bind(pseudonym).bind(conflict).bind(person).bind(now))
}

pub(in crate::spending) async fn insert_details(
    tx: &mut Tx,
    payee: PayeeId,
    new: &NewDetails,
    (sealed, hash): (&[u8], &str),
    person: PersonId,
    now: Instant,
) -> sqlx::Result<DetailsId> {
    const SQL: &str = "INSERT INTO payee_details (payee_id, way, details, details_hash, last_four, checked, state, entered_by, entered_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8) RETURNING id";
    run!(
        tx,
        fetch_one,
        sqlx::query_scalar(SQL)
            .bind(payee)
            .bind(new.way)
            .bind(sealed)
            .bind(hash)
            .bind(new.last_four())
            .bind(new.checked)
            .bind(person)
            .bind(now)
    )
}

pub(in crate::spending) async fn find(tx: &mut Tx, id: PayeeId) -> sqlx::Result<Option<Payee>> {
    run!(tx, fetch_optional, sqlx::query_as(select_payee!("WHERE id = $1")).bind(id))
}

pub(in crate::spending) async fn find_by_pseudonym(tx: &mut Tx, pseudonym: &str) -> sqlx::Result<Option<Payee>> {
    run!(tx, fetch_optional, sqlx::query_as(select_payee!("WHERE pseudonym = $1")).bind(pseudonym))
}

pub(in crate::spending) async fn page(tx: &mut Tx, before: PayeeId, limit: i64) -> sqlx::Result<Vec<Payee>> {
    run!(tx, fetch_all, sqlx::query_as(select_payee!("WHERE id < $1 ORDER BY id DESC LIMIT $2")).bind(before).bind(limit))
}

pub(in crate::spending) async fn list(tx: &mut Tx) -> sqlx::Result<Vec<Payee>> {
    const SQL: &str = select_payee!("ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, label, id LIMIT 1000");
    run!(tx, fetch_all, sqlx::query_as(SQL))
}

pub(in crate::spending) async fn find_details(tx: &mut Tx, id: DetailsId) -> sqlx::Result<Option<Details>> {
    run!(tx, fetch_optional, sqlx::query_as(select_details!("WHERE id = $1")).bind(id))
}

/// The newest details that did not end, agreed to or not.
pub(in crate::spending) async fn newest_details(tx: &mut Tx, payee: PayeeId) -> sqlx::Result<Option<Details>> {
    const SQL: &str = select_details!("WHERE payee_id = $1 AND state <> 'ended' ORDER BY id DESC LIMIT 1");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(payee))
}

/// The same for many payees, the newest of each last.
pub(in crate::spending) async fn newest_details_of(tx: &mut Tx, payees: &[PayeeId]) -> sqlx::Result<Vec<Details>> {
    let mut found: Vec<Details> = run_in!(tx, query_as, select_details!("WHERE state <> 'ended' AND payee_id IN"), payees)?;
    found.sort_by_key(|details| details.id);
    Ok(found)
}

/// Another payee with the same account.
pub(in crate::spending) async fn same_account(tx: &mut Tx, hash: &str, but: Option<PayeeId>) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT p.label FROM payee_details d JOIN payee p ON p.id = d.payee_id
        WHERE d.details_hash = $1 AND p.id <> $2 AND d.state <> 'ended' AND p.ended_at IS NULL ORDER BY p.id LIMIT 1";
    run!(tx, fetch_optional, sqlx::query_scalar(SQL).bind(hash).bind(but.unwrap_or(PayeeId(0))))
}

pub(in crate::spending) async fn set_details_proposal(tx: &mut Tx, id: DetailsId, proposal: ProposalId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE payee_details SET proposal_id = $2 WHERE id = $1").bind(id).bind(proposal)).map(drop)
}

/// What was agreed to before these details and did not end.
pub(in crate::spending) async fn agreed_before(tx: &mut Tx, payee: PayeeId, id: DetailsId) -> sqlx::Result<Option<Details>> {
    const SQL: &str = select_details!("WHERE payee_id = $1 AND id < $2 AND state = 'agreed' ORDER BY id DESC LIMIT 1");
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(payee).bind(id))
}

pub(in crate::spending) async fn set_email(tx: &mut Tx, payee: PayeeId, sealed: Option<&[u8]>) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE payee SET email = $2 WHERE id = $1").bind(payee).bind(sealed)).map(drop)
}

/// Ends every other way a payee was paid and forgets the account itself.
pub(in crate::spending) async fn end_details(tx: &mut Tx, payee: PayeeId, but: Option<DetailsId>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE payee_details SET state = 'ended', details = $3 WHERE payee_id = $1 AND id <> $2 AND state <> 'ended'";
    let nothing: &[u8] = &[];
    run!(tx, execute, sqlx::query(SQL).bind(payee).bind(but.unwrap_or(DetailsId(0))).bind(nothing)).map(drop)
}

pub(in crate::spending) async fn waiting_details(tx: &mut Tx, payee: PayeeId) -> sqlx::Result<Vec<DetailsId>> {
    run!(
        tx,
        fetch_all,
        sqlx::query_scalar("SELECT id FROM payee_details WHERE payee_id = $1 AND state = 'waiting' ORDER BY id").bind(payee)
    )
}

pub(in crate::spending) async fn end_one(tx: &mut Tx, id: DetailsId) -> sqlx::Result<()> {
    let nothing: &[u8] = &[];
    run!(tx, execute, sqlx::query("UPDATE payee_details SET state = 'ended', details = $2 WHERE id = $1").bind(id).bind(nothing)).map(drop)
}

pub(in crate::spending) async fn agree(tx: &mut Tx, id: DetailsId, ready_at: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE payee_details SET state = 'agreed', ready_at = $2 WHERE id = $1 AND state = 'waiting'";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(ready_at))? == 1)
}

pub(in crate::spending) async fn end(tx: &mut Tx, id: PayeeId, now: Instant) -> sqlx::Result<bool> {
    Ok(run!(
        tx,
        execute,
        sqlx::query("UPDATE payee SET ended_at = $2, email = NULL WHERE id = $1 AND ended_at IS NULL").bind(id).bind(now)
    )? == 1)
}
