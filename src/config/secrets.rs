//! What Stripe's secrets look like, so that the wrong one in the wrong place is told before it is used.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

/// A secret or restricted key of a Stripe account.
#[derive(Clone, Debug)]
pub struct StripeKey {
    secret: SecretString,
    live: bool,
}

impl StripeKey {
    /// Reads a key as the Stripe dashboard shows it.
    ///
    /// # Errors
    /// A sentence that says which key belongs here; it never repeats the key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_word = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let starts_with = |prefixes: [&str; 2]| prefixes.iter().any(|prefix| text.strip_prefix(prefix).is_some_and(is_word));
        let live = starts_with(["rk_live_", "sk_live_"]);
        if live || starts_with(["rk_test_", "sk_test_"]) {
            return Ok(Self { secret: text.into(), live });
        }
        Err(match text {
            _ if text.starts_with("pk_") => "is a publishable key (pk_…), which can read nothing; use a restricted key (rk_…)".to_owned(),
            _ if text.starts_with("whsec_") => "is a webhook secret (whsec_…); it belongs in STRIPE_WEBHOOK_SECRET".to_owned(),
            _ => "is no Stripe key; a key starts with rk_live_, rk_test_, sk_live_ or sk_test_".to_owned(),
        })
    }

    /// Whether real money moves with it. Everything Stripe sends must say the same.
    pub const fn is_live(&self) -> bool {
        self.live
    }

    /// The key itself, for the request that needs it.
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

/// What may be said about a key in a log or on a screen.
impl fmt::Display for StripeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.live { "set, LIVE, hidden" } else { "set, test, hidden" })
    }
}

/// Reads one webhook secret, or two with a comma between while one replaces the other.
///
/// # Errors
/// A sentence that says what belongs here; it never repeats a secret.
pub fn webhook_secrets(text: &str) -> Result<Vec<SecretString>, String> {
    let secrets: Vec<&str> = text.split(',').map(str::trim).filter(|secret| !secret.is_empty()).collect();
    if secrets.is_empty() || secrets.len() > 2 {
        return Err("takes one secret, or two with a comma between".to_owned());
    }
    let sound =
        |secret: &&str| secret.strip_prefix("whsec_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()));
    if !secrets.iter().all(sound) {
        return Err(
            "holds something that is no webhook secret; one starts with whsec_ and stands beside its endpoint in the Stripe dashboard"
                .to_owned(),
        );
    }
    Ok(secrets.into_iter().map(SecretString::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_front_and_never_repeated() {
        for (text, live) in [("sk_test_abc", false), ("rk_test_51_x", false), ("sk_live_abc", true), ("rk_live_abc", true)] {
            assert_eq!(StripeKey::parse(text).unwrap().is_live(), live, "{text}");
        }
        for text in ["", "pk_live_CANARY", "pk_test_CANARY", "whsec_CANARY", "sk_live_", "sk_test_CAN ARY", "CANARY", "sk_CANARY"] {
            let said = StripeKey::parse(text).unwrap_err();
            assert!(!said.contains("CANARY"), "{said}");
        }
        let key = StripeKey::parse("sk_live_CANARY").unwrap();
        assert!(!format!("{key} {key:?}").contains("CANARY"));
    }

    #[test]
    fn one_or_two_webhook_secrets() {
        assert_eq!(webhook_secrets("whsec_a").unwrap().len(), 1);
        assert_eq!(webhook_secrets(" whsec_a , whsec_b ").unwrap().len(), 2);
        for text in ["", ",", "whsec_a,whsec_b,whsec_c", "sk_test_a", "whsec_", "whsec_a b"] {
            assert!(webhook_secrets(text).is_err(), "{text}");
        }
    }
}
