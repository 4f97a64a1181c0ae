//! When a form was given out, signed: whoever sends one back within three seconds, or one we never gave, has not read it (safety §5,
//! step 0). Not here: what is then said, which is never a refusal.

use crate::clock::Instant;
use crate::ids::sha256_hex;
use crate::seal::Keyring;

/// Less than this between form and answer is no reading.
pub(super) const SHORTEST_SECS: i64 = 3;
/// While proof is asked for, whoever has no script waits this long.
const PROOF_SECS: i64 = 60;
/// What a script works out instead: some sixty-five thousand tries, a second or two of an old phone.
const PROOF_ZEROS: usize = 4;
/// A form that lay open longer is given out anew.
const LONGEST_SECS: i64 = 24 * 3600;

/// The moment `at`, signed for the form of one attempt: it fits no other form.
pub fn issue(keys: &Keyring, attempt: &str, at: Instant) -> String {
    format!("{}-{}", at.0, keys.token(&format!("form/{attempt}/{}", at.0)))
}

/// When the form of this attempt was given out; None for what we did not sign, what is over a day old, and what lies ahead.
pub fn issued_at(keys: &Keyring, attempt: &str, signed: &str, now: Instant) -> Option<Instant> {
    let at = Instant(signed.split_once('-')?.0.parse().ok()?);
    // Compared by their hashes: how long that takes tells nothing of the signature.
    let genuine = sha256_hex(issue(keys, attempt, at)) == sha256_hex(signed);
    (genuine && at <= now && now <= at.plus_secs(LONGEST_SECS)).then_some(at)
}

/// Whether a form that was given out at `issued_at` is back sooner than a person can be.
pub fn is_too_soon(issued_at: Instant, now: Instant) -> bool {
    now < issued_at.plus_secs(SHORTEST_SECS)
}

/// Whether enough time was spent on a form to go on while proof is asked for: it lay open for a minute, or its sum was worked out. The form's own
/// signature is what is worked on, so that one sum lets one form through.
pub fn is_proved(issued_at: Instant, signed: &str, sum: &str, now: Instant) -> bool {
    now >= issued_at.plus_secs(PROOF_SECS) || is_worked_out(signed, sum)
}

/// Whether the SHA-256 of `{signed}:{sum}` begins with [`PROOF_ZEROS`] hexadecimal zeros.
fn is_worked_out(signed: &str, sum: &str) -> bool {
    sum.len() <= 20 && sha256_hex(format!("{signed}:{sum}")).bytes().take(PROOF_ZEROS).all(|digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Instant = Instant::from_unix_secs(1_000_000);

    #[test]
    fn a_signed_moment_fits_its_own_form_for_a_day() {
        let keys = Keyring::from_master(&[1; 32]);
        let signed = issue(&keys, "attempt", AT);
        let read = |attempt: &str, signed: &str, now: Instant| issued_at(&keys, attempt, signed, now);
        assert_eq!(read("attempt", &signed, AT), Some(AT));
        assert_eq!(read("attempt", &signed, AT.plus_secs(LONGEST_SECS)), Some(AT));
        assert_eq!(read("attempt", &signed, AT.plus_secs(LONGEST_SECS + 1)), None, "a day is over");
        assert_eq!(read("attempt", &signed, AT.plus_secs(-1)), None, "a clock set back revives nothing");
        assert_eq!(read("other", &signed, AT), None);
        let earlier = signed.replacen(&AT.0.to_string(), &AT.plus_secs(-60).0.to_string(), 1);
        for forged in ["", "-", "1", "1-", &*earlier, &format!("{signed}a")] {
            assert_eq!(read("attempt", forged, AT), None, "{forged}");
        }
        assert_eq!(issued_at(&Keyring::from_master(&[2; 32]), "attempt", &signed, AT), None);
    }

    #[test]
    fn a_minute_or_a_sum_proves_and_a_sum_fits_one_form() {
        let keys = Keyring::from_master(&[1; 32]);
        let (signed, other) = (issue(&keys, "attempt", AT), issue(&keys, "other", AT));
        let sum = (0_u32..1_000_000).map(|n| n.to_string()).find(|sum| is_worked_out(&signed, sum)).unwrap();
        assert!(is_proved(AT, &signed, &sum, AT.plus_secs(4)));
        assert!(!is_proved(AT, &other, &sum, AT.plus_secs(4)), "another form");
        assert!(!is_proved(AT, &signed, "", AT.plus_secs(59)) && is_proved(AT, &signed, "", AT.plus_secs(60)));
    }

    #[test]
    fn three_seconds_are_enough_and_less_is_not() {
        assert!(is_too_soon(AT, AT) && is_too_soon(AT, Instant(AT.plus_secs(3).0 - 1)));
        assert!(!is_too_soon(AT, AT.plus_secs(3)));
    }
}
