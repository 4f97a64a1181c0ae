//! Mail: written into the outbox in the transaction of its cause, sent from there at least once, one mail a cause. Not here: why one is
//! written (the rooms above), and the page that shows the outbox (`web`).

mod letter;
mod post;
mod sight;
mod store;

use tracing::warn;

use crate::clock::{Clock, Instant};
use crate::db::{Db, Tx};
use crate::ids::{Entropy, LetterId};
use crate::seal::Keyring;
use crate::transact;

pub use letter::{Kind, Letter, Problem, State, Written};
pub use post::{Failure, Post};
pub use sight::Sight;

use letter::{Due, context};

/// How long whoever took a mail has it to themselves; a crash in between sends it again after this (safety rule MO12, C7).
const CLAIM_SECS: i64 = 600;
/// What is waited after the first failure, the second, and so on: a day and a half in all, then a person decides.
const BACK_OFF_SECS: [i64; 8] = [60, 300, 900, 3_600, 4 * 3_600, 8 * 3_600, 12 * 3_600, 12 * 3_600];
/// What a server refuses for good is tried this often, for its people may have made a mistake.
const REFUSALS: i64 = 3;
/// How many mails one round looks at.
const ROUND: i64 = 50;

/// Writes a mail into the outbox, in the transaction of its cause. False: this cause has its mail already, and none is added.
///
/// # Errors
/// When the database is gone; the cause is then not done either.
pub async fn queue(tx: &mut Tx, letter: &Letter<'_>, keys: &Keyring, entropy: &Entropy, now: Instant) -> sqlx::Result<bool> {
    let Written { subject, text, html, leave } = letter.write();
    let reference = entropy.reference();
    let seal = |column: &str, plain: &str| keys.seal(entropy, &context(column, &reference), plain.as_bytes());
    let (recipient, text, html) = (seal("recipient", letter.to.trim()), seal("text", &text), seal("html", &html));
    let leave = leave.map(|leave| seal("leave", &leave));
    let sealed = store::Sealed {
        reference: &reference,
        cause: letter.cause,
        kind: letter.kind,
        subject: &subject,
        recipient: &recipient,
        text: &text,
        html: &html,
        leave: leave.as_deref(),
    };
    store::insert(tx, &sealed, now).await
}

/// Whether this cause has its mail already.
///
/// # Errors
/// When the database is gone.
pub async fn is_written(tx: &mut Tx, cause: &str) -> sqlx::Result<bool> {
    store::is_written(tx, cause).await
}

/// Whether mail could be sent to this at all.
pub fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.parse::<lettre::Address>().is_ok()
}

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Mails that a server took.
    pub sent: usize,
    /// Mails that did not go.
    pub failed: usize,
}

/// Sends what is due, oldest first. Without a mail server nothing is tried, and mails wait. A server that cannot be reached ends the round.
///
/// # Errors
/// When the database is gone; a mail that was taken and not noted is sent again later.
pub async fn deliver(post: &Post, db: &Db, clock: &Clock) -> sqlx::Result<Round> {
    let mut round = Round::default();
    if !post.has_server() {
        return Ok(round);
    }
    let due = store::due(&mut db.begin_read().await?, clock.now(), ROUND).await?;
    for letter in &due {
        let now = clock.now();
        let claimed: sqlx::Result<bool> = transact!(db, tx => store::claim(tx, letter, now, now.plus_secs(CLAIM_SECS)).await);
        if !claimed? {
            continue;
        }
        let outcome = send(post, letter, now).await;
        let noted: sqlx::Result<()> = transact!(db, tx => match outcome {
            Ok(()) => store::sent(tx, letter.id, clock.now()).await,
            Err(failure) => store::failed(tx, letter.id, failure, next_attempt(letter, failure.0, clock.now()), clock.now()).await,
        });
        noted?;
        match outcome {
            Ok(()) => round.sent += 1,
            Err((problem, reply)) => {
                warn!(letter = letter.id.0, %problem, reply, "a mail did not go");
                round.failed += 1;
                if matches!(problem, Problem::Unreachable | Problem::NotPrivate | Problem::Login) {
                    break;
                }
            }
        }
    }
    Ok(round)
}

async fn send(post: &Post, due: &Due, now: Instant) -> Result<(), Failure> {
    let open = |column: &str, sealed: &[u8]| -> Result<String, Failure> {
        let plain = post.keyring.open(&context(column, &due.reference), sealed).and_then(|plain| String::from_utf8(plain).ok());
        plain.ok_or((Problem::Sealed, None))
    };
    let to = open("recipient", &due.recipient)?;
    let leave = due.leave.as_deref().map(|sealed| open("leave", sealed)).transpose()?;
    let written = Written { subject: due.subject.clone(), text: open("text", &due.text)?, html: open("html", &due.html)?, leave };
    post.send(&to, written, &due.reference, now).await
}

/// When it is tried again after one more failure; None: never.
fn next_attempt(letter: &Due, problem: Problem, now: Instant) -> Option<Instant> {
    let failures = letter.attempts + 1;
    let hopeless = match problem {
        Problem::Address | Problem::Sealed => true,
        Problem::Refused => failures >= REFUSALS,
        Problem::Unreachable | Problem::NotPrivate | Problem::Login | Problem::Later | Problem::Restored => false,
    };
    let pause = usize::try_from(letter.attempts).ok().and_then(|before| BACK_OFF_SECS.get(before));
    pause.filter(|_| !hopeless).map(|secs| now.plus_secs(*secs))
}

/// What waits and what is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Mails that will be sent.
    pub waiting: i64,
    /// Mails that a person must decide on.
    pub dead: i64,
}

/// How many mails wait, and how many are dead: for the home page and the outbox's own.
///
/// # Errors
/// When the database is gone.
pub async fn counts(tx: &mut Tx) -> sqlx::Result<Counts> {
    let (waiting, dead) = store::counts(tx).await?;
    Ok(Counts { waiting, dead })
}

/// At most `limit` mails that were not sent, oldest first, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn unsent(tx: &mut Tx, after: Option<LetterId>, limit: i64) -> sqlx::Result<Vec<Sight>> {
    store::unsent(tx, after.unwrap_or(LetterId(0)), limit).await
}

/// At most `limit` mails that were sent, newest first, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn newest_sent(tx: &mut Tx, before: Option<LetterId>, limit: i64) -> sqlx::Result<Vec<Sight>> {
    store::newest_sent(tx, before.unwrap_or(LetterId(i64::MAX)), limit).await
}

/// Lets every dead mail be tried again, from the start. Gives how many.
///
/// # Errors
/// When the database is gone.
pub async fn again(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    store::again(tx, now).await
}

/// Holds back every mail that waits, after a restore: it may have been sent since the backup was made (safety rule BK3). Gives how many.
///
/// # Errors
/// When the database is gone.
pub async fn hold(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    store::hold(tx, now).await
}
