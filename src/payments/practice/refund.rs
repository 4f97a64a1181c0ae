//! Refunds: money back to a donor. Most succeed at once; some wait, for the bank or for money; some fail after they had succeeded.

use serde_json::{Value, json};

use super::account::{Account, code};
use super::agenda::Task;
use super::charge::{Charge, Status as ChargeStatus};
use super::conversion::Settled;
use super::form::Form;
use super::intent::Intent;
use super::lines::{Line, LineKind, Source};
use super::metadata::Metadata;
use super::method::{Family, Fate};
use super::reply::{ApiError, Reply, list};
use super::table::{Key, Row, Table};
use crate::money::Currency;

const DAY_SECS: i64 = 86_400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The donor must say where to.
    RequiresAction,
    Pending(PendingReason),
    Succeeded,
    Failed,
    Canceled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PendingReason {
    Processing,
    InsufficientFunds,
}

/// `amount` minor units on their way back.
#[derive(Debug)]
pub struct Refund {
    created: i64,
    pub charge: Key<Charge>,
    amount: i64,
    currency: Currency,
    pub status: Status,
    reason: Option<String>,
    metadata: Metadata,
    pub line: Option<Key<Line>>,
    pub failure_line: Option<Key<Line>>,
    for_payment: bool,
}

impl Row for Refund {
    const PREFIXES: &'static [&'static str] = &["re_", "pyr_"];
    const NOUN: &'static str = "refund";

    fn prefix(&self) -> &'static str {
        if self.for_payment { "pyr_" } else { "re_" }
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.refunds
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.refunds
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let charge = &account.charges[self.charge];
        let family = charge.means.family.word();
        let mut refund = json!({
            "id": account.id(key), "object": "refund", "amount": self.amount, "balance_transaction": account.id_or_null(self.line),
            "charge": account.id(self.charge), "created": self.created, "currency": code(self.currency),
            "destination_details": {"type": family, family: {}}, "metadata": self.metadata.render(),
            "payment_intent": account.id_or_null(charge.intent), "reason": self.reason, "receipt_number": null,
            "source_transfer_reversal": null, "transfer_reversal": null,
            "status": match self.status {
                Status::RequiresAction => "requires_action",
                Status::Pending(_) => "pending",
                Status::Succeeded => "succeeded",
                Status::Failed => "failed",
                Status::Canceled => "canceled",
            },
        });
        if let Status::Pending(reason) = self.status {
            refund["pending_reason"] = match reason {
                PendingReason::Processing => "processing",
                PendingReason::InsufficientFunds => "insufficient_funds",
            }
            .into();
        }
        if self.status == Status::Failed {
            refund["failure_reason"] = "lost_or_stolen_card".into();
            refund["failure_balance_transaction"] = account.id_or_null(self.failure_line);
        }
        refund
    }
}

impl Account {
    /// Gives `amount` of a charge back.
    ///
    /// # Errors
    /// As Stripe's: nothing left to refund, more than is left, in dispute, or never paid.
    pub fn refund_charge(&mut self, key: Key<Charge>, amount: Option<i64>, more: RefundMore) -> Result<Key<Refund>, ApiError> {
        let charge = &self.charges[key];
        let (id, left) = (self.id(key), charge.amount - charge.refunded);
        let amount = amount.unwrap_or(left);
        if charge.status != ChargeStatus::Succeeded || !charge.captured {
            return Err(ApiError::refused("charge_not_refundable", format!("Charge {id} has not been paid.")));
        }
        if charge.disputed {
            return Err(ApiError::refused("charge_disputed", format!("Charge {id} has been charged back; cannot issue a refund.")));
        }
        if left == 0 {
            return Err(ApiError::refused("charge_already_refunded", format!("Charge {id} has already been refunded.")));
        }
        if amount <= 0 || amount > left {
            let said = format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
            return Err(ApiError::invalid("amount", said));
        }
        let (currency, fate, for_payment) = (charge.currency, charge.means.fate, charge.means.family != Family::Card);
        self.line_before_going_back(key);
        let slow = fate == Fate::RefundPends || for_payment || self.strikes(self.faults.refund_pends);
        let to_come = if self.charges[key].line.is_none() { amount } else { 0 };
        let enough = self.can_pay_back(currency, amount, to_come);
        let status = match (self.strikes(self.faults.refund_asks), slow, enough) {
            (true, _, _) => Status::RequiresAction,
            (_, _, false) => Status::Pending(PendingReason::InsufficientFunds),
            (_, true, true) => Status::Pending(PendingReason::Processing),
            (_, false, true) => Status::Succeeded,
        };
        let created = self.now();
        let RefundMore { reason, metadata } = more;
        let refund =
            Refund { created, charge: key, amount, currency, status, reason, metadata, line: None, failure_line: None, for_payment };
        let refund = self.add(refund);
        self.charges[key].refunded += amount;
        match status {
            Status::Succeeded => self.refund_leaves(refund),
            Status::Pending(PendingReason::Processing) => self.agenda.add(self.clock.now().plus_secs(DAY_SECS), Task::FinishRefund(refund)),
            _ => {}
        }
        self.tell("refund.created", refund);
        self.tell("charge.refunded", key);
        Ok(refund)
    }

    /// Whether the balance, with what a line to come will bring, holds so much in the currency it settles in.
    fn can_pay_back(&self, currency: Currency, amount: i64, to_come: i64) -> bool {
        let (wanted, to_come) = (self.settled(currency, amount), self.settled(currency, to_come));
        self.balance.total(wanted.currency) + to_come.minor >= wanted.minor
    }

    /// The donor said where to.
    pub fn answer_refund(&mut self, key: Key<Refund>) {
        if self.refunds[key].status == Status::RequiresAction {
            self.refund_leaves(key);
            self.tell_of_refund("refund.updated", key);
        }
    }

    /// Given up before the money left.
    ///
    /// # Errors
    /// As Stripe's: only a refund that asks can be cancelled.
    pub fn cancel_refund(&mut self, key: Key<Refund>) -> Result<(), ApiError> {
        let refund = &mut self.refunds[key];
        if refund.status != Status::RequiresAction {
            return Err(ApiError::invalid("id", "Only refunds with a status of requires_action can be canceled."));
        }
        refund.status = Status::Canceled;
        let (charge, amount) = (refund.charge, refund.amount);
        self.charges[charge].refunded -= amount;
        self.tell_of_refund("refund.updated", key);
        Ok(())
    }

    fn cancel_by_api(&mut self, id: &str) -> Reply {
        let key = self.get::<Refund>(id)?;
        self.cancel_refund(key)?;
        Ok(self.render(key))
    }

    /// The money leaves the balance: the line, and perhaps a failure to come.
    fn refund_leaves(&mut self, key: Key<Refund>) {
        let refund = &self.refunds[key];
        let fate = self.charges[refund.charge].means.fate;
        let Settled { currency, minor: amount, rate } = self.settled(refund.currency, -refund.amount);
        let kind = if refund.for_payment { LineKind::PaymentRefund } else { LineKind::Refund };
        let now = self.now();
        self.move_balance(currency, amount, now);
        let source = Source::Refund(key);
        let line = self.write_line(Line { created: now, available_on: now, amount, fee: 0, currency, rate, kind, source, reserved: false });
        self.refunds[key].line = Some(line);
        self.refunds[key].status = Status::Succeeded;
        if fate == Fate::RefundFails || self.strikes(self.faults.refund_fails_after_success) {
            self.agenda.add(self.clock.now().plus_secs(3 * DAY_SECS), Task::FailRefund(key));
        }
    }

    /// A pending refund goes through.
    pub fn finish_refund(&mut self, key: Key<Refund>) {
        if matches!(self.refunds[key].status, Status::Pending(_)) {
            self.refund_leaves(key);
            self.tell_of_refund("refund.updated", key);
        }
    }

    /// A refund comes back: its money returns by a line of its own, if it had left.
    pub fn fail_refund(&mut self, key: Key<Refund>) {
        let refund = &self.refunds[key];
        if matches!(refund.status, Status::Failed | Status::Canceled) {
            return;
        }
        let (amount, charge) = (refund.amount, refund.charge);
        if let Some(left) = refund.line {
            let now = self.now();
            // What left comes back, whatever the rate is now.
            let (amount, currency, rate) = self.lines.counter_of(left);
            self.move_balance(currency, amount, now);
            let (kind, source) = (LineKind::RefundFailure, Source::Refund(key));
            let line =
                self.write_line(Line { created: now, available_on: now, amount, fee: 0, currency, rate, kind, source, reserved: false });
            self.refunds[key].failure_line = Some(line);
        }
        self.refunds[key].status = Status::Failed;
        self.charges[charge].refunded -= amount;
        self.tell_of_refund("refund.failed", key);
    }

    /// Refunds that waited for money, oldest first, as far as it reaches.
    pub fn try_waiting_refunds(&mut self) {
        let waiting = Status::Pending(PendingReason::InsufficientFunds);
        let keys: Vec<_> = self.refunds.iter().filter(|(_, refund)| refund.status == waiting).map(|(key, _)| key).collect();
        for key in keys {
            if self.can_pay_back(self.refunds[key].currency, self.refunds[key].amount, 0) {
                self.finish_refund(key);
            }
        }
    }

    /// The same change comes under several names.
    fn tell_of_refund(&mut self, kind: &'static str, key: Key<Refund>) {
        if kind != "refund.updated" {
            self.tell("refund.updated", key);
        }
        self.tell(kind, key);
        self.tell("charge.refund.updated", key);
    }

    fn create_refund(&mut self, form: &Form) -> Reply {
        let charge = match (form.text("charge"), form.text("payment_intent")) {
            (Some(id), _) => self.get::<Charge>(id)?,
            (None, Some(id)) => {
                let intent = self.get::<Intent>(id)?;
                let never =
                    || ApiError::refused("charge_not_refundable", "This PaymentIntent does not have a successful charge to refund.");
                self.intents[intent].latest_charge.ok_or_else(never)?
            }
            (None, None) => return Err(ApiError::missing("charge")),
        };
        let more = RefundMore { reason: form.owned("reason"), metadata: form.metadata(&Metadata::default())? };
        let key = self.refund_charge(charge, form.integer("amount")?, more)?;
        Ok(self.render(key))
    }

    fn update_refund(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Refund>(id)?;
        self.refunds[key].metadata = form.metadata(&self.refunds[key].metadata)?;
        self.tell_of_refund("refund.updated", key);
        Ok(self.render(key))
    }

    fn list_refunds(&self, form: &Form) -> Reply {
        let charge = form.text("charge").map(|id| self.get::<Charge>(id)).transpose()?;
        let intent = form.text("payment_intent").map(|id| self.get::<Intent>(id)).transpose()?;
        list::<Refund>(self, "/v1/refunds", form, |_, row| {
            charge.is_none_or(|key| row.charge == key) && intent.is_none_or(|key| self.charges[row.charge].intent == Some(key))
        })
    }
}

/// What a refund may carry along.
#[derive(Debug, Default)]
pub struct RefundMore {
    pub reason: Option<String>,
    pub metadata: Metadata,
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("POST", ["refunds"]) => account.create_refund(form),
        ("GET", ["refunds"]) => account.list_refunds(form),
        ("GET", ["refunds", id]) => account.show::<Refund>(id),
        ("POST", ["refunds", id, "cancel"]) => account.cancel_by_api(id),
        ("POST", ["refunds", id]) => account.update_refund(id, form),
        _ => return None,
    })
}
