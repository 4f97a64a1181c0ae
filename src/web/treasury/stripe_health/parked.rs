//! One delivery that waits: what is known of it, and never what it says of a donor.

use axum::Form as Sent;
use axum::extract::{Path, State};
use axum::response::Response;

use super::again::{Ask, carry_out};
use super::{STRIPE, lists};
use crate::clock::Instant;
use crate::ids::DeliveryId;
use crate::payments::{alert, parked};
use crate::people::Role;
use crate::web::AnySite;
use crate::web::doors::SignedIn;
use crate::web::error::Trouble;
use crate::web::form::{Form, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::{Frame, Part, Sheet, zone};

/// `GET /treasury/stripe/parked/{id}`.
pub async fn show(State(site): AnySite, Path(id): Path<i64>, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let zone = zone(tx).await?;
    let delivery = parked::find(tx, DeliveryId(id)).await?.ok_or(Trouble::NotFound)?;
    let moment = |at: Instant| Cell::moment(words, at, &zone);
    let happened = delivery.created.map(Instant::from_unix_secs);
    let facts = Facts::default()
        .add(words.say("stripe-event"), Cell::text(lists::kind(words, &delivery.kind)))
        .add(words.say("stripe-event-id"), Cell::text(delivery.event_id))
        .add(words.say("stripe-reason"), Cell::text(alert::reason(&delivery.reason, words.0)))
        .add(words.say("stripe-happened"), happened.map_or_else(|| Cell::text(words.say("stripe-event-unread")), moment))
        .add(words.say("stripe-received"), moment(delivery.received_at))
        .add(words.say("stripe-seen"), Cell::number(delivery.seen))
        .add(words.say("stripe-tried"), Cell::number(delivery.attempts))
        .add(words.say("stripe-next-try"), moment(delivery.next_try_at));
    let again = signed_in.person.roles.holds(Role::Recorder).then(|| {
        let form = Form::new(format!("{STRIPE}/parked/{id}"), site.entropy.reference(), vec![]);
        Part::Form(form.button(words.say("stripe-again-one")))
    });
    let sheet = Sheet::new(Frame::new(&site, &signed_in, words.say("stripe-parked-title"))).with(Part::Facts(facts));
    Ok(sheet.with(Part::Note(words.say("stripe-sealed"))).maybe(again).link(STRIPE, words.say("stripe-back")).answer(&Wrongs::default()))
}

/// `POST /treasury/stripe/parked/{id}`: it is tried again with the next turn of the work.
pub async fn again(
    State(site): AnySite,
    Path(id): Path<i64>,
    signed_in: SignedIn,
    Sent(pairs): Sent<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    carry_out(&site, &signed_in, Ask::One(DeliveryId(id)), &Typed::new(pairs), &format!("{STRIPE}?done=one-again")).await
}
