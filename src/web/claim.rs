//! A picket captain's page: what is left on the link, what became of earlier claims, and the form for one more, kept on the phone until it is sent. Whoever holds the address may
//! claim with it; nothing that was saved is shown back. Not here: making links (`treasury`).

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::doors::{Doors, Who};
use super::error::Trouble;
use super::form::{Choice, Form, FormParts, Keeping, Typed, Wrongs};
use super::table::{Cell, Facts, Table};
use super::treasury::{Frame, Part, Sheet, use_in_words};
use super::upload::{self, Limits, Upload};
use super::words::Words;
use super::{AnySite, Site, answer, assets, documents};
use crate::files::{self, Uploader};
use crate::funds::{self, Fund};
use crate::ids::ExpenseId;
use crate::ledger::PostError;
use crate::mail;
use crate::money::Money;
use crate::people::operation::{Operation, OperationError};
use crate::spending::captains::{self, Claim};
use crate::spending::draft::{self, Context, Wrong};
use crate::spending::payee::Way;
use crate::spending::{self, Captain, Document, Draft, Expense, PaidBy, PayBy, Refusal, State as Stage};
use crate::transact;

const CLAIM: &str = "/claim/{code}";
/// How many of their claims captains are shown, the newest first.
const SHOWN: i64 = 100;

const LIMITS: Limits = Limits::documents(1);

/// The captain's page, and the script that keeps a claim on the phone until it is sent.
pub fn doors(doors: Doors) -> Doors {
    let doors = doors.get("/assets/draft.js", Who::Anyone, assets::draft);
    doors.get(CLAIM, Who::Anyone, show).upload(CLAIM, Who::Anyone, LIMITS.whole_bytes(), send)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// The number of the claim that was just sent.
    sent: String,
    /// Another language than the link's own.
    lang: String,
}

async fn find(site: &Site, code: &str) -> Result<(Captain, Fund), Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let captain = captains::find_by_code(tx, code).await?.ok_or(Trouble::NotFound)?;
    let fund = funds::find(tx, captain.fund_id).await?.ok_or(Trouble::NotFound)?;
    Ok((captain, fund))
}

async fn show(State(site): AnySite, Path(code): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let (captain, fund) = find(&site, &code).await?;
    page(&site, &code, (&captain, &fund), &asked, &Typed::default(), &Wrongs::default()).await
}

async fn page(
    site: &Site,
    code: &str,
    (captain, fund): (&Captain, &Fund),
    asked: &Asked,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let words = Words(asked.lang.parse().unwrap_or(captain.language));
    let tx = &mut site.db.begin_read().await?;
    let money = |minor| Money::new(minor, fund.currency);
    let today = site.clock.now().day_in(&fund.time_zone);
    let left = captain.total_minor.saturating_sub(captains::claimed(tx, captain.id).await?);
    let mut table = Table::new(words.say("claim-yours"), words.say("claim-none"))
        .column(words.say("expense-number"))
        .column(words.say("expense-state"))
        .amounts(words.say("expense-amount"));
    let claims = captains::claims(tx, captain.id, None, SHOWN).await?;
    for claim in &claims {
        table.row(vec![Cell::text(claim.number.as_str()), Cell::text(what_became(words, claim)), Cell::money(claim.amount())]);
    }
    // Only a claim of this link is spoken of.
    let sent = claims.iter().find(|claim| claim.number == asked.sent);
    let said = sent.map(|claim| words.with("claim-sent", "number", claim.number.as_str()));
    let frame = Frame::outside(site, words, words.with("claim-title", "fund", fund.name.as_str())).saying(said);
    if !captain.works(today) {
        return Ok(Sheet::new(frame).with(Part::Warning(words.say("claim-ended"))).with(Part::Table(table)).answer(wrongs));
    }
    let facts = Facts::default()
        .add(words.say("claim-left"), Cell::money(money(left.max(0))))
        .add(words.say("claim-each"), Cell::money(money(captain.each_minor)));
    let typed = &typed.clone().or("bought_on", today.to_string());
    let form = form(site, words, code, (captain, fund), typed, wrongs);
    Ok(Sheet::new(frame).with(Part::Facts(facts)).with(Part::Form(form)).with(Part::Table(table)).answer(wrongs))
}

/// What became of a claim, as its captain hears it.
fn what_became(words: Words, claim: &Expense) -> String {
    match claim.state {
        Stage::Draft | Stage::Sent => words.say("claim-state-waiting"),
        Stage::Approved => words.say("claim-state-approved"),
        Stage::Paid | Stage::Matched => match claim.paid_on {
            Some(day) => words.with("claim-paid-on", "day", words.day(day)),
            None => words.say("claim-state-paid"),
        },
        Stage::Rejected => words.with("claim-sent-back", "reason", claim.reason.clone().unwrap_or_default()),
        Stage::Corrected => words.say("claim-corrected"),
    }
}

fn form(site: &Site, words: Words, code: &str, (captain, fund): (&Captain, &Fund), typed: &Typed, wrongs: &Wrongs) -> Form {
    let parts = FormParts { words, typed, wrongs };
    let uses = captain.uses().map(|category| Choice::new(category, use_in_words(words, category))).collect();
    let mut fields = vec![
        parts.file("file", "claim-photo", documents::ACCEPT, false).hint(words.say("claim-photo-hint")),
        parts.hidden("kept"),
        parts.money("amount", "expense-amount", fund.currency.sign()),
        parts.day("bought_on", "expense-bought"),
        parts.radios("category", "expense-use", uses),
        parts.text("what", "claim-what", "off"),
    ];
    if captain.pay_by.is_none() {
        let ways = Way::ALL.map(|way| Choice::new(way.as_str(), words.of("payee-way", way.as_str()))).into();
        fields.push(parts.radios("pay_way", "claim-pay-by", ways).hint(words.say("claim-pay-by-hint")));
        fields.push(parts.text("pay_by", "claim-pay-details", "off").hint(words.say("claim-pay-details-hint")));
    }
    if captain.email.is_none() {
        fields.push(parts.email("email", "claim-email", "email").hint(words.say("claim-email-hint")).optional(words));
    }
    let operation = Some(typed.get("operation")).filter(|id| !id.is_empty()).map_or_else(|| site.entropy.reference(), str::to_owned);
    Form::new(format!("/claim/{code}"), operation, fields).with_files().button(words.say("claim-send")).keeping(Keeping {
        kept: words.say("claim-kept"),
        sending: words.say("claim-sending"),
        discard: words.say("claim-discard"),
    })
}

async fn send(State(site): AnySite, Path(code): Path<String>, Query(asked): Query<Asked>, form: upload::Form) -> Result<Response, Trouble> {
    // A guessed address costs no reading of files.
    let (captain, fund) = find(&site, &code).await?;
    let words = Words(asked.lang.parse().unwrap_or(captain.language));
    let mut wrongs = Wrongs::default();
    if !captain.works(site.clock.now().day_in(&fund.time_zone)) {
        wrongs.add("main", words.say("claim-ended"));
        return page(&site, &code, (&captain, &fund), &asked, &Typed::default(), &wrongs).await;
    }
    let mut upload = upload::read(form, LIMITS).await;
    upload.tell(words, LIMITS, &mut wrongs);
    let (typed, photo) = photo(&site, words, &captain, &mut upload, &mut wrongs).await?;
    if photo.is_none() {
        wrongs.add("file", words.say("claim-no-photo"));
    }
    let mut parsed = parse(&site, &captain, &fund, &typed);
    if let Err(mistakes) = &mut parsed {
        mistakes.drain(..).for_each(|(field, wrong)| tell(words, field, wrong, &mut wrongs));
    }
    let (wish, email) = said(words, &captain, &typed, &mut wrongs);
    if let (Ok(draft), Some(photo), true) = (parsed, photo, wrongs.is_empty()) {
        let draft = Draft { documents: vec![photo], ..draft };
        let claim = Claim { draft: &draft, pay_by: wish.as_ref(), email: &email };
        match claimed(&site, &code, &claim, typed.get("operation")).await {
            Ok(id) => return sent(&site, &code, id, &asked).await,
            Err(refusal) => {
                // What was sent before under this id has come through: what is sent now is another claim.
                let typed = if matches!(refusal, Refusal::Operation(_)) { typed.put("operation", "") } else { typed };
                refused(words, refusal, &mut wrongs)?;
                return page(&site, &code, (&captain, &fund), &Asked { sent: String::new(), ..asked }, &typed, &wrongs).await;
            }
        }
    }
    page(&site, &code, (&captain, &fund), &Asked { sent: String::new(), ..asked }, &typed, &wrongs).await
}

/// What a captain is asked once: how they want to be paid, and where they want to hear of it.
fn said(words: Words, captain: &Captain, typed: &Typed, wrongs: &mut Wrongs) -> (Option<PayBy>, String) {
    let mut wish = None;
    if captain.pay_by.is_none() {
        match PayBy::parse(typed.get("pay_way"), typed.get("pay_by")) {
            Ok(read) => wish = Some(read),
            Err(field) => wrongs.add(field, words.say(if field == "pay_way" { "claim-no-pay-way" } else { "claim-no-pay-by" })),
        }
    }
    let email = if captain.email.is_none() { typed.get("email") } else { "" };
    if !email.is_empty() && !mail::is_address(email) {
        wrongs.add("email", words.say("claim-no-email"));
    }
    (wish, email.to_owned())
}

/// The photo that came, or came before; the form keeps it.
async fn photo(
    site: &Site,
    words: Words,
    captain: &Captain,
    upload: &mut Upload,
    wrongs: &mut Wrongs,
) -> Result<(Typed, Option<Document>), Trouble> {
    let by = Uploader::Link(format!("captain {}", captain.id));
    let sent = std::mem::take(&mut upload.files);
    let taken = documents::take_in(site, &by, words, sent, wrongs).await?;
    let tx = &mut site.db.begin_read().await?;
    let found = match taken.first() {
        Some(id) => files::find(tx, *id).await?,
        // Another's photo is nothing a captain may name.
        None => files::find_by_reference(tx, upload.typed.get("kept")).await?.filter(|document| document.uploader == by.key()),
    };
    let kept = found.as_ref().map_or_else(String::new, |document| document.reference.clone());
    let photo = found.map(|document| Document { document: document.reference, sha256: document.sha256 });
    Ok((std::mem::take(&mut upload.typed).put("kept", kept), photo))
}

fn parse(site: &Site, captain: &Captain, fund: &Fund, typed: &Typed) -> Result<Draft, Vec<draft::Mistake>> {
    let what = typed.get("what").to_owned();
    let form = draft::Form {
        amount: typed.get("amount").to_owned(),
        bought_on: typed.get("bought_on").to_owned(),
        vendor: what,
        paid_by: PaidBy::Person.to_string(),
        category: typed.get("category").to_owned(),
        ..draft::Form::default()
    };
    let uses: Vec<String> = captain.uses().map(str::to_owned).collect();
    let today = site.clock.now().day_in(&fund.time_zone);
    Draft::parse(&form, &Context { fund: fund.id, currency: fund.currency, today, accounts: &[], categories: &uses, funds: &[fund.id] })
}

fn tell(words: Words, field: &str, wrong: Wrong, wrongs: &mut Wrongs) {
    match wrong {
        Wrong::Vendor => wrongs.add("what", words.say("claim-no-what")),
        wrong => wrongs.add(if field == "vendor" { "what" } else { field }, words.of("expense-wrong", wrong.as_str())),
    }
}

async fn claimed(site: &Site, code: &str, claim: &Claim<'_>, operation: &str) -> Result<ExpenseId, Refusal> {
    let operation = Operation::new(operation, code, &["claim", &claim.draft.content()])?;
    let now = site.clock.now();
    transact!(site.db, tx => captains::claim(tx, code, &operation, claim, (&site.keyring, &site.entropy), now).await)
}

async fn sent(site: &Site, code: &str, id: ExpenseId, asked: &Asked) -> Result<Response, Trouble> {
    let whole = spending::find(&mut site.db.begin_read().await?, id).await?.ok_or(Trouble::NotFound)?;
    let lang = if ["en", "es"].contains(&&*asked.lang) { format!("&lang={}", asked.lang) } else { String::new() };
    Ok(answer::see_other(&format!("/claim/{code}?sent={}{lang}", whole.expense.number))?)
}

/// What a captain is told; anything that a claim cannot meet is a fault.
fn refused(words: Words, refusal: Refusal, wrongs: &mut Wrongs) -> Result<(), Trouble> {
    let (field, text) = match refusal {
        Refusal::OverEach(limit) => ("amount", words.with("captain-no-each", "limit", limit.for_people())),
        Refusal::OverTotal(left) => ("amount", words.with("captain-no-total", "left", left.for_people())),
        Refusal::Ended => ("main", words.say("claim-ended")),
        Refusal::Sum => ("category", words.say("expense-wrong-category")),
        Refusal::NotFound => return Err(Trouble::NotFound),
        Refusal::Post(PostError::Locked(month)) => ("main", words.with("expense-no-locked", "month", month)),
        Refusal::Operation(OperationError::Reused | OperationError::Malformed) => ("main", words.say("claim-no-reused")),
        other => return Err(other.into()),
    };
    wrongs.add(field, text);
    Ok(())
}
