//! Writing an expense, sending it to approvers, taking it back. Not here: what an approval does (`deciding`).

use super::expense::{Expense, State, Whole};
use super::store::{self, Origin};
use super::{Draft, Missing, Refusal, checks, deciding, find, lock};
use crate::approvals::{self, NewProposal, Subject};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds;
use crate::ids::{CaptainId, DetailsId, Entropy, ExpenseId, FundId, PersonId};
use crate::ledger::{Mistake, Source};
use crate::money::Money;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Person, Role, audit};

/// Who enters expenses, sends them and pays.
pub(super) const RECORDERS: &[Role] = &[Role::Recorder];

/// Saves an expense: a new one, or a change of one as it stood in a version. A change of what was sent or approved leads back to the draft: its
/// signatures are void, and what was booked for it is taken back.
///
/// # Errors
/// [`Refusal::Changed`] where somebody else changed it meanwhile; [`Refusal::State`] where it was paid: that is corrected, not changed.
pub async fn save(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    standing: Option<(ExpenseId, i64)>,
    draft: &Draft,
    entropy: &Entropy,
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let person = match begin(tx, actor, operation).await? {
        Begun::Before(id) => return Ok(id),
        Begun::Now(person) => person,
    };
    let id = write(tx, &person, standing, draft, entropy, now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Saves an expense and sends it to approvers, both or neither.
///
/// # Errors
/// As [`save`] and [`send`].
pub async fn save_and_send(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    standing: Option<(ExpenseId, i64)>,
    draft: &Draft,
    entropy: &Entropy,
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let person = match begin(tx, actor, operation).await? {
        Begun::Before(id) => return Ok(id),
        Begun::Now(person) => person,
    };
    let id = write(tx, &person, standing, draft, entropy, now).await?;
    ask(tx, &person, id, None, now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

async fn write(
    tx: &mut Tx,
    person: &Person,
    standing: Option<(ExpenseId, i64)>,
    draft: &Draft,
    entropy: &Entropy,
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    if !draft.adds_up() {
        return Err(Refusal::Sum);
    }
    let id = match standing {
        None => insert(tx, Some(person.id), None, draft, entropy, now).await?,
        Some((id, version)) => {
            change(tx, person, id, version, draft, now).await?;
            id
        }
    };
    store::insert_hand(tx, id, person.id).await?;
    audit::write(tx, Some(person.id), "save", &format!("expense {id}"), "", now).await?;
    Ok(id)
}

/// Writes a new draft by a person or by a captain.
pub(super) async fn insert(
    tx: &mut Tx,
    author: Option<PersonId>,
    captain: Option<CaptainId>,
    draft: &Draft,
    entropy: &Entropy,
    now: Instant,
) -> sqlx::Result<ExpenseId> {
    let number = entropy.gift_number();
    store::insert(tx, &Origin { author, captain, number: &number, corrects: None, reason: None, wrong: None }, draft, now).await
}

async fn change(tx: &mut Tx, person: &Person, id: ExpenseId, version: i64, draft: &Draft, now: Instant) -> Result<(), Refusal> {
    let whole = lock(tx, id).await?;
    if whole.expense.version != version {
        return Err(Refusal::Changed);
    }
    // A correction that was turned down is not taken up again beside the one that came after it.
    if whole.expense.state == State::Rejected
        && let Some(old) = whole.expense.corrects
        && store::corrected_by(tx, old).await?.is_some()
    {
        return Err(Refusal::State(State::Rejected));
    }
    let moved = i64::from(whole.expense.state != State::Draft);
    to_draft(tx, person, &whole, now).await?;
    if store::replace(tx, id, version.saturating_add(moved), draft, now).await? { Ok(()) } else { Err(Refusal::Changed) }
}

/// Leads an expense back to the draft, with nothing agreed to and nothing booked.
async fn to_draft(tx: &mut Tx, person: &Person, whole: &Whole, now: Instant) -> Result<(), Refusal> {
    let Expense { id, state, .. } = whole.expense;
    match state {
        State::Draft => return Ok(()),
        State::Sent | State::Rejected => {}
        State::Approved => deciding::take_back_entries(tx, &whole.expense, "changed before it was paid", person, now).await?,
        State::Paid | State::Matched | State::Corrected => return Err(Refusal::State(state)),
    }
    approvals::withdraw(tx, Subject::Expense, &id.to_string(), now).await?;
    if store::move_on(tx, id, state, State::Draft, now).await? { Ok(()) } else { Err(Refusal::Changed) }
}

/// Sends a draft to approvers: from now on they see exactly this.
///
/// # Errors
/// [`Refusal::Missing`] names what it lacks.
pub async fn send(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, version): (ExpenseId, i64),
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let person = match begin(tx, actor, operation).await? {
        Begun::Before(id) => return Ok(id),
        Begun::Now(person) => person,
    };
    ask(tx, &person, id, Some(version), now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Asks approvers about a draft as it stands, or stood in a version.
async fn ask(tx: &mut Tx, person: &Person, id: ExpenseId, version: Option<i64>, now: Instant) -> Result<(), Refusal> {
    let whole = lock(tx, id).await?;
    if version.is_some_and(|version| version != whole.expense.version) {
        return Err(Refusal::Changed);
    }
    if whole.expense.state != State::Draft {
        return Err(Refusal::State(whole.expense.state));
    }
    let details = complete(tx, &whole).await?;
    if !store::move_on(tx, id, State::Draft, State::Sent, now).await? {
        return Err(Refusal::Changed);
    }
    store::set_details(tx, id, details).await?;
    store::insert_hand(tx, id, person.id).await?;
    let sent = find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let proposal = propose(tx, person, &sent, now).await?;
    store::set_proposal(tx, id, proposal).await?;
    Ok(())
}

/// Whether everything is there that approvers must see; gives the payee's details, where somebody is owed.
async fn complete(tx: &mut Tx, whole: &Whole) -> Result<Option<DetailsId>, Refusal> {
    let expense = &whole.expense;
    if !Draft::of(whole).adds_up() && expense.amount_minor > 0 {
        return Err(Refusal::Sum);
    }
    if whole.documents.is_empty() && expense.no_receipt.is_none() {
        return Err(Refusal::Missing(Missing::Receipt));
    }
    for fund in checks::funds_of(expense, &whole.parts) {
        let fund = funds::find(tx, fund).await?.ok_or(Refusal::NotFound)?;
        if !funds::still_pays(tx, &fund, expense.bought_on).await? {
            return Err(Refusal::Closed);
        }
    }
    if expense.paid_by.left_already() {
        return if expense.paid_from.is_some() { Ok(None) } else { Err(Refusal::Missing(Missing::Account)) };
    }
    let payee = expense.payee_id.ok_or(Refusal::Missing(Missing::Payee))?;
    let payee = store::payees::find(tx, payee).await?.ok_or(Refusal::NotFound)?;
    if payee.ended_at.is_some() {
        return Err(Refusal::Ended);
    }
    let details = store::payees::newest_details(tx, payee.id).await?.ok_or(Refusal::PayeeNotReady)?;
    Ok(Some(details.id))
}

async fn propose(tx: &mut Tx, person: &Person, whole: &Whole, now: Instant) -> Result<crate::ids::ProposalId, Refusal> {
    let expense = &whole.expense;
    let all = funds::list(tx).await?;
    let name = |id: FundId| all.iter().find(|fund| fund.id == id).map_or_else(|| id.to_string(), |fund| fund.slug.clone());
    // An expense that takes another back without a new amount needs as many as that one did.
    let at_stake = match expense.corrects {
        Some(old) => store::find(tx, old).await?.map_or(0, |old| old.amount_minor).max(expense.amount_minor),
        None => expense.amount_minor,
    };
    let mut at_least = 1;
    for fund in all.iter().filter(|fund| checks::funds_of(expense, &whole.parts).contains(&fund.id)) {
        at_least = funds::tiers(tx, fund).await?.needed(at_stake).max(at_least);
    }
    let new = NewProposal {
        subject: Subject::Expense,
        subject_id: expense.id.to_string(),
        fund: expense.fund_id,
        amount: Some(expense.amount()),
        payee: Some(expense.cumulative_key()),
        payload: whole.payload(name),
        hands: store::hands(tx, expense.id).await?,
        at_least,
        // Without a receipt one more must agree (screens.md 6.2).
        more: i64::from(whole.documents.is_empty()),
    };
    Ok(approvals::propose(tx, person.id, &new, now).await?.id)
}

/// Takes back what was sent, or agreed to and not yet paid: it is a draft again.
///
/// # Errors
/// [`Refusal::State`] where it was paid.
pub async fn take_back(tx: &mut Tx, actor: Actor, operation: &Operation, id: ExpenseId, now: Instant) -> Result<ExpenseId, Refusal> {
    let person = match begin(tx, actor, operation).await? {
        Begun::Before(id) => return Ok(id),
        Begun::Now(person) => person,
    };
    let whole = lock(tx, id).await?;
    to_draft(tx, &person, &whole, now).await?;
    audit::write(tx, Some(person.id), "take back", &format!("expense {id}"), "", now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// How something that was paid is put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction<'a> {
    /// What was wrong; public.
    pub reason: &'a str,
    /// What kind of mistake that was.
    pub wrong: Mistake,
    /// Whether nothing stands in its place: it was booked twice, or never happened.
    pub nothing_instead: bool,
}

/// Begins a correction of what was paid: a draft that, once others agreed to it, takes the old one back and stands in its place.
///
/// # Errors
/// [`Refusal::State`] where it was not paid, or is corrected already; [`Refusal::Reason`].
pub async fn correct(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    id: ExpenseId,
    correction: &Correction<'_>,
    entropy: &Entropy,
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let person = match begin(tx, actor, operation).await? {
        Begun::Before(id) => return Ok(id),
        Begun::Now(person) => person,
    };
    let reason = correction.reason.trim();
    if !(20..=200).contains(&reason.chars().count()) {
        return Err(Refusal::Reason);
    }
    let old = lock(tx, id).await?;
    if !matches!(old.expense.state, State::Paid | State::Matched) || store::corrected_by(tx, id).await?.is_some() {
        return Err(Refusal::State(old.expense.state));
    }
    let mut draft = Draft::of(&old);
    if correction.nothing_instead {
        draft.parts.clear();
        draft.amount = Money::new(0, draft.amount.currency);
    }
    let number = entropy.gift_number();
    let origin = Origin {
        author: Some(person.id),
        captain: None,
        number: &number,
        corrects: Some(id),
        reason: Some(reason),
        wrong: Some(correction.wrong),
    };
    let new = store::insert(tx, &origin, &draft, now).await?;
    store::insert_hand(tx, new, person.id).await?;
    audit::write(tx, Some(person.id), "correct", &format!("expense {id}"), &format!("expense {new}"), now).await?;
    operation::done(tx, operation, &new.to_string(), now).await?;
    Ok(new)
}

/// How a command of theirs begins.
pub(super) enum Begun {
    /// It was carried out before; what it made or changed then.
    Before(ExpenseId),
    /// It is to be carried out now, by them.
    Now(Person),
}

/// Begins a command of somebody who enters expenses: their roles as they are now, and whether it was carried out before.
pub(super) async fn begin(tx: &mut Tx, actor: Actor, operation: &Operation) -> Result<Begun, Refusal> {
    let person = people::require(tx, actor, RECORDERS).await?;
    Ok(find_done(tx, operation).await?.map_or(Begun::Now(person), Begun::Before))
}

/// The expense that this command made or changed before.
pub(super) async fn find_done(tx: &mut Tx, operation: &Operation) -> Result<Option<ExpenseId>, Refusal> {
    let result = operation::find_result(tx, operation).await?;
    Ok(result.and_then(|id| id.parse().ok()).map(ExpenseId))
}

/// The books' source of everything here.
pub(super) const SOURCE: Source = Source::Spending;
