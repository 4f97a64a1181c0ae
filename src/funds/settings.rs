//! What one administrator changes about a fund, and which steps of its setup are done. Not here: the approval rules, which take two people
//! (`approvals::rules`).

use super::about::{About, Goal, Names, Reports};
use super::{Giving, store};
use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::ids::{FundId, PersonId};
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, Actor, NotAllowed, Role, audit};

/// Who looks after the settings of a fund.
pub const KEEPERS: &[Role] = &[Role::Administrator];

crate::words! {
    /// A step of the setup that is done by doing it once.
    pub enum Step {
        /// Somebody looked at the approval rules and settled on them.
        Approval = "approval",
        /// Stripe answered to the key in force.
        Stripe = "stripe",
        /// The mail server took a test mail.
        Mail = "mail",
    }
}

/// Why a setting was not changed. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// They look after no settings, or must confirm who they are first.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// There is no such fund.
    #[error("there is no such fund")]
    NotFound,
    /// The form was sent before with other content, or is damaged.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for SettingError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            Self::NotFound => false,
        }
    }
}

/// What a fund says of itself; nothing yet where nobody said anything.
///
/// # Errors
/// When the database is gone.
pub async fn about(tx: &mut Tx, id: FundId) -> sqlx::Result<About> {
    Ok(store::find_about(tx, id).await?.unwrap_or_default())
}

/// Sets what a fund says of itself; one person does.
///
/// # Errors
/// [`SettingError`].
pub async fn set_names(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    id: FundId,
    names: &Names,
    now: Instant,
) -> Result<(), SettingError> {
    let Some(person) = begin(tx, actor, operation, id).await? else { return Ok(()) };
    put_names(tx, id, names).await?;
    write_act(tx, person, "fund.named", operation, id, now).await
}

/// Chooses which reports a fund shows that it need not; one person does.
///
/// # Errors
/// [`SettingError`].
pub async fn set_reports(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    id: FundId,
    reports: Reports,
    now: Instant,
) -> Result<(), SettingError> {
    let Some(person) = begin(tx, actor, operation, id).await? else { return Ok(()) };
    store::put_reports(tx, id, &reports).await?;
    write_act(tx, person, "fund.reports", operation, id, now).await
}

/// Says what a fund hopes to receive and takes at most, or that it names no goal; one person does.
///
/// # Errors
/// [`SettingError`].
pub async fn set_goal(tx: &mut Tx, actor: Actor, operation: &Operation, id: FundId, goal: Goal, now: Instant) -> Result<(), SettingError> {
    let Some(person) = begin(tx, actor, operation, id).await? else { return Ok(()) };
    store::put_goal(tx, id, goal).await?;
    write_act(tx, person, "fund.goal", operation, id, now).await
}

/// Says how a fund takes gifts through its form; one person does.
///
/// # Errors
/// [`SettingError`].
pub async fn set_giving(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    id: FundId,
    giving: &Giving,
    now: Instant,
) -> Result<(), SettingError> {
    let Some(person) = begin(tx, actor, operation, id).await? else { return Ok(()) };
    store::put_giving(tx, id, &giving.stored()).await?;
    write_act(tx, person, "fund.giving", operation, id, now).await
}

/// Whoever may change the settings of a fund, which is held until the transaction ends; None: the same form did it already.
async fn begin(tx: &mut Tx, actor: Actor, operation: &Operation, id: FundId) -> Result<Option<PersonId>, SettingError> {
    let person = people::require(tx, actor, KEEPERS).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(None);
    }
    super::lock(tx, id).await?.ok_or(SettingError::NotFound)?;
    Ok(Some(person.id))
}

async fn write_act(
    tx: &mut Tx,
    person: PersonId,
    act: &'static str,
    operation: &Operation,
    id: FundId,
    now: Instant,
) -> Result<(), SettingError> {
    audit::write(tx, Some(person), act, &format!("fund {id}"), "", now).await?;
    Ok(operation::done(tx, operation, "", now).await?)
}

/// What [`set_names`] writes, for whoever sets a fund up, in the transaction that does.
///
/// # Errors
/// When the database is gone.
pub async fn put_names(tx: &mut Tx, id: FundId, names: &Names) -> sqlx::Result<()> {
    store::put_name(tx, id, &names.name, &names.purpose).await?;
    store::put_about(tx, id, &names.about).await
}

/// The steps of the setup that are done.
///
/// # Errors
/// When the database is gone.
pub async fn steps_done(tx: &mut Tx) -> sqlx::Result<Vec<Step>> {
    store::steps_done(tx).await
}

/// Notes that a step of the setup is done; twice is once.
///
/// # Errors
/// When the database is gone.
pub async fn note_step(tx: &mut Tx, step: Step, now: Instant) -> sqlx::Result<()> {
    store::note_step(tx, step, now).await
}
