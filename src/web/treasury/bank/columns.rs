//! Which column of a bank's table says what: proposed, seen beside the first rows, said by a person, saved for the next time.

use askama::Template;
use axum::Form as Sent;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::import::{closing, waiting};
use super::{IMPORT, say, zone};
use crate::bank::{self, Amounts, BankAccount, DELIMITERS, ImportRefusal, Mapping, Upload};
use crate::money::Money;
use crate::transact;
use crate::web::doors::SignedIn;
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Problems, Typed, Wrongs};
use crate::web::table::{Cell, Table};
use crate::web::treasury::Frame;
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

#[derive(Template)]
#[template(path = "web/treasury/bank_columns.html")]
struct ColumnsPage {
    frame: Frame,
    problems: Option<Problems>,
    rows: Table,
    form: Form,
}

/// `GET /treasury/bank/import/{file}/columns`.
pub async fn form(State(site): AnySite, Path(file): Path<String>, signed_in: SignedIn) -> Result<Response, Trouble> {
    let (upload, account) = waiting(&site, &signed_in, &file).await?;
    let saved = account.mapping.as_deref().and_then(Mapping::read);
    let proposed = saved.or_else(|| bank::columns(&upload.body, None, account.currency)?.1);
    let mut typed = proposed.as_ref().map_or_else(Typed::default, as_typed);
    if let Some(minor) = upload.closing_minor {
        typed = typed.or("closing", Money::new(minor, account.currency).decimal());
    }
    page(&site, &signed_in, (&file, &upload, &account), &typed, &Wrongs::default())
}

/// A mapping as the form shows it; columns count from 1 there.
fn as_typed(mapping: &Mapping) -> Typed {
    let column = |column: usize| (column + 1).to_string();
    let maybe = |found: Option<usize>| found.map(column).unwrap_or_default();
    let (amount, mark, money_in, money_out) = match mapping.amounts {
        Amounts::One(amount) => (column(amount), String::new(), String::new(), String::new()),
        Amounts::Marked { amount, mark } => (column(amount), column(mark), String::new(), String::new()),
        Amounts::InOut { money_in, money_out } => (String::new(), String::new(), column(money_in), column(money_out)),
    };
    let text = |at: usize| maybe(mapping.text.get(at).copied());
    Typed::default()
        .or("delimiter", mapping.delimiter.to_string().replace('\t', "tab"))
        .or("skip", mapping.skip.to_string())
        .or("day", column(mapping.day))
        .or("day_form", mapping.day_form.clone())
        .or("amount", amount)
        .or("mark", mark)
        .or("money_in", money_in)
        .or("money_out", money_out)
        .or("decimal", mapping.decimal.clone())
        .or("text", text(0))
        .or("text_2", text(1))
        .or("text_3", text(2))
        .or("reference", maybe(mapping.reference))
        .or("balance", maybe(mapping.balance))
}

fn page(
    site: &Site,
    signed_in: &SignedIn,
    (file, upload, account): (&str, &Upload, &BankAccount),
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let delimiter = delimiter_of(typed.get("delimiter"));
    let (rows, _) = bank::columns(&upload.body, delimiter, account.currency).ok_or(Trouble::NotFound)?;
    let width = rows.iter().map(Vec::len).max().unwrap_or(1);
    let mut table = Table::new(words.say("bank-first-rows"), words.say("bank-wrong-empty")).column(words.say("bank-row"));
    for number in 1..=width {
        table = table.column(words.with("bank-column", "number", number));
    }
    for (number, row) in (1..).zip(&rows) {
        let cells = (0..width).map(|at| Cell::text(row.get(at).cloned().unwrap_or_default()));
        table.row(std::iter::once(Cell::text(number.to_string())).chain(cells).collect());
    }
    let heads = (0..width).map(|at| rows.iter().find_map(|row| row.get(at).filter(|cell| !cell.is_empty())).cloned().unwrap_or_default());
    let heads: Vec<String> = heads.collect();
    let form =
        Form::new(format!("{IMPORT}/{file}/columns"), "", fields(words, typed, wrongs, &heads, account)).button(words.say("bank-look"));
    let frame = Frame::new(site, signed_in, words.say("bank-columns-title")).wrong(!wrongs.is_empty());
    let status = if wrongs.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(answer::private_page(status, &ColumnsPage { frame, problems: Problems::of(words, wrongs), rows: table, form }))
}

fn fields(words: Words, typed: &Typed, wrongs: &Wrongs, heads: &[String], account: &BankAccount) -> Vec<crate::web::form::Field> {
    let parts = FormParts { words, typed, wrongs };
    let columns = || {
        let named = |(number, head): (usize, &String)| {
            let label = words.with("bank-column", "number", number);
            Choice::new(number.to_string(), if head.is_empty() { label } else { format!("{label}: {head}") })
        };
        std::iter::once(Choice::new("", words.say("bank-no-column"))).chain((1..).zip(heads).map(named)).collect::<Vec<Choice>>()
    };
    let words_of =
        |list: &'static str, all: &[&str]| all.iter().map(|word| Choice::new(*word, words.of(list, word))).collect::<Vec<Choice>>();
    let delimiters = [(",", "comma"), (";", "semicolon"), ("tab", "tab"), ("|", "bar")];
    vec![
        parts.select(
            "delimiter",
            "bank-delimiter",
            delimiters.iter().map(|(value, word)| Choice::new(*value, words.of("bank-delimiter", word))).collect(),
        ),
        parts.number("skip", "bank-skip").hint(words.say("bank-skip-hint")),
        parts.select("day", "bank-day", columns()),
        parts.select("day_form", "bank-day-form", words_of("bank-day-form", &["year-first", "month-first", "day-first"])),
        parts.select("amount", "bank-amount-column", columns()).hint(words.say("bank-amount-column-hint")).optional(words),
        parts.select("mark", "bank-mark-column", columns()).optional(words),
        parts.select("money_in", "bank-money-in", columns()).optional(words),
        parts.select("money_out", "bank-money-out", columns()).optional(words),
        parts.select("decimal", "bank-decimal", words_of("bank-decimal", &["point", "comma"])),
        parts.select("text", "bank-text", columns()),
        parts.select("text_2", "bank-text-more", columns()).optional(words),
        parts.select("text_3", "bank-text-more", columns()).optional(words),
        parts.select("reference", "bank-reference-column", columns()).optional(words),
        parts.select("balance", "bank-balance-column", columns()).optional(words),
        parts.money("closing", "bank-closing-on-paper", account.currency.sign()).hint(words.say("bank-closing-hint")).optional(words),
    ]
}

fn delimiter_of(text: &str) -> Option<char> {
    let found = if text == "tab" { Some('\t') } else { text.chars().next() };
    found.filter(|delimiter| DELIMITERS.contains(delimiter))
}

/// What was said, or what is missing of it.
fn mapping_of(words: Words, typed: &Typed, wrongs: &mut Wrongs) -> Option<Mapping> {
    let column = |name: &str| typed.get(name).parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|column| *column < 500);
    let amounts = match (column("amount"), column("mark"), column("money_in"), column("money_out")) {
        (Some(amount), None, None, None) => Some(Amounts::One(amount)),
        (Some(amount), Some(mark), None, None) => Some(Amounts::Marked { amount, mark }),
        (None, None, Some(money_in), Some(money_out)) => Some(Amounts::InOut { money_in, money_out }),
        _ => None,
    };
    let delimiter = delimiter_of(typed.get("delimiter"));
    let skip = typed.get("skip").parse::<usize>().ok();
    for (is_there, field, key) in [
        (delimiter.is_some(), "delimiter", "bank-choose-delimiter"),
        (skip.is_some(), "skip", "bank-enter-skip"),
        (column("day").is_some(), "day", "bank-choose-day"),
        (typed.get("day_form").parse::<bank::DayForm>().is_ok(), "day_form", "bank-choose-day-form"),
        (amounts.is_some(), "amount", "bank-choose-amounts"),
        (typed.get("decimal").parse::<bank::Mark>().is_ok(), "decimal", "bank-choose-decimal"),
        (column("text").is_some(), "text", "bank-choose-text"),
    ] {
        if !is_there {
            wrongs.add(field, words.say(key));
        }
    }
    Some(Mapping {
        delimiter: delimiter?,
        skip: skip?,
        day: column("day")?,
        day_form: typed.get("day_form").to_owned(),
        amounts: amounts?,
        decimal: typed.get("decimal").to_owned(),
        text: ["text", "text_2", "text_3"].into_iter().filter_map(column).collect(),
        reference: column("reference"),
        balance: column("balance"),
    })
}

/// `POST /treasury/bank/import/{file}/columns`: saved with the account, for this file and the next.
pub async fn send(
    State(site): AnySite,
    Path(file): Path<String>,
    signed_in: SignedIn,
    Sent(pairs): Sent<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs), Wrongs::default());
    let (upload, account) = waiting(&site, &signed_in, &file).await?;
    let mapping = mapping_of(words, &typed, &mut wrongs);
    let closing_minor = closing(&typed, account.currency).unwrap_or_else(|()| {
        wrongs.add("closing", words.say("bank-closing-wrong"));
        None
    });
    let Some(mapping) = mapping.filter(|_| wrongs.is_empty()) else {
        return page(&site, &signed_in, (&file, &upload, &account), &typed, &wrongs);
    };
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let saved: Result<(), ImportRefusal> =
        transact!(site.db, tx => bank::set_columns(tx, actor, &file, &mapping, closing_minor, now).await);
    if let Err(refusal) = saved {
        let zone = zone(&mut site.db.begin_read().await?).await?;
        wrongs.add("day", say::import_refusal(words, refusal, account.currency, &zone)?);
        return page(&site, &signed_in, (&file, &upload, &account), &typed, &wrongs);
    }
    Ok(answer::see_other(&format!("{IMPORT}/{file}"))?)
}
