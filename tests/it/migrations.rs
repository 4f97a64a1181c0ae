//! The schema's history: run twice, refused when newer, refused in one plain sentence where nothing can be written.

use sqlx::AssertSqlSafe;
use strikefund::db::{Db, MIGRATIONS, Migrated};
use strikefund::run;

use crate::support::on_both_databases;

on_both_databases! {
    async fn migrating_twice_is_migrating_once(books: &Books) {
        let all = MIGRATIONS.len();
        assert_eq!(books.db.migrate().await.unwrap(), Migrated { before: all, now: all });
        assert_eq!(books.db.applied().await.unwrap(), all);
        assert_eq!(books.db.check_schema().await.unwrap(), None);
    }

    async fn a_newer_schema_is_refused_and_left_alone(books: &Books) {
        let newer = MIGRATIONS.last().unwrap().version + 1;
        let sql = format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT {newer}, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1"
        );
        let mut tx = books.db.begin_write().await.unwrap();
        run!(&mut tx, execute, sqlx::query(AssertSqlSafe(sql))).unwrap();
        tx.commit().await.unwrap();

        let said = books.db.migrate().await.unwrap_err().to_string();
        assert!(said.contains("newer strikefund") && said.contains(&newer.to_string()), "{said}");
        assert!(is_one_plain_sentence(&said), "{said}");
    }

    async fn a_missing_guard_is_named(books: &Books) {
        let mut tx = books.db.begin_write().await.unwrap();
        let sql = if books.postgres_url().is_some() { "DROP TRIGGER posting_never_goes ON posting" } else { "DROP TRIGGER posting_never_goes" };
        run!(&mut tx, execute, sqlx::query(sql)).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(books.db.check_schema().await.unwrap().as_deref(), Some("the trigger posting_never_goes is missing"));
    }
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_refused_in_one_plain_sentence() {
    let scratch = tempfile::tempdir().unwrap();
    // A file where a directory should be: root, who may write everywhere, cannot write there either.
    let file = scratch.path().join("taken");
    std::fs::write(&file, b"").unwrap();
    let said = Db::open_sqlite(&file.join("data")).await.unwrap_err().to_string();
    assert!(said.contains("cannot be written") && said.contains("taken/data"), "{said}");
    assert!(is_one_plain_sentence(&said), "{said}");
}

fn is_one_plain_sentence(said: &str) -> bool {
    said.lines().count() == 1 && said.starts_with(char::is_uppercase) && !said.contains("Error") && !said.contains("::")
}
