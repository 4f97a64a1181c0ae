//! Gifts that come in by hand: the list, the forms of each kind, one gift and its next step. Not here: counting cash (`cash.rs`).

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::cash;
use super::in_kind::sent;
use super::{Asked, frame, fund, proof, refused, today, ways};
use crate::clock::Day;
use crate::db::Tx;
use crate::donations::{Bounce, ExpectedForm, HandError, NewExpected, Offline, OfflineKind, OfflineState, OfflineWrong, arriving};
use crate::funds::Fund;
use crate::ids::OfflineId;
use crate::people::Role;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::treasury::{Frame, Part, READERS, RECORDERS, Sheet, operation};
use crate::web::upload;
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const LIST: &str = "/treasury/{fund}/gifts/offline";
const NEW: &str = "/treasury/{fund}/gifts/offline/new/{kind}";
pub(super) const ONE: &str = "/treasury/{fund}/gifts/offline/{number}";
const ARRIVED: &str = "/treasury/{fund}/gifts/offline/{number}/arrived";
const BOUNCED: &str = "/treasury/{fund}/gifts/offline/{number}/bounced";

/// How many rows a page of the list has.
const PAGE: i64 = 50;

/// The fields of a form, as they came.
pub(super) type Pairs = Sent<Vec<(String, String)>>;
/// A fund's word and a gift's number, or a kind.
pub(super) type Place = Path<(String, String)>;

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(LIST, Who::Holding(READERS), list)
        .get(NEW, Who::Holding(RECORDERS), new)
        .upload(NEW, Who::Holding(RECORDERS), proof::LIMITS.whole_bytes(), expect)
        .get(ONE, Who::Holding(READERS), one)
        .post(ARRIVED, Who::Holding(RECORDERS), arrived)
        .upload(BOUNCED, Who::Holding(RECORDERS), proof::LIMITS.whole_bytes(), bounced)
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
    let gifts = arriving::list(tx, fund.id, asked.before.map(OfflineId), rows).await?;
    let mut table = Table::new(words.say("offline-caption"), words.say("offline-none"))
        .column(words.say("gifts-number"))
        .column(words.say("gifts-kind"))
        .column(words.say("gifts-day"))
        .amounts(words.say("gifts-amount"))
        .column(words.say("gifts-state"));
    for gift in &gifts {
        table.row(vec![
            Cell::link(address(&fund, &gift.number), gift.number.as_str()),
            Cell::text(words.of("offline-kind", gift.kind.as_str())),
            Cell::day(words, gift.dated_on),
            amount(words, gift),
            chip(words, gift),
        ]);
    }
    table.goes_on(behind(&gifts, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    let may = signed_in.person.roles.holds(Role::Recorder);
    let kinds = OfflineKind::ALL.iter().filter(|_| may);
    let at = |kind: &OfflineKind| match kind {
        OfflineKind::Cash => format!("/treasury/{}/gifts/cash", fund.slug),
        other => format!("/treasury/{}/gifts/offline/new/{other}", fund.slug),
    };
    let kinds: Vec<_> = kinds.map(|kind| (at(kind), words.of("offline-new", kind.as_str()))).collect();
    let kinds = Some(kinds).filter(|kinds| !kinds.is_empty()).map(Part::Links);
    let sheet = Sheet::new(frame(&site, &signed_in, &fund, "offline-title").saying(asked.said(words)))
        .with(ways(&signed_in, &fund))
        .maybe(kinds)
        .with(Part::Table(table))
        .with(Part::Table(cash::boxes(tx, words).await?))
        .maybe(may.then(|| Part::Links(vec![(format!("/treasury/{}/gifts/deposit", fund.slug), words.say("cash-deposit"))])));
    Ok(sheet.answer(&Wrongs::default()))
}

/// The page of one gift by hand.
pub(super) fn address(fund: &Fund, number: &str) -> String {
    format!("/treasury/{}/gifts/offline/{number}", fund.slug)
}

fn amount(words: Words, gift: &Offline) -> Cell {
    gift.amount().map_or_else(|| Cell::text(words.say("offline-being-counted")), Cell::money)
}

fn chip(words: Words, gift: &Offline) -> Cell {
    let look = match gift.state {
        OfflineState::Counted => "good",
        OfflineState::Bounced => "bad",
        OfflineState::Counting | OfflineState::Signed | OfflineState::Expected => "warning",
    };
    Cell::chip(look, words.of("offline-state", gift.state.as_str()))
}

/// A kind that the bank brings; 404 for any other word.
fn expected_kind(word: &str) -> Result<OfflineKind, Trouble> {
    word.parse().ok().filter(|kind| *kind != OfflineKind::Cash).ok_or(Trouble::NotFound)
}

async fn new(State(site): AnySite, signed_in: SignedIn, Path((slug, kind)): Place) -> Result<Response, Trouble> {
    let kind = expected_kind(&kind)?;
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    Ok(new_page(&site, &signed_in, &fund, kind, Typed::default(), &Wrongs::default()))
}

fn new_page(site: &Site, signed_in: &SignedIn, fund: &Fund, kind: OfflineKind, typed: Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let typed = typed.or("dated_on", today(fund, site.clock.now()).to_string());
    let parts = FormParts { words, typed: &typed, wrongs };
    let sign = fund.currency.sign();
    let day = parts.day("dated_on", if kind == OfflineKind::Cheque { "offline-cheque-day" } else { "offline-day" });
    let donor = parts.text("donor", "offline-donor", "off").hint(words.say("goods-donor-hint")).optional(words);
    let mut fields = match kind {
        OfflineKind::Batch => vec![
            parts.text("place", "offline-platform", "off"),
            parts.number("gifts", "offline-gifts").hint(words.say("offline-gifts-hint")),
            parts.money("amount", "offline-gross", sign),
            parts.money("fee", "offline-fee", sign),
            parts.money("net", "offline-net", sign),
            day,
        ],
        OfflineKind::Cash | OfflineKind::Cheque | OfflineKind::Transfer | OfflineKind::Organisation => {
            vec![parts.money("amount", "gifts-amount", sign), day, donor]
        }
    };
    match kind {
        OfflineKind::Batch => fields.extend(proof::fields(&parts, "proof-statement")),
        OfflineKind::Cheque => fields.extend(proof::fields(&parts, "proof-cheque").map(|field| field.optional(words))),
        OfflineKind::Cash | OfflineKind::Transfer | OfflineKind::Organisation => {}
    }
    let form = Form::new(format!("/treasury/{}/gifts/offline/new/{kind}", fund.slug), operation(site, &typed), fields).with_files();
    let title = Frame::new(site, signed_in, words.of("offline-new", kind.as_str()));
    let sheet = Sheet::new(title).with(ways(signed_in, fund)).with(Part::Note(words.say("offline-counts-later")));
    sheet.with(Part::Form(form.button(words.say("offline-save")))).answer(wrongs)
}

async fn expect(State(site): AnySite, signed_in: SignedIn, Path((slug, word)): Place, form: upload::Form) -> Result<Response, Trouble> {
    let (words, kind) = (signed_in.words, expected_kind(&word)?);
    let (mut wrongs, now) = (Wrongs::default(), site.clock.now());
    let (typed, document) = proof::read(&site, &signed_in, form, &mut wrongs).await?;
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let form = ExpectedForm {
        amount: typed.get("amount"),
        fee: typed.get("fee"),
        net: typed.get("net"),
        gifts: typed.get("gifts"),
        place: typed.get("place"),
        dated_on: typed.get("dated_on"),
        donor: typed.get("donor"),
    };
    match NewExpected::parse(kind, &form, fund.currency, today(&fund, now)) {
        Err(fields) => fields.into_iter().for_each(|(field, wrong)| wrongs.add(field, said(words, kind, wrong))),
        Ok(new) if wrongs.is_empty() => {
            let content = [("gift".to_owned(), format!("{} {new:?} {document:?}", fund.slug))];
            let kept: Result<String, HandError> = match sent(&signed_in, kind.as_str(), &content, &typed) {
                Err(error) => Err(error),
                Ok(operation) => {
                    let (with, given) = ((&*site.keyring, &site.entropy), (&new, document.as_ref()));
                    transact!(site.db, tx => arriving::expect(tx, fund.id, given, &operation, signed_in.actor(), with, now).await)
                }
            };
            match kept {
                Ok(number) => return Ok(answer::see_other(&format!("{}?done=expected", address(&fund, &number)))?),
                Err(error) => refused(words, error, &mut wrongs)?,
            }
        }
        Ok(_) => {}
    }
    Ok(new_page(&site, &signed_in, &fund, kind, typed, &wrongs))
}

fn said(words: Words, kind: OfflineKind, wrong: OfflineWrong) -> String {
    match wrong {
        OfflineWrong::Amount => words.say("gifts-no-amount"),
        OfflineWrong::Net { is, said } => words.with_two("offline-no-net", ("is", is.for_people()), ("said", said.for_people())),
        OfflineWrong::Gifts => words.say("offline-no-gifts"),
        OfflineWrong::Place => words.say("offline-no-platform"),
        OfflineWrong::Day if kind == OfflineKind::Cheque => words.say("offline-no-cheque-day"),
        OfflineWrong::Day => words.say("gifts-no-day"),
        OfflineWrong::TooLong => words.say("gifts-no-too-long"),
    }
}

/// The gift of that number in that fund; 404 for another fund's.
pub(super) async fn find(tx: &mut Tx, slug: &str, number: &str) -> Result<(Fund, Offline), Trouble> {
    let fund = fund(tx, slug).await?;
    let gift = arriving::find(tx, number).await?.filter(|gift| gift.fund_id == fund.id).ok_or(Trouble::NotFound)?;
    Ok((fund, gift))
}

async fn one(
    State(site): AnySite,
    signed_in: SignedIn,
    Path((slug, number)): Place,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let (fund, gift) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    one_page(&site, &signed_in, (&fund, &gift), &asked, Typed::default(), &Wrongs::default()).await
}

pub(super) async fn one_page(
    site: &Site,
    signed_in: &SignedIn,
    (fund, gift): (&Fund, &Offline),
    asked: &Asked,
    typed: Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let mut facts = Facts::default()
        .add(words.say("gifts-state"), chip(words, gift))
        .add(words.say("gifts-kind"), Cell::text(words.of("offline-kind", gift.kind.as_str())));
    // A count is blind: what one person counted is shown to nobody before it is settled, an approver of a signed sheet aside.
    facts = facts.add(words.say("gifts-amount"), amount(words, gift));
    if gift.fee_minor > 0 {
        facts = facts.add(words.say("offline-fee"), Cell::money(crate::money::Money::new(gift.fee_minor, gift.currency)));
    }
    if gift.kind == OfflineKind::Batch {
        facts = facts.add(words.say("offline-gifts"), Cell::number(gift.gifts));
    }
    if !gift.place.is_empty() {
        let what = if gift.kind == OfflineKind::Batch { "offline-platform" } else { "cash-place" };
        facts = facts.add(words.say(what), Cell::text(gift.place.as_str()));
    }
    facts = facts
        .add(words.say("gifts-day"), Cell::day(words, gift.dated_on))
        .add(words.say("gifts-account"), Cell::text(gift.account.as_str()));
    if gift.donation_id.is_some() {
        let whole = Cell::link(format!("/treasury/gifts/{}", gift.number), gift.number.as_str());
        facts = facts.add(words.say("gifts-number"), whole);
    }
    if let Some(because) = &gift.bounced_because {
        facts = facts.add(words.say("offline-bounced-because"), Cell::text(because.as_str()));
    }
    let title = words.with("gifts-one", "number", gift.number.as_str());
    let frame = Frame::new(site, signed_in, title).saying(asked.said(words));
    let mut sheet = Sheet::new(frame).with(ways(signed_in, fund)).with(Part::Facts(facts));
    let proofs = proof::table(tx, words, gift).await?;
    if !proofs.rows().is_empty() {
        sheet = sheet.with(Part::Table(proofs));
    }
    for part in next_steps(site, tx, signed_in, (fund, gift), &typed, wrongs).await? {
        sheet = sheet.with(part);
    }
    Ok(sheet.answer(wrongs))
}

/// What this person may do with it now.
async fn next_steps(
    site: &Site,
    tx: &mut Tx,
    signed_in: &SignedIn,
    (fund, gift): (&Fund, &Offline),
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Vec<Part>, Trouble> {
    let words = signed_in.words;
    let records = signed_in.person.roles.holds(Role::Recorder);
    let typed = typed.clone().or("day", today(fund, site.clock.now()).to_string());
    let parts = FormParts { words, typed: &typed, wrongs };
    let at = address(fund, &gift.number);
    let form = |way: &str, fields| Form::new(format!("{at}/{way}"), operation(site, &typed), fields);
    Ok(match gift.state {
        OfflineState::Counting | OfflineState::Signed => cash::next_steps(site, tx, signed_in, (fund, gift), &typed, wrongs).await?,
        OfflineState::Expected if records => {
            let fields = vec![
                parts.text("line", "offline-line", "off").hint(words.say("offline-line-hint")),
                parts.day("day", "offline-arrived-on"),
            ];
            vec![Part::Form(form("arrived", fields).button(words.say("offline-arrived")))]
        }
        OfflineState::Counted if records && gift.kind == OfflineKind::Cheque => {
            let mut fields = vec![
                parts.day("day", "offline-bounced-on"),
                parts.text("because", "offline-bounced-because", "off").hint(words.say("offline-bounced-because-hint")),
            ];
            fields.extend(proof::fields(&parts, "proof-letter").map(|field| field.optional(words)));
            vec![Part::Form(form("bounced", fields).with_files().button(words.say("offline-bounced")))]
        }
        OfflineState::Expected | OfflineState::Counted | OfflineState::Bounced => Vec::new(),
    })
}

/// The day of a form; a wrong is noted where there is none that has come.
pub(super) fn day(words: Words, fund: &Fund, typed: &Typed, now: crate::clock::Instant, wrongs: &mut Wrongs) -> Option<Day> {
    let day = typed.get("day").parse::<Day>().ok().filter(|day| *day <= today(fund, now));
    if day.is_none() {
        wrongs.add("day", words.say("gifts-no-day"));
    }
    day
}

async fn arrived(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Place, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let (fund, gift) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let (typed, mut wrongs, now) = (Typed::new(pairs.clone()), Wrongs::default(), site.clock.now());
    let line = Some(typed.get("line")).filter(|line| !line.is_empty() && line.chars().count() <= 200);
    if line.is_none() {
        wrongs.add("line", words.say("offline-no-line"));
    }
    let day = day(words, &fund, &typed, now, &mut wrongs);
    if let (Some(line), Some(day)) = (line, day) {
        let done: Result<(), HandError> = match sent(&signed_in, &format!("arrived {number}"), &pairs, &typed) {
            Err(error) => Err(error),
            Ok(operation) => transact!(site.db, tx => {
                arriving::note_arrival(tx, &number, (line, day), &operation, signed_in.actor(), &site.entropy, now).await
            }),
        };
        match done {
            Ok(()) => return Ok(answer::see_other(&format!("{}?done=arrived", address(&fund, &number)))?),
            Err(error) => refused(words, error, &mut wrongs)?,
        }
    }
    one_page(&site, &signed_in, (&fund, &gift), &Asked::default(), typed, &wrongs).await
}

async fn bounced(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Place, form: upload::Form) -> Result<Response, Trouble> {
    let (words, mut wrongs, now) = (signed_in.words, Wrongs::default(), site.clock.now());
    let (typed, letter) = proof::read(&site, &signed_in, form, &mut wrongs).await?;
    let (fund, gift) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let on = day(words, &fund, &typed, now, &mut wrongs);
    if let (Some(on), true) = (on, wrongs.is_empty()) {
        let bounce = Bounce { on, because: typed.get("because").to_owned(), letter };
        let content = [("bounce".to_owned(), format!("{bounce:?}"))];
        let done: Result<(), HandError> = match sent(&signed_in, &format!("bounced {number}"), &content, &typed) {
            Err(error) => Err(error),
            Ok(operation) => transact!(site.db, tx => arriving::bounce(tx, &number, &bounce, &operation, signed_in.actor(), now).await),
        };
        match done {
            Ok(()) => return Ok(answer::see_other(&format!("{}?done=bounced", address(&fund, &number)))?),
            Err(error) => refused(words, error, &mut wrongs)?,
        }
    }
    one_page(&site, &signed_in, (&fund, &gift), &Asked::default(), typed, &wrongs).await
}
