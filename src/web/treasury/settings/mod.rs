//! The settings of a fund: what it says of itself, and how it decides on money. Not here: who agrees to a change of the rules (`approvals`).

mod charter;
mod giving;
mod goal;
mod names;
mod reports;
pub(super) mod rules;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{ADMINISTRATORS, Frame, Part, Sheet, not_allowed};
use crate::approvals::Subject;
use crate::approvals::rules as changing;
use crate::db::Tx;
use crate::funds::settings::SettingError;
use crate::funds::{self, Fund, Goal};
use crate::money::Money;
use crate::people::operation::OperationError;
use crate::people::{NotAllowed, Role};
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::table::{Cell, Facts, Table};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

pub(super) use names::{keep_telling, languages_in_words, name_fields, names_typed, names_wrong, refuse_telling};

/// The funds, each with the way to its settings.
pub(super) const SETTINGS: &str = "/treasury/settings";
const ONE: &str = "/treasury/{fund}/settings";

/// Everybody on the staff reads how the fund decides.
pub(super) const SETTINGS_READERS: &[Role] = &Role::ALL;

pub(super) fn doors(doors: Doors) -> Doors {
    let own = doors.get(SETTINGS, Who::Holding(SETTINGS_READERS), list).get(ONE, Who::Holding(SETTINGS_READERS), show);
    giving::doors(goal::doors(reports::doors(charter::doors(rules::doors(names::doors(own))))))
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
}

/// What can have been done just now.
const DONE: [&str; 9] = ["names", "giving", "goal", "reports", "in-force", "waits", "taken-back", "charter", "charter-waits"];

/// The page of a fund's settings.
fn page_of(fund: &Fund) -> String {
    format!("/treasury/{}/settings", fund.slug)
}

/// The fund that addresses call `slug`; 404 for any other word.
async fn fund(tx: &mut Tx, slug: &str) -> Result<Fund, Trouble> {
    funds::find_by_slug(tx, slug).await?.ok_or(Trouble::NotFound)
}

/// Where a setting that one person changes leads to; None: its form was sent before with other content, and is shown again.
fn settled(done: Result<(), SettingError>, fund: &Fund, what: &str) -> Result<Option<Response>, Trouble> {
    match done {
        Ok(()) => Ok(Some(answer::see_other(&format!("{}?done={what}", page_of(fund)))?)),
        Err(
            SettingError::NotAllowed(NotAllowed::Database(error))
            | SettingError::Operation(OperationError::Database(error))
            | SettingError::Database(error),
        ) => Err(error.into()),
        Err(SettingError::NotAllowed(refused)) => not_allowed(refused, &page_of(fund)).map(Some),
        Err(SettingError::NotFound) => Err(Trouble::NotFound),
        Err(SettingError::Operation(OperationError::Reused | OperationError::Malformed)) => Ok(None),
    }
}

async fn list(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let mut table = Table::new(words.say("setting-funds"), words.say("home-no-fund"))
        .column(words.say("setting-fund"))
        .column(words.say("setting-purpose"));
    for fund in funds::list(&mut site.db.begin_read().await?).await? {
        table.row(vec![Cell::link(page_of(&fund), fund.name), Cell::text(fund.promise)]);
    }
    let sheet = Sheet::new(Frame::new(&site, &signed_in, words.say("place-settings"))).with(Part::Table(table));
    let keeper = signed_in.person.roles.holds(Role::Administrator);
    let setup = keeper.then(|| {
        Part::Links(
            [(super::setup::FINISH, "setup-finish"), (super::setup::BACKUP, "setup-backup")]
                .map(|(to, key)| (to.to_owned(), words.say(key)))
                .into(),
        )
    });
    Ok(sheet.maybe(setup).answer(&Wrongs::default()))
}

async fn show(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let said = DONE.contains(&&*asked.done).then(|| words.of("setting-done", &asked.done));
    let title = format!("{} · {}", words.say("place-settings"), fund.name);
    let mut sheet = Sheet::new(Frame::new(&site, &signed_in, title).saying(said));
    sheet = sheet.with(Part::Heading(words.say("setting-names"))).with(Part::Facts(names_facts(tx, words, &fund).await?));
    if signed_in.person.roles.holds(Role::Administrator) {
        sheet = sheet.link(format!("{}/names", page_of(&fund)), words.say("setting-names-change"));
        sheet = sheet.link(format!("{}/giving", page_of(&fund)), words.say("setting-giving-change"));
        sheet = sheet.link(format!("{}/goal", page_of(&fund)), words.say("setting-goal-change"));
        sheet = sheet.link(format!("{}/reports", page_of(&fund)), words.say("setting-reports-change"));
    }
    sheet = sheet.with(Part::Heading(words.say("setting-rules")));
    let standing = funds::rules(tx, &fund).await?;
    for part in rules::told(words, &fund, &standing, changing::people_there(tx).await?) {
        sheet = sheet.with(part);
    }
    match changing::open(tx, fund.id, Subject::Rules).await? {
        Some(proposal) => {
            for part in rules::waiting(tx, &signed_in, &fund, &proposal, site.entropy.reference()).await? {
                sheet = sheet.with(part);
            }
        }
        None if signed_in.person.roles.holds(Role::Administrator) => {
            sheet = sheet.link(format!("{}/rules", page_of(&fund)), words.say("setting-rules-change"));
        }
        None => {}
    }
    for part in charter::told(tx, &signed_in, &fund, site.entropy.reference()).await? {
        sheet = sheet.with(part);
    }
    Ok(sheet.link(SETTINGS, words.say("setting-funds")).answer(&Wrongs::default()))
}

async fn names_facts(tx: &mut Tx, words: Words, fund: &Fund) -> Result<Facts, Trouble> {
    let about = funds::settings::about(tx, fund.id).await?;
    let text = |text: &str| Cell::text(if text.is_empty() { words.say("setting-none") } else { text.to_owned() });
    let Goal { amount_minor: goal, cap_minor: cap } = funds::goal(tx, fund.id).await?;
    let strike_on = about.strike_on.map_or_else(|| text(""), |day| Cell::day(words, day));
    Ok(Facts::default()
        .add(words.say("setting-name"), text(&fund.name))
        .add(words.say("setting-purpose"), text(&fund.promise))
        .add(words.say("setting-legal-name"), text(&about.legal_name))
        .add(words.say("setting-contact"), text(&about.contact))
        .add(words.say("setting-statement-text"), text(&about.statement_text))
        .add(words.say("setting-strike-on"), strike_on)
        .add(words.say("setting-goal"), goal.map_or_else(|| text(""), |minor| Cell::money(Money::new(minor, fund.currency))))
        .add(words.say("setting-cap"), cap.map_or_else(|| text(""), |minor| Cell::money(Money::new(minor, fund.currency))))
        .add(words.say("setting-languages"), text(&languages_in_words(words, &about.languages)))
        .add(words.say("setting-currency"), text(fund.currency.code()))
        .add(words.say("setting-zone"), text(&fund.time_zone.to_string())))
}

/// The frame of a page about one fund's settings.
fn frame(site: &Site, signed_in: &SignedIn, fund: &Fund, key: &str) -> Frame {
    Frame::new(site, signed_in, format!("{} · {}", signed_in.words.say(key), fund.name))
}
