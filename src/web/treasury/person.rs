//! One person's page for administrators: roles, links, resets, shutting out. Not here: the list (`people`), one's own page (`me`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::people::{PEOPLE, mail_link, open_reset, refuse, roles_in_words, told_link};
use super::sign_in::Pairs;
use super::{ADMINISTRATORS, Frame, Part, Sheet};
use crate::db::Tx;
use crate::ids::ChangeId;
use crate::money::Money;
use crate::people::changes::{self, ChangeError};
use crate::people::operation;
use crate::people::{self, Actor, NewPerson, Person, Purpose, Role, Roles, email_of, factor};
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::{AnySite, Site, answer};
use crate::{funds, transact};

const PERSON: &str = "/treasury/people/{person}";
const ROLES: &str = "/treasury/people/{person}/roles";
const LINK: &str = "/treasury/people/{person}/link";
const RESET: &str = "/treasury/people/{person}/reset";
const DISABLE: &str = "/treasury/people/{person}/disable";
const ENABLE: &str = "/treasury/people/{person}/enable";
const NAME: &str = "/treasury/people/{person}/name";

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors
        .get(PERSON, who, show)
        .post(ROLES, who, set_roles)
        .post(LINK, who, make_link)
        .post(RESET, who, reset)
        .get(DISABLE, who, confirm_disable)
        .post(DISABLE, who, disable)
        .post(ENABLE, who, enable)
        .get(NAME, who, name_form)
        .post(NAME, who, rename)
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
        let form = Form::new(format!("{}/enable", page_of(&person)), site.entropy.reference(), Vec::new());
        let form = form.quiet_button(words.say("people-enable"));
        let page = page.block(words.say("people-enable"), words.say("people-enable-why"), form);
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
    let by_hand = |form: Form| if site.post.has_server() { form.other_button("show", words.say("people-link-show")) } else { form };
    let page = if held.is_some() {
        let form = by_hand(post("link", "people-password-link"));
        page.block(words.say("people-password-link"), words.say("people-password-link-why"), form)
    } else {
        let form = by_hand(post("link", "people-new-invitation"));
        page.block(words.say("people-new-invitation"), words.say("people-new-invitation-why"), form)
    };
    let may_reset = held.is_some() && !open_reset(&open, &person) && person.id != signed_in.person.id;
    let page =
        if may_reset { page.block(words.say("people-reset"), words.say("people-reset-why"), post("reset", "people-reset")) } else { page };
    let page = page.link(PEOPLE, words.say("people-back")).link(format!("{own}/name"), words.say("people-rename"));
    let page = page.link(format!("{own}/disable"), words.say("people-disable"));
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

/// A new link: mailed to them where mail is set, unless whoever asks wants to hand it over.
async fn make_link(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(reference): Path<String>,
    Sent(pairs): Pairs,
) -> Result<Response, Trouble> {
    let person = find(&mut site.db.begin_read().await?, &reference).await?;
    let (words, actor, now, entropy) = (signed_in.words, signed_in.actor(), site.clock.now(), &site.entropy);
    let wanted = site.post.has_server() && !Typed::new(pairs).has("show");
    let email = email_of(&person, &site.keyring).filter(|_| wanted);
    let made: Result<(Purpose, String), ChangeError> = transact!(site.db, tx => async {
        let (purpose, token) = changes::relink(tx, actor, person.id, entropy, now).await?;
        if let Some(email) = &email {
            mail_link(tx, &site, purpose, (email, person.language), &token, now).await?;
        }
        Ok::<_, ChangeError>((purpose, token))
    }.await);
    match made {
        Ok((_, token)) => {
            let sheet = Sheet::new(Frame::new(&site, &signed_in, words.say("people-link-title")));
            Ok(told_link(&site, sheet, words, email.as_deref(), &token, &page_of(&person)))
        }
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
    let mut page = page.text(words.say("people-disable-why")).maybe(without);
    for fund in funds::list(tx).await?.into_iter().filter(|_| person.roles.holds(Role::Approver)) {
        let left = i64::try_from(approvers).unwrap_or(i64::MAX);
        if let Some(over) = funds::tiers(tx, &fund).await?.too_few_above(left).filter(|over| *over > 0) {
            let sum = Money::new(over, fund.currency).for_people();
            page = page.with(Part::Warning(words.with_two("people-without-sums", ("fund", fund.name), ("sum", sum))));
        }
    }
    let form = Form::new(format!("{}/disable", page_of(&person)), "", Vec::new()).button(words.say("people-disable"));
    Ok(page.form(form).link(page_of(&person), words.say("people-back")).answer(&Wrongs::default()))
}

async fn enable(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let person = find(&mut site.db.begin_read().await?, &reference).await?;
    let operation = match super::sent(&signed_in, &format!("let {reference} back in"), &pairs, &Typed::new(pairs.clone())) {
        Ok(operation) => operation,
        Err(refused) => return refuse(&site, &signed_in, refused.into(), &page_of(&person)),
    };
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done: Result<(), ChangeError> = transact!(site.db, tx => async {
        if operation::find_result(tx, &operation).await?.is_some() {
            return Ok(());
        }
        changes::enable(tx, actor, person.id, now).await?;
        Ok::<_, ChangeError>(operation::done(tx, &operation, "", now).await?)
    }.await);
    go_back(&site, &signed_in, &person, done)
}

async fn name_form(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>) -> Result<Response, Trouble> {
    let person = find(&mut site.db.begin_read().await?, &reference).await?;
    Ok(name_page(&site, &signed_in, &person, &Typed::default().or("name", person.name.as_str()), &Wrongs::default()))
}

fn name_page(site: &Site, signed_in: &SignedIn, person: &Person, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let form =
        Form::new(format!("{}/name", page_of(person)), super::operation(site, typed), vec![parts.text("name", "people-name", "off")]);
    let sheet = Sheet::new(Frame::new(site, signed_in, words.say("people-rename"))).text(words.say("people-rename-why"));
    sheet.form(form.button(words.say("me-save"))).link(page_of(person), words.say("people-back")).answer(wrongs)
}

async fn rename(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let person = find(&mut site.db.begin_read().await?, &reference).await?;
    let (actor, now, typed, mut wrongs) = (signed_in.actor(), site.clock.now(), Typed::new(pairs.clone()), Wrongs::default());
    let Ok(name) = NewPerson::parse_name(typed.get("name")) else {
        wrongs.add("name", signed_in.words.say("people-name-wrong"));
        return Ok(name_page(&site, &signed_in, &person, &typed, &wrongs));
    };
    let operation = match super::sent(&signed_in, &format!("name of {reference}"), &pairs, &typed) {
        Ok(operation) => operation,
        Err(refused) => return refuse(&site, &signed_in, refused.into(), &page_of(&person)),
    };
    let done: Result<(), ChangeError> = transact!(site.db, tx => async {
        if operation::find_result(tx, &operation).await?.is_some() {
            return Ok(());
        }
        changes::rename(tx, actor, person.id, &name, now).await?;
        Ok::<_, ChangeError>(operation::done(tx, &operation, "", now).await?)
    }.await);
    match done {
        Ok(()) => Ok(answer::see_other(&page_of(&person))?),
        Err(refused) => refuse(&site, &signed_in, refused, &page_of(&person)),
    }
}

async fn disable(State(site): AnySite, signed_in: SignedIn, Path(reference): Path<String>) -> Result<Response, Trouble> {
    let person = find(&mut site.db.begin_read().await?, &reference).await?;
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done: Result<(), ChangeError> = transact!(site.db, tx => changes::disable(tx, actor, person.id, now).await);
    go_back(&site, &signed_in, &person, done)
}
