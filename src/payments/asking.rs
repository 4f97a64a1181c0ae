//! What we ask Stripe, call by call, and how each answer is read. Not here: the client and its loop (`stripe.rs`).

mod billing;
mod listing;
mod refunding;

use serde_json::value::RawValue;

use crate::clock::Instant;
use crate::money::Currency;

use super::checkout::{Checkout, CheckoutRequest, Session, UnreadSession};
use super::gateway::GatewayError;
use super::json::{Misfit, Object};
use super::line::{Source, SourceKind};
use super::object::{ObjectKind, ObjectState};
use super::stripe::{Ask, Gateway};

pub use listing::{DailyList, Listed, PaidOut};

/// One page of a list, its elements still raw: one that is odd does not spoil the others.
#[derive(Debug)]
pub struct Page {
    /// The elements, as Stripe wrote them.
    pub elements: Vec<Box<RawValue>>,
    /// Whether older ones follow.
    pub has_more: bool,
}

impl Page {
    pub(super) fn read(reply: &[u8]) -> Result<Self, Misfit> {
        let list = Object::read(reply)?;
        let elements = list.list("data")?.ok_or_else(|| list.misfit("data"))?;
        let has_more = list.bool("has_more")?.ok_or_else(|| list.misfit("has_more"))?;
        Ok(Self { elements: elements.into_iter().map(ToOwned::to_owned).collect(), has_more })
    }

    /// The id of the last element: where the next page goes on.
    pub fn last_id(&self) -> Option<String> {
        Object::read_raw(self.elements.last()?).ok()?.word("id")
    }
}

/// What Stripe says it holds for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Whether this is real money.
    pub livemode: bool,
    /// Per currency, `available` and `pending` together, in minor units; sorted, each once.
    pub funds: Vec<(Currency, i64)>,
}

impl Balance {
    fn read(reply: &[u8]) -> Result<Self, Misfit> {
        let balance = Object::read(reply)?;
        let livemode = balance.bool("livemode")?.ok_or_else(|| balance.misfit("livemode"))?;
        let mut sums = std::collections::BTreeMap::<Currency, i64>::new();
        for part in ["available", "pending"] {
            for held in balance.list(part)?.ok_or_else(|| balance.misfit(part))? {
                let held = Object::read_raw(held)?;
                let currency = held.need_word("currency")?.parse().map_err(|_| held.misfit("currency"))?;
                let sum = sums.entry(currency).or_default();
                *sum = sum.checked_add(held.need_int("amount")?).ok_or_else(|| held.misfit("amount"))?;
            }
        }
        Ok(Self { livemode, funds: sums.into_iter().collect() })
    }
}

impl From<UnreadSession> for Misfit {
    fn from(unread: UnreadSession) -> Self {
        match unread {
            UnreadSession::Misfit(misfit) => misfit,
            UnreadSession::UnknownCurrency => Self { path: "currency".to_owned() },
        }
    }
}

impl Gateway {
    /// Asks for a payment page; the same operation id gives the same page, however often it is asked.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached within the patience of a person.
    pub async fn checkout(&self, request: &CheckoutRequest) -> Result<Checkout, GatewayError> {
        let read = |reply: &[u8]| {
            let session = Object::read(reply)?;
            let url = session.text("url").ok_or_else(|| session.misfit("url"))?;
            Ok(Checkout { id: session.need_word("id")?, url, expires_at: Instant::from_unix_secs(session.need_int("expires_at")?) })
        };
        self.ask(Ask::checkout(request), read).await
    }

    /// What a session says now, for a donor who is back before the delivery.
    ///
    /// # Errors
    /// When Stripe does not know it or cannot be reached within the patience of a person.
    pub async fn session(&self, id: &str) -> Result<Session, GatewayError> {
        let ask = Ask::get("GET /v1/checkout/sessions/…", path("/checkout/sessions/", id)?, vec![]);
        self.ask(ask.for_person(), |reply| Ok(Session::read(&Object::read(reply)?)?)).await
    }

    /// Closes a payment page.
    ///
    /// # Errors
    /// When it is not open any more, or Stripe cannot be reached.
    pub async fn expire_session(&self, id: &str, operation: &str) -> Result<Session, GatewayError> {
        path("", id)?;
        self.ask(Ask::expire(id, operation), |reply| Ok(Session::read(&Object::read(reply)?)?)).await
    }

    /// A page of payment pages that are open.
    ///
    /// # Errors
    /// When Stripe cannot be reached.
    pub async fn open_sessions(&self, after: Option<&str>) -> Result<(Vec<Session>, bool), GatewayError> {
        let ask = Ask::get("GET /v1/checkout/sessions", "/checkout/sessions".into(), page(after, [("status", "open".to_owned())]));
        self.ask(ask, |reply| {
            let page = Page::read(reply)?;
            let read = |element: &RawValue| Ok::<_, Misfit>(Session::read(&Object::read_raw(element)?)?);
            Ok((page.elements.iter().map(AsRef::as_ref).map(read).collect::<Result<_, _>>()?, page.has_more))
        })
        .await
    }

    /// A page of balance transactions stamped from `from` until before `until`, newest first, their sources expanded.
    ///
    /// # Errors
    /// When Stripe cannot be reached or refuses `after`.
    pub async fn lines(&self, from: i64, until: Option<i64>, after: Option<&str>) -> Result<Page, GatewayError> {
        self.ask(Ask::lines(from, until, after), Page::read).await
    }

    /// What Stripe holds for us.
    ///
    /// # Errors
    /// When Stripe cannot be reached, or answers for the other mode than the key's: then money of two kinds could mix.
    pub async fn balance(&self) -> Result<Balance, GatewayError> {
        self.ask_balance(Ask::get("GET /v1/balance", "/balance".into(), vec![])).await
    }

    /// The same, asked while a person waits.
    ///
    /// # Errors
    /// As [`Gateway::balance`].
    pub async fn balance_at_once(&self) -> Result<Balance, GatewayError> {
        self.ask_balance(Ask::get("GET /v1/balance", "/balance".into(), vec![]).for_person()).await
    }

    /// Whether by this key Stripe knows a line of this stamp, asked while a person waits. Two accounts, or the two modes of one, have no line in common.
    ///
    /// # Errors
    /// When the key has no right to lines, or Stripe cannot be reached.
    pub async fn knows_line_of(&self, stamp: i64) -> Result<bool, GatewayError> {
        let ask = Ask::lines(stamp, Some(stamp.saturating_add(1)), None).for_person();
        Ok(!self.ask(ask, Page::read).await?.elements.is_empty())
    }

    async fn ask_balance(&self, ask: Ask<'_>) -> Result<Balance, GatewayError> {
        let balance = self.ask(ask, Balance::read).await?;
        if balance.livemode == self.is_live() {
            Ok(balance)
        } else {
            Err(GatewayError::NotAsked("Stripe answers for the other mode (test or live) than the key's".to_owned()))
        }
    }

    /// The source of a line, known by its id alone, with its charge.
    ///
    /// # Errors
    /// When Stripe does not know it, the key has no right to it, or Stripe cannot be reached.
    pub async fn source(&self, kind: SourceKind, id: &str) -> Result<Source, GatewayError> {
        let expand = |query: &str| vec![("expand[0]", query.to_owned())];
        let ask = match kind {
            SourceKind::Charge => Ask::get("GET /v1/charges/…", path("/charges/", id)?, vec![]),
            SourceKind::Refund => Ask::get("GET /v1/refunds/…", path("/refunds/", id)?, expand("charge")),
            SourceKind::Dispute => Ask::get("GET /v1/disputes/…", path("/disputes/", id)?, expand("charge")),
            SourceKind::Payout => Ask::get("GET /v1/payouts/…", path("/payouts/", id)?, vec![]),
        };
        self.ask(ask, |reply| Ok(Source::read(&Object::read(reply)?))).await
    }

    /// What an object says now.
    ///
    /// # Errors
    /// When Stripe does not know it, the key has no right to it, or Stripe cannot be reached.
    pub async fn object(&self, kind: ObjectKind, id: &str, now: Instant) -> Result<ObjectState, GatewayError> {
        let (route, start) = match kind {
            ObjectKind::Refund => ("GET /v1/refunds/…", "/refunds/"),
            ObjectKind::Dispute => ("GET /v1/disputes/…", "/disputes/"),
            ObjectKind::Payout => ("GET /v1/payouts/…", "/payouts/"),
            ObjectKind::Subscription => ("GET /v1/subscriptions/…", "/subscriptions/"),
            ObjectKind::Invoice => ("GET /v1/invoices/…", "/invoices/"),
            ObjectKind::InvoicePayment => ("GET /v1/invoice_payments/…", "/invoice_payments/"),
            ObjectKind::FraudWarning => ("GET /v1/radar/early_fraud_warnings/…", "/radar/early_fraud_warnings/"),
            ObjectKind::Review => ("GET /v1/reviews/…", "/reviews/"),
            ObjectKind::Intent => ("GET /v1/payment_intents/…", "/payment_intents/"),
            ObjectKind::Customer => ("GET /v1/customers/…", "/customers/"),
            ObjectKind::Account => ("GET /v1/account", "/account"),
        };
        let path = if kind == ObjectKind::Account { start.to_owned() } else { path(start, id)? };
        self.ask(Ask::get(route, path, vec![]), |reply| read_state(kind, reply, now)).await
    }

    /// The joins of one payment with invoices, each after its invoice.
    ///
    /// # Errors
    /// When the key has no right to them or Stripe cannot be reached.
    pub async fn invoice_payments_of(&self, intent: &str, now: Instant) -> Result<Vec<ObjectState>, GatewayError> {
        path("", intent)?;
        let query = [
            ("payment[type]", "payment_intent".to_owned()),
            ("payment[payment_intent]", intent.to_owned()),
            ("expand[0]", "data.invoice".to_owned()),
        ];
        let ask = Ask::get("GET /v1/invoice_payments", "/invoice_payments".into(), page(None, query));
        self.ask(ask, |reply| read_joins(reply, now)).await.map(|(states, _)| states)
    }

    /// A page of the joins made since `since`, each after its invoice: a hundred turns of recurring gifts a call.
    ///
    /// # Errors
    /// When the key has no right to them or Stripe cannot be reached.
    pub async fn invoice_payments_since(
        &self,
        since: i64,
        after: Option<&str>,
        now: Instant,
    ) -> Result<(Vec<ObjectState>, bool), GatewayError> {
        let query = [("status", "paid".to_owned()), ("created[gte]", since.to_string()), ("expand[0]", "data.invoice".to_owned())];
        let ask = Ask::get("GET /v1/invoice_payments", "/invoice_payments".into(), page(after, query));
        self.ask(ask, |reply| read_joins(reply, now)).await
    }

    /// A page of recurring gifts that are not cancelled, all of them or one customer's (then also the cancelled ones).
    ///
    /// # Errors
    /// When Stripe cannot be reached.
    pub async fn subscriptions(
        &self,
        customer: Option<&str>,
        after: Option<&str>,
        now: Instant,
    ) -> Result<(Vec<ObjectState>, bool), GatewayError> {
        let query = match customer {
            Some(customer) => page(after, [("customer", customer.to_owned()), ("status", "all".to_owned())]),
            None => page(after, []),
        };
        let ask = Ask::get("GET /v1/subscriptions", "/subscriptions".into(), query);
        self.ask(ask, |reply| read_states(ObjectKind::Subscription, reply, now)).await
    }

    /// Stops a recurring gift at once, without a last invoice. One that is stopped already counts as stopped.
    ///
    /// # Errors
    /// When Stripe cannot be reached or says that it is still alive.
    pub async fn cancel_subscription(&self, id: &str, operation: &str, now: Instant) -> Result<ObjectState, GatewayError> {
        let form = vec![("invoice_now", "false"), ("prorate", "false")];
        let ask = Ask::delete("DELETE /v1/subscriptions/…", operation, path("/subscriptions/", id)?, form);
        let refused = match self.ask(ask, |reply| read_state(ObjectKind::Subscription, reply, now)).await {
            Err(error @ GatewayError::Refused { .. }) => error,
            outcome => return outcome,
        };
        // Only Stripe's own word counts: what it refused to cancel must say that it is cancelled.
        let state = self.object(ObjectKind::Subscription, id, now).await?;
        if matches!(state.status.as_str(), "canceled" | "incomplete_expired") { Ok(state) } else { Err(refused) }
    }

    /// A page of the events of the last 30 days that reached no endpoint.
    ///
    /// # Errors
    /// When Stripe cannot be reached.
    pub async fn undelivered_events(&self, after: Option<&str>) -> Result<Page, GatewayError> {
        let query = page(after, [("delivery_success", "false".to_owned())]);
        self.ask(Ask::get("GET /v1/events", "/events".into(), query), Page::read).await
    }
}

fn read_state(kind: ObjectKind, reply: &[u8], now: Instant) -> Result<ObjectState, Misfit> {
    Ok(ObjectState::read(kind, &Object::read(reply)?, now.unix_secs(), now)?)
}

fn read_states(kind: ObjectKind, reply: &[u8], now: Instant) -> Result<(Vec<ObjectState>, bool), Misfit> {
    let page = Page::read(reply)?;
    let read = |element: &RawValue| Ok::<_, Misfit>(ObjectState::read(kind, &Object::read_raw(element)?, now.unix_secs(), now)?);
    Ok((page.elements.iter().map(AsRef::as_ref).map(read).collect::<Result<_, _>>()?, page.has_more))
}

/// Reads a page of invoice payments; each stands after the invoice it joins, so that the last one is a join.
fn read_joins(reply: &[u8], now: Instant) -> Result<(Vec<ObjectState>, bool), Misfit> {
    let page = Page::read(reply)?;
    let mut states = Vec::with_capacity(page.elements.len() * 2);
    for element in &page.elements {
        let join = Object::read_raw(element)?;
        if let Some(invoice) = join.object("invoice") {
            states.push(ObjectState::read(ObjectKind::Invoice, &invoice, now.unix_secs(), now)?);
        }
        states.push(ObjectState::read(ObjectKind::InvoicePayment, &join, now.unix_secs(), now)?);
    }
    Ok((states, page.has_more))
}

/// The query of a page of a hundred, after the element `after`.
fn page<const N: usize>(after: Option<&str>, rest: [(&'static str, String); N]) -> Vec<(&'static str, String)> {
    let mut query = vec![("limit", "100".to_owned())];
    query.extend(rest);
    query.extend(after.map(|id| ("starting_after", id.to_owned())));
    query
}

/// Puts an id at the end of a path; what could be more than an id is never asked for.
pub(super) fn path(start: &str, id: &str) -> Result<String, GatewayError> {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_id { Ok(format!("{start}{id}")) } else { Err(GatewayError::NotAsked("an id of Stripe's was expected".to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_keeps_its_odd_elements_apart() {
        let page = Page::read(br#"{"data":[{"id":"txn_1"},7,{"id":"txn_2","amount":1.5}],"has_more":true}"#).unwrap();
        assert_eq!((page.elements.len(), page.has_more, page.last_id().as_deref()), (3, true, Some("txn_2")));
        for wrong in [&b"{\"data\":[]}"[..], b"{\"has_more\":false}", b"[]", b"{\"data\":[{],\"has_more\":false}"] {
            assert!(Page::read(wrong).is_err());
        }
    }

    #[test]
    fn a_balance_is_summed_by_currency() {
        let reply = br#"{"livemode":false,"available":[{"amount":-5,"currency":"usd"},{"amount":7,"currency":"eur"}],
            "pending":[{"amount":10,"currency":"usd"}]}"#;
        let funds = Balance::read(reply).unwrap().funds;
        let funds: Vec<_> = funds.iter().map(|(currency, minor)| (currency.code(), *minor)).collect();
        assert_eq!(funds, [("EUR", 7), ("USD", 5)]);
    }

    #[test]
    fn nothing_but_an_id_gets_into_a_path() {
        assert_eq!(path("/charges/", "ch_1").unwrap(), "/charges/ch_1");
        for wrong in ["", "..", "a/b", "a?b", "a b", "é"] {
            assert!(path("/charges/", wrong).is_err());
        }
    }
}
