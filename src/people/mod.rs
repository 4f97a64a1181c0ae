//! Staff: who may do what, and the log of what they did. Not here: their pages (`web`), what an act does to money (the rooms above).

mod attempts;
pub mod audit;
mod change;
pub mod changes;
pub mod console;
pub mod device;
pub mod factor;
pub mod forgotten;
mod hasher;
mod link;
pub mod links;
pub mod notice;
pub mod operation;
#[cfg(feature = "passkeys")]
pub mod passkeys;
mod password;
mod person;
mod seed;
pub mod session;
pub mod sign_in;
mod store;

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{Entropy, PersonId};
use crate::seal::Keyring;

pub use crate::language::Language;
pub use attempts::forget as forget_attempts;
pub use change::{Change, Kind, RESET_WAIT_SECS, State as ChangeState};
pub use hasher::{Busy, Hasher};
pub use link::{Link, Purpose};
pub use password::{LONGEST as LONGEST_PASSWORD, Password, PasswordError, SHORTEST as SHORTEST_PASSWORD};
pub use person::{Actor, NewPerson, Person, PersonError, Role, Roles};
pub use seed::{RECOVERY_CODES, Seed};

/// Why somebody may not do something.
#[derive(Debug, thiserror::Error)]
pub enum NotAllowed {
    /// They are disabled, or do not hold a role that may.
    #[error("your role does not allow this")]
    Role,
    /// They proved who they are too long ago for a decision about money.
    #[error("confirm that it is you, then do it again")]
    StepUp,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl crate::db::Retryable for NotAllowed {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// How old a proof of identity may be when money is decided on, in seconds (safety rule SS5).
pub const STEP_UP_SECS: i64 = 600;

/// Takes on a person with their roles.
///
/// # Errors
/// When the address is taken (a unique violation) or the database is gone.
pub async fn add(tx: &mut Tx, new: &NewPerson, keys: &Keyring, entropy: &Entropy, now: Instant) -> sqlx::Result<PersonId> {
    let reference = entropy.reference();
    let email = keys.seal(entropy, &person::email_context(&reference), new.email.as_bytes());
    let id = store::insert(tx, &reference, new, &keys.index(&new.email), &email, now).await?;
    for role in new.roles.iter() {
        store::give_role(tx, id, role, now).await?;
    }
    Ok(id)
}

/// Gives a role; one that is held already stays.
///
/// # Errors
/// When the database is gone.
pub async fn give_role(tx: &mut Tx, id: PersonId, role: Role, now: Instant) -> sqlx::Result<()> {
    store::give_role(tx, id, role, now).await
}

/// Takes a role away, at once.
///
/// # Errors
/// When the database is gone.
pub async fn take_role(tx: &mut Tx, id: PersonId, role: Role) -> sqlx::Result<()> {
    store::take_role(tx, id, role).await
}

/// Shuts somebody out, at once: their sessions end, and they may not sign in.
///
/// # Errors
/// When the database is gone.
pub async fn disable(tx: &mut Tx, id: PersonId, now: Instant) -> sqlx::Result<()> {
    store::disable(tx, id, now).await?;
    session::end_others(tx, id, None, now).await.map(drop)
}

/// The person and the roles they hold now; None when there is no such person.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, id: PersonId) -> sqlx::Result<Option<Person>> {
    let Some(row) = store::find(tx, id).await? else { return Ok(None) };
    let roles = store::roles(tx, id).await?;
    Ok(Some(Person::new(row, roles)))
}

/// The person that an address of ours names; None when there is no such person.
///
/// # Errors
/// When the database is gone.
pub async fn find_by_ref(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Person>> {
    let Some(row) = store::find_by_ref(tx, reference).await? else { return Ok(None) };
    let roles = store::roles(tx, row.id).await?;
    Ok(Some(Person::new(row, roles)))
}

/// The person who has this e-mail address; None when nobody has.
///
/// # Errors
/// When the database is gone.
pub async fn find_by_email(tx: &mut Tx, email: &str, keys: &Keyring) -> sqlx::Result<Option<Person>> {
    let Some(row) = store::find_by_email(tx, &keys.index(email)).await? else { return Ok(None) };
    let roles = store::roles(tx, row.id).await?;
    Ok(Some(Person::new(row, roles)))
}

/// The e-mail address of a person; None where it was sealed with another master key.
pub fn email_of(person: &Person, keys: &Keyring) -> Option<String> {
    keys.open(&person::email_context(&person.reference), &person.email).and_then(|bytes| String::from_utf8(bytes).ok())
}

/// Sets what a person reads.
///
/// # Errors
/// When the database is gone.
pub async fn choose_language(tx: &mut Tx, id: PersonId, language: Language) -> sqlx::Result<()> {
    store::put_language(tx, id, language).await
}

/// Everybody, by name, disabled people last.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx) -> sqlx::Result<Vec<Person>> {
    let mut people = Vec::new();
    for row in store::list(tx).await? {
        let roles = store::roles(tx, row.id).await?;
        people.push(Person::new(row, roles));
    }
    Ok(people)
}

/// Whether nobody but this person could decide anything that takes `roles`: nobody else ever came in, and nobody else is expected with one of them.
///
/// # Errors
/// When the database is gone.
pub async fn is_alone(tx: &mut Tx, person: PersonId, roles: &[Role]) -> sqlx::Result<bool> {
    let holders = factor::holders(tx).await?;
    let counts = |other: &Person| other.disabled_at.is_none() && roles.iter().any(|role| other.roles.holds(*role));
    let others = list(tx).await?;
    Ok(!others.iter().any(|other| other.id != person && (holders.contains(&other.id) || counts(other))))
}

/// Who holds a role and is not disabled.
///
/// # Errors
/// When the database is gone.
pub async fn holders(tx: &mut Tx, role: Role) -> sqlx::Result<Vec<PersonId>> {
    store::holders(tx, role).await
}

/// Reads the actor's state and roles again, inside the transaction that acts (safety rule AZ2), and gives the person.
///
/// # Errors
/// [`NotAllowed`] when they are disabled or hold none of `roles` any more.
pub async fn require(tx: &mut Tx, actor: Actor, roles: &[Role]) -> Result<Person, NotAllowed> {
    let person = find(tx, actor.person).await?.filter(|person| person.disabled_at.is_none()).ok_or(NotAllowed::Role)?;
    if roles.iter().any(|role| person.roles.holds(*role)) { Ok(person) } else { Err(NotAllowed::Role) }
}

/// The same for a decision about money: a proof of identity must be at most ten minutes old.
///
/// # Errors
/// As [`require`], and [`NotAllowed::StepUp`].
pub async fn require_fresh(tx: &mut Tx, actor: Actor, roles: &[Role], now: Instant) -> Result<Person, NotAllowed> {
    let person = require(tx, actor, roles).await?;
    if is_fresh(actor, now) { Ok(person) } else { Err(NotAllowed::StepUp) }
}

/// The same for what somebody does to their own factors, whatever their roles.
///
/// # Errors
/// [`NotAllowed`] when they are disabled, or proved who they are too long ago.
pub async fn require_self(tx: &mut Tx, actor: Actor, now: Instant) -> Result<Person, NotAllowed> {
    let person = find(tx, actor.person).await?.filter(|person| person.disabled_at.is_none()).ok_or(NotAllowed::Role)?;
    if is_fresh(actor, now) { Ok(person) } else { Err(NotAllowed::StepUp) }
}

/// Whether somebody proved who they are within the last ten minutes.
pub fn is_fresh(actor: Actor, now: Instant) -> bool {
    // A clock set back makes no proof fresh again.
    (0..=STEP_UP_SECS).contains(&now.unix_secs().saturating_sub(actor.proved_at.unix_secs()))
}
