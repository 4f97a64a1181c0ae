//! The languages the program speaks, and every text in them, from `templates/locales`. Not here: money and days, which their own types
//! write; which language somebody asks for (`web`).

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid};

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./templates/locales",
        fallback_language: "en",
        // The marks would stand in every page's source around every name and number; all our text runs one way.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ENGLISH: LanguageIdentifier = langid!("en");
const SPANISH: LanguageIdentifier = langid!("es");

crate::words! {
    /// A language the program speaks.
    pub enum Language {
        /// English.
        English = "en",
        /// Spanish.
        Spanish = "es",
    }
}

/// What stands in a text, by the name of its place.
pub type Values<'a> = HashMap<Cow<'static, str>, FluentValue<'a>>;

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// The text called `key`; None where there is none.
    pub fn find(self, key: &str, values: &Values<'_>) -> Option<String> {
        let language = match self {
            Self::English => &ENGLISH,
            Self::Spanish => &SPANISH,
        };
        TEXTS.try_lookup_with_args(language, key, values)
    }

    /// The text called `key`, which is there: a test holds every key that is asked for.
    pub fn text(self, key: &str, values: &Values<'_>) -> String {
        let found = self.find(key, values);
        debug_assert!(found.is_some(), "templates/locales has no text called {key}");
        found.unwrap_or_else(|| key.to_owned())
    }
}
