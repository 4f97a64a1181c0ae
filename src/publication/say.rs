//! The words of a public page in one language. Not here: the texts themselves, which stand in `templates/locales/`.

use super::Figures;
use crate::clock::Day;
use crate::funds::State;
use crate::language::{Language, Values};

/// Texts of a public page in one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Say(pub Language);

impl Say {
    pub fn say(self, key: &str) -> String {
        self.0.text(key, &Values::new())
    }

    pub fn with(self, key: &str, name: &'static str, value: impl Into<String>) -> String {
        self.0.text(key, &Values::from([(name.into(), value.into().into())]))
    }

    /// A text about so many of something.
    pub fn count(self, key: &str, count: i64) -> String {
        self.0.text(key, &Values::from([("count".into(), count.into())]))
    }

    /// A text with two values in it.
    pub fn two(self, key: &str, one: (&'static str, String), two: (&'static str, String)) -> String {
        self.0.text(key, &[one, two].into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// A text with three values in it.
    pub fn three(self, key: &str, one: (&'static str, String), two: (&'static str, String), three: (&'static str, String)) -> String {
        self.0.text(key, &[one, two, three].into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// Where a fund stands: `Open`, `En cierre`.
    pub fn state(self, state: State) -> String {
        self.say(&format!("public-state-{}", state.as_str().replace('_', "-")))
    }

    /// A week by its Monday: `9 Nov 2026`.
    pub fn week(self, week: &str) -> String {
        Day::of_iso_week(week).map_or_else(|| week.to_owned(), |monday| self.0.day(monday))
    }

    /// A day as records write it: `9 Nov 2026`.
    pub fn day(self, day: &str) -> String {
        day.parse::<Day>().map_or_else(|_| day.to_owned(), |day| self.0.day(day))
    }

    /// An account as people call it; one that a fund named itself is called by its last word.
    pub fn account(self, path: &str) -> String {
        let key = format!("public-account-{}", path.replace(':', "-"));
        self.0.find(&key, &Values::new()).unwrap_or_else(|| path.rsplit(':').next().unwrap_or(path).replace('-', " "))
    }

    pub fn code(self) -> &'static str {
        self.0.as_str()
    }

    /// Behind the name of a page in this language: nothing in English.
    pub fn suffix(self) -> &'static str {
        match self.0 {
            Language::English => "",
            Language::Spanish => ".es",
        }
    }

    pub fn as_of(self, figures: &Figures) -> String {
        let at = self.0.moment(figures.made_at, &figures.fund.time_zone);
        let values = Values::from([("at".into(), at.into()), ("number".into(), figures.number.to_string().into())]);
        self.0.text("public-as-of", &values)
    }
}
