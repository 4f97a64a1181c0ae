//! A wrong password, for somebody on the staff and for nobody: the time it takes must not tell which (safety test I5).

use std::time::Instant as Stopwatch;

use secrecy::SecretString;
use strikefund::clock::{Clock, Instant};
use strikefund::db::Db;
use strikefund::ids::Entropy;
use strikefund::people::sign_in::{self, Desk, SignInError};
use strikefund::people::{self, Hasher, Language, NewPerson, Password, Role, Roles};
use strikefund::run;
use strikefund::seal::Keyring;
use strikefund::transact;

use crate::table::{Goal, Row, median};

const TIMES: i64 = 40;
/// Somebody's password, and no authenticator: nobody gets that far.
const CREDENTIAL: &str =
    "INSERT INTO credential (person_id, password, password_at, seed, seed_at, last_step) VALUES ($1, $2, $3, X'', $3, 0)";

/// The middle time of each kind of mistake, one after the other, so that whatever slows the machine slows both.
pub async fn measure() -> Row {
    let folder = tempfile::tempdir().expect("a scratch directory");
    let db = Db::open_sqlite(folder.path()).await.expect("a database opens");
    db.migrate().await.expect("an empty database migrates");
    let (keys, entropy, hasher, now) = (Keyring::from_master(&[7; 32]), Entropy::system(), Hasher::default(), Clock::system().now());
    let desk = Desk { db: &db, keys: &keys, entropy: &entropy, hasher: &hasher };
    let roles = Roles::new([Role::Approver]);
    let new = NewPerson { name: "Ana".to_owned(), email: "ana@example.org".to_owned(), language: Language::English, roles };
    let person: sqlx::Result<_> = transact!(db, tx => people::add(tx, &new, &keys, &entropy, now).await);
    let person = person.expect("a person is taken on");
    let password = Password::parse("seven cases of spring water", &[]).expect("a long password");
    let hash = hasher.enter().expect("nobody else hashes").hash(&password, &entropy).await;
    let set: sqlx::Result<u64> = transact!(db, tx => run!(tx, execute, sqlx::query(CREDENTIAL).bind(person).bind(&*hash).bind(now)));
    assert_eq!(set.expect("a password is set"), 1);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for n in 0..TIMES {
        // A day apart, so that nobody has to wait after wrong guesses.
        let then = now.plus_secs(n * 86_400);
        known.push(wrong(desk, "ana@example.org", then).await);
        unknown.push(wrong(desk, "eve@example.org", then).await);
    }
    db.close().await;
    let (figure, control) = (median(unknown), median(known));
    let what = "a wrong password for a name that nobody has";
    Row { what, figure, control, beside: "for one that somebody has", unit: "µs", goal: Goal::LikeControl(10) }
}

async fn wrong(desk: Desk<'_>, email: &str, now: Instant) -> u64 {
    let clock = Stopwatch::now();
    let refused = sign_in::password(desk, email, SecretString::from("never the right one"), now).await;
    let took = u64::try_from(clock.elapsed().as_micros()).unwrap_or(u64::MAX);
    assert!(matches!(refused, Err(SignInError::Wrong)), "{refused:?}");
    took
}
