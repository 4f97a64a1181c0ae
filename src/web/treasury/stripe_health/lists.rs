//! The lists of the Stripe page: ties, what waits, what has no rule, what needs a person, what is on its way.

use std::collections::BTreeMap;

use super::STRIPE;
use crate::booking::{self, bank};
use crate::clock::{Day, Zone};
use crate::db::Tx;
use crate::ids::DeliveryId;
use crate::ledger::{self, chart};
use crate::money::{Currency, Money};
use crate::payments;
use crate::payments::alert::{self, AlertKind};
use crate::payments::line::LineState;
use crate::payments::parked;
use crate::payments::progress::Progress;
use crate::web::table::{Cell, Table, behind};
use crate::web::treasury::bank::age;
use crate::web::words::Words;

/// Per currency: Stripe's own word, the sum of its lines and what the books held when they were last compared, what each differs by from the
/// first, and what the books hold now.
pub async fn tie(tx: &mut Tx, words: Words, progress: &Progress, zone: &Zone) -> sqlx::Result<Table> {
    let mut table = Table::new(words.say("stripe-tie"), words.say("stripe-tie-empty"))
        .column(words.say("stripe-currency"))
        .amounts(words.say("stripe-reported"))
        .amounts(words.say("stripe-lines-sum"))
        .amounts(words.say("stripe-ours"))
        .amounts(words.say("stripe-difference"))
        .column(words.say("stripe-verdict"))
        .column(words.say("stripe-compared"))
        .amounts(words.say("stripe-ours-now"));
    let (ties, books) = (booking::ties(tx).await?, ledger::balance_of(tx, chart::STRIPE).await?);
    let now = |currency: &Currency| Cell::money(Money::new(books.get(currency).copied().unwrap_or(0), *currency));
    for tie in &ties {
        let money = |minor: i64| Cell::money(Money::new(minor, tie.currency));
        let verdict = if tie.holds() {
            Cell::chip("good", words.say("stripe-agrees"))
        } else {
            let since = progress.tie_broken_at.map(|at| words.moment(at, zone)).unwrap_or_default();
            Cell::chip("bad", words.with("stripe-differs-since", "since", since))
        };
        table.row(vec![
            Cell::text(tie.currency.code()),
            money(tie.reported_minor),
            money(tie.lines_minor),
            money(tie.ledger_minor),
            money(tie.difference_minor()),
            verdict,
            Cell::moment(words, tie.compared_at, zone),
            now(&tie.currency),
        ]);
    }
    for currency in books.keys().filter(|currency| !ties.iter().any(|tie| tie.currency == **currency)) {
        let unknown = || Cell::text(words.say("stripe-not-compared"));
        let cells = vec![Cell::text(currency.code()), unknown(), unknown(), unknown(), unknown()];
        let verdict = Cell::chip("plain", words.say("stripe-not-compared"));
        table.row(cells.into_iter().chain([verdict, Cell::text(words.say("stripe-never")), now(currency)]).collect());
    }
    Ok(table)
}

/// Deliveries that wait, the oldest first, each with the way to it.
pub async fn parked(
    tx: &mut Tx,
    words: Words,
    (after, rows): (Option<DeliveryId>, i64),
    (today, zone): (Day, &Zone),
) -> sqlx::Result<Table> {
    let count: i64 = payments::parked_deliveries(tx).await?.iter().map(|parked| parked.deliveries).sum();
    let mut table = Table::new(words.with("stripe-parked", "count", count), words.say("stripe-none-parked"))
        .column(words.say("stripe-event"))
        .column(words.say("stripe-reason"))
        .column(words.say("stripe-age"))
        .column(words.say("stripe-look"));
    let waiting = parked::list(tx, after, rows).await?;
    table.goes_on(behind(&waiting, rows, |last| format!("parked_before={}", last.id)), words.say("list-newer"));
    for delivery in waiting {
        table.row(vec![
            Cell::text(kind(words, &delivery.kind)),
            Cell::text(alert::reason(&delivery.reason, words.0)),
            age(words, delivery.received_at.day_in(zone), today),
            Cell::link(format!("{STRIPE}/parked/{}", delivery.id), words.say("stripe-look")),
        ]);
    }
    Ok(table)
}

/// The type of an event, where it could be read.
pub fn kind(words: Words, kind: &str) -> String {
    if kind.is_empty() { words.say("stripe-event-unread") } else { kind.to_owned() }
}

/// Lines that no rule books: in suspense with an amount, or set aside.
pub async fn lines(tx: &mut Tx, words: Words, (after, rows): (Option<&str>, i64)) -> sqlx::Result<Table> {
    let mut table = Table::new(words.say("stripe-lines"), words.say("stripe-no-lines"))
        .column(words.say("stripe-line"))
        .amounts(words.say("stripe-amount"))
        .column(words.say("stripe-reason"));
    let held = if after.is_none() { ledger::balance_of(tx, chart::SUSPENSE).await? } else { BTreeMap::new() };
    for (currency, minor) in held.into_iter().filter(|(_, minor)| *minor != 0) {
        let text = words.with("stripe-suspense", "currency", currency.code().to_owned());
        table.row(vec![Cell::text(text), Cell::money(Money::new(-minor, currency)), Cell::text(words.say("stripe-suspense-why"))]);
    }
    let parked = payments::lines_in(tx, LineState::Parked, after.unwrap_or_default(), rows).await?;
    table.goes_on(behind(&parked, rows, |last| format!("lines_before={}", last.id)), words.say("list-newer"));
    for line in parked {
        let reason = alert::reason(&line.reason.unwrap_or_default(), words.0);
        table.row(vec![Cell::text(line.id.to_string()), Cell::money(Money::new(line.net_minor, line.currency)), Cell::text(reason)]);
    }
    Ok(table)
}

/// What needs a person, but for the bank, which has a page of its own.
pub async fn alerts(tx: &mut Tx, words: Words, (behind_row, rows): (Option<i64>, i64), zone: &Zone) -> sqlx::Result<Table> {
    let mut table = Table::new(words.say("stripe-alerts"), words.say("stripe-no-alerts"))
        .column(words.say("stripe-kind"))
        .column(words.say("stripe-said"))
        .column(words.say("stripe-since"));
    let standing = alert::list_behind(tx, behind_row, rows).await?;
    table.goes_on(behind(&standing, rows, |last| format!("alerts_before={}", last.id)), words.say("list-older"));
    for alert in standing.into_iter().filter(|alert| alert.kind != AlertKind::BankDiffers) {
        let kind = words.of("alert-kind", alert.kind.as_str());
        table.row(vec![Cell::text(kind), Cell::text(alert.in_words(words.0)), Cell::moment(words, alert.raised_at, zone)]);
    }
    Ok(table)
}

/// Payouts that the bank has still to show.
pub async fn payouts(tx: &mut Tx, words: Words) -> sqlx::Result<Table> {
    let mut table = Table::new(words.say("stripe-payouts"), words.say("stripe-no-payouts"))
        .column(words.say("stripe-payout"))
        .amounts(words.say("stripe-amount"))
        .column(words.say("stripe-arrives"));
    for payout in bank::under_way(tx).await? {
        table.row(vec![Cell::text(payout.payout), Cell::money(payout.amount), Cell::day(words, payout.arrives_on)]);
    }
    Ok(table)
}
