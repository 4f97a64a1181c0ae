//! The give form: from first look to Stripe's page. Not here: the page itself (`page`), what a pledge is (`donations`), Stripe (`payments`).

mod closed;
mod page;

use std::net::IpAddr;

use axum::Extension;
use axum::extract::{Form, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use self::page::{Said, Shown};
pub(super) use self::page::{listing_fields, listing_wrong};
use super::client::{self, Peer};
use super::error::Trouble;
use super::form::Typed;
use super::fund_page::public_fund;
use super::words::{self, Words};
use super::{AnySite, Site, answer};
use crate::clock::Instant;
use crate::donations::ladder::{self, Rungs, Step};
use crate::donations::{self, Answers, Desk, FieldError, GiveError, Pledge, PledgeError, PledgeForm, Return, Terms, slowing};
use crate::funds::charter::Charter;
use crate::funds::{self, Fund};
use crate::ids::DonationId;
use crate::language::Language;
use crate::money::Money;
use crate::{publication, transact};

/// A form as it arrives; which fields it may have, and each once, stands in `fields`.
type Pairs = Form<Vec<(String, String)>>;

/// A form as it stands: what was typed, and when it was given out.
#[derive(Debug)]
struct Draft {
    typed: Typed,
    issued_at: Instant,
}

impl Draft {
    /// An empty one, given out now.
    fn new(site: &Site, terms: &Terms) -> Self {
        let chosen = terms.giving.chosen.map(Money::short_decimal).unwrap_or_default();
        let typed = Typed::default().or("interval", "once").or("amount", chosen).or("listing", "no");
        Self { typed: typed.or("attempt", site.entropy.reference()), issued_at: site.clock.now() }
    }

    /// Filled with what the same donor answered before. It was read then, so it may be sent at once.
    fn of_answers(site: &Site, terms: &Terms, answers: Answers, back: &str) -> Self {
        let Answers { amount, cover, interval, donor, issued_at, .. } = answers;
        let (chosen, other) = if terms.giving.amounts.contains(&amount) {
            (amount.short_decimal(), String::new())
        } else {
            ("other".to_owned(), amount.written(terms.marks()))
        };
        let typed = Typed::default()
            .or("interval", interval.map_or("once", |interval| interval.as_str()))
            .or("amount", chosen)
            .or("amount_other", other)
            .or("email", donor.email)
            .or("name", donor.name.unwrap_or_default())
            .or("listing", if donor.listing.name().is_some() { "show" } else { "no" })
            .or("public_name", donor.listing.name().unwrap_or_default())
            .or("leftover", donor.wish.unwrap_or_default())
            .or("note", donor.note.unwrap_or_default())
            .or("attempt", site.entropy.reference())
            .or("back", back);
        let typed = if cover { typed.or("cover_fee", "yes") } else { typed };
        Self { typed, issued_at }
    }

    fn form(&self) -> PledgeForm {
        let text = |name| self.typed.get(name).to_owned();
        PledgeForm {
            interval: text("interval"),
            amount: text("amount"),
            amount_other: text("amount_other"),
            cover_fee: text("cover_fee"),
            email: text("email"),
            name: text("name"),
            listing: text("listing"),
            public_name: text("public_name"),
            leftover: text("leftover"),
            note: text("note"),
            attempt: text("attempt"),
            trap: text("website"),
        }
    }
}

/// What the form of a fund is read by, for a reader of this language.
async fn terms(site: &Site, fund: &Fund, language: Language) -> Result<Terms, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let charter = funds::charter(tx, fund.id).await?.and_then(|version| Charter::of_lines(&version.body));
    let recipients = charter.map(|charter| charter.recipients.into_iter().map(|recipient| recipient.name).collect()).unwrap_or_default();
    Ok(Terms { giving: funds::giving(tx, fund).await?, language, recipients })
}

/// The language of a visitor: what they chose, what their browser says, then what the fund begins in.
async fn reader(site: &Site, fund: &Fund, query: Option<&str>, headers: &HeaderMap) -> Result<Words, Trouble> {
    if let Some(words) = Words::wanted(query, headers) {
        return Ok(words);
    }
    let about = funds::settings::about(&mut site.db.begin_read().await?, fund.id).await?;
    Ok(Words(about.languages.first()))
}

/// Whether a fund takes gifts now. Its cap is held against the newest publication alone: nothing here may tell of gifts that wait for the next.
async fn takes_gifts(site: &Site, fund: &Fund) -> Result<bool, Trouble> {
    let newest = publication::newest_figures(&mut site.db.begin_read().await?, fund.id).await?;
    Ok(fund.state.allows(funds::Act::Give) && !newest.is_some_and(|figures| figures.is_capped()))
}

/// `GET /f/{fund}/give`.
pub async fn form(
    State(site): AnySite,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let fund = public_fund(&site, &slug).await?;
    let words = reader(&site, &fund, query.as_deref(), &headers).await?;
    if !takes_gifts(&site, &fund).await? {
        return closed::page(&site, &fund, words, StatusCode::OK).await;
    }
    let terms = terms(&site, &fund, words.0).await?;
    let back = words::valued(query.as_deref(), "back");
    let (draft, said) = match come_back(&site, &fund, back).await? {
        None => (Draft::new(&site, &terms), Said::Nothing),
        Some(Return::Given { thanks_code }) => return Ok(answer::see_other(&format!("/thanks/{thanks_code}"))?),
        Some(Return::Unpaid(None)) => (Draft::new(&site, &terms), Said::NotCharged { kept: false }),
        Some(Return::Unpaid(Some(answers))) => (Draft::of_answers(&site, &terms, answers, back), Said::NotCharged { kept: true }),
    };
    let pause = slowing::brake(&mut site.db.begin_read().await?).await?.pause_secs(site.clock.now());
    let said = pause.map_or(said, Said::Paused);
    let shown = Shown { fund: &fund, terms: &terms, said, errors: &[], kept: Some(words::kept(query.as_deref())) };
    page::answer(&site, shown, draft).await
}

/// `POST /f/{fund}/give`: to Stripe's page, or the same form again with what to mend.
pub async fn send(
    State(site): AnySite,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(pairs): Pairs,
) -> Result<Response, Trouble> {
    let fund = public_fund(&site, &slug).await?;
    // Behind a proxy that nobody named, everybody comes from this machine: they are not one client.
    let client = peer.map(|Extension(peer)| client::behind(peer, &headers, site.pages.proxies())).filter(|client| !client.is_loopback());
    let (now, typed) = (site.clock.now(), Typed::new(pairs));
    // The page says which language it was in; the button that switches says which one it shall be in.
    let spoken = ["lang", "language"].into_iter().find_map(|field| typed.get(field).parse().ok());
    let words = match spoken {
        Some(language) => Words(language),
        None => reader(&site, &fund, query.as_deref(), &headers).await?,
    };
    if !takes_gifts(&site, &fund).await? {
        return closed::page(&site, &fund, words, StatusCode::CONFLICT).await;
    }
    let terms = terms(&site, &fund, words.0).await?;
    let given_out = donations::issued_at(&site.keyring, typed.get("attempt"), typed.get("issued"), now);
    let draft = Draft { typed, issued_at: given_out.unwrap_or(now) };
    let again = async |draft, errors: &[FieldError], said| {
        page::answer(&site, Shown { fund: &fund, terms: &terms, said, errors, kept: None }, draft).await
    };
    if draft.typed.has("lang") {
        return again(draft, &[], Said::Nothing).await;
    }
    let pledge = match Pledge::parse(&draft.form(), &terms) {
        Ok(pledge) => pledge,
        Err(errors) => return again(draft, &errors, Said::Nothing).await,
    };
    if given_out.is_none_or(|at| donations::is_too_soon(at, now)) {
        return again(draft, &[], Said::TooSoon).await;
    }
    match come_back(&site, &fund, draft.typed.get("back")).await? {
        Some(Return::Given { thanks_code }) => return Ok(answer::see_other(&format!("/thanks/{thanks_code}"))?),
        Some(Return::Unpaid(Some(answers))) => {
            if let Some(url) = answers.same_checkout(&pledge.input_hash(&site.keyring)) {
                return Ok(answer::see_other(url)?);
            }
        }
        Some(Return::Unpaid(None)) | None => {}
    }
    if let Some(said) = held_up(&site, client, &draft, now).await? {
        return again(draft, &[], said).await;
    }
    let said = match give(&site, &fund, &pledge).await {
        Ok((gift, url)) => {
            if let Some(client) = client {
                site.turnstile.began(client, gift, &site.entropy, now);
            }
            return Ok(answer::see_other(&url)?);
        }
        Err(GiveError::Pledge(PledgeError::NotOpen)) => return closed::page(&site, &fund, words, StatusCode::CONFLICT).await,
        Err(GiveError::Pledge(PledgeError::Changed | PledgeError::TooOld)) => Said::Stale,
        Err(GiveError::Pledge(PledgeError::Database(error))) => return Err(error.into()),
        Err(GiveError::Stripe(error)) => {
            tracing::warn!(%error, "no checkout page was opened");
            Said::Unreachable
        }
    };
    again(draft, &[], said).await
}

/// How things stand with the gift that a donor comes back from, if the address says any.
async fn come_back(site: &Site, fund: &Fund, back: &str) -> Result<Option<Return>, Trouble> {
    if back.is_empty() {
        return Ok(None);
    }
    let tx = &mut site.db.begin_read().await?;
    Ok(donations::come_back(tx, fund.id, back, &site.keyring, site.clock.now()).await?)
}

/// What keeps this client from Stripe's page, if anything does: the ladder against card testing (safety §5).
async fn held_up(site: &Site, client: Option<IpAddr>, draft: &Draft, now: Instant) -> Result<Option<Said>, Trouble> {
    let rungs = Rungs::default();
    let gifts = client.map(|client| site.turnstile.gifts(client, now)).unwrap_or_default();
    let tx = &mut site.db.begin_read().await?;
    let visits = slowing::visits(tx, &gifts, now).await?;
    let brake = if slowing::due(tx, &rungs, now).await?.is_some() {
        let turned: sqlx::Result<_> = transact!(site.db, tx => slowing::turn(tx, &rungs, now).await);
        turned?
    } else {
        slowing::brake(tx).await?
    };
    Ok(match ladder::step(&visits, &brake, &rungs, now) {
        Step::Go => None,
        Step::Prove if donations::is_proved(draft.issued_at, draft.typed.get("issued"), draft.typed.get("proof"), now) => None,
        Step::Prove => Some(Said::Prove),
        Step::Wait(secs) => Some(Said::Refused(secs)),
        Step::Paused(secs) => Some(Said::Paused(secs)),
    })
}

async fn give(site: &Site, fund: &Fund, pledge: &Pledge) -> Result<(DonationId, String), GiveError> {
    let desk = Desk {
        db: &site.db,
        payments: &site.payments,
        keys: &site.keyring,
        entropy: &site.entropy,
        clock: &site.clock,
        base_url: &site.base_url,
    };
    donations::give(&desk, fund, pledge).await
}
