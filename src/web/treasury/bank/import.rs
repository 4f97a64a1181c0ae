//! A statement's way in: chosen, looked at with nothing of it in the books, imported whole. Not here: which column of a table says what.

use askama::Template;
use axum::Form as Sent;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{BANK, IMPORT, say, usable, zone};
use crate::bank::{self, BankAccount, ImportRefusal, LARGEST_FILE, Mapping, Mark, NotRead, Preview, ReadFile, Upload};
use crate::booking::bank as booking;
use crate::ids::StatementId;
use crate::money::{Currency, Money};
use crate::people;
use crate::people::operation::{self, Operation};
use crate::transact;
use crate::web::doors::SignedIn;
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Problems, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::{Frame, RECORDERS};
use crate::web::upload::{self, Limits};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

/// One file, as large as a bank makes them.
pub const LIMITS: Limits = Limits::one_file(LARGEST_FILE);
const ACCEPT: &str = ".csv,.txt,.xml,.ofx,.qfx,text/csv,text/xml,application/xml,application/x-ofx";

#[derive(Template)]
#[template(path = "web/treasury/bank_import.html")]
struct ImportPage {
    frame: Frame,
    problems: Option<Problems>,
    form: Form,
}

/// `GET /treasury/bank/import`.
pub async fn form(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    import_page(&site, &signed_in, &Typed::default(), &Wrongs::default()).await
}

async fn import_page(site: &Site, signed_in: &SignedIn, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let accounts = usable(&mut site.db.begin_read().await?).await?;
    let parts = FormParts { words, typed, wrongs };
    let sign = accounts.first().map_or("", |account| account.currency.sign());
    let mut choices: Vec<Choice> = accounts.iter().map(|account| Choice::new(&account.path, &account.name)).collect();
    if choices.len() > 1 {
        choices.insert(0, Choice::new("", words.say("bank-choose")));
    }
    let fields = vec![
        parts.select("account", "bank-account", choices),
        parts.file("file", "bank-file", ACCEPT, false).hint(words.say("bank-file-hint")),
        parts.money("closing", "bank-closing-on-paper", sign).hint(words.say("bank-closing-hint")).optional(words),
    ];
    let form = Form::new(IMPORT, "", fields).with_files().button(words.say("bank-look"));
    let frame = Frame::new(site, signed_in, words.say("bank-import-title")).wrong(!wrongs.is_empty());
    let status = if wrongs.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(answer::private_page(status, &ImportPage { frame, problems: Problems::of(words, wrongs), form }))
}

/// A balance as a person types it, which may be less than nothing; None where nothing was typed.
pub fn closing(typed: &Typed, currency: Currency) -> Result<Option<i64>, ()> {
    match typed.get("closing") {
        "" => Ok(None),
        text => Mark::Point.read(text, currency).map(Some).ok_or(()),
    }
}

/// `POST /treasury/bank/import`: the file is kept for a day at most, and nothing of it is in the books.
pub async fn send(State(site): AnySite, signed_in: SignedIn, form: upload::Form) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let mut sent = upload::read(form, LIMITS).await;
    let mut wrongs = Wrongs::default();
    let accounts = usable(&mut site.db.begin_read().await?).await?;
    let chosen = accounts.into_iter().find(|account| account.path == sent.typed.get("account"));
    if chosen.is_none() {
        wrongs.add("account", words.say("bank-choose-account"));
    }
    let currency = chosen.as_ref().map_or(Currency::USD, |account| account.currency);
    sent.tell(words, LIMITS, &mut wrongs);
    let body = sent.files.pop().map(|file| file.bytes).unwrap_or_default();
    if body.is_empty() {
        wrongs.add("file", words.say("bank-choose-file"));
    }
    let closing_minor = closing(&sent.typed, currency).unwrap_or_else(|()| {
        wrongs.add("closing", words.say("bank-closing-wrong"));
        None
    });
    let Some(super::Usable { path, name, .. }) = chosen.filter(|_| wrongs.is_empty()) else {
        return import_page(&site, &signed_in, &sent.typed, &wrongs).await;
    };
    let (now, actor) = (site.clock.now(), signed_in.actor());
    let kept: Result<String, ImportRefusal> = transact!(site.db, tx => async {
        people::require(tx, actor, RECORDERS).await?;
        bank::open_account(tx, &path, &name, currency, now).await?;
        let opened = bank::accounts(tx).await?.into_iter().find(|account| account.path == path).ok_or(ImportRefusal::NotThere)?;
        bank::keep_upload(tx, actor, (opened.id, &body, closing_minor), &site.entropy, now).await
    }.await);
    match kept {
        Ok(reference) => Ok(answer::see_other(&format!("{IMPORT}/{reference}"))?),
        Err(refusal) => {
            let said = say::import_refusal(words, refusal, currency, &zone(&mut site.db.begin_read().await?).await?)?;
            wrongs.add("file", said);
            import_page(&site, &signed_in, &sent.typed, &wrongs).await
        }
    }
}

/// A waiting file and its account; what is not this person's own is not there.
pub async fn waiting(site: &Site, signed_in: &SignedIn, file: &str) -> Result<(Upload, BankAccount), Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let upload = bank::find_upload(tx, file, signed_in.person.id).await?.ok_or(Trouble::NotFound)?;
    let account = bank::account(tx, upload.account).await?.ok_or(Trouble::NotFound)?;
    Ok((upload, account))
}

/// Reads a file away from the threads that answer: a large one takes a second.
async fn read(upload: &Upload, account: &BankAccount) -> Result<Result<ReadFile, NotRead>, Trouble> {
    let (body, currency) = (upload.body.clone(), account.currency);
    let mapping = account.mapping.as_deref().and_then(Mapping::read);
    Ok(tokio::task::spawn_blocking(move || bank::read(&body, mapping.as_ref(), currency)).await?)
}

#[derive(Template)]
#[template(path = "web/treasury/bank_preview.html")]
struct PreviewPage {
    frame: Frame,
    problems: Vec<String>,
    facts: Option<Facts>,
    form: Option<Form>,
    columns: Option<String>,
    /// Every line is known already.
    nothing_new: bool,
}

/// `GET /treasury/bank/import/{file}`: what an import would do.
pub async fn preview(State(site): AnySite, Path(file): Path<String>, signed_in: SignedIn) -> Result<Response, Trouble> {
    let (upload, account) = waiting(&site, &signed_in, &file).await?;
    let read = match read(&upload, &account).await? {
        Err(NotRead::Columns) => return Ok(answer::see_other(&format!("{IMPORT}/{file}/columns"))?),
        read => read,
    };
    preview_page(&site, &signed_in, (&file, &upload, &account), read, None).await
}

async fn preview_page(
    site: &Site,
    signed_in: &SignedIn,
    (file, upload, account): (&str, &Upload, &BankAccount),
    read: Result<ReadFile, NotRead>,
    refusal: Option<ImportRefusal>,
) -> Result<Response, Trouble> {
    let (words, currency) = (signed_in.words, account.currency);
    let tx = &mut site.db.begin_read().await?;
    let zone = zone(tx).await?;
    let mut page = PreviewPage {
        frame: Frame::new(site, signed_in, words.say("bank-preview-title")),
        problems: Vec::new(),
        facts: None,
        form: None,
        columns: None,
        nothing_new: false,
    };
    let is_table = bank::columns(&upload.body, None, currency).is_some();
    page.columns = is_table.then(|| format!("{IMPORT}/{file}/columns"));
    match read {
        Err(NotRead::Columns) => return Err(Trouble::NotFound),
        Err(NotRead::Wrong(wrongs)) => page.problems.extend(wrongs.iter().map(|wrong| say::wrong(words, wrong, currency))),
        Ok(read) => match refusal.map_or(Ok(()), Err) {
            Err(refusal) => page.problems.push(say::import_refusal(words, refusal, currency, &zone)?),
            Ok(()) => match bank::preview(tx, account, &read, upload.closing_minor).await {
                Err(refusal) => page.problems.push(say::import_refusal(words, refusal, currency, &zone)?),
                Ok(preview) => {
                    page.facts = Some(facts(words, account, &preview));
                    let new = preview.lines - preview.known;
                    page.nothing_new = new == 0;
                    let label = words.with("bank-import-lines", "count", new);
                    page.form = (new > 0).then(|| Form::new(format!("{IMPORT}/{file}"), site.entropy.reference(), vec![]).button(label));
                }
            },
        },
    }
    let status = if page.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page.frame = page.frame.wrong(!page.problems.is_empty());
    Ok(answer::private_page(status, &page))
}

fn facts(words: Words, account: &BankAccount, preview: &Preview) -> Facts {
    let money = |minor| Cell::money(Money::new(minor, account.currency));
    Facts::default()
        .add(words.say("bank-account"), Cell::text(account.name.clone()))
        .add(words.say("bank-fact-count"), Cell::number(preview.lines))
        .add(words.say("bank-fact-known"), Cell::number(preview.known))
        .add(words.say("bank-fact-first"), Cell::day(words, preview.days.0))
        .add(words.say("bank-fact-last"), Cell::day(words, preview.days.1))
        .add(words.say("bank-opening"), money(preview.opening_minor))
        .add(words.say("bank-fact-in"), money(preview.in_minor))
        .add(words.say("bank-fact-out"), money(preview.out_minor))
        .add(words.say("bank-fact-total"), money(preview.in_minor.saturating_add(preview.out_minor)))
        .add(words.say("bank-closing"), money(preview.closing_minor))
}

/// `POST /treasury/bank/import/{file}`: all or nothing; then payouts that arrived exactly are tied.
pub async fn import(
    State(site): AnySite,
    Path(file): Path<String>,
    signed_in: SignedIn,
    Sent(pairs): Sent<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let (typed, actor, now) = (Typed::new(pairs), signed_in.actor(), site.clock.now());
    let operation = Operation::new(typed.get("operation"), &actor.person.to_string(), &["import", &file]);
    if let Ok(operation) = &operation
        && operation::find_result(&mut site.db.begin_read().await?, operation).await.is_ok_and(|known| known.is_some())
    {
        return Ok(answer::see_other(&format!("{BANK}?done=imported"))?);
    }
    let (upload, account) = waiting(&site, &signed_in, &file).await?;
    let read = match read(&upload, &account).await? {
        Ok(read) => read,
        wrong => return preview_page(&site, &signed_in, (&file, &upload, &account), wrong, None).await,
    };
    let closing_minor = upload.closing_minor;
    let imported: Result<StatementId, ImportRefusal> = match operation {
        Err(error) => Err(error.into()),
        Ok(operation) => transact!(site.db, tx => async {
            let id = bank::import(tx, actor, account.id, (&read, closing_minor), &operation, now).await?;
            bank::forget_upload(tx, &file).await?;
            Ok::<StatementId, ImportRefusal>(id)
        }.await),
    };
    if let Err(refusal) = imported {
        return preview_page(&site, &signed_in, (&file, &upload, &account), Ok(read), Some(refusal)).await;
    }
    let settled: Result<(), booking::BankError> = transact!(site.db, tx => async {
        booking::settle_payouts(tx, now).await?;
        booking::check_ties(tx, now).await?;
        Ok::<(), booking::BankError>(())
    }.await);
    // The statement is in; what was not tied now is tied in the night.
    if let Err(error) = settled {
        tracing::warn!(%error, "payouts could not be tied after an import");
    }
    Ok(answer::see_other(&format!("{BANK}?account={}&done=imported", account.id))?)
}
