//! What donors asked for on their gift's page: money back. A treasurer answers by asking for a refund, or says no. Not here: refunds themselves.

use axum::extract::{Path, State};
use axum::response::Response;

use super::list::fund_of;
use crate::clock::Instant;
use crate::db::Tx;
use crate::donations::letters::{self, Pen};
use crate::donations::{self, Donation, HandError, asking_back};
use crate::people::{Actor, Role};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::Form;
use crate::web::table::{Cell, Facts, Table};
use crate::web::treasury::{Part, RECORDERS, not_allowed};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const ANSWER: &str = "/treasury/gifts/{number}/request";

/// How many requests the list shows; they are answered within days, and the oldest stand first.
const MOST: i64 = 100;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.post(ANSWER, Who::Holding(RECORDERS), say_no)
}

/// Requests that wait for an answer.
pub(super) async fn waiting(tx: &mut Tx, words: Words) -> Result<Table, Trouble> {
    let mut table = Table::new(words.say("request-caption"), words.say("request-none"))
        .column(words.say("gifts-number"))
        .column(words.say("request-asked"))
        .column(words.say("refund-reason"));
    for request in asking_back::open_requests(tx, MOST).await? {
        let Some(gift) = donations::find(tx, request.donation_id).await? else { continue };
        let zone = fund_of(tx, &gift).await?.time_zone;
        table.row(vec![
            Cell::link(format!("/treasury/gifts/{}", gift.number), gift.number.as_str()),
            Cell::day(words, request.asked_at.day_in(&zone)),
            Cell::text(words.of("gift-ask-because", request.reason.as_str())),
        ]);
    }
    Ok(table)
}

/// What the donor of a gift asked, and the way to say no.
pub(super) async fn of_gift(site: &Site, tx: &mut Tx, signed_in: &SignedIn, gift: &Donation) -> Result<Vec<Part>, Trouble> {
    let words = signed_in.words;
    let Some(request) = asking_back::request_of(tx, gift.id).await? else { return Ok(Vec::new()) };
    let zone = fund_of(tx, gift).await?.time_zone;
    let mut facts = Facts::default()
        .add(words.say("request-asked"), Cell::moment(words, request.asked_at, &zone))
        .add(words.say("refund-reason"), Cell::text(words.of("gift-ask-because", request.reason.as_str())));
    if let Some(detail) = asking_back::detail_of(tx, &site.keyring, gift, &request).await? {
        facts = facts.add(words.say("request-detail"), Cell::text(detail));
    }
    if let Some(at) = request.answered_at {
        facts = facts.add(words.say("request-answered"), Cell::moment(words, at, &zone));
    }
    let mut parts = vec![Part::Heading(words.say("request-title")), Part::Facts(facts)];
    if request.answered_at.is_none() && signed_in.person.roles.holds(Role::Recorder) {
        let action = format!("/treasury/gifts/{}/request", gift.number);
        parts.push(Part::Note(words.say("request-how")));
        parts.push(Part::Form(Form::new(action, "", Vec::new()).quiet_button(words.say("request-no"))));
    }
    Ok(parts)
}

/// `POST /treasury/gifts/{number}/request`.
async fn say_no(State(site): AnySite, signed_in: SignedIn, Path(number): Path<String>) -> Result<Response, Trouble> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let said: Result<(), HandError> = transact!(site.db, tx => decline(tx, &site, &number, actor, now).await);
    let page = format!("/treasury/gifts/{number}");
    match said {
        // Somebody answered meanwhile: the page says how.
        Ok(()) | Err(HandError::MovedOn) => Ok(answer::see_other(&page)?),
        Err(HandError::NotAllowed(refused)) => not_allowed(refused, &page),
        Err(error) => Err(super::told(signed_in.words, error).map_or_else(|trouble| trouble, |_| Trouble::NotFound)),
    }
}

async fn decline(tx: &mut Tx, site: &Site, number: &str, actor: Actor, now: Instant) -> Result<(), HandError> {
    let gift = asking_back::say_no(tx, number, actor, now).await?;
    let pen = Pen { keys: &site.keyring, entropy: &site.entropy, base_url: &site.base_url, practice: site.is_practice() };
    Ok(letters::declined(tx, pen, &gift, now).await?)
}
