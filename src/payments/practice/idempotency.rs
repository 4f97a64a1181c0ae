//! Idempotency keys: the same key with the same parameters gives the first answer again, for 24 hours of the account's clock.

use std::collections::HashMap;

use super::reply::ApiError;

const KEPT_SECS: i64 = 24 * 3600;

/// Answers given, by key.
#[derive(Debug, Default)]
pub struct Keys(HashMap<String, Kept>);

#[derive(Debug)]
struct Kept {
    fingerprint: String,
    at: i64,
    status: u16,
    body: String,
}

impl Keys {
    /// The first answer to this key, or None when it is new (or older than 24 hours).
    pub fn replay(&self, key: &str, fingerprint: &str, now: i64) -> Result<Option<(u16, String)>, ApiError> {
        match self.0.get(key).filter(|kept| now - kept.at < KEPT_SECS) {
            None => Ok(None),
            Some(kept) if kept.fingerprint == fingerprint => Ok(Some((kept.status, kept.body.clone()))),
            Some(_) => Err(ApiError::new(
                400,
                "idempotency_error",
                None,
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
            )),
        }
    }

    /// Keeps an answer. A request refused before anything was done leaves its key free, as at Stripe.
    pub fn keep(&mut self, key: &str, fingerprint: String, now: i64, status: u16, body: &str) {
        if matches!(status, 200..=299 | 402 | 500..) {
            self.0.insert(key.to_owned(), Kept { fingerprint, at: now, status, body: body.to_owned() });
        }
    }
}
