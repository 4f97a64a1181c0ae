//! What Stripe says about one charge, and which disputes are open: for the pages and decisions about gifts. Not here: the books.

use super::line::Line;
use super::object::{ObjectKind, ObjectState};
use super::store;
use crate::db::Tx;

/// How a dispute or a refund can have come to its end.
const ENDS: [&str; 9] = ["succeeded", "failed", "canceled", "won", "lost", "warning_closed", "prevented", "charge_refunded", "closed"];

/// A refund of a charge, as Stripe tells it: by its object, by its line, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundSeen {
    /// `re_…`.
    pub id: String,
    /// Stripe's word for where it stands; `succeeded` where only its line is known.
    pub status: String,
    /// What goes back, in minor units.
    pub amount_minor: i64,
}

impl RefundSeen {
    /// Whether the money is with the donor, or on its way.
    pub fn counts(&self) -> bool {
        !matches!(self.status.as_str(), "failed" | "canceled")
    }
}

/// Whether an object may still change by itself.
pub fn is_open(state: &ObjectState) -> bool {
    !ENDS.contains(&state.status.as_str())
}

/// The lines about a charge: itself, its refunds, its disputes, by the day of each.
///
/// # Errors
/// When the database is gone.
pub async fn lines(tx: &mut Tx, charge_id: &str) -> sqlx::Result<Vec<Line>> {
    store::about::lines(tx, charge_id).await
}

/// The lines about these charges, in no order: what a list shows is asked for together.
///
/// # Errors
/// When the database is gone.
pub async fn lines_of(tx: &mut Tx, charge_ids: &[&str]) -> sqlx::Result<Vec<Line>> {
    store::about::lines_of(tx, charge_ids).await
}

/// Forgets what these charges were paid with: it stands with their gifts, sealed, or nowhere.
///
/// # Errors
/// When the database is gone.
pub async fn forget_means(tx: &mut Tx, charge_ids: &[&str]) -> sqlx::Result<()> {
    store::about::forget_means(tx, charge_ids).await
}

/// The objects about a charge: refunds, disputes, warnings.
///
/// # Errors
/// When the database is gone.
pub async fn objects(tx: &mut Tx, charge_id: &str) -> sqlx::Result<Vec<ObjectState>> {
    store::about::objects(tx, charge_id).await
}

/// The refunds of a charge, each once.
///
/// # Errors
/// When the database is gone.
pub async fn refunds(tx: &mut Tx, charge_id: &str) -> sqlx::Result<Vec<RefundSeen>> {
    let of_object = |state: ObjectState| RefundSeen { id: state.id, status: state.status, amount_minor: state.amount_minor.unwrap_or(0) };
    let objects = objects(tx, charge_id).await?.into_iter().filter(|state| state.object == ObjectKind::Refund);
    let mut seen: Vec<RefundSeen> = objects.map(of_object).collect();
    for line in lines(tx, charge_id).await? {
        // A line of a refund that no notice told of yet; its counter-line bears the same id and gives the money back.
        let Some(id) = line.source_id.filter(|_| line.source_object.as_deref() == Some("refund")) else { continue };
        match seen.iter_mut().find(|refund| refund.id == id) {
            None => seen.push(RefundSeen { id, status: "succeeded".to_owned(), amount_minor: line.amount_minor.saturating_neg() }),
            Some(refund) if line.amount_minor > 0 => "failed".clone_into(&mut refund.status),
            Some(_) => {}
        }
    }
    Ok(seen)
}

/// Whether the donor's bank asks for the money of a charge and has not given it up.
///
/// # Errors
/// When the database is gone.
pub async fn is_disputed(tx: &mut Tx, charge_id: &str) -> sqlx::Result<bool> {
    let objects = objects(tx, charge_id).await?;
    // What was lost is gone too: giving it back once more would pay it twice.
    Ok(objects.iter().any(|state| state.object == ObjectKind::Dispute && (is_open(state) || state.status == "lost")))
}

/// At most `limit` disputes that wait for an answer or for the bank, the most urgent first, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn open_disputes(tx: &mut Tx, after: Option<&str>, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    store::about::open_disputes(tx, after.unwrap_or_default(), limit).await
}

/// At most `limit` disputes that came to their end, the newest word first, from behind one of them on.
///
/// # Errors
/// When the database is gone.
pub async fn ended_disputes(tx: &mut Tx, before: Option<&str>, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    store::about::ended_disputes(tx, before.unwrap_or_default(), limit).await
}

/// At most `limit` refunds that Stripe told of, the newest first, from behind one of them on, whoever asked for them.
///
/// # Errors
/// When the database is gone.
pub async fn recent_refunds(tx: &mut Tx, before: Option<&str>, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    store::about::recent_refunds(tx, before.unwrap_or_default(), limit).await
}
