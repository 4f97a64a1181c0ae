//! What follows from an agreement: the books, the payment, the end of what was corrected. Not here: who agreed (`approvals`).

use super::expense::{Expense, State, Whole};
use super::payees::Sealing;
use super::writing::{RECORDERS, SOURCE, find_done};
use super::{Refusal, captains, checks, copies, find, lock, returning, store};
use crate::approvals::Proposal;
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds;
use crate::ids::{EntryId, ExpenseId};
use crate::ledger::{self, NewEntry, NewPosting, chart};
use crate::money::Money;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Person, audit};

/// Does what was just agreed to, in the transaction of the last signature: books the cost, and where the money left already, the payment with it.
/// Whoever claimed it by a captain's link is told.
/// The caller holds the locks ([`lock`]) and got [`crate::approvals::Verdict::Approved`] for this proposal.
///
/// # Errors
/// [`Refusal`]: the fund or the account has too little by now, or restricted funds would not be covered.
pub async fn carry_out(
    tx: &mut Tx,
    person: &Person,
    proposal: &Proposal,
    sealing: Sealing<'_>,
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let id = proposal.subject_id.parse().map(ExpenseId).map_err(|_| Refusal::NotFound)?;
    let whole = find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let expense = &whole.expense;
    if expense.state != State::Sent || expense.proposal_id != Some(proposal.id) {
        return Err(Refusal::Changed);
    }
    let old = match expense.corrects {
        Some(old) => Some(end_corrected(tx, old, expense, person, now).await?),
        None => None,
    };
    for fund in checks::funds_of(expense, &whole.parts) {
        if !funds::find(tx, fund).await?.is_some_and(|fund| fund.state.allows(funds::Act::Approve)) {
            return Err(Refusal::Closed);
        }
    }
    checks::can_promise(tx, &whole.parts, expense.currency).await?;
    let zone = funds::find(tx, expense.fund_id).await?.ok_or(Refusal::NotFound)?.time_zone;
    let today = now.day_in(&zone);
    if !store::move_on(tx, id, State::Sent, State::Approved, now).await? {
        return Err(Refusal::Changed);
    }
    let paid = match (expense.paid_by.left_already(), old) {
        (true, _) => expense.paid_from.clone().map(|from| (from, expense.bought_on, String::new())),
        // What stands in the place of something that was paid is paid as that was.
        (false, Some(old)) => old.paid_from.zip(old.paid_on).map(|(from, on)| (from, on, old.pay_reference.unwrap_or_default())),
        (false, None) => None,
    };
    let key = format!("{id}/{}", proposal.id);
    if let Some(from) = expense.paid_from.as_deref().filter(|_| expense.paid_by.left_already()) {
        checks::can_leave(tx, from, expense.amount()).await?;
    }
    if expense.amount_minor > 0 {
        let entry = ledger::post(tx, &cost(&whole, &key, today, person), now).await?.entry();
        store::set_entry(tx, id, entry).await?;
    }
    if let Some((from, on, reference)) = paid {
        let payment = leave(tx, expense, &key, (&from, on), person, now).await?;
        store::set_paid(tx, id, (&from, on, &reference), payment).await?;
        if !store::move_on(tx, id, State::Approved, State::Paid, now).await? {
            return Err(Refusal::Changed);
        }
    }
    copies::note(tx, &whole).await?;
    captains::tell(tx, id, sealing, now).await?;
    Ok(id)
}

/// The cost by fund and use, against the account it left or what is owed now.
fn cost(whole: &Whole, key: &str, today: Day, person: &Person) -> NewEntry {
    let expense = &whole.expense;
    let money = |minor| Money::new(minor, expense.currency);
    let spent =
        |part: &super::Part| NewPosting::of_fund(format!("{}{}", chart::PROGRAM, part.category), part.fund_id, money(part.amount_minor));
    let account = expense.paid_from.clone().filter(|_| expense.paid_by.left_already());
    let against = account.unwrap_or_else(|| chart::REIMBURSEMENTS.to_owned());
    let mut postings: Vec<NewPosting> = whole.parts.iter().map(spent).collect();
    postings.push(NewPosting::pooled(against, money(expense.amount_minor.saturating_neg())));
    let effective_on = if expense.paid_by.left_already() { expense.bought_on } else { today };
    entry(key, "expense", effective_on, person, postings)
}

/// Posts the leaving of what was owed, from an account that has it.
async fn leave(
    tx: &mut Tx,
    expense: &Expense,
    key: &str,
    (from, on): (&str, Day),
    person: &Person,
    now: Instant,
) -> Result<Option<EntryId>, Refusal> {
    // Where the money left already, the cost itself has drawn the account.
    if expense.paid_by.left_already() || expense.amount_minor == 0 {
        return Ok(None);
    }
    checks::can_leave(tx, from, expense.amount()).await?;
    let owed = NewPosting::pooled(chart::REIMBURSEMENTS, expense.amount());
    let left = NewPosting::pooled(from.to_owned(), Money::new(expense.amount_minor.saturating_neg(), expense.currency));
    Ok(Some(ledger::post(tx, &entry(key, "payment", on, person, vec![owed, left]), now).await?.entry()))
}

fn entry(key: &str, kind: &'static str, effective_on: Day, person: &Person, postings: Vec<NewPosting>) -> NewEntry {
    NewEntry {
        source: SOURCE,
        source_id: key.to_owned(),
        kind,
        effective_on,
        memo: None,
        actor: Some(person.reference.clone()),
        reverses: None,
        postings,
    }
}

/// Ends what another expense now stands in the place of: its entries are taken back with the reason (safety rule MO9).
async fn end_corrected(tx: &mut Tx, old: ExpenseId, new: &Expense, person: &Person, now: Instant) -> Result<Expense, Refusal> {
    let old = store::find(tx, old).await?.ok_or(Refusal::NotFound)?;
    if !matches!(old.state, State::Paid | State::Matched) {
        return Err(Refusal::State(old.state));
    }
    take_back_entries(tx, &old, new.reason.as_deref().unwrap_or_default(), person, now).await?;
    if !store::move_on(tx, old.id, old.state, State::Corrected, now).await? {
        return Err(Refusal::Changed);
    }
    Ok(old)
}

/// Reverses what stands in the books for an expense, the payment first.
pub(super) async fn take_back_entries(tx: &mut Tx, expense: &Expense, reason: &str, person: &Person, now: Instant) -> Result<(), Refusal> {
    let zone = funds::find(tx, expense.fund_id).await?.ok_or(Refusal::NotFound)?.time_zone;
    let today = now.day_in(&zone);
    for entry in [expense.payment_id, expense.entry_id].iter().flatten() {
        ledger::reverse(tx, *entry, today, reason, Some(&person.reference), now).await?;
    }
    Ok(())
}

/// Sends an expense back: an approver said no. The caller holds the locks and rejected this proposal.
///
/// # Errors
/// [`Refusal::Changed`] where it does not wait for that proposal any more.
pub async fn turn_down(tx: &mut Tx, proposal: &Proposal, reason: &str, sealing: Sealing<'_>, now: Instant) -> Result<ExpenseId, Refusal> {
    let id = proposal.subject_id.parse().map(ExpenseId).map_err(|_| Refusal::NotFound)?;
    if !store::move_on(tx, id, State::Sent, State::Rejected, now).await? {
        return Err(Refusal::Changed);
    }
    if store::find(tx, id).await?.is_some_and(|expense| expense.corrects.is_none()) {
        store::set_reason(tx, id, reason).await?;
    }
    captains::tell(tx, id, sealing, now).await?;
    Ok(id)
}

/// How something that is owed was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The account the money left.
    pub from: String,
    /// The day it left.
    pub on: Day,
    /// What the bank will say; may be empty.
    pub reference: String,
}

/// Notes that what was agreed to and owed is paid: once, to the details that were agreed to, after their hold.
///
/// # Errors
/// [`Refusal`].
pub async fn pay(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, version): (ExpenseId, i64),
    payment: &Payment,
    sealing: Sealing<'_>,
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let done = find_done(tx, operation).await?;
    let whole = lock(tx, id).await?;
    let person = people::require_fresh(tx, actor, RECORDERS, now).await?;
    if let Some(id) = done {
        return Ok(id);
    }
    let expense = &whole.expense;
    if expense.state != State::Approved {
        return Err(Refusal::State(expense.state));
    }
    if expense.version != version {
        return Err(Refusal::Changed);
    }
    if !funds::find(tx, expense.fund_id).await?.is_some_and(|fund| fund.state.allows(funds::Act::Pay)) {
        return Err(Refusal::Closed);
    }
    check_payee(tx, expense, now).await?;
    let key = returning::payment_key(tx, expense).await?;
    let entry = leave(tx, expense, &key, (&payment.from, payment.on), &person, now).await?;
    store::set_paid(tx, id, (&payment.from, payment.on, &payment.reference), entry).await?;
    if !store::move_on(tx, id, State::Approved, State::Paid, now).await? {
        return Err(Refusal::Changed);
    }
    audit::write(tx, Some(person.id), "pay", &format!("expense {id}"), &expense.amount().decimal(), now).await?;
    captains::tell(tx, id, sealing, now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Whether the payee may be paid now, by the details that were agreed to (safety test N5).
async fn check_payee(tx: &mut Tx, expense: &Expense, now: Instant) -> Result<(), Refusal> {
    let agreed = expense.details_id.ok_or(Refusal::PayeeNotReady)?;
    let newest = store::payees::newest_details(tx, expense.payee_id.ok_or(Refusal::PayeeNotReady)?).await?;
    let details = newest.ok_or(Refusal::PayeeNotReady)?;
    if details.id != agreed {
        return Err(Refusal::DetailsChanged);
    }
    match details.ready_at {
        _ if details.is_ready(now) => Ok(()),
        Some(ready_at) => Err(Refusal::OnHold(ready_at)),
        None => Err(Refusal::PayeeNotReady),
    }
}

/// Notes that the bank's line for a paid expense was found, or that it was not after all.
///
/// # Errors
/// When the database is gone; false where the expense does not stand there.
pub async fn mark_matched(tx: &mut Tx, id: ExpenseId, matched: bool, now: Instant) -> sqlx::Result<bool> {
    let (from, to) = if matched { (State::Paid, State::Matched) } else { (State::Matched, State::Paid) };
    store::move_on(tx, id, from, to, now).await
}
