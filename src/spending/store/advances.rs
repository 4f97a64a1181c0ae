//! SQL of advances, cards and transfers.

use super::super::advance::{Move, Purse, PurseKind, Transfer, TransferState};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{EntryId, FundId, PersonId, ProposalId, PurseId, TransferId};
use crate::run;

pub(in crate::spending) async fn insert(
    tx: &mut Tx,
    kind: PurseKind,
    path: &str,
    custodian: &str,
    person: PersonId,
    now: Instant,
) -> sqlx::Result<PurseId> {
    const SQL: &str = "INSERT INTO purse (kind, path, custodian, opened_by, opened_at) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(kind).bind(path).bind(custodian).bind(person).bind(now))
}

pub(in crate::spending) async fn find_by_path(tx: &mut Tx, path: &str) -> sqlx::Result<Option<Purse>> {
    const SQL: &str = "SELECT id, kind, path, custodian, opened_by FROM purse WHERE path = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(path))
}

pub(in crate::spending) async fn list(tx: &mut Tx) -> sqlx::Result<Vec<Purse>> {
    run!(tx, fetch_all, sqlx::query_as("SELECT id, kind, path, custodian, opened_by FROM purse ORDER BY path LIMIT 500"))
}

/// Whether this is an account at a bank that was ended. No other account can be.
pub(in crate::spending) async fn account_is_ended(tx: &mut Tx, path: &str) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM bank_account WHERE path = $1 AND ended_at IS NOT NULL";
    Ok(run!(tx, fetch_one, sqlx::query_scalar::<_, i64>(SQL).bind(path))? > 0)
}

pub(in crate::spending) async fn insert_transfer(
    tx: &mut Tx,
    fund: FundId,
    step: &Move,
    person: PersonId,
    now: Instant,
) -> sqlx::Result<TransferId> {
    const SQL: &str = "INSERT INTO transfer (fund_id, from_path, to_path, amount_minor, currency, state, asked_by, asked_at)
        VALUES ($1, $2, $3, $4, $5, 'sent', $6, $7) RETURNING id";
    run!(
        tx,
        fetch_one,
        sqlx::query_scalar(SQL)
            .bind(fund)
            .bind(&step.from)
            .bind(&step.to)
            .bind(step.amount.minor)
            .bind(step.amount.currency)
            .bind(person)
            .bind(now)
    )
}

pub(in crate::spending) async fn set_proposal(tx: &mut Tx, id: TransferId, proposal: ProposalId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE transfer SET proposal_id = $2 WHERE id = $1").bind(id).bind(proposal)).map(drop)
}

/// Settles a transfer that waits; false where it does not wait any more.
pub(in crate::spending) async fn settle(tx: &mut Tx, id: TransferId, state: TransferState, entry: Option<EntryId>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE transfer SET state = $2, entry_id = $3 WHERE id = $1 AND state = 'sent'";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(state).bind(entry))? == 1)
}

pub(in crate::spending) async fn find_transfer(tx: &mut Tx, id: TransferId) -> sqlx::Result<Option<Transfer>> {
    const SQL: &str =
        "SELECT id, fund_id, from_path, to_path, amount_minor, currency, state, proposal_id, entry_id FROM transfer WHERE id = $1";
    run!(tx, fetch_optional, sqlx::query_as(SQL).bind(id))
}

pub(in crate::spending) async fn transfers(tx: &mut Tx, before: TransferId, limit: i64) -> sqlx::Result<Vec<Transfer>> {
    const SQL: &str = "SELECT id, fund_id, from_path, to_path, amount_minor, currency, state, proposal_id, entry_id FROM transfer
        WHERE id < $1 ORDER BY id DESC LIMIT $2";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(before).bind(limit))
}
