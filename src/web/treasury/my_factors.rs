//! Changing one's own password, authenticator and recovery codes; each needs a fresh proof of who one is. Not here: the rest of one's page (`me`).

use axum::extract::{Form as Sent, State};
use axum::http::StatusCode;
use axum::response::Response;
use secrecy::SecretString;

use super::joining::{authenticator, codes_page, new_password, password, shown};
use super::me::ME;
use super::sign_in::{Pairs, desk, retry_later, told};
use super::{Frame, Sheet, not_allowed};
use crate::people::sign_in::{self, SignInError};
use crate::people::{self, NotAllowed, email_of};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::{AnySite, Site, answer};

/// Where the password is changed.
pub const PASSWORD: &str = "/me/password";
/// Where the authenticator is.
pub const AUTHENTICATOR: &str = "/me/authenticator";
/// Where fresh recovery codes are given.
pub const CODES: &str = "/me/codes";

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(PASSWORD, Who::Staff, password_form)
        .post(PASSWORD, Who::Staff, send_password)
        .get(AUTHENTICATOR, Who::Staff, authenticator_form)
        .post(AUTHENTICATOR, Who::Staff, send_authenticator)
        .get(CODES, Who::Staff, codes_form)
        .post(CODES, Who::Staff, send_codes)
}

/// The way to a fresh proof, where the last is too old for this page.
fn stale(site: &Site, signed_in: &SignedIn, back: &str) -> Option<Result<Response, Trouble>> {
    let fresh = people::is_fresh(signed_in.actor(), site.clock.now());
    (!fresh).then(|| not_allowed(NotAllowed::StepUp, back))
}

async fn password_form(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    match stale(&site, &signed_in, PASSWORD) {
        Some(proof_first) => proof_first,
        None => Ok(password_page(&site, &signed_in, &Wrongs::default(), StatusCode::OK)),
    }
}

fn password_page(site: &Site, signed_in: &SignedIn, wrongs: &Wrongs, status: StatusCode) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed: &Typed::default(), wrongs };
    let fields = vec![parts.password("current", "me-password-now", "current-password"), new_password(&parts)];
    let form = Form::new(PASSWORD, "", fields).button(words.say("me-password"));
    let sheet = Sheet::new(Frame::new(site, signed_in, words.say("me-password"))).text(words.say("me-others-end")).form(form);
    retry_later(sheet.answer_as(status, wrongs))
}

async fn send_password(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, now, mut wrongs) = (signed_in.words, Typed::new(pairs), site.clock.now(), Wrongs::default());
    let email = email_of(&signed_in.person, &site.keyring).unwrap_or_default();
    let Some(chosen) = password(&site, &typed, &[&signed_in.person.name, &email], words, &mut wrongs).await? else {
        return Ok(password_page(&site, &signed_in, &wrongs, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let current = SecretString::from(typed.all("current").next().unwrap_or_default());
    match sign_in::change_password(desk(&site), signed_in.actor(), &signed_in.session, current, &chosen, now).await {
        Ok(()) => Ok(answer::see_other(ME)?),
        Err(SignInError::NotAllowed(refused)) => not_allowed(refused, PASSWORD),
        Err(refused) => {
            let (text, status) = told(words, refused, "sign-in-wrong")?;
            wrongs.add("current", text);
            Ok(password_page(&site, &signed_in, &wrongs, status))
        }
    }
}

async fn authenticator_form(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    match stale(&site, &signed_in, AUTHENTICATOR) {
        Some(proof_first) => proof_first,
        None => Ok(authenticator_page(&site, &signed_in, &Typed::default(), &Wrongs::default())),
    }
}

fn authenticator_page(site: &Site, signed_in: &SignedIn, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let email = email_of(&signed_in.person, &site.keyring).unwrap_or_default();
    let (shown, fields) = authenticator(site, &parts, &format!("person/{}", signed_in.person.id), &email);
    let sheet = Sheet::new(Frame::new(site, signed_in, words.say("me-authenticator")));
    let sheet = sheet.text(words.say("join-authenticator")).text(words.say("me-others-end"));
    let sheet = shown.into_iter().fold(sheet, Sheet::with);
    sheet.form(Form::new(AUTHENTICATOR, "", fields).button(words.say("me-authenticator"))).answer(wrongs)
}

async fn send_authenticator(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, now, mut wrongs) = (signed_in.words, Typed::new(pairs), site.clock.now(), Wrongs::default());
    let whose = format!("person/{}", signed_in.person.id);
    let Some(shown) = shown(&site, &typed, &whose, words, &mut wrongs) else {
        return Ok(authenticator_page(&site, &signed_in, &typed, &wrongs));
    };
    let (actor, session, sealing) = (signed_in.actor(), &signed_in.session, (&*site.keyring, &site.entropy));
    let codes: Result<Vec<String>, NotAllowed> =
        transact!(site.db, tx => sign_in::change_authenticator(tx, actor, session, &shown, sealing, now).await);
    tell_codes(&site, &signed_in, codes, AUTHENTICATOR)
}

async fn codes_form(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    if let Some(proof_first) = stale(&site, &signed_in, CODES) {
        return proof_first;
    }
    let words = signed_in.words;
    let sheet = Sheet::new(Frame::new(&site, &signed_in, words.say("me-codes"))).text(words.say("me-codes-why"));
    Ok(sheet.form(Form::new(CODES, "", Vec::new()).button(words.say("me-codes"))).answer(&Wrongs::default()))
}

async fn send_codes(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let codes: Result<Vec<String>, NotAllowed> = transact!(site.db, tx => sign_in::renew_codes(tx, actor, &site.entropy, now).await);
    tell_codes(&site, &signed_in, codes, CODES)
}

fn tell_codes(site: &Site, signed_in: &SignedIn, codes: Result<Vec<String>, NotAllowed>, back: &str) -> Result<Response, Trouble> {
    match codes {
        Ok(codes) => Ok(codes_page(Frame::new(site, signed_in, signed_in.words.say("codes-title")), codes, ME)),
        Err(refused) => not_allowed(refused, back),
    }
}
