//! The pages about gifts: the list, goods, what comes in by hand, what goes back. Not here: what may be done with them (`donations`).

mod cash;
mod disputes;
mod donor_proof;
mod in_kind;
mod list;
mod names;
mod offline;
pub(super) mod proof;
mod refunds;
pub(super) mod repeats;
mod requests;
mod reveals;

use serde::Deserialize;

pub use repeats::how_often;

use super::{Frame, Part};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::donations::HandError;
use crate::funds::{self, Fund};
use crate::people::NotAllowed;
use crate::people::operation::OperationError;
use crate::web::Site;
use crate::web::doors::{Doors, SignedIn};
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::words::Words;

pub(super) fn doors(doors: Doors) -> Doors {
    let doors = reveals::doors(names::doors(disputes::doors(list::doors(in_kind::doors(doors)))));
    repeats::doors(requests::doors(donor_proof::doors(refunds::doors(cash::doors(offline::doors(doors))))))
}

/// What may stand behind an address of these pages.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// What was just done, a word of ours.
    done: String,
    /// Where a list goes on.
    before: Option<i64>,
    /// Where the list of refunds made elsewhere goes on.
    outside_before: Option<String>,
    /// A gift number.
    number: String,
}

/// What can have been done just now.
const DONE: [&str; 15] = [
    "name",
    "logged",
    "waiting",
    "agreed",
    "given",
    "counted",
    "count",
    "differ",
    "expected",
    "arrived",
    "bounced",
    "deposited",
    "refund",
    "stop",
    "again",
];

impl Asked {
    /// What was just done, in the reader's words.
    fn said(&self, words: Words) -> Option<String> {
        DONE.contains(&&*self.done).then(|| words.of("gifts-done", &self.done))
    }
}

/// The fund that addresses call `slug`; 404 for any other word.
pub async fn fund(tx: &mut Tx, slug: &str) -> Result<Fund, Trouble> {
    funds::find_by_slug(tx, slug).await?.ok_or(Trouble::NotFound)
}

/// The day it is in the fund's time zone.
pub fn today(fund: &Fund, now: Instant) -> Day {
    now.day_in(&fund.time_zone)
}

/// The ways between the pages about a fund's gifts; to names only for whoever may look at them.
fn ways(signed_in: &SignedIn, fund: &Fund) -> Part {
    let words = signed_in.words;
    let way = |path: &str, key: &str| (format!("/treasury/{}/{path}", fund.slug), words.say(key));
    let checks = crate::donations::names::CHECKERS.iter().any(|role| signed_in.person.roles.holds(*role));
    let names = checks.then(|| way("gifts/names", "gifts-place-names"));
    let rest = [
        way("gifts/offline", "gifts-place-offline"),
        way("in-kind", "gifts-place-goods"),
        way("supporters", "supporters-title"),
        way("close", "close-place"),
    ];
    Part::Links([way("gifts", "gifts-place-list")].into_iter().chain(names).chain(rest).collect())
}

/// The frame of a page about one fund.
fn frame(site: &Site, signed_in: &SignedIn, fund: &Fund, key: &str) -> Frame {
    Frame::new(site, signed_in, format!("{} · {}", signed_in.words.say(key), fund.name))
}

/// Puts a refusal above the form, in the reader's words; a fault goes on as one.
fn refused(words: Words, error: HandError, wrongs: &mut Wrongs) -> Result<(), Trouble> {
    if let HandError::Operation(OperationError::Reused | OperationError::Malformed) = error {
        wrongs.conflict(words.say("gifts-no-reused"));
        return Ok(());
    }
    let (field, text) = told(words, error)?;
    wrongs.add(field, text);
    Ok(())
}

/// A refusal in the reader's words, with the field it belongs to; a fault goes on as one.
pub(super) fn told(words: Words, error: HandError) -> Result<(&'static str, String), Trouble> {
    Ok(match error {
        HandError::NotFound | HandError::NotAllowed(NotAllowed::Role) => return Err(Trouble::NotFound),
        HandError::NotAllowed(NotAllowed::Database(error))
        | HandError::Operation(OperationError::Database(error))
        | HandError::Database(error) => {
            return Err(error.into());
        }
        HandError::Post(crate::ledger::PostError::Locked(month)) => ("day", words.with("gifts-no-locked", "month", month)),
        HandError::Post(error) => return Err(error.into()),
        HandError::NotAllowed(NotAllowed::StepUp) => ("main", words.say("gifts-no-step-up")),
        HandError::Operation(OperationError::Reused | OperationError::Malformed) => ("main", words.say("gifts-no-reused")),
        HandError::OwnWork => ("main", words.say("gifts-no-own-work")),
        HandError::MovedOn => ("main", words.say("gifts-no-moved-on")),
        HandError::OnlyLeft(left) => ("quantity", words.with("gifts-no-only-left", "left", left)),
        HandError::Day => ("day", words.say("gifts-no-day")),
        HandError::NoProof => ("file", words.say("proof-no-file")),
        HandError::Reason => ("because", words.say("offline-no-because")),
        HandError::LineTaken => ("line", words.say("gifts-no-line-taken")),
        HandError::BoxHolds(held) => ("taken", words.with("gifts-no-box-holds", "amount", held.for_people())),
        HandError::TooFarApart => ("banked", words.say("gifts-no-too-far")),
        HandError::AtMost(most) => ("amount", words.with("gifts-no-at-most", "amount", most.for_people())),
        HandError::InDispute => ("main", words.say("gifts-no-in-dispute")),
    })
}
