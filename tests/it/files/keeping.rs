//! Documents in the storage: quotas, copies for the public, withdrawal, sweeping, and their place in a backup.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use strikefund::files::{self, FileError, Files, QUOTA_BYTES, QUOTA_DOCUMENTS, Refusal, ReleaseError, Uploader, copies};
use strikefund::people::Role;
use strikefund::{run, transact};

use super::{found, pictures, recorder, refused, sent};
use crate::support::{Books, on_both_databases};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

async fn set_used(books: &Books, by: &Uploader, documents: i64, bytes: i64) {
    const SQL: &str = "UPDATE document_quota SET documents = $2, bytes = $3 WHERE uploader = $1";
    let mut tx = books.db.begin_write().await.unwrap();
    assert_eq!(run!(&mut tx, execute, sqlx::query(SQL).bind(by.key()).bind(documents).bind(bytes)).unwrap(), 1);
    tx.commit().await.unwrap();
}

on_both_databases! {
    async fn a_file_is_named_by_128_random_bits_and_has_its_sha256_in_its_row(books: &Books) {
        let by = recorder(books).await;
        let (one, other) = (sent(books, &by, &pictures::jpeg(1)).await.unwrap(), sent(books, &by, &pictures::jpeg(1)).await.unwrap());
        let (one, other) = (found(books, one).await.unwrap(), found(books, other).await.unwrap());
        let mut both = vec![one.reference.clone(), other.reference.clone()];
        both.sort();
        assert_eq!(names(books.documents.path()), both);
        assert!(both.iter().all(|name| name.len() == 26 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())));
        let tx = &mut books.db.begin_read().await.unwrap();
        assert_eq!(files::twins(tx, &one).await.unwrap(), std::slice::from_ref(&other), "the same photo, sent again, is known");
        let place = books.documents.path().join(&one.reference);
        let mut bytes = fs::read(&place).unwrap();
        bytes[30] ^= 1;
        fs::write(&place, bytes).unwrap();
        assert!(matches!(files::open(&books.files, &one).await, Err(FileError::Damaged(id)) if id == one.id));
        assert!(files::open(&books.files, &other).await.is_ok());
    }

    async fn a_quota_ends_one_persons_documents_and_nobody_elses(books: &Books) {
        let (by, other) = (recorder(books).await, recorder(books).await);
        sent(books, &by, &pictures::jpeg(1)).await.unwrap();
        set_used(books, &by, QUOTA_DOCUMENTS - 1, 1_000).await;
        let last = sent(books, &by, &pictures::jpeg(2)).await.unwrap();
        assert_eq!(refused(sent(books, &by, &pictures::jpeg(3)).await), Refusal::QuotaFull);
        sent(books, &other, &pictures::jpeg(3)).await.unwrap();
        let now = books.now();
        let withdrawn: sqlx::Result<bool> = transact!(books.db, tx => files::withdraw(tx, last, now).await);
        assert!(withdrawn.unwrap());
        sent(books, &by, &pictures::jpeg(4)).await.unwrap();
        set_used(books, &by, 5, QUOTA_BYTES - 10).await;
        assert_eq!(refused(sent(books, &by, &pictures::jpeg(5)).await), Refusal::QuotaFull, "its bytes do not fit");
        let link = Uploader::Link("captain-7".to_owned());
        sent(books, &link, &pictures::jpeg(6)).await.unwrap();
        assert_eq!(files::used(&mut books.db.begin_read().await.unwrap(), &link).await.unwrap().0, 1);
    }

    async fn two_at_once_do_not_share_the_last_place_of_a_quota(books: &Books) {
        let by = recorder(books).await;
        sent(books, &by, &pictures::jpeg(1)).await.unwrap();
        set_used(books, &by, QUOTA_DOCUMENTS - 1, 1_000).await;
        let (photo, other) = (pictures::jpeg(2), pictures::jpeg(3));
        let (one, two) = tokio::join!(sent(books, &by, &photo), sent(books, &by, &other));
        assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
    }

    async fn a_copy_for_the_public_is_a_picture_that_somebody_else_releases_once(books: &Books) {
        let (author, second) = (books.person(&[Role::Recorder]).await, books.person(&[Role::Approver]).await);
        let original = sent(books, &author.into(), &pictures::jpeg(1)).await.unwrap();
        let copied = async |bytes: &[u8]| files::take_in_copy(&books.files, &books.db, &author.into(), original, bytes.to_vec(), &books.entropy, books.now()).await;
        assert_eq!(refused(copied(b"%PDF-1.7").await), Refusal::NotForThePublic);
        let copy = copied(&pictures::jpeg(2)).await.unwrap();
        assert_eq!(found(books, copy).await.unwrap().copy_of, Some(original));
        let release = async |id, by| -> Result<(), ReleaseError> {
            let now = books.now();
            transact!(books.db, tx => files::release(tx, id, by, now).await)
        };
        assert!(matches!(release(copy, author).await, Err(ReleaseError::OwnCopy)));
        assert!(matches!(release(original, second).await, Err(ReleaseError::NotWaiting)), "an original is never public");
        release(copy, second).await.unwrap();
        assert!(matches!(release(copy, second).await, Err(ReleaseError::NotWaiting)));
        assert_eq!(found(books, copy).await.unwrap().released_by, Some(second));
    }

    async fn the_database_itself_holds_the_rules_of_documents(books: &Books) {
        let (author, second) = (books.person(&[Role::Recorder]).await, books.person(&[Role::Approver]).await);
        let original = sent(books, &author.into(), &pictures::jpeg(1)).await.unwrap();
        let copy = files::take_in_copy(&books.files, &books.db, &author.into(), original, pictures::jpeg(2), &books.entropy, books.now()).await.unwrap();
        let now = books.now();
        let released: Result<(), ReleaseError> = transact!(books.db, tx => files::release(tx, copy, second, now).await);
        released.unwrap();
        for sql in [
            "UPDATE document SET sha256 = 'x' WHERE id = $1",
            "UPDATE document SET uploaded_by = NULL WHERE id = $1",
            "UPDATE document SET released_by = uploaded_by WHERE id = $1",
            "UPDATE document SET released_at = 5 WHERE id = $1",
            "DELETE FROM document WHERE id = $1",
        ] {
            let mut tx = books.db.begin_write().await.unwrap();
            assert!(run!(&mut tx, execute, sqlx::query(sql).bind(copy)).is_err(), "{sql}");
        }
        let waiting = files::take_in_copy(&books.files, &books.db, &author.into(), original, pictures::jpeg(3), &books.entropy, now).await.unwrap();
        let second = "UPDATE document SET released_by = (SELECT MAX(id) FROM person), released_at = 5 WHERE id = $1";
        for (id, sql) in [
            (waiting, "UPDATE document SET released_by = uploaded_by, released_at = 5 WHERE id = $1"),
            (waiting, "UPDATE document SET released_at = 5 WHERE id = $1"),
            (original, second),
        ] {
            let mut tx = books.db.begin_write().await.unwrap();
            assert!(run!(&mut tx, execute, sqlx::query(sql).bind(id)).is_err(), "{sql}");
        }
        let mut tx = books.db.begin_write().await.unwrap();
        assert_eq!(run!(&mut tx, execute, sqlx::query(second).bind(waiting)).unwrap(), 1, "somebody else's word counts");
    }

    async fn what_no_row_stands_for_is_swept_after_a_day(books: &Books) {
        let by = recorder(books).await;
        let kept = found(books, sent(books, &by, &pictures::jpeg(1)).await.unwrap()).await.unwrap();
        let gone = found(books, sent(books, &by, &pictures::jpeg(2)).await.unwrap()).await.unwrap();
        let (folder, now) = (books.documents.path(), books.now());
        let at = |secs: i64| SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now.unix_secs() + secs).unwrap());
        // What is half written bears a number behind its name until it is whole.
        for (name, age) in [("orphan-of-two-days", -172_800), ("orphan-of-an-hour", -3_600), ("unfinished#1", -172_800), ("unfinished#2", -3_600)] {
            fs::write(folder.join(name), b"left by a crash").unwrap();
            File::options().append(true).open(folder.join(name)).unwrap().set_modified(at(age)).unwrap();
        }
        for document in [&kept, &gone] {
            File::options().append(true).open(folder.join(&document.reference)).unwrap().set_modified(at(-172_800)).unwrap();
        }
        let withdrawn: sqlx::Result<bool> = transact!(books.db, tx => files::withdraw(tx, gone.id, now).await);
        assert!(withdrawn.unwrap());
        assert!(found(books, gone.id).await.is_none());
        assert_eq!(files::sweep(&books.files, &books.db, now).await.unwrap(), 2, "the old orphan, and what was never finished");
        let later = now.plus_secs(24 * 3600 + 1);
        assert_eq!(files::sweep(&books.files, &books.db, later).await.unwrap(), 3, "the young orphans, and what was withdrawn a day ago");
        assert_eq!(names(folder), [kept.reference]);
    }

    async fn a_backup_holds_every_document_and_a_restore_puts_each_back(books: &Books) {
        let by = recorder(books).await;
        let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let backup = place.path().join("books");
        assert_eq!(copies::copy_out(&books.files, &books.db, &backup).await.unwrap(), 0);
        assert!(names(place.path()).is_empty(), "without documents there is no folder");
        let mut sums = Vec::new();
        for seed in 1..4 {
            let document = found(books, sent(books, &by, &pictures::jpeg(seed)).await.unwrap()).await.unwrap();
            sums.push((document.reference.clone(), files::open(&books.files, &document).await.unwrap()));
        }
        fs::create_dir(place.path().join("books.documents.part")).unwrap();
        fs::write(place.path().join("books.documents.part/left-by-a-killed-run"), b"x").unwrap();
        assert_eq!(copies::copy_out(&books.files, &books.db, &backup).await.unwrap(), 3);
        assert_eq!(names(place.path()), ["books.documents"]);
        assert!(copies::copy_out(&books.files, &books.db, &backup).await.is_err(), "never over another");
        copies::check(&books.db, &backup).await.unwrap();

        let restored = Files::in_folder(elsewhere.path()).unwrap();
        for _ in 0..2 {
            assert_eq!(copies::copy_in(&restored, &books.db, &backup).await.unwrap(), 3);
        }
        for (name, bytes) in &sums {
            assert_eq!(&fs::read(elsewhere.path().join(name)).unwrap(), bytes);
        }
        let copy = copies::folder_beside(&backup).join(&sums[0].0);
        let mut bytes = sums[0].1.clone();
        bytes[20] ^= 1;
        fs::write(&copy, bytes).unwrap();
        let said = copies::check(&books.db, &backup).await.unwrap_err().to_string();
        assert!(said.contains("damaged"), "{said}");
        fs::remove_file(&copy).unwrap();
        let said = copies::check(&books.db, &backup).await.unwrap_err().to_string();
        assert!(said.contains("cannot be read"), "{said}");
    }

    async fn a_damaged_document_is_not_copied_as_if_it_were_whole(books: &Books) {
        let by = recorder(books).await;
        let document = found(books, sent(books, &by, &pictures::jpeg(1)).await.unwrap()).await.unwrap();
        fs::write(books.documents.path().join(&document.reference), b"rotten").unwrap();
        let place = tempfile::tempdir().unwrap();
        assert!(copies::copy_out(&books.files, &books.db, &place.path().join("books")).await.is_err());
        assert!(!place.path().join("books.documents").exists());
    }
}
