//! Payments: deliveries and the door they come through, Stripe's list of lines, the state of its objects, and the way to Stripe itself.
//!
//! What is booked is Stripe's own ledger, line by line; a delivery only wakes us (stripe.md §1). Nothing here touches the books.

pub mod alert;
pub mod asking;
mod catching_up;
pub mod checkout;
pub mod delivery;
mod door;
pub mod json;
pub mod lease;
pub mod line;
pub mod notice;
pub mod object;
pub mod practice;
pub mod signature;
pub mod source;
mod store;
pub mod stripe;
pub mod sync;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use crate::clock::{Clock, Instant};
use crate::db::{Db, Tx};
use crate::ids::{DeliveryId, Entropy};
use crate::money::Money;
use crate::seal::Keyring;
use crate::transact;

use self::alert::AlertKind;
use self::checkout::{Checkout, CheckoutRequest};
use self::delivery::{Delivery, ParkedCount};
use self::notice::{Notice, Unread};
use self::object::{ObjectKind, ObjectState};
use self::sync::Progress;

pub use catching_up::catch_up;
pub use door::{Refused, read_secrets};
pub use line::{Line, LineId, LineState};
pub use signature::Secrets;
pub use source::complete as complete_lines;
pub use stripe::{Gateway, GatewayError, GatewaySettings};

/// Sealed bodies go this long after they were done; Stripe keeps events as long.
const BODIES_KEPT_SECS: i64 = 30 * 86_400;
const BODIES_AT_ONCE: i64 = 2_000;

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

/// What may be done with the list and its progress.
impl Payments {
    /// Asks Stripe for a donor's payment page; the same operation id gives the same page.
    ///
    /// # Errors
    /// When Stripe refuses or cannot be reached within the patience of a person.
    pub async fn checkout(&self, request: &CheckoutRequest) -> Result<Checkout, GatewayError> {
        self.gateway.checkout(request).await
    }

    /// The way to Stripe itself.
    pub const fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// How far the list has been read.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn progress(&self) -> sqlx::Result<Progress> {
        sync_state(&mut self.db.begin_read().await?).await
    }

    /// Names the moment the books open, in unix seconds: lines before it are summed into the opening entry, lines from it on are booked.
    ///
    /// # Errors
    /// When the database is gone. False when lines have been booked, for then the day can not be moved.
    pub async fn open_books_at(&self, opens_at: i64) -> sqlx::Result<bool> {
        transact!(self.db, tx => open_books(tx, opens_at).await)
    }

    /// What a stored delivery says.
    ///
    /// # Errors
    /// The reason for which it is to be parked.
    pub fn read_delivery(&self, delivery: &Delivery) -> Result<Notice, Unread> {
        let context = delivery::seal_context(&delivery.event_id);
        let opened = delivery.body.as_deref().and_then(|sealed| self.keyring.open(&context, sealed));
        notice::read(&opened.ok_or(Unread::Sealed)?, self.clock.now())
    }

    /// What Stripe says it holds for us, `available` and `pending` together, by currency.
    ///
    /// # Errors
    /// When Stripe cannot be reached, or answers for the other mode: then the key is not what it says.
    pub async fn balance(&self) -> Result<Vec<Money>, GatewayError> {
        let balance = self.gateway.balance().await?;
        if balance.livemode != self.livemode {
            return Err(GatewayError::NotAsked("Stripe answers for the other mode (test or live) than the key's".to_owned()));
        }
        Ok(balance.funds)
    }
}

async fn open_books(tx: &mut Tx, opens_at: i64) -> sqlx::Result<bool> {
    let moved = store::lines::set_opens_at(tx, opens_at).await?;
    if moved {
        store::lines::reopen_from(tx, opens_at, sync::BEFORE_OPENING).await?;
    }
    Ok(moved)
}

/// How far the list has been read, inside a transaction.
///
/// # Errors
/// When the database is gone.
pub async fn sync_state(tx: &mut Tx) -> sqlx::Result<Progress> {
    store::lines::progress(tx).await
}

/// Lines to book, by (created, id): those that wait for nothing, and those whose wait is over.
///
/// # Errors
/// When the database is gone.
pub async fn ready_lines(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Line>> {
    store::lines::bookable(tx, now, limit).await
}

/// One line, whatever its state.
///
/// # Errors
/// When the database is gone.
pub async fn find_line(tx: &mut Tx, id: &LineId) -> sqlx::Result<Option<Line>> {
    store::lines::find(tx, id).await
}

/// The line of a charge itself.
///
/// # Errors
/// When the database is gone.
pub async fn line_of_charge(tx: &mut Tx, charge_id: &str) -> sqlx::Result<Option<Line>> {
    store::lines::of_charge(tx, charge_id).await
}

/// Lines in one state after the id `after`, by id: for the treasurers' lists.
///
/// # Errors
/// When the database is gone.
pub async fn lines_in(tx: &mut Tx, state: LineState, after: &str, limit: i64) -> sqlx::Result<Vec<Line>> {
    store::lines::in_state(tx, state, after, limit).await
}

/// Whether a line still waits to be booked.
///
/// # Errors
/// When the database is gone.
pub async fn has_unbooked(tx: &mut Tx) -> sqlx::Result<bool> {
    store::lines::has_new(tx).await
}

/// Marks many lines as booked at once, in the transaction that posted their entries; gives how many were still new.
///
/// # Errors
/// When the database is gone.
pub async fn lines_booked(tx: &mut Tx, ids: &[LineId]) -> sqlx::Result<u64> {
    store::lines::settle(tx, ids).await
}

/// Sets a line's state, with the reason where it is noted or parked.
///
/// # Errors
/// When the database is gone.
pub async fn set_line_state(tx: &mut Tx, id: &LineId, state: LineState, reason: Option<&str>) -> sqlx::Result<()> {
    store::lines::set_state(tx, id, state, reason).await
}

/// The recurring gift that a line's charge is a turn of.
///
/// # Errors
/// When the database is gone.
pub async fn subscription_of(tx: &mut Tx, line: &Line) -> sqlx::Result<Option<String>> {
    match (&line.subscription_id, &line.payment_intent) {
        (Some(known), _) => Ok(Some(known.clone())),
        (None, Some(intent)) => Ok(source::known_turn(tx, intent).await?.and_then(|turn| turn.subscription_id)),
        (None, None) => Ok(None),
    }
}

/// Whether a line says that the bank took the money of a charge back, so that a line of the charge that comes later settles nothing.
///
/// # Errors
/// When the database is gone.
pub async fn has_bounced(tx: &mut Tx, charge_id: &str) -> sqlx::Result<bool> {
    store::lines::has_bounced(tx, charge_id).await
}

/// Σ net per currency of the lines of the ordinary balance stamped before `until` (unix seconds): what the opening entry holds.
///
/// # Errors
/// When the database is gone.
pub async fn sums_before(tx: &mut Tx, until: i64) -> sqlx::Result<Vec<Money>> {
    let totals = store::lines::totals(tx, until).await?;
    Ok(totals.into_iter().map(|total| Money::new(total.net_minor, total.currency)).collect())
}

/// Notes that the opening entry stands, or that none is needed.
///
/// # Errors
/// When the database is gone.
pub async fn note_books_opened(tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
    store::lines::set_opened(tx, now).await
}

/// Notes whether the books and Stripe's balance agree.
///
/// # Errors
/// When the database is gone.
pub async fn note_tie(tx: &mut Tx, holds: bool, now: Instant) -> sqlx::Result<()> {
    store::lines::set_tie(tx, holds, now).await
}

/// Whether a delivery's time has come.
///
/// # Errors
/// When the database is gone.
pub async fn has_waiting_delivery(tx: &mut Tx, now: Instant) -> sqlx::Result<bool> {
    Ok(!store::waiting_ids(tx, now, 1).await?.is_empty())
}

/// Deliveries whose time has come, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn waiting_deliveries(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Delivery>> {
    store::waiting_deliveries(tx, now, limit).await
}

/// Marks a delivery as done, in the transaction that changed the state.
///
/// # Errors
/// When the database is gone.
pub async fn finish_delivery(tx: &mut Tx, id: DeliveryId, now: Instant) -> sqlx::Result<()> {
    store::finish_delivery(tx, id, now).await
}

/// Sets a delivery aside with its reason; it is tried again with growing pauses, and a person sees it.
///
/// # Errors
/// When the database is gone.
pub async fn park_delivery(tx: &mut Tx, delivery: &Delivery, reason: &str, now: Instant) -> sqlx::Result<()> {
    store::park_delivery(tx, delivery.id, reason, delivery::next_try(now, delivery.attempts + 1)).await?;
    let kind = if reason == Unread::Connect.to_string() { AlertKind::Connect } else { AlertKind::DeliveryParked };
    let said = format!("Deliveries wait: {reason}. They are kept and tried again.");
    alert::raise(tx, kind, reason, &said, now).await.map(drop)
}

/// Brings every parked delivery forward: after an upgrade, what was not understood may be.
///
/// # Errors
/// When the database is gone.
pub async fn retry_parked(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    store::retry_parked(tx, now).await
}

/// How many deliveries wait, by reason.
///
/// # Errors
/// When the database is gone.
pub async fn parked_counts(tx: &mut Tx) -> sqlx::Result<Vec<ParkedCount>> {
    store::parked_counts(tx).await
}

/// Drops the sealed bodies of deliveries done 30 days ago, at most two thousand a call, so that nobody waits long; gives how many.
///
/// # Errors
/// When the database is gone.
pub async fn clear_old_bodies(tx: &mut Tx, now: Instant) -> sqlx::Result<u64> {
    store::clear_bodies(tx, now.plus_secs(-BODIES_KEPT_SECS), BODIES_AT_ONCE).await
}

/// Keeps what an object says, told by a notice or asked for, unless something later is known; true when it was kept.
///
/// # Errors
/// When the database is gone.
pub async fn store_object(tx: &mut Tx, state: &ObjectState) -> sqlx::Result<bool> {
    store::objects::save(tx, state).await
}

/// What an object last said.
///
/// # Errors
/// When the database is gone.
pub async fn find_object(tx: &mut Tx, id: &str) -> sqlx::Result<Option<ObjectState>> {
    store::objects::find(tx, id).await
}

/// Objects of one kind after the id `after`, by id.
///
/// # Errors
/// When the database is gone.
pub async fn objects_of(tx: &mut Tx, kind: ObjectKind, after: &str, limit: i64) -> sqlx::Result<Vec<ObjectState>> {
    store::objects::of_kind(tx, kind, after, limit).await
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
