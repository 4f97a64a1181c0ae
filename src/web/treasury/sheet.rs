//! A page of the treasury made of the parts that most have: notes, facts, tables, forms, links. Not here: what they say.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::Frame;
use crate::web::answer;
use crate::web::form::{Form, Problems, Wrongs};
use crate::web::table::{Facts, Table};

/// One part of a page.
#[derive(Debug)]
pub enum Part {
    /// What the next parts are about.
    Heading(String),
    /// A sentence in the quiet look.
    Note(String),
    /// A sentence that must not be missed.
    Warning(String),
    /// Facts.
    Facts(Facts),
    /// A table.
    Table(Table),
    /// A form.
    Form(Form),
    /// Ways on: address and name.
    Links(Vec<(String, String)>),
}

/// A whole page.
#[derive(Debug, Template)]
#[template(path = "web/treasury/sheet.html")]
pub struct Sheet {
    frame: Frame,
    problems: Option<Problems>,
    parts: Vec<Part>,
}

impl Sheet {
    /// An empty page in this frame.
    pub const fn new(frame: Frame) -> Self {
        Self { frame, problems: None, parts: Vec::new() }
    }

    /// The same with one more part at its end.
    #[must_use]
    pub fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// The same with one more part, where there is one.
    #[must_use]
    pub fn maybe(mut self, part: Option<Part>) -> Self {
        self.parts.extend(part);
        self
    }

    /// The page as an answer: 200, or 422 with the problems on top where something is wrong.
    pub fn answer(mut self, wrongs: &Wrongs) -> Response {
        self.problems = Problems::of(self.frame.words, wrongs);
        let status = if wrongs.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        self.frame.wrong = !wrongs.is_empty();
        answer::private_page(status, &self)
    }
}
