//! The charter of a fund: what it promises in public, the form of the next version, and the version that waits for a second person. Not here:
//! agreeing to it, which is done where everything is agreed to (`/treasury/approvals`); its public pages (`publication`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::{ADMINISTRATORS, fund, page_of, rules};
use crate::approvals::rules::{Asked, RulesRefusal};
use crate::approvals::{self, Proposal, Subject};
use crate::db::Tx;
use crate::funds::charter::{Charter, WrongCharter};
use crate::funds::{self, Fund};
use crate::people::operation::OperationError;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Part, Sheet, not_allowed, operation, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const CHARTER: &str = "/treasury/{fund}/settings/charter";
const TAKE_BACK: &str = "/treasury/{fund}/settings/charter/{proposal}/take-back";

/// Every field of the form, in its order.
const FIELDS: [&str; 16] = [
    "who",
    "tie",
    "spending",
    "withdrawal",
    "uses",
    "roles",
    "leftover",
    "recipients",
    "reserve_percent",
    "reserve_days",
    "objection_days",
    "loss",
    "ends",
    "refunds",
    "privacy",
    "access",
];

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(CHARTER, who, form).post(CHARTER, who, send).post(TAKE_BACK, who, take_back)
}

/// The charter in force, the one that waits, and what this person may do about either.
pub(super) async fn told(tx: &mut Tx, signed_in: &SignedIn, fund: &Fund, operation: String) -> Result<Vec<Part>, Trouble> {
    let words = signed_in.words;
    let mut parts = vec![Part::Heading(words.say("charter"))];
    match funds::charter(tx, fund.id).await? {
        Some(standing) => parts.push(Part::Text(words.with_two(
            "charter-standing",
            ("n", standing.n),
            ("on", words.day(standing.agreed_at.day_in(&fund.time_zone))),
        ))),
        None => parts.push(Part::Warning(words.say("charter-none"))),
    }
    let keeper = ADMINISTRATORS.iter().any(|role| signed_in.person.roles.holds(*role));
    match approvals::rules::open(tx, fund.id, Subject::Charter).await? {
        Some(proposal) => parts.extend(waiting(tx, signed_in, fund, &proposal, keeper.then_some(operation)).await?),
        None if keeper => parts.push(Part::Links(vec![(format!("{}/charter", page_of(fund)), words.say("charter-change"))])),
        None => {}
    }
    Ok(parts)
}

async fn waiting(
    tx: &mut Tx,
    signed_in: &SignedIn,
    fund: &Fund,
    proposal: &Proposal,
    take_back: Option<String>,
) -> Result<Vec<Part>, Trouble> {
    let words = signed_in.words;
    let facts = Facts::default()
        .add(words.say("approval-since"), Cell::moment(words, proposal.proposed_at, &fund.time_zone))
        .add(words.say("approval-fingerprint"), Cell::text(proposal.fingerprint()));
    let mut parts = vec![Part::Note(words.say("charter-waits")), Part::Facts(facts)];
    if approvals::is_author(tx, proposal, signed_in.person.id).await? {
        parts.push(Part::Note(words.say("charter-yours")));
    } else if proposal.subject.signers().iter().any(|role| signed_in.person.roles.holds(*role)) {
        parts.push(Part::Links(vec![(format!("/treasury/approvals/{}", proposal.id), words.say("charter-agree"))]));
    }
    if let Some(operation) = take_back {
        let action = format!("{}/charter/{}/take-back", page_of(fund), proposal.id);
        parts.push(Part::Form(Form::new(action, operation, Vec::new()).quiet_button(words.say("setting-take-back"))));
    }
    Ok(parts)
}

/// What the form shows at first: the charter in force, or a proposal of ours for every article.
async fn typed_of(tx: &mut Tx, words: Words, fund: &Fund) -> Result<Typed, Trouble> {
    let standing = funds::charter(tx, fund.id).await?.and_then(|standing| Charter::of_lines(&standing.body));
    let preset = |field: &str| match field {
        // Nobody can name these groups but the fund itself.
        "recipients" => String::new(),
        "reserve_percent" => "10".to_owned(),
        "reserve_days" => "120".to_owned(),
        "objection_days" => "0".to_owned(),
        article => words.of("charter-preset", article),
    };
    let text = |field: &str| standing.as_ref().map_or_else(|| preset(field), |charter| charter.field(field));
    Ok(FIELDS.into_iter().fold(Typed::default(), |typed, field| typed.put(field, text(field))))
}

async fn form(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let typed = typed_of(tx, signed_in.words, &fund).await?;
    Ok(page(&site, &signed_in, &fund, &typed, &Wrongs::default()))
}

fn page(site: &Site, signed_in: &SignedIn, fund: &Fund, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let field = |name: &str| {
        let label = format!("charter-{}", name.replace('_', "-"));
        let field =
            if name.starts_with("reserve") || name == "objection_days" { parts.number(name, &label) } else { parts.area(name, &label) };
        match name {
            "recipients" | "reserve_percent" | "reserve_days" | "objection_days" | "uses" | "privacy" => {
                field.hint(words.say(&format!("{label}-hint")))
            }
            _ => field,
        }
    };
    let fields = FIELDS.into_iter().map(field).collect();
    let form = Form::new(format!("{}/charter", page_of(fund)), operation(site, typed), fields).button(words.say("charter-send"));
    let sheet = Sheet::new(super::frame(site, signed_in, fund, "charter")).text(words.say("charter-why"));
    sheet.form(form).link(page_of(fund), words.say("people-back")).answer(wrongs)
}

/// Says at each field what is wrong with it.
fn note(words: Words, wrong: &[WrongCharter], wrongs: &mut Wrongs) {
    for one in wrong {
        let said = match one {
            WrongCharter::Article(_) => words.say("charter-wrong-article"),
            WrongCharter::Recipients => words.say("charter-wrong-recipients"),
            WrongCharter::Recipient(line) => words.with("charter-wrong-recipient", "line", *line),
            WrongCharter::ReservePercent => words.say("charter-wrong-percent"),
            WrongCharter::ReserveDays => words.say("charter-wrong-days"),
            WrongCharter::ObjectionDays => words.say("charter-wrong-objection"),
            WrongCharter::TooLong => words.say("charter-wrong-long"),
        };
        wrongs.add(one.field(), said);
    }
}

async fn send(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let charter = match Charter::parse(|field| typed.get(field)) {
        Ok(charter) => charter,
        Err(wrong) => {
            note(words, &wrong, &mut wrongs);
            return Ok(page(&site, &signed_in, &fund, &typed, &wrongs));
        }
    };
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let asked = match sent(&signed_in, &format!("charter of {slug}"), &pairs, &typed) {
        Err(refused) => Err(refused.into()),
        Ok(operation) => {
            transact!(site.db, tx => approvals::charter::ask(tx, actor, &operation, (fund.id, &charter), now).await)
        }
    };
    let key = match asked {
        Ok(Asked::InForce) => return Ok(answer::see_other(&format!("{}?done=charter", page_of(&fund)))?),
        Ok(Asked::Waits) => return Ok(answer::see_other(&format!("{}?done=charter-waits", page_of(&fund)))?),
        Err(RulesRefusal::NotAllowed(refused)) => return not_allowed(refused, &format!("{}/charter", page_of(&fund))),
        Err(RulesRefusal::NotFound) => return Err(Trouble::NotFound),
        Err(RulesRefusal::Database(error) | RulesRefusal::Operation(OperationError::Database(error))) => return Err(error.into()),
        Err(RulesRefusal::Operation(OperationError::Reused | OperationError::Malformed)) => "people-reopen",
        Err(RulesRefusal::Same) => "charter-wrong-same",
        Err(RulesRefusal::Fixed) => "charter-wrong-fixed",
    };
    wrongs.add("leftover", words.say(key));
    Ok(page(&site, &signed_in, &fund, &typed, &wrongs))
}

async fn take_back(
    state: AnySite,
    signed_in: SignedIn,
    path: Path<(String, i64)>,
    pairs: Sent<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    rules::take_back_about(state, signed_in, path, pairs, Subject::Charter).await
}
