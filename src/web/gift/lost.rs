//! The lost link: one box, and always the same answer, whoever asks and whatever they typed. Not here: the mail (`donations::letters`).

use std::net::IpAddr;

use axum::extract::{Extension, Form as Sent, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::donations::letters;
use crate::mail;
use crate::transact;
use crate::web::client::{self, Peer};
use crate::web::doors::{Doors, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::treasury::{Frame, Sheet, words_outside};
use crate::web::words::Words;
use crate::web::{AnySite, Site};

const LOST: &str = "/gift";

pub fn doors(doors: Doors) -> Doors {
    doors.get(LOST, Who::Anyone, form).post(LOST, Who::Anyone, send)
}

async fn form(State(site): AnySite, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, Trouble> {
    let words = words_outside(&site, query.as_deref(), &headers).await?;
    Ok(page(&site, words, &Typed::default(), &Wrongs::default()))
}

fn page(site: &Site, words: Words, typed: &Typed, wrongs: &Wrongs) -> Response {
    let parts = FormParts { words, typed, wrongs };
    let form = Form::new(LOST, "", vec![parts.email("email", "lost-email", "email")]).button(words.say("lost-send"));
    let sheet = Sheet::new(Frame::outside(site, words, words.say("lost-title"))).text(words.say("lost-why")).form(form);
    let mut response = sheet.answer(wrongs);
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("600"));
    }
    response
}

async fn send(
    State(site): AnySite,
    peer: Option<Extension<Peer>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Sent(pairs): Sent<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let (words, typed, now) = (words_outside(&site, query.as_deref(), &headers).await?, Typed::new(pairs), site.clock.now());
    let email = typed.get("email");
    let mut wrongs = Wrongs::default();
    let client: Option<IpAddr> = peer.map(|Extension(peer)| client::behind(peer, &headers, site.pages.proxies()));
    if let Some(secs) = client.and_then(|client| site.guesses.wait_secs(client, now)) {
        wrongs.add("email", words.with("lost-closed", "minutes", secs.saturating_add(59) / 60));
        wrongs.answer_as(StatusCode::TOO_MANY_REQUESTS);
        return Ok(page(&site, words, &typed, &wrongs));
    }
    if !mail::is_address(email) {
        wrongs.add("email", words.say("lost-no-email"));
        return Ok(page(&site, words, &typed, &wrongs));
    }
    // Each question counts like a wrong guess: whoever asks about many addresses has to wait.
    if let Some(client) = client {
        site.guesses.wrong(client, now);
    }
    let asked: sqlx::Result<()> = transact!(site.db, tx => letters::links_lost(tx, &site.keyring, email, now).await);
    asked?;
    let frame = Frame::outside(&site, words, words.say("lost-title"));
    Ok(Sheet::new(frame).text(words.say("lost-sent")).answer(&Wrongs::default()))
}
