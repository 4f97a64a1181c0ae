//! Counting cash, blind and by two people, and taking it to the bank. Not here: cheques and transfers (`offline.rs`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::in_kind::sent;
use super::offline::{Pairs, Place, address, day, find, one_page};
use super::{Asked, frame, fund, proof, refused, today, ways};
use crate::db::Tx;
use crate::donations::counting::{self, Bucket, Deposit};
use crate::donations::{Count, CountSheet, HandError, Offline, OfflineState, denominations};
use crate::funds::Fund;
use crate::ids::EntryId;
use crate::money::{Currency, Money};
use crate::people::Role;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Field, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Table};
use crate::web::treasury::spending::to_the_approval;
use crate::web::treasury::{Part, RECORDERS, Sheet, operation};
use crate::web::upload;
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const NEW: &str = "/treasury/{fund}/gifts/cash";
const COUNT: &str = "/treasury/{fund}/gifts/offline/{number}/count";
const DEPOSIT: &str = "/treasury/{fund}/gifts/deposit";

/// Who may count a bucket.
const COUNTERS: &[Role] = &[Role::Recorder, Role::Approver];

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(NEW, Who::Holding(COUNTERS), new)
        .upload(NEW, Who::Holding(COUNTERS), proof::LIMITS.whole_bytes(), begin)
        .post(COUNT, Who::Holding(COUNTERS), count)
        .get(DEPOSIT, Who::Holding(RECORDERS), deposit_form)
        .post(DEPOSIT, Who::Holding(RECORDERS), deposit)
}

/// One field for each coin and note.
fn sheet_fields(parts: &FormParts<'_>, currency: Currency) -> Vec<Field> {
    let field = |worth: &i64| parts.number(&format!("n{worth}"), "cash-pieces").named(Money::new(*worth, currency).for_people());
    denominations(currency).iter().map(field).collect()
}

/// What was counted; what cannot be read is noted at its field.
fn read_sheet(words: Words, typed: &Typed, currency: Currency, wrongs: &mut Wrongs) -> Option<CountSheet> {
    let names: Vec<(i64, String)> = denominations(currency).iter().map(|worth| (*worth, format!("n{worth}"))).collect();
    match CountSheet::parse(names.iter().map(|(worth, name)| (*worth, typed.get(name)))) {
        Ok(sheet) => return Some(sheet),
        Err(worths) if worths.is_empty() => wrongs.add(names[0].1.clone(), words.say("cash-no-empty")),
        Err(worths) => worths.iter().for_each(|worth| wrongs.add(format!("n{worth}"), words.say("cash-no-pieces"))),
    }
    None
}

async fn new(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    Ok(new_page(&site, &signed_in, &fund, Typed::default(), &Wrongs::default()))
}

fn new_page(site: &Site, signed_in: &SignedIn, fund: &Fund, typed: Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let typed = typed.or("day", today(fund, site.clock.now()).to_string()).or("box", "main").or("second", "blind");
    let parts = FormParts { words, typed: &typed, wrongs };
    let ways_to_second = ["blind", "sheet"].map(|way| Choice::new(way, words.of("cash-second", way)));
    let mut fields = vec![
        parts.text("place", "cash-place", "off").hint(words.say("goods-kept-hint")),
        parts.text("box", "cash-box", "off").hint(words.say("cash-box-hint")),
        parts.day("day", "cash-day"),
        parts.radios("second", "cash-second", ways_to_second.into()),
    ];
    fields.extend(proof::fields(&parts, "cash-sheet").map(|field| field.optional(words)));
    fields.extend(sheet_fields(&parts, fund.currency));
    let form = Form::new(format!("/treasury/{}/gifts/cash", fund.slug), operation(site, &typed), fields).with_files();
    Sheet::new(frame(site, signed_in, fund, "cash-title"))
        .with(ways(signed_in, fund))
        .with(Part::Note(words.say("cash-how")))
        .with(Part::Form(form.button(words.say("cash-count"))))
        .answer(wrongs)
}

async fn begin(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, form: upload::Form) -> Result<Response, Trouble> {
    let (words, mut wrongs, now) = (signed_in.words, Wrongs::default(), site.clock.now());
    let (typed, photo) = proof::read(&site, &signed_in, form, &mut wrongs).await?;
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let place = Some(typed.get("place")).filter(|place| !place.is_empty() && place.chars().count() <= 200);
    if place.is_none() {
        wrongs.add("place", words.say("cash-no-place"));
    }
    if !counting::is_box_name(typed.get("box")) {
        wrongs.add("box", words.say("cash-no-box"));
    }
    let counted_on = day(words, &fund, &typed, now, &mut wrongs);
    let sheet = read_sheet(words, &typed, fund.currency, &mut wrongs);
    let by_sheet = typed.get("second") == "sheet";
    if by_sheet && photo.is_none() {
        wrongs.add("file", words.say("cash-no-sheet"));
    }
    if let (Some(place), Some(counted_on), Some(sheet), true) = (place, counted_on, sheet, wrongs.is_empty()) {
        let signed = photo.filter(|_| by_sheet);
        let bucket = Bucket { place: place.to_owned(), cash_box: typed.get("box").to_owned(), counted_on, signed };
        let content = [("bucket".to_owned(), format!("{} {bucket:?} {}", fund.slug, sheet.text()))];
        let done: Result<String, HandError> = match sent(&signed_in, "cash", &content, &typed) {
            Err(error) => Err(error),
            Ok(operation) => transact!(site.db, tx => {
                counting::begin(tx, fund.id, (&bucket, &sheet), &operation, signed_in.actor(), &site.entropy, now).await
            }),
        };
        match done {
            Ok(number) => return Ok(answer::see_other(&format!("{}?done=count", address(&fund, &number)))?),
            Err(error) => refused(words, error, &mut wrongs)?,
        }
    }
    Ok(new_page(&site, &signed_in, &fund, typed, &wrongs))
}

/// What this person may do with a bucket that is being counted.
pub(super) async fn next_steps(
    site: &Site,
    tx: &mut Tx,
    signed_in: &SignedIn,
    (fund, gift): (&Fund, &Offline),
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Vec<Part>, Trouble> {
    let (words, roles) = (signed_in.words, &signed_in.person.roles);
    let at = address(fund, &gift.number);
    if gift.state == OfflineState::Signed {
        let proposal = counting::proposal(tx, &gift.number).await?;
        return Ok(vec![match proposal {
            Some(proposal) => to_the_approval(words, &proposal),
            None => Part::Note(words.say("cash-waits-approver")),
        }]);
    }
    let mut parts = Vec::new();
    if let Some((first, second)) = counting::last_difference(tx, gift).await? {
        let said = words.with_two("cash-differ", ("first", first.for_people()), ("second", second.for_people()));
        parts.push(Part::Warning(said));
    }
    let counts = COUNTERS.iter().any(|role| roles.holds(*role));
    if !counts || counting::has_counted(tx, gift, signed_in.person.id).await? {
        parts.push(Part::Note(words.say("cash-waits-second")));
        return Ok(parts);
    }
    let fields = sheet_fields(&FormParts { words, typed, wrongs }, fund.currency);
    parts.push(Part::Note(words.say("cash-blind")));
    parts.push(Part::Form(Form::new(format!("{at}/count"), operation(site, typed), fields).button(words.say("cash-count"))));
    Ok(parts)
}

async fn count(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Place, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let (fund, gift) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let (typed, mut wrongs, now) = (Typed::new(pairs.clone()), Wrongs::default(), site.clock.now());
    if let Some(sheet) = read_sheet(words, &typed, fund.currency, &mut wrongs) {
        let done: Result<Count, HandError> = match sent(&signed_in, &format!("count {number}"), &pairs, &typed) {
            Err(error) => Err(error),
            Ok(operation) => {
                transact!(site.db, tx => counting::count(tx, &number, &sheet, &operation, signed_in.actor(), &site.entropy, now).await)
            }
        };
        let word = match done {
            Ok(Count::First) => "count",
            Ok(Count::Agrees) => "counted",
            Ok(Count::Differs { .. }) => "differ",
            Err(HandError::OwnWork) => {
                wrongs.add("main", words.say("cash-no-own-count"));
                ""
            }
            Err(error) => {
                refused(words, error, &mut wrongs)?;
                ""
            }
        };
        if !word.is_empty() {
            return Ok(answer::see_other(&format!("{}?done={word}", address(&fund, &number)))?);
        }
    }
    one_page(&site, &signed_in, (&fund, &gift), &Asked::default(), typed, &wrongs).await
}

/// What each cash box holds.
pub(super) async fn boxes(tx: &mut Tx, words: Words) -> Result<Table, Trouble> {
    let mut table =
        Table::new(words.say("cash-boxes"), words.say("cash-boxes-none")).column(words.say("cash-box")).amounts(words.say("cash-holds"));
    for (name, holds) in counting::boxes(tx).await? {
        table.row(vec![Cell::text(name), Cell::money(holds)]);
    }
    Ok(table)
}

async fn deposit_form(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    deposit_page(&site, tx, &signed_in, &fund, Typed::default(), &Wrongs::default()).await
}

async fn deposit_page(
    site: &Site,
    tx: &mut Tx,
    signed_in: &SignedIn,
    fund: &Fund,
    typed: Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let typed = typed.or("day", today(fund, site.clock.now()).to_string()).or("box", "main");
    let parts = FormParts { words, typed: &typed, wrongs };
    let sign = fund.currency.sign();
    let fields = vec![
        parts.text("box", "cash-box", "off"),
        parts.money("taken", "cash-taken", sign),
        parts.money("banked", "cash-banked", sign).hint(words.say("cash-banked-hint")),
        parts.day("day", "cash-deposited-on"),
    ];
    let form = Form::new(format!("/treasury/{}/gifts/deposit", fund.slug), operation(site, &typed), fields);
    let sheet =
        Sheet::new(frame(site, signed_in, fund, "cash-deposit")).with(ways(signed_in, fund)).with(Part::Table(boxes(tx, words).await?));
    Ok(sheet.with(Part::Form(form.button(words.say("cash-deposit-button")))).answer(wrongs))
}

async fn deposit(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let (typed, mut wrongs, now) = (Typed::new(pairs.clone()), Wrongs::default(), site.clock.now());
    let mut amount = |name: &str| {
        let amount = Money::parse(typed.get(name), fund.currency).ok().filter(|amount| amount.minor > 0);
        if amount.is_none() {
            wrongs.add(name, words.say("gifts-no-amount"));
        }
        amount
    };
    let (taken, banked) = (amount("taken"), amount("banked"));
    let on = day(words, &fund, &typed, now, &mut wrongs);
    if let (Some(taken), Some(banked), Some(on)) = (taken, banked, on) {
        let deposit = Deposit { cash_box: typed.get("box").to_owned(), taken, banked, on };
        let done: Result<EntryId, HandError> = match sent(&signed_in, "deposit", &pairs, &typed) {
            Err(error) => Err(error),
            Ok(operation) => {
                transact!(site.db, tx => counting::deposit(tx, fund.id, &deposit, &operation, signed_in.actor(), now).await)
            }
        };
        match done {
            Ok(_) => return Ok(answer::see_other(&format!("/treasury/{slug}/gifts/offline?done=deposited"))?),
            Err(error) => refused(words, error, &mut wrongs)?,
        }
    }
    deposit_page(&site, tx, &signed_in, &fund, typed, &wrongs).await
}
