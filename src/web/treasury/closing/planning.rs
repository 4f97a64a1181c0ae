//! The plan for what is left: how the sum is worked out, the shares, a look at the cents, and the way to the people who agree. Not here: who may get
//! anything (`groups`), what is sent (`granting`).

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::groups::{Asked, frame, ways};
use super::refusing::{refused, told};
use crate::closing::planning::{self, Preview, WantedShare};
use crate::closing::shares::{NoShares, Rule, parse_percent};
use crate::closing::{self, Group, PlanRefusal, PlanState, Share, WholePlan, recipients};
use crate::db::Tx;
use crate::funds::Fund;
use crate::ids::PlanId;
use crate::money::Money;
use crate::people::Role;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Table, behind};
use crate::web::treasury::gifts::fund;
use crate::web::treasury::{Part, READERS, RECORDERS, Sheet, operation, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const PLAN: &str = "/treasury/{fund}/close/plan";
const TAKE_BACK: &str = "/treasury/{fund}/close/plan/take-back";

/// How many plans a page of their list has.
const PAGE: i64 = 20;

type Pairs = Sent<Vec<(String, String)>>;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(PLAN, Who::Holding(READERS), show).post(PLAN, Who::Holding(RECORDERS), send).post(
        TAKE_BACK,
        Who::Holding(RECORDERS),
        take_back,
    )
}

async fn show(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    page(&site, &signed_in, &fund, &asked, &Typed::default(), &Wrongs::default()).await
}

fn shares_table(words: Words, fund: &Fund, shares: &[Share]) -> Table {
    let mut table = Table::new(words.say("leftovers-shares"), "")
        .column(words.say("plan-group"))
        .column(words.say("plan-rule"))
        .column(words.say("plan-value"))
        .amounts(words.say("expense-amount"));
    let mut sum = 0_i64;
    for share in shares {
        sum = sum.saturating_add(share.amount_minor);
        table.row(vec![
            Cell::text(share.name.as_str()),
            Cell::text(words.of("plan-rule", share.rule.as_str())),
            Cell::text(match share.most(fund.currency) {
                Some(most) => words.with_two("plan-at-most", ("by", share.by(fund.currency)), ("sum", most)),
                None => share.by(fund.currency),
            }),
            Cell::money(Money::new(share.amount_minor, fund.currency)),
        ]);
    }
    table.foot(vec![Cell::text(words.say("public-total")), Cell::text(""), Cell::text(""), Cell::money(Money::new(sum, fund.currency))]);
    table
}

async fn page(site: &Site, signed_in: &SignedIn, fund: &Fund, asked: &Asked, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let now = site.clock.now();
    let left = closing::distributable(tx, fund, now).await?;
    let mut sheet = Sheet::new(frame(site, signed_in, fund, "plan-title", asked))
        .with(ways(words, fund))
        .with(Part::Table(super::settling::lines(words, &left)));
    let groups = recipients::groups(tx, fund.id).await?;
    let standing = planning::proposed(tx, fund.id).await?;
    if let Some(plan) = standing.as_ref()
        && let Some(whole) = planning::find(tx, plan.id).await?
    {
        sheet = waiting(site, signed_in, fund, &whole).into_iter().fold(sheet, Sheet::with);
    }
    if signed_in.person.roles.holds(Role::Recorder) {
        let purpose = planning::purpose(tx, fund).await?;
        let heading = if standing.is_some() { "plan-anew" } else { "plan-make" };
        sheet = sheet.with(Part::Heading(words.say(heading)));
        // What holds a plan up is said before anybody fills in a form for nothing.
        let blocked = match planning::preview(tx, fund, &[], now).await {
            Err(PlanRefusal::Shares(NoShares::Count)) | Ok(_) => {
                groups.iter().all(|group| !group.is_checked(now)).then(|| words.say("plan-no-groups"))
            }
            Err(error) => Some(told(words, error)?.1),
        };
        sheet = match blocked {
            Some(why) => sheet.with(Part::Warning(why)),
            None => sheet.with(Part::Note(words.say("plan-rules-note"))).with(Part::Form(form(
                site,
                words,
                (fund, purpose),
                &groups,
                typed,
                wrongs,
            ))),
        };
    }
    Ok(sheet.with(Part::Table(plans(tx, words, fund, asked.before, signed_in.rows(PAGE)).await?)).answer(wrongs))
}

/// The plan that waits, and what may be done about it.
fn waiting(site: &Site, signed_in: &SignedIn, fund: &Fund, whole: &WholePlan) -> Vec<Part> {
    let words = signed_in.words;
    let mut list = vec![
        Part::Heading(words.with("leftovers-plan", "n", whole.plan.n)),
        Part::Note(words.say("plan-waits")),
        Part::Table(shares_table(words, fund, &whole.shares)),
    ];
    list.extend(whole.plan.proposal_id.map(|id| Part::Links(vec![(format!("/treasury/approvals/{id}"), words.say("plan-agree"))])));
    if signed_in.person.roles.holds(Role::Recorder) {
        let typed = Typed::default().put("plan", whole.plan.id.to_string());
        let parts = FormParts { words, typed: &typed, wrongs: &Wrongs::default() };
        let at = format!("/treasury/{}/close/plan/take-back", fund.slug);
        list.push(Part::Form(
            Form::new(at, site.entropy.reference(), vec![parts.hidden("plan")]).quiet_button(words.say("plan-take-back")),
        ));
    }
    list
}

async fn plans(tx: &mut Tx, words: Words, fund: &Fund, before: Option<i64>, rows: i64) -> sqlx::Result<Table> {
    let mut table = Table::new(words.say("plan-list"), words.say("plan-list-none"))
        .column(words.say("plan-number"))
        .column(words.say("expense-state"))
        .column(words.say("plan-made"))
        .amounts(words.say("expense-amount"));
    let plans = planning::list(tx, fund.id, before, rows).await?;
    for plan in &plans {
        let number = match plan.proposal_id {
            Some(id) => Cell::link(format!("/treasury/approvals/{id}"), plan.n.to_string()),
            None => Cell::number(plan.n),
        };
        let look = if plan.state == PlanState::Approved { "good" } else { "plain" };
        let state = Cell::chip(look, words.of("plan-state", plan.state.as_str()));
        table.row(vec![number, state, Cell::day(words, plan.made_at.day_in(&fund.time_zone)), Cell::money(plan.total())]);
    }
    table.goes_on(behind(&plans, rows, |last| format!("before={}", last.n)), words.say("list-older"));
    Ok(table)
}

/// A row of three fields for each group that two people checked.
fn form(site: &Site, words: Words, (fund, purpose): (&Fund, Option<String>), groups: &[Group], typed: &Typed, wrongs: &Wrongs) -> Form {
    let now = site.clock.now();
    let mut fields = Vec::new();
    for known in groups.iter().filter(|group| group.is_checked(now)).filter_map(|group| group.known.as_ref()) {
        let (id, name) = (known.recipient.id, known.recipient.name.as_str());
        let typed = typed.clone().or(&format!("rule_{id}"), Rule::Percent.as_str());
        let parts = FormParts { words, typed: &typed, wrongs };
        let rules = Rule::ALL.map(|rule| Choice::new(rule.as_str(), words.of("plan-rule", rule.as_str())));
        fields.push(parts.select(&format!("rule_{id}"), "plan-rule", rules.into()).named(words.with("plan-rule-of", "name", name)));
        let value = parts.text(&format!("value_{id}"), "plan-value", "off").named(words.with("plan-value-of", "name", name));
        fields.push(value.optional(words));
        let most = parts.money(&format!("most_{id}"), "plan-most", fund.currency.sign()).named(words.with("plan-most-of", "name", name));
        fields.push(most.optional(words));
    }
    if let Some(purpose) = purpose {
        let parts = FormParts { words, typed, wrongs };
        fields.push(parts.checks("serves", "plan-purpose", vec![Choice::new("1", words.with("plan-serves", "purpose", purpose))]));
    }
    Form::new(format!("/treasury/{}/close/plan", fund.slug), operation(site, typed), fields).button(words.say("plan-look"))
}

/// Reads the shares; what is left empty gets nothing.
fn read(words: Words, fund: &Fund, groups: &[Group], typed: &Typed, wrongs: &mut Wrongs) -> Vec<WantedShare> {
    let mut wanted = Vec::new();
    for known in groups.iter().filter_map(|group| group.known.as_ref()) {
        let at = |field: &str| format!("{field}_{}", known.recipient.id);
        let (rule_at, value_at, most_at) = (at("rule"), at("value"), at("most"));
        let (text, most_text) = (typed.get(&value_at), typed.get(&most_at));
        if text.is_empty() && most_text.is_empty() {
            continue;
        }
        let rule = typed.get(&rule_at).parse::<Rule>().ok();
        let value = match rule {
            Some(Rule::Percent) => parse_percent(text),
            Some(Rule::Weight) => text.parse::<i64>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit())),
            Some(Rule::Fixed) => Money::parse(text, fund.currency).ok().map(|sum| sum.minor),
            None => None,
        };
        let most_minor =
            Money::parse(most_text, fund.currency).ok().map(|sum| sum.minor).filter(|minor| *minor > 0 && rule != Some(Rule::Fixed));
        if most_minor.is_none() && !most_text.is_empty() {
            wrongs.add(most_at, words.say("plan-no-most"));
        }
        match rule.zip(value) {
            Some((rule, value)) => wanted.push(WantedShare { name: known.recipient.name.clone(), rule, value, most_minor }),
            None => wrongs.add(value_at, words.say("plan-no-value")),
        }
    }
    if wanted.is_empty() && wrongs.is_empty() {
        wrongs.add("main", words.say("plan-no-count"));
    }
    wanted
}

async fn send(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let groups = recipients::groups(tx, fund.id).await?;
    let wanted = read(words, &fund, &groups, &typed, &mut wrongs);
    let (actor, now, back) = (signed_in.actor(), site.clock.now(), format!("/treasury/{slug}/close/plan"));
    let serves = typed.has("serves");
    if let Some(purpose) = planning::purpose(tx, &fund).await?.filter(|_| !serves) {
        wrongs.add("serves", words.with("plan-no-serves", "purpose", purpose));
    }
    if wrongs.is_empty() {
        let done = if typed.has("sure") {
            let seen = typed.get("seen").parse().unwrap_or(-1);
            let proposed: Result<PlanId, PlanRefusal> = match sent(&signed_in, &format!("plan of {slug}"), &pairs, &typed) {
                Err(error) => Err(error.into()),
                Ok(operation) => {
                    transact!(site.db, tx => planning::propose(tx, actor, &operation, (fund.id, &wanted, seen, serves), now).await)
                }
            };
            proposed.map(|_| None)
        } else {
            planning::preview(tx, &fund, &wanted, now).await.map(Some)
        };
        match done {
            Ok(None) => return Ok(answer::see_other(&format!("{back}?done=proposed"))?),
            Ok(Some(preview)) => return Ok(sure(&site, &signed_in, &fund, &pairs, &preview)),
            Err(error) => {
                if let Some(response) = refused(words, &back, (error, fund.currency), &mut wrongs)? {
                    return Ok(response);
                }
            }
        }
    }
    page(&site, &signed_in, &fund, &Asked::default(), &typed, &wrongs).await
}

/// Everything once more, to the cent, before others are asked.
fn sure(site: &Site, signed_in: &SignedIn, fund: &Fund, pairs: &[(String, String)], preview: &Preview) -> Response {
    let words = signed_in.words;
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "operation").collect();
    let typed = Typed::new(pairs.to_vec()).put("sure", "1").put("seen", preview.left.total_minor.to_string());
    let parts = FormParts { words, typed: &typed, wrongs: &Wrongs::default() };
    let fields = names.into_iter().chain(["sure", "seen"]).map(|name| parts.hidden(name)).collect();
    let at = format!("/treasury/{}/close/plan", fund.slug);
    // The first page only looked; the command begins here, so it has an id of its own.
    let form = Form::new(at.clone(), site.entropy.reference(), fields).button(words.say("plan-propose"));
    let total = Money::new(preview.left.total_minor, fund.currency).for_people();
    Sheet::new(frame(site, signed_in, fund, "plan-sure", &Asked::default()))
        .with(Part::Text(words.with("plan-adds-up", "total", total)))
        .with(Part::Table(super::settling::lines(words, &preview.left)))
        .with(Part::Table(shares_table(words, fund, &preview.shares)))
        .with(Part::Note(words.say("plan-frozen")))
        .with(Part::Form(form))
        .with(Part::Links(vec![(at, words.say("people-back"))]))
        .answer(&Wrongs::default())
}

async fn take_back(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let id = typed.get("plan").parse().map(PlanId).map_err(|_| Trouble::NotFound)?;
    planning::find(tx, id).await?.filter(|whole| whole.plan.fund_id == fund.id).ok_or(Trouble::NotFound)?;
    let done: Result<(), PlanRefusal> = match sent(&signed_in, &format!("take back the plan of {slug}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, now) = (signed_in.actor(), site.clock.now());
            transact!(site.db, tx => planning::take_back(tx, actor, &operation, id, now).await)
        }
    };
    let back = format!("/treasury/{slug}/close/plan");
    match done {
        Ok(()) => Ok(answer::see_other(&format!("{back}?done=back"))?),
        Err(error) => match refused(words, &back, (error, fund.currency), &mut wrongs)? {
            Some(response) => Ok(response),
            None => page(&site, &signed_in, &fund, &Asked::default(), &Typed::default(), &wrongs).await,
        },
    }
}
