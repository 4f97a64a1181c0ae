//! The step about Stripe: its key and webhook secrets, given once and never shown again; whether it answers, and whether its events arrive.

use axum::extract::{Form as Sent, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::checks::note;
use super::{ADMINISTRATORS, STRIPE, title, ways};
use crate::clock::Instant;
use crate::funds::settings::Step;
use crate::funds::{self, Giving};
use crate::money::Currency;
use crate::payments::keys::{KeyRefusal, KeyWrong};
use crate::payments::notice::ENDPOINT_TYPES;
use crate::payments::{self, GatewayError};
use crate::people::operation::{self, OperationError};
use crate::people::{self, audit};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Field, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Frame, Part, Sheet, not_allowed, sent, zone};
use crate::web::words::Words;
use crate::web::{AnySite, Site, WEBHOOK, answer};

/// How long an event may take before its way is called broken.
const EVENT_SECS: i64 = 60;

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(STRIPE, who, show).post(STRIPE, who, send)
}

/// Since when an event is waited for, in microseconds; what was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    since: Option<i64>,
    done: String,
}

async fn show(State(site): AnySite, Query(asked): Query<Asked>, signed_in: SignedIn) -> Result<Response, Trouble> {
    const KNOWN: [&str; 3] = ["key", "secret", "ended"];
    let words = signed_in.words;
    let said = KNOWN.contains(&&*asked.done).then(|| words.of("setup-stripe-done", &asked.done));
    page(&site, &signed_in, &asked, &Wrongs::default(), said).await
}

async fn page(site: &Site, signed_in: &SignedIn, asked: &Asked, wrongs: &Wrongs, said: Option<String>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let ((key_is_fixed, secrets_are_fixed), gateway) = (site.payments.are_fixed(), site.payments.gateway());
    let money = match () {
        () if site.is_practice() => "setup-stripe-practice",
        () if !gateway.is_open() => "setup-stripe-no-key",
        () if gateway.is_live() => "setup-stripe-live",
        () => "setup-stripe-test",
    };
    let mut sheet = Sheet::new(Frame::new(site, signed_in, title(words, STRIPE)).saying(said)).text(words.say(money));
    if !site.is_practice() {
        sheet = sheet.with(Part::Facts(in_force(site, words)));
    }
    let form = |act: &str, fields: Vec<Field>, key: &str| {
        let unseen = FormParts { words, typed: &Typed::default().or("act", act), wrongs }.hidden("act");
        Form::new(STRIPE, site.entropy.reference(), [vec![unseen], fields].concat()).button(words.say(key))
    };
    let typed = Typed::default();
    let parts = FormParts { words, typed: &typed, wrongs };
    if !key_is_fixed {
        let field = parts.password("key", "setup-stripe-key", "off").hint(words.say("setup-stripe-key-hint"));
        sheet = sheet.block(
            words.say("setup-stripe-key-title"),
            words.say("setup-stripe-key-why"),
            form("key", vec![field], "setup-stripe-key-keep"),
        );
    }
    sheet = sheet.with(Part::Heading(words.say("setup-stripe-webhook-title"))).text(words.say("setup-stripe-webhook"));
    sheet = sheet.with(Part::Secrets(vec![format!("{}{WEBHOOK}", site.base_url)]));
    sheet = sheet.text(words.with("setup-stripe-events", "version", payments::stripe::api_version()));
    sheet = sheet.with(Part::Note(ENDPOINT_TYPES.join(", ")));
    if !secrets_are_fixed {
        let standing = site.payments.secret_endings().len();
        let hint = words.say(if standing == 1 { "setup-stripe-secret-next" } else { "setup-stripe-secret-hint" });
        let field = parts.password("secret", "setup-stripe-secret", "off").hint(hint);
        let own = if standing < 2 {
            form("secret", vec![field], "setup-stripe-secret-keep")
        } else {
            form("end", vec![], "setup-stripe-secret-end")
        };
        sheet = sheet.form(own);
    }
    sheet = sheet.block(words.say("setup-stripe-check-title"), words.say("setup-stripe-why"), form("check", vec![], "setup-stripe-check"));
    sheet = sheet.block(words.say("setup-event-title"), words.say("setup-event-why"), form("event", vec![], "setup-event-send"));
    if let Some(since) = asked.since {
        for part in waiting_for_event(site, words, Instant(since)).await? {
            sheet = sheet.with(part);
        }
    }
    Ok(sheet.with(ways(words, STRIPE)).answer(wrongs))
}

/// The key and the secrets in force: their last four letters, and who set them.
fn in_force(site: &Site, words: Words) -> Facts {
    let (key_is_fixed, secrets_are_fixed) = site.payments.are_fixed();
    let told = |ending: &str, fixed: bool| {
        let whose = words.say(if fixed { "setup-stripe-fixed" } else { "setup-stripe-given" });
        Cell::text(format!("…{ending} · {whose}"))
    };
    let none = || Cell::chip("warning", words.say("setup-stripe-missing"));
    let gateway = site.payments.gateway();
    let key = if gateway.is_open() { told(gateway.key_ending(), key_is_fixed) } else { none() };
    let mut facts = Facts::default().add(words.say("stripe-key"), key);
    let endings = site.payments.secret_endings();
    if endings.is_empty() {
        facts = facts.add(words.say("stripe-secret"), none());
    }
    for (name, ending) in ["stripe-secret", "stripe-secret-second"].into_iter().zip(&endings) {
        facts = facts.add(words.say(name), told(ending, secrets_are_fixed));
    }
    facts
}

/// Whether an event arrived since somebody asked for one; nothing spins, and nothing is asked again by itself.
async fn waiting_for_event(site: &Site, words: Words, since: Instant) -> Result<Vec<Part>, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let again = Part::Links(vec![(format!("{STRIPE}?since={}", since.0), words.say("setup-event-again"))]);
    let heard = payments::silence::last_arrival(tx).await?.filter(|arrived_at| *arrived_at >= since);
    let waited = site.clock.now().unix_secs().saturating_sub(since.unix_secs());
    Ok(match heard {
        Some(at) => vec![Part::Text(words.with("setup-event-arrived", "at", words.moment(at, &zone(tx).await?)))],
        None if waited < EVENT_SECS => vec![Part::Text(words.say("setup-event-waits")), again],
        None => vec![Part::Warning(words.with("setup-event-none", "secs", EVENT_SECS)), again],
    })
}

async fn send(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let typed = Typed::new(pairs.clone());
    let wish = typed.get("act").to_owned();
    if !["key", "secret", "end", "event"].contains(&&*wish) {
        return check(&site, &signed_in).await;
    }
    let operation = sent(&signed_in, &format!("stripe {wish}"), &pairs, &typed);
    let (payments, actor) = (&site.payments, signed_in.actor());
    let (field, done) = match operation {
        Err(refused) => ("main", Err(refused.into())),
        Ok(operation) => match &*wish {
            "key" => {
                let tried = payments.try_key(typed.get("key"), site.base_url.starts_with("https://")).await;
                let kept = async { payments.keep_key(actor, &operation, &tried?).await };
                ("key", kept.await.map(|()| format!("{STRIPE}?done=key")))
            }
            "secret" => {
                ("secret", payments.keep_secret(actor, &operation, typed.get("secret")).await.map(|()| format!("{STRIPE}?done=secret")))
            }
            "end" => ("main", payments.end_older_secret(actor, &operation).await.map(|()| format!("{STRIPE}?done=ended"))),
            _ => match ask_for_event(&site, &signed_in, &operation).await {
                Ok(since) => ("main", Ok(format!("{STRIPE}?since={}", since.0))),
                Err(EventRefusal::Refused(refused)) => ("main", Err(refused)),
                Err(EventRefusal::Stripe(error)) => return silent(&site, &signed_in, &error).await,
            },
        },
    };
    let words = signed_in.words;
    let mut wrongs = Wrongs::default();
    match done {
        Ok(next) => return Ok(answer::see_other(&next)?),
        Err(KeyRefusal::Wrong(wrong)) => wrongs.add(field, wrong_in_words(words, wrong)),
        Err(KeyRefusal::NotAllowed(refused)) => return not_allowed(refused, STRIPE),
        Err(KeyRefusal::Operation(OperationError::Reused | OperationError::Malformed)) => wrongs.conflict(words.say("people-reopen")),
        Err(KeyRefusal::Operation(OperationError::Database(error)) | KeyRefusal::Database(error)) => return Err(error.into()),
    }
    page(&site, &signed_in, &Asked::default(), &wrongs, None).await
}

fn wrong_in_words(words: Words, wrong: KeyWrong) -> String {
    words.of("setup-key-wrong", wrong.as_str())
}

/// Calls Stripe with the key in force, and asks what it says of our endpoint.
async fn check(site: &Site, signed_in: &SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    match site.payments.gateway().balance_at_once().await {
        Ok(_) => {}
        Err(error) => return silent(site, signed_in, &error).await,
    }
    if let Err(refused) = note(site, signed_in, Step::Stripe).await {
        return not_allowed(refused, STRIPE);
    }
    let endpoint = site.payments.look_at_endpoint(&format!("{}{WEBHOOK}", site.base_url)).await;
    let endpoint = endpoint.map_or_else(
        |_| String::new(),
        |state| format!(" {}: {}.", words.say("stripe-endpoint"), words.of("stripe-endpoint", state.as_str())),
    );
    let said = format!("{}{endpoint}", words.say("setup-stripe-answers"));
    page(site, signed_in, &Asked::default(), &Wrongs::default(), Some(said)).await
}

async fn silent(site: &Site, signed_in: &SignedIn, error: &GatewayError) -> Result<Response, Trouble> {
    tracing::warn!(%error, "Stripe did not answer to the setup");
    let key = if *error == GatewayError::NoKey { "setup-stripe-no-key" } else { "setup-stripe-silent" };
    page(site, signed_in, &Asked::default(), &Wrongs::default(), Some(signed_in.words.say(key))).await
}

/// Why no event was asked for.
enum EventRefusal {
    Refused(KeyRefusal),
    Stripe(GatewayError),
}

/// Has Stripe send an event along the very way that all events take. Gives since when it is waited for; once a form.
async fn ask_for_event(site: &Site, signed_in: &SignedIn, operation: &operation::Operation) -> Result<Instant, EventRefusal> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let noted: Result<(bool, Currency), KeyRefusal> = transact!(site.db, tx => async {
        people::require(tx, actor, ADMINISTRATORS).await?;
        let currency = funds::general(tx).await?.map_or(Currency::USD, |fund| fund.currency);
        if operation::find_result(tx, operation).await?.is_some() {
            return Ok((false, currency));
        }
        audit::write(tx, Some(actor.person), "stripe.test_event", "stripe", "", now).await?;
        operation::done(tx, operation, "", now).await?;
        Ok::<_, KeyRefusal>((true, currency))
    }.await);
    let (first, currency) = noted.map_err(EventRefusal::Refused)?;
    if first {
        let amount = Giving::usual(currency).smallest;
        site.payments.send_test_event(amount, &site.base_url).await.map_err(EventRefusal::Stripe)?;
    }
    Ok(now)
}
