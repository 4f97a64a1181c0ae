//! The first run: from empty books to a fund that two people can run, in five steps that can be left and come back to. Not here: the same from
//! the command line (`strikefund setup`, `strikefund staff`).

use axum::extract::{Form as Sent, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::joining::{authenticator, codes_page, held, new_password, password, shown};
use super::sign_in::{Pairs, desk, retry_later, told};
use super::{ADMINISTRATORS, Frame, HOME, Part, Sheet, people as people_page};
use crate::funds::{self, NewFund, SetUpError};
use crate::ids::FundId;
use crate::people::{self, Link, NewPerson, Purpose, Role, Roles, audit, factor, sign_in};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::words::Words;
use crate::web::{AnySite, Site, WEBHOOK, answer};

/// The first step; there is no such page once somebody is on the staff.
pub const SETUP: &str = "/setup";
const FUND: &str = "/setup/fund";
const STRIPE: &str = "/setup/stripe";
const SECOND: &str = "/setup/second";
/// The last step.
pub const FINISH: &str = "/setup/finish";

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors
        .get(SETUP, Who::Anyone, you)
        .post(SETUP, Who::Anyone, send_you)
        .get(FUND, who, fund)
        .post(FUND, who, send_fund)
        .get(STRIPE, who, stripe)
        .post(STRIPE, who, check_stripe)
        .get(SECOND, who, second)
        .post(SECOND, who, send_second)
        .get(FINISH, who, finish)
}

/// How many steps there are.
const STEPS: usize = 5;

fn title(words: Words, step: usize, key: &str) -> String {
    format!("{}: {}", words.with_two("setup-step", ("step", step), ("steps", STEPS)), words.say(key))
}

async fn setup_link(site: &Site, headers: &HeaderMap) -> Result<Link, Trouble> {
    held(site, headers).await?.filter(|link| link.purpose == Purpose::Setup).ok_or(Trouble::NotFound)
}

async fn you(State(site): AnySite, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, Trouble> {
    let link = setup_link(&site, &headers).await?;
    let words = Words::asked(query.as_deref(), &headers);
    Ok(you_page(&site, &link, words, &Typed::default(), &Wrongs::default(), StatusCode::OK))
}

fn you_page(site: &Site, link: &Link, words: Words, typed: &Typed, wrongs: &Wrongs, status: StatusCode) -> Response {
    let parts = FormParts { words, typed, wrongs };
    let account = if typed.get("email").is_empty() { "strikefund" } else { typed.get("email") };
    let (secret, more) = authenticator(site, &parts, &format!("link/{}", link.id), account);
    let fields = vec![parts.text("name", "join-name", "name"), parts.email("email", "people-email", "username"), new_password(&parts)];
    let form = Form::new(SETUP, "", [fields, more].concat()).button(words.say("setup-next"));
    let sheet = Sheet::new(Frame::outside(site, words, title(words, 1, "setup-you"))).text(words.say("setup-you-why"));
    let sheet = secret.into_iter().fold(sheet.text(words.say("join-authenticator")), Sheet::with);
    retry_later(sheet.form(form).answer_as(status, wrongs))
}

async fn send_you(State(site): AnySite, RawQuery(query): RawQuery, headers: HeaderMap, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let link = setup_link(&site, &headers).await?;
    let (words, typed, mut wrongs) = (Words::asked(query.as_deref(), &headers), Typed::new(pairs), Wrongs::default());
    let name = NewPerson::parse_name(typed.get("name")).map_err(|_| wrongs.add("name", words.say("people-name-wrong")));
    let email = NewPerson::parse_email(typed.get("email")).map_err(|_| wrongs.add("email", words.say("people-email-wrong")));
    let chosen = password(&site, &typed, &[typed.get("name"), typed.get("email")], words, &mut wrongs).await?;
    let shown = shown(&site, &typed, &format!("link/{}", link.id), words, &mut wrongs);
    let (Ok(name), Ok(email), Some(chosen), Some(shown)) = (name, email, chosen, shown) else {
        return Ok(you_page(&site, &link, words, &typed, &wrongs, StatusCode::UNPROCESSABLE_ENTITY));
    };
    // Who comes first enters and looks after people; who agrees to it must be somebody else.
    let new = NewPerson { name, email, language: words.0, roles: Roles::new([Role::Recorder, Role::Administrator]) };
    match sign_in::first(desk(&site), &link, &new, &chosen, &shown, site.clock.now()).await {
        Ok(entry) => {
            let mut response = codes_page(Frame::outside(&site, words, words.say("codes-title")), entry.codes, FUND);
            answer::set_cookie(&mut response, site.session_cookie(), Some(&entry.token))?;
            answer::set_cookie(&mut response, site.link_cookie(), None)?;
            Ok(response)
        }
        Err(refused) => {
            let (text, status) = told(words, refused, "sign-in-wrong")?;
            wrongs.add("name", text);
            Ok(you_page(&site, &link, words, &typed, &wrongs, status))
        }
    }
}

async fn fund(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let general = funds::general(&mut site.db.begin_read().await?).await?;
    let typed = match general {
        None => Typed::default().or("currency", "USD").or("time_zone", "America/Los_Angeles"),
        Some(fund) => Typed::default()
            .or("name", fund.name)
            .or("slug", fund.slug)
            .or("promise", fund.promise)
            .or("currency", fund.currency.to_string())
            .or("time_zone", fund.time_zone.to_string()),
    };
    Ok(fund_page(&site, &signed_in, &typed, &Wrongs::default()))
}

fn fund_page(site: &Site, signed_in: &SignedIn, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let fields = vec![
        parts.text("name", "setup-fund-name", "off"),
        parts.text("slug", "setup-fund-slug", "off").hint(words.with("setup-fund-slug-hint", "address", format!("{}/f/", site.base_url))),
        parts.area("promise", "setup-fund-promise").hint(words.say("setup-fund-promise-hint")).optional(words),
        parts.text("currency", "setup-fund-currency", "off").hint(words.say("setup-fund-currency-hint")),
        parts.text("time_zone", "setup-fund-zone", "off").hint(words.say("setup-fund-zone-hint")),
    ];
    let sheet = Sheet::new(Frame::new(site, signed_in, title(words, 2, "setup-fund")));
    let sheet = sheet.form(Form::new(FUND, "", fields).button(words.say("setup-next")));
    sheet.link(STRIPE, words.say("setup-skip")).answer(wrongs)
}

async fn send_fund(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, now, mut wrongs) = (signed_in.words, Typed::new(pairs), site.clock.now(), Wrongs::default());
    let parsed = NewFund::parse(typed.get("name"), typed.get("slug"), typed.get("currency"), typed.get("time_zone"));
    let Ok(mut new) = parsed else {
        name_wrongs(words, &typed, &mut wrongs);
        return Ok(fund_page(&site, &signed_in, &typed, &wrongs));
    };
    if !typed.get("promise").is_empty() {
        typed.get("promise").clone_into(&mut new.promise);
    }
    let actor = signed_in.actor();
    let done: Result<FundId, SetUpFault> = transact!(site.db, tx => {
        let set_up = async {
            people::require(tx, actor, ADMINISTRATORS).await?;
            // An older fund keeps what only its own settings change.
            if let Some(standing) = funds::find_by_slug(tx, &new.slug).await? {
                let (min_gifts, interval) = (standing.min_gifts, standing.publish_interval_secs);
                let kept = NewFund { restriction: standing.restriction, min_gifts, publish_interval_secs: interval, ..new.clone() };
                return Ok(funds::set_up(tx, &kept, &site.entropy, now).await?);
            }
            let id = funds::set_up(tx, &new, &site.entropy, now).await?;
            audit::write(tx, Some(actor.person), "fund.set_up", &format!("fund {id}"), "", now).await?;
            Ok::<_, SetUpFault>(id)
        };
        set_up.await
    });
    match done {
        Ok(_) => Ok(answer::see_other(STRIPE)?),
        Err(SetUpFault::Refused(SetUpError::Differs(..))) => {
            wrongs.add("slug", words.say("setup-fund-differs"));
            Ok(fund_page(&site, &signed_in, &typed, &wrongs))
        }
        Err(SetUpFault::NotAllowed(refused)) => super::not_allowed(refused, FUND),
        Err(fault) => Err(anyhow::Error::from(fault).into()),
    }
}

/// Why no fund was set up.
#[derive(Debug, thiserror::Error)]
enum SetUpFault {
    #[error(transparent)]
    Refused(#[from] SetUpError),
    #[error(transparent)]
    NotAllowed(#[from] people::NotAllowed),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl crate::db::Retryable for SetUpFault {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Refused(error) => error.is_retryable(),
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
        }
    }
}

/// Says which fields keep a fund from being set up: each is tried beside others that fit.
fn name_wrongs(words: Words, typed: &Typed, wrongs: &mut Wrongs) {
    let fits = |name: &str, slug: &str, currency: &str, zone: &str| NewFund::parse(name, slug, currency, zone).is_ok();
    let tried = [
        ("name", fits(typed.get("name"), "a", "USD", "UTC"), "setup-fund-name-wrong"),
        ("slug", fits("A", typed.get("slug"), "USD", "UTC"), "setup-fund-slug-wrong"),
        ("currency", fits("A", "a", typed.get("currency"), "UTC"), "setup-fund-currency-wrong"),
        ("time_zone", fits("A", "a", "USD", typed.get("time_zone")), "setup-fund-zone-wrong"),
    ];
    for (field, _, key) in tried.into_iter().filter(|(_, fits, _)| !fits) {
        wrongs.add(field, words.say(key));
    }
}

async fn stripe(State(site): AnySite, signed_in: SignedIn) -> Response {
    stripe_page(&site, &signed_in, None)
}

fn stripe_page(site: &Site, signed_in: &SignedIn, said: Option<String>) -> Response {
    let words = signed_in.words;
    let frame = Frame::new(site, signed_in, title(words, 3, "setup-stripe")).saying(said);
    let money = if site.payments.livemode() { "setup-stripe-live" } else { "setup-stripe-test" };
    let sheet = Sheet::new(frame).text(words.say(money)).text(words.say("setup-stripe-webhook"));
    let sheet = sheet.with(Part::Secrets(vec![format!("{}{WEBHOOK}", site.base_url)])).text(words.say("setup-stripe-why"));
    let sheet = sheet.form(Form::new(STRIPE, "", Vec::new()).button(words.say("setup-stripe-check")));
    sheet.link(SECOND, words.say("setup-next")).answer(&Wrongs::default())
}

/// Calls Stripe with the key in force.
async fn check_stripe(State(site): AnySite, signed_in: SignedIn) -> Response {
    let words = signed_in.words;
    let said = match site.payments.gateway().balance().await {
        Ok(_) => words.say("setup-stripe-answers"),
        Err(error) => {
            tracing::warn!(%error, "Stripe did not answer to the check of the setup");
            words.say("setup-stripe-silent")
        }
    };
    stripe_page(&site, &signed_in, Some(said))
}

async fn second(State(site): AnySite, signed_in: SignedIn) -> Response {
    let typed = Typed::default().or("role", Role::Approver.as_str()).or("language", signed_in.person.language.as_str());
    people_page::invite_page(&site, &signed_in, SECOND, &typed, &Wrongs::default())
}

async fn send_second(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    people_page::invite(&site, &signed_in, SECOND, FINISH, pairs).await
}

async fn finish(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let (fund, everybody, holders) = (funds::general(tx).await?, people::list(tx).await?, factor::holders(tx).await?);
    let delivered = crate::payments::newest_delivery(tx).await?.is_some();
    let done = |is: bool| if is { Cell::chip("good", words.say("setup-done")) } else { Cell::chip("warning", words.say("setup-open")) };
    let facts = Facts::default()
        .add(words.say("setup-you"), done(true))
        .add(words.say("setup-fund"), done(fund.is_some()))
        .add(words.say("setup-webhook-heard"), done(delivered))
        .add(words.say("setup-second"), done(everybody.len() > 1))
        .add(words.say("setup-second-in"), done(holders.len() > 1));
    let page = Sheet::new(Frame::new(&site, &signed_in, title(words, 5, "setup-finish"))).with(Part::Facts(facts));
    let steps = [(FUND, "setup-fund"), (STRIPE, "setup-stripe"), (SECOND, "setup-second")];
    let page = steps.into_iter().fold(page, |page, (href, key)| page.link(href, words.say(key)));
    Ok(page.link(HOME, words.say("setup-to-treasury")).answer(&Wrongs::default()))
}
