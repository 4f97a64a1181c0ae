//! Events: what happened, with the object as it was then. Each goes to every endpoint that asked for its type.

use serde_json::{Value, json};

use super::account::Account;
use super::form::Form;
use super::reply::{Reply, list};
use super::table::{Key, Row, Table};

/// The API version this account speaks.
pub const VERSION: &str = "2026-09-30.endive";
const KEPT_SECS: i64 = 30 * 86_400;

/// Something that happened. Object and previous attributes are kept as JSON text.
#[derive(Debug)]
pub struct Event {
    created: i64,
    pub kind: &'static str,
    object: Box<str>,
    previous: Option<Box<str>>,
    /// Endpoints that have not answered well yet.
    pub pending: u32,
    request: Option<(String, Option<String>)>,
}

impl Row for Event {
    const PREFIXES: &'static [&'static str] = &["evt_"];
    const NOUN: &'static str = "event";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.events
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.events
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let read = |text: &str| serde_json::from_str::<Value>(text).expect("written by `record`");
        let mut data = json!({"object": read(&self.object)});
        if let Some(previous) = &self.previous {
            data["previous_attributes"] = read(previous);
        }
        let (request, idempotency_key) = self.request.clone().unzip();
        json!({
            "id": account.id(key), "object": "event", "api_version": VERSION, "created": self.created, "data": data, "livemode": false,
            "pending_webhooks": self.pending, "request": {"id": request, "idempotency_key": idempotency_key.flatten()}, "type": self.kind,
        })
    }
}

impl Account {
    /// Tells the endpoints what a row is like now.
    pub fn tell<T: Row>(&mut self, kind: &'static str, key: Key<T>) {
        let object = self.render(key);
        self.record(kind, &object, None);
    }

    /// The same, with what the changed fields were before.
    pub fn tell_changed<T: Row>(&mut self, kind: &'static str, key: Key<T>, previous: &Value) {
        let object = self.render(key);
        self.record(kind, &object, Some(previous));
    }

    /// Tells the endpoints of an object that is no row: the balance, or what was deleted.
    pub fn emit(&mut self, kind: &'static str, object: &Value) {
        self.record(kind, object, None);
    }

    fn record(&mut self, kind: &'static str, object: &Value, previous: Option<&Value>) {
        // Stripe sometimes makes two events of one change.
        let times = if self.strikes(self.faults.twin_events) { 2 } else { 1 };
        for _ in 0..times {
            let event = Event {
                created: self.now(),
                kind,
                object: object.to_string().into(),
                previous: previous.map(|previous| previous.to_string().into()),
                pending: 0,
                request: self.request.clone(),
            };
            let key = self.add(event);
            self.schedule_deliveries(key);
        }
    }

    fn list_events(&self, form: &Form) -> Reply {
        let kinds: Vec<&str> = form.text("type").into_iter().chain(form.texts("types")).collect();
        let delivered = form.text("delivery_success").map(|text| text == "true");
        let oldest = self.now() - KEPT_SECS;
        list::<Event>(self, "/v1/events", form, |_, row| {
            let named = |kind: &&str| kind.strip_suffix('*').map_or(row.kind == *kind, |family| row.kind.starts_with(family));
            row.created >= oldest
                && (kinds.is_empty() || kinds.iter().any(named))
                && delivered.is_none_or(|delivered| delivered == (row.pending == 0))
        })
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    match (method, path) {
        ("GET", ["events"]) => Some(account.list_events(form)),
        ("GET", ["events", id]) => Some(account.show::<Event>(id)),
        _ => None,
    }
}
