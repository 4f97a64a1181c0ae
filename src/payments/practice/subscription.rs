//! Subscriptions: a gift that repeats. Each period makes an invoice; the invoice makes the payment.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::account::{Account, code};
use super::agenda::Task;
use super::catalogue::{Interval, Price};
use super::checkout::Session;
use super::customer::Customer;
use super::form::Form;
use super::intent::Intent;
use super::invoice::{Bill, Invoice};
use super::metadata::Metadata;
use super::method::{Fate, Means, PaymentMethod};
use super::reply::{ApiError, Reply, list, whole, with_nulls};
use super::table::{Key, Row, Table};
use crate::clock::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Incomplete,
    Active,
    PastDue,
    Paused,
    Canceled,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Paused => "paused",
            Self::Canceled => "canceled",
        }
    }
}

/// A price that a customer pays every period.
#[derive(Debug)]
pub struct Subscription {
    created: i64,
    pub status: Status,
    pub customer: Key<Customer>,
    pub price: Key<Price>,
    quantity: i64,
    interval: Interval,
    /// Periods begun so far; the current one is the last of them.
    periods: i64,
    pub metadata: Metadata,
    description: Option<String>,
    pub method: Option<Key<PaymentMethod>>,
    cancel_at_period_end: bool,
    canceled_at: Option<i64>,
    pub latest_invoice: Option<Key<Invoice>>,
}

impl Subscription {
    /// The current period's first moment and the next one's.
    pub fn period(&self) -> (i64, i64) {
        (later(self.created, self.interval, self.periods - 1), later(self.created, self.interval, self.periods))
    }
}

/// `anchor` moved by `count` intervals; the 31st becomes the last day of a shorter month, and the 31st again after it.
fn later(anchor: i64, interval: Interval, count: i64) -> i64 {
    let span = match interval {
        Interval::Day => Span::new().days(count),
        Interval::Week => Span::new().weeks(count),
        Interval::Month => Span::new().months(count),
        Interval::Year => Span::new().years(count),
    };
    let anchored = Timestamp::from_second(anchor).map(|at| at.to_zoned(TimeZone::UTC));
    anchored.and_then(|at| at.checked_add(span)).map_or(i64::MAX / 2_000_000, |at| at.timestamp().as_second())
}

impl Row for Subscription {
    const PREFIXES: &'static [&'static str] = &["sub_"];
    const NOUN: &'static str = "subscription";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.subscriptions
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.subscriptions
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let id = account.id(key);
        let (start, end) = self.period();
        let price = &account.prices[self.price];
        let plan = json!({
            "id": account.id(self.price), "object": "plan", "active": true, "amount": price.amount, "amount_decimal": price.amount.to_string(),
            "billing_scheme": "per_unit", "created": self.created, "currency": code(price.currency), "interval": self.interval.word(),
            "interval_count": 1, "livemode": false, "metadata": {}, "meter": null, "nickname": null, "product": account.id(price.product),
            "tiers_mode": null, "transform_usage": null, "trial_period_days": null, "usage_type": "licensed",
        });
        let item = json!({
            "id": account.names.text("si_", key.number), "object": "subscription_item", "billing_thresholds": null, "created": self.created,
            "current_period_end": end, "current_period_start": start, "discounts": [], "metadata": {}, "plan": plan,
            "price": account.render(self.price), "quantity": self.quantity, "subscription": id, "tax_rates": [],
        });
        with_nulls(
            json!({
                "id": id, "object": "subscription", "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
                "billing_cycle_anchor": self.created, "billing_mode": {"flexible": null, "type": "classic"}, "billing_schedules": [],
                "cancel_at": if self.cancel_at_period_end { end.into() } else { Value::Null },
                "cancel_at_period_end": self.cancel_at_period_end, "canceled_at": self.canceled_at,
                "cancellation_details": {"comment": null, "feedback": null, "reason": null}, "collection_method": "charge_automatically",
                "created": self.created, "currency": code(price.currency), "customer": account.id(self.customer),
                "default_payment_method": account.id_or_null(self.method), "default_tax_rates": [], "description": self.description,
                "discounts": [], "ended_at": self.canceled_at, "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}},
                "items": whole(&format!("/v1/subscription_items?subscription={id}"), vec![item]),
                "latest_invoice": account.id_or_null(self.latest_invoice), "livemode": false, "metadata": self.metadata.render(),
                "payment_settings": {"payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off"},
                "start_date": self.created, "status": self.status.word(),
                "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
            }),
            "application application_fee_percent billing_cycle_anchor_config billing_thresholds customer_account days_until_due \
             default_source next_pending_invoice_item_invoice on_behalf_of pause_collection pending_invoice_item_interval \
             pending_setup_intent pending_update schedule test_clock transfer_data trial_end trial_start",
        )
    }
}

impl Account {
    /// A subscription with its first invoice, open and unpaid, and the intent that would pay it.
    fn subscribe(
        &mut self,
        customer: Key<Customer>,
        price: Key<Price>,
        quantity: i64,
        carried: Carried,
    ) -> (Key<Subscription>, Key<Intent>) {
        let Carried { metadata, description, method } = carried;
        let interval = self.prices[price].interval.unwrap_or(Interval::Month);
        let subscription = Subscription {
            created: self.now(),
            status: Status::Incomplete,
            customer,
            price,
            quantity,
            interval,
            periods: 1,
            metadata,
            description,
            method,
            cancel_at_period_end: false,
            canceled_at: None,
            latest_invoice: None,
        };
        let key = self.add(subscription);
        self.tell("customer.subscription.created", key);
        self.renew_later(key);
        let intent = self.bill_period(key, "subscription_create");
        (key, intent)
    }

    /// What a finished page of a repeating gift leads to.
    pub fn subscribe_for_session(&mut self, session: Key<Session>, method: Key<PaymentMethod>) -> Key<Intent> {
        let from = &self.sessions[session];
        let (item, email) = (from.items[0].clone(), from.email.clone());
        let carried = Carried { metadata: from.passed_on.clone(), description: from.description.clone(), method: Some(method) };
        let customer = from.customer.unwrap_or_else(|| self.add_customer(email));
        self.methods[method].attach_to(customer);
        let (subscription, intent) = self.subscribe(customer, item.price, item.quantity, carried);
        let session = &mut self.sessions[session];
        session.customer = Some(customer);
        session.subscription = Some(subscription);
        session.invoice = self.subscriptions[subscription].latest_invoice;
        intent
    }

    /// The invoice of the current period, finalized.
    fn bill_period(&mut self, key: Key<Subscription>, reason: &'static str) -> Key<Intent> {
        let subscription = &self.subscriptions[key];
        let price = &self.prices[subscription.price];
        let bill = Bill {
            customer: subscription.customer,
            subscription: Some(key),
            amount: price.amount.saturating_mul(subscription.quantity),
            currency: price.currency,
            period: subscription.period(),
            reason,
            description: subscription.description.clone(),
        };
        let invoice = self.add_invoice(bill);
        self.subscriptions[key].latest_invoice = Some(invoice);
        self.finalize_invoice(invoice)
    }

    fn renew_later(&mut self, key: Key<Subscription>) {
        let (_, end) = self.subscriptions[key].period();
        self.agenda.add(Instant::from_unix_secs(end), Task::Renew(key));
    }

    /// The next period begins: a new invoice, paid by the stored method.
    pub fn renew(&mut self, key: Key<Subscription>) {
        match self.subscriptions[key].status {
            Status::Canceled => return,
            _ if self.subscriptions[key].cancel_at_period_end => return self.cancel_subscription(key),
            // A first payment that never came ends the subscription after a day at Stripe; nothing is owed.
            Status::Incomplete => return self.cancel_subscription(key),
            // A period that passes in a pause is neither billed nor caught up with.
            Status::Paused => {
                self.subscriptions[key].periods += 1;
                return self.renew_later(key);
            }
            Status::Active | Status::PastDue => {}
        }
        self.subscriptions[key].periods += 1;
        self.renew_later(key);
        let intent = self.bill_period(key, "subscription_cycle");
        let declined = self.strikes(self.faults.renewal_declined);
        let method = match self.subscriptions[key].method {
            Some(method) if !declined => method,
            _ => self.add_method(Means::card(Fate::Declined), None),
        };
        self.confirm_intent(intent, method, true);
        self.tell("customer.subscription.updated", key);
    }

    /// Its status after an invoice was paid or was not.
    pub fn set_subscription_status(&mut self, key: Key<Subscription>, status: Status) {
        let before = self.subscriptions[key].status;
        if before != Status::Canceled && before != status {
            self.subscriptions[key].status = status;
            let previous = json!({"status": before.word()});
            self.tell_changed("customer.subscription.updated", key, &previous);
        }
    }

    pub fn cancel_subscription(&mut self, key: Key<Subscription>) {
        if self.subscriptions[key].status != Status::Canceled {
            self.subscriptions[key].canceled_at = Some(self.now());
            self.subscriptions[key].status = Status::Canceled;
            self.tell("customer.subscription.deleted", key);
        }
    }

    pub fn cancel_subscriptions_of(&mut self, customer: Key<Customer>) {
        let keys: Vec<_> = self.subscriptions.iter().filter(|(_, row)| row.customer == customer).map(|(key, _)| key).collect();
        for key in keys {
            self.cancel_subscription(key);
        }
    }

    fn create_subscription(&mut self, form: &Form) -> Reply {
        let customer = self.get::<Customer>(form.required("customer")?)?;
        let item = form.items("items").next().ok_or_else(|| ApiError::missing("items"))?;
        let price = match item.child("price_data") {
            Some(data) => self.add_price(data)?,
            None => self.get::<Price>(item.required("price")?)?,
        };
        let named = form.text("default_payment_method").map(|name| self.method_named(name)).transpose()?;
        let method = named.or_else(|| self.method_of(customer));
        if method.is_none() {
            let said = "This customer has no attached payment source or default payment method.";
            return Err(ApiError::refused("resource_missing", said));
        }
        let carried = Carried { metadata: form.metadata(&Metadata::default())?, description: form.owned("description"), method };
        let (key, intent) = self.subscribe(customer, price, item.integer("quantity")?.unwrap_or(1), carried);
        if let Some(method) = method {
            self.confirm_intent(intent, method, false);
        }
        Ok(self.render(key))
    }

    fn update_subscription(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Subscription>(id)?;
        let metadata = form.metadata(&self.subscriptions[key].metadata)?;
        self.subscriptions[key].metadata = metadata;
        if form.child("cancel_at_period_end").is_some() {
            self.subscriptions[key].cancel_at_period_end = form.flag("cancel_at_period_end");
        }
        self.tell("customer.subscription.updated", key);
        Ok(self.render(key))
    }

    fn delete_subscription(&mut self, id: &str) -> Reply {
        let key = self.get::<Subscription>(id)?;
        if self.subscriptions[key].status == Status::Canceled {
            return Err(ApiError::no_such("subscription", id));
        }
        self.cancel_subscription(key);
        Ok(self.render(key))
    }

    /// Without a status: all that are not cancelled, as at Stripe.
    fn list_subscriptions(&self, form: &Form) -> Reply {
        let status = form.text("status");
        let customer = form.text("customer").map(|id| self.find::<Customer>(id));
        list::<Subscription>(self, "/v1/subscriptions", form, |_, row| {
            let shown = match status {
                None => row.status != Status::Canceled,
                Some("all") => true,
                Some("ended") => row.status == Status::Canceled,
                Some(word) => row.status.word() == word,
            };
            shown && customer.is_none_or(|key| key == Some(row.customer))
        })
    }
}

/// What a subscription takes over from whoever made it.
struct Carried {
    metadata: Metadata,
    description: Option<String>,
    method: Option<Key<PaymentMethod>>,
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("POST", ["subscriptions"]) => account.create_subscription(form),
        ("GET", ["subscriptions"]) => account.list_subscriptions(form),
        ("GET", ["subscriptions", id]) => account.show::<Subscription>(id),
        ("POST", ["subscriptions", id]) => account.update_subscription(id, form),
        ("DELETE", ["subscriptions", id]) => account.delete_subscription(id),
        _ => return None,
    })
}
