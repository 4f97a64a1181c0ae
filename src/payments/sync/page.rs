//! One slice of the list, page by page, each page one transaction. Not here: which slices.

use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::sha256_hex;
use crate::transact;

use super::super::alert::{self, AlertKind, Said};
use super::super::asking::Page;
use super::super::gateway::GatewayError;
use super::super::json::Object;
use super::super::line::{Line, LineId, LineState};
use super::super::progress::Progress;
use super::super::{Payments, health, store};
use super::{BEFORE_OPENING, SyncError, SyncReport};

/// Unread elements tried again between two writes.
const AT_ONCE: i64 = 100;

/// A stretch of the list: from (included) until (excluded; None: to whatever is newest).
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub from: i64,
    pub until: Option<i64>,
}

/// Reads a slice downwards from its newest line. Lines that arrive meanwhile enter above what was read, so walking down neither skips
/// nor repeats; they are the next run's.
pub(super) async fn read_slice(
    payments: &Payments,
    progress: &Progress,
    slice: Slice,
    after: Option<String>,
    report: &mut SyncReport,
) -> Result<(), SyncError> {
    let mut after = after;
    loop {
        let page = match payments.gateway().lines(slice.from, slice.until, after.as_deref()).await {
            // Stripe does not know the place any more where a dead run stopped: the slice starts over.
            Err(GatewayError::Refused { status: 400 | 404, .. }) if after.is_some() => {
                after = None;
                continue;
            }
            page => page?,
        };
        report.pages += 1;
        let last = page.last_id();
        if page.has_more && (last.is_none() || last == after) {
            return Err(SyncError::DeadEnd { after: after.unwrap_or_default() });
        }
        let sorted = sort(payments, progress, &page);
        let place = if slice.until.is_none() && !page.has_more {
            Place::End
        } else {
            Place::Slice { from: slice.from, after: last.as_deref().or(after.as_deref()) }
        };
        let now = payments.clock.now();
        let found: Result<SyncReport, SyncError> =
            transact!(payments.db, tx => store_page(tx, &sorted, place, (progress.complete_at, now)).await);
        report.add(found?);
        if !page.has_more {
            return Ok(());
        }
        after = last;
    }
}

impl SyncReport {
    fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.new += other.new;
        self.known += other.known;
        self.changed += other.changed;
        self.unread += other.unread;
    }
}

/// How far a run has come with the page it stores.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// Within a slice, after this line.
    Slice { from: i64, after: Option<&'a str> },
    /// At its end: nothing newer is listed.
    End,
}

/// A page's elements, each either a line or sealed with the reason why not.
struct Sorted {
    lines: Vec<Line>,
    unread: Vec<Unread>,
}

struct Unread {
    id: String,
    reason: String,
    body: Vec<u8>,
}

fn sort(payments: &Payments, progress: &Progress, page: &Page) -> Sorted {
    let mut sorted = Sorted { lines: Vec::with_capacity(page.elements.len()), unread: Vec::new() };
    for element in &page.elements {
        match read(payments, progress, element.get().as_bytes()) {
            Ok(line) => sorted.lines.push(line),
            Err(reason) => sorted.unread.push(seal(payments, element, reason)),
        }
    }
    sorted
}

/// Until the opening entry stands, a line of before the books open is noted at once: only its sum counts. Later it is booking's to add.
fn read(payments: &Payments, progress: &Progress, element: &[u8]) -> Result<Line, String> {
    let mut line = Line::read(element, payments.clock.now()).map_err(|reason| reason.to_string())?;
    if progress.opened_at.is_none() && progress.opens_at.is_some_and(|opens_at| line.created < opens_at) {
        line.state = LineState::Noted;
        line.reason = Some(BEFORE_OPENING.to_owned());
        line.waits_until = None;
    }
    Ok(line)
}

fn seal(payments: &Payments, element: &RawValue, reason: String) -> Unread {
    let body = element.get().as_bytes();
    let id = Object::read(body).ok().and_then(|element| element.word("id"));
    let id = id.unwrap_or_else(|| format!("sha256:{}", sha256_hex(body)));
    let body = payments.keyring.seal(&payments.entropy, &seal_context(&id), body);
    Unread { id, reason, body }
}

fn seal_context(id: &str) -> String {
    format!("unread_line.body/{id}")
}

async fn store_page(
    tx: &mut Tx,
    page: &Sorted,
    place: Place<'_>,
    (read_before, now): (Option<Instant>, Instant),
) -> Result<SyncReport, SyncError> {
    let mut found = store_lines(tx, &page.lines, now).await?;
    if found.new > 0
        && let Some(secs) = read_before.and_then(|read_before| lateness(&page.lines, read_before, now))
    {
        health::note_lag(tx, secs, now).await?;
    }
    if store::lines::has_unread(tx).await? {
        for line in &page.lines {
            settle_unread(tx, line.id.as_str(), now).await?;
        }
    }
    for element in &page.unread {
        store::lines::save_unread(tx, &element.id, &element.reason, &element.body, now).await?;
        let said = Said::new("line-unread").with("reason", &element.reason);
        alert::raise(tx, AlertKind::LineUnread, &element.id, &said, now).await?;
        found.unread += 1;
    }
    match place {
        Place::Slice { from, after } => store::lines::save_place(tx, from, after).await?,
        Place::End => {
            let newest = store::lines::newest_stamp(tx).await?.unwrap_or(0);
            store::lines::complete(tx, newest, now).await?;
        }
    }
    Ok(found)
}

/// How late the oldest of the lines is read that were stamped since the list was last read to its end, in seconds. What was stamped before
/// that was listed late by Stripe, and what the first reading of all brings is no news.
fn lateness(lines: &[Line], read_before: Instant, now: Instant) -> Option<i64> {
    let stamps = lines.iter().map(|line| line.created).filter(|created| *created > read_before.unix_secs());
    stamps.min().map(|created| now.unix_secs().saturating_sub(created))
}

/// Inserts what is new and compares what is known; nothing that was ever stored is overwritten but its two notes.
async fn store_lines(tx: &mut Tx, lines: &[Line], now: Instant) -> Result<SyncReport, SyncError> {
    let mut found = SyncReport::default();
    let known = store::lines::known(tx, lines).await?;
    let known: HashMap<&LineId, &Line> = known.iter().map(|line| (&line.id, line)).collect();
    let unknown: Vec<&Line> = lines.iter().filter(|line| !known.contains_key(&line.id)).collect();
    for line in lines {
        if let Some(known) = known.get(&line.id) {
            meet_again(tx, known, line, now, &mut found).await?;
        }
    }
    let inserted = store::lines::insert(tx, &unknown).await?;
    if inserted == unknown.len() as u64 {
        found.new += inserted;
        return Ok(found);
    }
    // Some stood twice in the page, or another node was quicker: look at each.
    for line in unknown {
        match store::lines::find(tx, &line.id).await? {
            Some(stored) if stored == *line => found.new += 1,
            Some(stored) => meet_again(tx, &stored, line, now, &mut found).await?,
            None => return Err(sqlx::Error::RowNotFound.into()),
        }
    }
    Ok(found)
}

/// A known line told again: its two notes are renewed, a source told at last is taken, and any other difference is an alarm (safety rule ST7).
async fn meet_again(tx: &mut Tx, known: &Line, told: &Line, now: Instant, found: &mut SyncReport) -> Result<(), SyncError> {
    if !known.tells_the_same(told) {
        alert::raise(tx, AlertKind::LineChanged, known.id.as_str(), &Said::new("line-changed"), now).await?;
        tracing::error!(line = %known.id, "a line tells something else than before");
        found.changed += 1;
        return Ok(());
    }
    if (&known.status, known.available_on) != (&told.status, told.available_on) {
        store::lines::renew_notes(tx, told).await?;
    }
    if known.state == LineState::New && known.waits_until.is_some() && told.waits_until.is_none() {
        store::lines::save_source(tx, told).await?;
    }
    found.known += 1;
    Ok(())
}

/// Tries the elements again that were no lines: after an upgrade they may be.
pub(super) async fn retry_unread(payments: &Payments, report: &mut SyncReport) -> Result<(), SyncError> {
    let progress = payments.progress().await?;
    let mut after = String::new();
    loop {
        let elements = store::lines::unread(&mut payments.db.begin_read().await?, &after, AT_ONCE).await?;
        let Some(last) = elements.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for element in elements {
            let Some(body) = payments.keyring.open(&seal_context(&element.id), &element.body) else { continue };
            let Ok(line) = read(payments, &progress, &body) else { continue };
            let now = payments.clock.now();
            let found: Result<SyncReport, SyncError> = transact!(payments.db, tx => resolve(tx, &element.id, &line, now).await);
            report.add(found?);
        }
    }
}

async fn resolve(tx: &mut Tx, id: &str, line: &Line, now: Instant) -> Result<SyncReport, SyncError> {
    let found = store_lines(tx, std::slice::from_ref(line), now).await?;
    settle_unread(tx, id, now).await?;
    Ok(found)
}

/// What is a line now is no unread element any more.
async fn settle_unread(tx: &mut Tx, id: &str, now: Instant) -> Result<(), SyncError> {
    if store::lines::resolve_unread(tx, id, now).await? > 0 {
        alert::clear(tx, AlertKind::LineUnread, id, now).await?;
    }
    Ok(())
}
