//! The forms by which one person asks others to agree that a fund moves: paused or opened, wound down, sharing out, closed. Not here: agreeing,
//! which is done where everything is agreed to (`/treasury/approvals`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::{at, frame, settling, told};
use crate::clock::Day;
use crate::closing::{self, ASKERS, Asked, NewMove, Refusal};
use crate::db::Tx;
use crate::donations::ending;
use crate::funds::{Fund, State as FundState};
use crate::money::Money;
use crate::people::operation::OperationError;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Field, Form, FormParts, Typed, Wrongs};
use crate::web::treasury::gifts::{fund, today};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Part, READERS, Sheet, not_allowed, operation, sent};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const PAUSE: &str = "/treasury/{fund}/close/pause";
const WIND_DOWN: &str = "/treasury/{fund}/close/wind-down";
const RESERVE: &str = "/treasury/{fund}/close/reserve";
const FINISH: &str = "/treasury/{fund}/close/finish";
const TAKE_BACK: &str = "/treasury/{fund}/close/take-back";

/// The most gifts that repeat which are counted one by one.
const MOST: i64 = 1_000;
/// The most days that may pass until what is held back is passed on, and until the last expense.
const MOST_DAYS: i64 = 730;

pub(super) fn doors(doors: Doors) -> Doors {
    let (readers, askers) = (Who::Holding(READERS), Who::Holding(ASKERS));
    doors
        .get(PAUSE, readers, pause_form)
        .post(PAUSE, askers, pause)
        .get(WIND_DOWN, readers, wind_down_form)
        .post(WIND_DOWN, askers, wind_down)
        .get(RESERVE, readers, reserve_form)
        .post(RESERVE, askers, reserve)
        .get(FINISH, readers, finish_form)
        .post(FINISH, askers, finish)
        .post(TAKE_BACK, askers, take_back)
}

/// Whether this person may ask.
pub(super) fn may(signed_in: &SignedIn) -> bool {
    ASKERS.iter().any(|role| signed_in.person.roles.holds(*role))
}

/// A step that moves the fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Pause,
    WindDown,
    Reserve,
    Finish,
}

impl Step {
    const fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::WindDown => "wind-down",
            Self::Reserve => "reserve",
            Self::Finish => "finish",
        }
    }

    /// Where it leads from where the fund stands; None: not from there.
    fn to(self, from: FundState) -> Option<FundState> {
        let to = match (self, from) {
            (Self::Pause, FundState::Open) => FundState::Paused,
            (Self::Pause, _) => FundState::Open,
            (Self::WindDown, _) => FundState::WindingDown,
            (Self::Reserve, _) => FundState::Distributing,
            (Self::Finish, _) => FundState::Closed,
        };
        from.next().contains(&to).then_some(to)
    }
}

async fn pause_form(state: AnySite, signed_in: SignedIn, slug: Path<String>) -> Result<Response, Trouble> {
    form(state, signed_in, slug, Step::Pause).await
}

async fn wind_down_form(state: AnySite, signed_in: SignedIn, slug: Path<String>) -> Result<Response, Trouble> {
    form(state, signed_in, slug, Step::WindDown).await
}

async fn reserve_form(state: AnySite, signed_in: SignedIn, slug: Path<String>) -> Result<Response, Trouble> {
    form(state, signed_in, slug, Step::Reserve).await
}

async fn finish_form(state: AnySite, signed_in: SignedIn, slug: Path<String>) -> Result<Response, Trouble> {
    form(state, signed_in, slug, Step::Finish).await
}

async fn pause(state: AnySite, signed_in: SignedIn, slug: Path<String>, pairs: Pairs) -> Result<Response, Trouble> {
    send(state, signed_in, slug, pairs, Step::Pause).await
}

async fn wind_down(state: AnySite, signed_in: SignedIn, slug: Path<String>, pairs: Pairs) -> Result<Response, Trouble> {
    send(state, signed_in, slug, pairs, Step::WindDown).await
}

async fn reserve(state: AnySite, signed_in: SignedIn, slug: Path<String>, pairs: Pairs) -> Result<Response, Trouble> {
    send(state, signed_in, slug, pairs, Step::Reserve).await
}

async fn finish(state: AnySite, signed_in: SignedIn, slug: Path<String>, pairs: Pairs) -> Result<Response, Trouble> {
    send(state, signed_in, slug, pairs, Step::Finish).await
}

async fn form(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, step: Step) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let now = site.clock.now();
    let typed = match step {
        Step::WindDown => Typed::default().put("last_on", today(&fund, now).plus_days(14).to_string()),
        Step::Reserve => {
            let (percent, until) = closing::usual_reserve(tx, &fund, now).await?;
            Typed::default().put("percent", percent.to_string()).put("until", until.to_string())
        }
        Step::Pause | Step::Finish => Typed::default(),
    };
    page(&site, &signed_in, (&fund, step), &typed, &Wrongs::default()).await
}

/// What holds a step up; where nothing does, what it means, and its form.
async fn page(site: &Site, signed_in: &SignedIn, (fund, step): (&Fund, Step), typed: &Typed, wrongs: &Wrongs) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let title = if step == Step::Pause {
        format!("close-pause-{}", fund.state.as_str().replace('_', "-"))
    } else {
        format!("close-step-{}", step.word())
    };
    let Some(to) = step.to(fund.state) else {
        let sheet = Sheet::new(frame(site, signed_in, fund, "close-title"));
        let said = words.with("close-no-drawn", "state", words.of("public-state", fund.state.as_str()));
        return Ok(sheet.text(said).link(at(fund, ""), words.say("close-back")).answer(wrongs));
    };
    let mut sheet = frame(site, signed_in, fund, &title).live();
    let held = closing::in_the_way(tx, fund, to, now).await?;
    if !held.is_empty() {
        let names: Vec<String> = held.iter().map(|item| words.of("close-item", item.as_str())).collect();
        let way = (at(fund, "settle"), words.say("close-settle-title"));
        sheet = sheet.with(Part::Warning(words.with("close-held-by", "list", names.join(", ")))).with(Part::Links(vec![way]));
        return Ok(sheet.link(at(fund, ""), words.say("close-back")).answer(wrongs));
    }
    sheet = means(tx, words, fund, step).await?.into_iter().fold(sheet, Sheet::with);
    if step == Step::Reserve {
        sheet = sheet.with(Part::Table(settling::lines(words, &closing::distributable(tx, fund, now).await?)));
    }
    if may(signed_in) {
        let form = Form::new(at(fund, step.word()), operation(site, typed), fields(words, (fund, step), typed, wrongs));
        sheet = sheet.form(form.button(words.say("close-ask")));
    }
    Ok(sheet.link(at(fund, ""), words.say("close-back")).answer(wrongs))
}

/// What it means to take a step.
async fn means(tx: &mut Tx, words: Words, fund: &Fund, step: Step) -> Result<Vec<Part>, Trouble> {
    let text = |key: &str| Part::Text(words.say(key));
    Ok(match step {
        Step::Pause if fund.state == FundState::Open => vec![text("close-means-pause")],
        Step::Pause => vec![text("close-means-open")],
        Step::WindDown => {
            let (alive, _) = ending::left(tx, fund.id, MOST).await?;
            vec![Part::Text(words.with("close-means-wind-down", "count", alive)), text("close-means-for-good")]
        }
        Step::Reserve => vec![text("close-means-reserve"), text("close-means-for-good")],
        Step::Finish => vec![text("close-means-finish"), text("close-means-for-good")],
    })
}

fn fields(words: Words, (fund, step): (&Fund, Step), typed: &Typed, wrongs: &Wrongs) -> Vec<Field> {
    let parts = FormParts { words, typed, wrongs };
    let mut fields = Vec::new();
    if step == Step::WindDown {
        fields.push(parts.day("last_on", "close-last-on").hint(words.say("close-last-on-hint")));
    }
    if step == Step::Reserve {
        fields.push(parts.number("percent", "close-percent").hint(words.say("close-percent-hint")).optional(words));
        fields.push(parts.money("amount", "close-amount", fund.currency.sign()).optional(words));
        fields.push(parts.day("until", "close-until").hint(words.say("close-until-hint")));
        if fund.restriction.is_some() {
            fields.push(parts.area("release", "close-release").hint(words.say("close-release-hint")).optional(words));
        }
    }
    fields.push(parts.area("reason", "close-reason").hint(words.say("close-reason-hint")));
    fields
}

/// The move that was typed; what is wrong with it stands at its field.
fn read(words: Words, (fund, step): (&Fund, Step), (left, today): (i64, Day), typed: &Typed, wrongs: &mut Wrongs) -> Option<NewMove> {
    let to = step.to(fund.state)?;
    let reason = closing::reason(typed.get("reason"));
    if reason.is_none() {
        wrongs.add("reason", words.say("close-no-reason"));
    }
    let mut wanted = NewMove::plain(to, reason.unwrap_or_default());
    let mut day = |field: &str, from: Day| {
        let day = typed.get(field).parse::<Day>().ok().filter(|day| (from..=today.plus_days(MOST_DAYS)).contains(day));
        if day.is_none() {
            wrongs.add(field, words.say("close-no-day"));
        }
        day
    };
    if step == Step::WindDown {
        wanted.last_expense_on = day("last_on", today);
    }
    if step == Step::Reserve {
        let until = day("until", today.next());
        let minor = held_back(words, fund, left, typed, wrongs);
        wanted.reserve = minor.zip(until);
        let release = typed.get("release").trim();
        if fund.restriction.is_some() && !release.is_empty() {
            wanted.release = closing::reason(release);
            if wanted.release.is_none() {
                wrongs.add("release", words.say("close-no-reason"));
            }
        }
    }
    wrongs.is_empty().then_some(wanted)
}

/// What is held back: a percentage of what is left, or an amount.
fn held_back(words: Words, fund: &Fund, left: i64, typed: &Typed, wrongs: &mut Wrongs) -> Option<i64> {
    let (percent, amount) = (typed.get("percent").trim(), typed.get("amount").trim());
    match (percent.is_empty(), amount.is_empty()) {
        (false, true) => {
            let percent = percent.parse::<i64>().ok().filter(|percent| (0..=100).contains(percent));
            if percent.is_none() {
                wrongs.add("percent", words.say("charter-wrong-percent"));
            }
            percent.map(|percent| Money::new(closing::part(left, percent), fund.currency).rounded_up_to_chargeable().minor)
        }
        (true, false) => match Money::parse(amount, fund.currency) {
            Ok(money) if money.minor <= left => Some(money.minor),
            Ok(_) => {
                wrongs.add("amount", words.say("close-no-more"));
                None
            }
            Err(_) => {
                wrongs.add("amount", words.say("close-no-amount"));
                None
            }
        },
        _ => {
            wrongs.add("percent", words.say("close-no-either"));
            None
        }
    }
}

async fn send(
    State(site): AnySite,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    Sent(pairs): Pairs,
    step: Step,
) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs, now) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default(), site.clock.now());
    let (fund, left) = {
        let tx = &mut site.db.begin_read().await?;
        let fund = fund(tx, &slug).await?;
        let left = closing::distributable(tx, &fund, now).await?.before_reserve();
        (fund, left)
    };
    let Some(wanted) = read(words, (&fund, step), (left, today(&fund, now)), &typed, &mut wrongs) else {
        return page(&site, &signed_in, (&fund, step), &typed, &wrongs).await;
    };
    let asked = match sent(&signed_in, &format!("{} of {slug}", step.word()), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let actor = signed_in.actor();
            transact!(site.db, tx => closing::ask(tx, actor, &operation, (fund.id, &wanted), now).await)
        }
    };
    match asked {
        Ok(Asked::Waits(_)) => Ok(answer::see_other(&format!("{}?done=asked", at(&fund, "")))?),
        Ok(Asked::Moved) => Ok(answer::see_other(&format!("{}?done=moved", at(&fund, "")))?),
        Err(Refusal::NotAllowed(refused)) => not_allowed(refused, &at(&fund, step.word())),
        Err(error @ Refusal::Operation(OperationError::Reused | OperationError::Malformed)) => {
            wrongs.conflict(told(words, error)?);
            page(&site, &signed_in, (&fund, step), &typed.put("operation", ""), &wrongs).await
        }
        Err(error) => {
            wrongs.add("main", told(words, error)?);
            page(&site, &signed_in, (&fund, step), &typed, &wrongs).await
        }
    }
}

async fn take_back(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, now) = (signed_in.words, Typed::new(pairs.clone()), site.clock.now());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let done = match sent(&signed_in, &format!("take back the move of {slug}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let actor = signed_in.actor();
            transact!(site.db, tx => closing::take_back(tx, actor, &operation, fund.id, now).await)
        }
    };
    match done {
        Ok(()) => Ok(answer::see_other(&format!("{}?done=taken-back", at(&fund, "")))?),
        Err(Refusal::NotAllowed(refused)) => not_allowed(refused, &at(&fund, "")),
        Err(error) => {
            let mut wrongs = Wrongs::default();
            wrongs.conflict(told(words, error)?);
            Ok(Sheet::new(frame(&site, &signed_in, &fund, "close-title")).link(at(&fund, ""), words.say("close-back")).answer(&wrongs))
        }
    }
}
