//! Coming in by a link: an invitation, another password, another authenticator, a look around the demo. Opening a link spends nothing: it moves
//! into a cookie, so that it leaves the address bar, and the form spends it (safety rule SS13). Not here: making links (`people`).

use std::iter;

use axum::extract::{Form as Sent, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use secrecy::SecretString;

use super::sign_in::{Pairs, desk, first_place, keep_device, retry_later, told};
use super::{Frame, Part, SIGN_IN, Sheet, words_outside};
use crate::people::device;
use crate::people::factor::{self, Shown};
use crate::people::sign_in::{self, Entered, SignInError};
use crate::people::{self, LONGEST_PASSWORD, Link, NewPerson, Password, PasswordError, Person, Purpose, SHORTEST_PASSWORD, Seed, links};
use crate::qr::Qr;
use crate::web::doors::{Doors, Who};
use crate::web::error::Trouble;
use crate::web::form::{Field, Form, FormParts, Typed, Wrongs};
use crate::web::words::{Words, cookie};
use crate::web::{AnySite, Site, answer};
use crate::{funds, transact};

const LINK: &str = "/link/{token}";
const JOIN: &str = "/join";

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(LINK, Who::Anyone, open).get(JOIN, Who::Anyone, form).post(JOIN, Who::Anyone, send)
}

/// The address that a link's holder is given.
pub fn address(site: &Site, token: &str) -> String {
    format!("{}/link/{token}", site.base_url)
}

async fn open(State(site): AnySite, Path(token): Path<String>) -> Result<Response, Trouble> {
    let link = links::find(&mut site.db.begin_read().await?, &token, site.clock.now()).await?.ok_or(Trouble::NotFound)?;
    let mut response = answer::see_other(if link.purpose == Purpose::Setup { super::setup::SETUP } else { JOIN })?;
    answer::set_cookie(&mut response, site.link_cookie(), Some(&token))?;
    Ok(response)
}

/// The link in the browser's cookie, while it is alive.
pub async fn held(site: &Site, headers: &HeaderMap) -> Result<Option<Link>, Trouble> {
    let Some(token) = cookie(headers, site.link_cookie()) else { return Ok(None) };
    Ok(links::find(&mut site.db.begin_read().await?, token, site.clock.now()).await?)
}

/// The link with the person it lets in; None for a setup link, and where there is none.
async fn guest(site: &Site, headers: &HeaderMap) -> Result<Option<(Link, Person)>, Trouble> {
    let Some(link) = held(site, headers).await? else { return Ok(None) };
    let Some(id) = link.person_id else { return Ok(None) };
    let person = people::find(&mut site.db.begin_read().await?, id).await?;
    Ok(person.map(|person| (link, person)))
}

async fn form(State(site): AnySite, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, Trouble> {
    match guest(&site, &headers).await? {
        Some((link, person)) => Ok(page(&site, &link, &person, &Typed::default(), &Wrongs::default(), StatusCode::OK)),
        None => Ok(spent(&site, words_outside(&site, query.as_deref(), &headers).await?)),
    }
}

/// What whoever comes with a dead link sees.
pub fn spent(site: &Site, words: Words) -> Response {
    let sheet = Sheet::new(Frame::outside(site, words, words.say("join-spent-title"))).text(words.say("join-spent"));
    sheet.link(SIGN_IN, words.say("sign-in")).answer_as(StatusCode::GONE, &Wrongs::default())
}

fn page(site: &Site, link: &Link, person: &Person, typed: &Typed, wrongs: &Wrongs, status: StatusCode) -> Response {
    let words = Words(person.language);
    let typed = typed.clone().or("name", person.name.clone());
    let email = people::email_of(person, &site.keyring).unwrap_or_default();
    let parts = FormParts { words, typed: &typed, wrongs };
    let title = words.of("join", link.purpose.as_str());
    let mut sheet = Sheet::new(Frame::outside(site, words, title)).text(words.with("join-as", "email", email.clone()));
    let mut fields = Vec::new();
    match link.purpose {
        Purpose::Join => fields.extend([parts.text("name", "join-name", "name"), new_password(&parts)]),
        Purpose::Password => fields.extend([new_password(&parts), parts.code("code", "sign-in-code").hint(words.say("sign-in-code-hint"))]),
        Purpose::Authenticator => fields.push(parts.password("password", "sign-in-password", "current-password")),
        Purpose::Demo | Purpose::Setup => sheet = sheet.text(words.say("join-demo-why")),
    }
    if matches!(link.purpose, Purpose::Join | Purpose::Authenticator) {
        let (shown, more) = authenticator(site, &parts, &format!("link/{}", link.id), &email);
        sheet = shown.into_iter().fold(sheet.text(words.say("join-authenticator")), Sheet::with);
        fields.extend(more);
    }
    retry_later(sheet.form(Form::new(JOIN, "", fields).button(words.say("join-enter"))).answer_as(status, wrongs))
}

/// The field of a new password with its rules.
pub fn new_password(parts: &FormParts<'_>) -> Field {
    parts.password("password", "join-password", "new-password").hint(parts.words.say("join-password-hint"))
}

/// A fresh authenticator: the key and the square to show, and the fields that go along. A form that comes back keeps its seed.
pub fn authenticator(site: &Site, parts: &FormParts<'_>, whose: &str, account: &str) -> (Vec<Part>, Vec<Field>) {
    let words = parts.words;
    let kept = factor::open_from_form(&site.keyring, whose, parts.typed.get("seed"));
    let seed = kept.unwrap_or_else(|| Seed::new(&site.entropy));
    let host = site.base_url.split("://").nth(1).unwrap_or(&site.base_url);
    let qr = Qr::new(&seed.address(host, account), words.say("join-qr")).map(Part::Qr);
    let shown = iter::once(Part::Secrets(vec![seed.typed()])).chain(qr).collect();
    let sealed = Typed::default().or("seed", factor::seal_for_form(&site.keyring, &site.entropy, whose, &seed));
    let hidden = FormParts { typed: &sealed, ..*parts }.hidden("seed");
    (shown, vec![parts.code("code", "join-code").hint(words.say("join-code-hint")), hidden])
}

/// The authenticator that a form sent, shown to work; what is wrong is noted.
pub fn shown(site: &Site, typed: &Typed, whose: &str, words: Words, wrongs: &mut Wrongs) -> Option<Shown> {
    let seed = factor::open_from_form(&site.keyring, whose, typed.get("seed"));
    let shown = seed.and_then(|seed| Shown::parse(seed, typed.get("code"), site.clock.now()));
    if shown.is_none() {
        wrongs.add("code", words.say("join-code-wrong"));
    }
    shown
}

/// The new password that a form sent; what is wrong is noted. `own` are names that whoever knows the person would try.
///
/// # Errors
/// When the database is gone.
pub async fn password(site: &Site, typed: &Typed, own: &[&str], words: Words, wrongs: &mut Wrongs) -> Result<Option<Password>, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let mut theirs = vec![site.base_url.clone()];
    for fund in funds::list(tx).await? {
        // The town is the zone's, and the employer or the union stands in the legal name.
        let (zone, about) = (fund.time_zone.to_string(), funds::settings::about(tx, fund.id).await?);
        theirs.extend([fund.name, fund.slug, zone, about.legal_name, about.contact]);
    }
    let own: Vec<&str> = own.iter().copied().chain(theirs.iter().map(String::as_str)).collect();
    // Blanks are letters of a password, also at its ends.
    let said = match Password::parse(typed.all("password").next().unwrap_or_default(), &own) {
        Ok(password) => return Ok(Some(password)),
        Err(PasswordError::Short) => words.with("password-short", "count", SHORTEST_PASSWORD),
        Err(PasswordError::Long) => words.with("password-long", "count", LONGEST_PASSWORD),
        Err(PasswordError::Common) => words.say("password-common"),
        Err(PasswordError::Own) => words.say("password-own"),
    };
    wrongs.add("password", said);
    Ok(None)
}

async fn send(State(site): AnySite, RawQuery(query): RawQuery, headers: HeaderMap, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let Some((link, person)) = guest(&site, &headers).await? else {
        return Ok(spent(&site, words_outside(&site, query.as_deref(), &headers).await?));
    };
    let (words, typed, mut wrongs) = (Words(person.language), Typed::new(pairs), Wrongs::default());
    let outcome = spend(&site, &link, &person, &typed, &mut wrongs).await?;
    let (status, refused) = match outcome {
        Some(Ok(entry)) => return let_in(&site, &headers, &person, entry).await,
        None => (StatusCode::UNPROCESSABLE_ENTITY, None),
        Some(Err(refused)) => {
            let wrong = if link.purpose == Purpose::Authenticator { "sign-in-wrong" } else { "sign-in-code-wrong" };
            let (text, status) = told(words, refused, wrong)?;
            (status, Some(text))
        }
    };
    if let Some(text) = refused {
        wrongs.add(if link.purpose == Purpose::Authenticator { "password" } else { "code" }, text);
    }
    if status == StatusCode::GONE { Ok(spent(&site, words)) } else { Ok(page(&site, &link, &person, &typed, &wrongs, status)) }
}

/// Does what the link is for; None where the form does not parse.
async fn spend(
    site: &Site,
    link: &Link,
    person: &Person,
    typed: &Typed,
    wrongs: &mut Wrongs,
) -> Result<Option<Result<Entered, SignInError>>, Trouble> {
    let (words, now, whose) = (Words(person.language), site.clock.now(), format!("link/{}", link.id));
    let email = people::email_of(person, &site.keyring).unwrap_or_default();
    Ok(match link.purpose {
        Purpose::Join => {
            let name = NewPerson::parse_name(typed.get("name")).map_err(|_| wrongs.add("name", words.say("people-name-wrong")));
            let chosen = password(site, typed, &[&person.name, typed.get("name"), &email], words, wrongs).await?;
            let shown = shown(site, typed, &whose, words, wrongs);
            let (Ok(name), Some(chosen), Some(shown)) = (name, chosen, shown) else { return Ok(None) };
            Some(sign_in::join(desk(site), link, &name, &chosen, &shown, now).await)
        }
        Purpose::Password => {
            let Some(chosen) = password(site, typed, &[&person.name, &email], words, wrongs).await? else { return Ok(None) };
            let token = sign_in::replace_password(desk(site), link, &chosen, typed.get("code"), now).await;
            Some(token.map(|token| Entered { token, codes: Vec::new() }))
        }
        Purpose::Authenticator => {
            let Some(shown) = shown(site, typed, &whose, words, wrongs) else { return Ok(None) };
            let current = SecretString::from(typed.all("password").next().unwrap_or_default());
            Some(sign_in::replace_authenticator(desk(site), link, current, &shown, now).await)
        }
        // Outside of practice no such link opens anything.
        Purpose::Demo if site.is_practice() => {
            let token: Result<String, SignInError> = transact!(site.db, tx => sign_in::enter_demo(tx, link, &site.entropy, now).await);
            Some(token.map(|token| Entered { token, codes: Vec::new() }))
        }
        Purpose::Demo | Purpose::Setup => Some(Err(SignInError::Spent)),
    })
}

/// On into the treasury; past the recovery codes where there are new ones.
async fn let_in(site: &Site, headers: &HeaderMap, person: &Person, entry: Entered) -> Result<Response, Trouble> {
    let words = Words(person.language);
    let demo = entry.codes.is_empty();
    let mut response = if demo {
        answer::see_other(first_place(person))?
    } else {
        codes_page(Frame::outside(site, words, words.say("codes-title")), entry.codes, first_place(person))
    };
    answer::set_cookie(&mut response, site.session_cookie(), Some(&entry.token))?;
    let (known, now) = (cookie(headers, site.device_cookie()), site.clock.now());
    let device: sqlx::Result<String> = transact!(site.db, tx => device::meet(tx, person.id, known, &site.entropy, now).await);
    keep_device(site, &mut response, &device?)?;
    // A demo link stays: whoever looks around comes back by it.
    answer::set_cookie(&mut response, site.link_cookie(), None)?;
    Ok(response)
}

/// The one time that recovery codes are told.
pub fn codes_page(frame: Frame, codes: Vec<String>, onward: &str) -> Response {
    let words = frame.words;
    let sheet = Sheet::new(frame).text(words.say("codes-why")).with(Part::Secrets(codes));
    sheet.link(onward, words.say("codes-kept")).answer(&Wrongs::default())
}
