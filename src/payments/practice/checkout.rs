//! Checkout sessions: what Stripe's page would ask for, and what becomes of it. Paying one is in `paying.rs`.

use serde_json::{Value, json};

use super::account::{Account, code};
use super::agenda::Task;
use super::catalogue::{Interval, Price};
use super::course::{Afterwards, Manner};
use super::customer::Customer;
use super::form::Form;
use super::intent::Intent;
use super::invoice::Invoice;
use super::metadata::Metadata;
use super::reply::{ApiError, Reply, list, whole, with_nulls};
use super::subscription::Subscription;
use super::table::{Key, Row, Table};
use crate::clock::Instant;
use crate::money::Currency;

const SOONEST_EXPIRY_SECS: i64 = 30 * 60;
const LATEST_EXPIRY_SECS: i64 = 24 * 3600;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Open,
    Complete,
    Expired,
}

/// One thing on the page: a price and how many.
#[derive(Clone, Debug)]
pub struct Item {
    pub price: Key<Price>,
    pub quantity: i64,
}

/// A page waiting for a donor.
#[derive(Debug)]
pub struct Session {
    pub created: i64,
    pub status: Status,
    pub paid: bool,
    pub amount: i64,
    pub currency: Currency,
    /// How often it repeats; None for a single payment.
    pub interval: Option<Interval>,
    pub items: Vec<Item>,
    pub expires_at: i64,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub client_reference_id: Option<String>,
    pub email: Option<String>,
    pub locale: Option<String>,
    submit_type: Option<String>,
    metadata: Metadata,
    /// Metadata and description that go on to the intent or the subscription.
    pub passed_on: Metadata,
    pub description: Option<String>,
    pub descriptor_suffix: Option<String>,
    pub customer: Option<Key<Customer>>,
    pub intent: Option<Key<Intent>>,
    pub subscription: Option<Key<Subscription>>,
    pub invoice: Option<Key<Invoice>>,
    /// What was chosen on the practice page.
    pub afterwards: Afterwards,
    pub manner: Manner,
}

impl Row for Session {
    const PREFIXES: &'static [&'static str] = &["cs_test_"];
    const NOUN: &'static str = "checkout.session";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.sessions
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.sessions
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let id = account.id(key);
        let open = self.status == Status::Open;
        let details = json!({
            "address": null, "business_name": null, "email": self.email, "individual_name": null, "name": null, "phone": null,
            "tax_exempt": "none", "tax_ids": [],
        });
        with_nulls(
            json!({
                "id": id, "object": "checkout.session", "adaptive_pricing": {"enabled": false}, "amount_subtotal": self.amount,
                "amount_total": self.amount, "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
                "cancel_url": self.cancel_url, "client_reference_id": self.client_reference_id, "created": self.created,
                "currency": code(self.currency), "custom_fields": [],
                "custom_text": {"after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null},
                "customer": account.id_or_null(self.customer),
                "customer_creation": if self.interval.is_some() { "always" } else { "if_required" },
                "customer_details": if self.status == Status::Complete || self.email.is_some() { details } else { Value::Null },
                "customer_email": self.email, "discounts": [], "expires_at": self.expires_at, "invoice": account.id_or_null(self.invoice),
                "livemode": false, "locale": self.locale, "metadata": self.metadata.render(),
                "mode": if self.interval.is_some() { "subscription" } else { "payment" },
                "payment_intent": account.id_or_null(self.intent.filter(|_| self.interval.is_none())),
                "payment_method_collection": "always", "payment_method_options": {},
                "payment_method_types": ["card", "sepa_debit", "us_bank_account"],
                "payment_status": if self.paid { "paid" } else { "unpaid" }, "phone_number_collection": {"enabled": false},
                "shipping_options": [],
                "status": match self.status { Status::Open => "open", Status::Complete => "complete", Status::Expired => "expired" },
                "submit_type": self.submit_type, "subscription": account.id_or_null(self.subscription), "success_url": self.success_url,
                "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "ui_mode": "hosted_page",
                "url": if open { account.page_of(key).into() } else { Value::Null },
            }),
            "after_expiration allow_promotion_codes billing_address_collection client_secret collected_information consent \
             consent_collection currency_conversion customer_account integration_identifier invoice_creation origin_context \
             payment_link payment_method_configuration_details permissions presentment_details recovered_from \
             saved_payment_method_options setup_intent shipping_address_collection shipping_cost wallet_options",
        )
    }
}

impl Account {
    /// Where the donor pays.
    fn page_of(&self, key: Key<Session>) -> String {
        format!("{}/practice/checkout/{}", self.site, self.id(key))
    }

    fn create_session(&mut self, form: &Form) -> Reply {
        let recurring = match form.required("mode")? {
            "payment" => false,
            "subscription" => true,
            other => return Err(ApiError::invalid("mode", format!("The practice Stripe has no mode {other}"))),
        };
        let now = self.now();
        let expires_at = form.integer("expires_at")?.unwrap_or(now + LATEST_EXPIRY_SECS);
        // Stripe refuses what is nearer than 30 minutes; 24 hours are counted with a minute's grace.
        if !(now + SOONEST_EXPIRY_SECS..=now + LATEST_EXPIRY_SECS + 60).contains(&expires_at) {
            return Err(ApiError::invalid(
                "expires_at",
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from creation.",
            ));
        }
        if recurring && form.child("payment_intent_data").is_some() {
            return Err(ApiError::invalid("payment_intent_data", "You can not pass `payment_intent_data` in `subscription` mode."));
        }
        let items = form.items("line_items").map(|item| self.read_item(item)).collect::<Result<Vec<_>, _>>()?;
        let first = items.first().ok_or_else(|| ApiError::missing("line_items"))?;
        let interval = self.prices[first.price].interval;
        if interval.is_some() != recurring {
            return Err(ApiError::invalid("mode", "Prices that repeat go with mode `subscription`, others with `payment`."));
        }
        let passed_on = form.child(if recurring { "subscription_data" } else { "payment_intent_data" });
        let session = Session {
            created: now,
            status: Status::Open,
            paid: false,
            amount: items.iter().map(|item| self.prices[item.price].amount.saturating_mul(item.quantity)).sum(),
            currency: self.prices[first.price].currency,
            interval,
            expires_at,
            success_url: form.owned("success_url"),
            cancel_url: form.owned("cancel_url"),
            client_reference_id: form.owned("client_reference_id"),
            email: form.owned("customer_email"),
            locale: form.owned("locale"),
            submit_type: form.owned("submit_type"),
            metadata: form.metadata(&Metadata::default())?,
            passed_on: passed_on.map_or(Ok(Metadata::default()), |data| data.metadata(&Metadata::default()))?,
            description: passed_on.and_then(|data| data.owned("description")),
            descriptor_suffix: passed_on.and_then(|data| data.owned("statement_descriptor_suffix")),
            customer: form.text("customer").map(|id| self.get::<Customer>(id)).transpose()?,
            intent: None,
            subscription: None,
            invoice: None,
            afterwards: Afterwards::Nothing,
            manner: Manner::AsUsual,
            items,
        };
        let key = self.add(session);
        self.agenda.add(Instant::from_unix_secs(expires_at), Task::ExpireSession(key));
        Ok(self.render(key))
    }

    /// A line item: a price by id, or one made on the spot.
    fn read_item(&mut self, item: &Form) -> Result<Item, ApiError> {
        let quantity = item.integer("quantity")?.unwrap_or(1);
        if !(1..=999_999).contains(&quantity) {
            return Err(ApiError::invalid("line_items[0][quantity]", "The quantity must be at least 1."));
        }
        let price = match (item.text("price"), item.child("price_data")) {
            (Some(id), _) => self.get::<Price>(id)?,
            (None, Some(data)) => self.add_price(data)?,
            (None, None) => return Err(ApiError::missing("line_items[0][price]")),
        };
        Ok(Item { price, quantity })
    }

    fn line_items(&self, key: Key<Session>) -> Value {
        let session = &self.sessions[key];
        let items = session.items.iter().zip(0_u32..).map(|(item, n)| {
            let price = &self.prices[item.price];
            let amount = price.amount.saturating_mul(item.quantity);
            json!({
                "id": self.names.text("li_", key.number.wrapping_mul(16).wrapping_add(n)), "object": "item", "adjustable_quantity": null,
                "amount_discount": 0, "amount_subtotal": amount, "amount_tax": 0, "amount_total": amount, "currency": code(price.currency),
                "description": self.products[price.product].name, "metadata": {}, "price": self.render(item.price), "quantity": item.quantity,
            })
        });
        whole(&format!("/v1/checkout/sessions/{}/line_items", self.id(key)), items.collect())
    }

    /// What `expand[]=line_items` puts into a session.
    pub fn line_items_by_id(&self, id: &str) -> Option<Value> {
        self.find::<Session>(id).map(|key| self.line_items(key))
    }

    /// The session runs out, unless it is finished already.
    pub fn expire_session(&mut self, key: Key<Session>) {
        if self.sessions[key].status == Status::Open {
            self.sessions[key].status = Status::Expired;
            self.tell("checkout.session.expired", key);
        }
    }

    fn expire_by_api(&mut self, id: &str) -> Reply {
        let key = self.get::<Session>(id)?;
        if self.sessions[key].status != Status::Open {
            return Err(ApiError::invalid("session", "Only Checkout Sessions with a status in [\"open\"] can be expired."));
        }
        self.expire_session(key);
        Ok(self.render(key))
    }

    fn list_sessions(&self, form: &Form) -> Reply {
        let status = form.text("status");
        let intent = form.text("payment_intent").map(|id| self.find::<Intent>(id));
        let subscription = form.text("subscription").map(|id| self.find::<Subscription>(id));
        list::<Session>(self, "/v1/checkout/sessions", form, |_, row| {
            let word = match row.status {
                Status::Open => "open",
                Status::Complete => "complete",
                Status::Expired => "expired",
            };
            status.is_none_or(|status| status == word)
                && intent.is_none_or(|key| key.is_some() && row.intent == key)
                && subscription.is_none_or(|key| key.is_some() && row.subscription == key)
        })
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("POST", ["checkout", "sessions"]) => account.create_session(form),
        ("GET", ["checkout", "sessions"]) => account.list_sessions(form),
        ("GET", ["checkout", "sessions", id]) => account.show::<Session>(id),
        ("GET", ["checkout", "sessions", id, "line_items"]) => account.get::<Session>(id).map(|key| account.line_items(key)),
        ("POST", ["checkout", "sessions", id, "expire"]) => account.expire_by_api(id),
        _ => return None,
    })
}
