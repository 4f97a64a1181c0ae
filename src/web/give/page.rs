//! The page of the give form, in the reader's words. Not here: what becomes of what was typed.

use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use super::Draft;
use crate::donations::{self, FieldError, Terms, Wrong};
use crate::funds::{self, About, Fund};
use crate::money::{Money, MoneyError};
use crate::publication::{Card, Told};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Field, FormParts, Problems, Typed, Wrongs};
use crate::web::fund_page::Headline;
use crate::web::words::Words;
use crate::web::{Site, answer};

/// What stands above the form, besides mistakes in its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    /// Back from Stripe's page without paying, the answers kept or not.
    NotCharged {
        kept: bool,
    },
    /// Stripe does not answer.
    Unreachable,
    /// The same form was sent with other answers, or is too old for Stripe's page.
    Stale,
    /// Sent before a person could have read it.
    TooSoon,
    /// Many come at once: whoever goes on spends a minute first, or their browser a moment.
    Prove,
    /// Too many cards were refused here; for so many seconds.
    Refused(i64),
    /// Nobody gets to Stripe's page, for so many seconds.
    Paused(i64),
}

impl Said {
    /// After how many seconds it is worth coming again, where that is known.
    const fn again_after(self) -> Option<i64> {
        match self {
            Self::Unreachable => Some(120),
            Self::Prove => Some(60),
            Self::Refused(secs) | Self::Paused(secs) => Some(secs),
            Self::Nothing | Self::NotCharged { .. } | Self::Stale | Self::TooSoon => None,
        }
    }

    /// Whether it is a step on the way, and nothing that went wrong.
    const fn is_a_step(self) -> bool {
        matches!(self, Self::TooSoon | Self::Prove)
    }

    /// The word of its text, where it is about something that went wrong.
    const fn trouble(self) -> Option<&'static str> {
        match self {
            Self::Nothing | Self::NotCharged { .. } => None,
            Self::Unreachable => Some("give-unreachable"),
            Self::Stale => Some("give-stale"),
            Self::TooSoon => Some("give-soon"),
            Self::Prove => Some("give-prove"),
            Self::Refused(_) => Some("give-refused"),
            Self::Paused(_) => Some("give-held"),
        }
    }
}

/// What is shown.
pub(super) struct Shown<'a> {
    pub fund: &'a Fund,
    pub terms: &'a Terms,
    pub said: Said,
    pub errors: &'a [FieldError],
    /// What the links of another language keep of the address; None on the page that a form led to: there a button keeps what was typed.
    pub kept: Option<String>,
}

#[derive(Template)]
#[template(path = "web/give.html")]
struct GivePage<'a> {
    words: Words,
    fund: &'a Fund,
    state: String,
    headline: Option<Headline>,
    problems: Option<Problems>,
    said: Said,
    gift: Vec<Field>,
    donor: Vec<Field>,
    rest: Vec<Field>,
    hidden: Vec<Field>,
    issued: String,
    kept: Option<String>,
    /// What went wrong, or what comes first: its heading and its text.
    trouble: Option<(String, String)>,
    other_language: &'static str,
    as_of: String,
    card: Card,
    who_public: String,
    fine_print: Vec<String>,
    has_charter: bool,
    several: bool,
    practice: bool,
}

/// The page, with the status that fits what it says.
///
/// # Errors
/// When the database is gone, or what is published cannot be read.
pub(super) async fn answer(site: &Site, shown: Shown<'_>, draft: Draft) -> Result<Response, Trouble> {
    let Shown { fund, terms, said, errors, kept } = shown;
    let words = Words(terms.language);
    let Draft { mut typed, issued_at } = draft;
    // Whoever sees the form anew after a stale attempt starts another; every other repeat is the same gift.
    if said == Said::Stale || errors.iter().any(|error| error.field == "attempt") {
        typed = typed.put("attempt", site.entropy.reference());
    }
    let issued = donations::issue(&site.keyring, typed.get("attempt"), issued_at);
    typed = typed.put("language", words.code()).put("proof", "");
    let headline = Headline::find(site, &fund.slug).await?;
    let at = |found: &Headline| ("at", words.moment(found.made_at, &fund.time_zone));
    let as_of =
        headline.as_ref().map(|found| words.with_two("public-as-of", at(found), ("number", found.number.as_str()))).unwrap_or_default();
    let tx = &mut site.db.begin_read().await?;
    let (about, has_charter) = (funds::settings::about(tx, fund.id).await?, funds::charter(tx, fund.id).await?.is_some());
    let contact = if about.contact.is_empty() { site.base_url.clone() } else { about.contact.clone() };
    let several = funds::list(tx).await?.iter().filter(|other| other.state.allows(funds::Act::Give)).count() > 1;
    let mut wrongs = Wrongs::default();
    for error in errors {
        // What people do not see cannot be linked to.
        let field = if matches!(error.wrong, Wrong::Form | Wrong::Trap) { "give" } else { error.field };
        wrongs.add(field, told(words, error.wrong, terms, &about, &typed));
    }
    let parts = FormParts { words, typed: &typed, wrongs: &wrongs };
    let told =
        headline.as_ref().map(|found| Told { as_of: as_of.clone(), received: found.received, spent: found.spent, on_hand: found.on_hand });
    let (url, title) = (format!("{}/f/{}/give", site.base_url, fund.slug), words.with("give-title", "fund", fund.name.as_str()));
    let card = Card::new(words.0, (&site.base_url, url), title, (&fund.promise, told.as_ref()), site.is_practice());
    let page = GivePage {
        words,
        fund,
        state: words.of("public-state", fund.state.as_str()),
        headline,
        problems: Problems::of(words, &wrongs),
        said,
        gift: gift_fields(&parts, terms),
        donor: donor_fields(&parts),
        rest: rest_fields(&parts, terms),
        hidden: ["attempt", "language", "proof"]
            .into_iter()
            .chain(typed.has("back").then_some("back"))
            .map(|name| parts.hidden(name))
            .collect(),
        issued,
        kept,
        trouble: said
            .trouble()
            .map(|key| (words.say(key), words.with_two(&format!("{key}-text"), ("minutes", minutes(said)), ("contact", contact.as_str())))),
        other_language: if words.code() == "en" { "es" } else { "en" },
        as_of,
        card,
        who_public: words.with("give-who-public-text", "batch", fund.min_gifts),
        fine_print: fine_print(words, terms),
        has_charter,
        several,
        practice: site.is_practice(),
    };
    let status = match said {
        Said::Unreachable | Said::Paused(_) => StatusCode::SERVICE_UNAVAILABLE,
        Said::Prove | Said::Refused(_) => StatusCode::TOO_MANY_REQUESTS,
        _ if said.trouble().is_some() || !errors.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let private = said == Said::NotCharged { kept: true };
    let mut response = if private { answer::private_page(status, &page) } else { answer::page(status, &page) };
    if let Some(secs) = said.again_after() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(secs));
    }
    Ok(response)
}

/// How long it is worth waiting, in whole minutes.
fn minutes(said: Said) -> i64 {
    said.again_after().map_or(0, |secs| secs.saturating_add(59) / 60)
}

/// How often, how much, with the card fee or without.
fn gift_fields(parts: &FormParts<'_>, terms: &Terms) -> Vec<Field> {
    let (words, giving) = (parts.words, &terms.giving);
    let often = ["once", "week", "month"].map(|often| Choice::new(often, words.of("give-interval", often)));
    let amounts = giving.amounts.iter().map(|amount| Choice::new(amount.short_decimal(), short(words, *amount)));
    let amounts = amounts.chain([Choice::new("other", words.say("give-amount-other"))]).collect();
    let range = words.with_two("give-other-hint", ("least", words.money(giving.smallest)), ("most", words.money(giving.largest)));
    let currency = giving.smallest.currency;
    let sign = if currency.sign().is_empty() { currency.code() } else { currency.sign() };
    let mut fields = vec![
        parts.radios("interval", "give-interval", often.into()).hint(words.say("give-interval-hint")),
        parts.radios("amount", "give-amount", amounts),
        parts.money("amount_other", "give-other", sign).hint(range).optional(words),
    ];
    let covers = giving.amounts.iter().filter_map(|amount| Some((*amount, giving.cover(*amount)?)));
    let one = |(amount, fee): (Money, Money)| words.with_two("give-cover-one", ("fee", words.money(fee)), ("amount", short(words, amount)));
    let examples = covers.map(one).collect::<Vec<_>>().join(", ");
    if !examples.is_empty() {
        let yes = Choice::new("yes", words.with("give-cover-yes", "examples", examples));
        fields.push(parts.checks("cover_fee", "give-cover", vec![yes]));
    }
    fields
}

/// How a donor is listed, and by which name.
pub(in crate::web) fn listing_fields(parts: &FormParts<'_>) -> [Field; 2] {
    let words = parts.words;
    let choices = ["no", "show"].map(|listing| Choice::new(listing, words.of("give-listing", listing)));
    let public_name = parts.text("public_name", "give-public-name", "off").hint(words.say("give-public-name-hint"));
    [parts.radios("listing", "give-listing", choices.into()), public_name.optional(words)]
}

/// What is wrong with them, in words.
pub(in crate::web) fn listing_wrong(words: Words, wrong: Wrong) -> String {
    match wrong {
        Wrong::TooLong(count) => words.with("give-wrong-long", "most", count),
        Wrong::Letters => words.say("give-wrong-letters"),
        Wrong::NoPublicName => words.say("give-wrong-public-name"),
        _ => words.say("give-wrong-listing"),
    }
}

/// Who gives, and how they are listed.
fn donor_fields(parts: &FormParts<'_>) -> Vec<Field> {
    let words = parts.words;
    let [listing, public_name] = listing_fields(parts);
    vec![
        parts.email("email", "give-email", "email").hint(words.say("give-email-hint")).required(),
        parts.text("name", "give-name", "name").hint(words.say("give-name-hint")).optional(words),
        listing,
        public_name,
    ]
}

/// What may be said besides.
fn rest_fields(parts: &FormParts<'_>, terms: &Terms) -> Vec<Field> {
    let words = parts.words;
    let mut fields = Vec::new();
    // Where there is one recipient there is nothing to wish for.
    if terms.recipients.len() > 1 {
        let groups = terms.recipients.iter().map(|group| Choice::new(group, group));
        let choices = [Choice::new("", words.say("give-leftover-charter"))].into_iter().chain(groups).collect();
        fields.push(parts.select("leftover", "give-leftover", choices).hint(words.say("give-leftover-hint")));
    }
    fields.push(parts.area("note", "give-note").hint(words.say("give-note-hint")).optional(words));
    fields
}

/// What a donor should know before paying, a sentence each.
fn fine_print(words: Words, terms: &Terms) -> Vec<String> {
    let mut lines = vec![words.with("give-fine-refund", "days", terms.giving.refund_days)];
    if !terms.recipients.is_empty() {
        lines.push(words.with("give-fine-leftover", "groups", terms.recipients.join(", ")));
    }
    lines.push(terms.giving.tax_in(words.0).map_or_else(|| words.say("give-fine-tax"), str::to_owned));
    lines
}

/// An amount for people, without decimals that are all zero.
fn short(words: Words, amount: Money) -> String {
    let text = words.money(amount);
    let zeros = "0".repeat(usize::try_from(amount.currency.exponent()).unwrap_or(0));
    let without = |mark: char| {
        let decimals = format!("{mark}{zeros}");
        let (before, after) = text.split_at(text.rfind(&decimals).filter(|_| !zeros.is_empty())?);
        let after = &after[decimals.len()..];
        (!after.contains(|c: char| c.is_ascii_digit())).then(|| format!("{before}{after}"))
    };
    without('.').or_else(|| without(',')).unwrap_or(text)
}

/// A mistake in the reader's words.
fn told(words: Words, wrong: Wrong, terms: &Terms, about: &About, typed: &Typed) -> String {
    let (least, most) = (words.money(terms.giving.smallest), words.money(terms.giving.largest));
    match wrong {
        Wrong::Interval => words.say("give-wrong-interval"),
        Wrong::NoAmount => words.say("give-wrong-no-amount"),
        Wrong::Amount(MoneyError::NotAnAmount) => words.say("give-wrong-amount"),
        Wrong::Amount(MoneyError::TooManyDecimals(count)) => words.with("give-wrong-decimals", "count", count),
        Wrong::Amount(MoneyError::Ambiguous) => words.say("give-wrong-point"),
        Wrong::Amount(MoneyError::Unclear) => unclear(words, terms, typed.get("amount_other")),
        Wrong::Amount(MoneyError::NotWhole) => words.say("give-wrong-whole"),
        Wrong::Amount(MoneyError::LastDigit) => words.say("give-wrong-last-digit"),
        Wrong::TooSmall => words.with("give-wrong-small", "least", least),
        Wrong::TooLarge | Wrong::Amount(MoneyError::TooLarge) => match &*about.contact {
            "" => words.with("give-wrong-large", "most", most),
            contact => words.with_two("give-wrong-large-contact", ("most", most), ("contact", contact)),
        },
        Wrong::NoEmail => words.say("give-wrong-no-email"),
        Wrong::Email => words.say("give-wrong-email"),
        Wrong::TooLong(_) | Wrong::Letters | Wrong::Listing | Wrong::NoPublicName => listing_wrong(words, wrong),
        Wrong::Leftover => words.say("give-wrong-leftover"),
        Wrong::Form => words.say("give-wrong-form"),
        Wrong::Trap => words.say("give-wrong-trap"),
    }
}

/// The question back, with both readings of what was typed. Only digits and one mark come here.
fn unclear(words: Words, terms: &Terms, typed: &str) -> String {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let (whole, decimals) = digits.split_at(digits.len().saturating_sub(3));
    let places = usize::try_from(terms.giving.smallest.currency.exponent()).unwrap_or(2).min(decimals.len());
    let mark = if typed.contains(',') && words.code() == "es" { ',' } else { '.' };
    words.with_two("give-wrong-unclear", ("thousands", digits.clone()), ("decimal", format!("{whole}{mark}{}", &decimals[..places])))
}
