//! The groups of the charter: how each is paid and how far that was checked, and how members voted on what is left. Not here: the plan.

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::refusing::refused;
use crate::clock::Day;
use crate::closing::{Checked, Group, PlanRefusal, advising, recipients};
use crate::funds::Fund;
use crate::ids::PayeeId;
use crate::people::Role;
use crate::spending::payee::{Kind, NewDetails, NewPayee};
use crate::spending::payees::Sealing;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Table};
use crate::web::treasury::gifts::{fund, today};
use crate::web::treasury::spending::{PAYEES, payee_fields};
use crate::web::treasury::{Frame, Part, READERS, RECORDERS, Sheet, operation, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const GROUPS: &str = "/treasury/{fund}/close/recipients";
const VOTE: &str = "/treasury/{fund}/close/recipients/vote";

type Pairs = Sent<Vec<(String, String)>>;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(GROUPS, Who::Holding(READERS), list).post(GROUPS, Who::Holding(RECORDERS), enter).post(VOTE, Who::Holding(RECORDERS), vote)
}

/// What may stand behind the addresses of these pages.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// What was just done, a word of ours.
    pub done: String,
    /// Where a list goes on.
    pub before: Option<i64>,
}

/// What can have been done just now.
const DONE: [&str; 9] = ["entered", "vote", "proposed", "back", "sent", "ended", "answer", "cleared", "goods"];

impl Asked {
    pub fn said(&self, words: Words) -> Option<String> {
        DONE.contains(&&*self.done).then(|| words.of("plan-done", &self.done))
    }
}

/// The ways between the pages about what is left.
pub(super) fn ways(words: Words, fund: &Fund) -> Part {
    let way = |path: &str, key: &str| (format!("/treasury/{}/close/{path}", fund.slug), words.say(key));
    Part::Links(vec![way("recipients", "plan-groups"), way("plan", "plan-title"), way("grants", "plan-grants")])
}

/// The frame of a page about what is left of a fund.
pub(super) fn frame(site: &Site, signed_in: &SignedIn, fund: &Fund, key: &str, asked: &Asked) -> Frame {
    let words = signed_in.words;
    Frame::new(site, signed_in, format!("{} · {}", words.say(key), fund.name)).saying(asked.said(words))
}

async fn list(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Trouble> {
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    page(&site, &signed_in, &fund, &asked, &Typed::default(), &Wrongs::default()).await
}

async fn page(site: &Site, signed_in: &SignedIn, fund: &Fund, asked: &Asked, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let groups = recipients::groups(tx, fund.id).await?;
    let now = site.clock.now();
    let mut table = Table::new(words.say("plan-groups-caption"), words.say("plan-no-charter"))
        .column(words.say("plan-group"))
        .column(words.say("plan-why"))
        .column(words.say("plan-paid"))
        .column(words.say("expense-state"));
    for group in &groups {
        let paid = match &group.known {
            Some(known) => Cell::link(format!("{PAYEES}/{}", known.payee.id), known.paid_to()),
            None => Cell::text(""),
        };
        table.row(vec![Cell::text(group.name.as_str()), Cell::text(group.why.as_str()), paid, chip(words, group.checked(now))]);
    }
    let mut sheet = Sheet::new(frame(site, signed_in, fund, "plan-groups", asked))
        .with(ways(words, fund))
        .with(Part::Note(words.say("plan-groups-note")))
        .with(Part::Table(table));
    if let Some((held_on, counts)) = advising::newest_vote(tx, fund.id).await? {
        let mut votes = Table::new(words.with("plan-vote-caption", "day", words.day(held_on)), "")
            .column(words.say("plan-group"))
            .figures(words.say("plan-votes"));
        for (name, given) in &counts {
            votes.row(vec![Cell::text(name.as_str()), Cell::number(given)]);
        }
        sheet = sheet.with(Part::Table(votes)).with(Part::Note(words.say("plan-advice")));
    }
    if signed_in.person.roles.holds(Role::Recorder) && !groups.is_empty() {
        sheet = forms(site, words, fund, &groups, typed, wrongs).into_iter().fold(sheet, Sheet::with);
    }
    Ok(sheet.answer(wrongs))
}

fn chip(words: Words, checked: Checked) -> Cell {
    let look = match checked {
        Checked::Ready => "good",
        Checked::Missing | Checked::Waiting | Checked::Resting => "warning",
        Checked::Ended => "plain",
    };
    Cell::chip(look, words.of("plan-checked", checked.as_str()))
}

/// The form for a group whose payment nobody entered, and the one for a vote.
fn forms(site: &Site, words: Words, fund: &Fund, groups: &[Group], typed: &Typed, wrongs: &Wrongs) -> Vec<Part> {
    let now = site.clock.now();
    let mut list = Vec::new();
    let open = groups.iter().filter(|group| matches!(group.checked(now), Checked::Missing | Checked::Ended));
    let open: Vec<Choice> = open.map(|group| Choice::new(group.name.as_str(), group.name.as_str())).collect();
    let at = format!("/treasury/{}/close/recipients", fund.slug);
    if !open.is_empty() {
        let parts = FormParts { words, typed, wrongs };
        let mut fields = vec![parts.select("name", "plan-group", open)];
        fields.extend(payee_fields(&parts));
        let form = Form::new(at.clone(), operation(site, typed), fields).button(words.say("plan-enter"));
        list.extend([Part::Heading(words.say("plan-enter")), Part::Note(words.say("payee-hold-note")), Part::Form(form)]);
    }
    let typed = typed.clone().or("held_on", today(fund, now).to_string());
    let parts = FormParts { words, typed: &typed, wrongs };
    let mut fields = vec![parts.day("held_on", "plan-held-on")];
    for (n, group) in groups.iter().enumerate() {
        fields.push(
            parts
                .number(&format!("votes_{n}"), "plan-votes")
                .named(words.with("plan-votes-for", "name", group.name.as_str()))
                .optional(words),
        );
    }
    let form = Form::new(format!("{at}/vote"), site.entropy.reference(), fields).quiet_button(words.say("plan-vote"));
    list.extend([Part::Heading(words.say("plan-vote")), Part::Note(words.say("plan-advice")), Part::Form(form)]);
    list
}

async fn enter(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let conflict = (typed.get("conflict"), typed.get("conflict_text"));
    let new = NewPayee::parse("group", Kind::Group.as_str(), conflict, typed.get("email"));
    let details = NewDetails::parse(typed.get("way"), typed.get("account"), typed.get("checked"));
    let mut tell = |list: Vec<(&'static str, crate::spending::payee::Wrong)>| {
        for (field, wrong) in list {
            wrongs.add(field, words.of("payee-wrong", wrong.as_str()));
        }
    };
    match (new, details) {
        (Ok(new), Ok(details)) => {
            let done: Result<PayeeId, PlanRefusal> = match sent(&signed_in, &format!("recipient of {slug}"), &pairs, &typed) {
                Err(error) => Err(error.into()),
                Ok(operation) => {
                    let (actor, now) = (signed_in.actor(), site.clock.now());
                    let sealing = Sealing { keys: &site.keyring, entropy: &site.entropy };
                    let told = (&details, new.conflict.as_deref(), new.email.as_str());
                    transact!(site.db, tx => recipients::enter(tx, actor, &operation, (&fund, typed.get("name")), told, sealing, now).await)
                }
            };
            match done {
                Ok(_) => return Ok(answer::see_other(&format!("/treasury/{slug}/close/recipients?done=entered"))?),
                Err(error) => {
                    let back = format!("/treasury/{slug}/close/recipients");
                    if let Some(response) = refused(words, &back, (error, fund.currency), &mut wrongs)? {
                        return Ok(response);
                    }
                }
            }
        }
        (new, details) => {
            tell(new.err().unwrap_or_default());
            tell(details.err().unwrap_or_default());
        }
    }
    page(&site, &signed_in, &fund, &Asked::default(), &typed, &wrongs).await
}

async fn vote(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let groups = recipients::groups(tx, fund.id).await?;
    let day = typed.get("held_on").parse::<Day>().ok();
    let mut counts = Vec::new();
    for (n, group) in groups.iter().enumerate() {
        let text = typed.get(&format!("votes_{n}"));
        match text.parse::<i64>() {
            Ok(votes) if text.bytes().all(|b| b.is_ascii_digit()) => counts.push((group.name.clone(), votes)),
            _ if text.is_empty() => counts.push((group.name.clone(), 0)),
            _ => wrongs.add(format!("votes_{n}"), words.say("plan-no-votes")),
        }
    }
    if day.is_none() {
        wrongs.add("held_on", words.say("gifts-no-day"));
    }
    if let Some(day) = day.filter(|_| wrongs.is_empty()) {
        let done: Result<(), PlanRefusal> = match sent(&signed_in, &format!("vote of {slug}"), &pairs, &typed) {
            Err(error) => Err(error.into()),
            Ok(operation) => {
                let (actor, now) = (signed_in.actor(), site.clock.now());
                transact!(site.db, tx => advising::record_vote(tx, actor, &operation, (fund.id, day, &counts), now).await)
            }
        };
        match done {
            Ok(()) => return Ok(answer::see_other(&format!("/treasury/{slug}/close/recipients?done=vote"))?),
            Err(PlanRefusal::Words) => wrongs.add("votes_0", words.say("plan-no-votes")),
            Err(PlanRefusal::Day) => wrongs.add("held_on", words.say("gifts-no-day")),
            Err(error) => {
                let back = format!("/treasury/{slug}/close/recipients");
                if let Some(response) = refused(words, &back, (error, fund.currency), &mut wrongs)? {
                    return Ok(response);
                }
            }
        }
    }
    page(&site, &signed_in, &fund, &Asked::default(), &typed, &wrongs).await
}

/// The groups of a fund that a form offers, each once.
pub(super) fn choices(groups: &[Group]) -> Vec<Choice> {
    groups.iter().map(|group| Choice::new(group.name.as_str(), group.name.as_str())).collect()
}
