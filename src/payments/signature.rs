//! Whether a delivery was signed by Stripe: the `Stripe-Signature` header against the raw bytes (stripe.md §3). Pure; not here: what a delivery says.

use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::clock::Instant;

/// How far the time in a signature may lie from ours, in seconds, either way.
pub const TOLERANCE_SECS: i64 = 300;

/// The endpoint's secrets, whole, with their `whsec_`: one, or two while one is being rolled.
#[derive(Clone, Debug)]
pub struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Takes one or two secrets.
    ///
    /// # Errors
    /// In a sentence for whoever configures: none, more than two, or one that is no webhook secret.
    pub fn new(secrets: Vec<SecretString>) -> Result<Self, String> {
        if !(1..=2).contains(&secrets.len()) {
            return Err(format!("Give one webhook secret, or two while one is being replaced; {} were given.", secrets.len()));
        }
        match secrets.iter().find(|secret| !secret.expose_secret().starts_with("whsec_")) {
            Some(_) => Err("A webhook secret starts with whsec_: copy it from the endpoint's page at Stripe.".to_owned()),
            None => Ok(Self(secrets)),
        }
    }

    /// None at all, while nobody has given the program one: no signature holds.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last four letters of each, and never more.
    pub fn endings(&self) -> Vec<String> {
        self.0.iter().map(|secret| ending(secret.expose_secret())).collect()
    }
}

/// The last four letters of a secret, by which people tell it from another; none of a secret too short to spare them.
pub(super) fn ending(secret: &str) -> String {
    const SHOWN: usize = 4;
    let letters: Vec<char> = secret.chars().collect();
    if letters.len() < 4 * SHOWN { String::new() } else { letters[letters.len() - SHOWN..].iter().collect() }
}

/// A signature that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// When Stripe signed it, in unix seconds by its clock.
    pub at: i64,
}

impl Signed {
    /// Stripe's clock is ahead of ours by these seconds; 0 where it is not.
    pub fn ahead_secs(self, now: Instant) -> i64 {
        self.at.saturating_sub(now.unix_secs()).max(0)
    }
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// No header, or more than one.
    #[error("there is not exactly one Stripe-Signature header")]
    Missing,
    /// A byte outside visible ASCII.
    #[error("the Stripe-Signature header is not plain text")]
    NotText,
    /// No `t`, two of them, or one that is no plain number.
    #[error("the Stripe-Signature header does not tell its time once")]
    NoTime,
    /// No `v1` at all.
    #[error("the Stripe-Signature header has no v1 signature")]
    NoCandidate,
    /// No `v1` fits the bytes under any secret.
    #[error("no signature fits the body: the webhook secret is another, or the bytes were changed")]
    NoMatch,
    /// Signed longer ago than [`TOLERANCE_SECS`].
    #[error("the signature is {0} s old: the delivery is a replay, or this machine's clock is ahead")]
    TooOld(i64),
    /// Signed further in the future than [`TOLERANCE_SECS`].
    #[error("the signature is {0} s in the future: this machine's clock is behind")]
    TooNew(i64),
}

/// Checks that `body` was signed by a holder of one of the secrets, at most five minutes from `now`.
///
/// `header` is None where the request has no signature header or several.
///
/// # Errors
/// Says which step of stripe.md §3 failed; every one of them is answered alike.
pub fn verify(secrets: &Secrets, header: Option<&[u8]>, body: &[u8], now: Instant) -> Result<Signed, BadSignature> {
    let header = header.ok_or(BadSignature::Missing)?;
    let header = std::str::from_utf8(header).ok().filter(|text| text.bytes().all(is_visible)).ok_or(BadSignature::NotText)?;
    let claim = Claim::read(header)?;
    if !secrets.0.iter().any(|secret| claim.holds(secret, body)) {
        return Err(BadSignature::NoMatch);
    }
    let age = now.unix_secs().saturating_sub(claim.at);
    match age {
        _ if age > TOLERANCE_SECS => Err(BadSignature::TooOld(age)),
        _ if age < -TOLERANCE_SECS => Err(BadSignature::TooNew(age.saturating_neg())),
        _ => Ok(Signed { at: claim.at }),
    }
}

/// The header `Stripe-Signature` for these bytes: for whoever sends deliveries in practice and in tests.
pub fn sign(secret: &SecretString, body: &[u8], at: i64) -> String {
    let time = at.to_string();
    format!("t={time},v1={}", HEXLOWER_PERMISSIVE.encode(&mac(secret, &time, body).finalize().into_bytes()))
}

/// What a header claims: a time, and signatures of which one should fit.
struct Claim<'a> {
    /// As written, for these letters were signed.
    time: &'a str,
    at: i64,
    candidates: Vec<[u8; 32]>,
}

impl<'a> Claim<'a> {
    fn read(header: &'a str) -> Result<Self, BadSignature> {
        let items = || header.split(',').filter_map(|item| item.split_once('='));
        let values = |wanted: &'static str| items().filter(move |(key, _)| *key == wanted).map(|(_, value)| value);
        let mut times = values("t");
        let (Some(time), None) = (times.next(), times.next()) else { return Err(BadSignature::NoTime) };
        if time.is_empty() || !time.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadSignature::NoTime);
        }
        let at = time.parse().map_err(|_| BadSignature::NoTime)?;
        if values("v1").next().is_none() {
            return Err(BadSignature::NoCandidate);
        }
        let candidates = values("v1").filter_map(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()?.try_into().ok()).collect();
        Ok(Self { time, at, candidates })
    }

    /// Hashes the body once a secret; every comparison takes the same time whatever differs.
    fn holds(&self, secret: &SecretString, body: &[u8]) -> bool {
        let mac = mac(secret, self.time, body);
        self.candidates.iter().any(|candidate| mac.clone().verify_slice(candidate).is_ok())
    }
}

fn mac(secret: &SecretString, time: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

const fn is_visible(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(secrets: &[&str]) -> Secrets {
        Secrets::new(secrets.iter().map(|secret| SecretString::from(*secret)).collect()).unwrap()
    }

    #[test]
    fn every_vector_gets_its_verdict() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/stripe-events/signature-vectors.json");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!("SKIPPED: {path} is not here");
            return;
        };
        let vectors: serde_json::Value = serde_json::from_str(&text).unwrap();
        let text_of = |value: &serde_json::Value, name: &str| value[name].as_str().map(str::to_owned);
        let both = secrets(&[&text_of(&vectors, "secret").unwrap(), &text_of(&vectors, "previous_secret").unwrap()]);
        let cases = vectors["cases"].as_array().unwrap();
        assert!(cases.len() >= 33);
        for case in cases {
            let payload = text_of(case, "payload").or_else(|| text_of(&vectors, "payload")).unwrap();
            let header = text_of(case, "header");
            let now = Instant::from_unix_secs(case["now"].as_i64().unwrap());
            let verdict = verify(&both, header.as_ref().map(String::as_bytes), payload.as_bytes(), now);
            assert_eq!(verdict.is_ok(), case["expected"] == "accept", "{}: {verdict:?}", case["name"]);
        }
    }

    #[test]
    fn what_we_sign_holds_until_a_byte_changes() {
        let secret = SecretString::from("whsec_a");
        let (one, two) = (secrets(&["whsec_a"]), secrets(&["whsec_b", "whsec_a"]));
        let header = sign(&secret, b"{}", 1000);
        let at = |secs| Instant::from_unix_secs(secs);
        for keys in [&one, &two] {
            assert_eq!(verify(keys, Some(header.as_bytes()), b"{}", at(1300)), Ok(Signed { at: 1000 }));
        }
        assert_eq!(verify(&one, Some(header.as_bytes()), b"{} ", at(1000)), Err(BadSignature::NoMatch));
        assert_eq!(verify(&one, Some(header.as_bytes()), b"{}", at(1301)), Err(BadSignature::TooOld(301)));
        assert_eq!(verify(&one, Some(header.as_bytes()), b"{}", at(699)), Err(BadSignature::TooNew(301)));
        assert_eq!(verify(&one, Some(b"t=1000,v1=\xff"), b"{}", at(1000)), Err(BadSignature::NotText));
        assert_eq!(verify(&one, None, b"{}", at(1000)), Err(BadSignature::Missing));
        assert_eq!(verify(&secrets(&["whsec_b"]), Some(header.as_bytes()), b"{}", at(1000)), Err(BadSignature::NoMatch));
    }

    #[test]
    fn secrets_are_one_or_two_and_look_like_it() {
        let new = |secrets: &[&str]| Secrets::new(secrets.iter().map(|secret| SecretString::from(*secret)).collect());
        assert!(new(&[]).is_err() && new(&["whsec_a", "whsec_b", "whsec_c"]).is_err() && new(&["sk_test_a"]).is_err());
        assert!(!format!("{:?}", new(&["whsec_hidden"]).unwrap()).contains("hidden"));
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_the_check_panic(header: Vec<u8>, body: Vec<u8>, now: i64) {
            let keys = secrets(&["whsec_a", "whsec_b"]);
            let verdict = verify(&keys, Some(&header), &body, Instant(now));
            proptest::prop_assert!(verdict.is_err());
        }

        #[test]
        fn no_made_up_header_is_taken(header in "(t=[0-9]{0,20}|v1=[0-9a-fA-F]{0,70}|v0=|=|,| v1=|[a-z]=.?){0,6}", now: i64) {
            let keys = secrets(&["whsec_a"]);
            let verdict = verify(&keys, Some(header.as_bytes()), b"{}", Instant(now));
            proptest::prop_assert!(verdict.is_err());
        }
    }
}
