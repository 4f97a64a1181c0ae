//! The page a donor comes back to: where the payment stands, said truthfully. No name, no address, no live total.

use std::time::Instant as Watch;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use tokio::time::{Duration, sleep};

use super::error::Trouble;
use super::fund_page::fund_of;
use super::{AnySite, Site, answer};
use crate::clock::Day;
use crate::donations::{self, Donation, Standing};
use crate::funds::Fund;
use crate::money::Money;

/// How often the books are asked while the donor's browser waits.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

#[derive(Template)]
#[template(path = "web/thanks.html")]
struct ThanksPage<'a> {
    fund: &'a Fund,
    code: &'a str,
    number: &'a str,
    standing: Standing,
    arrived_on: Option<Day>,
    practice: bool,
}

/// What reaches the fund.
fn net(amount: &Money, fee: &Money) -> Money {
    Money::new(amount.minor.saturating_sub(fee.minor), amount.currency)
}

/// `GET /thanks/{code}`: waits a moment for the confirmation, so that most donors see it at once.
pub async fn show(State(site): AnySite, Path(code): Path<String>) -> Result<Response, Trouble> {
    let began = Watch::now();
    let (donation, fund) = loop {
        let (donation, fund) = find(&site, &code).await?.ok_or(Trouble::NotFound)?;
        let may_change = donation.standing(site.clock.now()) == Standing::Processing;
        if !may_change || began.elapsed() >= site.thanks_patience {
            break (donation, fund);
        }
        sleep(LOOK_AGAIN).await;
    };
    let standing = donation.standing(site.clock.now());
    let status = if standing == Standing::Ended { StatusCode::GONE } else { StatusCode::OK };
    let arrived_on = donation.settled_at.map(|at| at.day_in(&fund.time_zone));
    let page = ThanksPage { fund: &fund, code: &code, number: &donation.number, standing, arrived_on, practice: site.is_practice() };
    Ok(answer::private_page(status, &page))
}

async fn find(site: &Site, code: &str) -> sqlx::Result<Option<(Donation, Fund)>> {
    let tx = &mut site.db.begin_read().await?;
    let Some(donation) = donations::thanks(tx, code).await? else { return Ok(None) };
    Ok(fund_of(tx, &donation).await?.map(|fund| (donation, fund)))
}
