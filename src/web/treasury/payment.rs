//! The form of a payment: from which account, on which day, under which reference. The same for a bill and for a gift to mutual aid; not here: what is
//! paid, and whether it may be.

use super::spending::account_in_words;
use crate::clock::Day;
use crate::spending::Payment;
use crate::web::form::{Choice, Field, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::words::Words;

/// The longest reference.
const REFERENCE_LETTERS: usize = 100;

/// Its fields; `accounts` are those that it can come from, by path and name.
pub fn fields(parts: &FormParts, accounts: Vec<(String, String)>) -> [Field; 3] {
    let words = parts.words;
    [
        parts.select("from", "expense-pay-from", accounts.into_iter().map(|(path, name)| Choice::new(path, name)).collect()),
        parts.day("paid_on", "expense-paid-on"),
        parts.text("reference", "expense-reference", "off").hint(words.say("expense-reference-hint")).optional(words),
    ]
}

/// What was typed into them; None, with a text at each field that is wrong.
pub fn parse(words: Words, typed: &Typed, accounts: &[(String, String)], today: Day, wrongs: &mut Wrongs) -> Option<Payment> {
    let (from, reference) = (typed.get("from"), typed.get("reference"));
    let on = typed.get("paid_on").parse::<Day>().ok().filter(|day| *day <= today);
    if on.is_none() {
        wrongs.add("paid_on", words.say("expense-wrong-future"));
    }
    if !accounts.iter().any(|(path, _)| path == from) {
        wrongs.add("from", words.say("expense-wrong-paid-from"));
    }
    if reference.chars().count() > REFERENCE_LETTERS {
        wrongs.add("reference", words.say("expense-wrong-too-long"));
    }
    on.filter(|_| wrongs.is_empty()).map(|on| Payment { from: from.to_owned(), on, reference: reference.to_owned() })
}

/// The same behind other facts, with the account that it goes to in full.
pub fn facts(words: Words, before: Facts, payment: &Payment, account: Option<String>) -> Facts {
    let list = before
        .add(words.say("expense-pay-from"), Cell::text(account_in_words(words, &payment.from)))
        .add(words.say("expense-paid-on"), Cell::day(words, payment.on))
        .add(words.say("expense-reference"), Cell::text(payment.reference.as_str()));
    match account {
        Some(account) => list.add(words.say("payee-account"), Cell::text(account)),
        None => list,
    }
}
