//! The state of an object at Stripe that is not money: read from any version, kept as the last word Stripe said. Not here: what follows from it.

use crate::clock::Instant;
use crate::money::Currency;
use crate::{record, words};

use super::checkout::{UnreadSession, amount};
use super::json::{Object, References};

words! {
    /// The objects whose state is kept.
    pub enum ObjectKind {
        /// Money on its way back to a donor.
        Refund = "refund",
        /// A donor's bank asks for the money.
        Dispute = "dispute",
        /// Money on its way to our bank.
        Payout = "payout",
        /// A recurring gift.
        Subscription = "subscription",
        /// One turn of a recurring gift.
        Invoice = "invoice",
        /// The join of a payment and an invoice.
        InvoicePayment = "invoice_payment",
        /// A card network warns before the dispute.
        FraudWarning = "radar.early_fraud_warning",
        /// Stripe asks a person to look.
        Review = "review",
        /// A payment, with its attempts.
        Intent = "payment_intent",
        /// A donor's record at Stripe; its recurring gifts are what counts.
        Customer = "customer",
        /// Our own account.
        Account = "account",
    }
}

record! {
    /// What one object says now.
    pub struct ObjectState {
        /// `re_…`, `dp_…`, `po_…`, `sub_…`, `in_…`, …
        pub id: String,
        /// What it is.
        pub object: ObjectKind,
        /// Its status in Stripe's own word; `unknown` where old versions have none.
        pub status: String,
        /// Why: a failure code, a dispute's reason, a payout's reconciliation, `cancel_at_period_end`.
        pub reason: Option<String>,
        /// The charge it is about.
        pub charge_id: Option<String>,
        /// The payment it is about.
        pub payment_intent: Option<String>,
        /// An invoice's subscription, an invoice payment's invoice, a subscription's customer, a failed refund's counter-line.
        pub parent_id: Option<String>,
        /// `metadata.fund`, its own or its subscription's.
        pub fund_ref: Option<String>,
        /// `metadata.donation`, its own or its subscription's.
        pub donation_ref: Option<String>,
        /// Its amount in minor units of `currency`.
        pub amount_minor: Option<i64>,
        /// The currency of the amount.
        pub currency: Option<Currency>,
        /// What comes next, in unix seconds: evidence due, arrival, next charge, next attempt.
        pub due_at: Option<i64>,
        /// When Stripe said so, in unix seconds by its clock where a notice tells it.
        pub told_at: i64,
        /// When it was stored.
        pub updated_at: Instant,
    }
}

impl ObjectState {
    /// Reads an object of the kind, of any version.
    ///
    /// # Errors
    /// When it has no id, an amount is no whole number, or its currency is unknown.
    pub fn read(kind: ObjectKind, object: &Object<'_>, told_at: i64, now: Instant) -> Result<Self, UnreadSession> {
        let mut state = Self {
            id: object.need_word("id")?,
            object: kind,
            status: object.word("status").unwrap_or_else(|| "unknown".to_owned()),
            reason: None,
            charge_id: object.id_in("charge"),
            payment_intent: object.id_in("payment_intent"),
            parent_id: None,
            fund_ref: None,
            donation_ref: None,
            amount_minor: None,
            currency: None,
            due_at: None,
            told_at,
            updated_at: now,
        };
        match kind {
            ObjectKind::Refund => state.read_refund(object)?,
            ObjectKind::Dispute => state.read_dispute(object)?,
            ObjectKind::Payout => state.read_payout(object)?,
            ObjectKind::Subscription => state.read_subscription(object)?,
            ObjectKind::Invoice => state.read_invoice(object)?,
            ObjectKind::InvoicePayment => state.read_invoice_payment(object)?,
            ObjectKind::FraudWarning => {
                state.status = String::from(if object.bool("actionable")? == Some(false) { "settled" } else { "actionable" });
                state.reason = object.word("fraud_type");
            }
            ObjectKind::Review => {
                state.status = String::from(if object.bool("open")? == Some(false) { "closed" } else { "open" });
                state.reason = object.word("closed_reason").or_else(|| object.word("reason"));
            }
            ObjectKind::Intent => {
                state.keep_amount(object, "amount")?;
                state.refer(object.references());
                state.charge_id = object.id_in("latest_charge");
                state.payment_intent = Some(state.id.clone());
            }
            ObjectKind::Customer => state.status = String::from(if object.bool("deleted")? == Some(true) { "deleted" } else { "active" }),
            ObjectKind::Account => state.read_account(object)?,
        }
        Ok(state)
    }

    fn read_refund(&mut self, refund: &Object<'_>) -> Result<(), UnreadSession> {
        self.reason = refund.word("failure_reason").or_else(|| refund.word("pending_reason"));
        self.parent_id = refund.id_in("failure_balance_transaction");
        self.keep_amount(refund, "amount")
    }

    fn read_dispute(&mut self, dispute: &Object<'_>) -> Result<(), UnreadSession> {
        self.reason = dispute.word("reason");
        self.due_at = dispute.object("evidence_details").map(|details| details.int("due_by")).transpose()?.flatten();
        self.keep_amount(dispute, "amount")
    }

    fn read_payout(&mut self, payout: &Object<'_>) -> Result<(), UnreadSession> {
        self.reason = payout.word("failure_code").or_else(|| payout.word("reconciliation_status"));
        self.due_at = payout.int("arrival_date")?;
        self.keep_amount(payout, "amount")
    }

    /// Until 2025-03-31 the period stood on the subscription, since then it stands on its items.
    fn read_subscription(&mut self, subscription: &Object<'_>) -> Result<(), UnreadSession> {
        let item = subscription.object("items").and_then(|items| items.first_of("data"));
        let period_end = item.as_ref().map(|item| item.int("current_period_end")).transpose()?.flatten();
        self.due_at = period_end.or(subscription.int("current_period_end")?);
        self.reason = (subscription.bool("cancel_at_period_end")? == Some(true)).then(|| "cancel_at_period_end".to_owned());
        self.parent_id = subscription.id_in("customer");
        self.refer(subscription.references());
        let price = item.as_ref().and_then(|item| item.object("price"));
        let plan = subscription.object("plan");
        match (price, plan) {
            (Some(price), _) => self.keep_amount(&price, "unit_amount"),
            (None, Some(plan)) => self.keep_amount(&plan, "amount"),
            (None, None) => Ok(()),
        }
    }

    fn read_invoice(&mut self, invoice: &Object<'_>) -> Result<(), UnreadSession> {
        if !invoice.has("status") {
            // Before 2018-11-08 an invoice told only whether it was paid.
            self.status = String::from(if invoice.bool("paid")? == Some(true) { "paid" } else { "open" });
        }
        let (subscription, references) = subscription_of(invoice);
        self.parent_id = subscription;
        self.refer(references);
        self.due_at = invoice.int("next_payment_attempt")?;
        self.keep_amount(invoice, "amount_due")
    }

    fn read_invoice_payment(&mut self, payment: &Object<'_>) -> Result<(), UnreadSession> {
        if let Some(paid_by) = payment.object("payment") {
            self.payment_intent = paid_by.id_in("payment_intent");
            self.charge_id = paid_by.id_in("charge");
        }
        self.parent_id = payment.id_in("invoice");
        if let Some(invoice) = payment.object("invoice") {
            self.refer(subscription_of(&invoice).1);
        }
        self.keep_amount(payment, "amount_paid")
    }

    fn read_account(&mut self, account: &Object<'_>) -> Result<(), UnreadSession> {
        let stopped = |name| Ok::<_, UnreadSession>(account.bool(name)? == Some(false));
        let stopped = (stopped("charges_enabled")?, stopped("payouts_enabled")?);
        self.status = String::from(if stopped == (false, false) { "enabled" } else { "restricted" });
        self.reason = match stopped {
            (true, true) => Some("charges_and_payouts_disabled".to_owned()),
            (true, false) => Some("charges_disabled".to_owned()),
            (false, true) => Some("payouts_disabled".to_owned()),
            (false, false) => None,
        };
        Ok(())
    }

    fn keep_amount(&mut self, object: &Object<'_>, name: &str) -> Result<(), UnreadSession> {
        (self.amount_minor, self.currency) = amount(object, name)?.map(|money| (money.minor, money.currency)).unzip();
        Ok(())
    }

    fn refer(&mut self, references: References) {
        (self.fund_ref, self.donation_ref) = (references.fund, references.donation);
    }

    /// The references as a pair.
    pub fn references(&self) -> References {
        References { fund: self.fund_ref.clone(), donation: self.donation_ref.clone() }
    }
}

/// The subscription an invoice is a turn of, and our references on it: `parent.subscription_details` since basil, fields of the invoice before.
pub fn subscription_of(invoice: &Object<'_>) -> (Option<String>, References) {
    let details = invoice.object("parent").and_then(|parent| parent.object("subscription_details"));
    let details = details.or_else(|| invoice.object("subscription_details"));
    let subscription = details.as_ref().and_then(|details| details.id_in("subscription")).or_else(|| invoice.id_in("subscription"));
    (subscription, details.map(|details| details.references()).unwrap_or_default())
}
