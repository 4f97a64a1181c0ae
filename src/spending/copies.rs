//! Copies of receipts for the public: somebody covered what is private, and a second person looked at the copy and let it out (safety rule FI5).
//! What becomes of one is noted for the next publication. Not here: taking one in (`files`), publishing it (`publication::copies`).

use super::expense::Whole;
use super::writing::find_done;
use super::{Refusal, find, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::files::{self, Document, ReleaseError};
use crate::ids::{DocumentId, EntryId, ExpenseId, FundId};
use crate::ledger::chart;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit};

/// Who may look at a copy and let it out, or take it back.
const LOOKERS: &[Role] = &[Role::Recorder, Role::Approver];

crate::words! {
    /// Why a copy was taken back; the public reads it in these words alone.
    pub enum Why {
        /// Somebody can be recognised on it.
        Person = "person",
        /// Something private can be read on it.
        Details = "details",
        /// It is of another receipt.
        Wrong = "wrong",
        /// Anything else.
        Other = "other",
    }
}

impl Why {
    /// Each, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Person, Self::Details, Self::Wrong, Self::Other];
}

crate::record! {
    /// A copy that may be shown now.
    pub struct ToShow {
        /// The copy.
        pub document_id: DocumentId,
        /// Which receipt of the expense it is of, from 1.
        pub receipt: i64,
        /// The entry of the expense's cost.
        pub entry_id: EntryId,
    }
}

crate::record! {
    /// A copy that was taken back after it was let out.
    pub struct TakenBack {
        /// The copy.
        pub document_id: DocumentId,
        /// Why.
        pub why: Why,
    }
}

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

/// Lets the public see a copy, as somebody else than who sent it. `body` are its bytes, as `files::open` gave them.
///
/// # Errors
/// [`Refusal::OwnCopy`]; [`Refusal::NoCopy`] where it is none of this expense's, or was let out before.
pub async fn release(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, copy, body): (ExpenseId, DocumentId, &[u8]),
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let person = people::require_fresh(tx, actor, LOOKERS, now).await?;
    if let Some(id) = find_done(tx, operation).await? {
        return Ok(id);
    }
    let whole = of_this(tx, id, copy).await?;
    files::release(tx, copy, person.id, now).await?;
    files::keep_released(tx, copy, body).await?;
    note(tx, &whole).await?;
    audit::write(tx, Some(person.id), "release a copy", &format!("expense {id}"), &format!("document {copy}"), now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Takes a copy back: nobody is shown it any more, from this moment on. Where the public may have seen it, the next publication says so and why.
///
/// # Errors
/// [`Refusal::NoCopy`]; [`Refusal::Reason`] where it was let out and no reason is given.
pub async fn withdraw(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (id, copy, why): (ExpenseId, DocumentId, Option<Why>),
    now: Instant,
) -> Result<ExpenseId, Refusal> {
    let person = people::require(tx, actor, LOOKERS).await?;
    if let Some(id) = find_done(tx, operation).await? {
        return Ok(id);
    }
    of_this(tx, id, copy).await?;
    let was_out = files::find(tx, copy).await?.is_some_and(|copy| copy.released_at.is_some());
    let why = if was_out { Some(why.ok_or(Refusal::Reason)?) } else { None };
    files::withdraw(tx, copy, now).await?;
    if let Some(why) = why {
        store::copies::take_back(tx, copy, id, why).await?;
    }
    let about = why.map_or_else(|| format!("document {copy}"), |why| format!("document {copy}: {why}"));
    audit::write(tx, Some(person.id), "withdraw a copy", &format!("expense {id}"), &about, now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Notes every copy of an expense that was let out, for each fund that pays for it: once it is let out, and again whenever others agreed to the
/// expense, whose funds may be others by then. Payments to people stand in sums, so no copy is ever shown of them.
///
/// # Errors
/// When the database is gone.
pub(super) async fn note(tx: &mut Tx, whole: &Whole) -> sqlx::Result<()> {
    let parts = whole.parts.iter().filter(|part| format!("{}{}", chart::PROGRAM, part.category) != chart::PEOPLE);
    let mut funds: Vec<FundId> = parts.map(|part| part.fund_id).collect();
    funds.sort_unstable();
    funds.dedup();
    for (receipt, kept) in (1..).zip(&whole.documents) {
        let Some(original) = files::find_by_reference(tx, &kept.document).await? else { continue };
        for copy in files::copies_of(tx, original.id).await?.into_iter().filter(|copy| copy.released_at.is_some()) {
            for fund in &funds {
                store::copies::note(tx, *fund, (copy.id, receipt), whole.expense.id).await?;
            }
        }
    }
    Ok(())
}

/// At most `limit` copies that were let out, no publication of the fund told of, and may be shown: the expense was agreed to, and was entered
/// before `before`. Those whose words wait for the end of the strike only where it `is_over`, and then none waits.
///
/// # Errors
/// When the database is gone.
pub async fn to_show(tx: &mut Tx, fund: FundId, (is_over, before): (bool, Instant), limit: i64) -> sqlx::Result<Vec<ToShow>> {
    store::copies::to_show(tx, fund, (is_over, before), limit).await
}

/// Every copy that was taken back and no publication of the fund looked at since.
///
/// # Errors
/// When the database is gone.
pub async fn taken_back(tx: &mut Tx, fund: FundId) -> sqlx::Result<Vec<TakenBack>> {
    store::copies::taken_back(tx, fund).await
}

/// A publication told what became of a copy.
///
/// # Errors
/// When the database is gone.
pub async fn told(tx: &mut Tx, fund: FundId, copy: DocumentId) -> sqlx::Result<()> {
    store::copies::told(tx, fund, copy).await
}

async fn of_this(tx: &mut Tx, id: ExpenseId, copy: DocumentId) -> Result<Whole, Refusal> {
    let whole = find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let known = list(tx, &whole).await?.iter().any(|one| one.id == copy);
    if known { Ok(whole) } else { Err(Refusal::NoCopy) }
}
