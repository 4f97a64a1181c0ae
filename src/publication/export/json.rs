//! The ledger as one JSON array, an object an entry, amounts in whole minor units.

use std::io::{self, Write};

use serde::Serialize;

use super::{Face, Survey};
use crate::ledger::Entry;

#[derive(Default)]
pub(super) struct Array {
    began: bool,
}

#[derive(Serialize)]
struct EntryObject<'a> {
    entry: i64,
    effective_on: String,
    recorded_at: String,
    source: &'a str,
    source_id: &'a str,
    kind: &'a str,
    reverses: Option<i64>,
    postings: Vec<PostingObject<'a>>,
}

#[derive(Serialize)]
struct PostingObject<'a> {
    account: &'a str,
    fund: Option<&'a str>,
    currency: &'a str,
    amount_minor: i64,
}

impl Face for Array {
    fn begin(&mut self, _: &Survey, out: &mut Vec<u8>) -> io::Result<()> {
        out.write_all(b"[")
    }

    fn entry(&mut self, entry: &Entry, out: &mut Vec<u8>) -> io::Result<()> {
        let object = EntryObject {
            entry: entry.id.0,
            effective_on: entry.effective_on.to_string(),
            recorded_at: entry.recorded_at.rfc3339(),
            source: entry.source.as_str(),
            source_id: &entry.source_id,
            kind: &entry.kind,
            reverses: entry.reverses.map(|id| id.0),
            postings: entry
                .postings
                .iter()
                .map(|posting| PostingObject {
                    account: &posting.path,
                    fund: posting.fund_slug.as_deref(),
                    currency: posting.amount.currency.code(),
                    amount_minor: posting.amount.minor,
                })
                .collect(),
        };
        out.write_all(if std::mem::replace(&mut self.began, true) { b",\n" } else { b"\n" })?;
        Ok(serde_json::to_writer(out, &object)?)
    }

    fn end(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        out.write_all(b"\n]\n")
    }
}
