//! Signing in, signing out, and proving again who one is. Not here: links that let people in (`joining`), one's own page (`me`).

use std::net::IpAddr;

use axum::extract::{Extension, Form as Sent, Query, RawQuery, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::passkeys::{self, For};
use super::{ADMINISTRATORS, CONFIRM, Frame, HOME, Part, READERS, SIGN_IN, Sheet, words_outside};
use crate::people::changes;
use crate::people::session::{self, Session, Stage};
use crate::people::sign_in::{self, Desk, SignInError};
use crate::people::{NewPerson, Person, device, factor};
use crate::transact;
use crate::web::client::{self, Peer};
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::words::{Words, cookie};
use crate::web::{AnySite, Site, answer};

const CODE: &str = "/sign-in/code";
const SIGN_OUT: &str = "/sign-out";

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(SIGN_IN, Who::Anyone, form)
        .post(SIGN_IN, Who::Anyone, send)
        .get(CODE, Who::HalfSignedIn, code_form)
        .post(CODE, Who::HalfSignedIn, send_code)
        .get(CONFIRM, Who::Staff, code_form)
        .post(CONFIRM, Who::Staff, send_code)
        .post(SIGN_OUT, Who::Staff, sign_out)
}

/// The pairs of a form, as they came.
pub type Pairs = Sent<Vec<(String, String)>>;

/// What may stand behind the address: where to go on to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    next: String,
}

/// What signing in needs of a site.
pub fn desk(site: &Site) -> Desk<'_> {
    Desk { db: &site.db, keys: &site.keyring, entropy: &site.entropy, hasher: &site.hasher }
}

async fn form(
    State(site): AnySite,
    Query(asked): Query<Asked>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let words = words_outside(&site, query.as_deref(), &headers).await?;
    Ok(password_page(&site, words, &Typed::default().or("next", asked.next), &Wrongs::default(), StatusCode::OK))
}

fn password_page(site: &Site, words: Words, typed: &Typed, wrongs: &Wrongs, status: StatusCode) -> Response {
    let parts = FormParts { words, typed, wrongs };
    let fields = vec![
        parts.email("email", "sign-in-email", "username"),
        parts.password("password", "sign-in-password", "current-password"),
        parts.hidden("next"),
    ];
    let form = Form::new(SIGN_IN, "", fields).button(words.say("sign-in"));
    let passkey = passkeys::button(site, words, For::SigningIn, typed.get("next")).map(Part::Passkey);
    let sheet = Sheet::new(Frame::outside(site, words, words.say("sign-in")).leading_to(typed.get("next")));
    sheet.maybe(passkey).form(form).link(super::forgotten::FORGOTTEN, words.say("forgotten-title")).answer_as(status, wrongs)
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
    let waits = client.and_then(|client| site.guesses.wait_secs(client, now));
    let outcome = match waits {
        Some(secs) => Err(SignInError::Closed(secs)),
        None => {
            sign_in::password(desk(&site), typed.get("email"), SecretString::from(typed.all("password").next().unwrap_or_default()), now)
                .await
        }
    };
    if let (Err(SignInError::Wrong), Some(client)) = (&outcome, client) {
        site.guesses.wrong(client, now);
    }
    match outcome {
        Ok(token) => {
            leave_older(&site, &headers).await?;
            entered(&site, &format!("{CODE}?next={}", answer::encoded(typed.get("next"))), &token)
        }
        Err(refused) => {
            let (text, status) = told(words, refused, "sign-in-wrong")?;
            let mut wrongs = Wrongs::default();
            wrongs.add("email", text);
            Ok(retry_later(password_page(&site, words, &typed, &wrongs, status)))
        }
    }
}

/// Ends the session that this browser was in before, whoever's it was: its cookie is about to be forgotten.
async fn leave_older(site: &Site, headers: &HeaderMap) -> Result<(), Trouble> {
    let Some(token) = cookie(headers, site.session_cookie()) else { return Ok(()) };
    let now = site.clock.now();
    if let Some(older) = session::find(&mut site.db.begin_read().await?, token, now).await? {
        let ended: sqlx::Result<bool> = transact!(site.db, tx => session::end(tx, older.person_id, older.id, now).await);
        ended?;
    }
    Ok(())
}

/// On to `next`, with the session's new cookie.
pub fn entered(site: &Site, next: &str, token: &str) -> Result<Response, Trouble> {
    let mut response = answer::see_other(next)?;
    answer::set_cookie(&mut response, site.session_cookie(), Some(token))?;
    Ok(response)
}

/// What somebody who is not let in is told, and with which status; `wrong` is the text for what does not match.
///
/// # Errors
/// [`Trouble`] for what is no refusal.
pub fn told(words: Words, refused: SignInError, wrong: &str) -> Result<(String, StatusCode), Trouble> {
    Ok(match refused {
        SignInError::Wrong => (words.say(wrong), StatusCode::UNPROCESSABLE_ENTITY),
        SignInError::Closed(secs) => (words.with("sign-in-closed", "minutes", secs.saturating_add(59) / 60), StatusCode::TOO_MANY_REQUESTS),
        SignInError::Busy(_) => (words.say("sign-in-busy"), StatusCode::TOO_MANY_REQUESTS),
        SignInError::Spent => (words.say("join-spent"), StatusCode::GONE),
        SignInError::Taken => (words.say("people-taken"), StatusCode::UNPROCESSABLE_ENTITY),
        SignInError::NotAllowed(_) => return Err(Trouble::NotFound),
        SignInError::Database(error) => return Err(error.into()),
    })
}

/// Says when to come again, where the answer is that it is too soon: the page says how long a closed factor stays so, this is for programs.
pub fn retry_later(mut response: Response) -> Response {
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

async fn code_form(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    code_page(&site, &signed_in, &Typed::default().or("next", asked.next), &Wrongs::default(), StatusCode::OK).await
}

async fn code_page(site: &Site, signed_in: &SignedIn, typed: &Typed, wrongs: &Wrongs, status: StatusCode) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let mut fields = vec![parts.code("code", "sign-in-code").hint(words.say("sign-in-code-hint")), parts.hidden("next")];
    if signed_in.session.stage == Stage::Password {
        fields.push(parts.text("label", "sign-in-label", "off").hint(words.say("sign-in-label-hint")).optional(words));
    }
    let sheet = match signed_in.session.stage {
        Stage::Password => Sheet::new(Frame::outside(site, words, words.say("sign-in-code-title")).leading_to(typed.get("next")))
            .form(Form::new(CODE, "", fields).button(words.say("sign-in"))),
        Stage::Whole => {
            let sheet = Sheet::new(Frame::new(site, signed_in, words.say("confirm-title"))).text(words.say("confirm-why"));
            let shown_around = site.is_practice() && factor::held(&mut site.db.begin_read().await?, signed_in.person.id).await?.is_none();
            let demo = shown_around.then(|| Part::Text(words.say("confirm-demo")));
            let passkey = passkeys::button(site, words, For::Confirming, typed.get("next")).map(Part::Passkey);
            sheet.maybe(demo).maybe(passkey).form(Form::new(CONFIRM, "", fields).button(words.say("confirm")))
        }
    };
    Ok(sheet.answer_as(status, wrongs))
}

async fn send_code(State(site): AnySite, signed_in: SignedIn, headers: HeaderMap, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, now) = (signed_in.words, Typed::new(pairs), site.clock.now());
    let label = typed.get("label");
    if !label.is_empty() && NewPerson::parse_name(label).is_err() {
        let mut wrongs = Wrongs::default();
        wrongs.add("label", words.say("people-name-wrong"));
        return code_page(&site, &signed_in, &typed, &wrongs, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    match sign_in::code(desk(&site), &signed_in.session, typed.get("code"), now).await {
        Ok(token) if signed_in.session.stage == Stage::Password => {
            let device = note_device(&site, &headers, &signed_in.session, label).await?;
            let open = changes::list(&mut site.db.begin_read().await?).await?;
            // Whoever's authenticator others want to reset hears of it first, while it can be called off.
            let told_first = super::people::open_reset(&open, &signed_in.person);
            let next = if told_first { super::me::ME } else { next_of(typed.get("next"), &signed_in.person) };
            let mut response = entered(&site, next, &token)?;
            keep_device(&site, &mut response, &device)?;
            Ok(response)
        }
        Ok(token) => entered(&site, next_of(typed.get("next"), &signed_in.person), &token),
        Err(refused) => {
            let (text, status) = told(words, refused, "sign-in-code-wrong")?;
            let mut wrongs = Wrongs::default();
            wrongs.add("code", text);
            Ok(retry_later(code_page(&site, &signed_in, &typed, &wrongs, status).await?))
        }
    }
}

/// Notes what the device is called, where somebody said it, and with which browser they came in; gives what that browser's cookie holds.
///
/// # Errors
/// When the database is gone.
pub async fn note_device(site: &Site, headers: &HeaderMap, session: &Session, label: &str) -> Result<String, Trouble> {
    let (known, now) = (cookie(headers, site.device_cookie()), site.clock.now());
    let noted: sqlx::Result<String> = transact!(site.db, tx => async {
        if !label.is_empty() {
            session::name(tx, session.id, label).await?;
        }
        device::meet(tx, session.person_id, known, &site.entropy, now).await
    }.await);
    Ok(noted?)
}

/// Has a browser remember that somebody signed in with it, so that the next sign-in is none with a new device.
///
/// # Errors
/// When the value is no header text.
pub fn keep_device(site: &Site, response: &mut Response, token: &str) -> Result<(), Trouble> {
    Ok(answer::set_lasting_cookie(response, site.device_cookie(), token, device::REMEMBERED_SECS)?)
}

/// Where to go on to: where they wanted to, when that is a place of ours; else where their roles let them begin.
pub fn next_of<'a>(next: &'a str, person: &Person) -> &'a str {
    answer::local(next).filter(|next| *next != HOME).unwrap_or_else(|| first_place(person))
}

/// Where a person begins.
pub fn first_place(person: &Person) -> &'static str {
    let holds = |roles: &[crate::people::Role]| roles.iter().any(|role| person.roles.holds(*role));
    if holds(READERS) {
        HOME
    } else if holds(ADMINISTRATORS) {
        super::people::PEOPLE
    } else {
        super::me::ME
    }
}

async fn sign_out(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let now = site.clock.now();
    let done: sqlx::Result<()> = transact!(site.db, tx => sign_in::sign_out(tx, &signed_in.session, now).await);
    done?;
    let mut response = answer::see_other(SIGN_IN)?;
    answer::set_cookie(&mut response, site.session_cookie(), None)?;
    Ok(response)
}
