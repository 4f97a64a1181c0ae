//! The practice Stripe: a small server inside the program that speaks Stripe's API, so that demo and tests take the same path as real gifts.
//!
//! It answers `/v1` on a loopback port of its own, signs and delivers webhooks, and keeps its own clock and balance. In process, tests and the
//! site's checkout page use [`Practice`]. Not here: anything of ours that reads Stripe; it must not know that this is practice.

mod account;
mod agenda;
mod answering;
mod balance;
mod catalogue;
mod charge;
mod checkout;
mod control;
mod conversion;
mod course;
mod customer;
mod deliveries;
mod dispute;
mod driver;
mod endpoints;
mod events;
mod expand;
mod faults;
mod fees;
mod form;
mod idempotency;
mod intent;
mod invoice;
mod invoicing;
mod lines;
mod metadata;
mod method;
mod names;
mod oddities;
mod pausing;
mod paying;
mod payout;
mod rare;
mod refund;
mod reply;
mod server;
mod subscription;
mod table;
mod verbs;
mod views;
mod warning;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;

use self::account::Account;
use self::agenda::Task;
use self::driver::Shared;
use crate::clock::Clock;
use crate::ids::Entropy;

pub use self::catalogue::Interval;
pub use self::course::{Afterwards, Course, Manner};
pub use self::deliveries::SignedDelivery;
pub use self::events::VERSION;
pub use self::faults::Faults;
pub use self::paying::{Outcome, PayError};
pub use self::views::{DirectCharge, LoneLine, Paid, RefundRefused, SessionState, SessionView};

/// How a practice Stripe is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The loopback port; 0 takes any free one.
    pub port: u16,
    /// Its clock: a fixed one that only [`Practice::advance`] and the control call move, or the machine's.
    pub clock: Clock,
    /// Where ids, fees and faults are drawn from; seeded, a run repeats.
    pub entropy: Entropy,
    /// Scheme, host and port of the site, where `/practice/checkout/{id}` is.
    pub site: String,
    /// Whether all that is available is paid out once a day.
    pub daily_payouts: bool,
}

/// A running practice Stripe; copies share it, and it stops with the last of them.
#[derive(Clone, Debug)]
pub struct Practice {
    shared: Arc<Shared>,
    address: SocketAddr,
    _tasks: Arc<Tasks>,
}

#[derive(Debug)]
struct Tasks([AbortHandle; 2]);

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

impl Practice {
    /// Binds `127.0.0.1` and serves, from inside a Tokio runtime. `secret_key` is the key the program is configured with, if any.
    ///
    /// # Errors
    /// `PermissionDenied` beside a live key: nobody should practise with real money near. Otherwise when the port cannot be had.
    pub fn start(options: Options, secret_key: Option<&str>) -> io::Result<Self> {
        if secret_key.is_some_and(is_live) {
            let said = "the practice Stripe does not run beside a live Stripe key; remove the key, or switch practice off";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, said));
        }
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let mut account = Account::new(options.clock, options.entropy, options.site);
        if options.daily_payouts {
            account.agenda.add(account.clock.now().plus_secs(24 * 3600), Task::PayOutDaily);
        }
        let shared = Arc::new(Shared::new(account));
        let server = axum::serve(listener, server::router(Arc::clone(&shared)));
        let serving = tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the practice Stripe stopped serving");
            }
        });
        let driving = tokio::spawn(Arc::clone(&shared).drive());
        Ok(Self { shared, address, _tasks: Arc::new(Tasks([serving.abort_handle(), driving.abort_handle()])) })
    }

    /// Scheme, host and port: what a Stripe client takes as its base. Never a path.
    pub fn api_base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its clock; copies of a fixed one move together.
    pub fn clock(&self) -> Clock {
        self.shared.account().clock.clone()
    }

    /// Moves the clock (the machine's own stays as it is) and runs everything that becomes due on the way, each at its own moment: lines, payouts, renewals, deliveries.
    pub async fn advance(&self, by: Duration) {
        self.shared.advance(by).await;
    }

    /// Runs what is due now, and returns when the deliveries among it have been answered.
    pub async fn settle(&self) {
        self.advance(Duration::ZERO).await;
    }

    /// Switches faults; what is not named in `faults` goes off.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.account().faults = faults;
    }

    /// From now on fees are the price list's, or seeded random ones that no formula gives.
    pub fn set_random_fees(&self, random: bool) {
        self.shared.account().fees = if random { fees::Fees::Random } else { fees::Fees::Table };
    }

    /// Sets scheme, host and port of the site, for a site that learns its port after this server started.
    pub fn set_site(&self, site: impl Into<String>) {
        self.shared.account().site = site.into();
    }
}

/// Whether a key of Stripe's moves real money.
fn is_live(key: &str) -> bool {
    ["sk_live", "rk_live"].iter().any(|live| key.trim_start().starts_with(live))
}
