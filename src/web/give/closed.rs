//! What stands in the form's place while a fund takes no gifts: why, and who can use a gift instead.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::funds::charter::{Charter, Recipient};
use crate::funds::{self, Fund, State as FundState};
use crate::publication;
use crate::web::error::Trouble;
use crate::web::words::Words;
use crate::web::{Site, answer};

#[derive(Template)]
#[template(path = "web/give_closed.html")]
struct ClosedPage<'a> {
    words: Words,
    fund: &'a Fund,
    state: String,
    since: Option<String>,
    reason: String,
    groups: Vec<Recipient>,
    /// That it received the most it takes, and by which publication.
    capped: Option<String>,
    has_charter: bool,
    practice: bool,
}

/// The page, answered as `status`.
///
/// # Errors
/// When the database is gone.
pub(super) async fn page(site: &Site, fund: &Fund, words: Words, status: StatusCode) -> Result<Response, Trouble> {
    let tx = &mut site.db.begin_read().await?;
    let paused = fund.state == FundState::Paused;
    let moved = funds::newest_move(tx, fund.id).await?.filter(|moved| paused && moved.state == FundState::Paused);
    let since = moved.as_ref().map(|moved| words.day(moved.changed_at.day_in(&fund.time_zone)));
    let charter = funds::charter(tx, fund.id).await?.and_then(|version| Charter::of_lines(&version.body));
    let has_charter = charter.is_some();
    let newest = publication::newest_figures(tx, fund.id).await?.filter(|figures| fund.state == FundState::Open && figures.is_capped());
    let capped = newest.and_then(|figures| {
        let cap = figures.money(figures.fund.cap_minor?);
        let day = words.day(figures.made_at.day_in(&fund.time_zone));
        Some(words.with_two("give-capped-why", ("cap", words.money(cap)), ("day", day)))
    });
    let groups = charter.filter(|_| paused || capped.is_some()).map(|charter| charter.recipients).unwrap_or_default();
    let (reason, state) = (moved.map(|moved| moved.reason).unwrap_or_default(), words.of("public-state", fund.state.as_str()));
    let practice = site.is_practice();
    Ok(answer::page(status, &ClosedPage { words, fund, state, since, reason, groups, capped, has_charter, practice }))
}
