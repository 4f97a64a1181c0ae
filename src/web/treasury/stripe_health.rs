//! How Stripe and we get on: what arrived, what waits, what differs, what is on its way. Not here: the jobs that see to it.

use askama::Template;
use axum::Form as Sent;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Frame, READERS, RECORDERS};
use crate::booking::bank as booking;
use crate::clock::{Instant, Zone};
use crate::db::Tx;
use crate::ledger::{self, chart};
use crate::money::Money;
use crate::payments::alert::{self, AlertKind};
use crate::payments::line::LineState;
use crate::payments::progress::Progress;
use crate::people::Role;
use crate::people::operation::{self, Operation, OperationError};
use crate::people::{self, NotAllowed, audit};
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, Typed};
use crate::web::table::{Cell, Facts, Table};
use crate::web::words::Words;
use crate::web::{AnySite, WEBHOOK, answer};
use crate::{funds, payments, transact};

/// Where it is told how Stripe and we get on.
pub const STRIPE: &str = "/treasury/stripe";
/// After so many seconds without a run to its end the lag is marked, and then marked red (screens.md 6.11).
const LAG_SECS: [i64; 2] = [5 * 60, 3600];
/// How many lines of a list are shown.
const SHOWN: i64 = 100;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(STRIPE, Who::Holding(READERS), show).post(STRIPE, Who::Holding(RECORDERS), again)
}

/// What was just done.
#[derive(Debug, Deserialize)]
struct Asked {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "web/treasury/stripe.html")]
struct StripePage {
    frame: Frame,
    facts: Facts,
    tie: Table,
    parked: Table,
    retry: Option<Form>,
    lines: Table,
    alerts: Table,
    payouts: Table,
}

async fn show(State(site): AnySite, Query(asked): Query<Asked>, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let now = site.clock.now();
    let tx = &mut site.db.begin_read().await?;
    let zone = funds::general(tx).await?.map_or(Zone::UTC, |fund| fund.time_zone);
    let progress = payments::progress(tx).await?;
    let parked = parked(tx, words, &zone).await?;
    let may = signed_in.person.roles.holds(Role::Recorder);
    let said = asked.done.filter(|done| done == "again").map(|_| words.say("stripe-done-again"));
    let page = StripePage {
        frame: Frame::new(&site, &signed_in, words.say("stripe-title")).saying(said),
        facts: facts(tx, words, &progress, (site.is_practice(), &site.base_url), &zone, now).await?,
        tie: tie(tx, words, &progress, &zone).await?,
        retry: may.then(|| Form::new(STRIPE, site.entropy.reference(), vec![]).button(words.say("stripe-again"))),
        parked,
        lines: lines(tx, words).await?,
        alerts: alerts(tx, words, &zone).await?,
        payouts: payouts(tx, words).await?,
    };
    Ok(answer::private_page(StatusCode::OK, &page))
}

async fn facts(
    tx: &mut Tx,
    words: Words,
    progress: &Progress,
    (practice, base_url): (bool, &str),
    zone: &Zone,
    now: Instant,
) -> sqlx::Result<Facts> {
    let never = || Cell::text(words.say("stripe-never"));
    let moment = |at: Option<Instant>| at.map_or_else(never, |at| Cell::moment(words, at, zone));
    let lag = progress.complete_at.map_or_else(never, |at| {
        let secs = now.unix_secs().saturating_sub(at.unix_secs()).max(0);
        let look = match secs {
            secs if secs > LAG_SECS[1] => "bad",
            secs if secs > LAG_SECS[0] => "warning",
            _ => "good",
        };
        Cell::chip(look, words.with("stripe-minutes", "minutes", secs / 60))
    });
    Ok(Facts::default()
        .add(words.say("stripe-mode"), Cell::text(words.say(if practice { "stripe-mode-practice" } else { "stripe-mode-live" })))
        .add(words.say("stripe-last-delivery"), moment(payments::silence::last_arrival(tx).await?))
        .add(words.say("stripe-last-sync"), moment(progress.complete_at))
        .add(words.say("stripe-lag"), lag)
        .add(words.say("stripe-waiting-lines"), Cell::number(payments::count_new_lines(tx).await?))
        .add(words.say("stripe-address"), Cell::text(format!("{base_url}{WEBHOOK}")))
        .add(words.say("stripe-version"), Cell::text(payments::stripe::api_version())))
}

/// Per currency, what the books hold at Stripe, and what the last comparison with Stripe's own word and its lines found.
async fn tie(tx: &mut Tx, words: Words, progress: &Progress, zone: &Zone) -> sqlx::Result<Table> {
    let mut table = Table::new(words.say("stripe-tie"), words.say("stripe-tie-empty"))
        .column(words.say("stripe-currency"))
        .figures(words.say("stripe-ours"))
        .column(words.say("stripe-difference"));
    let broken = alert::standing_subjects(tx, AlertKind::BalanceDiffers).await?;
    let mut currencies: Vec<_> = ledger::balance_of(tx, chart::STRIPE).await?.into_iter().collect();
    let missing = broken.iter().filter_map(|code| code.parse().ok()).filter(|code| !currencies.iter().any(|(known, _)| known == code));
    currencies.extend(missing.map(|currency| (currency, 0)).collect::<Vec<_>>());
    for (currency, minor) in currencies {
        let verdict = match (broken.iter().any(|code| code == currency.code()), progress.tied_at) {
            (true, _) => {
                let since = progress.tie_broken_at.map(|at| words.moment(at, zone)).unwrap_or_default();
                Cell::chip("bad", words.with("stripe-differs-since", "since", since))
            }
            (false, Some(at)) => Cell::chip("good", words.with("stripe-agrees", "at", words.moment(at, zone))),
            (false, None) => Cell::chip("plain", words.say("stripe-not-compared")),
        };
        table.row(vec![Cell::text(currency.code()), Cell::money(Money::new(minor, currency)), verdict]);
    }
    Ok(table)
}

async fn parked(tx: &mut Tx, words: Words, zone: &Zone) -> sqlx::Result<Table> {
    let mut table = Table::new(words.say("stripe-parked"), words.say("stripe-none-parked"))
        .column(words.say("stripe-reason"))
        .figures(words.say("stripe-count"))
        .column(words.say("stripe-since"));
    for parked in payments::parked_deliveries(tx).await? {
        table.row(vec![
            Cell::text(alert::reason(&parked.reason, words.0)),
            Cell::number(parked.deliveries),
            Cell::moment(words, parked.oldest_at, zone),
        ]);
    }
    Ok(table)
}

/// Lines that no rule books: in suspense with an amount, or set aside.
async fn lines(tx: &mut Tx, words: Words) -> sqlx::Result<Table> {
    let mut table = Table::new(words.say("stripe-lines"), words.say("stripe-no-lines"))
        .column(words.say("stripe-line"))
        .figures(words.say("stripe-amount"))
        .column(words.say("stripe-reason"));
    for (currency, minor) in ledger::balance_of(tx, chart::SUSPENSE).await?.into_iter().filter(|(_, minor)| *minor != 0) {
        let text = words.with("stripe-suspense", "currency", currency.code().to_owned());
        table.row(vec![Cell::text(text), Cell::money(Money::new(-minor, currency)), Cell::text(words.say("stripe-suspense-why"))]);
    }
    for line in payments::lines_in(tx, LineState::Parked, "", SHOWN).await? {
        let reason = alert::reason(&line.reason.unwrap_or_default(), words.0);
        table.row(vec![Cell::text(line.id.to_string()), Cell::money(Money::new(line.net_minor, line.currency)), Cell::text(reason)]);
    }
    Ok(table)
}

async fn alerts(tx: &mut Tx, words: Words, zone: &Zone) -> sqlx::Result<Table> {
    let mut table = Table::new(words.say("stripe-alerts"), words.say("stripe-no-alerts"))
        .column(words.say("stripe-kind"))
        .column(words.say("stripe-said"))
        .column(words.say("stripe-since"));
    for alert in alert::list(tx, SHOWN).await?.into_iter().filter(|alert| alert.kind != AlertKind::BankDiffers) {
        table.row(vec![
            Cell::text(words.of("alert-kind", alert.kind.as_str())),
            Cell::text(alert.in_words(words.0)),
            Cell::moment(words, alert.raised_at, zone),
        ]);
    }
    Ok(table)
}

async fn payouts(tx: &mut Tx, words: Words) -> sqlx::Result<Table> {
    let mut table = Table::new(words.say("stripe-payouts"), words.say("stripe-no-payouts"))
        .column(words.say("stripe-payout"))
        .figures(words.say("stripe-amount"))
        .column(words.say("stripe-arrives"));
    for payout in booking::under_way(tx).await? {
        table.row(vec![Cell::text(payout.payout), Cell::money(payout.amount), Cell::day(words, payout.arrives_on)]);
    }
    Ok(table)
}

/// Why what waits is not tried again.
#[derive(Debug, thiserror::Error)]
enum AgainRefusal {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Operation(#[from] OperationError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl crate::db::Retryable for AgainRefusal {
    fn is_retryable(&self) -> bool {
        match self {
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Operation(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
        }
    }
}

/// `POST /treasury/stripe`: what waits is tried again, and Stripe is asked for what is missing.
async fn again(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Sent<Vec<(String, String)>>) -> Result<Response, Trouble> {
    let (typed, actor, now) = (Typed::new(pairs), signed_in.actor(), site.clock.now());
    // A form of ours bears its id; whatever else is sent here asks for nothing.
    let Ok(operation) = Operation::new(typed.get("operation"), &actor.person.to_string(), &["try again"]) else {
        return Ok(answer::see_other(STRIPE)?);
    };
    let done: Result<(), AgainRefusal> = transact!(site.db, tx => async {
        people::require(tx, actor, RECORDERS).await?;
        if operation::find_result(tx, &operation).await?.is_some() {
            return Ok::<(), AgainRefusal>(());
        }
        let tried = payments::retry_parked(tx, now).await?;
        audit::write(tx, Some(actor.person), "parked deliveries tried again", "stripe", &tried.to_string(), now).await?;
        operation::done(tx, &operation, &tried.to_string(), now).await?;
        Ok(())
    }.await);
    match done {
        Ok(()) => site.payments.wake(),
        Err(AgainRefusal::NotAllowed(NotAllowed::Role)) => return Err(Trouble::NotFound),
        Err(AgainRefusal::Operation(OperationError::Reused | OperationError::Malformed)) => return Ok(answer::see_other(STRIPE)?),
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(answer::see_other(&format!("{STRIPE}?done=again"))?)
}
