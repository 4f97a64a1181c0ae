//! A line: one balance transaction of Stripe's own ledger, and of its source only what booking needs. Not here: what a line does to the books.

mod source;

use std::fmt;
use std::str::FromStr;

use crate::clock::Instant;
use crate::money::{Currency, LARGEST_MINOR};
use crate::{record, words};

use super::json::{Misfit, Object, References, is_word};

pub use source::{Source, SourceKind};

/// The id of a line, `txn_…`: the key of the entry it becomes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(String);

impl LineId {
    /// The id as Stripe writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LineId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if is_word(text) { Ok(Self(text.to_owned())) } else { Err("this is no id of a balance transaction".to_owned()) }
    }
}

crate::sql_text!(LineId);

words! {
    /// How far a line has come.
    pub enum LineState {
        /// Listed by Stripe, not booked yet.
        New = "new",
        /// It is one entry of the ledger.
        Booked = "booked",
        /// It needs no entry: nothing moved, or it lies before the day the books open.
        Noted = "noted",
        /// It cannot be booked before a person or an upgrade acts; the reason says why.
        Parked = "parked",
    }
}

record! {
    /// One balance transaction, as it is kept. The amounts never change; names, addresses and cards are not kept.
    pub struct Line {
        /// `txn_…`.
        pub id: LineId,
        /// When Stripe stamped it, in unix seconds.
        pub created: i64,
        /// Stripe's `type`, such as `charge`.
        pub kind: String,
        /// Stripe's coarser kind, which decides how the line is booked.
        pub reporting_category: Option<String>,
        /// Which of Stripe's balances it moves; None and `payments` are the ordinary one.
        pub balance_type: Option<String>,
        /// The settlement currency.
        pub currency: Currency,
        /// What moved, in minor units; positive towards us.
        pub amount_minor: i64,
        /// What Stripe kept of it, in minor units.
        pub fee_minor: i64,
        /// What our balance at Stripe changed by, in minor units.
        pub net_minor: i64,
        /// When the money can be paid out, in unix seconds.
        pub available_on: i64,
        /// `pending` or `available`.
        pub status: String,
        /// `ch_…`, `re_…`, `dp_…`, `po_…`: what made this line.
        pub source_id: Option<String>,
        /// The source's `object`; None while nothing but its id is known.
        pub source_object: Option<String>,
        /// The source's own `status`.
        pub source_status: Option<String>,
        /// The charge itself, or the one a refund or dispute is about.
        pub charge_id: Option<String>,
        /// The charge's payment intent.
        pub payment_intent: Option<String>,
        /// `metadata.fund` of the charge, or of its subscription.
        pub fund_ref: Option<String>,
        /// `metadata.donation` of the charge, or of its subscription.
        pub donation_ref: Option<String>,
        /// The recurring gift this charge is one turn of; then `donation_ref` is the recurring gift's, and each turn is a donation of its own.
        pub subscription_id: Option<String>,
        /// What the donor saw, in the minor unit of `shown_currency`.
        pub shown_minor: Option<i64>,
        /// The currency the donor saw.
        pub shown_currency: Option<Currency>,
        /// What the charge was paid with, until its receipt is written.
        pub paid_with: Option<String>,
        /// How far it has come.
        pub state: LineState,
        /// Why it is noted or parked.
        pub reason: Option<String>,
        /// When we first saw it.
        pub seen_at: Instant,
        /// Booking waits until then for what the list did not tell; None when nothing is left to ask.
        pub waits_until: Option<Instant>,
    }
}

/// Why an element of the list could not become a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadLine {
    /// A field is missing or is not what it must be.
    #[error("unreadable: {}", .0.path)]
    Unreadable(Misfit),
    /// A currency whose minor unit we do not know; guessing one would be a hundredfold mistake.
    #[error("unknown currency")]
    UnknownCurrency,
    /// An amount beyond what the books hold.
    #[error("amount beyond the books: {0}")]
    TooLarge(&'static str),
}

impl From<Misfit> for UnreadLine {
    fn from(misfit: Misfit) -> Self {
        Self::Unreadable(misfit)
    }
}

/// How long booking waits for a source or a join before the line goes to the general fund: a fact is not held back (stripe.md §6.3).
pub const WAIT_SECS: i64 = 30 * 60;

impl Line {
    /// Reads one element of `GET /v1/balance_transactions`, its source expanded or not.
    ///
    /// # Errors
    /// When a required field is missing or odd, the currency is unknown, or an amount lies beyond the books.
    pub fn read(element: &[u8], now: Instant) -> Result<Self, UnreadLine> {
        let element = Object::read(element)?;
        let id = LineId::from_str(&element.need_word("id")?).map_err(|_| element.misfit("id"))?;
        let amount = |name: &'static str| match element.need_int(name)? {
            minor if minor.unsigned_abs() <= LARGEST_MINOR.unsigned_abs() => Ok(minor),
            _ => Err(UnreadLine::TooLarge(name)),
        };
        let source = Source::of_line(&element);
        let mut line = Self {
            id,
            created: element.need_int("created")?,
            kind: element.need_word("type")?,
            reporting_category: element.word("reporting_category"),
            balance_type: element.word("balance_type"),
            currency: element.need_word("currency")?.parse().map_err(|_| UnreadLine::UnknownCurrency)?,
            amount_minor: amount("amount")?,
            fee_minor: amount("fee")?,
            net_minor: amount("net")?,
            available_on: element.int("available_on")?.unwrap_or(0),
            status: element.word("status").unwrap_or_else(|| "available".to_owned()),
            source_id: source.id.clone(),
            source_object: None,
            source_status: None,
            charge_id: None,
            payment_intent: None,
            fund_ref: None,
            donation_ref: None,
            subscription_id: None,
            shown_minor: None,
            shown_currency: None,
            paid_with: None,
            state: LineState::New,
            reason: None,
            seen_at: now,
            waits_until: None,
        };
        line.learn(source);
        line.waits_until = line.leaves_a_question().then(|| now.plus_secs(WAIT_SECS));
        Ok(line)
    }

    /// Adds what a source tells; what is known already stays.
    pub fn learn(&mut self, source: Source) {
        let keep = |known: &mut Option<String>, told: Option<String>| *known = known.take().or(told);
        keep(&mut self.source_object, source.object);
        keep(&mut self.source_status, source.status);
        keep(&mut self.charge_id, source.charge_id);
        keep(&mut self.payment_intent, source.payment_intent);
        keep(&mut self.paid_with, source.paid_with);
        self.refer(source.references);
        if self.shown_minor.is_none() {
            (self.shown_minor, self.shown_currency) = source.shown.unzip();
        }
    }

    /// Adds our references, if none are known yet: the two belong together, so they are never mixed from two places.
    pub fn refer(&mut self, references: References) {
        if !self.is_referred() {
            (self.fund_ref, self.donation_ref) = (references.fund, references.donation);
        }
    }

    /// Whether a reference of ours is known.
    pub fn is_referred(&self) -> bool {
        self.fund_ref.is_some() || self.donation_ref.is_some()
    }

    /// Whether Stripe could tell more of this line's fund than its list did.
    pub fn leaves_a_question(&self) -> bool {
        let Some(source_id) = self.source_id.as_deref() else { return false };
        let Some(object) = self.source_object.as_deref() else { return SourceKind::of_id(source_id).is_some() };
        if self.is_referred() {
            return false;
        }
        match SourceKind::of_object(object) {
            // A charge without metadata of ours may be a turn of a recurring gift: only its payment intent can tell.
            Some(SourceKind::Charge) => self.payment_intent.is_some(),
            Some(SourceKind::Refund | SourceKind::Dispute) => self.charge_id.is_some() || self.payment_intent.is_some(),
            Some(SourceKind::Payout) | None => false,
        }
    }

    /// Whether the money Stripe tells of fits: `amount − fee = net`.
    pub fn adds_up(&self) -> bool {
        self.amount_minor.checked_sub(self.fee_minor) == Some(self.net_minor)
    }

    /// Whether the line moves the ordinary balance (`available` + `pending`), the one `assets:stripe` stands for.
    pub fn is_ordinary(&self) -> bool {
        self.balance_type.as_deref().is_none_or(|balance| balance == "payments")
    }

    /// Whether the line mirrors what Stripe holds in reserve: outside the ordinary balance, and what `assets:stripe-held` is checked against.
    pub fn is_mirror(&self) -> bool {
        self.balance_type.as_deref() == Some("risk_reserved")
    }

    /// Whether two tellings of one line agree on everything that never changes (safety rule ST7).
    pub fn tells_the_same(&self, other: &Self) -> bool {
        let money = |line: &Self| (line.currency, line.amount_minor, line.fee_minor, line.net_minor);
        (&self.id, &self.kind, money(self), &self.source_id) == (&other.id, &other.kind, money(other), &other.source_id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Instant = Instant::from_unix_secs(1_000);

    fn element() -> serde_json::Value {
        json!({
            "id": "txn_1", "object": "balance_transaction", "amount": 10000, "fee": 320, "net": 9680, "currency": "usd", "created": 900,
            "available_on": 2000, "status": "pending", "type": "charge", "reporting_category": "charge", "exchange_rate": 1.0842,
            "source": {
                "id": "ch_1", "object": "charge", "status": "succeeded", "payment_intent": "pi_1", "amount": 10000, "currency": "usd",
                "billing_details": {"name": "Ana Example", "email": "ana@example.org"}, "metadata": {"fund": "f1", "donation": "d1"}
            }
        })
    }

    fn read(value: &serde_json::Value) -> Result<Line, UnreadLine> {
        Line::read(value.to_string().as_bytes(), NOW)
    }

    #[test]
    fn a_charge_is_read_whole_and_names_nobody() {
        let line = read(&element()).unwrap();
        assert_eq!((line.amount_minor, line.fee_minor, line.net_minor, line.adds_up()), (10_000, 320, 9_680, true));
        assert_eq!((line.fund_ref.as_deref(), line.donation_ref.as_deref()), (Some("f1"), Some("d1")));
        assert_eq!((line.charge_id.as_deref(), line.payment_intent.as_deref()), (Some("ch_1"), Some("pi_1")));
        assert_eq!((line.shown_minor, line.shown_currency), (Some(10_000), Some(Currency::USD)));
        assert_eq!((line.leaves_a_question(), line.waits_until), (false, None));
        assert!(!format!("{line:?}").contains("Ana") && !format!("{line:?}").contains("ana@"));
    }

    #[test]
    fn what_cannot_be_a_line_says_where() {
        for (field, value, said) in [
            ("amount", json!(1.5), "unreadable: amount"),
            ("fee", json!(null), "unreadable: fee"),
            ("net", json!("9680"), "unreadable: net"),
            ("id", json!("txn 1"), "unreadable: id"),
            ("created", json!(true), "unreadable: created"),
            ("currency", json!("xyz"), "unknown currency"),
            ("amount", json!(i64::MAX), "amount beyond the books: amount"),
            ("net", json!(i64::MIN), "amount beyond the books: net"),
        ] {
            let mut element = element();
            element[field] = value;
            assert_eq!(read(&element).unwrap_err().to_string(), said);
        }
        assert!(Line::read(b"[]", NOW).is_err() && Line::read(b"{\"id\":", NOW).is_err());
    }

    #[test]
    fn a_line_waits_only_where_stripe_can_tell_more() {
        let waits = |source: serde_json::Value| {
            let mut element = element();
            element["source"] = source;
            read(&element).unwrap().waits_until.is_some()
        };
        for told in [
            json!(null),
            json!("txn_other"),
            json!({"id": "po_1", "object": "payout"}),
            json!({"id": "xx_1", "object": "topup"}),
            json!({"id": "re_1", "object": "refund", "charge": {"id": "ch_1", "metadata": {"fund": "f1"}}}),
            json!({"id": "ch_1", "object": "charge"}),
        ] {
            assert!(!waits(told.clone()), "{told}");
        }
        for open in [
            json!("py_1"),
            json!("du_1"),
            json!({"id": "re_1", "object": "refund", "charge": "ch_1"}),
            json!({"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "metadata": null}),
        ] {
            assert!(waits(open.clone()), "{open}");
        }
    }

    #[test]
    fn the_donor_saw_the_presentment_where_there_is_one() {
        let mut element = element();
        element["source"]["presentment_details"] = json!({"presentment_amount": 150_000, "presentment_currency": "jpy"});
        let line = read(&element).unwrap();
        assert_eq!((line.shown_minor, line.shown_currency.unwrap().code()), (Some(150_000), "JPY"));
        element["source"]["presentment_details"] = json!({"presentment_amount": 1, "presentment_currency": "zzz"});
        assert_eq!(read(&element).unwrap().shown_minor, None);
    }

    #[test]
    fn a_line_told_again_may_only_change_its_notes() {
        let (one, mut other) = (read(&element()).unwrap(), read(&element()).unwrap());
        (other.status, other.available_on) = ("available".into(), 7);
        assert!(one.tells_the_same(&other));
        other.net_minor += 1;
        assert!(!one.tells_the_same(&other));
    }
}
