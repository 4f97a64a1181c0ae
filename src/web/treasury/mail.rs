//! The outbox: what waits, what went, what a person must decide on, and a mail to try it all. Not here: what mails say, and to whom each
//! one goes, which nobody is shown.

use axum::extract::{Form as FormBody, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{ADMINISTRATORS, Frame, Part, Sheet};
use crate::clock::{Instant, Zone};
use crate::db::Tx;
use crate::ids::LetterId;
use crate::mail::{self, Counts, Kind, Letter, Sight, State as Got};
use crate::people::operation::{self, NotDone, Operation, OperationError};
use crate::people::{NotAllowed, audit};
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};
use crate::{funds, people, transact};

pub(super) const MAIL: &str = "/treasury/mail";
const AGAIN: &str = "/treasury/mail/again";
/// How many rows each list shows.
const SHOWN: i64 = 100;

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(MAIL, who, show).post(MAIL, who, test).post(AGAIN, who, again)
}

/// What may stand behind the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// What was just done.
    done: String,
    /// Behind which mail the list of those that wait goes on.
    before: Option<i64>,
    /// Behind which the list of those that went goes on.
    sent_before: Option<i64>,
}

async fn show(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    page(&site, &signed_in, &asked, &Typed::default(), &Wrongs::default()).await
}

/// The times of day that staff read: those of the first fund.
async fn zone(tx: &mut Tx) -> sqlx::Result<Zone> {
    Ok(funds::list(tx).await?.into_iter().next().map_or(Zone::UTC, |fund| fund.time_zone))
}

async fn page(site: &Site, signed_in: &SignedIn, asked: &Asked, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let Counts { waiting, dead } = mail::counts(tx).await?;
    let (zone, rows) = (zone(tx).await?, signed_in.rows(SHOWN));
    let unsent = mail::unsent(tx, asked.before.map(LetterId), rows).await?;
    let mut unsent_table = unsent_table(words, &zone, &unsent);
    unsent_table.goes_on(behind(&unsent, rows, |last| format!("before={}", last.id)), words.say("list-newer"));
    let sent = mail::newest_sent(tx, asked.sent_before.map(LetterId), rows).await?;
    let mut sent_table = sent_table(words, &zone, &sent);
    sent_table.goes_on(behind(&sent, rows, |last| format!("sent_before={}", last.id)), words.say("list-older"));
    let parts = FormParts { words, typed, wrongs };
    let field = parts.email("to", "outbox-test-to", "email").hint(words.say("outbox-test-hint"));
    let again = Form::new(AGAIN, "", Vec::new()).button(words.with("outbox-again", "count", dead));
    let facts = Facts::default().add(words.say("outbox-waiting"), Cell::number(waiting)).add(words.say("outbox-dead"), Cell::number(dead));
    let said = ["test", "again"].contains(&&*asked.done).then(|| words.of("outbox-said", &asked.done));
    let sheet = Sheet::new(Frame::new(site, signed_in, words.say("outbox-title")).saying(said))
        .maybe((!site.post.has_server()).then(|| Part::Warning(words.say("outbox-no-server"))))
        .with(Part::Facts(facts))
        .with(Part::Table(unsent_table))
        .maybe((dead > 0).then_some(Part::Form(again)))
        .with(Part::Table(sent_table))
        .with(Part::Heading(words.say("outbox-test-heading")))
        .form(Form::new(MAIL, site.entropy.reference(), vec![field]).button(words.say("outbox-test-send")));
    Ok(sheet.answer(wrongs))
}

fn unsent_table(words: Words, zone: &Zone, list: &[Sight]) -> Table {
    let mut table = Table::new(words.say("outbox-unsent"), words.say("outbox-unsent-none"))
        .column(words.say("outbox-kind"))
        .column(words.say("outbox-state"))
        .column(words.say("outbox-problem"))
        .figures(words.say("outbox-attempts"))
        .column(words.say("outbox-queued"))
        .column(words.say("outbox-next"));
    for letter in list {
        let look = if letter.state == Got::Dead { "bad" } else { "plain" };
        let problem = letter.problem.map_or(String::new(), |problem| words.of("outbox-problem", problem.as_str()));
        let reply = letter.reply.map_or(String::new(), |reply| format!(" ({reply})"));
        let next = if letter.state == Got::Dead { Cell::text("") } else { Cell::moment(words, letter.next_at, zone) };
        table.row(vec![
            Cell::text(words.of("outbox-kind", letter.kind.as_str())),
            Cell::chip(look, words.of("outbox-state", letter.state.as_str())),
            Cell::text(format!("{problem}{reply}")),
            Cell::number(letter.attempts),
            Cell::moment(words, letter.queued_at, zone),
            next,
        ]);
    }
    table
}

fn sent_table(words: Words, zone: &Zone, list: &[Sight]) -> Table {
    let mut table = Table::new(words.say("outbox-sent"), words.say("outbox-sent-none"))
        .column(words.say("outbox-kind"))
        .figures(words.say("outbox-attempts"))
        .column(words.say("outbox-sent-at"));
    for letter in list {
        let at = Cell::moment(words, letter.ended_at.unwrap_or(letter.queued_at), zone);
        table.row(vec![Cell::text(words.of("outbox-kind", letter.kind.as_str())), Cell::number(letter.attempts), at]);
    }
    table
}

async fn test(State(site): AnySite, signed_in: SignedIn, FormBody(pairs): FormBody<Vec<(String, String)>>) -> Result<Response, Trouble> {
    let (typed, mut wrongs, words) = (Typed::new(pairs), Wrongs::default(), signed_in.words);
    let to = typed.get("to");
    if !mail::is_address(to) {
        wrongs.add("to", words.say("outbox-test-address"));
        return page(&site, &signed_in, &Asked::default(), &typed, &wrongs).await;
    }
    match queue_test(&site, &signed_in, typed.get("operation"), to, site.clock.now()).await {
        Ok(()) => Ok(answer::see_other(&format!("{MAIL}?done=test"))?),
        Err(NotDone::NotAllowed(NotAllowed::Role | NotAllowed::StepUp)) => Err(Trouble::NotFound),
        Err(NotDone::Operation(OperationError::Reused | OperationError::Malformed)) => {
            wrongs.add("to", words.say("outbox-test-reopen"));
            page(&site, &signed_in, &Asked::default(), &typed, &wrongs).await
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn queue_test(site: &Site, signed_in: &SignedIn, operation: &str, to: &str, now: Instant) -> Result<(), NotDone> {
    let (actor, who) = (signed_in.actor(), signed_in.person.reference.as_str());
    let operation = Operation::new(operation, who, &["mail test", to])?;
    let cause = format!("test {}", operation.id());
    let letter = Letter { cause: &cause, to, language: signed_in.words.0, kind: Kind::Test, values: &[], link: None };
    transact!(site.db, tx => {
        people::require(tx, actor, ADMINISTRATORS).await?;
        if operation::find_result(tx, &operation).await?.is_none() {
            mail::queue(tx, &letter, &site.keyring, &site.entropy, now).await?;
            audit::write(tx, Some(actor.person), "mail tested", &cause, "", now).await?;
            operation::done(tx, &operation, "queued", now).await?;
        }
        Ok::<(), NotDone>(())
    })
}

async fn again(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done: Result<(), NotDone> = transact!(site.db, tx => {
        people::require(tx, actor, ADMINISTRATORS).await?;
        let count = mail::again(tx, now).await?;
        audit::write(tx, Some(actor.person), "mail tried again", "outbox", &count.to_string(), now).await?;
        Ok::<(), NotDone>(())
    });
    match done {
        Ok(()) => Ok(answer::see_other(&format!("{MAIL}?done=again"))?),
        Err(NotDone::NotAllowed(NotAllowed::Role | NotAllowed::StepUp)) => Err(Trouble::NotFound),
        Err(fault) => Err(fault.into()),
    }
}
