//! One person's page for administrators: roles, links, resets, shutting out. Not here: the list (`people`), one's own page (`me`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::people::{PEOPLE, link_page, open_reset, refuse, roles_in_words};
use super::sign_in::Pairs;
use super::{ADMINISTRATORS, Frame, Part, Sheet};
use crate::db::Tx;
use crate::ids::ChangeId;
use crate::people::changes::{self, ChangeError};
use crate::people::operation;
use crate::people::{self, Actor, Person, Purpose, Role, Roles, email_of, factor};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::{AnySite, Site, answer};

const PERSON: &str = "/treasury/people/{person}";
const ROLES: &str = "/treasury/people/{person}/roles";
const LINK: &str = "/treasury/people/{person}/link";
const RESET: &str = "/treasury/people/{person}/reset";
const DISABLE: &str = "/treasury/people/{person}/disable";

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors
        .get(PERSON, who, show)
        .post(ROLES, who, set_roles)
        .post(LINK, who, make_link)
        .post(RESET, who, reset)
        .get(DISABLE, who, confirm_disable)
        .post(DISABLE, who, disable)
}

async fn find(tx: &mut Tx, reference: &str) -> Result<Person, Trouble> {
    people::find_by_ref(tx, reference).await?.ok_or(Trouble::NotFound)
}

fn page_of(person: &Person) -> String {
    format!("{PEOPLE}/{}", person.reference)
}

async fn show(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let (person, zone) = (find(tx, &reference).await?, super::zone(tx).await?);
    let (held, open) = (factor::held(tx, person.id).await?, changes::list(tx).await?);
    let mut facts = Facts::default()
        .add(words.say("people-email"), Cell::text(email_of(&person, &site.keyring).unwrap_or_default()))
        .add(words.say("people-roles"), Cell::text(roles_in_words(words, &person.roles)));
    if let Some(at) = person.disabled_at {
        facts = facts.add(words.say("people-disabled"), Cell::moment(words, at, &zone));
    }
    let page = Sheet::new(Frame::new(&site, &signed_in, person.name.clone())).with(Part::Facts(facts));
    if person.disabled_at.is_some() {
        return Ok(page.link(PEOPLE, words.say("people-back")).answer(&Wrongs::default()));
    }
    let typed = Typed::new(person.roles.iter().map(|role| ("role".to_owned(), role.as_str().to_owned())));
    let parts = FormParts { words, typed: &typed, wrongs: &Wrongs::default() };
    let roles = Role::ALL.map(|role| Choice::new(role.as_str(), words.of("role-does", role.as_str()))).into();
    let own = page_of(&person);
    let post = |act: &str, key: &str| Form::new(format!("{own}/{act}"), "", Vec::new()).button(words.say(key));
    let roles = Form::new(format!("{own}/roles"), super::operation(&site, &typed), vec![parts.checks("role", "people-roles", roles)])
        .button(words.say("people-set-roles"));
    let page = page.block(words.say("people-set-roles"), words.say("people-set-roles-why"), roles);
    let page = match held {
        None => {
            page.block(words.say("people-new-invitation"), words.say("people-new-invitation-why"), post("link", "people-new-invitation"))
        }
        Some(_) => {
            page.block(words.say("people-password-link"), words.say("people-password-link-why"), post("link", "people-password-link"))
        }
    };
    let may_reset = held.is_some() && !open_reset(&open, &person) && person.id != signed_in.person.id;
    let page =
        if may_reset { page.block(words.say("people-reset"), words.say("people-reset-why"), post("reset", "people-reset")) } else { page };
    let page = page.link(PEOPLE, words.say("people-back")).link(format!("{own}/disable"), words.say("people-disable"));
    Ok(page.answer(&Wrongs::default()))
}

async fn set_roles(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(reference): Path<String>,
    Sent(pairs): Pairs,
) -> Result<Response, Trouble> {
    let person = find(&mut site.db.begin_read().await?, &reference).await?;
    let (actor, now, typed) = (signed_in.actor(), site.clock.now(), Typed::new(pairs.clone()));
    let operation = match super::sent(&signed_in, &format!("roles of {reference}"), &pairs, &typed) {
        Ok(operation) => operation,
        Err(refused) => return refuse(&site, &signed_in, refused.into(), &page_of(&person)),
    };
    let wanted = Roles::new(typed.all("role").filter_map(|word| word.parse().ok()));
    let done: Result<(), ChangeError> = transact!(site.db, tx => {
        let set = async {
            if operation::find_result(tx, &operation).await?.is_some() {
                return Ok(());
            }
            for role in Role::ALL {
                match (person.roles.holds(role), wanted.holds(role)) {
                    (false, true) => drop(changes::ask_for_role(tx, actor, person.id, role, now).await?),
                    (true, false) => changes::take_role(tx, actor, person.id, role, now).await?,
                    _ => {}
                }
            }
            Ok::<_, ChangeError>(operation::done(tx, &operation, "", now).await?)
        };
        set.await
    });
    go_back(&site, &signed_in, &person, done)
}

fn go_back(site: &Site, signed_in: &SignedIn, person: &Person, done: Result<(), ChangeError>) -> Result<Response, Trouble> {
    match done {
        Ok(()) => Ok(answer::see_other(PEOPLE)?),
        Err(refused) => refuse(site, signed_in, refused, &page_of(person)),
    }
}

async fn make_link(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>) -> Result<Response, Trouble> {
    let person = find(&mut site.db.begin_read().await?, &reference).await?;
    let (actor, now, entropy) = (signed_in.actor(), site.clock.now(), &site.entropy);
    let made: Result<(Purpose, String), ChangeError> = transact!(site.db, tx => changes::relink(tx, actor, person.id, entropy, now).await);
    match made {
        Ok((_, token)) => Ok(link_page(&site, &signed_in, &token, &page_of(&person))),
        Err(refused) => refuse(&site, &signed_in, refused, &page_of(&person)),
    }
}

async fn reset(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>) -> Result<Response, Trouble> {
    let person = find(&mut site.db.begin_read().await?, &reference).await?;
    let (actor, now): (Actor, _) = (signed_in.actor(), site.clock.now());
    let asked: Result<ChangeId, ChangeError> = transact!(site.db, tx => changes::ask_reset(tx, actor, person.id, now).await);
    go_back(&site, &signed_in, &person, asked.map(drop))
}

async fn confirm_disable(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let person = find(tx, &reference).await?;
    let everybody = people::list(tx).await?;
    let approvers = everybody.iter().filter(|other| other.id != person.id && other.disabled_at.is_none());
    let approvers = approvers.filter(|other| other.roles.holds(Role::Approver)).count();
    let page = Sheet::new(Frame::new(&site, &signed_in, words.with("people-disable-title", "name", person.name.clone())));
    let without = person.roles.holds(Role::Approver).then(|| Part::Text(words.with("people-without", "count", approvers)));
    let page = page.text(words.say("people-disable-why")).maybe(without);
    let form = Form::new(format!("{}/disable", page_of(&person)), "", Vec::new()).button(words.say("people-disable"));
    Ok(page.form(form).link(page_of(&person), words.say("people-back")).answer(&Wrongs::default()))
}

async fn disable(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>) -> Result<Response, Trouble> {
    let person = find(&mut site.db.begin_read().await?, &reference).await?;
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done: Result<(), ChangeError> = transact!(site.db, tx => changes::disable(tx, actor, person.id, now).await);
    go_back(&site, &signed_in, &person, done)
}
