//! How Stripe is reached and what can go wrong on the way. Not here: the client itself (`stripe.rs`).

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::json::{Misfit, is_word};

/// Where Stripe's API is.
pub const LIVE_API: &str = "https://api.stripe.com";

/// Why Stripe gave no answer we can use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// Stripe says no; asking again would not help.
    #[error("Stripe refuses {route} ({status}{})", .code.as_deref().map(|code| format!(", {code}")).unwrap_or_default())]
    Refused {
        /// The route that was asked, without ids.
        route: &'static str,
        /// The status it answered with.
        status: u16,
        /// Its code, such as `resource_missing`.
        code: Option<String>,
        /// The parameter it minds.
        param: Option<String>,
    },
    /// The key lacks a right.
    #[error("the Stripe key has no right to {route}: add it to the restricted key")]
    RightMissing {
        /// The route that was asked.
        route: &'static str,
    },
    /// Nothing certain came back: the call may have worked or not.
    #[error("Stripe cannot be reached for {route}: {why}")]
    Unreachable {
        /// The route that was asked.
        route: &'static str,
        /// What happened last.
        why: String,
    },
    /// The answer is not what this call answers with.
    #[error("Stripe's answer to {route} cannot be read at {misfit}")]
    Unreadable {
        /// The route that was asked.
        route: &'static str,
        /// Where it does not fit.
        misfit: Misfit,
    },
    /// Nobody has given the program a key of Stripe's yet; nothing was sent.
    #[error("no Stripe key is set yet")]
    NoKey,
    /// We asked wrongly; nothing was sent.
    #[error("{0}")]
    NotAsked(String),
}

impl GatewayError {
    /// Whether Stripe says that the object does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. }) || self.has_code("resource_missing")
    }

    /// What happened, in a word of ours or Stripe's own code, which the locales put into a sentence.
    pub fn why(&self) -> &str {
        match self {
            Self::Refused { code, .. } => code.as_deref().unwrap_or("refused"),
            Self::RightMissing { .. } => "right missing",
            Self::Unreachable { .. } => "unreachable",
            Self::Unreadable { .. } => "unreadable",
            Self::NoKey => "no key",
            Self::NotAsked(_) => "not asked",
        }
    }

    /// Where it happened and what came back, for whoever asks Stripe about it: no sentence, nothing of a donor's.
    pub fn trace(&self) -> String {
        match self {
            Self::Refused { route, status, code, .. } => match code {
                Some(code) => format!("{route}: {status}, {code}"),
                None => format!("{route}: {status}"),
            },
            Self::RightMissing { route } => (*route).to_owned(),
            Self::Unreachable { route, why } => format!("{route}: {why}"),
            Self::Unreadable { route, misfit } => format!("{route}: {misfit}"),
            Self::NoKey | Self::NotAsked(_) => "–".to_owned(),
        }
    }

    /// Whether Stripe refused with this code.
    pub fn has_code(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code: Some(code), .. } if code == wanted)
    }
}

/// How long we try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// A person waits at a form: two tries, 15 s in all.
    Person,
    /// Nobody waits: six tries with growing pauses, and at most so many calls a second.
    Job,
}

impl Patience {
    pub(super) const fn tries(self) -> u32 {
        match self {
            Self::Person => 2,
            Self::Job => 6,
        }
    }

    pub(super) const fn timeout(self) -> Duration {
        match self {
            Self::Person => Duration::from_secs(7),
            Self::Job => Duration::from_secs(20),
        }
    }
}

/// How to reach Stripe.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// `sk_…` or `rk_…`.
    pub key: SecretString,
    /// Scheme, host and port; [`LIVE_API`], or the practice Stripe's.
    pub api_base: String,
    /// The pause before the second try; each further one is twice as long. 500 ms, less in tests.
    pub first_pause: Duration,
    /// Between two calls of jobs: 100 ms leave Stripe's limits to the donors; zero in tests.
    pub job_pace: Duration,
}

impl GatewaySettings {
    /// What a real fund uses.
    pub fn new(key: SecretString, api_base: impl Into<String>) -> Self {
        Self { key, api_base: api_base.into(), first_pause: Duration::from_millis(500), job_pace: Duration::from_millis(100) }
    }

    /// Whether the key moves real money.
    pub fn is_live(&self) -> bool {
        self.key.expose_secret().contains("_live_")
    }

    /// Refuses what could mix real and practice money, or send a key in the clear.
    ///
    /// # Errors
    /// One sentence for whoever configures it.
    pub fn check(&self) -> Result<(), String> {
        let key = self.key.expose_secret();
        if key.starts_with("pk_") {
            return Err("The Stripe key is a publishable key (pk_…). Give a restricted key (rk_…) or a secret key (sk_…).".into());
        }
        if !["sk_test_", "rk_test_", "sk_live_", "rk_live_"].iter().any(|start| key.starts_with(start)) || !is_word(key) {
            return Err("The Stripe key is not one: it starts with rk_test_, rk_live_, sk_test_ or sk_live_.".into());
        }
        let base = self.api_base.as_str();
        let Some((scheme, _)) = base.split_once("://").filter(|(_, host)| is_host(host)) else {
            return Err(format!("The address of Stripe's API, “{base}”, must be scheme, host and port only, like {LIVE_API}."));
        };
        if self.is_live() && base != LIVE_API {
            return Err(format!("A live Stripe key is used with {LIVE_API} only, not with {base}: real money and practice never mix."));
        }
        match scheme {
            "https" | "http" => Ok(()),
            _ => Err(format!("The address of Stripe's API, “{base}”, must start with https:// or http://.")),
        }
    }
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_and_practice_money_cannot_be_mixed_by_a_setting() {
        let check = |key: &str, base: &str| GatewaySettings::new(SecretString::from(key), base).check();
        for (key, base) in [
            ("rk_live_1", LIVE_API),
            ("sk_live_1", LIVE_API),
            ("sk_test_1", LIVE_API),
            ("rk_test_1", "http://127.0.0.1:12111"),
            ("sk_test_1", "http://[::1]:1"),
        ] {
            assert_eq!(check(key, base), Ok(()), "{key} {base}");
        }
        for (key, base) in [
            ("pk_test_1", LIVE_API),
            ("whsec_1", LIVE_API),
            ("sk_test_1 ", LIVE_API),
            ("", LIVE_API),
            ("sk_live_1", "http://127.0.0.1:12111"),
            ("rk_live_1", "https://api.stripe.com/"),
            ("rk_live_1", "https://api.stripe.com.example.org"),
            ("sk_test_1", "http://127.0.0.1:1/v1"),
            ("sk_test_1", "http://user@host"),
            ("sk_test_1", "127.0.0.1:1"),
            ("sk_test_1", "ftp://127.0.0.1"),
        ] {
            let said = check(key, base).unwrap_err();
            assert!(!key.starts_with("sk_") || !said.contains(key.trim()), "the key itself is never said");
        }
    }

    #[test]
    fn settings_do_not_show_their_key() {
        let settings = GatewaySettings::new(SecretString::from("sk_test_hidden"), LIVE_API);
        assert!(!format!("{settings:?}").contains("hidden") && !settings.is_live());
    }
}
