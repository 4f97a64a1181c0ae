//! Receipts at reading size, and copies of them for the public: sending one with private parts covered, looking at it, letting it out, taking it
//! back. Not here: what may be done (`spending::copies`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::{Pairs, find, frame, one, operation, refused, sent};
use crate::db::Tx;
use crate::files::{self, Document, FileError, Uploader};
use crate::funds::Fund;
use crate::ids::ExpenseId;
use crate::people::{self, Role};
use crate::spending::copies::{self, Why};
use crate::spending::{Refusal, Whole};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table};
use crate::web::treasury::{Part, Picture, READERS, RECORDERS, Sheet};
use crate::web::upload::{self, Limits};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer, documents};

const ADD: &str = "/treasury/{fund}/expenses/{number}/copies";
const ONE: &str = "/treasury/{fund}/expenses/{number}/copies/{copy}";
/// Who looks at a copy and lets it out, or takes it back.
const LOOKERS: &[Role] = &[Role::Recorder, Role::Approver];

const LIMITS: Limits = Limits::documents(1);

pub(super) fn doors(doors: Doors) -> Doors {
    doors.upload(ADD, Who::Holding(RECORDERS), LIMITS.whole_bytes(), add).get(ONE, Who::Holding(READERS), show).post(
        ONE,
        Who::Holding(LOOKERS),
        act,
    )
}

type Place = Path<(String, String, String)>;

/// The receipts that are pictures, at reading size.
pub(super) async fn pictures(tx: &mut Tx, words: Words, whole: &Whole) -> Result<Vec<Part>, Trouble> {
    let mut parts = Vec::new();
    for (n, kept) in (1_i64..).zip(&whole.documents) {
        let document = files::find_by_reference(tx, &kept.document).await?;
        parts.extend(document.and_then(|document| picture(&document, words.with("expense-receipt-n", "n", n))));
    }
    Ok(parts)
}

fn picture(document: &Document, label: String) -> Option<Part> {
    let (width, height) = document.width.zip(document.height)?;
    Some(Part::Picture(Picture { src: documents::address(document), label, width, height }))
}

fn place(fund: &Fund, whole: &Whole) -> String {
    format!("/treasury/{}/expenses/{}/copies", fund.slug, whole.expense.number)
}

/// The copies there are, and the form for one more.
pub(super) async fn parts(
    tx: &mut Tx,
    site: &Site,
    signed_in: &SignedIn,
    (fund, whole): (&Fund, &Whole),
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Vec<Part>, Trouble> {
    let words = signed_in.words;
    let mut parts = Vec::new();
    let copies = copies::list(tx, whole).await?;
    if !copies.is_empty() {
        let mut table = Table::new(words.say("copy-caption"), "").column(words.say("copy-one")).column(words.say("expense-state"));
        for (n, copy) in (1_i64..).zip(&copies) {
            let href = format!("{}/{}", place(fund, whole), copy.reference);
            table.row(vec![Cell::link(href, words.with("copy-n", "n", n)), state(words, copy)]);
        }
        parts.push(Part::Table(table));
    }
    if !whole.documents.is_empty() && signed_in.person.roles.holds(Role::Recorder) {
        let fields = FormParts { words, typed, wrongs };
        let mut list = vec![fields.file("copy", "copy-file", "image/jpeg,image/png,image/webp", false).hint(words.say("copy-hint"))];
        if whole.documents.len() > 1 {
            let receipts = (1_i64..).zip(&whole.documents);
            let choices = receipts.map(|(n, kept)| Choice::new(kept.document.as_str(), words.with("expense-receipt-n", "n", n)));
            list.insert(0, fields.select("original", "copy-of", choices.collect()));
        }
        let form = Form::new(place(fund, whole), operation(site, typed), list).with_files().quiet_button(words.say("copy-send"));
        parts.extend([Part::Heading(words.say("copy-new")), Part::Form(form)]);
    }
    Ok(parts)
}

fn state(words: Words, copy: &Document) -> Cell {
    if copy.released_at.is_some() { Cell::chip("good", words.say("copy-released")) } else { Cell::chip("warning", words.say("copy-waits")) }
}

async fn add(
    State(site): AnySite,
    signed_in: SignedIn,
    Path((slug, number)): Path<(String, String)>,
    form: upload::Form,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let mut upload = upload::read(form, LIMITS).await;
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let mut wrongs = Wrongs::default();
    upload.tell(words, LIMITS, &mut wrongs);
    let named = upload.typed.get("original");
    let of = whole.documents.iter().find(|kept| named.is_empty() || kept.document == named).ok_or(Trouble::NotFound)?;
    let original = files::find_by_reference(&mut site.db.begin_read().await?, &of.document).await?.ok_or(Trouble::NotFound)?;
    let by = Uploader::from(signed_in.person.id);
    match upload.files.pop() {
        Some(file) if wrongs.is_empty() => {
            let taken = files::take_in_copy(&site.files, &site.db, &by, original.id, file.bytes, &site.entropy, site.clock.now()).await;
            match taken {
                Ok(_) => return Ok(answer::see_other(&format!("/treasury/{slug}/expenses/{number}?done=copied"))?),
                Err(FileError::Refused(refusal)) => documents::tell("copy", words, refusal, &mut wrongs),
                Err(fault) => return Err(fault.into()),
            }
        }
        _ => wrongs.add("copy", words.say("copy-no-file")),
    }
    one::again(&site, &signed_in, (&fund, &whole), &upload.typed, &wrongs).await
}

async fn show(State(site): AnySite, signed_in: SignedIn, Path((slug, number, copy)): Place) -> Result<Response, Trouble> {
    page(&site, &signed_in, (&slug, &number, &copy), &Wrongs::default()).await
}

/// A copy at reading size, beside the receipt it is of, and what can be done with it.
async fn page(site: &Site, signed_in: &SignedIn, (slug, number, copy): (&str, &str, &str), wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let (fund, whole) = find(tx, slug, number).await?;
    let copy = copies::list(tx, &whole).await?.into_iter().find(|one| one.reference == copy).ok_or(Trouble::NotFound)?;
    let by = match copy.uploaded_by {
        Some(person) => people::find(tx, person).await?.map(|person| person.name).unwrap_or_default(),
        None => String::new(),
    };
    let back = format!("/treasury/{slug}/expenses/{number}");
    let facts = Facts::default().add(words.say("expense-state"), state(words, &copy)).add(words.say("copy-by"), Cell::text(by));
    let mut sheet = Sheet::new(frame(site, signed_in, &fund, "copy-one"))
        .with(Part::Note(words.say("copy-look")))
        .with(Part::Facts(facts))
        .maybe(picture(&copy, words.say("copy-one")));
    let may = &signed_in.person.roles;
    if LOOKERS.iter().any(|role| may.holds(*role)) {
        let form = |act: &str, key: &str| {
            let typed = &Typed::default().put("act", act);
            let fields = FormParts { words, typed, wrongs };
            let mut list = vec![fields.hidden("act")];
            if act == "withdraw" && copy.released_at.is_some() {
                let choices = Why::ALL.map(|why| Choice::new(why.as_str(), words.of("copy-why", why.as_str())));
                list.push(fields.radios("reason", "copy-why", choices.into()).hint(words.say("copy-why-hint")));
            }
            Form::new(format!("{back}/copies/{}", copy.reference), site.entropy.reference(), list).button(words.say(key))
        };
        if copy.released_at.is_none() {
            let own = copy.uploaded_by == Some(signed_in.person.id);
            sheet = sheet.with(if own { Part::Note(words.say("copy-own")) } else { Part::Form(form("release", "copy-release")) });
        }
        sheet = sheet.with(Part::Form(form("withdraw", "copy-withdraw")));
    }
    if let Some(original) = files::find(tx, copy.copy_of.ok_or(Trouble::NotFound)?).await? {
        sheet = sheet.with(Part::Heading(words.say("copy-original"))).maybe(picture(&original, words.say("expense-receipt")));
    }
    Ok(sheet.with(Part::Links(vec![(back, words.say("expense-back"))])).answer(wrongs))
}

async fn act(
    State(site): AnySite,
    signed_in: SignedIn,
    Path((slug, number, copy)): Place,
    Sent(pairs): Pairs,
) -> Result<Response, Trouble> {
    let typed = Typed::new(pairs.clone());
    let (whole, found) = {
        let tx = &mut site.db.begin_read().await?;
        let (_, whole) = find(tx, &slug, &number).await?;
        (whole, files::find_by_reference(tx, &copy).await?.ok_or(Trouble::NotFound)?)
    };
    let releases = typed.get("act") == "release";
    // What the public is shown is read from where it lies before the books are touched.
    let body = if releases { files::open(&site.files, &found).await? } else { Vec::new() };
    let done: Result<ExpenseId, Refusal> = match sent(&signed_in, &format!("copy {copy}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, now, id, why) = (signed_in.actor(), site.clock.now(), whole.expense.id, typed.get("reason").parse().ok());
            transact!(site.db, tx => if releases {
                copies::release(tx, actor, &operation, (id, found.id, &body), now).await
            } else {
                copies::withdraw(tx, actor, &operation, (id, found.id, why), now).await
            })
        }
    };
    let done_word = if releases { "released" } else { "withdrawn" };
    let back = format!("/treasury/{slug}/expenses/{number}");
    let mut wrongs = Wrongs::default();
    match done {
        Ok(_) => Ok(answer::see_other(&format!("{back}?done={done_word}"))?),
        Err(refusal) => match refused(signed_in.words, &format!("{back}/copies/{copy}"), refusal, &mut wrongs)? {
            Some(response) => Ok(response),
            None => page(&site, &signed_in, (&slug, &number, &copy), &wrongs).await,
        },
    }
}
