//! A search over numbers: gifts, goods, expenses, payees, entries, references of Stripe's. Never over names. A room adds its numbers in [`find`].

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::booking::journal;
use crate::db::Tx;
use crate::donations::{arriving, in_kind, listing, refunding};
use crate::funds;
use crate::ids::{EntryId, FundId};
use crate::ledger::{self, Source};
use crate::spending::{self, payees};
use crate::web::AnySite;
use crate::web::answer;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::export::{As, Exports, Piece};
use crate::web::table::{Cell, Table};
use crate::web::treasury::spending::PAYEES;
use crate::web::treasury::{Frame, READERS};
use crate::web::words::Words;

const SEARCH: &str = "/treasury/search";
/// What the page calls its one list where it is asked for as a file.
const LIST: usize = 0;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(SEARCH, Who::Holding(READERS), search)
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
}

#[derive(Template)]
#[template(path = "web/treasury/search.html")]
struct SearchPage {
    frame: Frame,
    q: String,
    found: Option<Table>,
    exports: Option<Exports>,
}

async fn search(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let q = asked.q.trim();
    let found = if q.is_empty() { None } else { Some(table(&mut site.db.begin_read().await?, words, q).await?) };
    let query = signed_in.address.query();
    let found = match found {
        Some(found) if As::asked_of_list(query).is_some_and(|(_, which)| which == LIST) => return Ok(Piece(found).answer()),
        found => found,
    };
    let exports = found.as_ref().filter(|found| !found.rows().is_empty()).map(|_| Exports::of_list(words, query, LIST));
    let frame = Frame::new(&site, &signed_in, words.say("search-title"));
    Ok(answer::private_page(StatusCode::OK, &SearchPage { frame, q: q.to_owned(), found, exports }))
}

async fn table(tx: &mut Tx, words: Words, q: &str) -> Result<Table, Trouble> {
    let mut table =
        Table::new(words.say("search-found"), words.say("search-none")).column(words.say("search-what")).column(words.say("search-number"));
    for (kind, href, text) in find(tx, q).await? {
        table.row(vec![Cell::text(words.of("search-kind", kind)), Cell::link(href, text)]);
    }
    Ok(table)
}

/// Everything that bears exactly this number or reference: its kind, its address, its number.
async fn find(tx: &mut Tx, q: &str) -> Result<Vec<(&'static str, String, String)>, Trouble> {
    let mut found = Vec::new();
    let upper = q.to_ascii_uppercase();
    let funds = funds::list(tx).await?;
    let slug = |id: FundId| funds.iter().find(|fund| fund.id == id).map(|fund| fund.slug.clone()).unwrap_or_default();
    let gift = match listing::find_by_number(tx, q).await? {
        None => crate::donations::find_by_charge(tx, q).await?,
        gift => gift,
    };
    if let Some(gift) = gift {
        found.push(("gift", format!("/treasury/gifts/{}", gift.number), gift.number));
    }
    if let Some(gift) = arriving::find(tx, &upper).await? {
        found.push(("offline", format!("/treasury/{}/gifts/offline/{}", slug(gift.fund_id), gift.number), gift.number));
    }
    if let Some(goods) = in_kind::find(tx, &upper).await? {
        found.push(("goods", format!("/treasury/{}/in-kind/{}", slug(goods.fund_id), goods.number), goods.number));
    }
    if let Some(expense) = spending::find_by_number(tx, q).await? {
        found.push(("expense", format!("/treasury/{}/expenses/{}", slug(expense.fund_id), expense.number), expense.number));
    }
    if let Some(payee) = payees::find_by_number(tx, q).await? {
        found.push(("payee", format!("{PAYEES}/{}", payee.id), payee.pseudonym));
    }
    if let Some(refund) = refunding::find(tx, q).await? {
        found.push(("refund", format!("/treasury/refunds/{}", refund.reference), refund.reference));
    }
    if journal::find(tx, q).await?.is_some() {
        found.push(("journal", format!("/treasury/journal/{q}"), q.to_owned()));
    }
    let entry = |id: EntryId| ("entry", format!("/treasury/entries/{id}"), id.to_string());
    if let Ok(id) = q.parse().map(EntryId)
        && ledger::find_entry(tx, id).await?.is_some()
    {
        found.push(entry(id));
    }
    for source in Source::ALL {
        for (id, _) in ledger::entries_of(tx, source, q).await? {
            found.push(entry(id));
        }
    }
    Ok(found)
}
