//! News by mail for whoever asks: the question, the yes from their own mailbox, their own page where it stops. Nothing on these pages is live, and none
//! sets a cookie. Not here: what is sent (`donations::supporters`), what treasurers write (`treasury`).

use std::net::IpAddr;

use axum::extract::{Extension, Form as Sent, Path, Query, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::client::{self, Peer};
use super::doors::{Doors, Who};
use super::error::Trouble;
use super::form::{Choice, Form, FormParts, Typed, Wrongs};
use super::fund_page::public_fund;
use super::gift::masked;
use super::treasury::{Frame, Part, Sheet, words_outside};
use super::words::Words;
use super::{AnySite, Site, answer};
use crate::db::Tx;
use crate::donations::letters::Pen;
use crate::donations::supporters::{self, Asked};
use crate::funds::{self, Fund, State as FundState};
use crate::language::Language;
use crate::publication;
use crate::{mail, transact};

const ASK: &str = "/f/{fund}/news";
const CONFIRM: &str = "/news/confirm/{token}";
const OWN: &str = "/news/{code}";

pub fn doors(doors: Doors) -> Doors {
    let doors = doors.get(ASK, Who::Anyone, form).post(ASK, Who::Anyone, send);
    let doors = doors.get(CONFIRM, Who::Anyone, confirm_form).post(CONFIRM, Who::Anyone, confirm);
    doors.get(OWN, Who::Anyone, own).post(OWN, Who::Anyone, stop)
}

fn frame(site: &Site, words: Words, fund: &Fund, title: &str) -> Frame {
    Frame::outside(site, words, words.with(title, "fund", fund.name.as_str())).of_fund(fund)
}

fn to_fund(words: Words, fund: &Fund) -> Part {
    Part::Links(vec![(format!("/f/{}/", fund.slug), words.say("news-fund"))])
}

/// Whether a fund may have news yet to come.
const fn goes_on(fund: &Fund) -> bool {
    !matches!(fund.state, FundState::Draft | FundState::Closed)
}

async fn form(State(site): AnySite, Path(slug): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, Trouble> {
    let words = words_outside(&site, query.as_deref(), &headers).await?;
    let fund = public_fund(&site, &slug).await?;
    Ok(page(&site, words, &fund, Typed::default(), &Wrongs::default()))
}

fn page(site: &Site, words: Words, fund: &Fund, typed: Typed, wrongs: &Wrongs) -> Response {
    let sheet = Sheet::new(frame(site, words, fund, "news-title"));
    if !goes_on(fund) {
        return sheet.text(words.say("news-over")).with(to_fund(words, fund)).answer(wrongs);
    }
    let typed = typed.or("language", words.code());
    let parts = FormParts { words, typed: &typed, wrongs };
    let languages = Language::ALL.map(|language| Choice::new(language.as_str(), words.of("news-language", language.as_str())));
    let fields = vec![
        parts.email("email", "news-email", "email").hint(words.say("news-private")).required(),
        parts.radios("language", "news-language", languages.into()),
    ];
    let form = Form::new(format!("/f/{}/news", fund.slug), "", fields).button(words.say("news-send"));
    let mut response = sheet.text(words.say("news-what")).form(form).answer(wrongs);
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("600"));
    }
    response
}

async fn send(
    State(site): AnySite,
    Path(slug): Path<String>,
    peer: Option<Extension<Peer>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Sent(pairs): Sent<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let (words, typed, now) = (words_outside(&site, query.as_deref(), &headers).await?, Typed::new(pairs), site.clock.now());
    let fund = public_fund(&site, &slug).await?;
    if !goes_on(&fund) {
        return Ok(page(&site, words, &fund, typed, &Wrongs::default()));
    }
    let mut wrongs = Wrongs::default();
    let client: Option<IpAddr> = peer.map(|Extension(peer)| client::behind(peer, &headers, site.pages.proxies()));
    if let Some(secs) = client.and_then(|client| site.guesses.wait_secs(client, now)) {
        wrongs.add("email", words.with("news-closed", "minutes", secs.saturating_add(59) / 60));
        wrongs.answer_as(StatusCode::TOO_MANY_REQUESTS);
        return Ok(page(&site, words, &fund, typed, &wrongs));
    }
    let (email, language) = (typed.get("email"), typed.get("language").parse::<Language>().ok());
    if !mail::is_address(email) {
        wrongs.add("email", words.say("news-no-email"));
    }
    if language.is_none() {
        wrongs.add("language", words.say("news-no-language"));
    }
    let Some(language) = language.filter(|_| wrongs.is_empty()) else { return Ok(page(&site, words, &fund, typed, &wrongs)) };
    // Each question counts like a wrong guess: nobody has mails sent to many addresses from here.
    if let Some(client) = client {
        site.guesses.wrong(client, now);
    }
    let asked: sqlx::Result<()> = transact!(site.db, tx => supporters::ask(tx, pen(&site), &fund, (email, language), now).await);
    asked?;
    let sheet = Sheet::new(frame(&site, words, &fund, "news-sent-title")).text(words.say("news-sent"));
    Ok(sheet.with(to_fund(words, &fund)).answer(&Wrongs::default()))
}

fn pen(site: &Site) -> Pen<'_> {
    Pen { keys: &site.keyring, entropy: &site.entropy, base_url: &site.base_url, practice: site.is_practice() }
}

/// What a link of a first mail asks, and its fund; the language is the mail's unless another was chosen.
async fn asked_by(site: &Site, token: &str, (query, headers): (Option<&str>, &HeaderMap)) -> Result<(Asked, Fund, Words), Trouble> {
    let asked = Asked::read(&site.keyring, token).ok_or(Trouble::NotFound)?;
    let fund = funds::find(&mut site.db.begin_read().await?, asked.fund).await?.ok_or(Trouble::NotFound)?;
    let words = Words::chosen(query, headers).unwrap_or(Words(asked.language));
    Ok((asked, fund, words))
}

/// Says that a link is too old, or the fund at its end; None: neither is so.
fn too_late(site: &Site, words: Words, fund: &Fund, asked: &Asked) -> Option<Response> {
    if !goes_on(fund) {
        let sheet = Sheet::new(frame(site, words, fund, "news-title")).text(words.say("news-over"));
        return Some(sheet.with(to_fund(words, fund)).answer(&Wrongs::default()));
    }
    let late = !asked.holds(site.clock.now());
    let sheet = || {
        let text = words.with("news-late", "days", supporters::CONFIRM_DAYS);
        Sheet::new(frame(site, words, fund, "news-late-title"))
            .text(text)
            .link(format!("/f/{}/news", fund.slug), words.say("news-ask-again"))
    };
    late.then(|| sheet().answer_as(StatusCode::GONE, &Wrongs::default()))
}

async fn confirm_form(
    State(site): AnySite,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let (asked, fund, words) = asked_by(&site, &token, (query.as_deref(), &headers)).await?;
    if let Some(late) = too_late(&site, words, &fund, &asked) {
        return Ok(late);
    }
    let form = Form::new(format!("/news/confirm/{token}"), "", Vec::new()).button(words.say("news-confirm"));
    let sheet =
        Sheet::new(frame(&site, words, &fund, "news-confirm-title")).text(words.say("news-confirm-what")).text(words.say("news-what"));
    Ok(sheet.form(form).answer(&Wrongs::default()))
}

async fn confirm(
    State(site): AnySite,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let (asked, fund, words) = asked_by(&site, &token, (query.as_deref(), &headers)).await?;
    if let Some(late) = too_late(&site, words, &fund, &asked) {
        return Ok(late);
    }
    let now = site.clock.now();
    let newest = newest(&mut site.db.begin_read().await?, &fund).await?;
    let keys = (&*site.keyring, &site.entropy);
    let code: sqlx::Result<String> = transact!(site.db, tx => supporters::confirm(tx, keys, &asked, newest, now).await);
    Ok(answer::see_other(&format!("/news/{}?done=yes", code?))?)
}

/// The number of a fund's newest publication; 0 before the first.
async fn newest(tx: &mut Tx, fund: &Fund) -> Result<i64, Trouble> {
    let figures = publication::newest_figures(tx, fund.id).await.map_err(anyhow::Error::from)?;
    Ok(figures.map_or(0, |figures| figures.number))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Done {
    done: String,
}

async fn own(
    State(site): AnySite,
    Path(code): Path<String>,
    Query(done): Query<Done>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let (fund, donor) = supporters::find(tx, &site.keyring, &code).await?.ok_or(Trouble::NotFound)?;
    let fund = funds::find(tx, fund).await?.ok_or(Trouble::NotFound)?;
    let words = Words::chosen(query.as_deref(), &headers).unwrap_or(Words(donor.language));
    let said = (done.done == "yes").then(|| words.say("news-own-done"));
    let form = Form::new(format!("/news/{code}"), "", Vec::new()).button(words.say("news-stop"));
    let sheet = Sheet::new(frame(&site, words, &fund, "news-own-title").saying(said));
    let sheet = sheet.text(words.with("news-own-on", "address", masked(&donor.email))).form(form);
    Ok(sheet.with(to_fund(words, &fund)).answer(&Wrongs::default()))
}

/// Stops it, whoever presses: the button of the page, or that of a mail program, which sends no form of ours and follows no redirect (RFC 8058). Twice
/// is once.
async fn stop(State(site): AnySite, Path(code): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, Trouble> {
    let words = words_outside(&site, query.as_deref(), &headers).await?;
    let now = site.clock.now();
    let stopped: sqlx::Result<bool> = transact!(site.db, tx => supporters::stop(tx, &site.keyring, &code, now).await);
    stopped?;
    let sheet = Sheet::new(Frame::outside(&site, words, words.say("news-stopped-title")));
    Ok(sheet.text(words.say("news-stopped")).answer(&Wrongs::default()))
}
