//! Two versions of one expense side by side: what somebody else saved meanwhile, and what was typed. Not here: the form that follows.

use super::fields::{Offers, ROWS};
use super::{account_in_words, use_in_words};
use crate::web::form::Typed;
use crate::web::table::{Cell, Table};
use crate::web::words::Words;

/// The fields that have one value, with their names in the locales.
const FIELDS: [(&str, &str); 15] = [
    ("kept", "expense-receipts"),
    ("amount", "expense-amount"),
    ("bought_on", "expense-bought"),
    ("vendor", "expense-shop"),
    ("category", "expense-use"),
    ("public_text", "expense-public"),
    ("unit_count", "expense-units"),
    ("unit", "expense-unit"),
    ("note", "expense-note"),
    ("paid_by", "expense-paid-by"),
    ("paid_from", "expense-paid-from"),
    ("payee", "expense-payee"),
    ("show", "expense-show"),
    ("show_shop", "expense-show-shop"),
    ("no_receipt", "expense-no-receipt"),
];

/// Every field that differs, as it is saved and as it was typed.
pub(super) fn both(words: Words, offers: &Offers, saved: &Typed, typed: &Typed) -> Table {
    let mut table = Table::new(words.say("conflict-caption"), words.say("conflict-same"))
        .column(words.say("changes-what"))
        .column(words.say("conflict-saved"))
        .column(words.say("conflict-typed"));
    let mut row = |label: String, of: &dyn Fn(&Typed) -> String| {
        let (theirs, ours) = (of(saved), of(typed));
        if theirs != ours {
            let cell = |text: String| Cell::text(if text.is_empty() { words.say("changes-nothing") } else { text });
            table.row(vec![Cell::text(label), cell(theirs), cell(ours)]);
        }
    };
    for (name, key) in FIELDS {
        row(words.say(key), &|version| value(words, offers, name, version.get(name)));
    }
    for n in 0..ROWS {
        row(format!("{} {}", words.say("expense-part"), n + 1), &|version| {
            let (fund, category) = version.get(&format!("part{n}_use")).split_once(' ').unwrap_or_default();
            let fund = offers.funds.iter().find(|one| one.id.to_string() == fund).map_or("", |fund| &fund.name);
            let amount = version.get(&format!("part{n}_amount"));
            if amount.is_empty() { String::new() } else { format!("{fund}: {}, {amount}", use_in_words(words, category)) }
        });
    }
    table
}

/// A value as it is read.
fn value(words: Words, offers: &Offers, name: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    match name {
        "kept" => value.split(',').count().to_string(),
        "bought_on" => value.parse().map_or_else(|_| value.to_owned(), |day| words.day(day)),
        "category" => use_in_words(words, value),
        "unit" => words.of("expense-unit", value),
        "paid_by" => words.of("expense-paid-by", value),
        "paid_from" => account_in_words(words, value),
        "payee" => offers.payees.iter().find(|(id, _)| id == value).map_or_else(|| value.to_owned(), |(_, label)| label.clone()),
        "show" => words.of("expense-show", value),
        "show_shop" => words.say("expense-show-shop-yes"),
        _ => value.to_owned(),
    }
}
