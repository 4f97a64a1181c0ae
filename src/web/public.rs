//! A fund's public pages: published bytes, or pages written from published records alone; never live figures. One rule for all of them: a file has
//! its name, a folder ends with a stroke and answers with its index in the reader's language, and what names neither leads on to one of them.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{CACHE_CONTROL, LOCATION, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::answer::{self, Stored};
use super::error::Trouble;
use super::shelf::{ASK_AGAIN, FOR_EVER};
use super::words::Words;
use super::{AnySite, Site, fund_page};
use crate::language::Language;
use crate::publication::{self, File, RowsError};

/// In which language somebody reads, what they hold already, and what they asked for. It takes the headers of the request along, which is cheaper
/// than a copy: a handler asks for it last.
pub struct Reader {
    language: Language,
    headers: HeaderMap,
    address: Uri,
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let language = Words::asked(parts.uri.query(), &parts.headers).0;
        Ok(Self { language, headers: std::mem::take(&mut parts.headers), address: parts.uri.clone() })
    }
}

/// A feed may be five minutes old: readers ask for it day and night.
pub const FOR_FIVE_MINUTES: &str = "public, max-age=300";

/// What the last part of an address names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    /// A file, by its whole name.
    File(String),
    /// A folder.
    Folder(String),
    /// A page or a folder, as people write it.
    Either(String),
}

impl Named {
    fn of(path: &str) -> Self {
        match path.rsplit('/').next().unwrap_or_default() {
            "" => Self::Folder(path.to_owned()),
            name if name.contains('.') => Self::File(path.to_owned()),
            _ => Self::Either(path.to_owned()),
        }
    }
}

impl Reader {
    /// The file of a page in the reader's language.
    fn page(&self, page: &str) -> String {
        publication::page_in(page, self.language)
    }

    /// A file that there is in every language, in the reader's.
    pub fn named(&self, stem: &str, ending: &str) -> String {
        publication::file_in(stem, self.language, ending)
    }

    /// Answers with a file whose address another reader would be given another one for.
    pub fn answer(&self, file: &Stored) -> Response {
        Self::varies(file.answer(&self.headers))
    }

    fn varies(mut response: Response) -> Response {
        response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Language, Cookie"));
        response
    }

    /// Leads on to a place beside the address that was asked for: its last part with this behind it.
    fn lead_on(&self, behind: &str, status: StatusCode) -> Result<Response, Trouble> {
        let query = self.address.query().map_or_else(String::new, |query| format!("?{query}"));
        let mut response = status.into_response();
        let headers = response.headers_mut();
        headers.insert(LOCATION, HeaderValue::try_from(format!("{}{behind}{query}", self.address.path()))?);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN));
        Ok(Self::varies(response))
    }

    /// Leads on to the page of that name, in the reader's language.
    fn lead_on_to_page(&self) -> Result<Response, Trouble> {
        self.lead_on(&publication::page_in("", self.language), StatusCode::FOUND)
    }
}

/// A folder without its stroke: `/f/{fund}`, `/f/{fund}/p/{number}`.
pub async fn folder(reader: Reader) -> Result<Response, Trouble> {
    reader.lead_on("/", StatusCode::PERMANENT_REDIRECT)
}

/// A page that is made for whoever asks, without its ending: `/f/{fund}/verify`.
pub async fn page_name(reader: Reader) -> Result<Response, Trouble> {
    reader.lead_on_to_page()
}

/// `/f/{fund}/`.
pub async fn show(State(site): AnySite, Path(slug): Path<String>, reader: Reader) -> Result<Response, Trouble> {
    if let Some(stored) = site.shelf.find(&site.db, &slug, &reader.page("index")).await? {
        return Ok(reader.answer(&stored));
    }
    fund_page::unpublished(&site, &slug, reader.language).await.map(Reader::varies)
}

/// `/f/{fund}/{path}`: any file of the newest publication.
pub async fn published(State(site): AnySite, Path((slug, path)): Path<(String, String)>, reader: Reader) -> Result<Response, Trouble> {
    let find = async |path: String| site.shelf.find(&site.db, &slug, &path).await;
    match Named::of(&path) {
        Named::File(path) => {
            let file = find(path.clone()).await?.ok_or(Trouble::NotFound)?;
            let mut response = file.answer(&reader.headers);
            if path.rsplit('.').next() == Some("atom") {
                response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(FOR_FIVE_MINUTES));
            }
            Ok(response)
        }
        Named::Folder(path) => Ok(reader.answer(&*find(reader.page(&format!("{path}index"))).await?.ok_or(Trouble::NotFound)?)),
        Named::Either(path) if find(reader.page(&path)).await?.is_some() => reader.lead_on_to_page(),
        Named::Either(path) if find(format!("{path}/index.html")).await?.is_some() => reader.lead_on("/", StatusCode::PERMANENT_REDIRECT),
        Named::Either(_) => Err(Trouble::NotFound),
    }
}

/// `/f/{fund}/p/{number}/`: the fund's page as it was.
pub async fn older(State(site): AnySite, Path((slug, typed)): Path<(String, String)>, reader: Reader) -> Result<Response, Trouble> {
    numbered(&site, &slug, &typed, "", &reader).await
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
    let find = async |path: String| site.shelf.numbered(&site.db, slug, number, &path).await;
    let mut response = match Named::of(path) {
        Named::File(path) => find(path).await?.ok_or(Trouble::NotFound)?.answer(&reader.headers),
        Named::Folder(path) => {
            let mut response = reader.answer(&*find(reader.page(&format!("{path}index"))).await?.ok_or(Trouble::NotFound)?);
            // Its language is the reader's, so no copy is for all.
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN));
            response
        }
        Named::Either(path) if find(reader.page(&path)).await?.is_some() => reader.lead_on_to_page()?,
        Named::Either(path) => {
            find(format!("{path}/index.html")).await?.ok_or(Trouble::NotFound)?;
            reader.lead_on("/", StatusCode::PERMANENT_REDIRECT)?
        }
    };
    // Only the newest belongs into search engines.
    response.headers_mut().insert(answer::ROBOTS, HeaderValue::from_static("noindex"));
    Ok(response)
}

/// A page of the spendings: a stretch of their list, or one of them.
#[derive(Clone, Copy)]
enum Spendings {
    Newest,
    Page(i64),
    One(i64),
}

impl Spendings {
    /// The page, written from published records and kept like a file of the newest publication. None where there is no such page.
    async fn find(self, site: &Site, slug: &str, language: Language) -> Result<Option<Arc<Stored>>, Trouble> {
        let place = match self {
            Self::Newest => "index".to_owned(),
            Self::Page(page) => format!("pages/{page}"),
            Self::One(number) => number.to_string(),
        };
        let made = async {
            let tx = &mut site.db.begin_read().await?;
            let file = match self {
                Self::Newest => publication::spending(tx, slug, None, language).await?,
                Self::Page(page) => publication::spending(tx, slug, Some(page), language).await?,
                Self::One(number) => publication::expense(tx, slug, number, language).await?,
            };
            Ok::<_, RowsError>(file.map(File::packed))
        };
        site.shelf.hold(format!("{slug}/spending/{}", publication::page_in(&place, language)), ASK_AGAIN, made).await
    }

    /// Answers for the address of its file, or leads there from one that names no language.
    async fn answer(self, site: &Site, slug: &str, language: Option<Language>, reader: &Reader) -> Result<Response, Trouble> {
        let file = self.find(site, slug, language.unwrap_or(reader.language)).await?.ok_or(Trouble::NotFound)?;
        if language.is_some() { Ok(file.answer(&reader.headers)) } else { reader.lead_on_to_page() }
    }
}

/// The name of a page, and its language where it says one.
fn split(name: &str) -> (&str, Option<Language>) {
    publication::page_named(name).map_or((name, None), |(page, language)| (page, Some(language)))
}

/// `/f/{fund}/spending/`.
pub async fn spending(State(site): AnySite, Path(slug): Path<String>, reader: Reader) -> Result<Response, Trouble> {
    Ok(reader.answer(&*Spendings::Newest.find(&site, &slug, reader.language).await?.ok_or(Trouble::NotFound)?))
}

/// `/f/{fund}/spending/{name}`: one spending by its number, or the newest of the list.
pub async fn expense(State(site): AnySite, Path((slug, name)): Path<(String, String)>, reader: Reader) -> Result<Response, Trouble> {
    let (page, language) = split(&name);
    let which = if page == "index" { Spendings::Newest } else { Spendings::One(number(page)?) };
    which.answer(&site, &slug, language, &reader).await
}

/// `/f/{fund}/spending/pages/{name}`.
pub async fn spending_page(State(site): AnySite, Path((slug, name)): Path<(String, String)>, reader: Reader) -> Result<Response, Trouble> {
    let (page, language) = split(&name);
    Spendings::Page(number(page)?).answer(&site, &slug, language, &reader).await
}

/// `/f/{fund}/spending/copies/{name}`: a copy of a receipt. Its address never holds other bytes; yet they may be taken down, so nobody keeps them
/// unasked.
pub async fn spending_copy(
    State(site): AnySite,
    Path((slug, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let bytes = async { publication::copy(&mut site.db.begin_read().await?, &slug, &name).await };
    let file = site.shelf.hold(format!("{slug}/{}/{name}", publication::RECEIPTS), ASK_AGAIN, bytes).await?;
    scan(file, &headers)
}

/// `/f/{fund}/leftovers/letters/{name}`: a copy of what a group wrote, held as copies of receipts are.
pub async fn letter(State(site): AnySite, Path((slug, name)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Trouble> {
    let bytes = async { publication::letter(&mut site.db.begin_read().await?, &slug, &name).await };
    let file = site.shelf.hold(format!("{slug}/{}/{name}", publication::LETTERS), ASK_AGAIN, bytes).await?;
    scan(file, &headers)
}

/// A picture of a paper, which no search engine need find.
fn scan(file: Option<Arc<Stored>>, headers: &HeaderMap) -> Result<Response, Trouble> {
    let mut response = file.ok_or(Trouble::NotFound)?.answer(headers);
    response.headers_mut().insert(answer::ROBOTS, HeaderValue::from_static("noindex"));
    Ok(response)
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
pub(super) fn number(typed: &str) -> Result<i64, Trouble> {
    let is_plain = !typed.starts_with('0') && typed.bytes().all(|b| b.is_ascii_digit());
    typed.parse().ok().filter(|_| is_plain).ok_or(Trouble::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_ends_with_a_stroke_and_a_file_has_an_ending() {
        assert_eq!(Named::of("reports/"), Named::Folder("reports/".to_owned()));
        assert_eq!(Named::of("reports/fees.es.html"), Named::File("reports/fees.es.html".to_owned()));
        assert_eq!(Named::of("v1.2/reports"), Named::Either("v1.2/reports".to_owned()));
        assert_eq!(Named::of(""), Named::Folder(String::new()));
    }
}
