//! A page of the treasury made of the parts that most have: sentences, facts, tables, forms, links. Not here: what they say.

use std::mem;

use askama::Template;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::passkeys::PasskeyButton;
use super::{Frame, HOME};
use crate::qr::Qr;
use crate::web::answer;
use crate::web::export::{As, Exports, Piece};
use crate::web::form::{Form, Problems, Wrongs};
use crate::web::receipt_face::ReceiptFace;
use crate::web::table::{Facts, Table};
use crate::web::words::Words;

/// A photo of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Where it is.
    pub src: String,
    /// What it is, for those who do not see it.
    pub label: String,
    /// In pixels, so that nothing moves while it comes.
    pub width: i64,
    /// In pixels.
    pub height: i64,
}

/// One part of a page.
#[derive(Debug)]
pub enum Part {
    /// What the next parts are about.
    Heading(String),
    /// A sentence.
    Text(String),
    /// A sentence in the quiet look.
    Note(String),
    /// A sentence that must not be missed.
    Warning(String),
    /// What is told only now: codes, a link.
    Secrets(Vec<String>),
    /// A photo at reading size.
    Picture(Picture),
    /// A square of dots.
    Qr(Qr),
    /// A button that asks the browser for a passkey.
    Passkey(PasskeyButton),
    /// Facts.
    Facts(Facts),
    /// A table.
    Table(Table),
    /// A form.
    Form(Form),
    /// Ways on: address and name.
    Links(Vec<(String, String)>),
    /// The usual way on: address and name.
    Button(String, String),
    /// A receipt.
    Receipt(ReceiptFace),
}

/// A whole page, whose parts stand in the order they were added.
#[derive(Debug, Template)]
#[template(path = "web/treasury/sheet.html")]
pub struct Sheet {
    frame: Frame,
    problems: Option<Problems>,
    parts: Vec<Part>,
    /// The ways to each part as a file, where it is a list.
    exports: Vec<Option<Exports>>,
}

/// The ways to a part as a file, where it is a list that has rows.
fn exports(words: Words, address: &Uri, which: usize, part: &Part) -> Option<Exports> {
    let Part::Table(table) = part else { return None };
    (!table.rows().is_empty()).then(|| Exports::of_list(words, address.query(), which))
}

impl Sheet {
    /// Each part with the ways to it as a file, where there are any.
    fn shown(&self) -> impl Iterator<Item = (&Part, Option<&Exports>)> {
        self.parts.iter().enumerate().map(|(which, part)| (part, self.exports.get(which).and_then(Option::as_ref)))
    }

    /// An empty page in this frame.
    pub const fn new(frame: Frame) -> Self {
        Self { frame, problems: None, parts: Vec::new(), exports: Vec::new() }
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

    /// The same with one more sentence.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with(Part::Text(text.into()))
    }

    /// The same with one more form.
    #[must_use]
    pub fn form(self, form: Form) -> Self {
        self.with(Part::Form(form))
    }

    /// The same with one more form under a heading and a sentence.
    #[must_use]
    pub fn block(self, heading: impl Into<String>, text: impl Into<String>, form: Form) -> Self {
        self.with(Part::Heading(heading.into())).text(text).form(form)
    }

    /// The same with one more way on, in a line of its own.
    #[must_use]
    pub fn link(self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.with(Part::Links(vec![(href.into(), label.into())]))
    }

    /// The page as an answer: 200, or 422 (or what the mistakes ask for) with the problems on top where something is wrong.
    pub fn answer(self, wrongs: &Wrongs) -> Response {
        self.answer_as(wrongs.status(), wrongs)
    }

    /// The page as an answer of this status, with the problems on top where something is wrong; where the address asks for one of its lists as
    /// a file, that file. Any list of the treasury can be had so.
    pub fn answer_as(mut self, status: StatusCode, wrongs: &Wrongs) -> Response {
        if let Some(address) = self.frame.address.clone().filter(|address| address.path().starts_with(HOME)) {
            if let Some((_, which)) = As::asked_of_list(address.query())
                && let Some(Part::Table(table)) = self.parts.get_mut(which)
            {
                return Piece(mem::replace(table, Table::new("", ""))).answer();
            }
            self.exports = self.parts.iter().enumerate().map(|(which, part)| exports(self.frame.words, &address, which, part)).collect();
        }
        self.problems = Problems::of(self.frame.words, wrongs);
        self.frame.wrong = !wrongs.is_empty();
        answer::private_page(status, &self)
    }
}
