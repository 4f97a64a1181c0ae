//! A gift's own page, for whoever holds its address: how the gift stands, its receipt, and what its donor may change. Reading changes nothing: each
//! change has a page of its own that asks first. Not here: what a gift is (`donations`), the page after the payment (`thanks`).

mod ask_back;
mod changes;
mod lost;
mod receipt;
mod repeat;

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::doors::{Doors, Who};
use super::error::Trouble;
use super::fund_page::Headline;
use super::table::{Cell, Facts};
use super::treasury::{Frame, Part, Sheet, words_outside};
use super::words::Words;
use super::{AnySite, Site, answer};
use crate::db::Tx;
use crate::donations::letters::Pen;
use crate::donations::receipt::{Counted, short};
use crate::donations::{self, Donation, GiftPage, GiftState, Listing, NameState};
use crate::funds::{self, Fund};
use crate::publication::{self, Proof};

const PAGE: &str = "/gift/{code}";
const PROOF: &str = "/gift/{code}/proof.txt";

/// The pages of a gift, and the one for whoever lost the way to them.
pub fn doors(doors: Doors) -> Doors {
    let doors = doors.get(PAGE, Who::Anyone, show).get(PROOF, Who::Anyone, proof);
    repeat::doors(lost::doors(ask_back::doors(changes::doors(receipt::doors(doors)))))
}

/// What may stand behind an address of these pages.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// What was just done, a word of ours.
    done: String,
}

/// What can have been done just now.
const DONE: [&str; 5] = ["name", "deleted", "asked", "sent", "not-sent"];

/// A gift whose code was given, and how it is to be read.
struct Here {
    code: String,
    gift: Donation,
    fund: Fund,
    words: Words,
}

impl FromRequestParts<Arc<Site>> for Here {
    type Rejection = Trouble;

    /// Finds the gift of the code in the address; nothing is there for any other.
    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Trouble> {
        let Path(code) = Path::<String>::from_request_parts(parts, site).await.map_err(|_| Trouble::NotFound)?;
        let words = words_outside(site, parts.uri.query(), &parts.headers).await?;
        let tx = &mut site.db.begin_read().await?;
        let gift = donations::find_by_code(tx, &code).await?.ok_or(Trouble::NotFound)?;
        let fund = funds::find(tx, gift.fund_id).await?.ok_or(Trouble::NotFound)?;
        Ok(Self { code, gift, fund, words })
    }
}

impl Here {
    /// Everything that its page says.
    async fn page(&self, site: &Site, tx: &mut Tx) -> Result<GiftPage, Trouble> {
        let counted = counted(site, tx, &self.fund, &self.gift).await?;
        Ok(donations::gift_page(tx, &site.keyring, &self.gift, counted, site.is_practice(), site.clock.now()).await?)
    }

    fn frame(&self, site: &Site, title: &str) -> Frame {
        Frame::outside(site, self.words, self.words.with(title, "number", self.gift.number.as_str())).of_fund(&self.fund)
    }

    /// The address of a page of this gift.
    fn at(&self, page: &str) -> String {
        format!("/gift/{}{page}", self.code)
    }

    /// The way back from a page that asks first.
    fn keep(&self) -> Part {
        Part::Links(vec![(self.at(""), self.words.say("gift-keep"))])
    }

    /// After a change: the gift's page, which says what was done.
    fn done(&self, what: &str) -> Result<Response, Trouble> {
        Ok(answer::see_other(&format!("/gift/{}?done={what}", self.code))?)
    }
}

/// What mails about a change are written with.
fn pen(site: &Site) -> Pen<'_> {
    Pen { keys: &site.keyring, entropy: &site.entropy, base_url: &site.base_url, practice: site.is_practice() }
}

/// Where a gift is counted; None: the next publication will.
async fn counted(site: &Site, tx: &mut Tx, fund: &Fund, gift: &Donation) -> Result<Option<Counted>, Trouble> {
    let Some(id) = gift.publication_id else { return Ok(None) };
    let Some(number) = publication::number_of(tx, id).await? else { return Ok(None) };
    let root = publication::published_head(tx, fund, Some(number)).await?.map(|head| head.root);
    Ok(Some(Counted { number, root, verify: format!("{}/f/{}/verify", site.base_url, fund.slug) }))
}

/// An address as its owner knows it again and nobody else reads it: `m•••@e•••.org`.
pub fn masked(email: &str) -> String {
    let first = |text: &str| text.chars().next().map(|letter| format!("{letter}•••")).unwrap_or_default();
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let (host, end) = domain.rsplit_once('.').unwrap_or((domain, ""));
    format!("{}@{}.{end}", first(local), first(host))
}

async fn show(State(site): AnySite, here: Here, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let words = here.words;
    // Before the transaction: what is not within reach is read over a connection of its own.
    let headline = Headline::find(&site, &here.fund.slug).await?;
    let tx = &mut site.db.begin_read().await?;
    let page = here.page(&site, tx).await?;
    let said = DONE.contains(&&*asked.done).then(|| words.of("gift-done", &asked.done));
    let mut sheet = Sheet::new(here.frame(&site, "gift-title").saying(said)).with(Part::Facts(status(words, &page)));
    for part in receipt::parts(&here, &page) {
        sheet = sheet.with(part);
    }
    for part in repeat::parts(tx, &here).await? {
        sheet = sheet.with(part);
    }
    if let Some(donor) = &page.donor {
        let state = donations::name_state(tx, here.gift.id).await?;
        sheet = sheet.with(heading(words, "gift-name")).text(listed(words, &donor.listing, state));
        sheet = sheet.link(here.at("/name"), words.say("gift-name-change"));
    }
    for part in proven(&site, tx, &here, &page).await? {
        sheet = sheet.with(part);
    }
    if let (GiftState::Confirmed, Some(headline)) = (page.state, &headline) {
        for part in published(&here, headline) {
            sheet = sheet.with(part);
        }
    }
    let contact = funds::settings::about(tx, here.fund.id).await?.contact;
    for part in ask_back::parts(&site, tx, &here, &page, &contact).await? {
        sheet = sheet.with(part);
    }
    sheet = sheet.with(heading(words, "gift-delete"));
    sheet = match (&page.donor, page.erased_at) {
        (Some(_), _) => sheet.text(words.say("gift-delete-what")).link(here.at("/delete"), words.say("gift-delete")),
        (None, Some(at)) => sheet.text(words.with("gift-deleted-on", "day", words.day(at.day_in(&here.fund.time_zone)))),
        (None, None) => sheet.text(words.say("gift-no-details")),
    };
    let contact = if contact.is_empty() { words.say("gift-no-contact") } else { words.with("gift-write-to", "contact", contact) };
    Ok(sheet.with(heading(words, "receipt-contact")).text(contact).answer(&super::form::Wrongs::default()))
}

fn heading(words: Words, key: &str) -> Part {
    Part::Heading(words.say(key))
}

/// How a gift stands, in two lines.
fn status(words: Words, page: &GiftPage) -> Facts {
    let look = match page.state {
        GiftState::Confirmed => "good",
        GiftState::Waiting | GiftState::PartlyRefunded | GiftState::Disputed => "warning",
        GiftState::Failed | GiftState::TakenBack => "bad",
        GiftState::Refunded => "plain",
    };
    let facts = Facts::default().add(words.say("gift-stands"), Cell::chip(look, words.of("gift-stands", page.state.as_str())));
    let Some(receipt) = &page.receipt else { return facts };
    let counted = match &receipt.counted {
        Some(counted) => words.with("gift-counted", "number", counted.number),
        None => words.say("gift-not-counted"),
    };
    facts.add(words.say("gift-published"), Cell::text(counted))
}

/// What the fund has published by now, and the ways to all of it.
fn published(here: &Here, headline: &Headline) -> [Part; 4] {
    let (words, fund) = (here.words, &here.fund);
    let figures = Facts::default()
        .add(words.say("thanks-received"), Cell::sum(words, headline.received))
        .add(words.say("thanks-spent"), Cell::sum(words, headline.spent))
        .add(words.say("thanks-on-hand"), Cell::sum(words, headline.on_hand));
    let at = words.moment(headline.made_at, &fund.time_zone);
    let as_of = words.with_two("public-as-of", ("at", at), ("number", headline.number.as_str()));
    let see = (format!("/f/{}/", fund.slug), words.say("thanks-see"));
    let spending = (format!("/f/{}/spending/", fund.slug), words.say("gift-fund-spending"));
    [heading(words, "gift-fund-published"), Part::Facts(figures), Part::Note(as_of), Part::Links(vec![see, spending])]
}

/// How a donor is listed.
fn listed(words: Words, listing: &Listing, state: Option<NameState>) -> String {
    let Some(name) = listing.name() else { return words.say("gift-name-hidden") };
    let key = match state {
        None | Some(NameState::Waiting) => "gift-name-waiting",
        Some(NameState::Shown) => "gift-name-shown",
        Some(NameState::Refused) => "gift-name-refused",
    };
    words.with(key, "name", name.to_owned())
}

/// The proof, once there is one.
async fn proven(site: &Site, tx: &mut Tx, here: &Here, page: &GiftPage) -> Result<Vec<Part>, Trouble> {
    let words = here.words;
    let mut parts = vec![heading(words, "gift-proof")];
    let Some(counted) = page.receipt.as_ref().and_then(|receipt| receipt.counted.as_ref()) else {
        parts.push(Part::Text(words.say("gift-proof-later")));
        return Ok(parts);
    };
    let mut facts = Facts::default().add(words.say("gift-publication"), Cell::number(counted.number));
    if let Some(root) = &counted.root {
        facts = facts.add(words.say("gift-root-short"), Cell::text(short(root)));
        facts = facts.add(words.say("gift-root"), Cell::text(root.as_str()));
    }
    parts.push(Part::Facts(facts));
    let verify = (format!("/f/{}/verify", here.fund.slug), words.say("gift-verify"));
    match publication::proof(tx, &site.keyring, here.gift.id).await? {
        Proof::Ready(..) => {
            parts.push(Part::Text(words.say("gift-proof-what")));
            parts.push(Part::Links(vec![(here.at("/proof.txt"), words.say("gift-proof-download")), verify]));
        }
        // Whoever is forgotten is forgotten with what would have opened the proof.
        Proof::NotYet if page.erased_at.is_none() => parts.push(Part::Text(words.say("gift-proof-before"))),
        Proof::NotYet | Proof::Gone => parts.push(Part::Text(words.say("gift-proof-gone"))),
    }
    Ok(parts)
}

/// `GET /gift/{code}/proof.txt`.
async fn proof(State(site): AnySite, here: Here) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let Proof::Ready(text, _) = publication::proof(tx, &site.keyring, here.gift.id).await? else { return Err(Trouble::NotFound) };
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(format!("attachment; filename=\"proof-{}.txt\"", here.gift.number))?);
    answer::keep_private(&mut response);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_again_by_its_owner_alone() {
        assert_eq!(masked("maria.lopez@example.org"), "m•••@e•••.org");
        assert_eq!(masked("ñ@mail.co.uk"), "ñ•••@m•••.uk");
    }
}
