//! What is asked before somebody agrees, and what is answered: said once, never changed, seen by every reader. Not here: agreeing itself.

use super::store;
use super::{Question, State, Subject, find};
use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::ids::{ProposalId, QuestionId};
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, Actor, NotAllowed, Role, audit};

/// Who answers: those who enter what others agree to.
const ANSWERERS: &[Role] = &[Role::Recorder];
/// The longest question or answer, in letters.
pub const LETTERS: usize = 500;

/// Why something is not asked or answered. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Their role does not allow it.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The form was sent before with other content, or is damaged.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// There is no such proposal or question.
    #[error("there is no such question")]
    NotFound,
    /// It waits for nobody any more.
    #[error("this does not wait for anybody any more")]
    Decided,
    /// It has its answer.
    #[error("this was answered before")]
    Answered,
    /// Nothing was said, or too much.
    #[error("between 1 and {LETTERS} letters are needed")]
    Text,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for AskError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            _ => false,
        }
    }
}

/// Asks whoever entered something about it, as an approver who looks at it. It stays open, and nothing is agreed to.
///
/// # Errors
/// [`AskError`].
pub async fn ask(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    id: ProposalId,
    text: &str,
    now: Instant,
) -> Result<QuestionId, AskError> {
    let proposal = find(tx, id).await?.ok_or(AskError::NotFound)?;
    let person = people::require(tx, actor, proposal.subject.signers()).await?;
    if let Some(id) = operation::find_result(tx, operation).await?.and_then(|id| id.parse().ok()) {
        return Ok(QuestionId(id));
    }
    let text = fitting(text)?;
    if proposal.state != State::Open {
        return Err(AskError::Decided);
    }
    let question = store::insert_question(tx, id, person.id, text, now).await?;
    let subject = format!("{} {}", proposal.subject, proposal.subject_id);
    audit::write(tx, Some(person.id), "ask", &subject, &format!("proposal {id}"), now).await?;
    operation::done(tx, operation, &question.to_string(), now).await?;
    Ok(question)
}

/// Answers a question, once.
///
/// # Errors
/// [`AskError`].
pub async fn answer(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (proposal, id): (ProposalId, QuestionId),
    text: &str,
    now: Instant,
) -> Result<(), AskError> {
    let person = people::require(tx, actor, ANSWERERS).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    let text = fitting(text)?;
    let proposal = find(tx, proposal).await?.ok_or(AskError::NotFound)?;
    let asked = list(tx, proposal.subject, &proposal.subject_id).await?;
    if !asked.iter().any(|question| question.id == id) {
        return Err(AskError::NotFound);
    }
    if !store::insert_answer(tx, id, person.id, text, now).await? {
        return Err(AskError::Answered);
    }
    let subject = format!("{} {}", proposal.subject, proposal.subject_id);
    audit::write(tx, Some(person.id), "answer", &subject, &format!("question {id}"), now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(())
}

/// What was asked about a row, in whatever version, oldest first, at most fifty.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, subject: Subject, subject_id: &str) -> sqlx::Result<Vec<Question>> {
    store::questions(tx, subject, subject_id).await
}

fn fitting(text: &str) -> Result<&str, AskError> {
    let text = text.trim();
    if (1..=LETTERS).contains(&text.chars().count()) { Ok(text) } else { Err(AskError::Text) }
}
