//! The step about mail: the mail server is really asked whether it takes a mail.

use axum::extract::{Form as Sent, State};
use axum::response::Response;

use super::{ADMINISTRATORS, MAIL, title, ways};
use crate::funds::settings::{self, Step};
use crate::mail::{self, Kind, Letter, Problem};
use crate::people::operation::{self, NotDone, Operation, OperationError};
use crate::people::{self, NotAllowed, audit, email_of};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Frame, Part, Sheet, not_allowed, operation as form_operation, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site};

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(MAIL, who, mail_form).post(MAIL, who, check_mail)
}

/// Notes that a check came out well.
pub(super) async fn note(site: &Site, signed_in: &SignedIn, step: Step) -> Result<(), NotAllowed> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    transact!(site.db, tx => async {
        people::require(tx, actor, ADMINISTRATORS).await?;
        Ok::<_, NotAllowed>(settings::note_step(tx, step, now).await?)
    }.await)
}

async fn mail_form(State(site): AnySite, signed_in: SignedIn) -> Response {
    let own = email_of(&signed_in.person, &site.keyring).unwrap_or_default();
    mail_page(&site, &signed_in, &Typed::default().or("to", own), &Wrongs::default(), None)
}

fn mail_page(site: &Site, signed_in: &SignedIn, typed: &Typed, wrongs: &Wrongs, said: Option<String>) -> Response {
    let words = signed_in.words;
    let sheet = Sheet::new(Frame::new(site, signed_in, title(words, MAIL)).saying(said)).text(words.say("setup-mail-why"));
    let sheet = if let Some(server) = site.post.server() {
        let fixed = |text: &str| Cell::text(format!("{text} · {}", words.say("setup-stripe-fixed")));
        let facts = Facts::default()
            .add(words.say("setup-mail-server"), fixed(server))
            .add(words.say("setup-mail-sender"), fixed(site.post.sender()));
        let sheet = sheet.with(Part::Facts(facts));
        let parts = FormParts { words, typed, wrongs };
        sheet.form(
            Form::new(MAIL, form_operation(site, typed), vec![parts.email("to", "setup-mail-to", "email")])
                .button(words.say("setup-mail-check")),
        )
    } else {
        sheet.text(words.say("setup-mail-none"))
    };
    sheet.with(ways(words, MAIL)).answer(wrongs)
}

/// Gives one mail to the mail server, past the outbox, and says what it answered. A form that was answered well sends no second mail.
async fn check_mail(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let (to, now) = (typed.get("to"), site.clock.now());
    if !mail::is_address(to) {
        wrongs.add("to", words.say("outbox-test-address"));
        return Ok(mail_page(&site, &signed_in, &typed, &wrongs, None));
    }
    let begun = match sent(&signed_in, "mail test", &pairs, &typed) {
        Err(refused) => Err(refused.into()),
        Ok(operation) => begin(&site, &signed_in, operation).await,
    };
    let fresh = typed.clone().put("operation", "");
    let went = || words.with("setup-mail-went", "to", to.to_owned());
    let operation = match begun {
        Ok(Some(operation)) => operation,
        Ok(None) => return Ok(mail_page(&site, &signed_in, &fresh, &wrongs, Some(went()))),
        Err(NotDone::NotAllowed(refused)) => return not_allowed(refused, MAIL),
        Err(NotDone::Operation(OperationError::Database(error)) | NotDone::Database(error)) => return Err(error.into()),
        Err(NotDone::Operation(OperationError::Reused | OperationError::Malformed)) => {
            wrongs.conflict(words.say("people-reopen"));
            return Ok(mail_page(&site, &signed_in, &fresh, &wrongs, None));
        }
    };
    let letter = Letter { cause: "", to, language: words.0, kind: Kind::Test, values: &[], link: None };
    if let Err(failure) = site.post.send(to, letter.write(), &site.entropy.reference(), now).await {
        wrongs.add("to", words.with("setup-mail-said", "answer", answered(words, failure)));
        return Ok(mail_page(&site, &signed_in, &typed, &wrongs, None));
    }
    let noted: sqlx::Result<()> = transact!(site.db, tx => async {
        settings::note_step(tx, Step::Mail, now).await?;
        operation::done(tx, &operation, "", now).await
    }.await);
    noted?;
    Ok(mail_page(&site, &signed_in, &fresh, &wrongs, Some(went())))
}

/// Reads the roles again before anything leaves the house, and writes down who had it sent; None: this form sent its mail before.
async fn begin(site: &Site, signed_in: &SignedIn, operation: Operation) -> Result<Option<Operation>, NotDone> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let first: Result<bool, NotDone> = transact!(site.db, tx => async {
        people::require(tx, actor, ADMINISTRATORS).await?;
        if operation::find_result(tx, &operation).await?.is_some() {
            return Ok(false);
        }
        audit::write(tx, Some(actor.person), "mail.tested", "mail", "", now).await?;
        Ok::<_, NotDone>(true)
    }.await);
    Ok(first?.then_some(operation))
}

/// What the mail server answered, in short: a word of ours and its number.
fn answered(words: Words, (problem, reply): (Problem, Option<i64>)) -> String {
    let said = words.of("outbox-problem", problem.as_str());
    reply.map_or_else(|| said.clone(), |reply| format!("{said} ({reply})"))
}
