//! A published tree while it is checked: what is asked of it, and what of it was found to be right. Not here: what must be right.

use std::collections::{BTreeMap, BTreeSet};

use super::super::manifest::{self, Files};
use super::super::place;
use super::super::source::Source;
use super::{CheckError, wrong};
use crate::ids::sha256_hex;

/// What was published, and what of it was found to be right.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    source: &'a Source,
    right: BTreeSet<String>,
    held: u64,
    /// What stands without a number: of each place the newest, which an older publication may have been the last to write.
    last: BTreeMap<String, Last>,
}

/// What a publication wrote.
#[derive(Debug)]
pub(super) enum Last {
    /// Its bytes, as they stand without a number.
    Ours(Vec<u8>),
    /// What another version of this program wrote: where it stands under its number, and its bytes there.
    Theirs(String, Vec<u8>),
}

impl<'a> Tree<'a> {
    pub fn of(source: &'a Source) -> Self {
        Self { source, right: BTreeSet::new(), held: 0, last: BTreeMap::new() }
    }

    /// How many files were worked out anew.
    pub fn right(&self) -> u64 {
        self.right.len() as u64 - self.held
    }

    /// How many were held against the list that the log commits to.
    pub const fn held(&self) -> u64 {
        self.held
    }

    pub async fn get(&self, path: &str) -> Result<Vec<u8>, CheckError> {
        self.source
            .find(path)
            .await
            .map_err(|error| CheckError::Read(path.to_owned(), error))?
            .ok_or_else(|| wrong(format!("{path} is missing")))
    }

    /// Whether nothing lies at `path` any more.
    pub async fn is_gone(&self, path: &str) -> Result<(), CheckError> {
        match self.source.find(path).await.map_err(|error| CheckError::Read(path.to_owned(), error))? {
            Some(_) => Err(wrong(format!("{path} was taken down, and is still there: remove it"))),
            None => Ok(()),
        }
    }

    pub async fn text(&self, path: &str) -> Result<String, CheckError> {
        String::from_utf8(self.get(path).await?).map_err(|_| wrong(format!("{path} is no text")))
    }

    /// Whether the file at `path` is byte for byte what it must be.
    pub async fn is(&mut self, path: String, body: &[u8]) -> Result<(), CheckError> {
        if self.get(&path).await? != body {
            return Err(wrong(format!("{path} is not what the published records say")));
        }
        self.is_right(path);
        Ok(())
    }

    /// Notes what must stand at a place without a number, until a later publication writes there.
    pub fn stands(&mut self, path: String, last: Last) {
        self.last.insert(path, last);
    }

    /// Whether everything without a number is what was written there last.
    pub async fn all_stand(&mut self) -> Result<(), CheckError> {
        for (path, last) in std::mem::take(&mut self.last) {
            match last {
                Last::Ours(body) => self.is(path, &body).await?,
                Last::Theirs(place, body) => {
                    if *place::older_file(&path, &self.get(&path).await?) != *body {
                        return Err(wrong(format!("{path} is not the page that {place} is")));
                    }
                    self.hold(&path);
                }
            }
        }
        Ok(())
    }

    /// Notes that a file was found to be right.
    pub fn is_right(&mut self, path: String) {
        self.right.insert(path);
    }

    /// Whether the files that another version of this program wrote are those that the log commits to.
    pub async fn holds(&mut self, number: i64, files: &Files) -> Result<(), CheckError> {
        let list_at = format!("p/{number}/{}", manifest::NAME);
        let list = self.text(&list_at).await?;
        if sha256_hex(list.as_bytes()) != files.sha256 {
            return Err(wrong(format!("{list_at} is not the list that the log commits to")));
        }
        let named = manifest::read(&list).ok_or_else(|| wrong(format!("{list_at} is no list of files")))?;
        let under = format!("p/{number}/");
        for (hash, place) in named {
            let body = self.get(place).await?;
            if sha256_hex(&body) != hash {
                return Err(wrong(format!("{place} is not what {list_at} says")));
            }
            self.hold(place);
            if let Some(above) = place.strip_prefix(&*under) {
                self.stands(above.to_owned(), Last::Theirs(place.to_owned(), body));
            }
        }
        self.stands(manifest::NAME.to_owned(), Last::Ours(list.into_bytes()));
        self.hold(&list_at);
        Ok(())
    }

    fn hold(&mut self, path: &str) {
        self.held += u64::from(self.right.insert(path.to_owned()));
    }

    /// Whether a file may lie there: it is right, or is written `once` from single records and was not looked at.
    pub fn is_known(&self, path: &str, once: bool) -> bool {
        self.right.contains(path) || once && ["spending/", "books/"].iter().any(|under| path.starts_with(under))
    }
}
