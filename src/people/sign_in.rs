//! Signing in, and what one does to one's own factors. Hashing stands between transactions, never inside one; a guess is counted before it is
//! compared. Not here: the cookie (`web`).

use secrecy::SecretString;

use super::attempts::{self, Closed, Guess};
use super::factor::{self, Shown};
use super::hasher::{Busy, Hasher};
use super::link::{Link, Purpose};
use super::password::Password;
use super::person::{Actor, NewPerson};
use super::session::{self, Session, Stage};
use super::{NotAllowed, audit, links, store};
use crate::clock::Instant;
use crate::db::{Db, Retryable, Tx};
use crate::ids::{Entropy, PersonId};
use crate::seal::Keyring;
use crate::transact;

/// What signing in needs.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// Where people are.
    pub db: &'a Db,
    /// Opens seeds, finds addresses.
    pub keys: &'a Keyring,
    /// Where session ids come from.
    pub entropy: &'a Entropy,
    /// Where passwords are hashed.
    pub hasher: &'a Hasher,
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address, password or code do not match; which of them is not said.
    #[error("those details do not match")]
    Wrong,
    /// Too many wrong guesses: nothing is compared for this many seconds more.
    #[error("too many tries: wait {0} seconds")]
    Closed(i64),
    /// Too many people sign in at this moment.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The link was spent, is too old, or was never made.
    #[error("this link opens nothing any more")]
    Spent,
    /// Somebody has this address already.
    #[error("somebody on the staff has this address")]
    Taken,
    /// The proof of identity is too old, or the person was shut out meanwhile.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<Closed> for SignInError {
    fn from(Closed(secs): Closed) -> Self {
        Self::Closed(secs)
    }
}

impl Retryable for SignInError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// Who came in: the cookie of their session, and recovery codes that are told only now.
#[derive(Clone, Debug)]
pub struct Entered {
    /// What the cookie holds.
    pub token: String,
    /// To be kept on paper.
    pub codes: Vec<String>,
}

/// The first step: address and password. Gives the cookie of a session that opens nothing but the second step.
///
/// # Errors
/// [`SignInError`]; for unknown people in the same words after the same time.
pub async fn password(desk: Desk<'_>, email: &str, typed: SecretString, now: Instant) -> Result<String, SignInError> {
    let email_hash = desk.keys.index(email);
    let known = store::credentials::known(&mut desk.db.begin_read().await?, &email_hash).await?;
    let (person, hash) = known.map(|known| (known.id, known.password)).unzip();
    let guess = Guess::Password { email_hash, person };
    // Whoever finds the line full has not guessed.
    let place = desk.hasher.enter()?;
    attempts::count(desk.db, &guess, now).await??;
    let right = place.matches(typed, hash).await;
    let Some(person) = person.filter(|_| right) else { return Err(SignInError::Wrong) };
    transact!(desk.db, tx => {
        let begun = async {
            still_welcome(tx, person).await?;
            attempts::right(tx, &guess).await?;
            note(tx, person, "sign-in.password", "", now).await?;
            Ok::<_, SignInError>(session::begin(tx, person, Stage::Password, "", desk.entropy, now).await?)
        };
        begun.await
    })
}

/// A code of the authenticator or a recovery code: the second step of a sign-in, or a fresh proof of who one is. Gives the session's new cookie.
///
/// # Errors
/// [`SignInError`]
pub async fn code(desk: Desk<'_>, session: &Session, typed: &str, now: Instant) -> Result<String, SignInError> {
    let guess = Guess::Code(session.person_id);
    attempts::count(desk.db, &guess, now).await??;
    let proved: Result<Option<String>, SignInError> = transact!(desk.db, tx => prove(tx, desk, session, typed, &guess, now).await);
    if let Some(token) = proved? {
        return Ok(token);
    }
    let noted: sqlx::Result<()> = transact!(desk.db, tx => note(tx, session.person_id, "sign-in.code_refused", "", now).await);
    noted?;
    Err(SignInError::Wrong)
}

async fn prove(
    tx: &mut Tx,
    desk: Desk<'_>,
    session: &Session,
    typed: &str,
    guess: &Guess,
    now: Instant,
) -> Result<Option<String>, SignInError> {
    let person = session.person_id;
    still_welcome(tx, person).await?;
    let Some(proof) = factor::take_code(tx, person, typed, desk.keys, now).await? else { return Ok(None) };
    attempts::right(tx, guess).await?;
    let act = match session.stage {
        Stage::Password => "sign-in.whole",
        Stage::Whole => "sign-in.confirmed",
    };
    note(tx, person, act, proof.as_str(), now).await?;
    Ok(Some(session::prove(tx, session, desk.entropy, now).await?))
}

/// Ends the session that a person leaves.
///
/// # Errors
/// When the database is gone.
pub async fn sign_out(tx: &mut Tx, session: &Session, now: Instant) -> sqlx::Result<()> {
    session::end(tx, session.person_id, session.id, now).await?;
    note(tx, session.person_id, "sign-out", "", now).await
}

/// Spends the link of an invited person, or of one who lost both factors: sets password and authenticator, and lets them in.
///
/// # Errors
/// [`SignInError`]
pub async fn join(
    desk: Desk<'_>,
    link: &Link,
    name: &str,
    password: &Password,
    shown: &Shown,
    now: Instant,
) -> Result<Entered, SignInError> {
    let person = link.person_id.filter(|_| link.purpose == Purpose::Join).ok_or(SignInError::Spent)?;
    let hash = desk.hasher.enter()?.hash(password, desk.entropy).await;
    transact!(desk.db, tx => {
        let entered = async {
            spend(tx, link, now).await?;
            store::rename(tx, person, name).await?;
            session::end_others(tx, person, None, now).await?;
            enter(tx, desk, person, &hash, (shown, ""), now).await
        };
        entered.await
    })
}

/// Spends the setup link: the first person comes in, as whom `new` says, on the device they call `label`. Of two who try, one is too late.
///
/// # Errors
/// [`SignInError`]
pub async fn first(
    desk: Desk<'_>,
    link: &Link,
    new: &NewPerson,
    password: &Password,
    (shown, label): (&Shown, &str),
    now: Instant,
) -> Result<Entered, SignInError> {
    let hash = desk.hasher.enter()?.hash(password, desk.entropy).await;
    transact!(desk.db, tx => {
        let entered = async {
            spend(tx, link, now).await?;
            if link.purpose != Purpose::Setup || !store::list(tx).await?.is_empty() {
                return Err(SignInError::Spent);
            }
            let person = super::add(tx, new, desk.keys, desk.entropy, now).await?;
            note(tx, person, "people.first", "alone", now).await?;
            enter(tx, desk, person, &hash, (shown, label), now).await
        };
        entered.await
    })
}

async fn enter(
    tx: &mut Tx,
    desk: Desk<'_>,
    person: PersonId,
    hash: &str,
    (shown, label): (&Shown, &str),
    now: Instant,
) -> Result<Entered, SignInError> {
    let codes = factor::put_both(tx, person, hash, shown, (desk.keys, desk.entropy), now).await?;
    attempts::right(tx, &Guess::Code(person)).await?;
    note(tx, person, "sign-in.whole", "link", now).await?;
    let token = session::begin(tx, person, Stage::Whole, label, desk.entropy, now).await?;
    Ok(Entered { token, codes })
}

/// Spends the link of a forgotten password: sets another one, given a code; the authenticator stays.
///
/// # Errors
/// [`SignInError`]
pub async fn replace_password(desk: Desk<'_>, link: &Link, password: &Password, code: &str, now: Instant) -> Result<String, SignInError> {
    let person = link.person_id.filter(|_| link.purpose == Purpose::Password).ok_or(SignInError::Spent)?;
    let place = desk.hasher.enter()?;
    let guess = Guess::Code(person);
    attempts::count(desk.db, &guess, now).await??;
    let hash = place.hash(password, desk.entropy).await;
    transact!(desk.db, tx => {
        let entered = async {
            spend(tx, link, now).await?;
            // A wrong code undoes the spending: the link may be tried again, and each try was counted.
            let proof = factor::take_code(tx, person, code, desk.keys, now).await?.ok_or(SignInError::Wrong)?;
            attempts::right(tx, &guess).await?;
            factor::put_password(tx, person, &hash, None, now).await?;
            note(tx, person, "sign-in.whole", proof.as_str(), now).await?;
            Ok::<_, SignInError>(session::begin(tx, person, Stage::Whole, "", desk.entropy, now).await?)
        };
        entered.await
    })
}

/// Spends the link that two administrators agreed to: sets another authenticator, given the password, which stays.
///
/// # Errors
/// [`SignInError`]
pub async fn replace_authenticator(
    desk: Desk<'_>,
    link: &Link,
    typed: SecretString,
    shown: &Shown,
    now: Instant,
) -> Result<Entered, SignInError> {
    let person = link.person_id.filter(|_| link.purpose == Purpose::Authenticator).ok_or(SignInError::Spent)?;
    let guess = is_own_password(desk, person, typed, now).await?;
    transact!(desk.db, tx => {
        let entered = async {
            spend(tx, link, now).await?;
            attempts::right(tx, &guess).await?;
            let codes = factor::put_authenticator(tx, person, shown, (desk.keys, desk.entropy), None, now).await?;
            note(tx, person, "sign-in.whole", "link", now).await?;
            let token = session::begin(tx, person, Stage::Whole, "", desk.entropy, now).await?;
            Ok::<_, SignInError>(Entered { token, codes })
        };
        entered.await
    })
}

/// Changes one's own password; every other session ends.
///
/// # Errors
/// [`SignInError`]
pub async fn change_password(
    desk: Desk<'_>,
    actor: Actor,
    kept: &Session,
    current: SecretString,
    new: &Password,
    now: Instant,
) -> Result<(), SignInError> {
    super::require_self(&mut desk.db.begin_read().await?, actor, now).await?;
    let guess = is_own_password(desk, actor.person, current, now).await?;
    let hash = desk.hasher.enter()?.hash(new, desk.entropy).await;
    transact!(desk.db, tx => {
        let changed = async {
            super::require_self(tx, actor, now).await?;
            attempts::right(tx, &guess).await?;
            Ok::<_, SignInError>(factor::put_password(tx, actor.person, &hash, Some(kept.id), now).await?)
        };
        changed.await
    })
}

/// Changes one's own authenticator; the old one and its recovery codes are void, every other session ends.
///
/// # Errors
/// [`NotAllowed`]
pub async fn change_authenticator(
    tx: &mut Tx,
    actor: Actor,
    kept: &Session,
    shown: &Shown,
    (keys, entropy): (&Keyring, &Entropy),
    now: Instant,
) -> Result<Vec<String>, NotAllowed> {
    super::require_self(tx, actor, now).await?;
    Ok(factor::put_authenticator(tx, actor.person, shown, (keys, entropy), Some(kept.id), now).await?)
}

/// Gives oneself fresh recovery codes; the old ones are void.
///
/// # Errors
/// [`NotAllowed`]
pub async fn renew_codes(tx: &mut Tx, actor: Actor, entropy: &Entropy, now: Instant) -> Result<Vec<String>, NotAllowed> {
    super::require_self(tx, actor, now).await?;
    Ok(factor::put_codes(tx, actor.person, entropy, now).await?)
}

/// Lets somebody look around in the demo as one of its people. The link stays: the demo keeps nothing, and its money is play money.
///
/// # Errors
/// [`SignInError`]
pub async fn enter_demo(tx: &mut Tx, link: &Link, entropy: &Entropy, now: Instant) -> Result<String, SignInError> {
    let person = link.person_id.filter(|_| link.purpose == Purpose::Demo).ok_or(SignInError::Spent)?;
    still_welcome(tx, person).await?;
    note(tx, person, "sign-in.whole", "demo", now).await?;
    Ok(session::begin(tx, person, Stage::Whole, "", entropy, now).await?)
}

/// Compares the password of somebody who is known, and gives what was guessed at, to be forgotten with the act.
async fn is_own_password(desk: Desk<'_>, person: PersonId, typed: SecretString, now: Instant) -> Result<Guess, SignInError> {
    let found = {
        let tx = &mut desk.db.begin_read().await?;
        (store::credentials::find(tx, person).await?, store::email_hash(tx, person).await?)
    };
    let (Some(credential), Some(email_hash)) = found else { return Err(SignInError::Wrong) };
    let guess = Guess::Password { email_hash, person: Some(person) };
    let place = desk.hasher.enter()?;
    attempts::count(desk.db, &guess, now).await??;
    if place.matches(typed, Some(credential.password)).await { Ok(guess) } else { Err(SignInError::Wrong) }
}

async fn spend(tx: &mut Tx, link: &Link, now: Instant) -> Result<(), SignInError> {
    if !link.is_alive(now) || !links::spend(tx, link.id, now).await? {
        return Err(SignInError::Spent);
    }
    let subject = link.person_id.map_or("staff".to_owned(), |person| format!("person {person}"));
    if let Some(person) = link.person_id {
        still_welcome(tx, person).await?;
    }
    audit::write(tx, link.person_id, "link.spent", &subject, link.purpose.as_str(), now).await?;
    Ok(())
}

/// Whoever was shut out a moment ago does not come in by what was found before.
async fn still_welcome(tx: &mut Tx, person: PersonId) -> Result<(), SignInError> {
    let found = store::find(tx, person).await?.filter(|person| person.disabled_at.is_none());
    found.map(drop).ok_or(SignInError::Wrong)
}

async fn note(tx: &mut Tx, person: PersonId, act: &'static str, detail: &str, now: Instant) -> sqlx::Result<()> {
    audit::write(tx, Some(person), act, &format!("person {person}"), detail, now).await
}
