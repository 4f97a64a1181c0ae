//! What treasurers write to whoever gets a fund's news: written by one, read and let go by another. Not here: who gets it, which nobody is shown.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{Frame, Part, READERS, RECORDERS, Sheet, gifts, not_allowed, operation, sent};
use crate::clock::Instant;
use crate::donations::supporters::{self, CHECKERS, NOTE_LETTERS};
use crate::donations::{HandError, Note, NoteState};
use crate::funds::{self, Fund};
use crate::ids::NoteId;
use crate::language::Language;
use crate::people::operation::OperationError;
use crate::people::{NotAllowed, Role};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

/// The funds whose supporters can be written to.
pub const SUPPORTERS: &str = "/treasury/supporters";
const LIST: &str = "/treasury/{fund}/supporters";
const ONE: &str = "/treasury/{fund}/supporters/{note}";

/// How many notes a page of the list has.
const PAGE: i64 = 50;
/// The most supporters that are counted one by one.
const MOST: i64 = 300;

pub(super) fn doors(doors: Doors) -> Doors {
    let doors = doors.get(SUPPORTERS, Who::Holding(READERS), all);
    let doors = doors.get(LIST, Who::Holding(READERS), list).post(LIST, Who::Holding(RECORDERS), write);
    doors.get(ONE, Who::Holding(READERS), one).post(ONE, Who::Holding(CHECKERS), decide)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
    before: Option<i64>,
}

const DONE: [&str; 3] = ["written", "sent", "dropped"];

/// The fields of a form, as they came.
type Pairs = Sent<Vec<(String, String)>>;

async fn all(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let funds = funds::list(&mut site.db.begin_read().await?).await?;
    let links = funds.into_iter().map(|fund| (format!("/treasury/{}/supporters", fund.slug), fund.name)).collect();
    let sheet = Sheet::new(Frame::new(&site, &signed_in, signed_in.words.say("supporters-title"))).with(Part::Links(links));
    Ok(sheet.answer(&Wrongs::default()))
}

async fn list(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    page(&site, &signed_in, &slug, &asked, &Typed::default(), &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, slug: &str, asked: &Asked, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let fund = gifts::fund(tx, slug).await?;
    let rows = signed_in.rows(PAGE);
    let notes = supporters::notes(tx, fund.id, asked.before.map(NoteId), rows).await?;
    let waiting = supporters::waiting_note(tx, fund.id).await?;
    let count = supporters::count(tx, fund.id, MOST).await?;
    let count = if count < MOST { count.to_string() } else { words.with("supporters-many", "count", count) };
    let mut table = Table::new(words.say("supporters-notes"), words.say("supporters-none"))
        .column(words.say("supporters-number"))
        .column(words.say("supporters-day"))
        .column(words.say("supporters-state"));
    for note in &notes {
        table.row(row(words, &fund, note));
    }
    table.goes_on(behind(&notes, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    let said = DONE.contains(&&*asked.done).then(|| words.of("supporters-done", &asked.done));
    let title = format!("{} · {}", words.say("supporters-title"), fund.name);
    let facts = Facts::default().add(words.say("supporters-count"), Cell::text(count));
    let sheet = Frame::new(site, signed_in, title).saying(said).live().text(words.say("supporters-what")).with(Part::Facts(facts));
    let sheet = match waiting {
        Some(note) => {
            let way =
                (format!("/treasury/{slug}/supporters/{}", note.id), words.with("supporters-note-title", "number", note.id.to_string()));
            sheet.with(Part::Note(words.say("supporters-waits"))).with(Part::Links(vec![way]))
        }
        None if signed_in.person.roles.holds(Role::Recorder) => {
            let form = form(site, words, slug, (typed, wrongs));
            sheet.block(words.say("supporters-write"), words.say("supporters-write-what"), form)
        }
        None => sheet,
    };
    Ok(sheet.with(Part::Table(table)).answer(wrongs))
}

fn form(site: &Site, words: Words, slug: &str, (typed, wrongs): (&Typed, &Wrongs)) -> Form {
    let parts = FormParts { words, typed, wrongs };
    let hint = words.with("supporters-text-hint", "most", NOTE_LETTERS);
    let fields = vec![
        parts.area("text_en", "supporters-text-en").hint(hint.as_str()).optional(words),
        parts.area("text_es", "supporters-text-es").hint(hint.as_str()).optional(words),
    ];
    Form::new(format!("/treasury/{slug}/supporters"), operation(site, typed), fields).button(words.say("supporters-ask"))
}

fn row(words: Words, fund: &Fund, note: &Note) -> Vec<Cell> {
    vec![
        Cell::link(format!("/treasury/{}/supporters/{}", fund.slug, note.id), note.id.to_string()),
        Cell::day(words, note.written_at.day_in(&fund.time_zone)),
        chip(words, note.state),
    ]
}

fn chip(words: Words, state: NoteState) -> Cell {
    let look = match state {
        NoteState::Waiting => "warning",
        NoteState::Sent => "good",
        NoteState::Dropped => "plain",
    };
    Cell::chip(look, words.of("supporters-state", state.as_str()))
}

async fn write(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs, now) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default(), site.clock.now());
    let fund = gifts::fund(&mut site.db.begin_read().await?, &slug).await?;
    let texts = (typed.get("text_en"), typed.get("text_es"));
    let done: Result<(), HandError> = match sent(&signed_in, &format!("note to supporters of {slug}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => transact!(site.db, tx => supporters::write_note(tx, fund.id, texts, &operation, signed_in.actor(), now).await),
    };
    match done {
        Ok(()) => return Ok(answer::see_other(&format!("/treasury/{slug}/supporters?done=written"))?),
        Err(HandError::Reason) => wrongs.add("text_en", words.with("supporters-no-text", "most", NOTE_LETTERS)),
        Err(HandError::MovedOn) => wrongs.conflict(words.say("supporters-no-waits")),
        Err(error) => refused(words, error, &mut wrongs)?,
    }
    page(&site, &signed_in, &slug, &Asked::default(), &typed, &wrongs).await
}

/// Puts a refusal above the form; a fault goes on as one.
fn refused(words: Words, error: HandError, wrongs: &mut Wrongs) -> Result<(), Trouble> {
    if let HandError::Operation(OperationError::Reused | OperationError::Malformed) = error {
        wrongs.conflict(words.say("gifts-no-reused"));
        return Ok(());
    }
    let (field, text) = gifts::told(words, error)?;
    wrongs.add(field, text);
    Ok(())
}

/// A fund's word and a note's number.
type Place = Path<(String, i64)>;

async fn one(State(site): AnySite, signed_in: SignedIn, Path((slug, note)): Place) -> Result<Response, Trouble> {
    note_page(&site, &signed_in, (&slug, NoteId(note)), &Typed::default(), &Wrongs::default()).await
}

async fn note_page(
    site: &Site,
    signed_in: &SignedIn,
    (slug, id): (&str, NoteId),
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let fund = gifts::fund(tx, slug).await?;
    let note = supporters::find_note(tx, fund.id, id).await?.ok_or(Trouble::NotFound)?;
    let day = |at: Instant| Cell::moment(words, at, &fund.time_zone);
    let facts =
        Facts::default().add(words.say("supporters-state"), chip(words, note.state)).add(words.say("supporters-day"), day(note.written_at));
    let frame = Frame::new(site, signed_in, words.with("supporters-note-title", "number", note.id.to_string()));
    let mut sheet = Sheet::new(frame).with(Part::Facts(facts));
    for language in Language::ALL {
        sheet = sheet.with(Part::Heading(words.of("supporters-text", language.as_str())));
        for paragraph in note.text(language).split('\n').filter(|paragraph| !paragraph.trim().is_empty()) {
            sheet = sheet.text(paragraph.trim());
        }
    }
    let may = CHECKERS.iter().any(|role| signed_in.person.roles.holds(*role));
    if note.state == NoteState::Waiting && may {
        let form = Form::new(format!("/treasury/{slug}/supporters/{id}"), operation(site, typed), Vec::new());
        let own = note.written_by == signed_in.person.id;
        let form = if own { form } else { form.button(words.say("supporters-go")) };
        sheet = sheet.maybe(own.then(|| Part::Note(words.say("supporters-own"))));
        sheet = sheet.form(form.other_button("drop", words.say("supporters-drop")));
    }
    let back = (format!("/treasury/{slug}/supporters"), words.say("supporters-title"));
    Ok(sheet.with(Part::Links(vec![back])).answer(wrongs))
}

async fn decide(State(site): AnySite, signed_in: SignedIn, Path((slug, note)): Place, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs, now) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default(), site.clock.now());
    let fund = gifts::fund(&mut site.db.begin_read().await?, &slug).await?;
    let (goes, which) = (!typed.has("drop"), (fund.id, NoteId(note)));
    let done: Result<(), HandError> = match sent(&signed_in, &format!("decide on note {note}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => transact!(site.db, tx => supporters::decide_note(tx, which, goes, &operation, signed_in.actor(), now).await),
    };
    match done {
        Ok(()) => {
            let done = if goes { "sent" } else { "dropped" };
            return Ok(answer::see_other(&format!("/treasury/{slug}/supporters?done={done}"))?);
        }
        Err(HandError::NotAllowed(refused @ NotAllowed::StepUp)) => {
            return not_allowed(refused, &format!("/treasury/{slug}/supporters/{note}"));
        }
        Err(HandError::MovedOn) => wrongs.conflict(words.say("supporters-no-decided")),
        Err(error) => refused(words, error, &mut wrongs)?,
    }
    note_page(&site, &signed_in, (&slug, NoteId(note)), &typed.put("operation", ""), &wrongs).await
}
