//! `LibreOffice` opens files as a treasurer or an auditor would, and saves what it sees in them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use csv::StringRecord;

use crate::support::{setting, skip};

/// The rows of each file as `LibreOffice` opens and saves them, by the file's name without its ending; a further sheet of a workbook has its name
/// behind a stroke. None where there is no `LibreOffice`. A cell that it holds for a number comes back in quotes, a text does not: that is for
/// whoever reads `saved` as text.
pub fn opened_by_libreoffice(files: &[(&str, &[u8])], saved: impl Fn(&str)) -> Option<BTreeMap<String, Vec<StringRecord>>> {
    // Every sheet, separated by commas, numbers as they are and not as they are shown.
    const SAVED: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1";
    let Some(office) = setting("LIBREOFFICE") else {
        skip("no LibreOffice (LIBREOFFICE; tests/run installs it)");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    for (kind, filter) in [(".csv", Some("--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,true")), (".xlsx", None)] {
        let paths: Vec<_> = files.iter().filter(|(name, _)| name.ends_with(kind)).collect();
        if paths.is_empty() {
            continue;
        }
        let mut command = Command::new(&office);
        command.arg("--headless").arg(format!("-env:UserInstallation=file://{}/profile", folder.path().display()));
        // What stands in quotes is a text, as the file means it.
        command.args(filter).args(["--convert-to", SAVED, "--outdir"]).arg(folder.path().join("saved"));
        for (name, bytes) in paths {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            command.arg(path);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let entries = std::fs::read_dir(folder.path().join("saved")).unwrap();
    Some(entries.map(|entry| read(&entry.unwrap().path(), &saved)).collect())
}

fn read(path: &Path, saved: impl Fn(&str)) -> (String, Vec<StringRecord>) {
    let text = std::fs::read_to_string(path).unwrap();
    saved(&text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    (path.file_stem().unwrap().to_str().unwrap().to_owned(), reader.records().map(Result::unwrap).collect())
}
