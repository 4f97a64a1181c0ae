//! The account's own balance, moved by what happens to charges, refunds, disputes and payouts. It never looks at the lines, so that
//! “the lines add up to the balance” is a real check.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::account::{Account, code};
use super::agenda::Task;
use super::form::Form;
use super::reply::{ApiError, Reply};
use crate::clock::Instant;
use crate::money::Currency;

const DAY_SECS: i64 = 86_400;

/// Minor units per currency: usable now, and usable from a moment on.
#[derive(Debug, Default)]
pub struct Balance {
    available: BTreeMap<Currency, i64>,
    pending: BTreeMap<(i64, Currency), i64>,
}

impl Balance {
    /// What can be paid out or refunded now.
    pub fn available(&self, currency: Currency) -> i64 {
        self.available.get(&currency).copied().unwrap_or(0)
    }

    /// Available and pending together.
    pub fn total(&self, currency: Currency) -> i64 {
        self.available(currency) + self.pending_in(currency)
    }

    fn pending_in(&self, currency: Currency) -> i64 {
        self.pending.iter().filter(|((_, of), _)| *of == currency).map(|(_, minor)| minor).sum()
    }

    pub fn currencies(&self) -> BTreeSet<Currency> {
        self.available.keys().copied().chain(self.pending.keys().map(|(_, currency)| *currency)).collect()
    }

    /// What has become usable by `now` moves over; whether anything did.
    fn mature(&mut self, now: i64) -> bool {
        let mut some = false;
        while let Some(bucket) = self.pending.first_entry().filter(|bucket| bucket.key().0 <= now) {
            let ((_, currency), minor) = bucket.remove_entry();
            *self.available.entry(currency).or_default() += minor;
            some = true;
        }
        some
    }

    fn render(&self) -> Value {
        let amounts = |minor: &dyn Fn(Currency) -> i64| -> Vec<Value> {
            let currencies = self.currencies();
            let currencies = if currencies.is_empty() { BTreeSet::from([Currency::USD]) } else { currencies };
            let amount = |of| json!({"amount": minor(of), "currency": code(of), "source_types": {"card": minor(of)}});
            currencies.into_iter().map(amount).collect()
        };
        json!({
            "object": "balance",
            "available": amounts(&|currency| self.available(currency)),
            "livemode": false,
            "pending": amounts(&|currency| self.pending_in(currency)),
            "refund_and_dispute_prefunding": {"available": [], "pending": []},
        })
    }
}

impl Account {
    /// `net` more (or less) in the balance, usable from `available_on`.
    pub fn move_balance(&mut self, currency: Currency, net: i64, available_on: i64) {
        if available_on <= self.now() {
            *self.balance.available.entry(currency).or_default() += net;
        } else {
            let bucket = (available_on, currency);
            if !self.balance.pending.contains_key(&bucket) {
                self.agenda.add(Instant::from_unix_secs(available_on), Task::Mature);
            }
            *self.balance.pending.entry(bucket).or_default() += net;
        }
    }

    /// Pending money becomes available, and refunds that waited for it are tried again.
    pub fn mature(&mut self) {
        let now = self.now();
        if self.balance.mature(now) {
            let balance = self.balance.render();
            self.emit("balance.available", &balance);
            self.try_waiting_refunds();
        }
    }
}

/// When a charge made at `created` becomes usable: two days later, at midnight UTC.
pub const fn available_on(created: i64) -> i64 {
    (created.div_euclid(DAY_SECS) + 2) * DAY_SECS
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], _form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("GET", ["balance"]) => {
            // A wall clock may have passed the moment without anybody looking.
            let now = account.now();
            account.balance.mature(now);
            Ok(account.balance.render())
        }
        ("GET", ["account"]) => Ok(json!({
            "id": account.names.text("acct_", 0), "object": "account", "type": "standard", "country": "US", "default_currency": "usd",
            "charges_enabled": true, "payouts_enabled": true, "details_submitted": true, "email": null, "metadata": {}, "created": 1_600_000_000,
            "business_profile": {"name": "Practice", "url": null}, "capabilities": {"card_payments": "active", "transfers": "active"},
            "settings": {"dashboard": {"display_name": "Practice", "timezone": "Etc/UTC"}, "payouts": {"debit_negative_balances": true}},
        })),
        (_, ["balance" | "account"]) => Err(ApiError::new(405, "invalid_request_error", None, "Only GET is known here")),
        _ => return None,
    })
}
