//! Names that donors want to see in public, each alone: shown, or not. Not here: whose they are.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::in_kind::sent;
use super::offline::Pairs;
use super::{Asked, frame, fund, refused, ways};
use crate::donations::names::{self, CHECKERS, Verdict, Waiting};
use crate::funds::Fund;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::treasury::{Sheet, operation};
use crate::web::{AnySite, Site, answer};

const NAMES: &str = "/treasury/{fund}/gifts/names";
/// How many names are looked at in one go.
const AT_ONCE: i64 = 50;

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(CHECKERS);
    doors.get(NAMES, who, list).post(NAMES, who, decide)
}

async fn list(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let waiting = names::waiting(tx, &site.keyring, fund.id, AT_ONCE).await?;
    Ok(page(&site, &signed_in, (&fund, &waiting), &asked, &Typed::default(), &Wrongs::default()))
}

fn page(
    site: &Site,
    signed_in: &SignedIn,
    (fund, waiting): (&Fund, &[Waiting]),
    asked: &Asked,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Response {
    let words = signed_in.words;
    let frame = frame(site, signed_in, fund, "names-title").saying(asked.said(words));
    let sheet = Sheet::new(frame).with(ways(signed_in, fund)).text(words.say("names-why"));
    if waiting.is_empty() {
        return sheet.text(words.say("names-none")).answer(wrongs);
    }
    let parts = FormParts { words, typed, wrongs };
    let choices = waiting.iter().map(|name| Choice::new(name.reference.as_str(), name.name.as_str())).collect();
    let fields = vec![
        parts.radios("which", "names-which", choices),
        parts.text("reason", "names-reason", "off").hint(words.say("names-reason-hint")).optional(words),
    ];
    let form = Form::new(format!("/treasury/{}/gifts/names", fund.slug), operation(site, typed), fields);
    sheet.form(form.button(words.say("names-show")).other_button("refuse", words.say("names-refuse"))).answer(wrongs)
}

async fn decide(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let verdict = if typed.has("refuse") { Verdict::Refuse(typed.get("reason")) } else { Verdict::Show };
    if typed.get("which").is_empty() {
        wrongs.add("which", words.say("names-no-which"));
    } else {
        let (actor, now, sealing) = (signed_in.actor(), site.clock.now(), (&*site.keyring, &site.entropy));
        let decided = (typed.get("which"), verdict);
        let done = match sent(&signed_in, &format!("names of {slug}"), &pairs, &typed) {
            Err(error) => Err(error),
            Ok(operation) => transact!(site.db, tx => names::decide(tx, fund.id, decided, &operation, actor, sealing, now).await),
        };
        match done {
            Ok(true) => return Ok(answer::see_other(&format!("/treasury/{}/gifts/names?done=name", fund.slug))?),
            Ok(false) => wrongs.add("which", words.say("names-no-more")),
            Err(crate::donations::HandError::Reason) => wrongs.add("reason", words.say("names-no-reason")),
            Err(error) => refused(words, error, &mut wrongs)?,
        }
    }
    let waiting = names::waiting(&mut site.db.begin_read().await?, &site.keyring, fund.id, AT_ONCE).await?;
    Ok(page(&site, &signed_in, (&fund, &waiting), &Asked::default(), &typed, &wrongs))
}
