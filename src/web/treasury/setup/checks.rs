//! The steps that ask others: Stripe, whether the key in force works, and the mail server, whether it takes a mail. Both really ask.

use axum::extract::{Form as Sent, State};
use axum::response::Response;

use super::{ADMINISTRATORS, MAIL, STRIPE, title, ways};
use crate::funds::settings::{self, Step};
use crate::mail::{self, Kind, Letter, Problem};
use crate::payments::notice::ENDPOINT_TYPES;
use crate::people::{self, NotAllowed, audit, email_of};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Frame, Part, Sheet, not_allowed};
use crate::web::words::Words;
use crate::web::{AnySite, Site, WEBHOOK};

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(STRIPE, who, stripe).post(STRIPE, who, check_stripe).get(MAIL, who, mail_form).post(MAIL, who, check_mail)
}

async fn stripe(State(site): AnySite, signed_in: SignedIn) -> Response {
    stripe_page(&site, &signed_in, None)
}

fn stripe_page(site: &Site, signed_in: &SignedIn, said: Option<String>) -> Response {
    let words = signed_in.words;
    let frame = Frame::new(site, signed_in, title(words, STRIPE)).saying(said);
    let money = if site.payments.livemode() { "setup-stripe-live" } else { "setup-stripe-test" };
    let sheet = Sheet::new(frame).text(words.say(money)).text(words.say("setup-stripe-webhook"));
    let sheet = sheet.with(Part::Secrets(vec![format!("{}{WEBHOOK}", site.base_url)])).text(words.say("setup-stripe-events"));
    let sheet = sheet.with(Part::Note(ENDPOINT_TYPES.join(", "))).text(words.say("setup-stripe-why"));
    let sheet = sheet.form(Form::new(STRIPE, "", Vec::new()).button(words.say("setup-stripe-check")));
    sheet.with(ways(words, STRIPE)).answer(&Wrongs::default())
}

/// Calls Stripe with the key in force.
async fn check_stripe(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let said = match site.payments.gateway().balance().await {
        Ok(_) => match note(&site, &signed_in, Step::Stripe).await {
            Ok(()) => words.say("setup-stripe-answers"),
            Err(refused) => return not_allowed(refused, STRIPE),
        },
        Err(error) => {
            tracing::warn!(%error, "Stripe did not answer to the check of the setup");
            words.say("setup-stripe-silent")
        }
    };
    Ok(stripe_page(&site, &signed_in, Some(said)))
}

/// Notes that a check came out well.
async fn note(site: &Site, signed_in: &SignedIn, step: Step) -> Result<(), NotAllowed> {
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
    let sheet = if site.post.has_server() {
        let parts = FormParts { words, typed, wrongs };
        sheet.form(Form::new(MAIL, "", vec![parts.email("to", "setup-mail-to", "email")]).button(words.say("setup-mail-check")))
    } else {
        sheet.text(words.say("setup-mail-none"))
    };
    sheet.with(ways(words, MAIL)).answer(wrongs)
}

/// Gives one mail to the mail server, past the outbox, and says what it answered.
async fn check_mail(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs), Wrongs::default());
    let (to, now, actor) = (typed.get("to"), site.clock.now(), signed_in.actor());
    if !mail::is_address(to) {
        wrongs.add("to", words.say("outbox-test-address"));
        return Ok(mail_page(&site, &signed_in, &typed, &wrongs, None));
    }
    // The roles are read again before anything leaves the house, and the log says who had it sent.
    let noted: Result<(), NotAllowed> = transact!(site.db, tx => async {
        people::require(tx, actor, ADMINISTRATORS).await?;
        Ok::<_, NotAllowed>(audit::write(tx, Some(actor.person), "mail.tested", "mail", "", now).await?)
    }.await);
    if let Err(refused) = noted {
        return not_allowed(refused, MAIL);
    }
    let letter = Letter { cause: "", to, language: words.0, kind: Kind::Test, values: &[], link: None };
    match site.post.send(to, letter.write(), &site.entropy.reference(), now).await {
        Ok(()) => match note(&site, &signed_in, Step::Mail).await {
            Ok(()) => Ok(mail_page(&site, &signed_in, &typed, &wrongs, Some(words.with("setup-mail-went", "to", to.to_owned())))),
            Err(refused) => not_allowed(refused, MAIL),
        },
        Err(failure) => {
            wrongs.add("to", words.with("setup-mail-said", "answer", answered(words, failure)));
            Ok(mail_page(&site, &signed_in, &typed, &wrongs, None))
        }
    }
}

/// What the mail server answered, in short: a word of ours and its number.
fn answered(words: Words, (problem, reply): (Problem, Option<i64>)) -> String {
    let said = words.of("outbox-problem", problem.as_str());
    reply.map_or_else(|| said.clone(), |reply| format!("{said} ({reply})"))
}
