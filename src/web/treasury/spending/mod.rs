//! The pages about money out: expenses, approvals, payees, captains' links, budgets. Not here: what may be done (`spending`, `deciding::decide`).

mod advances;
mod approvals;
mod budget;
mod captains;
mod claims;
mod conflict;
mod copies;
mod fields;
mod form;
mod frozen;
mod list;
mod one;
mod pay;
mod payees;
mod questions;

use axum::extract::Form as Sent;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{CONFIRM, Frame, Part, operation, sent};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ledger::{self, PostError};
use crate::money::Currency;
use crate::people::operation::OperationError;
use crate::people::{NotAllowed, Role};
use crate::spending::{self, Refusal, Whole};
use crate::web::doors::{Doors, SignedIn};
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::words::Words;
use crate::web::{Site, answer};

pub(super) use payees::private_fields as payee_fields;

/// Where one chooses a fund to see its expenses.
pub(super) const EXPENSES: &str = "/treasury/expenses";
/// The same for what is agreed to and not paid.
pub(super) const TO_PAY: &str = "/treasury/expenses?state=approved";
/// What waits for somebody's agreement.
pub(super) const APPROVALS: &str = "/treasury/approvals";
/// The payee book.
pub(super) const PAYEES: &str = "/treasury/payees";
/// What custodians carry.
pub(super) const ADVANCES: &str = "/treasury/advances";
/// Captains' links.
pub(super) const CAPTAINS: &str = "/treasury/claims";

pub(super) fn doors(doors: Doors) -> Doors {
    let rooms = [
        list::doors,
        form::doors,
        one::doors,
        pay::doors,
        approvals::doors,
        payees::doors,
        captains::doors,
        claims::doors,
        copies::doors,
        questions::doors,
        advances::doors,
        budget::doors,
    ];
    rooms.into_iter().fold(doors, |doors, room| room(doors))
}

/// The fields of a form without files, as they came.
type Pairs = Sent<Vec<(String, String)>>;

/// What may stand behind an address of these pages.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// What was just done, a word of ours.
    done: String,
    /// Which state is listed.
    state: String,
    /// Where a list goes on.
    before: Option<i64>,
}

/// What can have been done just now.
const DONE: [&str; 25] = [
    "saved",
    "sent",
    "taken-back",
    "paid",
    "corrected",
    "waiting",
    "approved",
    "countersigned",
    "rejected",
    "payee",
    "payee-ended",
    "payee-email",
    "ended",
    "budget",
    "before",
    "opened",
    "sent-back",
    "wish",
    "copied",
    "released",
    "withdrawn",
    "asked",
    "answered",
    "cleared",
    "sent-anew",
];

impl Asked {
    /// What was just done, in the reader's words.
    fn said(&self, words: Words) -> Option<String> {
        DONE.contains(&&*self.done).then(|| words.of("expense-done", &self.done))
    }
}

/// The fund that addresses call `slug`; 404 for any other word.
async fn fund(tx: &mut Tx, slug: &str) -> Result<Fund, Trouble> {
    funds::find_by_slug(tx, slug).await?.ok_or(Trouble::NotFound)
}

/// The expense of that number in that fund; 404 for another fund's (safety rule AZ3).
async fn find(tx: &mut Tx, slug: &str, number: &str) -> Result<(Fund, Whole), Trouble> {
    let fund = fund(tx, slug).await?;
    let expense = spending::find_by_number(tx, number).await?.filter(|expense| expense.fund_id == fund.id).ok_or(Trouble::NotFound)?;
    let whole = spending::find(tx, expense.id).await?.ok_or(Trouble::NotFound)?;
    Ok((fund, whole))
}

/// The day it is in the fund's time zone.
fn today(fund: &Fund, now: Instant) -> Day {
    now.day_in(&fund.time_zone)
}

/// The frame of a page about one fund.
fn frame(site: &Site, signed_in: &SignedIn, fund: &Fund, key: &str) -> Frame {
    Frame::new(site, signed_in, format!("{} · {}", signed_in.words.say(key), fund.name))
}

/// The ways between the pages about one fund's money; only whoever records expenses is shown the way to a new one.
fn ways(signed_in: &SignedIn, fund: &Fund) -> Part {
    let way = |path: &str, key: &str| (format!("/treasury/{}/{path}", fund.slug), signed_in.words.say(key));
    let new = signed_in.person.roles.holds(Role::Recorder).then(|| way("expenses/new", "expense-new"));
    Part::Links([Some(way("expenses", "place-expenses")), new, Some(way("budget", "budget-title"))].into_iter().flatten().collect())
}

/// A promised use in the reader's language; a fund's own as its account says.
pub fn use_in_words(words: Words, category: &str) -> String {
    const OURS: [&str; 5] = ["food", "water", "supplies", "logistics", "community-support"];
    if OURS.contains(&category) { words.of("expense-use", category) } else { category.replace('-', " ") }
}

/// An account in the reader's language, with its name where it has one.
pub(super) fn account_in_words(words: Words, path: &str) -> String {
    let mut parts = path.split(':').skip(1);
    let kind = parts.next().unwrap_or_default();
    let known = ["bank", "cash", "cards", "advances"].contains(&kind);
    let name = parts.collect::<Vec<_>>().join(" ");
    if known { format!("{} {name}", words.of("expense-account", kind)).trim().to_owned() } else { path.to_owned() }
}

/// The accounts that an expense in `currency` can be paid from, each with its name: those at banks that are in use and count in it, cash
/// boxes, cards, advances.
pub(super) async fn payable(tx: &mut Tx, words: Words, currency: Currency) -> sqlx::Result<Vec<(String, String)>> {
    let at_banks = super::bank::usable(tx).await?;
    let named = |path: String| {
        if !path.starts_with(super::bank::PATHS) {
            let name = account_in_words(words, &path);
            return Some((path, name));
        }
        let account = at_banks.iter().find(|account| account.path == path && account.currency == currency)?;
        Some((path, format!("{} {}", words.of("expense-account", "bank"), account.name)))
    };
    Ok(spending::draft::spendable(&ledger::accounts(tx).await?).into_iter().filter_map(named).collect())
}

/// Puts a refusal at its field, in the reader's words; Some: whoever was refused must prove first who they are, and is led there and back.
pub(super) fn refused(words: Words, back: &str, error: Refusal, wrongs: &mut Wrongs) -> Result<Option<Response>, Trouble> {
    let (field, text) = match error {
        Refusal::NotFound | Refusal::NotAllowed(NotAllowed::Role) => return Err(Trouble::NotFound),
        Refusal::NotAllowed(NotAllowed::StepUp) => return confirm(back).map(Some),
        Refusal::NotAllowed(NotAllowed::Database(error))
        | Refusal::Operation(OperationError::Database(error))
        | Refusal::Database(error) => {
            return Err(error.into());
        }
        Refusal::Post(PostError::Locked(month)) => ("main", words.with("expense-no-locked", "month", month)),
        Refusal::Post(error) => return Err(error.into()),
        Refusal::Operation(OperationError::Reused | OperationError::Malformed) => ("main", words.say("expense-no-reused")),
        Refusal::Changed => {
            wrongs.answer_as(StatusCode::CONFLICT);
            ("main", words.say("expense-no-changed"))
        }
        Refusal::State(state) => ("main", words.with("expense-no-state", "state", words.of("expense-state", state.as_str()))),
        Refusal::Missing(missing) => (field_of(missing), words.of("expense-no-missing", missing.as_str())),
        Refusal::Sum => ("amount", words.say("expense-no-sum")),
        Refusal::Closed => ("main", words.say("expense-no-closed")),
        Refusal::FundTooSmall(fund, left) => ("main", words.with_two("expense-no-fund", ("fund", fund), ("left", left.for_people()))),
        Refusal::AccountTooSmall(account, left) => {
            let account = account_in_words(words, &account);
            ("from", words.with_two("expense-no-account", ("account", account), ("left", left.for_people())))
        }
        Refusal::AccountEnded(_) => ("from", words.say("bank-ended-account")),
        Refusal::Uncovered(short) => ("main", words.with("expense-no-cover", "short", short.for_people())),
        Refusal::PayeeNotReady => ("payee", words.say("expense-no-payee")),
        Refusal::OnHold(until) => ("payee", words.with("expense-no-hold", "until", words.moment(until, &crate::clock::Zone::UTC))),
        Refusal::DetailsChanged => ("payee", words.say("expense-no-details")),
        Refusal::Ended => ("main", words.say("expense-no-ended")),
        Refusal::SameAccount(label) => ("account", words.with("payee-no-same", "label", label)),
        Refusal::LooksLike(label) => ("label", words.with("payee-looks-like", "label", label)),
        Refusal::OverEach(limit) => ("amount", words.with("captain-no-each", "limit", limit.for_people())),
        Refusal::OverTotal(left) => ("amount", words.with("captain-no-total", "left", left.for_people())),
        Refusal::Kind => ("kind", words.say("correction-no-kind")),
        Refusal::NoCopy => ("main", words.say("copy-no-such")),
        Refusal::OwnCopy => ("main", words.say("copy-own")),
        Refusal::Reason => ("reason", words.say("expense-no-reason")),
    };
    wrongs.add(field, text);
    Ok(None)
}

const fn field_of(missing: spending::Missing) -> &'static str {
    match missing {
        spending::Missing::Receipt => "file",
        spending::Missing::Payee => "payee",
        spending::Missing::Account => "paid_from",
    }
}

/// The way to where others agree to something, with how that stands.
pub(super) fn to_the_approval(words: Words, proposal: &crate::approvals::Proposal) -> Part {
    let state = words.of("approval-state", proposal.state.as_str());
    Part::Links(vec![(format!("{APPROVALS}/{}", proposal.id), words.with("approval-way", "state", state))])
}

/// The way to prove who one is, and back.
fn confirm(back: &str) -> Result<Response, Trouble> {
    Ok(answer::see_other(&format!("{CONFIRM}?next={}", answer::encoded(back)))?)
}
