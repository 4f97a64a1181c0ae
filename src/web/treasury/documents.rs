//! A document for whoever may read the books. Not here: the pages that show a list of them.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::READERS;
use crate::files;
use crate::web::doors::{Doors, Who};
use crate::web::error::Trouble;
use crate::web::{AnySite, documents};

const DOCUMENT: &str = "/treasury/documents/{document}";

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(DOCUMENT, Who::Holding(READERS), show)
}

async fn show(State(site): AnySite, Path(reference): Path<String>, headers: HeaderMap) -> Result<Response, Trouble> {
    if !documents::may_ask(&headers) {
        return Err(Trouble::NotFound);
    }
    let document = files::find_by_reference(&mut site.db.begin_read().await?, &reference).await?.ok_or(Trouble::NotFound)?;
    documents::give_out(&site, &document).await
}
