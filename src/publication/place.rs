//! Where a public page stands, and how it names others. Every link is relative and names a file, so that the same bytes work on this program, on
//! any host that serves files, and in a folder with no server at all. Not here: what answers an address (`web`).

use std::borrow::Cow;

use super::say::Say;
use super::{Figures, File, HTML};
use crate::language::Language;

/// A page's place under its fund's address.
///
/// A publication's own pages stand there twice: at the fund's address while it is the newest, and for ever under `p/` and its number. What they
/// say of their own publication, they name from where they stand ([`Place::here`]); what there is only once, from the fund's address
/// ([`Place::up`]), whose mark `./` is what [`older`] finds to lead out of `p/` with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Without language and ending, such as `reports/activities`.
    page: String,
    language: Language,
}

impl Place {
    pub fn new(page: impl Into<String>, say: Say) -> Self {
        Self { page: page.into(), language: say.0 }
    }

    /// Its file, such as `reports/activities.es.html`.
    pub fn path(&self) -> String {
        named(&self.page, self.language)
    }

    /// The file with these bytes.
    pub fn file(&self, html: String) -> File {
        File::new(self.path(), HTML, html.into_bytes())
    }

    /// The way to the place that this publication's own files are named from.
    pub fn here(&self) -> String {
        "../".repeat(self.page.matches('/').count())
    }

    /// The way to the fund's address.
    pub fn up(&self) -> String {
        self.here() + "./"
    }

    /// The way to where the style sheet lies.
    pub fn assets(&self) -> String {
        self.up() + "../../assets/"
    }

    /// The way to a page of this publication, in this page's language.
    pub fn to(&self, page: &str) -> String {
        self.here() + &named(page, self.language)
    }

    /// The way to a page that there is once, in this page's language.
    pub fn out(&self, page: &str) -> String {
        self.up() + &named(page, self.language)
    }

    /// Whether it is this page.
    pub fn is(&self, page: &str) -> bool {
        self.page == page
    }

    /// The page of a spending.
    pub fn spending(&self, number: impl std::fmt::Display) -> String {
        self.out(&format!("spending/{number}"))
    }

    /// This page in another language: it lies beside.
    pub fn beside(&self, language: &str) -> String {
        let name = self.page.rsplit('/').next().unwrap_or(&self.page);
        named(name, language.parse().unwrap_or(self.language))
    }

    /// A page of the running program, which no folder holds: by the fund's address in the world, where the records say it.
    pub fn live(&self, figures: &Figures, page: &str) -> String {
        figures.address().unwrap_or_else(|| self.up()) + page
    }

    /// Where the newest of it is to be found in the world; None where the records do not say at which site.
    pub fn address(&self, figures: &Figures) -> Option<String> {
        let path = self.path();
        Some(figures.address()? + path.strip_suffix("index.html").unwrap_or(&path))
    }
}

/// The page that a file's name names, and in which language; None where it names none.
pub fn page_named(name: &str) -> Option<(&str, Language)> {
    let stem = name.strip_suffix(".html")?;
    Some(stem.strip_suffix(".es").map_or((stem, Language::English), |stem| (stem, Language::Spanish)))
}

/// The file of a page in a language.
pub fn named(page: &str, language: Language) -> String {
    file_in(page, language, "html")
}

/// A file that there is in every language, in one of them.
pub fn file_in(stem: &str, language: Language, ending: &str) -> String {
    format!("{stem}{}.{ending}", Say(language).suffix())
}

/// A publication's page, as it stands under `p/` and its number: what there is only once lies two steps further up. In a page's text no `"`
/// stands as itself, so that nothing but its own links is touched.
pub(super) fn older(html: &str) -> String {
    html.replace("=\"./", "=\"../../").replace("=\".././", "=\"../../../")
}

/// The bytes of a publication's file as they stand under `p/` and its number.
pub(super) fn older_file<'a>(path: &str, body: &'a [u8]) -> Cow<'a, [u8]> {
    match std::str::from_utf8(body) {
        Ok(html) if page_named(path).is_some() => Cow::Owned(older(html).into_bytes()),
        _ => Cow::Borrowed(body),
    }
}

impl File {
    /// Its bytes as they stand under `p/` and its publication's number: the links of a page lead further out from there.
    pub(super) fn older(&self) -> Cow<'_, [u8]> {
        older_file(&self.path, &self.body)
    }

    /// The same file as it stands there.
    #[must_use]
    pub(super) fn into_older(self) -> Self {
        match self.older() {
            Cow::Owned(body) => Self::new(self.path, HTML, body).packed(),
            Cow::Borrowed(_) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(page: &str, language: Language) -> Place {
        Place::new(page, Say(language))
    }

    #[test]
    fn a_page_names_files_from_where_it_stands() {
        let report = place("reports/fees", Language::Spanish);
        assert_eq!(report.path(), "reports/fees.es.html");
        assert_eq!(report.to("index"), "../index.es.html");
        assert_eq!(report.spending(57), ".././spending/57.es.html");
        assert_eq!((report.beside("en"), report.assets()), ("fees.html".to_owned(), ".././../../assets/".to_owned()));
        let fund = place("index", Language::English);
        assert_eq!((fund.to("gifts/index"), fund.spending(1)), ("gifts/index.html".to_owned(), "./spending/1.html".to_owned()));
    }

    #[test]
    fn an_older_page_leads_out_to_what_there_is_once_and_keeps_what_is_its_own() {
        let page =
            |place: &Place| format!("<a href=\"{}\">a</a><a href=\"{}\">b</a> =&#34;./x", place.spending(5), place.to("reports/index"));
        let fund = page(&place("index", Language::English));
        assert_eq!(older(&fund), "<a href=\"../../spending/5.html\">a</a><a href=\"reports/index.html\">b</a> =&#34;./x");
        let report = page(&place("reports/fees", Language::English));
        assert_eq!(older(&report), "<a href=\"../../../spending/5.html\">a</a><a href=\"../reports/index.html\">b</a> =&#34;./x");
    }
}
