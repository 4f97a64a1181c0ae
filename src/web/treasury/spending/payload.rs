//! The frozen text of a proposal, in the reader's words: everything that is agreed to, and nothing beside it. Not here: who agrees.

use super::{account_in_words, use_in_words};
use crate::approvals::{Proposal, Subject};
use crate::db::Tx;
use crate::ids::PayeeId;
use crate::spending::payees;
use crate::web::error::Trouble;
use crate::web::table::{Cell, Facts};
use crate::web::words::Words;

/// What the lines of a frozen text are called on pages; any other is shown as it stands.
const LINES: [&str; 48] = [
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
];

/// The frozen text, line by line.
pub(super) async fn facts(tx: &mut Tx, words: Words, proposal: &Proposal) -> Result<Facts, Trouble> {
    let mut facts = Facts::default();
    for line in proposal.payload.lines() {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        if proposal.subject == Subject::Refund {
            let (label, cell) = refund_line(words, name, value);
            facts = facts.add(label, cell);
            continue;
        }
        let label = if LINES.contains(&name) { words.of("approval-line", name) } else { name.to_owned() };
        let text = match (name, proposal.subject) {
            ("paid-by" | "show", Subject::Expense) => words.of(&format!("expense-{name}"), value),
            ("paid-from", Subject::Expense) | ("from" | "to", Subject::Transfer) => account_in_words(words, value),
            ("kind" | "way" | "checked", Subject::Payee) => words.of(&format!("payee-{name}"), value),
            ("payee", _) => match value.parse().map(PayeeId) {
                Ok(id) => payees::find(tx, id).await?.map_or_else(|| value.to_owned(), |payee| format!("{} ({value})", payee.label)),
                Err(_) => value.to_owned(),
            },
            ("part", Subject::Expense) => value.split(", ").map(|word| use_in_words(words, word)).collect::<Vec<_>>().join(", "),
            ("wrong", Subject::Journal | Subject::Expense) => words.of("correction-kind", value),
            ("instead", Subject::Journal) => words.say("journal-nothing-instead"),
            ("met", Subject::Period) => words.of("months-condition", value),
            ("use", Subject::Goods) => use_in_words(words, value),
            ("before-tier" | "tier", Subject::Rules) => tier_in_words(words, value),
            ("before-emergency" | "emergency", Subject::Rules) => words.of("setting-emergency", value),
            ("valued", Subject::Goods) => words.of("goods-valued", value),
            _ => value.to_owned(),
        };
        let cell = if (name, proposal.subject) == ("entry", Subject::Journal) {
            Cell::link(format!("/treasury/entries/{value}"), text)
        } else {
            Cell::text(text)
        };
        facts = facts.add(label, cell);
    }
    Ok(facts)
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
        _ => (name.to_owned(), Cell::text(value)),
    }
}
