//! What groups say to their grants: words, a letter, or nothing after a month. One person enters it, another lets the public read it, with a copy
//! of the letter on which private parts are covered, where there is one (safety rule FI5). Not here: taking a letter in (`files`).

use super::PlanRefusal;
use super::grant::{ANSWER_LETTERS, Answer, AnswerKind, SILENT_DAYS, Stands, WholeGrant};
use super::granting::{locked, subject, told};
use super::planning::{PLANNERS, today};
use super::store::grants as store;
use crate::clock::Instant;
use crate::db::Tx;
use crate::files::{self, Document};
use crate::ids::PersonId;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Role, audit};
use crate::publication;
use crate::publication::passed::{self, GrantStands};
use crate::publication::record::Record;
use crate::spending::lint::lint;

/// Who may let the public read what a group said.
pub const LOOKERS: &[Role] = &[Role::Recorder, Role::Approver];

/// An answer to be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAnswer {
    /// What it is.
    pub kind: AnswerKind,
    /// The words, for the public; may be empty beside a letter, or where there is no answer.
    pub text: String,
    /// The letter's own reference and the SHA-256 of its content.
    pub letter: Option<(String, String)>,
}

/// Enters what a group said, or that it was asked and did not answer. The public reads it once another person let it out.
///
/// # Errors
/// [`PlanRefusal::Words`] where the words are missing, too long, or look like somebody's details; [`PlanRefusal::MayAnswer`] within a month.
pub async fn answer(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (number, new): (&str, &NewAnswer),
    now: Instant,
) -> Result<i64, PlanRefusal> {
    let (fund, whole) = locked(tx, number).await?;
    let person = people::require(tx, actor, PLANNERS).await?;
    if let Some(n) = operation::find_result(tx, operation).await?.and_then(|n| n.parse().ok()) {
        return Ok(n);
    }
    let Some(payment) = whole.payment().filter(|_| whole.grant.ended_at.is_none()) else {
        return Err(PlanRefusal::Grant(whole.stands()));
    };
    let until = payment.paid_on.plus_days(SILENT_DAYS);
    if new.kind == AnswerKind::None && today(&fund, now) < until {
        return Err(PlanRefusal::MayAnswer(until));
    }
    let fits = new.text.chars().count() <= ANSWER_LETTERS && !new.text.chars().any(char::is_control) && lint(&new.text).is_empty();
    if !fits || (new.kind == AnswerKind::Words && new.text.is_empty()) {
        return Err(PlanRefusal::Words);
    }
    let (document, sha256) = match (new.kind, &new.letter) {
        (AnswerKind::Letter, Some(letter)) => letter.clone(),
        (AnswerKind::Letter, None) => return Err(PlanRefusal::Letter),
        (AnswerKind::Words | AnswerKind::None, _) => (String::new(), String::new()),
    };
    let n = whole.answer.as_ref().map_or(1, |last| last.n.saturating_add(1));
    let (grant_id, text) = (whole.grant.id, new.text.clone());
    let answer = Answer {
        grant_id,
        n,
        kind: new.kind,
        text,
        document,
        sha256,
        entered_by: person.id,
        entered_at: now,
        cleared_by: None,
        cleared_at: None,
    };
    store::insert_answer(tx, &answer).await?;
    audit::write(tx, Some(person.id), "grant.answered", &subject(&whole.grant), new.kind.as_str(), now).await?;
    operation::done(tx, operation, &n.to_string(), now).await?;
    Ok(n)
}

/// The copy for the public of a letter, by the letter's reference: the last that was sent.
///
/// # Errors
/// When the database is gone.
pub(super) async fn copy_of(tx: &mut Tx, letter: &str) -> sqlx::Result<Option<Document>> {
    match files::find_by_reference(tx, letter).await? {
        Some(letter) => Ok(files::copies_of(tx, letter.id).await?.pop()),
        None => Ok(None),
    }
}

/// Lets the public read the newest answer to a grant, as somebody else than who entered it. `body` are the bytes of its letter's copy, as
/// `files::open` gave them; nothing where there is none. What the group said before is taken back, copies of its letters at once.
///
/// # Errors
/// [`PlanRefusal::Own`]; [`PlanRefusal::Changed`] where `n` is not the newest, or was let out before.
pub async fn clear(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (number, n, body): (&str, i64, &[u8]),
    now: Instant,
) -> Result<(), PlanRefusal> {
    let (fund, whole) = locked(tx, number).await?;
    let person = people::require_fresh(tx, actor, LOOKERS, now).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let answer = whole.answer.as_ref().filter(|answer| answer.n == n).ok_or(PlanRefusal::Changed)?;
    if answer.entered_by == person.id {
        return Err(PlanRefusal::Own);
    }
    if !matches!(whole.stands(), Stands::Sent | Stands::Matched) {
        return Err(PlanRefusal::Grant(whole.stands()));
    }
    if !store::clear_answer(tx, whole.grant.id, n, person.id, now).await? {
        return Err(PlanRefusal::Changed);
    }
    let stands = if answer.kind == AnswerKind::None { GrantStands::Silent } else { GrantStands::Answered };
    let letter = Some(answer.sha256.clone()).filter(|sha256| !sha256.is_empty());
    let copy = release(tx, &whole, (person.id, body), now).await?;
    let told = passed::Grant { text: answer.text.clone(), letter, copy, ..told(&whole.grant, stands) };
    publication::announce(tx, fund.id, &Record::Grant(told)).await?;
    audit::write(tx, Some(person.id), "grant.answer_cleared", &subject(&whole.grant), answer.kind.as_str(), now).await?;
    Ok(operation::done(tx, operation, "", now).await?)
}

/// Lets the copy of an answer's letter out, and takes back those of letters before.
async fn release(
    tx: &mut Tx,
    whole: &WholeGrant,
    (person, body): (PersonId, &[u8]),
    now: Instant,
) -> Result<Option<passed::Letter>, PlanRefusal> {
    for before in store::letters_before(tx, whole.grant.id, whole.answer.as_ref().map_or(0, |answer| answer.n)).await? {
        if let Some(copy) = copy_of(tx, &before).await? {
            files::withdraw(tx, copy.id, now).await?;
        }
    }
    let Some(copy) = &whole.copy else { return Ok(None) };
    files::release(tx, copy.id, person, now).await?;
    files::keep_released(tx, copy.id, body).await?;
    Ok(Some(passed::Letter { sha256: copy.sha256.clone(), media_type: copy.kind.media_type().to_owned(), bytes: copy.bytes }))
}
