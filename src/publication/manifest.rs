//! The list of a publication's files with the hash of each, in the form that `sha256sum -c` reads; the record that ends the publication holds the
//! list's own hash, so that the log commits to every page. A program that writes pages otherwise than the one that published them holds them
//! against this list. Not here: what else there is to check (`check`).

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::stored::File;
use crate::ids::sha256_hex;

/// How this program writes pages. It is raised with every release in which any published file comes out otherwise than before from the same
/// records; a test holds the bytes of a whole small fund to it.
pub const FORMAT: i64 = 1;

/// The list's name.
pub(super) const NAME: &str = "files.sha256";

/// What a publication's record says of its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// How they are written (see [`FORMAT`]).
    pub format: i64,
    /// SHA-256 of their list, in hex.
    pub sha256: String,
}

/// The list of these files, as they stand under `p/` and the publication's number: seen from the fund's address.
pub(super) fn list(number: i64, files: &[File]) -> File {
    let mut lines = String::new();
    for file in files {
        // Writing into a text cannot fail.
        let _ = writeln!(lines, "{}  p/{number}/{}", sha256_hex(file.older()), file.path);
    }
    File::new(NAME.to_owned(), "text/plain; charset=utf-8", lines.into_bytes())
}

/// What a list names: the hash of each file, and its place.
pub(super) fn read(list: &str) -> Option<Vec<(&str, &str)>> {
    list.lines().map(|line| line.split_once("  ").filter(|(hash, place)| hash.len() == 64 && !place.contains(".."))).collect()
}

impl Files {
    /// What the record says of that list.
    pub(super) fn of(list: &File) -> Self {
        Self { format: FORMAT, sha256: list.sha256.clone() }
    }

    /// Whether this program would write the same pages.
    pub const fn is_ours(&self) -> bool {
        self.format == FORMAT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_back() {
        let files = [File::new("index.html".to_owned(), super::super::HTML, b"<a href=\"./x\">".to_vec())];
        let list = list(7, &files);
        let text = String::from_utf8(list.body.clone()).unwrap();
        let older = sha256_hex(b"<a href=\"../../x\">");
        assert_eq!(read(&text), Some(vec![(&*older, "p/7/index.html")]));
        assert!(read("abc  p/7/index.html").is_none() && read(&text.replace("p/7", "../..")).is_none());
        assert_eq!(Files::of(&list), Files { format: FORMAT, sha256: list.sha256 });
    }
}
