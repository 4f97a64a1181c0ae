//! The accounts at banks: opened, named, ended. Not here: what stands in them.

use axum::Form as Sent;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{ADD, BANK, say};
use crate::bank::{self, AccountRefusal, BankAccount, NewAccount};
use crate::funds;
use crate::ids::BankAccountId;
use crate::money::Currency;
use crate::transact;
use crate::web::doors::SignedIn;
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::{Frame, Part, Sheet, not_allowed, operation, sent};
use crate::web::{AnySite, Site, answer};

/// `GET /treasury/bank/accounts/new`.
pub async fn add_form(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    add_page(&site, &signed_in, &Typed::default(), &Wrongs::default()).await
}

/// What the funds count in: an account at a bank counts in one of them.
async fn currencies(site: &Site) -> sqlx::Result<Vec<Currency>> {
    let mut currencies: Vec<Currency> = Vec::new();
    for fund in funds::list(&mut site.db.begin_read().await?).await? {
        if !currencies.contains(&fund.currency) {
            currencies.push(fund.currency);
        }
    }
    Ok(currencies)
}

async fn add_page(site: &Site, signed_in: &SignedIn, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let choices = currencies(site).await?.into_iter().map(|currency| Choice::new(currency.code(), currency.code())).collect();
    let fields = vec![
        parts.text("name", "bank-name", "off").hint(words.say("bank-name-hint")),
        parts.text("ending", "bank-ending", "off").hint(words.say("bank-ending-hint")).optional(words),
        parts.select("currency", "bank-currency", choices),
    ];
    let form = Form::new(ADD, operation(site, typed), fields).button(words.say("bank-add"));
    let frame = Frame::new(site, signed_in, words.say("bank-add"));
    Ok(Sheet::new(frame).text(words.say("bank-add-why")).form(form).link(BANK, words.say("bank-back")).answer(wrongs))
}

/// `POST /treasury/bank/accounts/new`.
pub async fn add(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Sent<Vec<(String, String)>>) -> Result<Response, Trouble> {
    let (typed, mut wrongs) = (Typed::new(pairs.clone()), Wrongs::default());
    let currency = currencies(&site).await?.into_iter().find(|currency| currency.code() == typed.get("currency"));
    if currency.is_none() {
        wrongs.add("currency", signed_in.words.say("bank-choose-currency"));
    }
    let new = described(&signed_in, &typed, &mut wrongs)?;
    let (Some(new), Some(currency), true) = (new, currency, wrongs.is_empty()) else {
        return add_page(&site, &signed_in, &typed, &wrongs).await;
    };
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done: Result<BankAccountId, AccountRefusal> = match sent(&signed_in, "add bank account", &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => transact!(site.db, tx => bank::add(tx, actor, (&new, currency), &operation, now).await),
    };
    match done {
        Ok(id) => Ok(answer::see_other(&format!("{BANK}?account={id}&done=opened"))?),
        Err(AccountRefusal::NotAllowed(refusal)) => not_allowed(refusal, ADD),
        Err(refusal) => {
            let (field, text) = say::account_refusal(signed_in.words, refusal)?;
            wrongs.add(field, text);
            add_page(&site, &signed_in, &typed, &wrongs).await
        }
    }
}

/// The account as the form describes it; None where that is wrong, which is noted then.
fn described(signed_in: &SignedIn, typed: &Typed, wrongs: &mut Wrongs) -> Result<Option<NewAccount>, Trouble> {
    match NewAccount::parse(typed.get("name"), typed.get("ending")) {
        Ok(new) => Ok(Some(new)),
        Err(refusal) => {
            let (field, text) = say::account_refusal(signed_in.words, refusal)?;
            wrongs.add(field, text);
            Ok(None)
        }
    }
}

/// `GET /treasury/bank/accounts/{id}`.
pub async fn form(State(site): AnySite, Path(id): Path<i64>, signed_in: SignedIn) -> Result<Response, Trouble> {
    page(&site, &signed_in, id, Typed::default(), &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, id: i64, typed: Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let account = bank::account(&mut site.db.begin_read().await?, BankAccountId(id)).await?.ok_or(Trouble::NotFound)?;
    let BankAccount { name, ending, path, currency, ended_at, .. } = account;
    let facts = Facts::default()
        .add(words.say("bank-path"), Cell::link(format!("/treasury/accounts/{path}"), path.clone()))
        .add(words.say("bank-currency"), Cell::text(currency.code()))
        .add(words.say("bank-state"), Cell::text(words.say(if ended_at.is_some() { "bank-ended" } else { "bank-in-use" })));
    let at = format!("{BANK}/accounts/{id}");
    let ending_act = if ended_at.is_some() { "take-up" } else { "end" };
    let typed = &typed.or("name", name.as_str()).or("ending", ending.unwrap_or_default());
    let parts = FormParts { words, typed, wrongs };
    let does = |word: &str| {
        let unseen = Typed::default().or("act", word);
        FormParts { words, typed: &unseen, wrongs }.hidden("act")
    };
    let fields = vec![
        does("rename"),
        parts.text("name", "bank-name", "off").hint(words.say("bank-name-hint")),
        parts.text("ending", "bank-ending", "off").hint(words.say("bank-ending-hint")).optional(words),
    ];
    let rename = Form::new(&at, site.entropy.reference(), fields).button(words.say("bank-rename"));
    let end = Form::new(&at, site.entropy.reference(), vec![does(ending_act)]).quiet_button(words.of("bank-do", ending_act));
    let sheet = Sheet::new(Frame::new(site, signed_in, name)).with(Part::Facts(facts)).form(rename);
    let sheet = sheet.block(words.of("bank-do", ending_act), words.of("bank-do-why", ending_act), end);
    Ok(sheet.link(format!("{BANK}?account={id}"), words.say("bank-back")).answer(wrongs))
}

/// `POST /treasury/bank/accounts/{id}`: another name, ended, or taken up again.
pub async fn send(
    State(site): AnySite,
    Path(id): Path<i64>,
    signed_in: SignedIn,
    Sent(pairs): Sent<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let (typed, mut wrongs, account) = (Typed::new(pairs.clone()), Wrongs::default(), BankAccountId(id));
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let operation = match sent(&signed_in, &format!("bank account {id}"), &pairs, &typed) {
        Ok(operation) => operation,
        Err(error) => {
            wrongs.add("main", say::account_refusal(signed_in.words, error.into())?.1);
            return page(&site, &signed_in, id, typed, &wrongs).await;
        }
    };
    let (done, word): (Result<(), AccountRefusal>, &str) = match typed.get("act") {
        "end" => (transact!(site.db, tx => bank::end(tx, actor, account, &operation, now).await), "ended"),
        "take-up" => (transact!(site.db, tx => bank::take_up(tx, actor, account, &operation, now).await), "taken-up"),
        _ => match described(&signed_in, &typed, &mut wrongs)? {
            None => return page(&site, &signed_in, id, typed, &wrongs).await,
            Some(new) => (transact!(site.db, tx => bank::rename(tx, actor, (account, &new), &operation, now).await), "renamed"),
        },
    };
    match done {
        Ok(()) => Ok(answer::see_other(&format!("{BANK}?account={id}&done={word}"))?),
        Err(AccountRefusal::NotAllowed(refusal)) => not_allowed(refusal, &format!("{BANK}/accounts/{id}")),
        Err(refusal) => {
            let (field, text) = say::account_refusal(signed_in.words, refusal)?;
            wrongs.add(field, text);
            page(&site, &signed_in, id, typed, &wrongs).await
        }
    }
}
