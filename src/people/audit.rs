//! The log of acts: written in the transaction of the act, never changed. Not here: what the entries of the ledger say.

use super::{notice, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{AuditId, PersonId};

crate::record! {
    /// One act.
    pub struct Act {
        /// Rising.
        pub id: AuditId,
        /// When.
        pub at: Instant,
        /// Who; None: somebody who is not signed in, or the program itself.
        pub person_id: Option<PersonId>,
        /// What was done, a word of ours.
        pub act: String,
        /// To what: opaque, such as `expense 57`; never a name.
        pub subject: String,
        /// Words and numbers of ours; empty where there is nothing to add.
        pub detail: String,
    }
}

/// Writes down an act. No text that a person typed may stand in it: this log is for ever (safety rule PR12).
///
/// # Errors
/// When the database is gone; the act is then not done either.
pub async fn write(
    tx: &mut Tx,
    person: Option<PersonId>,
    act: &'static str,
    subject: &str,
    detail: &str,
    now: Instant,
) -> sqlx::Result<()> {
    let id = store::write_act(tx, person, act, subject, detail, now).await?;
    if notice::is_told(act) { store::insert_notice(tx, id).await } else { Ok(()) }
}

/// At most `limit` acts older than `before`, newest first; None: from the newest.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, before: Option<AuditId>, limit: i64) -> sqlx::Result<Vec<Act>> {
    store::acts(tx, before.unwrap_or(AuditId(i64::MAX)), limit).await
}

/// The acts of one person, likewise.
///
/// # Errors
/// When the database is gone.
pub async fn list_of(tx: &mut Tx, person: PersonId, before: Option<AuditId>, limit: i64) -> sqlx::Result<Vec<Act>> {
    store::acts_of(tx, person, before.unwrap_or(AuditId(i64::MAX)), limit).await
}
