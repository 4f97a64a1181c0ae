//! What a treasurer does about one captain's claims: sending one back, and changing how the captain is paid or reached when they ask for it.
//! Not here: the links themselves (`captains`), the captain's own page (`web::claim`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::captains::one_page;
use super::{Asked, CAPTAINS, Pairs, find, one, operation, refused, sent};
use crate::ids::{CaptainId, ExpenseId};
use crate::people::Role;
use crate::spending::captains::{self, Change};
use crate::spending::payee::Way;
use crate::spending::payees::Sealing;
use crate::spending::{Captain, PayBy, Refusal, State as Stage, Whole};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::treasury::{Part, RECORDERS};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const SEND_BACK: &str = "/treasury/{fund}/expenses/{number}/send-back";
const CHANGE: &str = "/treasury/claims/{id}/change";

pub(super) fn doors(doors: Doors) -> Doors {
    doors.post(SEND_BACK, Who::Holding(RECORDERS), send_back).post(CHANGE, Who::Holding(RECORDERS), change)
}

/// The form that sends a claim back, where the expense is one that nobody was asked about yet.
pub(super) fn send_back_form(at: &str, id: &str, whole: &Whole, fields: &FormParts<'_>) -> Vec<Part> {
    if whole.expense.captain_id.is_none() || whole.expense.state != Stage::Draft {
        return Vec::new();
    }
    let words = fields.words;
    let reason = fields.area("reason", "expense-reason").hint(words.say("claim-send-back-hint"));
    let form = Form::new(format!("{at}/send-back"), id, vec![fields.hidden("version"), reason]);
    vec![Part::Heading(words.say("claim-send-back")), Part::Form(form.quiet_button(words.say("claim-send-back")))]
}

async fn send_back(
    State(site): AnySite,
    signed_in: SignedIn,
    Path((slug, number)): Path<(String, String)>,
    Sent(pairs): Pairs,
) -> Result<Response, Trouble> {
    let (fund, whole) = find(&mut site.db.begin_read().await?, &slug, &number).await?;
    let (typed, mut wrongs) = (Typed::new(pairs.clone()), Wrongs::default());
    let done: Result<ExpenseId, Refusal> = match sent(&signed_in, &format!("send back {number}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, now) = (signed_in.actor(), site.clock.now());
            let at = (whole.expense.id, typed.get("version").parse().unwrap_or(0));
            let (reason, sealing) = (typed.get("reason"), Sealing { keys: &site.keyring, entropy: &site.entropy });
            transact!(site.db, tx => captains::send_back(tx, actor, &operation, at, reason, sealing, now).await)
        }
    };
    let back = format!("/treasury/{slug}/expenses/{number}");
    match done {
        Ok(_) => Ok(answer::see_other(&format!("{back}?done=sent-back"))?),
        Err(refusal) => match refused(signed_in.words, &back, refusal, &mut wrongs)? {
            Some(response) => Ok(response),
            None => one::again(&site, &signed_in, (&fund, &whole), &typed, &wrongs).await,
        },
    }
}

/// The form that changes how a captain is paid or reached, for whoever may.
pub(super) fn change_form(site: &Site, signed_in: &SignedIn, captain: &Captain, typed: &Typed, wrongs: &Wrongs) -> Vec<Part> {
    if !signed_in.person.roles.holds(Role::Recorder) {
        return Vec::new();
    }
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let mut fields = vec![
        parts.radios("pay_way", "claim-change-way", ways(words)).optional(words),
        parts.text("pay_by", "claim-pay-details", "off").hint(words.say("claim-pay-details-hint")).optional(words),
    ];
    if captain.email.is_some() {
        let forget = vec![Choice::new("1", words.say("claim-forget-email-too"))];
        fields.push(parts.checks("forget_email", "claim-forget-email", forget).optional(words));
    }
    let form = Form::new(format!("{CAPTAINS}/{}/change", captain.id), operation(site, typed), fields);
    vec![
        Part::Heading(words.say("claim-change")),
        Part::Note(words.say("claim-change-hint")),
        Part::Form(form.quiet_button(words.say("claim-save"))),
    ]
}

/// The ways somebody can want to be paid.
fn ways(words: Words) -> Vec<Choice> {
    Way::ALL.map(|way| Choice::new(way.as_str(), words.of("payee-way", way.as_str()))).into()
}

async fn change(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let mut change = Change { pay_by: None, forget_email: typed.has("forget_email") };
    // Whoever only ends the mail says nothing about the money.
    if !(change.forget_email && typed.get("pay_way").is_empty() && typed.get("pay_by").is_empty()) {
        match PayBy::parse(typed.get("pay_way"), typed.get("pay_by")) {
            Ok(wish) => change.pay_by = Some(wish),
            Err(field) => wrongs.add(field, words.say(if field == "pay_way" { "claim-no-pay-way" } else { "claim-no-pay-by" })),
        }
    }
    let back = format!("{CAPTAINS}/{id}");
    if wrongs.is_empty() {
        let done: Result<(), Refusal> = match sent(&signed_in, &format!("change captain {id}"), &pairs, &typed) {
            Err(error) => Err(error.into()),
            Ok(operation) => {
                let (actor, now) = (signed_in.actor(), site.clock.now());
                let sealing = Sealing { keys: &site.keyring, entropy: &site.entropy };
                transact!(site.db, tx => captains::change(tx, actor, &operation, (CaptainId(id), &change), sealing, now).await)
            }
        };
        match done {
            Ok(()) => return Ok(answer::see_other(&format!("{back}?done=wish"))?),
            Err(refusal) => {
                if let Some(response) = refused(words, &back, refusal, &mut wrongs)? {
                    return Ok(response);
                }
            }
        }
    }
    one_page(&site, &signed_in, CaptainId(id), &Asked::default(), &typed, &wrongs).await
}
