//! Hashing passwords: off the threads that answer, two at a time, and whoever comes when many wait is told so. Not here: which password is whose.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::password::{Password, normalized};
use crate::ids::Entropy;

/// Each hash takes a core and 19 MiB (safety rule SS9).
const AT_ONCE: usize = 2;
/// How many may wait for their turn: about a second's worth.
const WAITING: usize = 8;

/// Of no password: compared where nobody is known, so that it takes as long as where somebody is.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3RyaWtlZnVuZC1ub2JvZHk$VNEoHRIJDmsGfRXCMgfCbDHMKS9x5EeBJIsWvvTPpwk";

/// Too many hashes are waited for: try again in a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many people sign in at this moment: try again shortly")]
pub struct Busy;

/// Where passwords are hashed.
#[derive(Debug)]
pub struct Hasher {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    made: Arc<AtomicU64>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE + WAITING)), turns: Arc::new(Semaphore::new(AT_ONCE)), made: Arc::default() }
    }
}

/// A place in the line; it is left when this is dropped.
#[derive(Debug)]
pub struct Place {
    turns: Arc<Semaphore>,
    made: Arc<AtomicU64>,
    _seat: OwnedSemaphorePermit,
}

impl Hasher {
    /// A place in the line.
    ///
    /// # Errors
    /// [`Busy`] when the line is full.
    pub fn enter(&self) -> Result<Place, Busy> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Busy)?;
        Ok(Place { turns: Arc::clone(&self.turns), made: Arc::clone(&self.made), _seat: place })
    }

    /// How many hashes were worked out so far: what a guess costs, on a busy machine as on a quiet one.
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }
}

impl Place {
    /// Hashes a new password, under a salt of its own.
    pub async fn hash(self, password: &Password, entropy: &Entropy) -> String {
        let (password, salt) = (SecretString::from(password.expose()), entropy.bytes::<16>());
        self.work(move || {
            let hash: PasswordHash =
                argon2().hash_password_with_salt(password.expose_secret().as_bytes(), &salt).expect("a salt of 16 bytes is taken");
            hash.to_string()
        })
        .await
    }

    /// Whether `typed` is the password behind `hash`; None: there is nobody, which takes as long and is never right.
    pub async fn matches(self, typed: SecretString, hash: Option<String>) -> bool {
        self.work(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODYS.to_owned());
            let fits = |typed: &str| PasswordHash::new(&hash).is_ok_and(|hash| argon2().verify_password(typed.as_bytes(), &hash).is_ok());
            let (raw, normal) = (typed.expose_secret(), SecretString::from(normalized(typed.expose_secret())));
            // Hashes of before passwords were normalized are of what was typed then.
            (fits(normal.expose_secret()) || normal.expose_secret() != raw && fits(raw)) && known
        })
        .await
    }

    /// Waits for a turn and does the work on a thread of its own. A visitor who leaves meanwhile does not free the turn early.
    async fn work<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let turn = Arc::clone(&self.turns).acquire_owned().await.expect("the turns are never closed");
        let done = tokio::task::spawn_blocking(move || {
            self.made.fetch_add(1, Ordering::Relaxed);
            let _held = (self, turn);
            work()
        });
        done.await.expect("hashing does not panic")
    }
}

/// Argon2id at OWASP's least: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19_456, 2, 1, None).expect("these costs are within the bounds"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn the_hash_of_nobody_costs_as_much_as_anybodys() {
        let hash = PasswordHash::new(NOBODYS).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (19_456, 2, 1));
        assert_eq!(hash.algorithm.as_str(), "argon2id");
    }

    #[tokio::test]
    async fn fifty_at_once_work_two_at_a_time_and_the_rest_is_told_to_wait() {
        let (hasher, now, most) = (Hasher::default(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let places: Vec<_> = (0..50).filter_map(|_| hasher.enter().ok()).collect();
        assert_eq!(places.len(), AT_ONCE + WAITING);
        let tasks: Vec<_> = places
            .into_iter()
            .map(|place| {
                let (now, most) = (Arc::clone(&now), Arc::clone(&most));
                tokio::spawn(place.work(move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    now.fetch_sub(1, Ordering::SeqCst);
                }))
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
        assert!(hasher.enter().is_ok(), "the line is free again");
    }

    #[tokio::test]
    async fn only_the_password_itself_is_right_and_nobody_has_one() {
        let hasher = Hasher::default();
        let password = Password::parse("tulip-anchor-velvet-9", &[]).unwrap();
        let hash = hasher.enter().unwrap().hash(&password, &Entropy::seeded(1)).await;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let right =
            async |typed: &str, hash: Option<&str>| hasher.enter().unwrap().matches(typed.to_owned().into(), hash.map(str::to_owned)).await;
        assert!(right("tulip-anchor-velvet-9", Some(&hash)).await);
        assert!(!right("tulip-anchor-velvet-8", Some(&hash)).await);
        assert!(!right("tulip-anchor-velvet-9", None).await);
        // Typed on another keyboard it is the same password, and one that was hashed as it was typed stays valid.
        let password = Password::parse("caf\u{e9} anchor tulip 9", &[]).unwrap();
        let hash = hasher.enter().unwrap().hash(&password, &Entropy::seeded(2)).await;
        assert!(right("cafe\u{301} anchor tulip 9", Some(&hash)).await);
        let older = argon2().hash_password_with_salt("cafe\u{301} anchor tulip 9".as_bytes(), &[7; 16]).unwrap().to_string();
        assert!(right("cafe\u{301} anchor tulip 9", Some(&older)).await);
        assert!(!right("caf\u{e9} anchor tulip 9", Some(&older)).await);
    }
}
