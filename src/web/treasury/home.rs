//! The first page of the treasury: what needs me now, and how every fund stands. Not here: the lists it leads to.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Frame, HOME, READERS, tiles};
use crate::booking::{Standing, standings};
use crate::clock::{Day, Instant};
use crate::funds::Fund;
use crate::money::Money;
use crate::web::AnySite;
use crate::web::answer;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::export::{As, Exports, Piece};
use crate::web::table::{Cell, Table};
use crate::web::words::Words;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(HOME, Who::Holding(READERS), show)
}

#[derive(Template)]
#[template(path = "web/treasury/home.html")]
struct HomePage {
    frame: Frame,
    tiles: Vec<Shown>,
    nothing: Option<String>,
    strip: Table,
    exports: Option<Exports>,
    on: String,
    alerts: Table,
}

/// A tile as it is read.
struct Shown {
    href: &'static str,
    name: String,
    count: i64,
    more: String,
}

/// What may stand behind the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// A day to look back to.
    on: String,
}

async fn show(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let (words, now) = (signed_in.words, site.clock.now());
    let tx = &mut site.db.begin_read().await?;
    let (waiting, quiet): (Vec<_>, Vec<_>) = tiles::all(tx, &signed_in, now).await?.into_iter().partition(|tile| tile.count > 0);
    let nothing: Vec<String> = quiet.iter().map(|tile| words.of("tile", tile.word)).collect();
    let nothing = (!nothing.is_empty() && !waiting.is_empty()).then(|| words.with("home-nothing", "list", nothing.join(", ")));
    let tiles = waiting.into_iter().map(|tile| shown(words, tile, now)).collect();
    let day = asked.on.parse::<Day>().ok();
    let strip = strip(words, &standings(tx, day).await?, day);
    if As::asked_of_list(signed_in.address.query()).is_some() {
        return Ok(Piece(strip).answer());
    }
    let mut alerts =
        Table::new(words.say("home-alerts"), words.say("home-clear")).column(words.say("home-alert")).column(words.say("home-said"));
    for alert in crate::payments::alert::list(tx, 100).await? {
        alerts.row(vec![Cell::text(words.of("alert-kind", alert.kind.as_str())), Cell::text(alert.in_words(words.0))]);
    }
    let frame = Frame::new(&site, &signed_in, words.say("home-title"));
    let on = day.map(|day| day.to_string()).unwrap_or_default();
    let exports = (!strip.rows().is_empty()).then(|| Exports::of_list(words, signed_in.address.query(), 0));
    Ok(answer::private_page(StatusCode::OK, &HomePage { frame, tiles, nothing, strip, exports, on, alerts }))
}

fn shown(words: Words, tile: tiles::Tile, now: Instant) -> Shown {
    let days = |at: Instant| now.unix_secs().saturating_sub(at.unix_secs()).max(0) / 86_400;
    let age = tile.oldest_at.map(|at| words.with("home-oldest", "days", days(at)));
    let more = [tile.more, age].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    Shown { href: tile.href, name: words.of("tile", tile.word), count: tile.count, more }
}

/// What every fund has on hand and free to spend, which a phone shows first, and what it received and spent; now or at the end of a day.
fn strip(words: Words, standings: &[(Fund, Standing)], day: Option<Day>) -> Table {
    let caption = day.map_or_else(|| words.say("home-strip"), |day| words.with("home-strip-on", "day", words.day(day)));
    let mut table = Table::new(caption, words.say("home-no-fund"))
        .column(words.say("home-fund"))
        .amounts(words.say("home-on-hand"))
        .amounts(words.say("home-free"))
        .amounts(words.say("home-received"))
        .amounts(words.say("home-spent"));
    for (fund, standing) in standings {
        let money = |minor| Cell::money(Money::new(minor, fund.currency));
        table.row(vec![
            Cell::link(format!("/treasury/{}/gifts", fund.slug), fund.name.as_str()),
            money(standing.on_hand),
            money(standing.free),
            money(standing.received),
            money(standing.spent),
        ]);
    }
    table
}
