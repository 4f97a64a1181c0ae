//! The grants: what is owed to groups, sending it once, what they say, and goods that are passed on. Not here: the plan that gives it (`planning`).

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::groups::{Asked, choices, frame, ways};
use super::refusing::refused;
use crate::clock::Day;
use crate::closing::{EndedWhy, PlanRefusal, Stands, WholeGrant, granting, passing, recipients};
use crate::db::Tx;
use crate::donations::in_kind;
use crate::funds::Fund;
use crate::ids::GrantId;
use crate::people::Role;
use crate::spending::Payment;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::treasury::gifts::{fund, today};
use crate::web::treasury::spending::{account_in_words, payable};
use crate::web::treasury::{Part, READERS, RECORDERS, Sheet, operation, payment, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const GRANTS: &str = "/treasury/{fund}/close/grants";
const ONE: &str = "/treasury/{fund}/close/grants/{number}";
const PAY: &str = "/treasury/{fund}/close/grants/{number}/pay";
const END: &str = "/treasury/{fund}/close/grants/{number}/end";
const GOODS: &str = "/treasury/{fund}/close/goods";

/// How many rows a page has.
const PAGE: i64 = 50;

pub(super) type Pairs = Sent<Vec<(String, String)>>;
pub(super) type Place = Path<(String, String)>;

pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(GRANTS, Who::Holding(READERS), list)
        .get(ONE, Who::Holding(READERS), one)
        .get(PAY, Who::Holding(RECORDERS), ask)
        .post(PAY, Who::Holding(RECORDERS), pay)
        .post(END, Who::Holding(RECORDERS), end)
        .post(GOODS, Who::Holding(RECORDERS), pass_on)
}

pub(super) fn at(fund: &Fund, whole: &WholeGrant) -> String {
    format!("/treasury/{}/close/grants/{}", fund.slug, whole.grant.number)
}

/// Where a grant stands, as a chip.
pub(super) fn chip(words: Words, stands: Stands) -> Cell {
    let look = match stands {
        Stands::Promised | Stands::Returned => "warning",
        Stands::Sent | Stands::Matched => "good",
        Stands::Ended => "plain",
    };
    Cell::chip(look, words.of("grant-stands", stands.as_str()))
}

async fn list(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    list_page(&site, &signed_in, &fund, &asked, &Typed::default(), &Wrongs::default()).await
}

async fn list_page(
    site: &Site,
    signed_in: &SignedIn,
    fund: &Fund,
    asked: &Asked,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let rows = signed_in.rows(PAGE);
    let grants = granting::list(tx, fund.id, asked.before.map(GrantId), rows).await?;
    let mut table = Table::new(words.say("plan-grants"), words.say("plan-grants-none"))
        .column(words.say("gifts-number"))
        .column(words.say("plan-group"))
        .column(words.say("expense-state"))
        .column(words.say("plan-answer"))
        .amounts(words.say("expense-amount"));
    for whole in &grants {
        table.row(vec![
            Cell::link(at(fund, whole), whole.grant.number.as_str()),
            Cell::text(whole.grant.name.as_str()),
            chip(words, whole.stands()),
            Cell::text(answer_in_words(words, whole)),
            Cell::money(whole.grant.amount()),
        ]);
    }
    table.goes_on(behind(&grants, rows, |last| format!("before={}", last.grant.id)), words.say("list-older"));
    let sheet = Sheet::new(frame(site, signed_in, fund, "plan-grants", asked))
        .with(ways(words, fund))
        .with(Part::Note(words.say("plan-grants-note")))
        .with(Part::Table(table));
    let form = goods_form(tx, site, signed_in, fund, typed, wrongs).await?;
    let heading = form.as_ref().map(|_| Part::Heading(words.say("plan-goods")));
    Ok(sheet.maybe(heading).maybe(form.map(Part::Form)).answer(wrongs))
}

/// What a group said, in a word.
pub(super) fn answer_in_words(words: Words, whole: &WholeGrant) -> String {
    match &whole.answer {
        None => String::new(),
        Some(answer) if answer.cleared_at.is_some() => words.of("grant-answer", answer.kind.as_str()),
        Some(_) => words.say("grant-answer-waits"),
    }
}

/// The form that passes on goods which are left: the newest of them, where there are any and groups to get them.
async fn goods_form(
    tx: &mut Tx,
    site: &Site,
    signed_in: &SignedIn,
    fund: &Fund,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Option<Form>, Trouble> {
    let words = signed_in.words;
    let groups = recipients::groups(tx, fund.id).await?;
    let left = in_kind::list(tx, fund.id, None, PAGE).await?.into_iter().filter(|goods| goods.left() > 0);
    let left: Vec<Choice> =
        left.map(|goods| Choice::new(goods.number.as_str(), format!("{} ({} {})", goods.what, goods.left(), goods.unit))).collect();
    if !signed_in.person.roles.holds(Role::Recorder) || groups.is_empty() || left.is_empty() {
        return Ok(None);
    }
    let typed = typed.clone().or("day", today(fund, site.clock.now()).to_string());
    let parts = FormParts { words, typed: &typed, wrongs };
    let fields = vec![
        parts.select("goods", "plan-goods-which", left),
        parts.number("quantity", "goods-quantity"),
        parts.select("to", "plan-group", choices(&groups)),
        parts.day("day", "goods-given-on"),
    ];
    let form = Form::new(format!("/treasury/{}/close/goods", fund.slug), operation(site, &typed), fields);
    Ok(Some(form.quiet_button(words.say("plan-goods"))))
}

async fn pass_on(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let now = site.clock.now();
    let quantity = typed.get("quantity").parse::<i64>().ok().filter(|quantity| *quantity >= 1);
    let day = typed.get("day").parse::<Day>().ok().filter(|day| *day <= today(&fund, now));
    if quantity.is_none() {
        wrongs.add("quantity", words.say("goods-no-quantity"));
    }
    if day.is_none() {
        wrongs.add("day", words.say("gifts-no-day"));
    }
    if let Some(given) = quantity.zip(day) {
        let done: Result<(), PlanRefusal> = match sent(&signed_in, &format!("goods of {slug}"), &pairs, &typed) {
            Err(error) => Err(error.into()),
            Ok(operation) => {
                let (actor, what) = (signed_in.actor(), (fund.id, typed.get("goods"), typed.get("to")));
                transact!(site.db, tx => passing::pass_on(tx, actor, &operation, what, given, now).await)
            }
        };
        let back = format!("/treasury/{slug}/close/grants");
        match done {
            Ok(()) => return Ok(answer::see_other(&format!("{back}?done=goods"))?),
            Err(error) => {
                if let Some(response) = refused(words, &back, (error, fund.currency), &mut wrongs)? {
                    return Ok(response);
                }
            }
        }
    }
    list_page(&site, &signed_in, &fund, &Asked::default(), &typed, &wrongs).await
}

/// The grant of that number in that fund; 404 for another fund's.
pub(super) async fn find(tx: &mut Tx, slug: &str, number: &str) -> Result<(Fund, WholeGrant), Trouble> {
    let fund = fund(tx, slug).await?;
    let whole = granting::find(tx, number).await?.filter(|whole| whole.grant.fund_id == fund.id).ok_or(Trouble::NotFound)?;
    Ok((fund, whole))
}

async fn one(
    State(site): AnySite,
    signed_in: SignedIn,
    Path((slug, number)): Place,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    Ok(one_page(&site, &signed_in, (&fund, &whole), &asked, &Typed::default(), &Wrongs::default()))
}

pub(super) fn facts(words: Words, fund: &Fund, whole: &WholeGrant) -> Facts {
    let mut facts = Facts::default()
        .add(words.say("gifts-number"), Cell::text(whole.grant.number.as_str()))
        .add(words.say("plan-group"), Cell::text(whole.grant.name.as_str()))
        .add(words.say("expense-amount"), Cell::money(whole.grant.amount()))
        .add(words.say("expense-state"), chip(words, whole.stands()))
        .add(words.say("plan-number"), Cell::number(whole.grant.plan))
        .add(words.say("grant-promised"), Cell::day(words, today(fund, whole.grant.promised_at)));
    if let Some(why) = whole.grant.ended_why {
        facts = facts.add(words.say("grant-ended"), Cell::text(words.of("grant-why", why.as_str())));
    }
    facts
}

pub(super) fn one_page(
    site: &Site,
    signed_in: &SignedIn,
    (fund, whole): (&Fund, &WholeGrant),
    asked: &Asked,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Response {
    let words = signed_in.words;
    let mut sent_table = Table::new(words.say("grant-payments"), words.say("grant-payments-none"))
        .column(words.say("expense-paid-on"))
        .column(words.say("expense-pay-from"))
        .column(words.say("expense-state"));
    for sent in &whole.sent {
        let state = words.say(if sent.stands() { "grant-stands-sent" } else { "grant-stands-returned" });
        let day = Cell::link(format!("/treasury/entries/{}", sent.entry_id), words.day(sent.paid_on));
        sent_table.row(vec![day, Cell::text(account_in_words(words, &sent.paid_from)), Cell::text(state)]);
    }
    let mut sheet = Sheet::new(frame(site, signed_in, fund, "grant-one", asked))
        .with(ways(words, fund))
        .with(Part::Facts(facts(words, fund, whole)))
        .with(Part::Table(sent_table));
    let may = signed_in.person.roles.holds(Role::Recorder);
    if may && matches!(whole.stands(), Stands::Promised | Stands::Returned) {
        sheet = sheet.with(Part::Links(vec![(format!("{}/pay", at(fund, whole)), words.say("grant-pay"))]));
    }
    sheet = super::answering::parts(site, signed_in, (fund, whole), typed, wrongs).into_iter().fold(sheet, Sheet::with);
    if may && !matches!(whole.stands(), Stands::Ended | Stands::Matched) {
        let parts = FormParts { words, typed, wrongs };
        let whys = EndedWhy::ALL.map(|why| Choice::new(why.as_str(), words.of("grant-why", why.as_str())));
        let fields = vec![parts.radios("why", "grant-why", whys.into())];
        let form = Form::new(format!("{}/end", at(fund, whole)), site.entropy.reference(), fields).quiet_button(words.say("grant-end"));
        sheet = sheet.with(Part::Heading(words.say("grant-end"))).with(Part::Note(words.say("grant-end-note"))).with(Part::Form(form));
    }
    sheet.answer(wrongs)
}

async fn ask(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Place) -> Result<Response, Trouble> {
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let typed = Typed::default().or("paid_on", today(&fund, site.clock.now()).to_string());
    pay_page(&site, &signed_in, (&fund, &whole), &typed, &Wrongs::default()).await
}

async fn pay_page(
    site: &Site,
    signed_in: &SignedIn,
    (fund, whole): (&Fund, &WholeGrant),
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let accounts = payable(&mut site.db.begin_read().await?, words, fund.currency).await?;
    let parts = FormParts { words, typed, wrongs };
    let fields = payment::fields(&parts, accounts).into();
    let form = Form::new(format!("{}/pay", at(fund, whole)), operation(site, typed), fields).button(words.say("expense-pay-look"));
    let sheet = Sheet::new(frame(site, signed_in, fund, "grant-pay", &Asked::default()))
        .with(Part::Facts(facts(words, fund, whole)))
        .with(Part::Form(form))
        .with(Part::Links(vec![(at(fund, whole), words.say("people-back"))]));
    Ok(sheet.answer(wrongs))
}

async fn pay(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Place, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let accounts = payable(&mut site.db.begin_read().await?, words, fund.currency).await?;
    if let Some(payment) = payment::parse(words, &typed, &accounts, today(&fund, now), &mut wrongs) {
        let done: Result<Option<Response>, PlanRefusal> = if typed.has("sure") {
            let paid: Result<GrantId, PlanRefusal> = match sent(&signed_in, &format!("grant {number}"), &pairs, &typed) {
                Err(error) => Err(error.into()),
                Ok(operation) => transact!(site.db, tx => granting::pay(tx, actor, &operation, (&number, &payment), now).await),
            };
            paid.map(|_| None)
        } else {
            let opened: Result<Option<String>, PlanRefusal> =
                transact!(site.db, tx => granting::open_account(tx, actor, &number, &site.keyring, now).await);
            opened.map(|account| Some(sure(&site, &signed_in, (&fund, &whole), &typed, (&payment, account))))
        };
        match done {
            Ok(Some(page)) => return Ok(page),
            Ok(None) => return Ok(answer::see_other(&format!("{}?done=sent", at(&fund, &whole)))?),
            Err(error) => {
                if let Some(response) = refused(words, &format!("{}/pay", at(&fund, &whole)), (error, fund.currency), &mut wrongs)? {
                    return Ok(response);
                }
            }
        }
    }
    pay_page(&site, &signed_in, (&fund, &whole), &typed, &wrongs).await
}

/// Everything once more, with the account in full, before it is noted as sent.
fn sure(
    site: &Site,
    signed_in: &SignedIn,
    (fund, whole): (&Fund, &WholeGrant),
    typed: &Typed,
    (payment, account): (&Payment, Option<String>),
) -> Response {
    let words = signed_in.words;
    let list = payment::facts(words, facts(words, fund, whole), payment, account);
    let typed = &typed.clone().put("sure", "1");
    let parts = FormParts { words, typed, wrongs: &Wrongs::default() };
    let fields = ["from", "paid_on", "reference", "sure"].map(|name| parts.hidden(name)).into();
    // The first page only looked; the command begins here, so it has an id of its own.
    let form = Form::new(format!("{}/pay", at(fund, whole)), site.entropy.reference(), fields).button(words.say("grant-pay"));
    Sheet::new(frame(site, signed_in, fund, "grant-pay", &Asked::default()))
        .with(Part::Facts(list))
        .with(Part::Form(form))
        .with(Part::Links(vec![(at(fund, whole), words.say("people-back"))]))
        .answer(&Wrongs::default())
}

async fn end(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Place, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    match typed.get("why").parse::<EndedWhy>() {
        Err(_) => wrongs.add("why", words.say("payee-wrong-choice")),
        Ok(why) => {
            let done: Result<GrantId, PlanRefusal> = match sent(&signed_in, &format!("end grant {number}"), &pairs, &typed) {
                Err(error) => Err(error.into()),
                Ok(operation) => {
                    let (actor, now) = (signed_in.actor(), site.clock.now());
                    transact!(site.db, tx => granting::end(tx, actor, &operation, (&number, why), now).await)
                }
            };
            match done {
                Ok(_) => return Ok(answer::see_other(&format!("{}?done=ended", at(&fund, &whole)))?),
                Err(error) => {
                    if let Some(response) = refused(words, &at(&fund, &whole), (error, fund.currency), &mut wrongs)? {
                        return Ok(response);
                    }
                }
            }
        }
    }
    Ok(one_page(&site, &signed_in, (&fund, &whole), &Asked::default(), &typed, &wrongs))
}
