//! The languages of a fund: which it offers, and the one it begins in. Not here: the texts (`language`).

use std::fmt;
use std::str::FromStr;

use crate::language::Language;

/// One language or more, each once; the first is the one that pages and links begin in. Written as codes with blanks between, like `es en`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Languages(Vec<Language>);

impl Languages {
    /// The language that pages and links begin in.
    ///
    /// # Panics
    /// Never: there is at least one.
    pub fn first(&self) -> Language {
        *self.0.first().expect("a fund speaks at least one language")
    }

    /// Every language that is offered, the first of them first.
    pub fn offered(&self) -> &[Language] {
        &self.0
    }

    /// Every choice that a fund has.
    pub fn choices() -> Vec<Self> {
        let alone = Language::ALL.map(|language| Self(vec![language]));
        let together = Language::ALL.map(|first| {
            let mut all = Language::ALL.to_vec();
            all.sort_by_key(|language| *language != first);
            Self(all)
        });
        together.into_iter().chain(alone).collect()
    }
}

impl Default for Languages {
    fn default() -> Self {
        Self(Language::ALL.to_vec())
    }
}

impl fmt::Display for Languages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<&str> = self.0.iter().map(|language| language.as_str()).collect();
        f.write_str(&codes.join(" "))
    }
}

impl FromStr for Languages {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let choice = Self::choices().into_iter().find(|choice| choice.to_string() == text);
        choice.ok_or_else(|| format!("“{text}” names no languages that a fund can have; write them like “en es”"))
    }
}

crate::sql_text!(Languages);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fund_begins_in_the_first_of_its_languages_and_has_each_once() {
        let written: Vec<String> = Languages::choices().iter().map(ToString::to_string).collect();
        assert_eq!(written, ["en es", "es en", "en", "es"]);
        assert_eq!("es en".parse::<Languages>().unwrap().first(), Language::Spanish);
        for wrong in ["", "en en", "en,es", "fr", "en  es"] {
            assert!(wrong.parse::<Languages>().is_err(), "{wrong}");
        }
    }
}
