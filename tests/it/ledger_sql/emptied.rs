//! TRUNCATE, which `PostgreSQL` has and row triggers do not see: every table that must not be emptied refuses it by its own guard.

use sqlx::AssertSqlSafe;
use strikefund::db::{MIGRATIONS, Tx};
use strikefund::run;

use crate::support::{Books, block_on};

/// The guards against emptying a table, by the table's name.
fn guarded() -> Vec<&'static str> {
    let named = |text: &'static str| text.split("BEFORE TRUNCATE ON ").skip(1).filter_map(|rest| rest.split_whitespace().next());
    MIGRATIONS.iter().flat_map(|step| named(step.postgres)).collect()
}

async fn execute(tx: &mut Tx, sql: String) -> sqlx::Result<u64> {
    run!(tx, execute, sqlx::query(AssertSqlSafe(sql)))
}

#[test]
fn each_table_that_is_never_emptied_has_a_guard_that_stands_alone_on_postgres() {
    block_on(async {
        let Some(books) = Books::on_postgres().await else { return };
        let tables = guarded();
        assert!(tables.len() > 10 && tables.contains(&"entry"), "{tables:?}");
        for table in &tables {
            // Others would refuse too, since emptying one table empties those that refer to it: all of them are taken away first.
            let mut tx = books.db.begin_write().await.unwrap();
            for other in tables.iter().filter(|other| *other != table) {
                execute(&mut tx, format!("DROP TRIGGER {other}_is_never_emptied ON {other}")).await.unwrap();
            }
            let said = execute(&mut tx, format!("TRUNCATE {table} CASCADE")).await.unwrap_err().to_string();
            assert!(said.contains("never emptied"), "{table}: {said}");
            drop(tx);
            let mut tx = books.db.begin_write().await.unwrap();
            for every in &tables {
                execute(&mut tx, format!("DROP TRIGGER {every}_is_never_emptied ON {every}")).await.unwrap();
            }
            execute(&mut tx, format!("TRUNCATE {table} CASCADE")).await.unwrap();
        }
        books.close().await;
    });
}
