//! Passkeys: a device of the person's signs a challenge, and with it proves both factors at once (safety rule SS7). Built with the feature
//! `passkeys`. Not here: what the browser does for it (`web`).

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder,
    WebauthnError,
};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::session::{self, Session, Stage};
use super::{Actor, NotAllowed, audit, require_self, store};
use crate::clock::Instant;
use crate::db::{Db, Retryable, Tx};
use crate::ids::{Entropy, PasskeyId, PersonId, sha256_hex};
use crate::transact;

/// How long a challenge may be answered, in seconds.
const CHALLENGE_SECS: i64 = 300;
/// The longest name of a device.
const LABEL_LETTERS: usize = 60;
/// How many passkeys one person may have.
const MOST: usize = 20;

crate::record! {
    /// A passkey that lets its owner in.
    pub struct Passkey {
        /// Its row.
        pub id: PasskeyId,
        /// Whose.
        pub person_id: PersonId,
        /// Public key and counter, as the library writes them.
        pub credential: String,
        /// What its owner calls the device.
        pub label: String,
        /// Since when.
        pub made_at: Instant,
        /// When it was last used; None: not yet.
        pub used_at: Option<Instant>,
    }
}

/// The site as passkeys know it: a passkey is bound to exactly this host.
#[derive(Debug)]
pub struct Relying(Webauthn);

impl Relying {
    /// For a site that the world reaches under `base_url`; None where its host is an address of digits, for which browsers make no passkeys.
    pub fn at(base_url: &str) -> Option<Self> {
        let origin = Url::parse(base_url).ok()?;
        let host = origin.domain()?.to_owned();
        let site = WebauthnBuilder::new(&host, &origin).ok()?.rp_name(&host).build().ok()?;
        Some(Self(site))
    }
}

/// A challenge for a browser, and what its page sends back with the answer.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Names the challenge; whoever holds it can do nothing but answer.
    pub reference: String,
    /// What the browser is told, as JSON (`PublicKeyCredential.parse…FromJSON`).
    pub options: String,
}

/// Why a passkey is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The challenge was answered before, is too old, or was never made.
    #[error("this took too long, or was answered before: begin again")]
    Spent,
    /// The answer does not hold: of another site, without verification of the user, of an unknown or an ended passkey, of a copied one.
    #[error("this passkey was not accepted")]
    Refused,
    /// The person has as many as they may.
    #[error("there are {MOST} passkeys already: end one first")]
    TooMany,
    /// They are disabled, or proved who they are too long ago: a new key is handed out to nobody else.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The library failed.
    #[error("passkeys do not work here: {0}")]
    Library(#[from] WebauthnError),
    /// What was stored could not be read back.
    #[error("a stored passkey cannot be read")]
    Stored(#[from] serde_json::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for PasskeyError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            _ => false,
        }
    }
}

/// The passkeys of a person, the oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, person: PersonId) -> sqlx::Result<Vec<Passkey>> {
    store::passkeys::of(tx, person).await
}

/// Asks a device of a person, who proved who they are a moment ago, for a new passkey.
///
/// # Errors
/// [`PasskeyError`]
pub async fn begin_adding(db: &Db, site: &Relying, entropy: &Entropy, actor: Actor, now: Instant) -> Result<Challenge, PasskeyError> {
    let (person, known) = {
        let tx = &mut db.begin_read().await?;
        (require_self(tx, actor, now).await?, list(tx, actor.person).await?)
    };
    if known.len() >= MOST {
        return Err(PasskeyError::TooMany);
    }
    let known = known.iter().map(|passkey| read(&passkey.credential).map(|credential| credential.cred_id().clone()));
    let known = known.collect::<Result<Vec<_>, _>>()?;
    let (mut options, state) = site.0.start_passkey_registration(handle(&person.reference), &person.name, &person.name, Some(known))?;
    // One who signs in types no address, so the device itself must know for whom the key is.
    if let Some(selection) = &mut options.public_key.authenticator_selection {
        selection.resident_key = Some(ResidentKeyRequirement::Required);
        selection.require_resident_key = true;
    }
    let (state, options) = (serde_json::to_string(&state)?, serde_json::to_string(&options.public_key)?);
    keep(db, entropy, Some(person.id), &state, options, now).await
}

/// Takes the new passkey that a device made.
///
/// # Errors
/// [`PasskeyError`]
pub async fn finish_adding(
    db: &Db,
    site: &Relying,
    actor: Actor,
    reference: &str,
    answer: &str,
    label: &str,
    now: Instant,
) -> Result<(), PasskeyError> {
    let state: PasskeyRegistration = serde_json::from_str(&spend(db, reference, Some(actor.person), now).await?)?;
    let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(|_| PasskeyError::Refused)?;
    let passkey = site.0.finish_passkey_registration(&answer, &state).map_err(|_| PasskeyError::Refused)?;
    let (credential_id, credential) = (BASE64URL_NOPAD.encode(passkey.cred_id()), serde_json::to_string(&passkey)?);
    let label: String = label.chars().filter(|c| !c.is_control()).take(LABEL_LETTERS).collect();
    transact!(db, tx => {
        let added = async {
            require_self(tx, actor, now).await?;
            // A credential belongs to one person, for ever.
            if store::passkeys::find_by_credential(tx, &credential_id).await?.is_some() {
                return Err(PasskeyError::Refused);
            }
            store::passkeys::insert(tx, actor.person, &credential_id, &credential, label.trim(), now).await?;
            note(tx, actor.person, "factor.passkey_set", now).await?;
            Ok(())
        };
        added.await
    })
}

/// Ends a passkey of a person, and every session but `kept`, which may have begun with it. True when it was there.
///
/// # Errors
/// [`PasskeyError::NotAllowed`], or when the database is gone.
pub async fn end(tx: &mut Tx, actor: Actor, id: PasskeyId, kept: &Session, now: Instant) -> Result<bool, PasskeyError> {
    let person = require_self(tx, actor, now).await?.id;
    if !store::passkeys::end(tx, person, id, now).await? {
        return Ok(false);
    }
    session::end_others(tx, person, Some(kept.id), now).await?;
    note(tx, person, "factor.passkey_ended", now).await?;
    Ok(true)
}

/// Asks whoever holds a passkey of this site to use it.
///
/// # Errors
/// [`PasskeyError`]
pub async fn begin_entering(db: &Db, site: &Relying, entropy: &Entropy, now: Instant) -> Result<Challenge, PasskeyError> {
    let (options, state) = site.0.start_discoverable_authentication()?;
    let (state, options) = (serde_json::to_string(&state)?, serde_json::to_string(&options.public_key)?);
    keep(db, entropy, None, &state, options, now).await
}

/// Takes the answer of a device: a whole session begins, or the one that is there is proved afresh, and its cookie is given. Where one is
/// there, the passkey must be the same person's.
///
/// # Errors
/// [`PasskeyError`]
pub async fn finish_entering(
    db: &Db,
    site: &Relying,
    entropy: &Entropy,
    standing: Option<&Session>,
    reference: &str,
    answer: &str,
    now: Instant,
) -> Result<String, PasskeyError> {
    let state: DiscoverableAuthentication = serde_json::from_str(&spend(db, reference, None, now).await?)?;
    let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| PasskeyError::Refused)?;
    let credential_id = BASE64URL_NOPAD.encode(answer.get_credential_id());
    let known = store::passkeys::find_by_credential(&mut db.begin_read().await?, &credential_id).await?.ok_or(PasskeyError::Refused)?;
    let mut credential = read(&known.credential)?;
    let result = site.0.finish_discoverable_authentication_v2(&answer, state, &credential).map_err(|_| PasskeyError::Refused)?;
    if !result.user_verified() || standing.is_some_and(|session| session.person_id != known.person_id) {
        return Err(PasskeyError::Refused);
    }
    credential.update_credential(&result);
    let renewed = serde_json::to_string(&credential)?;
    transact!(db, tx => {
        let entered = async {
            let person = super::find(tx, known.person_id).await?.filter(|person| person.disabled_at.is_none());
            let person = person.ok_or(PasskeyError::Refused)?.id;
            // Read before this transaction: one that was used or ended meanwhile is another one now.
            if !store::passkeys::renew(tx, known.id, &known.credential, &renewed, now).await? {
                return Err(PasskeyError::Refused);
            }
            if let Some(session) = standing {
                note(tx, person, "sign-in.confirmed", now).await?;
                return Ok(session::prove(tx, session, entropy, now).await?);
            }
            note(tx, person, "sign-in.whole", now).await?;
            Ok(session::begin(tx, person, Stage::Whole, &known.label, entropy, now).await?)
        };
        entered.await
    })
}

/// Forgets challenges that nobody can answer any more.
///
/// # Errors
/// When the database is gone.
pub async fn forget_challenges(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    store::passkeys::forget_challenges(tx, now).await
}

async fn keep(
    db: &Db,
    entropy: &Entropy,
    person: Option<PersonId>,
    state: &str,
    options: String,
    now: Instant,
) -> Result<Challenge, PasskeyError> {
    let reference = entropy.secret();
    let (hash, expires_at) = (sha256_hex(&reference), now.plus_secs(CHALLENGE_SECS));
    let kept: sqlx::Result<()> = transact!(db, tx => {
        let kept = async {
            store::passkeys::forget_challenges(tx, now).await?;
            store::passkeys::insert_challenge(tx, &hash, person, state, expires_at).await
        };
        kept.await
    });
    kept?;
    Ok(Challenge { reference, options })
}

/// What an answer is held against; a challenge is answered once, rightly or wrongly.
async fn spend(db: &Db, reference: &str, person: Option<PersonId>, now: Instant) -> Result<String, PasskeyError> {
    let hash = sha256_hex(reference);
    let spent: sqlx::Result<Option<String>> = transact!(db, tx => store::passkeys::spend_challenge(tx, &hash, person, now).await);
    spent?.ok_or(PasskeyError::Spent)
}

fn read(credential: &str) -> Result<webauthn_rs::prelude::Passkey, serde_json::Error> {
    serde_json::from_str(credential)
}

/// What stands for a person on their devices: opaque, and always the same.
fn handle(reference: &str) -> Uuid {
    let digest: [u8; 32] = Sha256::digest(format!("passkey handle/{reference}")).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(bytes)
}

async fn note(tx: &mut Tx, person: PersonId, act: &'static str, now: Instant) -> sqlx::Result<()> {
    audit::write(tx, Some(person), act, &format!("person {person}"), "passkey", now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_hosts_with_a_name() {
        assert!(Relying::at("https://fund.example.org").is_some());
        assert!(Relying::at("http://localhost:8080").is_some());
        for nameless in ["http://127.0.0.1:8080", "http://[::1]:8080", "nonsense"] {
            assert!(Relying::at(nameless).is_none(), "{nameless}");
        }
    }

    #[test]
    fn a_handle_is_a_persons_own_and_tells_nothing() {
        assert_eq!(handle("a"), handle("a"));
        assert_ne!(handle("a"), handle("b"));
    }
}
