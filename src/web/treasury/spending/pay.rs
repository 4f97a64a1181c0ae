//! Paying what was agreed to: a form, a page that repeats everything with the account in full, and the note that it is done.

use std::iter;

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::one::is_owed;
use super::{Pairs, find, frame, operation, payable, refused, sent, today};
use crate::funds::Fund;
use crate::ids::ExpenseId;
use crate::spending::payees::{self, Sealing};
use crate::spending::{self, PayBy, Payment, Refusal, State as Stage, Whole, captains};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::{Part, RECORDERS, Sheet, payment};
use crate::web::{AnySite, Site, answer};

const PAY: &str = "/treasury/{fund}/expenses/{number}/pay";

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(PAY, Who::Holding(RECORDERS), ask).post(PAY, Who::Holding(RECORDERS), pay)
}

async fn ask(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Path<(String, String)>) -> Result<Response, Trouble> {
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let typed = Typed::default().or("paid_on", today(&fund, site.clock.now()).to_string());
    page(&site, &signed_in, (&fund, &whole), &typed, &Wrongs::default()).await
}

fn facts(signed_in: &SignedIn, whole: &Whole) -> Facts {
    let words = signed_in.words;
    Facts::default()
        .add(words.say("expense-number"), Cell::text(whole.expense.number.as_str()))
        .add(words.say("expense-amount"), Cell::money(whole.expense.amount()))
        .add(words.say("expense-shop"), Cell::text(whole.expense.vendor.as_str()))
}

async fn page(
    site: &Site,
    signed_in: &SignedIn,
    (fund, whole): (&Fund, &Whole),
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    if whole.expense.state != Stage::Approved || !is_owed(whole.expense.paid_by) {
        return Ok(answer::see_other(&format!("/treasury/{}/expenses/{}", fund.slug, whole.expense.number))?);
    }
    let accounts = payable(&mut site.db.begin_read().await?, words, fund.currency).await?;
    let typed = &typed.clone().or("version", whole.expense.version.to_string());
    let parts = FormParts { words, typed, wrongs };
    let fields = iter::once(parts.hidden("version")).chain(payment::fields(&parts, accounts)).collect();
    let at = format!("/treasury/{}/expenses/{}", fund.slug, whole.expense.number);
    let form = Form::new(format!("{at}/pay"), operation(site, typed), fields).button(words.say("expense-pay-look"));
    let sheet = Sheet::new(frame(site, signed_in, fund, "expense-pay"))
        .with(Part::Facts(facts(signed_in, whole)))
        .with(Part::Form(form))
        .with(Part::Links(vec![(at, words.say("expense-back"))]));
    Ok(sheet.answer(wrongs))
}

async fn pay(
    State(site): AnySite,
    signed_in: SignedIn,
    Path((slug, number)): Path<(String, String)>,
    Sent(pairs): Pairs,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let (typed, mut wrongs) = (Typed::new(pairs.clone()), Wrongs::default());
    let accounts = payable(&mut site.db.begin_read().await?, words, fund.currency).await?;
    let back = format!("/treasury/{slug}/expenses/{number}/pay");
    if let Some(payment) = payment::parse(words, &typed, &accounts, today(&fund, site.clock.now()), &mut wrongs) {
        let done = if typed.has("sure") {
            paid(&site, &signed_in, &whole, &payment, &pairs, &typed).await.map(|()| None)
        } else {
            let (actor, now, id) = (signed_in.actor(), site.clock.now(), whole.expense.id);
            let opened: Result<Opened, Refusal> = transact!(site.db, tx => async {
                let account = payees::open_account(tx, actor, id, &site.keyring, now).await?;
                Ok::<Opened, Refusal>(Opened { account, wish: captains::open_pay_by(tx, actor, id, &site.keyring, now).await? })
            }.await);
            opened.map(|opened| Some(sure(&site, &signed_in, (&fund, &whole), &typed, (&payment, opened))))
        };
        match done {
            Ok(Some(page)) => return Ok(page),
            Ok(None) => return Ok(answer::see_other(&format!("/treasury/{slug}/expenses/{number}?done=paid"))?),
            Err(refusal) => {
                if let Some(response) = refused(words, &back, refusal, &mut wrongs)? {
                    return Ok(response);
                }
            }
        }
    }
    page(&site, &signed_in, (&fund, &whole), &typed, &wrongs).await
}

/// What was sealed and is opened for whoever pays.
struct Opened {
    account: Option<String>,
    /// Where a captain is paid: what they wished.
    wish: Option<PayBy>,
}

/// Everything once more, with the account in full, before it is noted as paid.
fn sure(
    site: &Site,
    signed_in: &SignedIn,
    (fund, whole): (&Fund, &Whole),
    typed: &Typed,
    (payment, opened): (&Payment, Opened),
) -> Response {
    let words = signed_in.words;
    let mut list = payment::facts(words, facts(signed_in, whole), payment, opened.account);
    if let Some(PayBy { way, details }) = opened.wish {
        let texts = [words.of("payee-way", way.as_str()), details];
        let text = texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
        list = list.add(words.say("claim-pays-by"), Cell::text(text));
    }
    let typed = &typed.clone().put("sure", "1");
    let parts = FormParts { words, typed, wrongs: &Wrongs::default() };
    let fields = ["version", "from", "paid_on", "reference", "sure"].map(|name| parts.hidden(name)).into();
    let at = format!("/treasury/{}/expenses/{}", fund.slug, whole.expense.number);
    // The first page only looked; the command begins here, so it has an id of its own.
    let form = Form::new(format!("{at}/pay"), site.entropy.reference(), fields).button(words.say("expense-pay"));
    Sheet::new(frame(site, signed_in, fund, "expense-pay-sure"))
        .with(Part::Facts(list))
        .with(Part::Form(form))
        .with(Part::Links(vec![(at, words.say("expense-back"))]))
        .answer(&Wrongs::default())
}

async fn paid(
    site: &Site,
    signed_in: &SignedIn,
    whole: &Whole,
    payment: &Payment,
    pairs: &[(String, String)],
    typed: &Typed,
) -> Result<(), Refusal> {
    let operation = sent(signed_in, &format!("pay {}", whole.expense.number), pairs, typed)?;
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let at = (whole.expense.id, typed.get("version").parse().unwrap_or(0));
    let sealing = Sealing { keys: &site.keyring, entropy: &site.entropy };
    let paid: Result<ExpenseId, Refusal> = transact!(site.db, tx => spending::pay(tx, actor, &operation, at, payment, sealing, now).await);
    paid.map(drop)
}
