//! Refunds: asked for and followed. Not here: what may go back (`donations::refunding`), where it is agreed to (`spending::approvals`).

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::in_kind::sent;
use super::list::{fund_of, gift_or_object, gifts_of};
use super::offline::Pairs;
use super::{Asked, refused};
use crate::approvals::{self, Proposal, Subject};
use crate::db::Tx;
use crate::donations::{Donation, HandError, NewRefund, Refund, RefundReason, RefundState, RefundWay, Stage, listing};
use crate::donations::{refunding, repeating};
use crate::funds::Fund;
use crate::ids::RefundId;
use crate::money::Money;
use crate::payments::about;
use crate::people::Role;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::treasury::spending::APPROVALS;
use crate::web::treasury::{Frame, Part, READERS, RECORDERS, Sheet, operation};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const ASK: &str = "/treasury/gifts/{number}/refund";
/// The refunds there are.
pub const LIST: &str = "/treasury/refunds";
const ONE: &str = "/treasury/refunds/{refund}";

/// How many refunds the list shows.
const PAGE: i64 = 100;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(ASK, Who::Holding(RECORDERS), ask_form).post(ASK, Who::Holding(RECORDERS), ask).get(LIST, Who::Holding(READERS), list).get(
        ONE,
        Who::Holding(READERS),
        one,
    )
}

/// The way to the form, where something can go back.
pub(super) async fn way(tx: &mut Tx, signed_in: &SignedIn, gift: &Donation) -> Result<Option<Part>, Trouble> {
    let left = refunding::left(tx, gift).await?;
    let may = signed_in.person.roles.holds(Role::Recorder) && left.way.is_some() && left.most.minor > 0 && !left.disputed;
    Ok(may.then(|| Part::Links(vec![(format!("/treasury/gifts/{}/refund", gift.number), signed_in.words.say("refund-ask"))])))
}

/// The refunds of one gift: ours, and those made at Stripe without us.
pub(super) async fn of_gift(tx: &mut Tx, words: Words, fund: &Fund, gift: &Donation) -> Result<Table, Trouble> {
    let mut table = heads(words, Table::new(words.say("refund-of-gift"), words.say("refund-none")));
    let ours = refunding::of_gift(tx, gift.id).await?;
    for refund in &ours {
        table.row(row(words, fund, refund));
    }
    let charge = gift.charge_id.as_deref().unwrap_or_default();
    for seen in about::refunds(tx, charge).await? {
        if !ours.iter().any(|refund| refund.stripe_id.as_deref() == Some(&*seen.id)) {
            let amount = Money::new(seen.amount_minor, gift.currency);
            table.row(outside(words, Cell::text(seen.id), amount, &seen.status));
        }
    }
    Ok(table)
}

fn heads(words: Words, table: Table) -> Table {
    table
        .column(words.say("refund-which"))
        .amounts(words.say("gifts-amount"))
        .column(words.say("refund-reason"))
        .column(words.say("gifts-state"))
}

fn row(words: Words, fund: &Fund, refund: &Refund) -> Vec<Cell> {
    vec![
        Cell::link(format!("{LIST}/{}", refund.reference), words.day(refund.asked_at.day_in(&fund.time_zone))),
        Cell::money(refund.amount()),
        Cell::text(words.of("refund-because", refund.reason.as_str())),
        chip(words, refund.state),
    ]
}

fn outside(words: Words, which: Cell, amount: Money, status: &str) -> Vec<Cell> {
    vec![which, Cell::money(amount), Cell::text(words.say("refund-outside")), Cell::chip("warning", status.replace('_', " "))]
}

fn chip(words: Words, state: RefundState) -> Cell {
    let look = match state {
        RefundState::Done => "good",
        RefundState::Failed | RefundState::Rejected => "bad",
        RefundState::Asked | RefundState::Approved | RefundState::Sent => "warning",
    };
    Cell::chip(look, words.of("refund-state", state.as_str()))
}

/// Whether a gift comes again, and nobody stopped that yet.
async fn runs(tx: &mut Tx, gift: &Donation) -> sqlx::Result<bool> {
    Ok(repeating::of_gift(tx, gift.id).await?.is_some_and(|repeat| matches!(repeat.stage(), Stage::Runs(_))))
}

async fn ask_form(State(site): AnySite, signed_in: SignedIn, Path(number): Path<String>) -> Result<Response, Trouble> {
    ask_page(&site, &signed_in, &number, Typed::default(), &Wrongs::default()).await
}

async fn ask_page(site: &Site, signed_in: &SignedIn, number: &str, typed: Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let gift = listing::find_by_number(tx, number).await?.ok_or(Trouble::NotFound)?;
    let left = refunding::left(tx, &gift).await?;
    let way = left.way.ok_or(Trouble::NotFound)?;
    let facts = Facts::default()
        .add(words.say("gifts-number"), Cell::link(format!("/treasury/gifts/{}", gift.number), gift.number.as_str()))
        .add(words.say("refund-paid"), Cell::money(left.paid))
        .add(words.say("refund-back"), Cell::money(left.back))
        .add(words.say("refund-most"), Cell::money(left.most));
    let typed = typed.or("amount", left.most.decimal());
    let parts = FormParts { words, typed: &typed, wrongs };
    let reasons = RefundReason::ALL.map(|reason| Choice::new(reason.as_str(), words.of("refund-because", reason.as_str())));
    let repeats = runs(tx, &gift).await?.then(|| {
        let choices = ["yes", "no"].map(|choice| Choice::new(choice, words.of("refund-repeat", choice)));
        parts.radios("repeat", "refund-repeat", choices.into()).hint(words.say("refund-repeat-hint"))
    });
    let mut fields = vec![
        parts.money("amount", "gifts-amount", left.most.currency.sign()),
        parts.radios("reason", "refund-reason", reasons.into()),
        parts.area("note", "refund-note").hint(words.say("refund-note-hint")),
    ];
    fields.extend(repeats);
    let note = match way {
        RefundWay::Stripe => words.with("refund-fee", "fee", left.fee.for_people()),
        RefundWay::Cash => words.say("refund-cash"),
    };
    let form = Form::new(format!("/treasury/gifts/{}/refund", gift.number), operation(site, &typed), fields);
    let title = Frame::new(site, signed_in, words.with("refund-title", "number", gift.number.as_str()));
    let disputed = left.disputed.then(|| Part::Warning(words.say("gifts-no-in-dispute")));
    let sheet =
        Sheet::new(title).maybe(disputed).with(Part::Facts(facts)).with(Part::Note(note)).with(Part::Note(words.say("refund-others")));
    Ok(sheet.with(Part::Form(form.button(words.say("refund-send")))).answer(wrongs))
}

async fn ask(State(site): AnySite, signed_in: SignedIn, Path(number): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let (typed, mut wrongs, now) = (Typed::new(pairs.clone()), Wrongs::default(), site.clock.now());
    let gift = listing::find_by_number(&mut site.db.begin_read().await?, &number).await?.ok_or(Trouble::NotFound)?;
    let currency = gift.settled_currency.unwrap_or(gift.currency);
    let amount = Money::parse(typed.get("amount"), currency).ok().filter(|amount| amount.minor > 0);
    if amount.is_none() {
        wrongs.add("amount", words.say("gifts-no-amount"));
    }
    let reason = typed.get("reason").parse::<RefundReason>().ok();
    if reason.is_none() {
        wrongs.add("reason", words.say("refund-no-reason"));
    }
    let note = typed.get("note");
    if (reason == Some(RefundReason::Other) && note.is_empty()) || note.chars().count() > 500 {
        wrongs.add("note", words.say("refund-no-note"));
    }
    let stop_repeat = match typed.get("repeat") {
        _ if !runs(&mut site.db.begin_read().await?, &gift).await? => None,
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            wrongs.add("repeat", words.say("refund-no-repeat"));
            None
        }
    };
    if let (Some(amount), Some(reason), true) = (amount, reason, wrongs.is_empty()) {
        let new = NewRefund { amount, reason, note: note.to_owned(), stop_repeat };
        let done: Result<String, HandError> = match sent(&signed_in, &format!("refund {number}"), &pairs, &typed) {
            Err(error) => Err(error),
            Ok(operation) => {
                transact!(site.db, tx => refunding::ask(tx, &number, &new, &operation, signed_in.actor(), &site.entropy, now).await)
            }
        };
        match done {
            Ok(reference) => {
                site.payments.wake();
                return Ok(answer::see_other(&format!("{LIST}/{reference}?done=refund"))?);
            }
            Err(error) => refused(words, error, &mut wrongs)?,
        }
    }
    ask_page(&site, &signed_in, &number, typed, &wrongs).await
}

async fn list(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let funds = crate::funds::list(tx).await?;
    let mut table = heads(words, Table::new(words.say("refund-caption"), words.say("refund-none")));
    let rows = signed_in.rows(PAGE);
    let refunds = refunding::list(tx, asked.before.map(RefundId), rows).await?;
    for refund in &refunds {
        if let Some(fund) = funds.iter().find(|fund| fund.id == refund.fund_id) {
            table.row(row(words, fund, refund));
        }
    }
    table.goes_on(behind(&refunds, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    let mut elsewhere = heads(words, Table::new(words.say("refund-outside-caption"), words.say("refund-outside-none")));
    let recent = about::recent_refunds(tx, asked.outside_before.as_deref(), rows).await?;
    let ours = refunding::ours(tx, &recent.iter().map(|state| state.id.as_str()).collect::<Vec<_>>()).await?;
    let gifts = gifts_of(tx, &recent).await?;
    for state in recent.iter().filter(|state| !ours.contains(&state.id)) {
        if let Some((minor, currency)) = state.amount_minor.zip(state.currency) {
            elsewhere.row(outside(words, gift_or_object(&gifts, state), Money::new(minor, currency), &state.status));
        }
    }
    elsewhere.goes_on(behind(&recent, rows, |last| format!("outside_before={}", last.id)), words.say("list-older"));
    let frame = Frame::new(&site, &signed_in, words.say("refund-list"));
    let requests = super::requests::waiting(tx, words).await?;
    Ok(Sheet::new(frame).with(Part::Table(requests)).with(Part::Table(table)).with(Part::Table(elsewhere)).answer(&Wrongs::default()))
}

/// The refund of that reference, its gift and fund, and what was proposed.
async fn find(tx: &mut Tx, reference: &str) -> Result<(Refund, Donation, Fund, Proposal), Trouble> {
    let refund = refunding::find(tx, reference).await?.ok_or(Trouble::NotFound)?;
    let gift = crate::donations::find(tx, refund.donation_id).await?.ok_or(Trouble::NotFound)?;
    let fund = fund_of(tx, &gift).await?;
    let proposal = approvals::latest(tx, Subject::Refund, &refund.id.to_string()).await?.ok_or(Trouble::NotFound)?;
    Ok((refund, gift, fund, proposal))
}

async fn one(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let (refund, gift, fund, proposal) = find(tx, &reference).await?;
    let signed = approvals::signatures(tx, proposal.id).await?;
    let mut facts = Facts::default()
        .add(words.say("gifts-state"), chip(words, refund.state))
        .add(words.say("gifts-number"), Cell::link(format!("/treasury/gifts/{}", gift.number), gift.number.as_str()))
        .add(words.say("gifts-amount"), Cell::money(refund.amount()))
        .add(words.say("refund-way"), Cell::text(words.of("refund-by", refund.way.as_str())))
        .add(words.say("refund-reason"), Cell::text(words.of("refund-because", refund.reason.as_str())))
        .add(words.say("refund-asked"), Cell::text(words.moment(refund.asked_at, &fund.time_zone)))
        .add(words.say("refund-signed"), Cell::text(words.with_two("refund-of", ("given", signed.len()), ("needed", proposal.needed))))
        .add(words.say("refund-fingerprint"), Cell::text(proposal.fingerprint()));
    if !refund.note.is_empty() {
        facts = facts.add(words.say("refund-note"), Cell::text(refund.note.as_str()));
    }
    if let Some(failure) = &refund.failure {
        facts = facts.add(words.say("refund-failure"), Cell::text(failure.replace('_', " ")));
    }
    let title = words.with("refund-title", "number", gift.number.as_str());
    let mut sheet = Sheet::new(Frame::new(&site, &signed_in, title).saying(asked.said(words))).with(Part::Facts(facts));
    let at_stripe = match refund.stripe_id.as_deref().filter(|_| refund.state == RefundState::Sent) {
        Some(id) => crate::payments::find_object(tx, id).await?,
        None => None,
    };
    if at_stripe.is_some_and(|state| state.status == "pending" && state.reason.as_deref().is_some_and(|why| why.contains("insufficient"))) {
        sheet = sheet.with(Part::Warning(words.say("refund-balance-low")));
    }
    if refund.state == RefundState::Failed {
        sheet = sheet.with(Part::Note(words.say("refund-failed-next")));
    }
    if refund.state == RefundState::Asked {
        let approval = (format!("{APPROVALS}/{}", proposal.id), words.say("refund-approval"));
        sheet = sheet.with(Part::Note(words.say("refund-waits"))).with(Part::Links(vec![approval]));
    }
    Ok(sheet.answer(&Wrongs::default()))
}
