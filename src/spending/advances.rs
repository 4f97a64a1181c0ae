//! Cash advances and prepaid cards with a custodian: money goes there when others agreed, is spent by receipts as any account's, and the change
//! comes back the same way. Not here: expenses paid from them (`save`).

use super::advance::{Move, Purse, PurseKind, Transfer, TransferState, account_word};
use super::store::advances as store;
use super::writing::{RECORDERS, SOURCE};
use super::{Refusal, checks};
use crate::approvals::{self, NewProposal, Proposal, Subject};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ids::{PurseId, TransferId};
use crate::ledger::{self, Account, Kind, NewEntry, NewPosting};
use crate::money::Money;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Person, audit};

/// Opens an advance or a card in the name of who carries it, with an account of its own.
///
/// # Errors
/// [`Refusal::Reason`] where the name makes no account; [`Refusal::SameAccount`] where it is taken.
pub async fn open(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (kind, custodian): (PurseKind, &str),
    now: Instant,
) -> Result<PurseId, Refusal> {
    let person = people::require(tx, actor, RECORDERS).await?;
    if let Some(id) = operation::find_result(tx, operation).await?.and_then(|id| id.parse().ok()) {
        return Ok(PurseId(id));
    }
    let word = account_word(custodian).ok_or(Refusal::Reason)?;
    let (code, root) = kind.account();
    let path = format!("{root}:{word}");
    if store::find_by_path(tx, &path).await?.is_some() {
        return Err(Refusal::SameAccount(custodian.to_owned()));
    }
    // What somebody carries is not at hand at once, so it covers nothing that restricted funds hold.
    ledger::open_account(tx, &Account::new(code, &path, Kind::Asset, false)).await?;
    let id = store::insert(tx, kind, &path, custodian, person.id, now).await?;
    audit::write(tx, Some(person.id), "open an advance", &format!("purse {id}"), "", now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Asks others to agree that money goes to a custodian, or that change comes back.
///
/// # Errors
/// [`Refusal::NotFound`] where neither account is somebody's; [`Refusal::Sum`] where nothing would move.
pub async fn ask(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (fund, step): (&Fund, &Move),
    now: Instant,
) -> Result<TransferId, Refusal> {
    let person = people::require(tx, actor, RECORDERS).await?;
    if let Some(id) = operation::find_result(tx, operation).await?.and_then(|id| id.parse().ok()) {
        return Ok(TransferId(id));
    }
    if step.amount.minor <= 0 || step.from == step.to || step.amount.currency != fund.currency {
        return Err(Refusal::Sum);
    }
    let accounts = super::draft::spendable(&ledger::accounts(tx).await?);
    let carried = store::find_by_path(tx, &step.from).await?.is_some() || store::find_by_path(tx, &step.to).await?.is_some();
    if !carried || ![&step.from, &step.to].iter().all(|path| accounts.contains(path)) {
        return Err(Refusal::NotFound);
    }
    for path in [&step.from, &step.to] {
        checks::in_use(tx, path).await?;
    }
    funds::lock_with_pool(tx, &[fund.id]).await?.ok_or(Refusal::NotFound)?;
    let id = store::insert_transfer(tx, fund.id, step, person.id, now).await?;
    let new = NewProposal {
        subject: Subject::Transfer,
        subject_id: id.to_string(),
        fund: fund.id,
        amount: Some(step.amount),
        payee: Some(format!("purse {}", step.to)),
        payload: format!("fund: {}\namount: {}\nfrom: {}\nto: {}", fund.slug, step.amount.for_people(), step.from, step.to),
        hands: Vec::new(),
        at_least: 1,
        more: 0,
    };
    let proposal = approvals::propose(tx, person.id, &new, now).await?;
    store::set_proposal(tx, id, proposal.id).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Moves the money: others agreed. The caller holds the locks.
///
/// # Errors
/// [`Refusal`]: the account has too little by now, or restricted funds would not be covered.
pub async fn carry_out(tx: &mut Tx, person: &Person, proposal: &Proposal, now: Instant) -> Result<(), Refusal> {
    let transfer = of(tx, proposal).await?;
    checks::can_leave(tx, &transfer.from_path, transfer.amount()).await?;
    checks::in_use(tx, &transfer.to_path).await?;
    let zone = funds::find(tx, transfer.fund_id).await?.ok_or(Refusal::NotFound)?.time_zone;
    let money = |minor| Money::new(minor, transfer.currency);
    let entry = NewEntry {
        source: SOURCE,
        source_id: format!("transfer {}", transfer.id),
        kind: "transfer",
        effective_on: now.day_in(&zone),
        memo: None,
        actor: Some(person.reference.clone()),
        reverses: None,
        postings: vec![
            NewPosting::pooled(transfer.to_path.clone(), money(transfer.amount_minor)),
            NewPosting::pooled(transfer.from_path.clone(), money(transfer.amount_minor.saturating_neg())),
        ],
    };
    let before = checks::cover(tx, transfer.currency).await?;
    let entry = ledger::post(tx, &entry, now).await?.entry();
    let cover = checks::cover(tx, transfer.currency).await?;
    if cover < 0 && cover < before {
        return Err(Refusal::Uncovered(money(cover.saturating_neg())));
    }
    if store::settle(tx, transfer.id, TransferState::Done, Some(entry)).await? { Ok(()) } else { Err(Refusal::Changed) }
}

/// Others said no: nothing moves.
///
/// # Errors
/// [`Refusal::Changed`] where it was settled before.
pub async fn turn_down(tx: &mut Tx, proposal: &Proposal) -> Result<(), Refusal> {
    let transfer = of(tx, proposal).await?;
    if store::settle(tx, transfer.id, TransferState::Rejected, None).await? { Ok(()) } else { Err(Refusal::Changed) }
}

async fn of(tx: &mut Tx, proposal: &Proposal) -> Result<Transfer, Refusal> {
    let id = proposal.subject_id.parse().map(TransferId).map_err(|_| Refusal::NotFound)?;
    let transfer = store::find_transfer(tx, id).await?.ok_or(Refusal::NotFound)?;
    if transfer.state != TransferState::Sent || transfer.proposal_id != Some(proposal.id) {
        return Err(Refusal::Changed);
    }
    Ok(transfer)
}

/// Everything that somebody carries, by account.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx) -> sqlx::Result<Vec<Purse>> {
    store::list(tx).await
}

/// The newest transfers, at most `limit`, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn transfers(tx: &mut Tx, before: Option<TransferId>, limit: i64) -> sqlx::Result<Vec<Transfer>> {
    store::transfers(tx, before.unwrap_or(TransferId(i64::MAX)), limit).await
}
