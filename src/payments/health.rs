//! How the way between Stripe and us is: how late lines are read, whether deliveries can come, whether a person asked for everything to be
//! read anew. Not here: whether deliveries do come (`silence.rs`), what waits and differs.

use crate::clock::Instant;
use crate::db::Tx;
use crate::money::Money;
use crate::{record, words};

use super::checkout::{CheckoutRequest, PageLanguage};
use super::endpoint::Endpoint;
use super::gateway::GatewayError;
use super::object::{ObjectKind, ObjectState};
use super::{Payments, store};

const DAY_SECS: i64 = 24 * 3600;
/// The list is read at least so often even where nothing calls for it (the timer's quarter of an hour), and a reading takes its time.
const QUIET_SECS: i64 = 20 * 60;

words! {
    /// What Stripe says of the endpoint that it is to send deliveries to.
    pub enum EndpointState {
        /// It sends what we read.
        Enabled = "enabled",
        /// Somebody, or Stripe after days of failures, switched it off.
        Disabled = "disabled",
        /// It speaks another version than we read.
        OtherVersion = "other-version",
        /// No endpoint sends to our address.
        Missing = "missing",
        /// The key has no right to see endpoints.
        Unseen = "unseen",
    }
}

impl EndpointState {
    /// What the endpoints that send to our address come to: one that sends what we read is enough.
    pub fn of(endpoints: &[Endpoint]) -> Self {
        let enabled = |endpoint: &&Endpoint| endpoint.status == "enabled";
        match (endpoints.iter().find(enabled), endpoints.is_empty()) {
            (_, true) => Self::Missing,
            (None, false) => Self::Disabled,
            (Some(_), false) if endpoints.iter().filter(enabled).any(Endpoint::speaks_ours) => Self::Enabled,
            (Some(_), false) => Self::OtherVersion,
        }
    }
}

record! {
    /// What is noted of the way itself.
    pub struct Health {
        /// When a person asked for everything to be read anew; None: nobody, or it was.
        pub all_asked_at: Option<Instant>,
        /// What Stripe last said of our endpoint.
        pub endpoint_state: Option<EndpointState>,
        /// When.
        pub endpoint_checked_at: Option<Instant>,
    }
}

/// How far we are behind Stripe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Now: since when something may stand in the list that was not read; 0 while nothing says so.
    pub now_secs: i64,
    /// How late the latest line of the last 24 hours was read, or what now is, if that is worse.
    pub worst_secs: i64,
}

impl Payments {
    /// The last four letters of the one or two secrets that deliveries are signed with.
    pub fn secret_endings(&self) -> Vec<String> {
        self.access.secrets().endings()
    }

    /// Asks Stripe what it says of the endpoint that sends to `url`. A key without the right to see that is an answer too.
    ///
    /// # Errors
    /// When Stripe cannot be reached or its answer cannot be read.
    pub async fn look_at_endpoint(&self, url: &str) -> Result<EndpointState, GatewayError> {
        match self.gateway().endpoints_at(url).await {
            Ok(endpoints) => Ok(EndpointState::of(&endpoints)),
            Err(GatewayError::RightMissing { .. }) => Ok(EndpointState::Unseen),
            Err(error) => Err(error),
        }
    }
}

impl Payments {
    /// Has Stripe send an event: a payment page that bears nothing of ours is asked for and closed at once, which Stripe announces. No money can
    /// move, for nobody is ever shown the page.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached.
    pub async fn send_test_event(&self, amount: Money, base_url: &str) -> Result<(), GatewayError> {
        let request = CheckoutRequest {
            operation: self.entropy.reference(),
            amount,
            interval: None,
            product_name: "Test".to_owned(),
            description: "Test".to_owned(),
            client_reference: "test".to_owned(),
            fund_ref: String::new(),
            donation_ref: String::new(),
            statement_suffix: None,
            email: None,
            language: PageLanguage::English,
            expires_at: self.clock.now().plus_secs(3600),
            success_url: base_url.to_owned(),
            cancel_url: base_url.to_owned(),
        };
        let gateway = self.gateway();
        let page = gateway.checkout(&request).await?;
        gateway.expire_session(&page.id, &self.entropy.reference()).await.map(drop)
    }
}

/// What is noted of the way itself.
///
/// # Errors
/// When the database is gone.
pub async fn health(tx: &mut Tx) -> sqlx::Result<Health> {
    store::health::health(tx).await
}

/// How far we are behind Stripe: since the first delivery that came after the last reading, or, where readings stopped altogether, since that.
///
/// # Errors
/// When the database is gone.
pub async fn lag(tx: &mut Tx, now: Instant) -> sqlx::Result<Lag> {
    let read_at = store::lines::progress(tx).await?.complete_at;
    let secs_since = |at: Instant| now.unix_secs().saturating_sub(at.unix_secs()).max(0);
    let heard = store::health::first_arrival_after(tx, read_at.unwrap_or(Instant(0))).await?.map_or(0, secs_since);
    let silent = read_at.map_or(0, secs_since);
    let now_secs = if silent > QUIET_SECS { silent } else { heard };
    let worst = store::health::worst_since(tx, hour_of(now.plus_secs(-DAY_SECS))).await?.unwrap_or(0);
    Ok(Lag { now_secs, worst_secs: worst.max(now_secs) })
}

/// Notes how late a line was read. Nothing is written where a later one of that hour is noted.
pub(super) async fn note_lag(tx: &mut Tx, secs: i64, now: Instant) -> sqlx::Result<()> {
    store::health::note_lag(tx, hour_of(now), secs.max(0)).await
}

/// Lets go of notes about lags that no page tells of any more.
///
/// # Errors
/// When the database is gone.
pub async fn forget_lags(tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
    store::health::forget_before(tx, hour_of(now.plus_secs(-30 * DAY_SECS))).await
}

const fn hour_of(at: Instant) -> i64 {
    at.unix_secs().div_euclid(3600)
}

/// Notes what Stripe says of our endpoint.
///
/// # Errors
/// When the database is gone.
pub async fn note_endpoint(tx: &mut Tx, state: EndpointState, now: Instant) -> sqlx::Result<()> {
    store::health::note_endpoint(tx, state, now).await
}

/// Notes that a person asks for everything to be read anew: whichever node holds the work sees it there.
///
/// # Errors
/// When the database is gone.
pub async fn ask_for_all(tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
    store::health::ask_for_all(tx, now).await
}

/// Notes that what was asked for at `asked_at` is done; what was asked for since stands.
///
/// # Errors
/// When the database is gone.
pub async fn all_fetched(tx: &mut Tx, asked_at: Instant) -> sqlx::Result<()> {
    store::health::all_fetched(tx, asked_at).await
}

/// Our account at Stripe, as it last spoke of itself.
///
/// # Errors
/// When the database is gone.
pub async fn account(tx: &mut Tx) -> sqlx::Result<Option<ObjectState>> {
    Ok(store::objects::of_kind(tx, ObjectKind::Account, "", 1).await?.pop())
}

/// How many repeat gifts are running: paid, in their trial, or behind with a turn.
///
/// # Errors
/// When the database is gone.
pub async fn running_gifts(tx: &mut Tx) -> sqlx::Result<i64> {
    store::health::running_gifts(tx).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payments::stripe::api_version;

    #[test]
    fn one_endpoint_that_sends_what_we_read_is_enough() {
        let endpoint =
            |status: &str, version: Option<String>| Endpoint { id: "we_1".into(), url: String::new(), version, status: status.to_owned() };
        let ours = || Some(api_version());
        for (endpoints, state) in [
            (vec![], EndpointState::Missing),
            (vec![endpoint("disabled", ours())], EndpointState::Disabled),
            (vec![endpoint("enabled", None)], EndpointState::OtherVersion),
            (vec![endpoint("enabled", None), endpoint("disabled", ours())], EndpointState::OtherVersion),
            (vec![endpoint("enabled", Some("2024-06-20".into())), endpoint("enabled", ours())], EndpointState::Enabled),
        ] {
            assert_eq!(EndpointState::of(&endpoints), state, "{endpoints:?}");
        }
    }
}
