//! A correction: which entry, what was wrong, what stands in its place, both sides before anybody is asked. Not here: what may be corrected
//! (`booking::correcting`), expenses, which are put right on their own page.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::journal::{LIST, Pairs};
use super::{lines, refused};
use crate::booking::correcting::{self, REASON_LETTERS};
use crate::booking::journal::{JournalError, JournalLine, NewCorrection};
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ids::{EntryId, sha256_hex};
use crate::ledger::{self, Account, Mistake};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::treasury::gifts::fund;
use crate::web::treasury::{Frame, Part, RECORDERS, Sheet, operation, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const NEW: &str = "/treasury/{fund}/corrections/new";

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(NEW, Who::Holding(RECORDERS), new).post(NEW, Who::Holding(RECORDERS), send)
}

/// Where an entry of that fund is corrected.
pub(super) fn address(slug: &str, entry: EntryId) -> String {
    format!("/treasury/{slug}/corrections/new?entry={entry}")
}

/// What may stand behind the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// The entry that is wrong.
    entry: String,
}

/// Both sides of a correction, as they are shown before anybody is asked.
type Sides = (Vec<JournalLine>, Vec<JournalLine>);

async fn new(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let (mut typed, mut wrongs) = (Typed::default().or("entry", asked.entry), Wrongs::default());
    if !typed.get("entry").is_empty() {
        typed = prefilled(tx, signed_in.words, &fund, typed, &mut wrongs).await?;
    }
    let offers = Offers::read(tx).await?;
    Ok(page(&site, &signed_in, (&fund, &offers), (typed, None), &wrongs))
}

/// The form with the lines of the entry it names, where that may be corrected.
async fn prefilled(tx: &mut Tx, words: Words, fund: &Fund, typed: Typed, wrongs: &mut Wrongs) -> Result<Typed, Trouble> {
    let Ok(entry) = typed.get("entry").parse().map(EntryId) else {
        wrongs.add("entry", words.say("journal-no-entry"));
        return Ok(typed);
    };
    match correcting::correctable(tx, fund, entry).await {
        Err(JournalError::NotFound) => wrongs.add("entry", words.say("correction-no-entry")),
        Err(error) => refused(words, error, wrongs)?,
        Ok(whole) => {
            let same = whole.entry.postings.iter().all(|posting| posting.amount.currency == fund.currency);
            let line = |posting: &ledger::Posting| JournalLine {
                path: posting.path.clone(),
                fund_id: posting.fund,
                currency: posting.amount.currency,
                amount_minor: posting.amount.minor,
            };
            let old: Vec<JournalLine> = whole.entry.postings.iter().filter(|_| same).map(line).collect();
            let funds = funds::list(tx).await?;
            return Ok(lines::typed(&old, &funds, typed.put("shown", entry.to_string()).put("lines", old.len().to_string())));
        }
    }
    Ok(typed)
}

/// What the lines of the new entry may be chosen from.
struct Offers {
    funds: Vec<Fund>,
    accounts: Vec<Account>,
}

impl Offers {
    async fn read(tx: &mut Tx) -> Result<Self, Trouble> {
        Ok(Self { funds: funds::list(tx).await?, accounts: ledger::accounts(tx).await? })
    }
}

fn page(
    site: &Site,
    signed_in: &SignedIn,
    (fund, offers): (&Fund, &Offers),
    (typed, sides): (Typed, Option<Sides>),
    wrongs: &Wrongs,
) -> Response {
    let words = signed_in.words;
    let Offers { funds, accounts } = offers;
    let frame = Frame::new(site, signed_in, words.say("correction-title"));
    let mut sheet = Sheet::new(frame).with(Part::Note(words.say("correction-note")));
    let parts = FormParts { words, typed: &typed, wrongs };
    let mut fields = vec![parts.number("entry", "journal-entry")];
    let shown = !typed.get("shown").is_empty();
    if shown {
        let kinds = Mistake::ALL.iter().map(|kind| Choice::new(kind.as_str(), words.of("correction-kind", kind.as_str()))).collect();
        let nothing = vec![Choice::new("1", words.say("correction-nothing"))];
        fields.extend([
            parts.hidden("shown"),
            parts.hidden("lines"),
            parts.hidden("previewed"),
            parts.radios("kind", "correction-kind", kinds),
            parts.area("reason", "journal-wrong").hint(words.say("correction-reason-hint")),
            parts.checks("nothing", "correction-instead", nothing).optional(words),
        ]);
        let count = typed.get("lines").parse::<usize>().unwrap_or(0).saturating_add(1);
        fields.extend(lines::fields(&parts, accounts, funds, fund.currency, count));
    }
    let form = Form::new(format!("/treasury/{}/corrections/new", fund.slug), operation(site, &typed), fields);
    let form = form.button(words.say(if shown { "correction-preview" } else { "correction-begin" }));
    let form = match sides {
        None => form,
        Some((back, instead)) => {
            sheet = sheet.with(Part::Table(lines::table(words, "correction-back", &back, funds))).with(Part::Table(lines::table(
                words,
                "correction-new",
                &instead,
                funds,
            )));
            form.other_button("ask", words.say("correction-ask"))
        }
    };
    sheet.with(Part::Form(form)).answer(wrongs)
}

/// What the form says, where all of it can be read.
fn read(words: Words, typed: &Typed, fund: &Fund, funds: &[Fund], wrongs: &mut Wrongs) -> Option<NewCorrection> {
    let entry = typed.get("entry").parse().map(EntryId).ok()?;
    let wrong = typed.get("kind").parse::<Mistake>().ok();
    if wrong.is_none() {
        wrongs.add("kind", words.say("correction-no-kind"));
    }
    let reason = typed.get("reason");
    if !REASON_LETTERS.contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        wrongs.add("reason", words.say("correction-no-reason"));
    }
    let lines = if typed.has("nothing") { Vec::new() } else { lines::read(words, typed, funds, fund.currency, wrongs) };
    let new = NewCorrection { entry, wrong: wrong?, reason: reason.to_owned(), lines };
    wrongs.is_empty().then_some(new)
}

async fn send(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let (mut typed, mut wrongs, offers) = (Typed::new(pairs.clone()), Wrongs::default(), Offers::read(tx).await?);
    if typed.get("shown") != typed.get("entry") || typed.get("entry").is_empty() {
        let typed = prefilled(tx, words, &fund, typed, &mut wrongs).await?;
        return Ok(page(&site, &signed_in, (&fund, &offers), (typed, None), &wrongs));
    }
    let Some(new) = read(words, &typed, &fund, &offers.funds, &mut wrongs) else {
        return Ok(page(&site, &signed_in, (&fund, &offers), (typed, None), &wrongs));
    };
    // Others are asked about what was shown, and about nothing else.
    let fingerprint = sha256_hex(format!("{new:?}"));
    if typed.has("ask") && typed.get("previewed") == fingerprint {
        let now = site.clock.now();
        let done: Result<String, JournalError> = match sent(&signed_in, "correction", &pairs, &typed) {
            Err(error) => Err(error.into()),
            Ok(operation) => transact!(site.db, tx => {
                correcting::ask(tx, &fund, &new, &operation, signed_in.actor(), &site.entropy, now).await
            }),
        };
        match done {
            Ok(reference) => return Ok(answer::see_other(&format!("{LIST}/{reference}?done=asked"))?),
            Err(error) => refused(words, error, &mut wrongs)?,
        }
        return Ok(page(&site, &signed_in, (&fund, &offers), (typed, None), &wrongs));
    }
    let sides = match correcting::preview(tx, &fund, &new).await {
        Ok(sides) => Some(sides),
        Err(JournalError::NotFound) => {
            wrongs.add("entry", words.say("correction-no-entry"));
            None
        }
        Err(error) => {
            refused(words, error, &mut wrongs)?;
            None
        }
    };
    typed = typed.put("previewed", fingerprint);
    Ok(page(&site, &signed_in, (&fund, &offers), (typed, sides), &wrongs))
}
