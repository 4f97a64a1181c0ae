//! The factors a person holds: password, authenticator, recovery codes. Not here: signing in with them (`sign_in`), guessing (`attempts`).

use data_encoding::HEXLOWER;

use super::seed::{self, Seed};
use super::{audit, session, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{Entropy, PersonId, SessionId};
use crate::seal::Keyring;

crate::record! {
    /// What stands of a person's factors.
    pub struct Credential {
        /// Whose.
        pub person_id: PersonId,
        /// The password's hash, with salt and costs.
        pub password: String,
        /// Since when.
        pub password_at: Instant,
        /// The authenticator's sealed seed.
        pub seed: Vec<u8>,
        /// Since when.
        pub seed_at: Instant,
        /// The step of the last code that was taken.
        pub last_step: i64,
    }
}

crate::record! {
    /// Who may sign in under an address.
    pub struct Known {
        /// The person.
        pub id: PersonId,
        /// The password's hash.
        pub password: String,
    }
}

/// Which factor a code was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    Authenticator,
    Recovery,
}

impl Proof {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticator => "authenticator",
            Self::Recovery => "recovery code",
        }
    }
}

/// Takes a code of a person, once: of the authenticator, a later step than any before; or a recovery code that is unused. None: it is wrong.
///
/// # Errors
/// When the database is gone, or the seed was sealed with another master key.
pub(super) async fn take_code(tx: &mut Tx, person: PersonId, typed: &str, keys: &Keyring, now: Instant) -> sqlx::Result<Option<Proof>> {
    let Some(credential) = store::credentials::find(tx, person).await? else { return Ok(None) };
    if let Some(code_hash) = seed::recovery_hash(person, typed) {
        return Ok(store::credentials::use_code(tx, person, &code_hash, now).await?.then_some(Proof::Recovery));
    }
    let opened = keys.open(&seed::seed_context(person), &credential.seed).and_then(|bytes| Seed::from_bytes(&bytes));
    let Some(step) = opened.and_then(|seed| seed.step_of(typed, now)) else { return Ok(None) };
    Ok(store::credentials::take_step(tx, person, step).await?.then_some(Proof::Authenticator))
}

/// A code that showed that somebody's new authenticator works: its seed, and the step that is spent by it.
#[derive(Clone, Debug)]
pub struct Shown {
    seed: Seed,
    step: i64,
}

impl Shown {
    /// None: the code is not the seed's, now.
    pub fn parse(seed: Seed, code: &str, now: Instant) -> Option<Self> {
        let step = seed.step_of(code, now)?;
        Some(Self { seed, step })
    }
}

/// Gives a person password and authenticator in place of what was there, and recovery codes, which are told only now.
pub(super) async fn put_both(
    tx: &mut Tx,
    person: PersonId,
    password_hash: &str,
    shown: &Shown,
    (keys, entropy): (&Keyring, &Entropy),
    now: Instant,
) -> sqlx::Result<Vec<String>> {
    let sealed = keys.seal(entropy, &seed::seed_context(person), shown.seed.as_bytes());
    store::credentials::put(tx, person, password_hash, &sealed, shown.step, now).await?;
    note(tx, person, "factor.password_set", now).await?;
    note(tx, person, "factor.authenticator_set", now).await?;
    put_codes(tx, person, entropy, now).await
}

/// Puts another password in the place of the old one, and ends every session but `kept`.
pub(super) async fn put_password(tx: &mut Tx, person: PersonId, hash: &str, kept: Option<SessionId>, now: Instant) -> sqlx::Result<()> {
    store::credentials::put_password(tx, person, hash, now).await?;
    session::end_others(tx, person, kept, now).await?;
    note(tx, person, "factor.password_set", now).await
}

/// Puts another authenticator in the place of the old one, with recovery codes, and ends every session but `kept`.
pub(super) async fn put_authenticator(
    tx: &mut Tx,
    person: PersonId,
    shown: &Shown,
    (keys, entropy): (&Keyring, &Entropy),
    kept: Option<SessionId>,
    now: Instant,
) -> sqlx::Result<Vec<String>> {
    let sealed = keys.seal(entropy, &seed::seed_context(person), shown.seed.as_bytes());
    store::credentials::put_seed(tx, person, &sealed, shown.step, now).await?;
    session::end_others(tx, person, kept, now).await?;
    note(tx, person, "factor.authenticator_set", now).await?;
    put_codes(tx, person, entropy, now).await
}

/// Gives fresh recovery codes; the old ones are void.
pub(super) async fn put_codes(tx: &mut Tx, person: PersonId, entropy: &Entropy, now: Instant) -> sqlx::Result<Vec<String>> {
    store::credentials::forget_codes(tx, person).await?;
    let codes = seed::recovery_codes(entropy);
    for code in &codes {
        let hash = seed::recovery_hash(person, code).expect("a code of ours is well formed");
        store::credentials::insert_code(tx, person, &hash, now).await?;
    }
    note(tx, person, "factor.codes_made", now).await?;
    Ok(codes)
}

async fn note(tx: &mut Tx, person: PersonId, act: &'static str, now: Instant) -> sqlx::Result<()> {
    audit::write(tx, Some(person), act, &format!("person {person}"), "", now).await
}

/// What somebody is told about their own factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Since when the password stands.
    pub password_at: Instant,
    /// Since when the authenticator stands.
    pub authenticator_at: Instant,
    /// How many recovery codes are left.
    pub codes_left: i64,
}

/// What a person holds; None: they have not come in yet.
///
/// # Errors
/// When the database is gone.
pub async fn held(tx: &mut Tx, person: PersonId) -> sqlx::Result<Option<Held>> {
    let Some(credential) = store::credentials::find(tx, person).await? else { return Ok(None) };
    let codes_left = store::credentials::codes_left(tx, person).await?;
    Ok(Some(Held { password_at: credential.password_at, authenticator_at: credential.seed_at, codes_left }))
}

/// Everybody who has come in: has password and authenticator.
///
/// # Errors
/// When the database is gone.
pub async fn holders(tx: &mut Tx) -> sqlx::Result<Vec<PersonId>> {
    store::credentials::list(tx).await
}

/// A seed on its way through a form, sealed for whoever the form was made for.
pub fn seal_for_form(keys: &Keyring, entropy: &Entropy, whose: &str, seed: &Seed) -> String {
    HEXLOWER.encode(&keys.seal(entropy, &format!("form.seed/{whose}"), seed.as_bytes()))
}

/// The seed of a form that came back; None for what is none of ours, or was made for somebody else.
pub fn open_from_form(keys: &Keyring, whose: &str, field: &str) -> Option<Seed> {
    let sealed = HEXLOWER.decode(field.as_bytes()).ok()?;
    Seed::from_bytes(&keys.open(&format!("form.seed/{whose}"), &sealed)?)
}
