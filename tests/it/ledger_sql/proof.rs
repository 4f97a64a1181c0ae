//! How a guard is proved: the statements that only it refuses are refused while it stands, and go through once it is gone.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;
use strikefund::db::Tx;
use strikefund::run;

use super::{Guard, On, all_guards, execute, fill, gifts, grants, public, spending};
use crate::support::Books;

/// The guards that stand there, those that are proved on the same rows together.
pub(super) fn alike(there: On) -> impl Iterator<Item = Vec<&'static Guard>> {
    let mut alike: BTreeMap<[bool; 4], Vec<&Guard>> = BTreeMap::new();
    for guard in all_guards().filter(|guard| guard.on == On::Both || guard.on == there) {
        alike.entry(rows_of(guard)).or_default().push(guard);
    }
    alike.into_values()
}

/// Which rows besides the usual ones a guard is proved on: those about gifts, the public log, spending, grants.
fn rows_of(guard: &Guard) -> [bool; 4] {
    [gifts::GUARDS, public::GUARDS, spending::GUARDS, grants::GUARDS]
        .map(|guards| guards.iter().any(|other| other.trigger == guard.trigger))
}

/// Each is refused while its guard stands, and for its reason, and goes through once it is gone: in transactions that nobody commits, so that
/// the next guard is proved on the same rows.
pub(super) async fn prove(guards: &[&Guard], books: Books) {
    fill(&books).await;
    let [of_gifts, of_the_log, of_spending, of_grants] = rows_of(guards[0]);
    if of_gifts {
        gifts::fill(&books).await;
    }
    if of_the_log {
        public::fill(&books).await;
    }
    if of_spending {
        spending::fill(&books).await;
    }
    if of_grants {
        grants::fill(&books).await;
    }
    for guard in guards {
        let (name, statements) = (guard.trigger, guard.statements);
        let Err(error) = outcome(guard, true, &books).await else { panic!("{name} let through {statements:?}") };
        assert!(error.to_string().contains(guard.says), "{name}: {error}");
        let through = outcome(guard, false, &books).await;
        assert!(through.is_ok(), "without {name} something else refuses {statements:?}: {through:?}");
    }
    books.close().await;
}

/// What becomes of a guard's statements, up to what is asked of a transaction only at its end.
async fn outcome(guard: &Guard, guarded: bool, books: &Books) -> sqlx::Result<()> {
    let mut tx = books.db.begin_write().await?;
    for (other, table) in guard.alone_without.iter().chain((!guarded).then_some(&(guard.trigger, guard.table))) {
        let on = if books.postgres_url().is_some() { format!(" ON {table}") } else { String::new() };
        run!(&mut tx, execute, sqlx::query(AssertSqlSafe(format!("DROP TRIGGER {other}{on}"))))?;
    }
    for sql in guard.statements {
        execute(&mut tx, sql).await?;
    }
    match &mut tx {
        Tx::Postgres(tx) => sqlx::query("SET CONSTRAINTS ALL IMMEDIATE").execute(&mut **tx).await.map(drop),
        Tx::Sqlite(tx) => {
            let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut **tx).await?;
            if orphans.is_empty() { Ok(()) } else { Err(sqlx::Error::Protocol("a row names another that is not there".to_owned())) }
        }
    }
}
