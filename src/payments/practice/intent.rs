//! Payment intents: what should be paid, and how far it has come.

use serde_json::{Value, json};

use super::account::{Account, code};
use super::charge::{Charge, Status as ChargeStatus};
use super::checkout::Session;
use super::customer::Customer;
use super::form::Form;
use super::invoice::Invoice;
use super::metadata::Metadata;
use super::method::{Fate, PaymentMethod};
use super::reply::{ApiError, Reply, list, with_nulls};
use super::table::{Key, Row, Table};
use crate::money::Currency;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// The wish to be paid `amount` minor units.
#[derive(Debug)]
pub struct Intent {
    pub created: i64,
    pub amount: i64,
    pub currency: Currency,
    pub status: Status,
    pub manual_capture: bool,
    pub canceled_at: Option<i64>,
    pub method: Option<Key<PaymentMethod>>,
    pub customer: Option<Key<Customer>>,
    pub session: Option<Key<Session>>,
    pub invoice: Option<Key<Invoice>>,
    pub latest_charge: Option<Key<Charge>>,
    pub metadata: Metadata,
    pub description: Option<String>,
    pub descriptor_suffix: Option<String>,
    pub email: Option<String>,
}

impl Intent {
    pub fn new(created: i64, amount: i64, currency: Currency) -> Self {
        Self {
            created,
            amount,
            currency,
            status: Status::RequiresPaymentMethod,
            manual_capture: false,
            canceled_at: None,
            method: None,
            customer: None,
            session: None,
            invoice: None,
            latest_charge: None,
            metadata: Metadata::default(),
            description: None,
            descriptor_suffix: None,
            email: None,
        }
    }
}

impl Row for Intent {
    const PREFIXES: &'static [&'static str] = &["pi_"];
    const NOUN: &'static str = "payment_intent";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.intents
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.intents
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let id = account.id(key);
        let declined = self.status == Status::RequiresPaymentMethod && self.latest_charge.is_some();
        let error =
            json!({"type": "card_error", "code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined."});
        let next = json!({"type": "use_stripe_sdk", "use_stripe_sdk": {}});
        let family = self.method.map_or("card", |method| account.methods[method].means.family.word());
        with_nulls(
            json!({
                "id": id, "object": "payment_intent", "amount": self.amount, "amount_details": {"tip": {}},
                "amount_capturable": if self.status == Status::RequiresCapture { self.amount } else { 0 },
                "amount_received": if self.status == Status::Succeeded { self.amount } else { 0 }, "canceled_at": self.canceled_at,
                "capture_method": if self.manual_capture { "manual" } else { "automatic_async" },
                "client_secret": format!("{id}_secret_practice"), "confirmation_method": "automatic", "created": self.created,
                "currency": code(self.currency), "customer": account.id_or_null(self.customer), "description": self.description,
                "last_payment_error": if declined { error } else { Value::Null }, "latest_charge": account.id_or_null(self.latest_charge),
                "livemode": false, "metadata": self.metadata.render(),
                "next_action": if self.status == Status::RequiresAction { next } else { Value::Null },
                "payment_method": account.id_or_null(self.method), "payment_method_options": {}, "payment_method_types": [family],
                "statement_descriptor_suffix": self.descriptor_suffix, "status": self.status.word(),
            }),
            "application application_fee_amount automatic_payment_methods cancellation_reason customer_account \
             excluded_payment_method_types on_behalf_of payment_method_configuration_details presentment_details processing \
             receipt_email review setup_future_usage shipping source statement_descriptor transfer_data transfer_group",
        )
    }
}

impl Account {
    /// Stores an intent and tells of it.
    pub fn add_intent(&mut self, intent: Intent) -> Key<Intent> {
        let key = self.add(intent);
        self.tell("payment_intent.created", key);
        key
    }

    /// Tries to take the money by `method`. `confirmed` when the donor has already said yes at their bank.
    pub fn confirm_intent(&mut self, key: Key<Intent>, method: Key<PaymentMethod>, confirmed: bool) -> Status {
        let means = self.methods[method].means;
        self.intents[key].method = Some(method);
        if means.fate == Fate::AsksFirst && !confirmed {
            self.intents[key].status = Status::RequiresAction;
            self.tell("payment_intent.requires_action", key);
            if let Some(invoice) = self.intents[key].invoice {
                self.tell("invoice.payment_action_required", invoice);
            }
            return Status::RequiresAction;
        }
        let manual = self.intents[key].manual_capture;
        let (status, after) = match means.fate {
            Fate::Declined => (ChargeStatus::Failed, Status::RequiresPaymentMethod),
            Fate::Settles(_) | Fate::Bounces(_) => (ChargeStatus::Pending, Status::Processing),
            _ if manual => (ChargeStatus::Succeeded, Status::RequiresCapture),
            _ => (ChargeStatus::Succeeded, Status::Processing),
        };
        let intent = &self.intents[key];
        let charge = Charge {
            created: self.now(),
            amount: intent.amount,
            refunded: 0,
            currency: intent.currency,
            status,
            captured: status != ChargeStatus::Failed && !manual,
            disputed: false,
            without_line: false,
            means,
            method: Some(method),
            intent: Some(key),
            customer: intent.customer,
            metadata: intent.metadata.clone(),
            description: intent.description.as_deref().map(Into::into),
            email: intent.email.as_deref().map(Into::into),
            line: None,
            failure_line: None,
        };
        let charge = self.start_charge(charge);
        self.intents[key].latest_charge = Some(charge);
        self.intents[key].status = after;
        match (status, after) {
            (ChargeStatus::Failed, _) => self.intent_failed(key),
            (ChargeStatus::Pending, _) => self.tell("payment_intent.processing", key),
            (ChargeStatus::Succeeded, Status::RequiresCapture) => self.tell("payment_intent.amount_capturable_updated", key),
            (ChargeStatus::Succeeded, _) => self.intent_paid(key),
        }
        self.follow_fate(charge, means.fate);
        self.intents[key].status
    }

    /// What the donor's bank does to a charge at once.
    fn follow_fate(&mut self, charge: Key<Charge>, fate: Fate) {
        if matches!(fate, Fate::Disputed | Fate::Inquired) {
            let amount = self.charges[charge].amount;
            self.open_dispute(charge, amount, fate == Fate::Inquired);
        }
    }

    /// The money is there: the session and the invoice hear of it.
    pub fn intent_paid(&mut self, key: Key<Intent>) {
        self.intents[key].status = Status::Succeeded;
        self.tell("payment_intent.succeeded", key);
        let (session, invoice) = (self.intents[key].session, self.intents[key].invoice);
        if let Some(invoice) = invoice {
            self.invoice_paid(invoice);
        }
        if let Some(session) = session {
            self.session_paid(session);
        }
    }

    /// The money did not come; another try is possible.
    pub fn intent_failed(&mut self, key: Key<Intent>) {
        self.intents[key].status = Status::RequiresPaymentMethod;
        self.tell("payment_intent.payment_failed", key);
        let (session, invoice) = (self.intents[key].session, self.intents[key].invoice);
        if let Some(invoice) = invoice {
            self.invoice_failed(invoice);
        }
        if let Some(session) = session {
            self.session_failed(session);
        }
    }

    /// The answer to a request that confirmed: the intent, or the bank's no.
    pub fn confirmed_reply(&self, key: Key<Intent>, status: Status) -> Reply {
        match (status, self.intents[key].latest_charge) {
            (Status::RequiresPaymentMethod, Some(charge)) => {
                Err(ApiError::declined("generic_decline", &self.id(charge), &self.render(key)))
            }
            _ => Ok(self.render(key)),
        }
    }

    fn create_intent(&mut self, form: &Form) -> Reply {
        let amount = form.integer("amount")?.filter(|amount| *amount > 0).ok_or_else(|| ApiError::missing("amount"))?;
        let currency = form.required("currency")?;
        let currency = currency.parse().map_err(|said: String| ApiError::invalid("currency", said))?;
        let mut intent = Intent::new(self.now(), amount, currency);
        intent.metadata = form.metadata(&Metadata::default())?;
        intent.description = form.owned("description");
        intent.email = form.owned("receipt_email");
        intent.manual_capture = form.text("capture_method") == Some("manual");
        intent.customer = form.text("customer").map(|id| self.get::<Customer>(id)).transpose()?;
        let method = form.text("payment_method").map(|name| self.method_named(name)).transpose()?;
        intent.method = method;
        intent.status = if method.is_some() { Status::RequiresConfirmation } else { Status::RequiresPaymentMethod };
        let key = self.add_intent(intent);
        if !form.flag("confirm") {
            return Ok(self.render(key));
        }
        let method = method.ok_or_else(|| ApiError::missing("payment_method"))?;
        let status = self.confirm_intent(key, method, false);
        self.confirmed_reply(key, status)
    }

    fn confirm_by_api(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Intent>(id)?;
        let before = self.intents[key].status;
        if matches!(before, Status::Succeeded | Status::Canceled | Status::Processing | Status::RequiresCapture) {
            return Err(unexpected_state(before, "confirm"));
        }
        let named = form.text("payment_method").map(|name| self.method_named(name)).transpose()?;
        let method = named.or(self.intents[key].method).ok_or_else(|| ApiError::missing("payment_method"))?;
        let status = self.confirm_intent(key, method, before == Status::RequiresAction);
        self.confirmed_reply(key, status)
    }

    fn capture_intent(&mut self, id: &str) -> Reply {
        let key = self.get::<Intent>(id)?;
        let (Status::RequiresCapture, Some(charge)) = (self.intents[key].status, self.intents[key].latest_charge) else {
            return Err(unexpected_state(self.intents[key].status, "capture"));
        };
        self.charges[charge].captured = true;
        self.line_soon(charge);
        self.tell("charge.captured", charge);
        self.intent_paid(key);
        Ok(self.render(key))
    }

    fn cancel_intent(&mut self, id: &str) -> Reply {
        let key = self.get::<Intent>(id)?;
        if matches!(self.intents[key].status, Status::Succeeded | Status::Canceled | Status::Processing) {
            return Err(unexpected_state(self.intents[key].status, "cancel"));
        }
        self.intents[key].status = Status::Canceled;
        self.intents[key].canceled_at = Some(self.now());
        self.tell("payment_intent.canceled", key);
        Ok(self.render(key))
    }

    fn update_intent(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Intent>(id)?;
        self.intents[key].metadata = form.metadata(&self.intents[key].metadata)?;
        if let Some(description) = form.owned("description") {
            self.intents[key].description = Some(description);
        }
        Ok(self.render(key))
    }
}

fn unexpected_state(status: Status, verb: &str) -> ApiError {
    let word = status.word();
    ApiError::refused("payment_intent_unexpected_state", format!("You cannot {verb} this PaymentIntent because it has a status of {word}."))
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("POST", ["payment_intents"]) => account.create_intent(form),
        ("GET", ["payment_intents"]) => {
            let customer = form.text("customer").map(|id| account.find::<Customer>(id));
            list::<Intent>(account, "/v1/payment_intents", form, |_, row| customer.is_none_or(|key| key.is_some() && row.customer == key))
        }
        ("GET", ["payment_intents", id]) => account.show::<Intent>(id),
        ("POST", ["payment_intents", id]) => account.update_intent(id, form),
        ("POST", ["payment_intents", id, "confirm"]) => account.confirm_by_api(id, form),
        ("POST", ["payment_intents", id, "capture"]) => account.capture_intent(id),
        ("POST", ["payment_intents", id, "cancel"]) => account.cancel_intent(id),
        _ => return None,
    })
}
