//! The first page of the treasury: what needs me now? Not here: the lists it leads to.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Frame, HOME, READERS};
use crate::web::answer;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::{AnySite, table::Table};

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(HOME, Who::Holding(READERS), show)
}

#[derive(Template)]
#[template(path = "web/treasury/home.html")]
struct HomePage {
    frame: Frame,
    alerts: Table,
}

async fn show(State(site): AnySite, signed_in: SignedIn) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let mut alerts =
        Table::new(words.say("home-alerts"), words.say("home-clear")).column(words.say("home-alert")).column(words.say("home-said"));
    for alert in crate::payments::alert::list(&mut site.db.begin_read().await?, 100).await? {
        alerts.row(vec![crate::web::table::Cell::text(alert.kind.as_str()), crate::web::table::Cell::text(alert.said)]);
    }
    let frame = Frame::new(&site, &signed_in, words.say("home-title"));
    Ok(answer::private_page(StatusCode::OK, &HomePage { frame, alerts }))
}
