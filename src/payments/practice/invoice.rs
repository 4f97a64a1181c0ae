//! Invoices, their items, and invoice payments: the row that joins an invoice to the payment intent that pays it.

use serde_json::{Value, json};

use super::account::{Account, code};
use super::agenda::Task;
use super::customer::Customer;
use super::intent::Intent;
use super::metadata::Metadata;
use super::reply::{ApiError, Reply, joined, with_nulls};
use super::subscription::{Status as SubscriptionStatus, Subscription};
use super::table::{Key, Row, Table};
use crate::money::Currency;

const DAY_SECS: i64 = 86_400;
/// After so many failed attempts Stripe gives a subscription up.
const MOST_ATTEMPTS: u32 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Draft,
    Open,
    Paid,
    Void,
    Uncollectible,
}

impl Status {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
        }
    }
}

/// What an invoice is for, before it is one.
#[derive(Debug)]
pub struct Bill {
    pub customer: Key<Customer>,
    pub subscription: Option<Key<Subscription>>,
    pub amount: i64,
    pub currency: Currency,
    pub period: (i64, i64),
    pub reason: &'static str,
    pub description: Option<String>,
}

/// A bill with a state.
#[derive(Debug)]
pub struct Invoice {
    pub created: i64,
    pub status: Status,
    pub bill: Bill,
    pub metadata: Metadata,
    attempts: u32,
    next_attempt: Option<i64>,
    finalized_at: Option<i64>,
    paid_at: Option<i64>,
    voided_at: Option<i64>,
    pub payment: Option<Key<InvoicePayment>>,
}

/// Something to put on a customer's next invoice.
#[derive(Debug)]
pub struct InvoiceItem {
    pub created: i64,
    pub customer: Key<Customer>,
    pub amount: i64,
    pub currency: Currency,
    pub description: Option<String>,
    pub invoice: Option<Key<Invoice>>,
}

/// Joins an invoice to the intent that pays it.
#[derive(Debug)]
pub struct InvoicePayment {
    pub created: i64,
    pub invoice: Key<Invoice>,
    pub intent: Key<Intent>,
    pub paid_at: Option<i64>,
    pub canceled_at: Option<i64>,
}

impl InvoicePayment {
    pub const fn word(&self) -> &'static str {
        match (self.paid_at, self.canceled_at) {
            (Some(_), _) => "paid",
            (None, Some(_)) => "canceled",
            (None, None) => "open",
        }
    }
}

/// What is the same on every invoice, and the sums that follow from its amount.
fn sums(amount: i64, paid: i64) -> Value {
    json!({
        "account_country": "US", "account_name": "Practice", "amount_due": amount, "amount_overpaid": 0, "amount_paid": paid,
        "amount_remaining": amount - paid, "amount_shipping": 0, "collection_method": "charge_automatically", "customer_tax_exempt": "none",
        "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null},
        "customer_tax_ids": [], "default_tax_rates": [], "discounts": [], "ending_balance": 0, "issuer": {"type": "self"},
        "livemode": false, "payment_settings": {"default_mandate": null, "payment_method_options": null, "payment_method_types": null},
        "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0, "starting_balance": 0, "subtotal": amount,
        "subtotal_excluding_tax": amount, "total": amount, "total_discount_amounts": [], "total_excluding_tax": amount,
        "total_pretax_credit_amounts": [], "total_taxes": [],
    })
}

impl Row for Invoice {
    const PREFIXES: &'static [&'static str] = &["in_"];
    const NOUN: &'static str = "invoice";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.invoices
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.invoices
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let (id, bill) = (account.id(key), &self.bill);
        let paid = if self.status == Status::Paid { bill.amount } else { 0 };
        let email = &account.customers[bill.customer].email;
        let own = with_nulls(
            json!({
                "id": id, "object": "invoice", "attempt_count": self.attempts, "attempted": self.attempts > 0,
                "auto_advance": self.status == Status::Open, "billing_reason": bill.reason, "created": self.created,
                "currency": code(bill.currency), "customer": account.id(bill.customer), "customer_email": email,
                "description": bill.description, "effective_at": self.finalized_at,
                "hosted_invoice_url": format!("https://pay.example.com/invoices/{id}"),
                "lines": account.invoice_lines(key), "metadata": self.metadata.render(),
                "next_payment_attempt": self.next_attempt, "number": format!("PRACTICE-{:04}", key.number + 1),
                "parent": account.invoice_parent(bill), "period_end": bill.period.1, "period_start": bill.period.0,
                "status": self.status.word(),
                "status_transitions": {
                    "finalized_at": self.finalized_at, "marked_uncollectible_at": null, "paid_at": self.paid_at, "voided_at": self.voided_at,
                },
                "webhooks_delivered_at": self.finalized_at,
            }),
            "account_tax_ids application automatically_finalizes_at custom_fields customer_account customer_address customer_name \
             customer_phone customer_shipping default_payment_method default_source due_date footer from_invoice invoice_pdf \
             last_finalization_error latest_revision on_behalf_of receipt_number rendering shipping_cost shipping_details \
             statement_descriptor test_clock",
        );
        joined(own, sums(bill.amount, paid))
    }
}

impl Account {
    fn invoice_parent(&self, bill: &Bill) -> Value {
        bill.subscription.map_or(Value::Null, |subscription| {
            let metadata = self.subscriptions[subscription].metadata.render();
            let details = json!({"metadata": metadata, "subscription": self.id(subscription)});
            json!({"type": "subscription_details", "quote_details": null, "subscription_details": details})
        })
    }

    /// A new draft.
    pub fn add_invoice(&mut self, bill: Bill) -> Key<Invoice> {
        let invoice = Invoice {
            created: self.now(),
            status: Status::Draft,
            bill,
            metadata: Metadata::default(),
            attempts: 0,
            next_attempt: None,
            finalized_at: None,
            paid_at: None,
            voided_at: None,
            payment: None,
        };
        let key = self.add(invoice);
        self.tell("invoice.created", key);
        key
    }

    /// The draft is open now, with an intent that would pay it.
    pub fn finalize_invoice(&mut self, key: Key<Invoice>) -> Key<Intent> {
        let now = self.now();
        let bill = &self.invoices[key].bill;
        let mut intent = Intent::new(now, bill.amount, bill.currency);
        intent.customer = Some(bill.customer);
        intent.invoice = Some(key);
        intent.description = Some(if bill.subscription.is_some() { "Subscription creation" } else { "Payment for Invoice" }.to_owned());
        let intent = self.add_intent(intent);
        let payment = self.add(InvoicePayment { created: now, invoice: key, intent, paid_at: None, canceled_at: None });
        let invoice = &mut self.invoices[key];
        invoice.status = Status::Open;
        invoice.finalized_at = Some(now);
        invoice.payment = Some(payment);
        self.tell("invoice.finalized", key);
        intent
    }

    /// Its intent succeeded. `invoice.paid` has an older twin, and the join tells of itself.
    pub fn invoice_paid(&mut self, key: Key<Invoice>) {
        let now = self.now();
        let invoice = &mut self.invoices[key];
        invoice.status = Status::Paid;
        invoice.paid_at = Some(now);
        invoice.next_attempt = None;
        invoice.attempts += 1;
        let (subscription, payment) = (invoice.bill.subscription, invoice.payment);
        if let Some(payment) = payment {
            self.invoice_payments[payment].paid_at = Some(now);
            self.tell("invoice_payment.paid", payment);
        }
        self.tell("invoice.paid", key);
        self.tell("invoice.payment_succeeded", key);
        if let Some(subscription) = subscription {
            self.set_subscription_status(subscription, SubscriptionStatus::Active);
        }
    }

    /// Its intent failed: tried again three days later, up to four times, and then the subscription ends.
    pub fn invoice_failed(&mut self, key: Key<Invoice>) {
        let invoice = &mut self.invoices[key];
        invoice.attempts += 1;
        let (attempts, subscription) = (invoice.attempts, invoice.bill.subscription);
        let cycle = invoice.bill.reason == "subscription_cycle";
        let again = (cycle && attempts < MOST_ATTEMPTS).then(|| self.clock.now().plus_secs(3 * DAY_SECS));
        self.invoices[key].next_attempt = again.map(crate::clock::Instant::unix_secs);
        self.tell("invoice.payment_failed", key);
        if let Some(due) = again {
            self.agenda.add(due, Task::RetryInvoice(key));
        }
        if let Some(subscription) = subscription.filter(|_| cycle) {
            self.set_subscription_status(subscription, SubscriptionStatus::PastDue);
            if again.is_none() {
                self.cancel_subscription(subscription);
            }
        }
    }

    /// Another attempt, unless the subscription ended meanwhile: then Stripe stops collecting.
    pub fn retry_invoice(&mut self, key: Key<Invoice>) {
        let invoice = &self.invoices[key];
        let Some(subscription) = invoice.bill.subscription.filter(|_| invoice.status == Status::Open) else { return };
        let subscription = &self.subscriptions[subscription];
        if subscription.status == SubscriptionStatus::Canceled || self.strikes(self.faults.renewal_declined) {
            if subscription.status != SubscriptionStatus::Canceled {
                self.invoice_failed(key);
            }
            return;
        }
        if let (Some(method), Some(payment)) = (subscription.method, invoice.payment) {
            self.confirm_intent(self.invoice_payments[payment].intent, method, true);
        }
    }

    /// Nothing is owed any more.
    pub fn void_invoice(&mut self, id: &str) -> Reply {
        let key = self.get::<Invoice>(id)?;
        if !matches!(self.invoices[key].status, Status::Open | Status::Uncollectible) {
            return Err(ApiError::refused("invoice_not_editable", "You can only void an open or uncollectible invoice."));
        }
        let now = self.now();
        let invoice = &mut self.invoices[key];
        invoice.status = Status::Void;
        invoice.voided_at = Some(now);
        invoice.next_attempt = None;
        if let Some(payment) = invoice.payment {
            self.invoice_payments[payment].canceled_at = Some(now);
        }
        self.tell("invoice.voided", key);
        Ok(self.render(key))
    }

    /// Given up, though it could still be paid.
    pub fn give_up_invoice(&mut self, id: &str) -> Reply {
        let key = self.get::<Invoice>(id)?;
        if self.invoices[key].status != Status::Open {
            return Err(ApiError::refused("invoice_not_editable", "You can only mark an open invoice as uncollectible."));
        }
        self.invoices[key].status = Status::Uncollectible;
        self.invoices[key].next_attempt = None;
        self.tell("invoice.marked_uncollectible", key);
        Ok(self.render(key))
    }
}
