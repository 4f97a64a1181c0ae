//! The seed that a phone's authenticator shares with us, its codes, and the codes for when the phone is gone. Not here: whose they are.

use data_encoding::BASE32_NOPAD;
use totp_rs::{Builder, Totp};

use crate::clock::Instant;
use crate::ids::{Entropy, PersonId, sha256_hex};

/// How many recovery codes somebody is given.
pub const RECOVERY_CODES: usize = 10;

/// 160 random bits (RFC 4226), for codes of six digits every 30 seconds.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; 20]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(REDACTED)")
    }
}

impl Seed {
    /// A fresh one.
    pub fn new(entropy: &Entropy) -> Self {
        Self(entropy.bytes())
    }

    /// From its bytes; None for anything but a seed.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes, to be sealed.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The key as a person types it: groups of four letters.
    pub fn typed(&self) -> String {
        let key = BASE32_NOPAD.encode(&self.0);
        key.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    /// What the square of dots says to an authenticator.
    pub fn address(&self, issuer: &str, account: &str) -> String {
        let plain = |text: &str| text.replace(':', " ").trim().to_owned();
        let named = Builder::new().with_secret(self.0.to_vec()).with_issuer(Some(plain(issuer))).with_account_name(plain(account));
        named.build_noncompliant().to_url().unwrap_or_default()
    }

    /// The step of the clock that a code of six digits belongs to, one step early or late at most; None: it is none of ours now.
    pub fn step_of(&self, code: &str, now: Instant) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let secs = u64::try_from(now.unix_secs()).ok()?;
        let well_formed = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
        if well_formed { self.totp().check(&digits, secs).and_then(|step| i64::try_from(step).ok()) } else { None }
    }

    /// The code that an authenticator shows at this moment.
    pub fn code_at(&self, now: Instant) -> String {
        self.totp().generate(u64::try_from(now.unix_secs()).unwrap_or(0)).to_string()
    }

    fn totp(&self) -> Totp {
        Builder::new().with_secret(self.0.to_vec()).build_noncompliant()
    }
}

/// What a sealed seed is bound to.
pub(super) fn seed_context(person: PersonId) -> String {
    format!("credential.seed/{person}")
}

/// Fresh recovery codes, such as `k7pq-2mzd-x4ha-wbyt`: 80 bits each.
pub(super) fn recovery_codes(entropy: &Entropy) -> Vec<String> {
    let code = || {
        let letters = BASE32_NOPAD.encode(&entropy.bytes::<10>()).to_ascii_lowercase();
        letters.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
    };
    (0..RECOVERY_CODES).map(|_| code()).collect()
}

/// The hash that a recovery code is found by, however it was typed; None for what cannot be one.
pub(super) fn recovery_hash(person: PersonId, typed: &str) -> Option<String> {
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    (letters.len() == 16).then(|| sha256_hex(format!("recovery/{person}/{letters}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_further() {
        let seed = Seed::new(&Entropy::seeded(3));
        let at = Instant::from_unix_secs(1_800_000_000);
        let code = seed.code_at(at);
        for (secs, known) in [(-31, false), (-30, true), (-1, true), (0, true), (29, true), (30, true), (59, true), (60, false)] {
            assert_eq!(seed.step_of(&code, at.plus_secs(secs)), known.then_some(60_000_000), "{secs}");
        }
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(seed.step_of(&spaced, at), Some(60_000_000));
        for wrong in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(seed.step_of(wrong, at), None, "{wrong}");
        }
    }

    #[test]
    fn the_published_example_of_rfc_6238_comes_out() {
        let seed = Seed::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(seed.code_at(Instant::from_unix_secs(59)), "287082");
        assert_eq!(seed.code_at(Instant::from_unix_secs(1_111_111_109)), "081804");
        assert_eq!(seed.typed(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(seed.address("Fund: A", "rosa@example.org").starts_with("otpauth://totp/"));
    }

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed_and_only_for_its_person() {
        let codes = recovery_codes(&Entropy::seeded(1));
        assert_eq!(codes.len(), 10);
        let code = &codes[0];
        assert_eq!(recovery_hash(PersonId(1), code), recovery_hash(PersonId(1), &code.to_uppercase().replace('-', " ")));
        assert_ne!(recovery_hash(PersonId(1), code), recovery_hash(PersonId(2), code));
        assert_eq!(recovery_hash(PersonId(1), "123456"), None);
    }
}
