//! One expense: what it is, where it stands, and what can be done with it now. Not here: its form, paying it.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::{Asked, Pairs, account_in_words, claims, copies, find, operation, refused, sent, use_in_words, ways};
use crate::approvals::{self, Proposal, Subject, questions};
use crate::db::Tx;
use crate::files;
use crate::funds::{self, Fund};
use crate::ledger::Mistake;
use crate::money::Money;
use crate::people::operation::Operation;
use crate::people::{self, Role};
use crate::spending::lint::Lint;
use crate::spending::{self, Correction, Expense, PaidBy, Refusal, Returned, State as Stage, Warning, Whole, payees};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table};
use crate::web::treasury::{Frame, Part, READERS, RECORDERS, Sheet};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer, documents};

const ONE: &str = "/treasury/{fund}/expenses/{number}";
const SEND: &str = "/treasury/{fund}/expenses/{number}/send";
const TAKE_BACK: &str = "/treasury/{fund}/expenses/{number}/take-back";
const CORRECT: &str = "/treasury/{fund}/expenses/{number}/correct";

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(ONE, Who::Holding(READERS), show)
        .post(SEND, Who::Holding(RECORDERS), send)
        .post(TAKE_BACK, Who::Holding(RECORDERS), take_back)
        .post(CORRECT, Who::Holding(RECORDERS), correct)
}

type Place = Path<(String, String)>;

async fn show(
    State(site): AnySite,
    signed_in: SignedIn,
    Path((slug, number)): Place,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    page(&site, &signed_in, (&fund, &whole), &asked, &Typed::default(), &Wrongs::default()).await
}

/// The page with what is wrong with what was sent from it.
pub(super) async fn again(
    site: &Site,
    signed_in: &SignedIn,
    standing: (&Fund, &Whole),
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    page(site, signed_in, standing, &Asked::default(), typed, wrongs).await
}

async fn page(
    site: &Site,
    signed_in: &SignedIn,
    (fund, whole): (&Fund, &Whole),
    asked: &Asked,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let expense = &whole.expense;
    let proposal = spending::proposal(tx, expense.id).await?;
    let title = format!("{} {}", words.say("expense-title"), expense.number);
    let mut sheet = Sheet::new(Frame::new(site, signed_in, title).saying(asked.said(words))).with(ways(signed_in, fund));
    if !matches!(expense.state, Stage::Corrected) {
        for warning in spending::warnings(tx, whole).await? {
            sheet = sheet.with(Part::Warning(warn(words, warning)));
        }
    }
    if let Some(returned) = spending::last_returned(tx, expense.id).await? {
        sheet = sheet.with(came_back(words, whole, &returned));
    }
    sheet = sheet
        .with(Part::Facts(facts(tx, words, fund, whole).await?))
        .with(Part::Table(parts(tx, words, whole).await?))
        .with(Part::Table(receipts(tx, words, whole).await?));
    if let Some(proposal) = &proposal {
        sheet = sheet.with(Part::Facts(agreement(tx, words, proposal).await?));
    }
    let asked = questions::list(tx, Subject::Expense, &expense.id.to_string()).await?;
    sheet = sheet.maybe(super::questions::table(tx, words, &asked, &fund.time_zone).await?);
    if let Some(new) = spending::corrected_by(tx, expense.id).await? {
        let href = format!("/treasury/{}/expenses/{}", fund.slug, new.number);
        sheet = sheet.with(Part::Links(vec![(href, words.with("expense-corrected-by", "number", new.number))]));
    }
    if signed_in.person.roles.holds(Role::Recorder) {
        sheet = steps(site, words, (fund, whole), typed, wrongs).into_iter().fold(sheet, Sheet::with);
    }
    let copies = copies::parts(tx, site, signed_in, (fund, whole), typed, wrongs).await?;
    Ok(copies.into_iter().fold(sheet, Sheet::with).answer(wrongs))
}

/// What is said about a payment that the bank sent back, by where the expense stands now.
fn came_back(words: Words, whole: &Whole, returned: &Returned) -> Part {
    let day = words.day(returned.returned_on);
    match whole.expense.state {
        Stage::Approved => Part::Warning(words.with("expense-returned", "day", day)),
        Stage::Corrected if whole.expense.entry_id == Some(returned.entry_id) => {
            Part::Note(words.with("expense-returned-whole", "day", day))
        }
        _ => Part::Note(words.with("expense-returned-before", "day", day)),
    }
}

async fn facts(tx: &mut Tx, words: Words, fund: &Fund, whole: &Whole) -> Result<Facts, Trouble> {
    let expense = &whole.expense;
    let look = match expense.state {
        Stage::Draft | Stage::Sent => "plain",
        Stage::Approved | Stage::Rejected => "warning",
        Stage::Paid | Stage::Matched => "good",
        Stage::Corrected => "bad",
    };
    let mut facts = Facts::default()
        .add(words.say("expense-state"), Cell::chip(look, words.of("expense-state", expense.state.as_str())))
        .add(words.say("expense-amount"), Cell::money(expense.amount()))
        .add(words.say("expense-fund"), Cell::text(fund.name.as_str()))
        .add(words.say("expense-bought"), Cell::day(words, expense.bought_on))
        .add(words.say("expense-shop"), Cell::text(expense.vendor.as_str()))
        .add(words.say("expense-paid-by"), Cell::text(words.of("expense-paid-by", expense.paid_by.as_str())));
    let mut texts = vec![("expense-public", expense.public_text.clone()), ("expense-note", expense.note.clone())];
    if let (Some(count), Some(unit)) = (expense.unit_count, expense.unit) {
        texts.push(("expense-units", format!("{count} {}", words.of("expense-unit", unit.as_str()))));
    }
    texts.push(("expense-paid-from", expense.paid_from.as_deref().map(|path| account_in_words(words, path)).unwrap_or_default()));
    if let Some(payee) = expense.payee_id {
        texts.push(("expense-payee", payees::find(tx, payee).await?.map(|payee| payee.label).unwrap_or_default()));
    }
    texts.push(("expense-next", now_what(words, expense)));
    texts.push(("expense-no-receipt", expense.no_receipt.clone().unwrap_or_default()));
    texts.push(("expense-show", words.of("expense-show", expense.show_when.as_str())));
    texts.push(("expense-show-shop", words.say(if expense.show_shop { "expense-show-shop-yes" } else { "expense-show-shop-no" })));
    texts.push(("expense-reason", expense.reason.clone().unwrap_or_default()));
    texts.push(("correction-kind", expense.wrong.map(|wrong| words.of("correction-kind", wrong.as_str())).unwrap_or_default()));
    texts.push(("expense-paid-on", expense.paid_on.map(|day| words.day(day)).unwrap_or_default()));
    texts.push(("expense-reference", expense.pay_reference.clone().unwrap_or_default()));
    if expense.captain_id.is_some() {
        texts.push(("expense-author", words.say("expense-captain")));
    }
    for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        facts = facts.add(words.say(key), Cell::text(text));
    }
    Ok(facts)
}

/// What happens next, and who does it.
fn now_what(words: Words, expense: &Expense) -> String {
    let word = match expense.state {
        Stage::Draft => "draft",
        Stage::Sent => "sent",
        Stage::Approved => "approved",
        Stage::Paid => "paid",
        Stage::Rejected => "rejected",
        Stage::Matched | Stage::Corrected => return String::new(),
    };
    words.of("expense-next", word)
}

async fn parts(tx: &mut Tx, words: Words, whole: &Whole) -> Result<Table, Trouble> {
    let funds = funds::list(tx).await?;
    let mut table = Table::new(words.say("expense-parts"), words.say("expense-parts-none"))
        .column(words.say("expense-use"))
        .column(words.say("expense-fund"))
        .amounts(words.say("expense-amount"));
    for part in &whole.parts {
        let fund = funds.iter().find(|fund| fund.id == part.fund_id).map(|fund| fund.name.clone()).unwrap_or_default();
        let amount = Money::new(part.amount_minor, whole.expense.currency);
        table.row(vec![Cell::text(use_in_words(words, &part.category)), Cell::text(fund), Cell::money(amount)]);
    }
    Ok(table)
}

/// The receipts, each a way to the document itself.
pub(super) async fn receipts(tx: &mut Tx, words: Words, whole: &Whole) -> Result<Table, Trouble> {
    let mut table = Table::new(words.say("expense-receipts"), words.say("expense-receipts-none"))
        .column(words.say("expense-receipt"))
        .column(words.say("expense-fingerprint"));
    for (n, kept) in (1_i64..).zip(&whole.documents) {
        let name = words.with("expense-receipt-n", "n", n);
        let cell = match files::find_by_reference(tx, &kept.document).await? {
            Some(document) => Cell::link(documents::address(&document), name),
            None => Cell::text(name),
        };
        table.row(vec![cell, Cell::text(kept.sha256.chars().take(12).collect::<String>())]);
    }
    Ok(table)
}

async fn agreement(tx: &mut Tx, words: Words, proposal: &Proposal) -> Result<Facts, Trouble> {
    let mut names = Vec::new();
    for signature in approvals::signatures(tx, proposal.id).await? {
        names.extend(people::find(tx, signature.person_id).await?.map(|person| person.name));
    }
    let count = words.with_two("approval-count", ("given", names.len()), ("needed", proposal.needed));
    let href = format!("{}/{}", super::APPROVALS, proposal.id);
    let mut facts = Facts::default()
        .add(words.say("approval-one"), Cell::link(href, words.of("approval-state", proposal.state.as_str())))
        .add(words.say("approval-signed"), Cell::text(count));
    if !names.is_empty() {
        facts = facts.add(words.say("approval-by"), Cell::text(names.join(", ")));
    }
    if proposal.emergency {
        facts = facts.add(words.say("approval-emergency"), Cell::chip("bad", proposal.reason.clone().unwrap_or_default()));
    }
    Ok(facts)
}

/// What somebody who enters and pays may do now.
fn steps(site: &Site, words: Words, (fund, whole): (&Fund, &Whole), typed: &Typed, wrongs: &Wrongs) -> Vec<Part> {
    let expense = &whole.expense;
    let at = format!("/treasury/{}/expenses/{}", fund.slug, expense.number);
    let typed = &typed.clone().put("version", expense.version.to_string());
    let fields = FormParts { words, typed, wrongs };
    let button = |path: &str, key: &str| {
        let form = Form::new(format!("{at}/{path}"), site.entropy.reference(), vec![fields.hidden("version")]);
        Part::Form(form.button(words.say(key)))
    };
    let change = || Part::Links(vec![(format!("{at}/edit"), words.say("expense-edit"))]);
    match expense.state {
        Stage::Draft if expense.amount_minor == 0 => vec![button("send", "expense-send")],
        Stage::Draft => {
            let back = claims::send_back_form(&at, &operation(site, typed), whole, &fields);
            [button("send", "expense-send"), change()].into_iter().chain(back).collect()
        }
        Stage::Rejected => vec![change()],
        Stage::Sent => vec![button("take-back", "expense-take-back"), change()],
        Stage::Approved => {
            let pay = Part::Links(vec![(format!("{at}/pay"), words.say("expense-pay"))]);
            vec![pay, button("take-back", "expense-take-back"), change()]
        }
        Stage::Paid | Stage::Matched => {
            let nothing = vec![Choice::new("1", words.say("expense-correct-nothing"))];
            let kinds = Mistake::ALL.iter().map(|kind| Choice::new(kind.as_str(), words.of("correction-kind", kind.as_str()))).collect();
            let list = vec![
                fields.radios("kind", "correction-kind", kinds),
                fields.area("reason", "expense-correct-reason").hint(words.say("expense-correct-hint")),
                fields.checks("nothing", "expense-correct-instead", nothing).optional(words),
            ];
            let form = Form::new(format!("{at}/correct"), operation(site, typed), list).button(words.say("expense-correct"));
            vec![Part::Heading(words.say("expense-correct")), Part::Form(form)]
        }
        Stage::Corrected => Vec::new(),
    }
}

fn warn(words: Words, warning: Warning) -> String {
    match warning {
        Warning::SameReceipt(number) => words.with("expense-warn-receipt", "number", number),
        Warning::SameShop(number) => words.with("expense-warn-shop", "number", number),
        Warning::BeforeTheFund(began) => words.with("expense-warn-before", "day", words.day(began)),
        Warning::MoreThanOnHand(left) => words.with("expense-warn-hand", "left", left.for_people()),
        Warning::OverBudget(category, left) => {
            words.with_two("expense-warn-budget", ("category", use_in_words(words, &category)), ("left", left.for_people()))
        }
        Warning::NearTier(over) => words.with("expense-warn-tier", "over", over.for_people()),
        Warning::Text(lint) => words.of("expense-warn-text", Lint::as_str(lint)),
    }
}

async fn send(State(site): AnySite, signed_in: SignedIn, place: Place, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    act(&site, &signed_in, place, pairs, "send").await
}

async fn take_back(State(site): AnySite, signed_in: SignedIn, place: Place, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    act(&site, &signed_in, place, pairs, "taken-back").await
}

async fn correct(State(site): AnySite, signed_in: SignedIn, place: Place, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    act(&site, &signed_in, place, pairs, "corrected").await
}

/// Does one of the three, and shows the expense that it was done to, or that came of it.
async fn act(
    site: &Site,
    signed_in: &SignedIn,
    Path((slug, number)): Place,
    pairs: Vec<(String, String)>,
    what: &'static str,
) -> Result<Response, Trouble> {
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let typed = Typed::new(pairs.clone());
    let done = match sent(signed_in, &format!("{what} {number}"), &pairs, &typed) {
        Ok(operation) => carried_out(site, signed_in, &whole, &operation, &typed, what).await,
        Err(error) => Err(error.into()),
    };
    let back = format!("/treasury/{slug}/expenses/{number}");
    let mut wrongs = Wrongs::default();
    match done {
        Ok(id) => {
            let whole = spending::find(&mut site.db.begin_read().await?, id).await?.ok_or(Trouble::NotFound)?;
            let done = if what == "send" { "sent" } else { what };
            return Ok(answer::see_other(&format!("/treasury/{slug}/expenses/{}?done={done}", whole.expense.number))?);
        }
        Err(refusal) => {
            if let Some(response) = refused(signed_in.words, &back, refusal, &mut wrongs)? {
                return Ok(response);
            }
        }
    }
    page(site, signed_in, (&fund, &whole), &Asked::default(), &typed, &wrongs).await
}

async fn carried_out(
    site: &Site,
    signed_in: &SignedIn,
    whole: &Whole,
    operation: &Operation,
    typed: &Typed,
    what: &str,
) -> Result<crate::ids::ExpenseId, Refusal> {
    let (actor, now, id) = (signed_in.actor(), site.clock.now(), whole.expense.id);
    match what {
        "send" => {
            let version = typed.get("version").parse().unwrap_or(0);
            transact!(site.db, tx => spending::send(tx, actor, operation, (id, version), now).await)
        }
        "taken-back" => transact!(site.db, tx => spending::take_back(tx, actor, operation, id, now).await),
        _ => {
            let wrong = typed.get("kind").parse().map_err(|_| Refusal::Kind)?;
            let correction = Correction { reason: typed.get("reason"), wrong, nothing_instead: typed.has("nothing") };
            transact!(site.db, tx => spending::correct(tx, actor, operation, id, &correction, &site.entropy, now).await)
        }
    }
}

/// Whether somebody is owed the money.
pub(super) const fn is_owed(way: PaidBy) -> bool {
    !way.left_already()
}
