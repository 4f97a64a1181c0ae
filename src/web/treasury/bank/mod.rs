//! The bank: what each account holds by the books and by the bank, and what waits on either side. Not here: importing statements
//! (`import.rs`), saying what a line is (`line.rs`).

mod accounts;
mod columns;
mod import;
mod line;
mod say;

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{Frame, Part, READERS, RECORDERS, Sheet};
use crate::bank::{self, BankAccount, BankLine, BankPosting, BankTie, LIST, Waiting};
use crate::clock::{Day, Zone};
use crate::db::Tx;
use crate::funds;
use crate::ids::BankAccountId;
use crate::ledger;
use crate::money::{Currency, Money};
use crate::people::Role;
use crate::web::AnySite;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::table::{Cell, Facts, Table};
use crate::web::words::Words;

/// Where the bank is.
pub const BANK: &str = "/treasury/bank";
const ADD: &str = "/treasury/bank/accounts/new";
const ACCOUNT: &str = "/treasury/bank/accounts/{id}";
const IMPORT: &str = "/treasury/bank/import";
const FILE: &str = "/treasury/bank/import/{file}";
const COLUMNS: &str = "/treasury/bank/import/{file}/columns";
const LINE: &str = "/treasury/bank/lines/{id}";

/// What every account at a bank begins with in the ledger.
pub(super) const PATHS: &str = "assets:bank:";
/// What waits longer is marked (screens.md 6.10).
const OLD_DAYS: i64 = 7;

pub(super) fn doors(doors: Doors) -> Doors {
    let recorders = Who::Holding(RECORDERS);
    doors
        .get(BANK, Who::Holding(READERS), show)
        .get(ADD, recorders, accounts::add_form)
        .post(ADD, recorders, accounts::add)
        .get(ACCOUNT, recorders, accounts::form)
        .post(ACCOUNT, recorders, accounts::send)
        .get(IMPORT, recorders, import::form)
        .upload(IMPORT, recorders, import::LIMITS.whole_bytes(), import::send)
        .get(FILE, recorders, import::preview)
        .post(FILE, recorders, import::import)
        .get(COLUMNS, recorders, columns::form)
        .post(COLUMNS, recorders, columns::send)
        .get(LINE, Who::Holding(READERS), line::show)
        .post(LINE, recorders, line::send)
}

/// Which account, and what was just done.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    account: Option<i64>,
    done: Option<String>,
}

async fn show(State(site): AnySite, Query(asked): Query<Asked>, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let today = site.clock.now().day_in(&zone(tx).await?);
    let (accounts, ties) = ties(tx, words, today).await?;
    let chosen = match asked.account {
        Some(id) => Some(ties.iter().find(|tie| tie.account.id == BankAccountId(id)).ok_or(Trouble::NotFound)?),
        None => ties.first(),
    };
    let may_import = signed_in.person.roles.holds(Role::Recorder);
    let ways = vec![(IMPORT.to_owned(), words.say("bank-import-title")), (ADD.to_owned(), words.say("bank-add"))];
    let said = asked.done.as_deref().and_then(|word| say::done(words, word));
    let sheet = Frame::new(&site, &signed_in, words.say("bank-title")).saying(said).live();
    let sheet = sheet.maybe(may_import.then_some(Part::Links(ways))).with(Part::Table(accounts));
    let sheet = match chosen {
        Some(tie) => detail(tx, words, sheet, (tie, may_import), today).await?,
        None => sheet,
    };
    Ok(sheet.answer(&Wrongs::default()))
}

/// Where a fund's days begin; without a fund nothing was booked yet.
async fn zone(tx: &mut Tx) -> sqlx::Result<Zone> {
    Ok(funds::general(tx).await?.map_or(Zone::UTC, |fund| fund.time_zone))
}

/// Every account at a bank: what the books say, what its last statement says, what waits and since when, and whether it comes to the same.
pub(super) async fn ties(tx: &mut Tx, words: Words, today: Day) -> sqlx::Result<(Table, Vec<BankTie>)> {
    let mut table = Table::new(words.say("bank-accounts"), words.say("bank-no-accounts"))
        .column(words.say("bank-account"))
        .figures(words.say("bank-in-the-books"))
        .figures(words.say("bank-by-the-bank"))
        .column(words.say("bank-last-statement"))
        .column(words.say("bank-unmatched"))
        .figures(words.say("bank-fact-difference"))
        .column(words.say("bank-tie"));
    let mut ties = Vec::new();
    for account in bank::accounts(tx).await? {
        ties.push(bank::tie_of(tx, account).await?);
    }
    for tie in &ties {
        table.row(account_row(words, tie, today));
    }
    Ok((table, ties))
}

fn account_row(words: Words, tie: &BankTie, today: Day) -> Vec<Cell> {
    let currency = tie.account.currency;
    let none = || Cell::text(words.say("bank-no-statement"));
    let verdict = match (tie.account.ended_at, tie.holds()) {
        (_, false) => Cell::chip("bad", words.say("bank-tie-broken")),
        (Some(_), true) => Cell::chip("plain", words.say("bank-ended")),
        (None, true) => Cell::chip("good", words.say("bank-tie-holds")),
    };
    let last = tie.last.as_ref();
    vec![
        Cell::link(format!("{BANK}?account={}", tie.account.id), called(&tie.account)),
        Cell::money(Money::new(tie.ledger_minor, currency)),
        last.map_or_else(none, |last| Cell::money(Money::new(last.closing_minor, currency))),
        last.map_or_else(none, |last| Cell::day(words, last.last_on)),
        waiting(words, &tie.lines, today),
        last.map_or_else(none, |_| Cell::money(tie.difference())),
        verdict,
    ]
}

/// What an account is called, with the last letters of its number where they are known.
fn called(account: &BankAccount) -> String {
    match &account.ending {
        Some(ending) => format!("{} …{ending}", account.name),
        None => account.name.clone(),
    }
}

/// How many wait, and since when; what waits longer than a week is marked.
fn waiting(words: Words, waiting: &Waiting, today: Day) -> Cell {
    let Some(oldest_on) = waiting.oldest_on.filter(|_| waiting.count > 0) else { return Cell::text(words.say("bank-none-wait")) };
    let days = oldest_on.days_until(today);
    let text = words.with_two("bank-wait", ("count", waiting.count), ("days", days.max(0)));
    Cell::chip(if days > OLD_DAYS { "warning" } else { "plain" }, text)
}

/// How old something is; what waits longer than a week is marked.
pub(super) fn age(words: Words, on: Day, today: Day) -> Cell {
    let days = on.days_until(today);
    Cell::chip(if days > OLD_DAYS { "warning" } else { "plain" }, words.with("bank-days", "days", days.max(0)))
}

/// One account in full, behind the others.
async fn detail(tx: &mut Tx, words: Words, sheet: Sheet, (tie, may_edit): (&BankTie, bool), today: Day) -> sqlx::Result<Sheet> {
    let account = &tie.account;
    let (from, to) = (today.plus_days(-36_500), today.plus_days(3_650));
    let postings = bank::open_postings(tx, account.id, from, to, LIST).await?;
    let lines = bank::open_lines(tx, account.id, from, to, LIST).await?;
    let edit = vec![(format!("{BANK}/accounts/{}", account.id), words.say("bank-edit"))];
    let zone = zone(tx).await?;
    Ok(sheet
        .with(Part::Heading(called(account)))
        .with(Part::Facts(tie_facts(words, tie, (today, &zone))))
        .maybe(may_edit.then_some(Part::Links(edit)))
        .with(Part::Table(waiting_lines(words, tie, (&lines, &postings), today)))
        .with(Part::Table(waiting_postings(words, account, &postings, today)))
        .with(Part::Table(matches(tx, words, account).await?))
        .with(Part::Table(statements(tx, words, account).await?)))
}

/// Lines that wait, each beside what it may be and why.
fn waiting_lines(words: Words, tie: &BankTie, (lines, postings): (&[BankLine], &[BankPosting]), today: Day) -> Table {
    let mut table = Table::new(words.say("bank-lines-waiting"), all_matched(words, tie))
        .column(words.say("bank-line"))
        .figures(words.say("bank-amount"))
        .column(words.say("bank-text"))
        .column(words.say("bank-proposals"))
        .column(words.say("bank-age"));
    for line in lines {
        let text = if line.is_opening() { words.say("bank-opening-line") } else { line.text.clone() };
        let proposal = match bank::propose_among(line, postings).first() {
            Some(found) => {
                let day = words.day(found.posting.effective_on);
                let entry = words.with_two("bank-entry-on", ("entry", found.posting.entry_id.to_string()), ("day", day));
                format!("{entry}: {}", say::why(words, found.why))
            }
            None => words.say("bank-no-proposal"),
        };
        table.row(vec![
            Cell::link(format!("{BANK}/lines/{}", line.id), words.day(line.booked_on)),
            Cell::money(Money::new(line.amount_minor, tie.account.currency)),
            Cell::text(text),
            Cell::text(proposal),
            age(words, line.booked_on, today),
        ]);
    }
    table
}

fn waiting_postings(words: Words, account: &BankAccount, postings: &[BankPosting], today: Day) -> Table {
    let mut table = Table::new(words.say("bank-postings-waiting"), words.say("bank-no-postings"))
        .column(words.say("bank-entry"))
        .figures(words.say("bank-amount"))
        .column(words.say("bank-kind"))
        .column(words.say("bank-age"));
    for posting in postings {
        table.row(vec![
            Cell::text(words.with_two("bank-entry-on", ("entry", posting.entry_id.to_string()), ("day", words.day(posting.effective_on)))),
            Cell::money(Money::new(posting.amount_minor, account.currency)),
            Cell::text(say::kind(words, &posting.kind)),
            age(words, posting.effective_on, today),
        ]);
    }
    table
}

fn all_matched(words: Words, tie: &BankTie) -> String {
    match &tie.last {
        Some(last) => words.with("bank-all-matched", "day", words.day(last.last_on)),
        None => words.say("bank-nothing-imported"),
    }
}

/// The tie as a sum that a person can follow, down to the difference.
fn tie_facts(words: Words, tie: &BankTie, (today, zone): (Day, &Zone)) -> Facts {
    let money = |minor| Cell::money(Money::new(minor, tie.account.currency));
    let bank_minor = tie.last.as_ref().map_or(0, |last| last.closing_minor);
    let difference = tie.difference();
    Facts::default()
        .add(words.say("bank-fact-bank"), if tie.last.is_some() { money(bank_minor) } else { Cell::text(words.say("bank-no-statement")) })
        .add(words.say("bank-fact-lines"), money(-tie.lines.sum_minor))
        .add(words.say("bank-fact-ignored"), money(-tie.ignored.sum_minor))
        .add(words.say("bank-fact-postings"), money(tie.postings.sum_minor))
        .add(words.say("bank-fact-expected"), money(tie.expected_minor()))
        .add(words.say("bank-fact-ledger"), money(tie.ledger_minor))
        .add(
            words.say("bank-fact-difference"),
            if tie.last.is_some() { Cell::money(difference) } else { Cell::text(words.say("bank-no-statement")) },
        )
        .add(
            words.say("bank-fact-checked"),
            tie.account.checked_at.map_or_else(|| Cell::text(words.say("bank-never-checked")), |at| Cell::moment(words, at, zone)),
        )
        .add(words.say("bank-fact-lines-since"), waiting(words, &tie.lines, today))
        .add(words.say("bank-fact-postings-since"), waiting(words, &tie.postings, today))
}

async fn matches(tx: &mut Tx, words: Words, account: &BankAccount) -> sqlx::Result<Table> {
    const SHOWN: i64 = 20;
    let mut table = Table::new(words.say("bank-matches"), words.say("bank-no-matches"))
        .column(words.say("bank-line"))
        .figures(words.say("bank-amount"))
        .column(words.say("bank-how"));
    for found in bank::newest(tx, account.id, SHOWN).await? {
        let (lines, _) = bank::sides(tx, &found).await?;
        for line in lines {
            table.row(vec![
                Cell::link(format!("{BANK}/lines/{}", line.id), words.day(line.booked_on)),
                Cell::money(Money::new(line.amount_minor, account.currency)),
                Cell::text(words.of("bank-match", found.kind.as_str())),
            ]);
        }
    }
    Ok(table)
}

async fn statements(tx: &mut Tx, words: Words, account: &BankAccount) -> sqlx::Result<Table> {
    const SHOWN: i64 = 24;
    let mut table = Table::new(words.say("bank-statements"), words.say("bank-nothing-imported"))
        .column(words.say("bank-days-of"))
        .figures(words.say("bank-opening"))
        .figures(words.say("bank-closing"))
        .figures(words.say("bank-new-lines"));
    for statement in bank::statements(tx, account.id, SHOWN).await? {
        let money = |minor| Cell::money(Money::new(minor, account.currency));
        table.row(vec![
            Cell::text(format!("{} – {}", words.day(statement.first_on), words.day(statement.last_on))),
            money(statement.opening_minor),
            money(statement.closing_minor),
            Cell::number(statement.new_lines),
        ]);
    }
    Ok(table)
}

/// An account that a statement may be of, or a payment.
pub(super) struct Usable {
    /// Its path in the ledger.
    pub path: String,
    /// What it is called.
    pub name: String,
    /// What it counts in.
    pub currency: Currency,
}

/// The accounts of the ledger at banks that are in use, the main one first. One that no statement was imported for counts in the general
/// fund's currency, and `assets:bank:main` is called `main` until somebody names it.
pub(super) async fn usable(tx: &mut Tx) -> sqlx::Result<Vec<Usable>> {
    let known = bank::accounts(tx).await?;
    let currency = funds::general(tx).await?.map_or(Currency::USD, |fund| fund.currency);
    let mut usable = Vec::new();
    for path in ledger::accounts(tx).await?.into_iter().map(|account| account.path.into_owned()).filter(|path| path.starts_with(PATHS)) {
        match known.iter().find(|account| account.path == path) {
            Some(account) if account.ended_at.is_some() => {}
            Some(account) => usable.push(Usable { path, name: called(account), currency: account.currency }),
            None => usable.push(Usable { name: path.strip_prefix(PATHS).unwrap_or(&path).to_owned(), path, currency }),
        }
    }
    usable.sort_by_key(|account| account.path != ledger::chart::BANK);
    Ok(usable)
}
