//! The feed of a fund (Atom, RFC 4287): its publications, what was put right, and each change of its state. No single gifts or spendings. Written
//! from published records alone. Not here: pages.

use askama::Template;

use super::passed::PlanStands;
use super::place::named;
use super::record::Record;
use super::rows::{self, RowsError};
use super::say::Say;
use super::{Figures, File, state as moves, store};
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::State;
use crate::ids::FundId;
use crate::language::Language;

/// How many publications it goes back.
const PUBLICATIONS: i64 = 50;

/// One thing to tell.
struct Item {
    /// Where to read more; also what it is known by for ever.
    address: String,
    /// Behind the address, where several things are told of one.
    about: &'static str,
    at: Instant,
    title: String,
    text: String,
}

/// What a publication is known by.
struct End {
    number: i64,
    at: Instant,
    state: State,
}

#[derive(Template)]
#[template(path = "publication/feed.atom", escape = "html")]
struct Feed<'a> {
    say: Say,
    figures: &'a Figures,
    address: String,
    own: String,
    items: Vec<Item>,
}

/// The feed in every language; none where the records do not say at which site the fund is.
///
/// # Errors
/// [`RowsError`].
pub(super) async fn render(tx: &mut Tx, fund: FundId, figures: &Figures) -> Result<Vec<File>, RowsError> {
    let Some(address) = figures.address() else { return Ok(Vec::new()) };
    // The publication itself is not in the log yet: its record commits to this feed.
    let mut ends = vec![End { number: figures.number, at: figures.made_at, state: figures.fund.state }];
    for leaf in store::records_below(tx, fund, "publication", Some(figures.number), PUBLICATIONS).await? {
        if let Record::Publication(end) = rows::read(&leaf)? {
            ends.push(End { number: end.number, at: end.made_at(), state: end.fund.state });
        }
    }
    let mut corrections = Vec::new();
    for leaf in store::corrections(tx, fund).await? {
        if let Record::Spending(spending) = rows::read(&leaf)? {
            corrections.push((leaf.publication, spending.n, spending.reason.unwrap_or_default()));
        }
    }
    let moves = moves::published(tx, fund).await?;
    let mut plans = Vec::new();
    for leaf in store::of_kind(tx, fund, "plan").await? {
        if let Record::Plan(plan) = rows::read(&leaf)? {
            plans.push((leaf.publication, plan));
        }
    }
    let mut files = Vec::new();
    for say in Language::ALL.map(Say) {
        let mut items = Vec::new();
        for (place, end) in ends.iter().enumerate().take(usize::try_from(PUBLICATIONS).unwrap_or(usize::MAX)) {
            let reason = moves.iter().find(|(publication, _)| *publication == end.number).map_or("", |(_, stood)| &*stood.reason);
            items.extend(state(say, &address, end, (ends.get(place + 1), reason)));
            let put_right = corrections.iter().filter(|(publication, ..)| *publication == end.number);
            items.extend(put_right.map(|(_, number, reason)| Item {
                address: format!("{address}{}", named(&format!("spending/{number}"), say.0)),
                about: "",
                at: end.at,
                title: say.with("public-feed-correction", "number", number.to_string()),
                text: reason.clone(),
            }));
            let planned = plans.iter().filter(|(publication, _)| *publication == end.number);
            items.extend(planned.map(|(_, plan)| Item {
                address: format!("{address}p/{}/{}#plan-{}", end.number, named("leftovers/index", say.0), plan.plan),
                about: match plan.stands {
                    PlanStands::Proposed => "-proposed",
                    PlanStands::Approved => "-approved",
                    PlanStands::Dropped => "-dropped",
                },
                at: end.at,
                title: say.with(&format!("public-feed-plan-{}", plan.stands), "n", plan.plan.to_string()),
                text: say.with("public-feed-plan-text", "total", figures.money(plan.total_minor).for_people()),
            }));
            items.push(Item {
                address: format!("{address}p/{}/{}", end.number, named("index", say.0)),
                about: "",
                at: end.at,
                title: say.with("public-feed-publication", "number", end.number.to_string()),
                text: say.say("public-feed-publication-text"),
            });
        }
        let own = format!("feed{}.atom", say.suffix());
        let feed = Feed { say, figures, address: address.clone(), own: own.clone(), items };
        files.push(File::new(own, "application/atom+xml; charset=utf-8", feed.render()?.into_bytes()));
    }
    Ok(files)
}

/// That a fund stands elsewhere than it did a publication before.
fn state(say: Say, address: &str, end: &End, (before, reason): (Option<&End>, &str)) -> Option<Item> {
    let before = before.filter(|before| before.state != end.state)?;
    let states = say.three(
        "public-feed-state-text",
        ("before", say.state(before.state)),
        ("after", say.state(end.state)),
        ("number", end.number.to_string()),
    );
    Some(Item {
        address: format!("{address}p/{}/{}", end.number, named("index", say.0)),
        about: "#state",
        at: end.at,
        title: say.with("public-feed-state", "state", say.state(end.state)),
        text: format!("{states} {reason}").trim_end().to_owned(),
    })
}

/// Text without what XML cannot hold, and without signs that turn the way in which other text runs.
pub(super) fn plain(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let fits = |c: &char| !turns(*c) && (!c.is_control() || *c == '\n') && !matches!(*c, '\u{fffe}' | '\u{ffff}');
    text.chars().filter(fits).collect()
}
