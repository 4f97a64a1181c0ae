//! The webhook endpoint at Stripe, made and kept up to date by asking: exactly the types we read, in the version we are pinned to, so
//! that nobody copies them by hand (stripe.md §8.4). Not here: where its secret is kept, which is the caller's.

use secrecy::SecretString;

use super::asking::{Page, path};
use super::gateway::GatewayError;
use super::json::{Misfit, Object};
use super::notice::ENDPOINT_TYPES;
use super::stripe::{Ask, Gateway, api_version};

/// An endpoint that Stripe sends events to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `we_…`.
    pub id: String,
    /// Where the events go.
    pub url: String,
    /// The version its events are written in; None: the account's own.
    pub version: Option<String>,
    /// `enabled` or `disabled`.
    pub status: String,
}

impl Endpoint {
    /// Whether it speaks the version we read. Stripe never changes an endpoint's version: another one takes another endpoint.
    pub fn speaks_ours(&self) -> bool {
        self.version.as_deref() == Some(&*api_version())
    }

    fn read(endpoint: &Object<'_>) -> Result<Self, Misfit> {
        let url = endpoint.text("url").ok_or_else(|| endpoint.misfit("url"))?;
        let status = endpoint.word("status").unwrap_or_else(|| "enabled".to_owned());
        Ok(Self { id: endpoint.need_word("id")?, url, version: endpoint.text("api_version"), status })
    }
}

impl Gateway {
    /// The endpoints that send to `url`. Stripe lets an account have 16 in all, so they are one page.
    ///
    /// # Errors
    /// When the key has no right to see them, or Stripe cannot be reached.
    pub async fn endpoints_at(&self, url: &str) -> Result<Vec<Endpoint>, GatewayError> {
        let ask = Ask::get("GET /v1/webhook_endpoints", "/webhook_endpoints".into(), vec![("limit", "100".to_owned())]);
        let read = |reply: &[u8]| {
            let page = Page::read(reply)?;
            page.elements.iter().map(|element| Endpoint::read(&Object::read_raw(element)?)).collect::<Result<Vec<_>, Misfit>>()
        };
        let mut endpoints = self.ask(ask, read).await?;
        endpoints.retain(|endpoint| endpoint.url == url);
        Ok(endpoints)
    }

    /// Makes an endpoint. Its secret comes with this answer and never again; the same operation id gives the same one.
    ///
    /// # Errors
    /// When the key has no right to make it, Stripe refuses the address, or cannot be reached.
    pub async fn make_endpoint(&self, url: &str, operation: &str) -> Result<(Endpoint, SecretString), GatewayError> {
        let form = [("url".to_owned(), url.to_owned()), ("api_version".to_owned(), api_version())].into_iter().chain(types());
        let ask = Ask::post("POST /v1/webhook_endpoints", operation, "/webhook_endpoints".to_owned(), form.collect());
        let read = |reply: &[u8]| {
            let endpoint = Object::read(reply)?;
            let secret = endpoint.text("secret").ok_or_else(|| endpoint.misfit("secret"))?;
            Ok((Endpoint::read(&endpoint)?, SecretString::from(secret)))
        };
        self.ask(ask, read).await
    }

    /// Has an endpoint send exactly the types we read, and switches it on if somebody had switched it off.
    ///
    /// # Errors
    /// When the key has no right to change it, or Stripe cannot be reached.
    pub async fn renew_endpoint(&self, id: &str, operation: &str) -> Result<(), GatewayError> {
        let form = std::iter::once(("disabled".to_owned(), "false".to_owned())).chain(types());
        let ask = Ask::post("POST /v1/webhook_endpoints/…", operation, path("/webhook_endpoints/", id)?, form.collect());
        self.ask(ask, |reply| Endpoint::read(&Object::read(reply)?)).await.map(drop)
    }
}

fn types() -> impl Iterator<Item = (String, String)> {
    ENDPOINT_TYPES.iter().enumerate().map(|(place, kind)| (format!("enabled_events[{place}]"), (*kind).to_owned()))
}
