//! What a visitor sees when something cannot be done: the one place that gives a refusal or a fault its status.

use askama::Template;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answer;
use super::words::Words;
use crate::ids::Entropy;

/// Why a page is not shown.
#[derive(Debug)]
pub enum Trouble {
    /// No such fund, gift or page, or none that is public.
    NotFound,
    /// Something of ours failed. It is logged once, here, and the visitor is given its reference number only.
    Fault(Reference),
}

/// What a visitor can name when asking about a fault; the log says the rest.
#[derive(Clone, Debug)]
pub struct Reference(pub String);

impl Reference {
    /// A fresh one.
    pub fn new() -> Self {
        Self(Entropy::system().gift_number())
    }
}

impl<E: Into<anyhow::Error>> From<E> for Trouble {
    fn from(fault: E) -> Self {
        let (fault, reference) = (fault.into(), Reference::new());
        tracing::error!(reference = reference.0, cause = format!("{fault:#}"), "a request failed");
        Self::Fault(reference)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Fault(reference) => {
                let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
                response.extensions_mut().insert(reference);
                response
            }
        }
    }
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage {
    words: Words,
    title: String,
    text: String,
    reference: Option<String>,
    practice: bool,
}

/// Puts a problem for programs (RFC 9457) where a response carries a bare error; its status and headers stay.
pub fn as_problem(response: Response) -> Response {
    let (mut parts, _bare) = response.into_parts();
    let reference = parts.extensions.get::<Reference>().map(|reference| reference.0.clone());
    let title = parts.status.canonical_reason().unwrap_or("Error");
    let mut problem = serde_json::json!({ "type": "about:blank", "title": title, "status": parts.status.as_u16() });
    if let Some(reference) = reference {
        problem["instance"] = format!("urn:strikefund:{reference}").into();
    }
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(format!("{problem}\n")))
}

/// Puts a page for people where a response carries a bare error; its status and headers stay.
pub fn as_page(response: Response, words: Words, practice: bool) -> Response {
    let (parts, _bare) = response.into_parts();
    let reference = parts.extensions.get::<Reference>().map(|reference| reference.0.clone());
    let key = match parts.status.as_u16() {
        status @ (403 | 404 | 405 | 408 | 413 | 414 | 421 | 429 | 500 | 503) => format!("error-{status}"),
        _ => "error-other".to_owned(),
    };
    let (title, text) = (words.say(&key), words.say(&format!("{key}-text")));
    let mut page = answer::page(parts.status, &ErrorPage { words, title, text, reference, practice });
    for (name, value) in &parts.headers {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            page.headers_mut().insert(name.clone(), value.clone());
        }
    }
    page
}
