//! Every account with what it holds, its register page by page, and one entry. Not here: changing anything.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::booking::correcting;
use crate::booking::journal::{self, Journal, JournalError};
use crate::clock::{Day, Zone};
use crate::db::Tx;
use crate::funds;
use crate::ids::EntryId;
use crate::ledger::{self, Whole};
use crate::money::Money;
use crate::spending;
use crate::web::AnySite;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::table::{Cell, Facts, Table};
use crate::web::treasury::{Frame, Part, READERS, Sheet};
use crate::web::words::Words;

const LIST: &str = "/treasury/accounts";
const ONE: &str = "/treasury/accounts/{account}";
const ENTRY: &str = "/treasury/entries/{entry}";

/// How many entries a page of a register has.
const PAGE: i64 = 50;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(LIST, Who::Holding(READERS), list).get(ONE, Who::Holding(READERS), register).get(ENTRY, Who::Holding(READERS), entry)
}

/// What may stand behind these addresses.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// A day to look back to.
    on: String,
    /// Where a register goes on.
    before: Option<i64>,
}

async fn list(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let day = asked.on.parse::<Day>().ok();
    let balances = ledger::balances(tx, day).await?;
    let slugs = funds::list(tx).await?;
    let general = funds::general(tx).await?;
    let caption = day.map_or_else(|| words.say("accounts-now"), |day| words.with("accounts-on", "day", words.day(day)));
    let mut table = Table::new(caption, words.say("accounts-none"))
        .column(words.say("accounts-account"))
        .column(words.say("accounts-code"))
        .column(words.say("accounts-fund"))
        .amounts(words.say("accounts-holds"));
    let mut accounts = ledger::accounts(tx).await?;
    accounts.sort_by(|one, other| (&one.code, &one.path).cmp(&(&other.code, &other.path)));
    for account in &accounts {
        let link = || Cell::link(format!("{LIST}/{}", account.path), account.path.as_ref());
        let held: Vec<_> = balances.iter().filter(|balance| balance.path == account.path).collect();
        for balance in &held {
            let fund = slugs.iter().find(|fund| Some(fund.id) == balance.fund).map(|fund| fund.slug.as_str()).unwrap_or_default();
            table.row(vec![link(), Cell::text(account.code.as_ref()), Cell::text(fund), Cell::money(balance.amount)]);
        }
        if held.is_empty() {
            let nothing = general.as_ref().map_or_else(|| Cell::number(0), |fund| Cell::money(Money::new(0, fund.currency)));
            table.row(vec![link(), Cell::text(account.code.as_ref()), Cell::text(""), nothing]);
        }
    }
    let frame = Frame::new(&site, &signed_in, words.say("accounts-title"));
    Ok(Sheet::new(frame).with(Part::Note(words.say("frame-live"))).with(Part::Table(table)).answer(&Wrongs::default()))
}

/// The path of the account that an address names, by path or, where one account alone has it, by code.
async fn path_of(tx: &mut Tx, named: &str) -> Result<String, Trouble> {
    let accounts = ledger::accounts(tx).await?;
    if let Some(account) = accounts.iter().find(|account| account.path == named) {
        return Ok(account.path.to_string());
    }
    let mut of_code = accounts.iter().filter(|account| account.code == named);
    match (of_code.next(), of_code.next()) {
        (Some(account), None) => Ok(account.path.to_string()),
        _ => Err(Trouble::NotFound),
    }
}

async fn register(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(named): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let path = path_of(tx, &named).await?;
    let mut held = Facts::default();
    for (currency, minor) in ledger::balance_of(tx, &path).await? {
        held = held.add(words.say("accounts-holds"), Cell::money(Money::new(minor, currency)));
    }
    let rows = ledger::register(tx, &path, asked.before.map(EntryId), signed_in.rows(PAGE)).await?;
    let mut table = Table::new(words.say("accounts-register"), words.say("accounts-empty"))
        .column(words.say("gifts-entry"))
        .column(words.say("gifts-day"))
        .column(words.say("accounts-kind"))
        .column(words.say("accounts-fund"))
        .amounts(words.say("gifts-amount"));
    let mut entries: Vec<EntryId> = rows.iter().map(|row| row.entry_id).collect();
    entries.dedup();
    for row in &rows {
        table.row(vec![
            Cell::link(format!("/treasury/entries/{}", row.entry_id), row.entry_id.to_string()),
            Cell::day(words, row.effective_on),
            Cell::text(format!("{} · {}", row.source, row.kind.replace('_', " "))),
            Cell::text(row.slug.clone().unwrap_or_default()),
            Cell::money(row.amount()),
        ]);
    }
    // A page may hold a little less than its fill where an entry would be cut: then there may be one more.
    let older = entries.last().filter(|_| !rows.is_empty());
    let has_more = match older {
        Some(last) => !ledger::register(tx, &path, Some(*last), 1).await?.is_empty(),
        None => false,
    };
    table.goes_on(older.filter(|_| has_more).map(|last| format!("before={last}")), words.say("list-older"));
    let frame = Frame::new(&site, &signed_in, path.as_str());
    let back = Part::Links(vec![(LIST.to_owned(), words.say("accounts-title"))]);
    Ok(Sheet::new(frame).with(back).with(Part::Facts(held)).with(Part::Table(table)).answer(&Wrongs::default()))
}

async fn entry(State(site): AnySite, signed_in: SignedIn, Path(entry): Path<String>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let id = entry.parse().map(EntryId).map_err(|_| Trouble::NotFound)?;
    let whole = ledger::find_entry(tx, id).await?.ok_or(Trouble::NotFound)?;
    let zone = funds::general(tx).await?.map_or(Zone::UTC, |fund| fund.time_zone);
    let mut table = Table::new(words.say("gifts-postings"), "")
        .column(words.say("accounts-account"))
        .column(words.say("accounts-fund"))
        .amounts(words.say("gifts-amount"));
    for posting in &whole.entry.postings {
        table.row(vec![
            Cell::link(format!("{LIST}/{}", posting.path), posting.path.as_str()),
            Cell::text(posting.fund_slug.clone().unwrap_or_default()),
            Cell::money(posting.amount),
        ]);
    }
    let frame = Frame::new(&site, &signed_in, words.with("accounts-entry", "entry", id.to_string()));
    let facts = related(tx, words, &whole, facts(words, &whole, &zone)).await?;
    let sheet = Sheet::new(frame).with(Part::Facts(facts)).with(Part::Table(table));
    Ok(sheet.maybe(correct(tx, words, &signed_in, &whole).await?).answer(&Wrongs::default()))
}

fn facts(words: Words, whole: &Whole, zone: &Zone) -> Facts {
    let link = |id: EntryId| Cell::link(format!("/treasury/entries/{id}"), id.to_string());
    let mut facts = Facts::default()
        .add(words.say("accounts-kind"), Cell::text(format!("{} · {}", whole.entry.source, whole.entry.kind.replace('_', " "))))
        .add(words.say("accounts-source"), Cell::text(whole.entry.source_id.as_str()))
        .add(words.say("gifts-day"), Cell::day(words, whole.entry.effective_on))
        .add(words.say("accounts-recorded"), Cell::moment(words, whole.entry.recorded_at, zone));
    if let Some(memo) = &whole.memo {
        facts = facts.add(words.say("accounts-memo"), Cell::text(memo.as_str()));
    }
    if let Some(entry) = whole.entry.reverses {
        facts = facts.add(words.say("accounts-reverses"), link(entry));
    }
    if let Some(entry) = whole.reversed_by {
        facts = facts.add(words.say("accounts-reversed-by"), link(entry));
    }
    facts
}

/// What the entry page says of corrections: what took the entry back and what stands in its place, or what it stands in the place of; and the
/// expense it belongs to.
async fn related(tx: &mut Tx, words: Words, whole: &Whole, mut facts: Facts) -> Result<Facts, Trouble> {
    let link = |id: EntryId| Cell::link(format!("/treasury/entries/{id}"), id.to_string());
    let id = whole.entry.id;
    if let Some(by) = journal::correction_of(tx, id).await?.filter(|journal| journal.wrong.is_some()) {
        facts = facts.add(words.say("correction-title"), correction(words, &by));
        if let Some(new) = by.entry_id.filter(|new| Some(*new) != whole.reversed_by) {
            facts = facts.add(words.say("accounts-replaced-by"), link(new));
        }
    }
    let origin = match whole.entry.reverses {
        Some(old) => journal::correction_of(tx, old).await?,
        None => journal::origin_of(tx, id).await?,
    };
    if let Some(origin) = origin.filter(|journal| journal.wrong.is_some()) {
        facts = facts.add(words.say("correction-title"), correction(words, &origin));
        let stands_for = origin.reverses.filter(|_| whole.entry.reverses.is_none());
        let stands_instead = origin.entry_id.filter(|new| whole.entry.reverses.is_some() && *new != id);
        for (key, other) in [("accounts-in-place-of", stands_for), ("accounts-replaced-by", stands_instead)] {
            if let Some(other) = other {
                facts = facts.add(words.say(key), link(other));
            }
        }
    }
    if let Some(expense) = spending::find_by_entry(tx, whole.entry.reverses.unwrap_or(id)).await? {
        let fund = funds::find(tx, expense.fund_id).await?.ok_or(Trouble::NotFound)?;
        let href = format!("/treasury/{}/expenses/{}", fund.slug, expense.number);
        facts = facts.add(words.say("expense-title"), Cell::link(href, expense.number.as_str()));
        if let Some(new) =
            spending::corrected_by(tx, expense.id).await?.and_then(|new| new.entry_id).filter(|_| whole.reversed_by.is_some())
        {
            facts = facts.add(words.say("accounts-replaced-by"), link(new));
        }
    }
    Ok(facts)
}

/// What was wrong, with the way to all of it.
fn correction(words: Words, journal: &Journal) -> Cell {
    let kind = journal.wrong.map(|wrong| words.of("correction-kind", wrong.as_str())).unwrap_or_default();
    Cell::link(format!("{}/{}", super::journal::LIST, journal.reference), kind)
}

/// The way to its correction, for who may, where it can be corrected as an entry.
async fn correct(tx: &mut Tx, words: Words, signed_in: &SignedIn, whole: &Whole) -> Result<Option<Part>, Trouble> {
    if !signed_in.person.roles.holds(crate::people::Role::Recorder) {
        return Ok(None);
    }
    let of_fund = whole.entry.postings.iter().find_map(|posting| posting.fund);
    let fund = match of_fund {
        Some(id) => funds::find(tx, id).await?,
        None => funds::general(tx).await?,
    };
    let Some(fund) = fund else { return Ok(None) };
    match correcting::correctable(tx, &fund, whole.entry.id).await {
        Ok(_) => {
            let href = super::corrections::address(&fund.slug, whole.entry.id);
            Ok(Some(Part::Links(vec![(href, words.say("correction-way"))])))
        }
        Err(JournalError::Database(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}
