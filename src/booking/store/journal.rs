//! The statements over entries that two people make.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{EntryId, JournalId, PersonId};
use crate::run;

use super::super::journal_entry::{Journal, JournalLine, JournalState, NewCorrection, NewJournal};

macro_rules! select_journal {
    ($rest:literal) => {
        concat!(
            "SELECT id, ref AS reference, effective_on, reason, state, reverses, wrong, asked_by, asked_at, entry_id FROM journal ",
            $rest
        )
    };
}

pub(in crate::booking) async fn insert(
    tx: &mut Tx,
    reference: &str,
    new: &NewJournal,
    takes_back: Option<&NewCorrection>,
    by: PersonId,
    now: Instant,
) -> sqlx::Result<JournalId> {
    const SQL: &str = "INSERT INTO journal (ref, effective_on, reason, state, reverses, wrong, asked_by, asked_at)
                       VALUES ($1, $2, $3, 'asked', $4, $5, $6, $7) RETURNING id";
    const LINE: &str = "INSERT INTO journal_line (journal_id, n, path, fund_id, currency, amount_minor) VALUES ($1, $2, $3, $4, $5, $6)";
    let id: JournalId = run!(
        tx,
        fetch_one,
        sqlx::query_scalar(SQL)
            .bind(reference)
            .bind(new.effective_on)
            .bind(new.reason.as_str())
            .bind(takes_back.map(|correction| correction.entry))
            .bind(takes_back.map(|correction| correction.wrong))
            .bind(by)
            .bind(now)
    )?;
    for (n, line) in (1_i64..).zip(&new.lines) {
        run!(
            tx,
            execute,
            sqlx::query(LINE).bind(id).bind(n).bind(line.path.as_str()).bind(line.fund_id).bind(line.currency).bind(line.amount_minor)
        )?;
    }
    Ok(id)
}

pub(in crate::booking) async fn find(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Journal>> {
    run!(tx, fetch_optional, sqlx::query_as(select_journal!("WHERE ref = $1")).bind(reference))
}

pub(in crate::booking) async fn get(tx: &mut Tx, id: JournalId) -> sqlx::Result<Option<Journal>> {
    run!(tx, fetch_optional, sqlx::query_as(select_journal!("WHERE id = $1")).bind(id))
}

/// What took an entry back, or waits to.
pub(in crate::booking) async fn of_corrected(tx: &mut Tx, entry: EntryId) -> sqlx::Result<Option<Journal>> {
    run!(tx, fetch_optional, sqlx::query_as(select_journal!("WHERE reverses = $1 AND state <> 'rejected'")).bind(entry))
}

pub(in crate::booking) async fn of_entry(tx: &mut Tx, entry: EntryId) -> sqlx::Result<Option<Journal>> {
    run!(tx, fetch_optional, sqlx::query_as(select_journal!("WHERE entry_id = $1")).bind(entry))
}

/// The months in which one that waits is dated.
pub(in crate::booking) async fn waiting_months(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT DISTINCT substr(effective_on, 1, 7) FROM journal WHERE state = 'asked'";
    run!(tx, fetch_all, sqlx::query_scalar(SQL))
}

pub(in crate::booking) async fn list(tx: &mut Tx, before: JournalId, limit: i64) -> sqlx::Result<Vec<Journal>> {
    run!(tx, fetch_all, sqlx::query_as(select_journal!("WHERE id < $1 ORDER BY id DESC LIMIT $2")).bind(before).bind(limit))
}

pub(in crate::booking) async fn lines(tx: &mut Tx, id: JournalId) -> sqlx::Result<Vec<JournalLine>> {
    const SQL: &str = "SELECT path, fund_id, currency, amount_minor FROM journal_line WHERE journal_id = $1 ORDER BY n";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(id))
}

pub(in crate::booking) async fn open(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    run!(tx, fetch_one, sqlx::query_as("SELECT COUNT(*), MIN(asked_at) FROM journal WHERE state = 'asked'"))
}

/// Decides about one that is asked for; the database refuses a second decision.
pub(in crate::booking) async fn decide(
    tx: &mut Tx,
    journal: &Journal,
    state: JournalState,
    by: PersonId,
    entry: Option<EntryId>,
    now: Instant,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE journal SET state = $2, decided_by = $3, entry_id = $4, decided_at = $5 WHERE id = $1 AND state = 'asked'";
    let changed = run!(tx, execute, sqlx::query(SQL).bind(journal.id).bind(state).bind(by).bind(entry).bind(now))?;
    if changed == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
