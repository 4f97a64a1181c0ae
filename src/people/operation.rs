//! Operation ids: doing a command twice does it once, and the second time gives the first one's result (safety rule MO2).

use super::{NotAllowed, store};
use crate::clock::Instant;
use crate::db::{Retryable, Tx};
use crate::ids::sha256_hex;

/// A command as it was sent: its id, and what stands for who asked and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    id: String,
    input_hash: String,
}

/// Why a command is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// The id was used before, for something else.
    #[error("this form was sent before with other content: open it again")]
    Reused,
    /// The id is none of ours.
    #[error("this form is damaged: open it again")]
    Malformed,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for OperationError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// Why a command that asks for no more than the right to give it is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// Their role does not allow it, or they must confirm who they are first.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The form was sent before with other content, or is damaged.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for NotDone {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
        }
    }
}

impl Operation {
    /// The command `id` (as [`crate::ids::Entropy::reference`] makes it), asked by `who`, whose whole content is `parts`.
    ///
    /// # Errors
    /// [`OperationError::Malformed`] for an id that no form of ours bears.
    pub fn new(id: &str, who: &str, parts: &[&str]) -> Result<Self, OperationError> {
        if id.len() != 26 || !id.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b)) {
            return Err(OperationError::Malformed);
        }
        // Lengths stand before the parts, so that no two different inputs read the same.
        let input = [&[who][..], parts].concat().iter().fold(String::new(), |input, part| format!("{input}{}:{part}\n", part.len()));
        Ok(Self { id: id.to_owned(), input_hash: sha256_hex(input) })
    }

    /// The id, which also keys what the command does elsewhere.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// The result of the command where it was carried out before; None: it is to be done now, in this transaction, and then [`done`].
///
/// # Errors
/// [`OperationError::Reused`] when the id was used for something else.
pub async fn find_result(tx: &mut Tx, operation: &Operation) -> Result<Option<String>, OperationError> {
    match store::find_operation(tx, &operation.id).await? {
        None => Ok(None),
        Some((input_hash, result)) if input_hash == operation.input_hash => Ok(Some(result)),
        Some(_) => Err(OperationError::Reused),
    }
}

/// Notes the result of a command, in the transaction that carried it out.
///
/// # Errors
/// A unique violation (which is retried) where the same command was carried out meanwhile.
pub async fn done(tx: &mut Tx, operation: &Operation, result: &str, now: Instant) -> sqlx::Result<()> {
    store::insert_operation(tx, &operation.id, &operation.input_hash, result, now).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Entropy;

    #[test]
    fn an_operation_is_its_id_and_everything_that_was_asked() {
        let id = Entropy::seeded(1).reference();
        let of = |who: &str, parts: &[&str]| Operation::new(&id, who, parts).unwrap();
        assert_eq!(of("1", &["a", "b"]), of("1", &["a", "b"]));
        for (who, parts) in [("1", &["ab"][..]), ("1", &["a", "b", ""]), ("2", &["a", "b"]), ("1", &["a\n1:b"])] {
            assert_ne!(of(who, parts), of("1", &["a", "b"]), "{who} {parts:?}");
        }
        for malformed in ["", "short", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxy1"] {
            assert!(Operation::new(malformed, "1", &[]).is_err(), "{malformed}");
        }
    }
}
