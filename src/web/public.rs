//! A fund's public pages behind its own: spending, reports, older publications, the log. Published bytes, or pages written from published
//! records alone; never live figures.

use std::borrow::Cow;
use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use super::answer::Stored;
use super::error::Trouble;
use super::shelf::{ASK_AGAIN, FOR_EVER};
use super::words::{self, Words};
use super::{AnySite, Site};
use crate::language::Language;
use crate::publication::{self, File, RowsError};

/// In which language somebody reads, and what they hold already.
pub struct Reader {
    language: Language,
    /// They just switched to it, by the address they asked for.
    switched: bool,
    headers: HeaderMap,
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query();
        let (language, switched) = (Words::asked(query, &parts.headers).0, words::switched(query).is_some());
        Ok(Self { language, switched, headers: parts.headers.clone() })
    }
}

impl Reader {
    /// The file that holds a page in the reader's language: a name without an ending is a page.
    fn page<'a>(&self, path: &'a str) -> Cow<'a, str> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match self.language {
            _ if name.contains('.') => Cow::Borrowed(path),
            Language::English => Cow::Owned(format!("{path}.html")),
            Language::Spanish => Cow::Owned(format!("{path}.es.html")),
        }
    }

    /// Answers with a page that is made when it is asked for.
    async fn hold(
        &self,
        site: &Site,
        address: &str,
        made: impl Future<Output = Result<Option<File>, RowsError>>,
    ) -> Result<Response, Trouble> {
        let packed = async { Ok::<_, RowsError>(made.await?.map(File::packed)) };
        let file = site.shelf.hold(self.page(address).into_owned(), ASK_AGAIN, packed).await?.ok_or(Trouble::NotFound)?;
        Ok(self.answer(&file))
    }

    /// Answers with a file, and says that another reader may get another one.
    fn answer(&self, file: &Stored) -> Response {
        let mut response = file.answer(&self.headers);
        response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Language, Cookie"));
        if self.switched {
            // Only an answer that nobody keeps a copy of may bear the cookie that remembers the switch.
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        response
    }
}

/// `/f/{fund}/spending`.
pub async fn spending(State(site): AnySite, Path(slug): Path<String>, reader: Reader) -> Result<Response, Trouble> {
    list(&site, &slug, None, &reader).await
}

/// `/f/{fund}/spending/pages/{page}`.
pub async fn spending_page(State(site): AnySite, Path((slug, page)): Path<(String, String)>, reader: Reader) -> Result<Response, Trouble> {
    list(&site, &slug, Some(number(&page)?), &reader).await
}

async fn list(site: &Site, slug: &str, page: Option<i64>, reader: &Reader) -> Result<Response, Trouble> {
    let address = page.map_or_else(|| format!("{slug}/spending"), |page| format!("{slug}/spending/pages/{page}"));
    let made = async { publication::spending(&mut site.db.begin_read().await?, slug, page, reader.language).await };
    reader.hold(site, &address, made).await
}

/// `/f/{fund}/spending/{number}`.
pub async fn expense(State(site): AnySite, Path((slug, typed)): Path<(String, String)>, reader: Reader) -> Result<Response, Trouble> {
    let number = number(&typed)?;
    let made = async { publication::expense(&mut site.db.begin_read().await?, &slug, number, reader.language).await };
    reader.hold(&site, &format!("{slug}/spending/{number}"), made).await
}

/// `/f/{fund}/charter`.
pub async fn charter(State(site): AnySite, Path(slug): Path<String>, reader: Reader) -> Result<Response, Trouble> {
    newest(&site, &slug, "charter", &reader).await
}

/// `/f/{fund}/charter/{n}`: a version, for ever.
pub async fn charter_version(State(site): AnySite, Path((slug, n)): Path<(String, String)>, reader: Reader) -> Result<Response, Trouble> {
    newest(&site, &slug, &format!("charter/{n}"), &reader).await
}

/// `/f/{fund}/reports`.
pub async fn reports(State(site): AnySite, Path(slug): Path<String>, reader: Reader) -> Result<Response, Trouble> {
    newest(&site, &slug, "reports/index", &reader).await
}

/// `/f/{fund}/reports/{name}`: the page, or with an ending the file.
pub async fn report(State(site): AnySite, Path((slug, name)): Path<(String, String)>, reader: Reader) -> Result<Response, Trouble> {
    newest(&site, &slug, &format!("reports/{name}"), &reader).await
}

async fn newest(site: &Site, slug: &str, path: &str, reader: &Reader) -> Result<Response, Trouble> {
    let file = site.shelf.find(&site.db, slug, &reader.page(path)).await?.ok_or(Trouble::NotFound)?;
    Ok(reader.answer(&file))
}

/// `/f/{fund}/p/{number}`: the fund's page as it was.
pub async fn older(State(site): AnySite, Path((slug, typed)): Path<(String, String)>, reader: Reader) -> Result<Response, Trouble> {
    numbered(&site, &slug, &typed, "index.html", &reader).await
}

/// `/f/{fund}/p/{number}/reports`.
pub async fn older_reports(State(site): AnySite, Path((slug, typed)): Path<(String, String)>, reader: Reader) -> Result<Response, Trouble> {
    numbered(&site, &slug, &typed, "reports/index", &reader).await
}

/// `/f/{fund}/p/{number}/{path}`: any file of an older publication.
pub async fn older_file(
    State(site): AnySite,
    Path((slug, typed, path)): Path<(String, String, String)>,
    reader: Reader,
) -> Result<Response, Trouble> {
    numbered(&site, &slug, &typed, &path, &reader).await
}

async fn numbered(site: &Site, slug: &str, typed: &str, path: &str, reader: &Reader) -> Result<Response, Trouble> {
    let number = number(typed)?;
    let file = site.shelf.numbered(&site.db, slug, number, &reader.page(path)).await?.ok_or(Trouble::NotFound)?;
    Ok(reader.answer(&file))
}

/// `/f/{fund}/log/{path}`: the head, the tiles and the records of the fund's log (C2SP tlog-tiles).
pub async fn log(State(site): AnySite, Path((slug, path)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Trouble> {
    let (db, place) = (&site.db, format!("log/{path}"));
    let file = if path == "checkpoint" {
        site.shelf.find(db, &slug, &place).await?
    } else {
        // Tiles never change, whole or in part: their address names how much they hold.
        let tile = async { publication::file(&mut db.begin_read().await?, &slug, None, &place).await };
        site.shelf.hold(format!("{slug}/{place}"), FOR_EVER, tile).await?
    };
    Ok(file.ok_or(Trouble::NotFound)?.answer(&headers))
}

/// A number as addresses bear it: digits, from 1, written in one way.
fn number(typed: &str) -> Result<i64, Trouble> {
    let is_plain = !typed.starts_with('0') && typed.bytes().all(|b| b.is_ascii_digit());
    typed.parse().ok().filter(|_| is_plain).ok_or(Trouble::NotFound)
}
