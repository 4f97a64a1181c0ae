//! The noun: copies of receipts and of groups' letters in public, as records name them and as pages show them. Not here: where their bytes come
//! from (`copies`, `letters`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::passed::Letter;
use super::place::Place;
use super::record::Record;
use super::say::Say;

/// Where copies of receipts lie under a fund's address.
pub const RECEIPTS: &str = "spending/copies";
/// Where copies of groups' letters do.
pub const LETTERS: &str = "leftovers/letters";

/// A copy of a spending's receipt, private parts covered, that a second person let out. The bytes lie beside the page, under their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copied {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// The number of the spending.
    pub about: i64,
    /// Which of its receipts it is of, from 1: a later copy of the same stands in its place.
    pub receipt: i64,
    /// SHA-256 of the bytes, in lower-case hex.
    pub sha256: String,
    /// What they are, such as `image/jpeg`.
    pub media_type: String,
    /// How many they are.
    pub bytes: i64,
}

/// A copy is shown no more: its bytes were taken away. That it was there stays in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakenDown {
    /// Its number, from 1.
    pub n: i64,
    /// The week it is published in.
    pub week: String,
    /// The number of the spending.
    pub about: i64,
    /// SHA-256 of the bytes that are gone.
    pub sha256: String,
    /// Why: `person`, `details`, `wrong`, `other`.
    pub reason: String,
}

impl Copied {
    /// Where its bytes lie under the fund's address: a place that never holds others.
    pub fn path(&self) -> String {
        path(RECEIPTS, &self.sha256, &self.media_type)
    }
}

/// The place of bytes of that hash and kind.
pub(super) fn path(folder: &str, sha256: &str, media_type: &str) -> String {
    let ending = match media_type {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "application/pdf" => "pdf",
        _ => "bin",
    };
    format!("{folder}/{sha256}.{ending}")
}

/// `JPEG, 312 kB`.
pub(super) fn kind(media_type: &str, bytes: i64) -> String {
    let kind = media_type.rsplit('/').next().unwrap_or_default().to_uppercase();
    format!("{kind}, {}\u{a0}kB", bytes.max(0).saturating_add(999) / 1000)
}

/// Whether a text is a hash as records write it: nothing else may stand in a place of files.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Bytes that lie beside pages, as a record names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bytes<'a> {
    pub sha256: &'a str,
    pub bytes: i64,
}

/// Of every place that records name: what must lie there, or None where all that did was taken down.
pub(super) fn standing<'a>(records: impl Iterator<Item = &'a Record>) -> BTreeMap<String, Option<Bytes<'a>>> {
    let mut places: BTreeMap<String, Option<Bytes<'_>>> = BTreeMap::new();
    let mut shown: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    let mut letters: BTreeMap<(i64, &str), Option<&Letter>> = BTreeMap::new();
    for record in records {
        match record {
            Record::Copy(copied) => {
                shown.entry(&copied.sha256).or_default().insert(copied.about);
                places.insert(copied.path(), Some(Bytes { sha256: &copied.sha256, bytes: copied.bytes }));
            }
            Record::TakenDown(down) => {
                let left = shown.entry(&down.sha256).or_default();
                left.remove(&down.about);
                if left.is_empty() {
                    let gone = places.values_mut().filter(|place| place.is_some_and(|bytes| bytes.sha256 == down.sha256));
                    gone.for_each(|place| *place = None);
                }
            }
            // Of what a group said, the last counts.
            Record::Grant(grant) if grant.is_answer() => {
                letters.insert(grant.about(), grant.copy.as_ref());
                places.extend(grant.copy.as_ref().map(|letter| (letter.path(), None)));
            }
            _ => {}
        }
    }
    let stand = letters.into_values().flatten();
    places.extend(stand.map(|letter| (letter.path(), Some(Bytes { sha256: &letter.sha256, bytes: letter.bytes }))));
    places
}

/// A copy with everything that was published about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShownCopy {
    pub copied: Copied,
    /// The publication that first showed it.
    pub publication: i64,
    /// The one that showed another in its place.
    pub replaced_in: Option<i64>,
    /// The one that said it is gone, and why.
    pub taken_down: Option<(i64, String)>,
}

impl ShownCopy {
    /// Adds a copy to those of its spending.
    pub fn add(shown: &mut Vec<Self>, publication: i64, copied: Copied) {
        for older in shown.iter_mut().filter(|older| older.copied.receipt == copied.receipt && older.stands()) {
            older.replaced_in = Some(publication);
        }
        shown.push(Self { copied, publication, replaced_in: None, taken_down: None });
    }

    /// Notes which of them is gone.
    pub fn take_down(copies: &mut [Self], publication: i64, down: &TakenDown) {
        for gone in copies.iter_mut().filter(|copy| copy.copied.sha256 == down.sha256 && copy.taken_down.is_none()) {
            gone.taken_down = Some((publication, down.reason.clone()));
        }
    }

    /// Whether its bytes are there to be read.
    pub const fn is_there(&self) -> bool {
        self.taken_down.is_none()
    }

    /// Whether it is the one to look at.
    pub const fn stands(&self) -> bool {
        self.is_there() && self.replaced_in.is_none()
    }

    /// Whether a page shows it as a picture.
    pub fn is_picture(&self) -> bool {
        self.stands() && self.copied.media_type.starts_with("image/")
    }

    /// The way to its bytes from a page.
    pub fn address(&self, place: &Place) -> String {
        place.up() + &self.copied.path()
    }

    /// `JPEG, 312 kB`.
    pub fn kind(&self) -> String {
        kind(&self.copied.media_type, self.copied.bytes)
    }

    /// What became of it, in words: in which publication it came, what replaced it, why it is gone.
    pub fn fate(&self, say: Say) -> String {
        let came = say.with("public-copy-came", "number", self.publication.to_string());
        let replaced = self.replaced_in.map(|number| say.with("public-copy-replaced", "number", number.to_string()));
        let gone = self.taken_down.as_ref().map(|(number, reason)| {
            let known = ["person", "details", "wrong"].contains(&&**reason);
            let why = say.say(&format!("public-copy-why-{}", if known { reason } else { "other" }));
            say.two("public-copy-gone", ("number", number.to_string()), ("why", why))
        });
        [Some(came), replaced, gone].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::passed::{Grant, GrantStands};
    use super::*;

    fn copied(about: i64, sha256: &str) -> Record {
        let copied = Copied {
            n: 1,
            week: "2026-W46".to_owned(),
            about,
            receipt: 1,
            sha256: sha256.to_owned(),
            media_type: "image/png".to_owned(),
            bytes: 5,
        };
        Record::Copy(copied)
    }

    fn down(about: i64, sha256: &str) -> Record {
        Record::TakenDown(TakenDown { n: 1, week: "2026-W46".to_owned(), about, sha256: sha256.to_owned(), reason: "person".to_owned() })
    }

    #[test]
    fn bytes_stand_while_any_spending_shows_them() {
        let of =
            |records: &[Record]| standing(records.iter()).into_iter().map(|(path, stands)| (path, stands.is_some())).collect::<Vec<_>>();
        let place = |is: bool| vec![("spending/copies/ab.png".to_owned(), is)];
        assert_eq!(of(&[copied(1, "ab"), copied(2, "ab"), down(1, "ab")]), place(true));
        assert_eq!(of(&[copied(1, "ab"), copied(2, "ab"), down(1, "ab"), down(2, "ab")]), place(false));
        assert_eq!(of(&[copied(1, "ab"), down(1, "ab"), copied(1, "ab")]), place(true), "let out again");
        assert_eq!(of(&[down(1, "ab"), copied(1, "ab")]), place(true));
    }

    #[test]
    fn of_what_a_group_said_the_last_letter_stands() {
        let said = |to: &str, sha256: Option<&str>| {
            let letter = |sha256: &str| Letter { sha256: sha256.to_owned(), media_type: "image/jpeg".to_owned(), bytes: 5 };
            Record::Grant(Grant {
                n: 1,
                week: "2026-W46".to_owned(),
                plan: 1,
                to: to.to_owned(),
                amount_minor: 1,
                stands: GrantStands::Answered,
                text: String::new(),
                letter: None,
                copy: sha256.map(letter),
            })
        };
        let of =
            |records: &[Record]| standing(records.iter()).into_iter().map(|(path, stands)| (path, stands.is_some())).collect::<Vec<_>>();
        let place = |name: &str, is| (format!("leftovers/letters/{name}.jpg"), is);
        assert_eq!(of(&[said("A", Some("ab"))]), [place("ab", true)]);
        assert_eq!(of(&[said("A", Some("ab")), said("A", Some("cd"))]), [place("ab", false), place("cd", true)]);
        assert_eq!(of(&[said("A", Some("ab")), said("A", None)]), [place("ab", false)]);
        assert_eq!(of(&[said("A", Some("ab")), said("B", Some("ab")), said("A", None)]), [place("ab", true)], "another group's, too");
    }

    #[test]
    fn a_hash_is_lower_case_hex_and_nothing_that_leads_elsewhere() {
        assert!(is_hash(&"0f".repeat(32)));
        for other in ["../../../../etc/passwd", "", &"0F".repeat(32), &"0f".repeat(31), &"g0".repeat(32)] {
            assert!(!is_hash(other), "{other}");
        }
    }
}
