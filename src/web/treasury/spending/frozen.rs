//! The frozen text that is agreed to, in the reader's words: line by line, and what differs from another version. Not here: the page around it.

use super::{account_in_words, use_in_words};
use crate::approvals::{self, Proposal, Subject};
use crate::clock::Day;
use crate::db::Tx;
use crate::funds::charter::Charter;
use crate::ids::PayeeId;
use crate::spending::payees;
use crate::web::error::Trouble;
use crate::web::table::{Cell, Facts, Table};
use crate::web::words::Words;

/// What the lines of a frozen text are called on pages; any other is shown as it stands.
const LINES: [&str; 54] = [
    "number",
    "amount",
    "fund",
    "part",
    "bought",
    "shop",
    "public",
    "units",
    "note",
    "paid-by",
    "paid-from",
    "payee",
    "details",
    "captain",
    "show",
    "show-shop",
    "receipt",
    "no-receipt",
    "corrects",
    "reason",
    "label",
    "kind",
    "way",
    "account",
    "checked",
    "conflict",
    "from",
    "to",
    "day",
    "entry",
    "wrong",
    "back",
    "posting",
    "instead",
    "month",
    "met",
    "place",
    "pieces",
    "what",
    "quantity",
    "use",
    "value",
    "valued",
    "received",
    "before-tier",
    "before-emergency",
    "tier",
    "emergency",
    "total",
    "share",
    "last-expense",
    "reserve-until",
    "release",
    "why",
];

/// Everything that is agreed to, and nothing beside it.
pub(super) async fn lines(tx: &mut Tx, words: Words, proposal: &Proposal) -> Result<Facts, Trouble> {
    let mut facts = Facts::default();
    for line in proposal.payload.lines() {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        let (label, cell) = match (proposal.subject, name) {
            (Subject::Refund, _) => refund_line(words, name, value),
            (Subject::Reveal, _) => reveal_line(words, name, value),
            (Subject::Journal, "entry") => (label(words, name), Cell::link(format!("/treasury/entries/{value}"), value)),
            (subject, _) => (label(words, name), Cell::text(text(tx, words, subject, (name, value)).await?)),
        };
        facts = facts.add(label, cell);
    }
    Ok(facts)
}

/// What differs between a version and the one that stands in its place; None where nothing does.
pub(super) async fn changes(tx: &mut Tx, words: Words, before: &str, after: &Proposal) -> Result<Option<Table>, Trouble> {
    let changes = approvals::changes(before, &after.payload);
    let mut table = Table::new(words.say("changes-caption"), "")
        .column(words.say("changes-what"))
        .column(words.say("changes-before"))
        .column(words.say("changes-after"));
    for (name, was, is) in &changes {
        let mut cells = vec![Cell::text(label(words, name))];
        for value in [was, is] {
            let text = if value.is_empty() { words.say("changes-nothing") } else { text(tx, words, after.subject, (name, value)).await? };
            cells.push(Cell::text(text));
        }
        table.row(cells);
    }
    Ok((!changes.is_empty()).then_some(table))
}

fn label(words: Words, name: &str) -> String {
    if Charter::names(name) {
        return words.of("charter", name);
    }
    if let Some(line) = name.strip_prefix("left-") {
        return words.of("leftovers-line", line);
    }
    if LINES.contains(&name) { words.of("approval-line", name) } else { name.to_owned() }
}

async fn text(tx: &mut Tx, words: Words, subject: Subject, (name, value): (&str, &str)) -> Result<String, Trouble> {
    Ok(match (name, subject) {
        ("paid-by" | "show", Subject::Expense) => words.of(&format!("expense-{name}"), value),
        ("show-shop", Subject::Expense) if ["yes", "no"].contains(&value) => words.of("expense-show-shop", value),
        ("bought", Subject::Expense) => value.parse::<Day>().map_or_else(|_| value.to_owned(), |day| words.day(day)),
        ("paid-from", Subject::Expense) | ("from" | "to", Subject::Transfer) => account_in_words(words, value),
        ("kind" | "way" | "checked", Subject::Payee) => words.of(&format!("payee-{name}"), value),
        ("payee", _) => match value.parse().map(PayeeId) {
            Ok(id) => payees::find(tx, id).await?.map_or_else(|| value.to_owned(), |payee| format!("{} ({value})", payee.label)),
            Err(_) => value.to_owned(),
        },
        ("from" | "to", Subject::State) => words.of("public-state", value),
        ("last-expense" | "reserve-until", Subject::State) => value.parse::<Day>().map_or_else(|_| value.to_owned(), |day| words.day(day)),
        ("wrong", Subject::Journal | Subject::Expense) => words.of("correction-kind", value),
        ("instead", Subject::Journal) => words.say("journal-nothing-instead"),
        ("met", Subject::Period) => words.of("months-condition", value),
        ("use", Subject::Goods) => use_in_words(words, value),
        ("valued", Subject::Goods) => words.of("goods-valued", value),
        ("before-tier" | "tier", Subject::Rules) => tier_in_words(words, value),
        ("reserve", Subject::Charter) => {
            let (percent, days) = value.split_once(' ').unwrap_or((value, ""));
            words.with_two("charter-reserve-says", ("percent", percent.to_owned()), ("days", days.to_owned()))
        }
        ("objection", Subject::Charter | Subject::Distribution) => match value.parse::<i64>() {
            Ok(days) => words.with("charter-objection-says", "days", days),
            Err(_) => value.to_owned(),
        },
        ("before-emergency" | "emergency", Subject::Rules) => words.of("setting-emergency", value),
        ("part", Subject::Expense) => value.split(", ").map(|word| use_in_words(words, word)).collect::<Vec<_>>().join(", "),
        _ => value.to_owned(),
    })
}

/// One tier of a fund's rules: from which sum on how many others must agree.
fn tier_in_words(words: Words, value: &str) -> String {
    let (over, approvers) = value.split_once(' ').unwrap_or((value, ""));
    words.with_two("setting-over-agree", ("sum", over.to_owned()), ("approvers", approvers.parse::<i64>().unwrap_or_default()))
}

/// One line of what is agreed to in a refund.
fn refund_line(words: Words, name: &str, value: &str) -> (String, Cell) {
    match name {
        "gift" => (words.say("gifts-number"), Cell::link(format!("/treasury/gifts/{value}"), value)),
        "way" => (words.say("refund-way"), Cell::text(words.of("refund-by", value))),
        "amount" => (words.say("gifts-amount"), Cell::text(value)),
        "reason" => (words.say("refund-reason"), Cell::text(words.of("refund-because", value))),
        "note" => (words.say("refund-note"), Cell::text(value)),
        "repeat" => (words.say("refund-repeat"), Cell::text(words.of("refund-repeat", if value == "stopped" { "yes" } else { "no" }))),
        _ => (name.to_owned(), Cell::text(value)),
    }
}

/// One line of what is agreed to in a look at who gave.
fn reveal_line(words: Words, name: &str, value: &str) -> (String, Cell) {
    match name {
        "gift" => (words.say("gifts-number"), Cell::link(format!("/treasury/gifts/{value}"), value)),
        "look" => (words.say("reveal-look"), Cell::text(words.of("reveal-look", value))),
        "because" => (words.say("reveal-because"), Cell::text(words.of("reveal-because", value))),
        "reason" => (words.say("reveal-reason"), Cell::text(value)),
        _ => (name.to_owned(), Cell::text(value)),
    }
}
