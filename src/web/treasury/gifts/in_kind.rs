//! The goods log: what was given in kind, and what became of it. Not here: money.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::{Asked, frame, fund, refused, today, ways};
use crate::approvals::Proposal;
use crate::clock::Day;
use crate::db::Tx;
use crate::donations::in_kind;
use crate::donations::{Goods, GoodsForm, GoodsState, GoodsWrong, HandError, NewGoods, UNITS, Valued};
use crate::funds::Fund;
use crate::ids::GoodsId;
use crate::people::operation::Operation;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::treasury::spending::to_the_approval;
use crate::web::treasury::{Part, READERS, RECORDERS, Sheet, operation};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const LIST: &str = "/treasury/{fund}/in-kind";
const ONE: &str = "/treasury/{fund}/in-kind/{number}";
const GIVEN: &str = "/treasury/{fund}/in-kind/{number}/given";

/// How many rows a page of the log has.
const PAGE: i64 = 50;

/// The fields of a form, as they came.
type Pairs = Sent<Vec<(String, String)>>;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(LIST, Who::Holding(READERS), list).post(LIST, Who::Holding(RECORDERS), log).get(ONE, Who::Holding(READERS), one).post(
        GIVEN,
        Who::Holding(RECORDERS),
        give_out,
    )
}

async fn list(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    list_page(&site, &signed_in, &fund, &asked, Typed::default(), &Wrongs::default()).await
}

async fn list_page(
    site: &Site,
    signed_in: &SignedIn,
    fund: &Fund,
    asked: &Asked,
    typed: Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let rows = signed_in.rows(PAGE);
    let goods = in_kind::list(tx, fund.id, asked.before.map(GoodsId), rows).await?;
    let mut table = Table::new(words.say("goods-caption"), words.say("goods-none"))
        .column(words.say("goods-what"))
        .column(words.say("goods-how-many"))
        .column(words.say("goods-left"))
        .amounts(words.say("goods-value"))
        .column(words.say("goods-received"));
    for one in &goods {
        table.row(row(words, fund, one));
    }
    table.goes_on(behind(&goods, rows, |last| format!("before={}", last.id)), words.say("list-older"));
    let may = signed_in.person.roles.holds(crate::people::Role::Recorder);
    let form = if may { Some(Part::Form(log_form(site, words, fund, &in_kind::uses(tx).await?, &typed, wrongs))) } else { None };
    let heading = form.as_ref().map(|_| Part::Heading(words.say("goods-log")));
    let sheet = Sheet::new(frame(site, signed_in, fund, "goods-title").saying(asked.said(words)))
        .with(ways(signed_in, fund))
        .with(Part::Note(words.say("goods-apart")))
        .with(Part::Table(table))
        .maybe(heading)
        .maybe(form);
    Ok(sheet.answer(wrongs))
}

fn row(words: Words, fund: &Fund, one: &Goods) -> Vec<Cell> {
    vec![
        Cell::link(format!("/treasury/{}/in-kind/{}", fund.slug, one.number), one.what.as_str()),
        Cell::text(amount(words, one.quantity, &one.unit)),
        Cell::text(amount(words, one.left(), &one.unit)),
        value(words, one),
        Cell::day(words, one.received_on),
    ]
}

fn value(words: Words, one: &Goods) -> Cell {
    one.value().map_or_else(|| Cell::text(words.say("goods-not-valued")), Cell::money)
}

/// “40 cases”: a unit of ours in the reader's language, any other as it was typed.
fn amount(words: Words, quantity: i64, unit: &str) -> String {
    let unit = if UNITS.contains(&unit) { words.of("goods-unit", unit) } else { unit.to_owned() };
    format!("{quantity} {unit}")
}

/// A promised use in the reader's language; a fund's own as its account says.
pub(super) fn use_in_words(words: Words, category: &str) -> String {
    const OURS: [&str; 5] = ["food", "water", "supplies", "logistics", "community-support"];
    if OURS.contains(&category) { words.of("gifts-use", category) } else { category.replace('-', " ") }
}

fn log_form(site: &Site, words: Words, fund: &Fund, uses: &[String], typed: &Typed, wrongs: &Wrongs) -> Form {
    let typed = typed.clone().or("received_on", today(fund, site.clock.now()).to_string()).or("unit", UNITS[0]);
    let parts = FormParts { words, typed: &typed, wrongs };
    let units = UNITS.iter().map(|unit| Choice::new(*unit, words.of("goods-unit", unit)));
    let units = units.chain([Choice::new("other", words.say("goods-unit-other"))]).collect();
    let uses = uses.iter().map(|word| Choice::new(word.as_str(), use_in_words(words, word))).collect();
    let hows = [Valued::Shop, Valued::Bill, Valued::Estimate].map(|how| Choice::new(how.as_str(), words.of("goods-valued", how.as_str())));
    let fields = vec![
        parts.text("what", "goods-what", "off").hint(words.say("goods-what-hint")),
        parts.number("quantity", "goods-quantity"),
        parts.select("unit", "goods-unit", units),
        parts.text("unit_other", "goods-unit-other-word", "off").optional(words),
        parts.radios("category", "goods-use", uses),
        parts.money("value", "goods-fair-value", fund.currency.sign()).optional(words),
        parts.checks("each", "goods-value-of", vec![Choice::new("1", words.say("goods-each"))]).optional(words),
        parts.checks("not_valued", "goods-no-value", vec![Choice::new("1", words.say("goods-not-valued"))]).optional(words),
        parts.radios("valued_how", "goods-valued-how", hows.into()).optional(words),
        parts.day("received_on", "goods-received").hint(words.say("goods-received-hint")),
        parts.text("donor", "goods-donor", "off").hint(words.say("goods-donor-hint")).optional(words),
        parts.text("kept", "goods-kept", "off").hint(words.say("goods-kept-hint")).optional(words),
    ];
    Form::new(format!("/treasury/{}/in-kind", fund.slug), operation(site, &typed), fields).button(words.say("goods-log-button"))
}

/// What was sent, as the operation it is.
pub(super) fn sent(signed_in: &SignedIn, what: &str, pairs: &[(String, String)], typed: &Typed) -> Result<Operation, HandError> {
    Ok(crate::web::treasury::sent(signed_in, what, pairs, typed)?)
}

async fn log(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let uses = in_kind::uses(tx).await?;
    let (typed, mut wrongs) = (Typed::new(pairs.clone()), Wrongs::default());
    let form = GoodsForm {
        what: typed.get("what"),
        quantity: typed.get("quantity"),
        unit: typed.get("unit"),
        unit_other: typed.get("unit_other"),
        category: typed.get("category"),
        value: typed.get("value"),
        each: typed.has("each"),
        not_valued: typed.has("not_valued"),
        valued_how: typed.get("valued_how"),
        received_on: typed.get("received_on"),
        donor: typed.get("donor"),
        kept: typed.get("kept"),
    };
    match NewGoods::parse(&form, &uses, fund.currency, today(&fund, site.clock.now())) {
        Err(fields) => fields.into_iter().for_each(|(field, wrong)| wrongs.add(field, said(words, wrong))),
        Ok(new) => match kept(&site, &signed_in, &fund, &new, &pairs, &typed).await {
            Ok(number) => {
                let done = if in_kind::needs_second(new.value.map(|(value, _)| value)) { "waiting" } else { "logged" };
                return Ok(answer::see_other(&format!("/treasury/{slug}/in-kind/{number}?done={done}"))?);
            }
            Err(error) => refused(words, error, &mut wrongs)?,
        },
    }
    list_page(&site, &signed_in, &fund, &Asked::default(), typed, &wrongs).await
}

async fn kept(
    site: &Site,
    signed_in: &SignedIn,
    fund: &Fund,
    new: &NewGoods,
    pairs: &[(String, String)],
    typed: &Typed,
) -> Result<String, HandError> {
    let operation = sent(signed_in, "goods", pairs, typed)?;
    let now = site.clock.now();
    transact!(site.db, tx => in_kind::log(tx, fund.id, new, &operation, signed_in.actor(), (&site.keyring, &site.entropy), now).await)
}

fn said(words: Words, wrong: GoodsWrong) -> String {
    words.say(match wrong {
        GoodsWrong::What => "goods-no-what",
        GoodsWrong::HowMany => "goods-no-how-many",
        GoodsWrong::Use => "goods-no-use",
        GoodsWrong::Value => "gifts-no-amount",
        GoodsWrong::ValuedHow => "goods-no-valued-how",
        GoodsWrong::Day => "gifts-no-day",
        GoodsWrong::TooLong => "gifts-no-too-long",
    })
}

/// The goods of that number in that fund; 404 for another fund's.
async fn find(tx: &mut Tx, slug: &str, number: &str) -> Result<(Fund, Goods), Trouble> {
    let fund = fund(tx, slug).await?;
    let goods = in_kind::find(tx, number).await?.filter(|goods| goods.fund_id == fund.id).ok_or(Trouble::NotFound)?;
    Ok((fund, goods))
}

type Place = Path<(String, String)>;

async fn one(
    State(site): AnySite,
    signed_in: SignedIn,
    Path((slug, number)): Place,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let (fund, goods) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    one_page(&site, &signed_in, (&fund, &goods), &asked, Typed::default(), &Wrongs::default()).await
}

async fn one_page(
    site: &Site,
    signed_in: &SignedIn,
    (fund, goods): (&Fund, &Goods),
    asked: &Asked,
    typed: Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let valued = goods.valued_how.map(|how| words.of("goods-valued", how.as_str())).unwrap_or_default();
    let look = if goods.state == GoodsState::Waiting { "warning" } else { "good" };
    let mut facts = Facts::default()
        .add(words.say("gifts-number"), Cell::text(goods.number.as_str()))
        .add(words.say("gifts-state"), Cell::chip(look, words.of("goods-state", goods.state.as_str())))
        .add(words.say("goods-how-many"), Cell::text(amount(words, goods.quantity, &goods.unit)))
        .add(words.say("goods-left"), Cell::text(amount(words, goods.left(), &goods.unit)))
        .add(words.say("goods-use"), Cell::text(use_in_words(words, &goods.category)))
        .add(words.say("goods-value"), value(words, goods));
    if !valued.is_empty() {
        facts = facts.add(words.say("goods-valued-how"), Cell::text(valued));
    }
    facts = facts.add(words.say("goods-received"), Cell::day(words, goods.received_on));
    if !goods.kept.is_empty() {
        facts = facts.add(words.say("goods-kept"), Cell::text(goods.kept.as_str()));
    }
    let mut given = Table::new(words.say("goods-given"), words.say("goods-given-none"))
        .column(words.say("goods-given-on"))
        .figures(words.say("goods-quantity"));
    for one in in_kind::given_of(tx, goods.id).await? {
        given.row(vec![Cell::day(words, one.given_on), Cell::number(one.quantity)]);
    }
    let title = crate::web::treasury::Frame::new(site, signed_in, goods.what.as_str()).saying(asked.said(words));
    let sheet = Sheet::new(title).with(ways(signed_in, fund)).with(Part::Facts(facts)).with(Part::Table(given));
    let proposal = in_kind::proposal(tx, &goods.number).await?;
    Ok(sheet.maybe(next_step(site, signed_in, (fund, goods, proposal), &typed, wrongs)).answer(wrongs))
}

/// What this person may do with the goods now.
fn next_step(
    site: &Site,
    signed_in: &SignedIn,
    (fund, goods, proposal): (&Fund, &Goods, Option<Proposal>),
    typed: &Typed,
    wrongs: &Wrongs,
) -> Option<Part> {
    let words = signed_in.words;
    let roles = &signed_in.person.roles;
    let at = format!("/treasury/{}/in-kind/{}", fund.slug, goods.number);
    if goods.state == GoodsState::Waiting {
        return proposal.as_ref().map(|proposal| to_the_approval(words, proposal));
    }
    let may = roles.holds(crate::people::Role::Recorder) && goods.left() > 0;
    may.then(|| {
        let typed = typed.clone().or("day", today(fund, site.clock.now()).to_string());
        let parts = FormParts { words, typed: &typed, wrongs };
        let fields = vec![parts.number("quantity", "goods-give-quantity"), parts.day("day", "goods-given-on")];
        Part::Form(Form::new(format!("{at}/given"), operation(site, &typed), fields).button(words.say("goods-give-button")))
    })
}

async fn give_out(State(site): AnySite, signed_in: SignedIn, Path((slug, number)): Place, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let (fund, goods) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let (typed, mut wrongs, now) = (Typed::new(pairs.clone()), Wrongs::default(), site.clock.now());
    let quantity = typed.get("quantity").parse::<i64>().ok().filter(|quantity| *quantity >= 1);
    let day = typed.get("day").parse::<Day>().ok().filter(|day| *day <= today(&fund, now));
    match (quantity, day) {
        (Some(quantity), Some(day)) => {
            let done: Result<(), HandError> = match sent(&signed_in, &format!("given {number}"), &pairs, &typed) {
                Err(error) => Err(error),
                Ok(operation) => {
                    transact!(site.db, tx => in_kind::give_out(tx, &number, (quantity, day), &operation, signed_in.actor(), now).await)
                }
            };
            match done {
                Ok(()) => return Ok(answer::see_other(&format!("/treasury/{slug}/in-kind/{number}?done=given"))?),
                Err(HandError::OnlyLeft(left)) => {
                    wrongs.add("quantity", words.with("goods-no-only-left", "left", amount(words, left, &goods.unit)));
                }
                Err(error) => refused(words, error, &mut wrongs)?,
            }
        }
        (quantity, _) => {
            if quantity.is_none() {
                wrongs.add("quantity", words.say("goods-no-quantity"));
            }
            if day.is_none() {
                wrongs.add("day", words.say("gifts-no-day"));
            }
        }
    }
    one_page(&site, &signed_in, (&fund, &goods), &Asked::default(), typed, &wrongs).await
}
