//! The budget of a fund by use, and how long its money lasts.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::{Asked, Pairs, frame, fund, operation, refused, sent, today, use_in_words, ways};
use crate::booking::{Standing, standings};
use crate::funds::Fund;
use crate::money::Money;
use crate::people::Role;
use crate::spending::Refusal;
use crate::spending::budgets::{self, FEWEST_DAYS, Outlook};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table};
use crate::web::treasury::{Part, READERS, RECORDERS, Sheet};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const BUDGET: &str = "/treasury/{fund}/budget";
const WHAT_IF: &str = "/treasury/{fund}/budget/what-if";

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(BUDGET, Who::Holding(READERS), show)
        .post(BUDGET, Who::Holding(RECORDERS), set)
        .get(WHAT_IF, Who::Holding(READERS), show)
        .post(WHAT_IF, Who::Holding(READERS), what_if)
}

async fn show(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    page(&site, &signed_in, &fund, &asked, Typed::default(), &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, fund: &Fund, asked: &Asked, typed: Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let today = today(fund, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let outlook = budgets::outlook(tx, fund, today).await?;
    let standing = standings(tx, None).await?.into_iter().find(|(other, _)| other.id == fund.id).map(|(_, standing)| standing);
    let standing = standing.ok_or(Trouble::NotFound)?;
    let money = |minor| Money::new(minor, fund.currency);
    let budgeted = outlook.uses.iter().filter_map(budgets::Use::left_minor).filter(|left| *left > 0).sum::<i64>();
    let over = budgeted.saturating_sub(standing.free);
    let warning = (over > 0).then(|| Part::Warning(words.with("budget-over", "amount", money(over).for_people())));
    let mut sheet = Sheet::new(frame(site, signed_in, fund, "budget-title").saying(asked.said(words)))
        .with(ways(signed_in, fund))
        .with(Part::Note(words.say("frame-live")))
        .maybe(warning)
        .with(Part::Facts(runway(words, fund, (&outlook, standing), today)))
        .with(Part::Heading(words.say("budget-what-if")))
        .maybe(answered(words, fund, standing, &typed, today))
        .with(Part::Form(what_if_form(words, fund, &outlook, &typed, wrongs)))
        .with(Part::Table(table(words, fund, &outlook)));
    if signed_in.person.roles.holds(Role::Recorder) {
        let start = |typed: Typed, one: &budgets::Use| {
            typed.or(&field(&one.category), one.budget_minor.map_or_else(String::new, |minor| money(minor).decimal()))
        };
        let typed = &outlook.uses.iter().fold(typed, start);
        let parts = FormParts { words, typed, wrongs };
        let one = |one: &budgets::Use| {
            parts
                .money(&field(&one.category), "budget-amount", fund.currency.sign())
                .named(use_in_words(words, &one.category))
                .optional(words)
        };
        let mut fields: Vec<_> = outlook.uses.iter().map(one).collect();
        fields.push(parts.text("reason", "expense-reason", "off"));
        let form = Form::new(format!("/treasury/{}/budget", fund.slug), operation(site, typed), fields).button(words.say("budget-set"));
        sheet = sheet.with(Part::Heading(words.say("budget-set"))).with(Part::Form(form));
    }
    Ok(sheet.answer(wrongs))
}

fn field(category: &str) -> String {
    format!("use_{category}")
}

fn runway(words: Words, fund: &Fund, (outlook, standing): (&Outlook, Standing), today: crate::clock::Day) -> Facts {
    let money = |minor| Cell::money(Money::new(minor, fund.currency));
    let facts = Facts::default()
        .add(words.say("budget-on-hand"), money(standing.on_hand))
        .add(words.say("budget-free"), money(standing.free))
        .add(words.say("budget-week"), money(outlook.week_minor));
    let facts = facts.add(words.say("budget-given"), money(outlook.given_minor));
    let facts = outlook.units.iter().fold(facts, |facts, (unit, count)| {
        let what = words.with("budget-units", "unit", words.of("expense-unit", unit.as_str()));
        // To a tenth, as the mean of some days seldom is whole.
        let tenths = count.saturating_mul(10).saturating_add(outlook.mean_days / 2) / outlook.mean_days;
        facts.add(what, Cell::number(format!("{}.{}", tenths / 10, tenths % 10)))
    });
    let Some(burn) = outlook.burn_minor() else {
        return facts.add(words.say("budget-runway"), Cell::text(words.with("budget-too-little", "days", FEWEST_DAYS)));
    };
    let facts = facts.add(words.say("budget-burn"), money(burn));
    match outlook.runway_days(standing.free) {
        Some(days) => {
            let day = words.day(today.plus_days(days));
            facts.add(words.say("budget-runway"), Cell::text(words.with_two("budget-days", ("days", days), ("day", day))))
        }
        None => facts,
    }
}

/// What the form of the question starts with: the mean of a day, and what the last week brought.
fn what_if_form(words: Words, fund: &Fund, outlook: &Outlook, typed: &Typed, wrongs: &Wrongs) -> Form {
    let decimal = |minor| Money::new(minor, fund.currency).decimal();
    let burn = outlook.burn_minor().unwrap_or_else(|| outlook.mean_minor());
    let typed = &typed.clone().or("spent", decimal(burn)).or("given", decimal(outlook.given_minor.max(0)));
    let parts = FormParts { words, typed, wrongs };
    let sign = fund.currency.sign();
    let fields = vec![parts.money("spent", "budget-if-spent", sign), parts.money("given", "budget-if-given", sign)];
    Form::new(format!("/treasury/{}/budget/what-if", fund.slug), "", fields).quiet_button(words.say("budget-if-send"))
}

/// The two amounts of the question, where both can be read.
fn question(fund: &Fund, typed: &Typed) -> Option<(i64, i64)> {
    let of = |name: &str| Money::parse(typed.get(name), fund.currency).ok().map(|amount| amount.minor);
    of("spent").zip(of("given"))
}

/// How long the money lasts by what was asked; None before anything was.
fn answered(words: Words, fund: &Fund, standing: Standing, typed: &Typed, today: crate::clock::Day) -> Option<Part> {
    let (spent, given) = question(fund, typed)?;
    let said = match Outlook::days_if(standing.free, spent, given) {
        // No calendar of ours goes on for a century.
        Some(days) if days < 36_500 => words.with_two("budget-if-days", ("days", days), ("day", words.day(today.plus_days(days)))),
        _ => words.say("budget-if-never"),
    };
    Some(Part::Text(said))
}

/// `POST /treasury/{fund}/budget/what-if`: worked out and shown; nothing is kept.
async fn what_if(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (typed, mut wrongs) = (Typed::new(pairs), Wrongs::default());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    for name in ["spent", "given"] {
        if Money::parse(typed.get(name), fund.currency).is_err() {
            wrongs.add(name, signed_in.words.say("expense-wrong-amount"));
        }
    }
    page(&site, &signed_in, &fund, &Asked::default(), typed, &wrongs).await
}

fn table(words: Words, fund: &Fund, outlook: &Outlook) -> Table {
    let money = |minor| Cell::money(Money::new(minor, fund.currency));
    let maybe = |minor: Option<i64>| minor.map_or_else(|| Cell::text(words.say("budget-none")), money);
    let mut table = Table::new(words.say("budget-title"), words.say("budget-none"))
        .column(words.say("expense-use"))
        .amounts(words.say("budget-amount"))
        .amounts(words.say("budget-spent"))
        .amounts(words.say("budget-unpaid"))
        .amounts(words.say("budget-asked"))
        .amounts(words.say("budget-left"));
    for one in &outlook.uses {
        table.row(vec![
            Cell::text(use_in_words(words, &one.category)),
            maybe(one.budget_minor),
            money(one.spent_minor),
            money(one.unpaid_minor),
            money(one.asked_minor),
            maybe(one.left_minor()),
        ]);
    }
    let sum = |of: fn(&budgets::Use) -> i64| money(outlook.uses.iter().map(of).sum());
    table.foot(vec![
        Cell::text(words.say("expense-total")),
        sum(|one| one.budget_minor.unwrap_or(0)),
        sum(|one| one.spent_minor),
        sum(|one| one.unpaid_minor),
        sum(|one| one.asked_minor),
        sum(|one| one.left_minor().unwrap_or(0)),
    ]);
    table
}

async fn set(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let uses = budgets::outlook(tx, &fund, today(&fund, site.clock.now())).await?.uses;
    let mut amounts = Vec::new();
    for one in uses.iter().filter(|one| !typed.get(&field(&one.category)).is_empty()) {
        match Money::parse(typed.get(&field(&one.category)), fund.currency) {
            Ok(amount) => amounts.push((one.category.clone(), amount)),
            Err(_) => wrongs.add(field(&one.category), words.say("expense-wrong-amount")),
        }
    }
    if wrongs.is_empty() {
        let done: Result<(), Refusal> = match sent(&signed_in, &format!("budget {slug}"), &pairs, &typed) {
            Err(error) => Err(error.into()),
            Ok(operation) => {
                let (actor, now, reason) = (signed_in.actor(), site.clock.now(), typed.get("reason"));
                transact!(site.db, tx => budgets::set(tx, actor, &operation, &fund, (&amounts, reason), now).await)
            }
        };
        match done {
            Ok(()) => return Ok(answer::see_other(&format!("/treasury/{slug}/budget?done=budget"))?),
            Err(refusal) => {
                if let Some(response) = refused(words, "/treasury", refusal, &mut wrongs)? {
                    return Ok(response);
                }
            }
        }
    }
    page(&site, &signed_in, &fund, &Asked::default(), typed, &wrongs).await
}
