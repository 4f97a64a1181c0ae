//! Charges: one attempt to take money. A charge that succeeds gets its line a little later, as at Stripe since 2024.

use serde_json::{Value, json};

use super::account::{Account, code};
use super::agenda::Task;
use super::balance::available_on;
use super::conversion::Settled;
use super::customer::Customer;
use super::form::Form;
use super::intent::Intent;
use super::lines::{Line, LineKind, Source};
use super::metadata::Metadata;
use super::method::{Family, Fate, Means, PaymentMethod, billing_details};
use super::refund::Refund;
use super::reply::{Reply, list, page, with_nulls};
use super::table::{Key, Row, Table};
use crate::money::Currency;

/// How long a charge waits for its line.
const LINE_SECS: i64 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Succeeded,
    Pending,
    Failed,
}

/// One attempt to take `amount` minor units.
#[derive(Debug)]
pub struct Charge {
    pub created: i64,
    pub amount: i64,
    /// Minor units of refunds that have not failed.
    pub refunded: i64,
    pub currency: Currency,
    pub status: Status,
    pub captured: bool,
    pub disputed: bool,
    /// A bounced debit that never reached the balance.
    pub without_line: bool,
    pub means: Means,
    pub method: Option<Key<PaymentMethod>>,
    pub intent: Option<Key<Intent>>,
    pub customer: Option<Key<Customer>>,
    pub metadata: Metadata,
    pub description: Option<Box<str>>,
    pub email: Option<Box<str>>,
    pub line: Option<Key<Line>>,
    pub failure_line: Option<Key<Line>>,
}

impl Row for Charge {
    const PREFIXES: &'static [&'static str] = &["ch_", "py_"];
    const NOUN: &'static str = "charge";

    fn prefix(&self) -> &'static str {
        if self.means.family == Family::Card { "ch_" } else { "py_" }
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.charges
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.charges
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let failed = self.status == Status::Failed;
        let captured = if self.captured && !failed { self.amount } else { 0 };
        let (failure_code, failure_message) = match (failed, self.means.family) {
            (false, _) => (None, None),
            (true, Family::Card) => (Some("card_declined"), Some("Your card was declined.")),
            (true, _) => (Some("insufficient_funds"), Some("The bank account has insufficient funds.")),
        };
        let id = account.id(key);
        with_nulls(
            json!({
                "id": id, "object": "charge", "amount": self.amount, "amount_captured": captured, "amount_refunded": self.refunded,
                "balance_transaction": account.id_or_null(self.line), "billing_details": billing_details(self.email.as_deref(), None),
                "calculated_statement_descriptor": "PRACTICE", "captured": self.captured, "created": self.created,
                "currency": code(self.currency), "customer": account.id_or_null(self.customer), "description": self.description,
                "disputed": self.disputed, "failure_balance_transaction": account.id_or_null(self.failure_line),
                "failure_code": failure_code, "failure_message": failure_message, "fraud_details": {}, "livemode": false,
                "metadata": self.metadata.render(), "outcome": outcome(self.status), "paid": self.status == Status::Succeeded,
                "payment_intent": account.id_or_null(self.intent), "payment_method": account.id_or_null(self.method),
                "payment_method_details": self.method_details(), "radar_options": {},
                "receipt_url": format!("https://pay.example.com/receipts/{id}"), "refunded": self.refunded >= self.amount,
                "status": match self.status { Status::Succeeded => "succeeded", Status::Pending => "pending", Status::Failed => "failed" },
            }),
            "application application_fee application_fee_amount on_behalf_of presentment_details receipt_email receipt_number \
             review shipping source source_transfer statement_descriptor statement_descriptor_suffix transfer_data transfer_group",
        )
    }
}

fn outcome(status: Status) -> Value {
    match status {
        Status::Failed => json!({
            "advice_code": "try_again_later", "network_advice_code": null, "network_decline_code": null, "network_status": "declined_by_network",
            "reason": "generic_decline", "risk_level": "normal", "seller_message": "The bank did not return any further details.",
            "type": "issuer_declined",
        }),
        Status::Succeeded | Status::Pending => json!({
            "advice_code": null, "network_advice_code": null, "network_decline_code": null, "network_status": "approved_by_network",
            "reason": null, "risk_level": "normal", "seller_message": "Payment complete.", "type": "authorized",
        }),
    }
}

impl Charge {
    fn method_details(&self) -> Value {
        match self.means.family {
            Family::Card => json!({"type": "card", "card": {
                "amount_authorized": self.amount, "authorization_code": null, "brand": "visa", "country": "US", "exp_month": 8, "exp_year": 2030,
                "checks": {"address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass"},
                "extended_authorization": {"status": "disabled"}, "fingerprint": "practicepractice", "funding": "credit",
                "incremental_authorization": {"status": "unavailable"}, "installments": null, "last4": "4242", "mandate": null,
                "multicapture": {"status": "unavailable"}, "network": "visa", "network_token": {"used": false},
                "network_transaction_id": null, "overcapture": {"maximum_amount_capturable": self.amount, "status": "unavailable"},
                "regulated_status": "unregulated", "three_d_secure": null, "transaction_link_id": null, "wallet": null,
            }}),
            Family::SepaDebit => json!({"type": "sepa_debit", "sepa_debit": {
                "bank_code": "19043", "branch_code": "", "country": "AT", "expected_debit_date": null, "fingerprint": "practicepractice",
                "last4": "3201", "mandate": null,
            }}),
            Family::UsBankAccount => json!({"type": "us_bank_account", "us_bank_account": {
                "account_holder_type": "individual", "account_type": "checking", "bank_name": "STRIPE TEST BANK", "expected_debit_date": null,
                "fingerprint": "practicepractice", "last4": "6789", "mandate": null, "payment_reference": null, "routing_number": "110000000",
            }}),
        }
    }
}

impl Account {
    /// A new attempt; a bank debit starts pending, and what is not captured waits.
    pub fn start_charge(&mut self, charge: Charge) -> Key<Charge> {
        let (status, captured, fate) = (charge.status, charge.captured, charge.means.fate);
        let key = self.add(charge);
        match status {
            Status::Succeeded => {
                self.tell("charge.succeeded", key);
                if captured {
                    self.line_soon(key);
                }
            }
            Status::Pending => {
                self.tell("charge.pending", key);
                self.line_soon(key);
                match fate {
                    Fate::Bounces(after) => {
                        let early = self.strikes(self.faults.debit_fails_before_line);
                        self.charges[key].without_line = early;
                        self.agenda.add(self.clock.now().plus_secs(if early { 1 } else { after }), Task::BounceDebit(key));
                    }
                    Fate::Settles(after) => self.agenda.add(self.clock.now().plus_secs(after), Task::SettleDebit(key)),
                    _ => self.agenda.add(self.clock.now(), Task::SettleDebit(key)),
                }
            }
            Status::Failed => self.tell("charge.failed", key),
        }
        key
    }

    /// The line follows after its usual delay, at once, or much later when a fault says so.
    pub fn line_soon(&mut self, key: Key<Charge>) {
        if self.charges[key].means.fate == Fate::AvailableAtOnce {
            self.make_charge_line(key);
            return;
        }
        let late = if self.strikes(self.faults.charge_line_late) { self.entropy.below(3600).try_into().unwrap_or(0) } else { 0 };
        self.agenda.add(self.clock.now().plus_secs(LINE_SECS + late), Task::MakeLine(key));
    }

    /// Moves the balance by the charge and writes its line, once; `charge.updated` tells that the line exists now.
    pub fn make_charge_line(&mut self, key: Key<Charge>) {
        let created = self.now();
        if self.settle_charge(key, created) {
            let previous = json!({"balance_transaction": null});
            self.tell_changed("charge.updated", key, &previous);
        }
    }

    /// What takes money back comes after the charge's own line, unless the fault of late lines is on.
    pub fn line_before_going_back(&mut self, key: Key<Charge>) {
        if self.faults.charge_line_late == 0 {
            self.make_charge_line(key);
        }
    }

    /// The charge reaches the balance at `created`; false when it already had, or never will.
    pub fn settle_charge(&mut self, key: Key<Charge>, created: i64) -> bool {
        let charge = &self.charges[key];
        if charge.line.is_some() || charge.without_line {
            return false;
        }
        let family = charge.means.family;
        let Settled { currency, minor: amount, rate } = self.settled(charge.currency, charge.amount);
        let usable = match charge.means.fate {
            Fate::AvailableAtOnce => created,
            Fate::Settles(after) | Fate::Bounces(after) => available_on(created).max(charge.created + after),
            _ => available_on(created),
        };
        let kind = if family == Family::Card { LineKind::Charge } else { LineKind::Payment };
        let fee = self.charge_fee(currency, amount);
        self.move_balance(currency, amount - fee, usable);
        let source = Source::Charge(key);
        let line = self.write_line(Line { created, available_on: usable, amount, fee, currency, rate, kind, source, reserved: false });
        self.charges[key].line = Some(line);
        true
    }

    /// The bank confirms a debit.
    pub fn settle_debit(&mut self, key: Key<Charge>) {
        self.charges[key].status = Status::Succeeded;
        self.tell("charge.succeeded", key);
        if let Some(intent) = self.charges[key].intent {
            self.intent_paid(intent);
        }
    }

    /// The bank refuses a debit: what had reached the balance goes back by a line of its own, even when the first line is still to come.
    pub fn bounce_debit(&mut self, key: Key<Charge>) {
        let now = self.now();
        self.charges[key].status = Status::Failed;
        let charge = &self.charges[key];
        if !charge.without_line {
            let converted = self.settled(charge.currency, -charge.amount);
            let converted = (converted.minor, converted.currency, converted.rate);
            let (amount, currency, rate) = charge.line.map_or(converted, |line| self.lines.counter_of(line));
            let usable = available_on(charge.created).max(now);
            self.move_balance(currency, amount, usable);
            let (kind, source) = (LineKind::PaymentFailureRefund, Source::Charge(key));
            let line =
                self.write_line(Line { created: now, available_on: usable, amount, fee: 0, currency, rate, kind, source, reserved: false });
            self.charges[key].failure_line = Some(line);
        }
        self.tell("charge.failed", key);
        if let Some(intent) = self.charges[key].intent {
            self.intent_failed(intent);
        }
    }

    fn update_charge(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Charge>(id)?;
        let metadata = form.metadata(&self.charges[key].metadata)?;
        let charge = &mut self.charges[key];
        charge.metadata = metadata;
        charge.description = form.text("description").map(Into::into).or_else(|| charge.description.take());
        self.tell_changed("charge.updated", key, &json!({"metadata": {}}));
        Ok(self.render(key))
    }

    /// The refunds of a charge, newest first.
    pub fn refunds_of(&self, charge: Key<Charge>) -> Vec<Value> {
        let refunds = self.refunds.iter().rev().filter(|(_, refund)| refund.charge == charge);
        refunds.map(|(key, _): (Key<Refund>, _)| self.render(key)).collect()
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("GET", ["charges"]) => {
            let intent = form.text("payment_intent").map(|id| account.find::<Intent>(id));
            let customer = form.text("customer").map(|id| account.find::<Customer>(id));
            let wanted = |row: &Charge| {
                intent.is_none_or(|key| row.intent == key && key.is_some())
                    && customer.is_none_or(|key| row.customer == key && key.is_some())
            };
            list::<Charge>(account, "/v1/charges", form, |_, row| wanted(row))
        }
        ("GET", ["charges", id]) => account.show::<Charge>(id),
        ("POST", ["charges", id]) => account.update_charge(id, form),
        ("GET", ["charges", id, "refunds"]) => {
            account.get::<Charge>(id).map(|key| page(&format!("/v1/charges/{id}/refunds"), account.refunds_of(key), false))
        }
        _ => return None,
    })
}
