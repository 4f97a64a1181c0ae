//! The routes of invoices, invoice items and invoice payments. What an invoice does is in `invoice.rs`.

use serde_json::{Value, json};

use super::account::{Account, code};
use super::customer::Customer;
use super::form::Form;
use super::intent::Intent;
use super::invoice::{Bill, Invoice, InvoiceItem, InvoicePayment, Status};
use super::metadata::Metadata;
use super::reply::{ApiError, Reply, list, whole};
use super::subscription::Subscription;
use super::table::{Key, Row, Table};

impl Row for InvoiceItem {
    const PREFIXES: &'static [&'static str] = &["ii_"];
    const NOUN: &'static str = "invoiceitem";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.invoice_items
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.invoice_items
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        json!({
            "id": account.id(key), "object": "invoiceitem", "amount": self.amount, "currency": code(self.currency),
            "customer": account.id(self.customer), "customer_account": null, "date": self.created, "description": self.description,
            "discountable": true, "discounts": [], "invoice": account.id_or_null(self.invoice), "livemode": false, "metadata": {},
            "net_amount": self.amount, "parent": null, "period": {"end": self.created, "start": self.created}, "pricing": null,
            "proration": false, "quantity": 1, "quantity_decimal": "1", "tax_rates": [], "test_clock": null,
        })
    }
}

impl Row for InvoicePayment {
    const PREFIXES: &'static [&'static str] = &["inpay_"];
    const NOUN: &'static str = "invoice payment";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.invoice_payments
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.invoice_payments
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let bill = &account.invoices[self.invoice].bill;
        json!({
            "id": account.id(key), "object": "invoice_payment", "amount_paid": self.paid_at.map(|_| bill.amount),
            "amount_requested": bill.amount, "created": self.created, "currency": code(bill.currency), "invoice": account.id(self.invoice),
            "is_default": true, "livemode": false, "payment": {"type": "payment_intent", "payment_intent": account.id(self.intent)},
            "status": self.word(), "status_transitions": {"canceled_at": self.canceled_at, "paid_at": self.paid_at},
        })
    }
}

impl Account {
    /// What stands on an invoice: the subscription's period, or the customer's items.
    pub fn invoice_lines(&self, key: Key<Invoice>) -> Value {
        let (invoice, bill) = (self.id(key), &self.invoices[key].bill);
        let (parent, description) = match bill.subscription {
            Some(subscription) => {
                let subscription_id = self.id(subscription);
                let item = self.names.text("si_", subscription.number);
                let details = json!({
                    "invoice_item": null, "proration": false, "proration_details": null, "subscription": subscription_id,
                    "subscription_item": item,
                });
                (
                    json!({"type": "subscription_item_details", "subscription_item_details": details, "invoice_item_details": null}),
                    "1 × gift",
                )
            }
            None => (Value::Null, "Invoice items"),
        };
        let line = json!({
            "id": self.names.text("il_", key.number), "object": "line_item", "amount": bill.amount, "currency": code(bill.currency),
            "description": description, "discount_amounts": [], "discountable": true, "discounts": [], "invoice": invoice,
            "livemode": false, "metadata": {}, "parent": parent, "period": {"start": bill.period.0, "end": bill.period.1},
            "pretax_credit_amounts": [], "pricing": null, "quantity": 1, "quantity_decimal": "1", "subscription": self.id_or_null(bill.subscription),
            "subtotal": bill.amount, "taxes": [],
        });
        whole(&format!("/v1/invoices/{invoice}/lines"), vec![line])
    }

    /// What `expand[]=payments` puts into an invoice.
    pub fn invoice_payments_by_id(&self, id: &str) -> Option<Value> {
        let key = self.find::<Invoice>(id)?;
        let payments = self.invoices[key].payment.into_iter().map(|payment| self.render(payment)).collect();
        Some(whole(&format!("/v1/invoice_payments?invoice={id}"), payments))
    }

    fn create_item(&mut self, form: &Form) -> Reply {
        let customer = self.get::<Customer>(form.required("customer")?)?;
        let amount = form.integer("amount")?.ok_or_else(|| ApiError::missing("amount"))?;
        let currency = form.required("currency")?.parse().map_err(|said: String| ApiError::invalid("currency", said))?;
        let invoice = form.text("invoice").map(|id| self.get::<Invoice>(id)).transpose()?;
        let (created, description) = (self.now(), form.owned("description"));
        let key = self.add(InvoiceItem { created, customer, amount, currency, description, invoice });
        if let Some(invoice) = invoice {
            self.invoices[invoice].bill.amount += amount;
        }
        self.tell("invoiceitem.created", key);
        Ok(self.render(key))
    }

    fn create_invoice(&mut self, form: &Form) -> Reply {
        let customer = self.get::<Customer>(form.required("customer")?)?;
        let include = form.text("pending_invoice_items_behavior") == Some("include");
        let waiting = |item: &InvoiceItem| include && item.customer == customer && item.invoice.is_none();
        let items: Vec<_> = self.invoice_items.iter().filter(|(_, item)| waiting(item)).map(|(key, _)| key).collect();
        let currency = items.first().map(|key| self.invoice_items[*key].currency);
        let currency = match (currency, form.text("currency")) {
            (Some(currency), _) => currency,
            (None, Some(text)) => text.parse().map_err(|said: String| ApiError::invalid("currency", said))?,
            (None, None) => crate::money::Currency::USD,
        };
        let now = self.now();
        let bill = Bill {
            customer,
            subscription: None,
            amount: items.iter().map(|key| self.invoice_items[*key].amount).sum(),
            currency,
            period: (now, now),
            reason: "manual",
            description: form.owned("description"),
        };
        let metadata = form.metadata(&Metadata::default())?;
        let key = self.add_invoice(bill);
        self.invoices[key].metadata = metadata;
        for item in items {
            self.invoice_items[item].invoice = Some(key);
        }
        Ok(self.render(key))
    }

    fn update_invoice(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Invoice>(id)?;
        self.invoices[key].metadata = form.metadata(&self.invoices[key].metadata)?;
        self.tell("invoice.updated", key);
        Ok(self.render(key))
    }

    fn finalize_by_api(&mut self, id: &str) -> Reply {
        let key = self.get::<Invoice>(id)?;
        if self.invoices[key].status != Status::Draft {
            return Err(ApiError::refused("invoice_not_editable", "This invoice is already finalized, you can't re-finalize it."));
        }
        self.finalize_invoice(key);
        Ok(self.render(key))
    }

    fn pay_invoice(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Invoice>(id)?;
        if self.invoices[key].status == Status::Draft {
            self.finalize_invoice(key);
        }
        let payment = self.invoices[key].payment.filter(|_| self.invoices[key].status == Status::Open);
        let payment = payment.ok_or_else(|| ApiError::refused("invoice_not_payable", "Invoice is already paid, or void."))?;
        if form.flag("paid_out_of_band") {
            self.invoice_paid(key);
            return Ok(self.render(key));
        }
        let named = form.text("payment_method").or_else(|| form.text("source")).map(|name| self.method_named(name)).transpose()?;
        let said = "There is no `default_payment_method` set on this Customer or Invoice.";
        let method = named.or_else(|| self.method_of(self.invoices[key].bill.customer));
        let method = method.ok_or_else(|| ApiError::refused("invoice_payment_intent_requires_action", said))?;
        let intent = self.invoice_payments[payment].intent;
        let status = self.confirm_intent(intent, method, false);
        self.confirmed_reply(intent, status)?;
        Ok(self.render(key))
    }

    fn list_invoices(&self, form: &Form) -> Reply {
        let status = form.text("status");
        let customer = form.text("customer").map(|id| self.find::<Customer>(id));
        let subscription = form.text("subscription").map(|id| self.find::<Subscription>(id));
        list::<Invoice>(self, "/v1/invoices", form, |_, row| {
            status.is_none_or(|status| row.status.word() == status)
                && customer.is_none_or(|key| key == Some(row.bill.customer))
                && subscription.is_none_or(|key| key.is_some() && key == row.bill.subscription)
        })
    }

    fn list_invoice_payments(&self, form: &Form) -> Reply {
        let status = form.text("status");
        let invoice = form.text("invoice").map(|id| self.find::<Invoice>(id));
        let intent = form.child("payment").and_then(|payment| payment.text("payment_intent")).map(|id| self.find::<Intent>(id));
        list::<InvoicePayment>(self, "/v1/invoice_payments", form, |_, row| {
            status.is_none_or(|status| row.word() == status)
                && invoice.is_none_or(|key| key == Some(row.invoice))
                && intent.is_none_or(|key| key == Some(row.intent))
        })
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("POST", ["invoiceitems"]) => account.create_item(form),
        ("GET", ["invoiceitems"]) => list::<InvoiceItem>(account, "/v1/invoiceitems", form, |_, _| true),
        ("GET", ["invoiceitems", id]) => account.show::<InvoiceItem>(id),
        ("POST", ["invoices"]) => account.create_invoice(form),
        ("GET", ["invoices"]) => account.list_invoices(form),
        ("GET", ["invoices", id]) => account.show::<Invoice>(id),
        ("POST", ["invoices", id]) => account.update_invoice(id, form),
        ("POST", ["invoices", id, "finalize"]) => account.finalize_by_api(id),
        ("POST", ["invoices", id, "pay"]) => account.pay_invoice(id, form),
        ("POST", ["invoices", id, "void"]) => account.void_invoice(id),
        ("POST", ["invoices", id, "mark_uncollectible"]) => account.give_up_invoice(id),
        ("GET", ["invoice_payments"]) => account.list_invoice_payments(form),
        ("GET", ["invoice_payments", id]) => account.show::<InvoicePayment>(id),
        _ => return None,
    })
}
