//! The expenses of a fund by state, and the way to one by its number.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::{Asked, EXPENSES, Pairs, find, frame, fund, ways};
use crate::funds::{self, Fund};
use crate::ids::ExpenseId;
use crate::money::Money;
use crate::spending::{self, Listed, State as Stage};
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Table, behind};
use crate::web::treasury::{Frame, Part, READERS, Sheet};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const LIST: &str = "/treasury/{fund}/expenses";

/// How many rows a page has.
const PAGE: i64 = 50;

/// Which state is shown first: the first of these that some expense is in.
const FIRST: [Stage; 5] = [Stage::Sent, Stage::Approved, Stage::Draft, Stage::Paid, Stage::Matched];

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(EXPENSES, Who::Holding(READERS), choose).get(LIST, Who::Holding(READERS), list).post(LIST, Who::Holding(READERS), search)
}

async fn choose(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    // Whoever comes for what is in one state reads that of the fund they choose.
    let state = asked.state.parse::<Stage>().map(|stage| format!("?state={stage}")).unwrap_or_default();
    let address = |fund: &Fund| format!("/treasury/{}/expenses{state}", fund.slug);
    let funds = funds::list(&mut site.db.begin_read().await?).await?;
    if let [only] = &*funds {
        return Ok(answer::see_other(&address(only))?);
    }
    let words = signed_in.words;
    let mut table = Table::new(words.say("expense-funds"), words.say("expense-no-funds")).column(words.say("expense-fund"));
    for fund in funds {
        table.row(vec![Cell::link(address(&fund), fund.name)]);
    }
    Ok(Sheet::new(Frame::new(&site, &signed_in, words.say("place-expenses"))).with(Part::Table(table)).answer(&Wrongs::default()))
}

async fn list(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    page(&site, &signed_in, &fund, &asked, &Typed::default(), &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, fund: &Fund, asked: &Asked, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let counts = spending::counts(tx, fund.id).await?;
    let of = |stage: Stage| counts.iter().find(|(other, ..)| *other == stage).map_or((0, 0), |(_, count, minor)| (*count, *minor));
    // Unless something else is asked for, what waits for somebody; where nothing does, what was done.
    let first = FIRST.into_iter().find(|stage| of(*stage).0 > 0).unwrap_or(Stage::Sent);
    let stage = asked.state.parse::<Stage>().unwrap_or(first);
    let rows = signed_in.rows(PAGE);
    let expenses = spending::list(tx, fund.id, stage, asked.before.map(ExpenseId), rows).await?;
    let tab = |stage: Stage| {
        let text = format!("{} ({})", words.of("expense-state", stage.as_str()), of(stage).0);
        (format!("/treasury/{}/expenses?state={stage}", fund.slug), text)
    };
    let mut table = table(words, fund, stage, &expenses, Money::new(of(stage).1, fund.currency));
    table.goes_on(behind(&expenses, rows, |last| format!("state={stage}&before={}", last.expense.id)), words.say("list-older"));
    let parts = FormParts { words, typed, wrongs };
    let search = Form::new(format!("/treasury/{}/expenses", fund.slug), "", vec![parts.text("number", "expense-number", "off")]);
    let sheet = Sheet::new(frame(site, signed_in, fund, "place-expenses").saying(asked.said(words)))
        .with(ways(signed_in, fund))
        .with(Part::Note(words.say("frame-live")))
        .with(Part::Links(Stage::ALL.map(tab).into()))
        .with(Part::Table(table))
        .with(Part::Form(search.button(words.say("expense-search"))));
    Ok(sheet.answer(wrongs))
}

fn table(words: Words, fund: &Fund, stage: Stage, expenses: &[Listed], total: Money) -> Table {
    let caption = words.with("expense-caption", "state", words.of("expense-state", stage.as_str()));
    let mut table = Table::new(caption, words.say("expense-none"))
        .column(words.say("expense-number"))
        .column(words.say("expense-bought"))
        .column(words.say("expense-shop"))
        .column(words.say("expense-receipt"))
        .amounts(words.say("expense-amount"));
    for Listed { expense, has_receipt } in expenses {
        let receipt = if *has_receipt {
            Cell::text(words.say("expense-has-receipt"))
        } else {
            Cell::chip("warning", words.say("expense-lacks-receipt"))
        };
        table.row(vec![
            Cell::link(format!("/treasury/{}/expenses/{}", fund.slug, expense.number), expense.number.as_str()),
            Cell::day(words, expense.bought_on),
            Cell::text(expense.vendor.as_str()),
            receipt,
            Cell::money(expense.amount()),
        ]);
    }
    let nothing = || Cell::text("");
    table.foot(vec![Cell::text(words.say("expense-total")), nothing(), nothing(), nothing(), Cell::money(total)]);
    table
}

async fn search(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let typed = Typed::new(pairs);
    let tx = &mut site.db.begin_read().await?;
    match find(tx, &slug, typed.get("number")).await {
        Ok((fund, whole)) => Ok(answer::see_other(&format!("/treasury/{}/expenses/{}", fund.slug, whole.expense.number))?),
        Err(Trouble::NotFound) => {
            let fund = fund(tx, &slug).await?;
            let mut wrongs = Wrongs::default();
            wrongs.add("number", signed_in.words.say("expense-no-such"));
            page(&site, &signed_in, &fund, &Asked::default(), &typed, &wrongs).await
        }
        Err(fault) => Err(fault),
    }
}
