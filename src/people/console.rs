//! What whoever runs the server does about people: the way in when nobody else can give one. It needs no second person, for the server holds
//! the database anyway; the log says that it came from there. Not here: the command line (`cli`).

use super::changes::ChangeError;
use super::link::Purpose;
use super::person::NewPerson;
use super::{audit, links, session, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{Entropy, PersonId};
use crate::seal::Keyring;

/// Takes somebody on with their roles, and gives what the address of their invitation holds.
///
/// # Errors
/// [`ChangeError::Taken`], or the database is gone.
pub async fn add(tx: &mut Tx, new: &NewPerson, (keys, entropy): (&Keyring, &Entropy), now: Instant) -> Result<String, ChangeError> {
    store::decisions::lock_people(tx).await?;
    if store::find_by_email(tx, &keys.index(&new.email)).await?.is_some() {
        return Err(ChangeError::Taken);
    }
    let person = super::add(tx, new, keys, entropy, now).await?;
    note(tx, "people.invited", person, now).await?;
    for role in new.roles.iter() {
        audit::write(tx, None, "role.given", &format!("person {person}"), &format!("{role}, console"), now).await?;
    }
    Ok(links::make(tx, Purpose::Join, person, None, entropy, now).await?)
}

/// Gives the link by which somebody sets password and authenticator anew; their sessions end now.
///
/// # Errors
/// [`ChangeError::NoSuchPerson`] when nobody has this address or they are shut out, or the database is gone.
pub async fn reset(tx: &mut Tx, email: &str, (keys, entropy): (&Keyring, &Entropy), now: Instant) -> Result<String, ChangeError> {
    let found = store::find_by_email(tx, &keys.index(email)).await?.filter(|person| person.disabled_at.is_none());
    let person = found.ok_or(ChangeError::NoSuchPerson)?.id;
    session::end_others(tx, person, None, now).await?;
    note(tx, "reset.done", person, now).await?;
    Ok(links::make(tx, Purpose::Join, person, None, entropy, now).await?)
}

async fn note(tx: &mut Tx, act: &'static str, person: PersonId, now: Instant) -> sqlx::Result<()> {
    audit::write(tx, None, act, &format!("person {person}"), "console", now).await
}
