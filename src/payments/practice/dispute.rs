//! Disputes and inquiries: a donor's bank takes money back, or only asks. They may be won, in part, or years later, or lost.

use serde_json::{Map, Value, json};

use super::account::{Account, code};
use super::charge::Charge;
use super::conversion::Settled;
use super::form::Form;
use super::intent::Intent;
use super::lines::{Line, LineKind, Source};
use super::metadata::Metadata;
use super::refund::RefundMore;
use super::reply::{Reply, list};
use super::table::{Key, Row, Table};
use crate::money::Currency;

const DAY_SECS: i64 = 86_400;
const EVIDENCE: [&str; 27] = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    WarningNeedsResponse,
    WarningUnderReview,
    WarningClosed,
    NeedsResponse,
    UnderReview,
    AppealNeedsResponse,
    AppealUnderReview,
    Won,
    Lost,
    Prevented,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningUnderReview => "warning_under_review",
            Self::WarningClosed => "warning_closed",
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::AppealNeedsResponse => "appeal_needs_response",
            Self::AppealUnderReview => "appeal_under_review",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Prevented => "prevented",
        }
    }
}

/// A quarrel about `amount` minor units, which may be less or more than the charge.
#[derive(Debug)]
pub struct Dispute {
    created: i64,
    charge: Key<Charge>,
    amount: i64,
    currency: Currency,
    pub status: Status,
    metadata: Metadata,
    evidence: Map<String, Value>,
    /// Withdrawals and reinstatements, in their order.
    pub lines: Vec<Key<Line>>,
}

impl Row for Dispute {
    const PREFIXES: &'static [&'static str] = &["du_"];
    const NOUN: &'static str = "dispute";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.disputes
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.disputes
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let mut evidence: Map<String, Value> = EVIDENCE.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        evidence.extend(self.evidence.clone());
        evidence.insert("enhanced_evidence".to_owned(), json!({}));
        let due_by = self.created + 9 * DAY_SECS;
        let inquiry = matches!(self.status, Status::WarningNeedsResponse | Status::WarningUnderReview | Status::WarningClosed);
        let lines: Vec<Value> = self.lines.iter().map(|line| account.render(*line)).collect();
        json!({
            "id": account.id(key), "object": "dispute", "amount": self.amount, "balance_transactions": lines,
            "charge": account.id(self.charge), "created": self.created, "currency": code(self.currency), "enhanced_eligibility_types": [],
            "evidence": evidence, "livemode": false, "metadata": self.metadata.render(), "is_charge_refundable": inquiry,
            "evidence_details": {
                "due_by": due_by, "enhanced_eligibility": {}, "has_evidence": !self.evidence.is_empty(), "past_due": account.now() > due_by,
                "submission_count": u8::from(!self.evidence.is_empty()),
            },
            "network_reason_code": "10.4", "payment_intent": account.id_or_null(account.charges[self.charge].intent),
            "payment_method_details": {"type": "card", "card": {
                "brand": "visa", "case_type": if inquiry { "inquiry" } else { "chargeback" }, "network": "visa", "network_reason_code": "10.4",
            }},
            "reason": "fraudulent", "status": self.status.word(),
        })
    }
}

impl Account {
    /// A bank disputes `amount` of a charge, or only asks about it.
    pub fn open_dispute(&mut self, charge: Key<Charge>, amount: i64, inquiry: bool) -> Key<Dispute> {
        let status = if inquiry { Status::WarningNeedsResponse } else { Status::NeedsResponse };
        let key = self.add_dispute(charge, amount, status);
        if inquiry {
            self.tell("charge.dispute.created", key);
        } else {
            self.withdraw(key, "charge.dispute.created");
        }
        key
    }

    fn add_dispute(&mut self, charge: Key<Charge>, amount: i64, status: Status) -> Key<Dispute> {
        let (created, currency) = (self.now(), self.charges[charge].currency);
        let (metadata, evidence) = (Metadata::default(), Map::new());
        self.add(Dispute { created, charge, amount, currency, status, metadata, evidence, lines: vec![] })
    }

    /// The network refunds the donor before the bank disputes: the dispute is over as it begins, and only the refund moves money.
    pub fn prevent_dispute(&mut self, charge: Key<Charge>) -> Option<Key<Dispute>> {
        let amount = self.charges[charge].amount - self.charges[charge].refunded;
        self.refund_charge(charge, None, RefundMore::default()).ok()?;
        let key = self.add_dispute(charge, amount, Status::Prevented);
        self.tell("charge.dispute.created", key);
        self.tell("charge.dispute.closed", key);
        Some(key)
    }

    /// A lost dispute is argued once more; the money stays where it is until that ends.
    pub fn appeal_dispute(&mut self, key: Key<Dispute>) {
        if self.disputes[key].status == Status::Lost {
            self.disputes[key].status = Status::AppealNeedsResponse;
            self.tell("charge.dispute.updated", key);
        }
    }

    /// An inquiry becomes a dispute: now the money goes.
    pub fn escalate_dispute(&mut self, key: Key<Dispute>) {
        if matches!(self.disputes[key].status, Status::WarningNeedsResponse | Status::WarningUnderReview) {
            self.disputes[key].status = Status::NeedsResponse;
            self.withdraw(key, "charge.dispute.updated");
        }
    }

    fn withdraw(&mut self, key: Key<Dispute>, kind: &'static str) {
        let dispute = &self.disputes[key];
        let (amount, currency, charge) = (dispute.amount, dispute.currency, dispute.charge);
        self.line_before_going_back(charge);
        self.charges[charge].disputed = true;
        let fee = self.dispute_fee(self.settled(currency, 0).currency);
        self.move_money(key, LineKind::Dispute, -amount, fee);
        self.tell(kind, key);
        self.tell("charge.dispute.funds_withdrawn", key);
    }

    fn move_money(&mut self, key: Key<Dispute>, kind: LineKind, amount: i64, fee: i64) {
        let now = self.now();
        let Settled { currency, minor: amount, rate } = self.settled(self.disputes[key].currency, amount);
        self.move_balance(currency, amount - fee, now);
        let source = Source::Dispute(key);
        let line = self.write_line(Line { created: now, available_on: now, amount, fee, currency, rate, kind, source, reserved: false });
        self.disputes[key].lines.push(line);
    }

    /// Won, for the whole or a part, also long after it was lost. The fee comes back when `with_fee`. An inquiry just ends.
    pub fn win_dispute(&mut self, key: Key<Dispute>, amount: Option<i64>, with_fee: bool) {
        let dispute = &self.disputes[key];
        if matches!(dispute.status, Status::Won | Status::WarningClosed | Status::Prevented) {
            return;
        }
        if dispute.lines.is_empty() {
            self.close_inquiry(key);
            return;
        }
        let (amount, currency) = (amount.unwrap_or(dispute.amount), dispute.currency);
        let fee = if with_fee { -self.dispute_fee(self.settled(currency, 0).currency) } else { 0 };
        self.disputes[key].status = Status::Won;
        self.move_money(key, LineKind::DisputeReversal, amount, fee);
        self.tell("charge.dispute.funds_reinstated", key);
        self.tell("charge.dispute.closed", key);
    }

    /// Lost: nothing moves any more, for the money went at the start.
    pub fn lose_dispute(&mut self, key: Key<Dispute>) {
        match self.disputes[key].status {
            Status::Won | Status::Lost | Status::WarningClosed | Status::Prevented => {}
            Status::WarningNeedsResponse | Status::WarningUnderReview => self.close_inquiry(key),
            Status::NeedsResponse | Status::UnderReview | Status::AppealNeedsResponse | Status::AppealUnderReview => {
                self.disputes[key].status = Status::Lost;
                self.tell("charge.dispute.closed", key);
            }
        }
    }

    fn close_inquiry(&mut self, key: Key<Dispute>) {
        self.disputes[key].status = Status::WarningClosed;
        self.tell("charge.dispute.closed", key);
    }

    /// Evidence, with Stripe's two magic texts: `winning_evidence` and `losing_evidence`.
    fn update_dispute(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Dispute>(id)?;
        let metadata = form.metadata(&self.disputes[key].metadata)?;
        let sent: Vec<_> =
            EVIDENCE.iter().filter_map(|name| Some(((*name).to_owned(), form.child("evidence")?.text(name)?.into()))).collect();
        let verdict = form.child("evidence").and_then(|evidence| evidence.text("uncategorized_text"));
        let dispute = &mut self.disputes[key];
        dispute.metadata = metadata;
        dispute.evidence.extend(sent);
        dispute.status = match dispute.status {
            Status::NeedsResponse if !dispute.evidence.is_empty() => Status::UnderReview,
            Status::AppealNeedsResponse if !dispute.evidence.is_empty() => Status::AppealUnderReview,
            Status::WarningNeedsResponse if !dispute.evidence.is_empty() => Status::WarningUnderReview,
            other => other,
        };
        self.tell("charge.dispute.updated", key);
        match verdict {
            Some("winning_evidence") => self.win_dispute(key, None, false),
            Some("losing_evidence") => self.lose_dispute(key),
            _ => {}
        }
        Ok(self.render(key))
    }

    fn close_by_api(&mut self, id: &str) -> Reply {
        let key = self.get::<Dispute>(id)?;
        self.lose_dispute(key);
        Ok(self.render(key))
    }

    fn list_disputes(&self, form: &Form) -> Reply {
        let charge = form.text("charge").map(|id| self.get::<Charge>(id)).transpose()?;
        let intent = form.text("payment_intent").map(|id| self.get::<Intent>(id)).transpose()?;
        list::<Dispute>(self, "/v1/disputes", form, |_, row| {
            charge.is_none_or(|key| row.charge == key) && intent.is_none_or(|key| self.charges[row.charge].intent == Some(key))
        })
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("GET", ["disputes"]) => account.list_disputes(form),
        ("GET", ["disputes", id]) => account.show::<Dispute>(id),
        ("POST", ["disputes", id]) => account.update_dispute(id, form),
        ("POST", ["disputes", id, "close"]) => account.close_by_api(id),
        _ => return None,
    })
}
