//! One's own page: sessions, language, and what was asked about oneself. Not here: one's factors (`my_factors`).

use std::str::FromStr as _;

use axum::extract::{Form as Sent, Path, State};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use super::passkeys;
use super::sign_in::Pairs;
use super::{Frame, Part, Sheet, not_allowed};
use crate::ids::{ChangeId, SessionId};
use crate::people::changes::{self, ChangeError};
use crate::people::session::{self, Session, Stage};
use crate::people::{Change, Kind, Language, audit, choose_language, email_of, factor};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::words::language_cookie;
use crate::web::{AnySite, Site, answer};

/// One's own page.
pub const ME: &str = "/me";
const LANGUAGE: &str = "/me/language";
const END: &str = "/me/sessions/{id}/end";
const END_OTHERS: &str = "/me/sessions/end";
const CANCEL: &str = "/me/reset/{id}/cancel";

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(ME, Who::Staff, show)
        .post(LANGUAGE, Who::Staff, language)
        .post(END, Who::Staff, end)
        .post(END_OTHERS, Who::Staff, end_others)
        .post(CANCEL, Who::Staff, cancel)
}

async fn show(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let (words, person, now) = (signed_in.words, &signed_in.person, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let zone = super::zone(tx).await?;
    let at = |at| words.moment(at, &zone);
    let roles = person.roles.iter().map(|role| words.of("role", role.as_str())).collect::<Vec<_>>().join(", ");
    let mut facts = Facts::default()
        .add(words.say("people-email"), Cell::text(email_of(person, &site.keyring).unwrap_or_default()))
        .add(words.say("people-roles"), Cell::text(if roles.is_empty() { words.say("people-no-role") } else { roles }));
    if let Some(held) = factor::held(tx, person.id).await? {
        facts = facts
            .add(words.say("me-password-since"), Cell::text(at(held.password_at)))
            .add(words.say("me-authenticator-since"), Cell::text(at(held.authenticator_at)))
            .add(words.say("me-codes-left"), Cell::number(held.codes_left));
    }
    let mut page = Sheet::new(Frame::new(&site, &signed_in, person.name.clone())).with(Part::Facts(facts));
    let open = changes::list(tx).await?;
    for change in open.iter().filter(|change| change.person_id == person.id && change.kind == Kind::Reset) {
        page = page.block(words.say("me-reset"), words.say("me-reset-why"), cancel_form(&signed_in, change));
    }
    let typed = Typed::default().or("language", person.language.as_str());
    let parts = FormParts { words, typed: &typed, wrongs: &Wrongs::default() };
    let languages = vec![Choice::new("en", "English"), Choice::new("es", "Español")];
    let language = Form::new(LANGUAGE, "", vec![parts.radios("language", "me-language", languages)]).button(words.say("me-save"));
    page = page.form(language);
    for session in session::list(tx, person.id, now).await? {
        page = session_block(page, &signed_in, &session, &at(session.started_at), &at(session.seen_at));
    }
    let everywhere = Form::new(END_OTHERS, "", Vec::new()).quiet_button(words.say("me-end-others"));
    page = page.form(everywhere).form(Form::new("/sign-out", "", Vec::new()).quiet_button(words.say("me-sign-out")));
    page = page.link(super::my_factors::PASSWORD, words.say("me-password"));
    page = page.link(super::my_factors::AUTHENTICATOR, words.say("me-authenticator"));
    page = page.link(super::my_factors::CODES, words.say("me-codes"));
    if let Some(own) = passkeys::own_page(&site) {
        page = page.link(own, words.say("passkey-title"));
    }
    Ok(page.answer(&Wrongs::default()))
}

fn session_block(page: Sheet, signed_in: &SignedIn, session: &Session, started: &str, seen: &str) -> Sheet {
    let words = signed_in.words;
    let own = session.id == signed_in.session.id;
    let heading = match (own, session.stage) {
        (true, _) => words.say("me-session-this"),
        (false, Stage::Whole) => words.say("me-session-other"),
        (false, Stage::Password) => words.say("me-session-half"),
    };
    let heading = if session.label.is_empty() { heading } else { format!("{}: {heading}", session.label) };
    let note = words.with_two("me-session-times", ("started", started.to_owned()), ("seen", seen.to_owned()));
    page.block(
        heading,
        note,
        Form::new(format!("/me/sessions/{}/end", session.id), "", Vec::new()).quiet_button(words.say("me-session-end")),
    )
}

fn cancel_form(signed_in: &SignedIn, change: &Change) -> Form {
    Form::new(format!("/me/reset/{}/cancel", change.id), "", Vec::new()).button(signed_in.words.say("me-reset-cancel"))
}

async fn language(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    if let Ok(language) = Language::from_str(Typed::new(pairs).get("language")) {
        let id = signed_in.person.id;
        let done: sqlx::Result<()> = transact!(site.db, tx => choose_language(tx, id, language).await);
        done?;
        // What was switched to in this browser before would win otherwise.
        let mut response = answer::see_other(ME)?;
        let cookie = language_cookie(site.base_url.starts_with("https://"), language);
        response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie)?);
        return Ok(response);
    }
    Ok(answer::see_other(ME)?)
}

async fn end(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>) -> Result<Response, Trouble> {
    let (person, now) = (signed_in.person.id, site.clock.now());
    let ended: sqlx::Result<bool> = transact!(site.db, tx => {
        let ended = async {
            let there = session::end(tx, person, SessionId(id), now).await?;
            audit::write(tx, Some(person), "session.ended", &format!("person {person}"), "", now).await?;
            Ok::<_, sqlx::Error>(there)
        };
        ended.await
    });
    if ended? { Ok(answer::see_other(ME)?) } else { Err(Trouble::NotFound) }
}

async fn end_others(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let (person, kept, now) = (signed_in.person.id, signed_in.session.id, site.clock.now());
    let ended: sqlx::Result<()> = transact!(site.db, tx => {
        let ended = async {
            session::end_others(tx, person, Some(kept), now).await?;
            audit::write(tx, Some(person), "session.others_ended", &format!("person {person}"), "", now).await
        };
        ended.await
    });
    ended?;
    Ok(answer::see_other(ME)?)
}

async fn cancel(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>) -> Result<Response, Trouble> {
    cancel_change(&site, &signed_in, ChangeId(id), ME).await
}

/// Calls off what is open about a person, and goes back.
pub async fn cancel_change(site: &Site, signed_in: &SignedIn, id: ChangeId, back: &str) -> Result<Response, Trouble> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done: Result<Change, ChangeError> = transact!(site.db, tx => changes::cancel(tx, actor, id, now).await);
    match done {
        Ok(_) | Err(ChangeError::Gone) => Ok(answer::see_other(back)?),
        Err(ChangeError::NotAllowed(refused)) => not_allowed(refused, back),
        Err(ChangeError::Database(error)) => Err(error.into()),
        Err(_) => Err(Trouble::NotFound),
    }
}
