//! Cash advances and prepaid cards: who carries how much, opening one, and asking that money goes there or comes back.

use axum::extract::{Form as Sent, Query, State};
use axum::response::Response;

use super::{ADVANCES, APPROVALS, Asked, Pairs, account_in_words, operation, payable, refused, sent};
use crate::funds::{self, Fund};
use crate::ids::TransferId;
use crate::ledger;
use crate::money::Money;
use crate::people::Role;
use crate::spending::advances;
use crate::spending::{Move, PurseKind, Refusal};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Table, behind};
use crate::web::treasury::{Frame, Part, READERS, RECORDERS, Sheet};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

/// How many moves a page shows.
const PAGE: i64 = 50;
const MOVE: &str = "/treasury/advances/move";

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(ADVANCES, Who::Holding(READERS), show).post(ADVANCES, Who::Holding(RECORDERS), open).post(MOVE, Who::Holding(RECORDERS), ask)
}

async fn show(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    page(&site, &signed_in, &asked, &Typed::default(), &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, asked: &Asked, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let mut purses = Table::new(words.say("place-advances"), words.say("advance-none"))
        .column(words.say("advance-custodian"))
        .column(words.say("approval-kind"))
        .figures(words.say("advance-carries"));
    for purse in advances::list(tx).await? {
        let held = ledger::balance_of(tx, &purse.path).await?;
        let held: Vec<String> = held.into_iter().map(|(currency, minor)| Money::new(minor, currency).for_people()).collect();
        purses.row(vec![
            Cell::text(purse.custodian),
            Cell::text(words.of("advance-kind", purse.kind.as_str())),
            Cell::text(held.join(", ")),
        ]);
    }
    let mut moves = Table::new(words.say("advance-moves"), words.say("advance-moves-none"))
        .column(words.say("expense-state"))
        .column(words.say("expense-pay-from"))
        .column(words.say("advance-to"))
        .amounts(words.say("expense-amount"));
    let rows = signed_in.rows(PAGE);
    let transfers = advances::transfers(tx, asked.before.map(TransferId), rows).await?;
    for transfer in &transfers {
        let state = words.of("advance-state", transfer.state.as_str());
        let state =
            transfer.proposal_id.map_or_else(|| Cell::text(state.clone()), |id| Cell::link(format!("{APPROVALS}/{id}"), state.clone()));
        let account = |path: &str| Cell::text(account_in_words(words, path));
        moves.row(vec![state, account(&transfer.from_path), account(&transfer.to_path), Cell::money(transfer.amount())]);
    }
    moves.goes_on(behind(&transfers, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    let mut sheet = Sheet::new(Frame::new(site, signed_in, words.say("place-advances")).saying(asked.said(words)))
        .with(Part::Note(words.say("advance-note")))
        .with(Part::Table(purses))
        .with(Part::Table(moves));
    if signed_in.person.roles.holds(Role::Recorder) {
        let funds = funds::list(tx).await?;
        let accounts = match funds.first() {
            Some(first) => payable(tx, words, first.currency).await?,
            None => Vec::new(),
        };
        let parts = FormParts { words, typed, wrongs };
        let kinds = PurseKind::ALL.map(|kind| Choice::new(kind.as_str(), words.of("advance-kind", kind.as_str()))).into();
        let fields = vec![
            parts.text("custodian", "advance-custodian", "off").hint(words.say("expense-private")),
            parts.radios("kind", "approval-kind", kinds),
        ];
        let opening = Form::new(ADVANCES, operation(site, typed), fields).button(words.say("advance-open"));
        sheet = sheet
            .with(Part::Heading(words.say("advance-move")))
            .with(Part::Form(move_form(site, words, &funds, &accounts, &parts)))
            .with(Part::Heading(words.say("advance-open")))
            .with(Part::Form(opening));
    }
    Ok(sheet.answer(wrongs))
}

fn move_form(site: &Site, words: Words, funds: &[Fund], accounts: &[(String, String)], parts: &FormParts<'_>) -> Form {
    let choices = || accounts.iter().map(|(path, name)| Choice::new(path.as_str(), name.as_str())).collect();
    let sign = funds.first().map_or("", |fund| fund.currency.sign());
    let fields = vec![
        parts.select("fund", "expense-fund", funds.iter().map(|fund| Choice::new(fund.slug.as_str(), fund.name.as_str())).collect()),
        parts.select("from", "expense-pay-from", choices()),
        parts.select("to", "advance-to", choices()),
        parts.money("amount", "expense-amount", sign),
    ];
    Form::new(MOVE, operation(site, parts.typed), fields).button(words.say("expense-send"))
}

async fn open(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    if let Ok(kind) = typed.get("kind").parse::<PurseKind>() {
        let done = match sent(&signed_in, "advance", &pairs, &typed) {
            Err(error) => Err(error.into()),
            Ok(operation) => {
                let (actor, now, custodian) = (signed_in.actor(), site.clock.now(), typed.get("custodian"));
                transact!(site.db, tx => advances::open(tx, actor, &operation, (kind, custodian), now).await)
            }
        };
        match done {
            Ok(_) => return Ok(answer::see_other(&format!("{ADVANCES}?done=opened"))?),
            Err(Refusal::Reason) => wrongs.add("custodian", words.say("advance-no-name")),
            Err(Refusal::SameAccount(_)) => wrongs.add("custodian", words.say("advance-no-same")),
            Err(refusal) => {
                if let Some(response) = refused(words, ADVANCES, refusal, &mut wrongs)? {
                    return Ok(response);
                }
            }
        }
    } else {
        wrongs.add("kind", words.say("expense-wrong-choice"));
    }
    page(&site, &signed_in, &Asked::default(), &typed, &wrongs).await
}

async fn ask(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let fund = funds::find_by_slug(&mut site.db.begin_read().await?, typed.get("fund")).await?;
    let amount = fund.as_ref().and_then(|fund| Money::parse(typed.get("amount"), fund.currency).ok()).filter(|amount| amount.minor > 0);
    match (fund, amount) {
        (Some(fund), Some(amount)) => {
            let step = Move { from: typed.get("from").to_owned(), to: typed.get("to").to_owned(), amount };
            let done = match sent(&signed_in, "move", &pairs, &typed) {
                Err(error) => Err(error.into()),
                Ok(operation) => {
                    let (actor, now) = (signed_in.actor(), site.clock.now());
                    transact!(site.db, tx => advances::ask(tx, actor, &operation, (&fund, &step), now).await)
                }
            };
            match done {
                Ok(_) => return Ok(answer::see_other(&format!("{ADVANCES}?done=sent"))?),
                Err(Refusal::NotFound | Refusal::Sum) => wrongs.add("to", words.say("advance-no-accounts")),
                Err(refusal) => {
                    if let Some(response) = refused(words, ADVANCES, refusal, &mut wrongs)? {
                        return Ok(response);
                    }
                }
            }
        }
        (None, _) => wrongs.add("fund", words.say("expense-wrong-choice")),
        (Some(_), None) => wrongs.add("amount", words.say("expense-wrong-amount")),
    }
    page(&site, &signed_in, &Asked::default(), &typed, &wrongs).await
}
