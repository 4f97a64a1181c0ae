//! The step about backups: the newest one, the next one, and one now. It stays the page of backups when the setup is done. Not here: making one
//! (`jobs`).

use axum::extract::{Form as Sent, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{ADMINISTRATORS, BACKUP, title, ways};
use crate::clock::Zone;
use crate::db::backup::notes::{self, EVERY_SECS, Noted};
use crate::people::operation::{self, NotDone, OperationError};
use crate::people::{self, audit};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Frame, Part, Sheet, not_allowed, sent, zone};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

/// How many backups are listed.
const SHOWN: i64 = 10;

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(BACKUP, who, show).post(BACKUP, who, send)
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
}

async fn show(State(site): AnySite, Query(asked): Query<Asked>, signed_in: SignedIn) -> Result<Response, Trouble> {
    let said = (asked.done == "asked").then(|| signed_in.words.say("backup-asked"));
    page(&site, &signed_in, &Wrongs::default(), said).await
}

async fn page(site: &Site, signed_in: &SignedIn, wrongs: &Wrongs, said: Option<String>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let zone = zone(tx).await?;
    let (newest, unfinished) = (notes::newest(tx).await?, notes::unfinished(tx).await?);
    let sheet = Sheet::new(Frame::new(site, signed_in, title(words, BACKUP)).saying(said)).text(words.say("backup-why"));
    let sheet = sheet.with(Part::Facts(facts(words, newest.as_ref(), &zone)));
    let sheet = match unfinished {
        Some(_) => sheet.text(words.say("backup-under-way")).link(BACKUP, words.say("setup-event-again")),
        None => sheet.form(Form::new(BACKUP, site.entropy.reference(), Vec::new()).button(words.say("backup-now"))),
    };
    let mut table = Table::new(words.say("backup-list"), words.say("backup-none"))
        .column(words.say("backup-when"))
        .column(words.say("people-state"))
        .figures(words.say("backup-size"))
        .figures(words.say("backup-documents"))
        .column(words.say("backup-file"));
    for noted in notes::list(tx, SHOWN).await? {
        table.row(row(words, &noted, &zone));
    }
    let sheet = sheet.with(Part::Table(table)).with(Part::Warning(words.say("backup-elsewhere")));
    Ok(sheet.with(ways(words, BACKUP)).answer(wrongs))
}

fn facts(words: Words, newest: Option<&Noted>, zone: &Zone) -> Facts {
    let Some((noted, at)) = newest.and_then(|noted| Some((noted, noted.ended_at?))) else {
        let none = Facts::default().add(words.say("backup-last"), Cell::chip("warning", words.say("backup-never")));
        return none.add(words.say("backup-next"), Cell::text(words.say("backup-next-first")));
    };
    Facts::default()
        .add(words.say("backup-last"), Cell::moment(words, at, zone))
        .add(words.say("backup-checked"), Cell::chip("good", words.say("backup-checked-whole")))
        .add(words.say("backup-next"), Cell::moment(words, at.plus_secs(EVERY_SECS), zone))
        .add(words.say("backup-file"), Cell::text(noted.file.as_deref().unwrap_or_default()))
        .add("SHA-256", Cell::text(noted.sha256.as_deref().unwrap_or_default()))
}

fn row(words: Words, noted: &Noted, zone: &Zone) -> Vec<Cell> {
    let (look, state) = match noted {
        Noted { began_at: None, .. } => ("plain", "backup-state-waits"),
        Noted { ended_at: None, .. } => ("plain", "backup-state-under-way"),
        Noted { file: None, .. } => ("bad", "backup-state-failed"),
        Noted { gone_at: Some(_), .. } => ("plain", "backup-state-gone"),
        _ => ("good", "backup-state-made"),
    };
    let number = |number: Option<i64>| number.map_or_else(|| Cell::text(""), Cell::number);
    let file = noted.file.as_deref().and_then(|file| file.rsplit('/').next()).unwrap_or_default();
    let size = noted.bytes.map(|bytes| bytes.saturating_add(1023) / 1024);
    vec![
        Cell::moment(words, noted.ended_at.unwrap_or(noted.asked_at), zone),
        Cell::chip(look, words.say(state)),
        number(size),
        number(noted.documents),
        Cell::text(file),
    ]
}

async fn send(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let typed = Typed::new(pairs.clone());
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let asked: Result<(), NotDone> = match sent(&signed_in, "backup", &pairs, &typed) {
        Err(refused) => Err(refused.into()),
        Ok(operation) => transact!(site.db, tx => async {
            people::require(tx, actor, ADMINISTRATORS).await?;
            if operation::find_result(tx, &operation).await?.is_some() {
                return Ok(());
            }
            notes::ask(tx, Some(actor.person), now).await?;
            audit::write(tx, Some(actor.person), "backup.asked", "books", "", now).await?;
            Ok::<_, NotDone>(operation::done(tx, &operation, "", now).await?)
        }.await),
    };
    match asked {
        Ok(()) => Ok(answer::see_other(&format!("{BACKUP}?done=asked"))?),
        Err(NotDone::NotAllowed(refused)) => not_allowed(refused, BACKUP),
        Err(NotDone::Operation(OperationError::Database(error)) | NotDone::Database(error)) => Err(error.into()),
        Err(NotDone::Operation(OperationError::Reused | OperationError::Malformed)) => {
            let mut wrongs = Wrongs::default();
            wrongs.conflict(signed_in.words.say("people-reopen"));
            page(&site, &signed_in, &wrongs, None).await
        }
    }
}
