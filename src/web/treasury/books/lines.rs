//! The lines of an entry by hand: their fields, and what was typed into them. Not here: what may be posted (`booking`).

use crate::booking::journal::JournalLine;
use crate::funds::Fund;
use crate::ledger::Account;
use crate::money::{Currency, Money};
use crate::web::form::{Choice, Field, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Table};
use crate::web::words::Words;

/// How many lines the form of an entry has at least.
pub(super) const FEWEST: usize = 4;
/// The most lines of one form.
const MOST: usize = 20;

/// The fields of so many lines: account, fund, debit, credit.
pub(super) fn fields(parts: &FormParts<'_>, accounts: &[Account], funds: &[Fund], currency: Currency, count: usize) -> Vec<Field> {
    let words = parts.words;
    let none = std::iter::once(Choice::new("", words.say("journal-choose")));
    let accounts: Vec<Choice> = none.chain(accounts.iter().map(|a| Choice::new(a.path.as_ref(), a.path.as_ref()))).collect();
    let no_fund = std::iter::once(Choice::new("", words.say("journal-pooled")));
    let funds: Vec<Choice> = no_fund.chain(funds.iter().map(|f| Choice::new(f.slug.as_str(), f.name.as_str()))).collect();
    let (sign, mut fields) = (currency.sign(), Vec::new());
    for n in 1..=count.clamp(FEWEST, MOST) {
        let label = |key: &str| words.with(key, "n", n);
        fields.push(parts.select(&format!("account{n}"), "journal-account", accounts.clone()).named(label("journal-line-account")));
        fields.push(parts.select(&format!("fund{n}"), "journal-fund", funds.clone()).named(label("journal-line-fund")));
        fields.push(parts.money(&format!("debit{n}"), "journal-debit", sign).named(label("journal-line-debit")).optional(words));
        fields.push(parts.money(&format!("credit{n}"), "journal-credit", sign).named(label("journal-line-credit")).optional(words));
    }
    fields
}

/// What was typed; a line without an account is left out, and what cannot be read is noted at its field.
pub(super) fn read(words: Words, typed: &Typed, funds: &[Fund], currency: Currency, wrongs: &mut Wrongs) -> Vec<JournalLine> {
    let mut lines = Vec::new();
    for n in 1..=MOST {
        let path = typed.get(&format!("account{n}"));
        if path.is_empty() {
            continue;
        }
        let amount = |name: String| Some(typed.get(&name)).filter(|text| !text.is_empty()).map(|text| Money::parse(text, currency));
        let amount_minor = match (amount(format!("debit{n}")), amount(format!("credit{n}"))) {
            (Some(Ok(debit)), None) if debit.minor > 0 => debit.minor,
            (None, Some(Ok(credit))) if credit.minor > 0 => -credit.minor,
            _ => {
                wrongs.add(format!("debit{n}"), words.say("journal-no-amount"));
                continue;
            }
        };
        let slug = typed.get(&format!("fund{n}"));
        let fund_id = funds.iter().find(|fund| fund.slug == slug).map(|fund| fund.id);
        lines.push(JournalLine { path: path.to_owned(), fund_id, currency, amount_minor });
    }
    lines
}

/// What the form shows for lines that stand in the books.
pub(super) fn typed(lines: &[JournalLine], funds: &[Fund], mut typed: Typed) -> Typed {
    for (n, line) in (1..=MOST).zip(lines) {
        let slug = funds.iter().find(|fund| Some(fund.id) == line.fund_id).map(|fund| fund.slug.clone()).unwrap_or_default();
        let side = if line.amount_minor > 0 { "debit" } else { "credit" };
        let amount = Money::new(line.amount_minor.saturating_abs(), line.currency).decimal();
        typed = typed.put(&format!("account{n}"), line.path.as_str()).put(&format!("fund{n}"), slug).put(&format!("{side}{n}"), amount);
    }
    typed
}

/// Lines as they are read.
pub(super) fn table(words: Words, caption: &str, lines: &[JournalLine], funds: &[Fund]) -> Table {
    let mut table = Table::new(words.say(caption), words.say("journal-nothing-instead"))
        .column(words.say("accounts-account"))
        .column(words.say("accounts-fund"))
        .amounts(words.say("gifts-amount"));
    for line in lines {
        let fund = funds.iter().find(|fund| Some(fund.id) == line.fund_id).map(|fund| fund.name.clone()).unwrap_or_default();
        table.row(vec![Cell::text(line.path.as_str()), Cell::text(fund), Cell::money(line.amount())]);
    }
    table
}
