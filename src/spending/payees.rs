//! The payee book: who may be paid, and how. New and changed details need a second person and are held for 48 hours. Not here: the forms.

use std::collections::BTreeMap;

use super::payee::{Details, DetailsState, HOLD_SECS, LABEL_LETTERS, NewDetails, NewPayee, Payee, looks_like};
use super::store::{self, payees};
use super::writing::RECORDERS;
use super::{Refusal, State, payee_mail};
use crate::approvals::{self, NewProposal, Proposal, Subject};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds;
use crate::ids::{DetailsId, Entropy, ExpenseId, PayeeId};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Person, audit};
use crate::seal::Keyring;

/// What seals the details and finds them again.
#[derive(Clone, Copy, Debug)]
pub struct Sealing<'a> {
    /// The keys.
    pub keys: &'a Keyring,
    /// For nonces and pseudonyms.
    pub entropy: &'a Entropy,
}

/// What a sealed account is bound to.
fn context(payee: PayeeId) -> String {
    format!("payee_details.details/{payee}")
}

/// Enters somebody with how they are paid, and asks a second person to agree to it.
///
/// # Errors
/// [`Refusal::SameAccount`] where another payee has the account.
pub async fn add(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (new, details): (&NewPayee, &NewDetails),
    sealing: Sealing<'_>,
    now: Instant,
) -> Result<PayeeId, Refusal> {
    let person = people::require(tx, actor, RECORDERS).await?;
    if let Some(id) = find_done(tx, operation).await? {
        return Ok(id);
    }
    let twin = payees::list(tx).await?.into_iter().find(|other| other.ended_at.is_none() && looks_like(&new.label, &other.label));
    if let Some(twin) = twin {
        return Err(Refusal::LooksLike(twin.label));
    }
    let pseudonym = sealing.entropy.gift_number();
    let id = payees::insert(tx, new, &pseudonym, person.id, now).await?;
    payee_mail::keep(tx, id, &new.email, sealing).await?;
    enter(tx, &person, id, details, sealing, now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Changes how somebody is paid: the same second person and hold, and until then nothing is paid to either account.
///
/// # Errors
/// As [`add`], and [`Refusal::Ended`].
pub async fn change(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, details): (PayeeId, &NewDetails),
    sealing: Sealing<'_>,
    now: Instant,
) -> Result<PayeeId, Refusal> {
    let person = people::require(tx, actor, RECORDERS).await?;
    if let Some(id) = find_done(tx, operation).await? {
        return Ok(id);
    }
    if find(tx, id).await?.ok_or(Refusal::NotFound)?.ended_at.is_some() {
        return Err(Refusal::Ended);
    }
    enter(tx, &person, id, details, sealing, now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

async fn enter(tx: &mut Tx, person: &Person, id: PayeeId, new: &NewDetails, sealing: Sealing<'_>, now: Instant) -> Result<(), Refusal> {
    // Details belong to no fund; the general one stands for all, as for pooled money.
    let general = funds::general(tx).await?.ok_or(Refusal::NotFound)?;
    funds::lock(tx, general.id).await?;
    let hash = sealing.keys.index(&format!("payee {}", new.plain()));
    if !new.account.is_empty()
        && let Some(label) = payees::same_account(tx, &hash, Some(id)).await?
    {
        return Err(Refusal::SameAccount(label));
    }
    for waiting in payees::waiting_details(tx, id).await? {
        approvals::withdraw(tx, Subject::Payee, &waiting.to_string(), now).await?;
        payees::end_one(tx, waiting).await?;
    }
    let sealed = sealing.keys.seal(sealing.entropy, &context(id), new.account.as_bytes());
    let details = payees::insert_details(tx, id, new, (&sealed, &hash), person.id, now).await?;
    let payee = find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let proposal = NewProposal {
        subject: Subject::Payee,
        subject_id: details.to_string(),
        fund: general.id,
        amount: None,
        payee: None,
        payload: payload(&payee, new, &hash),
        hands: vec![payee.created_by],
        at_least: 1,
        more: 0,
    };
    let proposal = approvals::propose(tx, person.id, &proposal, now).await?;
    payees::set_details_proposal(tx, details, proposal.id).await?;
    payee_mail::tell(tx, &payee, details, general.id, sealing, now).await?;
    Ok(audit::write(tx, Some(person.id), "payee.details", &format!("payee {id}"), "", now).await?)
}

/// What a second person agrees to. The account itself stays sealed: its keyed hash stands for all of it, its last four for people.
fn payload(payee: &Payee, details: &NewDetails, hash: &str) -> String {
    let plain = |text: &str| text.replace(['\n', '\r'], " ");
    let mut lines = vec![
        format!("payee: {}", payee.id),
        format!("label: {}", plain(&payee.label)),
        format!("kind: {}", payee.kind),
        format!("way: {}", details.way),
    ];
    if !details.account.is_empty() {
        lines.push(format!("account: {} {}", details.last_four(), &hash[..12]));
    }
    lines.push(format!("checked: {}", details.checked));
    lines.extend(payee.conflict.as_deref().map(|conflict| format!("conflict: {}", plain(conflict))));
    lines.join("\n")
}

/// A second person agreed: the details are used once the hold is over, and those before them are forgotten at once.
///
/// # Errors
/// [`Refusal::Changed`] where they do not wait any more.
pub async fn carry_out(tx: &mut Tx, proposal: &Proposal, now: Instant) -> Result<PayeeId, Refusal> {
    let id = proposal.subject_id.parse().map(DetailsId).map_err(|_| Refusal::NotFound)?;
    let details = payees::find_details(tx, id).await?.ok_or(Refusal::NotFound)?;
    payees::end_details(tx, details.payee_id, Some(id)).await?;
    if !payees::agree(tx, id, now.plus_secs(HOLD_SECS)).await? {
        return Err(Refusal::Changed);
    }
    Ok(details.payee_id)
}

/// A second person said no: the details end, those before them stay.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn turn_down(tx: &mut Tx, proposal: &Proposal) -> Result<PayeeId, Refusal> {
    let id = proposal.subject_id.parse().map(DetailsId).map_err(|_| Refusal::NotFound)?;
    let details = payees::find_details(tx, id).await?.ok_or(Refusal::NotFound)?;
    payees::end_one(tx, id).await?;
    Ok(details.payee_id)
}

/// Ends a payee: nothing is paid to them any more, and their account is forgotten.
///
/// # Errors
/// [`Refusal::Ended`] where they were ended before.
pub async fn end(tx: &mut Tx, actor: Actor, operation: &Operation, id: PayeeId, now: Instant) -> Result<PayeeId, Refusal> {
    let person = people::require(tx, actor, RECORDERS).await?;
    if let Some(id) = find_done(tx, operation).await? {
        return Ok(id);
    }
    for waiting in payees::waiting_details(tx, id).await? {
        approvals::withdraw(tx, Subject::Payee, &waiting.to_string(), now).await?;
    }
    if !payees::end(tx, id, now).await? {
        return Err(Refusal::Ended);
    }
    payees::end_details(tx, id, None).await?;
    audit::write(tx, Some(person.id), "end payee", &format!("payee {id}"), "", now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Somebody in the book.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, id: PayeeId) -> sqlx::Result<Option<Payee>> {
    payees::find(tx, id).await
}

/// Somebody in the book by what stands for them in public, or by the number in their page's address.
///
/// # Errors
/// When the database is gone.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Payee>> {
    let found = payees::find_by_pseudonym(tx, &number.to_ascii_uppercase()).await?;
    match number.parse().map(PayeeId) {
        Ok(id) if found.is_none() => payees::find(tx, id).await,
        _ => Ok(found),
    }
}

/// At most `limit` payees who were entered before `before`, newest first.
///
/// # Errors
/// When the database is gone.
pub async fn page(tx: &mut Tx, before: Option<PayeeId>, limit: i64) -> sqlx::Result<Vec<Payee>> {
    payees::page(tx, before.unwrap_or(PayeeId(i64::MAX)), limit).await
}

/// Everybody in the book, by label, whoever was ended last; at most a thousand.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx) -> sqlx::Result<Vec<Payee>> {
    payees::list(tx).await
}

/// How somebody is paid: the newest details that did not end.
///
/// # Errors
/// When the database is gone.
pub async fn details(tx: &mut Tx, id: PayeeId) -> sqlx::Result<Option<Details>> {
    payees::newest_details(tx, id).await
}

/// The same for each of many payees.
///
/// # Errors
/// When the database is gone.
pub async fn details_of_each(tx: &mut Tx, of: &[Payee]) -> sqlx::Result<BTreeMap<PayeeId, Details>> {
    let ids: Vec<PayeeId> = of.iter().map(|payee| payee.id).collect();
    Ok(payees::newest_details_of(tx, &ids).await?.into_iter().map(|details| (details.payee_id, details)).collect())
}

/// The whole account, for the one who pays an approved expense and for nobody else; the look is noted.
///
/// # Errors
/// [`Refusal::State`] where the expense is not to be paid.
pub async fn open_account(tx: &mut Tx, actor: Actor, id: ExpenseId, keys: &Keyring, now: Instant) -> Result<Option<String>, Refusal> {
    let person = people::require_fresh(tx, actor, RECORDERS, now).await?;
    let expense = store::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    if expense.state != State::Approved {
        return Err(Refusal::State(expense.state));
    }
    let Some(details) = expense.details_id else { return Ok(None) };
    let details = payees::find_details(tx, details).await?.ok_or(Refusal::NotFound)?;
    open_agreed(tx, &person, (&details, &format!("expense {id}")), keys, now).await
}

/// The whole account that two people agreed to, for whoever pays what `why` names; the caller has checked that they may. The look is noted.
///
/// # Errors
/// When the database is gone.
pub async fn open_details(
    tx: &mut Tx,
    person: &Person,
    (payee, why): (PayeeId, &str),
    keys: &Keyring,
    now: Instant,
) -> Result<Option<String>, Refusal> {
    let Some(details) = details(tx, payee).await? else { return Ok(None) };
    open_agreed(tx, person, (&details, why), keys, now).await
}

async fn open_agreed(
    tx: &mut Tx,
    person: &Person,
    (details, why): (&Details, &str),
    keys: &Keyring,
    now: Instant,
) -> Result<Option<String>, Refusal> {
    if details.state != DetailsState::Agreed {
        return Ok(None);
    }
    audit::write(tx, Some(person.id), "open account details", &format!("payee {}", details.payee_id), why, now).await?;
    let plain = keys.open(&context(details.payee_id), &details.details);
    Ok(plain.and_then(|plain| String::from_utf8(plain).ok()).filter(|account| !account.is_empty()))
}

impl NewPayee {
    /// Reads who is to be entered.
    ///
    /// # Errors
    /// Each field that is wrong.
    pub fn parse(label: &str, kind: &str, conflict: (&str, &str), email: &str) -> Result<Self, Vec<(&'static str, super::payee::Wrong)>> {
        use super::payee::Wrong;
        let mut wrong = Vec::new();
        if label.is_empty() || label.chars().count() > LABEL_LETTERS {
            wrong.push(("label", Wrong::Label));
        }
        let kind = kind.parse().map_err(|_| wrong.push(("kind", Wrong::Choice)));
        let conflict = match conflict {
            ("no", _) => None,
            ("yes", text) if !text.is_empty() && text.chars().count() <= 500 => Some(text.to_owned()),
            ("yes", _) => {
                wrong.push(("conflict_text", Wrong::Conflict));
                None
            }
            _ => {
                wrong.push(("conflict", Wrong::Choice));
                None
            }
        };
        if !payee_mail::is_email(email) {
            wrong.push(("email", Wrong::Email));
        }
        match kind {
            Ok(kind) if wrong.is_empty() => Ok(Self { label: label.to_owned(), kind, conflict, email: email.to_owned() }),
            _ => Err(wrong),
        }
    }
}

pub(super) async fn find_done(tx: &mut Tx, operation: &Operation) -> Result<Option<PayeeId>, Refusal> {
    let result = operation::find_result(tx, operation).await?;
    Ok(result.and_then(|id| id.parse().ok()).map(PayeeId))
}
