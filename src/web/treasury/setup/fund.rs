//! The steps about the fund itself: what it says of itself, and how it decides on money.

use axum::extract::{Form as Sent, State};
use axum::response::Response;

use super::{ADMINISTRATORS, APPROVAL, FUND, SECOND, title, ways};
use crate::approvals::rules::{Asked, RulesRefusal, people_there};
use crate::clock::Zone;
use crate::db::Tx;
use crate::funds::settings::{self, Step};
use crate::funds::{self, About, Names, NewFund, SetUpError};
use crate::ids::FundId;
use crate::money::Currency;
use crate::people::{self, audit};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Typed, Wrongs};
use crate::web::treasury::settings::rules::{ask, not_asked, read, rules_form, told, typed_of, wants_more_rows};
use crate::web::treasury::settings::{keep_telling, name_fields, names_typed, names_wrong, refuse_telling};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Frame, Sheet, not_allowed, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(FUND, who, fund).post(FUND, who, send_fund).get(APPROVAL, who, approval).post(APPROVAL, who, send_approval)
}

async fn fund(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let typed = match funds::general(tx).await? {
        None => names_typed(Typed::default(), &About::default()).or("currency", Currency::USD.code()),
        Some(fund) => {
            let typed = names_typed(Typed::default(), &settings::about(tx, fund.id).await?);
            typed
                .or("name", fund.name)
                .or("slug", fund.slug)
                .or("purpose", fund.promise)
                .or("currency", fund.currency.to_string())
                .or("time_zone", fund.time_zone.to_string())
        }
    };
    Ok(fund_page(&site, &signed_in, &typed, &Wrongs::default()))
}

fn fund_page(site: &Site, signed_in: &SignedIn, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let mut fields = vec![
        parts.text("name", "setup-fund-name", "off"),
        parts.text("slug", "setup-fund-slug", "off").hint(words.with("setup-fund-slug-hint", "address", format!("{}/f/", site.base_url))),
        parts.area("purpose", "setup-fund-promise").hint(words.say("setup-fund-promise-hint")).optional(words),
        parts.select("currency", "setup-fund-currency", currencies()).hint(words.say("setup-fund-currency-hint")),
        parts.select("time_zone", "setup-fund-zone", zones(words, typed)).hint(words.say("setup-fund-zone-hint")),
    ];
    fields.extend(name_fields(&parts));
    fields.extend(keep_telling(&parts));
    let sheet = Sheet::new(Frame::new(site, signed_in, title(words, FUND))).text(words.say("setup-fund-uses"));
    let sheet = sheet.form(Form::new(FUND, "", fields).button(words.say("setup-next")));
    sheet.with(ways(words, FUND)).answer(wrongs)
}

fn currencies() -> Vec<Choice> {
    Currency::all().iter().map(|currency| Choice::new(currency.code(), format!("{currency} {}", currency.sign()).trim())).collect()
}

/// Nobody's zone is guessed, for it never changes; one that stands and bears another name than those of the list is offered too.
fn zones(words: Words, typed: &Typed) -> Vec<Choice> {
    let names = Zone::names();
    let chosen = Some(typed.get("time_zone")).filter(|zone| !zone.is_empty() && !names.iter().any(|name| name == zone));
    let own = chosen.filter(|zone| zone.parse::<Zone>().is_ok()).map(str::to_owned);
    let first = Choice::new("", words.say("setup-fund-zone-choose"));
    std::iter::once(first).chain(own.into_iter().chain(names).map(|name| Choice::new(name.as_str(), name.replace('_', " ")))).collect()
}

async fn send_fund(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, now, mut wrongs) = (signed_in.words, Typed::new(pairs), site.clock.now(), Wrongs::default());
    let parsed = NewFund::parse(typed.get("name"), typed.get("slug"), typed.get("currency"), typed.get("time_zone"));
    // A fund that says nothing of its purpose makes the usual promise.
    let purpose = |usual: &str| if typed.get("purpose").is_empty() { usual.to_owned() } else { typed.get("purpose").to_owned() };
    let promise = parsed.as_ref().map_or_else(|_| purpose("-"), |new| purpose(&new.promise));
    let names = Names::parse(|field| if field == "purpose" { promise.as_str() } else { typed.get(field) });
    if parsed.is_err() {
        name_wrongs(words, &typed, &mut wrongs);
    }
    match &names {
        Err(wrong) => names_wrong(words, wrong, &mut wrongs),
        Ok(names) => refuse_telling(words, &typed, names, &mut wrongs),
    }
    let (Ok(mut new), Ok(names), true) = (parsed, names, wrongs.is_empty()) else {
        return Ok(fund_page(&site, &signed_in, &typed, &wrongs));
    };
    new.promise.clone_from(&names.purpose);
    let actor = signed_in.actor();
    let done: Result<FundId, SetUpFault> = transact!(site.db, tx => {
        let set_up = async {
            people::require(tx, actor, ADMINISTRATORS).await?;
            // An older fund keeps what only its own settings change.
            if let Some(standing) = funds::find_by_slug(tx, &new.slug).await? {
                let (min_gifts, interval) = (standing.min_gifts, standing.publish_interval_secs);
                let kept = NewFund { restriction: standing.restriction, min_gifts, publish_interval_secs: interval, ..new.clone() };
                let id = funds::set_up(tx, &kept, &site.entropy, now).await?;
                settings::put_names(tx, id, &names).await?;
                audit::write(tx, Some(actor.person), "fund.named", &format!("fund {id}"), "", now).await?;
                return Ok(id);
            }
            let id = funds::set_up(tx, &new, &site.entropy, now).await?;
            settings::put_names(tx, id, &names).await?;
            audit::write(tx, Some(actor.person), "fund.set_up", &format!("fund {id}"), "", now).await?;
            Ok::<_, SetUpFault>(id)
        };
        set_up.await
    });
    match done {
        Ok(_) => Ok(answer::see_other(APPROVAL)?),
        Err(SetUpFault::Refused(SetUpError::Differs(..))) => {
            wrongs.add("slug", words.say("setup-fund-differs"));
            Ok(fund_page(&site, &signed_in, &typed, &wrongs))
        }
        Err(SetUpFault::NotAllowed(refused)) => not_allowed(refused, FUND),
        Err(fault) => Err(anyhow::Error::from(fault).into()),
    }
}

/// Why no fund was set up.
#[derive(Debug, thiserror::Error)]
enum SetUpFault {
    #[error(transparent)]
    Refused(#[from] SetUpError),
    #[error(transparent)]
    NotAllowed(#[from] people::NotAllowed),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl crate::db::Retryable for SetUpFault {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Refused(error) => error.is_retryable(),
            Self::NotAllowed(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
        }
    }
}

/// Says which fields keep a fund from being set up: each is tried beside others that fit.
fn name_wrongs(words: Words, typed: &Typed, wrongs: &mut Wrongs) {
    let fits = |name: &str, slug: &str, currency: &str, zone: &str| NewFund::parse(name, slug, currency, zone).is_ok();
    let tried = [
        ("name", fits(typed.get("name"), "a", "USD", "UTC"), "setup-fund-name-wrong"),
        ("slug", fits("A", typed.get("slug"), "USD", "UTC"), "setup-fund-slug-wrong"),
        ("currency", fits("A", "a", typed.get("currency"), "UTC"), "setup-fund-currency-wrong"),
        ("time_zone", fits("A", "a", "USD", typed.get("time_zone")), "setup-fund-zone-wrong"),
    ];
    for (field, _, key) in tried.into_iter().filter(|(_, fits, _)| !fits) {
        wrongs.add(field, words.say(key));
    }
}

async fn approval(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let typed = match funds::general(tx).await? {
        Some(fund) => typed_of(&fund, &funds::rules(tx, &fund).await?),
        None => Typed::default(),
    };
    approval_page(&site, tx, &signed_in, &typed, &Wrongs::default()).await
}

async fn approval_page(site: &Site, tx: &mut Tx, signed_in: &SignedIn, typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let sheet = Sheet::new(Frame::new(site, signed_in, title(words, APPROVAL)));
    let Some(fund) = funds::general(tx).await? else {
        return Ok(sheet.text(words.say("setup-fund-first")).with(ways(words, APPROVAL)).answer(wrongs));
    };
    let standing = told(words, &fund, &funds::rules(tx, &fund).await?, people_there(tx).await?);
    let sheet = standing.into_iter().fold(sheet, Sheet::with);
    let sheet = sheet.text(words.say("setup-approval-why")).form(rules_form(site, words, &fund, APPROVAL, typed, wrongs));
    Ok(sheet.with(ways(words, APPROVAL)).answer(wrongs))
}

async fn send_approval(State(site): AnySite, signed_in: SignedIn, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let tx = &mut site.db.begin_read().await?;
    let Some(fund) = funds::general(tx).await? else { return Ok(answer::see_other(FUND)?) };
    let typed = match wants_more_rows(typed) {
        Ok(longer) => return approval_page(&site, tx, &signed_in, &longer, &wrongs).await,
        Err(typed) => typed,
    };
    let Some(rules) = read(words, &fund, &typed, &mut wrongs) else {
        return approval_page(&site, tx, &signed_in, &typed, &wrongs).await;
    };
    let operation = sent(&signed_in, "rules of the setup", &pairs, &typed);
    match ask(&site, &signed_in, &fund, operation, &rules).await {
        // Whoever keeps the rules as they are has settled on them as well.
        Ok(Asked::InForce | Asked::Waits) | Err(RulesRefusal::Same) => settle(&site, &signed_in).await,
        Err(refused) => match not_asked(words, refused, APPROVAL, &mut wrongs)? {
            Some(response) => Ok(response),
            None => approval_page(&site, tx, &signed_in, &typed, &wrongs).await,
        },
    }
}

async fn settle(site: &Site, signed_in: &SignedIn) -> Result<Response, Trouble> {
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let noted: Result<(), people::NotAllowed> = transact!(site.db, tx => async {
        people::require(tx, actor, ADMINISTRATORS).await?;
        Ok::<_, people::NotAllowed>(settings::note_step(tx, Step::Approval, now).await?)
    }.await);
    match noted {
        Ok(()) => Ok(answer::see_other(SECOND)?),
        Err(refused) => not_allowed(refused, APPROVAL),
    }
}
