//! Backups made under load, each restored and judged; damaged ones refused while what is there stays as it was.

use std::fs;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use sqlx::{AssertSqlSafe, Connection as _};
use strikefund::db::Db;
use strikefund::db::backup::{Restored, back_up, restore_postgres, restore_sqlite};
use strikefund::ids::{EntryId, FundId};
use strikefund::ledger::{self, Entry, NewEntry, NewPosting, PostError, Posted, Source, chart};
use strikefund::money::{Currency, Money};
use strikefund::transact;
use tempfile::TempDir;

use crate::support::{Books, START, block_on, skip};

/// What a backup must hold: every sum right, every guard in place.
async fn verify(db: &Db) -> anyhow::Result<()> {
    let wrong = ledger::verify(&mut db.begin_read().await?).await?;
    anyhow::ensure!(wrong.is_none(), "{wrong:?}");
    Ok(())
}

async fn give(db: &Db, fund: FundId, n: i64) {
    let usd = |minor| Money::new(minor, Currency::USD);
    let gift = NewEntry {
        source: Source::Stripe,
        source_id: format!("txn_{n}"),
        kind: "charge",
        effective_on: "2026-11-14".parse().unwrap(),
        memo: None,
        actor: None,
        reverses: None,
        postings: vec![NewPosting::pooled(chart::STRIPE, usd(n)), NewPosting::of_fund(chart::ONLINE, fund, usd(-n))],
    };
    let posted: Result<Posted, PostError> = transact!(db, tx => ledger::post(tx, &gift, START).await);
    posted.unwrap();
}

async fn entries(db: &Db) -> Vec<Entry> {
    ledger::entries(&mut db.begin_read().await.unwrap(), EntryId(0), 1_000_000).await.unwrap()
}

/// Books with `count` gifts, and a folder for what is made of them.
async fn books_with(count: i64) -> (Books, FundId, TempDir) {
    let books = Books::on_sqlite().await;
    let fund = books.general_fund().await;
    for n in 1..=count {
        give(&books.db, fund, n).await;
    }
    (books, fund, tempfile::tempdir().unwrap())
}

/// The folder that the embedded database lies in.
fn data_of(books: &Books) -> PathBuf {
    let Db::Sqlite { file, .. } = &books.db else { panic!("these books are not on SQLite") };
    file.0.parent().unwrap().to_owned()
}

async fn restored(backup: &Path, data: &Path, replace: bool) -> anyhow::Result<Restored> {
    restore_sqlite(backup, data, replace, START, verify).await
}

/// Every file under a folder with its content, to see that nothing was touched.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file() && !path.to_string_lossy().ends_with("-shm"))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn backups_made_under_load_are_each_whole_and_a_beginning_of_the_live_books() {
    block_on(async {
        let (books, fund, folder) = books_with(20).await;
        let (stop, given) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicI64::new(20)));
        let load = tokio::spawn({
            let (db, stop, given) = (books.db.clone(), Arc::clone(&stop), Arc::clone(&given));
            async move {
                while !stop.load(Ordering::SeqCst) {
                    give(&db, fund, given.load(Ordering::SeqCst) + 1).await;
                    given.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        for n in 0..3 {
            // What was acknowledged before the copy began must be in it.
            let before = given.load(Ordering::SeqCst);
            let file = folder.path().join(format!("books-{n}.sqlite"));
            let backup = back_up(&books.db, None, &file, verify).await.unwrap();
            assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(&file).unwrap().len(), backup.bytes);

            let data = folder.path().join(format!("restored-{n}"));
            let done = restored(&file, &data, false).await.unwrap();
            assert!(done.checksum_agreed && done.aside.is_none());
            let db = Db::open_sqlite(&data).await.unwrap();
            verify(&db).await.unwrap();
            let (copied, live) = (entries(&db).await, entries(&books.db).await);
            assert!(i64::try_from(copied.len()).unwrap() >= before, "{} of {before}", copied.len());
            assert!(live.starts_with(&copied));
            db.close().await;
        }
        stop.store(true, Ordering::SeqCst);
        load.await.unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3 * 3, "no drafts are left");
        books.close().await;
    });
}

/// What befalls a file.
type Damage = Box<dyn Fn(&fs::File)>;

#[test]
fn a_damaged_backup_is_refused_and_the_live_books_are_not_touched() {
    block_on(async {
        let (books, fund, folder) = books_with(200).await;
        let good = folder.path().join("good.sqlite");
        back_up(&books.db, None, &good, verify).await.unwrap();
        give(&books.db, fund, 201).await;
        let live = data_of(&books);
        books.db.close().await;
        let before = snapshot(&live);
        let size = fs::metadata(&good).unwrap().len();

        let damages: Vec<(&str, Damage)> = vec![
            ("cut", Box::new(move |file| file.set_len(size / 2).unwrap())),
            ("cut by a byte", Box::new(move |file| file.set_len(size - 1).unwrap())),
            ("empty", Box::new(|file| file.set_len(0).unwrap())),
            ("one bit", Box::new(move |file| flip(file, size / 2))),
            ("one bit of the header", Box::new(|file| flip(file, 3))),
            ("last bit", Box::new(move |file| flip(file, size - 1))),
        ];
        for (name, damage) in damages {
            let bad = folder.path().join("bad.sqlite");
            for ending in ["", ".sha256"] {
                fs::copy(format!("{}{ending}", good.display()), format!("{}{ending}", bad.display())).unwrap();
            }
            damage(&fs::OpenOptions::new().read(true).write(true).open(&bad).unwrap());
            let said = format!("{:#}", restored(&bad, &live, true).await.unwrap_err());
            assert!(said.contains("damaged"), "{name}: {said}");
            assert_eq!(snapshot(&live), before, "{name}");
            // Without the note beside it, what is cut is still seen by its structure.
            fs::remove_file(folder.path().join("bad.sqlite.sha256")).unwrap();
            if name.starts_with("cut") || name == "empty" || name.ends_with("header") {
                assert!(restored(&bad, &live, true).await.is_err(), "{name}");
                assert_eq!(snapshot(&live), before, "{name}");
            }
        }
        assert!(!live.join(".restoring").exists());
        restored(&good, &live, true).await.unwrap();
    });
}

fn flip(file: &fs::File, place: u64) {
    let mut byte = [0];
    file.read_exact_at(&mut byte, place).unwrap();
    file.write_all_at(&[byte[0] ^ 1], place).unwrap();
}

#[test]
fn a_backup_whose_sums_are_wrong_is_refused_although_its_structure_is_sound() {
    block_on(async {
        let (books, _, folder) = books_with(3).await;
        let file = folder.path().join("books.sqlite");
        back_up(&books.db, None, &file, verify).await.unwrap();
        let forged = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        sqlx::raw_sql(
            "DROP TRIGGER posting_never_changes; UPDATE posting SET amount_minor = amount_minor + 1 WHERE entry_id = 2 AND n = 1",
        )
        .execute(&forged)
        .await
        .unwrap();
        forged.close().await;
        fs::remove_file(folder.path().join("books.sqlite.sha256")).unwrap();
        let data = folder.path().join("data");
        let said = format!("{:#}", restored(&file, &data, false).await.unwrap_err());
        assert!(said.contains("sum to zero"), "{said}");
        assert!(!data.join("strikefund.sqlite").exists());
        books.close().await;
    });
}

#[test]
fn books_of_a_newer_program_are_refused() {
    block_on(async {
        let (books, _, folder) = books_with(1).await;
        let newer =
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (999, 'later', 1, x'00', 0)";
        let mut tx = books.db.begin_write().await.unwrap();
        strikefund::run!(&mut tx, execute, sqlx::query(newer)).unwrap();
        tx.commit().await.unwrap();
        let file = folder.path().join("books.sqlite");
        let said = format!("{:#}", back_up(&books.db, None, &file, verify).await.unwrap_err());
        assert!(said.contains("newer strikefund") && !file.exists(), "{said}");
        books.close().await;
    });
}

#[test]
fn a_stale_log_beside_the_books_is_never_replayed_over_restored_ones() {
    block_on(async {
        let (books, fund, folder) = books_with(5).await;
        let file = folder.path().join("books.sqlite");
        back_up(&books.db, None, &file, verify).await.unwrap();
        let copied = entries(&books.db).await;
        for n in 6..=50 {
            give(&books.db, fund, n).await;
        }
        // A killed program leaves its log behind; here the log is copied while it is still in use.
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        for ending in ["-wal", "-shm"] {
            let name = format!("strikefund.sqlite{ending}");
            fs::copy(data_of(&books).join(&name), data.join(&name)).unwrap();
        }
        assert!(fs::metadata(data.join("strikefund.sqlite-wal")).unwrap().len() > 0, "the log holds something");
        restored(&file, &data, false).await.unwrap();
        assert!(!data.join("strikefund.sqlite-wal").exists() && !data.join("strikefund.sqlite-shm").exists());
        let db = Db::open_sqlite(&data).await.unwrap();
        assert_eq!(entries(&db).await, copied);
        db.close().await;
        books.close().await;
    });
}

#[test]
fn books_that_are_there_are_kept_unless_told_and_then_moved_aside_whole() {
    block_on(async {
        let (books, fund, folder) = books_with(5).await;
        let file = folder.path().join("books.sqlite");
        back_up(&books.db, None, &file, verify).await.unwrap();
        give(&books.db, fund, 6).await;
        let data = &*data_of(&books);

        let said = format!("{:#}", restored(&file, data, false).await.unwrap_err());
        assert!(said.contains("--replace"), "{said}");
        let said = format!("{:#}", restored(&file, data, true).await.unwrap_err());
        assert!(said.contains("in use"), "{said}");
        assert_eq!(entries(&books.db).await.len(), 6);

        books.db.close().await;
        let aside = restored(&file, data, true).await.unwrap().aside.unwrap();
        for (folder, count) in [(data, 5), (&*aside, 6)] {
            let db = Db::open_sqlite(folder).await.unwrap();
            assert_eq!(entries(&db).await.len(), count);
            db.close().await;
        }
    });
}

#[test]
fn a_backup_overwrites_nothing_and_takes_over_what_a_killed_run_left() {
    block_on(async {
        let (books, _, folder) = books_with(2).await;
        let file = folder.path().join("books.sqlite");
        fs::write(&file, "something else").unwrap();
        assert!(back_up(&books.db, None, &file, verify).await.unwrap_err().to_string().contains("there already"));
        assert_eq!(fs::read(&file).unwrap(), b"something else");

        let other = folder.path().join("other.sqlite");
        let draft = folder.path().join("other.sqlite.part");
        fs::write(&draft, "half a backup").unwrap();
        let running = fs::File::open(&draft).unwrap();
        running.try_lock().unwrap();
        assert!(back_up(&books.db, None, &other, verify).await.unwrap_err().to_string().contains("under way"));
        drop(running);
        back_up(&books.db, None, &other, verify).await.unwrap();
        assert!(!draft.exists());
        books.close().await;
    });
}

#[test]
fn a_postgres_backup_is_restored_whole_into_an_empty_database_only() {
    block_on(async {
        let Some(books) = Books::on_postgres().await else { return };
        if std::process::Command::new("pg_dump").arg("--version").output().is_err() {
            return skip("no pg_dump");
        }
        let fund = books.general_fund().await;
        for n in 1..=30 {
            give(&books.db, fund, n).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("books.dump");
        back_up(&books.db, books.postgres_url(), &file, verify).await.unwrap();
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);

        let url = books.postgres_url().unwrap();
        let said = format!("{:#}", restore_postgres(url, &file, verify).await.unwrap_err());
        assert!(said.contains("not empty"), "{said}");

        let empty = empty_database_beside(url).await;
        let cut = folder.path().join("cut.dump");
        fs::write(&cut, &fs::read(&file).unwrap()[..1000]).unwrap();
        assert!(restore_postgres(&empty, &cut, verify).await.is_err());
        fs::copy(folder.path().join("books.dump.sha256"), folder.path().join("cut.dump.sha256")).unwrap();
        let said = format!("{:#}", restore_postgres(&empty, &cut, verify).await.unwrap_err());
        assert!(said.contains("damaged"), "{said}");

        assert!(restore_postgres(&empty, &file, verify).await.unwrap());
        let copy = Db::connect_postgres(&empty).await.unwrap();
        assert_eq!(entries(&copy).await, entries(&books.db).await);
        assert_eq!(copy.check_schema().await.unwrap(), None);
        copy.close().await;
        execute_on(url, "DROP DATABASE {name}", &name_in(&empty)).await;
        books.close().await;
    });
}

/// A database without a table, on the server of the one at `url`.
pub(super) async fn empty_database_beside(url: &str) -> String {
    let name = format!("{}_copy", name_in(url));
    execute_on(url, "CREATE DATABASE {name}", &name).await;
    url.replace(&name_in(url), &name)
}

fn name_in(url: &str) -> String {
    let path = url.rsplit_once('?').map_or(url, |(path, _)| path);
    path.rsplit('/').next().unwrap().to_owned()
}

async fn execute_on(url: &str, statement: &str, name: &str) {
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement.replace("{name}", name))).execute(&mut connection).await.unwrap();
}
