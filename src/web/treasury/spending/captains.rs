//! Captains' links: the list, making one, which shows it once, and ending one.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::{Asked, CAPTAINS, Pairs, claims, operation, refused, sent, today, use_in_words};
use crate::clock::Day;
use crate::funds::{self, Fund};
use crate::ids::{CaptainId, ExpenseId};
use crate::ledger;
use crate::money::Money;
use crate::people::{Language, Role};
use crate::qr::Qr;
use crate::spending::captains::{self, USUAL_DAYS};
use crate::spending::draft::categories;
use crate::spending::{NewCaptain, Refusal};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::treasury::{Frame, Part, READERS, RECORDERS, Sheet};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const ONE: &str = "/treasury/claims/{id}";
const END: &str = "/treasury/claims/{id}/end";

/// How many rows a page has.
const PAGE: i64 = 50;
/// The longest label.
const LABEL_LETTERS: usize = 60;
/// How many days a link may work at most.
const MOST_DAYS: i64 = 90;

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(CAPTAINS, Who::Holding(READERS), list)
        .post(CAPTAINS, Who::Holding(RECORDERS), make)
        .get(ONE, Who::Holding(READERS), show)
        .post(END, Who::Holding(RECORDERS), end)
}

async fn list(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    page(&site, &signed_in, &asked, &Typed::default(), &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, asked: &Asked, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let funds = funds::list(tx).await?;
    let mut table = Table::new(words.say("place-captains"), words.say("captain-none"))
        .column(words.say("captain-label"))
        .column(words.say("expense-state"))
        .amounts(words.say("captain-claimed"))
        .amounts(words.say("captain-total"))
        .column(words.say("captain-ends"));
    let rows = signed_in.rows(PAGE);
    let page = captains::list(tx, asked.before.map(CaptainId), rows).await?;
    let claimed = captains::claimed_by_each(tx, &page).await?;
    for captain in &page {
        let Some(fund) = funds.iter().find(|fund| fund.id == captain.fund_id) else { continue };
        let is_open = captain.works(today(fund, site.clock.now()));
        let state = if is_open {
            Cell::chip("good", words.with("captain-works", "day", words.day(captain.last_on)))
        } else {
            Cell::chip("plain", words.say("captain-ended"))
        };
        let money = |minor| Cell::money(Money::new(minor, fund.currency));
        table.row(vec![
            Cell::link(format!("{CAPTAINS}/{}", captain.id), captain.label.as_str()),
            state,
            money(claimed.get(&captain.id).copied().unwrap_or(0)),
            money(captain.total_minor),
            if is_open { Cell::link(format!("{CAPTAINS}/{}", captain.id), words.say("captain-end")) } else { Cell::text("") },
        ]);
    }
    table.goes_on(behind(&page, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    let mut sheet = Sheet::new(Frame::new(site, signed_in, words.say("place-captains")).saying(asked.said(words))).with(Part::Table(table));
    if signed_in.person.roles.holds(Role::Recorder)
        && let Some(first) = funds.first()
    {
        let uses = categories(&ledger::accounts(tx).await?);
        let languages = funds::settings::about(tx, first.id).await?.languages;
        let typed = &typed.clone().or("language", languages.first().as_str());
        let form = form(site, words, (&funds, first), &uses, typed, wrongs);
        sheet = sheet.with(Part::Heading(words.say("captain-new"))).with(Part::Form(form));
    }
    Ok(sheet.answer(wrongs))
}

fn form(site: &Site, words: Words, (funds, first): (&[Fund], &Fund), uses: &[String], typed: &Typed, wrongs: &Wrongs) -> Form {
    let last = today(first, site.clock.now()).plus_days(USUAL_DAYS);
    let typed = typed.clone().or("total", "200.00").or("each", "50.00").or("last_on", last.to_string());
    let typed = &typed.or("fund", first.id.to_string());
    let parts = FormParts { words, typed, wrongs };
    let funds = funds.iter().map(|fund| Choice::new(fund.id.to_string(), fund.name.as_str())).collect();
    let uses = uses.iter().map(|category| Choice::new(category.as_str(), use_in_words(words, category))).collect();
    let languages = [(Language::English, "English"), (Language::Spanish, "Español")];
    let fields = vec![
        parts.text("label", "captain-label", "off").hint(words.say("expense-private")),
        parts.select("fund", "expense-fund", funds),
        parts.money("total", "captain-total", first.currency.sign()),
        parts.money("each", "captain-each", first.currency.sign()),
        parts.day("last_on", "captain-last"),
        parts.checks("uses", "captain-uses", uses),
        parts.radios("language", "captain-language", languages.map(|(code, name)| Choice::new(code.as_str(), name)).into()),
    ];
    Form::new(CAPTAINS, operation(site, typed), fields).button(words.say("captain-make"))
}

/// Reads what a link is to allow; what is wrong stands in `wrongs`.
fn parse(site: &Site, words: Words, funds: &[Fund], uses: &[String], typed: &Typed, wrongs: &mut Wrongs) -> Option<NewCaptain> {
    let label = typed.get("label");
    if label.is_empty() || label.chars().count() > LABEL_LETTERS {
        wrongs.add("label", words.say("payee-wrong-label"));
    }
    let fund = funds.iter().find(|fund| fund.id.to_string() == typed.get("fund"))?;
    let mut money = |field: &'static str| {
        let amount = Money::parse(typed.get(field), fund.currency).ok().filter(|amount| amount.minor > 0);
        if amount.is_none() {
            wrongs.add(field, words.say("expense-wrong-amount"));
        }
        amount
    };
    let (total, each) = (money("total"), money("each"));
    let today = today(fund, site.clock.now());
    let last_on = typed.get("last_on").parse::<Day>().ok().filter(|day| *day >= today && *day <= today.plus_days(MOST_DAYS));
    if last_on.is_none() {
        wrongs.add("last_on", words.with("captain-wrong-last", "days", MOST_DAYS));
    }
    let chosen: Vec<String> = typed.all("uses").filter(|one| uses.iter().any(|other| other == one)).map(str::to_owned).collect();
    if chosen.is_empty() {
        wrongs.add("uses", words.say("expense-wrong-category"));
    }
    let language = typed.get("language").parse::<Language>().ok();
    if language.is_none() {
        wrongs.add("language", words.say("expense-wrong-choice"));
    }
    let new = NewCaptain {
        fund: fund.id,
        label: label.to_owned(),
        language: language?,
        total: total?,
        each: each?,
        uses: chosen,
        last_on: last_on?,
    };
    wrongs.is_empty().then_some(new)
}

async fn make(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let tx = &mut site.db.begin_read().await?;
    let (funds, uses) = (funds::list(tx).await?, categories(&ledger::accounts(tx).await?));
    if let Some(new) = parse(&site, words, &funds, &uses, &typed, &mut wrongs) {
        let made: Result<(CaptainId, String), Refusal> = match sent(&signed_in, "captain", &pairs, &typed) {
            Err(error) => Err(error.into()),
            Ok(operation) => {
                let (actor, now) = (signed_in.actor(), site.clock.now());
                transact!(site.db, tx => captains::add(tx, actor, &operation, &new, &site.keyring, now).await)
            }
        };
        match made {
            Ok((_, code)) => return Ok(made_page(&site, &signed_in, &code)),
            Err(refusal) => {
                if let Some(response) = refused(words, CAPTAINS, refusal, &mut wrongs)? {
                    return Ok(response);
                }
            }
        }
    }
    page(&site, &signed_in, &Asked::default(), &typed, &wrongs).await
}

/// The link, shown this once: only its hash is kept.
fn made_page(site: &Site, signed_in: &SignedIn, code: &str) -> Response {
    let words = signed_in.words;
    let link = format!("{}/claim/{code}", site.base_url);
    Sheet::new(Frame::new(site, signed_in, words.say("captain-made")))
        .with(Part::Warning(words.say("captain-once")))
        .with(Part::Facts(Facts::default().add(words.say("captain-link"), Cell::text(link.as_str()))))
        .maybe(Qr::new(&link, words.say("captain-qr")).map(Part::Qr))
        .with(Part::Links(vec![(CAPTAINS.to_owned(), words.say("expense-back"))]))
        .answer(&Wrongs::default())
}

async fn show(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    one_page(&site, &signed_in, CaptainId(id), &asked, &Typed::default(), &Wrongs::default()).await
}

/// One link, what was claimed with it, and what can be done about it.
pub(super) async fn one_page(
    site: &Site,
    signed_in: &SignedIn,
    id: CaptainId,
    asked: &Asked,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let captain = captains::find(tx, id).await?.ok_or(Trouble::NotFound)?;
    let fund = funds::find(tx, captain.fund_id).await?.ok_or(Trouble::NotFound)?;
    let money = |minor| Cell::money(Money::new(minor, fund.currency));
    let uses = captain.uses().map(|category| use_in_words(words, category)).collect::<Vec<_>>().join(", ");
    let facts = Facts::default()
        .add(words.say("expense-fund"), Cell::text(fund.name.as_str()))
        .add(words.say("captain-claimed"), money(captains::claimed(tx, id).await?))
        .add(words.say("captain-total"), money(captain.total_minor))
        .add(words.say("captain-each"), money(captain.each_minor))
        .add(words.say("captain-last"), Cell::day(words, captain.last_on))
        .add(words.say("captain-uses"), Cell::text(uses));
    let mut table = Table::new(words.say("captain-claims"), words.say("captain-claims-none"))
        .column(words.say("expense-number"))
        .column(words.say("expense-state"))
        .amounts(words.say("expense-amount"));
    let rows = signed_in.rows(PAGE);
    let claims = captains::claims(tx, id, asked.before.map(ExpenseId), rows).await?;
    table.goes_on(behind(&claims, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    for expense in claims {
        let href = format!("/treasury/{}/expenses/{}", fund.slug, expense.number);
        let state = words.of("expense-state", expense.state.as_str());
        table.row(vec![Cell::link(href, expense.number.as_str()), Cell::text(state), Cell::money(expense.amount())]);
    }
    let may_end = captain.works(today(&fund, site.clock.now())) && signed_in.person.roles.holds(Role::Recorder);
    let end = Form::new(format!("{CAPTAINS}/{id}/end"), site.entropy.reference(), vec![]).button(words.say("captain-end"));
    let frame = Frame::new(site, signed_in, captain.label.as_str()).saying(asked.said(words));
    let sheet = Sheet::new(frame).with(Part::Facts(facts)).with(Part::Table(table)).maybe(may_end.then_some(Part::Form(end)));
    let change = claims::change_form(site, signed_in, &captain, typed, wrongs);
    Ok(change.into_iter().fold(sheet, Sheet::with).answer(wrongs))
}

async fn end(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let done: Result<(), Refusal> = match sent(&signed_in, &format!("end captain {id}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, now) = (signed_in.actor(), site.clock.now());
            transact!(site.db, tx => captains::end(tx, actor, &operation, CaptainId(id), now).await)
        }
    };
    match done {
        Ok(()) => Ok(answer::see_other(&format!("{CAPTAINS}?done=ended"))?),
        Err(refusal) => match refused(words, CAPTAINS, refusal, &mut wrongs)? {
            Some(response) => Ok(response),
            None => one_page(&site, &signed_in, CaptainId(id), &Asked::default(), &Typed::default(), &wrongs).await,
        },
    }
}
