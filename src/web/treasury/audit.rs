//! The log of acts, to read and to take away. Not here: writing it (`people::audit`, in the transaction of each act).

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use serde::Deserialize;

use super::{Frame, Part, Sheet};
use crate::db::Tx;
use crate::ids::{AuditId, PersonId};
use crate::people::audit::{self, Act};
use crate::people::{self, Person, Role};
use crate::web::AnySite;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::table::{Cell, Table, behind};

/// The log of acts.
pub const AUDIT: &str = "/treasury/audit";
const CSV: &str = "/treasury/audit/acts.csv";
/// Who reads the log of acts.
pub const LOG_READERS: &[Role] = &[Role::Auditor, Role::Administrator];

/// How many acts a page shows.
const PAGE: i64 = 50;
/// How many are read at once for the file.
const PIECE: i64 = 1_000;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(AUDIT, Who::Holding(LOG_READERS), show).get(CSV, Who::Holding(LOG_READERS), download)
}

/// What is asked for: acts older than one, acts of a person.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    before: Option<i64>,
    person: String,
}

impl Asked {
    async fn person(&self, tx: &mut Tx) -> Result<Option<Person>, Trouble> {
        if self.person.is_empty() {
            return Ok(None);
        }
        people::find_by_ref(tx, &self.person).await?.map(Some).ok_or(Trouble::NotFound)
    }
}

async fn acts(tx: &mut Tx, person: Option<PersonId>, before: Option<AuditId>, limit: i64) -> sqlx::Result<Vec<Act>> {
    match person {
        Some(person) => audit::list_of(tx, person, before, limit).await,
        None => audit::list(tx, before, limit).await,
    }
}

async fn show(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let (person, everybody, zone) = (asked.person(tx).await?, people::list(tx).await?, super::zone(tx).await?);
    let rows = signed_in.rows(PAGE);
    let found = acts(tx, person.as_ref().map(|person| person.id), asked.before.map(AuditId), rows).await?;
    let columns = ["audit-when", "audit-who", "audit-act", "audit-subject", "audit-detail"].map(|key| words.say(key));
    let mut table = columns.into_iter().fold(Table::new(words.say("audit-caption"), words.say("audit-nothing")), Table::column);
    for act in &found {
        let who = match everybody.iter().find(|person| Some(person.id) == act.person_id) {
            Some(person) => Cell::link(format!("{AUDIT}?person={}", person.reference), person.name.clone()),
            None => Cell::text(words.say("audit-nobody")),
        };
        let told = [words.act(&act.act), act.subject.clone(), act.detail.clone()].map(Cell::text);
        table.row([vec![Cell::moment(words, act.at, &zone), who], told.into()].concat());
    }
    let of = |more: String| if asked.person.is_empty() { more } else { format!("{more}&person={}", asked.person) };
    table.goes_on(behind(&found, rows, |last| of(format!("before={}", last.id))), words.say("list-older"));
    let title = person.as_ref().map_or_else(|| words.say("audit-title"), |person| words.with("audit-of", "name", person.name.clone()));
    let page = Sheet::new(Frame::new(&site, &signed_in, title)).text(words.say("audit-why")).with(Part::Table(table));
    let page = if person.is_some() { page.link(AUDIT, words.say("audit-everybody")) } else { page };
    Ok(page.link(of(format!("{CSV}?before={}", i64::MAX)), words.say("audit-csv")).answer(&Wrongs::default()))
}

async fn download(State(site): AnySite, _: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let person = asked.person(tx).await?.map(|person| person.id);
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record(["number", "time", "person", "act", "subject", "detail"])?;
    let mut before = asked.before.map(AuditId);
    loop {
        let piece = acts(tx, person, before, PIECE).await?;
        for act in &piece {
            let who = act.person_id.map_or_else(String::new, |person| person.to_string());
            out.write_record([&act.id.to_string(), &act.at.rfc3339(), &who, &act.act, &act.subject, &act.detail])?;
        }
        match piece.last() {
            Some(last) => before = Some(last.id),
            None => break,
        }
    }
    let bytes = out.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"acts.csv\""));
    Ok(response)
}
