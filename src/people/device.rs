//! Browsers that somebody signed in with: one that was not seen before is told to them by mail. Not here: its cookie (`web`).

use super::{audit, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{Entropy, PersonId, sha256_hex};

/// How long a browser is remembered that nobody signs in with, in seconds.
pub const REMEMBERED_SECS: i64 = 90 * 24 * 3600;

/// Notes that somebody came wholly in with a browser, and gives what its cookie holds from now on. The first browser of all is that of coming in by
/// an invitation, of which they are told anyway.
///
/// # Errors
/// When the database is gone.
pub async fn meet(tx: &mut Tx, person: PersonId, cookie: Option<&str>, entropy: &Entropy, now: Instant) -> sqlx::Result<String> {
    let ours = |token: &&str| token.len() == 52 && token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let token = cookie.filter(ours).map_or_else(|| entropy.secret(), str::to_owned);
    let hash = sha256_hex(&token);
    if !store::see_device(tx, &hash, person, now).await? {
        let first = !store::has_device(tx, person).await?;
        store::insert_device(tx, &hash, person, now).await?;
        if !first {
            audit::write(tx, Some(person), "sign-in.new_device", &format!("person {person}"), "", now).await?;
        }
    }
    Ok(token)
}

/// Forgets browsers that nobody signed in with since `before`.
///
/// # Errors
/// When the database is gone.
pub async fn forget(tx: &mut Tx, before: Instant) -> sqlx::Result<u64> {
    store::forget_devices(tx, before).await
}
