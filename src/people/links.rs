//! Links: made for one person and one purpose, shown once, spent by sending a form and never by opening the address (safety rule SS13).

use super::link::{Link, Purpose};
use super::{audit, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{Entropy, LinkId, PersonId, sha256_hex};

/// Makes a link and gives what its address holds: 256 random bits, of which only the hash is kept. Older links of the person are void.
///
/// # Errors
/// When the database is gone.
pub async fn make(
    tx: &mut Tx,
    purpose: Purpose,
    person: PersonId,
    made_by: Option<PersonId>,
    entropy: &Entropy,
    now: Instant,
) -> sqlx::Result<String> {
    store::decisions::spend_links_of(tx, person, now).await?;
    audit::write(tx, made_by, "link.made", &format!("person {person}"), purpose.as_str(), now).await?;
    insert(tx, purpose, Some(person), made_by, entropy, now).await
}

/// Makes the link that the first person comes in by, in place of every older one; None once somebody is on the staff.
///
/// # Errors
/// When the database is gone.
pub async fn make_setup(tx: &mut Tx, entropy: &Entropy, now: Instant) -> sqlx::Result<Option<String>> {
    store::decisions::spend_links_for(tx, Purpose::Setup, now).await?;
    if !store::list(tx).await?.is_empty() {
        return Ok(None);
    }
    audit::write(tx, None, "link.made", "staff", Purpose::Setup.as_str(), now).await?;
    insert(tx, Purpose::Setup, None, None, entropy, now).await.map(Some)
}

async fn insert(
    tx: &mut Tx,
    purpose: Purpose,
    person_id: Option<PersonId>,
    made_by: Option<PersonId>,
    entropy: &Entropy,
    now: Instant,
) -> sqlx::Result<String> {
    let token = entropy.secret();
    // The row's own number comes from the database.
    let link = Link { id: LinkId(0), purpose, person_id, made_by, made_at: now, expires_at: now.plus_secs(purpose.secs()) };
    store::decisions::insert_link(tx, &sha256_hex(&token), &link).await?;
    Ok(token)
}

/// The living link that an address names: unspent, in its time, of somebody who may sign in. This changes nothing.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, token: &str, now: Instant) -> sqlx::Result<Option<Link>> {
    let Some(link) = store::decisions::find_link(tx, &sha256_hex(token)).await?.filter(|link| link.is_alive(now)) else { return Ok(None) };
    let welcome = match link.person_id {
        Some(person) => store::find(tx, person).await?.is_some_and(|person| person.disabled_at.is_none()),
        None => store::list(tx).await?.is_empty(),
    };
    Ok(welcome.then_some(link))
}

/// Spends a link, once: of two who send its form, one is too late and gets false.
///
/// # Errors
/// When the database is gone.
pub async fn spend(tx: &mut Tx, id: LinkId, now: Instant) -> sqlx::Result<bool> {
    store::decisions::spend_link(tx, id, now).await
}
