//! What a fund says of itself: name, purpose, whom to write to, what stands on card statements. One person changes it.

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::{ADMINISTRATORS, frame, fund, page_of, settled};
use crate::funds::settings;
use crate::funds::{self, About, Fund, Languages, Names, STATEMENT_LETTERS, WrongName};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Field, Form, FormParts, Typed, Wrongs};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Sheet, operation, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site};

const NAMES: &str = "/treasury/{fund}/settings/names";

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(NAMES, who, form).post(NAMES, who, send)
}

/// The fields of a fund's own names but for its name and purpose, as the setup asks for them too.
pub fn name_fields(parts: &FormParts<'_>) -> Vec<Field> {
    let words = parts.words;
    let statement = words.with("setting-statement-text-hint", "most", STATEMENT_LETTERS);
    let choices = Languages::choices().iter().map(|choice| Choice::new(choice.to_string(), languages_in_words(words, choice))).collect();
    vec![
        parts.text("legal_name", "setting-legal-name", "organization").hint(words.say("setting-legal-name-hint")).optional(words),
        parts.text("tax_number", "setting-tax-number", "off").hint(words.say("setting-tax-number-hint")).optional(words),
        parts.text("contact", "setting-contact", "off").hint(words.say("setting-contact-hint")).optional(words),
        parts.text("statement_text", "setting-statement-text", "off").hint(statement).optional(words),
        parts.day("strike_on", "setting-strike-on").hint(words.say("setting-strike-on-hint")).optional(words),
        parts.select("languages", "setting-languages", choices).hint(words.say("setting-languages-hint")),
    ]
}

/// The languages of a fund, as people read them.
pub fn languages_in_words(words: Words, languages: &Languages) -> String {
    words.of("setting-languages", &languages.to_string())
}

/// What a form shows at first of what a fund says of itself.
pub fn names_typed(typed: Typed, about: &About) -> Typed {
    typed
        .or("legal_name", about.legal_name.as_str())
        .or("tax_number", about.tax_number.as_str())
        .or("contact", about.contact.as_str())
        .or("statement_text", about.statement_text.as_str())
        .or("strike_on", about.strike_on.map(|day| day.to_string()).unwrap_or_default())
        .or("languages", about.languages.to_string())
}

/// The box by which a text on card statements that tells what the money was for is kept all the same; only where there is such a text.
pub fn keep_telling(parts: &FormParts<'_>) -> Option<Field> {
    let keep = Choice::new("yes", parts.words.say("setting-statement-keep"));
    funds::tells_too_much(parts.typed.get("statement_text")).then(|| parts.checks("telling", "setting-statement-telling", vec![keep]))
}

/// Warns of such a text, once: with the box ticked it is taken.
pub fn refuse_telling(words: Words, typed: &Typed, names: &Names, wrongs: &mut Wrongs) {
    if funds::tells_too_much(&names.about.statement_text) && !typed.has("telling") {
        wrongs.add("statement_text", words.say("setting-statement-telling"));
    }
}

/// Says at each field what is wrong with it.
pub fn names_wrong(words: Words, wrong: &[WrongName], wrongs: &mut Wrongs) {
    for field in wrong {
        wrongs.add(field.as_str(), words.of("setting-wrong", field.as_str()));
    }
}

async fn form(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let about = settings::about(tx, fund.id).await?;
    let typed = names_typed(Typed::default().or("name", fund.name.as_str()).or("purpose", fund.promise.as_str()), &about);
    Ok(page(&site, &signed_in, &fund, &typed, &Wrongs::default()))
}

fn page(site: &Site, signed_in: &SignedIn, fund: &Fund, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let mut fields = vec![parts.text("name", "setting-name", "off"), parts.area("purpose", "setting-purpose")];
    fields.extend(name_fields(&parts));
    fields.extend(keep_telling(&parts));
    let form = Form::new(format!("{}/names", page_of(fund)), operation(site, typed), fields).button(words.say("me-save"));
    let sheet = Sheet::new(frame(site, signed_in, fund, "setting-names")).text(words.say("setting-names-why"));
    sheet.form(form).link(page_of(fund), words.say("people-back")).answer(wrongs)
}

async fn send(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let names = match Names::parse(|field| typed.get(field)) {
        Ok(names) => names,
        Err(wrong) => {
            names_wrong(words, &wrong, &mut wrongs);
            return Ok(page(&site, &signed_in, &fund, &typed, &wrongs));
        }
    };
    refuse_telling(words, &typed, &names, &mut wrongs);
    if !wrongs.is_empty() {
        return Ok(page(&site, &signed_in, &fund, &typed, &wrongs));
    }
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done = match sent(&signed_in, &format!("names of {slug}"), &pairs, &typed) {
        Err(refused) => Err(refused.into()),
        Ok(operation) => transact!(site.db, tx => settings::set_names(tx, actor, &operation, fund.id, &names, now).await),
    };
    let answered = settled(done, &fund, "names")?;
    Ok(answered.unwrap_or_else(|| {
        wrongs.add("name", words.say("people-reopen"));
        page(&site, &signed_in, &fund, &typed, &wrongs)
    }))
}
