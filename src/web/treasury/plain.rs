//! The page that most of sign-in, people and settings look like: a heading, sentences, facts, tables, forms, ways on. Not here: what they say.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::Frame;
use super::passkeys::PasskeyButton;
use super::qr::Qr;
use crate::web::answer;
use crate::web::form::{Form, Problems};
use crate::web::table::{Facts, Table};

/// One form with what stands above it.
#[derive(Debug)]
pub struct Block {
    /// Empty: none.
    pub heading: String,
    /// Empty: none.
    pub note: String,
    /// The form.
    pub form: Form,
}

/// The page, from top to bottom.
#[derive(Debug, Template)]
#[template(path = "web/treasury/plain.html")]
pub struct Plain {
    /// What surrounds it.
    pub frame: Frame,
    /// What was wrong with what was sent.
    pub problems: Option<Problems>,
    /// Sentences.
    pub notes: Vec<String>,
    /// What is told only now: codes, a link.
    pub shown: Vec<String>,
    /// A button that asks the browser for a passkey.
    pub passkey: Option<PasskeyButton>,
    /// A square of dots.
    pub qr: Option<Qr>,
    /// Facts.
    pub facts: Option<Facts>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Forms.
    pub blocks: Vec<Block>,
    /// Ways on: address and words.
    pub links: Vec<(String, String)>,
}

impl Plain {
    /// A page with nothing on it yet.
    pub const fn new(frame: Frame) -> Self {
        Self {
            frame,
            problems: None,
            notes: Vec::new(),
            shown: Vec::new(),
            passkey: None,
            qr: None,
            facts: None,
            tables: Vec::new(),
            blocks: Vec::new(),
            links: Vec::new(),
        }
    }

    /// The same with one more sentence.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// The same with one more form.
    #[must_use]
    pub fn form(self, form: Form) -> Self {
        self.block("", "", form)
    }

    /// The same with one more form under a heading and a sentence.
    #[must_use]
    pub fn block(mut self, heading: impl Into<String>, note: impl Into<String>, form: Form) -> Self {
        self.blocks.push(Block { heading: heading.into(), note: note.into(), form });
        self
    }

    /// The same with one more way on.
    #[must_use]
    pub fn link(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.links.push((href.into(), label.into()));
        self
    }

    /// The page as an answer; mistakes in what was sent set its status and its title.
    pub fn answer(self, status: StatusCode) -> Response {
        let wrong = self.problems.is_some();
        let status = if wrong && status == StatusCode::OK { StatusCode::UNPROCESSABLE_ENTITY } else { status };
        let frame = self.frame.clone().wrong(wrong);
        answer::private_page(status, &Self { frame, ..self })
    }
}
