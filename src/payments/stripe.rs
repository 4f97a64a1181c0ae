//! The only file that names async-stripe, which builds every request, many from typed parameters; and our loop around sending them.
//! Replies are handed on as bytes and read by our own readers, for a mirror of an object refuses all of it for one field.
//! Not here: how a request travels (`wire.rs`), what an answer means.

use std::sync::Mutex;
use std::time::Duration;

use hyper::Method;
use hyper::body::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAdaptivePricing, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionLineItemsPriceDataRecurring, CreateCheckoutSessionLineItemsPriceDataRecurringInterval,
    CreateCheckoutSessionPaymentIntentData, CreateCheckoutSessionSubscriptionData, ExpireCheckoutSession, ProductData,
};
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest as _};
use stripe_core::balance_transaction::ListBalanceTransaction;
use stripe_shared::{CheckoutSessionLocale, CheckoutSessionMode, CheckoutSessionSubmitType};
use stripe_types::{Currency, RangeBoundsTs, RangeQueryTs};
use tokio::time::{Instant, sleep, sleep_until};

use crate::ids::Entropy;

use super::checkout::{CheckoutRequest, Interval};
use super::gateway::{GatewayError, GatewaySettings, Patience};
use super::json::Misfit;
use super::signature::ending;
use super::wire::{Call, NoAnswer, Refusal, Wire};

/// The version of Stripe's API that every request and the webhook endpoint are pinned to.
pub fn api_version() -> String {
    stripe_client_core::VERSION.to_string()
}

/// The way to Stripe and back.
#[derive(Debug)]
pub struct Gateway {
    /// None: there is no key yet, and nothing is asked.
    wire: Option<Wire>,
    live: bool,
    key_ending: String,
    api_base: String,
    first_pause: Duration,
    job_pace: Duration,
    /// When the next call of a job may go.
    next_job: Mutex<Instant>,
    entropy: Entropy,
}

impl Gateway {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// As [`GatewaySettings::check`].
    pub fn new(settings: &GatewaySettings, entropy: Entropy) -> Result<Self, String> {
        settings.check()?;
        // Two TLS providers in one tree panic at first use; whoever comes first decides, and all of us choose ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let wire = Wire::new(settings, &api_version()).ok_or("The Stripe key cannot be used in a request.")?;
        let key_ending = ending(settings.key.expose_secret());
        Ok(Self { wire: Some(wire), live: settings.is_live(), key_ending, ..Self::closed(settings, entropy) })
    }

    /// The way to Stripe while there is no key: every question is answered with [`GatewayError::NoKey`], whatever key stands in `settings`.
    pub fn closed(settings: &GatewaySettings, entropy: Entropy) -> Self {
        let GatewaySettings { first_pause, job_pace, .. } = *settings;
        let (api_base, next_job) = (settings.api_base.clone(), Mutex::new(Instant::now()));
        Self { wire: None, live: false, key_ending: String::new(), api_base, first_pause, job_pace, next_job, entropy }
    }

    /// The same way with another key. Nothing is sent yet.
    ///
    /// # Errors
    /// As [`GatewaySettings::check`].
    pub fn with_key(&self, key: SecretString) -> Result<Self, String> {
        let Self { first_pause, job_pace, .. } = *self;
        Self::new(&GatewaySettings { key, api_base: self.api_base.clone(), first_pause, job_pace }, self.entropy.clone())
    }

    /// Whether there is a key at all.
    pub const fn is_open(&self) -> bool {
        self.wire.is_some()
    }

    /// Whether the key moves real money.
    pub const fn is_live(&self) -> bool {
        self.live
    }

    /// The last four letters of the key, and never more: enough to tell one key from another.
    pub fn key_ending(&self) -> &str {
        &self.key_ending
    }

    /// Asks and reads, again where that is safe and may help. `key` is the operation id of everything that changes something.
    pub(super) async fn ask<T>(&self, ask: Ask<'_>, read: impl Fn(&[u8]) -> Result<T, Misfit>) -> Result<T, GatewayError> {
        let route = ask.route;
        let wire = self.wire.as_ref().ok_or(GatewayError::NoKey)?;
        let mut last = String::new();
        for attempt in 0..ask.patience.tries() {
            if attempt > 0 {
                sleep(self.pause(attempt)).await;
            }
            if ask.patience == Patience::Job {
                self.keep_pace().await;
            }
            let misfit = match send(wire, &ask).await {
                Ok(reply) => match read(&reply) {
                    Ok(answer) => return Ok(answer),
                    Err(misfit) => misfit,
                },
                Err(error) => {
                    last = may_pass(route, error)?;
                    tracing::warn!(route, attempt, why = last, "Stripe gave no answer");
                    continue;
                }
            };
            // A reply cut short reads like a strange one; asked again under the same key it comes whole.
            tracing::warn!(route, attempt, path = misfit.path, "Stripe's answer does not fit");
            if attempt + 1 == ask.patience.tries() {
                return Err(GatewayError::Unreadable { route, misfit });
            }
        }
        Err(GatewayError::Unreachable { route, why: last })
    }

    /// 0.5, 1, 2, 4, 8 s, each ± 20 %, so that two losers do not meet again.
    fn pause(&self, attempt: u32) -> Duration {
        let whole = self.first_pause.saturating_mul(1 << (attempt - 1).min(4));
        let percent = 80 + u32::try_from(self.entropy.below(41)).unwrap_or(20);
        whole.saturating_mul(percent) / 100
    }

    async fn keep_pace(&self) {
        let turn = {
            let mut next = self.next_job.lock().expect("nobody panics while holding the pace");
            let turn = (*next).max(Instant::now());
            *next = turn + self.job_pace;
            turn
        };
        sleep_until(turn).await;
    }
}

/// Sends a question once.
async fn send(wire: &Wire, ask: &Ask<'_>) -> Result<Bytes, NoAnswer> {
    let request = (ask.build)();
    let method = match request.method {
        StripeMethod::Get => Method::GET,
        StripeMethod::Post => Method::POST,
        StripeMethod::Delete => Method::DELETE,
    };
    let path = match request.query {
        Some(query) => format!("{}?{query}", request.path),
        None => request.path,
    };
    let key = ask.key.map(str::to_owned);
    wire.send(Call { method, path, form: request.body, key, patience: ask.patience.timeout() }).await
}

/// One question to Stripe.
pub(super) struct Ask<'a> {
    /// For logs and errors: the route without ids.
    pub route: &'static str,
    /// The operation id; None for what only reads.
    pub key: Option<&'a str>,
    /// How long we try.
    pub patience: Patience,
    build: Box<dyn Fn() -> RequestBuilder + Send + Sync + 'a>,
}

impl<'a> Ask<'a> {
    /// Reads `path`, which holds no stranger's text but ids.
    pub(super) fn get(route: &'static str, path: String, query: Vec<(&'static str, String)>) -> Self {
        let build = move || {
            let query: std::collections::BTreeMap<_, _> = query.iter().map(|(name, value)| (*name, value)).collect();
            RequestBuilder::new(StripeMethod::Get, path.as_str()).query(&query)
        };
        Self { route, key: None, patience: Patience::Job, build: Box::new(build) }
    }

    /// Deletes what stands at `path`.
    pub(super) fn delete(route: &'static str, key: &'a str, path: String, form: Vec<(&'static str, &'static str)>) -> Self {
        let build = move || {
            let form: std::collections::BTreeMap<_, _> = form.iter().copied().collect();
            RequestBuilder::new(StripeMethod::Delete, path.as_str()).form(&form)
        };
        Self { route, key: Some(key), patience: Patience::Job, build: Box::new(build) }
    }

    /// Sends a form to `path`.
    pub(super) fn post(route: &'static str, key: &'a str, path: String, form: Vec<(String, String)>) -> Self {
        let build = move || {
            let form: std::collections::BTreeMap<_, _> = form.iter().map(|(name, value)| (name, value)).collect();
            RequestBuilder::new(StripeMethod::Post, path.as_str()).form(&form)
        };
        Self { route, key: Some(key), patience: Patience::Job, build: Box::new(build) }
    }

    /// Lists balance transactions from `from` (included) to `until` (excluded; None: no end), newest first, sources expanded.
    pub(super) fn lines(from: i64, until: Option<i64>, after: Option<&str>) -> Self {
        let created = RangeQueryTs::Bounds(RangeBoundsTs { gte: Some(from), lt: until, ..RangeBoundsTs::default() });
        let list = ListBalanceTransaction::new().limit(100).created(created).expand(vec!["data.source".to_owned()]);
        let list = match after {
            Some(id) => list.starting_after(id),
            None => list,
        };
        Self { route: "GET /v1/balance_transactions", key: None, patience: Patience::Job, build: Box::new(move || list.build()) }
    }

    /// Lists the balance transactions that an automatic payout consists of, its own among them.
    pub(super) fn lines_of_payout(payout: &str, after: Option<&str>) -> Self {
        let list = ListBalanceTransaction::new().limit(100).payout(payout);
        let list = match after {
            Some(id) => list.starting_after(id),
            None => list,
        };
        Self { route: "GET /v1/balance_transactions?payout=…", key: None, patience: Patience::Job, build: Box::new(move || list.build()) }
    }

    /// Asks for a payment page.
    pub(super) fn checkout(request: &'a CheckoutRequest) -> Self {
        let create = create_session(request);
        let (route, key) = ("POST /v1/checkout/sessions", Some(request.operation.as_str()));
        Self { route, key, patience: Patience::Person, build: Box::new(move || create.build()) }
    }

    /// Closes a payment page.
    pub(super) fn expire(session: &str, key: &'a str) -> Self {
        let expire = ExpireCheckoutSession::new(session);
        let route = "POST /v1/checkout/sessions/…/expire";
        Self { route, key: Some(key), patience: Patience::Job, build: Box::new(move || expire.build()) }
    }

    /// The same question, asked while a person waits.
    pub(super) fn for_person(self) -> Self {
        Self { patience: Patience::Person, ..self }
    }
}

/// The parameters of stripe.md §8.1, and none of those it leaves out.
fn create_session(request: &CheckoutRequest) -> CreateCheckoutSession {
    let metadata: std::collections::HashMap<String, String> = [("fund", &request.fund_ref), ("donation", &request.donation_ref)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    let currency: Currency = request.amount.currency.code().to_ascii_lowercase().parse().unwrap_or_else(|never| match never {});
    let mut price = CreateCheckoutSessionLineItemsPriceData::new(currency);
    price.unit_amount = Some(request.amount.minor);
    price.product_data = Some(ProductData::new(request.product_name.as_str()));
    price.recurring = request.interval.map(|interval| {
        CreateCheckoutSessionLineItemsPriceDataRecurring::new(match interval {
            Interval::Week => CreateCheckoutSessionLineItemsPriceDataRecurringInterval::Week,
            Interval::Month => CreateCheckoutSessionLineItemsPriceDataRecurringInterval::Month,
        })
    });
    let mut item = CreateCheckoutSessionLineItems::new();
    item.quantity = Some(1);
    item.price_data = Some(price);
    let mut adaptive = CreateCheckoutSessionAdaptivePricing::new();
    adaptive.enabled = Some(false);
    let locale: CheckoutSessionLocale = request.language.as_str().parse().unwrap_or(CheckoutSessionLocale::Auto);
    let mut create = CreateCheckoutSession::new()
        .submit_type(CheckoutSessionSubmitType::Donate)
        .line_items(vec![item])
        .client_reference_id(request.client_reference.as_str())
        .metadata(metadata.clone())
        .locale(locale)
        .adaptive_pricing(adaptive)
        .expires_at(request.expires_at.unix_secs())
        .success_url(request.success_url.as_str())
        .cancel_url(request.cancel_url.as_str());
    if let Some(email) = &request.email {
        create = create.customer_email(email.as_str());
    }
    if request.interval.is_some() {
        let mut data = CreateCheckoutSessionSubscriptionData::new();
        data.metadata = Some(metadata);
        data.description = Some(request.description.clone());
        create.mode(CheckoutSessionMode::Subscription).subscription_data(data)
    } else {
        let mut data = CreateCheckoutSessionPaymentIntentData::new();
        data.metadata = Some(metadata);
        data.description = Some(request.description.clone());
        data.statement_descriptor_suffix.clone_from(&request.statement_suffix);
        create.mode(CheckoutSessionMode::Payment).payment_intent_data(data)
    }
}

/// What happened, where asking again may help; else the error that ends the asking.
fn may_pass(route: &'static str, no_answer: NoAnswer) -> Result<String, GatewayError> {
    match no_answer {
        NoAnswer::Late => Ok("no answer in time".to_owned()),
        NoAnswer::Broken => Ok("the connection failed".to_owned()),
        NoAnswer::Malformed => Err(GatewayError::NotAsked(format!("{route} could not be asked: the operation id or key is malformed"))),
        NoAnswer::Refused { error: None, .. } => Ok("the answer is not Stripe's".to_owned()),
        NoAnswer::Refused { status: status @ (409 | 429 | 500..), .. } => Ok(format!("Stripe answered {status}")),
        NoAnswer::Refused { status: 401 | 403, .. } => Err(GatewayError::RightMissing { route }),
        NoAnswer::Refused { status, error: Some(Refusal { code, param }) } => Err(GatewayError::Refused { route, status, code, param }),
    }
}
