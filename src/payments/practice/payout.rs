//! Payouts: from the balance to the bank, or from the bank when the balance is below zero. “Paid” is a promise that may still break.

use serde_json::{Value, json};

use super::account::{Account, code};
use super::agenda::Task;
use super::form::Form;
use super::lines::{Line, LineKind, Source};
use super::metadata::Metadata;
use super::reply::{ApiError, Reply, list, with_nulls};
use super::table::{Key, Row, Table};
use crate::money::Currency;

const DAY_SECS: i64 = 86_400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Pending,
    InTransit,
    Paid,
    Failed,
    Canceled,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InTransit => "in_transit",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }
}

/// `amount` minor units on their way to the bank; negative when Stripe debits it.
#[derive(Debug)]
pub struct Payout {
    created: i64,
    arrival_on: i64,
    amount: i64,
    currency: Currency,
    pub status: Status,
    automatic: bool,
    description: Option<String>,
    metadata: Metadata,
    pub line: Option<Key<Line>>,
    pub failure_line: Option<Key<Line>>,
    /// What an automatic payout consists of, with its own line.
    pub lines_paid_out: Vec<Key<Line>>,
}

impl Row for Payout {
    const PREFIXES: &'static [&'static str] = &["po_"];
    const NOUN: &'static str = "payout";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.payouts
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.payouts
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let failed = self.status == Status::Failed;
        let reconciliation = match (self.automatic, self.status) {
            (false, _) => "not_applicable",
            (true, Status::Pending) => "in_progress",
            (true, _) => "completed",
        };
        with_nulls(
            json!({
                "id": account.id(key), "object": "payout", "amount": self.amount, "arrival_date": self.arrival_on,
                "automatic": self.automatic, "balance_transaction": account.id_or_null(self.line), "created": self.created,
                "currency": code(self.currency), "description": self.description, "destination": account.names.text("ba_", 0),
                "failure_balance_transaction": account.id_or_null(self.failure_line),
                "failure_code": if failed { "account_closed".into() } else { Value::Null },
                "failure_message": if failed { "The bank account has been closed.".into() } else { Value::Null }, "livemode": false,
                "metadata": self.metadata.render(), "method": "standard", "reconciliation_status": reconciliation, "source_type": "card",
                "status": self.status.word(), "type": "bank_account",
            }),
            "application_fee application_fee_amount original_payout payout_method reversed_by statement_descriptor trace_id",
        )
    }
}

impl Account {
    /// Pays out all that is available, as the daily schedule does; None when there is nothing. Below zero, the bank is debited.
    pub fn pay_out_all(&mut self, currency: Currency) -> Option<Key<Payout>> {
        self.mature();
        let lines = self.take_unpaid(currency);
        let amount = self.net_of(&lines);
        if amount == 0 {
            return None;
        }
        Some(self.start_payout(amount, currency, Some(lines), Some("STRIPE PAYOUT".to_owned()), Metadata::default()))
    }

    /// Every currency's payout of the day, and the next day's.
    pub fn pay_out_daily(&mut self) {
        for currency in self.balance.currencies() {
            self.pay_out_all(currency);
        }
        self.agenda.add(self.clock.now().plus_secs(DAY_SECS), Task::PayOutDaily);
    }

    fn start_payout(
        &mut self,
        amount: i64,
        currency: Currency,
        lines: Option<Vec<Key<Line>>>,
        description: Option<String>,
        metadata: Metadata,
    ) -> Key<Payout> {
        let now = self.now();
        let (automatic, arrival_on) = (lines.is_some(), now + 2 * DAY_SECS);
        let lines_paid_out = lines.unwrap_or_default();
        let (line, failure_line, status) = (None, None, Status::Pending);
        let payout = Payout {
            created: now,
            arrival_on,
            amount,
            currency,
            status,
            automatic,
            description,
            metadata,
            line,
            failure_line,
            lines_paid_out,
        };
        let key = self.add(payout);
        let line = self.move_payout(key, LineKind::Payout, -amount);
        self.payouts[key].line = Some(line);
        if automatic {
            self.leave_out_of_payouts(line);
            self.payouts[key].lines_paid_out.push(line);
        }
        self.agenda.add(self.clock.now().plus_secs(DAY_SECS), Task::StepPayout(key));
        self.tell("payout.created", key);
        key
    }

    fn move_payout(&mut self, key: Key<Payout>, kind: LineKind, amount: i64) -> Key<Line> {
        let (now, currency) = (self.now(), self.payouts[key].currency);
        self.move_balance(currency, amount, now);
        let source = Source::Payout(key);
        self.write_line(Line { created: now, available_on: now, amount, fee: 0, currency, rate: None, kind, source, reserved: false })
    }

    /// Pending → in transit → paid, a day each.
    pub fn step_payout(&mut self, key: Key<Payout>) {
        match self.payouts[key].status {
            Status::Pending => {
                self.payouts[key].status = Status::InTransit;
                self.tell("payout.updated", key);
                if self.payouts[key].automatic {
                    self.tell("payout.reconciliation_completed", key);
                }
                self.agenda.add(self.clock.now().plus_secs(DAY_SECS), Task::StepPayout(key));
            }
            Status::InTransit => {
                self.payouts[key].status = Status::Paid;
                self.tell("payout.paid", key);
                if self.strikes(self.faults.payout_fails_after_paid) {
                    self.agenda.add(self.clock.now().plus_secs(2 * DAY_SECS), Task::FailPayout(key));
                }
            }
            Status::Paid | Status::Failed | Status::Canceled => {}
        }
    }

    /// The bank sends it back, also after it was paid: the money returns to the balance.
    pub fn fail_payout(&mut self, key: Key<Payout>) {
        if !matches!(self.payouts[key].status, Status::Failed | Status::Canceled) {
            self.payouts[key].status = Status::Failed;
            let amount = self.payouts[key].amount;
            let line = self.move_payout(key, LineKind::PayoutFailure, amount);
            self.payouts[key].failure_line = Some(line);
            self.tell("payout.failed", key);
        }
    }

    fn cancel_payout(&mut self, id: &str) -> Reply {
        let key = self.get::<Payout>(id)?;
        if self.payouts[key].status != Status::Pending {
            return Err(ApiError::refused("payout_not_cancelable", "Payouts can only be canceled while they are pending."));
        }
        self.payouts[key].status = Status::Canceled;
        let amount = self.payouts[key].amount;
        let line = self.move_payout(key, LineKind::PayoutCancel, amount);
        self.payouts[key].failure_line = Some(line);
        self.tell("payout.canceled", key);
        Ok(self.render(key))
    }

    fn create_payout(&mut self, form: &Form) -> Reply {
        let amount = form.integer("amount")?.filter(|amount| *amount > 0).ok_or_else(|| ApiError::missing("amount"))?;
        let currency: Currency = form.required("currency")?.parse().map_err(|said: String| ApiError::invalid("currency", said))?;
        self.mature();
        if amount > self.balance.available(currency) {
            let said = "You have insufficient funds in your Stripe account for this payout.";
            return Err(ApiError::refused("balance_insufficient", said));
        }
        let metadata = form.metadata(&Metadata::default())?;
        let key = self.start_payout(amount, currency, None, form.owned("description"), metadata);
        Ok(self.render(key))
    }

    fn update_payout(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Payout>(id)?;
        self.payouts[key].metadata = form.metadata(&self.payouts[key].metadata)?;
        self.tell("payout.updated", key);
        Ok(self.render(key))
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("POST", ["payouts"]) => account.create_payout(form),
        ("GET", ["payouts"]) => {
            let status = form.text("status");
            list::<Payout>(account, "/v1/payouts", form, |_, row| status.is_none_or(|status| row.status.word() == status))
        }
        ("GET", ["payouts", id]) => account.show::<Payout>(id),
        ("POST", ["payouts", id]) => account.update_payout(id, form),
        ("POST", ["payouts", id, "cancel"]) => account.cancel_payout(id),
        _ => return None,
    })
}
