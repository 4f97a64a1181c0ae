//! The schema's fingerprint: are the tables, checks and triggers that guard the books all there, and unchanged?

use std::collections::BTreeMap;

use sqlx::Connection as _;
use tokio::sync::OnceCell;

use super::{Db, MIGRATIONS};
use crate::run;

/// An object of the schema and the text that defines it.
type Definitions = BTreeMap<String, String>;

impl Db {
    /// Compares the schema with what the migrations make; Some names the first object missing or changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check_schema(&self) -> anyhow::Result<Option<String>> {
        match self {
            Self::Sqlite { .. } => {
                let found = self.sqlite_definitions().await?;
                Ok(first_difference(SQLITE_MADE.get_or_try_init(sqlite_as_migrated).await?, &found))
            }
            Self::Postgres(_) => {
                let found = self.postgres_definitions().await?;
                Ok(first_difference(&postgres_as_migrated(), &found))
            }
        }
    }

    async fn sqlite_definitions(&self) -> anyhow::Result<Definitions> {
        let tx = &mut self.begin_read().await?;
        let rows: Vec<(String, String)> = run!(tx, fetch_all, sqlx::query_as(SQLITE_OBJECTS))?;
        Ok(rows.into_iter().collect())
    }

    async fn postgres_definitions(&self) -> anyhow::Result<Definitions> {
        let triggers = "SELECT 'trigger ' || t.tgname, CASE WHEN t.tgenabled = 'O' THEN 'on ' || c.relname ELSE 'switched off' END
                          FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE n.nspname = current_schema() AND NOT t.tgisinternal";
        let functions = "SELECT 'function ' || p.proname, p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                          WHERE n.nspname = current_schema()";
        let tables = "SELECT 'table ' || c.relname, 'is there' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                       WHERE n.nspname = current_schema() AND c.relkind = 'r'";
        let tx = &mut self.begin_read().await?;
        let mut found = Definitions::new();
        for sql in [triggers, functions, tables] {
            let rows: Vec<(String, String)> = run!(tx, fetch_all, sqlx::query_as(sql))?;
            found.extend(rows);
        }
        Ok(found)
    }
}

const SQLITE_OBJECTS: &str = "SELECT type || ' ' || name, sql FROM sqlite_schema
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx_%'";

/// Made once: the migrations are the program's own, and making them takes longer than verifying small books.
static SQLITE_MADE: OnceCell<Definitions> = OnceCell::const_new();

/// What the migrations make of an empty database: made, read and thrown away.
async fn sqlite_as_migrated() -> anyhow::Result<Definitions> {
    let mut empty = sqlx::SqliteConnection::connect("sqlite::memory:").await?;
    for step in MIGRATIONS {
        sqlx::raw_sql(step.sqlite).execute(&mut empty).await?;
    }
    let rows: Vec<(String, String)> = sqlx::query_as(SQLITE_OBJECTS).fetch_all(&mut empty).await?;
    empty.close().await?;
    Ok(rows.into_iter().collect())
}

/// What the migrations say they make, read from their own text, since nobody may make a second schema on a server that is not theirs.
fn postgres_as_migrated() -> Definitions {
    let mut expected = Definitions::new();
    for step in MIGRATIONS {
        for statement in step.postgres.split("\nCREATE ").skip(1) {
            // A later step may say anew what a guard of an earlier one does.
            let statement = statement.strip_prefix("CONSTRAINT ").or_else(|| statement.strip_prefix("OR REPLACE ")).unwrap_or(statement);
            let name = |rest: &str| rest.split([' ', '(']).next().unwrap_or_default().to_owned();
            if let Some(rest) = statement.strip_prefix("TRIGGER ") {
                let table = rest.split(" ON ").nth(1).map(name).unwrap_or_default();
                expected.insert(format!("trigger {}", name(rest)), format!("on {}", table.trim()));
            } else if let Some(rest) = statement.strip_prefix("FUNCTION ") {
                let body = rest.split("$$").nth(1).unwrap_or_default();
                expected.insert(format!("function {}", name(rest)), body.to_owned());
            } else if let Some(rest) = statement.strip_prefix("TABLE ") {
                expected.insert(format!("table {}", name(rest)), "is there".to_owned());
            }
        }
    }
    expected
}

fn first_difference(expected: &Definitions, found: &Definitions) -> Option<String> {
    let missing_or_changed = expected.iter().find_map(|(name, definition)| match found.get(name) {
        None => Some(format!("the {name} is missing")),
        Some(standing) if standing != definition => Some(format!("the {name} was changed")),
        Some(_) => None,
    });
    // A trigger of somebody else's could rewrite what ours let through.
    let foreign = || found.keys().find(|name| name.starts_with("trigger ") && !expected.contains_key(*name));
    missing_or_changed.or_else(|| foreign().map(|name| format!("the {name} is not ours")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_postgres_text_names_every_guard() {
        let expected = postgres_as_migrated();
        for guard in ["trigger entry_never_changes", "trigger posting_leaves_its_entry_whole", "function refuse", "table posting"] {
            assert!(expected.contains_key(guard), "{guard}");
        }
        assert_eq!(expected["trigger entry_is_whole"], "on entry");
    }
}
