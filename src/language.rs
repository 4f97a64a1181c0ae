//! The languages the program speaks, and every text in them, from `templates/locales`. Not here: money, which its own type writes; which language somebody asks for (`web`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

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

/// Texts in which no value stands, by language and key, once somebody asked for them: a page asks for dozens, and a check of everything published
/// writes hundreds of thousands of pages. Only what is there is kept, so it cannot grow beyond the texts themselves.
static PLAIN: LazyLock<[RwLock<HashMap<String, String>>; 2]> = LazyLock::new(Default::default);

const ENGLISH: LanguageIdentifier = langid!("en");
const SPANISH: LanguageIdentifier = langid!("es");

use crate::clock::{Day, Instant, Zone};

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
        let (language, plain) = match self {
            Self::English => (&ENGLISH, &PLAIN[0]),
            Self::Spanish => (&SPANISH, &PLAIN[1]),
        };
        if !values.is_empty() {
            return TEXTS.try_lookup_with_args(language, key, values);
        }
        if let Some(text) = plain.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Some(text.clone());
        }
        let text = TEXTS.try_lookup_with_args(language, key, values)?;
        plain.write().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), text.clone());
        Some(text)
    }

    /// `14 Nov 2026`, with the month in this language.
    pub fn day(self, day: Day) -> String {
        let (year, month, number) = day.parts();
        format!("{number} {} {year}", self.text(&format!("month-{month}"), &Values::new()))
    }

    /// `14 Nov 2026, 09:00 CST`: a moment as the clocks of `zone` tell it.
    pub fn moment(self, at: Instant, zone: &Zone) -> String {
        format!("{}, {}", self.day(at.day_in(zone)), at.time_in(zone))
    }

    /// The text called `key`, which is there: a test holds every key that is asked for.
    pub fn text(self, key: &str, values: &Values<'_>) -> String {
        let found = self.find(key, values);
        debug_assert!(found.is_some(), "templates/locales has no text called {key}");
        found.unwrap_or_else(|| key.to_owned())
    }
}
