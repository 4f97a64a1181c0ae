//! Webhook endpoints: where events go, which types, in which version, signed with which secret.

use serde_json::{Value, json};

use super::account::Account;
use super::events::VERSION;
use super::form::Form;
use super::metadata::Metadata;
use super::reply::{ApiError, Reply, list};
use super::table::{Key, Row, Table};

/// An address that wants to hear of events.
#[derive(Debug)]
pub struct Endpoint {
    created: i64,
    /// None: deliveries are kept for a test to take.
    pub url: Option<String>,
    pub secret: String,
    kinds: Vec<String>,
    pub version: Option<String>,
    pub enabled: bool,
    deleted: bool,
    metadata: Metadata,
}

impl Endpoint {
    /// Whether it asked for events of this type.
    pub fn wants(&self, kind: &str) -> bool {
        self.enabled && !self.deleted && self.kinds.iter().any(|known| known == "*" || known == kind)
    }
}

impl Row for Endpoint {
    const PREFIXES: &'static [&'static str] = &["we_"];
    const NOUN: &'static str = "webhook endpoint";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.endpoints
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.endpoints
    }

    /// Without the secret, which is shown once, when the endpoint is made.
    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        json!({
            "id": account.id(key), "object": "webhook_endpoint", "api_version": self.version, "application": null, "created": self.created,
            "description": null, "enabled_events": self.kinds, "livemode": false, "metadata": self.metadata.render(),
            "status": if self.enabled { "enabled" } else { "disabled" }, "url": self.url.as_deref().unwrap_or("practice:mailbox"),
        })
    }
}

impl Account {
    /// An endpoint for every type.
    pub fn add_endpoint(&mut self, url: Option<String>, secret: String) -> Key<Endpoint> {
        let (created, kinds, metadata) = (self.now(), vec!["*".to_owned()], Metadata::default());
        self.add(Endpoint { created, url, secret, kinds, version: Some(VERSION.to_owned()), enabled: true, deleted: false, metadata })
    }

    fn create_endpoint(&mut self, form: &Form) -> Reply {
        let url = form.required("url")?;
        if !url.starts_with("http://") {
            return Err(ApiError::invalid("url", "The practice Stripe delivers over plain HTTP only."));
        }
        let kinds: Vec<String> = form.texts("enabled_events").map(str::to_owned).collect();
        if kinds.is_empty() {
            return Err(ApiError::missing("enabled_events"));
        }
        let secret = format!("whsec_{}", self.entropy.reference());
        let (metadata, version) = (form.metadata(&Metadata::default())?, form.owned("api_version"));
        let key = self.add_endpoint(Some(url.to_owned()), secret.clone());
        let endpoint = &mut self.endpoints[key];
        endpoint.kinds = kinds;
        endpoint.version = version;
        endpoint.metadata = metadata;
        let mut shown = self.render(key);
        shown["secret"] = secret.into();
        Ok(shown)
    }

    fn update_endpoint(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.live_endpoint(id)?;
        let kinds: Vec<String> = form.texts("enabled_events").map(str::to_owned).collect();
        let endpoint = &mut self.endpoints[key];
        if form.child("disabled").is_some() {
            endpoint.enabled = !form.flag("disabled");
        }
        if !kinds.is_empty() {
            endpoint.kinds = kinds;
        }
        endpoint.url = form.owned("url").or_else(|| endpoint.url.take());
        Ok(self.render(key))
    }

    fn delete_endpoint(&mut self, id: &str) -> Reply {
        let key = self.live_endpoint(id)?;
        self.endpoints[key].deleted = true;
        Ok(json!({"id": id, "object": "webhook_endpoint", "deleted": true}))
    }

    fn live_endpoint(&self, id: &str) -> Result<Key<Endpoint>, ApiError> {
        let key = self.get::<Endpoint>(id)?;
        if self.endpoints[key].deleted { Err(ApiError::no_such(Endpoint::NOUN, id)) } else { Ok(key) }
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("POST", ["webhook_endpoints"]) => account.create_endpoint(form),
        ("GET", ["webhook_endpoints"]) => list::<Endpoint>(account, "/v1/webhook_endpoints", form, |_, row| !row.deleted),
        ("GET", ["webhook_endpoints", id]) => account.live_endpoint(id).map(|key| account.render(key)),
        ("POST", ["webhook_endpoints", id]) => account.update_endpoint(id, form),
        ("DELETE", ["webhook_endpoints", id]) => account.delete_endpoint(id),
        _ => return None,
    })
}
