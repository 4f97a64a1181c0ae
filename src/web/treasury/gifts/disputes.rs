//! Disputes: what a donor's bank asks for, by when, how it ended, and the file of evidence for the answer at Stripe. Not here: the books, which
//! move by Stripe's lines alone.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::list::{fund_of, gift_or_object, gifts_of, money};
use crate::clock::Instant;
use crate::db::Tx;
use crate::donations::{Donation, Stage, listing, repeating};
use crate::funds::Fund;
use crate::money::Money;
use crate::payments::about;
use crate::payments::line::Line;
use crate::payments::object::{ObjectKind, ObjectState};
use crate::people::{Role, audit};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, Wrongs};
use crate::web::table::{Cell, Table, behind};
use crate::web::treasury::{Frame, Part, READERS, RECORDERS};
use crate::web::words::Words;
use crate::web::{AnySite, answer};

/// The disputes there are and were.
pub const DISPUTES: &str = "/treasury/disputes";
const EVIDENCE: &str = "/treasury/gifts/{number}/evidence";

/// How many disputes a list shows.
const MOST: i64 = 50;
/// Stripe's words that we have words of our own for.
const STATES: [&str; 9] = [
    "needs_response",
    "under_review",
    "won",
    "lost",
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
    "prevented",
    "charge_refunded",
];
const REASONS: [&str; 8] = [
    "fraudulent",
    "unrecognized",
    "duplicate",
    "credit_not_processed",
    "subscription_canceled",
    "product_not_received",
    "product_unacceptable",
    "general",
];

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(DISPUTES, Who::Holding(READERS), list).post(EVIDENCE, Who::Holding(RECORDERS), evidence)
}

/// Where a dispute of the gift is open: the way to the file of evidence, and the question whether a gift that goes on coming is to stop.
pub(super) async fn ways(tx: &mut Tx, signed_in: &SignedIn, gift: &Donation) -> sqlx::Result<Vec<Part>> {
    let words = signed_in.words;
    if !signed_in.person.roles.holds(Role::Recorder) || open_dispute(tx, gift).await?.is_none() {
        return Ok(Vec::new());
    }
    let mut parts = vec![Part::Form(Form::new(evidence_of(gift), "", Vec::new()).quiet_button(words.say("disputes-evidence")))];
    if repeating::of_gift(tx, gift.id).await?.is_some_and(|repeat| matches!(repeat.stage(), Stage::Runs(_))) {
        parts.push(Part::Warning(words.say("disputes-repeat")));
        parts.push(Part::Links(vec![(format!("/treasury/gifts/{}/stop", gift.number), words.say("repeat-stop"))]));
    }
    Ok(parts)
}

fn evidence_of(gift: &Donation) -> String {
    format!("/treasury/gifts/{}/evidence", gift.number)
}

/// The dispute of a gift that is open, if there is one.
async fn open_dispute(tx: &mut Tx, gift: &Donation) -> sqlx::Result<Option<ObjectState>> {
    let Some(charge) = &gift.charge_id else { return Ok(None) };
    let objects = about::objects(tx, charge).await?;
    Ok(objects.into_iter().find(|state| state.object == ObjectKind::Dispute && about::is_open(state)))
}

/// How many whole days are left until `due_at`, in unix seconds; 0 on the last one.
fn days_left(due_at: i64, now: Instant) -> i64 {
    due_at.saturating_sub(now.unix_secs()).max(0) / 86_400
}

/// One of Stripe's words in the reader's; the word itself where we have none, for Stripe adds some.
fn told(words: Words, list: &'static str, known: &[&str], word: &str) -> String {
    if known.contains(&word) { words.of(list, word) } else { word.replace('_', " ") }
}

/// How far each list was leafed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Leafed {
    before: Option<String>,
    ended_before: Option<String>,
}

async fn list(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Leafed>) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let rows = signed_in.rows(MOST);
    let open = about::open_disputes(tx, asked.before.as_deref(), rows).await?;
    let ended = about::ended_disputes(tx, asked.ended_before.as_deref(), rows).await?;
    let gifts = [gifts_of(tx, &open).await?, gifts_of(tx, &ended).await?].into_iter().flatten().collect();
    let charges: Vec<&str> = open.iter().chain(&ended).filter_map(|state| state.charge_id.as_deref()).collect();
    let lines = about::lines_of(tx, &charges).await?;
    let open_table = Table::new(words.say("disputes-caption"), words.say("disputes-none"));
    let mut open_table = heads(words, open_table).column(words.say("disputes-left"));
    for state in &open {
        // A bank that only asks, or that has what it needs, waits for nobody's answer.
        let due = state.due_at.filter(|_| state.status.ends_with("needs_response"));
        let left = match due.map(|due| days_left(due, now)) {
            None => Cell::text(words.say("disputes-no-day")),
            Some(days) => {
                let look = if days < 3 { "bad" } else { "warning" };
                Cell::chip(look, words.with("disputes-days", "days", days))
            }
        };
        open_table.row(row(words, &gifts, &lines, state).into_iter().chain([left]).collect());
    }
    let mut ended_table = heads(words, Table::new(words.say("disputes-ended"), words.say("disputes-ended-none")));
    for state in &ended {
        ended_table.row(row(words, &gifts, &lines, state));
    }
    open_table.goes_on(behind(&open, rows, |last| format!("before={}", last.id)), words.say("list-newer"));
    ended_table.goes_on(behind(&ended, rows, |last| format!("ended_before={}", last.id)), words.say("list-older"));
    let sheet = Frame::new(&site, &signed_in, words.say("disputes-title")).live().with(Part::Note(words.say("disputes-note")));
    Ok(sheet.with(Part::Table(open_table)).with(Part::Table(ended_table)).answer(&Wrongs::default()))
}

fn heads(words: Words, table: Table) -> Table {
    table
        .column(words.say("gifts-number"))
        .amounts(words.say("gifts-amount"))
        .amounts(words.say("gifts-fee"))
        .column(words.say("disputes-reason"))
        .column(words.say("gifts-state"))
}

fn row(words: Words, gifts: &BTreeMap<String, String>, lines: &[Line], state: &ObjectState) -> Vec<Cell> {
    let of_dispute: Vec<_> = lines.iter().filter(|line| line.source_id.as_deref() == Some(&*state.id)).collect();
    let minor = of_dispute.iter().fold(0_i64, |sum, line| sum.saturating_add(line.fee_minor));
    let fee =
        of_dispute.first().map_or_else(|| Cell::text(words.say("gifts-unknown")), |line| Cell::money(Money::new(minor, line.currency)));
    vec![
        gift_or_object(gifts, state),
        money(words, state),
        fee,
        Cell::text(told(words, "disputes-because", &REASONS, state.reason.as_deref().unwrap_or("general"))),
        Cell::text(told(words, "disputes-state", &STATES, &state.status)),
    ]
}

/// `POST /treasury/gifts/{number}/evidence`: the receipt, the terms that were shown, the dates, for whoever answers at Stripe. Nothing in it
/// says who gave: Stripe knows that, and the books' side does not tell.
async fn evidence(State(site): AnySite, signed_in: SignedIn, Path(number): Path<String>) -> Result<Response, Trouble> {
    let text = {
        let tx = &mut site.db.begin_read().await?;
        let gift = listing::find_by_number(tx, &number).await?.ok_or(Trouble::NotFound)?;
        let dispute = open_dispute(tx, &gift).await?.ok_or(Trouble::NotFound)?;
        let fund = fund_of(tx, &gift).await?;
        written(tx, signed_in.words, (&fund, &gift, &dispute), &site.base_url).await?
    };
    let (person, now) = (signed_in.person.id, site.clock.now());
    let subject = format!("gift {number}");
    let noted: sqlx::Result<()> = transact!(site.db, tx => audit::write(tx, Some(person), "evidence made", &subject, "", now).await);
    noted?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(format!("attachment; filename=\"evidence-{number}.txt\""))?);
    answer::keep_private(&mut response);
    Ok(response)
}

async fn written(
    tx: &mut Tx,
    words: Words,
    (fund, gift, dispute): (&Fund, &Donation, &ObjectState),
    base_url: &str,
) -> Result<String, Trouble> {
    let moment = |at: Instant| format!("{} ({})", words.moment(at, &fund.time_zone), at.rfc3339());
    let unknown = || words.say("gifts-unknown");
    let amount = |minor: Option<i64>, currency| minor.map_or_else(unknown, |minor| Money::new(minor, currency).for_people());
    let settled = gift.settled_currency.unwrap_or(gift.currency);
    let mut lines = vec![
        words.with("disputes-file-title", "number", gift.number.as_str()),
        String::new(),
        format!("{}: {}", words.say("disputes-file-dispute"), dispute.id),
        format!("{}: {}", words.say("disputes-file-payment"), gift.charge_id.as_deref().unwrap_or_default()),
        format!(
            "{}: {}",
            words.say("disputes-reason"),
            told(words, "disputes-because", &REASONS, dispute.reason.as_deref().unwrap_or("general"))
        ),
        String::new(),
        words.say("disputes-file-receipt"),
        format!("{}: {}", words.say("gifts-fund"), fund.name),
        format!("{}: {}", words.say("gifts-amount"), amount(gift.asked_minor.or(gift.settled_minor), gift.currency)),
        format!("{}: {}", words.say("disputes-file-settled"), amount(gift.settled_minor, settled)),
        format!("{}: {}", words.say("gifts-begun"), moment(gift.pledged_at)),
        format!("{}: {}", words.say("disputes-file-paid"), gift.settled_at.map_or_else(unknown, moment)),
        format!("{}: {}", words.say("gifts-kind"), words.of("gift-origin", gift.origin.as_str())),
        String::new(),
        words.say("disputes-file-terms"),
        fund.promise.clone(),
        format!("{}: {base_url}/f/{}/give", words.say("disputes-file-form"), fund.slug),
        format!("{}: {base_url}/f/{}", words.say("disputes-file-public"), fund.slug),
        words.say("disputes-file-stop"),
        String::new(),
        words.say("disputes-file-dates"),
    ];
    for line in about::lines(tx, gift.charge_id.as_deref().unwrap_or_default()).await? {
        let at = moment(Instant::from_unix_secs(line.created));
        lines.push(format!("{at}: {} {} ({})", line.kind, Money::new(line.amount_minor, line.currency).for_people(), line.id));
    }
    lines.push(String::new());
    lines.push(words.say("disputes-file-nobody"));
    Ok(lines.join("\r\n") + "\r\n")
}
