//! What a payee hears by mail: that it was changed how they are paid, or where they hear of it. Not here: what treasurers hear (`jobs`).

use super::Refusal;
use super::payee::{Details, HOLD_SECS, Payee};
use super::payees::Sealing;
use super::store::payees;
use super::writing::RECORDERS;
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{DetailsId, FundId, PayeeId};
use crate::language::{Language, Values};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, audit};
use crate::seal::Keyring;
use crate::{funds, mail};

/// Tells a payee by mail how they are to be paid from now on, how they were, and whom to write to if it is not right: in the transaction that
/// changes it, in the language that the fund begins in.
pub(super) async fn tell(
    tx: &mut Tx,
    payee: &Payee,
    details: DetailsId,
    fund: FundId,
    sealing: Sealing<'_>,
    now: Instant,
) -> sqlx::Result<()> {
    let Some(to) = of(payee, sealing.keys) else { return Ok(()) };
    let about = funds::settings::about(tx, fund).await?;
    let language = about.languages.first();
    let Some(told) = before_and_now(tx, payee.id, language).await? else { return Ok(()) };
    let letter = mail::Letter {
        cause: &format!("payee details {details}"),
        to: &to,
        language,
        kind: mail::Kind::PayeeChanged,
        values: &[("old", &told.0), ("new", &told.1), ("hours", &(HOLD_SECS / 3600).to_string()), ("contact", contact(&about))],
        link: None,
    };
    mail::queue(tx, &letter, sealing.keys, sealing.entropy, now).await.map(drop)
}

/// Whom a payee writes to; a word that the texts know where the fund names nobody.
fn contact(about: &funds::About) -> &str {
    if about.contact.is_empty() { "none" } else { &about.contact }
}

/// How a payee was paid and how they are to be paid, as far as it may be shown; None: they have no way.
///
/// # Errors
/// When the database is gone.
pub async fn before_and_now(tx: &mut Tx, id: PayeeId, language: Language) -> sqlx::Result<Option<(String, String)>> {
    let Some(newest) = payees::newest_details(tx, id).await? else { return Ok(None) };
    let shown = |details: &Details| {
        let way = language.text(&format!("payee-way-{}", details.way), &Values::new());
        if details.last_four.is_empty() { way } else { format!("{way} •••• {}", details.last_four) }
    };
    let before = payees::agreed_before(tx, id, newest.id).await?;
    let before = before.map_or_else(|| language.text("payee-way-none", &Values::new()), |details| shown(&details));
    Ok(Some((before, shown(&newest))))
}

/// Sets where a payee hears of changes, or that they hear nothing. The address of before is told, for whoever changes an account in secret would
/// change the address first.
///
/// # Errors
/// [`Refusal::Ended`].
pub async fn set(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, email): (PayeeId, &str),
    sealing: Sealing<'_>,
    now: Instant,
) -> Result<PayeeId, Refusal> {
    let person = people::require(tx, actor, RECORDERS).await?;
    if let Some(id) = super::payees::find_done(tx, operation).await? {
        return Ok(id);
    }
    let payee = payees::find(tx, id).await?.filter(|payee| payee.ended_at.is_none()).ok_or(Refusal::Ended)?;
    if let Some(before) = of(&payee, sealing.keys).filter(|before| before != email) {
        let general = funds::general(tx).await?.ok_or(Refusal::NotFound)?;
        let about = funds::settings::about(tx, general.id).await?;
        let letter = mail::Letter {
            cause: &format!("payee address {}", operation.id()),
            to: &before,
            language: about.languages.first(),
            kind: mail::Kind::PayeeAddress,
            values: &[("contact", contact(&about))],
            link: None,
        };
        mail::queue(tx, &letter, sealing.keys, sealing.entropy, now).await?;
    }
    keep(tx, id, email, sealing).await?;
    audit::write(tx, Some(person.id), "payee.email", &format!("payee {id}"), "", now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

pub(super) async fn keep(tx: &mut Tx, id: PayeeId, email: &str, sealing: Sealing<'_>) -> sqlx::Result<()> {
    let sealed = (!email.is_empty()).then(|| sealing.keys.seal(sealing.entropy, &context(id), email.as_bytes()));
    payees::set_email(tx, id, sealed.as_deref()).await
}

/// Where a payee hears of changes; None: nowhere, or it was sealed with another master key.
pub fn of(payee: &Payee, keys: &Keyring) -> Option<String> {
    keys.open(&context(payee.id), payee.email.as_deref()?).and_then(|plain| String::from_utf8(plain).ok())
}

/// Whether somebody can be told there; nobody need be.
pub fn is_email(email: &str) -> bool {
    email.is_empty() || mail::is_address(email)
}

fn context(payee: PayeeId) -> String {
    format!("payee.email/{payee}")
}
