//! Names that donors want to see in public: a person looks at each, alone, without its gift, before anybody else may. Not here: the list of a
//! fund that shows them (`publication`).

use super::store::names as rows;
use super::vault::{key_context, name_context};
use super::{Donor, HandError, store, vault};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{Entropy, FundId};
use crate::mail::{self, Kind, Letter};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit};
use crate::seal::Keyring;

/// Who looks at names.
pub const CHECKERS: &[Role] = &[Role::Recorder, Role::Approver];
/// The least and the most letters of why a name is not shown.
pub const REASON_LETTERS: (usize, usize) = (3, 200);

/// A name that waits to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What stands for it; opaque, and of no order.
    pub reference: String,
    /// The name.
    pub name: String,
}

/// What a person says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// It may be shown.
    Show,
    /// It may not, for this reason, which the donor reads.
    Refuse(&'a str),
}

/// The names of a fund that wait, of gifts that arrived, in an order that tells nothing of when they were given.
///
/// # Errors
/// When the database is gone.
pub async fn waiting(tx: &mut Tx, keys: &Keyring, fund: FundId, limit: i64) -> sqlx::Result<Vec<Waiting>> {
    let rows = rows::waiting(tx, fund, limit).await?;
    let opened = rows.into_iter().filter_map(|row| {
        let key = keys.unwrap_key(&key_context(&row.donor_reference), &row.wrapped)?;
        let name = String::from_utf8(key.open(&name_context(&row.reference), &row.name)?).ok()?;
        Some(Waiting { reference: row.reference, name })
    });
    Ok(opened.collect())
}

/// Says whether a name is shown, and tells its donor. False: it does not wait any more.
///
/// # Errors
/// [`HandError`], with nothing written.
pub async fn decide(
    tx: &mut Tx,
    fund: FundId,
    (reference, verdict): (&str, Verdict<'_>),
    operation: &Operation,
    actor: Actor,
    (keys, entropy): (&Keyring, &Entropy),
    now: Instant,
) -> Result<bool, HandError> {
    people::require(tx, actor, CHECKERS).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(true);
    }
    let reason = match verdict {
        Verdict::Show => "",
        Verdict::Refuse(reason) => reason.trim(),
    };
    let shown = verdict == Verdict::Show;
    if !shown && !(REASON_LETTERS.0..=REASON_LETTERS.1).contains(&reason.chars().count()) {
        return Err(HandError::Reason);
    }
    let Some(gift) = rows::decide(tx, fund, reference, shown, actor.person, now).await? else { return Ok(false) };
    let number = store::find(tx, gift).await?.ok_or(HandError::NotFound)?.number;
    if let Some(donor) = vault::donor_of(tx, keys, gift).await? {
        tell(tx, &donor, (&number, reference), (shown, reason), (keys, entropy), now).await?;
    }
    let act = if shown { "name_shown" } else { "name_refused" };
    audit::write(tx, Some(actor.person), act, &format!("name {reference}"), "", now).await?;
    operation::done(tx, operation, "", now).await?;
    Ok(true)
}

async fn tell(
    tx: &mut Tx,
    donor: &Donor,
    (number, reference): (&str, &str),
    (shown, reason): (bool, &str),
    (keys, entropy): (&Keyring, &Entropy),
    now: Instant,
) -> sqlx::Result<()> {
    let verdict = if shown { "shown" } else { "refused" };
    let values = [("number", number), ("verdict", verdict), ("reason", reason)];
    let cause = format!("name {reference}");
    let (to, language) = (&*donor.email, donor.language);
    let letter = Letter { cause: &cause, to, language, kind: Kind::NameChecked, values: &values, link: None };
    mail::queue(tx, &letter, keys, entropy, now).await.map(drop)
}
