//! Balance transactions (“lines”): Stripe's own ledger. Kept as small rows in a sorted index and turned into JSON when asked for.

use serde_json::{Value, json};

use super::account::{Account, code};
use super::agenda::Task;
use super::charge::Charge;
use super::conversion::exchange_rate;
use super::dispute::Dispute;
use super::form::Form;
use super::payout::Payout;
use super::refund::Refund;
use super::reply::{ApiError, Created, Reply, limit, page};
use super::table::{Key, Row, Table};
use crate::money::Currency;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Charge,
    Payment,
    Refund,
    PaymentRefund,
    RefundFailure,
    PaymentFailureRefund,
    Dispute,
    DisputeReversal,
    Payout,
    PayoutFailure,
    PayoutCancel,
    StripeFee,
    ReserveHold,
    ReserveRelease,
    /// A type that no published version knows.
    Unheard,
}

impl LineKind {
    /// Stripe's `type`, `reporting_category` and usual description.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Charge => ("charge", "charge", "Payment"),
            Self::Payment => ("payment", "charge", "Payment"),
            Self::Refund => ("refund", "refund", "REFUND FOR CHARGE"),
            Self::PaymentRefund => ("payment_refund", "refund", "REFUND FOR PAYMENT"),
            Self::RefundFailure => ("refund_failure", "refund_failure", "REFUND FAILURE"),
            Self::PaymentFailureRefund => ("payment_failure_refund", "charge_failure", "Payment failure refund"),
            Self::Dispute => ("adjustment", "dispute", "Chargeback withdrawal"),
            Self::DisputeReversal => ("adjustment", "dispute_reversal", "Chargeback reversal"),
            Self::Payout => ("payout", "payout", "STRIPE PAYOUT"),
            Self::PayoutFailure => ("payout_failure", "payout_reversal", "Payout failure"),
            Self::PayoutCancel => ("payout_cancel", "payout_reversal", "Payout cancelled"),
            Self::StripeFee => ("stripe_fee", "fee", "Billing - Usage Fee"),
            Self::ReserveHold => ("reserve_hold", "reserve_hold", "Funds held in reserve"),
            Self::ReserveRelease => ("reserve_release", "reserve_release", "Funds released from reserve"),
            Self::Unheard => ("practice_surprise", "practice_surprise", "A kind of line nobody has heard of"),
        }
    }
}

/// The object a line is about.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    None,
    Charge(Key<Charge>),
    Refund(Key<Refund>),
    Dispute(Key<Dispute>),
    Payout(Key<Payout>),
}

/// One balance transaction; amounts in minor units, net = amount − fee.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub created: i64,
    pub available_on: i64,
    pub amount: i64,
    pub fee: i64,
    pub currency: Currency,
    /// Millionths, where the amount was converted.
    pub rate: Option<u32>,
    pub kind: LineKind,
    pub source: Source,
    /// The mirror of a hold: it is not part of available and pending.
    pub reserved: bool,
}

/// All lines, and those that are in the list, by (created, number).
#[derive(Debug, Default)]
pub struct Lines {
    rows: Table<Line>,
    shown: Vec<(i64, u32)>,
    /// In no payout yet.
    unpaid: Vec<Key<Line>>,
}

impl Line {
    const fn net(&self) -> i64 {
        self.amount - self.fee
    }
}

impl Lines {
    fn show(&mut self, key: Key<Line>) {
        let place = (self.rows[key].created, key.number);
        // Nearly every line is the newest, so this is nearly always a push.
        let at = self.shown.partition_point(|known| *known < place);
        self.shown.insert(at, place);
    }
}

impl Lines {
    /// What a line's counter-line moves: the amount with its sign turned, its currency and its rate.
    pub fn counter_of(&self, key: Key<Line>) -> (i64, Currency, Option<u32>) {
        let line = &self.rows[key];
        (-line.amount, line.currency, line.rate)
    }
}

impl Row for Line {
    const PREFIXES: &'static [&'static str] = &["txn_"];
    const NOUN: &'static str = "balance transaction";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.lines.rows
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.lines.rows
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let (kind, category, description) = self.kind.words();
        let currency = code(self.currency);
        let details = if self.fee == 0 {
            json!([])
        } else {
            let what = if matches!(self.source, Source::Dispute(_)) { "Dispute fee" } else { "Stripe processing fees" };
            json!([{"amount": self.fee, "application": null, "currency": currency, "description": what, "type": "stripe_fee"}])
        };
        json!({
            "id": account.id(key),
            "object": "balance_transaction",
            "amount": self.amount,
            "available_on": self.available_on,
            "balance_type": if self.reserved { "risk_reserved" } else { "payments" },
            "created": self.created,
            "currency": currency,
            "description": description,
            "exchange_rate": exchange_rate(self.rate),
            "fee": self.fee,
            "fee_details": details,
            "net": self.net(),
            "reporting_category": category,
            "source": account.source_id(self.source),
            "status": if self.available_on <= account.now() { "available" } else { "pending" },
            "type": kind,
        })
    }
}

impl Account {
    /// Writes a line now; it enters the list at once, or later and elsewhere when a fault says so.
    pub fn write_line(&mut self, mut line: Line) -> Key<Line> {
        if self.strikes(self.faults.line_stamped_earlier) {
            line.created -= 1 + i64::try_from(self.entropy.below(300)).unwrap_or(0);
        }
        let key = self.lines.rows.push(line);
        if !line.reserved {
            self.lines.unpaid.push(key);
        }
        if self.strikes(self.faults.line_shown_late) {
            let due = self.clock.now().plus_secs(1 + i64::try_from(self.entropy.below(300)).unwrap_or(0));
            self.agenda.add(due, Task::ShowLine(key));
        } else {
            self.lines.show(key);
        }
        key
    }

    pub fn show_line(&mut self, key: Key<Line>) {
        self.lines.show(key);
    }

    fn source_id(&self, source: Source) -> Value {
        match source {
            Source::None => Value::Null,
            Source::Charge(key) => self.id(key).into(),
            Source::Refund(key) => self.id(key).into(),
            Source::Dispute(key) => self.id(key).into(),
            Source::Payout(key) => self.id(key).into(),
        }
    }

    /// The lines about one object, however it is named.
    fn lines_of(&self, source: &str) -> Vec<Key<Line>> {
        if let Some(key) = self.find::<Charge>(source) {
            let charge = &self.charges[key];
            return charge.line.into_iter().chain(charge.failure_line).collect();
        }
        if let Some(key) = self.find::<Refund>(source) {
            return self.refunds[key].line.into_iter().chain(self.refunds[key].failure_line).collect();
        }
        if let Some(key) = self.find::<Payout>(source) {
            return self.payouts[key].line.into_iter().chain(self.payouts[key].failure_line).collect();
        }
        self.find::<Dispute>(source).map(|key| self.disputes[key].lines.clone()).unwrap_or_default()
    }

    /// The lines already in the list among `keys`, sorted as the list is.
    fn places(&self, keys: &[Key<Line>]) -> Vec<(i64, u32)> {
        let mut places: Vec<_> = keys.iter().map(|key| (self.lines.rows[*key].created, key.number)).collect();
        places.retain(|place| self.lines.shown.binary_search(place).is_ok());
        places.sort_unstable();
        places
    }

    /// One page. Without a source or payout it is cut out of the sorted index by binary search, however long the index is.
    fn list_lines(&self, form: &Form) -> Reply {
        let gathered = match (form.text("source"), form.text("payout")) {
            (Some(source), _) => Some(self.places(&self.lines_of(source))),
            (None, Some(payout)) => Some(self.places(&self.payouts[self.get::<Payout>(payout)?].lines_paid_out)),
            (None, None) => None,
        };
        let list = gathered.as_ref().unwrap_or(&self.lines.shown);
        let created = Created::parse(form)?;
        let from = list.partition_point(|(at, _)| *at < created.from);
        let to = list.partition_point(|(at, _)| *at <= created.to);
        let place = |id: &str| -> Result<(i64, u32), ApiError> {
            let key = self.get::<Line>(id)?;
            Ok((self.lines.rows[key].created, key.number))
        };
        let limit = limit(form)?;
        let (kind, currency) = (form.text("type"), form.text("currency").map(str::to_ascii_lowercase));
        let wanted = |(_, number): &&(i64, u32)| {
            let line = &self.lines.rows[Key::new(*number)];
            kind.is_none_or(|kind| line.kind.words().0 == kind) && currency.as_ref().is_none_or(|wanted| code(line.currency) == *wanted)
        };
        let mut found: Vec<(i64, u32)> = if let Some(before) = form.text("ending_before") {
            let before = place(before)?;
            let from = from.max(list.partition_point(|at| *at <= before));
            list[from.min(to)..to].iter().filter(wanted).take(limit + 1).copied().collect()
        } else {
            let to = match form.text("starting_after").map(place).transpose()? {
                Some(after) => to.min(list.partition_point(|at| *at < after)),
                None => to,
            };
            list[from.min(to)..to].iter().rev().filter(wanted).take(limit + 1).copied().collect()
        };
        let has_more = found.len() > limit;
        found.truncate(limit);
        found.sort_unstable_by(|one, other| other.cmp(one));
        if self.strikes(self.faults.page_empty_with_more) {
            return Ok(page("/v1/balance_transactions", vec![], true));
        }
        let data = found.into_iter().map(|(_, number)| self.render(Key::<Line>::new(number))).collect();
        Ok(page("/v1/balance_transactions", data, has_more))
    }

    /// A line without an object behind it: a fee of Stripe's own, or a type nobody knows.
    pub fn write_lone_line(&mut self, kind: LineKind, currency: Currency, amount: i64) -> Key<Line> {
        let now = self.now();
        self.move_balance(currency, amount, now);
        self.write_line(Line {
            created: now,
            available_on: now,
            amount,
            fee: 0,
            currency,
            rate: None,
            kind,
            source: Source::None,
            reserved: false,
        })
    }

    /// Stripe holds `amount` back (or lets it go when negative): one line out of the balance and its mirror in the reserve.
    pub fn hold(&mut self, currency: Currency, amount: i64) {
        let now = self.now();
        let kind = if amount >= 0 { LineKind::ReserveHold } else { LineKind::ReserveRelease };
        self.move_balance(currency, -amount, now);
        for (amount, reserved) in [(-amount, false), (amount, true)] {
            self.write_line(Line {
                created: now,
                available_on: now,
                amount,
                fee: 0,
                currency,
                rate: None,
                kind,
                source: Source::None,
                reserved,
            });
        }
    }

    /// Σ net of the listed lines that make up the balance.
    pub fn lines_total(&self, currency: Currency) -> i64 {
        let lines = self.lines.shown.iter().map(|(_, number)| &self.lines.rows[Key::new(*number)]);
        lines.filter(|line| line.currency == currency && !line.reserved).map(Line::net).sum()
    }

    /// Takes the lines that the next automatic payout pays out: available by now and in no payout yet.
    pub fn take_unpaid(&mut self, currency: Currency) -> Vec<Key<Line>> {
        let now = self.now();
        let rows = &self.lines.rows;
        let ready = |key: &Key<Line>| rows[*key].currency == currency && rows[*key].available_on <= now;
        let (taken, left) = std::mem::take(&mut self.lines.unpaid).into_iter().partition(ready);
        self.lines.unpaid = left;
        taken
    }

    /// Σ net of lines.
    pub fn net_of(&self, keys: &[Key<Line>]) -> i64 {
        keys.iter().map(|key| self.lines.rows[*key].net()).sum()
    }

    /// An automatic payout's own line is in no payout.
    pub fn leave_out_of_payouts(&mut self, line: Key<Line>) {
        self.lines.unpaid.retain(|key| *key != line);
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    match (method, path) {
        ("GET", ["balance_transactions"]) => Some(account.list_lines(form)),
        ("GET", ["balance_transactions", id]) => Some(account.show::<Line>(id)),
        _ => None,
    }
}
