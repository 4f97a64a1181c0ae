//! Texts in the reader's language, from `templates/locales`. Not here: money and days, which their own types write.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid};

use crate::people::Language;

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

/// The cookie of the language switch, the only one a visitor without an account may get.
pub const LANGUAGE_COOKIE: &str = "lang";

/// The texts of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub Language);

impl Words {
    /// The language a request asks for: its own choice (`?lang=`, then the cookie), then what its browser says, then English.
    pub fn asked(query: Option<&str>, headers: &HeaderMap) -> Self {
        let chosen = query.into_iter().flat_map(|query| query.split('&')).find_map(|pair| pair.strip_prefix("lang="));
        let kept = cookie(headers, LANGUAGE_COOKIE);
        let of = |code: &str| code.parse::<Language>().ok();
        let language = chosen.and_then(of).or_else(|| kept.and_then(of)).unwrap_or_else(|| accepted(headers));
        Self(language)
    }

    /// The language's code, for `lang=""`.
    pub fn code(self) -> &'static str {
        self.0.as_str()
    }

    /// The text called `key`.
    pub fn say(self, key: &str) -> String {
        self.look_up(key, &HashMap::new())
    }

    /// The text called `key` with one value in it.
    pub fn with<'a>(self, key: &str, name: &'static str, value: impl Into<FluentValue<'a>>) -> String {
        self.look_up(key, &HashMap::from([(Cow::Borrowed(name), value.into())]))
    }

    /// The text called `key` with two values in it.
    pub fn with_two<'a>(
        self,
        key: &str,
        (one, first): (&'static str, impl Into<FluentValue<'a>>),
        (two, second): (&'static str, impl Into<FluentValue<'a>>),
    ) -> String {
        self.look_up(key, &HashMap::from([(Cow::Borrowed(one), first.into()), (Cow::Borrowed(two), second.into())]))
    }

    /// The text of one word of a list of ours: `of("role", "auditor")` is called `role-auditor`.
    pub fn of(self, list: &str, word: &str) -> String {
        self.say(&format!("{list}-{}", word.replace([' ', '_'], "-")))
    }

    fn look_up(self, key: &str, values: &HashMap<Cow<'static, str>, FluentValue<'_>>) -> String {
        let language = match self.0 {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        };
        let found = TEXTS.try_lookup_with_args(language, key, values);
        debug_assert!(found.is_some(), "templates/locales has no text called {key}");
        found.unwrap_or_else(|| key.to_owned())
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// The first language of the browser's list that we speak; its list is in the order of its weights, as browsers send it.
fn accepted(headers: &HeaderMap) -> Language {
    let list = headers.get(ACCEPT_LANGUAGE).and_then(|list| list.to_str().ok()).unwrap_or_default();
    let codes = list.split(',').map(|one| one.split([';', '-']).next().unwrap_or_default().trim().to_ascii_lowercase());
    codes.filter_map(|code| code.parse().ok()).next().unwrap_or(Language::English)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_choice_wins_over_the_cookie_and_that_over_the_browser() {
        let mut headers = HeaderMap::new();
        assert_eq!(Words::asked(None, &headers).0, Language::English);
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("fr-CH, es-MX;q=0.9, en;q=0.8"));
        assert_eq!(Words::asked(None, &headers).0, Language::Spanish);
        headers.insert(COOKIE, HeaderValue::from_static("a=b; lang=en"));
        assert_eq!(Words::asked(None, &headers).0, Language::English);
        assert_eq!(Words::asked(Some("x=1&lang=es"), &headers).0, Language::Spanish);
        assert_eq!(Words::asked(Some("lang=xx"), &headers).0, Language::English);
    }
}
