//! Any list of the treasury as a file: what it can be had as, how it is asked for, and the ways there. Not here: writing it (`whole_list`),
//! the published figures and the ledger's own exports (`publication`).

use askama::Template;
use askama::filters::HtmlSafe;
use axum::http::Uri;
use axum::response::Response;

use super::table::Table;
use super::words::Words;

/// What a list can be had as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// RFC 4180, UTF-8 with a mark that spreadsheets know it by.
    Csv,
    /// A workbook of one sheet.
    Xlsx,
}

/// How many rows of a list are read at once for a file.
const PIECE: i64 = 1_000;

impl As {
    fn asked(query: Option<&str>) -> Option<Self> {
        query?.split('&').find_map(|pair| match pair {
            "as=csv" => Some(Self::Csv),
            "as=xlsx" => Some(Self::Xlsx),
            _ => None,
        })
    }

    /// What the query of an address asks for of one of a page's lists (`list=2&as=csv`), and of which; None: the page.
    pub fn asked_of_list(query: Option<&str>) -> Option<(Self, usize)> {
        let which = query?.split('&').find_map(|pair| pair.strip_prefix("list="))?.parse().ok()?;
        Some((Self::asked(query)?, which))
    }

    /// How its name ends.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// What it is.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// The links that lead from a page to its list as a file.
#[derive(Clone, Debug, Template)]
#[template(path = "web/parts/exports.html")]
pub struct Exports {
    label: String,
    links: [(String, &'static str); 2],
}

impl HtmlSafe for Exports {}

impl Exports {
    /// For the list of this number on the page that `query` leads to: what narrows the page narrows the file, and where the page stands in the
    /// list does not.
    pub fn of_list(words: Words, query: Option<&str>, which: usize) -> Self {
        let pairs = query.unwrap_or_default().split('&').filter(|pair| narrows(pair));
        let kept = pairs.fold(String::new(), |kept, pair| kept + pair + "&");
        let link = |kind: As, label| (format!("?{kept}list={which}&as={}", kind.word()), label);
        Self { label: words.say("export-label"), links: [link(As::Csv, "CSV"), link(As::Xlsx, "Excel")] }
    }
}

/// Whether a pair of a page's query says which rows are meant: neither how far it was leafed, nor what was just done, nor which file is asked for.
fn narrows(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    !(["", "as", "list", "done", "before"].contains(&name) || name.ends_with("_before"))
}

/// How many rows of a list the page at `address` reads: `page`, or many at once where the list is asked for as a file.
pub fn rows_at_once(address: &Uri, page: i64) -> i64 {
    if As::asked_of_list(address.query()).is_some() { PIECE } else { page }
}

/// A list on the way into a file: it goes with its page's answer to whoever asks for all pages, one after the other.
#[derive(Clone, Debug)]
pub struct Piece(pub Table);

impl Piece {
    /// The answer of a page of which this list is asked for.
    pub fn answer(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

/// What a file of the page at `path` is called: its words, `treasury-general-gifts`.
pub fn name_of(path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_file_is_asked_for_in_the_address() {
        assert_eq!(As::asked_of_list(Some("state=paid&list=2&as=csv")), Some((As::Csv, 2)));
        assert_eq!(As::asked_of_list(Some("as=xlsx&list=0")), Some((As::Xlsx, 0)));
        for page in
            [None, Some(""), Some("as=csv"), Some("list=1&as=pdf"), Some("list=1&has=csv"), Some("list=x&as=csv"), Some("list=1&as=csv2")]
        {
            assert_eq!(As::asked_of_list(page), None, "{page:?}");
        }
    }

    #[test]
    fn the_way_to_a_file_keeps_what_narrows_the_list_and_begins_at_its_first_row() {
        let links = Exports::of_list(Words(Language::English), Some("state=paid&before=17&sent_before=3~4&done=saved&as=csv&list=9"), 3);
        assert_eq!(links.links.map(|(href, _)| href), ["?state=paid&list=3&as=csv", "?state=paid&list=3&as=xlsx"]);
    }
}
