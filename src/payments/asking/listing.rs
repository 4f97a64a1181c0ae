//! What is asked of Stripe once a day: lists of objects that notices also tell of, and payouts with the lines they consist of.

use crate::clock::Instant;
use crate::money::Money;

use super::super::checkout::amount;
use super::super::gateway::GatewayError;
use super::super::json::{Misfit, Object};
use super::super::object::{ObjectKind, ObjectState};
use super::super::stripe::{Ask, Gateway};
use super::{Page, page, path};

/// A list of objects of one kind that is read again every day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyList {
    /// What it lists.
    pub kind: ObjectKind,
    /// Whether it holds only what is alive, so that it is read whole each time; else what was made since it was last read is enough.
    pub is_of_the_living: bool,
    route: &'static str,
    path: &'static str,
}

impl DailyList {
    /// The list of a kind; None where objects are asked about one by one.
    pub const fn of(kind: ObjectKind) -> Option<Self> {
        match kind {
            ObjectKind::Dispute => Some(Self { kind, is_of_the_living: false, route: "GET /v1/disputes", path: "/disputes" }),
            ObjectKind::FraudWarning => Some(Self {
                kind,
                is_of_the_living: false,
                route: "GET /v1/radar/early_fraud_warnings",
                path: "/radar/early_fraud_warnings",
            }),
            ObjectKind::Subscription => Some(Self { kind, is_of_the_living: true, route: "GET /v1/subscriptions", path: "/subscriptions" }),
            ObjectKind::Refund
            | ObjectKind::Payout
            | ObjectKind::Invoice
            | ObjectKind::InvoicePayment
            | ObjectKind::Review
            | ObjectKind::Intent
            | ObjectKind::Customer
            | ObjectKind::Account => None,
        }
    }
}

/// A page of a [`DailyList`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What could be read of it.
    pub states: Vec<ObjectState>,
    /// How many elements could not: one that is odd does not hide the others.
    pub unread: u64,
    /// The newest `created` among them, in unix seconds.
    pub newest: Option<i64>,
    /// Where the next page goes on; None on the last one.
    pub next: Option<String>,
}

/// A payout, as far as it can be held against its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidOut {
    /// What went to the bank; below zero when Stripe debits it.
    pub amount: Money,
    /// `completed` once Stripe tells the lines of an automatic payout, `in_progress` before, `not_applicable` for others.
    pub reconciliation: Option<String>,
}

impl Gateway {
    /// A page of a list: objects made from `since` on (unix seconds), or all that are alive.
    ///
    /// # Errors
    /// When the key has no right to it, Stripe cannot be reached, or the list promises more and does not lead on.
    pub async fn listed(&self, list: DailyList, since: i64, after: Option<&str>, now: Instant) -> Result<Listed, GatewayError> {
        let query = if list.is_of_the_living { page(after, []) } else { page(after, [("created[gte]", since.to_string())]) };
        self.ask(Ask::get(list.route, list.path.into(), query), |reply| read_listed(list.kind, reply, now)).await
    }

    /// A payout and whether Stripe tells its lines.
    ///
    /// # Errors
    /// When Stripe does not know it, the key has no right to it, or Stripe cannot be reached.
    pub async fn paid_out(&self, id: &str) -> Result<PaidOut, GatewayError> {
        self.ask(Ask::get("GET /v1/payouts/…", path("/payouts/", id)?, vec![]), read_paid_out).await
    }

    /// A page of the balance transactions that an automatic payout consists of, its own among them.
    ///
    /// # Errors
    /// When Stripe cannot be reached or refuses `after`.
    pub async fn lines_of_payout(&self, id: &str, after: Option<&str>) -> Result<Page, GatewayError> {
        path("", id)?;
        self.ask(Ask::lines_of_payout(id, after), Page::read).await
    }
}

fn read_paid_out(reply: &[u8]) -> Result<PaidOut, Misfit> {
    let payout = Object::read(reply)?;
    let amount = amount(&payout, "amount")?.ok_or_else(|| payout.misfit("amount"))?;
    Ok(PaidOut { amount, reconciliation: payout.word("reconciliation_status") })
}

fn read_listed(kind: ObjectKind, reply: &[u8], now: Instant) -> Result<Listed, Misfit> {
    let page = Page::read(reply)?;
    let mut listed = Listed { states: Vec::with_capacity(page.elements.len()), unread: 0, newest: None, next: None };
    for element in &page.elements {
        let object = Object::read_raw(element)?;
        listed.newest = listed.newest.max(object.int("created").ok().flatten());
        match ObjectState::read(kind, &object, now.unix_secs(), now) {
            Ok(state) => listed.states.push(state),
            Err(_) => listed.unread += 1,
        }
    }
    if page.has_more {
        // A page that promises more and names no place to go on from would be read for ever.
        listed.next = Some(page.last_id().ok_or(Misfit { path: "data".to_owned() })?);
    }
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_unix_secs(1_790_000_000);

    #[test]
    fn an_odd_element_hides_no_other_and_a_page_must_lead_on() {
        let reply = br#"{"data":[{"id":"dp_1","created":7,"status":"lost"},{"id":"dp_2","created":9,"amount":1.5,"currency":"usd"}],
            "has_more":true}"#;
        let listed = read_listed(ObjectKind::Dispute, reply, NOW).unwrap();
        assert_eq!((listed.states.len(), listed.unread, listed.newest, listed.next.as_deref()), (1, 1, Some(9), Some("dp_2")));
        assert!(read_listed(ObjectKind::Dispute, br#"{"data":[],"has_more":true}"#, NOW).is_err());
    }

    #[test]
    fn a_payout_without_an_amount_cannot_be_checked() {
        let read = read_paid_out(br#"{"id":"po_1","amount":-500,"currency":"usd","reconciliation_status":"completed"}"#).unwrap();
        assert_eq!((read.amount.minor, read.reconciliation.as_deref()), (-500, Some("completed")));
        assert!(read_paid_out(br#"{"id":"po_1","reconciliation_status":"completed"}"#).is_err());
    }
}
