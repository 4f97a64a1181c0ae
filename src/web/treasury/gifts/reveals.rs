//! Who gave: the question with its reason, and what whoever asked sees once another person agreed, for a quarter of an hour. Nothing of it stands in
//! a list, a title or a table, which could be taken out as a file. Not here: who may (`donations::revealing`).

use axum::extract::{Form as Sent, Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::in_kind::sent;
use super::offline::Pairs;
use super::{refused, told};
use crate::approvals::{self, Subject};
use crate::db::Tx;
use crate::donations::revealing::{self, Told};
use crate::donations::{self, Because, Donation, HandError, NewReveal, Reveal, RevealState, listing};
use crate::funds::{self, Fund};
use crate::people::{NotAllowed, Role, audit};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::spending::APPROVALS;
use crate::web::treasury::{Frame, Part, RECORDERS, Sheet, not_allowed, operation};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const ASK: &str = "/treasury/gifts/{number}/reveal";
const ONE: &str = "/treasury/reveals/{reveal}";
const EXPORT: &str = "/treasury/reveals/{reveal}/export";

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(RECORDERS);
    doors.get(ASK, who, ask_form).post(ASK, who, ask).get(ONE, who, one).post(ONE, who, open).post(EXPORT, who, export)
}

/// The questions about a gift's donor, and the way to ask, where somebody is known.
pub(super) async fn of_gift(
    site: &Site,
    tx: &mut Tx,
    signed_in: &SignedIn,
    (fund, gift): (&Fund, &Donation),
) -> Result<Vec<Part>, Trouble> {
    let words = signed_in.words;
    if !signed_in.person.roles.holds(Role::Recorder) {
        return Ok(Vec::new());
    }
    let mut links = Vec::new();
    for reveal in revealing::of_gift(tx, gift.id).await? {
        let day = words.day(reveal.asked_at.day_in(&fund.time_zone));
        let state = words.of("reveal-state", state_of(site, &reveal));
        links.push((format!("/treasury/reveals/{}", reveal.reference), words.with_two("reveal-one", ("day", day), ("state", state))));
    }
    if donations::donor_of(tx, &site.keyring, gift.id).await?.is_some() {
        links.push((format!("/treasury/gifts/{}/reveal", gift.number), words.say("reveal-ask")));
    }
    let parts = (!links.is_empty()).then(|| vec![Part::Heading(words.say("reveal-heading")), Part::Links(links)]);
    Ok(parts.unwrap_or_default())
}

/// How far a question has come, as a word of ours; what was agreed to and not opened in time has ended.
fn state_of(site: &Site, reveal: &Reveal) -> &'static str {
    let now = site.clock.now();
    match reveal.state {
        RevealState::Agreed if !reveal.can_open(now) => "expired",
        RevealState::Opened if !reveal.is_seen(now) => "closed",
        state => state.as_str(),
    }
}

async fn ask_form(State(site): AnySite, signed_in: SignedIn, Path(number): Path<String>) -> Result<Response, Trouble> {
    ask_page(&site, &signed_in, &number, Typed::default(), &Wrongs::default()).await
}

async fn ask_page(site: &Site, signed_in: &SignedIn, number: &str, typed: Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let gift = listing::find_by_number(tx, number).await?.ok_or(Trouble::NotFound)?;
    let back = Part::Links(vec![(format!("/treasury/gifts/{}", gift.number), gift.number.clone())]);
    let sheet = Sheet::new(Frame::new(site, signed_in, words.with("reveal-title", "number", gift.number.as_str())));
    if donations::donor_of(tx, &site.keyring, gift.id).await?.is_none() {
        return Ok(sheet.text(words.say("reveal-nobody")).with(back).answer(wrongs));
    }
    let typed = typed.or("look", "gift");
    let parts = FormParts { words, typed: &typed, wrongs };
    let because = Because::ALL.map(|because| Choice::new(because.as_str(), words.of("reveal-because", because.as_str())));
    let look = ["gift", "everything"].map(|look| Choice::new(look, words.of("reveal-look", look)));
    let fields = vec![
        parts.radios("because", "reveal-because", because.into()),
        parts.radios("look", "reveal-look", look.into()),
        parts.area("reason", "reveal-reason").hint(words.say("reveal-reason-hint")),
    ];
    let form = Form::new(format!("/treasury/gifts/{}/reveal", gift.number), operation(site, &typed), fields);
    let sheet = sheet.text(words.say("reveal-what")).text(words.say("reveal-told")).form(form.button(words.say("reveal-send")));
    Ok(sheet.with(back).answer(wrongs))
}

async fn ask(State(site): AnySite, signed_in: SignedIn, Path(number): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed) = (signed_in.words, Typed::new(pairs.clone()));
    let (mut wrongs, now) = (Wrongs::default(), site.clock.now());
    let because = typed.get("because").parse::<Because>().ok();
    if because.is_none() {
        wrongs.add("because", words.say("reveal-no-because"));
    }
    let whole = match typed.get("look") {
        "gift" => Some(false),
        "everything" => Some(true),
        _ => None,
    };
    if whole.is_none() {
        wrongs.add("look", words.say("reveal-no-look"));
    }
    if let Some((because, whole)) = because.zip(whole) {
        let new = NewReveal { because, whole, reason: typed.get("reason").to_owned() };
        let keys = (&*site.keyring, &site.entropy);
        let asked: Result<String, HandError> = match sent(&signed_in, &format!("reveal {number}"), &pairs, &typed) {
            Err(error) => Err(error),
            Ok(operation) => {
                transact!(site.db, tx => revealing::ask(tx, &number, &new, &operation, signed_in.actor(), keys, now).await)
            }
        };
        match asked {
            Ok(reference) => return Ok(answer::see_other(&format!("/treasury/reveals/{reference}"))?),
            Err(HandError::Reason) => wrongs.add("reason", words.say("reveal-no-reason")),
            Err(HandError::NotAllowed(stale @ NotAllowed::StepUp)) => {
                return not_allowed(stale, &format!("/treasury/gifts/{number}/reveal"));
            }
            Err(error) => refused(words, error, &mut wrongs)?,
        }
    }
    ask_page(&site, &signed_in, &number, typed, &wrongs).await
}

async fn one(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>) -> Result<Response, Trouble> {
    page(&site, &signed_in, &reference, &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, reference: &str, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let (reveal, gift) = revealing::find(tx, reference).await?.ok_or(Trouble::NotFound)?;
    let fund = super::list::fund_of(tx, &gift).await?;
    let look = if reveal.whole == 1 { "everything" } else { "gift" };
    let look_of = match reveal.state {
        RevealState::Asked => "warning",
        RevealState::Agreed | RevealState::Opened => "good",
        RevealState::Refused => "plain",
    };
    let facts = Facts::default()
        .add(words.say("gifts-number"), Cell::link(format!("/treasury/gifts/{}", gift.number), gift.number.as_str()))
        .add(words.say("gifts-state"), Cell::chip(look_of, words.of("reveal-state", state_of(site, &reveal))))
        .add(words.say("reveal-because"), Cell::text(words.of("reveal-because", reveal.because.as_str())))
        .add(words.say("reveal-look"), Cell::text(words.of("reveal-look", look)))
        .add(words.say("reveal-asked"), Cell::moment(words, reveal.asked_at, &fund.time_zone));
    let title = words.with("reveal-title", "number", gift.number.as_str());
    let mut sheet = Sheet::new(Frame::new(site, signed_in, title)).with(Part::Facts(facts));
    let own = reveal.asked_by == signed_in.person.id;
    if reveal.state == RevealState::Asked
        && let Some(proposal) = approvals::latest(tx, Subject::Reveal, &reveal.id.to_string()).await?
    {
        let approval = (format!("{APPROVALS}/{}", proposal.id), words.say("refund-approval"));
        sheet = sheet.with(Part::Note(words.say("refund-waits"))).with(Part::Links(vec![approval]));
    }
    if own && reveal.can_open(now) {
        let form = Form::new(format!("/treasury/reveals/{reference}"), "", Vec::new()).button(words.say("reveal-open"));
        sheet = sheet.with(Part::Warning(words.say("reveal-open-once"))).form(form);
    }
    if let Some((shown, news)) = revealing::seen(tx, &site.keyring, &reveal, signed_in.actor(), now).await? {
        sheet = sheet.with(Part::Warning(words.say("reveal-seen")));
        for told in &shown {
            sheet = sheet.with(Part::Heading(words.with("gifts-one", "number", told.gift.number.as_str())));
            sheet = sheet.with(Part::Facts(identity(words, told)));
        }
        if reveal.whole == 1 {
            let names = fund_names(tx, &news).await?;
            let names = if names.is_empty() { words.say("reveal-no-news") } else { names.join(", ") };
            sheet = sheet.text(words.with("reveal-news", "funds", names));
            let form = Form::new(format!("/treasury/reveals/{reference}/export"), "", Vec::new());
            sheet = sheet.form(form.quiet_button(words.say("reveal-export")));
        }
    }
    Ok(sheet.answer(wrongs))
}

async fn fund_names(tx: &mut Tx, ids: &[crate::ids::FundId]) -> sqlx::Result<Vec<String>> {
    let funds = funds::list(tx).await?;
    Ok(ids.iter().filter_map(|id| funds.iter().find(|fund| fund.id == *id)).map(|fund| fund.name.clone()).collect())
}

/// What a donor told with a gift.
fn identity(words: Words, told: &Told) -> Facts {
    let Told { donor, paid_with, asked_back, .. } = told;
    let facts = Facts::default().add(words.say("reveal-email"), Cell::text(donor.email.as_str()));
    let rest = [
        ("reveal-name", donor.name.clone()),
        ("reveal-language", Some(words.of("news-language", donor.language.as_str()))),
        ("reveal-public-name", donor.listing.name().map(str::to_owned)),
        ("reveal-note", donor.note.clone()),
        ("reveal-wish", donor.wish.clone()),
        ("reveal-paid-with", paid_with.clone()),
        ("request-detail", asked_back.as_ref().and_then(|(_, detail)| detail.clone())),
    ];
    rest.into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .fold(facts, |facts, (key, value)| facts.add(words.say(key), Cell::text(value)))
}

async fn open(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>) -> Result<Response, Trouble> {
    let (words, now, mut wrongs) = (signed_in.words, site.clock.now(), Wrongs::default());
    let opened: Result<(), HandError> = transact!(site.db, tx => revealing::open(tx, &reference, signed_in.actor(), now).await);
    match opened {
        Ok(()) => return Ok(answer::see_other(&format!("/treasury/reveals/{reference}"))?),
        Err(HandError::NotAllowed(stale @ NotAllowed::StepUp)) => return not_allowed(stale, &format!("/treasury/reveals/{reference}")),
        Err(HandError::MovedOn) => wrongs.conflict(words.say("reveal-no-more")),
        Err(error) => {
            let (_, text) = told(words, error)?;
            wrongs.conflict(text);
        }
    }
    page(&site, &signed_in, &reference, &wrongs).await
}

/// `POST /treasury/reveals/{reveal}/export`: everything about one donor as a file, while it is open. It is written down who took it out.
async fn export(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>) -> Result<Response, Trouble> {
    let now = site.clock.now();
    let (text, number) = {
        let tx = &mut site.db.begin_read().await?;
        let (reveal, gift) = revealing::find(tx, &reference).await?.filter(|(reveal, _)| reveal.whole == 1).ok_or(Trouble::NotFound)?;
        let shown = revealing::seen(tx, &site.keyring, &reveal, signed_in.actor(), now).await?;
        let (shown, news) = shown.ok_or(Trouble::NotFound)?;
        let (funds, news) = (funds::list(tx).await?, fund_names(tx, &news).await?);
        let name_of = |fund: crate::ids::FundId| {
            funds.iter().find(|other: &&Fund| other.id == fund).map_or_else(String::new, |fund| fund.slug.clone())
        };
        (revealing::written(&shown, &news, name_of), gift.number)
    };
    let (person, subject) = (signed_in.person.id, format!("gift {number}"));
    let noted: sqlx::Result<()> = transact!(site.db, tx => audit::write(tx, Some(person), "donor_exported", &subject, "", now).await);
    noted?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(format!("attachment; filename=\"donor-of-{number}.json\""))?);
    answer::keep_private(&mut response);
    Ok(response)
}
