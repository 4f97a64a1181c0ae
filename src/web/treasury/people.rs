//! The people of the treasury: who is there, what is asked about them, and inviting somebody. Not here: one person's page (`person`).

use axum::extract::{Form as Sent, Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::sign_in::Pairs;
use super::{ADMINISTRATORS, Frame, Part, Sheet, joining, me, not_allowed, sent};
use crate::clock::{Instant, Zone};
use crate::db::Tx;
use crate::ids::{ChangeId, Entropy, sha256_hex};
use crate::mail;
use crate::people::changes::{self, ChangeError, Invited, Outcome};
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, Actor, Change, Kind, Language, NewPerson, Person, Purpose, Role, Roles, factor};
use crate::seal::Keyring;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Table};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

/// The people of the treasury.
pub const PEOPLE: &str = "/treasury/people";
const INVITE: &str = "/treasury/people/invite";
const AGREE: &str = "/treasury/people/changes/{id}/agree";
const CANCEL: &str = "/treasury/people/changes/{id}/cancel";
const FINISH: &str = "/treasury/people/changes/{id}/finish";

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors
        .get(PEOPLE, who, list)
        .get(INVITE, who, form)
        .post(INVITE, who, send)
        .post(AGREE, who, agree)
        .post(CANCEL, who, cancel)
        .post(FINISH, who, finish)
}

/// The roles of a person, in words.
pub fn roles_in_words(words: Words, roles: &Roles) -> String {
    let said: Vec<String> = roles.iter().map(|role| words.of("role", role.as_str())).collect();
    if said.is_empty() { words.say("people-no-role") } else { said.join(", ") }
}

async fn list(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let (everybody, holders, zone) = (people::list(tx).await?, factor::holders(tx).await?, super::zone(tx).await?);
    let columns = ["people-name", "people-roles", "people-state"].map(|key| words.say(key));
    let mut table = columns.into_iter().fold(Table::new(words.say("people-title"), words.say("people-nobody")), Table::column);
    for person in &everybody {
        let state = match (person.disabled_at, holders.contains(&person.id)) {
            (Some(_), _) => Cell::chip("bad", words.say("people-disabled")),
            (None, true) => Cell::chip("good", words.say("people-in")),
            (None, false) => Cell::chip("warning", words.say("people-invited")),
        };
        let name = Cell::link(format!("{PEOPLE}/{}", person.reference), person.name.clone());
        table.row(vec![name, Cell::text(roles_in_words(words, &person.roles)), state]);
    }
    let sheet = Sheet::new(Frame::new(&site, &signed_in, words.say("people-title")));
    let mut sheet = warnings(words, &everybody).into_iter().fold(sheet, Sheet::text).with(Part::Table(table));
    let now = site.clock.now();
    for change in changes::list(tx).await? {
        sheet = change_parts(&signed_in, &change, &everybody, &zone, now).into_iter().fold(sheet, Sheet::with);
    }
    let sheet = sheet.link(INVITE, words.say("people-invite")).link(super::setup::FINISH, words.say("setup-finish"));
    Ok(sheet.answer(&Wrongs::default()))
}

/// What the list should make somebody think of: too few approvers, one administrator.
fn warnings(words: Words, everybody: &[Person]) -> Vec<String> {
    let count = |role: Role| everybody.iter().filter(|person| person.disabled_at.is_none() && person.roles.holds(role)).count();
    let (approvers, administrators) = (count(Role::Approver), count(Role::Administrator));
    let few = (approvers < 3).then(|| words.with("people-few-approvers", "count", approvers));
    let alone = (administrators < 2).then(|| words.say("people-one-administrator"));
    few.into_iter().chain(alone).collect()
}

/// What can be done about an open change: agree, carry out, call off.
fn change_parts(signed_in: &SignedIn, change: &Change, everybody: &[Person], zone: &Zone, now: Instant) -> Vec<Part> {
    let words = signed_in.words;
    let name = |id| everybody.iter().find(|person| person.id == id).map_or_else(String::new, |person| person.name.clone());
    let heading = match change.kind.role() {
        Some(role) => words.with_two("people-asked-role", ("name", name(change.person_id)), ("role", words.of("role", role.as_str()))),
        None => words.with("people-asked-reset", "name", name(change.person_id)),
    };
    let to = |act: &str| format!("{PEOPLE}/changes/{}/{act}", change.id);
    let button = |act: &str, key: &str| Part::Form(Form::new(to(act), "", Vec::new()).button(words.say(key)));
    let own = change.asked_by == signed_in.person.id || change.person_id == signed_in.person.id;
    let waits = match change.due_at() {
        Some(due) if now < due => words.with("people-reset-due", "time", words.moment(due, zone)),
        _ => words.with("people-asked-by", "name", name(change.asked_by)),
    };
    let onward = match change.due_at() {
        None if own => None,
        None => Some(button("agree", "people-agree")),
        Some(due) if now < due => None,
        Some(_) => Some(button("finish", "people-reset-link")),
    };
    let told = [Part::Heading(heading), Part::Text(waits)];
    told.into_iter().chain(onward).chain([button("cancel", "people-call-off")]).collect()
}

async fn form(State(site): AnySite, signed_in: SignedIn) -> Response {
    let typed = Typed::default().or("language", signed_in.person.language.as_str());
    invite_page(&site, &signed_in, INVITE, &typed, &Wrongs::default())
}

/// The form of an invitation, which the setup shows too.
pub fn invite_page(site: &Site, signed_in: &SignedIn, action: &'static str, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let roles = Role::ALL.map(|role| Choice::new(role.as_str(), words.of("role-does", role.as_str()))).into();
    let fields = vec![
        parts.text("name", "people-name", "off"),
        parts.email("email", "people-email", "off"),
        parts.checks("role", "people-roles", roles),
        parts.radios("language", "me-language", vec![Choice::new("en", "English"), Choice::new("es", "Español")]),
    ];
    let why = if site.post.has_server() { "people-invite-mailed" } else { "people-invite-why" };
    let (heading, ways) = if action == INVITE {
        (words.say("people-invite"), None)
    } else {
        let (heading, ways) = super::setup::second_frame(words);
        (heading, Some(ways))
    };
    let sheet = Sheet::new(Frame::new(site, signed_in, heading)).text(words.say(why));
    let sheet = sheet.form(Form::new(action, super::operation(site, typed), fields).button(words.say("people-invite")));
    sheet.maybe(ways).answer(wrongs)
}

async fn send(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    invite(&site, &signed_in, INVITE, PEOPLE, pairs).await
}

/// Invites somebody, and shows the link, once.
pub async fn invite(
    site: &Site,
    signed_in: &SignedIn,
    action: &'static str,
    onward: &'static str,
    pairs: Vec<(String, String)>,
) -> Result<Response, Trouble> {
    let operation = sent(signed_in, "invite", &pairs, &Typed::new(pairs.clone()));
    let (words, typed, mut wrongs) = (signed_in.words, &Typed::new(pairs), Wrongs::default());
    let name = NewPerson::parse_name(typed.get("name")).map_err(|_| wrongs.add("name", words.say("people-name-wrong")));
    let email = NewPerson::parse_email(typed.get("email")).map_err(|_| wrongs.add("email", words.say("people-email-wrong")));
    let roles = Roles::new(typed.all("role").filter_map(|word| word.parse().ok()));
    if roles.is_empty() {
        wrongs.add("role", words.say("people-role-wrong"));
    }
    let language = typed.get("language").parse().unwrap_or(Language::English);
    let (Ok(name), Ok(email), true) = (name, email, wrongs.is_empty()) else {
        return Ok(invite_page(site, signed_in, action, typed, &wrongs));
    };
    let new = NewPerson { name, email, language, roles };
    let (actor, now, sealing) = (signed_in.actor(), site.clock.now(), (&*site.keyring, &site.entropy));
    let done: Result<Result<Invited, String>, ChangeError> = match operation {
        Err(refused) => Err(refused.into()),
        Ok(operation) => transact!(site.db, tx => async {
            let invited = invite_once(tx, actor, &operation, &new, sealing, now).await?;
            if let Ok(invited) = &invited && site.post.has_server() {
                mail_link(tx, site, Purpose::Join, (&new.email, new.language), &invited.token, now).await?;
            }
            Ok::<_, ChangeError>(invited)
        }.await),
    };
    match done {
        // The link was told when this form was sent the first time, and is told once.
        Ok(Err(reference)) => Ok(answer::see_other(&format!("{PEOPLE}/{reference}"))?),
        Ok(Ok(invited)) => {
            let waits = (invited.outcome == Outcome::Waits).then(|| Part::Text(words.say("people-roles-wait")));
            let sheet = Sheet::new(Frame::new(site, signed_in, words.say("people-invited-title"))).maybe(waits);
            Ok(told_link(site, sheet, words, site.post.has_server().then_some(&*new.email), &invited.token, onward))
        }
        Err(ChangeError::Taken) => {
            wrongs.add("email", words.say("people-taken"));
            Ok(invite_page(site, signed_in, action, typed, &wrongs))
        }
        Err(refused) => refuse(site, signed_in, refused, action),
    }
}

/// Invites somebody; Err: by this same form somebody was invited before, who stands in addresses as this.
async fn invite_once(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    new: &NewPerson,
    sealing: (&Keyring, &Entropy),
    now: Instant,
) -> Result<Result<Invited, String>, ChangeError> {
    if let Some(reference) = operation::find_result(tx, operation).await? {
        return Ok(Err(reference));
    }
    let invited = changes::invite(tx, actor, new, sealing, now).await?;
    operation::done(tx, operation, &invited.reference, now).await?;
    Ok(Ok(invited))
}

/// What an administrator is told who cannot do something about a person.
pub fn refuse(site: &Site, signed_in: &SignedIn, refused: ChangeError, back: &str) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let said = match refused {
        ChangeError::NotAllowed(refused) => return not_allowed(refused, back),
        ChangeError::Database(error) | ChangeError::Operation(OperationError::Database(error)) => return Err(error.into()),
        ChangeError::Operation(OperationError::Reused | OperationError::Malformed) => words.say("people-reopen"),
        ChangeError::NoSuchPerson => return Err(Trouble::NotFound),
        ChangeError::Gone => words.say("people-gone"),
        ChangeError::Taken => words.say("people-taken"),
        ChangeError::SamePerson => words.say("people-same-person"),
        ChangeError::AboutYourself => words.say("people-about-yourself"),
        ChangeError::Alone => words.say("people-alone"),
        ChangeError::LastAdministrator => words.say("people-last-administrator"),
        ChangeError::TooSoon => words.say("people-too-soon"),
        ChangeError::NotIn => words.say("people-not-in"),
    };
    let sheet = Sheet::new(Frame::new(site, signed_in, words.say("people-refused"))).text(said).link(back, words.say("people-back"));
    Ok(sheet.answer_as(StatusCode::CONFLICT, &Wrongs::default()))
}

async fn agree(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>) -> Result<Response, Trouble> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done: Result<Change, ChangeError> = transact!(site.db, tx => changes::agree(tx, actor, ChangeId(id), now).await);
    match done {
        Ok(_) => Ok(answer::see_other(PEOPLE)?),
        Err(refused) => refuse(&site, &signed_in, refused, PEOPLE),
    }
}

async fn cancel(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>) -> Result<Response, Trouble> {
    me::cancel_change(&site, &signed_in, ChangeId(id), PEOPLE).await
}

async fn finish(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>) -> Result<Response, Trouble> {
    let (actor, now, entropy) = (signed_in.actor(), site.clock.now(), &site.entropy);
    let done: Result<String, ChangeError> = transact!(site.db, tx => changes::finish_reset(tx, actor, ChangeId(id), entropy, now).await);
    match done {
        Ok(token) => Ok(link_page(&site, &signed_in, &token, PEOPLE)),
        Err(refused) => refuse(&site, &signed_in, refused, PEOPLE),
    }
}

/// Puts the letter that bears a link into the outbox, in the transaction that makes it.
///
/// # Errors
/// When the database is gone.
pub async fn mail_link(
    tx: &mut Tx,
    site: &Site,
    purpose: Purpose,
    (to, language): (&str, Language),
    token: &str,
    now: Instant,
) -> sqlx::Result<()> {
    let kind = if purpose == Purpose::Join { mail::Kind::Invitation } else { mail::Kind::Reset };
    let (cause, link, minutes) = (format!("link {}", sha256_hex(token)), joining::address(site, token), (purpose.secs() / 60).to_string());
    let letter = mail::Letter { cause: &cause, to, language, kind, values: &[("minutes", &minutes)], link: Some(&link) };
    mail::queue(tx, &letter, &site.keyring, &site.entropy, now).await.map(drop)
}

/// The one time that a link is told.
fn link_page(site: &Site, signed_in: &SignedIn, token: &str, onward: &str) -> Response {
    let words = signed_in.words;
    let sheet = Sheet::new(Frame::new(site, signed_in, words.say("people-link-title")));
    told_link(site, sheet, words, None, token, onward)
}

/// The end of a page that tells a link, or says to whom it was mailed: whoever invites need not be able to come in as the other.
pub fn told_link(site: &Site, sheet: Sheet, words: Words, mailed_to: Option<&str>, token: &str, onward: &str) -> Response {
    let sheet = match mailed_to {
        Some(email) => sheet.text(words.with("people-link-mailed", "email", email.to_owned())),
        None => sheet.text(words.say("people-link-once")).with(Part::Secrets(vec![joining::address(site, token)])),
    };
    let key = if mailed_to.is_some() { "people-back" } else { "people-link-given" };
    sheet.link(onward, words.say(key)).answer(&Wrongs::default())
}

/// The reset that stands open about a person, if any.
pub fn open_reset(open: &[Change], person: &Person) -> bool {
    open.iter().any(|change| change.person_id == person.id && change.kind == Kind::Reset)
}
