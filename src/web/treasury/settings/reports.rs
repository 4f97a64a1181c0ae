//! Which reports a fund shows the public that it need not. One person chooses.

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::{ADMINISTRATORS, frame, fund, page_of, settled};
use crate::funds::settings;
use crate::funds::{self, Fund, Reports};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Sheet, operation, sent};
use crate::web::{AnySite, Site};

const REPORTS: &str = "/treasury/{fund}/settings/reports";

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(REPORTS, who, form).post(REPORTS, who, send)
}

async fn form(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let shown = funds::reports(tx, fund.id).await?;
    let mut typed = Typed::default();
    for (name, is_shown) in [("budget", shown.budget), ("lm", shown.lm)] {
        if is_shown {
            typed = typed.or(name, "yes");
        }
    }
    Ok(page(&site, &signed_in, &fund, &typed, &Wrongs::default()))
}

fn page(site: &Site, signed_in: &SignedIn, fund: &Fund, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let tick = || vec![Choice::new("yes", words.say("setting-reports-show"))];
    let fields = vec![parts.checks("budget", "setting-reports-budget", tick()), parts.checks("lm", "setting-reports-lm", tick())];
    let form = Form::new(format!("{}/reports", page_of(fund)), operation(site, typed), fields).button(words.say("me-save"));
    let sheet = Sheet::new(frame(site, signed_in, fund, "setting-reports")).text(words.say("setting-reports-why"));
    sheet.form(form).link(page_of(fund), words.say("people-back")).answer(wrongs)
}

async fn send(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let reports = Reports { budget: typed.has("budget"), lm: typed.has("lm") };
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done = match sent(&signed_in, &format!("reports of {slug}"), &pairs, &typed) {
        Err(refused) => Err(refused.into()),
        Ok(operation) => transact!(site.db, tx => settings::set_reports(tx, actor, &operation, fund.id, reports, now).await),
    };
    let answered = settled(done, &fund, "reports")?;
    Ok(answered.unwrap_or_else(|| {
        wrongs.add("budget", words.say("people-reopen"));
        page(&site, &signed_in, &fund, &typed, &wrongs)
    }))
}
