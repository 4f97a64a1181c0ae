//! How a fund takes gifts through its form: amounts, bounds, the card fee, what donors are told. One person says so.

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::{ADMINISTRATORS, frame, fund, page_of, settled};
use crate::funds::{self, Fund, Giving, WrongGiving, settings};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::treasury::sign_in::Pairs;
use crate::web::treasury::{Sheet, operation, sent};
use crate::web::{AnySite, Site};

const GIVING: &str = "/treasury/{fund}/settings/giving";

pub(super) fn doors(doors: Doors) -> Doors {
    let who = Who::Holding(ADMINISTRATORS);
    doors.get(GIVING, who, form).post(GIVING, who, send)
}

async fn form(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let fund = fund(tx, &slug).await?;
    let giving = funds::giving(tx, &fund).await?;
    let [english, spanish] = giving.tax.clone();
    let typed = Typed::default()
        .or("amounts", giving.amounts_typed())
        .or("chosen", giving.chosen.map(crate::money::Money::short_decimal).unwrap_or_default())
        .or("smallest", giving.smallest.decimal())
        .or("largest", giving.largest.decimal())
        .or("rate", giving.rate_typed())
        .or("fixed", giving.fixed.decimal())
        .or("refund_days", giving.refund_days.to_string())
        .or("tax_en", english)
        .or("tax_es", spanish)
        .or("keep_days", giving.keep_days.to_string());
    Ok(page(&site, &signed_in, &fund, &typed, &Wrongs::default()))
}

fn page(site: &Site, signed_in: &SignedIn, fund: &Fund, typed: &Typed, wrongs: &Wrongs) -> Response {
    let words = signed_in.words;
    let parts = FormParts { words, typed, wrongs };
    let sign = fund.currency.sign();
    let hint = |key: &str| words.say(&format!("{key}-hint"));
    let money = |name, key: &str| parts.money(name, key, sign).hint(hint(key));
    let fields = vec![
        parts.text("amounts", "setting-amounts", "off").hint(hint("setting-amounts")),
        money("chosen", "setting-chosen").optional(words),
        money("smallest", "setting-smallest"),
        money("largest", "setting-largest"),
        parts.text("rate", "setting-rate", "off").hint(hint("setting-rate")),
        money("fixed", "setting-fixed"),
        parts.number("refund_days", "setting-refund-days").hint(hint("setting-refund-days")),
        parts.text("tax_en", "setting-tax-en", "off").hint(hint("setting-tax-en")).optional(words),
        parts.text("tax_es", "setting-tax-es", "off").hint(hint("setting-tax-es")).optional(words),
        parts.number("keep_days", "setting-keep-days").hint(hint("setting-keep-days")),
    ];
    let form = Form::new(format!("{}/giving", page_of(fund)), operation(site, typed), fields).button(words.say("me-save"));
    let sheet = Sheet::new(frame(site, signed_in, fund, "setting-giving")).text(words.say("setting-giving-why"));
    sheet.form(form).link(page_of(fund), words.say("people-back")).answer(wrongs)
}

async fn send(State(site): AnySite, signed_in: SignedIn, Path(slug): Path<String>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let fund = fund(&mut site.db.begin_read().await?, &slug).await?;
    let giving = match Giving::parse(|field: WrongGiving| typed.get(field.as_str()), fund.currency) {
        Ok(giving) => giving,
        Err(mistakes) => {
            for wrong in mistakes {
                wrongs.add(wrong.as_str(), words.of("setting-giving-wrong", wrong.as_str()));
            }
            return Ok(page(&site, &signed_in, &fund, &typed, &wrongs));
        }
    };
    let (actor, now) = (signed_in.actor(), site.clock.now());
    let done = match sent(&signed_in, &format!("giving of {slug}"), &pairs, &typed) {
        Err(refused) => Err(refused.into()),
        Ok(operation) => transact!(site.db, tx => settings::set_giving(tx, actor, &operation, fund.id, &giving, now).await),
    };
    let answered = settled(done, &fund, "giving")?;
    Ok(answered.unwrap_or_else(|| {
        wrongs.add("amounts", words.say("people-reopen"));
        page(&site, &signed_in, &fund, &typed, &wrongs)
    }))
}
