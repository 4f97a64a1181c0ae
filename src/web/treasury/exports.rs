//! The whole ledger as a file, for the programs that others trust. Not here: published figures, lists of one page.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use tokio::sync::mpsc;

use super::{Frame, Part, READERS, Sheet};
use crate::people::audit;
use crate::publication::export::{self, Format};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::Wrongs;
use crate::web::table::{Cell, Table};
use crate::web::{AnySite, Site, answer};

/// Where the exports are.
pub const EXPORTS: &str = "/treasury/exports";
const FILE: &str = "/treasury/exports/{file}";

/// Every export: its file, what it is, and its name in the locales.
const FILES: [(&str, Format, &str, &str); 4] = [
    ("books.journal", Format::Hledger, "text/plain; charset=utf-8", "exports-hledger"),
    ("books.beancount", Format::Beancount, "text/plain; charset=utf-8", "exports-beancount"),
    ("books.csv", Format::Csv, "text/csv; charset=utf-8", "exports-csv"),
    ("books.json", Format::Json, "application/json", "exports-json"),
];

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(EXPORTS, Who::Holding(READERS), show).get(FILE, Who::Holding(READERS), download)
}

async fn show(State(site): AnySite, signed_in: SignedIn) -> Response {
    let words = signed_in.words;
    let mut files = Table::new(words.say("exports-files"), "").column(words.say("exports-file")).column(words.say("exports-for"));
    for (file, _, _, key) in FILES {
        files.row(vec![Cell::link(format!("{EXPORTS}/{file}"), file), Cell::text(words.say(key))]);
    }
    let frame = Frame::new(&site, &signed_in, words.say("exports-title"));
    let sheet = Sheet::new(frame).text(words.say("exports-why")).with(Part::Table(files));
    sheet.with(Part::Note(words.say("exports-logged"))).answer(&Wrongs::default())
}

async fn download(State(site): AnySite, signed_in: SignedIn, Path(file): Path<String>) -> Result<Response, Trouble> {
    let (name, format, kind, _) = FILES.into_iter().find(|(name, ..)| *name == file).ok_or(Trouble::NotFound)?;
    let (person, now) = (signed_in.person.id, site.clock.now());
    let noted: sqlx::Result<()> = transact!(site.db, tx => audit::write(tx, Some(person), "download the books", name, "", now).await);
    noted?;
    // A few pieces wait at most: whoever reads slowly holds one view of the books, and not the books in memory.
    let (sender, pieces) = mpsc::channel(4);
    tokio::spawn(write(Arc::clone(&site), format, sender));
    let mut response = Response::new(answer::pieces(pieces));
    let attachment = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))?;
    response.headers_mut().insert(CONTENT_DISPOSITION, attachment);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

async fn write(site: Arc<Site>, format: Format, sender: mpsc::Sender<std::io::Result<Bytes>>) {
    let gone = |_| std::io::ErrorKind::BrokenPipe.into();
    let written = async {
        let tx = &mut site.db.begin_read().await?;
        export::write(tx, format, |piece| {
            let sender = sender.clone();
            async move { sender.send(Ok(piece.into())).await.map_err(gone) }
        })
        .await
    };
    if let Err(error) = written.await {
        tracing::warn!(%error, "an export stopped short");
        // The connection breaks off, so that nobody takes a part for the whole.
        let _gone = sender.send(Err(std::io::Error::other("the export stopped short"))).await;
    }
}
