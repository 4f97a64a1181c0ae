//! Approvals: what needs a second person, and who agreed to exactly what. Not here: what is then done (`deciding::decide`), pages (`web`).
//!
//! A room that needs agreement writes its row, then [`propose`]s it with a frozen text of everything that is agreed to. Others [`approve`] it,
//! naming the fingerprint of the text they saw; the last signature needed gives [`Verdict::Approved`], once, and whoever called then does what was
//! agreed to in the same transaction. Any edit [`withdraw`]s the proposal, with every signature on it, and proposes anew: a proposal itself never
//! changes, so no signature ever stands under other words (invariants 26 and 27).
//!
//! Each verb that decides locks the proposal's fund and the pool first (safety rule MO5), then reads the roles again (AZ2), then checks, then
//! writes. Who is author, who else had a hand in it, and how often somebody signed is checked here and, once more, by the database.

pub mod charter;
mod proposal;
pub mod questions;
pub mod rules;
mod store;

use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::funds::{self, Fund};
use crate::ids::{FundId, PersonId, ProposalId, sha256_hex};
use crate::money::Money;
use crate::people::{self, Actor, NotAllowed, Person, audit};

pub use proposal::{
    EMERGENCY_LETTERS, NewProposal, Proposal, Question, REASON_LETTERS, Signature, Signed, State, Subject, TOGETHER_SECS, Verdict, Waiting,
    changes,
};

/// Why a decision was not taken. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Their role does not allow it, or they must confirm who they are first.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// There is no such proposal.
    #[error("there is no such proposal")]
    NotFound,
    /// They proposed it, or had a hand in it.
    #[error("whoever entered it cannot approve it")]
    Author,
    /// They signed it before.
    #[error("you approved this already")]
    Already,
    /// It is not what they saw: look again.
    #[error("this changed since it was opened")]
    Changed,
    /// It is decided, or was dropped.
    #[error("this was decided before: it is {0}")]
    Decided(State),
    /// The fund's charter knows no emergency.
    #[error("this fund allows no emergency signature")]
    NoEmergency,
    /// A reason is missing, or too short to be one, or too long.
    #[error("a reason is needed")]
    Reason,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for Refusal {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            _ => false,
        }
    }
}

/// Proposes something in the name of `author`, whose right to do so the caller has checked. What stood for the same row before is dropped.
///
/// # Errors
/// When there is no such fund, or the database is gone.
pub async fn propose(tx: &mut Tx, author: PersonId, new: &NewProposal, now: Instant) -> sqlx::Result<Proposal> {
    let fund = lock(tx, new.fund).await?.ok_or(sqlx::Error::RowNotFound)?;
    store::drop_standing(tx, new.subject, &new.subject_id, now).await?;
    let amount = new.amount.unwrap_or(Money::new(0, fund.currency));
    let about = (new.at_least, new.more);
    let needed =
        if new.subject.has_no_tier() { new.at_least } else { needed(tx, &fund, amount, new.payee.as_deref(), None, about, now).await? };
    let hash = sha256_hex(&new.payload);
    let id = store::insert(tx, new, author, amount.currency, &hash, needed, now).await?;
    for hand in &new.hands {
        store::insert_hand(tx, id, *hand).await?;
    }
    audit::write(tx, Some(author), "propose", &format!("{} {}", new.subject, new.subject_id), &format!("proposal {id}"), now).await?;
    store::find(tx, id).await?.ok_or(sqlx::Error::RowNotFound)
}

/// How many must sign a sum that goes to `payee` now, if it were proposed: for a form that says so beforehand.
///
/// # Errors
/// When the database is gone.
pub async fn would_need(tx: &mut Tx, fund: &Fund, amount: Money, payee: Option<&str>, now: Instant) -> sqlx::Result<i64> {
    needed(tx, fund, amount, payee, None, (1, 0), now).await
}

/// Signs what was seen. `seen` is the proposal's hash as it stood on the page that was read.
///
/// # Errors
/// [`Refusal`].
pub async fn approve(tx: &mut Tx, actor: Actor, id: ProposalId, seen: &str, now: Instant) -> Result<Verdict, Refusal> {
    let (proposal, fund, person) = begin(tx, actor, id, seen, now).await?;
    let countersigns = proposal.state == State::Approved && proposal.emergency;
    if proposal.state != State::Open && !countersigns {
        return Err(Refusal::Decided(proposal.state));
    }
    refuse_twice(tx, &proposal, &person).await?;
    store::sign(tx, &proposal, person.id, now).await?;
    let given = i64::try_from(store::signatures(tx, id).await?.len()).unwrap_or(i64::MAX);
    let about = (proposal.at_least, proposal.more);
    let needed = if proposal.subject.has_no_tier() {
        proposal.needed
    } else {
        // A part that came after this one may have lifted both over a tier, and so may a stricter rule. A laxer one lowers nothing.
        let payee = proposal.payee.as_deref();
        needed(tx, &fund, proposal.amount(), payee, Some(&proposal), about, proposal.proposed_at).await?.max(proposal.needed)
    };
    store::raise_needed(tx, id, needed).await?;
    write_act(tx, &person, "approve", &proposal, &format!("{given} of {needed}"), now).await?;
    if countersigns {
        return Ok(Verdict::Countersigned);
    }
    if given < needed {
        return Ok(Verdict::Waiting { given, needed });
    }
    decide(tx, &proposal, State::Approved, false, None, now).await?;
    Ok(Verdict::Approved)
}

/// Approves alone, in an emergency, where the fund's charter allows it (safety rule MO7). The reason is public, and a second signature is due.
///
/// # Errors
/// [`Refusal`].
pub async fn approve_in_emergency(
    tx: &mut Tx,
    actor: Actor,
    id: ProposalId,
    seen: &str,
    reason: &str,
    now: Instant,
) -> Result<Verdict, Refusal> {
    let (proposal, fund, person) = begin(tx, actor, id, seen, now).await?;
    if proposal.state != State::Open {
        return Err(Refusal::Decided(proposal.state));
    }
    // Whoever could change the rules alone could then do everything alone; and what is left never has to go in a hurry.
    if proposal.subject.has_no_emergency() || !funds::allows_emergency(tx, fund.id).await? {
        return Err(Refusal::NoEmergency);
    }
    let reason = fitting(reason, EMERGENCY_LETTERS)?;
    refuse_twice(tx, &proposal, &person).await?;
    store::sign(tx, &proposal, person.id, now).await?;
    write_act(tx, &person, "approve alone in an emergency", &proposal, "", now).await?;
    decide(tx, &proposal, State::Approved, true, Some(reason), now).await?;
    Ok(Verdict::Approved)
}

/// Says no, with a reason. An author may not: they [`withdraw`].
///
/// # Errors
/// [`Refusal`].
pub async fn reject(tx: &mut Tx, actor: Actor, id: ProposalId, seen: &str, reason: &str, now: Instant) -> Result<Proposal, Refusal> {
    let (proposal, _, person) = begin(tx, actor, id, seen, now).await?;
    if proposal.state != State::Open {
        return Err(Refusal::Decided(proposal.state));
    }
    let reason = fitting(reason, 1)?;
    write_act(tx, &person, "reject", &proposal, "", now).await?;
    decide(tx, &proposal, State::Rejected, false, Some(reason), now).await?;
    Ok(proposal)
}

/// Drops whatever stands for a row, open or approved, with its signatures: it was edited or taken back. Gives whether anything stood.
/// The caller has locked the fund.
///
/// # Errors
/// When the database is gone.
pub async fn withdraw(tx: &mut Tx, subject: Subject, subject_id: &str, now: Instant) -> sqlx::Result<bool> {
    Ok(store::drop_standing(tx, subject, subject_id, now).await? > 0)
}

/// The proposal of this number.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, id: ProposalId) -> sqlx::Result<Option<Proposal>> {
    store::find(tx, id).await
}

/// The newest proposal about a row, whatever became of it.
///
/// # Errors
/// When the database is gone.
pub async fn latest(tx: &mut Tx, subject: Subject, subject_id: &str) -> sqlx::Result<Option<Proposal>> {
    store::latest(tx, subject, subject_id).await
}

/// Every proposal of a kind that is open, the newest first.
///
/// # Errors
/// When the database is gone.
pub async fn list_open_about(tx: &mut Tx, subject: Subject) -> sqlx::Result<Vec<Proposal>> {
    store::all_open_about(tx, subject).await
}

/// Every proposal about a row, newest first, at most fifty.
///
/// # Errors
/// When the database is gone.
pub async fn history(tx: &mut Tx, subject: Subject, subject_id: &str) -> sqlx::Result<Vec<Proposal>> {
    store::history(tx, subject, subject_id).await
}

/// Who signed, in order.
///
/// # Errors
/// When the database is gone.
pub async fn signatures(tx: &mut Tx, id: ProposalId) -> sqlx::Result<Vec<Signature>> {
    store::signatures(tx, id).await
}

/// How many agreed to each of these, in no order.
///
/// # Errors
/// When the database is gone.
pub async fn signed(tx: &mut Tx, ids: &[ProposalId]) -> sqlx::Result<Vec<Signed>> {
    store::signed(tx, ids).await
}

/// Whether this person proposed it or had a hand in it, and so cannot sign.
///
/// # Errors
/// When the database is gone.
pub async fn is_author(tx: &mut Tx, proposal: &Proposal, person: PersonId) -> sqlx::Result<bool> {
    Ok(proposal.author_id == person || store::had_a_hand(tx, proposal.id, person).await?)
}

/// At most `limit` open proposals after `after`, oldest first; of one fund, or of all.
///
/// # Errors
/// When the database is gone.
pub async fn list_open(tx: &mut Tx, fund: Option<FundId>, after: ProposalId, limit: i64) -> sqlx::Result<Vec<Proposal>> {
    match fund {
        Some(fund) => store::open_of(tx, fund, after, limit).await,
        None => store::open(tx, after, limit).await,
    }
}

/// At most `limit` open proposals after `after`, oldest first, as one person sees them: one statement, however many there are.
///
/// # Errors
/// When the database is gone.
pub async fn list_waiting(tx: &mut Tx, person: PersonId, after: ProposalId, limit: i64) -> sqlx::Result<Vec<Waiting>> {
    store::waiting(tx, person, after, limit).await
}

/// Everybody who has a hand in a proposal, whoever proposed it among them: none of them signs it.
///
/// # Errors
/// When the database is gone.
pub async fn hands(tx: &mut Tx, proposal: &Proposal) -> sqlx::Result<Vec<PersonId>> {
    let mut hands = store::hands(tx, proposal.id).await?;
    hands.push(proposal.author_id);
    Ok(hands)
}

/// How many wait.
///
/// # Errors
/// When the database is gone.
pub async fn count_open(tx: &mut Tx) -> sqlx::Result<i64> {
    store::count_open(tx).await
}

/// How many open proposals this person could sign now, and since when the oldest waits.
///
/// # Errors
/// When the database is gone.
pub async fn waiting_for(tx: &mut Tx, person: &Person) -> sqlx::Result<(i64, Option<Instant>)> {
    let may = |subject: Subject| subject.signers().iter().any(|role| person.roles.holds(*role));
    match (may(Subject::Expense), may(Subject::Rules)) {
        (true, _) => store::waiting_for(tx, person.id, "").await,
        (false, true) => store::waiting_for(tx, person.id, Subject::Rules.as_str()).await,
        (false, false) => Ok((0, None)),
    }
}

/// Emergencies whose second signature is still due, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn list_unsigned_emergencies(tx: &mut Tx) -> sqlx::Result<Vec<Proposal>> {
    store::emergencies_without_a_second(tx).await
}

/// Recounts every signature; Some names the first thing wrong (invariant 26).
///
/// # Errors
/// When the database is gone.
pub async fn verify(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    for (rule, sql) in store::QUESTIONS {
        if let Some(row) = store::first_wrong(tx, sql).await? {
            return Ok(Some(format!("{rule}: {row}")));
        }
    }
    Ok(None)
}

async fn lock(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<Fund>> {
    Ok(funds::lock_with_pool(tx, &[fund]).await?.and_then(|mut funds| funds.pop()))
}

/// Locks, reads again, and checks everything that signing and rejecting have in common.
async fn begin(tx: &mut Tx, actor: Actor, id: ProposalId, seen: &str, now: Instant) -> Result<(Proposal, Fund, Person), Refusal> {
    // What names the fund never changes, so it may be read before the lock; the state is read after it.
    let named = store::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let fund = lock(tx, named.fund_id).await?.ok_or(Refusal::NotFound)?;
    let person = people::require_fresh(tx, actor, named.subject.signers(), now).await?;
    let proposal = store::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    if is_author(tx, &proposal, person.id).await? {
        return Err(Refusal::Author);
    }
    if proposal.payload_hash != seen || proposal.state == State::Dropped {
        return Err(Refusal::Changed);
    }
    Ok((proposal, fund, person))
}

/// How many must sign: by the tier of everything that goes to the payee within seven days (safety rule MO6).
async fn needed(
    tx: &mut Tx,
    fund: &Fund,
    amount: Money,
    payee: Option<&str>,
    standing: Option<&Proposal>,
    (at_least, more): (i64, i64),
    at: Instant,
) -> sqlx::Result<i64> {
    let others = match payee {
        None => 0,
        Some(payee) => {
            let (from, to) = (at.plus_secs(-TOGETHER_SECS), at.plus_secs(TOGETHER_SECS));
            store::sum_of_parts(tx, payee, amount.currency, standing.map(|proposal| proposal.id), from, to).await?
        }
    };
    let tiers = funds::tiers(tx, fund).await?;
    Ok(tiers.needed(amount.minor.saturating_add(others)).max(at_least).saturating_add(more))
}

/// A person counts once, however many sessions they come with.
async fn refuse_twice(tx: &mut Tx, proposal: &Proposal, person: &Person) -> Result<(), Refusal> {
    let signed = store::signatures(tx, proposal.id).await?.iter().any(|signature| signature.person_id == person.id);
    if signed { Err(Refusal::Already) } else { Ok(()) }
}

async fn decide(
    tx: &mut Tx,
    proposal: &Proposal,
    state: State,
    emergency: bool,
    reason: Option<&str>,
    now: Instant,
) -> Result<(), Refusal> {
    if store::decide(tx, proposal.id, state, emergency, reason, now).await? { Ok(()) } else { Err(Refusal::Decided(proposal.state)) }
}

async fn write_act(tx: &mut Tx, person: &Person, act: &'static str, proposal: &Proposal, detail: &str, now: Instant) -> sqlx::Result<()> {
    let subject = format!("{} {}", proposal.subject, proposal.subject_id);
    audit::write(tx, Some(person.id), act, &subject, format!("proposal {} {detail}", proposal.id).trim(), now).await
}

/// A reason of at least so many letters, without the blanks around it.
fn fitting(reason: &str, letters: usize) -> Result<&str, Refusal> {
    let reason = reason.trim();
    let count = reason.chars().count();
    if count >= letters && count <= REASON_LETTERS { Ok(reason) } else { Err(Refusal::Reason) }
}
