//! Metadata of an object: a few short pairs, kept as one shared text because a busy account holds hundreds of thousands of them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::reply::ApiError;

/// Stripe's limits.
const MOST_KEYS: usize = 50;
const LONGEST_KEY: usize = 40;
const LONGEST_VALUE: usize = 500;

/// Pairs of key and value, each ended by a NUL; copies share the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata(Arc<str>);

impl Default for Metadata {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl Metadata {
    /// From pairs that are known to be within Stripe's limits.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().flat_map(|(key, value)| [*key, "\0", *value, "\0"]).collect::<String>().into())
    }

    /// These pairs changed by `changes`; an empty value removes its key.
    pub fn merged<'a>(&'a self, changes: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, ApiError> {
        let mut pairs: Vec<(&str, &str)> = self.pairs().collect();
        for (key, value) in changes {
            if key.chars().count() > LONGEST_KEY || value.chars().count() > LONGEST_VALUE || key.contains('\0') || value.contains('\0') {
                return Err(ApiError::invalid(
                    "metadata",
                    format!("Metadata keys have up to {LONGEST_KEY} letters, values {LONGEST_VALUE}"),
                ));
            }
            pairs.retain(|(known, _)| *known != key);
            if !value.is_empty() {
                pairs.push((key, value));
            }
        }
        if pairs.len() > MOST_KEYS {
            return Err(ApiError::invalid("metadata", format!("Metadata has at most {MOST_KEYS} keys")));
        }
        Ok(Self::from_pairs(&pairs))
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut parts = self.0.split_terminator('\0');
        std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
    }

    pub fn render(&self) -> Value {
        self.pairs().map(|(key, value)| (key.to_owned(), Value::from(value))).collect::<Map<_, _>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_removes_its_key_and_limits_hold() {
        let before = Metadata::from_pairs(&[("fund", "f1"), ("donation", "d1")]);
        let after = before.merged([("fund", ""), ("note", "x")].into_iter()).unwrap();
        assert_eq!(after.render(), serde_json::json!({"donation": "d1", "note": "x"}));
        assert!(before.merged([("k", "x".repeat(501).as_str())].into_iter()).is_err());
        assert!(before.merged([("k".repeat(41).as_str(), "x")].into_iter()).is_err());
    }
}
