//! Guessing made slow: each guess is counted, durably, before anything is compared, and after five wrong ones the factor stays closed for a
//! time that grows up to a bound (safety rule SS11). Not here: guesses of one client at many accounts (`web`, in memory only).

use super::{audit, store};
use crate::clock::Instant;
use crate::db::{Db, Tx};
use crate::ids::PersonId;
use crate::transact;

/// How many wrong guesses are free.
const FREE: i64 = 5;
/// How long a factor is closed at first, in seconds; each further wrong guess doubles it.
const FIRST_PAUSE_SECS: i64 = 60;

/// What is guessed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// The password of whoever has this address (its keyed hash), be there such a person or not.
    Password { email_hash: String, person: Option<PersonId> },
    /// A code of this person.
    Code(PersonId),
}

impl Guess {
    fn factor(&self) -> String {
        match self {
            Self::Password { email_hash, .. } => format!("password/{email_hash}"),
            Self::Code(person) => format!("code/{person}"),
        }
    }

    fn person(&self) -> Option<PersonId> {
        match self {
            Self::Password { person, .. } => *person,
            Self::Code(person) => Some(*person),
        }
    }

    /// The longest pause, in seconds. It is short where a stranger who knows an address can bring it about.
    const fn longest_secs(&self) -> i64 {
        match self {
            Self::Password { .. } => 15 * 60,
            Self::Code(_) => 60 * 60,
        }
    }

    fn pause_secs(&self, wrong: i64) -> i64 {
        let doubled = u32::try_from(wrong - FREE).ok().and_then(|more| FIRST_PAUSE_SECS.checked_shl(more.min(20)));
        doubled.unwrap_or(i64::MAX).min(self.longest_secs())
    }
}

/// The factor is closed for this many seconds more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Closed(pub i64);

/// Counts a guess in a transaction of its own, before it is compared.
///
/// # Errors
/// When the database is gone; then nothing may be compared.
pub(super) async fn count(db: &Db, guess: &Guess, now: Instant) -> sqlx::Result<Result<(), Closed>> {
    transact!(db, tx => count_in(tx, guess, now).await)
}

async fn count_in(tx: &mut Tx, guess: &Guess, now: Instant) -> sqlx::Result<Result<(), Closed>> {
    let factor = guess.factor();
    let Some(wrong) = store::credentials::count_attempt(tx, &factor, now).await? else {
        let opens_at = store::credentials::opens_at(tx, &factor).await?.unwrap_or(now);
        let left = opens_at.unix_secs().saturating_sub(now.unix_secs()).max(1);
        return Ok(Err(Closed(left.min(guess.longest_secs()))));
    };
    if wrong >= FREE {
        let pause = guess.pause_secs(wrong);
        store::credentials::close_factor(tx, &factor, now.plus_secs(pause)).await?;
        if let Some(person) = guess.person() {
            let kind = if matches!(guess, Guess::Code(_)) { "code" } else { "password" };
            audit::write(tx, None, "factor.closed", &format!("person {person}"), &format!("{kind} {pause} s"), now).await?;
        }
    }
    Ok(Ok(()))
}

/// Forgets the guesses: this one was right.
///
/// # Errors
/// When the database is gone.
pub(super) async fn right(tx: &mut Tx, guess: &Guess) -> sqlx::Result<()> {
    store::credentials::forget_attempts_on(tx, &guess.factor()).await
}

/// Forgets guesses that nobody followed up since `before`.
///
/// # Errors
/// When the database is gone.
pub async fn forget(tx: &mut Tx, before: Instant) -> sqlx::Result<u64> {
    store::credentials::forget_attempts_before(tx, before).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_doubles_up_to_a_bound_and_lasts_never_for_ever() {
        let password = Guess::Password { email_hash: String::new(), person: None };
        let code = Guess::Code(PersonId(1));
        let pauses: Vec<i64> = (5..=12).map(|wrong| code.pause_secs(wrong)).collect();
        assert_eq!(pauses, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(code.pause_secs(i64::MAX), 3600);
        assert_eq!(password.pause_secs(10_000), 900);
    }
}
