//! Documents and the command line: a backup takes them along, a restore brings them back, and what is missing is said before anything is touched.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use strikefund::db::Db;
use strikefund::files::{self, Files, Uploader};
use strikefund::ids::Entropy;

use super::pictures;
use crate::support::{START, block_on};

fn strikefund(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_strikefund")).args(arguments).current_dir(folder).env_clear().output().unwrap();
    (status.code().unwrap(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

/// Takes a document into the books under `data`; its name in the storage.
fn add_document(data: &Path, seed: u8) -> String {
    block_on(async {
        fs::create_dir_all(data.join(files::FOLDER)).unwrap();
        let (db, files) = (Db::open_sqlite(data).await.unwrap(), Files::in_folder(&data.join(files::FOLDER)).unwrap());
        let by = Uploader::Link("test".to_owned());
        let id = files::take_in(&files, &db, &by, pictures::jpeg(seed), &Entropy::system(), START).await.unwrap();
        let document = files::find(&mut db.begin_read().await.unwrap(), id).await.unwrap().unwrap();
        db.close().await;
        document.reference
    })
}

#[test]
fn a_backup_takes_the_documents_along_and_a_restore_brings_them_back() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| strikefund(folder.path(), arguments);
    let setup = ["setup", "--name", "General", "--slug", "general", "--currency", "USD", "--time-zone", "America/Los_Angeles"];
    assert_eq!(run(&setup).0, 0);
    let data = folder.path().join("strikefund-data");
    let name = add_document(&data, 1);
    let (code, said) = run(&["backup", "books.sqlite"]);
    assert!(code == 0 && said.contains("Wrote 1 documents to books.sqlite.documents"), "{said}");

    // Another document, later than the backup, goes aside with its books.
    let later = add_document(&data, 2);
    let (code, said) = run(&["restore", "books.sqlite", "--replace"]);
    assert!(code == 0 && said.contains("1 documents are back"), "{said}");
    assert!(data.join("documents").join(&name).exists() && !data.join("documents").join(&later).exists());
    let aside =
        fs::read_dir(&data).unwrap().map(|file| file.unwrap().path()).find(|path| path.to_string_lossy().contains("replaced-")).unwrap();
    assert!(aside.join("documents").join(&later).exists() && aside.join("documents").join(&name).exists());

    fs::remove_file(folder.path().join("books.sqlite.documents").join(&name)).unwrap();
    let (code, said) = run(&["restore", "books.sqlite", "--data", "elsewhere"]);
    assert!(code == 1 && said.contains(&name), "{said}");
    assert!(!folder.path().join("elsewhere/strikefund.sqlite").exists(), "nothing was put in place");
}
