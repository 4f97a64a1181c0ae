//! A forgotten password: one box, and always the same answer, whoever asks and whatever they typed. Not here: the link that is mailed (`joining`).

use std::net::IpAddr;

use axum::extract::{Extension, Form as Sent, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::sign_in::{Pairs, retry_later};
use super::{Frame, SIGN_IN, Sheet, words_outside};
use crate::people::{Purpose, forgotten};
use crate::transact;
use crate::web::client::{self, Peer};
use crate::web::doors::{Doors, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::words::Words;
use crate::web::{AnySite, Site};

/// Where a link for another password is asked for.
pub const FORGOTTEN: &str = "/sign-in/forgotten";

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(FORGOTTEN, Who::Anyone, form).post(FORGOTTEN, Who::Anyone, send)
}

async fn form(State(site): AnySite, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, Trouble> {
    let words = words_outside(&site, query.as_deref(), &headers).await?;
    Ok(page(&site, words, &Typed::default(), &Wrongs::default(), StatusCode::OK))
}

fn page(site: &Site, words: Words, typed: &Typed, wrongs: &Wrongs, status: StatusCode) -> Response {
    let sheet = Sheet::new(Frame::outside(site, words, words.say("forgotten-title")));
    let sheet = if site.post.has_server() {
        let parts = FormParts { words, typed, wrongs };
        let form = Form::new(FORGOTTEN, "", vec![parts.email("email", "sign-in-email", "username")]).button(words.say("forgotten-send"));
        sheet.text(words.say("forgotten-why")).form(form)
    } else {
        sheet.text(words.say("forgotten-no-mail"))
    };
    retry_later(sheet.text(words.say("forgotten-both")).link(SIGN_IN, words.say("sign-in")).answer_as(status, wrongs))
}

async fn send(
    State(site): AnySite,
    peer: Option<Extension<Peer>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Sent(pairs): Pairs,
) -> Result<Response, Trouble> {
    let (words, typed, now) = (words_outside(&site, query.as_deref(), &headers).await?, Typed::new(pairs), site.clock.now());
    let client: Option<IpAddr> = peer.map(|Extension(peer)| client::behind(peer, &headers, site.pages.proxies()));
    if let Some(secs) = client.and_then(|client| site.guesses.wait_secs(client, now)) {
        let mut wrongs = Wrongs::default();
        wrongs.add("email", words.with("sign-in-closed", "minutes", secs.saturating_add(59) / 60));
        return Ok(page(&site, words, &typed, &wrongs, StatusCode::TOO_MANY_REQUESTS));
    }
    // Each question counts like a wrong guess: whoever asks about many addresses has to wait.
    if let Some(client) = client {
        site.guesses.wrong(client, now);
    }
    if site.post.has_server() {
        let email = typed.get("email");
        let asked: sqlx::Result<()> = transact!(site.db, tx => forgotten::ask(tx, email, &site.keyring, now).await);
        asked?;
    }
    let sheet = Sheet::new(Frame::outside(&site, words, words.say("forgotten-title")));
    let sheet = sheet.text(words.with("forgotten-sent", "minutes", Purpose::Password.secs() / 60)).text(words.say("forgotten-code"));
    Ok(sheet.link(SIGN_IN, words.say("sign-in")).answer(&Wrongs::default()))
}
