//! Payments: deliveries and the door they come through, Stripe's list of lines, the state of its objects, and the way to Stripe itself.
//!
//! What is booked is Stripe's own ledger, line by line; a delivery only wakes us (stripe.md §1). Nothing here touches the books.

pub mod about;
mod access;
pub mod alert;
mod alert_kind;
pub mod asking;
mod catching_up;
pub mod checkout;
pub mod daily;
pub mod delivery;
mod door;
pub mod endpoint;
pub mod gateway;
pub mod health;
pub mod json;
pub mod keys;
pub mod lease;
pub mod line;
pub mod notice;
pub mod object;
pub mod parked;
pub mod payout;
pub mod practice;
pub mod progress;
mod said;
pub mod signature;
pub mod silence;
pub mod source;
mod store;
pub mod stripe;
pub mod sync;
mod wire;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use crate::clock::{Clock, Instant};
use crate::db::{Db, Tx};
use crate::ids::{DeliveryId, Entropy};
use crate::seal::Keyring;

use self::access::Access;
use self::alert::{AlertKind, Said};
use self::checkout::{Checkout, CheckoutRequest};
use self::delivery::{Delivery, ParkedCount};
use self::line::{Line, LineId, LineState};
use self::notice::{Notice, Unread};
use self::object::{ObjectKind, ObjectState};
use self::progress::{Progress, Total};

pub use door::{Refused, read_secrets};
pub use gateway::{GatewayError, GatewaySettings};
pub use signature::Secrets;
pub use stripe::Gateway;

/// Everything about Stripe that a running fund holds.
#[derive(Debug)]
pub struct Payments {
    db: Db,
    clock: Clock,
    entropy: Entropy,
    keyring: Arc<Keyring>,
    access: Access,
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
    /// The way to Stripe; a closed one: an administrator gives the key.
    pub gateway: Gateway,
    /// The endpoint's one or two secrets; none: an administrator gives them.
    pub secrets: Secrets,
}

impl Payments {
    /// Opens the door and starts its writer; needs a running tokio runtime.
    pub fn open(settings: Settings) -> Self {
        let Settings { db, clock, entropy, keyring, gateway, secrets } = settings;
        let wakes = Wakes::default();
        let door = door::Door::open(db.clone(), wakes.clone());
        Self { db, clock, entropy, keyring, access: Access::new(gateway, secrets), door, wakes }
    }

    /// Whether this is about real money; the key decides.
    pub fn livemode(&self) -> bool {
        self.gateway().is_live()
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
        self.gateway().checkout(request).await
    }

    /// The way to Stripe itself, with the key that is in force now.
    pub fn gateway(&self) -> Arc<Gateway> {
        self.access.gateway()
    }

    /// How far the list has been read.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn progress(&self) -> sqlx::Result<Progress> {
        progress(&mut self.db.begin_read().await?).await
    }

    /// What a stored delivery says; None where its body is gone.
    ///
    /// # Errors
    /// The reason for which it is to be parked.
    pub fn read_delivery(&self, delivery: &Delivery) -> Option<Result<Notice, Unread>> {
        let sealed = delivery.body.as_deref()?;
        let context = delivery::seal_context(&delivery.event_id);
        let Some(body) = self.keyring.open(&context, sealed) else { return Some(Err(Unread::Sealed)) };
        Some(notice::read(&body, self.clock.now()))
    }
}

/// Names the moment the books open, in unix seconds: lines before it are noted and summed, lines from it on are booked. Lines that are
/// read already are sorted anew. False when lines have been booked, for then the moment cannot be moved.
///
/// # Errors
/// When the database is gone.
pub async fn open_books_at(tx: &mut Tx, opens_at: i64) -> sqlx::Result<bool> {
    let moved = store::lines::set_opens_at(tx, opens_at).await?;
    if moved {
        store::lines::note_before(tx, opens_at, sync::BEFORE_OPENING).await?;
    }
    Ok(moved)
}

/// How far the list has been read, inside a transaction.
///
/// # Errors
/// When the database is gone.
pub async fn progress(tx: &mut Tx) -> sqlx::Result<Progress> {
    store::lines::progress(tx).await
}

/// Lines to book, by (created, id): those that wait for nothing, and those whose wait is over.
///
/// # Errors
/// When the database is gone.
pub async fn new_lines(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Line>> {
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

/// Which of these charges, bank debits, came back by the word of a line.
///
/// # Errors
/// When the database is gone.
pub async fn bounced(tx: &mut Tx, charge_ids: &[&str]) -> sqlx::Result<HashSet<String>> {
    store::lines::bounced(tx, charge_ids).await
}

/// Lines in one state after the id `after`, by id: for the treasurers' lists.
///
/// # Errors
/// When the database is gone.
pub async fn lines_in(tx: &mut Tx, state: LineState, after: &str, limit: i64) -> sqlx::Result<Vec<Line>> {
    store::lines::in_state(tx, state, after, limit).await
}

/// How many lines are not booked yet.
///
/// # Errors
/// When the database is gone.
pub async fn count_new_lines(tx: &mut Tx) -> sqlx::Result<i64> {
    store::lines::count_new(tx).await
}

/// Marks lines as booked, in the transaction that posted their entries; gives how many were still new.
///
/// # Errors
/// When the database is gone.
pub async fn lines_booked(tx: &mut Tx, ids: &[LineId]) -> sqlx::Result<u64> {
    store::lines::settle(tx, ids).await
}

/// Marks a line as needing no entry, and why.
///
/// # Errors
/// When the database is gone.
pub async fn note_line(tx: &mut Tx, id: &LineId, reason: &str) -> sqlx::Result<()> {
    store::lines::set_state(tx, id, LineState::Noted, Some(reason)).await
}

/// Sets a line aside for a person or an upgrade, and why.
///
/// # Errors
/// When the database is gone.
pub async fn park_line(tx: &mut Tx, id: &LineId, reason: &str) -> sqlx::Result<()> {
    store::lines::set_state(tx, id, LineState::Parked, Some(reason)).await
}

/// Brings a parked line back to be booked.
///
/// # Errors
/// When the database is gone.
pub async fn reopen_line(tx: &mut Tx, id: &LineId) -> sqlx::Result<()> {
    store::lines::set_state(tx, id, LineState::New, None).await
}

/// Σ net per currency of the lines of the ordinary balance stamped before `until` (unix seconds): `i64::MAX` for all, the day the books
/// open for the opening entry.
///
/// # Errors
/// When the database is gone.
pub async fn line_totals(tx: &mut Tx, until: i64) -> sqlx::Result<Vec<Total>> {
    store::lines::totals(tx, until).await
}

/// Σ net per currency of the lines stamped before `until` (unix seconds; `i64::MAX` for all) that mirror what Stripe holds in reserve.
///
/// # Errors
/// When the database is gone.
pub async fn reserved_totals(tx: &mut Tx, until: i64) -> sqlx::Result<Vec<Total>> {
    store::lines::reserved_totals(tx, until).await
}

/// Notes that the opening entry stands, or that none is needed.
///
/// # Errors
/// When the database is gone.
pub async fn books_opened(tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
    store::lines::set_opened(tx, now).await
}

/// Notes whether the books and Stripe's balance agree.
///
/// # Errors
/// When the database is gone.
pub async fn note_tie(tx: &mut Tx, holds: bool, now: Instant) -> sqlx::Result<()> {
    store::lines::set_tie(tx, holds, now).await
}

/// Deliveries whose time has come, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn waiting_deliveries(tx: &mut Tx, now: Instant, limit: i64) -> sqlx::Result<Vec<Delivery>> {
    store::waiting_deliveries(tx, now, limit).await
}

/// The newest delivery there is: another node may have stored it, and it may be done already.
///
/// # Errors
/// When the database is gone.
pub async fn newest_delivery(tx: &mut Tx) -> sqlx::Result<Option<DeliveryId>> {
    store::newest_delivery(tx).await
}

/// Marks deliveries as done, in the transaction that changed the state.
///
/// # Errors
/// When the database is gone.
pub async fn deliveries_done(tx: &mut Tx, ids: &[DeliveryId], now: Instant) -> sqlx::Result<()> {
    store::finish_deliveries(tx, ids, now).await
}

/// Sets a delivery aside with its reason; it is tried again with growing pauses, and a person sees it.
///
/// # Errors
/// When the database is gone.
pub async fn park_delivery(tx: &mut Tx, delivery: &Delivery, reason: &str, now: Instant) -> sqlx::Result<()> {
    store::park_delivery(tx, delivery.id, reason, delivery::next_try(now, delivery.attempts + 1)).await?;
    let kind = if reason == Unread::Connect.to_string() { AlertKind::Connect } else { AlertKind::DeliveryParked };
    alert::raise(tx, kind, reason, &Said::new("delivery-parked").with("reason", reason), now).await.map(drop)
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
pub async fn parked_deliveries(tx: &mut Tx) -> sqlx::Result<Vec<ParkedCount>> {
    store::parked_counts(tx).await
}

/// Keeps what a notice told of an object, unless something later is known; true when it was kept.
///
/// # Errors
/// When the database is gone.
pub async fn keep_object(tx: &mut Tx, state: &ObjectState) -> sqlx::Result<bool> {
    store::objects::save(tx, state, false).await
}

/// Keeps what objects said when asked: the last word, whatever was told before.
///
/// # Errors
/// When the database is gone.
pub async fn store_objects(tx: &mut Tx, states: &[ObjectState]) -> sqlx::Result<()> {
    for state in states {
        store::objects::save(tx, state, true).await?;
    }
    Ok(())
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
