//! The acts that people are told of by mail. Each leaves a row in the transaction of its act, which goes in the transaction that puts its letters
//! into the outbox: no act without its letters, and no letter twice. Not here: to whom and in which words (`jobs`).

use super::audit::Act;
use super::store;
use crate::db::Tx;
use crate::ids::AuditId;

/// Somebody has another password.
pub const PASSWORD_SET: &str = "factor.password_set";
/// Somebody signed in with a browser that was not seen before.
pub const NEW_DEVICE: &str = "sign-in.new_device";
/// An administrator wants somebody's authenticator reset.
pub const RESET_ASKED: &str = "reset.asked";
/// A second one agreed.
pub const RESET_AGREED: &str = "reset.agreed";
/// A link was made by which somebody sets their factors anew.
pub const RESET_DONE: &str = "reset.done";
/// Somebody approved alone.
pub const EMERGENCY: &str = "approve alone in an emergency";
/// It was entered how a payee is paid from now on.
pub const PAYEE_DETAILS: &str = "payee.details";

/// Somebody was shown who gave.
pub const IDENTITY_OPENED: &str = "identity_opened";

/// Every act that is told; those of one's own factors are told alike.
const TOLD: [&str; 12] = [
    PASSWORD_SET,
    "factor.authenticator_set",
    "factor.codes_made",
    "factor.passkey_set",
    "factor.passkey_ended",
    NEW_DEVICE,
    RESET_ASKED,
    RESET_AGREED,
    RESET_DONE,
    EMERGENCY,
    PAYEE_DETAILS,
    IDENTITY_OPENED,
];

/// Whether people are told of this act by mail.
pub(super) fn is_told(act: &str) -> bool {
    TOLD.contains(&act)
}

/// Acts whose letters are not written yet, oldest first, at most `limit`.
///
/// # Errors
/// When the database is gone.
pub async fn waiting(tx: &mut Tx, limit: i64) -> sqlx::Result<Vec<Act>> {
    store::notices(tx, limit).await
}

/// Notes that the letters about an act are in the outbox; false: somebody else wrote them.
///
/// # Errors
/// When the database is gone.
pub async fn told(tx: &mut Tx, id: AuditId) -> sqlx::Result<bool> {
    store::end_notice(tx, id).await
}
