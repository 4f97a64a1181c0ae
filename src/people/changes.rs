//! What administrators do about other people. Adding a role and resetting an authenticator take two of them; taking away takes one and works at
//! once (safety rules SS14, AZ5). Not here: what somebody does to their own factors (`sign_in`).

use super::change::{Change, Kind};
use super::link::Purpose;
use super::operation::OperationError;
use super::person::{Actor, NewPerson, Person, Role, Roles};
use super::{NotAllowed, audit, factor, links, session, store};
use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::ids::{ChangeId, Entropy, PersonId};
use crate::seal::Keyring;

/// Why something was not done about a person.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Who asks may not, or has to prove who they are.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// No such person, or they are shut out already.
    #[error("there is no such person on the staff any more")]
    NoSuchPerson,
    /// Nothing of that kind is open: somebody else was quicker.
    #[error("this was decided meanwhile")]
    Gone,
    /// Somebody has this address already.
    #[error("somebody on the staff has this address")]
    Taken,
    /// Who asked cannot be the second person.
    #[error("another administrator has to agree")]
    SamePerson,
    /// Nobody decides about themselves.
    #[error("this is about you: other administrators decide it")]
    AboutYourself,
    /// There is no second administrator.
    #[error("this takes a second administrator, and there is none: `strikefund staff` at the server brings one in")]
    Alone,
    /// Nobody could look after people any more.
    #[error("the last administrator stays: name another one first")]
    LastAdministrator,
    /// The time in which it can be called off is not over.
    #[error("this waits 24 hours, so that whoever it is about can call it off")]
    TooSoon,
    /// They have not come in by their invitation yet.
    #[error("they have not come in yet: give them a new invitation link")]
    NotIn,
    /// The form was sent before with other content, or is damaged.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for ChangeError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Database(error) => error.is_retryable(),
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            _ => false,
        }
    }
}

/// What became of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It waits for a second administrator.
    Waits,
}

/// Somebody who was invited.
#[derive(Clone, Debug)]
pub struct Invited {
    /// What stands for the person in addresses.
    pub reference: String,
    /// What the address of the invitation holds; told only now.
    pub token: String,
    /// Whether the roles are given or wait.
    pub outcome: Outcome,
}

/// Takes somebody on. Their roles wait for a second administrator where there is one.
///
/// # Errors
/// [`ChangeError`]
pub async fn invite(
    tx: &mut Tx,
    actor: Actor,
    new: &NewPerson,
    (keys, entropy): (&Keyring, &Entropy),
    now: Instant,
) -> Result<Invited, ChangeError> {
    begin(tx, actor, now).await?;
    if store::find_by_email(tx, &keys.index(&new.email)).await?.is_some() {
        return Err(ChangeError::Taken);
    }
    let person = super::add(tx, &NewPerson { roles: Roles::default(), ..new.clone() }, keys, entropy, now).await?;
    note(tx, actor, "people.invited", person, "", now).await?;
    let mut outcome = Outcome::Done;
    for role in new.roles.iter() {
        if ask_role(tx, actor, person, role, now).await? == Outcome::Waits {
            outcome = Outcome::Waits;
        }
    }
    let token = links::make(tx, Purpose::Join, person, Some(actor.person), entropy, now).await?;
    let reference = target(tx, person).await?.reference;
    Ok(Invited { reference, token, outcome })
}

/// A new link for somebody: to come in, where they have not yet; else to set another password, for which they need their authenticator.
///
/// # Errors
/// [`ChangeError`]
pub async fn relink(
    tx: &mut Tx,
    actor: Actor,
    person: PersonId,
    entropy: &Entropy,
    now: Instant,
) -> Result<(Purpose, String), ChangeError> {
    begin(tx, actor, now).await?;
    target(tx, person).await?;
    let purpose = if factor::held(tx, person).await?.is_some() { Purpose::Password } else { Purpose::Join };
    Ok((purpose, links::make(tx, purpose, person, Some(actor.person), entropy, now).await?))
}

/// Asks for a role of somebody; it is given at once only while there has never been a second administrator.
///
/// # Errors
/// [`ChangeError`]
pub async fn ask_for_role(tx: &mut Tx, actor: Actor, person: PersonId, role: Role, now: Instant) -> Result<Outcome, ChangeError> {
    begin(tx, actor, now).await?;
    ask_role(tx, actor, person, role, now).await
}

async fn ask_role(tx: &mut Tx, actor: Actor, person: PersonId, role: Role, now: Instant) -> Result<Outcome, ChangeError> {
    if target(tx, person).await?.roles.holds(role) {
        return Ok(Outcome::Done);
    }
    if others_in(tx, actor.person).await? == 0 {
        // Whoever shut the second administrator out does not thereby become the only one there ever was.
        if store::decisions::other_administrators_ever(tx, actor.person).await? > 0 {
            return Err(ChangeError::Alone);
        }
        store::decisions::cancel_changes_of(tx, person, Some(role.into()), now).await?;
        give(tx, actor, person, role, "alone", now).await?;
        return Ok(Outcome::Done);
    }
    let open = store::decisions::open_changes(tx).await?;
    if !open.iter().any(|change| change.person_id == person && change.kind == Kind::from(role)) {
        store::decisions::insert_change(tx, person, role.into(), actor.person, now).await?;
        note(tx, actor, "role.asked", person, role.as_str(), now).await?;
    }
    Ok(Outcome::Waits)
}

/// Takes a role away, at once; the person's sessions end.
///
/// # Errors
/// [`ChangeError`]
pub async fn take_role(tx: &mut Tx, actor: Actor, person: PersonId, role: Role, now: Instant) -> Result<(), ChangeError> {
    begin(tx, actor, now).await?;
    target(tx, person).await?;
    if role == Role::Administrator && others_in(tx, person).await? == 0 {
        return Err(ChangeError::LastAdministrator);
    }
    store::take_role(tx, person, role).await?;
    store::decisions::cancel_changes_of(tx, person, Some(role.into()), now).await?;
    session::end_others(tx, person, None, now).await?;
    note(tx, actor, "role.taken", person, role.as_str(), now).await?;
    Ok(())
}

/// Shuts somebody out, at once: sessions, links and what was asked about them end.
///
/// # Errors
/// [`ChangeError`]
pub async fn disable(tx: &mut Tx, actor: Actor, person: PersonId, now: Instant) -> Result<(), ChangeError> {
    begin(tx, actor, now).await?;
    let found = target(tx, person).await?;
    if found.roles.holds(Role::Administrator) && others_in(tx, person).await? == 0 {
        return Err(ChangeError::LastAdministrator);
    }
    super::disable(tx, person, now).await?;
    store::decisions::spend_links_of(tx, person, now).await?;
    store::decisions::cancel_changes_of(tx, person, None, now).await?;
    note(tx, actor, "people.disabled", person, "", now).await?;
    Ok(())
}

/// Lets somebody sign in again who was shut out. Their roles do not come back by one person's word: each is asked for anew.
///
/// # Errors
/// [`ChangeError`]
pub async fn enable(tx: &mut Tx, actor: Actor, person: PersonId, now: Instant) -> Result<Outcome, ChangeError> {
    begin(tx, actor, now).await?;
    let found = super::find(tx, person).await?.filter(|person| person.disabled_at.is_some()).ok_or(ChangeError::Gone)?;
    store::enable(tx, person).await?;
    note(tx, actor, "people.enabled", person, "", now).await?;
    let mut outcome = Outcome::Done;
    for role in found.roles.iter() {
        store::take_role(tx, person, role).await?;
        if ask_role(tx, actor, person, role, now).await? == Outcome::Waits {
            outcome = Outcome::Waits;
        }
    }
    Ok(outcome)
}

/// Gives somebody another name, as colleagues see it.
///
/// # Errors
/// [`ChangeError`]
pub async fn rename(tx: &mut Tx, actor: Actor, person: PersonId, name: &str, now: Instant) -> Result<(), ChangeError> {
    begin(tx, actor, now).await?;
    super::find(tx, person).await?.ok_or(ChangeError::NoSuchPerson)?;
    store::rename(tx, person, name).await?;
    note(tx, actor, "people.renamed", person, "", now).await?;
    Ok(())
}

/// Asks that somebody get another authenticator.
///
/// # Errors
/// [`ChangeError`]
pub async fn ask_reset(tx: &mut Tx, actor: Actor, person: PersonId, now: Instant) -> Result<ChangeId, ChangeError> {
    begin(tx, actor, now).await?;
    target(tx, person).await?;
    if person == actor.person {
        return Err(ChangeError::AboutYourself);
    }
    factor::held(tx, person).await?.ok_or(ChangeError::NotIn)?;
    let second = administrators_in(tx).await?.into_iter().any(|other| other != actor.person && other != person);
    if !second {
        return Err(ChangeError::Alone);
    }
    store::decisions::cancel_changes_of(tx, person, Some(Kind::Reset), now).await?;
    let id = store::decisions::insert_change(tx, person, Kind::Reset, actor.person, now).await?;
    note(tx, actor, "reset.asked", person, "", now).await?;
    Ok(id)
}

/// Agrees as the second administrator: a role is given now, a reset begins its wait.
///
/// # Errors
/// [`ChangeError`]
pub async fn agree(tx: &mut Tx, actor: Actor, id: ChangeId, now: Instant) -> Result<Change, ChangeError> {
    begin(tx, actor, now).await?;
    let change = store::decisions::find_change(tx, id).await?.ok_or(ChangeError::Gone)?;
    target(tx, change.person_id).await?;
    if change.asked_by == actor.person {
        return Err(ChangeError::SamePerson);
    }
    if change.person_id == actor.person {
        return Err(ChangeError::AboutYourself);
    }
    if !store::decisions::agree_change(tx, id, actor.person, now).await? {
        return Err(ChangeError::Gone);
    }
    match change.kind.role() {
        None => note(tx, actor, "reset.agreed", change.person_id, "", now).await?,
        Some(role) => {
            store::decisions::finish_change(tx, id, now).await?;
            let asked_by = format!("asked by person {}", change.asked_by);
            give(tx, actor, change.person_id, role, &asked_by, now).await?;
        }
    }
    Ok(change)
}

/// Calls off what is open: any administrator may, and whoever a reset is about.
///
/// # Errors
/// [`ChangeError`]
pub async fn cancel(tx: &mut Tx, actor: Actor, id: ChangeId, now: Instant) -> Result<Change, ChangeError> {
    let person = super::find(tx, actor.person).await?.filter(|person| person.disabled_at.is_none()).ok_or(NotAllowed::Role)?;
    let change = store::decisions::find_change(tx, id).await?.ok_or(ChangeError::Gone)?;
    if !person.roles.holds(Role::Administrator) && change.person_id != actor.person {
        return Err(NotAllowed::Role.into());
    }
    if !store::decisions::cancel_change(tx, id, now).await? {
        return Err(ChangeError::Gone);
    }
    let act = if change.kind == Kind::Reset { "reset.cancelled" } else { "role.cancelled" };
    note(tx, actor, act, change.person_id, change.kind.role().map_or("", Role::as_str), now).await?;
    Ok(change)
}

/// Carries out a reset whose wait is over: gives the link by which the person, with their password, sets another authenticator.
///
/// # Errors
/// [`ChangeError`]
pub async fn finish_reset(tx: &mut Tx, actor: Actor, id: ChangeId, entropy: &Entropy, now: Instant) -> Result<String, ChangeError> {
    begin(tx, actor, now).await?;
    let change = store::decisions::find_change(tx, id).await?.filter(|change| change.kind == Kind::Reset).ok_or(ChangeError::Gone)?;
    if change.due_at().is_none_or(|due| now < due) {
        return Err(ChangeError::TooSoon);
    }
    if !store::decisions::finish_change(tx, id, now).await? {
        return Err(ChangeError::Gone);
    }
    note(tx, actor, "reset.done", change.person_id, "", now).await?;
    Ok(links::make(tx, Purpose::Authenticator, change.person_id, Some(actor.person), entropy, now).await?)
}

/// What is open, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx) -> sqlx::Result<Vec<Change>> {
    store::decisions::open_changes(tx).await
}

/// Reads the actor again and makes every other decision about people wait.
async fn begin(tx: &mut Tx, actor: Actor, now: Instant) -> Result<Person, ChangeError> {
    store::decisions::lock_people(tx).await?;
    let person = super::require_fresh(tx, actor, &[Role::Administrator], now).await?;
    for administrator in administrators_in(tx).await? {
        store::decisions::note_administrator(tx, administrator, now).await?;
    }
    Ok(person)
}

async fn target(tx: &mut Tx, person: PersonId) -> Result<Person, ChangeError> {
    super::find(tx, person).await?.filter(|person| person.disabled_at.is_none()).ok_or(ChangeError::NoSuchPerson)
}

async fn give(tx: &mut Tx, actor: Actor, person: PersonId, role: Role, how: &str, now: Instant) -> Result<(), ChangeError> {
    store::give_role(tx, person, role, now).await?;
    session::end_others(tx, person, None, now).await?;
    note(tx, actor, "role.given", person, &format!("{role}, {how}"), now).await?;
    Ok(())
}

/// Administrators who can act: not shut out, and they have come in.
async fn administrators_in(tx: &mut Tx) -> sqlx::Result<Vec<PersonId>> {
    let holders = factor::holders(tx).await?;
    let people = super::list(tx).await?;
    let can_act = |person: &Person| person.disabled_at.is_none() && person.roles.holds(Role::Administrator) && holders.contains(&person.id);
    Ok(people.into_iter().filter(can_act).map(|person| person.id).collect())
}

/// How many administrators but this one can act.
async fn others_in(tx: &mut Tx, person: PersonId) -> sqlx::Result<usize> {
    Ok(administrators_in(tx).await?.into_iter().filter(|other| *other != person).count())
}

async fn note(tx: &mut Tx, actor: Actor, act: &'static str, person: PersonId, detail: &str, now: Instant) -> sqlx::Result<()> {
    audit::write(tx, Some(actor.person), act, &format!("person {person}"), detail, now).await
}
