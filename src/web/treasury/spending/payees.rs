//! The payee book: the list, a new payee, and one with a change of how they are paid.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::{APPROVALS, Asked, PAYEES, Pairs, operation, refused, sent};
use crate::ids::PayeeId;
use crate::people::Role;
use crate::spending::payee::{Checked, Details, DetailsState, Kind, NewDetails, NewPayee, Payee, Way};
use crate::spending::payees::{self, Sealing};
use crate::spending::{Refusal, payee_mail};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Field, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::treasury::{Frame, Part, READERS, RECORDERS, Sheet};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const ONE: &str = "/treasury/payees/{id}";
/// How many rows a page has.
const PAGE: i64 = 50;
const EMAIL: &str = "/treasury/payees/{id}/email";
const END: &str = "/treasury/payees/{id}/end";

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(PAYEES, Who::Holding(READERS), list)
        .post(PAYEES, Who::Holding(RECORDERS), add)
        .get(ONE, Who::Holding(READERS), show)
        .post(ONE, Who::Holding(RECORDERS), change)
        .post(EMAIL, Who::Holding(RECORDERS), change_email)
        .post(END, Who::Holding(RECORDERS), end)
}

async fn list(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    list_page(&site, &signed_in, &asked, &Typed::default(), &Wrongs::default()).await
}

async fn list_page(site: &Site, signed_in: &SignedIn, asked: &Asked, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let mut table = Table::new(words.say("place-payees"), words.say("payee-none"))
        .column(words.say("payee-label"))
        .column(words.say("payee-kind"))
        .column(words.say("payee-way"))
        .column(words.say("expense-state"));
    let rows = signed_in.rows(PAGE);
    let page = payees::page(tx, asked.before.map(PayeeId), rows).await?;
    let details = payees::details_of_each(tx, &page).await?;
    for payee in &page {
        let (way, state) = standing(site, words, payee, details.get(&payee.id));
        let label = Cell::link(format!("{PAYEES}/{}", payee.id), payee.label.as_str());
        table.row(vec![label, Cell::text(words.of("payee-kind", payee.kind.as_str())), Cell::text(way), state]);
    }
    table.goes_on(behind(&page, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    let mut sheet = Sheet::new(Frame::new(site, signed_in, words.say("place-payees")).saying(asked.said(words))).with(Part::Table(table));
    if signed_in.person.roles.holds(Role::Recorder) {
        let form = Form::new(PAYEES, operation(site, typed), new_fields(&FormParts { words, typed, wrongs }));
        sheet = sheet
            .with(Part::Heading(words.say("payee-new")))
            .with(Part::Note(words.say("payee-hold-note")))
            .with(Part::Form(form.button(words.say("payee-add"))));
    }
    Ok(sheet.answer(wrongs))
}

/// How they are paid, as far as it may be shown, and whether they can be.
fn standing(site: &Site, words: Words, payee: &Payee, details: Option<&Details>) -> (String, Cell) {
    let way = details.map(|details| format!("{} {}", words.of("payee-way", details.way.as_str()), masked(&details.last_four)));
    let ended = || Cell::chip("plain", words.say("payee-ended"));
    let state = match details {
        _ if payee.ended_at.is_some() => ended(),
        None => ended(),
        Some(details) if details.is_ready(site.clock.now()) => Cell::chip("good", words.say("payee-ready")),
        Some(Details { state: DetailsState::Agreed, ready_at: Some(until), .. }) => {
            Cell::chip("warning", words.with("payee-held", "until", words.moment(*until, &crate::clock::Zone::UTC)))
        }
        Some(_) => Cell::chip("warning", words.say("payee-waiting")),
    };
    (way.unwrap_or_default().trim().to_owned(), state)
}

fn masked(last_four: &str) -> String {
    if last_four.is_empty() { String::new() } else { format!("•••• {last_four}") }
}

fn choices<const N: usize>(words: Words, list: &str, values: [&'static str; N]) -> Vec<Choice> {
    values.iter().map(|value| Choice::new(*value, words.of(list, value))).collect()
}

fn new_fields(parts: &FormParts<'_>) -> Vec<Field> {
    let words = parts.words;
    let mut fields = vec![
        parts.text("label", "payee-label", "off").hint(words.say("expense-private")),
        parts.radios("kind", "payee-kind", choices(words, "payee-kind", Kind::ALL.map(Kind::as_str))),
    ];
    fields.extend(private_fields(parts));
    fields
}

/// What is asked of whoever is to be paid, beside who that is.
pub fn private_fields(parts: &FormParts<'_>) -> Vec<Field> {
    let words = parts.words;
    let mut fields = details_fields(parts);
    fields.extend([
        parts.radios("conflict", "payee-conflict", choices(words, "payee-conflict", ["no", "yes"])),
        parts.area("conflict_text", "payee-conflict-text").optional(words),
        email_field(parts),
    ]);
    fields
}

fn email_field(parts: &FormParts<'_>) -> Field {
    parts.email("email", "payee-email", "off").hint(parts.words.say("payee-email-hint")).optional(parts.words)
}

fn details_fields(parts: &FormParts<'_>) -> Vec<Field> {
    let words = parts.words;
    vec![
        parts.radios("way", "payee-way", choices(words, "payee-way", Way::ALL.map(Way::as_str))),
        parts.text("account", "payee-account", "off").hint(words.say("payee-account-hint")),
        parts.radios("checked", "payee-checked", choices(words, "payee-checked", Checked::ALL.map(Checked::as_str))),
    ]
}

async fn add(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let new =
        NewPayee::parse(typed.get("label"), typed.get("kind"), (typed.get("conflict"), typed.get("conflict_text")), typed.get("email"));
    let details = NewDetails::parse(typed.get("way"), typed.get("account"), typed.get("checked"));
    let mut tell = |list: &[(&'static str, crate::spending::payee::Wrong)]| {
        for (field, wrong) in list {
            wrongs.add(*field, words.of("payee-wrong", wrong.as_str()));
        }
    };
    let (new, details) = match (new, details) {
        (Ok(new), Ok(details)) => (new, details),
        (new, details) => {
            tell(&new.err().unwrap_or_default());
            tell(&details.err().unwrap_or_default());
            return list_page(&site, &signed_in, &Asked::default(), &typed, &wrongs).await;
        }
    };
    let done: Result<PayeeId, Refusal> = match sent(&signed_in, "payee", &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, now) = (signed_in.actor(), site.clock.now());
            let sealing = Sealing { keys: &site.keyring, entropy: &site.entropy };
            transact!(site.db, tx => payees::add(tx, actor, &operation, (&new, &details), sealing, now).await)
        }
    };
    match done {
        Ok(id) => Ok(answer::see_other(&format!("{PAYEES}/{id}?done=payee"))?),
        Err(refusal) => match refused(words, PAYEES, refusal, &mut wrongs)? {
            Some(response) => Ok(response),
            None => list_page(&site, &signed_in, &Asked::default(), &typed, &wrongs).await,
        },
    }
}

async fn show(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    page(&site, &signed_in, PayeeId(id), &asked, &Typed::default(), &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, id: PayeeId, asked: &Asked, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let payee = payees::find(tx, id).await?.ok_or(Trouble::NotFound)?;
    let details = payees::details(tx, id).await?;
    let (way, state) = standing(site, words, &payee, details.as_ref());
    let mut facts = Facts::default()
        .add(words.say("expense-state"), state)
        .add(words.say("payee-kind"), Cell::text(words.of("payee-kind", payee.kind.as_str())))
        .add(words.say("payee-way"), Cell::text(way))
        .add(words.say("payee-pseudonym"), Cell::text(payee.pseudonym.as_str()));
    if let Some(details) = &details {
        facts = facts.add(words.say("payee-checked"), Cell::text(words.of("payee-checked", details.checked.as_str())));
        if let Some(proposal) = details.proposal_id {
            facts = facts.add(words.say("approval-one"), Cell::link(format!("{APPROVALS}/{proposal}"), proposal.to_string()));
        }
    }
    if let Some(conflict) = &payee.conflict {
        facts = facts.add(words.say("payee-conflict"), Cell::text(conflict.as_str()));
    }
    let mut sheet = Sheet::new(Frame::new(site, signed_in, payee.label.as_str()).saying(asked.said(words))).with(Part::Facts(facts));
    if signed_in.person.roles.holds(Role::Recorder) && payee.ended_at.is_none() {
        let parts = FormParts { words, typed, wrongs };
        let change = Form::new(format!("{PAYEES}/{id}"), operation(site, typed), details_fields(&parts)).button(words.say("payee-change"));
        let known = payee_mail::of(&payee, &site.keyring).unwrap_or_default();
        let (typed_email, id_of_email) = (typed.clone().or("email", known), site.entropy.reference());
        let field = email_field(&FormParts { words, typed: &typed_email, wrongs });
        let email = Form::new(format!("{PAYEES}/{id}/email"), id_of_email, vec![field]).button(words.say("me-save"));
        let end = Form::new(format!("{PAYEES}/{id}/end"), site.entropy.reference(), vec![]).button(words.say("payee-end"));
        sheet = sheet
            .with(Part::Heading(words.say("payee-change")))
            .with(Part::Note(words.say("payee-hold-note")))
            .with(Part::Form(change))
            .with(Part::Heading(words.say("payee-email")))
            .with(Part::Form(email))
            .with(Part::Heading(words.say("payee-end")))
            .with(Part::Note(words.say("payee-end-note")))
            .with(Part::Form(end));
    }
    Ok(sheet.answer(wrongs))
}

async fn change(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    match NewDetails::parse(typed.get("way"), typed.get("account"), typed.get("checked")) {
        Err(list) => list.iter().for_each(|(field, wrong)| wrongs.add(*field, words.of("payee-wrong", wrong.as_str()))),
        Ok(details) => {
            let done: Result<PayeeId, Refusal> = match sent(&signed_in, &format!("payee {id}"), &pairs, &typed) {
                Err(error) => Err(error.into()),
                Ok(operation) => {
                    let (actor, now) = (signed_in.actor(), site.clock.now());
                    let sealing = Sealing { keys: &site.keyring, entropy: &site.entropy };
                    transact!(site.db, tx => payees::change(tx, actor, &operation, (PayeeId(id), &details), sealing, now).await)
                }
            };
            match done {
                Ok(id) => return Ok(answer::see_other(&format!("{PAYEES}/{id}?done=payee"))?),
                Err(refusal) => {
                    if let Some(response) = refused(words, PAYEES, refusal, &mut wrongs)? {
                        return Ok(response);
                    }
                }
            }
        }
    }
    page(&site, &signed_in, PayeeId(id), &Asked::default(), &typed, &wrongs).await
}

async fn change_email(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let email = typed.get("email");
    if !payee_mail::is_email(email) {
        wrongs.add("email", words.say("payee-wrong-email"));
        return page(&site, &signed_in, PayeeId(id), &Asked::default(), &typed, &wrongs).await;
    }
    let done: Result<PayeeId, Refusal> = match sent(&signed_in, &format!("payee {id} email"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, now) = (signed_in.actor(), site.clock.now());
            let sealing = Sealing { keys: &site.keyring, entropy: &site.entropy };
            transact!(site.db, tx => payee_mail::set(tx, actor, &operation, (PayeeId(id), email), sealing, now).await)
        }
    };
    match done {
        Ok(id) => Ok(answer::see_other(&format!("{PAYEES}/{id}?done=payee-email"))?),
        Err(refusal) => match refused(words, PAYEES, refusal, &mut wrongs)? {
            Some(response) => Ok(response),
            None => page(&site, &signed_in, PayeeId(id), &Asked::default(), &typed, &wrongs).await,
        },
    }
}

async fn end(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let done: Result<PayeeId, Refusal> = match sent(&signed_in, &format!("end payee {id}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, now) = (signed_in.actor(), site.clock.now());
            transact!(site.db, tx => payees::end(tx, actor, &operation, PayeeId(id), now).await)
        }
    };
    match done {
        Ok(id) => Ok(answer::see_other(&format!("{PAYEES}/{id}?done=payee-ended"))?),
        Err(refusal) => match refused(words, PAYEES, refusal, &mut wrongs)? {
            Some(response) => Ok(response),
            None => page(&site, &signed_in, PayeeId(id), &Asked::default(), &Typed::default(), &wrongs).await,
        },
    }
}
