//! The form of an expense: a new one, or a change of one. Not here: what makes a draft (`spending::draft`).

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::fields::{Offers, ROWS, fields};
use super::{PAYEES, conflict, find, frame, fund, operation, refused, sent, today};
use crate::files::{self, Uploader};
use crate::funds::Fund;
use crate::ids::ExpenseId;
use crate::money::Money;
use crate::people::{self, Role};
use crate::spending::draft::{self, MOST_DOCUMENTS, Wrong};
use crate::spending::{self, Document, Draft, Refusal, Show, State as Stage, Whole};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::Table;
use crate::web::treasury::{Part, RECORDERS, Sheet};
use crate::web::upload::{self, Limits, Upload};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer, documents};

const NEW: &str = "/treasury/{fund}/expenses/new";
const EDIT: &str = "/treasury/{fund}/expenses/{number}/edit";

const LIMITS: Limits = Limits::documents(MOST_DOCUMENTS);

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(NEW, Who::Holding(RECORDERS), new)
        .upload(NEW, Who::Holding(RECORDERS), LIMITS.whole_bytes(), save_new)
        .get(EDIT, Who::Holding(RECORDERS), edit)
        .upload(EDIT, Who::Holding(RECORDERS), LIMITS.whole_bytes(), save_edit)
}

async fn new(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let offers = Offers::read(tx, signed_in.words, &fund).await?;
    let typed = Typed::default().or("bought_on", today(&fund, site.clock.now()).to_string()).or("show", Show::AfterHold.as_str());
    page(&site, &signed_in, (&fund, None), &offers, (&typed, &Wrongs::default()), None).await
}

async fn edit(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Path<(String, String)>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let (fund, whole) = find(tx, &slug, &number).await?;
    let offers = Offers::read(tx, signed_in.words, &fund).await?;
    page(&site, &signed_in, (&fund, Some(&whole)), &offers, (&typed_of(&whole), &Wrongs::default()), None).await
}

/// What the form of a saved expense shows.
pub(super) fn typed_of(whole: &Whole) -> Typed {
    let Whole { expense, parts, documents } = whole;
    let decimal = |minor| Money::new(minor, expense.currency).decimal();
    let mut pairs: BTreeMap<String, String> = BTreeMap::new();
    let mut put = |name: &str, value: String| pairs.insert(name.to_owned(), value);
    put("amount", decimal(expense.amount_minor));
    put("bought_on", expense.bought_on.to_string());
    put("vendor", expense.vendor.clone());
    put("public_text", expense.public_text.clone());
    put("unit_count", expense.unit_count.map(|count| count.to_string()).unwrap_or_default());
    put("unit", expense.unit.map(|unit| unit.to_string()).unwrap_or_default());
    put("note", expense.note.clone());
    put("paid_by", expense.paid_by.to_string());
    put("paid_from", expense.paid_from.clone().unwrap_or_default());
    put("payee", expense.payee_id.map(|payee| payee.to_string()).unwrap_or_default());
    put("show", expense.show_when.to_string());
    put("no_receipt", expense.no_receipt.clone().unwrap_or_default());
    put("kept", documents.iter().map(|document| document.document.as_str()).collect::<Vec<_>>().join(","));
    put("version", expense.version.to_string());
    match &**parts {
        [only] if only.fund_id == expense.fund_id => {
            put("category", only.category.clone());
        }
        several => {
            for (row, part) in several.iter().enumerate() {
                put(&format!("part{row}_use"), format!("{} {}", part.fund_id, part.category));
                put(&format!("part{row}_amount"), decimal(part.amount_minor));
            }
        }
    }
    if expense.show_shop {
        put("show_shop", "1".to_owned());
    }
    Typed::new(pairs)
}

/// The form. Where somebody else changed the expense meanwhile, `conflict` shows both versions.
async fn page(
    site: &Site,
    signed_in: &SignedIn,
    (fund, standing): (&Fund, Option<&Whole>),
    offers: &Offers,
    (typed, wrongs): (&Typed, &Wrongs),
    conflict: Option<Table>,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let key = if standing.is_some() { "expense-edit" } else { "expense-new" };
    let action = standing.map_or_else(
        || format!("/treasury/{}/expenses/new", fund.slug),
        |whole| format!("/treasury/{}/expenses/{}/edit", fund.slug, whole.expense.number),
    );
    let form = Form::new(action, operation(site, typed), fields(words, fund, offers, &FormParts { words, typed, wrongs }))
        .with_files()
        .button(words.say("expense-send"))
        .other_button("draft", words.say("expense-save"));
    let clears = standing.filter(|whole| matches!(whole.expense.state, Stage::Sent | Stage::Approved));
    let tx = &mut site.db.begin_read().await?;
    let mut hands = match standing {
        Some(whole) => spending::hands(tx, whole.expense.id).await?,
        None => Vec::new(),
    };
    hands.push(signed_in.person.id);
    let others = people::holders(tx, Role::Approver).await?.into_iter().filter(|person| !hands.contains(person)).count();
    let sheet = Sheet::new(frame(site, signed_in, fund, key))
        .maybe(clears.map(|_| Part::Warning(words.say("expense-edit-clears"))))
        .maybe(conflict.map(Part::Table))
        .with(Part::Links(vec![(PAYEES.to_owned(), words.say("payee-new"))]))
        .with(Part::Form(form))
        .with(Part::Note(words.with("expense-not-yours", "count", others)));
    Ok(sheet.answer(wrongs))
}

async fn save_new(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, form: upload::Form) -> Result<Response, Trouble> {
    let upload = upload::read(form, LIMITS).await;
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    save(&site, &signed_in, (&fund, None), upload).await
}

async fn save_edit(
    State(site): AnySite,
    signed_in: SignedIn,
    Path((slug, number)): Path<(String, String)>,
    form: upload::Form,
) -> Result<Response, Trouble> {
    let upload = upload::read(form, LIMITS).await;
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    save(&site, &signed_in, (&fund, Some(&whole)), upload).await
}

async fn save(
    site: &Site,
    signed_in: &SignedIn,
    (fund, standing): (&Fund, Option<&Whole>),
    mut upload: Upload,
) -> Result<Response, Trouble> {
    let (words, mut wrongs) = (signed_in.words, Wrongs::default());
    upload.tell(words, LIMITS, &mut wrongs);
    let files = std::mem::take(&mut upload.files);
    let taken = documents::take_in(site, &Uploader::from(signed_in.person.id), words, files, &mut wrongs).await?;
    let tx = &mut site.db.begin_read().await?;
    let mut kept = Vec::new();
    for reference in upload.typed.get("kept").split(',').filter(|one| !one.is_empty()) {
        if !upload.typed.all("drop").any(|dropped| dropped == reference) {
            kept.extend(files::find_by_reference(tx, reference).await?);
        }
    }
    for id in taken {
        kept.extend(files::find(tx, id).await?);
    }
    kept.dedup_by(|a, b| a.id == b.id);
    if kept.len() > MOST_DOCUMENTS {
        wrongs.add("file", words.with("upload-too-many-files", "limit", MOST_DOCUMENTS));
    }
    let references = kept.iter().map(|document| document.reference.as_str()).collect::<Vec<_>>().join(",");
    let typed = upload.typed.put("kept", references);
    let offers = Offers::read(tx, words, fund).await?;
    match offers.parse(site, fund, &form_of(&typed)) {
        Err(mistakes) => mistakes.into_iter().for_each(|(field, wrong)| tell(words, field, wrong, &mut wrongs)),
        Ok(parsed) if wrongs.is_empty() => {
            let documents = kept.into_iter().map(|document| Document { document: document.reference, sha256: document.sha256 }).collect();
            let draft = Draft { documents, ..parsed };
            match keep(site, signed_in, (fund, standing), &draft, &typed).await {
                Ok(id) => return saved(site, (fund, standing), id, &typed).await,
                Err(Refusal::Changed) => return changed_first(site, signed_in, (fund, standing), &offers, typed).await,
                Err(refusal) => {
                    if let Some(response) = refused(words, "/treasury/expenses", refusal, &mut wrongs)? {
                        return Ok(response);
                    }
                }
            }
        }
        Ok(_) => {}
    }
    page(site, signed_in, (fund, standing), &offers, (&typed, &wrongs), None).await
}

/// Somebody was quicker: both versions stand side by side, what was typed is kept, and sending it again puts it in the place of theirs.
async fn changed_first(
    site: &Site,
    signed_in: &SignedIn,
    (fund, standing): (&Fund, Option<&Whole>),
    offers: &Offers,
    typed: Typed,
) -> Result<Response, Trouble> {
    let id = standing.ok_or(Trouble::NotFound)?.expense.id;
    let whole = spending::find(&mut site.db.begin_read().await?, id).await?.ok_or(Trouble::NotFound)?;
    let (words, mut wrongs) = (signed_in.words, Wrongs::default());
    wrongs.answer_as(StatusCode::CONFLICT);
    wrongs.add("main", words.say("conflict-first"));
    let conflict = conflict::both(words, offers, &typed_of(&whole), &typed);
    // What is sent next is a command of its own, about the version that was just shown.
    let typed = typed.put("version", whole.expense.version.to_string()).put("operation", "");
    page(site, signed_in, (fund, Some(&whole)), offers, (&typed, &wrongs), Some(conflict)).await
}

async fn saved(site: &Site, (fund, standing): (&Fund, Option<&Whole>), id: ExpenseId, typed: &Typed) -> Result<Response, Trouble> {
    let whole = spending::find(&mut site.db.begin_read().await?, id).await?.ok_or(Trouble::NotFound)?;
    let cleared = standing.is_some_and(|before| matches!(before.expense.state, Stage::Sent | Stage::Approved));
    let done = match (typed.has("draft"), cleared) {
        (true, false) => "saved",
        (true, true) => "cleared",
        (false, false) => "sent",
        (false, true) => "sent-anew",
    };
    Ok(answer::see_other(&format!("/treasury/{}/expenses/{}?done={done}", fund.slug, whole.expense.number))?)
}

/// Puts a mistake of the form at its field; those of a split stand at its first row.
fn tell(words: Words, field: &str, wrong: Wrong, wrongs: &mut Wrongs) {
    wrongs.add(if field == "parts" { "part0_use" } else { field }, words.of("expense-wrong", wrong.as_str()));
}

fn form_of(typed: &Typed) -> draft::Form {
    let text = |name: &str| typed.get(name).to_owned();
    let part = |row: usize| {
        let (fund, category) = typed.get(&format!("part{row}_use")).split_once(' ').unwrap_or_default();
        (fund.to_owned(), category.to_owned(), text(&format!("part{row}_amount")))
    };
    draft::Form {
        amount: text("amount"),
        bought_on: text("bought_on"),
        vendor: text("vendor"),
        public_text: text("public_text"),
        unit_count: text("unit_count"),
        unit: text("unit"),
        note: text("note"),
        paid_by: text("paid_by"),
        paid_from: text("paid_from"),
        payee: text("payee"),
        show: text("show"),
        show_shop: typed.has("show_shop"),
        no_receipt: text("no_receipt"),
        category: text("category"),
        parts: (0..ROWS).map(part).collect(),
    }
}

async fn keep(
    site: &Site,
    signed_in: &SignedIn,
    (fund, standing): (&Fund, Option<&Whole>),
    draft: &Draft,
    typed: &Typed,
) -> Result<ExpenseId, Refusal> {
    let number = standing.map_or("new", |whole| whole.expense.number.as_str());
    // What was typed and which receipts hang on it is all there is to a save.
    let content = [("fund".to_owned(), fund.slug.clone()), ("draft".to_owned(), draft.content())];
    let operation = sent(signed_in, &format!("expense {number}"), &content, typed)?;
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let version = typed.get("version").parse().unwrap_or(0);
    let standing = standing.map(|whole| (whole.expense.id, version));
    if typed.has("draft") {
        transact!(site.db, tx => spending::save(tx, actor, &operation, standing, draft, &site.entropy, now).await)
    } else {
        transact!(site.db, tx => spending::save_and_send(tx, actor, &operation, standing, draft, &site.entropy, now).await)
    }
}
