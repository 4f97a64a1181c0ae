//! A forgotten password: whoever asks is answered the same, at the same cost, be there such a person or not, for all that is done then is to
//! write the question down. Whether there is somebody to be sent a link is found out afterwards. Not here: the page, the letter.

use super::link::Purpose;
use super::{Person, factor, links, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::Entropy;
use crate::seal::Keyring;

/// Writes down that somebody forgot the password of this address; twice is once.
///
/// # Errors
/// When the database is gone.
pub async fn ask(tx: &mut Tx, email: &str, keys: &Keyring, now: Instant) -> sqlx::Result<()> {
    store::insert_forgotten(tx, &keys.index(email), now).await
}

/// Questions that nobody looked at yet, by what finds their address; at most `limit`.
///
/// # Errors
/// When the database is gone.
pub async fn waiting(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<String>> {
    store::forgotten(tx, limit).await
}

/// Looks at one question: where somebody who has come in has this address, gives them and what the address of their link holds. A link that
/// lives already is left alone, so that a stranger can neither void it nor fill a mailbox: one question in half an hour is answered.
///
/// # Errors
/// When the database is gone.
pub async fn answer(tx: &mut Tx, email_hash: &str, entropy: &Entropy, now: Instant) -> sqlx::Result<Option<(Person, String)>> {
    if !store::end_forgotten(tx, email_hash).await? {
        return Ok(None);
    }
    let Some(row) = store::find_by_email(tx, email_hash).await?.filter(|row| row.disabled_at.is_none()) else { return Ok(None) };
    if factor::held(tx, row.id).await?.is_none() || store::decisions::has_living_link(tx, row.id, now).await? {
        return Ok(None);
    }
    let token = links::make(tx, Purpose::Password, row.id, None, entropy, now).await?;
    let roles = store::roles(tx, row.id).await?;
    Ok(Some((Person::new(row, roles), token)))
}
