//! What a fund must settle before it shares out, and before it closes: a list that fills itself, with what each waits for, where, and who sees
//! to it; and what there is to share out, line by line. Not here: how that is worked out (`closing`).

use axum::extract::{Path, State};
use axum::response::Response;

use super::{at, frame};
use crate::clock::Day;
use crate::closing::{self, Check, Distributable, Item};
use crate::funds::{self, Fund, State as FundState};
use crate::money::Money;
use crate::web::AnySite;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::table::{Cell, Table};
use crate::web::treasury::gifts::fund;
use crate::web::treasury::{Part, READERS};
use crate::web::words::Words;

const SETTLE: &str = "/treasury/{fund}/close/settle";

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(SETTLE, Who::Holding(READERS), show)
}

async fn show(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let checks = closing::checks(tx, &fund, now).await?;
    let to = if fund.state == FundState::Distributing { FundState::Closed } else { FundState::Distributing };
    let end = funds::end(tx, fund.id).await?;
    let held = checks.iter().filter(|check| check.holds(to)).count();
    let sum = closing::distributable(tx, &fund, now).await?;
    let sheet = frame(&site, &signed_in, &fund, "close-settle-title")
        .live()
        .text(words.with(if to == FundState::Closed { "close-held-closing" } else { "close-held-sharing" }, "count", held))
        .with(Part::Table(list(words, &fund, &checks, (to, end.map(|end| end.last_expense_on)))))
        .with(Part::Table(lines(words, &sum)));
    Ok(sheet.link(at(&fund, ""), words.say("close-back")).answer(&Wrongs::default()))
}

/// Everything that must be settled: how it stands, what it waits for and where, since when, and whose it is.
fn list(words: Words, fund: &Fund, checks: &[Check], (to, last_day): (FundState, Option<Day>)) -> Table {
    let mut table = Table::new(words.say("close-settle-caption"), "")
        .column(words.say("close-item"))
        .column(words.say("gifts-state"))
        .column(words.say("close-waits-for"))
        .column(words.say("approval-since"))
        .column(words.say("close-owner"));
    for check in checks.iter().filter(|check| check.item.holds(to) || !check.is_met()) {
        let word = check.item.as_str();
        let (chip, waits) = match (check.is_met(), check.holds(to)) {
            (true, _) => (Cell::chip("good", words.say("close-stands-done")), Cell::text("")),
            (false, true) => {
                let waits = match last_day.filter(|_| matches!(check.item, Item::Advances | Item::Claims | Item::Unpaid)) {
                    Some(day) => words.with(&format!("close-wait-by-{word}"), "day", words.day(day)),
                    None => words.of("close-wait", word),
                };
                (Cell::chip("warning", amount(fund, check)), Cell::link(way(fund, check.item), waits))
            }
            (false, false) => {
                let why = if check.item.is_pooled() && check.shared { "close-shared" } else { "close-holds-not" };
                (Cell::chip("plain", amount(fund, check)), Cell::link(way(fund, check.item), words.say(why)))
            }
        };
        let since = check.since.map_or_else(|| Cell::text(""), |since| Cell::moment(words, since, &fund.time_zone));
        let owner = if check.is_met() { String::new() } else { words.of("role", check.item.owner().as_str()) };
        table.row(vec![Cell::text(words.of("close-item", word)), chip, waits, since, Cell::text(owner)]);
    }
    table
}

/// How much of it there is.
fn amount(fund: &Fund, check: &Check) -> String {
    let sum = check.amount_minor.filter(|minor| *minor != 0).map(|minor| Money::new(minor, fund.currency).for_people());
    let count = (check.count != 0).then(|| check.count.to_string());
    [count, sum].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Where something can be done about it.
fn way(fund: &Fund, item: Item) -> String {
    let of_fund = |page: &str| format!("/treasury/{}/{page}", fund.slug);
    match item {
        Item::Repeats => of_fund("repeats-end"),
        Item::Drafts | Item::Unpaid => "/treasury/expenses".to_owned(),
        Item::Claims => "/treasury/claims".to_owned(),
        Item::Decisions => "/treasury/approvals".to_owned(),
        Item::ByHand => of_fund("gifts/offline"),
        Item::Refunds => "/treasury/refunds".to_owned(),
        Item::Disputes => "/treasury/disputes".to_owned(),
        Item::Grants => of_fund("close/grants"),
        Item::Advances | Item::Cash => "/treasury/advances".to_owned(),
        Item::Pending | Item::Lines => "/treasury/stripe".to_owned(),
        Item::BankLines | Item::Payouts => "/treasury/bank".to_owned(),
        Item::Suspense => "/treasury/accounts/suspense".to_owned(),
        Item::Difference | Item::Left | Item::Accounts => "/treasury/accounts".to_owned(),
        Item::Others => "/treasury".to_owned(),
    }
}

/// What there is to share out, line by line, with its total.
pub(super) fn lines(words: Words, sum: &Distributable) -> Table {
    let mut table =
        Table::new(words.say("leftovers-worked-out"), "").column(words.say("leftovers-line")).amounts(words.say("gifts-amount"));
    for (line, minor) in &sum.lines {
        table.row(vec![Cell::text(words.of("leftovers-line", line.as_str())), Cell::money(Money::new(*minor, sum.currency))]);
    }
    table.foot(vec![Cell::text(words.say("leftovers-total")), Cell::money(Money::new(sum.total_minor, sum.currency))]);
    table
}
