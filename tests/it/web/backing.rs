//! Backups made while the site runs: asked for in the browser or due by the night, checked, listed, told of when they stop coming.

use std::path::Path;
use std::time::Duration;

use strikefund::db::backup::notes;
use strikefund::ids::sha256_hex;
use strikefund::jobs::backing::Backing;
use strikefund::payments::alert;
use strikefund::people::Role;

use super::Visit;
use super::staff::Staff;
use crate::support::{Books, on_both_databases};

const BACKUP: &str = "/setup/backup";

fn backing(books: &Books, folder: &Path) -> Backing {
    Backing {
        db: books.db.clone(),
        clock: books.clock.clone(),
        files: books.files.clone(),
        folder: folder.to_owned(),
        data: folder.to_owned(),
        database_url: books.postgres_url().map(|url| url.to_owned().into()),
        node: "test".to_owned(),
    }
}

async fn kinds(books: &Books) -> Vec<String> {
    let standing = alert::list(&mut books.db.begin_read().await.unwrap(), 9).await.unwrap();
    standing.iter().map(|alert| alert.kind.to_string()).collect()
}

/// The row of the list of steps that is about backups.
async fn step(who: &Staff<'_>) -> String {
    let list = who.get("/setup/finish").await.is(200);
    list.text().split("href=\"/setup/backup\"").nth(1).unwrap().split("</tr>").next().unwrap().to_owned()
}

on_both_databases! {
    async fn a_backup_is_asked_for_made_checked_and_told_of(books: &Books) {
        books.general_fund().await;
        let (visit, folder) = (Visit::of(books), tempfile::tempdir().unwrap());
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator, Role::Auditor]).await;
        let backing = backing(books, folder.path());
        backing.look(0).await.unwrap();
        let operation = ana.get(BACKUP).await.is(200).says("None was made yet").says("Within a day of setting up the fund").value_of("operation");
        for _ in 0..2 {
            assert_eq!(ana.submit(BACKUP, &[("operation", &*operation)]).await.is(303).next(), "/setup/backup?done=asked");
        }
        ana.get(BACKUP).await.is(200).says("A backup is being made.").says("Check again").never_says("Back up now</button>");
        assert!(step(&ana).await.contains("chip warning"));
        backing.look(0).await.unwrap();
        let page = ana.get(BACKUP).await.is(200).says("Whole: structure, sums, guards, documents").says("Made and checked").says("15 Nov 2026, 10:00 PST");
        page.says("Back up now").never_says("being made");
        assert!(step(&ana).await.contains("chip good"));
        ana.get("/treasury/audit").await.is(200).says("Asked for a backup");
        let newest = notes::newest(&mut books.db.begin_read().await.unwrap()).await.unwrap().unwrap();
        let file = newest.file.unwrap();
        assert_eq!(newest.sha256.unwrap(), sha256_hex(std::fs::read(&file).unwrap()));
        assert!(std::fs::read_to_string(format!("{file}.sha256")).unwrap().contains(file.rsplit('/').next().unwrap()));
        // Nothing is due before a day has passed; then one comes by itself, and three are kept.
        std::fs::write(folder.path().join("books-of-a-killed-run.sqlite.part"), "half").unwrap();
        books.clock.advance(Duration::from_secs(86_399));
        backing.look(0).await.unwrap();
        assert_eq!(notes::list(&mut books.db.begin_read().await.unwrap(), 9).await.unwrap().len(), 1);
        for _ in 0..3 {
            books.clock.advance(Duration::from_hours(24));
            backing.look(0).await.unwrap();
        }
        let listed = notes::list(&mut books.db.begin_read().await.unwrap(), 9).await.unwrap();
        assert_eq!(listed.iter().map(|noted| noted.gone_at.is_some()).collect::<Vec<_>>(), [false, false, false, true]);
        assert!(!Path::new(&file).exists() && !Path::new(&format!("{file}.sha256")).exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 7, "three, each with its sum, and one copy of donors’ keys");
        // What was begun by a program that is gone does not stand in the way for ever.
        let begun: sqlx::Result<bool> = strikefund::transact!(books.db, tx => {
            notes::ask(tx, None, books.now()).await?;
            let waiting = notes::unfinished(tx).await?.unwrap();
            notes::begin(tx, waiting.id, books.now()).await
        });
        assert!(begun.unwrap());
        backing.look(3600).await.unwrap();
        assert!(notes::unfinished(&mut books.db.begin_read().await.unwrap()).await.unwrap().is_some(), "it may be under way at another node");
        backing.look(0).await.unwrap();
        assert!(notes::unfinished(&mut books.db.begin_read().await.unwrap()).await.unwrap().is_none());
        // Days have passed: it is another session that looks.
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        ana.get(BACKUP).await.is(200).says("Not made: the server’s log says why");
        assert_eq!(kinds(books).await, [] as [&str; 0]);
    }

    async fn backups_that_stop_coming_and_a_full_disk_are_told_until_they_are_mended(books: &Books) {
        books.general_fund().await;
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("a file");
        std::fs::write(&blocked, "").unwrap();
        let broken = backing(books, &blocked);
        books.clock.advance(Duration::from_hours(25));
        assert!(broken.look(0).await.is_err());
        assert_eq!(kinds(books).await, [] as [&str; 0], "one night is no news");
        books.clock.advance(Duration::from_secs(3599));
        broken.look(0).await.unwrap();
        assert_eq!(notes::list(&mut books.db.begin_read().await.unwrap(), 9).await.unwrap().len(), 1, "it is not tried again at once");
        books.clock.advance(Duration::from_secs(1));
        assert!(broken.look(0).await.is_err());
        assert_eq!(kinds(books).await, ["backup old"]);
        let due = alert::due(&mut books.db.begin_read().await.unwrap(), books.now(), 9).await.unwrap();
        assert!(due.len() == 1 && due[0].in_words(strikefund::language::Language::Spanish).contains("26 horas"), "{due:?}");
        books.clock.advance(Duration::from_hours(1));
        backing(books, folder.path()).look(0).await.unwrap();
        assert_eq!(kinds(books).await, [] as [&str; 0]);

        for (free, standing) in [(Some(9), vec!["disk low"]), (Some(8), vec!["disk low"]), (None, vec!["disk low"]), (Some(10), vec![])] {
            broken.look_at_disk(free).await.unwrap();
            assert_eq!(kinds(books).await, standing, "{free:?} % free");
        }
    }
}
