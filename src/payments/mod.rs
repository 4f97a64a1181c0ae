//! Payments: deliveries and the door they come through, Stripe's list of lines, the state of its objects, and the way to Stripe itself.
//!
//! What is booked is Stripe's own ledger, line by line; a delivery only wakes us (stripe.md §1). Nothing here touches the books.

pub mod alert;
pub mod checkout;
pub mod delivery;
mod door;
pub mod json;
pub mod lease;
pub mod line;
pub mod notice;
pub mod object;
pub mod signature;
mod store;
pub mod stripe;
pub mod sync;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::db::Db;
use crate::ids::Entropy;
use crate::seal::Keyring;

pub use door::{Refused, read_secrets};
pub use signature::Secrets;
pub use stripe::{Gateway, GatewayError, GatewaySettings};

/// Everything about Stripe that a running fund holds.
#[derive(Debug)]
pub struct Payments {
    db: Db,
    clock: Clock,
    entropy: Entropy,
    keyring: Arc<Keyring>,
    gateway: Gateway,
    livemode: bool,
    door: door::Door,
    wakes: Wakes,
}

/// What [`Payments::open`] needs.
#[derive(Debug)]
pub struct Settings {
    /// Where the fund keeps its books.
    pub db: Db,
    /// What time it is.
    pub clock: Clock,
    /// Where randomness comes from.
    pub entropy: Entropy,
    /// Seals what must not lie open.
    pub keyring: Arc<Keyring>,
    /// The way to Stripe.
    pub gateway: Gateway,
    /// The endpoint's one or two secrets.
    pub secrets: Secrets,
}

impl Payments {
    /// Opens the door and starts its writer; needs a running tokio runtime.
    pub fn open(settings: Settings) -> Self {
        let Settings { db, clock, entropy, keyring, gateway, secrets } = settings;
        let wakes = Wakes::default();
        let door = door::Door::open(secrets, db.clone(), wakes.clone());
        Self { db, clock, entropy, keyring, livemode: gateway.is_live(), gateway, door, wakes }
    }

    /// Whether this is about real money; the key decides.
    pub const fn livemode(&self) -> bool {
        self.livemode
    }

    /// Waits until deliveries were stored since the last call; many at once count as one.
    pub async fn woken(&self) {
        self.wakes.0.work.notified().await;
    }

    /// Wakes the jobs as a delivery would.
    pub fn wake(&self) {
        self.wakes.wake();
    }

    /// Waits until the disk failed under the database: the process must then end with an error (safety rule DB9).
    pub async fn fatal(&self) {
        self.wakes.0.end.notified().await;
    }
}

/// The bells that the door rings.
#[derive(Clone, Debug, Default)]
struct Wakes(Arc<Bells>);

#[derive(Debug, Default)]
struct Bells {
    work: Notify,
    end: Notify,
    failed: AtomicBool,
}

impl Wakes {
    fn wake(&self) {
        self.0.work.notify_one();
    }

    fn fail(&self) {
        self.0.failed.store(true, Ordering::SeqCst);
        self.0.end.notify_one();
    }

    fn has_failed(&self) -> bool {
        self.0.failed.load(Ordering::SeqCst)
    }
}
