//! Deliveries: one event on its way to one endpoint, signed afresh at every attempt and tried again for three days.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use super::account::Account;
use super::agenda::Task;
use super::course::Manner;
use super::endpoints::Endpoint;
use super::events::Event;
use super::oddities::Oddity;
use super::table::{Key, Row, Table};

/// Seconds to wait after the first, second, … failed attempt; the last one repeats.
const PAUSES_SECS: [i64; 6] = [300, 1800, 7200, 5 * 3600, 10 * 3600, 12 * 3600];
const GIVEN_UP_AFTER_SECS: i64 = 3 * 86_400;
const THREE_DAYS_SECS: u64 = 3 * 86_400;
const TWO_MINUTES_SECS: u64 = 120;

/// An event on its way to an endpoint.
#[derive(Debug)]
pub struct Delivery {
    created: i64,
    event: Key<Event>,
    endpoint: Key<Endpoint>,
    attempts: u32,
    oddity: Oddity,
    /// The answer to the first attempt counts as a 500, whatever it was.
    doubted: bool,
    /// Counts among the event's pending ones; a second copy does not.
    counted: bool,
}

impl Row for Delivery {
    const PREFIXES: &'static [&'static str] = &["delivery_"];
    const NOUN: &'static str = "delivery";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.deliveries
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.deliveries
    }

    /// Stripe's API has no such object: it is shown by its event.
    fn render(&self, account: &Account, _: Key<Self>) -> Value {
        account.render(self.event)
    }
}

/// A delivery as an endpoint gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedDelivery {
    /// The event's id.
    pub event: String,
    /// The event's type.
    pub kind: String,
    /// The value of `Stripe-Signature`.
    pub signature: String,
    /// The raw body that was signed.
    pub body: Vec<u8>,
}

/// A delivery that must go over the network now.
#[derive(Debug)]
pub struct Outgoing {
    pub delivery: Key<Delivery>,
    pub url: String,
    pub signed: SignedDelivery,
}

impl Account {
    /// One delivery per endpoint that wants the event, more or none when a fault says so.
    pub fn schedule_deliveries(&mut self, event: Key<Event>) {
        let kind = self.events[event].kind;
        let endpoints: Vec<_> = self.endpoints.iter().filter(|(_, endpoint)| endpoint.wants(kind)).map(|(key, _)| key).collect();
        let (twice, wait) = (self.manner == Manner::Twice, self.wait_by_manner());
        for endpoint in endpoints {
            self.events[event].pending += 1;
            if self.strikes(self.faults.deliveries_dropped) {
                continue;
            }
            self.schedule(event, endpoint, wait, true);
            if twice || self.strikes(self.faults.delivered_twice) {
                self.schedule(event, endpoint, wait, false);
            }
        }
    }

    fn schedule(&mut self, event: Key<Event>, endpoint: Key<Endpoint>, at_least: u64, counted: bool) {
        let wait = at_least.max(if self.strikes(self.faults.deliveries_delayed) {
            self.entropy.below(THREE_DAYS_SECS)
        } else if self.strikes(self.faults.deliveries_shuffled) {
            self.entropy.below(TWO_MINUTES_SECS)
        } else {
            0
        });
        let (oddity, doubted) = (self.draw_oddity(), self.strikes(self.faults.answer_counts_as_500));
        let created = self.now();
        let key = self.add(Delivery { created, event, endpoint, attempts: 0, oddity, doubted, counted });
        self.agenda.add(self.clock.now().plus_secs(i64::try_from(wait).unwrap_or(0)), Task::Deliver(key));
    }

    /// The next attempt, signed with the time it is made; into the mailbox when the endpoint has no address.
    pub fn attempt_delivery(&mut self, key: Key<Delivery>) -> Option<Outgoing> {
        let delivery = &self.deliveries[key];
        let endpoint = &self.endpoints[delivery.endpoint];
        let kind = self.events[delivery.event].kind;
        if !endpoint.wants(kind) {
            return None;
        }
        let mut event = self.render(delivery.event);
        if let Some(version) = &endpoint.version {
            event["api_version"] = version.as_str().into();
        }
        delivery.oddity.bend(&mut event);
        let body = format!("{event:#}").into_bytes();
        let first = delivery.attempts == 0;
        let at = self.now() + if first { delivery.oddity.time_shift() } else { 0 };
        let secret = if first && delivery.oddity == Oddity::WrongSecret { "whsec_of_another_endpoint" } else { endpoint.secret.as_str() };
        let rolled = (delivery.oddity == Oddity::TwoSignatures).then_some("whsec_before_it_was_rolled");
        let signatures: String = rolled.into_iter().chain([secret]).map(|secret| ",v1=".to_owned() + &sign(secret, at, &body)).collect();
        let signature = format!("t={at}{signatures}");
        let signed = SignedDelivery { event: self.id(delivery.event), kind: kind.to_owned(), signature, body };
        let Some(url) = endpoint.url.clone() else {
            self.mailbox.push(signed);
            self.delivery_answered(key, true);
            return None;
        };
        Some(Outgoing { delivery: key, url, signed })
    }

    /// The endpoint answered, well (a 2xx) or not; then the next attempt waits longer than the last.
    pub fn delivery_answered(&mut self, key: Key<Delivery>, well: bool) {
        let delivery = &mut self.deliveries[key];
        let well = well && !(delivery.doubted && delivery.attempts == 0);
        delivery.attempts += 1;
        if well {
            if delivery.counted {
                self.events[delivery.event].pending -= 1;
            }
            return;
        }
        let failed = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
        let pause = PAUSES_SECS[failed.min(PAUSES_SECS.len()) - 1];
        let given_up_at = delivery.created + GIVEN_UP_AFTER_SECS;
        let due = self.clock.now().plus_secs(pause);
        if due.unix_secs() <= given_up_at {
            self.agenda.add(due, Task::Deliver(key));
        }
    }

    /// The same event once more to every endpoint that wants it, as the Dashboard's “Resend” does.
    pub fn resend(&mut self, event: Key<Event>) {
        let kind = self.events[event].kind;
        let endpoints: Vec<_> = self.endpoints.iter().filter(|(_, endpoint)| endpoint.wants(kind)).map(|(key, _)| key).collect();
        for endpoint in endpoints {
            self.schedule(event, endpoint, 0, false);
        }
    }
}

/// HMAC-SHA256 over `t.body` with the whole secret, in lower-case hex.
pub fn sign(secret: &str, at: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(at.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    HEXLOWER.encode(&mac.finalize().into_bytes())
}
