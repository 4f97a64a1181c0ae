//! Backup and restore killed at any moment: a backup bears its name only when it is whole, and books are never lost.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const ROUNDS: u64 = 24;

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strikefund"));
    command.args(arguments).current_dir(folder).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().unwrap()
}

fn succeeds(folder: &Path, arguments: &[&str]) {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Starts the program and kills it after `millis`; whether it was still running then.
fn killed_after(folder: &Path, arguments: &[&str], millis: u64) -> bool {
    let mut child = program(folder, arguments).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(millis));
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

fn books(folder: &Path) {
    succeeds(folder, &["setup", "--name", "General", "--slug", "general", "--currency", "USD", "--time-zone", "UTC"]);
}

#[test]
fn a_backup_bears_its_name_only_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    books(folder.path());
    let mut killed = 0;
    for round in 0..ROUNDS {
        let name = format!("books-{round}.sqlite");
        killed += u64::from(killed_after(folder.path(), &["backup", &name], round * 4));
        if folder.path().join(&name).exists() {
            assert!(folder.path().join(format!("{name}.sha256")).exists(), "round {round}");
            succeeds(folder.path(), &["restore", &name, "--data", &format!("restored-{round}")]);
        } else {
            succeeds(folder.path(), &["backup", &name]);
        }
        assert!(!folder.path().join(format!("{name}.part")).exists(), "round {round}");
    }
    assert!(killed > 0, "no run was slow enough to be killed");
    succeeds(folder.path(), &["verify"]);
}

#[test]
fn a_restore_leaves_whole_books_in_place_or_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    books(folder.path());
    succeeds(folder.path(), &["backup", "books.sqlite"]);
    let data = folder.path().join("strikefund-data");
    let mut killed = 0;
    for round in 0..ROUNDS {
        killed += u64::from(killed_after(folder.path(), &["restore", "books.sqlite", "--replace"], round * 8));
        if !data.join("strikefund.sqlite").exists() {
            // Killed between moving the old books aside and putting the new ones in place: the same command again finishes it.
            assert!(fs::read_dir(&data).unwrap().any(|file| file.unwrap().file_name().to_string_lossy().starts_with("replaced-")));
            succeeds(folder.path(), &["restore", "books.sqlite"]);
        }
        succeeds(folder.path(), &["verify"]);
        for file in fs::read_dir(&data).unwrap().map(|file| file.unwrap().path()) {
            if file.file_name().unwrap().to_string_lossy().starts_with("replaced-") {
                fs::remove_dir_all(file).unwrap();
            }
        }
    }
    assert!(killed > 0, "no run was slow enough to be killed");
}
