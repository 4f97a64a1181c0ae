//! The loop behind the scenes, on one node at a time: list, book, read notices, publish, and every night hold everything against Stripe.

pub mod backing;
mod braking;
mod digest;
mod heads;
pub mod key_copies;
mod mailing;
mod night;
mod supporting;
mod telling;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tracing::{error, warn};

use crate::booking::{self, BookingError};
use crate::clock::{Clock, Instant};
use crate::db::{Db, Retryable};
use crate::donations::letters::Pen;
use crate::files::Files;
use crate::ids::{DeliveryId, Entropy};
use crate::mail::Post;
use crate::payments::sync::{self, Run};
use crate::payments::{self, Payments, lease, source};
use crate::publication::PublishError;
use crate::publication::anchor::Anchors;
use crate::seal::Keyring;
use crate::{donations, funds, publication, transact};

use mailing::Mailing;

/// The lease that lets one node do the work.
const LEASE: &str = "jobs";
/// How long it is held without a sign of life.
const LEASE_SECS: i64 = 15;
/// How often work of other nodes, the clock and the lease are looked at.
const TICK: Duration = Duration::from_millis(500);
/// How long it waits between two rounds that deliveries ask for: a rush is then read a hundred lines at a time, and not line by line.
const REST: Duration = Duration::from_millis(500);
/// How often it is looked whether an administrator gave another key or secret.
const KEYS_SECS: i64 = 5;
/// How often it is looked whether giving is to be slowed down, or not any more.
const BRAKE_SECS: i64 = 5;
/// Runs that follow a wake, for lines that Stripe lists late (stripe.md §6.1).
const ECHOES_SECS: [i64; 3] = [60, 5 * 60, 30 * 60];
const TIMER_SECS: i64 = 15 * 60;
const NIGHT_SECS: i64 = 24 * 3600;

/// What the loop works with.
#[derive(Clone, Debug)]
pub struct Jobs {
    /// The books.
    pub db: Db,
    /// What time it is.
    pub clock: Clock,
    /// References of gifts nobody pledged.
    pub entropy: Entropy,
    /// Documents.
    pub files: Files,
    /// The way to the mail server.
    pub post: Post,
    /// Seals letters.
    pub keyring: Arc<Keyring>,
    /// How the world reaches the site: links in letters begin with it.
    pub base_url: String,
    /// Stripe.
    pub payments: Arc<Payments>,
    /// Heads of logs, kept outside the database; None: nobody keeps any.
    pub anchors: Option<Anchors>,
    /// No real money: publications say so.
    pub practice: bool,
    /// Where Stripe is to send deliveries: Stripe is asked whether it does.
    pub endpoint: String,
    /// This node's name in the lease: random, made at its start.
    pub node: String,
}

/// Why a round stopped before its end. What it had done stays done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The list could not be read.
    #[error("the list of balance transactions could not be read: {0}")]
    Sync(#[from] sync::SyncError),
    /// A line could not be booked.
    #[error("booking stopped: {0}")]
    Booking(#[from] BookingError),
    /// Nothing could be published.
    #[error("publishing stopped: {0}")]
    Publish(#[from] PublishError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for JobError {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Booking(error) => error.is_retryable(),
            Self::Publish(error) => error.is_retryable(),
            Self::Database(error) => error.is_retryable(),
            Self::Sync(_) => false,
        }
    }
}

/// When which run is due next, and the delivery that was the newest at the last look.
#[derive(Clone, Debug)]
struct Timetable {
    /// When this node took up the work.
    since: Instant,
    echoes: Vec<Instant>,
    timer: Instant,
    night: Instant,
    newest_delivery: Option<DeliveryId>,
    /// When the brake on giving was looked at.
    brake: Instant,
}

impl Timetable {
    /// Everything is due at the start.
    const fn at_start(now: Instant) -> Self {
        Self { since: now, echoes: Vec::new(), timer: now, night: now, newest_delivery: None, brake: now.plus_secs(-BRAKE_SECS) }
    }

    /// The most thorough run that is due now; it stands for the lesser ones too.
    fn due(&mut self, now: Instant, woken: bool) -> Option<Run> {
        if woken {
            self.echoes = ECHOES_SECS.iter().map(|secs| now.plus_secs(*secs)).collect();
        }
        if now >= self.night {
            (self.night, self.timer) = (now.plus_secs(NIGHT_SECS), now.plus_secs(TIMER_SECS));
            return Some(Run::Night);
        }
        if now >= self.timer {
            self.timer = now.plus_secs(TIMER_SECS);
            return Some(Run::Timer);
        }
        let echoes = self.echoes.len();
        self.echoes.retain(|echo| now < *echo);
        (woken || self.echoes.len() < echoes).then_some(Run::Wake)
    }
}

impl Jobs {
    /// Works until `stop` says so; then gives the lease back, so that another node need not wait for it.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut timetable = Timetable::at_start(self.clock.now());
        let mut held_until = Instant(0);
        let (mut mailing, mut keys_at) = (Mailing::default(), Instant(0));
        while !*stop.borrow() {
            let woken = tokio::select! {
                () = self.payments.woken() => true,
                () = tokio::time::sleep(TICK) => false,
                _ = stop.changed() => break,
            };
            self.look_for_keys(&mut keys_at).await;
            if !self.holds_lease(&mut held_until).await {
                timetable = Timetable::at_start(self.clock.now());
                continue;
            }
            mailing.go_on(&self);
            tokio::select! {
                () = self.turn(&mut timetable, woken) => {}
                () = self.keep_lease() => {
                    warn!("the lease went to another node; this one stops in mid-work");
                    held_until = Instant(0);
                }
            }
            if woken {
                tokio::select! {
                    () = tokio::time::sleep(REST) => {}
                    _ = stop.changed() => {}
                }
            }
        }
        mailing.end().await;
        if let Err(error) = lease::give_back(&self.db, LEASE, &self.node).await {
            warn!(%error, "the lease could not be given back; it ends by itself");
        }
    }

    /// Takes up what an administrator gave at another node. Every node does, for each answers donors and Stripe.
    async fn look_for_keys(&self, next: &mut Instant) {
        let now = self.clock.now();
        if now < *next && next.unix_secs() - now.unix_secs() <= KEYS_SECS {
            return;
        }
        *next = now.plus_secs(KEYS_SECS);
        if let Err(error) = self.payments.take_up_keys().await {
            warn!(%error, "what an administrator gave could not be looked for");
        }
    }

    /// Whether this node may work. The lease is only written when half of it has run, for a write is a flush of the disk.
    async fn holds_lease(&self, held_until: &mut Instant) -> bool {
        let now = self.clock.now();
        if now < held_until.plus_secs(-LEASE_SECS / 2) {
            return true;
        }
        match lease::take(&self.db, LEASE, &self.node, now, LEASE_SECS).await {
            Ok(true) => *held_until = now.plus_secs(LEASE_SECS),
            Ok(false) => *held_until = Instant(0),
            Err(error) => {
                warn!(%error, "the lease could not be asked for");
                *held_until = Instant(0);
            }
        }
        now < *held_until
    }

    /// Renews the lease while work goes on; returns when it is lost.
    async fn keep_lease(&self) {
        loop {
            tokio::time::sleep(Duration::from_secs(LEASE_SECS.unsigned_abs() / 3)).await;
            match lease::renew(&self.db, LEASE, &self.node, self.clock.now(), LEASE_SECS).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => warn!(%error, "the lease could not be renewed"),
            }
        }
    }

    async fn turn(&self, timetable: &mut Timetable, woken: bool) {
        let now = self.clock.now();
        let (newest, waits, asked_at) = match self.look_at_deliveries().await {
            Ok(looked) => looked,
            Err(error) => return warn!(%error, "the deliveries could not be looked at"),
        };
        // What another node stored rings no bell here, but it is in the books' own database.
        let woken = woken || waits || newest != timetable.newest_delivery;
        timetable.newest_delivery = newest;
        if let Some(run) = timetable.due(now, woken) {
            if let Err(error) = self.round(run).await {
                error!(%error, ?run, "a round stopped; the next one goes on from there");
            }
            if matches!(run, Run::Night) {
                self.night().await;
            }
            if !matches!(run, Run::Wake)
                && let Err(error) = self.watch(timetable.since).await
            {
                error!(%error, "what should have come could not be looked for");
            }
            if !matches!(run, Run::Wake)
                && let Err(error) = self.remind().await
            {
                error!(%error, "nobody could be reminded of what waits");
            }
            if !matches!(run, Run::Wake)
                && let Err(error) = self.tell_supporters().await
            {
                error!(%error, "supporters could not be told what is new");
            }
        }
        if let Some(asked_at) = asked_at {
            self.fetch_all(asked_at).await;
        }
        if now >= timetable.brake.plus_secs(BRAKE_SECS) || now < timetable.brake {
            timetable.brake = now;
            if let Err(error) = self.brake().await {
                error!(%error, "it could not be looked at whether giving is to be slowed down");
            }
        }
        if let Err(error) = self.stop_repeats().await {
            error!(%error, "gifts that are to stop could not be looked at");
        }
        if let Err(error) = self.publish().await {
            error!(%error, "nothing was published");
        }
        if let Err(error) = self.tell().await {
            error!(%error, "letters could not be written; they are tried again");
        }
    }

    /// The newest delivery, whether one waits to be read, and since when a person waits for everything to be read anew.
    async fn look_at_deliveries(&self) -> sqlx::Result<(Option<DeliveryId>, bool, Option<Instant>)> {
        let tx = &mut self.db.begin_read().await?;
        let newest = payments::newest_delivery(tx).await?;
        let waits = !payments::waiting_deliveries(tx, self.clock.now(), 1).await?.is_empty();
        Ok((newest, waits, payments::health::health(tx).await?.all_asked_at))
    }

    /// One whole round: read the list, book what is new, act on notices, send refunds that were agreed to. Stripe's silence keeps none of them
    /// from going on.
    ///
    /// # Errors
    /// [`JobError`]; every step is a transaction of its own, so nothing is half done.
    pub async fn round(&self, run: Run) -> Result<(), JobError> {
        let listed = if self.payments.gateway().is_open() {
            let listed = sync::run(&self.payments, run).await;
            source::complete(&self.payments).await?;
            listed.map(drop)
        } else {
            Ok(())
        };
        booking::book(&self.db, &self.clock, self.pen()).await?;
        donations::open_pages(&self.db, &self.keyring).await?;
        booking::open_books(&self.db, self.clock.now()).await?;
        booking::interpret(&self.payments, &self.db, &self.clock, self.pen()).await?;
        donations::refunding::send(&self.payments, &self.db, &self.clock).await?;
        listed?;
        Ok(())
    }

    /// Asks Stripe to stop the gifts that are to stop, and sees to the end of those of funds that wind down.
    ///
    /// # Errors
    /// When the database is gone; what Stripe does not answer is asked again later.
    pub async fn stop_repeats(&self) -> sqlx::Result<()> {
        if self.payments.gateway().is_open() {
            donations::stopping::send(&self.payments, &self.db, &self.clock).await?;
            donations::ending::go_on(&self.payments, &self.db, &self.clock).await?;
        }
        Ok(())
    }

    /// What mails to donors are written with.
    fn pen(&self) -> Pen<'_> {
        Pen { keys: &self.keyring, entropy: &self.entropy, base_url: &self.base_url, practice: self.practice }
    }

    /// Looks for gifts without lines and for lines without deliveries. `since` is when this node took up the work.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn watch(&self, since: Instant) -> sqlx::Result<()> {
        let now = self.clock.now();
        transact!(&self.db, tx => booking::watch(tx, since, now).await)
    }

    /// Publishes what is due for every fund, unless the books and Stripe differ.
    ///
    /// # Errors
    /// [`PublishError`]; funds published before the failure stay published.
    pub async fn publish(&self) -> Result<(), PublishError> {
        let funds = {
            let tx = &mut self.db.begin_read().await?;
            if payments::progress(tx).await?.tie_broken_at.is_some() {
                return Ok(());
            }
            funds::list(tx).await?
        };
        for fund in &funds {
            let now = self.clock.now();
            if !publication::is_due(&mut self.db.begin_read().await?, fund, now).await? {
                continue;
            }
            self.publish_one(fund).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_is_followed_by_its_echoes_and_the_timers_go_on() {
        let start = Instant::from_unix_secs(0);
        let mut timetable = Timetable::at_start(start);
        assert_eq!(timetable.due(start, false), Some(Run::Night));
        assert_eq!(timetable.due(start.plus_secs(1), false), None);
        assert_eq!(timetable.due(start.plus_secs(2), true), Some(Run::Wake));
        assert_eq!(timetable.due(start.plus_secs(61), false), None);
        assert_eq!(timetable.due(start.plus_secs(62), false), Some(Run::Wake));
        assert_eq!(timetable.due(start.plus_secs(63), false), None);
        assert_eq!(timetable.due(start.plus_secs(302), false), Some(Run::Wake));
        assert_eq!(timetable.due(start.plus_secs(900), false), Some(Run::Timer));
        assert_eq!(timetable.due(start.plus_secs(NIGHT_SECS), false), Some(Run::Night));
    }
}
