//! One request to Stripe over HTTP, and its answer as bytes. Not here: what is asked (`stripe.rs`), and whether it is asked again.
//!
//! async-stripe builds every request; the client it would send them with reads an error into each of the hundreds of objects that Stripe may
//! attach to one. That is a fifth of the whole program, and where one of their fields is new the error's code is lost. So the sending is ours.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;

use super::gateway::GatewaySettings;
use super::json::Object;

/// A hundred lines with their sources are under two MiB.
const LONGEST_ANSWER: usize = 32 << 20;

/// Kept shorter than Stripe keeps a quiet connection, so that a request seldom meets a closed one.
const LONGEST_QUIET: Duration = Duration::from_secs(15);

/// The connections to Stripe and what every request bears.
#[derive(Debug)]
pub(super) struct Wire {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: String,
    authorization: HeaderValue,
    version: HeaderValue,
}

/// One request.
pub(super) struct Call {
    pub method: Method,
    /// With its query, below `/v1`.
    pub path: String,
    /// A form.
    pub form: Option<String>,
    /// Under which Stripe does it once.
    pub key: Option<String>,
    /// For the whole exchange.
    pub patience: Duration,
}

/// Why there is no answer, or which it is. Stripe's text stays behind: it may hold a donor's data.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// Not in time: it may have worked or not.
    Late,
    /// The connection failed: it may have worked or not.
    Broken,
    /// The operation id or the path cannot stand in a request; nothing was sent.
    Malformed,
    /// Stripe says no.
    Refused {
        status: u16,
        /// None where the body is not Stripe's.
        error: Option<Refusal>,
    },
}

/// What Stripe says of a request it refuses.
#[derive(Debug)]
pub(super) struct Refusal {
    pub code: Option<String>,
    pub param: Option<String>,
}

impl Wire {
    /// Sends nothing yet. None where the key cannot stand in a header.
    pub(super) fn new(settings: &GatewaySettings, version: &str) -> Option<Self> {
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", settings.key.expose_secret())).ok()?;
        authorization.set_sensitive(true);
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider).ok()?.https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(LONGEST_QUIET).build(connector);
        Some(Self { client, base: settings.api_base.clone(), authorization, version: HeaderValue::try_from(version).ok()? })
    }

    /// Sends it once.
    pub(super) async fn send(&self, call: Call) -> Result<Bytes, NoAnswer> {
        let patience = call.patience;
        let request = self.request(call).ok_or(NoAnswer::Malformed)?;
        let exchange = async {
            let answer = self.client.request(request).await.map_err(|_| NoAnswer::Broken)?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await.map_err(|_| NoAnswer::Broken)?.to_bytes();
            if status.is_success() { Ok(body) } else { Err(NoAnswer::Refused { status: status.as_u16(), error: Refusal::read(&body) }) }
        };
        timeout(patience, exchange).await.unwrap_or(Err(NoAnswer::Late))
    }

    fn request(&self, call: Call) -> Option<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(call.method)
            .uri(format!("{}/v1{}", self.base, call.path))
            .header(AUTHORIZATION, self.authorization.clone())
            .header(USER_AGENT, concat!("strikefund/", env!("CARGO_PKG_VERSION")))
            .header("stripe-version", self.version.clone());
        if let Some(key) = call.key {
            request = request.header("idempotency-key", key);
        }
        if call.form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        request.body(Full::from(call.form.unwrap_or_default())).ok()
    }
}

impl Refusal {
    fn read(body: &[u8]) -> Option<Self> {
        let error = Object::read(body).ok()?.object("error")?;
        Some(Self { code: error.word("code"), param: error.word("param") })
    }
}
