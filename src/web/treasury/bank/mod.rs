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
use crate::bank::{self, BankAccount, BankPosting, BankTie, LIST, Waiting};
use crate::clock::{Day, Zone};
use crate::db::Tx;
use crate::funds;
use crate::ids::{BankAccountId, BankLineId, EntryId, MatchId, StatementId};
use crate::ledger;
use crate::money::{Currency, Money};
use crate::people::Role;
use crate::web::AnySite;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::table::{Cell, Facts, Table, behind};
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

/// Which account, what was just done, and how far its lists are leafed.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    account: Option<i64>,
    done: Option<String>,
    lines_before: Option<i64>,
    postings_before: Option<String>,
    matches_before: Option<i64>,
    statements_before: Option<i64>,
}

impl Asked {
    /// Behind which posting the list of those that wait goes on: its entry and number.
    fn posting(&self) -> Option<(EntryId, i64)> {
        let (entry, n) = self.postings_before.as_deref()?.split_once('~')?;
        Some((EntryId(entry.parse().ok()?), n.parse().ok()?))
    }
}

/// One account in full: how it is asked for, and how many rows its lists show.
struct Detail<'a> {
    tie: &'a BankTie,
    asked: &'a Asked,
    signed_in: &'a SignedIn,
    today: Day,
}

impl Detail<'_> {
    /// The query of the next page of one of its lists.
    fn leafed(&self, name: &str, place: impl std::fmt::Display) -> String {
        format!("account={}&{name}_before={place}", self.tie.account.id)
    }
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
        Some(tie) => detail(tx, sheet, &Detail { tie, asked: &asked, signed_in: &signed_in, today }).await?,
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
        .amounts(words.say("bank-in-the-books"))
        .amounts(words.say("bank-by-the-bank"))
        .column(words.say("bank-last-statement"))
        .column(words.say("bank-unmatched"))
        .amounts(words.say("bank-fact-difference"))
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
async fn detail(tx: &mut Tx, sheet: Sheet, detail: &Detail<'_>) -> sqlx::Result<Sheet> {
    let Detail { tie, signed_in, today, .. } = *detail;
    let (account, words) = (&tie.account, signed_in.words);
    let edit = vec![(format!("{BANK}/accounts/{}", account.id), words.say("bank-edit"))];
    let may_edit = signed_in.person.roles.holds(Role::Recorder);
    let zone = zone(tx).await?;
    Ok(sheet
        .with(Part::Heading(called(account)))
        .with(Part::Facts(tie_facts(words, tie, (today, &zone))))
        .maybe(may_edit.then_some(Part::Links(edit)))
        .with(Part::Table(waiting_lines(tx, words, detail).await?))
        .with(Part::Table(waiting_postings(tx, words, detail).await?))
        .with(Part::Table(matches(tx, words, detail).await?))
        .with(Part::Table(statements(tx, words, detail).await?)))
}

/// Lines that wait, each beside what it may be and why.
async fn waiting_lines(tx: &mut Tx, words: Words, detail: &Detail<'_>) -> sqlx::Result<Table> {
    let (tie, rows) = (detail.tie, detail.signed_in.rows(LIST));
    let lines = bank::lines_behind(tx, tie.account.id, detail.asked.lines_before.map(BankLineId), rows).await?;
    let postings = bank::postings_near(tx, tie.account.id, &lines, rows).await?;
    let mut table = Table::new(words.say("bank-lines-waiting"), all_matched(words, tie))
        .column(words.say("bank-line"))
        .amounts(words.say("bank-amount"))
        .column(words.say("bank-text"))
        .column(words.say("bank-proposals"))
        .column(words.say("bank-age"));
    for line in &lines {
        let text = if line.is_opening() { words.say("bank-opening-line") } else { line.text.clone() };
        let proposal = match bank::propose_among(line, &postings).first() {
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
            age(words, line.booked_on, detail.today),
        ]);
    }
    table.goes_on(behind(&lines, rows, |last| detail.leafed("lines", last.id)), words.say("list-newer"));
    Ok(table)
}

async fn waiting_postings(tx: &mut Tx, words: Words, detail: &Detail<'_>) -> sqlx::Result<Table> {
    let (account, rows) = (&detail.tie.account, detail.signed_in.rows(LIST));
    let postings = bank::postings_behind(tx, account.id, detail.asked.posting(), rows).await?;
    let mut table = Table::new(words.say("bank-postings-waiting"), words.say("bank-no-postings"))
        .column(words.say("bank-entry"))
        .amounts(words.say("bank-amount"))
        .column(words.say("bank-kind"))
        .column(words.say("bank-age"));
    for posting in &postings {
        table.row(vec![
            Cell::text(words.with_two("bank-entry-on", ("entry", posting.entry_id.to_string()), ("day", words.day(posting.effective_on)))),
            Cell::money(Money::new(posting.amount_minor, account.currency)),
            Cell::text(say::kind(words, &posting.kind)),
            age(words, posting.effective_on, detail.today),
        ]);
    }
    let next = |last: &BankPosting| detail.leafed("postings", format!("{}~{}", last.entry_id, last.n));
    table.goes_on(behind(&postings, rows, next), words.say("list-newer"));
    Ok(table)
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

async fn matches(tx: &mut Tx, words: Words, detail: &Detail<'_>) -> sqlx::Result<Table> {
    const SHOWN: i64 = 20;
    let (account, rows) = (&detail.tie.account, detail.signed_in.rows(SHOWN));
    let newest = bank::newest(tx, account.id, detail.asked.matches_before.map(MatchId), rows).await?;
    let mut table = Table::new(words.say("bank-matches"), words.say("bank-no-matches"))
        .column(words.say("bank-line"))
        .amounts(words.say("bank-amount"))
        .column(words.say("bank-how"));
    for found in &newest {
        let (lines, _) = bank::sides(tx, found).await?;
        for line in lines {
            table.row(vec![
                Cell::link(format!("{BANK}/lines/{}", line.id), words.day(line.booked_on)),
                Cell::money(Money::new(line.amount_minor, account.currency)),
                Cell::text(words.of("bank-match", found.kind.as_str())),
            ]);
        }
    }
    table.goes_on(behind(&newest, rows, |last| detail.leafed("matches", last.id)), words.say("list-older"));
    Ok(table)
}

async fn statements(tx: &mut Tx, words: Words, detail: &Detail<'_>) -> sqlx::Result<Table> {
    const SHOWN: i64 = 24;
    let (account, rows) = (&detail.tie.account, detail.signed_in.rows(SHOWN));
    let newest = bank::statements(tx, account.id, detail.asked.statements_before.map(StatementId), rows).await?;
    let mut table = Table::new(words.say("bank-statements"), words.say("bank-nothing-imported"))
        .column(words.say("bank-days-of"))
        .amounts(words.say("bank-opening"))
        .amounts(words.say("bank-closing"))
        .figures(words.say("bank-new-lines"));
    for statement in &newest {
        let money = |minor| Cell::money(Money::new(minor, account.currency));
        table.row(vec![
            Cell::text(format!("{} – {}", words.day(statement.first_on), words.day(statement.last_on))),
            money(statement.opening_minor),
            money(statement.closing_minor),
            Cell::number(statement.new_lines),
        ]);
    }
    table.goes_on(behind(&newest, rows, |last| detail.leafed("statements", last.id)), words.say("list-older"));
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
