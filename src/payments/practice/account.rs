//! The one Stripe account of the practice server: its tables, its clock, and how ids lead to rows. What each object does is in its own file.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::agenda::Agenda;
use super::balance::Balance;
use super::catalogue::{Price, Product};
use super::charge::Charge;
use super::checkout::Session;
use super::course::Manner;
use super::customer::Customer;
use super::deliveries::{Delivery, SignedDelivery};
use super::dispute::Dispute;
use super::endpoints::Endpoint;
use super::events::Event;
use super::faults::Faults;
use super::fees::Fees;
use super::idempotency::Keys;
use super::intent::Intent;
use super::invoice::{Invoice, InvoiceItem, InvoicePayment};
use super::lines::{Line, Lines};
use super::method::PaymentMethod;
use super::names::Names;
use super::payout::Payout;
use super::refund::Refund;
use super::reply::{ApiError, Reply};
use super::subscription::Subscription;
use super::table::{Key, Row, Table};
use super::warning::Warning;
use crate::clock::Clock;
use crate::ids::Entropy;
use crate::money::Currency;

/// Everything the practice Stripe knows.
#[derive(Debug)]
pub struct Account {
    pub clock: Clock,
    pub entropy: Entropy,
    pub names: Names,
    /// Where the donor's page lives: scheme, host and port of the site.
    pub site: String,
    pub fees: Fees,
    pub faults: Faults,
    /// Requests that a fault has already failed once; the next try of each goes through.
    pub failed_once: HashSet<String>,
    /// How the events told now come, and how many were told in this manner.
    pub manner: Manner,
    pub told: u64,
    /// Currencies that settle in another one, and the rate in millionths.
    pub conversions: BTreeMap<Currency, (Currency, u32)>,
    pub balance: Balance,
    pub agenda: Agenda,
    pub lines: Lines,
    pub charges: Table<Charge>,
    pub refunds: Table<Refund>,
    pub disputes: Table<Dispute>,
    pub warnings: Table<Warning>,
    pub payouts: Table<Payout>,
    pub intents: Table<Intent>,
    pub sessions: Table<Session>,
    pub customers: Table<Customer>,
    pub methods: Table<PaymentMethod>,
    pub products: Table<Product>,
    pub prices: Table<Price>,
    pub subscriptions: Table<Subscription>,
    pub invoices: Table<Invoice>,
    pub invoice_items: Table<InvoiceItem>,
    pub invoice_payments: Table<InvoicePayment>,
    pub events: Table<Event>,
    pub endpoints: Table<Endpoint>,
    pub deliveries: Table<Delivery>,
    /// Deliveries for endpoints without an address, kept until a test takes them.
    pub mailbox: Vec<SignedDelivery>,
    pub keys: Keys,
    /// The request being answered: its id and idempotency key, which the events it makes tell of.
    pub request: Option<(String, Option<String>)>,
    /// How many requests were answered, for request ids.
    pub requests: u32,
}

impl Account {
    pub fn new(clock: Clock, entropy: Entropy, site: String) -> Self {
        Self {
            clock,
            names: Names::new(entropy.bytes()),
            entropy,
            site,
            fees: Fees::Table,
            faults: Faults::default(),
            failed_once: HashSet::new(),
            manner: Manner::AsUsual,
            told: 0,
            conversions: BTreeMap::new(),
            balance: Balance::default(),
            agenda: Agenda::default(),
            lines: Lines::default(),
            charges: Table::default(),
            refunds: Table::default(),
            disputes: Table::default(),
            warnings: Table::default(),
            payouts: Table::default(),
            intents: Table::default(),
            sessions: Table::default(),
            customers: Table::default(),
            methods: Table::default(),
            products: Table::default(),
            prices: Table::default(),
            subscriptions: Table::default(),
            invoices: Table::default(),
            invoice_items: Table::default(),
            invoice_payments: Table::default(),
            events: Table::default(),
            endpoints: Table::default(),
            deliveries: Table::default(),
            mailbox: Vec::new(),
            keys: Keys::default(),
            request: None,
            requests: 0,
        }
    }

    /// Its clock, in unix seconds.
    pub fn now(&self) -> i64 {
        self.clock.now().unix_secs()
    }

    /// Whether a fault of this many in a thousand strikes now.
    pub fn strikes(&self, per_mille: u16) -> bool {
        per_mille > 0 && self.entropy.below(1000) < u64::from(per_mille)
    }

    pub fn add<T: Row>(&mut self, row: T) -> Key<T> {
        T::table_mut(self).push(row)
    }

    pub fn id<T: Row>(&self, key: Key<T>) -> String {
        self.names.text(T::table(self)[key].prefix(), key.number)
    }

    /// The id as JSON, or null.
    pub fn id_or_null<T: Row>(&self, key: Option<Key<T>>) -> Value {
        key.map_or(Value::Null, |key| self.id(key).into())
    }

    pub fn find<T: Row>(&self, id: &str) -> Option<Key<T>> {
        let numbers = T::PREFIXES.iter().filter_map(|prefix| Some((prefix, Key::new(self.names.number(prefix, id)?))));
        let mut rows = numbers.filter(|(prefix, key)| T::table(self).get(*key).is_some_and(|row| row.prefix() == **prefix));
        rows.next().map(|(_, key)| key)
    }

    pub fn get<T: Row>(&self, id: &str) -> Result<Key<T>, ApiError> {
        self.find(id).ok_or_else(|| ApiError::no_such(T::NOUN, id))
    }

    pub fn render<T: Row>(&self, key: Key<T>) -> Value {
        T::table(self)[key].render(self, key)
    }

    /// The object with this id, as an answer.
    pub fn show<T: Row>(&self, id: &str) -> Reply {
        Ok(self.render(self.get::<T>(id)?))
    }

    /// The object with this id, of whatever kind: what `expand` puts in an id's place.
    pub fn render_any(&self, id: &str) -> Option<Value> {
        macro_rules! first_of {
            ($($kind:ty),+) => { $( if let Some(key) = self.find::<$kind>(id) { return Some(self.render(key)); } )+ };
        }
        first_of!(Charge, Line, Intent, Refund, Dispute, Payout, Customer, Session, Subscription, Invoice, InvoicePayment);
        first_of!(InvoiceItem, PaymentMethod, Product, Price, Warning);
        None
    }
}

/// A currency as Stripe writes it.
pub fn code(currency: Currency) -> String {
    currency.code().to_ascii_lowercase()
}
