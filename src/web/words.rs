//! Texts in the reader's language, and which language a request asks for. Not here: the texts themselves (`language`).

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use fluent_templates::fluent_bundle::FluentValue;

use crate::clock::{Day, Instant, Zone};
use crate::language::{Language, Values};
use crate::money::Money;

/// The cookie of the language switch, the only one a visitor without an account may get; the first where the site is encrypted.
const LANGUAGE_COOKIES: [&str; 2] = ["__Host-lang", "lang"];
/// How long a choice of language is kept, in seconds: a year.
const KEPT_SECS: i64 = 365 * 24 * 3600;

/// The texts of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub Language);

impl Words {
    /// The language a request asks for: its own choice (`?lang=`, then the cookie), then what its browser says, then English.
    pub fn asked(query: Option<&str>, headers: &HeaderMap) -> Self {
        Self::wanted(query, headers).unwrap_or(Self(Language::English))
    }

    /// The same, or None where neither a choice nor the browser names a language we speak.
    pub fn wanted(query: Option<&str>, headers: &HeaderMap) -> Option<Self> {
        Self::chosen(query, headers).or_else(|| accepted(headers).map(Self))
    }

    /// The language that somebody chose in this browser, by the switch of this page or of one before; None: they never did.
    pub fn chosen(query: Option<&str>, headers: &HeaderMap) -> Option<Self> {
        let kept = || LANGUAGE_COOKIES.iter().find_map(|name| cookie(headers, name)).and_then(|code| code.parse().ok());
        switched(query).or_else(kept).map(Self)
    }

    /// The language's code, for `lang=""`.
    pub fn code(self) -> &'static str {
        self.0.as_str()
    }

    /// The text called `key`.
    pub fn say(self, key: &str) -> String {
        self.0.text(key, &Values::new())
    }

    /// The text called `key` with one value in it.
    pub fn with<'a>(self, key: &str, name: &'static str, value: impl Into<FluentValue<'a>>) -> String {
        self.0.text(key, &Values::from([(name.into(), value.into())]))
    }

    /// The text called `key` with two values in it.
    pub fn with_two<'a>(
        self,
        key: &str,
        (one, first): (&'static str, impl Into<FluentValue<'a>>),
        (two, second): (&'static str, impl Into<FluentValue<'a>>),
    ) -> String {
        self.0.text(key, &Values::from([(one.into(), first.into()), (two.into(), second.into())]))
    }

    /// The text called `key` with any number of values in it.
    pub fn with_all<'a>(self, key: &str, values: impl IntoIterator<Item = (&'static str, FluentValue<'a>)>) -> String {
        self.0.text(key, &values.into_iter().map(|(name, value)| (name.into(), value)).collect::<Values<'a>>())
    }

    /// `14 Nov 2026`, with the month in the reader's language.
    pub fn day(self, day: Day) -> String {
        self.0.day(day)
    }

    /// An amount, as a reader of this language writes it.
    pub fn money(self, amount: Money) -> String {
        amount.for_reader(self.0)
    }

    /// `14 Nov 2026, 09:00 CST`: a moment as the clocks of `zone` tell it.
    pub fn moment(self, at: Instant, zone: &Zone) -> String {
        self.0.moment(at, zone)
    }

    /// The text of an act in the log of acts; the word it was written down with where there is none, for a log outlives its words.
    pub fn act(self, word: &str) -> String {
        let key: String = word.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        self.0.find(&format!("act-{key}"), &Values::new()).unwrap_or_else(|| word.to_owned())
    }

    /// The text of one word of a list of ours: `of("role", "auditor")` is called `role-auditor`.
    pub fn of(self, list: &str, word: &str) -> String {
        self.say(&format!("{list}-{}", word.replace([' ', '_'], "-")))
    }
}

/// The language that the switch of a page asks for: `lang=` in the query.
pub fn switched(query: Option<&str>) -> Option<Language> {
    let pairs = query.into_iter().flat_map(|query| query.split('&'));
    pairs.filter_map(|pair| pair.strip_prefix("lang=")).find_map(|code| code.parse().ok())
}

/// The value of one name in a query; empty where it is not there. Nothing in it is decoded: for codes of ours, which need none.
pub fn valued<'a>(query: Option<&'a str>, name: &str) -> &'a str {
    let pairs = query.into_iter().flat_map(|query| query.split('&')).filter_map(|pair| pair.split_once('='));
    pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).next_back().unwrap_or_default()
}

/// A query without its `lang`, ready to stand behind another: what the switch of a page keeps.
pub fn kept(query: Option<&str>) -> String {
    let pairs = query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
    pairs.fold(String::new(), |kept, pair| format!("{kept}&{pair}"))
}

/// What keeps a choice of language in a browser.
pub fn language_cookie(encrypted: bool, language: Language) -> String {
    // A browser refuses `Secure` without https, and the name's prefix without `Secure`.
    let (name, secure) = if encrypted { (LANGUAGE_COOKIES[0], "; Secure") } else { (LANGUAGE_COOKIES[1], "") };
    format!("{name}={language}; Path=/{secure}; HttpOnly; SameSite=Lax; Max-Age={KEPT_SECS}")
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
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let list = headers.get(ACCEPT_LANGUAGE).and_then(|list| list.to_str().ok()).unwrap_or_default();
    let codes = list.split(',').map(|one| one.split([';', '-']).next().unwrap_or_default().trim().to_ascii_lowercase());
    codes.into_iter().find_map(|code| code.parse().ok())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn an_act_is_told_in_words_and_an_unknown_one_as_it_was_written() {
        assert_eq!(Words(Language::English).act("make a captain's link"), "Made a captain’s link");
        assert_eq!(Words(Language::Spanish).act("factor.password_set"), "Puso una contraseña");
        assert_eq!(Words(Language::Spanish).act("an act of long ago"), "an act of long ago");
    }

    #[test]
    fn days_and_moments_are_told_in_the_readers_language() {
        let (english, spanish) = (Words(Language::English), Words(Language::Spanish));
        let at = Instant::from_unix_secs(1_794_668_400);
        let zone: Zone = "America/Chicago".parse().unwrap();
        assert_eq!(english.moment(at, &zone), "14 Nov 2026, 09:00 CST");
        assert_eq!(spanish.moment(at, &zone), "14 nov 2026, 09:00 CST");
        assert_eq!(spanish.day("2026-01-02".parse().unwrap()), "2 ene 2026");
        let mut day: Day = "2026-01-31".parse().unwrap();
        while day < "2028-01-01".parse().unwrap() {
            assert_eq!(english.day(day), day.for_people());
            assert!(spanish.day(day).chars().all(|c| !c.is_uppercase()), "{}", spanish.day(day));
            day = day.plus_days(27);
        }
        assert_eq!(english.moment(at, &zone), at.for_people(&zone));
    }

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
        assert_eq!(kept(Some("page=2&lang=es&state=paid")), "&page=2&state=paid");
        assert_eq!((kept(None), kept(Some("lang=en"))), (String::new(), String::new()));
    }
}
