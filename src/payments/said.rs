//! What an alert says: the name of a text and the values in it, so that every reader has it in their own language. Not here: the texts
//! themselves (`templates/locales`).

use std::fmt::Display;

use fluent_templates::fluent_bundle::FluentValue;

use super::gateway::GatewayError;
use crate::language::{Language, Values};

/// A text of the locales, `alert-` and this key, with what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    key: &'static str,
    values: Vec<(&'static str, String)>,
}

impl Said {
    /// The text called `alert-` and `key`.
    pub const fn new(key: &'static str) -> Self {
        Self { key, values: Vec::new() }
    }

    /// The same with one more value in it. A value called `reason` is a word of ours, which the locales may know; every other is a sum, a
    /// number or an id.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.values.push((name, value.to_string().replace(['\n', '\r'], " ")));
        self
    }

    /// The same with what Stripe answered: why in the reader's words, and the raw code beside it.
    #[must_use]
    pub fn because(self, error: &GatewayError) -> Self {
        self.with("why", error.why()).with("detail", error.trace())
    }

    /// As it stands in the database: the key, then a line a value.
    pub fn stored(&self) -> String {
        self.values.iter().fold(self.key.to_owned(), |text, (name, value)| format!("{text}\n{name}: {value}"))
    }
}

/// What is stored, in the reader's language; as it stands where it is of an older program, which wrote sentences.
pub fn in_words(stored: &str, language: Language) -> String {
    let mut lines = stored.lines();
    let key = format!("alert-{}", lines.next().unwrap_or_default());
    // What an older program stored names no reason.
    let mut values = Values::from([("why".into(), FluentValue::from(""))]);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let value = match name {
            "reason" => reason(value, language),
            "why" => why(value, language),
            _ => value.to_owned(),
        };
        values.insert(name.to_owned().into(), FluentValue::from(value));
    }
    language.find(&key, &values).unwrap_or_else(|| stored.to_owned())
}

/// What Stripe answered, as a sentence in the reader's language; a code that the locales do not know is a refusal like any other.
fn why(word: &str, language: Language) -> String {
    let known = |word: &str| language.find(&format!("stripe-why-{}", word.replace([' ', '_'], "-")), &Values::new());
    known(word).or_else(|| known("refused")).unwrap_or_else(|| word.to_owned())
}

/// Why something was set aside, in the reader's language where the locales know it.
pub fn reason(word: &str, language: Language) -> String {
    let key: String = word.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    language.find(&format!("alert-reason-{key}"), &Values::new()).unwrap_or_else(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stripe_answered_is_told_in_the_readers_language_with_the_raw_code_beside_it() {
        let refused = |code: &str| GatewayError::Refused { route: "POST /v1/refunds", status: 400, code: Some(code.into()), param: None };
        let of = |error: &GatewayError, language| in_words(&Said::new("sync-failing").because(error).stored(), language);
        let known = of(&refused("charge_already_refunded"), Language::Spanish);
        assert!(known.contains("ya se devolvió") && known.ends_with("(POST /v1/refunds: 400, charge_already_refunded)"), "{known}");
        let unknown = of(&refused("brand_new_code"), Language::English);
        assert!(unknown.contains("Stripe refuses it.") && unknown.contains("brand_new_code"), "{unknown}");
        let silent = GatewayError::Unreachable { route: "GET /v1/balance", why: "no answer in time".into() };
        assert!(of(&silent, Language::Spanish).contains("Stripe no contesta."), "{}", of(&silent, Language::Spanish));
        let old = in_words("sync-failing\ndetail: GET /v1/balance", Language::English);
        assert!(!old.contains('$') && old.ends_with("(GET /v1/balance)"), "{old}");
    }

    #[test]
    fn an_alert_speaks_the_readers_language_and_an_old_one_as_it_was_written() {
        let said = Said::new("line-parked").with("reason", "nothing moved").with("detail", "two\nlines").stored();
        assert_eq!(said, "line-parked\nreason: nothing moved\ndetail: two lines");
        assert!(in_words(&said, Language::English).contains("nothing moved"));
        assert!(in_words(&said, Language::Spanish).contains("no se movió nada"));
        let old = "Stripe says $1.00: look at it.";
        assert_eq!(in_words(old, Language::Spanish), old);
        assert_eq!(reason("unreadable: data.object", Language::Spanish), "unreadable: data.object");
    }
}
