//! Sessions: one browser's sign-in, from password to second factor to its end. Not here: the cookie (`web`), how a factor is proved.

use super::store;
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{Entropy, PersonId, SessionId, sha256_hex};
use crate::{record, words};

words! {
    /// How far a sign-in got.
    pub enum Stage {
        /// The password was right; this opens nothing but the page that asks for the second factor.
        Password = "password",
        /// Both factors, or a passkey.
        Whole = "whole",
    }
}

/// Ends a session that nobody used (safety rule SS5).
const IDLE_SECS: i64 = 30 * 60;
/// Ends every session.
const ABSOLUTE_SECS: i64 = 12 * 3600;
/// How long somebody may take from the password to the second factor.
const HALF_SECS: i64 = 10 * 60;
/// A use is written down once in this time, so that reading pages costs no writes.
const NOTED_SECS: i64 = 60;

record! {
    /// One browser's sign-in.
    pub struct Session {
        /// Its row.
        pub id: SessionId,
        /// Whose.
        pub person_id: PersonId,
        /// How far it got.
        pub stage: Stage,
        /// What its owner calls the device.
        pub label: String,
        /// When the password was given.
        pub started_at: Instant,
        /// When it was last used, to the minute.
        pub seen_at: Instant,
        /// When a second factor was last proved.
        pub proved_at: Instant,
    }
}

impl Session {
    /// Whether it may still be used. Time that runs backwards revives nothing: what was used later than now is over.
    pub fn is_alive(&self, now: Instant) -> bool {
        let since = |then: Instant| now.unix_secs().saturating_sub(then.unix_secs());
        let whole = match self.stage {
            Stage::Password => since(self.started_at) < HALF_SECS,
            Stage::Whole => true,
        };
        whole && since(self.started_at) < ABSOLUTE_SECS && (0..IDLE_SECS).contains(&since(self.seen_at))
    }

    /// Whether its last use should be written down anew.
    pub fn wants_noting(&self, now: Instant) -> bool {
        now.unix_secs().saturating_sub(self.seen_at.unix_secs()) >= NOTED_SECS
    }
}

/// Begins a session and gives what its cookie holds: 256 random bits, of which only the hash is kept.
///
/// # Errors
/// When the database is gone.
pub async fn begin(tx: &mut Tx, person: PersonId, stage: Stage, label: &str, entropy: &Entropy, now: Instant) -> sqlx::Result<String> {
    let token = entropy.secret();
    store::insert_session(tx, &sha256_hex(&token), person, stage, label, now).await?;
    Ok(token)
}

/// The living session behind a cookie; one that is over is ended for good.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, token: &str, now: Instant) -> sqlx::Result<Option<Session>> {
    Ok(store::find_session(tx, &sha256_hex(token)).await?.filter(|session| session.is_alive(now)))
}

/// Takes a session a step further, after a factor was proved: another id takes its place (safety rule SS4), and its new cookie is given.
///
/// # Errors
/// When the database is gone.
pub async fn prove(tx: &mut Tx, session: &Session, entropy: &Entropy, now: Instant) -> sqlx::Result<String> {
    let token = entropy.secret();
    store::prove_session(tx, session.id, &sha256_hex(&token), now).await?;
    Ok(token)
}

/// Says what its owner calls the device of a session; empty: nothing.
///
/// # Errors
/// When the database is gone.
pub async fn name(tx: &mut Tx, id: SessionId, label: &str) -> sqlx::Result<()> {
    store::name_session(tx, id, label).await
}

/// Notes that a session was used.
///
/// # Errors
/// When the database is gone.
pub async fn note_use(tx: &mut Tx, id: SessionId, now: Instant) -> sqlx::Result<()> {
    store::note_session(tx, id, now).await
}

/// The sessions of a person that may still be used, the newest first.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, person: PersonId, now: Instant) -> sqlx::Result<Vec<Session>> {
    let mut sessions = store::sessions_of(tx, person).await?;
    sessions.retain(|session| session.is_alive(now));
    Ok(sessions)
}

/// Ends one session of a person; another's is left alone. True when it was there.
///
/// # Errors
/// When the database is gone.
pub async fn end(tx: &mut Tx, person: PersonId, id: SessionId, now: Instant) -> sqlx::Result<bool> {
    store::end_session(tx, person, id, now).await
}

/// Ends every session of a person but `kept`; gives how many.
///
/// # Errors
/// When the database is gone.
pub async fn end_others(tx: &mut Tx, person: PersonId, kept: Option<SessionId>, now: Instant) -> sqlx::Result<u64> {
    store::end_sessions(tx, person, kept, now).await
}

/// Ends every session of everybody, as after a restore: who was signed out since the backup must not be in again. Gives how many.
///
/// # Errors
/// When the database is gone.
pub async fn end_all(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    store::end_all_sessions(tx, now).await
}

/// Forgets sessions that ended before `before`, or that nobody can use any more.
///
/// # Errors
/// When the database is gone.
pub async fn forget(tx: &mut Tx, before: Instant) -> sqlx::Result<u64> {
    store::forget_sessions(tx, before).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(stage: Stage) -> Session {
        let start = Instant::from_unix_secs(1_000_000);
        Session {
            id: SessionId(1),
            person_id: PersonId(1),
            stage,
            label: String::new(),
            started_at: start,
            seen_at: start,
            proved_at: start,
        }
    }

    #[test]
    fn a_session_ends_at_its_second_and_a_clock_set_back_revives_nothing() {
        let whole = session(Stage::Whole);
        let at = |secs: i64| Instant::from_unix_secs(1_000_000 + secs);
        for (secs, alive) in [(0, true), (1_799, true), (1_800, false), (-1, false), (-86_400, false)] {
            assert_eq!(whole.is_alive(at(secs)), alive, "{secs}");
        }
        let used = Session { seen_at: at(43_199), ..whole };
        assert!(used.is_alive(at(43_199)));
        assert!(!used.is_alive(at(43_200)));
        let half = session(Stage::Password);
        assert!(half.is_alive(at(599)));
        assert!(!half.is_alive(at(600)));
    }
}
