//! `strikefund verify`: everything recomputed from the postings, and held against Stripe's lines and the published files.

use crate::db::{Db, Tx};
use crate::language::Language;
use crate::payments::{self, alert};
use crate::{approvals, bank, booking, closing, ledger, publication, spending};

/// What `verify` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The first thing wrong, in a sentence; None: the books are sound.
    pub wrong: Option<String>,
    /// What is sound and waits for a person: parked deliveries and lines, standing alerts.
    pub waiting: Vec<String>,
}

/// Recomputes the books from their postings and names the first thing wrong.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(db: &Db) -> anyhow::Result<Report> {
    let schema = db.check_schema().await?;
    let tx = &mut db.begin_read().await?;
    let wrong = match schema {
        Some(wrong) => Some(format!("the schema is not what strikefund made: {wrong}")),
        None => first_wrong(tx).await?,
    };
    Ok(Report { wrong, waiting: waiting(tx).await? })
}

/// The same for whoever takes nothing but sound books: what is wrong first is the error.
///
/// # Errors
/// What is wrong, or that the database cannot be read.
pub async fn judge(db: &Db) -> anyhow::Result<()> {
    let report = verify(db).await?;
    report.wrong.map_or(Ok(()), |wrong| Err(anyhow::anyhow!("The books are wrong: {wrong}")))
}

async fn first_wrong(tx: &mut Tx) -> sqlx::Result<Option<String>> {
    if let Some(wrong) = ledger::verify(tx).await? {
        return Ok(Some(wrong));
    }
    if let Some(wrong) = booking::verify(tx).await? {
        return Ok(Some(wrong));
    }
    if let Some(wrong) = approvals::verify(tx).await? {
        return Ok(Some(wrong));
    }
    if let Some(wrong) = spending::verify(tx).await? {
        return Ok(Some(wrong));
    }
    if let Some(wrong) = bank::verify(tx).await? {
        return Ok(Some(wrong));
    }
    if let Some(wrong) = closing::verify(tx).await? {
        return Ok(Some(wrong));
    }
    publication::verify(tx).await
}

async fn waiting(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    let mut waiting = Vec::new();
    for parked in payments::parked_deliveries(tx).await? {
        waiting.push(format!("{} parked deliveries: {}", parked.deliveries, parked.reason));
    }
    for alert in alert::list(tx, 100).await? {
        waiting.push(format!("{} {}: {}", alert.kind, alert.subject, alert.in_words(Language::English)));
    }
    Ok(waiting)
}
