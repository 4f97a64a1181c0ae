//! Documents at the face: what comes with a form becomes a stored document or a mistake at its field, and a stored one is given out in a
//! wrapping that runs nothing. Not here: who may come to an address (`doors`), which expense a document proves.

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::error::Trouble;
use super::form::Wrongs;
use super::upload::Sent;
use super::words::Words;
use super::{Site, answer};
use crate::files::{self, Document, FileError, Refusal, Uploader};
use crate::ids::DocumentId;

/// What the field of a document accepts, for the browser's own dialog and camera.
pub const ACCEPT: &str = "image/jpeg,image/png,image/webp,application/pdf";

/// Takes in what was sent, one after the other. What is refused becomes a mistake at its field, and the others are kept.
///
/// # Errors
/// `Trouble::Fault` when the storage or the database failed.
pub async fn take_in(site: &Site, by: &Uploader, words: Words, sent: Vec<Sent>, wrongs: &mut Wrongs) -> Result<Vec<DocumentId>, Trouble> {
    let mut taken = Vec::with_capacity(sent.len());
    for Sent { field, bytes } in sent {
        match files::take_in(&site.files, &site.db, by, bytes, &site.entropy, site.clock.now()).await {
            Ok(id) => taken.push(id),
            Err(FileError::Refused(refusal)) => tell(&field, words, refusal, wrongs),
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(taken)
}

/// Says at its field why a document is not taken, and what to do instead.
pub fn tell(field: &str, words: Words, refusal: Refusal, wrongs: &mut Wrongs) {
    if refusal == Refusal::QuotaFull {
        // Nothing is wrong with this file: no more fits (safety test D5).
        wrongs.answer_as(StatusCode::PAYLOAD_TOO_LARGE);
    }
    wrongs.add(field, words.of("document-refused", refusal.as_str()));
}

/// Where staff see a document.
pub fn address(document: &Document) -> String {
    format!("/treasury/documents/{}", document.reference)
}

/// Whether a request for a private file comes from our own pages, or from whoever typed its address: a page of another site must not even
/// learn whether it is there (safety rule HT13).
pub fn may_ask(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|from| from == "same-origin" || from == "none")
}

/// A document as an answer: pictures are shown, a PDF is saved, and neither can run anything or be guessed to be something else (FI4).
///
/// # Errors
/// `Trouble::Fault` when its bytes cannot be read, or are not the ones that were stored.
pub async fn give_out(site: &Site, document: &Document) -> Result<Response, Trouble> {
    let bytes = files::open(&site.files, document).await?;
    let manner = if document.kind.is_picture() { "inline" } else { "attachment" };
    let name = format!("{manner}; filename=\"document-{}.{}\"", &document.reference[..6], document.kind.ending());
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(document.kind.media_type()));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(name)?);
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    answer::keep_private(&mut response);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_site_may_not_ask_for_a_private_file() {
        let from = |site: &'static str| HeaderMap::from_iter([("sec-fetch-site".parse().unwrap(), HeaderValue::from_static(site))]);
        assert!(may_ask(&from("same-origin")) && may_ask(&from("none")) && may_ask(&HeaderMap::new()));
        assert!(!may_ask(&from("cross-site")) && !may_ask(&from("same-site")) && !may_ask(&from("x")));
    }
}
