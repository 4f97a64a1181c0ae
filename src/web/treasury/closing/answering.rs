//! What a group says to its grant: the form that takes it, with a letter or without, and the button that lets the public read it.

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::granting::{Pairs, Place, at, find, one_page};
use super::groups::Asked;
use super::refusing::refused;
use crate::closing::answering::{self, LOOKERS, NewAnswer};
use crate::closing::{AnswerKind, PlanRefusal, Stands, WholeGrant};
use crate::files::{self, FileError, Uploader};
use crate::funds::Fund;
use crate::ids::DocumentId;
use crate::people::Role;
use crate::people::operation::Operation;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::{Part, RECORDERS, operation};
use crate::web::upload::{self, Limits};
use crate::web::{AnySite, Site, answer, documents};

const ANSWER: &str = "/treasury/{fund}/close/grants/{number}/answer";
const CLEAR: &str = "/treasury/{fund}/close/grants/{number}/clear";

/// One letter, and its copy for the public.
const LIMITS: Limits = Limits::documents(2);

pub(super) fn doors(doors: Doors) -> Doors {
    doors.upload(ANSWER, Who::Holding(RECORDERS), LIMITS.whole_bytes(), take).post(CLEAR, Who::Holding(LOOKERS), clear)
}

/// What the group said last, and what this person may do about it.
pub(super) fn parts(site: &Site, signed_in: &SignedIn, (fund, whole): (&Fund, &WholeGrant), typed: &Typed, wrongs: &Wrongs) -> Vec<Part> {
    let words = signed_in.words;
    let mut list = Vec::new();
    let is_sent = matches!(whole.stands(), Stands::Sent | Stands::Matched);
    if let Some(said) = &whole.answer {
        let mut facts = Facts::default()
            .add(words.say("plan-answer"), Cell::text(words.of("grant-answer", said.kind.as_str())))
            .add(words.say("grant-words"), Cell::text(said.text.as_str()));
        if !said.document.is_empty() {
            facts = facts
                .add(words.say("grant-letter"), Cell::link(format!("/treasury/documents/{}", said.document), words.say("grant-letter")));
        }
        if let Some(copy) = &whole.copy {
            facts =
                facts.add(words.say("grant-copy"), Cell::link(format!("/treasury/documents/{}", copy.reference), words.say("grant-copy")));
        }
        list.extend([Part::Heading(words.say("plan-answer")), Part::Facts(facts)]);
        let may = LOOKERS.iter().any(|role| signed_in.person.roles.holds(*role)) && said.entered_by != signed_in.person.id;
        if said.cleared_at.is_some() {
            list.push(Part::Note(words.say("grant-cleared")));
        } else if may && is_sent {
            let typed = Typed::default().put("n", said.n.to_string());
            let parts = FormParts { words, typed: &typed, wrongs: &Wrongs::default() };
            let form = Form::new(format!("{}/clear", at(fund, whole)), site.entropy.reference(), vec![parts.hidden("n")]);
            list.extend([Part::Note(words.say("grant-clear-note")), Part::Form(form.button(words.say("grant-clear")))]);
        } else {
            list.push(Part::Note(words.say("grant-answer-waits")));
        }
    }
    if is_sent && signed_in.person.roles.holds(Role::Recorder) {
        let parts = FormParts { words, typed, wrongs };
        let kinds = AnswerKind::ALL.map(|kind| Choice::new(kind.as_str(), words.of("grant-answer", kind.as_str())));
        let fields = vec![
            parts.radios("kind", "plan-answer", kinds.into()),
            parts.area("text", "grant-words").hint(words.say("grant-words-hint")).optional(words),
            parts
                .file("file", "grant-letter", "image/jpeg,image/png,image/webp,application/pdf", false)
                .hint(words.say("grant-letter-hint"))
                .optional(words),
            parts.file("copy", "grant-copy", "image/jpeg,image/png,image/webp", false).hint(words.say("grant-copy-hint")).optional(words),
        ];
        let form = Form::new(format!("{}/answer", at(fund, whole)), operation(site, typed), fields).with_files();
        list.extend([Part::Heading(words.say("grant-answer-new")), Part::Form(form.button(words.say("grant-answer-new")))]);
    }
    list
}

async fn take(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Place, form: upload::Form) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let mut upload = upload::read(form, LIMITS).await;
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let mut wrongs = Wrongs::default();
    upload.tell(words, LIMITS, &mut wrongs);
    let kind = upload.typed.get("kind").parse::<AnswerKind>();
    if kind.is_err() {
        wrongs.add("kind", words.say("payee-wrong-choice"));
    }
    if let Ok(kind) = kind
        && wrongs.is_empty()
    {
        let letter =
            if kind == AnswerKind::Letter { keep(&site, &signed_in, std::mem::take(&mut upload.files), &mut wrongs).await? } else { None };
        if wrongs.is_empty() {
            let text = upload.typed.get("text").split_whitespace().collect::<Vec<_>>().join(" ");
            let new = NewAnswer { kind, text, letter };
            let asker = signed_in.person.id.to_string();
            let parts = [format!("answer {number}"), kind.to_string(), new.text.clone(), new.letter.clone().unwrap_or_default().1];
            let done = match Operation::new(upload.typed.get("operation"), &asker, &parts.each_ref().map(String::as_str)) {
                Err(error) => Err(error.into()),
                Ok(operation) => {
                    let (actor, now) = (signed_in.actor(), site.clock.now());
                    let done: Result<i64, PlanRefusal> =
                        transact!(site.db, tx => answering::answer(tx, actor, &operation, (&number, &new), now).await);
                    done
                }
            };
            match done {
                Ok(_) => return Ok(answer::see_other(&format!("{}?done=answer", at(&fund, &whole)))?),
                Err(error) => {
                    if let Some(response) = refused(words, &at(&fund, &whole), (error, fund.currency), &mut wrongs)? {
                        return Ok(response);
                    }
                }
            }
        }
    }
    Ok(one_page(&site, &signed_in, (&fund, &whole), &Asked::default(), &upload.typed, &wrongs))
}

/// Takes a letter in, clean, and its copy for the public, where they are among these files; gives the letter's reference and the SHA-256 of its
/// content.
async fn keep(
    site: &Site,
    signed_in: &SignedIn,
    mut sent: Vec<upload::Sent>,
    wrongs: &mut Wrongs,
) -> Result<Option<(String, String)>, Trouble> {
    let copy = sent.iter().position(|file| file.field == "copy").map(|at| sent.swap_remove(at).bytes);
    let Some(letter) = sent.pop() else { return Ok(None) };
    let (by, now) = (Uploader::from(signed_in.person.id), site.clock.now());
    let taken = files::take_in(&site.files, &site.db, &by, letter.bytes, &site.entropy, now).await;
    let Some(id) = taken_in(taken, ("file", signed_in), wrongs)? else { return Ok(None) };
    if let Some(bytes) = copy {
        let taken = files::take_in_copy(&site.files, &site.db, &by, id, bytes, &site.entropy, now).await;
        taken_in(taken, ("copy", signed_in), wrongs)?;
    }
    let document = files::find(&mut site.db.begin_read().await?, id).await?.ok_or(Trouble::NotFound)?;
    Ok(Some((document.reference, document.sha256)))
}

/// What was taken in; None where it was refused, which is said at its field.
fn taken_in(
    taken: Result<DocumentId, FileError>,
    (field, signed_in): (&'static str, &SignedIn),
    wrongs: &mut Wrongs,
) -> Result<Option<DocumentId>, Trouble> {
    match taken {
        Ok(id) => Ok(Some(id)),
        Err(FileError::Refused(refusal)) => {
            documents::tell(field, signed_in.words, refusal, wrongs);
            Ok(None)
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn clear(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Place, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let n = typed.get("n").parse::<i64>().unwrap_or(0);
    let done: Result<(), PlanRefusal> = match crate::web::treasury::sent(&signed_in, &format!("clear {number}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            // What the public is shown is read from where it lies before the books are touched.
            let body = match whole.copy.as_ref().filter(|copy| copy.released_at.is_none()) {
                Some(copy) => files::open(&site.files, copy).await?,
                None => Vec::new(),
            };
            let (actor, now) = (signed_in.actor(), site.clock.now());
            transact!(site.db, tx => answering::clear(tx, actor, &operation, (&number, n, &body), now).await)
        }
    };
    match done {
        Ok(()) => Ok(answer::see_other(&format!("{}?done=cleared", at(&fund, &whole)))?),
        Err(error) => match refused(words, &at(&fund, &whole), (error, fund.currency), &mut wrongs)? {
            Some(response) => Ok(response),
            None => Ok(one_page(&site, &signed_in, (&fund, &whole), &Asked::default(), &Typed::default(), &wrongs)),
        },
    }
}
