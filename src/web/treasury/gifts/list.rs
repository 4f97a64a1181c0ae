//! The list of gifts, one gift, and the disputes. Never who gave: not in lists, not in titles, not in a search.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::disputes::{self, DISPUTES};
use super::{Asked, donor_proof, frame, fund, refunds, repeats, requests, reveals, ways};
use crate::clock::Instant;
use crate::db::Tx;
use crate::donations::{Donation, OfflineKind, arriving, listing};
use crate::funds::{self, Fund};
use crate::ids::DonationId;
use crate::ledger::{self, Source};
use crate::money::Money;
use crate::payments::about;
use crate::payments::object::ObjectState;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::treasury::{Frame, Part, READERS, Sheet};
use crate::web::words::Words;
use crate::web::{AnySite, answer};

const ALL: &str = "/treasury/gifts";
const LIST: &str = "/treasury/{fund}/gifts";
const ONE: &str = "/treasury/gifts/{number}";

/// How many gifts a page of the list has.
const PAGE: i64 = 50;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(ALL, Who::Holding(READERS), all).get(LIST, Who::Holding(READERS), list).get(ONE, Who::Holding(READERS), one)
}

/// The funds whose gifts can be listed; with a number, the gift itself.
async fn all(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    if !asked.number.is_empty() {
        let gift = listing::find_by_number(tx, &asked.number).await?.ok_or(Trouble::NotFound)?;
        return Ok(answer::see_other(&format!("{ALL}/{}", gift.number))?);
    }
    let links = funds::list(tx).await?.into_iter().map(|fund| (format!("/treasury/{}/gifts", fund.slug), fund.name)).collect();
    let frame = Frame::new(&site, &signed_in, words.say("gifts-title"));
    let sheet = Sheet::new(frame).with(Part::Links(links)).with(Part::Links(vec![
        (DISPUTES.to_owned(), words.say("disputes-title")),
        (repeats::REPEATS.to_owned(), words.say("repeats-title")),
    ]));
    Ok(sheet.answer(&Wrongs::default()))
}

async fn list(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let rows = signed_in.rows(PAGE);
    let gifts = listing::list(tx, fund.id, asked.before.map(DonationId), rows).await?;
    let mut table = Table::new(words.say("gifts-caption"), words.say("gifts-none"))
        .column(words.say("gifts-number"))
        .column(words.say("gifts-day"))
        .amounts(words.say("gifts-amount"))
        .amounts(words.say("gifts-fee"))
        .amounts(words.say("gifts-net"))
        .column(words.say("gifts-kind"))
        .column(words.say("gifts-state"));
    // What has a charge came through Stripe; only the few others can have come by hand.
    let others: Vec<DonationId> =
        gifts.iter().filter(|gift| gift.charge_id.is_none() && gift.settled_at.is_some()).map(|gift| gift.id).collect();
    let by_hand = arriving::kinds_of(tx, &others).await?;
    for gift in &gifts {
        table.row(row(words, &fund, gift, kind(words, gift, by_hand.get(&gift.id).copied())));
    }
    table.goes_on(behind(&gifts, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    let sheet = Sheet::new(frame(&site, &signed_in, &fund, "gifts-title"))
        .with(ways(&signed_in, &fund))
        .with(Part::Note(words.say("gifts-no-names")))
        .with(Part::Table(table));
    Ok(sheet.answer(&Wrongs::default()))
}

fn row(words: Words, fund: &Fund, gift: &Donation, kind: String) -> Vec<Cell> {
    let (amount, fee, net) = sums(words, gift);
    let (look, state) = standing(words, gift);
    vec![
        Cell::link(format!("{ALL}/{}", gift.number), gift.number.as_str()),
        Cell::day(words, gift.settled_at.unwrap_or(gift.pledged_at).day_in(&fund.time_zone)),
        amount,
        fee,
        net,
        Cell::text(kind),
        Cell::chip(look, state),
    ]
}

/// What arrived, what was kept of it, what is left; “not yet known” before its line is booked.
fn sums(words: Words, gift: &Donation) -> (Cell, Cell, Cell) {
    let unknown = || Cell::text(words.say("gifts-unknown"));
    let Some((minor, currency)) = gift.settled_minor.zip(gift.settled_currency) else {
        let asked = gift.asked_minor.map_or_else(unknown, |minor| Cell::money(Money::new(minor, gift.currency)));
        return (asked, unknown(), unknown());
    };
    let fee = gift.settled_fee_minor.unwrap_or(0);
    let of = |minor| Cell::money(Money::new(minor, currency));
    (of(minor), of(fee), of(minor.saturating_sub(fee)))
}

fn standing(words: Words, gift: &Donation) -> (&'static str, String) {
    use crate::donations::State as Far;
    let look = match gift.state {
        Far::Paid => "good",
        Far::Open | Far::Waiting => "plain",
        Far::Failed | Far::Expired => "bad",
    };
    (look, words.of("gift-state", gift.state.as_str()))
}

/// How a gift came in, in words.
fn kind(words: Words, gift: &Donation, by_hand: Option<OfflineKind>) -> String {
    by_hand.map_or_else(|| words.of("gift-origin", gift.origin.as_str()), |kind| words.of("offline-kind", kind.as_str()))
}

async fn one(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let gift = listing::find_by_number(tx, &number).await?.ok_or(Trouble::NotFound)?;
    let fund = fund_of(tx, &gift).await?;
    let sheet = gift_sheet(&site, tx, &signed_in, (&fund, &gift), &asked).await?;
    Ok(sheet.answer(&Wrongs::default()))
}

/// The fund of a gift.
pub(super) async fn fund_of(tx: &mut Tx, gift: &Donation) -> Result<Fund, Trouble> {
    funds::list(tx).await?.into_iter().find(|fund| fund.id == gift.fund_id).ok_or(Trouble::NotFound)
}

/// Everything about one gift but who gave it.
async fn gift_sheet(
    site: &crate::web::Site,
    tx: &mut Tx,
    signed_in: &SignedIn,
    (fund, gift): (&Fund, &Donation),
    asked: &Asked,
) -> Result<Sheet, Trouble> {
    let words = signed_in.words;
    let (amount, fee, net) = sums(words, gift);
    let (look, state) = standing(words, gift);
    let publication = match gift.publication_id {
        Some(id) => crate::publication::number_of(tx, id).await?.map(|number| number.to_string()),
        None => None,
    };
    let by_hand = arriving::kinds_of(tx, &[gift.id]).await?.remove(&gift.id);
    let facts = Facts::default()
        .add(words.say("gifts-state"), Cell::chip(look, state))
        .add(words.say("gifts-fund"), Cell::link(format!("/treasury/{}/gifts", fund.slug), fund.name.as_str()))
        .add(words.say("gifts-kind"), Cell::text(kind(words, gift, by_hand)))
        .add(words.say("gifts-amount"), amount)
        .add(words.say("gifts-fee"), fee)
        .add(words.say("gifts-net"), net)
        .add(words.say("gifts-begun"), Cell::moment(words, gift.pledged_at, &fund.time_zone))
        .add(words.say("gifts-publication"), Cell::text(publication.unwrap_or_else(|| words.say("gifts-not-published"))));
    let title = words.with("gifts-one", "number", gift.number.as_str());
    let frame = Frame::new(site, signed_in, title).saying(asked.said(words));
    let sheet = Sheet::new(frame).with(ways(signed_in, fund)).with(Part::Facts(facts)).maybe(donor_proof::way(signed_in, gift));
    let mut sheet = sheet.with(Part::Table(postings(tx, words, gift).await?));
    if let Some(charge) = &gift.charge_id {
        sheet = sheet.with(Part::Table(states(tx, words, fund, charge).await?));
        for part in disputes::ways(tx, signed_in, gift).await? {
            sheet = sheet.with(part);
        }
    }
    for part in requests::of_gift(site, tx, signed_in, gift).await? {
        sheet = sheet.with(part);
    }
    for part in reveals::of_gift(site, tx, signed_in, (fund, gift)).await? {
        sheet = sheet.with(part);
    }
    let sheet = sheet.with(Part::Table(refunds::of_gift(tx, words, fund, gift).await?)).maybe(refunds::way(tx, signed_in, gift).await?);
    repeats::about(tx, signed_in, (fund, gift), sheet).await
}

/// The postings of every entry about a gift.
async fn postings(tx: &mut Tx, words: Words, gift: &Donation) -> Result<Table, Trouble> {
    let mut entries = ledger::entries_of(tx, Source::Gift, &gift.number).await?;
    if let Some(charge) = &gift.charge_id {
        for line in about::lines(tx, charge).await? {
            entries.extend(ledger::entries_of(tx, Source::Stripe, line.id.as_str()).await?);
        }
    }
    let mut table = Table::new(words.say("gifts-postings"), words.say("gifts-postings-none"))
        .column(words.say("gifts-entry"))
        .column(words.say("gifts-day"))
        .column(words.say("gifts-account"))
        .amounts(words.say("gifts-amount"));
    for (id, _) in entries {
        let Some(whole) = ledger::find_entry(tx, id).await? else { continue };
        for posting in &whole.entry.postings {
            table.row(vec![
                Cell::text(format!("{id} · {}", whole.entry.kind.replace('_', " "))),
                Cell::day(words, whole.entry.effective_on),
                Cell::text(posting.path.as_str()),
                Cell::money(posting.amount),
            ]);
        }
    }
    Ok(table)
}

/// What Stripe says of its refunds, disputes and warnings.
async fn states(tx: &mut Tx, words: Words, fund: &Fund, charge: &str) -> Result<Table, Trouble> {
    let mut table = Table::new(words.say("gifts-stripe"), words.say("gifts-stripe-none"))
        .column(words.say("gifts-object"))
        .column(words.say("gifts-state"))
        .amounts(words.say("gifts-amount"))
        .column(words.say("gifts-day"));
    for state in about::objects(tx, charge).await? {
        table.row(vec![
            Cell::text(format!("{} {}", state.object.as_str().replace(['_', '.'], " "), state.id)),
            Cell::text(state.status.replace('_', " ")),
            money(words, &state),
            Cell::moment(words, Instant::from_unix_secs(state.told_at), &fund.time_zone),
        ]);
    }
    Ok(table)
}

/// The amount of what Stripe tells of.
pub(super) fn money(words: Words, state: &ObjectState) -> Cell {
    let amount = state.amount_minor.zip(state.currency).map(|(minor, currency)| Money::new(minor, currency));
    amount.map_or_else(|| Cell::text(words.say("gifts-unknown")), Cell::money)
}
/// The numbers of the gifts that Stripe's objects are about, by their charge.
pub(super) async fn gifts_of(tx: &mut Tx, objects: &[ObjectState]) -> sqlx::Result<BTreeMap<String, String>> {
    let charges: Vec<&str> = objects.iter().filter_map(|object| object.charge_id.as_deref()).collect();
    let gifts = crate::donations::with_charges(tx, &charges).await?;
    Ok(gifts.into_iter().filter_map(|gift| gift.charge_id.map(|charge| (charge, gift.number))).collect())
}

/// The gift that an object of Stripe's is about, or the object itself where we know of none.
pub(super) fn gift_or_object(gifts: &BTreeMap<String, String>, object: &ObjectState) -> Cell {
    let number = object.charge_id.as_ref().and_then(|charge| gifts.get(charge));
    number.map_or_else(|| Cell::text(object.id.as_str()), |number| Cell::link(format!("{ALL}/{number}"), number.as_str()))
}
