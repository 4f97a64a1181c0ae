//! The treasurers' side: its frame, its home, and what whoever is not signed in sees instead. Not here: sign-in itself, the pages of each room.

mod audit;
mod bank;
mod books;
mod closing;
mod documents;
mod exports;
mod forgotten;
mod gifts;
mod home;
mod joining;
mod mail;
mod me;
mod my_factors;
mod passkeys;
mod payment;
mod people;
mod person;
mod settings;
mod setup;
mod sheet;
mod sign_in;
mod spending;
mod stripe_health;
mod supporters;
mod tiles;

use askama::Template;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;

use super::doors::{Doors, SignedIn};
use super::error::Trouble;
use super::form::Typed;
use super::words::Words;
use super::{Site, answer};
use crate::clock::Zone;
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::people::operation::{Operation, OperationError};
use crate::people::{NotAllowed, Role};

pub use gifts::how_often;
pub use sheet::{Part, Picture, Sheet};
pub use spending::use_in_words;

/// Who may read the books: everybody who is on the staff for more than people and settings.
pub const READERS: &[Role] = &[Role::Recorder, Role::Approver, Role::Auditor];
/// Who enters expenses and gifts, and pays.
pub const RECORDERS: &[Role] = &[Role::Recorder];
/// Who agrees to what others entered.
pub const APPROVERS: &[Role] = &[Role::Approver];
/// Who looks after people and settings.
pub const ADMINISTRATORS: &[Role] = &[Role::Administrator];

/// Where the treasury begins.
pub const HOME: &str = "/treasury";
/// Where one signs in.
pub const SIGN_IN: &str = "/sign-in";
/// Where one proves again who one is, before what moves money or changes who may.
pub const CONFIRM: &str = "/confirm";

/// Every address of the treasury.
pub fn doors(doors: Doors) -> Doors {
    let rooms = [
        home::doors,
        sign_in::doors,
        forgotten::doors,
        joining::doors,
        setup::doors,
        settings::doors,
        me::doors,
        my_factors::doors,
        passkeys::doors,
        people::doors,
        person::doors,
        audit::doors,
        gifts::doors,
        supporters::doors,
        books::doors,
        closing::doors,
        exports::doors,
        documents::doors,
        mail::doors,
        bank::doors,
        stripe_health::doors,
        spending::doors,
    ];
    rooms.into_iter().fold(doors, |doors, room| room(doors))
}

/// What surrounds every page of the treasury.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The reader's language.
    pub words: Words,
    /// Whether the money is play money.
    pub practice: bool,
    /// What the page is called, also in the browser's tab.
    pub title: String,
    /// Who is signed in; None on the pages before that.
    pub name: Option<String>,
    /// Where one can go from every page.
    pub places: Vec<Place>,
    /// What was just done, said on top.
    pub said: Option<String>,
    /// Whether the page came back with mistakes: its title says so first.
    pub wrong: bool,
    /// What the language switch keeps of the page's query.
    pub kept: String,
    /// The address that was asked for, on pages of who is signed in.
    pub address: Option<Uri>,
    /// The fund that a donor's page is about: its public page and its name.
    pub fund: Option<(String, String)>,
}

/// A link that stands on every page.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where to.
    pub href: &'static str,
    /// What it is called.
    pub label: String,
    /// Whether it is always in sight; the others are folded together.
    pub daily: bool,
}

/// The places of the treasury: address, name in the locales, and who is shown the way. Nobody is shown a way they may not go. Those that
/// somebody goes to every day come first and are always in sight; [`DAILY`] counts them.
#[rustfmt::skip]
const PLACES: &[(&str, &str, &[Role])] = &[
    (HOME, "place-home", READERS),
    (spending::EXPENSES, "place-expenses", READERS),
    (spending::APPROVALS, "place-approvals", READERS),
    ("/treasury/gifts", "place-gifts", READERS),
    (bank::BANK, "place-bank", READERS),
    (spending::PAYEES, "place-payees", READERS),
    (spending::CAPTAINS, "place-captains", READERS),
    (spending::ADVANCES, "place-advances", READERS),
    ("/treasury/accounts", "place-accounts", READERS),
    ("/treasury/months", "place-months", READERS),
    (stripe_health::STRIPE, "place-stripe", READERS),
    (exports::EXPORTS, "place-exports", READERS),
    ("/treasury/search", "place-search", READERS),
    (people::PEOPLE, "place-people", ADMINISTRATORS),
    (settings::SETTINGS, "place-settings", settings::SETTINGS_READERS),
    (audit::AUDIT, "place-audit", audit::LOG_READERS),
    (mail::MAIL, "place-mail", ADMINISTRATORS),
];
const DAILY: usize = 5;

impl Frame {
    /// Around a page for somebody who is signed in.
    pub fn new(site: &Site, signed_in: &SignedIn, title: impl Into<String>) -> Self {
        let words = signed_in.words;
        let may = |roles: &[Role]| roles.iter().any(|role| signed_in.person.roles.holds(*role));
        let places = PLACES.iter().enumerate().filter(|(_, (_, _, roles))| may(roles));
        let places = places.map(|(n, (href, key, _))| Place { href, label: words.say(key), daily: n < DAILY }).collect();
        let (name, kept, address) = (Some(signed_in.person.name.clone()), signed_in.kept.clone(), Some(signed_in.address.clone()));
        Self { name, places, kept, address, ..Self::outside(site, words, title) }
    }

    /// Around a page for somebody who is not.
    pub fn outside(site: &Site, words: Words, title: impl Into<String>) -> Self {
        let (title, kept) = (title.into(), String::new());
        let (places, practice) = (Vec::new(), site.is_practice());
        Self { words, practice, title, name: None, places, said: None, wrong: false, kept, address: None, fund: None }
    }

    /// The same around a page for donors of a fund.
    #[must_use]
    pub fn of_fund(self, fund: &Fund) -> Self {
        Self { fund: Some((format!("/f/{}/", fund.slug), fund.name.clone())), ..self }
    }

    /// The same on a page that leads on to `next`, which the language switch keeps.
    #[must_use]
    pub fn leading_to(self, next: &str) -> Self {
        let kept = if next.is_empty() { String::new() } else { format!("&next={}", answer::encoded(next)) };
        Self { kept, ..self }
    }

    /// Places of every day, or the others.
    pub fn places_that_are(&self, daily: bool) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(move |place| place.daily == daily)
    }

    /// A page about the books as they are at this moment, which the public does not see: it says so on top.
    pub fn live(self) -> Sheet {
        let note = Part::Note(self.words.say("frame-live"));
        Sheet::new(self).with(note)
    }

    /// The same with what was just done.
    #[must_use]
    pub fn saying(self, said: Option<String>) -> Self {
        Self { said, ..self }
    }

    /// The same for a page that came back with mistakes.
    #[must_use]
    pub fn wrong(self, wrong: bool) -> Self {
        Self { wrong, ..self }
    }
}

/// The operation id of a form: the one that came with it, or a new one.
pub fn operation(site: &Site, typed: &Typed) -> String {
    Some(typed.get("operation")).filter(|id| !id.is_empty()).map_or_else(|| site.entropy.reference(), str::to_owned)
}

/// What was sent, as the operation it is.
///
/// # Errors
/// [`OperationError::Malformed`] for an id that no form of ours bears.
pub fn sent(signed_in: &SignedIn, what: &str, pairs: &[(String, String)], typed: &Typed) -> Result<Operation, OperationError> {
    let mut parts = vec![what];
    for (name, value) in pairs.iter().filter(|(name, _)| name != "operation") {
        parts.extend([name.as_str(), value.as_str()]);
    }
    Operation::new(typed.get("operation"), &signed_in.person.id.to_string(), &parts)
}

/// The zone that days begin in: the general fund's; while there is none, UTC.
///
/// # Errors
/// When the database is gone.
pub async fn zone(tx: &mut Tx) -> sqlx::Result<Zone> {
    Ok(funds::general(tx).await?.map_or(Zone::UTC, |fund| fund.time_zone))
}

/// What is answered to an act that was not allowed: whoever proved who they are too long ago goes to prove it again, and comes back to `back`
/// (a path of ours that a GET opens); whoever lost the role sees that there is no such page.
///
/// # Errors
/// [`Trouble`], for all but the way to the proof.
pub fn not_allowed(refused: NotAllowed, back: &str) -> Result<Response, Trouble> {
    match refused {
        NotAllowed::Role => Err(Trouble::NotFound),
        NotAllowed::StepUp => Ok(answer::see_other(&format!("{CONFIRM}?next={}", answer::encoded(back)))?),
        NotAllowed::Database(error) => Err(error.into()),
    }
}

/// The language of a page for somebody who is not signed in: what they chose, what their browser says, and then what the fund begins in.
///
/// # Errors
/// When the database is gone.
pub async fn words_outside(site: &Site, query: Option<&str>, headers: &HeaderMap) -> sqlx::Result<Words> {
    if let Some(words) = Words::wanted(query, headers) {
        return Ok(words);
    }
    let tx = &mut site.db.begin_read().await?;
    let Some(fund) = funds::general(tx).await? else { return Ok(Words::asked(query, headers)) };
    Ok(Words(funds::settings::about(tx, fund.id).await?.languages.first()))
}

#[derive(Template)]
#[template(path = "web/treasury/sign_in_first.html")]
struct SignInFirst {
    frame: Frame,
    href: String,
}

/// What whoever is not signed in sees in place of a page: the way there, and back to where they were going.
pub fn sign_in_first(site: &Site, words: Words, method: &Method, uri: &Uri) -> Response {
    // A form cannot be sent again by following a link, so the way back leads to the page it stood on.
    let back = if method.is_safe() { uri.path_and_query().map_or(HOME, |address| address.as_str()) } else { HOME };
    let kept = super::words::kept(uri.query());
    let frame = Frame { kept, ..Frame::outside(site, words, words.say("sign-in-first-title")) };
    let href = format!("{SIGN_IN}?next={}", answer::encoded(back));
    answer::private_page(StatusCode::UNAUTHORIZED, &SignInFirst { frame, href })
}
