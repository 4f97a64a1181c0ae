//! The first run: from empty books to a fund that two people can run, in steps that can be left and come back to. Not here: the same from the
//! command line (`strikefund setup`, `strikefund staff`, `strikefund mail-test`).

mod backup;
mod checks;
mod fund;
mod keys;

use axum::extract::{Form as Sent, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::joining::{authenticator, codes_page, held, new_password, password, shown};
use super::sign_in::{Pairs, desk, keep_device, note_device, retry_later, told};
use super::{ADMINISTRATORS, Frame, HOME, Part, Sheet, people as people_page, words_outside};
use crate::db::Tx;
use crate::db::backup::notes;
use crate::funds::settings::{self, Step};
use crate::payments;
use crate::people::{self, Link, NewPerson, Purpose, Role, Roles, factor, session, sign_in};
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Table};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

/// The first step; there is no such page once somebody is on the staff.
pub const SETUP: &str = "/setup";
const FUND: &str = "/setup/fund";
const APPROVAL: &str = "/setup/approval";
const SECOND: &str = "/setup/second";
const STRIPE: &str = "/setup/stripe";
const MAIL: &str = "/setup/mail";
/// Where backups are told of, also when the setup is done.
pub const BACKUP: &str = "/setup/backup";
/// The last step.
pub const FINISH: &str = "/setup/finish";

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    let own = doors
        .get(SETUP, Who::Anyone, you)
        .post(SETUP, Who::Anyone, send_you)
        .get(SECOND, who, second)
        .post(SECOND, who, send_second)
        .get(FINISH, who, finish);
    backup::doors(checks::doors(keys::doors(fund::doors(own))))
}

/// Every step, in order: its address, and its name in the locales.
const STEPS: [(&str, &str); 8] = [
    (SETUP, "setup-you"),
    (FUND, "setup-fund"),
    (APPROVAL, "setup-approval"),
    (SECOND, "setup-second"),
    (STRIPE, "setup-stripe"),
    (MAIL, "setup-mail"),
    (BACKUP, "setup-backup"),
    (FINISH, "setup-finish"),
];

/// `Step 3 of 7: Approval rules`, for the step of this address.
fn title(words: Words, step: &str) -> String {
    let n = STEPS.iter().position(|(address, _)| *address == step).unwrap_or(0);
    format!("{}: {}", words.with_two("setup-step", ("step", n + 1), ("steps", STEPS.len())), words.say(STEPS[n].1))
}

/// The ways on from a step: past it, and back to the one before. There is no way back to the first, which is done.
fn ways(words: Words, step: &str) -> Part {
    let n = STEPS.iter().position(|(address, _)| *address == step).unwrap_or(0);
    let way = |at: usize, key: &str| STEPS.get(at).map(|(address, _)| ((*address).to_owned(), words.say(key)));
    let back = (n > 1).then(|| way(n - 1, "people-back")).flatten();
    Part::Links(way(n + 1, "setup-skip").into_iter().chain(back).collect())
}

async fn setup_link(site: &Site, headers: &HeaderMap) -> Result<Link, Trouble> {
    held(site, headers).await?.filter(|link| link.purpose == Purpose::Setup).ok_or(Trouble::NotFound)
}

async fn you(State(site): AnySite, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, Trouble> {
    let link = setup_link(&site, &headers).await?;
    let words = words_outside(&site, query.as_deref(), &headers).await?;
    Ok(you_page(&site, &link, words, &Typed::default(), &Wrongs::default(), StatusCode::OK))
}

fn you_page(site: &Site, link: &Link, words: Words, typed: &Typed, wrongs: &Wrongs, status: StatusCode) -> Response {
    let parts = FormParts { words, typed, wrongs };
    let account = if typed.get("email").is_empty() { "strikefund" } else { typed.get("email") };
    let (secret, more) = authenticator(site, &parts, &format!("link/{}", link.id), account);
    let fields = vec![parts.text("name", "join-name", "name"), parts.email("email", "people-email", "username"), new_password(&parts)];
    let device = vec![parts.text("label", "sign-in-label", "off").hint(words.say("sign-in-label-hint")).optional(words)];
    let form = Form::new(SETUP, "", [fields, more, device].concat()).button(words.say("setup-next"));
    let sheet = Sheet::new(Frame::outside(site, words, title(words, SETUP))).text(words.say("setup-you-why"));
    let sheet = secret.into_iter().fold(sheet.text(words.say("join-authenticator")), Sheet::with);
    retry_later(sheet.form(form).answer_as(status, wrongs))
}

async fn send_you(State(site): AnySite, RawQuery(query): RawQuery, headers: HeaderMap, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let link = setup_link(&site, &headers).await?;
    let (words, typed, mut wrongs) = (words_outside(&site, query.as_deref(), &headers).await?, Typed::new(pairs), Wrongs::default());
    let name = NewPerson::parse_name(typed.get("name")).map_err(|_| wrongs.add("name", words.say("people-name-wrong")));
    let email = NewPerson::parse_email(typed.get("email")).map_err(|_| wrongs.add("email", words.say("people-email-wrong")));
    let chosen = password(&site, &typed, &[typed.get("name"), typed.get("email")], words, &mut wrongs).await?;
    let shown = shown(&site, &typed, &format!("link/{}", link.id), words, &mut wrongs);
    let label = typed.get("label");
    if !label.is_empty() && NewPerson::parse_name(label).is_err() {
        wrongs.add("label", words.say("people-name-wrong"));
    }
    let (Ok(name), Ok(email), Some(chosen), Some(shown), true) = (name, email, chosen, shown, wrongs.is_empty()) else {
        return Ok(you_page(&site, &link, words, &typed, &wrongs, StatusCode::UNPROCESSABLE_ENTITY));
    };
    // Who comes first enters and looks after people; who agrees to it must be somebody else.
    let new = NewPerson { name, email, language: words.0, roles: Roles::new([Role::Recorder, Role::Administrator]) };
    match sign_in::first(desk(&site), &link, &new, &chosen, (&shown, label), site.clock.now()).await {
        Ok(entry) => {
            let mut response = codes_page(Frame::outside(&site, words, words.say("codes-title")), entry.codes, FUND);
            answer::set_cookie(&mut response, site.session_cookie(), Some(&entry.token))?;
            answer::set_cookie(&mut response, site.link_cookie(), None)?;
            keep_browser(&site, &headers, &entry.token, &mut response).await?;
            Ok(response)
        }
        Err(refused) => {
            let (text, status) = told(words, refused, "sign-in-wrong")?;
            wrongs.add("name", text);
            Ok(you_page(&site, &link, words, &typed, &wrongs, status))
        }
    }
}

/// Has this browser known as the one that the first person came in with.
async fn keep_browser(site: &Site, headers: &HeaderMap, token: &str, response: &mut Response) -> Result<(), Trouble> {
    let session = session::find(&mut site.db.begin_read().await?, token, site.clock.now()).await?.ok_or(Trouble::NotFound)?;
    let device = note_device(site, headers, &session, "").await?;
    keep_device(site, response, &device)
}

async fn second(State(site): AnySite, signed_in: SignedIn) -> Response {
    let typed = Typed::default().or("role", Role::Approver.as_str()).or("language", signed_in.person.language.as_str());
    people_page::invite_page(&site, &signed_in, SECOND, &typed, &Wrongs::default())
}

async fn send_second(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    people_page::invite(&site, &signed_in, SECOND, STRIPE, pairs).await
}

/// The title of the step in which the second person is invited, and the ways on from it.
pub(super) fn second_frame(words: Words) -> (String, Part) {
    (title(words, SECOND), ways(words, SECOND))
}

/// What of the setup is still open: where it is done, and its name in the locales.
///
/// # Errors
/// When the database is gone.
pub(super) async fn left_over(tx: &mut Tx) -> sqlx::Result<Vec<(&'static str, &'static str)>> {
    let (general, done) = (crate::funds::general(tx).await?, settings::steps_done(tx).await?);
    let named = match &general {
        Some(fund) => !settings::about(tx, fund.id).await?.contact.is_empty(),
        None => false,
    };
    let (people, holders) = (people::list(tx).await?, factor::holders(tx).await?);
    let others = people.iter().filter(|person| person.disabled_at.is_none()).count();
    let come_in = people.iter().filter(|person| person.disabled_at.is_none() && holders.contains(&person.id)).count();
    let heard = payments::newest_delivery(tx).await?.is_some();
    let open = [
        (general.is_none(), FUND, "setup-fund"),
        (general.is_some() && !named, FUND, "setup-left-contact"),
        (!done.contains(&Step::Approval), APPROVAL, "setup-approval"),
        (others < 2, SECOND, "setup-second"),
        (others > 1 && come_in < 2, people_page::PEOPLE, "setup-second-in"),
        (!done.contains(&Step::Stripe), STRIPE, "setup-stripe"),
        (!heard, STRIPE, "setup-webhook-heard"),
        (!done.contains(&Step::Mail), MAIL, "setup-mail"),
        (notes::newest(tx).await?.is_none(), BACKUP, "setup-backup"),
    ];
    Ok(open.into_iter().filter(|(is_open, ..)| *is_open).map(|(_, address, key)| (address, key)).collect())
}

async fn finish(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let open = left_over(&mut site.db.begin_read().await?).await?;
    let mut table = Table::new(words.say("setup-list"), "").column(words.say("setup-what")).column(words.say("people-state"));
    for (address, key) in &STEPS[..STEPS.len() - 1] {
        if open.iter().any(|(_, name)| name == key) {
            continue;
        }
        // The first step cannot be gone back to: there is no such page once somebody is on the staff.
        let name = if *address == SETUP { Cell::text(words.say(key)) } else { Cell::link(*address, words.say(key)) };
        table.row(vec![name, Cell::chip("good", words.say("setup-done"))]);
    }
    for (address, key) in &open {
        table.row(vec![Cell::link(*address, words.say(key)), Cell::chip("warning", words.say("setup-open"))]);
    }
    let page = Sheet::new(Frame::new(&site, &signed_in, title(words, FINISH))).with(Part::Table(table));
    let note = if open.is_empty() { "setup-all-done" } else { "setup-some-left" };
    Ok(page.with(Part::Note(words.say(note))).link(HOME, words.say("setup-to-treasury")).answer(&Wrongs::default()))
}
