//! Copies of receipts for the public: somebody covered what is private, and a second person looked at the copy and let it out (safety rule FI5).
//! Not here: taking one in (`files`), publishing it.

use super::expense::Whole;
use super::writing::find_done;
use super::{Refusal, find};
use crate::clock::Instant;
use crate::db::Tx;
use crate::files::{self, Document, ReleaseError};
use crate::ids::{DocumentId, ExpenseId};
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit};

/// Who may look at a copy and let it out, or take it back.
const LOOKERS: &[Role] = &[Role::Recorder, Role::Approver];

impl From<ReleaseError> for Refusal {
    fn from(error: ReleaseError) -> Self {
        match error {
            ReleaseError::NotWaiting => Self::NoCopy,
            ReleaseError::OwnCopy => Self::OwnCopy,
            ReleaseError::Database(error) => error.into(),
        }
    }
}

/// The copies of an expense's receipts that were not taken back, each after the receipt it is of.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, whole: &Whole) -> sqlx::Result<Vec<Document>> {
    let mut copies = Vec::new();
    for receipt in &whole.documents {
        if let Some(receipt) = files::find_by_reference(tx, &receipt.document).await? {
            copies.extend(files::copies_of(tx, receipt.id).await?);
        }
    }
    Ok(copies)
}

/// Lets the public see a copy, as somebody else than who sent it.
///
/// # Errors
/// [`Refusal::OwnCopy`]; [`Refusal::NoCopy`] where it is none of this expense's, or was let out before.
pub async fn release(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, copy): (ExpenseId, DocumentId),
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let person = people::require_fresh(tx, actor, LOOKERS, now).await?;
    if let Some(id) = find_done(tx, operation).await? {
        return Ok(id);
    }
    of_this(tx, id, copy).await?;
    files::release(tx, copy, person.id, now).await?;
    audit::write(tx, Some(person.id), "release a copy", &format!("expense {id}"), &format!("document {copy}"), now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Takes a copy back: nobody sees it any more. What a publication holds is not undone by this; none holds any yet.
///
/// # Errors
/// [`Refusal::NoCopy`].
pub async fn withdraw(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, copy): (ExpenseId, DocumentId),
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let person = people::require(tx, actor, LOOKERS).await?;
    if let Some(id) = find_done(tx, operation).await? {
        return Ok(id);
    }
    of_this(tx, id, copy).await?;
    files::withdraw(tx, copy, now).await?;
    audit::write(tx, Some(person.id), "withdraw a copy", &format!("expense {id}"), &format!("document {copy}"), now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

async fn of_this(tx: &mut Tx, id: ExpenseId, copy: DocumentId) -> Result<(), Refusal> {
    let whole = find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let known = list(tx, &whole).await?.iter().any(|one| one.id == copy);
    if known { Ok(()) } else { Err(Refusal::NoCopy) }
}
